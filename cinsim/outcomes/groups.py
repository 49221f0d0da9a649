"""Groups of children, and counts over all of them at once, an absent group being 0."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cinsim.outcomes.dates import Dates, Years
from cinsim.outcomes.replication import PopulationLike
from cinsim.reference.parameters import ETHNIC_GROUPS, NEED_CATEGORIES

AGE_BANDS: Final = ("under 1", "1-4", "5-9", "10-15", "16-17")
DIMENSIONS: Final[dict[str, tuple[str, ...]]] = {
    "age": AGE_BANDS,
    "sex": ("male", "female"),
    "deprivation": ("1", "2", "3", "4", "5"),
    "ethnicity": ETHNIC_GROUPS,
    "disabled": ("no", "yes"),
    "need": NEED_CATEGORIES,
}
"""Names of the groups by dimension. The unborn count as under 1, deprivation 5 is England's most deprived fifth."""

GROUP_LABELS: Final = ("all", *(f"{dimension}={name}" for dimension, names in DIMENSIONS.items() for name in names))
_SHAPE: Final = tuple(len(names) for names in DIMENSIONS.values())
_STATIC: Final = int(np.prod(_SHAPE[1:]))
_CELLS: Final = int(np.prod(_SHAPE))
_BANDS_FROM: Final = (1, 5, 10, 16)  # birthdays at which the next band starts


class Groups:
    """Sorts children into groups and counts them by reporting year.

    Every child falls into one cell of age band x sex x deprivation x ethnicity x disability x need category; a count
    is one pass over its rows, from which all groups follow as margins.
    """

    def __init__(self, population: PopulationLike, years: Years):
        self.population, self.years = population, years
        static = np.zeros(len(population.birth), dtype=np.int64)
        parts = (
            population.sex,
            population.quintile.astype(np.int64) - 1,
            population.ethnicity,
            population.disabled,
            population.need_category,
        )
        for part, size in zip(parts, _SHAPE[1:], strict=True):
            static = static * size + np.asarray(part, dtype=np.int64)
        self._static = static
        month = population.birth.astype("datetime64[M]")
        day_of_month = population.birth - month.astype("datetime64[D]")
        birthdays = [(month + 12 * years_old).astype("datetime64[D]") + day_of_month for years_old in _BANDS_FROM]
        self._birthdays = np.stack([b.astype(np.int32) for b in birthdays], axis=1)

    def age_band(self, child: NDArray[np.integer], on: Dates) -> NDArray[np.int64]:
        """Return the index in :data:`AGE_BANDS` of children on a date; the unborn are under 1, anyone over 17 counts as 17."""
        return (self._birthdays[child] <= on.astype("datetime64[D]").astype(np.int32)[:, None]).sum(axis=1)

    def counts(
        self, year: NDArray[np.int64], child: NDArray[np.integer], on: Dates, weights: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Count rows by year and group.

        Parameters
        ----------
        year
            Index of each row's reporting year, -1 to leave the row out.
        child
            Its child.
        on
            The date at which its age counts.
        weights
            What each row counts for, 1 unless given.

        Returns
        -------
        array [years, groups], in the order of :data:`GROUP_LABELS`.
        """
        kept = year >= 0
        if not kept.all():
            year, child, on = year[kept], child[kept], on[kept]
            weights = None if weights is None else weights[kept]
        cell = (year * _SHAPE[0] + self.age_band(child, on)) * _STATIC + self._static[child]
        cells = np.bincount(cell, weights=weights, minlength=len(self.years) * _CELLS).reshape(len(self.years), *_SHAPE)
        return margins(cells.astype(np.float64))

    @cached_property
    def children(self) -> NDArray[np.float64]:
        """Children aged 0 to 17 living in the area on 30 June of each reporting year, as [years, groups]."""
        out = np.zeros((len(self.years), len(GROUP_LABELS)))
        for index, on in enumerate(self.years.mid_year):
            time = self.years.time_of(np.array([on]))[0]
            p = self.population
            child = np.flatnonzero((p.entered <= time) & (time < p.leaves) & (p.birth <= on))
            out += self.counts(np.full(len(child), index), child, np.broadcast_to(on, child.shape))
        return out


def margins(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return totals and one-way margins of [years, *dimensions] as [years, groups]."""
    axes = range(1, cells.ndim)
    parts = [cells.sum(axis=tuple(axes))[:, None]]
    parts += [cells.sum(axis=tuple(a for a in axes if a != kept)) for kept in axes]
    return np.concatenate(parts, axis=1)


def percent(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """Return 100 part / whole, NaN where there is nothing to be a part of."""
    return 100.0 * ratio(part, whole)


def ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """Return part / whole, NaN where the whole is 0."""
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, np.nan), where=whole != 0)
