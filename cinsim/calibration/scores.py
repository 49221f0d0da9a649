"""Forecasts of published figures and how good they were: forecasters that know no model, coverage, and CRPS.

A forecast is a sample of equally likely values. The continuous ranked probability score (Gneiting and Raftery 2007) is in the
unit of the figure, is the absolute error for a forecast without uncertainty, and punishes both missing and vagueness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from cinsim.calibration.emulation import Array
from cinsim.calibration.links import Link, linked, unlinked

# a forecast is kept as so many quantiles in the middle of equal shares
QUANTILES: Final = (np.arange(199) + 0.5) / 199
TREND_YEARS: Final = 6
# a score larger by less is no worse: about what the luck of the simulations behind a forecast makes
NO_WORSE: Final = 1.02
MODEL, ANCHORED, MODEL_ALONE = "model", "model from the last figure", "model without drift"
NO_CHANGE, TREND = "no change", "linear trend"
FORECASTERS: Final = (MODEL, ANCHORED, MODEL_ALONE, NO_CHANGE, TREND)


@dataclass(frozen=True, slots=True)
class Score:
    """How one forecast of one figure turned out; ``inside`` is whether its central 90% held the figure."""

    forecaster: str
    area_code: str
    measure: str
    year: int
    published: float
    middle: float
    low: float
    high: float
    crps: float

    @property
    def inside(self) -> bool:
        """Whether the central 90% held the published figure."""
        return self.low <= self.published <= self.high


def crps(sample: Array, published: float) -> float:
    """Return the continuous ranked probability score of a sample of equally likely values, the smaller the better."""
    x = np.sort(sample)
    n = len(x)
    # E|X - y| - E|X - X'| / 2, the second from order statistics
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float(np.mean(np.abs(x - published)) - np.sum(weights * x) / n**2)


def normal_forecast(middle: float, spread: float, link: Link) -> Array:
    """Return a forecast that is Normal on the scale of a link, as equally likely values in the figure's own unit."""
    return unlinked(middle + spread * norm.ppf(QUANTILES), link)


def yearly_change(series: Mapping[int, float], until: int, link: Link) -> float:
    """Return the root mean square of changes from one year to the next up to a year, linked; NaN if there is none."""
    changes = [
        float(linked(series[year + 1], link) - linked(series[year], link))
        for year in series
        if year + 1 in series and year + 1 <= until
    ]
    return float(np.sqrt(np.mean(np.square(changes)))) if changes else float("nan")


def no_change(series: Mapping[int, float], until: int, year: int, change: float, link: Link) -> Array:
    """Forecast the last figure again, with the spread of a random walk of the yearly change."""
    return normal_forecast(float(linked(series[until], link)), change * np.sqrt(year - until), link)


def linear_trend(series: Mapping[int, float], until: int, year: int, link: Link) -> Array | None:
    """Forecast the straight line through the last six years, with its prediction interval; None with fewer than four years."""
    years = np.array(sorted(one for one in series if until - TREND_YEARS < one <= until), dtype=np.float64)
    if len(years) < 4:
        return None
    y = linked([series[int(one)] for one in years], link)
    away = years - years.mean()
    rise = float(away @ y / (away @ away))
    residual = y - y.mean() - rise * away
    variance = float(residual @ residual) / (len(years) - 2)
    ahead = year - years.mean()
    spread = np.sqrt(variance * (1 + 1 / len(years) + ahead**2 / float(away @ away)))
    middle = float(y.mean() + rise * ahead)
    return unlinked(middle + spread * t.ppf(QUANTILES, len(years) - 2), link)


def scored(forecaster: str, area_code: str, measure: str, year: int, sample: Array, published: float) -> Score:
    """Return how a forecast turned out."""
    low, middle, high = (float(np.quantile(sample, q)) for q in (0.05, 0.5, 0.95))
    return Score(forecaster, area_code, measure, year, published, middle, low, high, crps(sample, published))


def score_table(scores: Sequence[Score]) -> pd.DataFrame:
    """Return one row a measure: each forecaster's mean CRPS and coverage of its central 90%, over areas and years."""
    rows = [
        {
            "measure": s.measure,
            "forecaster": s.forecaster,
            "crps": s.crps,
            "inside": s.inside,
            "year": s.year,
            "area": s.area_code,
        }
        for s in scores
    ]
    table = pd.DataFrame(rows)
    # only what every forecaster has forecast is compared
    complete = table.groupby(["measure", "year", "area"])["forecaster"].transform("nunique") == table["forecaster"].nunique()
    compared = table[complete]
    means = pd.DataFrame(index=pd.Index(compared["measure"].unique(), name="measure"))
    for column, what in (("crps", "CRPS"), ("inside", "coverage")):
        for forecaster in FORECASTERS:
            rows_of = compared[compared["forecaster"] == forecaster]
            if len(rows_of):
                means[f"{forecaster} {what}"] = rows_of.groupby("measure", sort=False)[column].mean()
    count = table[complete & (table["forecaster"] == NO_CHANGE)].groupby("measure", sort=False).size()
    return means.assign(figures=count).reset_index()


def in_words(table: pd.DataFrame, where: str) -> list[str]:
    """Return where the model forecasts better and where worse than no change, and how often its ranges held."""
    out = []
    for forecaster, words in ((MODEL, "the model's forecast"), (ANCHORED, "starting from the last figure, it")):
        ours, theirs = table[f"{forecaster} CRPS"], table[f"{NO_CHANGE} CRPS"]
        worse = list(table.loc[ours > theirs * NO_WORSE, "measure"])
        out.append(
            f"{where}: by CRPS {words} is no worse than no change on {len(table) - len(worse)} of {len(table)} measures"
            + (f"; it is worse on {', '.join(worse)}." if worse else ".")
        )
    ours = table[f"{MODEL} CRPS"]
    if f"{TREND} CRPS" in table:
        beaten = int((ours <= table[f"{TREND} CRPS"]).sum())
        out.append(f"It is at least as good as the linear trend on {beaten} of {len(table)}.")
    weights = table["figures"] / table["figures"].sum()
    held = float((table[f"{MODEL} coverage"] * weights).sum())
    alone = float((table[f"{MODEL_ALONE} coverage"] * weights).sum())
    out.append(
        f"Its 90% ranges held {held:.0%} of the figures; without allowing for drift, {alone:.0%}: the rest "
        "of what changes from year to year is neither chance nor parameters but the world, of which a forecast of unchanged "
        "practice says nothing."
    )
    return out
