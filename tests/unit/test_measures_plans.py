"""CIN plans, section 47 enquiries, conferences, child protection plans and care are counted as DfE counts them."""

from __future__ import annotations

import math

import pytest
from records import Story

from cinsim.outcomes.spells import Spells
from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit


def referred(story: Story, day: str = "2024-04-15", birth: str = "2015-01-15") -> int:
    """Return a child referred and assessed on a day."""
    child = story.child(birth)
    story.refer(day, child)
    story.tell(day, Event.ASSESSMENT_COMPLETED, child)
    return child


def test_a_plan_over_the_year_end_starts_once_ends_once_and_is_open_between() -> None:
    story = Story()
    child = referred(story)
    story.plan(child, "2025-02-03", "2025-06-02")
    story.close("2025-06-02", child)
    found = story.measures
    assert (found("cin_plans_started", 2025), found("cin_plans_started", 2026)) == (1, 0)
    assert (found("cin_plans_ended", 2025), found("cin_plans_ended", 2026)) == (0, 1)
    assert (found("cin_plans_31_march", 2025), found("cin_plans_31_march", 2026)) == (1, 0)
    assert (found("cin_plans_any_point", 2025), found("cin_plans_any_point", 2026)) == (1, 1)
    assert found("cin_plans_31_march_rate", 2025) == 10_000


def test_a_plan_without_an_end_of_its_own_ends_at_closure_on_the_18th_birthday() -> None:
    story = Story()
    child = referred(story, birth="2006-11-04")
    story.plan(child, "2024-05-01")
    story.close("2024-11-04", child)
    found = story.measures
    assert found("cin_plans_ended") == 1
    assert found("cin_plans_31_march") == 0
    assert found("cin_plans_ended", group="age=16-17") == 1  # whoever is just 18 counts with the oldest
    plan = Spells(story.replication).cin_plans.iloc[0]
    assert str(plan["end_date"].date()) == "2024-11-04"
    assert plan["follows"] == -1


def test_two_plans_of_one_episode_are_two_even_where_one_follows_the_other_at_once() -> None:
    story = Story()
    child = referred(story)
    story.plan(child, "2024-05-01", "2024-08-01")
    story.plan(child, "2024-08-01", "2024-11-01")
    plans = Spells(story.replication).cin_plans
    assert plans["end"].tolist() == [story.time("2024-08-01"), story.time("2024-11-01")]
    found = story.measures
    assert (found("cin_plans_started"), found("cin_plans_ended")) == (2, 2)


def test_the_mean_length_of_plans_follows_from_time_lived_over_plans_ended() -> None:
    story = Story()
    length = story.time("2025-04-01") - story.time("2024-04-01")
    start = story.time("2024-04-01")
    for share in (0.25, 0.75):
        child = referred(story, "2024-04-01")
        story.plan(child, start, start + share * length)
    through = referred(story, "2024-04-01")
    story.plan(through, start)
    # 0.25 + 0.75 + 1 plan-years were lived and two plans ended: a year each
    assert story.measures("cin_plan_duration_mean_months") == pytest.approx(12.0)
    assert math.isnan(story.measures("cpp_duration_mean_months"))


def test_second_plans_are_second_however_long_ago_the_first_was() -> None:
    story = Story()
    child, other = referred(story, "2021-05-04"), referred(story)
    story.plan(child, "2021-06-01", "2021-12-01", protection=True)
    story.close("2021-12-01", child)
    story.refer("2024-09-02", child)
    story.plan(child, "2024-10-01", protection=True)
    story.plan(other, "2024-10-01", protection=True)
    found = story.measures
    assert found("cpp_started") == 2
    assert found("cpp_second_or_subsequent_percent") == 50
    assert found("cpp_started", group="category=neglect") == 2
    assert found("cpp_started", group="category=multiple") == 0


def test_plans_from_before_the_run_make_a_later_one_second() -> None:
    story = Story()
    story.plan(referred(story), "2024-10-01", protection=True)
    story.plan(referred(story), "2024-10-01", protection=True)
    story.histories["previous_cpps"] = [2, 0]
    assert story.measures("cpp_second_or_subsequent_percent") == 50
    assert Spells(story.replication).cp_plans["previous"].tolist() == [2, 0]


def test_protection_plans_have_dfes_duration_bands() -> None:
    story = Story()
    for end in ("2024-06-03", "2024-09-02", "2024-12-02", "2025-03-03"):
        story.plan(referred(story), "2024-05-01", end, protection=True)
    story.plan(referred(story, "2022-05-03"), "2022-06-01", protection=True)
    found = story.measures
    assert found("cpp_duration_ended_up_to_3_months_percent") == 25
    assert found("cpp_duration_ended_3_to_6_months_percent") == 25
    assert found("cpp_duration_ended_6_to_12_months_percent") == 50
    assert found("cpp_duration_open_2_years_or_more_percent") == 100


REVIEWS = {
    "every review in time": (["2024-08-30", "2025-02-28"], 100.0),
    "the first on its last day": (["2024-09-03", "2025-03-03"], 100.0),
    "the first a day late": (["2024-09-04", "2025-03-03"], 0.0),
    "the second late": (["2024-08-30", "2025-03-03"], 0.0),
    "the second outstanding": (["2024-08-30"], 0.0),
    "none": ([], 0.0),
}


@pytest.mark.parametrize(("days", "percentage"), REVIEWS.values(), ids=REVIEWS.keys())
def test_a_plan_is_reviewed_on_time_if_every_review_of_it_was(days: list[str], percentage: float) -> None:
    story = Story()
    child = referred(story)
    story.plan(child, "2024-06-03", protection=True)
    for day in days:
        story.tell(day, Event.CPP_REVIEW, child, worker=story.worker(Detail.CONFERENCE_CHAIR))
    assert story.measures("cpp_reviews_on_time_percent") == percentage


def test_plans_younger_than_three_months_on_31_march_need_no_review_yet() -> None:
    story = Story()
    story.plan(referred(story), "2025-01-02", protection=True)
    assert math.isnan(story.measures("cpp_reviews_on_time_percent"))
    story.plan(referred(story), "2024-12-31", protection=True)
    # three months old on 31 March, the day its first review is due: not yet outstanding
    assert story.measures("cpp_reviews_on_time_percent") == 100


def test_reviews_of_an_earlier_plan_do_not_serve_a_later_one() -> None:
    story = Story()
    child = referred(story)
    story.plan(child, "2024-05-01", "2024-08-01", protection=True)
    story.tell("2024-07-15", Event.CPP_REVIEW, child)
    story.plan(child, "2024-08-15", protection=True)
    assert story.measures("cpp_reviews_on_time_percent") == 0


def test_conferences_are_timed_from_the_enquiry_that_led_to_them() -> None:
    story = Story()
    child = referred(story)
    first = story.time("2024-05-07")
    story.tell(first + 0.5, Event.SECTION_47_STARTED, child)
    story.tell(first + 8, Event.SECTION_47_ENDED, child)
    later = story.time("2024-09-02")
    story.tell(later, Event.SECTION_47_STARTED, child)
    story.tell(later + 15.75, Event.ICPC, child, due=later + 15)
    other = referred(story)
    story.tell(later, Event.SECTION_47_STARTED, other)
    story.tell(later + 16, Event.ICPC, other, due=later + 15)
    transferred = referred(story)
    story.tell(later, Event.ICPC, transferred)  # no enquiry here: moved in on a plan
    found = story.measures
    assert found("s47") == 3
    assert found("icpc") == 3
    assert found("icpc_within_15_days_percent") == 50
    assert found("icpc_days_p25") == 15
    assert found("icpc_days_p75") == 16
    assert found("icpc_days_11_15_percent") == 50
    assert found("icpc_days_16_20_percent") == 50
    enquiries = Spells(story.replication).section_47s
    assert enquiries["conference"].notna().tolist() == [False, True, True]


def test_looked_after_children_are_counted_on_31_march_and_as_they_come_and_go() -> None:
    story = Story()
    home, away = referred(story), referred(story)
    for child in (home, away):
        story.tell("2024-06-03", Event.LOOKED_AFTER_STARTED, child)
    story.tell("2025-01-06", Event.LOOKED_AFTER_ENDED, home, detail=Detail.OUTCOME_HOME)
    found = story.measures
    assert found("looked_after_started") == 2
    assert found("looked_after_ceased") == 1
    assert found("looked_after_31_march") == 1
    assert found("looked_after_31_march_rate") == 5_000


def test_short_help_lasts_until_a_plan_starts_or_the_episode_is_closed() -> None:
    story = Story()
    stepped_up, helped, closed = (story.child() for _ in range(3))
    for child in (stepped_up, helped, closed):
        story.refer("2025-01-06", child)
        story.assessed("2025-02-03", child)
    story.plan(stepped_up, "2025-03-03")
    story.close("2025-03-10", closed)
    found = story.measures
    assert found("short_help_31_march") == 1
    ends = Spells(story.replication).short_help.sort_values("child")["end"].tolist()
    assert ends == [story.time("2025-03-03"), math.inf, story.time("2025-03-10")]
    assert found("children_in_need_31_march") == 2


def test_long_stay_groups_are_part_of_the_31_march_count() -> None:
    story = Story()
    leaver, disabled = referred(story), referred(story)
    story.tell("2024-06-03", Event.CARE_LEAVER_STARTED, leaver)
    story.tell("2024-06-03", Event.DISABILITY_SERVICE_STARTED, disabled)
    found = story.measures
    assert found("care_leavers_31_march") == 1
    assert found("disability_services_31_march") == 1
    assert found("children_in_need_31_march") == 2


def test_the_share_of_disabled_children_is_of_the_31_march_count() -> None:
    story = Story()
    for disabled in (True, False, False, False):
        story.refer("2025-02-03", story.child(disabled=disabled))
    assert story.measures("disability_recorded_percent") == 25


def test_conversions_set_the_counts_of_one_year_against_each_other() -> None:
    story = Story()
    children = [referred(story) for _ in range(4)]
    for child in children[:2]:
        story.tell("2024-06-03", Event.SECTION_47_STARTED, child)
    story.tell("2024-06-20", Event.ICPC, children[0])
    story.plan(children[0], "2024-06-20", protection=True)
    found = story.measures
    assert found("assessments_per_referral") == 1
    assert found("s47_per_referral") == 0.5
    assert found("icpc_per_s47_percent") == 50
    assert found("cpp_started_per_icpc_percent") == 100
    assert math.isnan(found("s47_per_referral", 2026))


def test_the_mean_length_of_an_episode_leaves_out_those_found_not_in_need() -> None:
    story = Story()
    length = story.time("2025-04-01") - story.time("2024-04-01")
    child, fine = story.child(), story.child()
    story.refer("2024-04-01", child)
    story.assessed("2024-05-01", child)
    story.close(story.time("2024-04-01") + length / 2, child)
    story.refer("2024-04-01", fine)
    story.assessed("2024-05-01", fine, Detail.OUTCOME_CLOSED)
    assert story.measures("episode_duration_mean_months") == pytest.approx(6.0)
