"""Effects of parameters from a designed set of simulations."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cinsim.calibration.slopes import design_points, effects, learned, rows_for, slopes

pytestmark = pytest.mark.unit

TRUE = np.array([[1.0, -0.5, 0.0], [0.0, 0.2, 0.3]])


def simulated(noise: float, bend: float = 0.0, common: float = 0.0):  # type: ignore[no-untyped-def]
    """Return a runner: linear, bent, with luck of its own and luck shared by all points of one replication."""
    own = np.random.Generator(np.random.Philox(3))

    def run(pairs: list[tuple[NDArray[np.float64], int]]) -> NDArray[np.float64]:
        out = []
        for point, replication in pairs:
            shared = np.random.Generator(np.random.Philox(replication)).standard_normal(2)
            linear = TRUE @ point
            out.append(linear + bend * linear**2 + common * shared + noise * own.standard_normal(2))
        return np.array(out)

    return run


def around(run, repeats: int = 1):  # type: ignore[no-untyped-def]
    return slopes(run, np.zeros(3), np.full(3, -2.0), np.full(3, 2.0), 0.5, repeats)


@pytest.mark.parametrize(("parameters", "rows"), [(1, 8), (7, 8), (8, 16), (41, 64), (64, 128)])
def test_a_design_has_more_rows_than_parameters(parameters: int, rows: int) -> None:
    assert rows_for(parameters) == rows
    signs, points = design_points(np.zeros(parameters), np.full(parameters, -2.0), np.full(parameters, 2.0), 0.5, rows)
    assert signs.T @ signs == pytest.approx(rows * np.eye(parameters))
    assert points.shape == (rows, 2, parameters)
    assert points.sum(axis=(0, 1)) == pytest.approx(np.zeros(parameters))


def test_effects_are_exact_without_luck_and_squares_do_not_bend_them() -> None:
    assert around(simulated(0.0))[0] == pytest.approx(TRUE, abs=1e-12)
    assert around(simulated(0.0, bend=0.4))[0] == pytest.approx(TRUE, abs=1e-12)


def test_luck_that_a_row_and_its_reverse_share_does_no_harm() -> None:
    found, error = around(simulated(0.0, common=5.0))
    assert found == pytest.approx(TRUE, abs=1e-9)
    assert error == pytest.approx(np.zeros(2), abs=1e-9)


def test_a_simulation_without_a_value_leaves_its_row_out_for_that_target_alone() -> None:
    signs, points = design_points(np.zeros(3), np.full(3, -2.0), np.full(3, 2.0), 0.5, 8)
    values = simulated(0.0)([(points[row, side], row) for row in range(8) for side in (0, 1)]).reshape(8, 2, 1, 2)
    whole, _ = effects(signs, values + np.arange(8)[:, None, None, None], 0.5)
    values[5, 1, 0, 0] = np.nan
    found, error = effects(signs, values, 0.5)
    assert found == pytest.approx(TRUE, abs=1e-12)
    assert whole == pytest.approx(TRUE, abs=1e-12)
    assert np.isfinite(error).all()


def test_a_row_left_out_makes_the_said_error_larger_and_true() -> None:
    signs, points = design_points(np.zeros(3), np.full(3, -2.0), np.full(3, 2.0), 0.5, 8)
    run = simulated(0.2)
    pairs = [(points[row, side], row) for row in range(8) for side in (0, 1)]
    found, said = [], []
    for _ in range(400):
        values = run(pairs).reshape(8, 2, 1, 2)
        values[:3, 0, 0, 1] = np.nan
        one, error = effects(signs, values, 0.5)
        found.append(one)
        said.append(error)
    told = np.sqrt(np.mean(np.square(said), axis=0))
    # over the parameters together: which rows are left decides how well each is known
    assert told == pytest.approx(np.sqrt(np.var(found, axis=0).mean(axis=1)), rel=0.1)
    assert told[1] > 1.2 * told[0]


def test_the_said_error_of_an_effect_is_its_error() -> None:
    signs, points = design_points(np.zeros(3), np.full(3, -2.0), np.full(3, 2.0), 0.5, 8)
    run = simulated(0.2)
    pairs = [(points[row, side], row) for row in range(8) for side in (0, 1)]
    found = [effects(signs, run(pairs).reshape(8, 2, 1, 2), 0.5) for _ in range(200)]
    spread = np.std([one for one, _ in found], axis=0).mean()
    said = np.sqrt(np.mean([error**2 for _, error in found]))
    assert said == pytest.approx(spread, rel=0.1)
    assert spread == pytest.approx(0.2 / np.sqrt(16) / 0.5, rel=0.1)


def test_effects_no_larger_than_luck_are_taken_as_none_and_others_keep_their_doubt() -> None:
    luck = np.random.Generator(np.random.Philox(4)).standard_normal((4, 4000))
    true, error = np.array([0.0, 0.5, 2.0, 2.0]), np.array([1.0, 1.0, 1.0, 0.0])
    effect = true[:, None] * np.random.Generator(np.random.Philox(8)).standard_normal((4, 4000))
    found, unsure = learned(effect + error[:, None] * luck, error)
    left = np.sqrt(np.mean((found - effect) ** 2, axis=1))
    assert left == pytest.approx([0.0, 0.5 / 1.25**0.5, 2 / 5**0.5, 0.0], abs=0.1)
    assert unsure == pytest.approx(left, abs=0.1)


def test_a_centre_at_its_bound_is_moved_in_so_that_both_steps_have_room() -> None:
    _, points = design_points(np.array([2.0, 0.0]), np.full(2, -2.0), np.full(2, 2.0), 0.5, 8)
    assert sorted(set(points[..., 0].ravel().tolist())) == [1.0, 2.0]
    assert sorted(set(points[..., 1].ravel().tolist())) == [-0.5, 0.5]
