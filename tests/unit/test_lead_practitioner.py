"""Who leads a plan: which cases may go to someone who is not a social worker, and what difference that is taken to make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.policy.family_help import FamilyHelp
from cinsim.policy.lead_practitioner import LEVELS, Effect, LeadPractitionerPolicy, effect_of_variant
from cinsim.policy.timing import Ramp
from cinsim.reference.parameters import parameters_from

pytestmark = pytest.mark.unit

POLICY = LeadPractitionerPolicy(
    share=0.4, eligible=frozenset({"low", "medium"}), ramp=Ramp(100.0, 200.0), medium_from=0.75, high_from=1.75
)
LUCK = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("above_plan", "level"),
    [(0.0, "low"), (0.74, "low"), (0.75, "medium"), (1.74, "medium"), (1.75, "high"), (7.0, "high"), (-2.0, "low")],
)
def test_a_case_is_as_complex_as_its_severity_lies_above_the_plan_threshold(above_plan: float, level: str) -> None:
    assert POLICY.level(above_plan) == level


def test_no_plan_is_led_otherwise_before_the_policy_and_its_share_once_in_full_force() -> None:
    assert not POLICY.not_a_social_worker(0.0, 99.0, 0.0)
    assert POLICY.not_a_social_worker(0.399, 200.0, 0.0)
    assert not POLICY.not_a_social_worker(0.4, 200.0, 0.0)


def test_half_the_share_is_led_otherwise_halfway_through_phasing_in() -> None:
    assert POLICY.not_a_social_worker(0.199, 150.0, 0.0)
    assert not POLICY.not_a_social_worker(0.2, 150.0, 0.0)


@given(LUCK, st.floats(0, 1000))
def test_a_case_of_a_level_that_is_not_eligible_stays_with_a_social_worker(u: float, time: float) -> None:
    assert not POLICY.not_a_social_worker(u, time, 3.0)


@given(LUCK, st.floats(200, 1000), st.floats(-5, 10))
def test_nobody_eligible_means_nobody_led_otherwise(u: float, time: float, above_plan: float) -> None:
    assert not LeadPractitionerPolicy(share=1.0).not_a_social_worker(u, time, above_plan)
    everybody = LeadPractitionerPolicy(share=1.0, eligible=frozenset(LEVELS), ramp=Ramp(0.0, 0.0))
    assert everybody.not_a_social_worker(u, time, above_plan)


def test_the_default_is_that_it_makes_no_difference_who_leads() -> None:
    assert effect_of_variant(parameters_from(), "neutral") == Effect(1.0, 1.0, 0.0) == Effect()


def test_the_hopeful_variant_raises_help_and_the_worried_one_lowers_detection_and_escalates_sooner() -> None:
    p = parameters_from({"lead_practitioner_variant_spread": 0.3})
    assert effect_of_variant(p, "hopeful") == Effect(1.3, 1.0, 0.0)
    assert effect_of_variant(p, "worried") == Effect(1.0, 0.7, 0.3)


def test_the_variants_move_whatever_the_parameters_say() -> None:
    p = parameters_from(
        {
            "non_social_worker_help_ratio": 0.9,
            "non_social_worker_detection_ratio": 0.8,
            "non_social_worker_escalation_shift": 0.1,
            "lead_practitioner_variant_spread": 0.2,
        }
    )
    assert effect_of_variant(p, "neutral") == Effect(0.9, 0.8, 0.1)
    assert effect_of_variant(p, "hopeful").help_ratio == pytest.approx(0.9 * 1.2)
    worried = effect_of_variant(p, "worried")
    assert (worried.detection_ratio, worried.escalation_shift) == pytest.approx((0.8 * 0.8, 0.1 + 0.2))


def test_a_child_keeps_its_worker_where_teams_are_merged() -> None:
    merged = FamilyHelp(True, Ramp(100.0, 200.0))
    assert not merged.keeps_worker(0.0, 99.0)
    assert merged.keeps_worker(0.49, 150.0)
    assert not merged.keeps_worker(0.5, 150.0)
    assert merged.keeps_worker(0.999, 200.0)
    assert not FamilyHelp(False, Ramp(0.0, 0.0)).keeps_worker(0.0, 500.0)
