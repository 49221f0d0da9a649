"""Need that is not met and harm that is not seen: latent need against the national thresholds, day by day.

A child's need in the model is N(t) less the benefit h(t) of help received. N(t) is constant within a quarter; h(t) is
known from the record where help started, ended or the case was closed, and halves every ``help_half_life_months`` after
help has ended. Between those points the time above a threshold follows exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.engine.year import WORKING_DAYS_PER_YEAR
from cinsim.outcomes.dates import Times
from cinsim.outcomes.replication import PopulationLike, ReplicationLike, parameter
from cinsim.outcomes.rows import Ints, stamp
from cinsim.outcomes.spells import Spells
from cinsim.outcomes.tally import Tally, Values
from cinsim.reference.events import Event

HALF_LIFE: Final = "help_half_life_months"


class Stretches(NamedTuple):
    """Stretches of time in which a child is not covered by some kinds of spell.

    ``level`` is h at the stretch's start; ``fading`` says whether it fades (no help is being given) or is held.
    """

    child: Ints
    start: Times
    end: Times
    level: NDArray[np.float64]
    fading: NDArray[np.bool_]


_LONG_BEFORE: Final = -(2.0**17)
_LONG_AFTER: Final = 2.0**17 - 1


class HelpHistory:
    """What help every child was given and when, and the benefit of help at every turn of it.

    Turns are starts and ends of spells of ``protection`` and of ``other_help``, and the times at which the record holds
    h(t). ``half_life`` is in working days.
    """

    def __init__(self, protection: Sequence[pd.DataFrame], other_help: Sequence[pd.DataFrame], spells: Spells, half_life: float):
        population = spells.replication.population
        born = spells.replication.calendar.times_of(population.birth)
        self._born, self._gone = np.maximum(population.entered, born), population.leaves
        levels = spells.record.rows(Event.HELP_LEVEL, Event.CLOSED)
        seen = ~np.isnan(levels.value)
        self._known = np.zeros(len(born), dtype=bool)
        self._known[levels.child[seen]] = True
        for table in (*protection, *other_help):
            self._known[table["child"].to_numpy()] = True
        first = np.flatnonzero(self._known)  # a turn of each known child before all others, with no benefit and no help

        turns = [(first, np.full(len(first), _LONG_BEFORE), np.zeros(len(first)), 0, 0)]
        turns.append((levels.child[seen], levels.time[seen], levels.value[seen], 0, 0))
        for tables, protects in ((protection, 1), (other_help, 0)):
            for table in tables:
                for column, step in (("start", 1), ("end", -1)):
                    at = np.minimum(table[column].to_numpy(), _LONG_AFTER)
                    turns.append((table["child"].to_numpy(), at, np.full(len(at), np.nan), step * protects, step))
        child, time, value = (np.concatenate([turn[part] for turn in turns]) for part in range(3))
        order = np.argsort(stamp(child, time), kind="stable")
        self._child, self._time, value = child[order], time[order], value[order]
        sizes = [len(turn[0]) for turn in turns]
        # a child's steps sum to 0, so that running sums need not start anew with every child
        self._protected = np.cumsum(np.repeat([turn[3] for turn in turns], sizes)[order]) > 0
        self._helped = np.cumsum(np.repeat([turn[4] for turn in turns], sizes)[order]) > 0

        goes_on = np.append(self._child[1:] == self._child[:-1], False)[: len(child)]
        self._following = np.where(goes_on, np.append(self._time[1:], np.inf)[: len(child)], np.inf)
        # h fades by a clock that stands still while help is given
        clock = np.cumsum(np.where(goes_on & ~self._helped, self._following - self._time, 0.0))
        clock = np.append(0.0, clock)[: len(clock)]
        source = np.maximum.accumulate(np.where(np.isnan(value), 0, np.arange(len(value))))
        self._level = value[source] * np.exp2((clock[source] - clock) / half_life)

    def without(self, tally: Tally, *, protection_only: bool) -> Stretches:
        """Return the stretches of the reported years without any help, or without protection."""
        child = self._child
        start, end = np.maximum(self._time, self._born[child]), np.minimum(self._following, self._gone[child])
        kept = ~(self._protected if protection_only else self._helped)
        kept &= (end > np.maximum(start, tally.years.starts[0])) & (start < tally.years.ends[-1])
        never = np.flatnonzero(~self._known)
        return Stretches(
            np.concatenate([child[kept], never]),
            np.concatenate([start[kept], self._born[never]]),
            np.concatenate([end[kept], self._gone[never]]),
            np.concatenate([self._level[kept], np.zeros(len(never))]),
            np.concatenate([~self._helped[kept], np.ones(len(never), dtype=bool)]),
        )


def child_days_above(
    threshold: float, stretches: Stretches, tally: Tally, population: PopulationLike, half_life: float
) -> Values:
    """Return calendar days of the stretches on which N(t) - h(t) is above a threshold, as [years, groups].

    Ages count at mid-year.
    """
    years = tally.years
    quarters = np.asarray(population.quarter_times, dtype=np.float64)
    out = np.zeros((len(years), len(population.birth)))
    reported = np.flatnonzero((quarters[:-1] < years.ends[-1]) & (quarters[1:] > years.starts[0]))
    margins = np.ascontiguousarray(population.need[:, reported].T) - np.float32(threshold)
    for quarter, margin in zip(reported, margins, strict=True):
        for year in np.flatnonzero((years.starts < quarters[quarter + 1]) & (years.ends > quarters[quarter])):
            begin, end = max(quarters[quarter], years.starts[year]), min(quarters[quarter + 1], years.ends[year])
            row = np.flatnonzero((margin > 0.0)[stretches.child] & (stretches.start < end) & (stretches.end > begin))
            child, level, start = stretches.child[row], stretches.level[row], stretches.start[row]
            left_over = margin[child].astype(np.float64)
            hidden = level >= left_over  # help still outweighs what is above the threshold, until it has faded
            wait = half_life * np.log2(level[hidden] / left_over[hidden])
            start[hidden] = np.where(stretches.fading[row[hidden]], start[hidden] + wait, np.inf)
            days = np.maximum(np.minimum(stretches.end[row], end) - np.maximum(start, begin), 0.0)
            out[year] += np.bincount(child, weights=days, minlength=out.shape[1])
    index, child = np.nonzero(out)
    days = out[index, child] * years.calendar_days_per_working_day[index]
    return tally.groups.counts(index, child, years.mid_year[index], days)


def add_need(tally: Tally, spells: Spells, replication: ReplicationLike) -> None:
    """Add child-days of unmet need and of undetected harm."""
    half_life = parameter(replication, HALF_LIFE) * WORKING_DAYS_PER_YEAR / 12.0
    other_help = [spells.cin_plans, spells.short_help, spells.care_leavers, spells.disability_services]
    helped = HelpHistory([spells.cp_plans, spells.looked_after], other_help, spells, half_life)
    for measure, threshold, protection_only in (
        ("unmet_need_child_days", "in_need", False),
        ("undetected_harm_child_days", "section_47", True),
    ):
        level = float(replication.national_thresholds[threshold])
        stretches = helped.without(tally, protection_only=protection_only)
        days = child_days_above(level, stretches, tally, replication.population, half_life)
        tally.add_count_and_rate(measure, days)
