"""Childhood cumulative incidence and return after closure follow their life tables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from records import Story

from cinsim.outcomes.incidence import first_times, survival
from cinsim.outcomes.spells import Spells
from cinsim.reference.events import Detail

pytestmark = pytest.mark.unit


def closed(story: Story, day: str, *, birth: str = "2015-01-15", **given: object) -> int:
    """Return a child helped and closed on a day of 2024 or 2025."""
    child = story.child(birth, **given)  # type: ignore[arg-type]
    story.refer("2024-04-15", child)
    story.assessed("2024-04-29", child)
    story.close(day, child)
    return child


def test_everyone_followed_gives_the_plain_percentage_of_those_who_return() -> None:
    story = Story(years=range(2025, 2026))
    for number in range(4):
        child = closed(story, "2024-05-01")
        if number == 0:
            story.refer("2024-09-02", child)
    assert story.measures("re_referred_within_12_months_of_closure_percent") == 25


def test_those_whose_year_is_not_over_count_for_as_long_as_they_were_followed() -> None:
    story = Story(years=range(2025, 2026))
    early, late = closed(story, "2024-05-01"), closed(story, "2025-03-03")
    story.refer("2024-12-02", early)
    # when the first came back, the second was no longer followed: 1 of 1
    assert late == 1
    assert story.measures("re_referred_within_12_months_of_closure_percent") == 100
    story.refer("2025-03-10", late)
    assert story.measures("re_referred_within_12_months_of_closure_percent") == 100


def test_closures_of_the_year_before_are_at_risk_from_the_first_of_april_on() -> None:
    story = Story()
    back, gone = closed(story, "2025-02-03"), closed(story, "2025-02-03")
    story.refer("2025-05-01", back)
    found = story.measures
    assert gone == 1
    assert found("re_referred_within_12_months_of_closure_percent", 2025) == 0
    assert found("re_referred_within_12_months_of_closure_percent", 2026) == 50


@pytest.mark.parametrize(("again", "percentage"), [("2025-05-01", 100), ("2025-05-02", 0)])
def test_a_return_within_twelve_months_of_closure_includes_the_same_day_a_year_later(again: str, percentage: float) -> None:
    story = Story()
    story.refer(again, closed(story, "2024-05-01"))
    assert story.measures("re_referred_within_12_months_of_closure_percent", 2026) == percentage


def test_children_who_turn_18_leave_the_life_table_and_refusals_are_no_closures() -> None:
    story = Story(years=range(2025, 2026))
    closed(story, "2024-05-01", birth="2006-06-03")
    refused = story.child()
    story.refuse("2024-05-01", refused)
    story.refer("2024-06-03", refused)
    stays = closed(story, "2024-05-01")
    story.refer("2024-09-02", stays)
    # the first turned 18 in June, before the only return in September
    assert story.measures("re_referred_within_12_months_of_closure_percent") == 100


def test_survival_is_that_of_kaplan_and_meier_with_late_entry() -> None:
    entry, leaving = np.array([0.0, 0.0, 2.0, 5.0]), np.array([3.0, 4.0, 4.0, 9.0])
    event = np.array([True, False, True, False])
    # on day 3 one of three, on day 4 one of two
    assert survival(entry, leaving, event) == pytest.approx(2 / 3 * 1 / 2)
    assert math.isnan(survival(np.array([5.0]), np.array([4.0]), np.array([False])))


def test_first_times_follow_the_published_definitions() -> None:
    story = Story()
    child, never = story.child(), story.child()
    story.refuse("2022-05-03", child)
    story.refer("2023-05-02", child)
    story.assessed("2023-06-01", child, Detail.OUTCOME_CLOSED)
    story.refer("2024-05-01", child)
    story.plan(child, "2024-06-03", protection=True)
    first = first_times(Spells(story.replication))
    days = {"referred": "2022-05-03", "assessed": "2023-05-02", "in_need": "2024-05-01", "cpp": "2024-06-03"}
    assert {name: times[child] for name, times in first.items()} == {name: story.time(day) for name, day in days.items()}
    assert all(times[never] == math.inf for times in first.values())


def cohort(story: Story, age: int, n: int, referred: int) -> None:
    """Add children who stay one age all year long (to within a month), some of them referred in its middle."""
    for number in range(n):
        child = story.child(f"{2024 - age}-04-01")
        if number < referred:
            story.refuse("2024-10-01", child)


def test_cumulative_incidence_adds_the_hazards_of_single_years_of_age() -> None:
    story = Story(years=range(2025, 2026))
    cohort(story, age=2, n=10, referred=4)
    cohort(story, age=9, n=10, referred=2)
    # those referred on 1 October were at risk in the middle of 6 of the 12 months
    hazards = 4 / (6 + 4 * 0.5), 2 / (8 + 2 * 0.5)
    found = story.measures
    assert found("ever_referred_by_5_percent") == pytest.approx(100 * (1 - math.exp(-hazards[0])))
    assert found("ever_referred_by_18_percent") == pytest.approx(100 * (1 - math.exp(-sum(hazards))))
    assert found("ever_assessed_by_18_percent") == 0


def test_cumulative_incidence_takes_all_years_up_to_the_one_named_together() -> None:
    story = Story()
    child = story.child("2014-04-01")  # 10 in the year to March 2025, 11 in the next
    other = story.child("2013-04-01")
    story.refuse("2025-10-01", child)
    found = story.measures
    assert other == 1
    assert found("ever_referred_by_18_percent", 2025) == 0
    # at 11: one referral; lived by the other in 2024-25 a year, by the child in 2025-26 half a year
    assert found("ever_referred_by_18_percent", 2026) == pytest.approx(100 * (1 - math.exp(-1 / 1.5)))


def test_only_first_occurrences_count_and_histories_are_known_where_the_population_knows_them() -> None:
    story = Story(years=range(2025, 2026))
    cohort(story, age=9, n=10, referred=2)
    found = story.measures("ever_referred_by_18_percent")
    story.histories["ever_referred_before"] = [True] + [False] * 9
    # one of the two is no longer at risk: 1 first referral, in 8.5 years
    assert story.measures("ever_referred_by_18_percent") == pytest.approx(100 * (1 - math.exp(-1 / 8.5)))
    assert found == pytest.approx(100 * (1 - math.exp(-2 / 9)))


def test_a_child_known_before_the_run_is_not_first_assessed_in_it() -> None:
    story = Story(years=range(2025, 2026))
    for _ in range(2):
        child = story.child("2015-04-01")
        story.refer("2024-10-01", child)
    story.histories["ever_referred_before"] = [True, False]
    found = story.measures
    assert found("ever_assessed_by_18_percent") == found("ever_referred_by_18_percent")
    assert found("ever_referred_by_18_percent") == pytest.approx(100 * (1 - math.exp(-1 / 0.5)))


def test_referrals_before_birth_count_at_age_0() -> None:
    story = Story(years=range(2025, 2026))
    story.refuse("2024-06-03", story.child("2024-10-01", entered="2024-05-01"))
    story.child("2024-04-01")
    # one referral; the other child lives a year at age 0, the one referred before birth is at risk at no time
    assert story.measures("ever_referred_by_5_percent") == pytest.approx(100 * (1 - math.exp(-1 / 1.0)))
