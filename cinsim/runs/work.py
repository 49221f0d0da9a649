"""One task: simulate, measure, check. What runs in every process, of this machine or of a cluster."""

from __future__ import annotations

import resource
import sys
import time

import pyarrow as pa

from cinsim.runs.events import events_table
from cinsim.runs.store import TaskResult
from cinsim.runs.tasks import Task

MEASURE_COLUMNS = ("year", "measure", "group", "value")


def simulate(task: Task) -> TaskResult:
    """Simulate one replication and return its measures, its events if they are wanted, and an account of it."""
    from cinsim.outcomes.measures import measures
    from cinsim.simulation.replicate import replicate

    begun = time.perf_counter()
    replication = replicate(task.scenario, task.area, draw=task.draw, replication=task.replication, parameters=task.parameters)
    found = measures(replication)
    receipt = {
        "seconds": round(time.perf_counter() - begun, 3),
        "events": len(replication.record),
        "peak_memory_mb": round(_peak_memory_mb(), 1),
        "checks": {},
    }
    events = events_table(replication.record, replication.calendar) if task.keep_events else None
    return TaskResult(pa.Table.from_pandas(found[list(MEASURE_COLUMNS)], preserve_index=False), events, receipt)


def _peak_memory_mb() -> float:
    """Return the most memory this process has held so far (the system counts in bytes on macOS, in kilobytes elsewhere)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
