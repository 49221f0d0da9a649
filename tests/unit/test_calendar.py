"""The clock counts working days in England, and one calendar turns its times into dates and back."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.engine.clock import TICKS_PER_DAY, Calendar, add_months_to_date, on_grid, reporting_year
from cinsim.engine.year import DAYS_PER_YEAR

pytestmark = pytest.mark.unit

CALENDAR = Calendar(date(2019, 4, 1), date(2029, 3, 31))
INSIDE = st.dates(CALENDAR.first, CALENDAR.last)
AROUND = st.dates(date(1995, 1, 1), date(2055, 1, 1))


def is_working(day: date) -> bool:
    """Return whether a time of the calendar falls on a day itself rather than on a later one."""
    return CALENDAR.date_at(CALENDAR.time_of(day)) == day


@pytest.mark.parametrize(
    "day",
    [
        date(2019, 4, 19),  # Good Friday
        date(2019, 4, 22),  # Easter Monday
        date(2024, 3, 29),
        date(2024, 4, 1),
        date(2020, 5, 8),  # the early May holiday, moved to VE day
        date(2021, 12, 27),  # Christmas Day 2021 was a Saturday
        date(2021, 12, 28),
        date(2022, 1, 3),  # New Year's Day 2022 was a Saturday
        date(2022, 6, 2),  # the spring holiday, moved to the jubilee
        date(2022, 6, 3),
        date(2022, 9, 19),  # the Queen's funeral
        date(2022, 12, 27),  # Christmas Day 2022 was a Sunday
        date(2023, 5, 8),  # the coronation
        date(2024, 8, 26),
        date(2024, 6, 1),  # a Saturday
        date(2024, 6, 2),  # a Sunday
    ],
)
def test_weekends_and_bank_holidays_of_england_do_not_exist_on_the_clock(day: date) -> None:
    assert not is_working(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2020, 5, 4),  # the first Monday of May 2020 was worked
        date(2022, 5, 30),  # and so was the last one of May 2022
        date(2021, 12, 29),
        date(2024, 1, 2),  # a holiday in Scotland alone
        date(2024, 8, 5),  # likewise
        date(2024, 7, 12),  # a holiday in Northern Ireland alone
        date(2024, 3, 28),
        date(2024, 4, 2),
    ],
)
def test_days_that_england_works_are_on_the_clock(day: date) -> None:
    assert is_working(day)


def test_the_year_to_march_2025_has_254_working_days() -> None:
    # 261 weekdays less Easter Monday, two in May, one in August, two at Christmas and New Year's Day
    start, end = CALENDAR.year_bounds(2025)
    assert end - start == 254


def test_forty_five_working_days_from_a_referral_after_easter_2024_end_on_6_june() -> None:
    # 3 to 5 April 3; the rest of April 17 more; May 21 of its 23 weekdays; 3 to 6 June 4
    referral = CALENDAR.time_of(date(2024, 4, 2))
    assert CALENDAR.date_at(referral + 45) == date(2024, 6, 6)
    assert CALENDAR.time_of(date(2024, 6, 6)) == referral + 45


def test_forty_five_working_days_over_christmas_end_in_the_new_year() -> None:
    # 19 more in December without the 25th and 26th, 22 in January without the 1st, 4 in February
    referral = CALENDAR.time_of(date(2024, 12, 2))
    assert CALENDAR.date_at(referral + 45) == date(2025, 2, 6)


def test_fifteen_working_days_from_a_strategy_discussion_are_three_weeks_without_a_holiday() -> None:
    discussion = CALENDAR.time_of(date(2024, 9, 10))
    assert CALENDAR.date_at(discussion + 15) == date(2024, 10, 1)


def test_any_moment_of_a_working_day_has_that_days_date() -> None:
    morning = CALENDAR.time_of(date(2024, 9, 10))
    for moment in (0.0, 0.5, 1023 / 1024):
        assert CALENDAR.date_at(morning + moment) == date(2024, 9, 10)


def test_time_zero_is_the_first_working_day_on_or_after_the_first_day() -> None:
    assert Calendar(date(2024, 4, 1), date(2025, 3, 31)).date_at(0.0) == date(2024, 4, 2)  # 1 April 2024 was Easter Monday
    assert Calendar(date(2025, 4, 1), date(2026, 3, 31)).date_at(0.0) == date(2025, 4, 1)


def test_a_day_that_is_not_worked_has_the_time_of_the_next_one_that_is() -> None:
    assert CALENDAR.time_of(date(2024, 3, 29)) == CALENDAR.time_of(date(2024, 4, 2))


@given(st.integers(0, CALENDAR.days - 1))
def test_a_time_and_its_date_lead_back_to_each_other(time: int) -> None:
    assert CALENDAR.time_of(CALENDAR.date_at(time)) == time


@given(AROUND, AROUND)
def test_a_later_date_never_has_an_earlier_time_inside_the_calendar_and_beyond_its_ends(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    assert CALENDAR.time_of(earlier) <= CALENDAR.time_of(later)


@given(st.lists(AROUND, min_size=1))
def test_many_dates_have_the_times_they_have_one_by_one(days: list[date]) -> None:
    assert CALENDAR.times_of(np.array(days, dtype="datetime64[D]")).tolist() == [CALENDAR.time_of(day) for day in days]


@given(st.dates(date(2000, 1, 1), date(2018, 12, 31)))
def test_dates_before_the_calendar_are_continued_at_253_working_days_a_year(day: date) -> None:
    time = CALENDAR.time_of(day)
    assert time == pytest.approx((day - CALENDAR.first).days * 253 / DAYS_PER_YEAR, abs=1)
    assert abs((CALENDAR.date_at(time) - day).days) <= 2


@given(st.dates(date(2029, 4, 1), date(2031, 3, 31)))
def test_the_two_years_after_a_calendar_have_their_true_working_days(day: date) -> None:
    longer = Calendar(CALENDAR.first, date(2033, 3, 31))
    assert CALENDAR.time_of(day) == longer.time_of(day)
    assert CALENDAR.after_months(CALENDAR.days - 1, 12) == longer.after_months(CALENDAR.days - 1, 12)


@given(st.dates(date(2031, 4, 1), date(2045, 1, 1)))
def test_dates_after_those_are_continued_at_253_working_days_a_year(day: date) -> None:
    longer = Calendar(CALENDAR.first, date(2046, 3, 31))
    # 253 a year is not exact, and Christmas and Easter come in spells
    assert CALENDAR.time_of(day) == pytest.approx(longer.time_of(day), abs=5 + 0.5 * (day.year - 2029))


def test_the_day_after_a_calendars_last_is_not_a_day_late() -> None:
    longer = Calendar(CALENDAR.first, date(2031, 3, 31))
    assert CALENDAR.last == date(2029, 3, 31)  # a Saturday; 1 and 2 April are Easter
    assert CALENDAR.time_of(date(2029, 4, 1)) == longer.time_of(date(2029, 4, 1)) == CALENDAR.days


def test_times_past_the_end_give_the_last_working_day() -> None:
    assert (
        CALENDAR.date_at(CALENDAR.days + 100) == CALENDAR.date_at(CALENDAR.days - 1) == date(2029, 3, 29)
    )  # Good Friday follows


def test_a_day_before_the_calendar_is_a_date_before_its_first() -> None:
    assert CALENDAR.date_at(-0.25) == CALENDAR.first - timedelta(days=2)
    assert CALENDAR.date_at(-253.0) == date(2018, 3, 31)


def test_the_reporting_year_runs_from_1_april_to_31_march_and_is_named_by_its_end() -> None:
    assert reporting_year(date(2024, 3, 31)) == 2024
    assert reporting_year(date(2024, 4, 1)) == 2025
    start, end = CALENDAR.year_bounds(2025)
    assert CALENDAR.date_at(start) == date(2024, 4, 2)  # the first working day: 1 April 2024 was Easter Monday
    assert CALENDAR.date_at(end - 1) == date(2025, 3, 31)
    assert CALENDAR.date_at(end) == date(2025, 4, 1)


def test_reporting_years_follow_on_each_other_and_fill_the_calendar() -> None:
    bounds = [CALENDAR.year_bounds(year) for year in range(2020, 2030)]
    assert bounds[0][0] == 0
    assert bounds[-1][1] == CALENDAR.days
    assert all(before[1] == after[0] for before, after in pairwise(bounds))


def test_quarters_start_on_the_first_of_january_april_july_and_october_and_cover_the_calendar() -> None:
    starts = Calendar(date(2024, 5, 7), date(2025, 1, 31)).quarter_starts().astype(str).tolist()
    assert starts == ["2024-04-01", "2024-07-01", "2024-10-01", "2025-01-01", "2025-04-01"]


@given(INSIDE, st.integers(0, 800))
def test_quarters_begin_on_or_before_the_first_day_and_end_after_the_last(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    starts = Calendar(first, last).quarter_starts()
    assert starts[0] <= np.datetime64(first)
    assert starts[1] > np.datetime64(first)
    assert starts[-2] <= np.datetime64(last) < starts[-1]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 12, 15), 0, date(2024, 12, 15)),
        (date(2024, 3, 15), -3, date(2023, 12, 15)),
        (date(2024, 5, 31), 18, date(2025, 11, 30)),
    ],
)
def test_months_later_is_the_same_day_or_the_months_last(day: date, months: int, later: date) -> None:
    assert add_months_to_date(day, months) == later


def test_a_review_due_on_a_working_day_is_due_that_day() -> None:
    plan = CALENDAR.time_of(date(2024, 4, 2))
    assert CALENDAR.date_at(CALENDAR.after_months(plan, 3)) == date(2024, 7, 2)


def test_a_review_due_on_a_weekend_or_holiday_is_kept_by_the_working_day_before() -> None:
    assert CALENDAR.date_at(CALENDAR.after_months(CALENDAR.time_of(date(2024, 3, 1)), 3)) == date(2024, 5, 31)  # 1 June: Saturday
    assert CALENDAR.date_at(CALENDAR.after_months(CALENDAR.time_of(date(2024, 9, 25)), 3)) == date(2024, 12, 24)  # Christmas Day


@given(st.integers(0, CALENDAR.days - 1), st.integers(1, 24))
def test_within_some_months_is_kept_on_the_due_day_and_broken_on_the_next(time: int, months: int) -> None:
    due = add_months_to_date(CALENDAR.date_at(time), months)
    at = CALENDAR.after_months(time + 0.5, months)
    if at < CALENDAR.days - 1:
        assert CALENDAR.date_at(at) <= due < CALENDAR.date_at(at + 1)


def test_months_after_a_time_before_the_calendar_are_counted_from_its_date() -> None:
    started = -100.0  # 145 calendar days before 1 April 2019
    assert CALENDAR.date_at(started) == date(2018, 11, 7)
    assert CALENDAR.date_at(CALENDAR.after_months(started, 6)) == date(2019, 5, 7)
    assert CALENDAR.after_months(started, 1) < 0


@given(st.floats(-1e4, 1e6))
def test_a_time_moves_up_to_the_next_tick_of_the_grid_and_no_further(time: float) -> None:
    moved = on_grid(time)
    assert 0 <= Fraction(moved) - Fraction(time) < Fraction(1, TICKS_PER_DAY)
    assert (moved * TICKS_PER_DAY).is_integer()
    assert on_grid(moved) == moved


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=50))
def test_sums_of_times_on_the_grid_are_exact_in_any_order(ticks: list[int]) -> None:
    times = [tick / TICKS_PER_DAY for tick in ticks]
    assert sum(times) == sum(reversed(times)) == math.fsum(times)


def test_a_calendar_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="must end after it starts, not 2024-04-01 to 2024-03-31"):
        Calendar(date(2024, 4, 1), date(2024, 3, 31))
