"""Early help after a closure: how many get a place, what it does, and what its shortage does to open plans."""

from __future__ import annotations

from dataclasses import dataclass

from cinsim.policy.timing import NEVER, Ramp


@dataclass(frozen=True, slots=True)
class EarlyHelp:
    """Capacity as the share of closures that get a place; benefit in log need.

    The default benefit is none: Webb (2021) finds no effect of spending since 2014/15.
    """

    capacity_before: float
    capacity_after: float
    benefit: float
    hold_without_place: float
    ramp: Ramp = NEVER

    def has_place(self, u: float, time: float) -> bool:
        """Return whether a family whose case closes now gets a place; ``u`` is the closure's uniform."""
        return u < self.ramp.blend(self.capacity_before, self.capacity_after, time)

    def holds_plan_open(self, u: float, has_place: bool) -> bool:
        """Return whether a plan ready to close is kept open to its next review for want of a place."""
        return not has_place and u < self.hold_without_place
