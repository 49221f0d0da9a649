"""Referrals are a Poisson process in the right time: rescaled by each child's own intensity, waits are unit exponentials.

The intensity is integrated here day by day, apart from the model's inversion. A wait cut short, by the end of the run or
because the child leaves, is told apart by what it could have reached: given that a referral comes, ``(1 - exp(-x)) /
(1 - exp(-limit))`` is uniform. False alarms have a chance of one in ten thousand each; the last test says what would be seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from populations import EVEN_MONTHS, PUBLISHED_MONTHS, World, world
from scipy import stats

from cinsim.population.referrals import season_clock
from cinsim.reference.parameters import AGE_BANDS

pytestmark = pytest.mark.statistical

FALSE_ALARM = 1e-4
LEVEL = 0.15
AGE_EDGES = (0, 1, 5, 10, 16)
MONTH = 253 / 12


@dataclass
class Waits:
    """Rescaled waits of many children: what each reached, and what it could have reached; NaN where no referral came."""

    reached: np.ndarray
    limit: np.ndarray

    def uniform(self) -> np.ndarray:
        came = ~np.isnan(self.reached)
        return np.asarray(-np.expm1(-self.reached[came]) / -np.expm1(-self.limit[came]))

    def p_value(self) -> float:
        """Return the chance of waits at least as far from unit exponential (Kolmogorov-Smirnov)."""
        return float(stats.kstest(self.uniform(), "uniform").pvalue)

    def excess(self) -> float:
        """Return by how many standard errors more referrals came than the intensity lets expect."""
        came = ~np.isnan(self.reached)
        expected = np.where(came, self.reached, self.limit).sum()
        return float((came.sum() - expected) / math.sqrt(expected))


def cumulative_by_day(
    some: World, child: int, level: float, months: tuple[float, ...], closed: float = math.nan, held: float = 0.0
) -> np.ndarray:
    """Return a child's cumulative intensity at each whole working day of the run, as the model's description has it."""
    p, n = some.p, some.calendar.days
    quarter = np.searchsorted(some.grid.times, np.arange(n), side="right") - 1
    middle = (np.minimum(some.grid.times[1:], n) + some.grid.times[:-1]) / 2
    age = (some.grid.days[:-1] + 365.25 / 8 - some.children.birth[child]) / 365.25
    factor = np.array(p.age_referral)[[int(np.searchsorted(AGE_EDGES, a, side="right")) for a in age]]
    rate = level * factor * np.exp(some.grid.need[child].astype(float))
    if not math.isnan(closed):
        lag = np.maximum(middle - closed, 0.0)
        rate = rate * (1 + p.known_effect * 0.5 ** (lag / (p.known_half_life_months * MONTH)))
        rate = rate * np.exp(-held * 0.5 ** (lag / (p.help_half_life_months * MONTH)))
    return np.concatenate([[0.0], np.cumsum(rate[quarter] * np.diff(season_clock(some.calendar, months)))])


def waits_of(some: World, level: float, months: tuple[float, ...], closed: Callable[[int], float], held: float) -> Waits:
    """Return the rescaled waits between the referrals of every child, each from the last to the next."""
    times = some.referrals(level, months)
    reached, limit = [], []
    for child in range(len(some.children)):
        came, left = float(some.children.entered[child]), min(float(some.children.leaves[child]), float(some.calendar.days))
        if left <= came:
            continue
        total = cumulative_by_day(some, child, level, months, closed(child), held)

        def at(time: float, total: np.ndarray = total) -> float:
            return float(np.interp(time, np.arange(len(total)), total))

        since, occurrence = came, 0
        while since < left:
            time = times.next(child, occurrence, since, closed(child), held)
            limit.append(at(left) - at(since))
            reached.append(at(time) - at(since) if math.isfinite(time) else math.nan)
            since, occurrence = time, occurrence + 1
    return Waits(np.array(reached), np.array(limit))


@pytest.fixture(scope="module")
def town() -> World:
    return world(5, size=1_800)


@pytest.fixture(scope="module")
def never_known(town: World) -> Waits:
    return waits_of(town, LEVEL, PUBLISHED_MONTHS, lambda child: math.nan, 0.0)


def test_waits_between_referrals_are_unit_exponentials_in_the_childs_own_time(never_known: Waits) -> None:
    assert (~np.isnan(never_known.reached)).sum() > 2_500
    assert never_known.p_value() > FALSE_ALARM


def test_as_many_referrals_come_as_the_intensity_lets_expect(never_known: Waits) -> None:
    assert abs(never_known.excess()) < stats.norm.isf(FALSE_ALARM / 2)


def test_first_referrals_found_all_at_once_are_unit_exponentials_too(town: World) -> None:
    found = town.referrals(LEVEL, PUBLISHED_MONTHS).first(town.never_known())
    reached, limit = [], []
    for child, time in enumerate(found.tolist()):
        total = cumulative_by_day(town, child, LEVEL, PUBLISHED_MONTHS)
        days = np.arange(len(total))
        came, left = np.interp(
            [town.children.entered[child], min(town.children.leaves[child], town.calendar.days)], days, total
        ).tolist()
        limit.append(left - came)
        reached.append(float(np.interp(time, days, total)) - came if math.isfinite(time) else math.nan)
    waits = Waits(np.array(reached), np.array(limit))
    assert waits.p_value() > FALSE_ALARM
    assert abs(waits.excess()) < stats.norm.isf(FALSE_ALARM / 2)


def test_waits_of_children_known_and_helped_are_unit_exponentials_in_their_own_time(town: World) -> None:
    waits = waits_of(town, LEVEL / 8, EVEN_MONTHS, lambda child: -float(child % 700), 0.5)
    assert (~np.isnan(waits.reached)).sum() > 2_000
    assert waits.p_value() > FALSE_ALARM
    assert abs(waits.excess()) < stats.norm.isf(FALSE_ALARM / 2)


def test_referrals_by_month_have_the_published_profile() -> None:
    ages_alike = {f"age_referral_{band}": 1.0 for band in AGE_BANDS}
    some = world(10, size=1_500, overrides={**ages_alike, "known_effect": 0.0}).with_need(0.0)
    times, counts = some.referrals(1.5, PUBLISHED_MONTHS), np.zeros(12)
    for child in np.flatnonzero(some.children.entered == 0).tolist():
        time, occurrence = 0.0, 0
        while math.isfinite(time := times.next(child, occurrence, time, math.nan, 0.0)):
            # only while the child would have been there all year, so that months are alike but for their season
            if some.children.leaves[child] >= some.calendar.days:
                counts[some.calendar.date_at(time).month - 1] += 1
            occurrence += 1
    calendar = some.calendar
    months = calendar.dates.astype("datetime64[M]").astype(int) % 12
    clock = np.bincount(months, weights=np.diff(season_clock(calendar, PUBLISHED_MONTHS)))
    assert counts.sum() > 3_000
    assert stats.chisquare(counts, clock / clock.sum() * counts.sum()).pvalue > FALSE_ALARM
    # ten years' calendars differ from the usual one by a day or so a month
    assert clock / clock.sum() == pytest.approx(np.array(PUBLISHED_MONTHS) / sum(PUBLISHED_MONTHS), rel=0.03)


def test_an_intensity_wrong_by_a_tenth_would_have_been_seen(never_known: Waits) -> None:
    wrong = Waits(never_known.reached * 1.1, never_known.limit * 1.1)
    assert abs(wrong.excess()) > stats.norm.isf(FALSE_ALARM / 2)
