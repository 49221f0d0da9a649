"""The statistical model of published figures: its parts, each on data whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from cinsim.forecast.drift import KEPT, fit_drift
from cinsim.forecast.indicators import fit_effects
from cinsim.forecast.local_level import LocalLevel, expected, fit_local_level
from cinsim.forecast.measures import MEASURES, off_scale, on_scale
from cinsim.forecast.naive import MEAN, SAME, naive_quantiles
from cinsim.forecast.predictive import LEVELS, Predictive, fit_student, level_place
from cinsim.forecast.rolling import score_quantiles

pytestmark = pytest.mark.unit

TRUTH = LocalLevel(level=0.04, movement=0.02, persistence=0.7, noise=0.01, size=0.3, degrees=10.0)


def simulated(authorities: int, years: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return series drawn from the model itself, and the authorities' sizes."""
    luck = np.random.default_rng(seed)
    size = luck.normal(0.0, 0.6, authorities)
    variance = TRUTH.degrees / luck.chisquare(TRUTH.degrees, authorities) * np.exp(-TRUTH.size * size)
    covariance = TRUTH.common(years) + TRUTH.noise * np.eye(years)
    z = luck.multivariate_normal(np.zeros(years), covariance, authorities) * np.sqrt(variance)[:, None]
    z[luck.random(z.shape) < 0.03] = np.nan
    return z, size


def test_the_variances_of_simulated_authorities_are_found_again() -> None:
    z, size = simulated(600, 12)
    found = fit_local_level(z, size)
    assert found.level + found.movement == pytest.approx(TRUTH.level + TRUTH.movement, rel=0.15)
    assert found.noise == pytest.approx(TRUTH.noise, abs=0.006)
    assert found.persistence == pytest.approx(TRUTH.persistence, abs=0.15)
    assert found.size == pytest.approx(TRUTH.size, abs=0.12)
    assert 6.0 < found.degrees < 20.0


@pytest.mark.parametrize("ahead", [1, 3])
def test_what_the_model_expects_of_its_own_series_comes_with_the_spread_that_it_says(ahead: int) -> None:
    z, size = simulated(4_000, 9)
    mean, spread = expected(TRUTH, z[:, : 9 - ahead], size, ahead)
    errors = (z[:, -1] - mean) / spread
    degrees = TRUTH.degrees + np.isfinite(z[:, : 9 - ahead]).sum(axis=1)
    inside = np.abs(errors) < student.ppf(0.95, degrees)
    told = np.isfinite(errors)
    assert float(np.mean(errors[told])) == pytest.approx(0.0, abs=0.06)
    assert float(np.mean(inside[told])) == pytest.approx(0.9, abs=0.015)


def test_a_year_without_a_figure_is_one_more_year_ahead() -> None:
    z, size = simulated(50, 8)
    gap = z.copy()
    gap[:, -1] = np.nan
    for found, wanted in zip(expected(TRUTH, gap, size, 1), expected(TRUTH, z[:, :-1], size, 2), strict=True):
        np.testing.assert_allclose(found, wanted)


def test_an_authority_without_any_figure_is_expected_at_the_middle_with_the_whole_spread() -> None:
    mean, spread = expected(TRUTH, np.full((1, 6), np.nan), np.zeros(1), 1)
    assert mean[0] == 0.0
    assert spread[0] == pytest.approx(np.sqrt(TRUTH.level + TRUTH.movement + TRUTH.noise))


def test_a_steady_drift_is_believed_and_one_that_chance_makes_is_not() -> None:
    steady = fit_drift(0.03 * np.arange(12) + 0.001 * np.random.default_rng(1).normal(size=12))
    assert steady.step == pytest.approx(0.03, rel=0.05)
    to_and_fro = fit_drift(np.array([0.0, 0.1, 0.0, 0.1, 0.0, 0.1, 0.0, 0.1, 0.0]))
    assert abs(to_and_fro.step) < 0.005


def test_a_drift_fades_and_its_own_error_widens_the_range() -> None:
    drift = fit_drift(np.array([0.0, 0.03, 0.05, 0.09, 0.10, 0.14, 0.17]))
    assert drift.mean(3) == pytest.approx(drift.step * (1 + KEPT + KEPT**2))
    assert drift.mean(100) == pytest.approx(drift.step / (1 - KEPT))
    assert drift.error > 0
    assert drift.variance(5) > 5 * drift.spread**2


def test_a_series_that_never_moved_has_no_drift_and_no_spread() -> None:
    still = fit_drift(np.ones(5))
    assert (still.step, still.spread) == (0.0, 0.0)


def test_an_indicator_that_foretells_errors_is_found_and_one_that_is_never_known_does_nothing() -> None:
    luck = np.random.default_rng(3)
    known, never = luck.normal(size=3_000), np.full(3_000, np.nan)
    errors = 0.1 * known + 0.2 * luck.normal(size=3_000)
    effects = fit_effects(errors, np.full(3_000, 0.2), np.column_stack([known, never]), np.array([30.0, 30.0]))
    assert effects.on(np.array([[1.0, np.nan]]))[0] == pytest.approx(0.1, abs=0.02)
    assert effects.coefficients[1] == 0.0


def test_scale_and_tails_of_errors_are_found() -> None:
    errors = 0.8 * np.random.default_rng(9).standard_t(5.0, 8_000)
    scale, degrees = fit_student(errors, np.ones(len(errors)))
    assert scale == pytest.approx(0.8, rel=0.05)
    assert degrees == pytest.approx(5.0, rel=0.25)


@pytest.mark.parametrize("measure", list(MEASURES.values()), ids=list(MEASURES))
def test_a_figure_is_the_same_after_its_scale_and_back(measure) -> None:  # type: ignore[no-untyped-def]
    children = np.array([50_000.0, 80_000.0])
    published = np.array([12.5, 480.0]) if measure.counted else np.array([12.5, 48.0])
    back = off_scale(on_scale(published, measure.scale, children), measure.scale, children)
    np.testing.assert_allclose(back, published * children / 10_000 if measure.counted else published)


def test_percentages_stay_within_0_and_100() -> None:
    for scale in ("root", "points"):
        found = Predictive(np.array([0.1]), np.array([60.0]), 5.0, scale, np.ones(1)).quantiles()
        assert found.min() >= 0.0
        assert found.max() <= 100.0


def test_the_crps_of_a_normal_forecast_is_the_one_in_closed_form() -> None:
    came = np.array([0.7])
    quantiles = norm.ppf(LEVELS)[None]
    wanted = 0.7 * (2 * norm.cdf(0.7) - 1) + 2 * norm.pdf(0.7) - 1 / np.sqrt(np.pi)
    assert score_quantiles(quantiles, came, percent=True).crps[0] == pytest.approx(wanted, rel=0.02)


def test_a_range_holds_what_lies_within_it_and_nothing_else() -> None:
    quantiles = np.repeat(np.linspace(10.0, 20.0, len(LEVELS))[None], 3, axis=0)
    ends = quantiles[0, [level_place(0.05), level_place(0.95)]]
    held = score_quantiles(quantiles, np.array([ends[0] - 0.1, 15.0, ends[1] + 0.1]), percent=True).held
    assert held.tolist() == [0.0, 1.0, 0.0]


def test_naive_forecasts_are_centred_on_the_last_figure_known_and_on_the_mean_of_three_years() -> None:
    figures = np.array([[10.0, 12.0, 14.0, 13.0], [20.0, 22.0, 24.0, np.nan]])
    middle = level_place(0.5)
    assert naive_quantiles(figures, 1, SAME, percent=True)[:, middle] == pytest.approx([13.0, 24.0])
    assert naive_quantiles(figures, 1, MEAN, percent=True)[:, middle] == pytest.approx([13.0, 23.0])
