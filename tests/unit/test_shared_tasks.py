"""Tasks that share a beginning: which do, when their scenarios part, and what becomes of them when one fails or is killed."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cinsim.errors import InputError, RunError
from cinsim.planning.staffing import with_posts
from cinsim.reference.areas import average_authority
from cinsim.runs.groups import groups_of, in_copy, may_fork
from cinsim.runs.local import LocalExecutor
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task, make_tasks
from cinsim.runs.work import Simulation
from cinsim.scenario import Scenario
from cinsim.simulation.parting import parts_at
from cinsim.simulation.replicate import Replication, UnderWay, calendar_of

pytestmark = pytest.mark.unit

SMALL: dict[str, Any] = {
    "title": "t", "years": 1, "warm_up": 1, "population_fraction": 0.01, "policy_start": "2024-10-01", "replications": 1,
}  # fmt: skip
VISITS = {"policies": {"cin_visits": {"interval": "10 working days"}}}
STAFF = {"workforce": {"social_workers": {"fte": "+30%"}}}
REVIEWS = {"policies": {"reviews": {"cin_interval": "1 months"}}}


def tasks_of(*changes: dict[str, Any], replications: int = 1, events: str = "none") -> list[Task]:
    """Return the tasks of the usual scenario and some changed ones in the average authority."""
    every = {**SMALL, "replications": replications}
    arms = {f"arm {k}": Scenario.model_validate({**every, **change}) for k, change in enumerate(({}, *changes))}
    sets = {name: [{**scenario.parameters}] for name, scenario in arms.items()}
    return make_tasks(arms, [average_authority()], sets, events)


def prepared(folder: Path) -> Store:
    store = Store(folder)
    store.prepare()
    return store


def stored(store: Store, tasks: Sequence[Task]) -> list[object]:
    """Return what is stored of some tasks, without times and memory."""
    untimed = {"seconds", "simulation_seconds", "peak_memory_mb"}
    receipts = [{key: value for key, value in store.receipt(task.key).items() if key not in untimed} for task in tasks]
    tables = [store.measures(task.key).replace_schema_metadata(None) for task in tasks]
    return [receipts, tables, [store.events(task.key) for task in tasks if task.keep_events]]


# ---- when two scenarios part


def parting(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Return when two scenarios part, on the first one's clock."""
    first, second = (Scenario.model_validate({**SMALL, **changes}) for changes in (one, other))
    run = UnderWay(first, average_authority())
    return parts_at(run.arm, run.arm_of(second))


def working_days_to(day: str) -> float:
    return calendar_of(Scenario.model_validate(SMALL)).time_of(date.fromisoformat(day))


def test_scenarios_part_on_the_date_of_what_differs_between_them() -> None:
    october = working_days_to("2024-10-01")
    assert parting({}, VISITS) == parting(VISITS, {}) == parting(VISITS, REVIEWS) == october
    assert parting({}, {"demand": {"referrals": "+10%", "start": "2024-07-01"}}) == working_days_to("2024-07-01")


def test_scenarios_that_share_a_change_part_on_the_date_of_another() -> None:
    early = {"cin_visits": {"interval": "15 working days", "start": "2024-05-01"}}
    later = {**early, "reviews": {"cin_interval": "1 months", "start": "2025-01-06"}}
    assert parting({"policies": early}, {"policies": later}) == working_days_to("2025-01-06")


def test_posts_part_scenarios_when_the_first_of_them_opens() -> None:
    moved = {"workforce": {"teams": {"assessment": {"share": "60%"}}}, "phase_in": "6 months", "population_fraction": 0.05}
    parted = parting({"population_fraction": 0.05}, moved)
    assert working_days_to("2024-10-01") < parted <= working_days_to("2025-04-02")


def test_numbers_of_posts_that_a_search_tries_part_at_the_end_of_the_warm_up() -> None:
    base = Scenario.model_validate({**SMALL, "population_fraction": 0.05})
    run = UnderWay(with_posts(base, {"social_workers": 80.0}), average_authority())
    for posts in (40.0, 160.0):
        parted = parts_at(run.arm, run.arm_of(with_posts(base, {"social_workers": posts})))
        assert parted == working_days_to("2024-04-01")


def test_scenarios_that_differ_in_words_only_never_part() -> None:
    assert parting({}, {"title": "other words", "policies": {"plan_quality": None}, "phase_in": "1 years"}) == float("inf")


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 2},
        {"warm_up": 0},
        {"years": 2},
        {"population_fraction": 0.02},
        {"structure": "known_to_services"},
        {"parameters": {"help_per_visit": 0.0}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_scenarios_that_differ_from_the_beginning_share_nothing(changes: dict[str, Any]) -> None:
    assert parting({}, changes) == 0.0


def test_scenarios_with_other_posts_from_the_beginning_share_nothing() -> None:
    arm = UnderWay(Scenario.model_validate(SMALL), average_authority()).arm
    fewer = replace(arm, staffing=replace(arm.staffing, posts=arm.staffing.posts[1:]))
    assert parts_at(arm, arm) == float("inf")
    assert parts_at(arm, fewer) == 0.0


# ---- which tasks are done together


def test_the_arms_of_a_replication_form_a_group() -> None:
    tasks = tasks_of(VISITS, STAFF, replications=2)
    groups = groups_of(tasks, Simulation(), 2)
    assert [[task.replication for task in group] for group in groups] == [[0, 0, 0], [1, 1, 1]]


def test_a_scenario_with_parameters_of_its_own_is_done_alone() -> None:
    tasks = tasks_of(VISITS, {"parameters": {"help_per_visit": 0.0}})
    assert [[task.arm for task in group] for group in groups_of(tasks, Simulation(), 1)] == [["arm 0", "arm 1"], ["arm 2"]]


@pytest.mark.parametrize(
    ("replications", "jobs", "sizes"),
    [(1, 1, [4]), (1, 2, [2, 2]), (1, 8, [1, 1, 1, 1]), (3, 2, [4, 4, 2, 2]), (5, 3, [4, 4, 4, 4, 4])],
)
def test_groups_are_split_where_a_process_would_be_left_without_work(replications: int, jobs: int, sizes: list[int]) -> None:
    tasks = tasks_of(VISITS, STAFF, REVIEWS, replications=replications)
    assert [len(group) for group in groups_of(tasks, Simulation(), jobs)] == sizes


def test_work_that_cannot_share_and_a_process_that_cannot_fork_do_each_task_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = tasks_of(VISITS)
    assert [len(group) for group in groups_of(tasks, lambda task: None, 1)] == [1, 1]
    beside = []
    other = threading.Thread(target=lambda: beside.append(may_fork()))
    other.start()
    other.join()
    assert may_fork()
    assert beside == [False]
    monkeypatch.delattr(os, "fork")
    assert [len(group) for group in groups_of(tasks, Simulation(), 1)] == [1, 1]


# ---- what becomes of them


@pytest.mark.parametrize("jobs", [1, 2])
def test_tasks_done_together_leave_what_they_leave_alone(tmp_path: Path, jobs: int) -> None:
    tasks = tasks_of(VISITS, STAFF, VISITS | STAFF, events="all")
    apart, shared = prepared(tmp_path / "apart"), prepared(tmp_path / "shared")
    simulate = Simulation()
    for task in tasks:
        apart.put(task.key, simulate(task))
    done = list(LocalExecutor(jobs).run(tasks, simulate, shared))
    assert {task.key for task in done} == {task.key for task in tasks}
    assert stored(shared, tasks) == stored(apart, tasks)
    assert shared.running(task.key for task in tasks) == set()


class Failing(Simulation):
    """Goes wrong, or is killed the first time, when an arm's replication is finished."""

    def __init__(self, arm: str, folder: Path | None = None, error: Exception | None = None):
        self.arm, self.folder, self.error = arm, folder, error

    def result(self, task: Task, replication: Replication, begun: float) -> TaskResult:
        if task.arm == self.arm and self.error is not None:
            raise self.error
        if task.arm == self.arm and self.folder is not None and not (self.folder / "killed").exists():
            (self.folder / "killed").write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return super().result(task, replication, begun)


@pytest.mark.parametrize("arm", ["arm 0", "arm 1"])
def test_an_error_names_the_task_it_befell_whichever_process_it_was_in(tmp_path: Path, arm: str) -> None:
    work = Failing(arm, error=ZeroDivisionError("no social workers"))
    store, tasks = prepared(tmp_path), tasks_of(VISITS, STAFF)
    with pytest.raises(RunError, match=f"{arm}, England .*, replication 0: ZeroDivisionError: no social workers"):
        list(LocalExecutor(1).run(tasks, work, store))
    assert store.running(task.key for task in tasks) == set()


def test_an_input_error_comes_through_as_it_is(tmp_path: Path) -> None:
    work = Failing("arm 1", error=InputError("0 lies outside 1 to 2", key="parameters.help_per_visit"))
    with pytest.raises(InputError, match=r"parameters\.help_per_visit.*outside"):
        list(LocalExecutor(1).run(tasks_of(VISITS), work, prepared(tmp_path)))


def test_a_copy_that_the_system_kills_costs_its_own_task_a_second_try_and_no_other(tmp_path: Path) -> None:
    store, tasks = prepared(tmp_path / "tasks"), tasks_of(VISITS, STAFF)
    done = list(LocalExecutor(1).run(tasks, Failing("arm 1", folder=tmp_path), store))
    assert int((tmp_path / "killed").read_text()) != os.getpid()
    assert [task.arm for task in done] == ["arm 0", "arm 1", "arm 2"]
    assert all(store.has(task) for task in tasks)
    assert store.running(task.key for task in tasks) == set()


def test_a_worker_that_the_system_kills_amid_a_group_costs_no_result(tmp_path: Path) -> None:
    store, tasks = prepared(tmp_path / "tasks"), tasks_of(VISITS, STAFF, REVIEWS)
    done = list(LocalExecutor(2).run(tasks, Failing("arm 0", folder=tmp_path), store))
    assert sorted(task.arm for task in done) == ["arm 0", "arm 1", "arm 2", "arm 3"]
    assert all(store.has(task) for task in tasks)


def test_what_a_copy_does_changes_nothing_here() -> None:
    counted = [0]
    in_copy(lambda: counted.append(1))
    assert counted == [0]


def test_an_interrupted_process_takes_its_copies_with_it(tmp_path: Path) -> None:
    def wait() -> None:
        (tmp_path / "copy").write_text(json.dumps([os.getpid(), os.getppid()]))
        os.kill(os.getppid(), signal.SIGINT)
        threading.Event().wait(60)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
    try:
        with pytest.raises(KeyboardInterrupt):
            in_copy(wait)
    finally:
        signal.signal(signal.SIGINT, before)
    copy, here = json.loads((tmp_path / "copy").read_text())
    assert here == os.getpid()
    with pytest.raises(ProcessLookupError):
        os.kill(copy, 0)
