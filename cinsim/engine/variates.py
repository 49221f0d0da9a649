"""Uniforms into variates: every inverse distribution function of the package, in one place.

The scalar forms use ``math`` alone; the vector forms go through them one by one, or use tables filled by them and then
only additions and multiplications, so that results do not depend on how a machine vectorises logarithms.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray


def normal(u: float) -> float:
    """Return the standard normal quantile of ``u`` in (0, 1): Wichura (1988), algorithm AS 241, relative error 1e-16."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = ((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r + 45921.95393154987
        top = (((top * r + 13731.69376550946) * r + 1971.5909503065513) * r + 133.14166789178438) * r + 3.3871328727963665
        low = ((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r + 21213.794301586597
        low = (((low * r + 5394.196021424751) * r + 687.1870074920579) * r + 42.31333070160091) * r + 1.0
        return q * top / low
    r = math.sqrt(-math.log(u if q < 0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        top = ((0.0007745450142783414 * r + 0.022723844989269184) * r + 0.2417807251774506) * r + 1.2704582524523684
        top = (((top * r + 3.6478483247632045) * r + 5.769497221460691) * r + 4.630337846156546) * r + 1.4234371107496835
        low = ((1.0507500716444169e-09 * r + 0.0005475938084995345) * r + 0.015198666563616457) * r + 0.14810397642748008
        low = (((low * r + 0.6897673349851) * r + 1.6763848301838038) * r + 2.053191626637759) * r + 1.0
    else:
        r -= 5.0
        top = ((2.0103343992922881e-07 * r + 2.7115555687434876e-05) * r + 0.0012426609473880784) * r + 0.026532189526576124
        top = (((top * r + 0.29656057182850487) * r + 1.7848265399172913) * r + 5.463784911164114) * r + 6.657904643501103
        low = ((2.0442631033899397e-15 * r + 1.421511758316446e-07) * r + 1.8463183175100548e-05) * r + 0.0007868691311456133
        low = (((low * r + 0.014875361290850615) * r + 0.1369298809227358) * r + 0.599832206555888) * r + 1.0
    return -top / low if q < 0 else top / low


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
