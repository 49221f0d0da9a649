"""The same tasks on a Dask cluster (extra ``cluster``): a running one by its address, or one started for the run.

Workers need not share a disk with this machine: results come back as they finish and are kept here. Each task is done by
itself, with a set-up of its own, by the native engine of this machine where a worker has none and is of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from cinsim.errors import CinsimError, InputError, RunError, quoted
from cinsim.native.library import Built, built
from cinsim.runs.groups import keep
from cinsim.runs.local import Work, perform
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task, code_version

IN_FLIGHT_PER_CORE = 3
SECONDS_TO_CONNECT = 20
_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[^\s/:\[\]@]+):(?P<port>[0-9]{1,5})/?")


def _perform_remotely(task: Task, work: Work, code: str, engine: Built | None) -> TaskResult:
    if code_version() != code:
        raise RunError("a worker of the cluster has other code or library versions than this machine; install the same on both")
    if engine is not None:
        from cinsim.native import receive

        receive(engine)
    return perform(task, work)


def _is_address(text: str) -> bool:
    found = _ADDRESS.fullmatch(text)
    return found is not None and 1 <= int(found["port"]) <= 65_535


def _require_keys() -> None:
    """Raise :class:`InputError` if the connections of a cluster on this machine cannot be closed to its other users."""
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        raise InputError(
            "a local cluster needs the package cryptography, which closes it to other users of the machine: "
            "pip install 'cinsim[cluster]'", key="--cluster",
        ) from error  # fmt: skip


class DaskExecutor:
    """A Dask cluster.

    Parameters
    ----------
    address : ``tcp://host:port`` or ``tls://host:port`` of a scheduler, or ``local`` for ``jobs`` processes of this machine.
    jobs : number of processes of a local cluster.

    A task lost with its worker is done again by the scheduler (its setting ``distributed.scheduler.allowed-failures``),
    then reported.

    Raises
    ------
    InputError : the extra is not installed, or the address is not one.
    """

    def __init__(self, address: str, jobs: int):
        try:
            import distributed  # noqa: F401
        except ImportError as error:
            raise InputError("a cluster needs the extra: pip install 'cinsim[cluster]'", key="--cluster") from error
        if address != "local" and not _is_address(address):
            right = "must be 'local' or a scheduler's address such as tcp://host:8786 or tls://host:8786"
            raise InputError(f"{right}, not {quoted(address)}", key="--cluster")
        if address == "local":
            _require_keys()
        self.address, self.jobs = address, jobs

    def _connect(self) -> tuple[Any, Any]:
        from distributed import Client, LocalCluster

        if self.address == "local":
            # keys made for this cluster alone: without them every user of the machine could run code here as this one
            cluster = LocalCluster(
                n_workers=self.jobs, threads_per_worker=1, dashboard_address=None, protocol="tls", security=True
            )
            return Client(cluster), cluster
        try:
            return Client(self.address, timeout=SECONDS_TO_CONNECT), None
        except (OSError, TimeoutError, ValueError) as error:
            raise RunError(f"no Dask scheduler answers at {self.address}: {error}") from error

    def run(self, tasks: Sequence[Task], work: Work, store: Store) -> Iterator[Task]:
        """See :class:`cinsim.runs.local.Executor`."""
        from distributed import as_completed

        client, cluster = self._connect()
        waiting = iter(tasks)
        in_flight: dict[str, Task] = {}
        code, engine = code_version(), built()  # some 100 kB a task, sent with each: workers may come and go

        def submit() -> Any:
            task = next(waiting, None)
            if task is None:
                return None
            in_flight[task.key] = task
            return client.submit(
                _perform_remotely, task, work, code, engine, key=f"cinsim-{task.key}", pure=False, priority=-task.run
            )

        try:
            # only as many tasks are handed out as keep the cluster busy, so that memory does not grow with their number
            cores = max(1, sum(client.ncores().values()))
            first = [submit() for _ in range(min(len(tasks), IN_FLIGHT_PER_CORE * cores))]
            completed = as_completed(first)
            for future in completed:
                key = future.key.removeprefix("cinsim-")
                task = in_flight.pop(key)
                self._keep(task, future, store)
                future.release()
                following = submit()
                if following is not None:
                    completed.add(following)
                yield task
        finally:
            with suppress(Exception):  # whatever ended the run is what the user should read
                client.close(timeout=5)
                if cluster is not None:
                    cluster.close(timeout=5)

    def _keep(self, task: Task, future: Any, store: Store) -> None:
        try:
            result: TaskResult = future.result()
        except CinsimError:
            raise
        except Exception as error:
            raise RunError(f"{task.label}: lost on the cluster {self.address}: {type(error).__name__}: {error}") from error
        keep(task, result, store)
