"""One task: simulate, measure, check. What runs in every process, of this machine or of a cluster."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cinsim.runs.events import events_table
from cinsim.runs.store import TaskResult
from cinsim.runs.tasks import Task

if TYPE_CHECKING:
    import pandas as pd

    from cinsim.simulation.replicate import Replication, UnderWay

MEASURE_COLUMNS = ("year", "measure", "group", "value")


class Simulation:
    """Simulates a replication and returns its measures, its events if they are wanted, and an account of it.

    Several scenarios' replications can share their beginning; see :class:`cinsim.runs.groups.SharingWork`.
    """

    def __call__(self, task: Task) -> TaskResult:
        """Do one task by itself."""
        begun = time.perf_counter()
        run = self.begin(task)
        with run.without_collections():
            run.until(run.end)
        return self.result(task, run.finished(), begun)

    def begin(self, task: Task) -> UnderWay:
        """Return the task's replication, not yet under way."""
        from cinsim.simulation.replicate import UnderWay

        return UnderWay(
            task.scenario, task.area, draw=task.draw, replication=task.replication, parameters=task.parameters,
            caseload=task.caseload,
        )  # fmt: skip

    def result(self, task: Task, replication: Replication, begun: float) -> TaskResult:
        """Return what a task gives whose replication is finished; ``begun`` is the time it began (``time.perf_counter``)."""
        from cinsim.outcomes.checks import checks
        from cinsim.outcomes.measures import measures
        from cinsim.outcomes.spells import Spells

        simulated = time.perf_counter()
        spells = Spells(replication)
        found = measures(replication, spells)
        receipt = {
            "seconds": round(time.perf_counter() - begun, 3),
            "simulation_seconds": round(simulated - begun, 3),
            "events": len(replication.record),
            "children": len(replication.population.birth),
            "peak_memory_mb": _peak_memory_mb(),
            "checks": _outcome(checks(replication, spells)),
        }
        events = events_table(replication.record, replication.calendar) if task.keep_events else None
        return TaskResult(pa.Table.from_pandas(found[list(MEASURE_COLUMNS)], preserve_index=False), events, receipt)


simulate = Simulation()


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
