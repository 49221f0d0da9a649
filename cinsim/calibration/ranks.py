"""Simulation-based calibration (Talts et al. 2018): parameters that are known, because they were simulated, are found again.

Points of the last wave serve as truths: they were drawn from a known distribution, and the model has simulated each. To what it
gave, a discrepancy of the size that the targets state is added; emulators that have not seen the point then say what they
think of its parameters. If what they say is true, the rank of the truth within the posterior is uniform.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kstest

from cinsim.calibration.emulation import FOLDS, Array, Emulator, GaussianProcesses, Line
from cinsim.calibration.england import Setting
from cinsim.calibration.point import read_point
from cinsim.calibration.posterior import log_likelihood, sample
from cinsim.calibration.regions import Observed, Proposal, Region
from cinsim.calibration.wave_store import read_waves
from cinsim.calibration.waves import observed_of
from cinsim.errors import InputError

LEAST_EFFECTIVE: Final = 20.0


@dataclass(frozen=True)
class Ranks:
    """Ranks of truths within their posteriors, in [0, 1].

    Attributes
    ----------
    names : of the parameters. ranks : [truths, parameters]. spread_ratio : median posterior standard deviation over the prior's,
        by parameter. left_out : truths whose posterior sample was worth too little.
    """

    names: tuple[str, ...]
    ranks: Array
    spread_ratio: Array
    left_out: int

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
    names: tuple[str, ...], units: Array, values: Array, proposal: Proposal, held: Callable[[Array], NDArray[np.bool_]],
    line: Line, errors: Array, *, truths: int, points: int = 1000, seed: int = 1, say: Callable[[str], None] = lambda text: None,
    earlier: tuple[Array, Array] | None = None,
) -> Ranks:  # fmt: skip
    """Return the ranks of some simulated points within the posteriors that emulators give them.

    Parameters
    ----------
    units, values : the points and what one simulation of each gave (linked, fitted targets). proposal, held : what they were
        drawn from: a Normal distribution, kept where ``held`` says so. line : of stage one. errors : of the targets, linked.
    truths : how many to look at. points : of each posterior sample. earlier : points and values of earlier waves, from which the
        emulators learn too.

    Raises
    ------
    InputError : there are fewer points than truths.
    """
    if truths > len(units):
        raise InputError(f"there are {len(units)} points, fewer than the {truths} truths asked for", key="--truths")
    generator = np.random.Generator(np.random.Philox([seed, 13]))
    whole = GaussianProcesses(*_joined(earlier, units, values), line)
    folds: dict[int, Emulator] = {}
    ranks, ratios, left_out = [], [], 0
    prior_spread = units.std(axis=0)
    for truth in range(truths):
        fold = truth % FOLDS
        if fold not in folds:
            kept = np.arange(len(units)) % FOLDS != fold
            folds[fold] = GaussianProcesses(*_joined(earlier, units[kept], values[kept]), line, whole.kernels)
        emulator = folds[fold]
        seen = values[truth] + errors * generator.standard_normal(len(errors))
        # here the figure is one simulation of one authority, with all of its luck
        observed = Observed(seen, np.arange(len(errors)), errors**2, luck_share=1.0)

        def log_target(candidates: Array, observed: Observed = observed, emulator: Emulator = emulator) -> Array:
            out = np.full(len(candidates), -np.inf)
            places = np.flatnonzero(held(candidates))
            if len(places):
                density = log_likelihood(*observed.distances(emulator, candidates[places]))
                out[places] = density + proposal.log_density(candidates[places])
            return out

        found = sample(log_target, proposal, points, seed + truth)
        if found.effective < LEAST_EFFECTIVE:
            left_out += 1
            continue
        ranks.append(found.cdf(units[truth]))
        mean = found.weights @ found.units
        ratios.append(np.sqrt(found.weights @ (found.units - mean) ** 2) / prior_spread)
        if (truth + 1) % 10 == 0:
            say(f"{truth + 1} of {truths} truths looked at")
    if not ranks:
        raise InputError("no truth could be looked at: the emulators are too unsure; add points to the waves", key="--truths")
    return Ranks(names, np.array(ranks), np.median(ratios, axis=0), left_out)


def _joined(earlier: tuple[Array, Array] | None, units: Array, values: Array) -> tuple[Array, Array]:
    if earlier is None:
        return units, values
    return np.concatenate([earlier[0], units]), np.concatenate([earlier[1], values])


def ranks_of_waves(setting: Setting, truths: int) -> Ranks:
    """Return ranks for points of the last wave of a calibration whose waves are kept.

    Raises
    ------
    InputError : there is no fit, or there are no waves.
    """
    fit = read_point(setting.point_path)
    stored = read_waves(setting.waves_path)
    observed, line, nth = observed_of(fit, stored.luck_share), stored.line, iter(stored.nth)
    region = Region(fit.space, observed, ((line, next(nth)),))
    earlier: tuple[Array, Array] | None = None
    for wave in stored.waves[:-1]:
        earlier = _joined(earlier, wave.units, wave.values)
        region = region.narrowed(GaussianProcesses(*earlier, line, wave.kernels), next(nth))
    last = stored.waves[-1]
    return rank_truths(
        fit.space.names, last.units, last.values, last.proposal, region.holds, line, np.sqrt(observed.variance), truths=truths,
        seed=setting.seed, say=setting.say, earlier=earlier,
    )  # fmt: skip
