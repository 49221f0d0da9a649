"""Text that came from elsewhere, made fit for a message, a terminal or a spreadsheet."""

from __future__ import annotations

import re
from typing import Final

LONGEST_VALUE: Final = 60
LONGEST_MESSAGE: Final = 2_000
_LONG_WORD: Final = re.compile(r"\S{400,}")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def without_middle(text: str) -> str:
    """Return a message of any length so that its beginning and its end can be read, and no single word fills it."""
    words = _LONG_WORD.sub(lambda word: _without_middle(word[0], LONGEST_VALUE), text)
    return _without_middle(words, LONGEST_MESSAGE)


def _without_middle(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    half = (longest - 3) // 2
    return f"{text[: longest - 3 - half]}...{text[-half:]}"


def spreadsheet_cell(text: str) -> str:
    """Return a text that a spreadsheet shows and does not work out: one that begins as a formula does gets an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text
