"""How often children are visited, in working days between visits, and how often plans are reviewed, in months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cinsim.policy.timing import NEVER, Ramp


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
class ReviewPolicy:
    """Months between reviews, before and after a policy: (CIN plan, first CPP review, later CPP reviews)."""

    before: tuple[int, int, int]
    after: tuple[int, int, int]
    ramp: Ramp = NEVER

    def _at(self, time: float, which: int) -> int:
        return round(self.ramp.blend(self.before[which], self.after[which], time))

    def cin_months(self, time: float) -> int:
        """Return the months until the next review of a CIN plan."""
        return self._at(time, 0)

    def cpp_months(self, time: float, *, first: bool) -> int:
        """Return the months within which the next child protection review must be held (Working Together: 3, then 6)."""
        return self._at(time, 1 if first else 2)


@dataclass(frozen=True, slots=True)
class AssessmentPolicy:
    """The limit on assessments in working days from the referral (Working Together 2023: 45), and an earlier checkpoint.

    At a checkpoint a supervisor asks whether the assessment can be finished: one that would need up to ``window``
    working days more is finished then. Baseline practice has none.
    """

    before: float
    after: float
    checkpoint: float | None = None
    window: float = 10.0
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
