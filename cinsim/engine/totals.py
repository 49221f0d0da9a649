"""Sums of floats that are the same bits on every Python."""

from __future__ import annotations

from collections.abc import Iterable


def sum_in_order(values: Iterable[float]) -> float:
    """Return the sum of some floats, added one after the other.

    The built-in ``sum`` does so up to Python 3.11 and compensates for rounding from 3.12 on, so that one replication of
    two would take another path.
    """
    out = 0.0
    for value in values:
        out += value
    return out
