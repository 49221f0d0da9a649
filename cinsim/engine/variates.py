"""Uniforms into variates: every inverse distribution function of the package, in one place.

The scalar forms use the standard library alone; the vector forms go through them one by one, or use tables filled by
them and then only additions and multiplications, so that results do not depend on how a machine vectorises logarithms.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

normal: Final = NormalDist().inv_cdf
"""Return the standard normal quantile of a uniform in (0, 1): the standard library's, Wichura's (1988) algorithm AS 241."""


def exponential(u: float) -> float:
    """Return the unit exponential quantile of ``u``."""
    return -math.log1p(-u)


def exponentials(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return :func:`exponential` of many uniforms, one by one."""
    return np.array([exponential(x) for x in u.tolist()])


def lognormal(u: float, median: float, sigma: float) -> float:
    """Return the lognormal quantile of ``u`` for a median and the standard deviation of the logarithm."""
    return median * math.exp(sigma * normal(u))


def weibull(u: float, shape: float, scale: float) -> float:
    """Return the Weibull quantile of ``u``."""
    return scale * (-math.log1p(-u)) ** (1.0 / shape)


def choice(u: float, cumulative: Sequence[float]) -> int:
    """Return the index of the category in which ``u`` falls; ``cumulative`` are running sums ending in 1."""
    return min(bisect_right(cumulative, u), len(cumulative) - 1)


_STEPS = 1 << 16
_EDGE = 1 << 6  # table steps at each end that are left to the scalar form (u below 2**-10 or above 1 - 2**-10)


@cache
def _quantiles() -> NDArray[np.float64]:
    """Return the standard normal quantiles of the table's steps; the two ends are never read."""
    return np.array([0.0, *(normal(i / _STEPS) for i in range(1, _STEPS)), 0.0])


def normals(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return standard normal quantiles of many uniforms, within 1e-5 of :func:`normal` (exactly it in the tails)."""
    table = _quantiles()
    at = u * _STEPS
    index = at.astype(np.int64)
    low = table[index]
    z = low + (at - index) * (table[index + 1] - low)
    for place in np.flatnonzero((index < _EDGE) | (index >= _STEPS - _EDGE)).tolist():
        z.flat[place] = normal(float(u.flat[place]))
    return z
