"""What foretells an authority's next years beside the measure itself: ridge regression of forecast errors on leading indicators.

Many referrals late in the year, a surprise of the year in any measure (a surge of referrals is next year's pool for
re-referral), and the levels of the other measures. They are in standard deviations; one that is not known is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cinsim.forecast.measures import Array

LATE_REFERRALS, SURPRISE, LEVEL = 30.0, 300.0, 1_000.0
"""Penalties of the kinds of indicators: the larger, the less an effect is believed without evidence."""
_FURTHEST_INDICATOR: Final = 3.0
_FURTHEST_ERROR: Final = 2.5
"""Standard deviations at which an indicator, and the error that it is to explain, are cut."""


@dataclass(frozen=True)
class Effects:
    """Effects of indicators on the errors of forecasts, and the standard deviations of the indicators."""

    coefficients: Array
    spreads: Array

    def on(self, indicators: Array) -> Array:
        """Return what the indicators [forecasts, indicators] add to each forecast."""
        return _standard(indicators, self.spreads) @ self.coefficients


def _standard(indicators: Array, spreads: Array) -> Array:
    return np.clip(np.nan_to_num(indicators / spreads), -_FURTHEST_INDICATOR, _FURTHEST_INDICATOR)


def about_median(values: Array) -> Array:
    """Return values of authorities less their median; all missing stays missing."""
    return values - np.nanmedian(values) if np.isfinite(values).any() else values


def fit_effects(errors: Array, spreads: Array, indicators: Array, penalties: Array) -> Effects:
    """Regress errors of past forecasts on what was known when they were made.

    Parameters
    ----------
    errors, spreads : of past forecasts, and their standard deviations.
    indicators : [forecasts, indicators]. penalties : one an indicator.
    """
    known = np.isfinite(indicators)
    count = np.maximum(known.sum(axis=0), 1)  # one of which nothing is known has no effect
    means = np.where(known, indicators, 0.0).sum(axis=0) / count
    variance = (np.where(known, indicators - means, 0.0) ** 2).sum(axis=0) / count
    scales = np.sqrt(variance) + 1e-9
    design = _standard(indicators, scales) / spreads[:, None]
    answer = np.clip(errors / spreads, -_FURTHEST_ERROR, _FURTHEST_ERROR)
    ridge = np.diag(penalties) / float(np.median(spreads)) ** 2
    coefficients = np.linalg.solve(design.T @ design + ridge, design.T @ answer)
    return Effects(np.asarray(coefficients, dtype=np.float64), scales)
