"""Stage one, moment matching: a damped Gauss-Newton search under common random numbers.

The best point minimises

    sum over targets of ((published - simulated) / error)^2  +  sum over parameters of (prior units)^2

with simulated means over a few replications, the same ones at every point, so that a difference between points is the
parameters' and not luck's. The error of a target is its standard error, its discrepancy and what luck leaves in the mean.
The Jacobian comes from a designed set of simulations around the point (:mod:`cinsim.calibration.slopes`) and is carried along
by Broyden's update, so that most iterations cost one point; it is taken anew where it no longer predicts. Every step is a
bounded linear least-squares problem (scipy).

The last step and the reported fit use replications of their own, so that the search cannot have fitted their luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from cinsim.calibration.priors import Space
from cinsim.calibration.simulator import Request, Simulator, linked_values, run_points
from cinsim.calibration.slopes import rows_for, slopes
from cinsim.errors import InputError

Array = NDArray[np.float64]
# replications of Jacobians, of the last step and of the reported fit start at these numbers, apart from the search's own
SLOPES_FROM: Final = 5000
POLISH_FROM: Final = 1000
REPORT_FROM: Final = 2000
# prior units over which a Jacobian is carried along by Broyden's update alone
FAR: Final = 0.7
# share of a design's simulations that may have no value of a target, as far from the centre children on plans may be few
MISSING: Final = 1 / 16


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How long the search may take; the defaults are those of the fit that ships.

    Attributes
    ----------
    replications : at each point of the search. jacobian_replications : repeats of the design behind a
        Jacobian, 0 for none where one is given.
    step : by which the design moves every parameter, in prior units. longest : most that one parameter moves in one iteration.
    iterations : at most. enough : the search ends when the next step promises to lower the objective by less.
    reports : replications of the last step, and again of the reported fit.
    damping : of the first steps; it falls as steps keep what they promise. wholes : simulations of a whole authority, where
        the search's are of a part of one: to learn what that changes, and again for the reported fit; 0 for neither.
    """

    replications: int = 16
    jacobian_replications: int = 1
    step: float = 0.5
    longest: float = 0.8
    iterations: int = 7
    enough: float = 3.0
    reports: int = 24
    damping: float = 4.0
    wholes: int = 12

    def __post_init__(self) -> None:
        if self.replications < 2:
            raise InputError("needs 2 or more: what luck does to a mean is read off their spread", key="--replications")
        if self.jacobian_replications < 0 or self.reports < 2:
            raise InputError("needs 2 reports or more, and no less than 0 repeats of the design", key="--reports")
        if self.wholes == 1 or self.wholes < 0:
            raise InputError("must be 0, or 2 or more: what luck does to a mean is read off their spread", key="--wholes")

    def most_simulations(self, parameters: int) -> int:
        """Return about how many simulations the search may ask for, with two Jacobians."""
        jacobians = 2 * 2 * rows_for(parameters) * self.jacobian_replications
        return jacobians + (self.iterations + 1) * self.replications + 3 * self.reports


@dataclass(frozen=True)
class Reporter:
    """A simulator of larger authorities for the reported fit; ``worth`` of the search's simulations say as much as one of its."""

    simulator: Simulator
    replications: int
    worth: float


@dataclass(frozen=True)
class Found:
    """Where the search ended.

    Attributes
    ----------
    units : the best point in prior units. simulated : linked means there, by target, all targets.
    noise : linked standard deviation between replications, by target. replications : behind ``simulated``.
    jacobian : linked change per prior unit [targets, parameters].
    covariance : of the parameters in prior units, from Jacobian and prior (Laplace).
    objective : misfit and prior at the reported point. path : objective at each accepted point of the search.
    """

    units: Array
    simulated: Array
    noise: Array
    replications: int
    jacobian: Array
    covariance: Array
    objective: float
    path: tuple[float, ...]


def search(
    simulator: Simulator,
    space: Space,
    start: Mapping[str, float],
    settings: SearchSettings,
    say: Callable[[str], None] = lambda text: None,
    jacobian: Array | None = None,
    whole: Reporter | None = None,
) -> Found:
    """Find the best point.

    Parameters
    ----------
    start : values by name, at least of the parameters in ``space``; moved into the priors' reach.
    jacobian : from an earlier search, to begin with in place of finite differences.
    say : is told what happens.
    whole : simulates the reported fit in place of ``simulator``.
    """
    state = _State(simulator, space, settings, say)
    units = space.units(start)
    values = state.mean(units)
    say(f"start: misfit and prior {state.objective(units, values):.1f}")
    state.path.append(state.objective(units, values))
    taken_at = units if jacobian is None else None
    if jacobian is None and not settings.jacobian_replications:
        raise InputError("may be 0 only where an earlier fit has left a Jacobian (--again)", key="--repeats")
    jacobian = state.slopes(units) if jacobian is None else jacobian
    damping = settings.damping
    for iteration in range(1, settings.iterations + 1):
        step, promised = state.step(units, values, jacobian, damping)
        if promised < settings.enough:
            break
        tried = space.clipped(units + step)
        found = state.mean(tried)
        gained = state.objective(units, values) - state.objective(tried, found)
        say(
            f"iteration {iteration}: {state.objective(tried, found):.1f} (gained {gained:.1f}, promised {promised:.1f})"
            + ("" if gained > 0 else ", not taken")
        )
        jacobian = broyden(jacobian, tried - units, found - values)
        if gained > 0:
            units, values = tried, found
            state.path.append(state.objective(units, values))
        damping = damping / 4 if gained > 0.5 * promised else 4 * max(1.0, damping)
        if gained < 0.1 * promised and settings.jacobian_replications and _far(units, taken_at):
            jacobian, taken_at, damping = state.slopes(units), units, settings.damping
    if settings.jacobian_replications and _far(units, taken_at):
        jacobian = state.slopes(units)
    return state.report(units, jacobian, whole)


def _far(units: Array, taken_at: Array | None) -> bool:
    """Return whether the Jacobian was taken so far away that it is worth taking anew."""
    return taken_at is None or float(np.linalg.norm(units - taken_at)) > FAR


def broyden(jacobian: Array, step: Array, change: Array) -> Array:
    """Return the Jacobian [targets, parameters] changed the least so that it explains one step's change (Broyden 1965)."""
    length = float(step @ step)
    if length == 0.0:
        return jacobian
    return jacobian + np.outer(change - jacobian @ step, step) / length


def linear_step(residual: Array, jacobian: Array, errors: Array, units: Array, low: Array, high: Array, damping: float) -> Array:
    """Return the step that minimises misfit and prior if the simulator were linear, within bounds on the step.

    Parameters
    ----------
    residual : published less simulated, linked. errors : their standard deviations.
    units : where the step starts, in prior units. low, high : bounds of the step. damping : 0 for none.
    """
    k = len(units)
    matrix = np.vstack([jacobian / errors[:, None], np.eye(k), np.sqrt(damping) * np.eye(k)])
    wanted = np.concatenate([residual / errors, -units, np.zeros(k)])
    room = np.maximum(high - low, 1e-9)
    return np.asarray(lsq_linear(matrix, wanted, bounds=(low, low + room)).x)


class _State:
    """The simulator under common random numbers, and the misfit of what it gives."""

    def __init__(self, simulator: Simulator, space: Space, settings: SearchSettings, say: Callable[[str], None]):
        self.simulator, self.space, self.settings, self.say = simulator, space, settings, say
        self.wanted, self.errors = simulator.targets.linked_values(), simulator.targets.linked_errors()
        self.fitted = np.array([target.flag == "fit" for target in simulator.targets])
        self.variances: list[Array] = []
        self.unsure = np.zeros(len(self.wanted))  # of each effect on a target, linked
        self.path: list[float] = []
        if not self.fitted.any():
            raise InputError("no target is to be fitted; all are marked as check", key="flag")

    def runs(self, points: list[Array], replications: range) -> Array:
        return run_points(self.simulator, [self.space.values(point) for point in points], replications)

    def mean(self, units: Array) -> Array:
        values = self.runs([units], range(self.settings.replications))[0]
        self.variances.append(values.var(axis=0, ddof=1))
        return np.asarray(values.mean(axis=0))

    @property
    def noise(self) -> Array:
        """Standard deviation between replications, pooled over the points of the search."""
        return np.asarray(np.sqrt(np.mean(self.variances, axis=0)))

    def total_errors(self, replications: int) -> Array:
        return np.sqrt(self.errors**2 + self.noise**2 / replications)

    def objective(self, units: Array, values: Array, replications: int | None = None) -> float:
        errors = self.total_errors(replications or self.settings.replications)
        misfit = ((self.wanted - values) / errors)[self.fitted]
        return float(misfit @ misfit + units @ units)

    def step(self, units: Array, values: Array, jacobian: Array, damping: float, replications: int = 0) -> tuple[Array, float]:
        """Return the next step and by how much it promises to lower the objective."""
        longest, replications = self.settings.longest, replications or self.settings.replications
        low = np.maximum(self.space.low - units, -longest)
        high = np.minimum(self.space.high - units, longest)
        kept = self.fitted
        residual, errors = (self.wanted - values)[kept], self.total_errors(replications)[kept]
        doubt = float(np.sum((self.unsure[kept] / errors) ** 2))  # what a step of 1 adds to the misfit by what is not known
        step = linear_step(residual, jacobian[kept], errors, units, low, high, damping + doubt)
        after = self.objective(units + step, values + jacobian @ step, replications) + doubt * float(step @ step)
        return step, self.objective(units, values, replications) - after

    def slopes(self, units: Array) -> Array:
        """Return the Jacobian around a point."""

        def run(pairs: list[tuple[Array, int]]) -> Array:
            requests = [Request(self.space.values(point), SLOPES_FROM + number) for point, number in pairs]
            return linked_values(self.simulator, requests, MISSING)

        settings, rows = self.settings, rows_for(len(units))
        self.say(f"Jacobian: {len(units)} parameters, {2 * rows * settings.jacobian_replications} simulations")
        space = self.space
        found, self.unsure = slopes(run, units, space.low, space.high, settings.step, settings.jacobian_replications)
        told = np.mean(np.abs(found[self.fitted]) > 2 * self.unsure[self.fitted, None])
        self.say(f"{told:.0%} of the effects on fitted targets stand out from luck")
        return found

    def report(self, units: Array, jacobian: Array, whole: Reporter | None) -> Found:
        """Take one last step with the luck of many replications, if they confirm it, and report the fit on yet others."""
        n = self.settings.reports
        values = self.runs([units], range(POLISH_FROM, POLISH_FROM + n))[0]
        self.variances.append(values.var(axis=0, ddof=1))
        step, promised = self.step(units, values.mean(axis=0), jacobian, 1.0, n)
        if promised > self.settings.enough:
            tried = self.space.clipped(units + step)
            there = self.runs([tried], range(POLISH_FROM, POLISH_FROM + n))[0].mean(axis=0)
            gained = self.objective(units, values.mean(axis=0), n) - self.objective(tried, there, n)
            units = tried if gained > 0 else units
            self.say(
                f"last step on {n} new replications: gained {gained:.1f}, promised {promised:.1f}"
                + ("" if gained > 0 else ", not taken")
            )
        if whole is None:
            found = self.runs([units], range(REPORT_FROM, REPORT_FROM + n))[0]
            self.variances = [found.var(axis=0, ddof=1)]
        else:
            replications = range(REPORT_FROM, REPORT_FROM + whole.replications)
            found = run_points(whole.simulator, [self.space.values(units)], replications)[0]
            n = max(round(whole.replications * whole.worth), 2)
        kept, errors = self.fitted, self.total_errors(n)
        weighted = jacobian[kept] / errors[kept, None]
        return Found(
            units=units, simulated=found.mean(axis=0), noise=self.noise, replications=n, jacobian=jacobian,
            covariance=np.linalg.inv(weighted.T @ weighted + np.eye(len(units))),
            objective=self.objective(units, found.mean(axis=0), n), path=tuple(self.path),
        )  # fmt: skip
