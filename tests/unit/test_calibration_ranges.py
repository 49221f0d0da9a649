"""Ranges of authorities' figures are widened by what the others show, and by no more."""

from __future__ import annotations

import numpy as np
import pytest

from cinsim.calibration.ranges import NINETY, unexplained

pytestmark = pytest.mark.unit

LUCK = np.random.Generator(np.random.Philox(5)).standard_normal(2000)


@pytest.mark.parametrize("beyond", [0.5, 1.0, 3.0])
def test_what_is_not_explained_is_learned_from_all_others(beyond: float) -> None:
    explained = np.ones(2000)
    apart = np.hypot(1.0, beyond) * LUCK
    more = unexplained(apart, explained)
    assert more.mean() == pytest.approx(beyond, abs=0.15)
    within = np.abs(apart) <= NINETY * np.hypot(explained, more)
    assert within.mean() == pytest.approx(0.90, abs=0.02)


def test_ranges_that_hold_enough_stay_as_they_are() -> None:
    assert unexplained(LUCK / 2, np.ones(2000)).max() == 0.0


def test_an_authoritys_own_figure_does_not_widen_its_range() -> None:
    apart = np.append(np.zeros(99), 50.0)
    more = unexplained(apart, np.full(100, 0.1))
    assert more[-1] == 0.0


def test_few_authorities_teach_nothing_and_absent_figures_are_left_out() -> None:
    assert unexplained(10 * LUCK[:29], np.ones(29)).tolist() == [0.0] * 29
    holes = np.where(np.arange(2000) % 2, 3 * LUCK, np.nan)
    more = unexplained(holes, np.ones(2000))
    assert np.all(more[::2] == 0.0)
    assert more[1::2].mean() == pytest.approx(8**0.5, abs=0.3)
