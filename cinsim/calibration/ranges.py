"""How far an authority's published figure may lie from the simulated one, learned from all the other authorities.

What luck, the correction's uncertainty and the stated discrepancies say of the distance is known beforehand. Each range is made
as wide as it must be to hold nine in ten of the others' figures: something is added where they lie further off than was known,
and the range is made narrower in proportion where they lie closer.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from cinsim.calibration.emulation import Array

NINETY: Final = 1.6448536269514722
FEWEST: Final = 30


def learned(apart: Array, explained: Array) -> Array:
    """Return the standard deviation of each authority's distance, as the distances of all others show it.

    Parameters
    ----------
    apart : [authorities] published less simulated figure, linked; NaN where there is none.
    explained : [authorities] its standard deviation as known beforehand.

    Returns
    -------
    float64 [authorities]; ``explained`` itself where fewer than thirty have a figure, too few to learn from.
    """
    out = explained.copy()
    there = np.flatnonzero(np.isfinite(apart) & np.isfinite(explained))
    if len(there) < FEWEST:
        return out
    reach = NINETY * explained[there]
    share = np.abs(apart[there]) / reach
    # what would have to be added for each one's range to reach its figure
    needed = np.sqrt(np.maximum(apart[there] ** 2 - reach**2, 0.0)) / NINETY
    for place, number in enumerate(there):
        narrower, wider = (np.quantile(np.delete(values, place), 0.9, method="higher") for values in (share, needed))
        out[number] = np.hypot(explained[number] * min(narrower, 1.0), wider)
    return out
