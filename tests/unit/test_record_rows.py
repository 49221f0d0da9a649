"""The event record packs a row an event and gives the same rows back."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.engine.record import NOBODY, ROW, EventRecord
from cinsim.reference.events import CASE_HOLDING, DETAIL_NAMES, EVENT_NAMES, WORK, WORKER, Detail, Event, kind_of

pytestmark = pytest.mark.unit

FLOAT_32 = st.floats(width=32, allow_infinity=False)
ROWS = st.tuples(
    st.integers(-(2**40), 2**40).map(lambda ticks: ticks / 1024),
    st.integers(0, 2**31 - 1),
    st.sampled_from([int(event) for event in Event]),
    st.integers(0, 2**15 - 1),
    st.integers(-1, 2**31 - 1),
    st.sampled_from([-1, *(int(detail) for detail in Detail)]),
    FLOAT_32,
    FLOAT_32,
    FLOAT_32,
)
NAMES = ("time", "entity", "event", "episode", "resource", "detail", "hours", "due", "value")


def record() -> EventRecord:
    return EventRecord(EVENT_NAMES, DETAIL_NAMES)


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


@given(st.lists(ROWS, max_size=20))
def test_what_is_written_is_read_back_in_the_order_it_was_written(rows: list[tuple[Any, ...]]) -> None:
    written = record()
    for row in rows:
        written.write(*row)
    assert len(written) == len(rows)
    read = written.rows()
    assert read.dtype.names == NAMES
    assert all(same(a, b) for row, back in zip(rows, read.tolist(), strict=True) for a, b in zip(row, back, strict=True))


@given(st.lists(ROWS, max_size=5))
def test_columns_hold_what_rows_hold(rows: list[tuple[Any, ...]]) -> None:
    written = record()
    for row in rows:
        written.write(*row)
    columns = written.columns()
    assert tuple(columns) == NAMES
    assert all(column.flags.c_contiguous and len(column) == len(rows) for column in columns.values())
    for place, name in enumerate(NAMES):
        assert all(same(a, row[place]) for a, row in zip(columns[name].tolist(), rows, strict=True))


def test_what_is_not_said_of_an_event_is_marked_as_missing() -> None:
    written = record()
    written.write(1.5, 7, Event.SCREENED_IN)
    row = written.rows()[0]
    assert (row["episode"], row["resource"], row["detail"], row["hours"]) == (0, NOBODY, -1, 0.0)
    assert np.isnan(row["due"])
    assert np.isnan(row["value"])


def test_a_row_takes_33_bytes_without_gaps() -> None:
    assert ROW.itemsize == 33 == struct.calcsize("<diBhihfff")


def test_rows_read_before_an_event_do_not_change_with_it() -> None:
    written = record()
    written.write(1.0, 1, Event.REFERRAL)
    before = written.rows()
    written.write(2.0, 1, Event.SCREENED_IN)
    assert len(before) == 1
    assert len(written) == len(written.rows()) == 2


@pytest.mark.parametrize(
    "row",
    [(0.0, 2**31, 0), (0.0, 0, 256), (0.0, 0, 0, 2**15), (0.0, 0, 0, 0, 2**31), (0.0, 0, 0, 0, 0, 2**15), (0.0, 0.5, 0)],
)
def test_a_value_that_does_not_fit_its_column_is_refused_not_wrapped_around(row: tuple[Any, ...]) -> None:
    written = record()
    with pytest.raises(struct.error):
        written.write(*row)
    assert len(written) == 0


def test_an_event_or_detail_is_written_by_the_place_of_its_name() -> None:
    assert [EVENT_NAMES[event] for event in Event] == [event.name.lower() for event in Event]
    assert [DETAIL_NAMES[detail] for detail in Detail] == [detail.name.lower() for detail in Detail]
    assert len(DETAIL_NAMES) < 2**15
    assert len(EVENT_NAMES) < 2**8


def test_every_kind_of_event_is_pathway_work_case_holding_or_of_workers() -> None:
    kinds = {event: kind_of(event) for event in Event}
    assert set(kinds.values()) == {"arrival_departure", "resource_use", "queue", "allocation", "worker", "pathway"}
    assert {event for event, kind in kinds.items() if kind == "resource_use"} == WORK
    assert {event for event, kind in kinds.items() if kind == "worker"} == WORKER
    assert {event for event, kind in kinds.items() if kind in ("queue", "allocation")} == CASE_HOLDING
    assert {event for event, kind in kinds.items() if kind == "arrival_departure"} == {Event.REFERRAL, Event.CLOSED}


def test_visits_reviews_and_short_help_are_work_and_the_start_of_a_plan_is_not() -> None:
    assert {Event.CIN_VISIT, Event.CPP_REVIEW, Event.SHORT_HELP_SESSION, Event.VISIT_NOT_ACHIEVED, Event.HANDOVER_WORK} <= WORK
    assert not {Event.CIN_PLAN_STARTED, Event.WORKER_STARTED, Event.ALLOCATED, Event.HELP_LEVEL} & WORK
