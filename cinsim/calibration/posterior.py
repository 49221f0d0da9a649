"""The posterior: what priors, published figures and emulators leave of the parameters, as equally likely draws.

The likelihood of a point is Normal in each fitted target, with the emulator's own uncertainty added to the target's errors.
Adaptive importance sampling finds where the weight lies: points are tried from a Normal distribution that is fitted again to
the weighted points a few times over (population Monte Carlo, Cappe et al. 2004), weights being tempered while too few points
carry them. Where too few carry them at the end, many chains walk from there (Metropolis), which many dimensions and sharp
edges hinder less. Each draw is then simulated; draws whose simulation is implausible are left out.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.calibration.emulation import Array, Emulator
from cinsim.calibration.point import PointFit
from cinsim.calibration.regions import CUT_OFF, Observed, Proposal, Region, nth_largest
from cinsim.calibration.simulator import Request, Simulator
from cinsim.errors import InputError, RunError
from cinsim.files import existing, read_table
from cinsim.numerals import number

FEWEST_ROUNDS: Final = 3
MOST_ROUNDS: Final = 10
# share of the points tried that must carry the weight of a round
CARRYING: Final = 0.1
CONFIRM_FROM: Final = 50_000
FEWEST_EFFECTIVE: Final = 30
CHAINS: Final = 200
STEPS: Final = 400
# of a step of differential evolution, the best in many dimensions, and a little luck of its own
STRIDE: Final = 2.38
JITTER: Final = 0.01
LEAST_ACCEPTED: Final = 0.02


@dataclass(frozen=True)
class Sample:
    """Weighted points: units [points, parameters], weights that sum to one, and the number of equal ones they are worth."""

    units: Array
    weights: Array
    effective: float

    def cdf(self, units: Array) -> Array:
        """Return the share of the weight that lies below a point, by parameter."""
        return np.asarray(self.weights @ (self.units < units))

    def draws(self, number: int, seed: int) -> Array:
        """Return equally likely points (systematic resampling), in random order."""
        generator = np.random.Generator(np.random.Philox(seed))
        at = (np.arange(number) + generator.random()) / number
        chosen = np.searchsorted(np.cumsum(self.weights), at)
        return self.units[generator.permutation(np.minimum(chosen, len(self.units) - 1))]


def log_likelihood(distance: Array, variance: Array) -> Array:
    """Return the logarithm of the likelihood of points, up to a constant, from distances and variances [points, targets]."""
    return np.asarray(-0.5 * (distance**2 / variance + np.log(variance)).sum(axis=1))


def sample(log_target: Callable[[Array], Array], start: Proposal, points: int, seed: int, last: int = 4) -> Sample:
    """Sample from a density by adaptive importance sampling.

    Parameters
    ----------
    log_target : logarithm of the density at points, -inf where there is none.
    start : where the first points are tried. points : tried in each round; ``last`` times as many in the last.

    Raises
    ------
    RunError : no point carries any weight.
    """
    generator = np.random.Generator(np.random.Philox([seed, 11]))
    proposal = start
    k = len(start.centre)
    for turn in range(MOST_ROUNDS):
        units, log_weights = _tried(log_target, proposal, points, generator)
        weights, power = _tempered(log_weights, CARRYING * points)
        centre = weights @ units
        away = units - centre
        # few points say little about a covariance: it is drawn towards the one before
        effective = 1 / float(np.sum(weights**2))
        trust = effective / (effective + 2 * k)
        covariance = trust * (away.T * weights) @ away + (1 - trust) * proposal.covariance
        proposal = Proposal(np.asarray(centre), np.asarray(1.05 * covariance + 1e-9 * np.eye(k)))
        if power == 1.0 and turn + 1 >= FEWEST_ROUNDS:
            break
    units, log_weights = _tried(log_target, proposal, last * points, generator)
    weights = _weights(log_weights, 1.0)
    return Sample(units, weights, float(1 / np.sum(weights**2)))


def walked(log_target: Callable[[Array], Array], start: Sample, chains: int, steps: int, seed: int) -> Sample:
    """Return equally likely points after a walk of many chains from a weighted sample (Metropolis, all chains side by side).

    Each step goes along the difference of two other chains (differential evolution, ter Braak 2006), so that steps have the
    posterior's own shape. What the points are worth is the number of chains less what they still remember of where they began.
    """
    generator = np.random.Generator(np.random.Philox([seed, 19]))
    at = start.draws(chains, seed)
    began = at.copy()
    density = log_target(at)
    k = at.shape[1]
    kept, accepted = [], 0.0
    for step in range(steps):
        # two other chains' difference gives direction and length; now and then a full jump from one mode to another
        first, second = (generator.permutation(chains) for _ in range(2))
        scale = 1.0 if step % 10 == 9 else STRIDE / np.sqrt(2 * k)
        tried = at + scale * (at[first] - at[second]) + JITTER * generator.standard_normal(at.shape)
        there = log_target(tried)
        taken = np.log(generator.random(chains)) < there - density
        at, density = np.where(taken[:, None], tried, at), np.where(taken, there, density)
        accepted += float(taken.mean()) / steps
        if step >= steps // 2 and step % max(steps // 8, 1) == 0:
            kept.append(at.copy())
    kept.append(at.copy())
    remembered = np.nanmax(np.nan_to_num([abs(np.corrcoef(a, b)[0, 1]) for a, b in zip(began.T, at.T, strict=True)]))
    units = np.concatenate(kept)
    return Sample(
        units, np.full(len(units), 1 / len(units)), float(chains * (1 - remembered)) if accepted > LEAST_ACCEPTED else 0.0
    )


def _tried(
    log_target: Callable[[Array], Array], proposal: Proposal, points: int, generator: np.random.Generator
) -> tuple[Array, Array]:
    """Return points from a proposal and the logarithms of their weights."""
    units = proposal.points(generator.random((points, len(proposal.centre))))
    log_weights = log_target(units) - proposal.log_density(units)
    if not np.isfinite(log_weights).any():
        raise RunError("no point tried has any likelihood: the priors and the published figures contradict each other")
    return units, log_weights


def _weights(log_weights: Array, power: float) -> Array:
    there = np.isfinite(log_weights)
    raised = power * np.where(there, log_weights - log_weights[there].max(), 0.0)
    weights = np.where(there, np.exp(np.maximum(raised, -700.0)), 0.0)
    return np.asarray(weights / weights.sum())


def _tempered(log_weights: Array, effective: float) -> tuple[Array, float]:
    """Return weights raised to the largest power up to 1 at which so many equal points' worth of them carry it, and the power."""

    def worth(power: float) -> float:
        return 1 / float(np.sum(_weights(log_weights, power) ** 2))

    if worth(1.0) >= effective:
        return _weights(log_weights, 1.0), 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if worth(middle) >= effective else (low, middle)
    return _weights(log_weights, low), low


def sample_posterior(fit: PointFit, region: Region, points: int = 2000, seed: int = 1) -> Sample:
    """Sample the parameters of a fit, within what the last wave's emulator and the straight line before it do not rule out.

    Raises
    ------
    RunError : the sample is worth too few equal draws.
    """
    emulator, nth = region.waves[-1]
    first = Region(region.space, region.observed, region.waves[:1])
    start = widened_by(emulator, region, Proposal(fit.found.units, fit.found.covariance), 1.0, points // 2, seed)

    def log_target(units: Array) -> Array:
        return _log_posterior(region, emulator, units, first.holds(units), 1.0, nth)

    found = sample(log_target, start, points, seed)
    if found.effective < CHAINS:
        found = walked(log_target, found, CHAINS, STEPS, seed)
    if found.effective < FEWEST_EFFECTIVE:
        raise RunError(
            f"the posterior sample is worth {found.effective:.0f} equal draws, too few: with more points in the waves "
            "(--points) the emulators would be surer"
        )
    return found


def widened_by(emulator: Emulator, region: Region, start: Proposal, width: float, points: int = 1000, seed: int = 1) -> Proposal:
    """Return the Normal distribution closest to the posterior under errors ``width`` times as large, wherever that lies."""

    def log_target(units: Array) -> Array:
        return _log_posterior(region, emulator, units, region.space.within(units), width)

    found = sample(log_target, start, points, seed, last=1)
    centre = found.weights @ found.units
    away = found.units - centre
    trust = found.effective / (found.effective + 2 * len(centre))
    covariance = trust * (away.T * found.weights) @ away + (1 - trust) * start.covariance
    return Proposal(np.asarray(centre), np.asarray(covariance))


def _log_posterior(
    region: Region, emulator: Emulator, units: Array, held: NDArray[np.bool_], width: float, nth: int | None = None
) -> Array:
    """Return the logarithm of the density of points up to a constant: -inf for those not held or, given ``nth``, implausible."""
    out = np.full(len(units), -np.inf)
    places = np.flatnonzero(held)
    if len(places):
        distance, variance = region.observed.distances(emulator, units[places])
        if nth is not None:
            kept = nth_largest(np.abs(distance) / np.sqrt(variance), nth) <= CUT_OFF
            places, distance, variance = places[kept], distance[kept], variance[kept]
        out[places] = log_likelihood(distance, width**2 * variance) - 0.5 * (units[places] ** 2).sum(axis=1)
    return out


@dataclass(frozen=True)
class Confirmed:
    """Draws and what simulating each gave, in the measures' own units [draws, targets]; ``plausible`` are kept."""

    units: Array
    simulated: Array
    plausible: NDArray[np.bool_]


def confirm(simulator: Simulator, fit: PointFit, observed: Observed, units: Array, noise: Array, allowed: int = 2) -> Confirmed:
    """Simulate draws, each once with luck of its own, and say which are plausible.

    Parameters
    ----------
    noise : linked variance of one simulation, by fitted target. allowed : how many targets may lie further off than the cut-off.
    """
    requests = [Request(fit.space.values(point), CONFIRM_FROM + place) for place, point in enumerate(units)]
    simulated = simulator.run(requests)
    linked = simulator.targets.linked(np.nan_to_num(simulated))
    apart = np.abs(observed.values - linked[:, observed.places])
    off = apart / np.sqrt(observed.variance + (1 + observed.luck_share) * noise)
    return Confirmed(units, simulated, nth_largest(off, allowed + 1) <= CUT_OFF)


def write_posterior(fit: PointFit, confirmed: Confirmed, path: Path, digits: int = 6) -> int:
    """Write the plausible draws, a row each, and return their number.

    Raises
    ------
    RunError : none is plausible.
    """
    kept = confirmed.units[confirmed.plausible]
    if not len(kept):
        raise RunError("no draw from the posterior is plausible when simulated: the emulators are not good enough; add a wave")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["draw", *fit.space.names])
        for number, units in enumerate(kept):
            writer.writerow([number, *(f"{value:.{digits}g}" for value in fit.space.values(units).values())])
    return len(kept)


def write_predictive(fit: PointFit, confirmed: Confirmed, path: Path) -> None:
    """Write what every plausible draw gave for every target: draw, target, simulated."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["draw", "target", "simulated"])
        for number, row in enumerate(confirmed.simulated[confirmed.plausible]):
            for name, value in zip(fit.targets.names, row, strict=True):
                writer.writerow([number, name, f"{value:.6g}"])


def read_predictive(fit: PointFit, path: Path) -> Array | None:
    """Return what :func:`write_predictive` wrote, in the measures' own units [draws, targets]; None if there is no such file.

    Raises
    ------
    InputError : the file is of another fit.
    """
    if not existing(path):
        return None
    table = read_table(path, needed=("draw", "target", "simulated"), kind="table of what draws gave (CSV)")
    names, rows = fit.targets.names, table.rows
    told = tuple(row.cells["target"] for row in rows)
    if len(rows) % len(names) or told != names * (len(rows) // len(names)):
        raise InputError("holds other targets than the fit beside it; `cinsim calibrate england` writes both", path=path)
    values = []
    for row in rows:
        try:
            # a draw whose run counted nothing of a measure has no figure of it
            values.append(np.nan if row.cells["simulated"] == "nan" else number(row.cells["simulated"]))
        except ValueError as error:
            raise InputError(str(error), path=path, line=row.line, key="simulated") from None
    return np.array(values).reshape(-1, len(names))
