"""Which counts of a group are hidden, as published statistics hide them.

Counts of 1 to 5 are; where only one of a group would be, the next smallest is hidden with it, or a total would give it
away (DfE's Children in need guidance).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SMALL: Final = 5
HIDDEN: Final = "c"


def hidden(counts: Mapping[str, float]) -> set[str]:
    """Return the names of the counts to be hidden; one that is not a number is neither hidden nor shown up."""
    small = {name for name, count in counts.items() if is_small(count)}
    if len(small) == 1:
        others = {name: count for name, count in counts.items() if name not in small and count == count and round(count) > 0}
        if others:
            small.add(min(others, key=others.__getitem__))
    return small


def is_small(count: float) -> bool:
    """Return whether a count alone is to be hidden."""
    return count == count and 1 <= round(count) <= SMALL


def shown(counts: Mapping[str, int]) -> dict[str, int | str]:
    """Return counts of one group with those to be hidden as "c"."""
    hide = hidden(counts)
    return {name: HIDDEN if name in hide else count for name, count in counts.items()}
