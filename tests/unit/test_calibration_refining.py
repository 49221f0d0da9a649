"""The middle of the posterior takes the place of stage one's point only where simulations find it better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cinsim.calibration.moments import Found, Reporter
from cinsim.calibration.point import PointFit
from cinsim.calibration.posterior import Sample
from cinsim.calibration.refining import emulated_slopes, objective, refined
from cinsim.calibration.regions import Observed
from cinsim.calibration.waves import line_of
from tests.calibration_toys import ToySimulator, toy

pytestmark = pytest.mark.unit


def fit_at(simulator: ToySimulator, units: np.ndarray) -> PointFit:
    m, k = simulator.slopes.shape
    found = Found(units, simulator.linked(units), np.full(m, 0.01), 4, 0.5 * simulator.slopes, np.eye(k), 0.0, (9.0,))
    return PointFit("both", 2024, {}, simulator.space, simulator.targets, found, {})


def observed(fit: PointFit) -> Observed:
    return Observed(fit.targets.linked_values(), np.arange(len(fit.targets)), fit.targets.linked_errors() ** 2, 0.0)


def test_a_better_middle_is_taken_with_the_slopes_that_the_emulators_learned() -> None:
    simulator = toy(noise=0.005)
    truth, start = np.array([0.5, -0.7, 0.3]), np.zeros(3)
    fit = fit_at(simulator, start)
    line = line_of(replace(fit, found=replace(fit.found, jacobian=simulator.slopes)))
    sample = Sample(np.array([truth, truth]), np.array([0.5, 0.5]), 2.0)
    better = refined(simulator, fit, observed(fit), line, sample, 6)
    assert better.found.units == pytest.approx(truth)
    assert better.found.jacobian == pytest.approx(simulator.slopes)
    assert better.found.replications == 6
    assert better.found.objective < objective(fit, start, simulator.linked(start), 6)
    assert len(better.found.path) == 2


def test_a_worse_middle_leaves_the_point_as_it_is() -> None:
    simulator = toy(noise=0.005)
    fit = fit_at(simulator, np.array([0.5, -0.7, 0.3]))
    sample = Sample(np.array([[-1.0, 1.0, 1.0]]), np.array([1.0]), 1.0)
    assert refined(simulator, fit, observed(fit), line_of(fit), sample, 4) is fit


def test_the_reported_fit_is_of_whole_authorities() -> None:
    simulator = toy(noise=0.005)
    whole = replace(simulator, at_zero=simulator.at_zero + 0.01, asked=[])
    fit = fit_at(simulator, np.zeros(3))
    sample = Sample(np.array([[0.5, -0.7, 0.3]]), np.array([1.0]), 1.0)
    better = refined(simulator, fit, observed(fit), line_of(fit), sample, 4, whole=Reporter(whole, 3, 4.0))
    assert len(whole.asked) == 3
    assert better.found.replications == 12
    assert better.found.simulated == pytest.approx(simulator.targets.linked_values() + 0.01, abs=0.02)


def test_slopes_of_an_emulator_are_its_change_per_prior_unit() -> None:
    simulator = toy()
    fit = fit_at(simulator, np.zeros(3))
    assert emulated_slopes(line_of(fit), np.full(3, 0.4)) == pytest.approx(0.5 * simulator.slopes)
