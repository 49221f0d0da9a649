"""England's own forecast: the last figure, the drift that fades, and a Student t range. Twelve points a series allow no more."""

from __future__ import annotations

import numpy as np

from cinsim.forecast.drift import fit_drift
from cinsim.forecast.measures import MEASURES
from cinsim.forecast.panel import National
from cinsim.forecast.predictive import Predictive

FEWEST_YEARS = 4


def national_measures(national: National) -> tuple[str, ...]:
    """Return the measures of which England has figures enough and a latest one."""
    return tuple(name for name, z in national.series.items() if np.isfinite(z[-1]) and np.isfinite(z).sum() >= FEWEST_YEARS)


def national_forecast(national: National, measure: str, ahead: int) -> Predictive:
    """Return England's forecast of a measure so many years ahead: last figure, drift, and errors of steps and drift."""
    z = national.series[measure]
    known = z[np.isfinite(z)]
    drift = fit_drift(known)
    spread = np.sqrt(drift.variance(ahead))
    return Predictive(
        np.array([known[-1] + drift.mean(ahead)]), np.array([spread]), float(drift.steps - 1), MEASURES[measure].scale,
        national.children[-1:],
    )  # fmt: skip
