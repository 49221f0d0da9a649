"""Tasks on the processes of this machine, through joblib.

A worker that the system kills fails the whole of joblib's call. What the others have finished is on disk by then; the
tasks that were in work are done again one at a time, so that whichever of them is to blame takes down no other.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from cinsim.errors import CinsimError, RunError
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task

Work = Callable[[Task], TaskResult]
RETRIES = 2


class Executor(Protocol):
    """Whatever does tasks: the processes of this machine or a cluster."""

    def run(self, tasks: Sequence[Task], work: Work, store: Store) -> Iterator[Task]:
        """Do the tasks in their order, keep each in the store as it finishes, and yield it then.

        Raises
        ------
        RunError : a task cannot be done or kept. CinsimError raised by a task comes through as it is.
        """
        ...


def all_cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def perform(task: Task, work: Work) -> TaskResult:
    """Do one task; an unexpected error says which task it befell."""
    try:
        return work(task)
    except CinsimError:
        raise
    except Exception as error:
        raise RunError(f"{task.label}: {type(error).__name__}: {error}") from error


def perform_and_keep(task: Task, work: Work, store: Store) -> Task:
    """Do one task and put it on disk before anything else is begun."""
    store.mark_running(task.key)
    try:
        result = perform(task, work)
        try:
            store.put(task.key, result)
        except OSError as error:
            raise RunError(f"{task.label} could not be stored in {store.folder}: {error.strerror or error}") from error
    finally:
        store.unmark(task.key)
    return task


def _perform_in_worker(task: Task, work: Work, store: Store) -> str:
    # Ctrl-C reaches every process of the terminal; only the parent answers it, and stops the workers
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return perform_and_keep(task, work, store).key


class LocalExecutor:
    """Processes of this machine.

    Parameters
    ----------
    jobs : number of processes; 1 does the tasks in this process.
    """

    def __init__(self, jobs: int):
        self.jobs = jobs

    def run(self, tasks: Sequence[Task], work: Work, store: Store) -> Iterator[Task]:
        """See :class:`Executor`. A task lost with its worker is done again, at most twice, then reported."""
        if self.jobs == 1 or len(tasks) == 1:
            for task in tasks:
                yield perform_and_keep(task, work, store)
            return
        left = {task.key: task for task in tasks}
        for key in left:  # marks of an earlier run whose processes are gone
            store.unmark(key)
        suspects: list[Task] = []
        killed_idle = 0
        while left:
            yield from self._round(list(left.values()), work, store, left)
            lost = store.running(left)
            killed_idle += bool(left) and not lost
            if killed_idle > RETRIES:
                raise RunError(f"processes are killed before they begin a task; {len(left)} tasks are left")
            for key in sorted(lost):
                store.unmark(key)
                suspects.append(left.pop(key))
        for task in suspects:
            alone = {task.key: task}
            for _ in range(RETRIES):
                yield from self._round([task], work, store, alone)
                if not alone:
                    break
                store.unmark(task.key)
            if alone:
                raise RunError(
                    f"{task.label}: its process was killed {RETRIES + 1} times, which is what a system short of memory does; "
                    "try fewer --jobs or a smaller population_fraction"
                )

    def _round(self, tasks: Sequence[Task], work: Work, store: Store, left: dict[str, Task]) -> Iterator[Task]:
        """Yield tasks as they finish, taking them out of ``left``; end early, without an error, if a process was killed."""
        from joblib import Parallel, delayed
        from joblib.externals.loky.process_executor import BrokenProcessPool

        # no memory maps: what a task holds of children goes into no file
        parallel = Parallel(
            n_jobs=max(2, self.jobs), backend="loky", return_as="generator_unordered", batch_size=1, max_nbytes=None
        )
        finished = parallel(delayed(_perform_in_worker)(task, work, store) for task in tasks)
        try:
            for key in finished:
                yield left.pop(key)
        except BrokenProcessPool:
            for key, task in list(left.items()):
                if store.has(task):  # finished, but its word was lost with the pool
                    yield left.pop(key)
        finally:
            with contextlib.suppress(BrokenProcessPool):
                finished.close()
