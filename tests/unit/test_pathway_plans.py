"""Plans, with no luck and all the staff wanted: visits, core groups and reviews on their dates, steps up and down, closure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest
from models import Town, Wrote, post, roomy_posts

from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit

NOT_IN_NEED, SHORT_HELP, PLAN, SIGNIFICANT_HARM, CARE = 0.5, 1.5, 2.5, 3.5, 4.5
QUICK = {"assessment_quick_share": 1.0}


def town(need: float | Sequence[float], *, at: float = 10.0, until: float = 1000.0, **how: object) -> Town:
    """One child whose need is given for the quarters from April 2024 on, referred on Tuesday 16 April and assessed at once."""
    parameters = {**QUICK, **how.pop("parameters", {})}  # type: ignore[dict-item]
    place = Town([need], parameters=parameters, **how)  # type: ignore[arg-type]
    place.refer(0, at)
    place.run(until)
    return place


def dates(place: Town, events: Sequence[Wrote]) -> list[date]:
    return [place.calendar.date_at(w.time) for w in events]


# ---- child in need plans


def test_visits_come_at_their_interval_from_the_start_of_the_plan() -> None:
    place = town(PLAN)
    started = place.one(Event.CIN_PLAN_STARTED)
    visits = place.events(Event.CIN_VISIT)
    assert len(visits) > 20
    assert [w.day for w in visits] == [started.day + 30 * (k + 1) for k in range(len(visits))]
    assert all(w.time < w.due + 1 for w in visits)


@pytest.mark.parametrize("interval", [5, 20, 40])
def test_a_policy_on_visits_sets_their_interval(interval: int) -> None:
    place = town(PLAN, policies={"cin_visits": {"interval": f"{interval} working days"}})
    assert {b.day - a.day for a, b in pairwise(place.events(Event.CIN_VISIT))} == {interval}


def test_a_policy_on_visits_to_a_category_of_need_goes_before_the_others() -> None:
    policy = {"interval": "20 working days", "by_category": {"neglect": "10 working days"}}
    for category, interval in (("neglect", 10), ("physical_abuse", 20)):
        place = town(PLAN, categories={0: category}, policies={"cin_visits": policy})
        assert {b.day - a.day for a, b in pairwise(place.events(Event.CIN_VISIT))} == {interval}


def test_a_policy_from_a_date_sets_the_interval_of_the_visits_planned_after_it() -> None:
    place = town(PLAN, policies={"cin_visits": {"interval": "10 working days", "start": "2025-04-01"}})
    start = place.calendar.time_of(date(2025, 4, 1))
    gaps = [(a.time >= start, b.day - a.day) for a, b in pairwise(place.events(Event.CIN_VISIT))]
    assert set(gaps) == {(False, 30), (True, 10)}


def test_visits_with_a_lead_are_made_that_share_of_the_interval_early() -> None:
    place = town(PLAN, parameters={"visit_lead_share": 0.2})
    assert {b.day - a.day for a, b in pairwise(place.events(Event.CIN_VISIT))} == {24}


def test_a_plan_is_reviewed_every_three_months_a_week_before_the_review_is_due() -> None:
    place = town(PLAN)
    started, reviews = place.one(Event.CIN_PLAN_STARTED), place.events(Event.CIN_REVIEW)
    assert dates(place, [started]) == [date(2024, 4, 17)]
    # due within three months, on 17 July, and done five working days before; then on 10 October and 3 January, each five before
    assert dates(place, reviews[:3]) == [date(2024, 7, 10), date(2024, 10, 3), date(2024, 12, 24)]


def test_a_policy_on_reviews_sets_the_months_between_them() -> None:
    place = town(PLAN, policies={"reviews": {"cin_interval": "2 months"}})
    assert dates(place, place.events(Event.CIN_REVIEW)[:1]) == [date(2024, 6, 10)]


def test_a_plan_ends_at_the_first_review_that_sees_need_below_the_closing_threshold() -> None:
    place = town([PLAN, PLAN, NOT_IN_NEED])
    reviews, ended, closed = place.events(Event.CIN_REVIEW), place.one(Event.CIN_PLAN_ENDED), place.one(Event.CLOSED)
    assert dates(place, reviews) == [date(2024, 7, 10), date(2024, 10, 3)]
    assert (ended.time, ended.detail) == (reviews[-1].time, Detail.OUTCOME_CLOSED)
    assert (closed.time, closed.detail) == (ended.time, Detail.RC7)
    assert place.events(Event.CIN_VISIT)[-1].time < ended.time
    assert place.one(Event.RELEASED).time == ended.time


def test_a_plan_ends_when_the_family_withdraws_however_great_the_need() -> None:
    place = town(PLAN, parameters={"family_withdraws_per_review": 1.0})
    assert place.one(Event.CLOSED).time == place.one(Event.CIN_REVIEW).time


def test_a_plan_ready_to_close_is_held_open_where_there_is_no_place_in_early_help() -> None:
    def reviews(places: float) -> list[int]:
        parameters = {**QUICK, "plan_held_open_without_early_help": 0.8, "early_help_step_down_capacity": places}
        place = Town([[PLAN, NOT_IN_NEED]] * 20, parameters=parameters)
        for child in range(20):
            place.refer(child, 10.0)
        place.run(1000.0)
        return [len(place.events(Event.CIN_REVIEW, child=child)) for child in range(20)]

    assert reviews(places=1.0) == [1] * 20
    assert sum(n > 1 for n in reviews(places=0.0)) >= 10  # 16 of 20 are expected


def test_a_family_whose_plan_ends_steps_down_to_early_help_where_there_is_a_place() -> None:
    places = {"early_help_step_down_capacity": 1.0, "early_help_benefit": 0.25}
    place = town([PLAN, NOT_IN_NEED], parameters=places)
    assert place.happened()[-3:] == ["CIN_PLAN_ENDED", "EARLY_HELP_STARTED", "CLOSED"]
    closed = place.one(Event.CLOSED)
    assert (closed.detail, closed.value) == (Detail.RC7, pytest.approx(0.25))
    without = town([PLAN, NOT_IN_NEED], parameters={**places, "early_help_step_down_capacity": 0.0})
    assert without.happened()[-2:] == ["CIN_PLAN_ENDED", "CLOSED"]
    assert without.one(Event.CLOSED).value == 0.0


def test_a_family_that_withdraws_is_not_stepped_down() -> None:
    place = town(PLAN, parameters={"family_withdraws_per_review": 1.0, "early_help_step_down_capacity": 1.0})
    assert place.happened()[-2:] == ["CIN_PLAN_ENDED", "CLOSED"]


def test_a_protection_plan_that_ends_without_a_cin_plan_steps_down_to_early_help() -> None:
    parameters = {"step_down_share": 0.0, "early_help_step_down_capacity": 1.0}
    place = town([SIGNIFICANT_HARM] * 3 + [NOT_IN_NEED], parameters=parameters)
    assert place.happened()[-3:] == ["CPP_ENDED", "EARLY_HELP_STARTED", "CLOSED"]


def test_visits_help_by_what_a_visit_gives_at_the_reference_interval() -> None:
    place = town([PLAN] * 2 + [NOT_IN_NEED], parameters={"help_per_visit": 0.02, "high_quality_plan_share": 0.0})
    visits = len(place.events(Event.CIN_VISIT))
    assert place.one(Event.CLOSED).value == pytest.approx(0.02 * visits, rel=0.02)


def test_help_lowers_need_until_the_plan_can_close() -> None:
    place = town(1.2, parameters={"threshold_plan": 1.2, "help_per_visit": 0.1})
    assert place.happened()[-2:] == ["CIN_PLAN_ENDED", "CLOSED"]
    assert place.one(Event.CLOSED).value > 0.2


def test_the_benefit_of_help_fades_by_half_in_its_half_life_after_closure() -> None:
    place = Town([[PLAN] * 2 + [NOT_IN_NEED]], parameters={**QUICK, "help_per_visit": 0.05, "help_half_life_months": 12.0})
    child = place.refer(0, 10.0)
    place.run(200)
    closed = place.one(Event.CLOSED)
    assert closed.value > 0
    place.refer(0, closed.time + 253)
    place.run(closed.time + 254)
    assert child.help == pytest.approx(closed.value / 2, rel=1e-6)


def test_a_child_of_whom_nobody_knows_has_had_no_help() -> None:
    place = Town([PLAN])
    child = place.refer(0, 10.0)
    place.run(11)
    assert child.help == 0.0


def test_visits_are_not_made_where_nobody_is_in_to_see_and_the_missed_ones_are_recorded_at_the_end() -> None:
    place = town(
        [PLAN, PLAN, NOT_IN_NEED],
        parameters={"visit_not_achieved_share": 1.0, "cin_visit_retry_days": 7.0, "visit_not_achieved_hours_share": 0.5},
    )
    started, ended = place.one(Event.CIN_PLAN_STARTED), place.one(Event.CIN_PLAN_ENDED)
    tries = place.events(Event.VISIT_NOT_ACHIEVED)
    assert [w.day for w in tries][:3] == [started.day + 30, started.day + 37, started.day + 44]
    hours = place.p.hours_cin_visit + place.p.hours_travel
    assert all(w.hours == pytest.approx(hours / 2) for w in tries)
    (missed,) = place.events(Event.CIN_VISIT)
    assert (missed.resource, missed.hours, missed.time) == (-1, 0.0, ended.time)
    assert missed.due == started.day + 30


def test_every_visit_to_a_family_hard_to_reach_fails_on_a_child_in_need_plan_and_none_on_a_protection_plan() -> None:
    parameters = {"hard_to_reach_share": 1.0, "hard_to_reach_visit_not_achieved": 1.0}
    assert town(PLAN, until=300, parameters=parameters).events(Event.CIN_VISIT) == []
    assert len(town(SIGNIFICANT_HARM, until=300, parameters=parameters).events(Event.CPP_VISIT)) > 20


# ---- steps up and down


def test_a_visit_sees_that_need_has_risen_and_the_open_case_is_enquired_into_and_assessed_again() -> None:
    place = town([PLAN, SIGNIFICANT_HARM], parameters={"cin_visit_interval_working_days": 5.0})
    visit = next(w for w in place.events(Event.CIN_VISIT) if w.time > place.calendar.time_of(date(2024, 7, 1)))
    enquiry, again = place.one(Event.SECTION_47_STARTED), place.events(Event.ASSESSMENT_STARTED)[1]
    assert enquiry.time == again.time == visit.time
    assert again.due == visit.time + 45
    ended = place.one(Event.CIN_PLAN_ENDED)
    assert (ended.time, ended.detail) == (place.one(Event.CPP_STARTED).time, Detail.OUTCOME_CPP)
    assert place.one(Event.ICPC).day - enquiry.day == 15


def test_need_that_no_visit_sees_is_seen_at_the_review() -> None:
    place = town([PLAN, SIGNIFICANT_HARM], parameters={"detection_per_visit": 0.0})
    assert place.one(Event.SECTION_47_STARTED).time == place.events(Event.CIN_REVIEW)[0].time


def test_an_enquiry_that_finds_too_little_leaves_the_plan_as_it_was() -> None:
    place = town([PLAN, SIGNIFICANT_HARM], parameters={"threshold_conference": 3.75}, until=400)
    assert place.one(Event.SECTION_47_ENDED).detail == Detail.OUTCOME_CONTINUES
    assert place.events(Event.CIN_PLAN_ENDED) == []
    after = [w for w in place.events(Event.CIN_VISIT, Event.CIN_REVIEW) if w.time > place.one(Event.SECTION_47_ENDED).time]
    assert len(after) > 5
    assert len(place.events(Event.SECTION_47_STARTED)) == 1  # nothing is worse than when it was looked into


def test_need_that_rises_well_above_the_last_enquiry_is_enquired_into_again() -> None:
    place = town([PLAN, 3.1, 3.1, 3.9], parameters={"threshold_conference": 3.5})
    assert [w.detail for w in place.events(Event.SECTION_47_ENDED)] == [Detail.OUTCOME_CONTINUES, Detail.OUTCOME_ICPC]


def test_an_open_case_is_enquired_into_at_the_lower_threshold_for_open_cases() -> None:
    shift = {"open_case_threshold_shift": -1.0}
    assert town([PLAN, 2.6], parameters={"threshold_plan": 1.9}).events(Event.SECTION_47_STARTED) == []
    assert len(town([1.95, 2.6], parameters={"threshold_plan": 1.9, **shift}).events(Event.SECTION_47_STARTED)) == 1


def test_a_step_up_hands_the_case_to_an_experienced_worker_even_beyond_the_limit() -> None:
    posts = [
        *(p for p in roomy_posts() if p.team != Detail.CIN_AND_CP_TEAM or p.role != Detail.SOCIAL_WORKER),
        post(Detail.CIN_AND_CP_TEAM, Detail.NEWLY_QUALIFIED, 100.0, number=20),
        post(Detail.CIN_AND_CP_TEAM, Detail.SOCIAL_WORKER, 1.0, number=21),
    ]
    place = Town([[PLAN, SIGNIFICANT_HARM]] * 16, parameters={**QUICK, "points_cpp": 1.4, "points_cin_plan": 0.7}, posts=posts)
    for child in range(16):
        place.refer(child, 10.0)
    place.run(300)
    experienced = place.worker(Detail.CIN_AND_CP_TEAM)
    assert len(experienced.cases) == 16
    assert experienced.points == pytest.approx(16 * 1.4)
    assert experienced.points > experienced.limit


# ---- child protection plans


def test_the_core_group_meets_within_ten_working_days_and_then_at_its_interval() -> None:
    place = town(SIGNIFICANT_HARM)
    started, groups = place.one(Event.CPP_STARTED), place.events(Event.CORE_GROUP)
    assert groups[0].day == started.day + 7
    assert groups[0].due == pytest.approx(started.time + 10)
    assert {b.day - a.day for a, b in pairwise(groups)} == {27}
    assert all(w.time < w.due + 1 for w in groups)


def test_review_conferences_are_held_at_three_months_and_then_every_six() -> None:
    place = town(SIGNIFICANT_HARM)
    assert dates(place, [place.one(Event.CPP_STARTED)]) == [date(2024, 5, 8)]
    reviews = place.events(Event.CPP_REVIEW)
    # 8 February 2025 and 7 February 2026 are Saturdays: the reviews are held on the Fridays before
    assert dates(place, reviews[:4]) == [date(2024, 8, 8), date(2025, 2, 7), date(2025, 8, 7), date(2026, 2, 6)]
    assert all(w.day == w.due for w in reviews)


def test_policies_on_reviews_set_the_first_and_the_later_months() -> None:
    place = town(SIGNIFICANT_HARM, policies={"reviews": {"cpp_first": "2 months", "cpp_interval": "3 months"}})
    assert dates(place, place.events(Event.CPP_REVIEW)[:3]) == [date(2024, 7, 8), date(2024, 10, 8), date(2025, 1, 8)]


def test_protection_visits_come_every_two_weeks() -> None:
    place = town(SIGNIFICANT_HARM)
    started = place.one(Event.CPP_STARTED)
    visits = place.events(Event.CPP_VISIT)
    assert [w.day for w in visits] == [started.day + 10 * (k + 1) for k in range(len(visits))]


def test_a_review_conference_steps_the_child_down_to_a_child_in_need_plan() -> None:
    place = town([SIGNIFICANT_HARM, SHORT_HELP, SHORT_HELP, NOT_IN_NEED])
    assert place.happened()[-5:] == ["CPP_STARTED", "CPP_ENDED", "CIN_PLAN_STARTED", "CIN_PLAN_ENDED", "CLOSED"]
    review, ended, plan = place.one(Event.CPP_REVIEW), place.one(Event.CPP_ENDED), place.one(Event.CIN_PLAN_STARTED)
    assert review.time == ended.time == plan.time
    assert ended.detail == Detail.OUTCOME_CIN_PLAN
    assert all(w.time <= ended.time for w in place.events(Event.CPP_VISIT, Event.CORE_GROUP, Event.CONFERENCE_CHAIRING))


def test_a_review_conference_closes_the_case_where_children_are_not_stepped_down() -> None:
    place = town([SIGNIFICANT_HARM, NOT_IN_NEED], parameters={"step_down_share": 0.0})
    assert place.happened()[-2:] == ["CPP_ENDED", "CLOSED"]
    assert place.one(Event.CPP_ENDED).detail == Detail.OUTCOME_CLOSED


def test_the_core_group_brings_the_review_forward_where_the_plan_may_be_able_to_end() -> None:
    early = {"early_review_after_days": 40.0, "early_review_notice_days": 15.0, "step_down_share": 0.0}
    need = [SIGNIFICANT_HARM, SIGNIFICANT_HARM, NOT_IN_NEED]
    place, usual = town(need, parameters=early), town(need, parameters={"step_down_share": 0.0})
    brought, planned = place.one(Event.CPP_ENDED), usual.one(Event.CPP_ENDED)
    assert brought.time < planned.time
    group = next(w for w in place.events(Event.CORE_GROUP) if w.time >= place.calendar.time_of(date(2024, 10, 1)))
    assert brought.day == int(group.time + 15)
    review = place.events(Event.CPP_REVIEW)[-1]
    assert review.due == usual.events(Event.CPP_REVIEW)[-1].due  # by when it must be held stays as it was


def test_a_visit_on_a_protection_plan_that_sees_need_for_care_ends_it_at_once() -> None:
    place = town([SIGNIFICANT_HARM, CARE])
    ended, care = place.one(Event.CPP_ENDED), place.one(Event.LOOKED_AFTER_STARTED)
    assert ended.time == care.time == place.events(Event.CPP_VISIT)[-1].time
    assert ended.detail == Detail.OUTCOME_LOOKED_AFTER
    assert care.time >= place.calendar.time_of(date(2024, 7, 1))


def test_an_assessment_still_open_when_a_protection_plan_ends_is_authorised_all_the_same() -> None:
    slow = {"assessment_quick_share": 0.0, "care_length_scale_days": 5000.0, "care_length_shape": 5.0}
    place = town([SIGNIFICANT_HARM, CARE], at=40.0, parameters=slow)
    care = place.one(Event.LOOKED_AFTER_STARTED)
    started, completed = place.one(Event.ASSESSMENT_STARTED), place.one(Event.ASSESSMENT_COMPLETED)
    assert care.time < completed.time
    assert completed.time < started.due + 1


def test_a_child_closed_and_referred_again_gets_a_second_protection_plan_in_a_second_episode() -> None:
    place = Town([[SIGNIFICANT_HARM, NOT_IN_NEED, SIGNIFICANT_HARM]], parameters={**QUICK, "step_down_share": 0.0})
    child = place.refer(0, 10.0)
    place.run(place.calendar.time_of(date(2024, 10, 15)))
    assert place.happened()[-1] == "CLOSED"
    place.refer(0, place.env.now + 1)
    place.run(400)
    assert [w.episode for w in place.events(Event.CPP_STARTED)] == [1, 2]
    assert child.previous_cpps == 2
    assert [w.episode for w in place.events(Event.REFERRAL)] == [1, 2]


# ---- who holds the case


def test_a_case_is_handed_from_the_assessment_team_to_the_plan_team() -> None:
    place = town(PLAN, until=100)
    assert place.one(Event.ALLOCATED).resource == place.worker(Detail.ASSESSMENT_TEAM).number
    handed = place.one(Event.HANDED_OVER)
    assert handed.resource == place.worker(Detail.CIN_AND_CP_TEAM).number
    assert handed.time == place.one(Event.CIN_PLAN_STARTED).time


def test_a_child_keeps_its_worker_where_family_help_is_one_service() -> None:
    place = town(PLAN, until=100, policies={"family_help": {"merged": True}})
    assert place.events(Event.HANDED_OVER) == []


def test_a_lead_practitioner_who_is_not_a_social_worker_holds_the_plan_and_is_supervised_each_month() -> None:
    policy = {
        "share_non_social_worker": "100%",
        "supervision": "1.5 hours per case per month",
        "approval": "2 hours per assessment or plan",
    }
    posts = [*roomy_posts(), post(Detail.CIN_AND_CP_TEAM, Detail.FAMILY_SUPPORT_WORKER, 100.0, number=30)]
    place = town(PLAN, until=500, posts=posts, policies={"lead_practitioner": policy})
    lead = place.worker(Detail.CIN_AND_CP_TEAM, Detail.FAMILY_SUPPORT_WORKER)
    supervisor = place.worker(Detail.CIN_AND_CP_TEAM, Detail.PRACTICE_SUPERVISOR)
    assert {w.resource for w in place.events(Event.CIN_VISIT)} == {lead.number}
    oversight = place.events(Event.CASE_SUPERVISION)
    assert {w.resource for w in oversight} == {supervisor.number}
    assert {w.hours for w in oversight} == {1.5}
    assert {b.due - a.due for a, b in pairwise(oversight)} == {21.0}
    approvals = [w for w in place.events(Event.APPROVAL) if w.hours == 2.0]
    assert len(approvals) == 1


def test_a_social_worker_takes_over_from_a_lead_practitioner_who_is_not_one_when_there_is_an_enquiry() -> None:
    posts = [*roomy_posts(), post(Detail.CIN_AND_CP_TEAM, Detail.FAMILY_SUPPORT_WORKER, 100.0, number=30)]
    place = town(
        [PLAN, SIGNIFICANT_HARM], until=300, posts=posts, policies={"lead_practitioner": {"share_non_social_worker": "100%"}}
    )
    enquiry = place.one(Event.SECTION_47_STARTED)
    takeover = [w for w in place.events(Event.HANDED_OVER) if w.time == enquiry.time]
    assert [w.resource for w in takeover] == [place.worker(Detail.CIN_AND_CP_TEAM).number]
    assert {w.resource for w in place.events(Event.SECTION_47_SESSION)} == {takeover[0].resource}


def test_a_complex_case_is_led_by_a_social_worker_where_only_simple_ones_are_eligible() -> None:
    posts = [*roomy_posts(), post(Detail.CIN_AND_CP_TEAM, Detail.FAMILY_SUPPORT_WORKER, 100.0, number=30)]
    policy = {"lead_practitioner": {"share_non_social_worker": "100%", "eligible": ["low"]}}
    levels = {"medium_complexity_from": 0.25, "high_complexity_from": 0.75}
    for need, role in ((2.1, Detail.FAMILY_SUPPORT_WORKER), (2.5, Detail.SOCIAL_WORKER)):
        place = town(need, until=100, posts=posts, policies=policy, parameters=levels)
        assert place.one(Event.HANDED_OVER).resource == place.worker(Detail.CIN_AND_CP_TEAM, role).number
