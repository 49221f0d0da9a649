"""At how much staff targets are met: one replication's crossing, and a quantile of many with its interval."""

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


def quantile_met(crossings: Sequence[float], confidence: float) -> float:
    """Return the least staff with which at least the share ``confidence`` of replications meets the targets."""
    ordered = sorted(crossings)
    return ordered[min(len(ordered), math.ceil(confidence * len(ordered) - 1e-9)) - 1]


def bootstrap_interval(crossings: Sequence[float], confidence: float, seed: int) -> tuple[float, float]:
    """Return the 95% interval of :func:`quantile_met` over resamples of the replications, drawn by key.

    The same crossings and seed give the same interval. It says how far the answer would move with other luck; an end may
    be infinite, where many resamples hold replications that meet the targets nowhere.
    """
    n = len(crossings)
    entities = np.arange(RESAMPLES, dtype=np.int64)[:, None]
    places = np.arange(n, dtype=np.int64)[None, :]
    chosen = (Draws(seed, 0).block(_DECISION, entities, places) * n).astype(np.int64)
    ordered: NDArray[np.float64] = np.sort(np.asarray(crossings, dtype=np.float64)[chosen], axis=1)
    answers = np.sort(ordered[:, min(n, math.ceil(confidence * n - 1e-9)) - 1])
    tail = (1 - INTERVAL) / 2
    return float(answers[math.floor(tail * (RESAMPLES - 1))]), float(answers[math.ceil((1 - tail) * (RESAMPLES - 1))])
