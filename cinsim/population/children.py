"""Every child of an authority: when it is born, joins and leaves, and who it is.

The age structure is held where the published one stands: births replace children who turn 18, and net moves in or
out make up the rest, so that a constant scenario has a constant population. That is an assumption; birth rates in
fact change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar
from cinsim.engine.draws import Draws
from cinsim.engine.variates import exponentials
from cinsim.engine.year import DAYS_PER_YEAR
from cinsim.reference.parameters import NEED_CATEGORIES, Parameters

TURNS_18: Final = 0
MOVES_AWAY: Final = 1
DIES: Final = 2
ADULT_AGE: Final = 18.0

AGE_BANDS: Final = ("unborn", "under 1", "1 to 4", "5 to 9", "10 to 15", "16 and over")
AGE_EDGES: Final = (0.0, 1.0, 5.0, 10.0, 16.0)
DISABILITY: Final = NEED_CATEGORIES.index("disability")


def age_band(age: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the index in :data:`AGE_BANDS` of ages in years (negative before birth)."""
    return np.searchsorted(AGE_EDGES, age, side="right")


class AreaFigures(Protocol):
    """What the population needs to know of an authority."""

    @property
    def population_0_17(self) -> float:
        """Children aged 0 to 17."""

    @property
    def age_shares(self) -> tuple[float, ...]:
        """Their shares by single year of age."""

    @property
    def deprivation_shares(self) -> tuple[float, ...]:
        """Their shares by national quintile of deprivation, least deprived first."""


@dataclass(frozen=True, slots=True)
class Children:
    """Attributes of every child who ever lives in the area during a run; all arrays have one entry a child.

    Attributes
    ----------
    birth : days since the calendar's first day (float, negative for children already born then).
    entered, leaves : working-day times between which the child lives in the area.
    leaves_because : ``TURNS_18``, ``MOVES_AWAY`` or ``DIES``.
    joined : True for children who moved in after birth and bring no history of their own.
    sex : 0 male, 1 female. quintile : 1 to 5, 5 the most deprived fifth of England.
    ethnicity : 0 White, 1 Mixed, 2 Asian, 3 Black, 4 Other, 5 unknown. disabled : bool. need_category : 0 to 11.
    """

    birth: NDArray[np.float64]
    entered: NDArray[np.float64]
    leaves: NDArray[np.float64]
    leaves_because: NDArray[np.int8]
    joined: NDArray[np.bool_]
    sex: NDArray[np.int8]
    quintile: NDArray[np.int8]
    ethnicity: NDArray[np.int8]
    disabled: NDArray[np.bool_]
    need_category: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.birth)

    def age_at(self, day: float) -> NDArray[np.float64]:
        """Return ages in years ``day`` calendar days after the calendar's first day."""
        return (day - self.birth) / DAYS_PER_YEAR


def whole_numbers(expected: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round expected counts to integers that keep their running total (error below one at every step)."""
    running = np.floor(np.cumsum(expected) + 0.5)
    return np.diff(running, prepend=0.0).astype(np.int64)


def _every(rate: float, length: float, phase: float) -> NDArray[np.float64]:
    """Return evenly spaced moments in [0, length) at ``rate``: a longer run only adds to them."""
    if rate <= 0:
        return np.empty(0)
    return np.asarray((np.arange(math.floor(rate * length - phase) + 1) + phase) / rate, dtype=np.float64)


def _birthdays(n: int) -> NDArray[np.float64]:
    """Return fractions of a year of age, evenly spread however many there are (steps of the golden section)."""
    return np.asarray((np.arange(n) + 0.5) * 0.6180339887498949 % 1.0, dtype=np.float64)


def _entries(
    counts_by_age: NDArray[np.float64], years: float, moves: float, unborn_years: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (age, year since the start) at which children come: those there at the start, then newborns and joiners.

    A newborn comes at its birth; those born up to ``unborn_years`` after the end are among them, since they are known
    of before. Cohorts grow from one age to the next halfway through the first and the second year of age, so that
    each year of age keeps its count.
    """
    initial = np.concatenate([(age + (np.arange(n) + 0.5) / n) for age, n in enumerate(whole_numbers(counts_by_age)) if n])
    born = _every(counts_by_age[0], years + unborn_years, 0.5)
    ages, when, known = [np.zeros(len(born))], [born], [born - unborn_years]
    growth = np.maximum(np.diff(counts_by_age), 0.0)
    for from_age, rates in ((0.5, growth), (0.0, moves * counts_by_age)):
        for age, rate in enumerate(rates):
            joining = _every(rate, years, (0.37 * age + 0.5) % 1.0)
            ages.append(_birthdays(len(joining)) + (from_age + age))
            when.append(joining)
            known.append(joining)
    order = np.argsort(np.concatenate(known), kind="stable")  # so that children keep their numbers when a run is made longer
    later_age, later = np.concatenate(ages)[order], np.concatenate(when)[order]
    return np.concatenate([initial, later_age]), np.concatenate([np.zeros(len(initial)), later])


def _leaving(counts_by_age: NDArray[np.float64], moves: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ages and the cumulative rate of moving away up to them: churn, and the shrinking of cohorts as they grow older."""
    shrinking = -np.log(np.minimum(counts_by_age[1:] / counts_by_age[:-1], 1.0))
    ages = np.concatenate([[0.0], np.arange(len(counts_by_age)) + 0.5, [ADULT_AGE]])
    rate = np.concatenate([[0.0], shrinking, [0.0]]) + moves
    return ages, np.concatenate([[0.0], np.cumsum(rate * np.diff(ages))])


def make_children(area: AreaFigures, p: Parameters, calendar: Calendar, draws: Draws, fraction: float = 1.0) -> Children:
    """Make the children of an area for the whole length of a calendar.

    ``fraction`` of the population is made; each child stands for itself. Ages come from the ONS estimates by single
    year, deprivation from the area's shares of children by national quintile, ethnicity, disability and need
    category from the shares in the parameter register.
    """
    length = (calendar.last - calendar.first).days + 1
    years = length / DAYS_PER_YEAR
    counts = np.asarray(area.age_shares) * area.population_0_17 * fraction
    unborn_days = p.unborn_weeks * 7
    entry_age, entry_year = _entries(counts, years, p.moves_per_year, unborn_days / DAYS_PER_YEAR)
    entry_day = entry_year * DAYS_PER_YEAR
    ids = np.arange(len(entry_age))
    newborn = (entry_age == 0.0) & (entry_day > 0.0)
    joined = (entry_age > 0.0) & (entry_day > 0.0)
    birth = entry_day - entry_age * DAYS_PER_YEAR
    # an unborn child is known to services from about 20 weeks before birth
    entry_day = np.where(newborn, np.maximum(entry_day - unborn_days, 0.0), entry_day)

    # the end: 18th birthday, or before it a move (churn, and the shrinking of older cohorts) or death
    ages, cumulative = _leaving(counts, p.moves_per_year)
    target = np.interp(entry_age, ages, cumulative) + exponentials(draws.block("moves away", ids))
    move_age = np.where(target < cumulative[-1], np.interp(target, cumulative, ages), np.inf)
    death_age = entry_age + exponentials(draws.block("dies", ids)) / p.deaths_per_year
    end_age = np.minimum(np.minimum(move_age, death_age), ADULT_AGE)
    because = np.where(end_age == ADULT_AGE, TURNS_18, np.where(move_age < death_age, MOVES_AWAY, DIES))

    quintile_u = draws.block("deprivation quintile", ids)
    quintile = np.searchsorted(np.cumsum(area.deprivation_shares)[:-1], quintile_u, side="right") + 1
    category = np.searchsorted(np.cumsum(p.need_category_shares)[:-1], draws.block("need category", ids), side="right")
    ethnicity = np.searchsorted(np.cumsum(p.ethnicity_shares)[:-1], draws.block("ethnicity", ids), side="right")
    other_disability = draws.block("disabled", ids) < p.disabled_share_outside_category
    return Children(
        birth=birth,
        entered=times_of_days(calendar, entry_day),
        leaves=times_of_days(calendar, birth + end_age * DAYS_PER_YEAR),
        leaves_because=because.astype(np.int8),
        joined=joined,
        sex=(draws.block("sex", ids) < p.female_share).astype(np.int8),
        quintile=quintile.astype(np.int8),
        ethnicity=ethnicity.astype(np.int8),
        disabled=(category == DISABILITY) | other_disability,
        need_category=category.astype(np.int8),
    )


def times_of_days(calendar: Calendar, days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return working-day times of calendar days counted from the calendar's first (whole days, rounded down)."""
    return calendar.times_of(np.datetime64(calendar.first) + np.floor(days).astype("timedelta64[D]"))
