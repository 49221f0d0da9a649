"""Finished tasks on disk, each under its key: written aside, then renamed, so that a half-written one is never read.

Layout of the folder (``outputs/.tasks`` by default; it may be deleted at any time, the tasks are then done again)::

    ab/ab12....measures.parquet   the measures of one task; what became of the task (its receipt) is in the file's metadata
    ab/ab12....events.parquet     its event record, where it was asked for; always there before the measures are
    partial/                      files being written
    running/                      a marker for each task in work, to tell which were lost with a killed worker
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cinsim.errors import RunError
from cinsim.runs.tasks import Task

RECEIPT = b"cinsim_receipt"
ABANDONED_AFTER_SECONDS = 86_400


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
    """The folder of finished tasks. Safe for several processes, and for several runs at once."""

    def __init__(self, folder: Path):
        self.folder = folder

    def prepare(self) -> None:
        """Create the folder, prove that it can be written and sweep what dead processes left.

        Raises
        ------
        RunError : the folder cannot be written; nothing has been computed yet.
        """
        try:
            for name in ("partial", "running"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            probe = self.folder / "partial" / f"probe-{os.getpid()}"
            probe.write_bytes(b"\0" * 65_536)
            probe.unlink()
            for left in [*self.folder.glob("partial/*"), *self.folder.glob("running/*")]:
                if time.time() - left.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                    left.unlink(missing_ok=True)
        except OSError as error:
            raise RunError(f"{self.folder} cannot be written ({error.strerror}); choose another folder with --out") from error

    def _path(self, key: str, what: str) -> Path:
        return self.folder / key[:2] / f"{key}.{what}.parquet"

    def has(self, task: Task) -> bool:
        """Return whether the task is finished and whole, with its event record if that is wanted."""
        wanted = ("measures", "events") if task.keep_events else ("measures",)
        for what in wanted:
            try:
                pq.read_metadata(self._path(task.key, what))
            except (OSError, pa.ArrowInvalid):
                return False
        return True

    def put(self, key: str, result: TaskResult) -> None:
        """Keep one finished task: its events first, then its measures, which make it count as finished."""
        if result.events is not None:
            self._write(result.events, self._path(key, "events"))
        metadata = {**(result.measures.schema.metadata or {}), RECEIPT: json.dumps(result.receipt).encode()}
        self._write(result.measures.replace_schema_metadata(metadata), self._path(key, "measures"))

    def _write(self, table: pa.Table, path: Path) -> None:
        aside = self.folder / "partial" / f"{path.name}-{os.getpid()}"
        try:
            path.parent.mkdir(exist_ok=True)
            with aside.open("wb") as file:
                pq.write_table(table, file, **compactly(table.schema))
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)

    def measures(self, key: str) -> pa.Table:
        """Return the measures of a finished task."""
        return pq.read_table(self._path(key, "measures"))

    def receipt(self, key: str) -> dict[str, Any]:
        """Return the account of a finished task."""
        receipt: dict[str, Any] = json.loads(pq.read_metadata(self._path(key, "measures")).metadata[RECEIPT])
        return receipt

    def events(self, key: str) -> pa.Table:
        """Return the event record of a finished task."""
        return pq.read_table(self._path(key, "events"))

    def mark_running(self, key: str) -> None:
        """Note that this process has begun the task."""
        (self.folder / "running" / key).write_text(str(os.getpid()))

    def unmark(self, key: str) -> None:
        """Note that the task is no longer in work."""
        (self.folder / "running" / key).unlink(missing_ok=True)

    def running(self, keys: Iterable[str]) -> set[str]:
        """Return which of the keys are marked as being in work."""
        return {path.name for path in (self.folder / "running").iterdir()} & set(keys)
