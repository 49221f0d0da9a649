"""Emulators predict as the textbook says, and fast enough to be asked hundreds of thousands of times."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import BayesianRidge

from cinsim.calibration.emulation import GaussianProcesses, Kernel, Line

pytestmark = pytest.mark.unit


def test_predictions_are_those_of_ridge_and_gaussian_process_worked_out_by_hand() -> None:
    generator = np.random.Generator(np.random.Philox(8))
    units = generator.standard_normal((60, 4))
    values = (units[:, :1] + 0.6 * np.sin(2 * units[:, 1:2])) @ np.ones((1, 2)) + 0.1 * generator.standard_normal((60, 2))
    line = Line(np.zeros(4), np.zeros(2), np.tile([0.9, 0.0, 0.0, 0.0], (2, 1)), np.zeros(2), np.full(2, 0.01))
    kernel = Kernel(np.array([1, 2]), np.array([0.8, 5.0]), 0.5, 1.5, 0.04)
    emulator = GaussianProcesses(units, values, line, [kernel, kernel])
    new = generator.standard_normal((7, 4))
    mean, variance = emulator.predict(new)

    rest, centre = values - line.predict(units)[0], units.mean(axis=0)
    ridge = BayesianRidge().fit(units - centre, rest[:, 0])

    def covariance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        apart = (a[:, None, kernel.active] - b[None, :, kernel.active]) / kernel.lengths
        return kernel.height * np.exp(-0.5 * (apart**2).sum(axis=2))

    left = (rest[:, 0] - ridge.predict(units - centre)) / kernel.scale
    whole = covariance(units, units) + kernel.noise * np.eye(60)
    across = covariance(new, units)
    wanted = line.predict(new)[0][:, 0] + ridge.predict(new - centre) + kernel.scale * across @ np.linalg.solve(whole, left)
    unsure = kernel.scale**2 * (kernel.height - np.einsum("ij,ji->i", across, np.linalg.solve(whole, across.T)))
    unsure = unsure + np.einsum("ij,jk,ik->i", new - centre, ridge.sigma_, new - centre)
    assert mean[:, 0] == pytest.approx(wanted, abs=1e-9)
    assert variance[:, 0] == pytest.approx(unsure, rel=1e-3)
    assert emulator.noise == pytest.approx([0.04 * 0.25, 0.04 * 0.25])
