"""A policy is in force from a date, wholly or phased in."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.engine.clock import Calendar
from cinsim.policy.timing import NEVER, Ramp, ramp_of
from cinsim.scenario import Duration

pytestmark = pytest.mark.unit

CALENDAR = Calendar(date(2020, 4, 1), date(2030, 3, 31))
TIMES = st.floats(0, 3000)


def test_a_policy_is_not_in_force_before_its_date_and_wholly_from_then_on_without_phasing_in() -> None:
    ramp = ramp_of(CALENDAR, date(2025, 4, 1), None)
    start = CALENDAR.time_of(date(2025, 4, 1))
    assert ramp == Ramp(start, start)
    assert ramp.at(start - 1 / 1024) == 0.0
    assert ramp.at(start) == 1.0


def test_a_policy_phased_in_over_six_months_is_half_in_force_after_three() -> None:
    ramp = ramp_of(CALENDAR, date(2025, 4, 1), Duration(6, "months"))
    start = CALENDAR.time_of(date(2025, 4, 1))
    assert ramp.full == start + 126.5
    assert ramp.at(start) == 0.0
    assert ramp.at(start + 126.5 / 2) == 0.5
    assert ramp.at(start + 126.5) == 1.0


def test_a_policy_that_starts_on_a_weekend_starts_on_the_next_working_day() -> None:
    assert CALENDAR.date_at(ramp_of(CALENDAR, date(2025, 4, 5), None).start) == date(2025, 4, 7)


@given(TIMES, TIMES, TIMES, st.floats(0, 1000))
def test_a_share_in_force_never_falls_and_stays_between_none_and_all(
    one: float, other: float, start: float, length: float
) -> None:
    ramp = Ramp(start, start + length)
    early, late = sorted((one, other))
    assert 0.0 <= ramp.at(early) <= ramp.at(late) <= 1.0


@given(TIMES, st.floats(-100, 100), st.floats(-100, 100))
def test_a_blend_is_what_was_before_and_what_comes_after_and_between_meanwhile(time: float, before: float, after: float) -> None:
    ramp = Ramp(1000.0, 2000.0)
    blend = ramp.blend(before, after, time)
    low, high = sorted((before, after))
    assert low - 1e-9 <= blend <= high + 1e-9
    assert ramp.blend(before, after, 999.0) == before
    assert ramp.blend(before, after, 2000.0) == pytest.approx(after, abs=1e-9)
    assert ramp.blend(before, after, 1500.0) == pytest.approx((before + after) / 2)


@given(st.floats(0, 1e9))
def test_a_policy_that_a_scenario_does_not_have_is_never_in_force(time: float) -> None:
    assert NEVER.at(time) == 0.0
    assert NEVER.blend(3.0, math.nan, time) == 3.0
