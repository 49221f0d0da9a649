"""The best point after the waves: the middle of the posterior, if simulations find it better than that of stage one.

Emulators have learned from hundreds of points spread over what the figures leave; the search of stage one has seen a few along
one path. Their middle is simulated beside stage one's point, under the same luck, and taken if it fits better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from cinsim.calibration.emulation import Array, Emulator
from cinsim.calibration.moments import REPORT_FROM, Reporter
from cinsim.calibration.point import PointFit
from cinsim.calibration.posterior import Sample
from cinsim.calibration.regions import Observed
from cinsim.calibration.simulator import Simulator, run_points

REFINE_FROM: Final = 60_000
WALKED: Final = 0.25


def emulated_slopes(emulator: Emulator, units: Array) -> Array:
    """Return the change of emulated means per prior unit at a point [targets, parameters], over a quarter unit each way."""
    steps = WALKED * np.eye(len(units))
    above, below = (emulator.predict(units + side * steps)[0] for side in (1.0, -1.0))
    return np.asarray((above - below).T / (2 * WALKED))


def objective(fit: PointFit, units: Array, values: Array, replications: int) -> float:
    """Return misfit and prior of linked means over some replications."""
    kept = np.array([target.flag == "fit" for target in fit.targets])
    errors = np.sqrt(fit.targets.linked_errors() ** 2 + fit.found.noise**2 / replications)
    misfit = ((fit.targets.linked_values() - values) / errors)[kept]
    return float(misfit @ misfit + units @ units)


def refined(
    simulator: Simulator, fit: PointFit, observed: Observed, emulator: Emulator, sample: Sample, replications: int,
    whole: Reporter | None = None, say: Callable[[str], None] = lambda text: None,
) -> PointFit:  # fmt: skip
    """Return the fit at the middle of the posterior, or the one given where that is no better.

    Parameters
    ----------
    sample : of the posterior. replications : of both points, under the same luck. whole : simulates the reported fit.
    """
    units = fit.space.clipped(np.asarray(sample.weights @ sample.units))
    points = [fit.space.values(fit.found.units), fit.space.values(units)]
    values = run_points(simulator, points, range(REFINE_FROM, REFINE_FROM + replications))
    before, after = (
        objective(fit, at, values[place].mean(axis=0), replications) for place, at in enumerate((fit.found.units, units))
    )
    say(f"misfit and prior at the best point so far {before:.1f}, in the middle of the posterior {after:.1f}")
    if after >= before:
        return fit
    jacobian = fit.found.jacobian.copy()
    jacobian[observed.places] = emulated_slopes(emulator, units)
    n, found = replications, values[1]
    if whole is not None:
        found = run_points(whole.simulator, points[1:], range(REPORT_FROM, REPORT_FROM + whole.replications))[0]
        n = max(round(whole.replications * whole.worth), 2)
    errors = np.sqrt(fit.targets.linked_errors() ** 2 + fit.found.noise**2 / n)[observed.places]
    weighted = jacobian[observed.places] / errors[:, None]
    covariance = np.asarray(np.linalg.inv(weighted.T @ weighted + np.eye(len(units))), dtype=np.float64)
    simulated = found.mean(axis=0)
    return replace(
        fit,
        found=replace(
            fit.found, units=units, simulated=simulated, replications=n, jacobian=jacobian, covariance=covariance,
            objective=objective(fit, units, simulated, n), path=(*fit.found.path, after),
        ),
    )  # fmt: skip
