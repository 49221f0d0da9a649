"""Intervals between visits and reviews, and the limit on assessments, before and after a policy."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.engine.clock import Calendar
from cinsim.policy.timing import NEVER, Ramp
from cinsim.policy.visits import AssessmentPolicy, Interval, ReviewInterval, ReviewPolicy
from cinsim.reference.parameters import NEED_CATEGORIES
from cinsim.scenario.quantities import Duration

pytestmark = pytest.mark.unit

NEGLECT, DISABILITY = NEED_CATEGORIES.index("neglect"), NEED_CATEGORIES.index("disability")
AT_ONCE, PHASED = Ramp(100.0, 100.0), Ramp(100.0, 200.0)


def test_an_interval_changes_on_the_policys_day() -> None:
    interval = Interval(30.0, 20.0, AT_ONCE)
    assert interval.at(99.99, NEGLECT) == 30.0
    assert interval.at(100.0, NEGLECT) == 20.0


def test_an_interval_moves_day_by_day_while_a_policy_is_phased_in() -> None:
    interval = Interval(30.0, 20.0, PHASED)
    assert [interval.at(time, NEGLECT) for time in (99.0, 100.0, 125.0, 150.0, 200.0)] == [30.0, 30.0, 27.5, 25.0, 20.0]


def test_a_category_of_need_may_have_an_interval_of_its_own_once_the_policy_starts() -> None:
    interval = Interval(30.0, 20.0, PHASED, {NEGLECT: 10.0})
    assert interval.at(50.0, NEGLECT) == 30.0
    assert interval.at(150.0, NEGLECT) == 20.0
    assert interval.at(300.0, NEGLECT) == 10.0
    assert interval.at(300.0, DISABILITY) == 20.0


def test_without_a_policy_the_interval_stays() -> None:
    assert Interval(30.0, 5.0, NEVER, {NEGLECT: 1.0}).at(1e6, NEGLECT) == 30.0


@given(st.floats(0, 400), st.floats(1, 100), st.floats(1, 100))
def test_an_interval_is_never_shorter_or_longer_than_both_practices(time: float, before: float, after: float) -> None:
    low, high = sorted((before, after))
    assert low - 1e-9 <= Interval(before, after, PHASED).at(time, NEGLECT) <= high + 1e-9


CALENDAR = Calendar(date(2024, 4, 1), date(2027, 3, 31))


def reviews_of(before: tuple[str, str, str], after: tuple[str, str, str], ramp: Ramp) -> ReviewPolicy:
    one, other = (tuple(ReviewInterval.of(Duration.parse(text)) for text in texts) for texts in (before, after))
    return ReviewPolicy(one, other, ramp)  # type: ignore[arg-type]


def test_reviews_in_months_are_due_within_calendar_months_the_first_of_a_protection_plan_sooner() -> None:
    reviews = reviews_of(("3 months", "3 months", "6 months"), ("2 months", "2 months", "4 months"), AT_ONCE)
    for time, months in ((99.0, (3, 3, 6)), (100.0, (2, 2, 4))):
        due = (reviews.cin_due(CALENDAR, time), *(reviews.cpp_due(CALENDAR, time, first=first) for first in (True, False)))
        assert due == tuple(CALENDAR.after_months(time, number) for number in months)


def test_reviews_phased_in_pass_through_whole_months() -> None:
    reviews = reviews_of(("3 months", "3 months", "6 months"), ("1 month", "1 month", "2 months"), PHASED)
    for time in range(100, 201, 5):
        due = reviews.cpp_due(CALENDAR, time, first=False)
        assert due in {CALENDAR.after_months(time, number) for number in range(2, 7)}
    assert reviews.cpp_due(CALENDAR, 200, first=False) == CALENDAR.after_months(200, 2)


@pytest.mark.parametrize(
    ("written", "days"),
    [("1 week", 5), ("2 weeks", 10), ("6 weeks", 30), ("45 days", 31), ("20 working days", 20), ("1.5 months", 31)],
)
def test_an_interval_between_reviews_is_used_in_the_unit_it_is_written_in(written: str, days: int) -> None:
    reviews = reviews_of(("3 months", "3 months", "6 months"), (written, written, written), AT_ONCE)
    assert reviews.cin_due(CALENDAR, 150.0) - 150 == days
    assert reviews.cpp_due(CALENDAR, 150.0, first=True) - 150 == days


def test_intervals_of_another_unit_are_phased_in_without_a_leap() -> None:
    reviews = reviews_of(("3 months", "3 months", "6 months"), ("6 weeks", "6 weeks", "6 weeks"), PHASED)
    lengths = [reviews.cin_due(CALENDAR, time) - time for time in range(100, 201, 10)]
    assert lengths[-1] == 30
    assert lengths[1:] == sorted(lengths[1:], reverse=True)


def test_an_assessment_is_planned_for_as_long_as_it_needs_and_no_longer_than_the_limit() -> None:
    policy = AssessmentPolicy(45.0, 35.0, ramp=AT_ONCE)
    assert policy.planned(12.0, 0.0) == 12.0
    assert policy.planned(80.0, 0.0) == 45.0
    assert policy.planned(80.0, 100.0) == policy.limit(100.0) == 35.0


def test_a_checkpoint_brings_forward_what_could_be_finished_then_and_nothing_else() -> None:
    policy = AssessmentPolicy(45.0, 45.0, checkpoint=20.0, window=10.0, ramp=AT_ONCE)
    assert policy.planned(25.0, 99.0) == 25.0  # not yet
    assert policy.planned(25.0, 100.0) == 20.0
    assert policy.planned(30.0, 100.0) == 20.0
    assert policy.planned(30.5, 100.0) == 30.5
    assert policy.planned(15.0, 100.0) == 15.0
    assert policy.planned(80.0, 100.0) == 45.0


@given(st.floats(0.1, 500), st.floats(0, 400), st.one_of(st.none(), st.floats(1, 60)))
def test_no_assessment_is_planned_past_the_limit_or_for_longer_than_it_needs(
    needed: float, time: float, checkpoint: float | None
) -> None:
    policy = AssessmentPolicy(45.0, 30.0, checkpoint, ramp=PHASED)
    assert policy.planned(needed, time) <= min(needed, policy.limit(time))


def test_without_a_limit_an_assessment_takes_what_it_needs() -> None:
    assert AssessmentPolicy(math.inf, math.inf).planned(300.0, 0.0) == 300.0
