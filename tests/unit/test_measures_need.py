"""Unmet need and undetected harm are counted day by day from latent need and the benefit of help."""

from __future__ import annotations

import pytest
from records import Story

from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit

HALF_LIFE = 253.0  # working days: 12 months


def days(story: Story, working_days: float, year: int = 2025) -> float:
    """Return working days of a reporting year as calendar days."""
    start, end = story.time(f"{year - 1}-04-01"), story.time(f"{year}-04-01")
    return working_days * 365 / (end - start)


def test_need_above_the_threshold_without_any_help_is_unmet_all_year() -> None:
    story = Story()
    story.child(need=1.5)
    story.child(need=0.5)
    found = story.measures
    assert found("unmet_need_child_days") == pytest.approx(365)
    assert found("undetected_harm_child_days") == 0
    assert found("unmet_need_child_days_rate") == pytest.approx(365 * 5_000)
    assert found("unmet_need_child_days", group="age=5-9") == pytest.approx(365)
    assert found("unmet_need_child_days", group="age=1-4") == 0


def test_need_counts_in_the_quarters_in_which_it_is_above_the_threshold() -> None:
    story = Story()
    story.child(need={"2024-07-01": 1.5, "2024-10-01": -1.0})
    quarter = story.time("2024-10-01") - story.time("2024-07-01")
    assert story.measures("unmet_need_child_days") == pytest.approx(days(story, quarter))
    assert story.measures("unmet_need_child_days", 2026) == 0


def test_need_counts_only_while_the_child_lives_in_the_area_and_is_born() -> None:
    story = Story()
    story.child("2010-01-01", need=1.5, entered="2024-10-01", leaves="2024-12-02")
    story.child("2025-03-03", need=1.5, entered="2024-10-01")
    lived = story.time("2024-12-02") - story.time("2024-10-01")
    born = story.time("2025-04-01") - story.time("2025-03-03")
    assert story.measures("unmet_need_child_days") == pytest.approx(days(story, lived + born))


def test_need_is_met_while_help_is_given_and_unmet_while_waiting_and_being_assessed() -> None:
    story = Story()
    child = story.child(need=1.5)
    story.refer("2024-05-01", child)
    story.tell("2024-06-03", Event.ASSESSMENT_COMPLETED, child)
    story.plan(child, "2024-06-03", "2024-12-02")
    story.close("2024-12-02", child, benefit=0.0)
    plan = story.time("2024-12-02") - story.time("2024-06-03")
    year = story.time("2025-04-01") - story.time("2024-04-01")
    assert story.measures("unmet_need_child_days") == pytest.approx(days(story, year - plan))


@pytest.mark.parametrize("kind", [Event.LOOKED_AFTER_STARTED, Event.CARE_LEAVER_STARTED, Event.DISABILITY_SERVICE_STARTED])
def test_care_and_long_stay_services_are_help(kind: Event) -> None:
    story = Story()
    child = story.child(need=1.5)
    story.refer("2024-02-01", child)
    story.tell("2024-03-01", kind, child)
    assert story.measures("unmet_need_child_days") == 0


def test_the_benefit_of_help_holds_need_down_until_it_has_faded() -> None:
    story = Story()
    child = story.child(need=2.0)
    story.refer("2023-05-02", child)
    story.plan(child, "2023-06-01", "2024-01-02")
    # a benefit of 2.0 against a margin of 1.0 fades to 1.0 in one half-life
    story.close("2024-01-02", child, benefit=2.0)
    since = story.time("2024-01-02") + HALF_LIFE
    assert story.time("2024-04-01") < since < story.time("2025-04-01")
    assert story.measures("unmet_need_child_days") == pytest.approx(days(story, story.time("2025-04-01") - since))


def test_the_benefit_goes_on_fading_while_a_new_referral_is_assessed() -> None:
    story = Story()
    child = story.child(need=2.0)
    story.refer("2023-05-02", child)
    story.plan(child, "2023-06-01", "2024-01-02")
    story.close("2024-01-02", child, benefit=2.0)
    story.refer("2024-05-01", child)
    since = story.time("2024-01-02") + HALF_LIFE
    assert story.measures("unmet_need_child_days") == pytest.approx(days(story, story.time("2025-04-01") - since))


def test_a_benefit_written_at_the_end_of_a_plan_counts_before_closure() -> None:
    story = Story()
    child = story.child(need=1.5)
    story.refer("2024-02-01", child)
    story.plan(child, "2024-02-01", "2024-06-03")
    story.tell("2024-06-03", Event.HELP_LEVEL, child, value=0.6)
    story.close("2024-09-02", child, benefit=0.1)
    # from June a benefit of 0.6 would hide a margin of 0.5 for log2(1.2) = 0.263 half-lives, 66.5 working days
    exposed = story.time("2025-04-01") - story.time("2024-09-02")
    early = max(story.time("2024-09-02") - (story.time("2024-06-03") + HALF_LIFE * 0.2630344), 0.0)
    assert story.measures("unmet_need_child_days") == pytest.approx(days(story, exposed + early), rel=1e-5)


def test_harm_is_undetected_on_a_cin_plan_but_not_on_a_protection_plan_or_in_care() -> None:
    story = Story()
    child = story.child(need=3.5)
    story.refer("2024-02-01", child)
    story.plan(child, "2024-02-01", "2024-06-03")
    story.plan(child, "2024-06-03", "2024-09-02", protection=True)
    story.tell("2024-09-02", Event.LOOKED_AFTER_STARTED, child)
    story.tell("2025-01-06", Event.LOOKED_AFTER_ENDED, child, detail=Detail.OUTCOME_HOME)
    before = story.time("2024-06-03") - story.time("2024-04-01")
    after = story.time("2025-04-01") - story.time("2025-01-06")
    found = story.measures
    assert found("undetected_harm_child_days") == pytest.approx(days(story, before + after))
    assert found("unmet_need_child_days") == pytest.approx(days(story, after))


def test_the_benefit_does_not_fade_while_help_is_given() -> None:
    story = Story()
    child = story.child(need=3.5)
    story.refer("2022-06-01", child)
    story.tell("2022-06-01", Event.HELP_LEVEL, child, value=0.6)
    story.plan(child, "2022-06-01")
    # two and a half half-lives on, 0.6 still outweighs the margin of 0.5 above the threshold for an enquiry
    assert story.measures("undetected_harm_child_days") == 0


def test_children_do_not_inherit_the_help_of_the_child_before() -> None:
    story = Story()
    helped, other = story.child(need=1.5), story.child(need=1.5)
    for child, benefit in ((helped, 9.0), (other, 0.0)):
        story.refer("2024-02-01", child)
        story.close("2024-03-01", child, benefit=benefit)
    story.child(need=1.5)
    assert story.measures("unmet_need_child_days") == pytest.approx(2 * 365)
