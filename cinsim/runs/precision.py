"""How many replications a chosen precision needs: the confidence-interval rule, applied as results come in.

Replications are added until the 95% interval of a mean is no wider than asked and expected to stay so (Hoad, Robinson
and Davies 2010, "Automated selection of the number of replications for a discrete-event simulation").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 3
MOST = 1000


def replications_needed(values: NDArray[np.float64], level: float, share: float) -> int:
    """Return the replications that make half the 95% interval of the mean no more than ``share`` of ``level``.

    Parameters
    ----------
    values : one value a replication; for a comparison the paired differences.
    level : what the share is of: the mean of the measure, in a comparison that of the baseline.
    share : e.g. 0.02.
    """
    from scipy.stats import t

    values = values[np.isfinite(values)]
    n = len(values)
    if n < FEWEST:
        return FEWEST
    spread = float(values.std(ddof=1))
    if spread == 0 or not math.isfinite(level) or level == 0:
        return n
    half_width = float(t.ppf(0.975, n - 1)) * spread / math.sqrt(n)
    allowed = share * abs(level)
    return n if half_width <= allowed else min(MOST, max(n + 1, math.ceil(n * (half_width / allowed) ** 2)))


def enough_for(measures: pd.DataFrame, names: Sequence[str], share: float, replications: int) -> int:
    """Return how many replications the named measures of one area need, at least ``replications``.

    Parameters
    ----------
    measures : rows of ``measures.csv`` of one area; the first scenario is the baseline of a comparison.
    names : measures that must be precise, each for all children and as the mean of the reported years.
    share : half the width of the interval, as a share of the measure's level.
    """
    whole = measures[measures["measure"].isin(list(names)) & (measures["group"] == "all")]
    needed = replications
    for _, rows in whole.groupby("measure", sort=True):
        means = (
            rows.groupby(["scenario", "replication"], sort=False)["value"].mean().unstack("scenario")[rows["scenario"].unique()]
        )
        baseline = means.iloc[:, 0].to_numpy(dtype=float)
        level = float(np.nanmean(baseline)) if np.isfinite(baseline).any() else math.nan
        others = [means.iloc[:, place].to_numpy(dtype=float) - baseline for place in range(1, means.shape[1])]
        for values in others or [baseline]:
            needed = max(needed, replications_needed(values, level, share))
    return needed
