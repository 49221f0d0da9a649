"""Differences between scenarios, paired by draw and replication: means, intervals and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cinsim.outcomes import clusters
from cinsim.outcomes.summary import CONFIDENCE as OF_CHANCE_SHARE
from cinsim.outcomes.summary import ENOUGH_FOR_RANGE

PAIR: Final = ("draw", "replication")
CELL: Final = ("area_code", "area_name", "year", "measure", "group")
COLUMNS: Final = (
    "scenario", "baseline", *CELL, "difference", "lower", "upper", "share_of_pairs_lower", "n", "baseline_mean", "chance_share",
    "chance_share_lower", "chance_share_upper", "verdict", "replications_needed",
)  # fmt: skip
CONFIDENCE: Final = 0.95
LOWER: Final = "lower"
HIGHER: Final = "higher"
CANNOT_TELL: Final = "cannot tell"
NO_CHANGE: Final = "no change in any pair"
VERDICTS: Final = (LOWER, HIGHER, CANNOT_TELL, NO_CHANGE)
_ROUNDING: Final = 1e-9  # of the values: what adding in another order may leave
_NEARLY: Final = 0.1
"""Spread over a difference below which the counts behind it are looked at: whether they differ by the same in every pair."""


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
    lower, upper : its 95% interval (:func:`cinsim.outcomes.clusters.true_value`). With a single draw it is the t-interval of
        the mean, which narrows with more replications. With several draws it is that of the effect at the true parameters:
        what draws' own effects differ by (chance removed) and the error of the mean together; more replications cannot
        narrow it below what the parameters leave open. NaN for a single pair, and where every pair differs by the same
        (for a rate or a share: the counts behind it do), which says nothing of how pairs vary, unless the measure varies in
        no year and no group of either scenario.
    share_of_pairs_lower : share of pairs in which the scenario's value is lower. n : pairs.
    baseline_mean : mean of the baseline's values in these pairs.
    chance_share, chance_share_lower, chance_share_upper : share of the variance between pairs that is chance (within draws)
        with its 90% interval; 1 for a single draw, NaN unknown.
    verdict : "lower" or "higher" where the interval leaves out 0, "no change in any pair" where every pair is equal, else
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
    found = clusters.components(paired, keys, "difference")
    both = paired.groupby(keys, sort=False, observed=True, dropna=False)
    sides = both.agg(
        share_of_pairs_lower=("is_lower", "mean"), baseline_mean=("baseline_value", "mean"),
        least=("value", "min"), most=("value", "max"), least_before=("baseline_value", "min"),
        most_before=("baseline_value", "max"),
    )  # fmt: skip
    out = sides[["share_of_pairs_lower", "baseline_mean"]].join(found[["n", "mean"]].rename(columns={"mean": "difference"}))
    rounding = _ROUNDING * sides[["least", "most", "least_before", "most_before"]].abs().max(axis=1)
    same = (found["largest"] - found["smallest"] <= rounding) | _same_counts(paired, found, keys)
    unchanged = found[["smallest", "largest"]].abs().max(axis=1) <= rounding
    out = _with_intervals(out, found, same.to_numpy(), unchanged.to_numpy(), _is_set(sides, found).to_numpy())
    out = order.merge(out.reset_index(), on=keys, how="left", sort=False)
    out["n"] = out["n"].fillna(0).astype(np.int64)
    out["verdict"] = out["verdict"].astype("object").where(out["n"] > 0, CANNOT_TELL).astype("str")
    return out[list(COLUMNS)]


def _is_set(sides: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    """Return whether a measure is laid down rather than counted: the same in every pair of both, in all years and groups."""
    constant = (sides["least"] == sides["most"]) & (sides["least_before"] == sides["most_before"])
    everywhere = constant.groupby(level=["scenario", "area_code", "measure"], sort=False).transform("all")
    return everywhere & (cells["n"] >= ENOUGH_FOR_RANGE)


def _same_counts(paired: pd.DataFrame, cells: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Return for which rates, shares and means the counts behind them differ by the same in every pair.

    One child fewer in both of two pairs is a rate that hardly differs between them, as the areas have hardly more children
    in one than in the other; the narrow interval would be of the number of children.
    """
    from cinsim.outcomes.national import WHOLES

    keys = list(keys)
    same = pd.Series(False, index=cells.index)
    spread = cells["largest"] - cells["smallest"]
    measure = cells.index.get_level_values("measure")
    doubtful = cells[(spread > 0) & (spread < _NEARLY * cells["mean"].abs()) & measure.isin(list(WHOLES))]
    if doubtful.empty:
        return same
    rows = paired.set_index(keys).loc[doubtful.index].reset_index()
    place = [*(key for key in keys if key != "measure"), *PAIR]
    named = set().union(*(WHOLES[name] for name in rows["measure"].unique()))
    wholes = paired[paired["measure"].isin(named)].set_index([*place, "measure"])[["value", "baseline_value"]].unstack("measure")
    for name, mine in rows.groupby("measure", sort=False):
        columns = [(side, whole) for side in ("value", "baseline_value") for whole in WHOLES[str(name)]]
        if not set(columns) <= set(wholes.columns):
            continue
        halves = {side: pd.DataFrame(wholes[[column for column in columns if column[0] == side]]) for side, _ in columns}
        added = pd.DataFrame({f"whole_{side}": half.sum(axis=1, skipna=False) for side, half in halves.items()})
        behind = mine.set_index(place).join(added, how="left")
        counts = behind["value"] * behind["whole_value"] - behind["baseline_value"] * behind["whole_baseline_value"]
        wholes_differ = behind["whole_value"] - behind["whole_baseline_value"]
        table = pd.DataFrame({"counts": counts, "wholes": wholes_differ}).assign(measure=name).reset_index()
        size = counts.abs().max()
        by_cell = table.groupby(keys, sort=False, observed=True, dropna=False)
        apart = by_cell[["counts", "wholes"]].max() - by_cell[["counts", "wholes"]].min()
        alike = (apart["counts"] <= _ROUNDING * size) & (apart["wholes"] == 0) & (size > 0)
        same.loc[alike.index[alike]] = True
    return same


def _with_intervals(
    out: pd.DataFrame, cells: pd.DataFrame, same: NDArray[np.bool_], unchanged: NDArray[np.bool_], is_set: NDArray[np.bool_]
) -> pd.DataFrame:
    n, draws = out["n"].to_numpy(dtype=float), cells["draws"].to_numpy(dtype=float)
    mean, chance = out["difference"].to_numpy(), cells["within"].to_numpy()
    untold = unchanged | (same & ~is_set)
    lower, upper = clusters.true_value(cells, CONFIDENCE)
    out["lower"], out["upper"] = np.where(untold, np.nan, lower), np.where(untold, np.nan, upper)
    shares = clusters.chance_share(cells, OF_CHANCE_SHARE)
    for column, share in zip(("chance_share", "chance_share_lower", "chance_share_upper"), shares, strict=True):
        out[column] = np.where(same, np.nan, share)
    t = stats.t.ppf(0.5 + CONFIDENCE / 2.0, np.maximum(np.where(draws == 1, n - 1, draws - 1), 1))
    between = np.where(draws == 1, 0.0, np.maximum(cells["between"].to_numpy() - chance / cells["per_draw"].to_numpy(), 0.0))
    out["replications_needed"] = np.where(n > 1, _replications_needed(mean, chance, between, t, n), np.nan)
    verdict = np.full(len(out), CANNOT_TELL, dtype=object)
    verdict[(out["upper"] < 0).to_numpy()] = LOWER
    verdict[(out["lower"] > 0).to_numpy()] = HIGHER
    verdict[unchanged] = NO_CHANGE
    out["verdict"] = verdict
    out.loc[out["verdict"] != CANNOT_TELL, "replications_needed"] = np.nan
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
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(room > 0, np.maximum(np.ceil(within / room), n + 1), np.nan)
