"""Means and ranges over draws and replications, with the share of the variance that is chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from cinsim.outcomes.clusters import chance_share, components, next_run
from cinsim.outcomes.definitions import MEASURES

KEYS: Final = ("scenario", "area_code", "area_name", "year", "measure", "group")
COLUMNS: Final = (
    *KEYS, "mean", "lower", "upper", "range", "chance_share", "chance_share_lower", "chance_share_upper", "n",
)  # fmt: skip
CONFIDENCE: Final = 0.9
ENOUGH_FOR_RANGE: Final = 5
"""Values from which on a range is said to hold 90% of further runs."""
HOLDS_90: Final = "90%"
LOWEST_TO_HIGHEST: Final = "lowest to highest"
NO_RANGE: Final = ""


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
    lower, upper, range : what a further run can bring, see :func:`ranges`.
    chance_share : variance between replications within draws over the total variance (law of total variance), by analysis
        of variance; 1 when there is a single draw, NaN when nothing varies or no draw has two replications.
    chance_share_lower, chance_share_upper : its 90% interval. Five draws of two replications tell little of it.
    n : number of values; a share of nothing has none.
    """
    keys = list(KEYS)
    out = measures[keys].drop_duplicates(ignore_index=True)
    cells = components(measures, keys)
    found = cells[["mean", "n"]].join(_ranges(cells))
    found["chance_share"], found["chance_share_lower"], found["chance_share_upper"] = chance_share(cells, CONFIDENCE)
    out = out.merge(found.reset_index(), on=keys, how="left", sort=False)
    out["n"] = out["n"].fillna(0).astype(np.int64)
    out["range"] = out["range"].fillna(NO_RANGE)
    return out[list(COLUMNS)]


def ranges(values: pd.DataFrame, keys: Sequence[str] = ()) -> pd.DataFrame:
    """Return for each cell the range in which a further run lies: lower, upper, range; a row a cell with a value.

    Parameters
    ----------
    values : columns draw, value and the keys.
    keys : columns that name a cell; one that is called ``measure`` sets the bounds of what is possible.

    lower, upper : hold nine in ten of further runs with a draw and random numbers of their own (with a single draw: of the
        same parameters); an interval for what one year can bring, chance and parameters together, and no more than is
        possible (a count is not below 0, a percentage not above 100). It does not narrow with more replications; the
        uncertainty of the mean does. Fewer than five values cannot tell: then the lowest and the highest. NaN for one.
    range : which of the two it is, "90%" or "lowest to highest"; empty for a single value.
    """
    if keys:
        return _ranges(components(values, keys))
    return _ranges(components(values.assign(cell=0), ["cell"]))


def _ranges(cells: pd.DataFrame) -> pd.DataFrame:
    lower, upper = next_run(cells, CONFIDENCE)
    lowest, highest = cells["smallest"].to_numpy(), cells["largest"].to_numpy()
    lower = np.where(lowest >= 0, np.maximum(lower, 0.0), lower)
    if "measure" in cells.index.names:
        names = pd.Series(cells.index.get_level_values("measure").astype(str))
        percent = names.map(lambda name: name in MEASURES and MEASURES[name].kind == "percent").to_numpy(dtype=bool)
        upper = np.where(percent & (highest <= 100), np.minimum(upper, 100.0), upper)
    n = cells["n"].to_numpy()
    few = n < ENOUGH_FOR_RANGE
    lower, upper = np.where(few, lowest, lower), np.where(few, highest, upper)
    kind = np.where(n < 2, NO_RANGE, np.where(few, LOWEST_TO_HIGHEST, HOLDS_90))
    lower, upper = np.where(n < 2, np.nan, lower), np.where(n < 2, np.nan, upper)
    return pd.DataFrame({"lower": lower, "upper": upper, "range": kind}, index=cells.index)
