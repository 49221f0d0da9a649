"""One task: simulate, measure, check. What runs in every process, of this machine or of a cluster."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cinsim.runs.engines import PYTHON, engine_named, usable_engine
from cinsim.runs.events import events_table
from cinsim.runs.store import TaskResult
from cinsim.runs.tasks import Task

if TYPE_CHECKING:
    import pandas as pd

    from cinsim.simulation.replicate import SetUp


MEASURE_COLUMNS = ("year", "measure", "group", "value")


@dataclass(frozen=True, slots=True)
class Simulation:
    """Simulates a replication and returns its measures, its events if they are wanted, and an account of it.

    Several scenarios' replications can share their set-up; see :class:`cinsim.runs.groups.SharingWork`.

    Attributes
    ----------
    engine : "native" or "python". Where the process that does a task lacks the native one, it takes the other.
    """

    engine: str = PYTHON

    def __call__(self, task: Task) -> TaskResult:
        """Do one task by itself."""
        return self.together()(task)

    def together(self) -> Callable[[Task], TaskResult]:
        """Return what does tasks that share their set-up."""
        return _OnOneSetUp(usable_engine(self.engine))


class _OnOneSetUp:
    """Does tasks on the set-up that the first of them makes, and is charged for."""

    def __init__(self, engine: str):
        self._engine = engine
        self._ready: SetUp | None = None

    def __call__(self, task: Task) -> TaskResult:
        from cinsim.outcomes.checks import checks
        from cinsim.outcomes.measures import measures
        from cinsim.outcomes.spells import Spells
        from cinsim.simulation.replicate import SetUp

        begun, busy = time.perf_counter(), time.process_time()
        if self._ready is None:
            self._ready = SetUp(
                task.scenario, task.area, draw=task.draw, replication=task.replication, parameters=task.parameters,
                caseload=task.caseload,
            )  # fmt: skip
        replication = self._ready.run(task.scenario, engine_named(self._engine))
        simulated = time.perf_counter()
        spells = Spells(replication)
        found = measures(replication, spells)
        checked = checks(replication, spells)
        receipt = {
            "engine": self._engine,
            "seconds": round(time.perf_counter() - begun, 3),
            "cpu_seconds": round(time.process_time() - busy, 3),
            "simulation_seconds": round(simulated - begun, 3),
            "events": len(replication.record),
            "children": len(replication.population.birth),
            "peak_memory_mb": _peak_memory_mb(),
            "checks": _outcome(checked),
        }
        events = events_table(replication.record, replication.calendar) if task.keep_events else None
        return TaskResult(pa.Table.from_pandas(found[list(MEASURE_COLUMNS)], preserve_index=False), events, receipt)


def _outcome(found: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return whether nothing was lost and Little's law held in every state and year, and where first they did not."""
    lost = found[found["balance"] != 0]
    apart = found[~found["holds"] & (found["balance"] == 0)]
    return {
        "nothing is lost: in plus open equals out plus open": _check(lost, "balance"),
        "Little's law: number equals arrivals times stay": _check(apart, "little_gap"),
    }


def _check(failures: pd.DataFrame, column: str) -> dict[str, Any]:
    if failures.empty:
        return {"passed": True}
    first = failures.iloc[0]
    return {"passed": False, "found": f"{first['state']} in {first['year']}: {column} {first[column]:g}"}


def _peak_memory_mb() -> float | None:
    """Return the most memory this process has held so far, None where the system does not tell (Windows).

    It is counted in bytes on macOS, in kilobytes elsewhere.
    """
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / 2**20 if sys.platform == "darwin" else peak / 2**10, 1)
