"""Rolling origins: every forecast that could have been made, against what came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from cinsim.forecast.authorities import FEWEST_YEARS, Origin
from cinsim.forecast.england import national_forecast, national_measures
from cinsim.forecast.local_level import LocalLevel
from cinsim.forecast.measures import MEASURES, Array
from cinsim.forecast.naive import NAIVE, naive_quantiles
from cinsim.forecast.panel import National, Panel
from cinsim.forecast.predictive import LEVELS, LOWER, UPPER, level_place
from cinsim.reference.areas import ENGLAND_CODE

MODEL: Final = "model"
ORIGINS: Final = range(2016, 2024)
REACHES: Final = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Scored:
    """Scores of the forecasts of several areas: whether the 90% range held, CRPS, and absolute error of the median.

    CRPS and error are in hundredths of a logarithm (about percent) for counts and caseloads, in points for percentages.
    """

    held: Array
    crps: Array
    error: Array


def score_quantiles(quantiles: Array, came: Array, *, percent: bool, levels: Array = LEVELS) -> Scored:
    """Score forecasts given as quantiles [areas, levels] against what came [areas].

    The CRPS is twice the mean quantile loss over the levels (Gneiting and Ranjan 2011): near exact for 199 of them, a coarse
    stand-in for a few, the same for all that are compared.
    """
    low, high = quantiles[:, level_place(LOWER, levels)], quantiles[:, level_place(UPPER, levels)]
    held = (came >= low - 1e-9) & (came <= high + 1e-9)
    if not percent:
        quantiles, came = (100.0 * np.log(np.maximum(values, 0.5)) for values in (quantiles, came))
    off = came[:, None] - quantiles
    crps = 2.0 * np.mean(np.maximum(levels * off, (levels - 1.0) * off), axis=1)
    return Scored(held.astype(np.float64), crps, np.abs(off[:, level_place(0.5, levels)]))


def rolling_origins(
    panel: Panel,
    national: National,
    origins: Iterable[int] = ORIGINS,
    reaches: Sequence[int] = REACHES,
    measures: Sequence[str] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> pd.DataFrame:
    """Return the scores of every forecast: area_code, measure, origin, ahead, forecaster, held, crps, error.

    An authority is scored where it published a figure of its own in the three years to the origin.

    Parameters
    ----------
    measures : those scored; all when None. The others stay leading indicators.
    """
    parts, start = [], dict[str, LocalLevel]()
    for year in origins:
        say(f"forecasts made from {year}")
        origin = Origin(panel.until(year), start)
        start = origin.fits
        for name in origin.measures if measures is None else [name for name in origin.measures if name in measures]:
            for ahead in reaches:
                if year + ahead in panel.years:
                    parts.append(_of_authorities(origin, panel, year, name, ahead))
        parts.append(_of_england(national, year, reaches, measures))
    return pd.concat(parts, ignore_index=True)


def _of_authorities(origin: Origin, panel: Panel, year: int, measure: str, ahead: int) -> pd.DataFrame:
    codes = origin.panel.codes
    rows = [panel.codes.index(code) for code in codes]
    came = panel.figures[measure][rows, year + ahead - panel.years[0]]
    before = origin.panel.figures[measure]
    told = np.isfinite(came) & np.isfinite(before[:, -FEWEST_YEARS:]).any(axis=1)
    chosen = [code for code, good in zip(codes, told, strict=True) if good]
    percent = MEASURES[measure].percent
    forecasts = {MODEL: origin.forecast(measure, ahead).quantiles()[told]}
    forecasts |= {kind.name: naive_quantiles(before, ahead, kind, percent=percent)[told] for kind in NAIVE}
    return _scores(forecasts, came[told], chosen, measure, year, ahead)


def _of_england(national: National, year: int, reaches: Sequence[int], measures: Sequence[str] | None) -> pd.DataFrame:
    then = national.until(year)
    parts = []
    for name in national_measures(then):
        for ahead in reaches:
            if (measures is not None and name not in measures) or year + ahead not in national.years:
                continue
            came = national.figures[name][[year + ahead - national.years[0]]]
            percent = MEASURES[name].percent
            forecasts = {MODEL: national_forecast(then, name, ahead).quantiles()}
            before = then.figures[name][None]
            forecasts |= {kind.name: naive_quantiles(before, ahead, kind, percent=percent) for kind in NAIVE}
            parts.append(_scores(forecasts, came, [ENGLAND_CODE], name, year, ahead))
    return pd.concat(parts) if parts else pd.DataFrame()


def _scores(forecasts: dict[str, Array], came: Array, codes: list[str], measure: str, year: int, ahead: int) -> pd.DataFrame:
    parts = []
    for name, quantiles in forecasts.items():
        scored = score_quantiles(quantiles, came, percent=MEASURES[measure].percent)
        parts.append(
            pd.DataFrame(
                {
                    "area_code": codes, "measure": measure, "origin": year, "ahead": ahead, "forecaster": name,
                    "held": scored.held, "crps": scored.crps, "error": scored.error,
                }
            )
        )  # fmt: skip
    return pd.concat(parts)
