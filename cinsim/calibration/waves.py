"""Stage two, history matching: waves of simulations, each where the emulators of those before rule nothing out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from cinsim.calibration.emulation import Array, GaussianProcesses, Line
from cinsim.calibration.point import PointFit
from cinsim.calibration.posterior import widened_by
from cinsim.calibration.regions import WIDEST, Design, Observed, Proposal, Region, design, nth_largest, widened
from cinsim.calibration.simulator import Request, Simulator, linked_values
from cinsim.errors import InputError

# each design point has luck of its own: replications from this number on, a thousand a wave
WAVES_FROM: Final = 10_000
# how much larger than they are the errors are taken where later waves begin to look, the widest first
NARROWING: Final = (2.0, 1.5, 1.2, 1.0)


@dataclass(frozen=True, slots=True)
class WaveSettings:
    """Number of waves, points of each, how many targets may lie further off than the cut-off, by wave, and the seed.

    ``luck_share`` : see :class:`cinsim.calibration.regions.Observed`.
    """

    waves: int = 2
    points: int = 180
    allowed: tuple[int, ...] = (2, 1)
    seed: int = 1
    luck_share: float = 0.0

    def __post_init__(self) -> None:
        if self.waves < 1 or not 1 <= self.points <= 1000:
            raise InputError("needs at least one wave, of 1 to 1000 points", key="--waves")

    def nth(self, wave: int) -> int:
        """Return which of the largest implausibilities decides in a wave (0 the first): the second or third, to be safe."""
        return self.allowed[min(wave, len(self.allowed) - 1)] + 1


@dataclass(frozen=True)
class Wave:
    """One wave: its design, what the simulations gave (linked, fitted targets), and how good the emulators are that follow.

    Attributes
    ----------
    off : root mean square of cross-validated prediction errors in predicted standard deviations; about 1.
    unsure : standard deviation of not knowing the mean over the target's own errors.
    still_held : share of the wave's own points that its emulators do not rule out.
    """

    design: Design
    values: Array
    off: Array
    unsure: Array
    still_held: float


@dataclass(frozen=True)
class History:
    """All waves, the region they leave, and the emulators learned from all of them."""

    waves: tuple[Wave, ...]
    region: Region
    emulator: GaussianProcesses


def observed_of(fit: PointFit, luck_share: float) -> Observed:
    """Return the fitted targets of a point fit as a region is held against them."""
    places = np.flatnonzero([target.flag == "fit" for target in fit.targets])
    return Observed(fit.targets.linked_values()[places], places, fit.targets.linked_errors()[places] ** 2, luck_share)


def line_of(fit: PointFit) -> Line:
    """Return the straight line of a point fit, for the fitted targets."""
    found, places = fit.found, observed_of(fit, 0.0).places
    noise = found.noise[places] ** 2
    return Line(found.units, found.simulated[places], found.jacobian[places], noise / found.replications, noise)


def match_history(
    simulator: Simulator, fit: PointFit, settings: WaveSettings, say: Callable[[str], None] = lambda text: None
) -> History:
    """Simulate waves of points and rule out what cannot give the published figures.

    The first wave lies where the straight line of stage one, not trusted far from its point, rules nothing out.

    Raises
    ------
    RunError : nothing is left, or a simulation has no value of a target.
    """
    observed, line = observed_of(fit, settings.luck_share), line_of(fit)
    region = Region(fit.space, observed, ((line, settings.nth(0)),))
    errors = np.sqrt(observed.variance)
    proposals: Iterable[Proposal] = [widened(line.at, line.jacobian, errors, width) for width in WIDEST]
    waves: list[Wave] = []
    emulator: GaussianProcesses | None = None
    for number in range(settings.waves):
        plan = design(region, proposals, settings.points, settings.seed + number)
        say(f"wave {number + 1}: {settings.points} points; {plan.kept_share:.1%} of those tried are not ruled out so far")
        values = _simulated(simulator, fit, plan.units, WAVES_FROM + 1000 * number)[:, observed.places]
        units_so_far = np.concatenate([*(wave.design.units for wave in waves), plan.units])
        values_so_far = np.concatenate([*(wave.values for wave in waves), values])
        emulator = GaussianProcesses(units_so_far, values_so_far, line)
        off = np.sqrt(np.mean(emulator.cross_validated() ** 2, axis=0))
        implausible = nth_largest(observed.implausibility(emulator, plan.units), settings.nth(number + 1))
        unsure = np.sqrt(emulator.predict(plan.units)[1].mean(axis=0)) / errors
        waves.append(Wave(plan, values, off, unsure, float(np.mean(implausible <= 3.0))))
        say(
            f"emulators: prediction errors {np.median(off):.2f} of what they say (worst {off.max():.2f}); not knowing the mean "
            f"is {np.median(unsure):.2f} of a target's error (worst {unsure.max():.2f}); {waves[-1].still_held:.0%} left"
        )
        region = region.narrowed(emulator, settings.nth(number + 1))
        if number + 1 < settings.waves:
            proposals = _narrowing(emulator, region, plan.proposal)
    assert emulator is not None
    return History(tuple(waves), region, emulator)


def _narrowing(emulator: GaussianProcesses, region: Region, start: Proposal) -> Iterator[Proposal]:
    """Yield ever narrower distributions around what an emulator leaves, each worked out when it is asked for."""
    for width in NARROWING:
        start = widened_by(emulator, region, start, width)
        yield start


def _simulated(simulator: Simulator, fit: PointFit, units: Array, first: int) -> Array:
    """Return linked values of points, one simulation each with luck of its own."""
    return linked_values(simulator, [Request(fit.space.values(point), first + place) for place, point in enumerate(units)])
