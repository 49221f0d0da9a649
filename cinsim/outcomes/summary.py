"""Means and intervals over draws and replications, with the share of the variance that is chance."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

KEYS: Final = ("scenario", "area_code", "area_name", "year", "measure", "group")
COLUMNS: Final = (*KEYS, "mean", "lower", "upper", "chance_share", "n")
INTERVAL: Final = (0.05, 0.95)


def summarise(measures: pd.DataFrame) -> pd.DataFrame:
    """Summarise the measures of any number of runs.

    Parameters
    ----------
    measures
        Columns scenario, area_code, area_name, year, draw, replication, measure, group, value.

    Returns
    -------
    one row a scenario, area, year, measure and group, in the order in which they first appear, with

    mean : over all draws and replications with a value.
    lower, upper : the 5th and 95th percentiles of the values, an interval for what one year can bring, chance and
        parameters together. It does not narrow with more replications; the uncertainty of the mean does.
    chance_share : variance between replications within draws over the total variance (law of total variance), both
        estimated without bias by analysis of variance; 1 when there is a single draw, NaN when nothing varies or no draw
        has two replications.
    n : number of values; a share of nothing has none.
    """
    keys = list(KEYS)
    cells = measures.groupby(keys, sort=False, observed=True, dropna=False)
    values = cells["value"]
    out = values.agg(mean="mean", n="count").reset_index()
    out["n"] = out["n"].astype(np.int64)
    bounds = values.quantile(np.array(INTERVAL)).unstack()
    bounds.columns = ["lower", "upper"]
    out = out.merge(bounds.reset_index(), on=keys, how="left", sort=False)
    out = out.merge(_chance_shares(measures, keys), on=keys, how="left", sort=False)
    return out[list(COLUMNS)]


def _chance_shares(measures: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the share of variance within draws, by one-way analysis of variance with draws of unequal size."""
    values = measures[measures["value"].notna()]
    draws = values.groupby([*keys, "draw"], sort=False, observed=True, dropna=False)["value"]
    table = draws.agg(mean="mean", variance="var", size="count").reset_index()
    table["within"] = (table["variance"] * (table["size"] - 1)).fillna(0.0)
    table["sum"], table["square"] = table["mean"] * table["size"], table["mean"] ** 2 * table["size"]
    table["size_squared"] = table["size"] ** 2
    groups = table.groupby(keys, sort=False, observed=True, dropna=False)
    total = groups[["within", "sum", "square", "size", "size_squared"]].sum()
    n_draws = groups.size().to_numpy()
    n = total["size"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        within = total["within"].to_numpy() / (n - n_draws)
        between_squares = np.maximum(total["square"].to_numpy() - total["sum"].to_numpy() ** 2 / n, 0.0)
        usual_size = (n - total["size_squared"].to_numpy() / n) / (n_draws - 1)
        between = np.maximum((between_squares / (n_draws - 1) - within) / usual_size, 0.0)
        share = np.where(n_draws == 1, 1.0, within / (within + between))
    share = np.where((n > n_draws) & (within + np.where(n_draws == 1, 0.0, between) > 0), share, np.nan)
    return pd.DataFrame({"chance_share": share}, index=total.index).reset_index()
