"""The same tasks on a Dask cluster: a real scheduler and two workers in processes of their own, on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from cinsim.errors import InputError, RunError
from cinsim.runs.cluster import DaskExecutor
from cinsim.runs.local import LocalExecutor
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task, digest

pytestmark = pytest.mark.end_to_end


def make_task(number: int, folder: Path) -> Task:
    area = SimpleNamespace(area_name="Rutland", area_code="E06000017", population_0_17=7000, folder=folder)
    return Task(
        scenario=SimpleNamespace(name="baseline"), area=area, draw=0, replication=number, parameters={}, arm="baseline",
        run=number, keep_events=number == 0, key=digest(number),
    )  # fmt: skip


def count_children(task: Task) -> TaskResult:
    measures = pa.table({"year": [2025], "measure": ["referrals"], "group": ["all"], "value": [task.replication / 7]})
    events = pa.table({"entity_id": [task.replication]}) if task.keep_events else None
    return TaskResult(measures, events, {"seconds": 0.0})


def lose_a_worker(task: Task) -> TaskResult:
    """Kill the process at work on replication 3, the first time."""
    marker = task.area.folder / "killed"
    if task.replication == 3 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return count_children(task)


def go_wrong(task: Task) -> TaskResult:
    raise ZeroDivisionError("no social workers")


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    file = tmp_path / "scheduler.json"
    here = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])}
    own = ["--scheduler-file", str(file), "--no-dashboard"]
    starts = [["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *own]]
    starts += [["distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path), *own]] * 2
    processes = [
        subprocess.Popen([sys.executable, "-m", *start], env=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for start in starts
    ]
    try:
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        from distributed import Client

        with Client(address, timeout=30) as client:
            client.wait_for_workers(2, timeout=60)
        yield address
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:  # a worker on a busy machine may be slow to say goodbye
                process.kill()
                process.wait()


def stored_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


def test_a_cluster_that_loses_a_worker_leaves_the_same_bytes_as_this_machine(scheduler: str, tmp_path: Path) -> None:
    tasks = [make_task(number, tmp_path) for number in range(12)]
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    here.prepare()
    there.prepare()
    assert len(list(LocalExecutor(1).run(tasks, count_children, here))) == 12
    done = list(DaskExecutor(scheduler, 2).run(tasks, lose_a_worker, there))
    assert (tmp_path / "killed").exists()
    assert sorted(task.replication for task in done) == list(range(12))
    assert stored_bytes(tmp_path / "there") == stored_bytes(tmp_path / "here")
    assert len(stored_bytes(tmp_path / "here")) == 13


def test_an_error_on_the_cluster_names_the_task_it_befell(scheduler: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "tasks")
    store.prepare()
    with pytest.raises(RunError, match="Rutland, draw 0, replication 0: ZeroDivisionError: no social workers"):
        list(DaskExecutor(scheduler, 2).run([make_task(0, tmp_path)], go_wrong, store))


def test_a_local_cluster_is_closed_to_other_users_of_the_machine() -> None:
    pytest.importorskip("cryptography")
    from distributed import Client

    client, cluster = DaskExecutor("local", 1)._connect()
    try:
        assert client.submit(sum, (1, 2)).result(timeout=60) == 3
        address = cluster.scheduler_address
        assert address.startswith("tls://")
        for stranger in (address, address.replace("tls://", "tcp://")):
            with pytest.raises((OSError, TypeError, ValueError)):
                Client(stranger, timeout=3)
    finally:
        client.close()
        cluster.close()


@pytest.mark.parametrize(
    "address", ["http://x", "x:8786", "tcp://", "tcp://host", "tcp://host:99999", "tcp://host:0", "tcp://a b:1", ""]
)
def test_what_is_no_address_of_a_scheduler_is_refused_before_any_work(address: str) -> None:
    with pytest.raises(InputError, match="scheduler's address such as tcp://host:8786"):
        DaskExecutor(address, 2)


def test_a_cluster_address_that_is_none_is_refused_before_any_work() -> None:
    with pytest.raises(InputError, match="tcp://host:8786"):
        DaskExecutor("my-cluster", 2)


def test_a_scheduler_that_does_not_answer_is_an_error_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cinsim.runs.cluster.SECONDS_TO_CONNECT", 1)
    with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        list(DaskExecutor("tcp://127.0.0.1:9", 2).run([make_task(0, tmp_path)], count_children, Store(tmp_path)))


def test_a_cluster_without_the_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'cinsim\[cluster\]'"):
        DaskExecutor("local", 2)
