"""Plan quality: whether every action has an owner, a measure and a time frame, and what difference that makes."""

from __future__ import annotations

from dataclasses import dataclass

from cinsim.policy.timing import NEVER, Ramp


@dataclass(frozen=True, slots=True)
class PlanQuality:
    """Share of plans of high quality (15% of actions: Children's Commissioner 2024) and their assumed effects."""

    share_before: float
    share_after: float
    help_gain: float
    error_reduction: float
    ramp: Ramp = NEVER

    def is_high(self, u: float, time: float) -> bool:
        """Return whether a plan that starts now is of high quality; ``u`` is the plan's uniform."""
        return u < self.ramp.blend(self.share_before, self.share_after, time)

    def help_ratio(self, high: bool) -> float:
        """Return the ratio of help per visit to that under today's mix of plans."""
        return (1.0 + self.help_gain * high) / (1.0 + self.help_gain * self.share_before)

    def review_error_ratio(self, high: bool) -> float:
        """Return the ratio of the error of judgement at reviews to that under today's mix of plans."""
        return (1.0 - self.error_reduction * high) / (1.0 - self.error_reduction * self.share_before)
