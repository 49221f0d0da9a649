"""The least staff that meets targets: bracketing, then narrowing, with the same luck at every number of posts.

Few replications find the bracket, all of them settle it. Each replication meets the same children and workers' luck at
every point, so that what it needs can be read between points. Numbers that are likely to be wanted are asked for together,
since replications that differ in posts share their set-up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.totals import sum_in_order
from cinsim.planning.crossing import bootstrap_interval, crossing, least_met, meets, met_on
from cinsim.planning.questions import Target

Unit = tuple[int, int]
"""A draw and a replication: one luck, met again at every number of posts."""
Values = Mapping[str, float]
Evaluate = Callable[[Mapping[float, Sequence[Unit]]], Mapping[float, Mapping[Unit, Values]]]
"""Simulates some units of each of some numbers of posts."""

FEW: Final = 4
MOST_NARROWINGS: Final = 6
GRID_POINTS: Final = 2001
DECIMALS: Final = 1
# a number proposed by interpolation keeps this share of the bracket from both of its ends
_KEPT_FROM_ENDS: Final = 0.15


@dataclass
class Curve:
    """Every point evaluated so far: values by staff and unit."""

    evaluate: Evaluate
    targets: Sequence[Target]
    points: dict[float, dict[Unit, Values]] = field(default_factory=dict)

    def learn(self, numbers: Sequence[float], units: Sequence[Unit]) -> None:
        """Simulate what is not known yet at some numbers of posts, together."""
        missing = {staff: [unit for unit in units if unit not in self.points.get(staff, {})] for staff in numbers}
        missing = {staff: left for staff, left in missing.items() if left}
        if missing:
            for staff, values in self.evaluate(missing).items():
                self.points.setdefault(staff, {}).update(values)

    def at(self, staff: float, units: Sequence[Unit]) -> dict[Unit, Values]:
        """Return the values at a number of posts, simulating what is not known yet."""
        self.learn([staff], units)
        return {unit: self.points[staff][unit] for unit in units}

    def share_met(self, staff: float, units: Sequence[Unit]) -> float:
        """Return the share of the units that meet all targets at a number of posts."""
        return sum_in_order(meets(self.targets, values) for values in self.at(staff, units).values()) / len(units)

    def crossings(self, units: Sequence[Unit]) -> list[float]:
        """Return where each unit first meets the targets, from the points at which it was evaluated."""
        return [crossing(*self._points_of(unit)) for unit in units]

    def least(self, units: Sequence[Unit], confidence: float) -> float:
        """Return the least staff with which the share ``confidence`` of the units meets the targets, between points too."""
        grid, met = self._on_grid(units)
        return least_met(met, grid, confidence)

    def interval(self, units: Sequence[Unit], confidence: float, seed: int) -> tuple[float, float]:
        """Return the 95% interval of :meth:`least` over resampled units."""
        grid, met = self._on_grid(units)
        return bootstrap_interval(met, grid, confidence, seed)

    def _points_of(self, unit: Unit) -> tuple[list[float], list[list[float]]]:
        """Return the staff at which a unit was evaluated, rising, and by how much it meets each target there."""
        staff = sorted(number for number, values in self.points.items() if unit in values)
        at = (self.points[number][unit] for number in staff)
        return staff, [[target.margin(values.get(target.measure, math.nan)) for target in self.targets] for values in at]

    def _on_grid(self, units: Sequence[Unit]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        staff = sorted(self.points)
        grid = np.unique(np.concatenate([staff, np.linspace(staff[0], staff[-1], GRID_POINTS)]))
        return grid, np.stack([met_on(grid, *self._points_of(unit)) for unit in units])


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to.

    Attributes
    ----------
    staff : the least staff that meets the targets with the confidence asked; infinity where none of the ladder does.
    lower, upper : its 95% interval over resampled units.
    crossings : where each unit first meets the targets, in their order.
    at_lowest : whether the targets are met at the lowest number tried, so that fewer may do as well.
    """

    staff: float
    lower: float
    upper: float
    crossings: tuple[float, ...]
    at_lowest: bool


def ladder_from(base: float, scale: float) -> tuple[float, ...]:
    """Return the numbers of posts among which a bracket is sought, rising: half to twice as many, from none where there are none.

    Parameters
    ----------
    base : full-time equivalents as the scenario has them.
    scale : a number of posts that would matter, where there are none so far.
    """
    steps = [base * factor for factor in (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)]
    if base <= 0:
        steps = [scale * factor for factor in (0.0, 0.25, 0.5, 1.0, 2.0)]
    return tuple(sorted({round(step, DECIMALS) for step in steps}))


def least_staff(
    curve: Curve, ladder: Sequence[float], start: float, units: Sequence[Unit], confidence: float, tolerance: float, seed: int
) -> Found:
    """Return the least staff that meets the curve's targets in at least the share ``confidence`` of the units.

    Parameters
    ----------
    ladder : numbers among which the bracket is sought, rising.
    start : where to begin; its nearest number on the ladder is taken.
    units : draws and replications; the first few find the bracket.
    tolerance : the answer is to lie no further than half of this from a number that was simulated, full-time equivalents.
    seed : of the resamples of the interval.
    """
    place = min(range(len(ladder)), key=lambda i: abs(ladder[i] - start))
    few = units[:FEW]
    curve.learn(ladder[max(place - 1, 0) : place + 2], few)
    place = _first_met(curve, ladder, place, few, confidence)
    if len(units) > len(few):
        curve.learn(ladder[max(place - 1, 0) : place + 1], units)
        place = _first_met(curve, ladder, place, units, confidence)
    if 0 < place < len(ladder):
        _narrow(curve, ladder[place - 1], ladder[place], units, confidence, tolerance)
    # an end of the interval beyond the points is not known: one more number of posts each way says more
    lower, upper = curve.interval(units, confidence, seed)
    if place > 1 and lower <= ladder[place - 1]:
        curve.at(ladder[place - 2], units)
    if math.isinf(upper) and place + 1 < len(ladder):
        curve.at(ladder[place + 1], units)
    staff = curve.least(units, confidence)
    lower, upper = curve.interval(units, confidence, seed)
    return Found(staff, lower, upper, tuple(curve.crossings(units)), at_lowest=staff <= ladder[0])


def _first_met(curve: Curve, ladder: Sequence[float], place: int, units: Sequence[Unit], confidence: float) -> int:
    """Return the place on the ladder of the first number that meets the targets and has one below that does not.

    0 where the lowest meets them, the ladder's length where the highest does not.
    """
    place = min(place, len(ladder) - 1)
    if curve.share_met(ladder[place], units) >= confidence:
        while place > 0 and curve.share_met(ladder[place - 1], units) >= confidence:
            place -= 1
        return place
    place += 1
    while place < len(ladder) and curve.share_met(ladder[place], units) < confidence:
        place += 1
    return place


def _narrow(curve: Curve, low: float, high: float, units: Sequence[Unit], confidence: float, tolerance: float) -> None:
    """Evaluate points between one that fails and one that meets the targets, until the answer lies close to one of them.

    Close is half the tolerance, as the middle of a bracket that is no wider than the tolerance would be.
    """
    for _ in range(MOST_NARROWINGS):
        width, guess = high - low, curve.least(units, confidence)
        inside = low <= guess <= high
        if width <= tolerance or (inside and min(guess - low, high - guess) <= tolerance / 2):
            return
        edge = _KEPT_FROM_ENDS * width
        point = round(min(max(guess if inside else low + width / 2, low + edge), high - edge), DECIMALS)
        if not low < point < high:
            return
        if curve.share_met(point, units) >= confidence:
            high = point
        else:
            low = point
