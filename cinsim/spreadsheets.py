"""Dates and tables as spreadsheets write them: one reader of each, for every file of a user's.

Spreadsheets add a time of day to dates, write them day first, leave out the last cells of a line where they are empty, and
add columns and lines in which nothing stands. All that is read. What could mean two things is refused, with the reason.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TextIO

from cinsim.errors import InputError

LONGEST_LINE: Final = 100_000
WRITE_A_DATE: Final = "write year-month-day, e.g. 2021-09-01"

# ---- dates

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_TIME: Final = (
    r"(?:(?:T|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<half>[AP]M)?\s*"
    r"(?P<zone>Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?"
)
_FORMS: Final = tuple(
    re.compile(day + _TIME, re.ASCII | re.IGNORECASE)
    for day in (
        r"(?P<year>\d{4})(?P<between>[-/.])(?P<month>\d{1,2})(?P=between)(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})(?P<between>[-/. ])(?P<month>\d{1,2}|[a-z]{3,9})(?P=between)(?P<year>\d{4})",
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
_SHORT_YEAR: Final = re.compile(r"\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{2}" + _TIME, re.ASCII | re.IGNORECASE)
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)


def read_date(text: str) -> date:
    """Return the day that a cell or element names: ``2021-09-01``, ``01/09/2021``, ``1-Sep-2021``, with or without a time.

    Where both could be meant the day stands before the month, as in Britain.

    Raises
    ------
    ValueError : it is no date, or could be several; the message is the reason, made to follow the value.
    """
    text = text.strip()
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            return _day(found)
    if _SHORT_YEAR.fullmatch(text):
        raise ValueError("has a year of two digits")
    if _SERIAL.fullmatch(text):
        raise ValueError("is a day number of a spreadsheet, not a date")
    raise ValueError("is no date")


def _day(found: re.Match[str]) -> date:
    month = found["month"]
    number = int(month) if month.isdecimal() else _month(month)
    hour = int(found["hour"] or 0)
    if hour > 23 or int(found["minute"] or 0) > 59 or int(found["second"] or 0) > 59:
        raise ValueError("has a time of day that cannot be")
    try:
        day = date(int(found["year"]), number, int(found["day"]))
    except ValueError:
        raise ValueError("is no date") from None
    universal = (found["zone"] or "").upper() in ("Z", "UTC", "+00", "+0000", "+00:00")
    # midnight of a summer's day in England is 23:00 of the day before in universal time
    return day + timedelta(days=1) if universal and hour == 23 and _is_summer_time(day) else day


def _month(name: str) -> int:
    for number, month in enumerate(_MONTHS, start=1):
        if name.lower() in (month, month[:3], month[:4] if number == 9 else month):
            return number
    raise ValueError("is no date")


def _is_summer_time(day: date) -> bool:
    """Return whether clocks in Britain are an hour ahead at 23:00 universal time: last Sunday of March to that of October."""

    def last_sunday(month: int) -> date:
        last = date(day.year, month, 31)
        return last - timedelta(days=last.isoweekday() % 7)

    return last_sunday(3) <= day < last_sunday(10)


# ---- tables

_FORMULA: Final = re.compile(r'="(.*)"', re.DOTALL)


def limited_lines(text: TextIO, path: Path, what: str = "a table") -> Iterator[str]:
    """Yield the lines of a text, none of which may be longer than any row of a table.

    Raises
    ------
    InputError : one is.
    """
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise InputError(f"is not {what}: it has a line of more than {LONGEST_LINE:,} characters", path=path, line=number)
        yield line


def read_table(
    lines: Iterable[str],
    path: Path,
    *,
    name_of: Callable[[str], str] = str,
    never_empty: Collection[str] = (),
    key: str | None = None,
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the names of a CSV table's columns, and an iterator over its rows with their lines.

    A row has as many cells as there are names, stripped. Cells left out at the end of a line are empty, unless one of
    ``never_empty`` is among them. Empty cells beyond the last column and lines of empty cells are passed over. A column
    without a name, such as the row numbers that some tools write, is called "".

    Parameters
    ----------
    name_of : makes a name of what stands in the first line.

    Raises
    ------
    InputError : a name stands twice, or, while rows are read, one has too many or too few cells, or it is no CSV.
    """
    ended = True

    def followed() -> Iterator[str]:
        nonlocal ended
        for line in lines:
            ended = line.endswith(("\n", "\r"))
            yield line

    reader = csv.reader(followed(), strict=True, skipinitialspace=True)

    def rows() -> Iterator[list[str]]:
        try:
            yield from reader
        except csv.Error as error:
            raise InputError(f"is not a CSV table: {error}", path=path, line=reader.line_num, key=key) from error

    cells = rows()
    names = [name_of(_cell(name)) if name.strip() else "" for name in next(cells, [])]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InputError(f"has the column '{twice[0]}' twice", path=path, line=1, key=key)
    whole = len(names)
    shortest = max((names.index(name) + 1 for name in never_empty if name in names), default=0)

    def fitted() -> Iterator[tuple[int, list[str]]]:
        for row in cells:
            line, given = reader.line_num, [_cell(cell) for cell in row]
            if not any(given):
                continue
            cut_off = len(given) < whole and not ended
            if cut_off or len(given) < shortest or any(given[whole:]):
                said = f"has {len(given)} values where the first line names {whole} columns"
                said += "; the file ends within this line, as one that was cut off" if cut_off else ""
                raise InputError(said, path=path, line=line, key=key)
            yield line, (given + [""] * (whole - len(given)))[:whole]

    return names, fitted()


def _cell(text: str) -> str:
    """Return what a cell says: without spaces around it, and without the ``="..."`` that keeps a spreadsheet from changing it."""
    text = text.strip()
    formula = _FORMULA.fullmatch(text)
    return formula.group(1).strip() if formula else text


# ---- other files

_KINDS: Final = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "a workbook or document of an old Office"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet table"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_ZIPPED: Final = (
    ((".xlsx", ".xlsm", ".xlsb"), b"xl/", "an Excel workbook"),
    ((".docx",), b"word/", "a Word document"),
    ((".ods",), b"opendocument.spreadsheet", "a LibreOffice workbook"),
)


def kind_of(path: Path, start: bytes) -> str:
    """Return what a file is by its first bytes, "" if it is none of the kinds that are known by them."""
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        by_name = next((kind for endings, _, kind in _ZIPPED if path.suffix.lower() in endings), "")
        return by_name or next((kind for _, inside, kind in _ZIPPED if inside in start), "a ZIP archive")
    return next((kind for first, kind in _KINDS if start.startswith(first)), "")
