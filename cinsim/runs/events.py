"""The event record as a table: a log of cases, in the form that process-mining tools open; docs/running.md has others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar
from cinsim.outcomes.dates import dates_of
from cinsim.reference.events import WORKER, kind_of
from cinsim.runs.store import Store, compactly
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
    kinds = [kind_of(code) for code in range(len(record.events))]
    is_worker = np.isin(event, np.array(sorted(WORKER)))

    def or_null(column: str) -> pa.Array:
        values = columns[column]
        return pa.array(values, mask=np.isnan(values))

    entity, resource, episode = (columns[name].astype(np.int32) for name in ("entity", "resource", "episode"))
    return pa.table(
        {
            "entity_id": pa.array(np.where(is_worker, -1 - entity, entity)),
            "event_type": _named(event, kinds),
            "event": _named(event, record.events),
            "time": pa.array(times),
            "date": pa.array(dates_of(calendar, times).astype("datetime64[ms]")),
            "resource_id": pa.array(resource, mask=resource < 0),
            "episode": pa.array(episode, mask=episode <= 0),
            "detail": _named(columns["detail"].astype(np.int64), record.details),
            "hours": pa.array(columns["hours"]),
            "due": or_null("due"),
            "value": or_null("value"),
        }
    )


def _named(codes: NDArray[np.int64], names: Sequence[str]) -> pa.DictionaryArray:
    """Return codes (-1 for none) as names, each distinct name held once."""
    distinct = list(dict.fromkeys(name for name in names if name))
    place = np.array([distinct.index(name) if name else -1 for name in names], dtype=np.int16)[codes]
    return pa.DictionaryArray.from_arrays(pa.array(place, mask=codes < 0), pa.array(distinct, pa.string()))


def record_columns(table: pa.Table, events: Sequence[str], details: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the columns of the event record a table was made from; the inverse of :func:`events_table`.

    ``events`` and ``details`` name the codes.
    """
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    event = _codes(columns["event"], events)
    entity = columns["entity_id"].to_numpy()
    return {
        "time": columns["time"].to_numpy(),
        "entity": np.where(entity < 0, -1 - entity, entity),
        "event": event,
        "resource": columns["resource_id"].fill_null(-1).to_numpy(),
        "episode": columns["episode"].fill_null(0).to_numpy(),
        "detail": _codes(columns["detail"], details),
        **{name: columns[name].fill_null(np.nan).to_numpy() for name in ("hours", "due", "value")},
    }


def _codes(column: pa.DictionaryArray, names: Sequence[str]) -> NDArray[np.int64]:
    """Return the index of each name in ``names``, -1 where there is none."""
    of_place = np.array([names.index(name) for name in column.dictionary.to_pylist()] + [-1], dtype=np.int64)
    return of_place[column.indices.fill_null(-1).to_numpy()]


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
                writer = pq.ParquetWriter(path, whole.schema, **compactly(whole.schema))
            writer.write_table(whole)
            held.append(task.run)
    finally:
        if writer is not None:
            writer.close()
    return held
