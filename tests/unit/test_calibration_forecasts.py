"""Forecasts of published figures, their scores, and what the data say about parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from cinsim.calibration.area_model import AreaSettings
from cinsim.calibration.hindcast import (
    HindcastSettings,
    StraightLine,
    area_of_year,
    hindcast_authorities,
    hindcast_england,
    parse_years,
    targets_of_year,
)
from cinsim.calibration.identifiability import identifiability, in_words, profile
from cinsim.calibration.moments import Found
from cinsim.calibration.point import PointFit
from cinsim.calibration.priors import load_space
from cinsim.calibration.scores import (
    FORECASTERS,
    MODEL,
    NO_CHANGE,
    crps,
    linear_trend,
    no_change,
    normal_forecast,
    score_table,
    scored,
    yearly_change,
)
from cinsim.calibration.simulator import Request
from cinsim.calibration.targets import load_targets
from cinsim.errors import InputError
from cinsim.reference.areas import average_authority

pytestmark = pytest.mark.unit

NAMES = ("referral_level", "known_effect", "threshold_screening", "threshold_in_need", "threshold_plan")


def fit_with(jacobian: NDArray[np.float64]) -> PointFit:
    """Return a fit of five parameters whose best point meets every target."""
    space, targets = load_space().only(NAMES), load_targets()
    errors = targets.linked_errors()
    k = len(space)
    weighted = jacobian / errors[:, None]
    found = Found(
        np.zeros(k), targets.linked_values(), 0.2 * errors, 8, jacobian, np.linalg.inv(weighted.T @ weighted + np.eye(k)), 1.0, ()
    )
    return PointFit("both", 2024, {"years": 3, "population_fraction": 0.25}, space, targets, found, {})


def some_effects(seed: int = 5) -> NDArray[np.float64]:
    return 0.1 * np.random.Generator(np.random.Philox(seed)).standard_normal((len(load_targets()), len(NAMES)))


class Line(StraightLine):
    """The straight line, the same in every year."""

    def run_by_year(self, requests: Sequence[Request]) -> NDArray[np.float64]:
        return np.repeat(self.run(requests)[:, None, :], 3, axis=1)


def test_crps_is_the_absolute_error_of_a_certain_forecast_and_smaller_for_an_honest_one() -> None:
    assert crps(np.array([3.0, 3.0]), 5.0) == pytest.approx(2.0)
    sample = normal_forecast(0.0, 1.0, "identity")
    # of a standard Normal at its middle: 2 phi(0) - 1 / sqrt(pi)
    assert crps(sample, 0.0) == pytest.approx(2 / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi), abs=0.01)
    assert crps(sample, 3.0) > crps(sample, 0.0)


def test_no_change_widens_with_the_years_and_a_trend_goes_on() -> None:
    series = {year: 100.0 + 5 * (year - 2014) for year in range(2014, 2020)}
    change = yearly_change(series, 2019, "identity")
    assert change == pytest.approx(5.0)
    near, far = (no_change(series, 2019, year, change, "identity") for year in (2020, 2024))
    assert np.median(near) == pytest.approx(125.0)
    assert np.std(far) == pytest.approx(np.sqrt(5) * np.std(near))
    trend = linear_trend(series, 2019, 2024, "identity")
    assert trend is not None
    assert np.median(trend) == pytest.approx(150.0)
    assert linear_trend({2018: 1.0, 2019: 2.0}, 2019, 2020, "identity") is None
    assert np.isnan(yearly_change({2019: 1.0}, 2019, "identity"))


def test_only_what_every_forecaster_forecast_is_compared() -> None:
    sample = normal_forecast(10.0, 1.0, "identity")
    scores = [scored(name, "", "referral_rate", 2020, sample, 10.5) for name in FORECASTERS]
    scores += [scored(name, "", "s47_rate", 2020, sample, 10.5) for name in FORECASTERS[:3]]
    table = score_table(scores)
    assert list(table["measure"]) == ["referral_rate"]
    assert table["figures"].tolist() == [1]
    assert table[f"{MODEL} CRPS"].tolist() == table[f"{NO_CHANGE} CRPS"].tolist()


@pytest.mark.parametrize(("text", "years"), [("2020:2024", range(2020, 2025)), ("2021", range(2021, 2022))])
def test_years_are_read_as_they_are_written(text: str, years: range) -> None:
    assert parse_years(text) == years


@pytest.mark.parametrize("text", ["soon", "2024:2020", "2020:"])
def test_years_that_are_none_are_told(text: str) -> None:
    with pytest.raises(InputError, match="--predict"):
        parse_years(text)


def test_years_before_the_fit_cannot_be_predicted() -> None:
    with pytest.raises(InputError, match="must be years after 2019"):
        HindcastSettings(2019, range(2018, 2020))


def test_the_average_authority_of_another_year_has_that_years_figures() -> None:
    then, now = area_of_year(2019), average_authority()
    assert then.referral_rate != now.referral_rate
    assert then.deprivation_shares == now.deprivation_shares
    assert then.case_holders_fte is None or 50 < then.case_holders_fte < 500
    with pytest.raises(InputError):
        area_of_year(1999)


def test_a_hindcast_of_england_is_scored_for_every_figure_and_forecaster() -> None:
    fit = fit_with(some_effects())
    settings = HindcastSettings(2019, range(2020, 2023), 6, AreaSettings(passes=2, replications=1, verify=1, children=25_000))
    scores = hindcast_england(Line(fit), fit, settings, 3)
    targets = targets_of_year(fit, 2019)
    assert {score.measure for score in scores} <= {target.measure for target in targets}
    assert {score.year for score in scores} == {2020, 2021, 2022}
    assert {score.forecaster for score in scores} == set(FORECASTERS)
    ours = {(s.measure, s.year): s for s in scores if s.forecaster == MODEL}
    assert all(s.low < s.middle < s.high for s in ours.values())
    assert (
        ours["referral_rate", 2022].high - ours["referral_rate", 2022].low
        > ours["referral_rate", 2020].high - ours["referral_rate", 2020].low
    )


def test_authorities_are_forecast_without_a_simulation() -> None:
    scores = hindcast_authorities(fit_with(some_effects()), HindcastSettings(2019, range(2020, 2021), 2))
    assert len({score.area_code for score in scores}) > 100
    assert {score.year for score in scores} == {2020}
    table = score_table(scores)
    assert (table[f"{MODEL} coverage"] > 0.5).all()


def test_a_year_with_hardly_any_figures_cannot_be_fitted() -> None:
    with pytest.raises(InputError):
        targets_of_year(fit_with(some_effects()), 1999)


def test_what_the_data_pin_down_leave_open_and_trade_off_is_told() -> None:
    jacobian = np.zeros((len(load_targets()), len(NAMES)))
    errors = load_targets().linked_errors()
    jacobian[0, 0] = 20 * errors[0]  # pinned down
    jacobian[1, 1] = jacobian[1, 2] = 20 * errors[1]  # only their sum is known
    fit = fit_with(jacobian)
    found = identifiability(fit)
    assert found.pinned() == ["referral_level"]
    assert set(found.left_open()) == {"threshold_in_need", "threshold_plan"}
    assert found.known_directions == 2
    pair = found.trade_offs()[0]
    assert {pair.first, pair.second} == {"known_effect", "threshold_screening"}
    assert pair.correlation < -0.9
    text = " ".join(in_words(fit))
    assert "know 2 independent combinations of the 5" in text
    assert "one higher and the other lower" in text
    values, free, held = profile(fit, "known_effect")
    assert np.all(held >= free - 1e-9)
    assert free.min() == pytest.approx(0.0, abs=0.05)
    assert len(values) == 41
