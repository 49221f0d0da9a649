"""Family help: assessment and CIN teams merged, so that a child keeps its worker from assessment to plan."""

from __future__ import annotations

from dataclasses import dataclass

from cinsim.policy.timing import NEVER, Ramp


@dataclass(frozen=True, slots=True)
class FamilyHelp:
    """Whether a child keeps its worker; while phased in, a share of children do."""

    merged: bool = False
    ramp: Ramp = NEVER

    def keeps_worker(self, u: float, time: float) -> bool:
        """Return whether a child whose assessment ends now keeps its worker; ``u`` is the child's uniform."""
        return self.merged and u < self.ramp.at(time)
