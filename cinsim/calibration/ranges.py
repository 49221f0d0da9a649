"""How far an authority's published figure may lie from the simulated one for reasons that nobody has put a number to.

What luck, the correction's uncertainty and the stated discrepancies explain of the distance is known beforehand. Where figures
of the other authorities lie further off than that, the range of each is widened until it would have held nine in ten of theirs.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from cinsim.calibration.emulation import Array

NINETY: Final = 1.6448536269514722
FEWEST: Final = 30


def unexplained(apart: Array, explained: Array) -> Array:
    """Return the standard deviation to add to each authority's, learned from all others: 0 where their ranges hold enough.

    Parameters
    ----------
    apart : [authorities] published less simulated figure, linked; NaN where there is none.
    explained : [authorities] its standard deviation as known beforehand.

    Returns
    -------
    float64 [authorities]; 0 for all where fewer than thirty have a figure, too few to learn from.
    """
    out = np.zeros(len(apart))
    there = np.flatnonzero(np.isfinite(apart) & np.isfinite(explained))
    if len(there) < FEWEST:
        return out
    # what would have to be added for each one's range to reach its figure
    needed = np.sqrt(np.maximum((apart[there] / NINETY) ** 2 - explained[there] ** 2, 0.0))
    for place, number in enumerate(there):
        out[number] = np.quantile(np.delete(needed, place), 0.9, method="higher")
    return out
