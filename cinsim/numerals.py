"""Numbers as people write them: one reading for options, quantities and tables."""

from __future__ import annotations

import math
import re
from typing import Final

from cinsim.errors import quoted

_PLAIN: Final = r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+"
_THOUSANDS: Final = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"
NUMERAL: Final = rf"[-+\u2212]?(?:{_THOUSANDS}|{_PLAIN})(?:[eE][-+]?[0-9]+)?"
"""A number: digits, a point before decimals, a comma only before three digits each, an exponent."""
_WHOLE: Final = re.compile(NUMERAL)
_DECIMAL_COMMA: Final = re.compile(r"([-+\u2212]?[0-9]+),([0-9]+)")


def number(text: str) -> float:
    """Return the number that a text is.

    Raises
    ------
    ValueError : it is no number, one that is not finite, one too small to hold, or has a comma that is not before three
        digits; the message says what would be right.
    """
    bare = text.strip()
    if not _WHOLE.fullmatch(bare):
        comma = _DECIMAL_COMMA.fullmatch(bare)
        right = f": write decimals with a point, {comma[1]}.{comma[2]}" if comma and len(bare) <= 30 else ""
        raise ValueError(f"{quoted(text)} is not a number{right}")
    value = float(bare.replace(",", "").replace("\u2212", "-"))
    if not math.isfinite(value):
        raise ValueError(f"{quoted(text)} is larger than any number that can be held")
    if value == 0.0 and re.search("[1-9]", re.split("[eE]", bare)[0]):
        raise ValueError(f"{quoted(text)} is too near to 0 to be held")
    return value
