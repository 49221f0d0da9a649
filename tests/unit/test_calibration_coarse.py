"""A search that would begin far away begins near where the few figures that matter most are met."""

from __future__ import annotations

import numpy as np
import pytest

from cinsim.calibration.coarse import CARRIERS, FRONT_DOOR, CoarseSettings, coarse_start
from cinsim.calibration.moments import SearchSettings, search
from cinsim.calibration.priors import load_space
from cinsim.calibration.targets import load_targets
from cinsim.reference.register import load_register
from tests.calibration_toys import ToySimulator, toy

pytestmark = pytest.mark.unit

CARRYING = ("known_effect", "help_per_visit")
HELD = ("referral_rate", "re_referral_percent", "assessment_days_p50", "cpp_31_march_rate")


def far_away() -> tuple[ToySimulator, dict[str, float]]:
    """Return a bent simulator and a start from which its front door is hundreds of misfits away."""
    simulator = toy(4, 6, truth=(1.4, -1.2, 0.8, 0.9), bend=0.2, noise=0.01, noise_of_point=0.01, error=0.02)
    return simulator, simulator.space.values(np.array([-1.6, 1.5, -0.6, -0.5]))


def misfit(simulator: ToySimulator, values: dict[str, float], places: list[int]) -> float:
    apart = simulator.targets.linked_values() - simulator.linked(simulator.space.units(values))
    return float(((apart / simulator.targets.linked_errors())[places] ** 2).sum())


def test_the_few_figures_are_met_by_the_few_parameters_that_carry_them() -> None:
    simulator, start = far_away()
    said: list[str] = []
    found = coarse_start(simulator, simulator.space, start, CoarseSettings(), CARRYING, HELD, say=said.append)
    before, after = (misfit(simulator, values, [0, 1, 2, 3]) for values in (start, found))
    assert before > 500
    assert after < 0.1 * before
    assert len(simulator.asked) == CoarseSettings().simulations
    assert len(said) == 1 + CoarseSettings().rounds


def test_what_moves_together_moves_by_one_amount_in_its_own_unit() -> None:
    simulator, start = far_away()
    coarse_start(simulator, simulator.space, start, CoarseSettings(rounds=1, points=8), CARRYING, HELD)
    # thresholds have different priors, but the same need is asked more of all
    common = [
        (request.parameters["threshold_plan"] - start["threshold_plan"],
         request.parameters["threshold_in_need"] - start["threshold_in_need"])
        for request in simulator.asked
    ]  # fmt: skip
    inside = [(a, b) for a, b in common if abs(a) < 0.4]
    assert len(inside) >= 4
    assert all(a == pytest.approx(b) for a, b in inside)


def test_a_parameter_that_carries_nothing_stays_where_it_was() -> None:
    simulator, start = far_away()
    found = coarse_start(simulator, simulator.space, start, CoarseSettings(rounds=1), ("known_effect",), HELD, together="none")
    assert {name for name in start if found[name] != pytest.approx(start[name])} <= {"known_effect"}


def test_the_full_search_needs_fewer_steps_from_there() -> None:
    simulator, start = far_away()
    settings = SearchSettings(iterations=2, reports=4)
    plain = search(simulator, simulator.space, start, settings)
    near = coarse_start(simulator, simulator.space, start, CoarseSettings(), CARRYING, HELD)
    found = search(simulator, simulator.space, near, settings)
    assert found.path[0] < 0.3 * plain.path[0]
    assert found.objective < 0.1 * plain.objective


def test_rivals_are_started_by_parameters_and_figures_that_there_are() -> None:
    targets = {target.name: target for target in load_targets()}
    assert all(targets[name].flag == "fit" for name in FRONT_DOOR)
    for structure, own in (("lasting_differences", "need_sd_lasting_alone"), ("known_to_services", "known_effect_alone")):
        names = load_space(structure=structure).names
        assert own in names
        assert own in CARRIERS
        assert "referral_level" in names


def test_what_an_explanation_may_carry_alone_is_within_reach_of_what_it_stands_in_for() -> None:
    register = load_register()
    for alone in ("need_sd_lasting_alone", "known_effect_alone"):
        own, shared = register[alone], register[alone.removesuffix("_alone")]
        assert shared.low <= own.low
        assert own.high <= shared.high
