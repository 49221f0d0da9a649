"""Finished tasks on disk: whatever happens to a file, it is the same content that comes back, or the task is not done."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import digest

pytestmark = pytest.mark.unit

KEYS = [digest(number) for number in range(2)]


def result(number: int) -> TaskResult:
    rng = np.random.default_rng(number)
    measures = pa.table({"year": [2025] * 300, "measure": ["referrals"] * 300, "group": ["all"] * 300, "value": rng.random(300)})
    events = pa.table({"entity_id": rng.integers(0, 900, 2000), "time": rng.random(2000)})
    return TaskResult(measures, events, {"seconds": 1.0, "children": 900 + number})


def task(key: str, *, keep_events: bool = True) -> SimpleNamespace:
    return SimpleNamespace(key=key, keep_events=keep_events)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    kept = Store(tmp_path / ".tasks")
    kept.prepare()
    for number, key in enumerate(KEYS):
        kept.put(key, result(number))
    return kept


def file_of(store: Store, what: str) -> Path:
    return store.folder / KEYS[0][:2] / f"{KEYS[0]}.{what}"


def comes_back(store: Store) -> str:
    """Say what becomes of the first task: not done, or taken with the content it was kept with."""
    if not store.has(task(KEYS[0])):  # type: ignore[arg-type]
        return "not done"
    kept = result(0)
    assert store.measures(KEYS[0]).equals(kept.measures)
    assert store.events(KEYS[0]).equals(kept.events)
    assert store.receipt(KEYS[0]) == kept.receipt
    return "the same"


@pytest.mark.parametrize("what", ["measures.parquet", "events.parquet", "json"])
def test_of_any_bit_that_flips_cut_that_is_made_or_piece_that_is_zero_none_goes_unseen(store: Store, what: str) -> None:
    path = file_of(store, what)
    whole, rng = path.read_bytes(), np.random.default_rng(3)
    damaged = [bytearray(whole) for _ in range(60)]
    for content in damaged:
        content[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
    damaged += [bytearray(whole[: rng.integers(len(whole))]) for _ in range(15)] + [bytearray(), bytearray(whole[:-1])]
    for _ in range(15):
        at = int(rng.integers(len(whole)))
        damaged.append(bytearray(whole[:at] + b"\0" * 64 + whole[at + 64 :]))
    found = []
    for content in damaged:
        path.write_bytes(content)
        found.append(comes_back(store))
        assert found[-1] == "not done" or content == whole or what == "json"
    assert found.count("not done") > 80
    path.write_bytes(whole)
    assert comes_back(store) == "the same"


@pytest.mark.parametrize("what", ["measures.parquet", "events.parquet", "json"])
@pytest.mark.parametrize("how", ["another task's", "gone", "a folder", "a link to nothing", "rows cut off"])
def test_a_file_in_the_place_of_a_tasks_own_does_not_count(store: Store, what: str, how: str) -> None:
    path = file_of(store, what)
    other = store.folder / KEYS[1][:2] / f"{KEYS[1]}.{what}"
    if how == "rows cut off":
        store.put(KEYS[1], TaskResult(result(0).measures[:5], result(0).events, {"seconds": 1.0, "children": 900}))
    content = other.read_bytes()
    path.unlink()
    if how in ("another task's", "rows cut off"):
        path.write_bytes(content)
    elif how == "a folder":
        path.mkdir()
    elif how == "a link to nothing":
        path.symlink_to("nowhere")
    assert comes_back(store) == ("the same" if how == "rows cut off" and what == "events.parquet" else "not done")
    if how == "a folder":
        path.rmdir()
    store.put(KEYS[0], result(0))
    assert comes_back(store) == "the same"


def test_what_is_damaged_is_told_from_what_was_never_done(store: Store) -> None:
    assert not store.damaged(task(digest("never")))  # type: ignore[arg-type]
    file_of(store, "events.parquet").write_bytes(b"")
    assert store.damaged(task(KEYS[0]))  # type: ignore[arg-type]
    assert not store.damaged(task(KEYS[0], keep_events=False))  # type: ignore[arg-type]
    file_of(store, "json").unlink()
    assert not store.damaged(task(KEYS[0]))  # type: ignore[arg-type]


def test_a_run_that_keeps_no_events_leaves_those_that_another_kept_of_the_same_task(store: Store) -> None:
    store.put(KEYS[0], TaskResult(result(0).measures, None, {"seconds": 1.0, "children": 900}))
    assert comes_back(store) == "the same"


def test_a_store_that_was_deleted_takes_results_again(store: Store) -> None:
    shutil.rmtree(store.folder)
    assert store.running(KEYS) == set()
    store.mark_running(KEYS[0])
    store.put(KEYS[0], result(0))
    assert comes_back(store) == "the same"
