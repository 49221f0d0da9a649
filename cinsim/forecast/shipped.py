"""The forecasts that the package ships: made from the latest figures, written beside the other results, read by the command.

``areas_forecast.csv``   area_code, measure, year, mean, lower, upper: the next three years, ``lower`` and ``upper`` the 90% range
``forecasts.csv``        the same to five years ahead, and what had been forecast for the latest year from the one before, with
                         quartiles, median and the year to whose figures each was fitted
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cinsim.errors import InputError
from cinsim.forecast.authorities import Origin
from cinsim.forecast.england import national_forecast, national_measures
from cinsim.forecast.measures import MEASURES
from cinsim.forecast.panel import National, Panel
from cinsim.forecast.predictive import LOWER, UPPER, Predictive
from cinsim.reference.areas import ENGLAND_CODE, find_area
from cinsim.reference.calibrated import folder

AREAS_FORECAST: Final = "areas_forecast.csv"
FORECASTS: Final = "forecasts.csv"
YEARS_SHIPPED: Final = 3
"""Years of ``areas_forecast.csv``."""
FURTHEST: Final = 5
"""Years ahead that a forecast is made for: further, none has been scored."""
COLUMNS: Final = ("area_code", "measure", "year", "mean", "lower", "upper")
QUANTILES: Final = {"lower": LOWER, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "upper": UPPER}
FAN_COLUMNS: Final = ("fit_to", "area_code", "measure", "year", "mean", *QUANTILES)
_LEVELS: Final = np.array(list(QUANTILES.values()))


def forecasts_of(
    panel: Panel, national: National, fit_to: int, *, furthest: int = FURTHEST, measures: tuple[str, ...] = tuple(MEASURES)
) -> tuple[pd.DataFrame, list[str]]:
    """Return England's and every authority's forecasts from one year's figures, and which could not be made, in words.

    Parameters
    ----------
    furthest : years ahead. measures : forecast; the others stay leading indicators.
    """
    origin, england = Origin(panel.until(fit_to)), national.until(fit_to)
    parts, without = [], []
    for name in measures:
        of_england = name in national_measures(england)
        if not of_england:
            without.append(f"England, {name}: no figure for {fit_to}, or hardly any before")
        known = origin.known(name) if name in origin.measures else np.zeros(len(origin.panel.codes), dtype=bool)
        chosen = [place for place, good in enumerate(known) if good]
        without += [
            f"{_name(code)}, {name}: no figure in the three years to {fit_to}"
            for code, good in zip(origin.panel.codes, known, strict=True)
            if not good
        ]
        for ahead in range(1, furthest + 1):
            if of_england:
                parts.append(_rows(national_forecast(england, name, ahead), [0], [ENGLAND_CODE], name, fit_to, ahead))
            if chosen:
                codes = [origin.panel.codes[place] for place in chosen]
                parts.append(_rows(origin.forecast(name, ahead), chosen, codes, name, fit_to, ahead))
    return _in_order(pd.concat(parts, ignore_index=True)), without


def _name(code: str) -> str:
    try:
        return find_area(code).area_name
    except InputError:  # an authority of before
        return code


def _rows(found: Predictive, rows: list[int], codes: list[str], measure: str, fit_to: int, ahead: int) -> pd.DataFrame:
    places = MEASURES[measure].decimals
    quantiles = found.quantiles(_LEVELS)[rows].round(places)
    means = found.mean()[rows].round(places)
    columns = dict(zip(QUANTILES, quantiles.T, strict=True))
    return pd.DataFrame(
        {"fit_to": fit_to, "area_code": codes, "measure": measure, "year": fit_to + ahead, "mean": means, **columns}
    )


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Sort by year of the fit, area (England first), measure in the pathway's order, and year."""
    order = {name: place for place, name in enumerate(MEASURES)}
    keys = table.assign(england=table["area_code"] != ENGLAND_CODE, place=table["measure"].map(order))
    return keys.sort_values(["fit_to", "england", "area_code", "place", "year"])[list(FAN_COLUMNS)].reset_index(drop=True)


def make_forecasts(
    panel: Panel, national: National, say: Callable[[str], None] = lambda text: None
) -> tuple[pd.DataFrame, list[str]]:
    """Return the forecasts that ship: from the latest year, and those of the latest year from the one before."""
    latest = panel.years[-1]
    say(f"forecasts made from {latest - 1}")
    before, _ = forecasts_of(panel, national, latest - 1, furthest=1)
    say(f"forecasts made from {latest}")
    now, without = forecasts_of(panel, national, latest)
    return pd.concat([before, now], ignore_index=True), without


def areas_forecast(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the table ``areas_forecast.csv``: the latest fit's next years, each with its mean and 90% range."""
    latest = forecasts["fit_to"].max()
    chosen = forecasts[(forecasts["fit_to"] == latest) & (forecasts["year"] <= latest + YEARS_SHIPPED)]
    return chosen[list(COLUMNS)].reset_index(drop=True)


def write_forecasts(forecasts: pd.DataFrame, into: Path) -> list[Path]:
    """Write both tables into a folder and return their paths."""
    into.mkdir(parents=True, exist_ok=True)
    paths = [into / AREAS_FORECAST, into / FORECASTS]
    for path, table in zip(paths, (areas_forecast(forecasts), forecasts), strict=True):
        aside = path.with_name(f".{path.name}.part")
        table.to_csv(aside, index=False, lineterminator="\n", encoding="utf-8", float_format="%.10g")
        aside.replace(path)
    return paths


def read_forecasts(within: Path | None = None) -> pd.DataFrame:
    """Return the forecasts of ``forecasts.csv``.

    Raises
    ------
    InputError : the folder holds none, or a table that is not of this make.
    """
    path = (within or folder()) / FORECASTS
    try:
        table = pd.read_csv(path)
    except FileNotFoundError:
        raise InputError("there are no forecasts yet; `cinsim calibrate forecast` makes them", path=path) from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read as a table: {error}", path=path) from error
    if tuple(table.columns) != FAN_COLUMNS:
        raise InputError(f"must have the columns {', '.join(FAN_COLUMNS)}; `cinsim calibrate forecast` writes it", path=path)
    numbers = table.drop(columns=["area_code", "measure"])
    if table.empty or not all(pd.api.types.is_numeric_dtype(kind) for kind in numbers.dtypes) or numbers.isna().any(axis=None):
        raise InputError("a cell is empty or no number; `cinsim calibrate forecast` writes the table anew", path=path)
    return table
