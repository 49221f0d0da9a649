"""Simulators that cost nothing, with the interface of the model: linear or bent, with luck of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cinsim.calibration.links import unlinked
from cinsim.calibration.priors import Prior, Space
from cinsim.calibration.simulator import Request
from cinsim.calibration.targets import Target, Targets

# registered parameters, as a space checks their ranges; their meaning plays no part here
NAMES = ("known_effect", "help_per_visit", "threshold_plan", "threshold_in_need", "assessment_overrun_share")
SCALES = ("log", "log", "linear", "linear", "logit")
RANGES = ((5.0, 30.0), (0.01, 0.1), (1.0, 3.0), (0.0, 2.0), (0.1, 0.7))
MEASURES = (
    "referral_rate", "re_referral_percent", "assessment_days_p50", "cpp_31_march_rate", "s47_rate", "not_in_need_percent",
    "icpc_rate",
)  # fmt: skip


def toy_space(parameters: int = 3) -> Space:
    """Return the space of the first few parameters."""
    rows = zip(NAMES[:parameters], SCALES, RANGES, strict=False)
    return Space(Prior(name, scale, low, high) for name, scale, (low, high) in rows)


def toy_targets(linked_values: Sequence[float], error: float = 0.02, checks: int = 0) -> Targets:
    """Return targets with given values on their scales; the last few are only checked."""
    out = []
    for place, linked_value in enumerate(linked_values):
        blank = Target(MEASURES[place], MEASURES[place], "all", 2024, 1.0, 1.0, 0.0, "fit", True, "", "invented", "invented")
        value = float(unlinked(linked_value, blank.link))
        half = (float(unlinked(linked_value + error, blank.link)) - value) / 2**0.5
        flag = "check" if place >= len(linked_values) - checks else "fit"
        out.append(replace(blank, value=value, standard_error=half, discrepancy=half, flag=flag))
    return Targets(out)


@dataclass
class ToySimulator:
    """Linked measures are ``at_zero + slopes z + bend z^2 + noise e``, where e belongs to replication and measure alone.

    ``noise_of_point`` adds luck that also depends on the point, as the model has.
    """

    targets: Targets
    space: Space
    at_zero: NDArray[np.float64]
    slopes: NDArray[np.float64]
    bend: float = 0.0
    noise: float = 0.0
    noise_of_point: float = 0.0
    asked: list[Request] = field(default_factory=list)

    def linked(self, units: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what it gives at a point without luck."""
        return self.at_zero + self.slopes @ units + self.bend * (self.slopes @ units) ** 2

    def run(self, requests: Sequence[Request]) -> NDArray[np.float64]:
        """See :class:`cinsim.calibration.simulator.Simulator`."""
        self.asked.extend(requests)
        out = np.empty((len(requests), len(self.targets)))
        for row, request in enumerate(requests):
            units = self.space.units(request.parameters)
            shared = np.random.Generator(np.random.Philox([request.replication, 7]))
            own = np.random.Generator(np.random.Philox([request.replication, int(1e6 * abs(float(units.sum())))]))
            linked = self.linked(units) + self.noise * shared.standard_normal(len(self.targets))
            linked = linked + self.noise_of_point * own.standard_normal(len(self.targets))
            out[row] = [float(unlinked(x, target.link)) for x, target in zip(linked, self.targets, strict=True)]
        return out


def toy_slopes(measures: int, parameters: int, seed: int = 1) -> NDArray[np.float64]:
    """Return slopes of a few tenths for each prior unit."""
    return 0.3 * np.random.Generator(np.random.Philox(seed)).standard_normal((measures, parameters))


AT_ZERO = np.array([6.2, -1.2, 33.0, 3.7, 5.2, -0.8, 4.1])


def toy(
    parameters: int = 3, measures: int = 5, truth: Sequence[float] = (0.5, -0.7, 0.3, 0.2, -0.4), *, bend: float = 0.0,
    noise: float = 0.0, noise_of_point: float = 0.0, error: float = 0.02, checks: int = 0,
) -> ToySimulator:  # fmt: skip
    """Return a simulator whose targets are what it gives at the truth."""
    space = toy_space(parameters)
    slopes = toy_slopes(measures, parameters)
    blank = ToySimulator(Targets(()), space, AT_ZERO[:measures], slopes, bend)
    targets = toy_targets(blank.linked(np.array(truth[:parameters])).tolist(), error, checks)
    return ToySimulator(targets, space, AT_ZERO[:measures], slopes, bend, noise, noise_of_point)
