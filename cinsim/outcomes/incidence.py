"""How many children are ever seen: childhood cumulative incidence, and return after closure, both from life tables."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.outcomes.dates import Dates, Times, Years, add_months, ages_at
from cinsim.outcomes.groups import ratio
from cinsim.outcomes.replication import PopulationLike, history
from cinsim.outcomes.rows import Ints, stamp
from cinsim.outcomes.spells import Spells
from cinsim.outcomes.tally import Tally, Values

EVER: Final = ("referred", "assessed", "in_need", "cpp")
ADULT: Final = 18
MONTHS_AFTER_CLOSURE: Final = 12


def first_times(spells: Spells) -> dict[str, Times]:
    """Return when each child was first referred, assessed, in need and on a child protection plan; inf for never.

    The definitions are those of Jay et al. (2025): assessed is a referral that was not NFA, in need one that besides was
    not closed as not in need; a child of whom this is known from before the run has -inf.
    """
    e, plans, population = spells.episodes, spells.cp_plans, spells.replication.population
    child, referred = e["child"].to_numpy(), e["referred"].to_numpy()
    assessed = ~e["nfa"].to_numpy()
    in_need = assessed & ~e["not_in_need"].to_numpy()
    rows = {
        "referred": (child, referred),
        "assessed": (child[assessed], referred[assessed]),
        "in_need": (child[in_need], referred[in_need]),
        "cpp": (plans["child"].to_numpy(), plans["start"].to_numpy()),
    }
    referred_before, assessed_before = (history(population, f"ever_{name}_before") for name in ("referred", "assessed"))
    before = {
        "referred": referred_before,
        # nearly every child ever referred was assessed once
        "assessed": referred_before if assessed_before is None else assessed_before,
        "in_need": history(population, "ever_cin_before"),
        "cpp": history(population, "ever_cpp_before"),
    }
    out = {}
    for name, (who, when) in rows.items():
        first = np.full(len(population.birth), np.inf)
        order = np.argsort(-when, kind="stable")
        first[who[order]] = when[order]  # the earliest stands last
        flag = before[name]
        if flag is not None:
            first[np.asarray(flag, dtype=bool)] = -np.inf
        out[name] = first
    return out


class AtRisk:
    """Years lived in the area by single year of age before something first happens to a child.

    Children are looked at in the middle of every month of the reporting years, so that a person-year is 12 looks.
    """

    def __init__(self, population: PopulationLike, years: Years):
        first_month = np.datetime64(f"{years.years[0] - 1}-04", "M")
        self._months = 12 * len(years)
        middles: Dates = (first_month + np.arange(self._months)).astype("datetime64[D]") + 15  # the 16th of every month

        self._looks = years.time_of(middles)
        # age in the middle of a month is taken from months only, as if everyone were born in the middle of one
        born = (population.birth.astype("datetime64[M]") - first_month).astype(np.int64)
        self._born = np.maximum(born, -12 * (ADULT + 1)) + 12 * (ADULT + 1)
        self._rows = self._months + 12 * (ADULT + 1) + 1
        self._born = np.minimum(self._born, self._rows - 1)
        self._enter = np.searchsorted(self._looks, np.maximum(population.entered, years.time_of(population.birth)), side="left")
        self._leave = np.searchsorted(self._looks, population.leaves, side="left")
        self._years = len(years)

    def person_years(self, first: Times) -> Values:
        """Return person-years as [years, ages 0 to 17] of children to whom it has not happened before that time."""
        width = self._months + 1
        leave = np.minimum(self._leave, np.searchsorted(self._looks, first, side="left"))
        enter = np.minimum(self._enter, leave)
        size = self._rows * width
        change = np.bincount(self._born * width + enter, minlength=size) - np.bincount(self._born * width + leave, minlength=size)
        at_risk = change.reshape(self._rows, width).cumsum(axis=1)[:, : self._months]
        born, month = np.divmod(np.arange(at_risk.size), self._months)
        age = (month - (born - 12 * (ADULT + 1))) // 12
        kept = (age >= 0) & (age < ADULT)
        cell = (month // 12 * ADULT + age)[kept]
        looks = np.bincount(cell, weights=at_risk.ravel()[kept], minlength=self._years * ADULT)
        return looks.reshape(self._years, ADULT) / 12.0


def add_cumulative_incidence(tally: Tally, spells: Spells) -> None:
    """Add the percentage of children ever referred, assessed, in need and on a CPP by their 5th and 18th birthdays.

    A synthetic cohort: at every single year of age, first occurrences over the person-years of children to whom it had not
    happened, over all reporting years up to and including the one named. Referrals before birth count at age 0.
    """
    population, years = spells.replication.population, tally.years
    at_risk = AtRisk(population, years)
    for name, first in first_times(spells).items():
        year = years.index_of(first)
        child = np.flatnonzero(year >= 0)
        age = np.clip(ages_at(population.birth[child], spells.dates(first[child])), 0, ADULT - 1)
        cells = np.bincount(year[child] * ADULT + age, minlength=len(years) * ADULT)
        events = cells.reshape(len(years), ADULT).cumsum(axis=0)
        lived = at_risk.person_years(first).cumsum(axis=0)
        hazard = np.nan_to_num(ratio(events, lived))
        for until in (5, ADULT):
            ever = -100.0 * np.expm1(-hazard[:, :until].sum(axis=1))
            tally.add(f"ever_{name}_by_{until}_percent", np.where(lived.sum(axis=1) > 0, ever, np.nan))


def add_return_after_closure(tally: Tally, spells: Spells) -> None:
    """Add the chance that a child whose episode has ended is referred again within 12 months of closure.

    A life table of the year (Kaplan-Meier with late entry): at every number of working days since closure, those referred
    among those at risk on some day of the year. It needs no waiting for the cohort closed in the year, loses nobody, and
    equals the plain percentage where everyone is followed for 12 months. Children who leave the area are followed until then.
    """
    e = spells.episodes
    order = np.argsort(stamp(e["child"].to_numpy(), e["referred"].to_numpy()), kind="stable")
    child, referred, closed = (e[c].to_numpy()[order] for c in ("child", "referred", "closed"))
    referred_date, closed_date = (e[c].to_numpy()[order] for c in ("referred_date", "closed_date"))
    ended = np.isfinite(closed) & ~(e["nfa"] | e["not_in_need"]).to_numpy()[order]
    again = np.append(child[1:] == child[:-1], False)[: len(child)]
    next_time = np.where(again, np.append(referred[1:], np.inf)[: len(child)], np.inf)
    next_date = np.append(referred_date[1:], np.datetime64("NaT"))[: len(child)]

    child, closed, closed_date, next_time, next_date = (x[ended] for x in (child, closed, closed_date, next_time, next_date))
    limit = add_months(closed_date, MONTHS_AFTER_CLOSURE)
    limit_time = tally.years.time_of(limit) if len(limit) else np.array([])
    came_back = np.isfinite(next_time) & (next_date <= limit)
    closed_day = np.floor(closed)
    until = np.minimum(np.floor(np.minimum(next_time, spells.replication.population.leaves[child])), limit_time)
    out = np.array(
        [
            100.0 * (1.0 - survival(start - closed_day, np.minimum(until, end - 1.0) - closed_day, came_back & (until < end)))
            for start, end in zip(tally.years.starts, tally.years.ends, strict=True)
        ]
    )
    tally.add("re_referred_within_12_months_of_closure_percent", out)


def survival(entry: Times, leaving: Times, event: NDArray[np.bool_]) -> float:
    """Return the Kaplan-Meier estimate of escaping the event, with late entry; NaN if nobody is ever at risk.

    ``entry`` and ``leaving`` are the first and the last whole day at risk since the start (days before 0 count as 0), and
    ``event`` says whether it happened on that last day.
    """
    first = np.maximum(entry, 0.0)
    kept = leaving >= first
    if not kept.any():
        return float("nan")
    come: Ints = first[kept].astype(np.int64)
    go: Ints = leaving[kept].astype(np.int64)
    n_days = int(go.max()) + 2
    at_risk = np.cumsum(np.bincount(come, minlength=n_days) - np.bincount(go + 1, minlength=n_days))
    events = np.bincount(go[event[kept]], minlength=n_days)
    return float(np.prod(1.0 - np.divide(events, at_risk, out=np.zeros(n_days), where=at_risk > 0)))
