"""How long spells last whose chance to end depends on how long they have lasted: service in a post, and vacancies.

A :class:`Course` has one mean for the early part of a spell and another for the rest, so that workers in their first
years leave more often, and a vacancy is not filled before an advertisement, interviews and the recruit's own notice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

WORKING_DAYS_PER_YEAR: Final = 253.0
DAYS_PER_WEEK: Final = 5.0


@dataclass(frozen=True, slots=True)
class Course:
    """A spell's hazard: 1/``early`` a working day until it has lasted ``early_days``, 1/``late`` from then on.

    A mean of 0 ends a spell at once, one of infinity never.
    """

    early_days: float
    early: float
    late: float

    def remaining(self, served: float, luck: float) -> float:
        """Return the working days left of a spell that has lasted ``served`` and meets ``luck``, a unit exponential."""
        left = self.early_days - served
        if left <= 0.0:
            return _days(luck, self.late)
        within = _days(luck, self.early)
        return within if within <= left else left + _days(luck - _hazard(left, self.early), self.late)

    def used(self, served: float, days: float) -> float:
        """Return the luck that ``days`` use up of a spell that has lasted ``served``."""
        early = min(max(self.early_days - served, 0.0), days)
        return _hazard(early, self.early) + _hazard(days - early, self.late)

    @property
    def mean(self) -> float:
        """Mean length of a spell from its beginning, working days."""
        if self.early_days <= 0.0:
            return self.late
        kept = math.exp(-_hazard(self.early_days, self.early))
        return self._before(self.early_days) + (kept * self.late if kept > 0.0 else 0.0)

    def _before(self, days: float) -> float:
        """Return the mean time of a spell within its first ``days``, all of them early."""
        return days if math.isinf(self.early) else self.early * -math.expm1(-_hazard(days, self.early))

    def age(self, share: float) -> float:
        """Return how long a spell found on some day has lasted, for a share of all such spells that have lasted less."""
        mean = self.mean
        if math.isinf(mean) or mean <= 0.0:
            return 0.0
        wanted, early = share * mean, self._before(self.early_days)
        if wanted <= early:
            return wanted if math.isinf(self.early) else -self.early * math.log1p(-wanted / self.early)
        kept = math.exp(-_hazard(self.early_days, self.early))
        return self.early_days - self.late * math.log1p(-min((wanted - early) / (kept * self.late), 1.0 - 1e-12))


def _days(luck: float, mean: float) -> float:
    return 0.0 if mean <= 0.0 else math.inf if math.isinf(mean) else luck * mean


def _hazard(days: float, mean: float) -> float:
    if days <= 0.0 or math.isinf(mean):
        return 0.0
    return math.inf if mean <= 0.0 else days / mean


def ends_at(begin: float, luck: float, before: Course, after: Course, change: float, served: float = 0.0) -> float:
    """Return when a spell ends that follows one course until ``change`` and another from then on.

    Parameters
    ----------
    begin, change : working days.
    luck : a unit exponential. served : working days the spell had already lasted at ``begin``.
    """
    if begin >= change:
        return begin + after.remaining(served, luck)
    end = begin + before.remaining(served, luck)
    if end <= change:
        return end
    lasted = change - begin
    return change + after.remaining(served + lasted, max(luck - before.used(served, lasted), 0.0))


def steady(mean: float) -> Course:
    """Return the course of a spell whose chance to end never changes."""
    return Course(0.0, mean, mean)


def service(mean: float, ratio: float, early_days: float) -> Course:
    """Return the course of service whose mean is given, where leaving is ``ratio`` times as likely in the early days."""
    if math.isinf(mean) or mean <= 0.0 or early_days <= 0.0 or ratio == 1.0:
        return steady(mean)
    return _service(mean, ratio, early_days)


@cache
def _service(mean: float, ratio: float, early_days: float) -> Course:
    low, high = sorted((mean, mean * ratio))  # of the late mean: the early one lies on the other side of the mean
    for _ in range(60):
        late = (low + high) / 2
        if Course(early_days, late / ratio, late).mean < mean:
            low = late
        else:
            high = late
    late = (low + high) / 2
    return Course(early_days, late / ratio, late)


def recruitment(mean: float, shortest: float) -> Course:
    """Return the course of a vacancy of a given mean that nobody fills within its first days (the whole mean at most)."""
    fixed = min(shortest, mean)
    return Course(fixed, math.inf, mean - fixed) if math.isfinite(mean) else steady(mean)


def mean_vacancy(turnover: float, vacancy: float) -> float:
    """Return the mean working days a vacancy lasts, for a yearly turnover and a vacancy rate in the steady state."""
    if vacancy <= 0.0:
        return 0.0
    if turnover <= 0.0:
        return math.inf
    return WORKING_DAYS_PER_YEAR / turnover * vacancy / (1.0 - vacancy) if vacancy < 1.0 else math.inf


def vacancy_after(turnover_before: float, turnover: float, vacancy: float) -> float:
    """Return the vacancy rate that another turnover leads to, where posts are filled as fast as before."""
    if turnover_before <= 0.0 or vacancy <= 0.0 or vacancy >= 1.0:
        return vacancy
    odds = vacancy / (1.0 - vacancy) * turnover / turnover_before
    return odds / (1.0 + odds)
