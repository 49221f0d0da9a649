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

from cinsim.outcomes.dates import WORKING_DAYS_PER_YEAR, Times
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


def _lives(population: PopulationLike, tally: Tally) -> tuple[Times, Times]:
    """Return from when until when each child lives in the area, from birth on."""
    born = tally.years.time_of(population.birth)
    return np.maximum(population.entered, born), population.leaves


_LONG_BEFORE: Final = -(2.0**17)
_LONG_AFTER: Final = 2.0**17 - 1


def uncovered(
    covering: Sequence[pd.DataFrame], helping: Sequence[pd.DataFrame], spells: Spells, tally: Tally, half_life: float
) -> Stretches:
    """Return the stretches of the reported years in which no ``covering`` spell is open, and h at their start.

    ``half_life`` is in working days. ``helping`` are the spells during which the benefit is held; they include the
    covering ones.
    """
    born, gone = _lives(spells.replication.population, tally)
    levels = spells.record.rows(Event.HELP_LEVEL, Event.CLOSED)
    seen = ~np.isnan(levels.value)
    known = np.zeros(len(born), dtype=bool)
    known[levels.child[seen]] = True
    for table in helping:
        known[table["child"].to_numpy()] = True
    first = np.flatnonzero(known)  # a row for each known child before everything else, with no benefit and no help

    parts = [(first, np.full(len(first), _LONG_BEFORE), np.zeros(len(first)), 0.0, 0.0)]
    parts.append((levels.child[seen], levels.time[seen], levels.value[seen], 0.0, 0.0))
    for table in helping:
        covers = float(any(table is other for other in covering))
        for column, step in (("start", 1.0), ("end", -1.0)):
            at = np.minimum(table[column].to_numpy(), _LONG_AFTER)
            parts.append((table["child"].to_numpy(), at, np.full(len(at), np.nan), step * covers, step))
    child = np.concatenate([p[0] for p in parts])
    time = np.concatenate([p[1] for p in parts])
    order = np.argsort(stamp(child, time), kind="stable")
    child, time = child[order], time[order]
    value = np.concatenate([p[2] for p in parts])[order]
    sizes = [len(p[0]) for p in parts]
    covered = np.cumsum(np.repeat([p[3] for p in parts], sizes)[order]) > 0.5  # a child's steps sum to 0
    helped = np.cumsum(np.repeat([p[4] for p in parts], sizes)[order]) > 0.5

    goes_on = np.append(child[1:] == child[:-1], False)[: len(child)]
    following = np.where(goes_on, np.append(time[1:], np.inf)[: len(time)], np.inf)
    # h fades by a clock that stands still while help is given
    clock = np.cumsum(np.where(goes_on & ~helped, following - time, 0.0))
    clock = np.append(0.0, clock)[: len(clock)]
    source = np.maximum.accumulate(np.where(np.isnan(value), 0, np.arange(len(value))))
    level = value[source] * np.exp2((clock[source] - clock) / half_life)

    start, end = np.maximum(time, born[child]), np.minimum(following, gone[child])
    kept = ~covered & (end > np.maximum(start, tally.years.starts[0])) & (start < tally.years.ends[-1])
    never = np.flatnonzero(~known)
    return Stretches(
        np.concatenate([child[kept], never]),
        np.concatenate([start[kept], born[never]]),
        np.concatenate([end[kept], gone[never]]),
        np.concatenate([level[kept], np.zeros(len(never))]),
        np.concatenate([~helped[kept], np.ones(len(never), dtype=bool)]),
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
    for quarter in range(len(quarters) - 1):
        for year in np.flatnonzero((years.starts < quarters[quarter + 1]) & (years.ends > quarters[quarter])):
            begin, end = max(quarters[quarter], years.starts[year]), min(quarters[quarter + 1], years.ends[year])
            margin = population.need[:, quarter].astype(np.float64) - threshold
            row = np.flatnonzero((margin > 0.0)[stretches.child])
            row = row[(stretches.start[row] < end) & (stretches.end[row] > begin)]
            child, level = stretches.child[row], stretches.level[row]
            start = stretches.start[row]
            hidden = level >= margin[child]  # help still outweighs what is above the threshold, until it has faded
            wait = half_life * np.log2(level[hidden] / margin[child[hidden]])
            start[hidden] = np.where(stretches.fading[row[hidden]], start[hidden] + wait, np.inf)
            days = np.maximum(np.minimum(stretches.end[row], end) - np.maximum(start, begin), 0.0)
            out[year] += np.bincount(child, weights=days, minlength=out.shape[1])
    index, child = np.nonzero(out)
    days = out[index, child] * years.calendar_days_per_working_day[index]
    return tally.groups.counts(index, child, years.mid_year[index], days)


def add_need(tally: Tally, spells: Spells, replication: ReplicationLike) -> None:
    """Add child-days of unmet need and of undetected harm."""
    half_life = parameter(replication, HALF_LIFE) * WORKING_DAYS_PER_YEAR / 12.0
    protection = [spells.cp_plans, spells.looked_after]
    help_given = [*protection, spells.cin_plans, spells.short_help, spells.care_leavers, spells.disability_services]
    for measure, threshold, covering in (
        ("unmet_need_child_days", "in_need", help_given),
        ("undetected_harm_child_days", "section_47", protection),
    ):
        stretches = uncovered(covering, help_given, spells, tally, half_life)
        level = float(replication.national_thresholds[threshold])
        days = child_days_above(level, stretches, tally, replication.population, half_life)
        tally.add_count_and_rate(measure, days)
