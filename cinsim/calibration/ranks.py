"""Simulation-based calibration (Talts et al. 2018): parameters that are known, because they were simulated, are found again.

Points of the last wave serve as truths: they were drawn from a known distribution, and the model has simulated each. To what it
gave, a discrepancy of the size that the targets state is added; emulators that have not seen the point, neither its values nor in
what they have learned of lengths and luck, then say what they think of its parameters. If what they say is true, the rank of the
truth within the posterior is uniform.

Ranks are of one parameter at a time, within the region where the last wave lay. A parameter that the figures say nothing about
has even ranks whatever the emulators say; truths that the same emulators judge share those emulators' errors, so that uneven
ranks can be one common error; and whether the model resembles the world is no question that simulated truths can answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kstest

from cinsim.calibration.chains import walked_together
from cinsim.calibration.emulation import Array, Emulator, GaussianProcesses
from cinsim.calibration.england import Setting
from cinsim.calibration.point import read_point
from cinsim.calibration.posterior import log_likelihood
from cinsim.calibration.refining import emulated_slopes
from cinsim.calibration.regions import Proposal, Region
from cinsim.calibration.wave_store import read_waves
from cinsim.calibration.waves import observed_of
from cinsim.errors import InputError

# a posterior's sample should be worth so many independent points, and is left out if worth fewer than the least
WANTED_EFFECTIVE: Final = 150.0
LEAST_EFFECTIVE: Final = 50.0
CHAINS: Final = 16
# of all points, how many may be kept from the emulators that judge them
HELD_BACK: Final = 0.2


@dataclass(frozen=True)
class Ranks:
    """Ranks of truths within their posteriors, in [0, 1].

    Attributes
    ----------
    names : of the parameters. ranks : [truths, parameters]. spread_ratio : median posterior standard deviation over the design's,
        by parameter. left_out : truths whose posterior sample was worth too little. effective : how many independent points the
        others' samples are worth [truths]. seen : simulations that the emulators had learned from.
    """

    names: tuple[str, ...]
    ranks: Array
    spread_ratio: Array
    left_out: int
    effective: Array = field(default_factory=lambda: np.empty(0))
    seen: int = 0

    def p_values(self) -> Array:
        """Return for each parameter how likely ranks at least so uneven are if all is well (Kolmogorov-Smirnov)."""
        return np.array([kstest(column, "uniform").pvalue for column in self.ranks.T])

    def uneven(self, level: float = 0.05) -> list[str]:
        """Return the parameters whose ranks are too uneven at a level held over all of them together (Holm)."""
        p = self.p_values()
        order = np.argsort(p)
        out = []
        for place, which in enumerate(order):
            if p[which] > level / (len(p) - place):
                break
            out.append(self.names[which])
        return out


def rank_truths(
    names: tuple[str, ...], units: Array, values: Array, judge: Emulator, proposal: Proposal,
    held: Callable[[Array], NDArray[np.bool_]], errors: Array, begin: Array, *, seed: int = 1,
    say: Callable[[str], None] = lambda text: None,
) -> Ranks:  # fmt: skip
    """Return the ranks of some simulated points within the posteriors that an emulator gives them.

    Parameters
    ----------
    units, values : the truths [truths, parameters] and what one simulation of each gave (linked, fitted targets).
    judge : an emulator that has not seen them. proposal, held : what they were drawn from: a Normal distribution, kept where
        ``held`` says so. errors : of the targets, linked. begin : other points of the same distribution, where chains begin.
    """
    generator = np.random.Generator(np.random.Philox([seed, 13]))
    seen = values + errors * generator.standard_normal(values.shape)
    # here the figure is one simulation of one authority, with all of its luck
    known = errors**2 + judge.noise

    def log_target(candidates: Array, which: NDArray[np.int64]) -> Array:
        out = np.full(len(candidates), -np.inf)
        places = np.flatnonzero(held(candidates))
        if len(places):
            mean, unsure = judge.predict(candidates[places])
            out[places] = log_likelihood(seen[which[places]] - mean, known + unsure) + proposal.log_density(candidates[places])
        return out

    centres, covariance = _straight(judge, proposal, seen, known)
    start = begin[generator.integers(len(begin), size=(len(units), CHAINS))]
    walk = walked_together(log_target, start, centres, covariance, wanted=WANTED_EFFECTIVE, seed=seed, say=say)
    good = np.flatnonzero(walk.effective >= LEAST_EFFECTIVE)
    ranks = [np.mean(walk.units[place] < units[place], axis=0) for place in good]
    spreads = [walk.units[place].std(axis=0) / begin.std(axis=0) for place in good]
    return Ranks(
        names, np.reshape(ranks, (-1, len(names))), np.median(spreads, axis=0) if spreads else np.full(len(names), np.nan),
        len(units) - len(good), walk.effective[good],
    )  # fmt: skip


def _straight(judge: Emulator, proposal: Proposal, seen: Array, known: Array) -> tuple[Array, Array]:
    """Return centres [truths, parameters] and covariance of the posteriors if the emulator were straight."""
    at = proposal.centre[None]
    mean, unsure = judge.predict(at)
    weighted = emulated_slopes(judge, proposal.centre).T / (known + unsure[0])
    precision = weighted @ emulated_slopes(judge, proposal.centre) + np.linalg.inv(proposal.covariance)
    covariance = np.linalg.inv(precision)
    return at + (seen - mean) @ weighted.T @ covariance, np.asarray((covariance + covariance.T) / 2)


def ranks_of_waves(setting: Setting, truths: int) -> Ranks:
    """Return ranks for points of the last wave of a calibration whose waves are kept.

    Raises
    ------
    InputError : there is no fit, there are no waves, or the last wave has too few points.
    """
    fit = read_point(setting.point_path)
    stored = read_waves(setting.waves_path)
    last, earlier = stored.waves[-1], stored.waves[:-1]
    if truths >= len(last.units):
        raise InputError(f"the last wave has {len(last.units)} points; fewer must be truths than {truths}", key="--truths")
    observed, nth = observed_of(fit, stored.luck_share), iter(stored.nth)
    region = Region(fit.space, observed, ((stored.line, next(nth)),))
    before = [np.empty((0, len(fit.space))), np.empty((0, len(observed.values)))]
    for wave in earlier:
        before = [np.concatenate(pair) for pair in zip(before, (wave.units, wave.values), strict=True)]
        region = region.narrowed(GaussianProcesses(before[0], before[1], stored.line, wave.kernels), next(nth))
    groups = groups_of(truths, len(before[0]) + len(last.units))
    errors = np.sqrt(observed.variance)
    found = []
    for number, group in enumerate(groups, start=1):
        setting.say(f"truths {group[0] + 1} to {group[-1] + 1} of {truths}: emulators learn from all other points")
        kept = np.setdiff1d(np.arange(len(last.units)), group)
        begun = time.monotonic()
        judge = GaussianProcesses(
            np.concatenate([before[0], last.units[kept]]), np.concatenate([before[1], last.values[kept]]), stored.line
        )
        setting.say(f"learned in {time.monotonic() - begun:.0f} s; group {number} of {len(groups)} looks for its truths")
        one = rank_truths(
            fit.space.names, last.units[group], last.values[group], judge, last.proposal, region.holds, errors,
            last.units[kept], seed=setting.seed + number, say=setting.say,
        )  # fmt: skip
        found.append((one, len(judge.units)))
    return _together(found)


def groups_of(truths: int, points: int) -> list[NDArray[np.int64]]:
    """Return the first truths in as few groups as leave emulators without at most a fifth of all points."""
    return np.array_split(np.arange(truths), int(np.ceil(truths / (HELD_BACK * points))))


def _together(found: Sequence[tuple[Ranks, int]]) -> Ranks:
    """Return the ranks of all groups; of how many simulations emulators had learned, the fewest.

    Raises
    ------
    InputError : no truth's sample is worth enough.
    """
    every = [ranks for ranks, _ in found]
    if not any(len(ranks.ranks) for ranks in every):
        raise InputError("no truth could be looked for: chains hardly move; add points to the waves", key="--truths")
    spreads = np.nanmean([ranks.spread_ratio for ranks in every], axis=0)
    ranks, effective = (np.concatenate([getattr(one, name) for one in every]) for name in ("ranks", "effective"))
    return Ranks(every[0].names, ranks, spreads, sum(one.left_out for one in every), effective, min(seen for _, seen in found))
