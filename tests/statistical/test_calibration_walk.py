"""Chains that walk from a poor weighted sample end as draws of the density."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cinsim.calibration.posterior import Sample, walked

pytestmark = pytest.mark.statistical

K = 12


def correlated() -> NDArray[np.float64]:
    root = np.random.Generator(np.random.Philox(8)).standard_normal((K, K)) / np.sqrt(K) + 0.3 * np.eye(K)
    return root @ root.T


def test_chains_forget_a_narrow_start_and_spread_as_the_density_does() -> None:
    covariance = correlated()
    inverse = np.linalg.inv(covariance)

    def log_target(units: NDArray[np.float64]) -> NDArray[np.float64]:
        inside = units[:, 0] < 0.5  # a sharp edge
        return np.where(inside, -0.5 * np.einsum("ij,jk,ik->i", units, inverse, units), -np.inf)

    near = 0.3 * np.random.Generator(np.random.Philox(1)).multivariate_normal(np.zeros(K), covariance, size=300)
    near = near[near[:, 0] < 0.5]
    found = walked(log_target, Sample(near, np.full(len(near), 1 / len(near)), 20.0), 200, 600, 1)
    assert found.effective > 100
    assert np.all(found.units[:, 0] < 0.5)
    truth = np.random.Generator(np.random.Philox(2)).multivariate_normal(np.zeros(K), covariance, size=40_000)
    truth = truth[truth[:, 0] < 0.5]
    assert found.units.mean(axis=0) == pytest.approx(truth.mean(axis=0), abs=0.35)
    assert found.units.std(axis=0) == pytest.approx(truth.std(axis=0), rel=0.25)


def test_chains_that_cannot_move_are_worth_nothing() -> None:
    points = np.random.Generator(np.random.Philox(1)).standard_normal((50, 3))
    allowed = {tuple(point) for point in points.tolist()}

    def log_target(units: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([0.0 if tuple(point) in allowed else -np.inf for point in units.tolist()])

    assert walked(log_target, Sample(points, np.full(50, 0.02), 50.0), 40, 30, 1).effective == 0.0
