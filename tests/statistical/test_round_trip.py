"""A run that starts from a return goes on where the run that was returned stood: no stock jumps, within the luck of one run."""

from __future__ import annotations

import numpy as np
import pytest
from round_trips import STOCKS, Pair, pair

pytestmark = [pytest.mark.statistical, pytest.mark.slow]

SEEDS = range(21, 27)
MONTHS = (0, 1, 2, 3, 6, 9, 12)
AT_ONCE, LATER = 1.0, 1.96 * 2**0.5
"""Standard deviations of one run by which the mean of the pairs may differ in the first month, and after it: as far as two runs
of different luck lie apart 19 times in 20."""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    folder = tmp_path_factory.mktemp("returns")
    return [pair(seed, folder / str(seed), MONTHS) for seed in SEEDS]


def luck_of_one_run(levels: np.ndarray) -> np.ndarray:
    """Return the standard deviation between runs of a stock, no less than that of a Poisson count, by month."""
    found: np.ndarray = np.maximum(levels.std(axis=0, ddof=1), np.sqrt(levels.mean(axis=0)))
    return found


@pytest.mark.parametrize("stock", ["CIN plans", "Child protection plans", "Children in need"])
def test_what_the_return_holds_is_taken_over_to_the_child(pairs: list[Pair], stock: str) -> None:
    """But for a child whose 18th birthday is the census date, and whose plan ends with it."""
    apart = [each.started[stock][0] - each.returned[stock][0] for each in pairs]
    assert max(map(abs, apart)) <= 1.0
    assert apart.count(0.0) >= len(pairs) - 2


@pytest.mark.parametrize("stock", STOCKS)
def test_stocks_go_on_without_a_jump(pairs: list[Pair], stock: str) -> None:
    """The tolerance is replication noise: one standard deviation of a run in the first month, then what two runs differ by."""
    returned, started = (np.array([getattr(each, which)[stock] for each in pairs]) for which in ("returned", "started"))
    apart = (started - returned).mean(axis=0) / luck_of_one_run(returned)
    allowed = np.where(np.array(MONTHS) <= 1, AT_ONCE, LATER)
    assert (np.abs(apart) <= allowed).all(), dict(zip(MONTHS, apart.round(2).tolist(), strict=True))
