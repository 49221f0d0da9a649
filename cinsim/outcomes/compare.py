"""Differences between scenarios, paired by draw and replication: means, intervals and a verdict."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

PAIR: Final = ("draw", "replication")
CELL: Final = ("area_code", "area_name", "year", "measure", "group")
COLUMNS: Final = (
    "scenario", "baseline", *CELL, "difference", "lower", "upper", "share_of_pairs_lower", "n", "baseline_mean", "chance_share",
    "verdict", "replications_needed",
)  # fmt: skip
CONFIDENCE: Final = 0.95
VERDICTS: Final = ("lower", "higher", "cannot tell", "no difference")


def differences(baseline_measures: pd.DataFrame, scenario_measures: pd.DataFrame) -> pd.DataFrame:
    """Return how scenarios differ from a baseline that met the same luck.

    Parameters
    ----------
    baseline_measures
        Rows of ``measures.csv`` of one scenario, the baseline.
    scenario_measures
        Rows of any number of other scenarios. Pairs are formed by area, draw and replication; a value
        without its partner, or NaN in either (a share of nothing), leaves the pair out.

    Returns
    -------
    one row a scenario, area, year, measure and group with

    difference : mean over pairs of scenario less baseline.
    lower, upper : its 95% interval. With a single draw it is the t-interval of the mean, which narrows with more
        replications. With several draws it is that of the effect at the true parameters: the spread of the draws' own
        effects (chance removed) and the error of the mean together, by Student's t with one less than the number of
        draws; more replications cannot narrow it below what the parameters leave open. NaN for a single pair.
    share_of_pairs_lower : share of pairs in which the scenario's value is lower. n : pairs.
    baseline_mean : mean of the baseline's values in these pairs.
    chance_share : share of the variance between pairs that is chance (within draws); 1 for a single draw, NaN unknown.
    verdict : "lower" or "higher" where the interval leaves out 0, "no difference" where every pair is equal, else
        "cannot tell".
    replications_needed : where it cannot tell, pairs for which the interval of the mean would leave out 0 if the
        difference stayed as it is; NaN elsewhere, and where no number of replications would do.
    """
    paired = scenario_measures.merge(
        baseline_measures.drop(columns=["area_name"]).rename(columns={"scenario": "baseline", "value": "baseline_value"}),
        on=["area_code", "year", "measure", "group", *PAIR],
        how="inner",
        sort=False,
    )
    keys = ["scenario", "baseline", *CELL]
    order = paired[keys].drop_duplicates()
    paired = paired[paired["value"].notna() & paired["baseline_value"].notna()].copy()
    paired["difference"] = paired["value"] - paired["baseline_value"]
    paired["is_lower"] = paired["difference"] < 0
    cells = paired.groupby(keys, sort=False, observed=True, dropna=False)
    out = cells.agg(
        difference=("difference", "mean"),
        share_of_pairs_lower=("is_lower", "mean"),
        n=("difference", "size"),
        baseline_mean=("baseline_value", "mean"),
        smallest=("difference", "min"),
        largest=("difference", "max"),
    )
    by_draw = paired.groupby([*keys, "draw"], sort=False, observed=True, dropna=False)["difference"]
    draws = by_draw.agg(mean="mean", variance="var", size="size").reset_index()
    draws["within"] = (draws["variance"] * (draws["size"] - 1)).fillna(0.0)
    draws["squares"] = draws["mean"] ** 2
    sums = draws.groupby(keys, sort=False, observed=True, dropna=False)[["mean", "squares", "within", "size"]].sum()
    sums["draws"] = draws.groupby(keys, sort=False, observed=True, dropna=False).size()
    out = _with_intervals(out, sums.loc[out.index])
    out = order.merge(out.reset_index(), on=keys, how="left", sort=False)
    out["n"] = out["n"].fillna(0).astype(np.int64)
    out["verdict"] = out["verdict"].astype("object").where(out["n"] > 0, "cannot tell").astype("str")
    return out[list(COLUMNS)]


def _with_intervals(out: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    n, n_draws = out["n"].to_numpy(dtype=float), sums["draws"].to_numpy(dtype=float)
    mean = out["difference"].to_numpy()
    equal = (out["smallest"] == out["largest"]).to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        within = sums["within"].to_numpy() / (n - n_draws)
        means_variance = (sums["squares"] - sums["mean"] ** 2 / n_draws).to_numpy() / (n_draws - 1)
        between = np.maximum(means_variance - np.nan_to_num(within) * n_draws / n, 0.0)
        single = n_draws == 1
        freedom = np.where(single, n - 1, n_draws - 1)
        error = np.where(single, within / n, np.maximum(means_variance / n_draws, 0.0))
        spread = np.sqrt(np.where(single, error, between + error))
        t = stats.t.ppf(0.5 + CONFIDENCE / 2.0, np.maximum(freedom, 1))
        half = np.where(freedom >= 1, np.where(equal, 0.0, t * spread), np.nan)
        total = within + np.where(single, 0.0, between)
        chance = np.where(single, 1.0, within / total)
        out["chance_share"] = np.where(equal | (n <= n_draws), np.nan, chance)
        out["replications_needed"] = _replications_needed(mean, within, np.where(single, 0.0, between), t, n)
    out["lower"], out["upper"] = mean - half, mean + half
    verdict = np.full(len(out), "cannot tell", dtype=object)
    verdict[(out["upper"] < 0).to_numpy()] = "lower"
    verdict[(out["lower"] > 0).to_numpy()] = "higher"
    verdict[equal & (mean == 0)] = "no difference"
    out["verdict"] = verdict
    out.loc[out["verdict"] != "cannot tell", "replications_needed"] = np.nan
    return out


def _replications_needed(
    mean: NDArray[np.float64],
    within: NDArray[np.float64],
    between: NDArray[np.float64],
    t: NDArray[np.float64],
    n: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return pairs n with t * sqrt(between + within / n) below the difference; at least one more than there are."""
    room = (mean / t) ** 2 - between
    return np.where(room > 0, np.maximum(np.ceil(within / room), n + 1), np.nan)
