"""A finished run read back from its folder: the event record as stored, the children made again from the manifest.

Children are not stored. They follow exactly from what the manifest holds (seed, replication, area, scenario, parameters),
so they are made again, which takes a second or two; nothing is simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cinsim.census.starting import starting_caseload
from cinsim.engine.clock import Calendar
from cinsim.engine.draws import Draws
from cinsim.errors import InputError
from cinsim.listing import whole_file
from cinsim.reference.areas import Area, find_area
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES
from cinsim.runs.comparing import StoredRecord
from cinsim.runs.events import record_columns
from cinsim.runs.manifest import read_manifest, repeated_scenarios
from cinsim.runs.tasks import code_version
from cinsim.scenario.model import Scenario

if TYPE_CHECKING:
    from cinsim.simulation.replicate import Population

COLUMNS = ("entity_id", "event", "time", "resource_id", "episode", "detail", "hours", "due", "value")


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One replication of a finished run, with what a census return needs of it; see :class:`Replication`."""

    area: Area
    scenario: Scenario
    draw: int
    replication: int
    record: Any  # a StoredRecord, which has of an EventRecord what is read of it
    calendar: Calendar
    population: Population
    parameters: Mapping[str, float]
    reported_years: range
    workers: Sequence[Any] = ()
    posts: Sequence[Any] = ()
    national_thresholds: Mapping[str, float] = ()  # type: ignore[assignment]

    @property
    def work_notes(self) -> NDArray[np.float64]:
        """Notes of workers' caseloads and hours, which a run's folder does not hold."""
        return np.empty((0, 6))

    @property
    def queue_notes(self) -> NDArray[np.float64]:
        """Notes of who waits, which a run's folder does not hold."""
        return np.empty((0, 3))

    @property
    def draws(self) -> Draws:
        """The source of randomness of this replication."""
        return Draws(self.scenario.seed, self.replication, draw=self.draw, area=self.area.area_code)


def stored_run(
    folder: Path, *, area: str | None = None, scenario: str | None = None, replication: int | None = None
) -> StoredRun:
    """Return one replication of a finished run from its folder.

    Parameters
    ----------
    folder : a run's folder. area, scenario, replication : which of its runs; the first with an event record where left out.

    Raises
    ------
    InputError : the folder is no run's, holds no such run, or was made by other code, from which other children would follow.
    """
    from cinsim.simulation.replicate import calendar_of, population_of

    path = folder / "manifest.json"
    if not path.is_file():
        raise InputError("is not a run folder: it has no manifest.json; give the folder that `cinsim run` wrote", path=folder)
    manifest = read_manifest(path)
    if manifest["code_version"] != code_version():
        raise InputError(
            "was made with other code or library versions than these, with which the same children cannot be made again; "
            f"repeat it with `cinsim run {path} --out FOLDER`",
            path=folder,
        )
    entry = _chosen(manifest, folder, area, scenario, replication)
    about = {scenario.name: scenario for scenario in repeated_scenarios(path)}[entry["scenario"]]
    place = find_area(str(entry["area_code"]))
    draw, number = int(entry["draw"]), int(entry["replication"])
    parameters = manifest["parameter_sets"][entry["scenario"]][draw]
    events = whole_file(folder, manifest["files"], "events.parquet")
    rows = pq.read_table(events, columns=list(COLUMNS), filters=[("run", "=", entry["run"])])
    columns: dict[str, NDArray[Any]] = record_columns(rows, EVENT_NAMES, DETAIL_NAMES)
    columns = {name: np.ascontiguousarray(values) for name, values in columns.items()}
    caseload = starting_caseload([about], content=(manifest.get("initial_state") or {}).get("sha256"))
    return StoredRun(
        area=place,
        scenario=about,
        draw=draw,
        replication=number,
        record=StoredRecord(columns),
        calendar=calendar_of(about),
        population=population_of(about, place, draw=draw, replication=number, parameters=parameters, caseload=caseload),
        parameters=parameters,
        reported_years=range(about.start.year + 1, about.start.year + about.years + 1),
    )


def _chosen(
    manifest: Mapping[str, Any], folder: Path, area: str | None, scenario: str | None, replication: int | None
) -> Mapping[str, Any]:
    """Return the manifest's entry of the run wanted."""
    kept: list[Mapping[str, Any]] = manifest["tasks"]["runs_with_events"]
    if not kept or "events.parquet" not in manifest["files"]:
        raise InputError("no event records were kept; run again with --events first or --events all", path=folder)
    code = find_area(area).area_code if area is not None else None
    found = [
        entry
        for entry in kept
        if code in (None, entry["area_code"])
        and scenario in (None, entry["scenario"])
        and replication in (None, entry["replication"])
    ]
    if not found:
        held = "; ".join(f"{e['scenario']}, {e['area_code']}, replication {e['replication']}" for e in kept[:5])
        raise InputError(f"holds no event record of that run; it holds: {held}{' ...' if len(kept) > 5 else ''}", path=folder)
    return found[0]
