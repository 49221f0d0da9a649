"""How often children are visited and plans are reviewed, and how long an assessment may take."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from cinsim.engine.clock import Calendar
from cinsim.policy.timing import NEVER, Ramp
from cinsim.scenario.quantities import Duration

CHECKPOINT_WINDOW = 10.0
"""Working days past a checkpoint within which an assessment can still be finished at it (assumption)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval between visits before and after a policy; ``by_category`` overrides it for need categories."""

    before: float
    after: float
    ramp: Ramp = NEVER
    by_category: Mapping[int, float] = field(default_factory=dict)

    def at(self, time: float, need_category: int) -> float:
        """Return the working days until the next visit is due."""
        if time < self.ramp.start:
            return self.before
        return self.ramp.blend(self.before, self.by_category.get(need_category, self.after), time)


@dataclass(frozen=True, slots=True)
class VisitPolicy:
    """Intervals between visits on CIN plans, on disabled children's CIN plans, on CPPs and to looked-after children."""

    cin: Interval
    disabled: Interval
    cpp: Interval
    looked_after: Interval


@dataclass(frozen=True, slots=True)
class ReviewInterval:
    """Time between two reviews, in working days; in calendar months where it was written as whole ones."""

    working_days: float
    months: int | None

    @classmethod
    def of(cls, duration: Duration) -> ReviewInterval:
        """Return a duration as the time between reviews."""
        return cls(duration.working_days, duration.months)


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """Time between reviews, before and after a policy: (CIN plan, first CPP review, later CPP reviews).

    Whole months are calendar months; other lengths are counted in working days, as those between visits are.
    """

    before: tuple[ReviewInterval, ReviewInterval, ReviewInterval]
    after: tuple[ReviewInterval, ReviewInterval, ReviewInterval]
    ramp: Ramp = NEVER

    def _at(self, time: float, which: int) -> ReviewInterval:
        before, after, share = self.before[which], self.after[which], self.ramp.at(time)
        if share in (0.0, 1.0) or before == after:
            return after if share == 1.0 else before
        days = self.ramp.blend(before.working_days, after.working_days, time)
        if before.months is not None and after.months is not None:
            return ReviewInterval(days, round(self.ramp.blend(before.months, after.months, time)))
        return ReviewInterval(days, None)

    def cin_interval(self, time: float) -> ReviewInterval:
        """Return the time between reviews of a CIN plan."""
        return self._at(time, 0)

    def cpp_interval(self, time: float, *, first: bool) -> ReviewInterval:
        """Return the time within which the next child protection review must be held (Working Together: 3 months, then 6)."""
        return self._at(time, 1 if first else 2)

    def cin_due(self, calendar: Calendar, time: float) -> int:
        """Return the last working day for the next review of a CIN plan."""
        return _after(calendar, time, self.cin_interval(time))

    def cpp_due(self, calendar: Calendar, time: float, *, first: bool) -> int:
        """Return the last working day for the next child protection review."""
        return _after(calendar, time, self.cpp_interval(time, first=first))


def _after(calendar: Calendar, time: float, length: ReviewInterval) -> int:
    if length.months is not None:
        return calendar.after_months(time, length.months)
    return max(math.floor(time + length.working_days), math.floor(time) + 1)


@dataclass(frozen=True, slots=True)
class AssessmentPolicy:
    """The limit on assessments in working days from the referral (Working Together 2023: 45), and an earlier checkpoint.

    At a checkpoint a supervisor asks whether the assessment can be finished: one that would need up to ``window``
    working days more is finished then. Baseline practice has none.
    """

    before: float
    after: float
    checkpoint: float | None = None
    window: float = CHECKPOINT_WINDOW
    ramp: Ramp = NEVER

    def limit(self, time: float) -> float:
        """Return the limit in working days."""
        return self.ramp.blend(self.before, self.after, time)

    def planned(self, needed: float, time: float) -> float:
        """Return the working days an assessment is planned to take that needs ``needed``: never more than the limit."""
        limit = self.limit(time)
        if (
            self.checkpoint is not None
            and self.ramp.at(time) >= 1.0
            and self.checkpoint < needed <= self.checkpoint + self.window
        ):
            return min(self.checkpoint, limit)
        return min(needed, limit)
