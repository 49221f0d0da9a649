"""Last year's forecasts against the outturn: the shipped quantiles, and naive forecasts made at the same time, scored alike."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cinsim.errors import InputError
from cinsim.forecast.measures import MEASURES, Array
from cinsim.forecast.naive import NAIVE, naive_quantiles
from cinsim.forecast.panel import National, Panel
from cinsim.forecast.rolling import MODEL, score_quantiles
from cinsim.forecast.shipped import FORECASTS, QUANTILES
from cinsim.reference.areas import ENGLAND_CODE

_LEVELS: Final = np.array(list(QUANTILES.values()))


def outturn(
    forecasts: pd.DataFrame, panel: Panel, national: National, path: Path | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score forecasts made before a release against the figures of its latest year.

    Parameters
    ----------
    forecasts : as :func:`cinsim.forecast.shipped.read_forecasts` gives them, made from an earlier year's figures.
    panel, national : series that hold the new year's figures.
    path : of the forecasts, for messages.

    Returns
    -------
    The forecasts with what came (``outturn``, ``held``), and the scores of all forecasters as
    :func:`cinsim.forecast.rolling.rolling_origins` gives them.

    Raises
    ------
    InputError : no forecast was made for the year, or none from before it.
    """
    year, fit_to = panel.years[-1], int(forecasts["fit_to"].max())
    ours = forecasts[(forecasts["fit_to"] == fit_to) & (forecasts["year"] == year)]
    if ours.empty:
        to = int(forecasts["year"].max())
        raise InputError(
            f"holds forecasts of {fit_to + 1} to {to}, and the release's latest figures are of {year}: nothing to hold against",
            path=path or FORECASTS,
        )
    came, scores = [], []
    for measure, rows in ours.groupby("measure", sort=False):
        own = rows[rows["area_code"] != ENGLAND_CODE]
        places = [panel.codes.index(code) for code in own["area_code"] if code in panel.codes]
        known = own[own["area_code"].isin(panel.codes)]
        before = panel.figures[str(measure)][places, : fit_to - panel.years[0] + 1]
        figures = panel.figures[str(measure)][places, -1]
        whole = rows[rows["area_code"] == ENGLAND_CODE]
        england = national.figures[str(measure)]
        for table, past, now in (
            (known, before, figures),
            (whole, england[None, : fit_to - national.years[0] + 1], england[[-1] * len(whole)]),
        ):
            found, scored = _scored(table, past, now, str(measure), fit_to, year - fit_to)
            came.append(found)
            scores.append(scored)
    return pd.concat(came, ignore_index=True), pd.concat(scores, ignore_index=True)


def _scored(
    table: pd.DataFrame, before: Array, came: Array, measure: str, fit_to: int, ahead: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what came beside the forecasts of one measure, and the scores of those areas that published."""
    told = np.isfinite(came)
    percent = MEASURES[measure].percent
    quantiles = table[list(QUANTILES)].to_numpy(dtype=np.float64)
    held = [bool(low <= value <= high) for low, value, high in zip(quantiles[:, 0], came, quantiles[:, -1], strict=True)]
    found = table[["area_code", "measure", "year", "mean", "lower", "upper"]].assign(outturn=came, held=held)[told]
    rows = []
    if told.any():
        forecasts = {MODEL: quantiles}
        forecasts |= {kind.name: naive_quantiles(before, ahead, kind, percent=percent, levels=_LEVELS) for kind in NAIVE}
        compared = told & np.all([np.isfinite(values).all(axis=1) for values in forecasts.values()], axis=0)
        for name, values in forecasts.items():
            scored = score_quantiles(values[compared], came[compared], percent=percent, levels=_LEVELS)
            rows.append(
                pd.DataFrame(
                    {
                        "area_code": table["area_code"].to_numpy()[compared], "measure": measure, "origin": fit_to,
                        "ahead": ahead, "forecaster": name, "held": scored.held, "crps": scored.crps, "error": scored.error,
                    }
                )
            )  # fmt: skip
    return found, pd.concat(rows) if rows else pd.DataFrame()
