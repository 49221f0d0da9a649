"""Decision rules asked of many children at once, as the coarse history and the starting caseload do.

A rule of :mod:`cinsim.policy.thresholds` is a comparison, which numpy makes of an array as Python does of a number: these
functions give it the array. What is decided stands in the rule alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from cinsim.policy.thresholds import Thresholds

Rule = Callable[[float, Thresholds], bool]
Margin = Callable[[float, Thresholds], float]


def decided(rule: Rule, seen: NDArray[np.float64], thresholds: Thresholds) -> NDArray[np.bool_]:
    """Return what a rule decides on each of many severities."""
    return cast("NDArray[np.bool_]", cast("Callable[[Any, Thresholds], Any]", rule)(seen, thresholds))


def margins(margin: Margin, seen: NDArray[np.float64], thresholds: Thresholds) -> NDArray[np.float64]:
    """Return how far each of many severities lies above a threshold."""
    return cast("NDArray[np.float64]", cast("Callable[[Any, Thresholds], Any]", margin)(seen, thresholds))
