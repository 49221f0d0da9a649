"""What it costs to spread tasks over processes: overhead beside the tasks' own time, and two processes against one.

The tasks only wait, so that nothing but the scheduling is measured and what else the machine does hardly shows. What
comes out are ratios; ``make bench`` prints them and writes outputs/benchmark_scheduling.json. On a machine that is busy with
something else even waiting takes longer: the targets are asked of a quiet one, of a busy one only that it works.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
from kept import keep

from cinsim.runs.local import LocalExecutor, all_cores
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task, digest

pytestmark = pytest.mark.benchmark

PROJECT = Path(__file__).parents[2]
TASK_SECONDS = 1.0
TASKS = 12
HIGHEST_OVERHEAD = {"quiet": 0.03, "busy": 1.0}
LOWEST_SPEED_UP = {"quiet": 1.85, "busy": 1.2}


def wait_a_second(task: Task) -> TaskResult:
    """Take as long as a short replication, and give back as many measures."""
    time.sleep(TASK_SECONDS)
    return _result()


def do_nothing(task: Task) -> TaskResult:
    return _result()


def _result() -> TaskResult:
    n = 10_000  # about the rows of five reported years
    rows = {"year": [2025] * n, "measure": ["referrals"] * n, "group": ["all"] * n, "value": [0.5 * i for i in range(n)]}
    return TaskResult(pa.table(rows), None, {"seconds": TASK_SECONDS})


def make_tasks(folder: Path, n: int) -> list[Task]:
    area = SimpleNamespace(area_name="Rutland", area_code="E06000017", population_0_17=8000)
    return [
        Task(scenario=SimpleNamespace(name="baseline"), area=area, draw=0, replication=number, parameters={}, arm="baseline",
             run=number, keep_events=False, key=digest([str(folder), number]))
        for number in range(n)
    ]  # fmt: skip


def seconds_of(executor: LocalExecutor, tasks: Sequence[Task], work: object, folder: Path) -> float:
    store = Store(folder)
    store.prepare()
    begun = time.perf_counter()
    done = list(executor.run(tasks, work, store))  # type: ignore[arg-type]
    seconds = time.perf_counter() - begun
    assert len(done) == len(tasks)
    return seconds


def test_processes_cost_little_beside_their_tasks_and_two_do_nearly_twice_as_much(tmp_path: Path) -> None:
    machine = "quiet" if os.getloadavg()[0] < all_cores() else "busy"
    one, two = LocalExecutor(1), LocalExecutor(2)
    start = seconds_of(two, make_tasks(tmp_path / "start", 4), do_nothing, tmp_path / "start")  # processes stay for what follows
    alone = seconds_of(one, make_tasks(tmp_path / "one", TASKS), wait_a_second, tmp_path / "one")
    shared = seconds_of(two, make_tasks(tmp_path / "two", TASKS), wait_a_second, tmp_path / "two")
    found = {
        "tasks": TASKS,
        "task_seconds": TASK_SECONDS,
        "start_of_two_processes_seconds": round(start, 2),
        "overhead_of_one_process": round(alone / (TASKS * TASK_SECONDS) - 1, 4),
        "overhead_of_two_processes": round(2 * shared / (TASKS * TASK_SECONDS) - 1, 4),
        "speed_up_of_two_processes": round(alone / shared, 3),
        "cores": all_cores(),
        "machine": machine,
    }
    keep("scheduling", found)
    assert found["overhead_of_two_processes"] < HIGHEST_OVERHEAD[machine]
    assert found["speed_up_of_two_processes"] > LOWEST_SPEED_UP[machine]


MANY = 3000


def test_memory_of_the_parent_stays_flat_in_the_number_of_tasks(tmp_path: Path) -> None:
    """Results go to disk as they finish: what the parent holds for 3,000 tasks is little more than for 300."""

    def peak_mb_with(tasks: int) -> float:
        code = (
            "import resource, sys; sys.path.insert(0, 'tests/benchmarks')\n"
            "from pathlib import Path; from cinsim.runs.local import LocalExecutor; from cinsim.runs.store import Store\n"
            "from test_scheduling import do_nothing, make_tasks\n"
            f"folder = Path({str(tmp_path / str(tasks))!r}); store = Store(folder); store.prepare()\n"
            f"done = sum(1 for _ in LocalExecutor(2).run(make_tasks(folder, {tasks}), do_nothing, store))\n"
            f"assert done == {tasks}\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
        )
        run = subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT, capture_output=True, text=True)
        return float(run.stdout)

    few, many = peak_mb_with(MANY // 10), peak_mb_with(MANY)
    keep("memory", {"tasks": MANY, "parent_peak_mb": round(many), "parent_peak_mb_with_a_tenth_of_the_tasks": round(few)})
    assert many < 1000
    assert many < 1.5 * few
