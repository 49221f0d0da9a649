"""A forecast as a distribution: Student t about a middle on the scale of a measure, read off in the measure's own unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import t as student

from cinsim.forecast.measures import Array, Scale, off_scale

LEVELS: Final[Array] = np.arange(1, 200) / 200
"""Levels of the quantiles that a forecast is read off at: 199 equally likely values."""
LOWER, UPPER = 0.05, 0.95
"""Ends of the 90% range."""
_FEWEST_DEGREES: Final = 1.5


@dataclass(frozen=True)
class Predictive:
    """Forecasts of one measure and year, one an area.

    Parameters
    ----------
    middle, spread : of the Student t on the measure's scale.
    degrees : of freedom of it.
    scale : of the measure. children : of each area, for counts.
    """

    middle: Array
    spread: Array
    degrees: float
    scale: Scale
    children: Array

    def quantiles(self, levels: Array = LEVELS) -> Array:
        """Return the values below which the figure lies with each probability [areas, levels], in the measure's own unit."""
        z = self.middle[:, None] + self.spread[:, None] * student.ppf(levels, self.degrees)
        return off_scale(z, self.scale, self.children[:, None])

    def mean(self) -> Array:
        """Return the mean over the 199 equally likely values."""
        return self.quantiles().mean(axis=1)


def level_place(level: float, levels: Array = LEVELS) -> int:
    """Return where a level stands among others."""
    return int(np.argmin(np.abs(levels - level)))


def fit_student(errors: Array, weights: Array) -> tuple[float, float]:
    """Return scale and degrees of freedom of a Student t about 0 by weighted likelihood, the degrees weakly held near 4."""
    squares, total = errors**2, float(weights.sum())

    def minus_log_likelihood(vector: Array) -> float:
        scale, degrees = float(np.exp(vector[0])), float(np.exp(vector[1])) + _FEWEST_DEGREES
        constant = gammaln((degrees + 1) / 2) - gammaln(degrees / 2) - np.log(degrees * np.pi) / 2 - np.log(scale)
        tails = (degrees + 1) / 2 * float(weights @ np.log1p(squares / (degrees * scale**2)))
        return float(tails - total * constant + (vector[1] - 1.0) ** 2 / 2)

    found = minimize(minus_log_likelihood, [0.0, 1.0], method="Nelder-Mead", options={"maxiter": 150}).x
    return float(np.exp(found[0])), float(np.exp(found[1])) + _FEWEST_DEGREES
