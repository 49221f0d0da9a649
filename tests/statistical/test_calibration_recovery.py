"""Known parameters are found again, and what is said about their uncertainty is true, on simulators that cost nothing."""

from __future__ import annotations

import numpy as np
import pytest

from cinsim.calibration.moments import SearchSettings, search
from cinsim.calibration.point import PointFit
from cinsim.calibration.posterior import Proposal, confirm, sample, sample_posterior
from cinsim.calibration.regions import Region
from cinsim.calibration.waves import History, WaveSettings, match_history, observed_of
from tests.calibration_toys import ToySimulator, toy

pytestmark = pytest.mark.statistical

TRUTH = np.array([0.5, -0.7, 0.3])


def point_fit(simulator: ToySimulator) -> PointFit:
    start = simulator.space.values(np.zeros(len(simulator.space)))
    found = search(simulator, simulator.space, start, SearchSettings(reports=8))
    return PointFit("both", 2024, {}, simulator.space, simulator.targets, found, {})


@pytest.fixture(scope="module")
def bent() -> tuple[ToySimulator, PointFit, History]:
    simulator = toy(measures=6, bend=0.3, noise=0.0, noise_of_point=0.015)
    fit = point_fit(simulator)
    return simulator, fit, match_history(simulator, fit, WaveSettings(points=60))


def test_the_region_not_ruled_out_shrinks_and_still_holds_the_truth(bent: tuple[ToySimulator, PointFit, History]) -> None:
    _, fit, history = bent
    assert history.region.holds(TRUTH[None, :]).all()
    points = np.random.Generator(np.random.Philox(3)).standard_normal((4000, 3))
    shares = [
        type(history.region)(fit.space, history.region.observed, history.region.waves[:n]).holds(points).mean() for n in (0, 1, 3)
    ]
    assert shares[0] > shares[1] >= shares[2]
    assert shares[2] < 0.1
    far = TRUTH + np.array([2.0, 0.0, 0.0])
    assert not history.region.holds(far[None, :]).any()


def test_emulators_predict_new_points_and_say_honestly_how_well(bent: tuple[ToySimulator, PointFit, History]) -> None:
    simulator, fit, history = bent
    generator = np.random.Generator(np.random.Philox(4))
    points = history.waves[0].design.proposal.points(generator.random((2000, 3)))
    points = points[Region(fit.space, history.region.observed, history.region.waves[:1]).holds(points)]
    assert len(points) > 200
    mean, variance = history.emulator.predict(points)
    truth = np.array([simulator.linked(point) for point in points])
    standardised = (truth - mean) / np.sqrt(variance)
    # within 3 said standard deviations nearly always, and not vacuously: the said error is small against the spread
    assert np.mean(np.abs(standardised) < 3) > 0.97
    assert np.median(np.sqrt(variance) / truth.std(axis=0)) < 0.1
    assert np.sqrt(history.emulator.noise) == pytest.approx(np.full(6, 0.015), rel=0.35)
    assert 0.8 < np.median(history.waves[-1].off) < 1.25


def test_the_straight_line_is_not_trusted_far_from_its_point(bent: tuple[ToySimulator, PointFit, History]) -> None:
    _, fit, history = bent
    line = history.emulator.line
    near, far = line.predict(fit.found.units[None, :])[1], line.predict(fit.found.units[None, :] + 1.0)[1]
    assert (far > near).all()


def test_the_posterior_of_a_linear_simulator_is_the_one_worked_out_by_hand() -> None:
    simulator = toy(noise_of_point=0.0, error=0.05)
    fit = point_fit(simulator)
    errors = simulator.targets.linked_errors()
    weighted = simulator.slopes / errors[:, None]
    covariance = np.linalg.inv(weighted.T @ weighted + np.eye(3))
    mean = covariance @ weighted.T @ ((simulator.targets.linked_values() - simulator.at_zero) / errors)

    class Exact:
        noise = np.zeros(5)

        def predict(self, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return simulator.at_zero + units @ simulator.slopes.T, np.zeros((len(units), 5))

    everywhere = Region(fit.space, observed_of(fit, 0.0), ((Exact(), 5),))
    found = sample_posterior(fit, everywhere, points=3000)
    assert found.effective > 3000
    weights, units = found.weights, found.units
    # 3000 equal draws: the mean is known to 0.02 of a standard deviation, a covariance to 3%; four times that is allowed
    spread = np.sqrt(np.diag(covariance))
    assert (weights @ units - mean) / spread == pytest.approx(np.zeros(3), abs=0.08)
    away = units - weights @ units
    assert (away.T * weights) @ away / np.outer(spread, spread) == pytest.approx(covariance / np.outer(spread, spread), abs=0.12)


def test_importance_sampling_finds_a_density_far_from_where_it_starts() -> None:
    centre = np.full(10, 1.5)
    found = sample(lambda x: -0.5 * (((x - centre) / 0.2) ** 2).sum(axis=1), Proposal(np.zeros(10), np.eye(10)), 3000, seed=2)
    assert found.effective > 1000
    assert found.weights @ found.units == pytest.approx(centre, abs=0.04)
    assert found.draws(200, 1).std(axis=0) == pytest.approx(np.full(10, 0.2), rel=0.25)


def test_draws_are_confirmed_by_simulation_and_absurd_ones_are_left_out(bent: tuple[ToySimulator, PointFit, History]) -> None:
    simulator, fit, history = bent
    found = sample_posterior(fit, history.region, points=1000)
    units = np.vstack([found.draws(30, 1), fit.found.units + 2.0])
    confirmed = confirm(simulator, fit, history.region.observed, units, history.emulator.noise)
    assert confirmed.plausible[:30].mean() > 0.9
    assert not confirmed.plausible[30]
    spread = np.sqrt(found.weights @ (found.units - found.weights @ found.units) ** 2)
    assert np.abs(found.weights @ found.units - TRUTH) / spread == pytest.approx(np.zeros(3), abs=3.0)
