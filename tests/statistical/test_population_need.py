"""Need varies between children and over time as its parameters say.

Bounds are 4.5 standard errors, from the normal theory of each estimate: with 20,000 children a spread wrong by 2.5%, or
a correlation wrong by 0.02, would be seen.
"""

from __future__ import annotations

import numpy as np
import pytest
from populations import World, world
from scipy import stats

from cinsim.population.need import DAYS_PER_QUARTER, age_severity

pytestmark = pytest.mark.statistical

BOUND = 4.5


@pytest.fixture(scope="module")
def town() -> World:
    return world(5)


def fluctuations(town: World) -> np.ndarray:
    """Return the part of need that comes and goes, [children, quarters]."""
    ages = (town.grid.days[None, :-1] + DAYS_PER_QUARTER / 2 - town.children.birth[:, None]) / 365.25
    return np.asarray(town.grid.need.astype(float) - town.grid.lasting[:, None] - age_severity(ages, town.p))


def test_the_lasting_part_spreads_as_its_standard_deviation_says() -> None:
    plain = {"male_log_rate": 0.0, **{f"deprivation_log_rate_quintile_{q}": 0.0 for q in range(1, 6)}}
    town = world(1, overrides={**plain, "need_sd_lasting": 0.8})
    u, n = town.grid.lasting, len(town.children)
    assert u.mean() == pytest.approx(0.0, abs=BOUND * 0.8 / np.sqrt(n))
    assert u.std() == pytest.approx(0.8, abs=BOUND * 0.8 / np.sqrt(2 * n))
    assert stats.kstest(u / 0.8, "norm").pvalue > 1e-4


def test_the_part_that_comes_and_goes_keeps_its_spread_in_every_quarter(town: World) -> None:
    v, sd = fluctuations(town), town.p.need_sd_fluctuating
    n = len(v)
    assert np.abs(v.mean(axis=0)).max() < BOUND * sd / np.sqrt(n)
    assert np.abs(v.std(axis=0) - sd).max() < BOUND * sd / np.sqrt(2 * n)
    for quarter in (0, 7, 19):
        assert stats.kstest(v[:, quarter] / sd, "norm").pvalue > 1e-4


@pytest.mark.parametrize("lag", [1, 2, 4, 8])
def test_need_is_remembered_from_quarter_to_quarter_as_its_persistence_says(town: World, lag: int) -> None:
    v, rho = fluctuations(town), town.p.need_persistence
    n = len(v)
    error = (1 - rho ** (2 * lag)) / np.sqrt(n)
    for quarter in (0, 5, 10):
        assert np.corrcoef(v[:, quarter], v[:, quarter + lag])[0, 1] == pytest.approx(rho**lag, abs=BOUND * error)


def test_the_next_quarter_depends_on_this_one_and_on_nothing_before_it(town: World) -> None:
    v, rho = fluctuations(town), town.p.need_persistence
    shock = v[:, 6] - rho * v[:, 5]
    assert abs(np.corrcoef(shock, v[:, 4])[0, 1]) < BOUND / np.sqrt(len(v))
    next_shock = v[:, 7] - rho * v[:, 6]
    assert abs(np.corrcoef(shock, next_shock)[0, 1]) < BOUND / np.sqrt(len(v))


def test_what_lasts_and_what_comes_and_goes_are_independent(town: World) -> None:
    v = fluctuations(town)
    assert abs(np.corrcoef(town.grid.lasting, v[:, 0])[0, 1]) < BOUND / np.sqrt(len(v))
    assert abs(np.corrcoef(town.grid.lasting, v[:, 12])[0, 1]) < BOUND / np.sqrt(len(v))


def test_the_need_of_one_child_says_nothing_of_the_nexts(town: World) -> None:
    v = fluctuations(town)
    assert abs(np.corrcoef(v[:-1, 3], v[1:, 3])[0, 1]) < BOUND / np.sqrt(len(v))
    assert abs(np.corrcoef(town.grid.lasting[:-1], town.grid.lasting[1:])[0, 1]) < BOUND / np.sqrt(len(v))


def test_an_error_of_a_fortieth_in_the_spread_would_have_been_seen(town: World) -> None:
    v, sd = fluctuations(town) * 1.025, town.p.need_sd_fluctuating
    assert np.abs(v.std(axis=0) - sd).max() > BOUND * sd / np.sqrt(2 * len(v))
