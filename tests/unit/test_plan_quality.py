"""Plans of high quality: how many there are, and what they are taken to change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.policy.plan_quality import PlanQuality
from cinsim.policy.timing import NEVER, Ramp

pytestmark = pytest.mark.unit

QUALITY = PlanQuality(0.15, 0.6, help_gain=0.2, error_reduction=0.1, ramp=Ramp(100.0, 200.0))


def test_the_share_of_plans_of_high_quality_rises_with_the_policy() -> None:
    assert QUALITY.is_high(0.149, 50.0)
    assert not QUALITY.is_high(0.15, 50.0)
    assert QUALITY.is_high(0.374, 150.0)
    assert not QUALITY.is_high(0.376, 150.0)
    assert QUALITY.is_high(0.599, 200.0)


@given(st.floats(0, 1), st.floats(-0.2, 1))
def test_under_todays_mix_of_plans_help_is_what_it_is_today(share: float, gain: float) -> None:
    quality = PlanQuality(share, share, gain, 0.0, NEVER)
    assert share * quality.help_ratio(True) + (1 - share) * quality.help_ratio(False) == pytest.approx(1.0)


def test_a_plan_of_high_quality_helps_more_by_its_gain() -> None:
    assert QUALITY.help_ratio(True) / QUALITY.help_ratio(False) == pytest.approx(1.2)


@given(st.floats(0, 1), st.floats(-0.2, 0.8))
def test_under_todays_mix_of_plans_reviews_err_as_they_do_today(share: float, reduction: float) -> None:
    quality = PlanQuality(share, share, 0.0, reduction, NEVER)
    mean = share * quality.review_error_ratio(True) + (1 - share) * quality.review_error_ratio(False)
    assert mean == pytest.approx(1.0)


def test_a_plan_of_high_quality_is_reviewed_with_less_error_than_another() -> None:
    assert QUALITY.review_error_ratio(True) / QUALITY.review_error_ratio(False) == pytest.approx(0.9)


def test_without_effects_quality_changes_nothing() -> None:
    nothing = PlanQuality(0.15, 1.0, 0.0, 0.0)
    assert {nothing.help_ratio(high) for high in (True, False)} == {1.0}
    assert {nothing.review_error_ratio(high) for high in (True, False)} == {1.0}
