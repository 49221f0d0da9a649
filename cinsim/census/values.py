"""What a return's texts say: dates, numbers, flags and codes, and which of them stand there and cannot be read.

Empty and unreadable are two things. A value that cannot be read is empty in its column and kept, with the reason, beside
it: in a column of the same name with a question mark before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.census.codes import CODES, FALSE, TRUE
from cinsim.census.shape import DATES, KEYS, NUMBERS, TABLES
from cinsim.spreadsheets import read_date

OLDEST_DATE: Final = date(1980, 1, 1)
LATEST_AFTER_DAYS: Final = 730
"""Days after the census date beyond which a date is a slip of the hand."""
NO_DATES: Final = frozenset(
    {
        date(1, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(2079, 6, 6),
        date(9999, 12, 31),
    }
)  # fmt: skip
"""Dates that databases and spreadsheets write where there is none."""
NO_DATE_TEXTS: Final = frozenset({"nan", "nat", "<na>", "none", "null", "nil"})
PLACEHOLDER: Final = "is a placeholder for no date"
UNKNOWN_NUMBER: Final = -1
"""Stands in a column of counts where none is given."""
RIGHT: Final[Mapping[str, str]] = {
    "is no date": "write 2025-05-01",
    "is a date that cannot be": "write the year in full, e.g. 2025-05-01",
    "has a year of two digits": "write the year in full, e.g. 2025-05-01",
    "is a day number of a spreadsheet, not a date": "give the column a date's format before saving, as in 2025-05-01",
    "has a time of day that cannot be": "write 2025-05-01",
    "is no yes or no": "write 1 or 0, or true or false",
    "is no whole number": "write 0, 1, 2, ...",
}
"""What would be right, by the reason why a value cannot be read."""


Found = tuple[NDArray[np.generic], dict[str, str]]
"""The values of some texts, and of those that cannot be read the reason why, by text."""


def read_values(name: str, raw: Mapping[str, list[str]], last: date) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """Return one table with values of their types, and why texts cannot be read, by column and text.

    Keys stay text. A column ``?name`` stands beside each in which something cannot be read, and holds those texts.
    Placeholders for no date are among the reasons, and are read as none.
    """
    out: dict[str, object] = {}
    beside: dict[str, object] = {}
    reasons: dict[tuple[str, str], str] = {}
    for column in TABLES[name]:
        values = pd.Series(raw[column], dtype="str").str.strip().fillna("")
        if column in KEYS:
            out[column] = values if column == "LAchildID" else values.map({text: _key(text) for text in values.unique()})
            continue
        codes, texts = pd.factorize(values)
        found, wrong = _read(name, column, [str(text) for text in texts], last)
        out[column] = found[codes]
        reasons |= {(column, text): reason for text, reason in wrong.items()}
        if wrong:
            beside[f"?{column}"] = values.where(values.isin(list(wrong)), "")
    return pd.DataFrame({**out, **beside}), reasons


def _key(text: str) -> str:
    """Return a number that counts rows as text, so that 1, 01 and 1.0 are the same; another text stays what it is."""
    whole = text.removesuffix(".0")
    return str(int(whole)) if whole.isascii() and whole.isdecimal() and len(whole) < 19 else text


def _read(name: str, column: str, texts: list[str], last: date) -> Found:
    if column in DATES:
        return _dates(texts, last)
    if column in NUMBERS:
        return _numbers(texts)
    allowed = CODES.get((name, column))
    if allowed is None:
        return np.array(texts, dtype=object), {}
    return _flags(texts) if allowed == TRUE + FALSE else _codes(texts, allowed)


def _dates(texts: list[str], last: date) -> Found:
    out = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[s]")
    wrong: dict[str, str] = {}
    latest = last + timedelta(days=LATEST_AFTER_DAYS)
    for place, text in enumerate(texts):
        if not text:
            continue
        if text.casefold() in NO_DATE_TEXTS:
            wrong[text] = PLACEHOLDER
            continue
        try:
            day = read_date(text)
        except ValueError as error:
            wrong[text] = str(error)
            continue
        if day in NO_DATES:
            wrong[text] = PLACEHOLDER
        elif day < OLDEST_DATE or day > latest:
            wrong[text] = "is a date that cannot be"
        else:
            out[place] = np.datetime64(day)
    return out, wrong


def _numbers(texts: list[str]) -> Found:
    keys = [_key(text) for text in texts]
    whole = [key.isascii() and key.isdecimal() and len(key) < 7 for key in keys]
    values = [int(key) if good else UNKNOWN_NUMBER for key, good in zip(keys, whole, strict=True)]
    wrong = {text: "is no whole number" for text, good in zip(texts, whole, strict=True) if text and not good}
    return np.array(values, dtype=np.int64), wrong


def _flags(texts: list[str]) -> Found:
    read = {"": "", **dict.fromkeys(TRUE, "1"), **dict.fromkeys(FALSE, "0")}
    wrong = {text: "is no yes or no" for text in texts if text.casefold() not in read}
    return np.array([read.get(text.casefold(), "") for text in texts], dtype=object), wrong


def _codes(texts: list[str], allowed: tuple[str, ...]) -> Found:
    upper = [text.upper() for text in texts]
    codes = [text if text in allowed else text.removesuffix(".0") for text in upper]  # 6.0 for 6: a column once of numbers
    wrong = {text: "is no code of the census" for text, code in zip(texts, codes, strict=True) if code and code not in allowed}
    return np.array([code if code in allowed else "" for code in codes], dtype=object), wrong


def right_for(table: str, column: str, reason: str) -> str:
    """Return what would be right in place of a value that cannot be read."""
    if reason in RIGHT:
        return RIGHT[reason]
    codes = CODES.get((table, column), ())
    return f"write one of {', '.join(codes[:12])}{', ...' if len(codes) > 12 else ''}" if codes else ""
