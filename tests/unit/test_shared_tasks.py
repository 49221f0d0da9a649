"""Tasks that share their set-up: which do, and what becomes of them when one fails or is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cinsim.errors import InputError, RunError
from cinsim.reference.areas import average_authority
from cinsim.runs.groups import groups_of, set_up_of
from cinsim.runs.local import LocalExecutor
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task, make_tasks
from cinsim.runs.work import Simulation
from cinsim.scenario import Scenario

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
    untimed = {"seconds", "cpu_seconds", "simulation_seconds", "peak_memory_mb"}
    receipts = [{key: value for key, value in store.receipt(task.key).items() if key not in untimed} for task in tasks]
    tables = [store.measures(task.key).replace_schema_metadata(None) for task in tasks]
    return [receipts, tables, [store.events(task.key) for task in tasks if task.keep_events]]


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
    usual, other = (Scenario.model_validate({**SMALL, **change}) for change in ({}, changes))
    assert set_up_of(usual) != set_up_of(other)


def test_scenarios_that_differ_in_words_or_from_a_date_share_their_set_up() -> None:
    usual = set_up_of(Scenario.model_validate(SMALL))
    for change in (VISITS, STAFF, {"title": "other words", "phase_in": "1 years"}, {"demand": {"referrals": "+10%"}}):
        assert set_up_of(Scenario.model_validate({**SMALL, **change})) == usual


def test_work_that_cannot_share_does_each_task_alone() -> None:
    assert [len(group) for group in groups_of(tasks_of(VISITS), lambda task: None, 1)] == [1, 1]


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


class Failing:
    """Goes wrong, or is killed the first time, when it comes to an arm."""

    def __init__(self, arm: str, folder: Path | None = None, error: Exception | None = None):
        self.arm, self.folder, self.error = arm, folder, error

    def __call__(self, task: Task) -> TaskResult:
        return self.together()(task)

    def together(self) -> Callable[[Task], TaskResult]:
        do = Simulation().together()

        def done(task: Task) -> TaskResult:
            if task.arm == self.arm and self.error is not None:
                raise self.error
            if task.arm == self.arm and self.folder is not None and not (self.folder / "killed").exists():
                (self.folder / "killed").write_text(str(os.getpid()))
                os.kill(os.getpid(), signal.SIGKILL)
            return do(task)

        return done


@pytest.mark.parametrize("arm", ["arm 0", "arm 1"])
def test_an_error_names_the_task_it_befell(tmp_path: Path, arm: str) -> None:
    work = Failing(arm, error=ZeroDivisionError("no social workers"))
    store, tasks = prepared(tmp_path), tasks_of(VISITS, STAFF)
    with pytest.raises(RunError, match=f"{arm}, England .*, replication 0: ZeroDivisionError: no social workers"):
        list(LocalExecutor(1).run(tasks, work, store))
    assert store.running(task.key for task in tasks) == set()


def test_an_input_error_comes_through_as_it_is(tmp_path: Path) -> None:
    work = Failing("arm 1", error=InputError("0 lies outside 1 to 2", key="parameters.help_per_visit"))
    with pytest.raises(InputError, match=r"parameters\.help_per_visit.*outside"):
        list(LocalExecutor(1).run(tasks_of(VISITS), work, prepared(tmp_path)))


def test_a_worker_that_the_system_kills_amid_a_group_costs_no_result(tmp_path: Path) -> None:
    store, tasks = prepared(tmp_path / "tasks"), tasks_of(VISITS, STAFF, REVIEWS)
    done = list(LocalExecutor(2).run(tasks, Failing("arm 0", folder=tmp_path), store))
    assert sorted(task.arm for task in done) == ["arm 0", "arm 1", "arm 2", "arm 3"]
    assert all(store.has(task) for task in tasks)
