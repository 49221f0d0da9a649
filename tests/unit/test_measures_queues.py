"""Who waits in each queue, in records written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from records import Story, Values

from cinsim.outcomes.measures import measures
from cinsim.reference.events import Detail, Event
from cinsim.report.words import THEMES
from cinsim.workforce.staffing import Post

pytestmark = pytest.mark.unit


def test_a_decision_by_the_end_of_the_next_working_day_is_in_time_and_one_not_made_is_not() -> None:
    story = Story()
    monday = float(story.calendar.time_of(date(2024, 9, 2)))
    for wait in (0.2, 1.9, 2.1, 30.0):
        child = story.child()
        story.refer(monday + 0.5, child, assess=False)
        story.tell(monday + 0.5 + (wait - 0.5 if wait > 1 else wait), Event.SCREENED_IN, child)
    never, gone = story.child(), story.child()
    story.refer(monday, never, assess=False)
    story.refer(monday, gone, assess=False)
    story.close(monday + 0.7, gone, Detail.RC7)  # moved away before the decision was due
    found = story.measures
    assert found("decisions_due") == 5
    assert found("decision_within_1_day_percent") == pytest.approx(100 * 2 / 5)
    assert (found("referrals_undecided_31_march"), found("referrals_undecided_31_march", 2026)) == (1, 1)


def test_children_wait_for_an_initial_conference_from_the_end_of_the_enquiry_until_it_is_held() -> None:
    story = Story()
    for held in ("2025-03-28", "2025-04-03", None):
        child = story.child()
        story.refer("2025-02-03", child)
        story.tell("2025-03-03", Event.SECTION_47_STARTED, child)
        story.tell("2025-03-17", Event.SECTION_47_ENDED, child, detail=Detail.OUTCOME_ICPC)
        if held is not None:
            story.tell(held, Event.ICPC, child, detail=Detail.OUTCOME_CPP)
    assert [story.measures("conferences_waiting_31_march", year) for year in (2025, 2026)] == [2, 1]


def test_approvals_and_late_review_conferences_are_counted_as_they_are_noted_at_the_years_end() -> None:
    story = Story()
    for _ in range(3):
        story.child()
    end = float(story.calendar.year_bounds(2025)[1])
    notes = np.array(
        [[end, Event.APPROVAL, 0], [end, Event.APPROVAL, 1], [end, Event.CPP_REVIEW, 2], [end - 9, Event.APPROVAL, 2]]
    )
    found = Values(measures(replace(story.replication, queue_notes=notes)))
    assert (found("approvals_waiting_31_march"), found("conferences_waiting_31_march")) == (2, 1)
    assert found("approvals_waiting_31_march", 2026) == 0


def test_funded_posts_are_those_open_on_31_march_by_role_and_at_the_front_door() -> None:
    story = Story()
    end = float(story.calendar.year_bounds(2025)[1])
    posts = (
        Post(1, Detail.FRONT_DOOR, Detail.SENIOR_PRACTITIONER, 0.8, 0.0, np.inf),
        Post(2, Detail.CIN_AND_CP_TEAM, Detail.SOCIAL_WORKER, 1.0, 0.0, end - 1),
        Post(3, Detail.CIN_AND_CP_TEAM, Detail.SOCIAL_WORKER, 0.6, 0.0, end),
        Post(4, Detail.CIN_AND_CP_TEAM, Detail.SOCIAL_WORKER, 1.0, end, np.inf),
    )
    found = Values(measures(replace(story.replication, posts=posts)))
    assert found("funded_posts_fte") == pytest.approx(1.4)
    assert found("funded_posts_fte", group="role=social_worker") == pytest.approx(0.6)
    assert found("funded_posts_fte", group="team=front_door") == pytest.approx(0.8)
    assert found("funded_posts_fte", 2026, "role=social_worker") == pytest.approx(1.0)


def test_children_who_wait_for_a_decision_are_not_told_as_helped() -> None:
    assert not {"children_in_need_31_march_rate", "referrals_undecided_31_march"} & set(THEMES["Children helped"])
    assert "referrals_undecided_31_march" in THEMES["Waiting"]


@pytest.mark.parametrize("rise", ["+30%", "+50%", "+100%"])
def test_a_rise_in_referrals_shows_at_the_front_door_and_is_met_where_its_posts_follow(rise: str) -> None:
    from simulated import replicate

    from cinsim.reference.areas import find_area
    from cinsim.scenario.model import Scenario

    def found(**keys: object) -> Values:
        scenario = Scenario.model_validate(
            {"title": "t", "area": "England", "years": 1, "warm_up": 1, "draws": "point", "population_fraction": 0.1, **keys}
        )
        return Values(measures(replicate(scenario, find_area("England"))))

    usual, more = found(), found(demand={"referrals": rise})
    follow = found(demand={"referrals": rise}, workforce={"screening_social_workers": {"follow_demand": True}})
    assert more("decision_within_1_day_percent") < usual("decision_within_1_day_percent") - 5
    assert more("decision_within_1_day_percent") < follow("decision_within_1_day_percent") - 5
    if rise == "+100%":
        assert more("referrals_undecided_31_march") > 5 * max(usual("referrals_undecided_31_march"), 1)
        assert follow("referrals_undecided_31_march") < more("referrals_undecided_31_march") / 3
