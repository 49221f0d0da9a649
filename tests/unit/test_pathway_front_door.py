"""From referral to the end of the assessment, with no luck and all the staff wanted: dates worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest
from models import Town, post, roomy_posts

from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit

NOT_SCREENED_IN, NOT_IN_NEED, SHORT_HELP, PLAN, SIGNIFICANT_HARM, CARE = -1.0, 0.5, 1.5, 2.5, 3.5, 4.5
LATE_IN_THE_DAY = 10.9375  # after every worker's moment of day 10, so that work on it starts on day 11


def town(need: float, *, at: float = LATE_IN_THE_DAY, until: float = 300.0, **how: object) -> Town:
    """One child of constant need, referred late on day 10."""
    place = Town([need], **how)  # type: ignore[arg-type]
    place.refer(0, at)
    place.run(until)
    return place


def test_a_referral_is_screened_by_the_end_of_the_next_working_day() -> None:
    place = town(NOT_SCREENED_IN)
    screened = place.one(Event.SCREENING)
    assert (screened.day, screened.due) == (11, LATE_IN_THE_DAY + 1)
    place = town(NOT_SCREENED_IN, at=10.0)
    assert place.one(Event.SCREENING).day == 10


def test_a_referral_late_on_the_thursday_before_easter_is_screened_on_the_tuesday_after_it() -> None:
    thursday = Town([0.0]).calendar.time_of(date(2025, 4, 17))
    place = town(NOT_SCREENED_IN, at=thursday + 0.9375)
    assert place.calendar.date_at(place.one(Event.SCREENING).time) == date(2025, 4, 22)


def test_below_the_screening_threshold_no_further_action_is_taken_and_nobody_holds_the_case() -> None:
    place = town(NOT_SCREENED_IN)
    assert place.happened() == ["REFERRAL", "NO_FURTHER_ACTION", "CLOSED"]
    closed = place.one(Event.CLOSED)
    assert (closed.time, closed.detail) == (place.one(Event.SCREENING).time, Detail.NFA)
    assert place.events(Event.ALLOCATED, Event.WAITING_FOR_ALLOCATION, Event.CLOSURE_WORK) == []


def test_a_referral_at_the_screening_threshold_goes_on_to_an_assessment_from_the_day_of_the_referral() -> None:
    place = town(0.0)
    assert place.happened()[:3] == ["REFERRAL", "SCREENED_IN", "ASSESSMENT_STARTED"]
    started = place.one(Event.ASSESSMENT_STARTED)
    assert started.time == place.one(Event.SCREENED_IN).time
    assert started.due == LATE_IN_THE_DAY + 45


def test_an_assessment_that_needs_longer_than_the_limit_is_authorised_just_within_it() -> None:
    place = town(NOT_IN_NEED)
    first, second = place.events(Event.ASSESSMENT_SESSION)
    report, approval = place.one(Event.REPORT), place.one(Event.APPROVAL)
    planned = LATE_IN_THE_DAY + 45
    assessor = place.worker(Detail.ASSESSMENT_TEAM)
    screened = place.one(Event.SCREENED_IN).time
    assert first.time == 11 + assessor.moment if screened < 11 + assessor.moment else 12 + assessor.moment
    assert second.day == int((first.time + planned) / 2)
    assert report.day == int(planned - 1) == 54
    assert approval.day in (54, 55)  # the supervisor's moment of the day may lie before the report's
    completed = place.one(Event.ASSESSMENT_COMPLETED)
    assert completed.time == approval.time
    assert completed.day - 10 <= 45


@pytest.mark.parametrize("days", [10, 20, 30])
def test_a_limit_set_by_policy_is_the_one_assessments_are_planned_to(days: int) -> None:
    place = town(NOT_IN_NEED, policies={"assessment": {"limit": f"{days} working days"}})
    assert place.one(Event.ASSESSMENT_STARTED).due == LATE_IN_THE_DAY + days
    assert place.one(Event.ASSESSMENT_COMPLETED).day in (10 + days - 1, 10 + days)


def test_a_checkpoint_ends_the_assessments_that_would_need_little_longer() -> None:
    quick = {"assessment_length_median_days": 25.0, "assessment_length_sigma": 0.1}
    free = town(NOT_IN_NEED, parameters=quick)
    needed = free.one(Event.ASSESSMENT_COMPLETED).day - 10
    assert 21 < needed < 30
    checked = town(NOT_IN_NEED, parameters=quick, policies={"assessment": {"checkpoint": "20 working days"}})
    assert checked.one(Event.ASSESSMENT_COMPLETED).day - 10 in (19, 20)


def test_an_assessment_that_cannot_be_finished_runs_over_the_limit_however_many_staff_there_are() -> None:
    place = town(NOT_IN_NEED, parameters={"assessment_overrun_share": 1.0, "assessment_overrun_days": 90.0})
    assert place.one(Event.ASSESSMENT_COMPLETED).time > place.one(Event.ASSESSMENT_STARTED).due + 1


def test_every_assessment_is_of_the_quick_kind_where_all_are() -> None:
    place = town(NOT_IN_NEED, parameters={"assessment_quick_share": 1.0})
    assert place.one(Event.ASSESSMENT_COMPLETED).day - 10 <= 3


def test_a_child_assessed_as_not_in_need_is_closed_at_once() -> None:
    place = town(NOT_IN_NEED)
    assert place.happened() == ["REFERRAL", "SCREENED_IN", "ASSESSMENT_STARTED", "ASSESSMENT_COMPLETED", "NOT_IN_NEED", "CLOSED"]
    closed = place.one(Event.CLOSED)
    assert closed.detail == Detail.RC8
    assert closed.time == place.one(Event.NOT_IN_NEED).time == place.one(Event.ASSESSMENT_COMPLETED).time
    assert place.one(Event.RELEASED).time == closed.time
    assert place.one(Event.CLOSURE_WORK).time > closed.time


def test_a_child_not_in_need_goes_to_early_help_where_there_is_a_place() -> None:
    place = town(NOT_IN_NEED, parameters={"early_help_capacity": 1.0, "early_help_benefit": 0.25})
    assert place.happened()[-3:] == ["NOT_IN_NEED", "EARLY_HELP_STARTED", "CLOSED"]
    closed = place.one(Event.CLOSED)
    assert (closed.detail, closed.value) == (Detail.RC9, 0.25)


def test_a_referral_without_further_action_goes_to_early_help_where_there_is_a_place() -> None:
    place = town(NOT_SCREENED_IN, parameters={"early_help_capacity": 1.0})
    assert place.happened() == ["REFERRAL", "NO_FURTHER_ACTION", "EARLY_HELP_STARTED", "CLOSED"]


def test_short_help_lasts_as_long_as_planned_and_then_closes() -> None:
    place = town(SHORT_HELP, parameters={"help_short": 0.1})
    assert place.happened()[-3:] == ["ASSESSMENT_COMPLETED", "SHORT_HELP_STARTED", "CLOSED"]
    started, closed = place.one(Event.SHORT_HELP_STARTED), place.one(Event.CLOSED)
    first, last = place.events(Event.SHORT_HELP_SESSION)
    assert first.day == int(started.time + 8 / 3)
    assert last.day == int(started.time + 8 - 3)
    assert (closed.time, closed.detail, closed.value) == (last.time, Detail.RC7, pytest.approx(0.1))


def test_a_child_above_the_plan_threshold_gets_a_plan_when_the_assessment_is_authorised() -> None:
    place = town(PLAN)
    assert place.happened() == ["REFERRAL", "SCREENED_IN", "ASSESSMENT_STARTED", "ASSESSMENT_COMPLETED", "CIN_PLAN_STARTED"]
    assert place.one(Event.CIN_PLAN_STARTED).time == place.one(Event.ASSESSMENT_COMPLETED).time


def test_a_child_seen_at_risk_of_significant_harm_is_enquired_into_when_first_seen() -> None:
    place = town(SIGNIFICANT_HARM)
    assert place.one(Event.SECTION_47_STARTED).time == place.events(Event.ASSESSMENT_SESSION)[0].time
    assert place.happened()[3:7] == ["SECTION_47_STARTED", "SECTION_47_ENDED", "ICPC", "CPP_STARTED"]


def test_the_initial_conference_is_held_on_the_fifteenth_working_day() -> None:
    place = town(SIGNIFICANT_HARM)
    started, held = place.one(Event.SECTION_47_STARTED), place.one(Event.ICPC)
    assert held.day - started.day == 15
    assert held.due == started.time + 15
    assert held.detail == Detail.OUTCOME_CPP
    assert (
        place.events(Event.CONFERENCE_CHAIRING)[0].resource
        == place.worker(Detail.CONFERENCE_TEAM, Detail.CONFERENCE_CHAIR).number
    )
    reports = [w for w in place.events(Event.REPORT) if w.hours == place.p.hours_conference_report]
    assert held.day - 6 <= reports[0].day <= held.day - 1


def test_the_assessment_of_a_child_on_a_protection_plan_is_authorised_in_its_own_time() -> None:
    place = town(SIGNIFICANT_HARM)
    started, completed = place.one(Event.CPP_STARTED), place.one(Event.ASSESSMENT_COMPLETED)
    assert started.time < completed.time
    assert completed.day - 10 in (44, 45)


def test_an_enquiry_below_the_conference_threshold_lets_the_assessment_go_on() -> None:
    place = town(SIGNIFICANT_HARM, parameters={"threshold_conference": 3.75})
    assert place.one(Event.SECTION_47_ENDED).detail == Detail.OUTCOME_CONTINUES
    assert "ICPC" not in place.happened()
    assert place.happened()[-2:] == ["ASSESSMENT_COMPLETED", "CIN_PLAN_STARTED"]


def test_a_conference_below_the_protection_threshold_lets_the_assessment_go_on() -> None:
    place = town(SIGNIFICANT_HARM, parameters={"threshold_child_protection": 3.75})
    assert place.one(Event.ICPC).detail == Detail.OUTCOME_CONTINUES
    assert place.happened()[-2:] == ["ASSESSMENT_COMPLETED", "CIN_PLAN_STARTED"]


def test_the_same_severity_is_not_enquired_into_twice_in_an_episode() -> None:
    place = town(SIGNIFICANT_HARM, parameters={"threshold_conference": 3.75})
    assert len(place.events(Event.SECTION_47_STARTED)) == 1


def test_an_assessment_finished_during_the_enquiry_starts_no_other_on_the_day_of_the_conference() -> None:
    # every look is a new concern, and the conference lets the child go on
    looked_at_anew = {"repeat_enquiry_margin": 0.0, "threshold_child_protection": 3.75, "assessment_length_median_days": 8.0}
    place = town(SIGNIFICANT_HARM, parameters=looked_at_anew)
    assert place.events(Event.ASSESSMENT_COMPLETED)[0].time < place.events(Event.ICPC)[0].time
    held = {conference.day for conference in place.events(Event.ICPC)}
    assert len(place.events(Event.SECTION_47_STARTED)) > 1  # later looks do start one
    assert held.isdisjoint({started.day for started in place.events(Event.SECTION_47_STARTED)})


def test_a_child_above_the_care_threshold_comes_to_be_looked_after_from_the_enquiry() -> None:
    place = town(CARE)
    assert place.happened()[3:6] == ["SECTION_47_STARTED", "SECTION_47_ENDED", "LOOKED_AFTER_STARTED"]
    assert place.one(Event.SECTION_47_ENDED).detail == Detail.OUTCOME_LOOKED_AFTER
    assert place.one(Event.LOOKED_AFTER_STARTED).time == place.one(Event.SECTION_47_ENDED).time


def test_an_enquiry_weighs_on_its_case_holder_while_it_lasts() -> None:
    points = {"points_assessment": 2.0, "points_section_47": 1.0, "threshold_conference": 3.75, "enquiry_days": 8.0}
    place = Town([SIGNIFICANT_HARM], parameters=points)
    place.refer(0, LATE_IN_THE_DAY)
    place.run(300)
    begin, end = place.one(Event.SECTION_47_STARTED).time, place.one(Event.SECTION_47_ENDED).time
    assert end - begin > 1
    again = Town([SIGNIFICANT_HARM], parameters=points)
    again.refer(0, LATE_IN_THE_DAY)
    seen = []
    for at in (begin - 0.01, begin + 0.01, end + 0.01):
        again.run(at)
        seen.append(again.worker(Detail.ASSESSMENT_TEAM).points)
    assert seen == [2.0, 3.0, 2.0]


def test_a_disabled_child_in_need_may_have_services_for_years_without_a_plan() -> None:
    place = town(
        SHORT_HELP,
        categories={0: "disability"},
        parameters={"disability_service_share": 1.0, "disability_service_scale_days": 50.0},
    )
    assert place.happened()[-3:] == ["DISABILITY_SERVICE_STARTED", "DISABILITY_SERVICE_ENDED", "CLOSED"]
    assert place.one(Event.CLOSED).detail == Detail.RC7
    assert place.one(Event.RELEASED).time == place.one(Event.DISABILITY_SERVICE_STARTED).time


def test_a_disabled_childs_plan_goes_to_the_disabled_childrens_team() -> None:
    place = town(PLAN, categories={0: "disability"})
    assert place.one(Event.HANDED_OVER).resource == place.worker(Detail.DISABLED_CHILDREN_TEAM).number


def test_a_child_nobody_can_be_given_waits_and_is_assessed_when_someone_comes() -> None:
    posts = [p for p in roomy_posts() if p.team != Detail.ASSESSMENT_TEAM]
    place = town(NOT_IN_NEED, posts=[*posts, post(Detail.ASSESSMENT_TEAM, fte=10, number=90, opens=80.0)])
    waits = place.one(Event.WAITING_FOR_ALLOCATION)
    assert (waits.time, waits.detail) == (place.one(Event.SCREENED_IN).time, Detail.ASSESSMENT_TEAM)
    assert place.one(Event.ALLOCATED).time == 80.0
    assert place.events(Event.ASSESSMENT_SESSION)[0].day in (80, 81)
    assert place.one(Event.ASSESSMENT_COMPLETED).time > place.one(Event.ASSESSMENT_STARTED).due + 1


def test_without_screeners_referrals_stay_unscreened() -> None:
    nobody = [p for p in roomy_posts() if p.team != Detail.FRONT_DOOR and p.role != Detail.PRACTICE_SUPERVISOR]
    assert town(PLAN, posts=nobody).happened() == ["REFERRAL"]


def test_without_screeners_supervisors_decide_what_is_long_overdue() -> None:
    place = town(PLAN, posts=[p for p in roomy_posts() if p.team != Detail.FRONT_DOOR])
    waited = place.one(Event.SCREENED_IN).time - place.one(Event.REFERRAL).time
    assert place.p.stand_in_after_days <= waited <= place.p.stand_in_after_days + 4.0


def test_the_presenting_concern_adds_to_need_and_fades_by_half_in_its_half_life() -> None:
    place = Town([0.0], parameters={"concern_sd": 1.0, "concern_half_life_months": 3.0})
    child = place.refer(0, 10.0)
    place.run(10.5)
    concern = place.one(Event.REFERRAL).value
    assert place.service.severity(child) == pytest.approx(concern * 2 ** (-0.5 / (3 * 253 / 12)), rel=1e-6)
    place.run(10 + 3 * 253 / 12)
    assert place.service.severity(child) == pytest.approx(concern / 2, rel=1e-6)
