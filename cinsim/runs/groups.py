"""Tasks that share a beginning: one replication of several scenarios, simulated once up to where they part.

Where they part the process forks: its copy, which shares all memory that neither changes, goes on with one scenario and
keeps the result, while the first waits. So one of them is at work at a time, and no more memory is held than for two.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from cinsim.errors import CinsimError, RunError
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task

if TYPE_CHECKING:
    from cinsim.simulation.replicate import Replication, UnderWay

ENDINGS = (signal.SIGINT, signal.SIGTERM)


@runtime_checkable
class SharingWork(Protocol):
    """Work that can do several tasks whose beginning is the same at once."""

    def __call__(self, task: Task) -> TaskResult:
        """Do one task by itself."""

    def begin(self, task: Task) -> UnderWay:
        """Return the task's replication, not yet under way."""

    def result(self, task: Task, replication: Replication, begun: float) -> TaskResult:
        """Return what a task gives whose replication is finished; ``begun`` is the time it began (``time.perf_counter``)."""


def may_fork() -> bool:
    """Return whether this process may go on as two: not on Windows, nor on macOS, whose system libraries forbid it; and not
    from beside the main thread, where another may hold what the copy would wait for.
    """
    return hasattr(os, "fork") and sys.platform != "darwin" and threading.current_thread() is threading.main_thread()


def groups_of(tasks: Sequence[Task], work: object, jobs: int) -> list[tuple[Task, ...]]:
    """Return tasks in groups that may share a beginning, in their order; each by itself where the work or the system cannot.

    As many groups as do not go round among the processes are split, so that no process is left without work.
    """
    if not isinstance(work, SharingWork) or not may_fork():
        return [(task,) for task in tasks]
    from cinsim.simulation.parting import world_of

    worlds = {id(task.scenario): world_of(task.scenario) for task in tasks}
    found: dict[object, list[Task]] = {}
    for task in tasks:
        same = (task.area.area_code, task.draw, task.replication, tuple(sorted(task.parameters.items())))
        found.setdefault((*same, worlds[id(task.scenario)], id(task.caseload)), []).append(task)
    groups = [tuple(group) for group in found.values()]
    left_over = len(groups) % jobs
    whole, last = (groups[:-left_over], groups[-left_over:]) if left_over else (groups, [])
    return whole + [part for group in last for part in _split(group, jobs // left_over)]


def _split(group: tuple[Task, ...], parts: int) -> Iterator[tuple[Task, ...]]:
    """Yield a group in parts of nearly the same size, at most one a task."""
    parts = min(parts, len(group))
    for k in range(parts):
        yield group[len(group) * k // parts : len(group) * (k + 1) // parts]


def perform_group(tasks: Sequence[Task], work: SharingWork, store: Store) -> None:
    """Do tasks that may share a beginning and put each on disk as it is finished.

    A task whose process the system killed is not in the store then.
    """
    from cinsim.simulation.parting import replicate_together

    replicate_together([task.scenario for task in tasks], _Group(tasks, work, store))


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


class _Group:
    """Takes care of the tasks of a group; see :class:`cinsim.simulation.parting.Hands`."""

    def __init__(self, tasks: Sequence[Task], work: SharingWork, store: Store):
        self._tasks, self._work, self._store = tasks, work, store
        self._begun = 0.0  # of the task that leads in this process, put off by the time it waits for others

    def begin(self, arm: int) -> UnderWay:
        return self._work.begin(self._tasks[arm])

    @contextmanager
    def lead(self, arm: int) -> Iterator[None]:
        self._begun = time.perf_counter()
        with in_work(self._tasks[arm], self._store):
            yield

    def aside(self, go_on: Callable[[], None]) -> None:
        before = time.perf_counter()
        in_copy(go_on)
        self._begun += time.perf_counter() - before

    def done(self, arm: int, replication: Replication) -> None:
        task = self._tasks[arm]
        keep(task, self._work.result(task, replication, self._begun), self._store)


def in_copy(action: Callable[[], None]) -> None:
    """Do something in a copy of this process and wait for it; nothing changes here, whatever it does to what is in memory.

    A copy that the system does not grant, or kills, is let go: what it was to do is not done.

    Raises
    ------
    whatever the action raises.
    """
    receiver, sender = os.pipe()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # until both processes know what to do with them
    copy = 0
    try:
        copy = _fork()
        if copy == 0:
            _be_the_copy(action, sender, mask)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.close(sender)
        with os.fdopen(receiver, "rb") as pipe:
            report = pipe.read()  # until the copy has ended
    except BaseException:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if copy > 0:
            os.kill(copy, signal.SIGTERM)
        raise
    finally:
        if copy > 0:
            os.waitpid(copy, 0)
    error = pickle.loads(report) if report else None
    if error is not None:
        raise error


def _fork() -> int:
    """Go on as two processes; return the copy's number, 0 in the copy and -1 where the system has no room for another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: those of libraries, which the copy does without
        try:
            return os.fork()
        except OSError:
            return -1


def _be_the_copy(action: Callable[[], None], sender: int, mask: Iterable[int]) -> None:
    """Do the action, report its error if there is one, and end this process without a word."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches it too; the process it comes from answers, and ends it
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        try:
            action()
            error: Exception | None = None
        except Exception as raised:
            error = raised
        with os.fdopen(sender, "wb") as pipe:
            pickle.dump(error, pipe)
    finally:
        os._exit(0)
