"""Forecasts made from every year since 2016, held against what came: the aims for ranges and for CRPS."""

from __future__ import annotations

import pandas as pd
import pytest

from cinsim.forecast.panel import read_series
from cinsim.forecast.rolling import rolling_origins
from cinsim.forecast.summary import CENTRED, coverage, gains, of_authorities, of_england

pytestmark = [pytest.mark.statistical, pytest.mark.slow]


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    """Every forecast of one to five years from 2016 to 2023: a minute and a half."""
    return rolling_origins(*read_series())


def test_ranges_of_authorities_hold_85_to_95_percent_pooled_over_years(scores: pd.DataFrame) -> None:
    own = of_authorities(scores)
    assert coverage(own, ["ahead"])["held"].between(85, 95).all()
    by_measure = coverage(own, ["measure", "ahead"])
    assert by_measure[by_measure["ahead"] == 1]["held"].between(85, 95).all()


def test_no_measure_in_any_one_year_is_held_by_hardly_any_range(scores: pd.DataFrame) -> None:
    single = coverage(of_authorities(scores), ["measure", "origin", "ahead"])
    assert single["held"].min() >= 80


@pytest.mark.parametrize("against", [CENTRED, None])
def test_forecasts_beat_the_naive_ones_on_nine_measures_and_are_nowhere_worse_by_more_than_their_error(
    scores: pd.DataFrame, against: tuple[str, ...] | None
) -> None:
    own = of_authorities(scores)
    table = gains(own) if against is None else gains(own, against)
    for ahead, group in table.groupby("ahead"):
        assert (group["gain"] > 0).sum() >= 9, ahead
        assert (group["gain"] >= -group["gain_error"]).all(), ahead


def test_englands_ranges_hold_nine_in_ten_or_somewhat_more(scores: pd.DataFrame) -> None:
    by_reach = coverage(of_england(scores), ["ahead"])
    assert by_reach["held"].between(88, 99).all()
