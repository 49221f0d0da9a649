"""Ranges of authorities' figures are as wide as the others' figures show, and no wider."""

from __future__ import annotations

import numpy as np
import pytest

from cinsim.calibration.ranges import NINETY, learned

pytestmark = pytest.mark.unit

LUCK = np.random.Generator(np.random.Philox(5)).standard_normal(2000)


@pytest.mark.parametrize("beyond", [0.5, 1.0, 3.0])
def test_what_was_not_known_is_learned_from_all_others(beyond: float) -> None:
    apart = np.hypot(1.0, beyond) * LUCK
    found = learned(apart, np.ones(2000))
    assert np.sqrt(found**2 - 1.0).mean() == pytest.approx(beyond, abs=0.15)
    assert (np.abs(apart) <= NINETY * found).mean() == pytest.approx(0.90, abs=0.02)


def test_ranges_that_hold_more_than_nine_in_ten_are_made_narrower_in_proportion() -> None:
    explained = np.where(np.arange(2000) % 2, 1.0, 2.0)
    apart = 0.5 * explained * LUCK
    found = learned(apart, explained)
    assert (np.abs(apart) <= NINETY * found).mean() == pytest.approx(0.90, abs=0.02)
    assert (found / explained).mean() == pytest.approx(0.5, abs=0.05)
    assert np.ptp(found / explained) < 0.05


def test_an_authoritys_own_figure_does_not_change_its_range() -> None:
    explained = np.full(100, 0.1)
    near, far = (learned(np.append(LUCK[:99], own), explained)[-1] for own in (0.0, 50.0))
    assert near == far


def test_few_authorities_teach_nothing_and_absent_figures_are_left_out() -> None:
    assert learned(10 * LUCK[:29], np.ones(29)).tolist() == [1.0] * 29
    holes = np.where(np.arange(2000) % 2, 3 * LUCK, np.nan)
    found = learned(holes, np.ones(2000))
    assert np.all(found[::2] == 1.0)
    assert found[1::2].mean() == pytest.approx(3.0, abs=0.3)
