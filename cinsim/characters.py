"""The characters that no text of a user's file may hold: those that a terminal, a spreadsheet or a file name would obey."""

from __future__ import annotations

import re
from typing import Final

# control characters but for tab and line end, halves of a character that no file can hold, marks that turn text around
_REFUSED: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def refused_character(text: str) -> str:
    """Return what is wrong with the characters of a text; empty where nothing is."""
    found = _REFUSED.search(text)
    if found is None:
        return ""
    written = found[0].encode("unicode_escape").decode("ascii")
    kind = "half a character" if "\ud800" <= found[0] <= "\udfff" else "a control character"
    return f"holds {kind}, {written}: write plain text"
