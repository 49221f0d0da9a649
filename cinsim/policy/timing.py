"""When a policy applies: from a date, wholly or phased in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from cinsim.engine.clock import Calendar
from cinsim.scenario.quantities import Duration


@dataclass(frozen=True, slots=True)
class Ramp:
    """The share in force of a policy at a time: 0 before ``start``, 1 from ``full`` on, linear between (working days)."""

    start: float
    full: float

    def at(self, time: float) -> float:
        """Return the share in force, 0 to 1."""
        if time < self.start:
            return 0.0
        if time >= self.full:
            return 1.0
        return (time - self.start) / (self.full - self.start)

    def blend(self, before: float, after: float, time: float) -> float:
        """Return the value between practice before and after the policy."""
        share = self.at(time)
        return before if share == 0.0 else before + share * (after - before)


NEVER = Ramp(math.inf, math.inf)


def ramp_of(calendar: Calendar, start: date, phase_in: Duration | None) -> Ramp:
    """Return the ramp of a policy that starts on a date and is phased in over a duration."""
    at = float(calendar.time_of(start))
    return Ramp(at, at + (phase_in.working_days if phase_in is not None else 0.0))
