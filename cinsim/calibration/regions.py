"""Which parameters are not ruled out: implausibility, regions, and designs that fill them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc

from cinsim.calibration.emulation import Array, Emulator
from cinsim.calibration.priors import Space
from cinsim.errors import RunError

# Pukelsheim's three-sigma rule: 95% of any single-humped distribution lies within three standard deviations
CUT_OFF: Final = 3.0
FEWEST_TRIED: Final = 2**11
MOST_TRIED: Final = 2**15
WIDEST: Final = (3.0, 2.5, 2.0, 1.6, 1.3, 1.0)


@dataclass(frozen=True)
class Observed:
    """What a region is held against: linked values and the variances that do not depend on the point.

    Attributes
    ----------
    values : published, of the targets that are fitted, which are those that emulators know. places : their places among all.
    variance : of observation and discrepancy. luck_share : how much of one simulation's variance the published figure has
        too, as one outcome of luck: England is 151 average authorities, in a single year.
    """

    values: Array
    places: NDArray[np.int64]
    variance: Array
    luck_share: float

    def distances(self, emulator: Emulator, units: Array) -> tuple[Array, Array]:
        """Return published less predicted, and the whole variance of that, both [points, fitted targets]."""
        mean, unsure = emulator.predict(units)
        variance = self.variance + unsure + self.luck_share * emulator.noise
        return self.values - mean, variance

    def implausibility(self, emulator: Emulator, units: Array) -> Array:
        """Return how many standard deviations each target is off, [points, fitted targets]."""
        distance, variance = self.distances(emulator, units)
        return np.asarray(np.abs(distance) / np.sqrt(variance))


def nth_largest(implausibility: Array, n: int) -> Array:
    """Return the n-th largest implausibility of each point (the largest if there are fewer targets)."""
    n = min(n, implausibility.shape[1])
    return np.asarray(np.partition(implausibility, -n, axis=1)[:, -n])


@dataclass(frozen=True)
class Region:
    """Points that no emulator so far rules out: each wave's emulator and how many targets may be further off."""

    space: Space
    observed: Observed
    waves: tuple[tuple[Emulator, int], ...]

    def holds(self, units: Array) -> NDArray[np.bool_]:
        """Return which points are not ruled out."""
        kept = self.space.within(units)
        for emulator, nth in self.waves:
            left = np.flatnonzero(kept)
            if not len(left):
                break
            kept[left] = nth_largest(self.observed.implausibility(emulator, units[left]), nth) <= CUT_OFF
        return kept

    def narrowed(self, emulator: Emulator, nth: int) -> Region:
        """Return the region that another emulator leaves."""
        return Region(self.space, self.observed, (*self.waves, (emulator, nth)))


@dataclass(frozen=True)
class Proposal:
    """A Normal distribution in prior units from which points are tried."""

    centre: Array
    covariance: Array

    def points(self, uniforms: Array) -> Array:
        """Return points for uniforms [points, parameters]."""
        root = np.linalg.cholesky(self.covariance + 1e-12 * np.eye(len(self.centre)))
        return np.asarray(self.centre + norm.ppf(np.clip(uniforms, 1e-12, 1 - 1e-12)) @ root.T)

    def log_density(self, units: Array) -> Array:
        """Return the logarithm of the density at points, up to a constant."""
        root = np.linalg.cholesky(self.covariance + 1e-12 * np.eye(len(self.centre)))
        away = np.linalg.solve(root, (units - self.centre).T)
        return np.asarray(-0.5 * (away**2).sum(axis=0))


def widened(centre: Array, jacobian: Array, errors: Array, width: float) -> Proposal:
    """Return what prior and data leave under the straight line, with the data's errors taken ``width`` times as large."""
    weighted = jacobian / (width * errors)[:, None]
    return Proposal(centre, np.asarray(np.linalg.inv(weighted.T @ weighted + np.eye(len(centre))), dtype=np.float64))


@dataclass(frozen=True)
class Design:
    """Points to simulate. ``kept_share`` of the points tried were not ruled out."""

    units: Array
    proposal: Proposal
    kept_share: float


def design(region: Region, proposals: Iterable[Proposal], points: int, seed: int) -> Design:
    """Return points of a scrambled Sobol sequence, spread as a proposal says, that the region holds.

    Parameters
    ----------
    proposals : the widest first; the first that keeps at least one point in a hundred is taken, else the last. Later ones are
        only worked out if they are needed.

    Raises
    ------
    RunError : hardly any point is left; the message says what to look at.
    """
    queue = iter(proposals)
    proposal = next(queue)
    while True:
        sequence = qmc.Sobol(len(region.space), scramble=True, rng=np.random.Generator(np.random.Philox(seed)))
        candidates = proposal.points(sequence.random(FEWEST_TRIED))
        found = [candidates[region.holds(candidates)]]
        if len(found[0]) >= 0.01 * FEWEST_TRIED or (narrower := next(queue, None)) is None:
            break
        proposal = narrower
    tried, kept = FEWEST_TRIED, len(found[0])
    while kept < points and tried < MOST_TRIED:
        candidates = proposal.points(sequence.random(FEWEST_TRIED))
        found.append(candidates[region.holds(candidates)])
        tried, kept = tried + FEWEST_TRIED, kept + len(found[-1])
    if kept < points:
        raise RunError(
            f"of {tried:,} points tried, {kept} are not ruled out: the model cannot meet all targets together; look at those "
            "that are furthest off in the fit of stage one, and at their discrepancies"
        )
    return Design(np.concatenate(found)[:points], proposal, kept / tried)
