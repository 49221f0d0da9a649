"""Chains that walk side by side in many posteriors at once, until each posterior's sample is worth enough.

Every chain of a posterior keeps part of its place and takes the rest from a Normal distribution close to that posterior
(preconditioned Crank and Nicolson, Cotter et al. 2013); Metropolis's rule decides. Where the posterior is that Normal
distribution every step is taken, however many dimensions there are. Step lengths and distributions are learned first, from steps
that are then thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.calibration.emulation import Array

LEARNING: Final = (30, 30, 30)
BLOCK: Final = 40
MOST_BLOCKS: Final = 12
# share of steps that should be taken, and how fast the length follows
WANTED_TAKEN: Final = 0.35
FOLLOWING: Final = 0.5
SHORTEST: Final = 0.05
SAID_EVERY: Final = 15.0

LogTarget = Callable[[Array, NDArray[np.int64]], Array]


@dataclass(frozen=True)
class Walk:
    """What chains found: for each posterior its points [points, parameters], the number of independent ones that they are worth
    (at most; parameters' mean), and the share of steps taken."""

    units: tuple[Array, ...]
    effective: Array
    taken: Array


class _Chains:
    """Chains of some posteriors: where they are, and how they step."""

    def __init__(self, log_target: LogTarget, start: Array, centres: Array, covariance: Array, seed: int):
        self.log_target, self.at, self.centres = log_target, start.copy(), centres.copy()
        self.posteriors, self.chains, self.k = start.shape
        self.length = np.full(self.posteriors, 0.5)
        self.taken = np.zeros(self.posteriors)
        self._generator = np.random.Generator(np.random.Philox([seed, 29]))
        self._covariance = covariance
        self._root = np.linalg.cholesky(covariance)
        everyone = np.arange(self.posteriors)
        self._density = self._log_ratio(self.at, everyone)

    def _log_ratio(self, units: Array, which: NDArray[np.int64]) -> Array:
        """Return the density of points [posteriors, chains, parameters] over that of the Normal distributions, by logarithm."""
        flat = units.reshape(-1, self.k)
        target = self.log_target(flat, np.repeat(which, self.chains)).reshape(len(which), self.chains)
        away = np.linalg.solve(self._root, (units - self.centres[which, None]).reshape(-1, self.k).T)
        return np.asarray(target + 0.5 * (away**2).sum(axis=0).reshape(target.shape))

    def step(self, which: NDArray[np.int64], adapting: bool) -> None:
        """Move all chains of some posteriors by one step."""
        shape = (len(which), self.chains, self.k)
        length, centre = self.length[which, None, None], self.centres[which, None]
        fresh = self._generator.standard_normal(shape) @ self._root.T
        tried = centre + np.sqrt(1 - length**2) * (self.at[which] - centre) + length * fresh
        there = self._log_ratio(tried, which)
        with np.errstate(invalid="ignore"):  # from nowhere to nowhere is no step
            moved = np.log(self._generator.random(there.shape)) < there - self._density[which]
        self.at[which] = np.where(moved[..., None], tried, self.at[which])
        self._density[which] = np.where(moved, there, self._density[which])
        self.taken[which] = moved.mean(axis=1)
        if adapting:
            change = np.exp(FOLLOWING * (self.taken[which] - WANTED_TAKEN))
            self.length[which] = np.clip(self.length[which] * change, SHORTEST, 1.0)

    def learn(self, states: Array) -> None:
        """Take the Normal distributions from where the chains were, [steps, posteriors, chains, parameters]."""
        centres = states.mean(axis=(0, 2))
        away = (states - centres[None, :, None]).reshape(-1, self.k)
        seen = self.posteriors * self.chains
        trust = seen / (seen + 2 * self.k)
        self._covariance = trust * (away.T @ away) / len(away) + (1 - trust) * self._covariance
        self._root = np.linalg.cholesky(self._covariance + 1e-12 * np.eye(self.k))
        self.centres = centres
        self._density = self._log_ratio(self.at, np.arange(self.posteriors))


def worth(states: Array) -> float:
    """Return how many independent points those of some chains are worth [steps, chains, parameters].

    Chains that mix have means that differ as little as so many independent points would make them.
    """
    steps, chains, _ = states.shape
    means = states.mean(axis=0)
    whole = np.maximum(states.reshape(-1, states.shape[2]).var(axis=0), 1e-300)
    between = float(np.mean(means.var(axis=0, ddof=1) / whole))
    return float(min(chains / max(between, 1e-12), steps * chains))


def walked_together(
    log_target: LogTarget, start: Array, centres: Array, covariance: Array, *, wanted: float, seed: int,
    say: Callable[[str], None] = lambda text: None,
) -> Walk:  # fmt: skip
    """Sample many posteriors.

    Parameters
    ----------
    log_target : logarithm of the density of points [points, parameters], each in the posterior that the second argument names.
    start : where the chains begin [posteriors, chains, parameters], of some density each. centres [posteriors, parameters],
        covariance : of Normal distributions close to the posteriors.
    wanted : what each posterior's sample should be worth; those that are worth it stop walking, and none walks for ever.
    """
    chains = _Chains(log_target, start, centres, covariance, seed)
    everyone = np.arange(chains.posteriors)
    for steps in LEARNING:
        states = []
        for _ in range(steps):
            chains.step(everyone, adapting=True)
            states.append(chains.at.copy())
        chains.learn(np.array(states[steps // 2 :]))
    for _ in range(LEARNING[-1] // 2):
        chains.step(everyone, adapting=True)
    kept: list[list[Array]] = [[] for _ in everyone]
    effective, taken, steps_done = np.zeros(len(everyone)), np.zeros(len(everyone)), np.zeros(len(everyone))
    walking, begun, said = everyone, time.monotonic(), time.monotonic()
    for block in range(MOST_BLOCKS):
        for _ in range(BLOCK):
            chains.step(walking, adapting=False)
            for place in walking:
                kept[place].append(chains.at[place].copy())
            taken[walking] += chains.taken[walking]
        steps_done[walking] += BLOCK
        for place in walking:
            effective[place] = worth(np.array(kept[place]))
        walking = np.flatnonzero(effective < wanted)
        if not len(walking):
            break
        now = time.monotonic()
        if now - said > SAID_EVERY:
            said = now
            left = (now - begun) / (block + 1) * (MOST_BLOCKS - block - 1) * len(walking) / len(everyone)
            say(f"{len(everyone) - len(walking)} of {len(everyone)} looked for; at most {left / 60:.0f} min left")
    units = tuple(np.concatenate(states) for states in kept)
    return Walk(units, effective, taken / np.maximum(steps_done, 1))
