"""The event record as a file: what it says of children and workers, and that nothing is lost on the way."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cinsim.engine.clock import Calendar
from cinsim.engine.record import EventRecord
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES, Detail, Event
from cinsim.runs.events import events_table, record_columns
from cinsim.runs.store import compactly

pytestmark = pytest.mark.unit

CALENDAR = Calendar(date(2024, 4, 2), date(2025, 3, 31))


def a_short_record() -> EventRecord:
    record = EventRecord(EVENT_NAMES, DETAIL_NAMES)
    record.write(-2.0, 7, Event.REFERRAL, 1, -1, Detail.POLICE)
    record.write(0.0, 0, Event.WORKER_STARTED, 0, 0, Detail.SOCIAL_WORKER)
    record.write(1.5, 7, Event.CIN_VISIT, 1, 0, -1, 1.25, 6.0)
    record.write(3.0, 7, Event.CLOSED, 1, -1, Detail.RC7, 0.0, float("nan"), 0.5)
    return record


def table() -> pa.Table:
    return events_table(a_short_record(), CALENDAR)


def test_events_are_named_dated_and_in_the_order_in_which_they_happened() -> None:
    frame = table().to_pandas()
    assert list(frame["event"]) == ["referral", "worker_started", "cin_visit", "closed"]
    assert list(frame["event_type"]) == ["arrival_departure", "worker", "resource_use", "arrival_departure"]
    assert list(frame["detail"].astype(object).fillna("")) == ["police", "social_worker", "", "rc7"]
    assert list(frame["date"])[1:] == list(pd.to_datetime(["2024-04-02", "2024-04-03", "2024-04-05"]))
    assert frame["date"].iloc[0] < pd.Timestamp("2024-04-02")


def test_no_worker_shares_a_number_with_a_child() -> None:
    frame = table().to_pandas()
    assert list(frame["entity_id"]) == [7, -1, 7, 7]
    assert list(frame["resource_id"].dropna()) == [0, 0]


def test_what_was_not_due_and_who_was_not_there_is_null() -> None:
    columns = table()
    assert columns["due"].to_pylist() == [None, None, 6.0, None]
    assert columns["resource_id"].to_pylist() == [None, 0, 0, None]
    assert columns["episode"].to_pylist() == [1, None, 1, 1]


def test_a_record_read_back_from_its_file_is_the_record(tmp_path) -> None:
    pq.write_table(table(), tmp_path / "events.parquet", **compactly(table().schema))
    found = record_columns(pq.read_table(tmp_path / "events.parquet"), EVENT_NAMES, DETAIL_NAMES)
    written = a_short_record().columns()
    assert set(found) == set(written)
    for name, values in written.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
