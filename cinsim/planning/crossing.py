"""At how much staff targets are met: one replication's crossing, and what enough of many do with, with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.draws import Draws
from cinsim.planning.questions import Target

RESAMPLES: Final = 2000
INTERVAL: Final = 0.95
_DECISION: Final = "resample of a search for staff"
_MEASURES_ROUNDED: Final = 1e-9
_COUNTS_ROUNDED: Final = 1e-3  # counts of replications are whole numbers in single precision
_FAR_FROM_MET: Final = -1e12


def meets(targets: Sequence[Target], values: Mapping[str, float]) -> bool:
    """Return whether a run's values meet all targets; a value that is missing or NaN meets none."""
    return all(target.margin(values.get(target.measure, math.nan)) >= -_MEASURES_ROUNDED for target in targets)


def crossing(staff: Sequence[float], margins: Sequence[Sequence[float]]) -> float:
    """Return the least staff at which all targets are met, by straight lines between the points.

    Parameters
    ----------
    staff : full-time equivalents of the points, rising.
    margins : at each point by how much each target is met, negative where it is not; NaN counts as not met.

    Returns
    -------
    the lowest point if all are met there already (the true value may be lower still), infinity if they are met nowhere.
    """
    rows = [[-math.inf if math.isnan(margin) else margin + _MEASURES_ROUNDED for margin in row] for row in margins]
    for place, here in enumerate(rows):
        if min(here) >= 0:
            return staff[place]
        if place + 1 == len(rows):
            break
        low, high = 0.0, 1.0
        for a, b in zip(here, rows[place + 1], strict=True):
            if a < 0 and b < 0:
                low = math.inf
            elif (a < 0) != (b < 0):
                at = 1.0 if math.isinf(a) else 0.0 if math.isinf(b) else a / (a - b)
                low, high = (max(low, at), high) if a < 0 else (low, min(high, at))
        if low <= high and low < 1.0:
            return staff[place] + low * (staff[place + 1] - staff[place])
    return math.inf


def met_on(grid: NDArray[np.float64], staff: Sequence[float], margins: Sequence[Sequence[float]]) -> NDArray[np.bool_]:
    """Return at which numbers of posts one replication meets all targets, by straight lines between its points.

    Below its lowest point, where nothing is known, it meets none; above its highest it goes on as there.
    """
    rows = np.nan_to_num(np.asarray(margins, dtype=np.float64), nan=_FAR_FROM_MET)
    lines = np.stack([np.interp(grid, staff, rows[:, target]) for target in range(rows.shape[1])])
    return np.asarray((lines.min(axis=0) >= -_MEASURES_ROUNDED) & (grid >= staff[0]))


def least_met(met: NDArray[np.bool_], grid: NDArray[np.float64], confidence: float) -> float:
    """Return the least number of posts with which at least the share ``confidence`` of replications meets the targets.

    Parameters
    ----------
    met : [replications, numbers of posts], from :func:`met_on`.

    Where more staff never makes a replication worse this is the quantile of the replications' crossings. Where luck does,
    it asks that so many meet the targets at one and the same number.
    """
    enough = met.mean(axis=0) >= confidence - _MEASURES_ROUNDED
    return float(grid[int(enough.argmax())]) if enough.any() else math.inf


def bootstrap_interval(met: NDArray[np.bool_], grid: NDArray[np.float64], confidence: float, seed: int) -> tuple[float, float]:
    """Return the 95% interval of :func:`least_met` over resamples of the replications, drawn by key.

    The same replications and seed give the same interval. It says how far the answer would move with other luck; an end
    may be infinite, where many resamples meet the targets nowhere.
    """
    n = len(met)
    entities = np.arange(RESAMPLES, dtype=np.int64)[:, None]
    chosen = (Draws(seed, 0).block(_DECISION, entities, np.arange(n, dtype=np.int64)[None, :]) * n).astype(np.int64)
    times = np.stack([np.bincount(row, minlength=n) for row in chosen]).astype(np.float32)
    enough = times @ met.astype(np.float32) >= n * (confidence - _MEASURES_ROUNDED) - _COUNTS_ROUNDED
    answers = np.sort(np.where(enough.any(axis=1), grid[enough.argmax(axis=1)], np.inf))
    tail = (1 - INTERVAL) / 2
    return float(answers[math.floor(tail * (RESAMPLES - 1))]), float(answers[math.ceil((1 - tail) * (RESAMPLES - 1))])
