"""Shocks to demand: more or fewer referrals, overall, by source and by need category.

Fewer referrals are made by thinning the referrals that would have come; more by additional ones. Either way every
other referral stays exactly as it was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from cinsim.policy.timing import NEVER, Ramp
from cinsim.reference.areas import Area, find_area
from cinsim.reference.figures import profile
from cinsim.reference.parameters import NEED_CATEGORIES, Parameters
from cinsim.scenario.model import Scenario
from cinsim.scenario.quantities import Change


@dataclass(frozen=True, slots=True)
class Demand:
    """Relative changes: -0.05 is five per cent fewer. ``by_source`` and ``by_need`` multiply with ``overall``.

    While phased in, the product of the changes is in force in part, so that referrals never pass their full change.
    """

    overall: float = 0.0
    by_source: Mapping[int, float] = field(default_factory=dict)
    by_need: Mapping[int, float] = field(default_factory=dict)
    ramp: Ramp = NEVER

    def factor(self, time: float, source: int, need_category: int) -> float:
        """Return the factor on referrals from a source of children of a need category at a time."""
        if time < self.ramp.start:
            return 1.0
        full = (1.0 + self.overall) * (1.0 + self.by_source.get(source, 0.0)) * (1.0 + self.by_need.get(need_category, 0.0))
        return self.ramp.blend(1.0, full, time)

    def largest_increase(self, need_category: int) -> float:
        """Return by how much referrals of a need category rise at most, over sources and time (0 if they never rise)."""
        by_source = max(max(self.by_source.values(), default=0.0), 0.0)
        return max(0.0, (1 + self.overall) * (1 + self.by_need.get(need_category, 0.0)) * (1 + by_source) - 1.0)


def demand_of(scenario: Scenario, area: Area, p: Parameters) -> float:
    """Return by how much the referrals of an area are to rise under a scenario, once phased in: 0.1 for a tenth.

    Sources and categories of need weigh by their published shares.
    """
    asked = scenario.demand
    if asked.areas is not None and area not in {find_area(name) for name in asked.areas}:
        return 0.0
    sources = profile("referral_source")
    by_source = math.fsum(share * _factor(asked.by_source.get(name)) for name, share in sources.items()) / math.fsum(
        sources.values()
    )
    by_need = math.fsum(
        share * _factor(asked.by_need.get(name)) for name, share in zip(NEED_CATEGORIES, p.need_category_shares, strict=True)
    )
    return _factor(asked.referrals) * by_source * by_need - 1.0


def _factor(change: Change | None) -> float:
    return 1.0 if change is None else change.apply(1.0)
