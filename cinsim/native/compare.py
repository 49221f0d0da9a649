"""Run both engines and print where they first differ: ``python -m cinsim.native.compare SCENARIO --area A --replication N``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from cinsim.errors import CinsimError
from cinsim.native import required_engine
from cinsim.reference.areas import Area, resolve
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES
from cinsim.scenario import load_scenario
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import Replication, SetUp


def row_in_words(row: np.void) -> str:
    """Return a row of the record as a line: time, event, child, and the rest by its name."""
    detail = DETAIL_NAMES[row["detail"]] if row["detail"] >= 0 else "none"
    rest = " ".join(f"{name} {row[name]}" for name in ("episode", "resource", "hours", "due", "value"))
    return f"time {row['time']!r} {EVENT_NAMES[row['event']]} child {row['entity']} detail {detail} {rest}"


def difference(python: Replication, native: Replication) -> str:
    """Return where two replications first differ, in words; nothing where they hold the same bytes."""
    ours, theirs = python.record.rows(), native.record.rows()
    if ours.tobytes() != theirs.tobytes():
        rows = (k for k, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a.tobytes() != b.tobytes())
        first = next(rows, min(len(ours), len(theirs)))
        return "\n".join(
            [
                f"row {first:,} of {len(ours):,} (native: {len(theirs):,})",
                *(
                    f"{name}: {row_in_words(held[k]) if k < len(held) else 'nothing more'}"
                    for k in range(max(first - 3, 0), first + 1)
                    for name, held in (("python", ours), ("native", theirs))
                ),
            ]
        )
    if python.workers != native.workers:
        pairs = zip(python.workers, native.workers, strict=False)
        return f"the same record, but other workers: {next(((a, b) for a, b in pairs if a != b), 'more of one')}"
    for name in ("work_notes", "queue_notes"):
        if getattr(python, name).tobytes() != getattr(native, name).tobytes():
            return f"the same record and workers, but other {name.replace('_', ' ')}"
    return ""


def difference_of(scenario: Scenario, area: Area, *, ready: SetUp | None = None, replication: int = 0, draw: int = 0) -> str:
    """Run both engines and return where they first differ, nothing where they do not.

    Parameters
    ----------
    ready : the set-up of an arm that the scenario shares it with, its own when left out.
    """
    ready = ready or SetUp(scenario, area, replication=replication, draw=draw)
    return difference(ready.run(scenario), ready.run(scenario, required_engine().simulate))


def main() -> int:
    """Compare the engines over the replications asked for; 1 where they differ."""
    parser = argparse.ArgumentParser(prog="python -m cinsim.native.compare", description=__doc__)
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--area", help="an authority's name or code; the scenario's own when left out")
    parser.add_argument("--replication", type=int, default=0)
    parser.add_argument("--draw", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="pairs")
    asked = parser.parse_args()
    try:
        scenario = load_scenario(asked.scenario, dict(pair.split("=", 1) for pair in asked.pairs))
        scenario = scenario.with_(area=asked.area) if asked.area else scenario
        area = resolve(scenario.area)[0]
        found = difference_of(scenario, area, replication=asked.replication, draw=asked.draw)
    except (CinsimError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(found or f"The engines give the same bytes: {scenario.name}, {area.area_name}, replication {asked.replication}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
