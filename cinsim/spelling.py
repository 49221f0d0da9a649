"""The name that a misspelt word most likely means."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final

LONGEST: Final = 100
"""Comparing words takes time that grows with the square of their length; no name is as long as this."""


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return ``; did you mean 'x'?``, or an empty text when nothing known is close."""
    if len(word) > LONGEST:
        return ""
    by_folded = {name.lower(): name for name in known}
    folded = word.lower().strip().replace("-", "_").replace(" ", "_")
    near = difflib.get_close_matches(folded, list(by_folded), n=1, cutoff=0.6)
    if not near and len(folded) >= 3:
        # the beginning of one name and of no other
        begun = [name for name in by_folded if name.startswith(folded)]
        near = begun if len(begun) == 1 else []
    return f"; did you mean '{by_folded[near[0]]}'?" if near else ""
