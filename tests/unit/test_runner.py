"""Doing many tasks: kept as they finish, independent of the number of processes, harmless when a process dies."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from cinsim.errors import InputError, RunError
from cinsim.runs.local import LocalExecutor
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task, digest, largest_first

pytestmark = pytest.mark.unit


def make_task(number: int, *, children: int = 1000, keep_events: bool = False, folder: Path | None = None) -> Task:
    area = SimpleNamespace(area_name="Rutland", area_code="E06000017", population_0_17=children, folder=folder)
    return Task(
        scenario=SimpleNamespace(name="baseline"), area=area, draw=0, replication=number, parameters={}, arm="baseline",
        run=number, keep_events=keep_events, key=digest(number),
    )  # fmt: skip


def count_children(task: Task) -> TaskResult:
    measures = pa.table({"year": [2025], "measure": ["referrals"], "group": [""], "value": [task.replication / 7]})
    events = pa.table({"entity_id": [task.replication]}) if task.keep_events else None
    return TaskResult(measures, events, {"seconds": 0.0, "process": os.getpid()})


def die_until_third_attempt(task: Task) -> TaskResult:
    """Replication 3 kills its own process, as a system short of memory does, in its first two attempts."""
    if task.replication == 3 and _attempts(task) < 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return count_children(task)


def always_die(task: Task) -> TaskResult:
    if task.replication == 3:
        _attempts(task)
        os.kill(os.getpid(), signal.SIGKILL)
    return count_children(task)


def _attempts(task: Task) -> int:
    (task.area.folder / f"attempt-{len(list(task.area.folder.glob('attempt-*')))}").touch()
    return len(list(task.area.folder.glob("attempt-*")))


def break_on_three(task: Task) -> TaskResult:
    if task.replication == 3:
        raise ZeroDivisionError("no social workers")
    return count_children(task)


def prepared(folder: Path) -> Store:
    store = Store(folder)
    store.prepare()
    return store


def stored_values(store: Store, tasks: list[Task]) -> list[float]:
    return [store.measures(task.key)["value"][0].as_py() for task in tasks]


def test_two_processes_leave_the_same_results_as_one(tmp_path: Path) -> None:
    tasks = [make_task(n) for n in range(6)]
    one, two = prepared(tmp_path / "one"), prepared(tmp_path / "two")
    assert len(list(LocalExecutor(1).run(tasks, count_children, one))) == 6
    assert {task.key for task in LocalExecutor(2).run(tasks, count_children, two)} == {task.key for task in tasks}
    assert stored_values(one, tasks) == stored_values(two, tasks) == [n / 7 for n in range(6)]
    assert {one.receipt(task.key)["process"] for task in tasks} == {os.getpid()}
    assert os.getpid() not in {two.receipt(task.key)["process"] for task in tasks}


def test_a_task_whose_process_is_killed_is_done_again_and_costs_no_other_task(tmp_path: Path) -> None:
    tasks = [make_task(n, folder=tmp_path) for n in range(6)]
    store = prepared(tmp_path / "tasks")
    done = list(LocalExecutor(2).run(tasks, die_until_third_attempt, store))
    assert sorted(task.replication for task in done) == [0, 1, 2, 3, 4, 5]
    assert all(store.has(task) for task in tasks)
    assert store.running(task.key for task in tasks) == set()


def test_a_task_whose_process_is_always_killed_is_reported_after_two_retries_and_the_others_are_kept(tmp_path: Path) -> None:
    tasks = [make_task(n, folder=tmp_path) for n in range(6)]
    store = prepared(tmp_path / "tasks")
    with pytest.raises(RunError, match=r"baseline, Rutland, draw 0, replication 3: its process was killed 3 times"):
        list(LocalExecutor(2).run(tasks, always_die, store))
    assert len(list(tmp_path.glob("attempt-*"))) == 3
    assert [store.has(task) for task in tasks] == [True, True, True, False, True, True]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_the_model_names_the_task_it_befell(tmp_path: Path, jobs: int) -> None:
    tasks = [make_task(n) for n in range(6)]
    with pytest.raises(RunError, match="replication 3: ZeroDivisionError: no social workers"):
        list(LocalExecutor(jobs).run(tasks, break_on_three, prepared(tmp_path)))


def test_a_half_written_result_does_not_count_as_finished(tmp_path: Path) -> None:
    store, task = prepared(tmp_path), make_task(1)
    assert not store.has(task)
    store.put(task.key, count_children(task))
    assert store.has(task)
    path = next(tmp_path.rglob("*.measures.parquet"))
    path.write_bytes(path.read_bytes()[:-20])
    assert not store.has(task)


def test_a_finished_task_without_the_events_now_wanted_is_not_finished(tmp_path: Path) -> None:
    store = prepared(tmp_path)
    store.put(make_task(1).key, count_children(make_task(1)))
    assert store.has(make_task(1))
    assert not store.has(make_task(1, keep_events=True))
    store.put(make_task(1).key, count_children(make_task(1, keep_events=True)))
    assert store.has(make_task(1, keep_events=True))


def test_nothing_is_left_aside_once_a_result_is_stored(tmp_path: Path) -> None:
    store = prepared(tmp_path)
    store.put(make_task(1).key, count_children(make_task(1, keep_events=True)))
    assert list((tmp_path / "partial").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="cannot be written"):
        Store(tmp_path / "file" / "tasks").prepare()


def test_the_largest_areas_are_done_first_and_equal_ones_in_their_order() -> None:
    tasks = [make_task(0, children=10), make_task(1, children=99), make_task(2, children=10), make_task(3, children=50)]
    assert [task.run for task in largest_first(tasks)] == [1, 3, 0, 2]


def test_an_input_error_in_a_task_reaches_the_user_as_it_is(tmp_path: Path) -> None:
    def wrong(task: Task) -> TaskResult:
        raise InputError("0 lies outside 1 to 2", key="parameters.help_per_visit")

    with pytest.raises(InputError, match=r"parameters\.help_per_visit.*outside"):
        list(LocalExecutor(2).run([make_task(0), make_task(1)], wrong, prepared(tmp_path)))
