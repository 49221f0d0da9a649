"""Text that came from elsewhere, made fit for a message, a terminal or a spreadsheet."""

from __future__ import annotations

import re
from typing import Final

LONGEST_VALUE: Final = 60
LONGEST_MESSAGE: Final = 2_000
_LONG_WORD: Final = re.compile(r"\S{400,}")
_KEPT_CONTROLS: Final = "\n\t"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def shortened(value: object) -> str:
    """Return a value as it stands in a message: quoted as Python writes it, its middle left out where it is long."""
    return _without_middle(_written(value), LONGEST_VALUE)


def _written(value: object) -> str:
    try:
        return repr(value[: 2 * LONGEST_VALUE] if isinstance(value, str) else value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits, or a value nested beyond measure
        return f"a {type(value).__name__} too large to be shown"


def without_middle(text: str) -> str:
    """Return a message of any length so that its beginning and its end can be read, and no single word fills it."""
    words = _LONG_WORD.sub(lambda word: _without_middle(word[0], LONGEST_VALUE), text)
    return _without_middle(words, LONGEST_MESSAGE)


def _without_middle(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    half = (longest - 3) // 2
    return f"{text[: longest - 3 - half]}...{text[-half:]}"


def printable(text: str) -> str:
    """Return a text without what would command a terminal: control characters and those that turn the direction of writing.

    Line ends and tabs stay.
    """
    return "".join(character for character in text if character in _KEPT_CONTROLS or not _commands(character))


def _commands(character: str) -> bool:
    code = ord(character)
    return code < 32 or 127 <= code < 160 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069


def spreadsheet_cell(text: str) -> str:
    """Return a text that a spreadsheet shows and does not work out: one that begins as a formula does gets an apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA) else text
