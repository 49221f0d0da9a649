"""The event record as a table that process-mining and queue-animation tools open as it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar
from cinsim.outcomes.dates import dates_of
from cinsim.reference.events import EVENT_NAMES, WORKER, kind_of
from cinsim.runs.store import Store
from cinsim.runs.tasks import Task

if TYPE_CHECKING:
    from cinsim.engine.record import EventRecord


def events_table(record: EventRecord, calendar: Calendar) -> pa.Table:
    """Return one replication's events, in the order in which they happened.

    Columns: entity_id (a child's number; a worker's is -1 less its number, so that no worker shares a child's),
    event_type, event, time (working days from the start of the calendar), date, resource_id (the worker's number, null
    for none), episode (null for none), detail, hours (of staff time), due (working days, null where nothing was due),
    value (a latent quantity, null for none).
    """
    columns = record.columns()
    event, times = columns["event"].astype(np.int64), columns["time"].astype(np.float64)
    kinds = sorted({kind_of(code) for code in range(len(EVENT_NAMES))})
    kind_codes = np.array([kinds.index(kind_of(code)) for code in range(len(EVENT_NAMES))], dtype=np.int8)
    is_worker = np.isin(event, np.array(sorted(WORKER)))
    details = record.details

    def named(codes: NDArray[np.int64], names: Iterable[str]) -> pa.DictionaryArray:
        indices = pa.array(codes.astype(np.int16), mask=codes < 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string()))

    def or_null(column: str) -> pa.Array:
        values = columns[column]
        return pa.array(values, mask=np.isnan(values))

    entity, resource, episode = (columns[name].astype(np.int32) for name in ("entity", "resource", "episode"))
    return pa.table(
        {
            "entity_id": pa.array(np.where(is_worker, -1 - entity, entity)),
            "event_type": named(kind_codes[event].astype(np.int64), kinds),
            "event": named(event, record.events),
            "time": pa.array(times),
            "date": pa.array(dates_of(calendar, times)),
            "resource_id": pa.array(resource, mask=resource < 0),
            "episode": pa.array(episode, mask=episode <= 0),
            "detail": named(columns["detail"].astype(np.int64), details),
            "hours": pa.array(columns["hours"]),
            "due": or_null("due"),
            "value": or_null("value"),
        }
    )


FRONT = ("run", "entity_id", "event_type", "event", "time", "date", "resource_id", "area_code", "episode")


def write_events(tasks: Iterable[Task], store: Store, path: Path) -> list[int]:
    """Gather the stored event records into one file, a task after the other; return the numbers of the runs it holds.

    To each record are added ``run``, ``area_code`` and, at the end, ``scenario``, ``draw`` and ``replication``. No file
    is written if no task kept its events.
    """
    writer: pq.ParquetWriter | None = None
    held: list[int] = []
    try:
        for task in tasks:
            if not task.keep_events:
                continue
            table = store.events(task.key)
            rows = len(table)
            number = {"run": task.run, "draw": task.draw, "replication": task.replication}
            word = {"area_code": task.area.area_code, "scenario": task.arm}
            added = {name: pa.array(np.full(rows, value, dtype=np.int32)) for name, value in number.items()}
            same = np.zeros(rows, dtype=np.int16)
            added |= {name: pa.DictionaryArray.from_arrays(same, pa.array([value], pa.string())) for name, value in word.items()}
            columns = {**{name: table[name] for name in table.column_names}, **added}
            order = [*FRONT, *(name for name in columns if name not in FRONT)]
            whole = pa.table({name: columns[name] for name in order})
            if writer is None:
                writer = pq.ParquetWriter(path, whole.schema, compression="zstd")
            writer.write_table(whole)
            held.append(task.run)
    finally:
        if writer is not None:
            writer.close()
    return held
