"""Uniforms become variates by inverse distribution functions, checked against scipy's."""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cinsim.engine import variates

pytestmark = pytest.mark.unit

UNIFORMS = st.one_of(
    st.floats(2.0**-53, 1 - 2.0**-53),
    st.integers(1, 53).map(lambda k: 2.0**-k),  # the tails as deep as a draw can reach
    st.integers(1, 53).map(lambda k: 1 - 2.0**-k),
)


@given(UNIFORMS)
def test_the_normal_quantile_is_scipys(u: float) -> None:
    assert variates.normal(u) == pytest.approx(stats.norm.ppf(u), rel=2e-14, abs=1e-15)


@given(UNIFORMS)
def test_the_normal_distribution_function_takes_the_quantile_back(u: float) -> None:
    z = variates.normal(u)
    back = stats.norm.cdf(z) if u <= 0.5 else stats.norm.sf(z)
    assert back == pytest.approx(min(u, 1 - u), rel=1e-12)


@given(st.integers(1, 2**52).map(lambda k: k * 2.0**-53))
def test_the_normal_quantile_is_symmetric(u: float) -> None:
    assert variates.normal(1 - u) == -variates.normal(u)


@given(UNIFORMS, UNIFORMS)
def test_more_luck_never_gives_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert variates.normal(low) <= variates.normal(high)
    assert variates.exponential(low) <= variates.exponential(high)
    assert variates.lognormal(low, 8.0, 0.7) <= variates.lognormal(high, 8.0, 0.7)
    assert variates.weibull(low, 0.75, 800.0) <= variates.weibull(high, 0.75, 800.0)


@given(UNIFORMS)
def test_the_exponential_quantile_is_scipys(u: float) -> None:
    assert variates.exponential(u) == pytest.approx(stats.expon.ppf(u), rel=1e-14)


@given(UNIFORMS, st.floats(0.1, 1000), st.floats(0.01, 3))
def test_the_lognormal_quantile_is_scipys(u: float, median: float, sigma: float) -> None:
    assert variates.lognormal(u, median, sigma) == pytest.approx(stats.lognorm.ppf(u, sigma, scale=median), rel=1e-11)


def test_half_the_lengths_lie_below_the_median() -> None:
    assert variates.lognormal(0.5, 36.0, 0.95) == 36.0


@given(UNIFORMS, st.floats(0.3, 10), st.floats(1, 5000))
def test_the_weibull_quantile_is_scipys(u: float, shape: float, scale: float) -> None:
    assert variates.weibull(u, shape, scale) == pytest.approx(stats.weibull_min.ppf(u, shape, scale=scale), rel=1e-11)


SHARES = st.lists(st.floats(0, 10), min_size=1, max_size=12).filter(lambda shares: sum(shares) > 0.1)


@given(SHARES)
def test_a_category_is_chosen_as_often_as_its_share_says(shares: list[float]) -> None:
    cumulative = list(accumulate(share / sum(shares) for share in shares))
    steps = 10_000
    counts = np.bincount([variates.choice((k + 0.5) / steps, cumulative) for k in range(steps)], minlength=len(shares))
    assert counts / steps == pytest.approx(np.array(shares) / sum(shares), abs=2 / steps)


@given(SHARES, UNIFORMS)
def test_a_category_without_a_share_is_never_chosen(shares: list[float], u: float) -> None:
    padded = [0.0, *shares, 1.0]
    cumulative = list(accumulate(share / sum(padded) for share in padded))
    assert padded[variates.choice(u, cumulative)] > 0.0


def test_rounding_in_the_shares_never_leaves_luck_without_a_category() -> None:
    cumulative = list(accumulate([0.1] * 10))
    assert cumulative[-1] < 1.0  # ten tenths in binary
    assert variates.choice(1 - 2.0**-53, cumulative) == 9


@given(st.lists(UNIFORMS, min_size=1, max_size=200))
def test_many_normals_are_those_one_by_one_within_a_hundred_thousandth(us: list[float]) -> None:
    assert variates.normals(np.array(us)) == pytest.approx([variates.normal(u) for u in us], abs=1e-5)


@given(st.lists(st.floats(2.0**-53, 2.0**-10, exclude_max=True), min_size=1, max_size=20))
def test_many_normals_are_exact_in_the_tails(us: list[float]) -> None:
    lower = np.array(us)
    assert variates.normals(lower).tolist() == [variates.normal(u) for u in lower.tolist()]
    upper = 1 - lower
    assert variates.normals(upper).tolist() == [variates.normal(u) for u in upper.tolist()]


def test_many_normals_keep_the_shape_of_their_uniforms() -> None:
    u = np.array([[0.1, 0.5, 2.0**-20], [0.9, 1 - 2.0**-30, 0.25]])
    z = variates.normals(u)
    assert z.shape == (2, 3)
    assert z[0, 2] == variates.normal(2.0**-20)
    assert z[1, 1] == variates.normal(1 - 2.0**-30)


def test_the_table_of_quantiles_keeps_mean_and_variance() -> None:
    u = (np.arange(1_000_000) + 0.5) / 1_000_000
    z = variates.normals(u)
    assert z.mean() == pytest.approx(0.0, abs=1e-9)
    assert z.var() == pytest.approx(1.0, abs=2e-5)


@given(st.lists(UNIFORMS, max_size=50))
def test_many_exponentials_are_exactly_those_one_by_one(us: list[float]) -> None:
    assert variates.exponentials(np.array(us)).tolist() == [variates.exponential(u) for u in us]


def test_no_variate_is_infinite_at_the_ends_of_luck() -> None:
    for u in (2.0**-53, 1 - 2.0**-53):
        found = (variates.normal(u), variates.exponential(u), variates.lognormal(u, 8.0, 3.0), variates.weibull(u, 0.3, 5000.0))
        assert all(math.isfinite(x) for x in found)
