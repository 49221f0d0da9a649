"""Ranks of known truths are even where the posterior is right, and found uneven where it is too narrow or shifted.

The problem is a conjugate one: Normal prior, straight simulator, Normal luck, so that the posterior is known in closed form. Even
ranks are tested at 1 in 1,000 for each parameter, coverage within 4 standard errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from cinsim.calibration.chains import walked_together, worth
from cinsim.calibration.england import Setting
from cinsim.calibration.moments import Found
from cinsim.calibration.point import PointFit, write_point
from cinsim.calibration.ranks import LEAST_EFFECTIVE, Ranks, groups_of, rank_truths, ranks_of_waves
from cinsim.calibration.regions import Proposal
from cinsim.calibration.wave_store import write_waves
from cinsim.calibration.waves import WaveSettings, match_history
from cinsim.errors import InputError
from tests.calibration_toys import toy

pytestmark = pytest.mark.unit

TRUTHS = 250
NAMES = ("one", "two", "three")
SLOPES = np.array([[1.0, 0.2, 0.0], [0.3, -0.8, 0.1], [0.0, 0.5, 0.6], [0.4, 0.4, 0.0]])
LUCK, ERRORS = 0.3, np.array([0.2, 0.3, 0.2, 0.4])
PRIOR = Proposal(np.array([0.2, -0.1, 0.5]), np.array([[1.0, 0.3, 0.0], [0.3, 0.8, 0.0], [0.0, 0.0, 1.2]]))


@dataclass(frozen=True)
class Straight:
    """An emulator that knows the straight simulator, or believes so: its means may be shifted, its luck misjudged."""

    shift: float = 0.0
    luck: float = LUCK
    noise: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise", np.full(len(SLOPES), self.luck**2))

    def predict(self, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return units @ SLOPES.T + self.shift, np.zeros((len(units), len(SLOPES)))


def everywhere(units: np.ndarray) -> np.ndarray:
    return np.ones(len(units), dtype=bool)


def points(number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.Generator(np.random.Philox(seed))
    units = PRIOR.points(generator.random((number, 3)))
    return units, units @ SLOPES.T + LUCK * generator.standard_normal((number, len(SLOPES)))


def ranks_by(judge: Straight, errors: np.ndarray = ERRORS, believed: np.ndarray | None = None) -> Ranks:
    units, values = points(TRUTHS, 5)
    if believed is not None:
        # what lies between what the figures' errors are and what is believed of them
        generator = np.random.Generator(np.random.Philox(6))
        values = values + np.sqrt(errors**2 - believed**2) * generator.standard_normal(values.shape)
        errors = believed
    return rank_truths(NAMES, units, values, judge, PRIOR, everywhere, errors, points(100, 7)[0])


def covered(ranks: Ranks) -> float:
    return float(np.mean((ranks.ranks > 0.05) & (ranks.ranks < 0.95)))


def test_ranks_are_even_where_the_posterior_is_right() -> None:
    ranks = ranks_by(Straight())
    assert ranks.ranks.shape == (TRUTHS, 3)
    assert ranks.left_out == 0
    assert (ranks.p_values() > 0.001).all()
    assert not ranks.uneven()
    assert covered(ranks) == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / TRUTHS))
    assert ranks.ranks.mean(axis=0) == pytest.approx(np.full(3, 0.5), abs=4 / np.sqrt(12 * TRUTHS))


def test_each_rank_is_the_share_of_the_closed_forms_posterior_below_the_truth() -> None:
    units, values = points(30, 5)
    seen = values + ERRORS * np.random.Generator(np.random.Philox([1, 13])).standard_normal(values.shape)
    ranks = rank_truths(NAMES, units, values, Straight(), PRIOR, everywhere, ERRORS, points(100, 7)[0], seed=1)
    weighted = SLOPES / (ERRORS**2 + LUCK**2)[:, None]
    covariance = np.linalg.inv(SLOPES.T @ weighted + np.linalg.inv(PRIOR.covariance))
    means = PRIOR.centre + (seen - SLOPES @ PRIOR.centre) @ weighted @ covariance
    wanted = norm.cdf((units - means) / np.sqrt(np.diag(covariance)))
    # a share of so many independent points has at most this standard error
    error = 0.5 / np.sqrt(ranks.effective.min())
    assert np.abs(ranks.ranks - wanted).max() < 4.5 * error
    assert np.abs(ranks.ranks - wanted).mean() < error


def test_a_posterior_that_is_too_narrow_is_found_out() -> None:
    ranks = ranks_by(Straight(luck=0.3 * LUCK), believed=0.3 * ERRORS)
    assert set(ranks.uneven()) >= {"one", "two"}
    assert covered(ranks) < 0.8


def test_a_posterior_that_lies_beside_the_truth_is_found_out() -> None:
    ranks = ranks_by(Straight(shift=0.3))
    assert "one" in ranks.uneven()
    assert ranks.ranks[:, 0].mean() > 0.6


def test_a_posterior_that_is_too_wide_is_found_out() -> None:
    ranks = ranks_by(Straight(luck=4 * LUCK))
    assert ranks.uneven()
    assert covered(ranks) > 0.92


def test_a_parameter_the_data_say_nothing_of_has_even_ranks_whatever_is_believed() -> None:
    """What ranks cannot show."""
    generator = np.random.Generator(np.random.Philox(11))
    units, values = points(TRUTHS, 5)
    units = np.column_stack([units, generator.standard_normal(TRUTHS)])
    begin = np.column_stack([points(100, 7)[0], generator.standard_normal(100)])
    wide = Proposal(np.append(PRIOR.centre, 0.0), np.block([[PRIOR.covariance, np.zeros((3, 1))], [np.zeros((1, 3)), np.eye(1)]]))

    class Three(Straight):
        def predict(self, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return super().predict(units[:, :3])

    ranks = rank_truths((*NAMES, "silent"), units, values, Three(shift=0.3), wide, everywhere, ERRORS, begin)
    assert "one" in ranks.uneven()
    assert "silent" not in ranks.uneven()
    assert ranks.spread_ratio[3] == pytest.approx(1.0, abs=0.15)


def test_truths_are_held_back_in_as_few_groups_as_leave_the_emulators_enough() -> None:
    assert [len(group) for group in groups_of(40, 1200)] == [40]
    assert [len(group) for group in groups_of(40, 180)] == [20, 20]
    assert np.concatenate(groups_of(77, 180)).tolist() == list(range(77))


def test_chains_that_hardly_move_are_worth_few_points() -> None:
    generator = np.random.Generator(np.random.Philox(2))
    independent = generator.standard_normal((200, 16, 3))
    assert worth(independent) > 1000
    stuck = np.broadcast_to(generator.standard_normal((1, 16, 3)), (200, 16, 3)) + 0.01 * independent
    assert worth(stuck) < 40
    assert LEAST_EFFECTIVE > 40


def test_chains_find_a_cut_off_distribution_in_many_dimensions() -> None:
    k, centre = 20, np.array([0.0, 1.5])
    start = np.abs(np.random.Generator(np.random.Philox(3)).standard_normal((2, 16, k)))

    def log_target(units: np.ndarray, which: np.ndarray) -> np.ndarray:
        inside = (units[:, 0] > 0) & (units[:, 1] < units[:, 2] + 2.0)
        away = units - np.where(np.arange(k) == 0, 0.0, centre[which, None])
        return np.where(inside, -0.5 * (away**2).sum(axis=1), -np.inf)

    walk = walked_together(log_target, start, np.zeros((2, k)), np.eye(k), wanted=200.0, seed=4)
    assert (walk.effective >= 200).all()
    for units, middle in zip(walk.units, centre, strict=True):
        assert units[:, 0].mean() == pytest.approx(np.sqrt(2 / np.pi), abs=0.2)
        assert units[:, 5:].mean() == pytest.approx(middle, abs=0.1)
        assert units[:, 5:].std() == pytest.approx(1.0, abs=0.1)


def test_truths_of_a_calibrations_own_waves_are_judged_by_emulators_that_have_not_seen_them(tmp_path: Path) -> None:
    simulator = toy(measures=6, bend=0.3, noise_of_point=0.015)
    m, k = simulator.slopes.shape
    at = np.array([0.4, -0.6, 0.2])
    found = Found(at, simulator.linked(at), np.full(m, 0.015), 4, simulator.slopes, np.eye(k), 0.0, ())
    fit = PointFit("both", 2024, {}, simulator.space, simulator.targets, found, {})
    said: list[str] = []
    setting = Setting(out=tmp_path, into=tmp_path, say=said.append)
    write_point(fit, setting.point_path)
    history = match_history(simulator, fit, WaveSettings(waves=2, points=40, luck_share=0.01))
    write_waves(history, setting.waves_path)
    ranks = ranks_of_waves(setting, 12)
    assert len(ranks.ranks) + ranks.left_out == 12
    assert ranks.seen == 68
    assert not ranks.uneven(0.001)
    assert any("emulators learn from all other points" in line for line in said)
    with pytest.raises(InputError, match="fewer must be truths than 40"):
        ranks_of_waves(setting, 40)
