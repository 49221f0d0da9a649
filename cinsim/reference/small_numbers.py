"""Small numbers of children, hidden as published statistics hide them.

Counts of 1 to 5 become "c"; where only one count would be hidden, the next smallest is hidden with it, or a total would give
it away (DfE's Children in need guidance).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SMALL: Final = 5
HIDDEN: Final = "c"


def hidden(counts: Mapping[str, float]) -> set[str]:
    """Return the names of those counts of one total that are to be hidden."""
    small = {name for name, count in counts.items() if 1 <= round(count) <= SMALL}
    if len(small) == 1:
        others = {name: count for name, count in counts.items() if name not in small and round(count) > 0}
        small |= {min(others, key=lambda name: others[name])} if others else set()
    return small


def suppressed(counts: Mapping[str, int]) -> dict[str, int | str]:
    """Return counts of one total with the small ones hidden."""
    away = hidden(counts)
    return {name: HIDDEN if name in away else count for name, count in counts.items()}
