"""What is printed where a stream cannot take a character: its stand-in of plain letters and signs, never a traceback."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata
from typing import Final

ERRORS: Final = "cinsim.stand_in"
_PLAIN_ASCII: Final = "cinsim-ascii"
_STAND_INS: Final = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "•": "*", "·": ".", "…": "...", "£": "GBP", "€": "EUR", "±": "+/-",
    "×": "x", "÷": "/", "≥": ">=", "≤": "<=", "≈": "~", "≠": "!=", "→": "->", "←": "<-", "↑": "^", "↓": "v",
    "√": "sqrt ", "°": " degrees",
    "‘": "'", "’": "'", "“": '"', "”": '"', "²": "^2", "³": "^3", "¼": "1/4", "½": "1/2", "¾": "3/4",
    "\u00a0": " ", "\u202f": " ", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
}  # fmt: skip


def stand_in(character: str) -> str:
    """Return what is printed for a character where it cannot be printed itself, in ASCII."""
    if character in _STAND_INS:
        return _STAND_INS[character]
    name = unicodedata.name(character, "")
    if name.startswith("BOX DRAWINGS"):
        lines = {" HORIZONTAL": "-", " VERTICAL": "|"}
        return next((sign for end, sign in lines.items() if name.endswith(end) and " AND " not in name), "+")
    if unicodedata.category(character).startswith("L"):  # é is e; a power or a fraction is no digit
        plain = "".join(part for part in unicodedata.normalize("NFKD", character) if part.isascii())
        return plain or "?"
    return "" if unicodedata.category(character) == "Mn" else "?"


def _stand_ins(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(stand_in, error.object[error.start : error.end])), error.end


def _plain_ascii(name: str) -> codecs.CodecInfo | None:
    """Return the ASCII codec under another name: typer takes a stream named ascii for a mistake, and writes UTF-8 to it."""
    if name.replace("_", "-") != _PLAIN_ASCII:
        return None
    ascii_codec = codecs.lookup("ascii")
    return codecs.CodecInfo(
        ascii_codec.encode, ascii_codec.decode, ascii_codec.streamreader, ascii_codec.streamwriter,
        ascii_codec.incrementalencoder, ascii_codec.incrementaldecoder, name=_PLAIN_ASCII,
    )  # fmt: skip


codecs.register_error(ERRORS, _stand_ins)
codecs.register(_plain_ascii)


def fit_streams() -> None:
    """Have standard output and standard error take every character, as itself or as its stand-in."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what else stands there, as in a notebook, keeps its ways
            is_ascii = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=_PLAIN_ASCII if is_ascii else stream.encoding, errors=ERRORS)


def printable(text: str) -> str:
    """Return a text as standard output will show it, so that columns are as wide as what stands in them."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, ERRORS).decode(encoding)
