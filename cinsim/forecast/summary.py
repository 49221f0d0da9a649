"""How good forecasts were, in a table: coverage of the 90% range, CRPS, and the gain over naive forecasts with its error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from cinsim.forecast.naive import MEAN, NAIVE, SAME
from cinsim.forecast.rolling import MODEL
from cinsim.reference.areas import ENGLAND_CODE

ALL_NAIVE: Final = tuple(kind.name for kind in NAIVE)
CENTRED: Final = (SAME.name, MEAN.name)
"""The two that the aim is stated against: the same as last year, and the mean of three years."""


def of_authorities(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of authorities alone."""
    return scores[scores["area_code"] != ENGLAND_CODE]


def of_england(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of England alone."""
    return scores[scores["area_code"] == ENGLAND_CODE]


def coverage(scores: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the share of figures that the model's 90% ranges held, in percent, and the number of figures."""
    ours = scores[scores["forecaster"] == MODEL]
    found = ours.groupby(list(by), sort=False)["held"].agg(["mean", "size"])
    return found.rename(columns={"mean": "held", "size": "figures"}).assign(held=lambda table: 100 * table["held"]).reset_index()


def gains(scores: pd.DataFrame, against: Sequence[str] = ALL_NAIVE) -> pd.DataFrame:
    """Return one row a measure and reach: CRPS, the best naive forecast, and the gain over it in percent with its error.

    The gain is the mean difference of pairs by authority and year over the naive forecast's mean; its standard error is
    clustered by authority, since an authority's errors of several origins are not independent.

    Parameters
    ----------
    against : naive forecasts of which the best, over all origins, is the one that counts.
    """
    rows = []
    for (measure, ahead), group in scores.groupby(["measure", "ahead"], sort=False):
        crps = group.pivot(index=["area_code", "origin"], columns="forecaster", values="crps")
        best = str(crps[list(against)].mean().idxmin())
        gain = crps[best] - crps[MODEL]
        by_area = gain.groupby(level="area_code")
        off = by_area.sum() - gain.mean() * by_area.size()
        error = float(np.sqrt((off**2).sum())) / len(gain)
        whole = float(crps[best].mean())
        scale = 100.0 / whole if whole else np.nan  # a naive forecast that was exact leaves nothing to gain
        errors = group.groupby("forecaster")["error"].median()
        rows.append(
            {
                "measure": measure, "ahead": ahead, "figures": len(crps),
                "held": 100.0 * float(group.loc[group["forecaster"] == MODEL, "held"].mean()),
                "crps": float(crps[MODEL].mean()), "best": best, "best_crps": float(crps[best].mean()),
                "gain": float(gain.mean()) * scale, "gain_error": error * scale,
                "error": float(errors[MODEL]), "error_last_year": float(errors[SAME.name]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def beaten(table: pd.DataFrame) -> pd.DataFrame:
    """Return one row a reach: on how many measures the model is better, and on which it is worse by more than its error."""
    rows = []
    for ahead, group in table.groupby("ahead"):
        worse = group[group["gain"] < -group["gain_error"]]
        rows.append(
            {
                "ahead": ahead, "measures": len(group), "better": int((group["gain"] > 0).sum()),
                "worse": ", ".join(worse["measure"]), "gain": float(group["gain"].mean()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
