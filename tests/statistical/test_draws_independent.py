"""Keyed draws are uniform and independent, as far as a hundred thousand of each kind can tell.

Each test compares draws with fixed seeds, so it gives the same answer every time; a sound generator had a chance of one
in ten thousand of failing it when it was written. The last tests prove their power: 2% of draws copied from one key to
another, or a third of those in one hundredth of the line gone, is seen.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from cinsim.engine.draws import Draws

pytestmark = pytest.mark.statistical

FALSE_ALARM = 1e-4
N = 100_000
CELLS = 10
CHILDREN = np.arange(N)

Uniforms = NDArray[np.float64]
Pair = tuple[Uniforms, Uniforms]


def p_uniform(u: Uniforms) -> float:
    """Return the chance of draws at least as uneven over a hundred cells, were they uniform (chi-square)."""
    return float(stats.chisquare(np.bincount((u * 100).astype(int), minlength=100)).pvalue)


def p_independent(a: Uniforms, b: Uniforms) -> float:
    """Return the chance of pairs at least as uneven over a square of cells, were they independent uniforms (chi-square)."""
    cell = (a * CELLS).astype(int) * CELLS + (b * CELLS).astype(int)
    return float(stats.chisquare(np.bincount(cell, minlength=CELLS**2)).pvalue)


def draws(seed: int = 1, replication: int = 0) -> Draws:
    return Draws(seed, replication)


SETS: dict[str, Callable[[], Uniforms]] = {
    "children in a row": lambda: draws().block("visit", CHILDREN),
    "occurrences of one child": lambda: draws().block("visit", np.array(17), CHILDREN),
    "every thousandth child": lambda: draws().block("visit", CHILDREN * 1000),
    "replications of one child's draw": lambda: np.array([draws(1, r).stream("visit")(17, 0) for r in range(N // 10)]),
    "seeds of one child's draw": lambda: np.array([draws(s).stream("visit")(17, 0) for s in range(N // 10)]),
    "decisions of one child": lambda: np.array([draws().stream(f"decision {d}")(17, 0) for d in range(N // 10)]),
}
PAIRS: dict[str, Callable[[], Pair]] = {
    "one child and the next": lambda: (draws().block("visit", CHILDREN), draws().block("visit", CHILDREN + 1)),
    "one occurrence and the next": lambda: (draws().block("visit", CHILDREN, 1), draws().block("visit", CHILDREN, 2)),
    "a quarter of need and the next": lambda: (draws().block("need", CHILDREN, 480), draws().block("need", CHILDREN, 481)),
    "two decisions": lambda: (draws().block("visit", CHILDREN), draws().block("review", CHILDREN)),
    "two decisions with names alike": lambda: (draws().block("visit", CHILDREN), draws().block("visits", CHILDREN)),
    "two replications": lambda: (draws(1, 0).block("visit", CHILDREN), draws(1, 1).block("visit", CHILDREN)),
    "two seeds": lambda: (draws(1).block("visit", CHILDREN), draws(2).block("visit", CHILDREN)),
    "a child's next occurrence and the next child": lambda: (
        draws().block("visit", CHILDREN, 1),
        draws().block("visit", CHILDREN + 1, 0),
    ),
}


@pytest.mark.parametrize("name", SETS)
def test_draws_are_uniform(name: str) -> None:
    u = SETS[name]()
    assert p_uniform(u) > FALSE_ALARM
    assert stats.kstest(u, "uniform").pvalue > FALSE_ALARM


@pytest.mark.parametrize("name", PAIRS)
def test_draws_that_differ_in_one_part_of_the_key_are_independent(name: str) -> None:
    assert p_independent(*PAIRS[name]()) > FALSE_ALARM


def test_three_draws_of_a_child_are_independent_together() -> None:
    cells = sum((draws().block("visit", CHILDREN, o) * 6).astype(int) * 6**o for o in range(3))
    assert stats.chisquare(np.bincount(cells, minlength=6**3)).pvalue > FALSE_ALARM


def test_every_bit_of_a_draw_is_as_often_set_as_not() -> None:
    bits = (draws().block("visit", CHILDREN) * 2.0**52).astype(np.int64)
    ones = np.array([(bits >> k & 1).sum() for k in range(52)])
    worst = np.abs((ones - N / 2) / np.sqrt(N / 4)).max()
    assert worst < stats.norm.isf(FALSE_ALARM / 52 / 2)


def test_a_one_in_fifty_copy_between_two_keys_would_have_been_seen() -> None:
    a, b = PAIRS["two decisions"]()
    assert p_independent(a, np.where(CHILDREN % 50 == 0, a, b)) < FALSE_ALARM


def test_a_slight_shortage_of_draws_in_one_place_would_have_been_seen() -> None:
    u = SETS["children in a row"]()
    short = u[~((u < 0.01) & (CHILDREN % 3 == 0))]
    assert p_uniform(short) < FALSE_ALARM
