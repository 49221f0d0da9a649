"""An authority's parameters as corrections of England's, and what they do to its figures by England's straight line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cinsim.calibration.emulation import Array
from cinsim.calibration.point import PointFit
from cinsim.calibration.targets import Targets
from cinsim.errors import InputError
from cinsim.reference.areas import Area, average_authority
from cinsim.reference.parameters import THRESHOLDS
from cinsim.reference.register import load_register

# parameters that an authority's correction multiplies, and how far authorities are thought to differ before the fit (log)
TIMES: Final[Mapping[str, float]] = {
    "referral_level": 0.25,
    "known_effect": 0.4,
    "assessment_length_median_days": 0.35,
    "assessment_overrun_days": 0.3,
    "care_length_scale_days": 0.3,
}
# how far authorities' thresholds are thought to lie from their closed form (log referral rate); no closed form
# says how long plans last, in which authorities differ by a factor of three
PLUS: Final = 0.5
PLUS_OF: Final[Mapping[str, float]] = {"threshold_close_plan": 1.0, "threshold_end_protection": 0.75}
# How long assessments take depends on the workload, and so in England on everything; an authority's hours are scaled until its
# staff fit its work, so that there only the lengths themselves count
LENGTHS: Final = ("assessment_length_median_days", "assessment_overrun_days")
LENGTHS_ALONE: Final = ("assessment_p25", "assessment_p50", "assessment_p75", "assessments_in_time")
# a simulation of more children than this costs more than it tells
CHILDREN_ENOUGH: Final = 80_000
# nor is a small area told apart better by more simulations than these
MOST_RUNS: Final = 8


@dataclass(frozen=True, slots=True)
class AreaSettings:
    """Passes of simulation and correction, replications of each, and replications that verify the result.

    ``children`` : as many of each area are simulated in a replication: of a larger one a part, a small one several times.
    """

    passes: int = 3
    replications: int = 1
    verify: int = 1
    children: int = CHILDREN_ENOUGH

    def __post_init__(self) -> None:
        if min(self.passes, self.replications, self.verify) < 1:
            raise InputError("needs at least one pass, one replication in each and one to verify", key="--passes")
        if self.children < 1000:
            raise InputError(f"must be 1000 or more, not {self.children}", key="--children")

    def runs(self, area: Area) -> int:
        """Return how often an area is simulated in one replication."""
        return min(max(round(self.children / area.population_0_17), 1), MOST_RUNS)

    def simulations(self, areas: Sequence[Area]) -> int:
        """Return how many simulations a fit of areas takes."""
        return (self.passes * self.replications + self.verify) * sum(self.runs(area) for area in areas)

    def simulated(self, area: Area) -> float:
        """Return the children of an area simulated in one replication."""
        return area.population_0_17 * fraction_of(area, self.children) * self.runs(area)


class AreaModel:
    """England's fit as it is used for an authority: which parameters move, and what that does to its targets.

    ``years`` : reported years of one simulation of an authority.
    """

    def __init__(self, fit: PointFit, years: int):
        self.fit = fit
        # children and years behind one simulation of England's fit, against those years: luck goes with their number
        children = average_authority().population_0_17 * fit.run.get("population_fraction", 1.0)
        self._weight = children * fit.run.get("years", years) / years
        self.names = tuple(name for name in (*TIMES, *(f"threshold_{name}" for name in THRESHOLDS)) if name in fit.space.names)
        places = [fit.space.names.index(name) for name in self.names]
        self._jacobian = fit.found.jacobian[:, places] / np.array([fit.space.priors[place].spread for place in places])
        alone = [row for row, name in enumerate(fit.targets.names) if name in LENGTHS_ALONE]
        others = [column for column, name in enumerate(self.names) if name not in LENGTHS]
        self._jacobian[np.ix_(alone, others)] = 0.0
        self.start_spread = np.array([TIMES.get(name, PLUS_OF.get(name, PLUS)) for name in self.names])

    def rows(self, targets: Targets) -> list[int]:
        """Return the places of an area's targets among England's."""
        return [self.fit.targets.names.index(name) for name in targets.names]

    def jacobian(self, targets: Targets) -> Array:
        """Return the linked change of an area's targets per unit of correction."""
        return np.asarray(self._jacobian[self.rows(targets)])

    def noise(self, targets: Targets, children: float) -> Array:
        """Return the linked variance of one simulation of so many children."""
        return np.asarray(self.fit.found.noise[self.rows(targets)] ** 2 * self._weight / children)

    def parameters(self, correction: Array) -> dict[str, float]:
        """Return every parameter that differs from the register under a correction."""
        values, register = self.fit.values, load_register()
        out = dict(values)
        for name, by in zip(self.names, correction, strict=True):
            moved = values[name] * float(np.exp(by)) if name in TIMES else values[name] + float(by)
            out[name] = min(max(moved, register[name].low), register[name].high)
        return out


def fraction_of(area: Area, children: int = CHILDREN_ENOUGH) -> float:
    """Return the part of an area's children that is simulated in a fit, so that they are not more than a number."""
    return min(1.0, children / area.population_0_17)
