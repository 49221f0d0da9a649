"""The movement that all authorities share: a drift that fades, believed as far as it is evident, and its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cinsim.forecast.measures import Array

HALF_LIFE: Final = 5.0
"""Years after which a yearly step counts half in the drift."""
KEPT: Final = 0.8
"""What is left of the drift from one year to the next."""
DOUBT: Final = 4.0
"""A drift is believed by the share m^2 / (m^2 + DOUBT var m): half when it is twice its standard error."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Yearly drift on the scale of a measure.

    Parameters
    ----------
    step : of the next year, as far as it is believed. error : the standard error of that part; the part that is not believed is
        in the spread. spread : of single years' steps about ``step``. steps : how many were seen.
    """

    step: float
    error: float
    spread: float
    steps: int

    def mean(self, ahead: int) -> float:
        """Return how far the level is expected to be after so many years."""
        return self.step * _summed(ahead)

    def variance(self, ahead: int) -> float:
        """Return the variance of where it will be: steps of single years, and the error of the drift itself."""
        return ahead * self.spread**2 + (_summed(ahead) * self.error) ** 2


def _summed(ahead: int) -> float:
    return float((KEPT ** np.arange(ahead)).sum())


def fit_drift(level: Array) -> Drift:
    """Return the drift of a series of yearly levels without gaps, three or more."""
    steps = np.diff(level)
    count = len(steps)
    weights = 0.5 ** (np.arange(count)[::-1] / HALF_LIFE)
    weights /= weights.sum()
    mean = float(weights @ steps)
    variance = float(weights @ (steps - mean) ** 2) * count / (count - 1) * float(weights @ weights)
    believed = mean**2 / (mean**2 + DOUBT * variance) if mean else 0.0
    drift = mean * believed
    return Drift(drift, float(np.sqrt(believed * variance)), float(np.sqrt(np.mean((steps - drift) ** 2))), count)
