"""Tasks that share their set-up: one replication of several scenarios, whose children, need and history are made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Protocol, runtime_checkable

from cinsim.errors import CinsimError, RunError
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import PRESENTATION, Task
from cinsim.scenario.model import Scenario

# what of a scenario its set-up does not rest on: how it is told, and what holds from a date; all else must be the same
_NOT_SHARED: Final = (*PRESENTATION, "policy_start", "phase_in", "policies", "workforce", "demand")


@runtime_checkable
class SharingWork(Protocol):
    """Work that can do several tasks on one set-up."""

    def __call__(self, task: Task) -> TaskResult:
        """Do one task by itself."""

    def together(self) -> Callable[[Task], TaskResult]:
        """Return what does the tasks of a group, one after the other, on the set-up that the first of them makes."""


def groups_of(tasks: Sequence[Task], work: object, jobs: int) -> list[tuple[Task, ...]]:
    """Return tasks in groups that share their set-up, in their order; each by itself where the work cannot.

    As many groups as do not go round among the processes are split, so that no process is left without work.
    """
    if not isinstance(work, SharingWork):
        return [(task,) for task in tasks]
    worlds = {id(task.scenario): set_up_of(task.scenario) for task in tasks}
    found: dict[object, list[Task]] = {}
    for task in tasks:
        same = (task.area.area_code, task.draw, task.replication, tuple(sorted(task.parameters.items())))
        found.setdefault((*same, worlds[id(task.scenario)], id(task.caseload)), []).append(task)
    groups = [tuple(group) for group in found.values()]
    left_over = len(groups) % jobs
    whole, last = (groups[:-left_over], groups[-left_over:]) if left_over else (groups, [])
    return whole + [part for group in last for part in _split(group, jobs // left_over)]


def set_up_of(scenario: Scenario) -> tuple[object, ...]:
    """Return what of a scenario is the same in all that may share a set-up; hashable."""
    values = (getattr(scenario, name) for name in Scenario.model_fields if name not in _NOT_SHARED)
    return tuple(tuple(sorted(value.items())) if isinstance(value, Mapping) else value for value in values)


def _split(group: tuple[Task, ...], parts: int) -> Iterator[tuple[Task, ...]]:
    """Yield a group in parts of nearly the same size, at most one a task."""
    parts = min(parts, len(group))
    for k in range(parts):
        yield group[len(group) * k // parts : len(group) * (k + 1) // parts]


@contextmanager
def in_work(task: Task, store: Store) -> Iterator[None]:
    """Mark a task as being in work; an unexpected error says which task it befell."""
    with named(task):
        store.mark_running(task.key)
        try:
            yield
        finally:
            store.unmark(task.key)


@contextmanager
def named(task: Task) -> Iterator[None]:
    """Have an unexpected error say which task it befell."""
    try:
        yield
    except CinsimError:
        raise
    except Exception as error:
        raise RunError(f"{task.label}: {type(error).__name__}: {error}") from error


def keep(task: Task, result: TaskResult, store: Store) -> None:
    """Put a finished task on disk."""
    try:
        store.put(task.key, result)
    except OSError as error:
        raise RunError(f"{task.label} could not be stored in {store.folder}: {error.strerror or error}") from error
