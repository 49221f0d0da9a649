"""A scenario's policies become an area's practice: what changes, when, how far and in which areas."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cinsim.engine.clock import Calendar
from cinsim.policy.practice import Practice, practice_of
from cinsim.policy.thresholds import Thresholds, national_thresholds
from cinsim.policy.timing import NEVER
from cinsim.reference.areas import find_area
from cinsim.reference.events import Detail
from cinsim.reference.parameters import NEED_CATEGORIES, THRESHOLDS, parameters_from
from cinsim.scenario import Scenario

pytestmark = pytest.mark.unit

CALENDAR = Calendar(date(2020, 4, 1), date(2029, 3, 31))
P = parameters_from()
OWN = national_thresholds(P).shifted({"plan": 1.0})
REFERENCE = national_thresholds(P)
NEGLECT, DISABILITY = NEED_CATEGORIES.index("neglect"), NEED_CATEGORIES.index("disability")
AFTER = float(CALENDAR.days - 1)


def practice(area: str = "Leeds", **scenario: Any) -> Practice:
    described = Scenario.model_validate({"title": "t", "area": ["Leeds", "Kent"], "start": date(2024, 4, 1), **scenario})
    return practice_of(described, find_area(area), P, CALENDAR, OWN, REFERENCE, REFERENCE)


def on(day: date) -> float:
    return float(CALENDAR.time_of(day))


def test_a_scenario_without_policies_leaves_practice_as_the_register_has_it() -> None:
    baseline = practice()
    assert baseline.thresholds.at(AFTER) == OWN
    assert baseline.visits.cin.at(AFTER, NEGLECT) == P.cin_visit_interval_working_days
    assert baseline.visits.disabled.at(AFTER, DISABILITY) == P.disabled_visit_interval_working_days
    assert baseline.visits.cpp.at(AFTER, NEGLECT) == P.cpp_visit_interval_working_days
    assert baseline.visits.looked_after.at(AFTER, NEGLECT) == P.looked_after_visit_interval_working_days
    assert baseline.reviews.cin_interval(AFTER).months == P.cin_review_interval_months
    assert baseline.reviews.cpp_interval(AFTER, first=True).months == P.cpp_first_review_months
    assert baseline.reviews.cpp_interval(AFTER, first=False).months == P.cpp_review_interval_months
    assert baseline.assessment.limit(AFTER) == P.assessment_limit_working_days
    assert not baseline.lead_practitioner.not_a_social_worker(0.0, AFTER, 0.0)
    assert baseline.plan_quality.share_before == baseline.plan_quality.share_after == P.high_quality_plan_share
    assert baseline.early_help.has_place(P.early_help_capacity - 0.01, AFTER)
    assert baseline.early_help.steps_down(P.early_help_step_down_capacity - 0.01, AFTER)
    assert not baseline.early_help.steps_down(P.early_help_step_down_capacity + 0.01, AFTER)
    assert not baseline.family_help.keeps_worker(0.0, AFTER)
    assert baseline.demand.factor(AFTER, Detail.POLICE, NEGLECT) == 1.0
    assert baseline.national == REFERENCE


def test_visits_change_on_the_scenarios_date() -> None:
    changed = practice(policy_start=date(2025, 4, 1), policies={"cin_visits": {"interval": "20 working days"}})
    day = on(date(2025, 4, 1))
    assert changed.visits.cin.at(day - 1, NEGLECT) == P.cin_visit_interval_working_days
    assert changed.visits.cin.at(day, NEGLECT) == 20.0
    assert changed.visits.disabled.at(day, DISABILITY) == P.disabled_visit_interval_working_days
    assert changed.visits.cpp.at(day, NEGLECT) == P.cpp_visit_interval_working_days


def test_a_policys_own_date_and_phasing_in_go_before_the_scenarios() -> None:
    changed = practice(
        policy_start=date(2025, 4, 1),
        phase_in="1 year",
        policies={
            "cin_visits": {"interval": "20 working days", "start": date(2024, 10, 1), "phase_in": "100 working days"},
            "cpp_visits": {"interval": "5 working days"},
        },
    )
    own, scenarios = on(date(2024, 10, 1)), on(date(2025, 4, 1))
    assert changed.visits.cin.at(own + 50, NEGLECT) == pytest.approx((P.cin_visit_interval_working_days + 20) / 2)
    assert changed.visits.cin.at(own + 100, NEGLECT) == 20.0
    assert changed.visits.cpp.at(scenarios, NEGLECT) == P.cpp_visit_interval_working_days
    assert changed.visits.cpp.at(scenarios + 253, NEGLECT) == 5.0


def test_a_policy_for_some_areas_holds_in_those_alone() -> None:
    policies = {
        "cin_visits": {"interval": "1 week", "areas": ["Leeds"]},
        "cpp_visits": {"interval": "1 week", "areas": ["Kent"]},
        "thresholds": {"national": "100%", "areas": ["Leeds"]},
        "reviews": {"cin_interval": "1 month", "areas": ["Leeds"]},
        "assessment": {"limit": "35 working days", "areas": ["Leeds"]},
        "plan_quality": {"share_high_quality": "100%", "areas": ["Leeds"]},
        "early_help": {"capacity": "100%", "step_down": "80%", "areas": ["Leeds"]},
        "family_help": {"merged": True, "areas": ["Leeds"]},
        "lead_practitioner": {"share_non_social_worker": "100%", "areas": ["Leeds"]},
    }
    leeds, kent = (practice(area, policies=policies) for area in ("Leeds", "Kent"))
    assert leeds.visits.cin.at(AFTER, NEGLECT) == kent.visits.cpp.at(AFTER, NEGLECT) == 5.0
    assert leeds.thresholds.at(AFTER) == REFERENCE
    assert leeds.reviews.cin_interval(AFTER).months == 1
    assert leeds.assessment.limit(AFTER) == 35.0
    assert leeds.plan_quality.is_high(0.99, AFTER)
    assert leeds.early_help.has_place(0.99, AFTER)
    assert leeds.early_help.steps_down(0.79, AFTER)
    assert not leeds.early_help.steps_down(0.81, AFTER)
    assert leeds.family_help.keeps_worker(0.99, AFTER)
    assert leeds.lead_practitioner.not_a_social_worker(0.99, AFTER, 0.0)
    assert kent.thresholds.at(AFTER) == OWN
    for ramp in (
        kent.visits.cin.ramp, leeds.visits.cpp.ramp, kent.thresholds.ramp, kent.reviews.ramp, kent.assessment.ramp,
        kent.plan_quality.ramp, kent.early_help.ramp, kent.family_help.ramp, kent.lead_practitioner.ramp,
    ):  # fmt: skip
        assert ramp == NEVER


def test_an_area_may_be_named_by_its_code() -> None:
    policies = {"cin_visits": {"interval": "1 week", "areas": [find_area("Leeds").area_code]}}
    assert practice("Leeds", policies=policies).visits.cin.at(AFTER, NEGLECT) == 5.0
    assert practice("Kent", policies=policies).visits.cin.ramp == NEVER


def test_demand_may_change_in_some_areas_alone() -> None:
    demand = {"referrals": "+10%", "areas": ["Kent"]}
    assert practice("Kent", demand=demand).demand.factor(AFTER, Detail.POLICE, NEGLECT) == pytest.approx(1.1)
    assert practice("Leeds", demand=demand).demand.factor(AFTER, Detail.POLICE, NEGLECT) == 1.0


@pytest.mark.parametrize(("share", "moved"), [("0%", 1.0), ("50%", 0.5), ("100%", 0.0)])
def test_national_thresholds_move_an_authority_their_share_of_the_way(share: str, moved: float) -> None:
    changed = practice(policies={"thresholds": {"national": share}})
    assert changed.thresholds.at(AFTER).plan == pytest.approx(REFERENCE.plan + moved)
    assert changed.thresholds.at(on(date(2024, 3, 28))) == OWN
    for name in THRESHOLDS:
        if name != "plan":
            assert getattr(changed.thresholds.at(AFTER), name) == getattr(REFERENCE, name)


def test_a_shift_comes_after_the_move_to_the_national_set() -> None:
    changed = practice(policies={"thresholds": {"national": "100%", "shift": {"plan": 0.25, "care": -0.5}}})
    assert changed.thresholds.at(AFTER).plan == pytest.approx(REFERENCE.plan + 0.25)
    assert changed.thresholds.at(AFTER).care == pytest.approx(REFERENCE.care - 0.5)


def test_unmet_need_is_measured_by_the_same_thresholds_whatever_the_policy() -> None:
    assert practice(policies={"thresholds": {"national": "100%", "shift": {"in_need": 3.0}}}).national == REFERENCE
    assert isinstance(practice().national, Thresholds)


def test_a_category_of_need_may_have_visits_of_its_own() -> None:
    changed = practice(policies={"cin_visits": {"interval": "20 working days", "by_category": {"neglect": "1 week"}}})
    assert changed.visits.cin.at(AFTER, NEGLECT) == 5.0
    assert changed.visits.cin.at(AFTER, NEED_CATEGORIES.index("domestic_abuse")) == 20.0


def test_visits_by_category_alone_leave_the_other_categories_as_they_were() -> None:
    changed = practice(policies={"cin_visits": {"by_category": {"neglect": "1 week"}}})
    assert changed.visits.cin.at(AFTER, NEGLECT) == 5.0
    assert changed.visits.cin.at(AFTER, DISABILITY) == P.cin_visit_interval_working_days
    assert changed.visits.disabled.at(AFTER, DISABILITY) == P.disabled_visit_interval_working_days


def test_reviews_may_change_for_one_kind_of_plan_alone() -> None:
    changed = practice(policies={"reviews": {"cpp_interval": "4 months"}})
    assert changed.reviews.cpp_interval(AFTER, first=False).months == 4
    assert changed.reviews.cpp_interval(AFTER, first=True).months == P.cpp_first_review_months
    assert changed.reviews.cin_interval(AFTER).months == P.cin_review_interval_months


def test_a_lead_practitioner_policy_without_levels_is_for_all_of_them() -> None:
    changed = practice(
        policies={"lead_practitioner": {"share_non_social_worker": "40%", "supervision": "2 hours per case per month"}}
    )
    lead = changed.lead_practitioner
    assert lead.eligible == {"low", "medium", "high"}
    assert lead.share == 0.4
    assert lead.supervision_hours_per_month == 2.0
    assert lead.approval_hours == P.hours_approval
    assert (lead.medium_from, lead.high_from) == (P.medium_complexity_from, P.high_complexity_from)


def test_the_variant_of_a_lead_practitioner_policy_sets_its_effect() -> None:
    spread = P.lead_practitioner_variant_spread
    changed = practice(policies={"lead_practitioner": {"share_non_social_worker": "40%", "variant": "worried"}})
    assert changed.lead_practitioner.effect.detection_ratio == pytest.approx(1 - spread)


def test_demand_by_source_and_need_is_read_by_the_words_of_the_scenario() -> None:
    changed = practice(demand={"referrals": "-5%", "by_source": {"police": "+20%"}, "by_need": {"neglect": "+10%"}})
    assert changed.demand.factor(AFTER, Detail.POLICE, NEGLECT) == pytest.approx(0.95 * 1.2 * 1.1)
    assert changed.demand.factor(AFTER, Detail.SCHOOLS, DISABILITY) == pytest.approx(0.95)
