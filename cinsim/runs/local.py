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

from cinsim.errors import RunError
from cinsim.runs.groups import SharingWork, groups_of, in_work, keep, named
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
    with named(task):
        return work(task)


def perform_and_keep(tasks: Sequence[Task], work: Work, store: Store) -> None:
    """Do a group of tasks and put each on disk before anything else is begun."""
    do = work.together() if isinstance(work, SharingWork) else work
    for task in tasks:
        with in_work(task, store):
            keep(task, do(task), store)


def _perform_in_worker(tasks: Sequence[Task], work: Work, store: Store) -> list[str]:
    # Ctrl-C reaches every process of the terminal; only the parent answers it, and stops the workers
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    perform_and_keep(tasks, work, store)
    return [task.key for task in tasks]


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
            for group in groups_of(tasks, work, self.jobs):
                perform_and_keep(group, work, store)
                yield from group
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

        groups = groups_of(tasks, work, self.jobs)
        # no memory maps: what a task holds of children goes into no file
        parallel = Parallel(
            n_jobs=max(2, min(self.jobs, len(groups))), backend="loky", return_as="generator_unordered", batch_size=1,
            max_nbytes=None,
        )  # fmt: skip
        finished = parallel(delayed(_perform_in_worker)(group, work, store) for group in groups)
        try:
            for keys in finished:
                for key in keys:
                    yield left.pop(key)
        except BrokenProcessPool:
            for key, task in list(left.items()):
                if store.has(task):  # finished, but its word was lost with the pool
                    yield left.pop(key)
        finally:
            with contextlib.suppress(BrokenProcessPool):
                finished.close()
