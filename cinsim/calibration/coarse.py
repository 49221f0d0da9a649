"""Where the search for a rival explanation begins: the front door is met first, by the few parameters that carry it.

An explanation left out takes its part of all demand with it, and one that must carry re-referral alone has a spread or an effect
that nobody has fitted. From the point of both explanations the search of stage one would begin thousands of misfits away. So many
small simulations are tried first, around ever better ones (the cross-entropy method, Rubinstein 1999): the level of referral, the
spreads and persistence of need, the effect of being known, and all thresholds moved together, held against referrals,
re-referrals, those rejected and those not in need. Childhood incidence, which is never fitted, plays no part here either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import norm, qmc

from cinsim.calibration.emulation import Array
from cinsim.calibration.priors import Space
from cinsim.calibration.simulator import Request, Simulator

FRONT_DOOR: Final = ("referrals", "re_referrals", "no_further_action", "not_in_need")
CARRIERS: Final = (
    "referral_level", "need_sd_lasting_alone", "need_sd_fluctuating", "need_persistence", "known_effect_alone",
    "known_half_life_months",
)  # fmt: skip
TOGETHER: Final = "threshold_"
COARSE_FROM: Final = 80_000
# standard deviation that luck gives the linked front-door figures of a small simulation; it matters little here
LUCK: Final = 0.05
NARROWEST: Final = 0.1


@dataclass(frozen=True, slots=True)
class CoarseSettings:
    """Rounds of points, points of each, the best of all so far that the next round lies around, and the seed."""

    rounds: int = 4
    points: int = 32
    best: int = 8
    seed: int = 1

    @property
    def simulations(self) -> int:
        """How many simulations that takes."""
        return self.rounds * self.points


def coarse_start(
    simulator: Simulator, space: Space, start: Mapping[str, float], settings: CoarseSettings | None = None,
    carriers: Sequence[str] = CARRIERS, targets: Sequence[str] = FRONT_DOOR, together: str = TOGETHER,
    say: Callable[[str], None] = lambda text: None,
) -> dict[str, float]:  # fmt: skip
    """Return values for a search to begin at, which meet a few targets roughly.

    Parameters
    ----------
    simulator : of small authorities and few years. start : values by name, of all parameters in ``space``.
    carriers : parameters that are moved one by one, where the space has them. together : how the names of those begin that are
        moved by one common amount, in their own unit. targets : what is held against what is published.
    """
    settings = settings or CoarseSettings()
    directions = _directions(space, carriers, together)
    places = [place for place, name in enumerate(simulator.targets.names) if name in targets]
    if not places or not len(directions):
        return {**start}
    wanted = simulator.targets.linked_values()[places]
    errors = np.hypot(simulator.targets.linked_errors()[places], LUCK)
    begin, k = space.units(start), len(directions)
    # only what is moved is held against its prior
    moving = np.any(directions != 0.0, axis=0)
    centre, spread = np.zeros(k), np.full(k, 1.0)
    units, misfits = np.empty((0, len(begin))), np.empty(0)
    moves = np.empty((0, k))
    for turn in range(settings.rounds):
        sequence = qmc.Sobol(k, scramble=True, rng=np.random.Generator(np.random.Philox([settings.seed, turn])))
        fresh = norm.ppf(np.clip(sequence.random(settings.points), 1e-9, 1 - 1e-9))
        # the middle itself is tried too
        tried = centre + spread * np.vstack([np.zeros(k), fresh[1:]])
        here = space.clipped(begin + tried @ directions)
        requests = [Request({**start, **space.values(point)}, COARSE_FROM) for point in here]
        found = simulator.targets.linked(np.nan_to_num(simulator.run(requests)))[:, places]
        misfit = (((wanted - found) / errors) ** 2).sum(axis=1) + (here[:, moving] ** 2).mean(axis=1) * k
        units, misfits, moves = np.vstack([units, here]), np.append(misfits, misfit), np.vstack([moves, tried])
        if turn == 0:
            say(f"front door: misfit {misfit[0]:.0f} to begin with")
        best = np.argsort(misfits, kind="stable")[: settings.best]
        centre = moves[best].mean(axis=0)
        # a spread never falls faster than by half, so that the best few of a round do not end the search
        spread = np.maximum(moves[best].std(axis=0), np.maximum(NARROWEST, spread / 2))
        say(f"round {turn + 1} of {settings.rounds}: misfit of the front door {misfits[best[0]]:.1f}")
    return {**start, **space.values(units[int(np.argmin(misfits))])}


def _directions(space: Space, carriers: Sequence[str], together: str) -> Array:
    """Return moves in prior units [moves, parameters]: one for each carrier, and one for all that move together."""
    rows = [[float(name == carrier) for name in space.names] for carrier in carriers if carrier in space.names]
    common = [prior.name.startswith(together) and prior.name not in carriers for prior in space.priors]
    if any(common):
        steps = [1.0 / prior.spread if moved else 0.0 for prior, moved in zip(space.priors, common, strict=True)]
        # one step moves the most certain of them by one prior unit
        rows.append([step / max(steps) for step in steps])
    return np.array(rows)
