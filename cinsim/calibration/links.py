"""The scale on which a figure is compared: rates by logarithm, percentages by logit, days as they are.

On these scales the model answers to its parameters nearly in a straight line, and a rate or share cannot leave its range.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Link = Literal["log", "logit", "identity"]

# a small run may count nothing at all; half of what the smallest published figures show keeps it finite
LEAST_RATE: Final = 0.05
LEAST_PERCENT: Final = 0.05


def link_of(kind: str, group: str = "all") -> Link:
    """Return the scale of a kind of measure (:data:`cinsim.outcomes.definitions.KINDS`); a group's share is a percentage."""
    if group != "all" or kind == "percent":
        return "logit"
    return "identity" if kind == "quantile" else "log"


def linked(values: ArrayLike, link: Link) -> NDArray[np.float64]:
    """Return values on the scale of a link; percentages are 0 to 100."""
    x = np.asarray(values, dtype=np.float64)
    if link == "log":
        return np.log(np.maximum(x, LEAST_RATE))
    if link == "logit":
        x = np.clip(x, LEAST_PERCENT, 100.0 - LEAST_PERCENT)
        return np.log(x / (100.0 - x))
    return x


def unlinked(values: ArrayLike, link: Link) -> NDArray[np.float64]:
    """Return values in the measure's own unit from those on the scale of a link."""
    x = np.asarray(values, dtype=np.float64)
    if link == "log":
        return np.exp(x)
    if link == "logit":
        return 100.0 / (1.0 + np.exp(-x))
    return x


def slope(value: float, link: Link) -> float:
    """Return how much the linked value moves for one unit of the measure, at a value: it carries standard errors over."""
    if link == "log":
        return 1.0 / max(value, LEAST_RATE)
    if link == "logit":
        p = min(max(value, LEAST_PERCENT), 100.0 - LEAST_PERCENT)
        return 100.0 / (p * (100.0 - p))
    return 1.0
