"""Early help after a closure: how many get a place, what it does, and what its shortage does to open plans."""

from __future__ import annotations

from dataclasses import dataclass

from cinsim.policy.timing import NEVER, Ramp


@dataclass(frozen=True, slots=True)
class EarlyHelp:
    """Places as shares of those who want one, before and after a policy; benefit in log need.

    ``capacity`` is for families whose referral or assessment ends without a service, ``step_down`` for those whose plan
    ends because need is met. The default benefit is none: Webb (2021) finds no effect of spending since 2014/15.
    """

    capacity_before: float
    capacity_after: float
    step_down_before: float
    step_down_after: float
    benefit: float
    hold_without_place: float
    ramp: Ramp = NEVER

    def has_place(self, u: float, time: float) -> bool:
        """Return whether a family closed now without a service gets a place; ``u`` is the closure's uniform."""
        return u < self.ramp.blend(self.capacity_before, self.capacity_after, time)

    def steps_down(self, u: float, time: float) -> bool:
        """Return whether a family whose plan can end now gets a place to step down to; ``u`` is the closure's uniform."""
        return u < self.ramp.blend(self.step_down_before, self.step_down_after, time)

    def holds_plan_open(self, u: float, has_place: bool) -> bool:
        """Return whether a plan ready to close is kept open to its next review for want of a place to step down to."""
        return not has_place and u < self.hold_without_place
