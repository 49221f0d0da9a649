"""Small counts are hidden, and with a single one the next, so that no total gives it away."""

from __future__ import annotations

import pytest

from cinsim.reference.small_numbers import hidden, shown

pytestmark = pytest.mark.unit


def test_one_to_five_are_hidden_and_zero_and_six_are_not() -> None:
    assert shown({"a": 0, "b": 1, "c": 5, "d": 6}) == {"a": 0, "b": "c", "c": "c", "d": 6}


def test_a_single_small_count_takes_the_next_smallest_with_it() -> None:
    assert hidden({"a": 40, "b": 3, "c": 12, "d": 0}) == {"b", "c"}
    assert hidden({"a": 40.0, "b": float("nan")}) == set()
