"""Finished tasks on disk, each under its key: written aside, then renamed, so that a half-written one is never read.

Layout of the folder (``outputs/.tasks`` by default; it may be deleted at any time, the tasks are then done again)::

    ab/ab12....measures.parquet   the measures of one task
    ab/ab12....events.parquet     its event record, where it was asked for
    ab/ab12....json               its receipt, written last: what became of the task, and a digest of each table; sealed itself
    partial/                      files being written
    running/                      a marker for each task in work, to tell which were lost with a killed worker
    locks/                        which run folders are being written

A table counts only as the bytes that its receipt names, and a receipt only under its own key: what is damaged is not done.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cinsim.errors import CinsimError, InputError, RunError
from cinsim.files import read_json
from cinsim.runs.tasks import Task
from cinsim.sealed import require_keys, require_seal, write_sealed

ABANDONED_AFTER_SECONDS = 86_400
_FOLDERS = ("partial", "running")


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What one task gives.

    Attributes
    ----------
    measures : table with the columns year, measure, group, value.
    events : the event record, or None where it was not asked for.
    receipt : JSON-ready account of the task: seconds, events, peak memory, checks.
    """

    measures: pa.Table
    events: pa.Table | None
    receipt: dict[str, Any]


def compactly(schema: pa.Schema) -> dict[str, Any]:
    """Return how a table is best written: floats byte by byte (times on a grid shrink by half), everything else by dictionary."""
    floats = [column.name for column in schema if pa.types.is_floating(column.type)]
    others = [column.name for column in schema if column.name not in floats]
    return {"compression": "zstd", "use_dictionary": others, "column_encoding": dict.fromkeys(floats, "BYTE_STREAM_SPLIT")}


class Store:
    """The folder of finished tasks. Safe for several processes, and for several runs at once.

    Parameters
    ----------
    private : nobody else may read it: the tasks hold dates of children of a return.
    """

    def __init__(self, folder: Path, *, private: bool = False):
        self.folder, self.private = folder, private

    def prepare(self) -> None:
        """Create the folder, prove that it can be written and sweep what dead processes left.

        Raises
        ------
        RunError : the folder cannot be written; nothing has been computed yet.
        """
        try:
            self._make_folders()
            probe = self.folder / "partial" / f"probe-{os.getpid()}"
            probe.write_bytes(b"\0" * 65_536)
            probe.unlink()
            for left in [*self.folder.glob("partial/*"), *self.folder.glob("running/*")]:
                if time.time() - left.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                    left.unlink(missing_ok=True)
        except OSError as error:
            raise RunError(f"{self.folder} cannot be written ({error.strerror}); choose another folder with --out") from error

    def _make_folders(self) -> None:
        """Make the folder, which may have been deleted since it was prepared."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.private:
            self.folder.chmod(0o700)
        for name in _FOLDERS:
            (self.folder / name).mkdir(exist_ok=True)

    def _path(self, key: str, what: str) -> Path:
        return self.folder / key[:2] / f"{key}.{what}"

    def has(self, task: Task) -> bool:
        """Return whether the task is finished and whole to the byte, with its event record if that is wanted."""
        try:
            self.receipt(task.key)
            for what in ("measures", "events") if task.keep_events else ("measures",):
                self._bytes(task.key, what)
        except (CinsimError, OSError):
            return False
        return True

    def damaged(self, task: Task) -> bool:
        """Return whether a task was finished and is no longer whole, rather than not done."""
        if self.has(task):
            return False
        try:
            held = self._receipt(task.key)
        except RunError:
            return self._path(task.key, "json").exists()
        return "measures" not in held["tables"] or not task.keep_events or "events" in held["tables"]

    def put(self, key: str, result: TaskResult) -> None:
        """Keep one finished task: its tables first, then its receipt, which makes it count as finished."""
        try:
            self._put(key, result)
        except FileNotFoundError:  # the folder was deleted at this moment
            self._put(key, result)

    def _put(self, key: str, result: TaskResult) -> None:
        self._make_folders()
        tables = {} if result.events is None else {"events": self._write(result.events, self._path(key, "events.parquet"))}
        tables["measures"] = self._write(result.measures, self._path(key, "measures.parquet"))
        with suppress(CinsimError, OSError):  # another run may have kept the events of the same task, which are the same
            tables = {**self._receipt(key)["tables"], **tables}
        content = {"key": key, "tables": tables, "account": result.receipt}
        write_sealed(content, self._path(key, "json"), aside=self.folder / "partial" / f"{key}.json-{os.getpid()}")

    def _write(self, table: pa.Table, path: Path) -> str:
        """Write a table and return the digest of its bytes."""
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, **compactly(table.schema))
        content = sink.getvalue()
        aside = self.folder / "partial" / f"{path.name}-{os.getpid()}"
        try:
            path.parent.mkdir(exist_ok=True)
            with aside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
        return hashlib.sha256(content).hexdigest()

    def measures(self, key: str) -> pa.Table:
        """Return the measures of a finished task.

        Raises
        ------
        RunError : they are damaged; so for what follows.
        """
        return self._table(key, "measures")

    def events(self, key: str) -> pa.Table:
        """Return the event record of a finished task."""
        return self._table(key, "events")

    def receipt(self, key: str) -> dict[str, Any]:
        """Return the account of a finished task."""
        return require_keys(self._receipt(key)["account"], (), self._path(key, "json"))

    def _receipt(self, key: str) -> dict[str, Any]:
        path = self._path(key, "json")
        try:
            held = require_keys(read_json(path), ("key", "tables", "account"), path)
            require_seal(held, path)
            require_keys(held["tables"], (), path)
        except InputError as error:
            raise RunError(_DAMAGED.format(path)) from error
        if held["key"] != key:
            raise RunError(_DAMAGED.format(path))
        return held

    def _bytes(self, key: str, what: str) -> bytes:
        path = self._path(key, f"{what}.parquet")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise RunError(_DAMAGED.format(path)) from error
        if hashlib.sha256(content).hexdigest() != self._receipt(key)["tables"].get(what):
            raise RunError(_DAMAGED.format(path))
        return content

    def _table(self, key: str, what: str) -> pa.Table:
        return pq.read_table(pa.BufferReader(self._bytes(key, what)))

    def mark_running(self, key: str) -> None:
        """Note that this process has begun the task."""
        self._make_folders()
        (self.folder / "running" / key).write_text(str(os.getpid()))

    def unmark(self, key: str) -> None:
        """Note that the task is no longer in work."""
        (self.folder / "running" / key).unlink(missing_ok=True)

    def running(self, keys: Iterable[str]) -> set[str]:
        """Return which of the keys are marked as being in work."""
        folder = self.folder / "running"
        return {path.name for path in folder.iterdir()} & set(keys) if folder.is_dir() else set()


_DAMAGED = "{} was kept and is damaged or gone; the same command simulates it again"
