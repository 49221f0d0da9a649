"""Dates and tables are read as spreadsheets write them, and what could mean two things is refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from cinsim.errors import InputError
from cinsim.spreadsheets import kind_of, limited_lines, read_date, read_table

pytestmark = pytest.mark.unit

FIRST_OF_MAY = date(2025, 5, 1)
WHERE = Path("table.csv")


@pytest.mark.parametrize(
    "text",
    [
        "2025-05-01", " 2025-05-01 ", "2025/05/01", "20250501", "01/05/2025", "1/5/2025", "01-05-2025", "01.05.2025",
        "1 May 2025", "01-May-2025", "1-MAY-2025", "01/05/2025 00:00:00", "01/05/2025 00:00", "1/5/2025 0:00",
        "01/05/2025 12:00:00 AM",
        "2025-05-01 00:00:00", "2025-05-01 14:30", "2025-05-01T00:00:00", "2025-05-01T00:00:00.000",
        "2025-05-01T00:00:00.0000000",
        "2025-05-01T00:00:00Z", "2025-05-01T00:00:00+01:00", "2025-05-01 00:00:00+0000", "2025-04-30T23:00:00Z",
        "2025-04-30T23:00:00.000+00:00",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form_it_is_written_in(text: str) -> None:
    assert read_date(text) == FIRST_OF_MAY


def test_an_evening_in_winter_is_not_the_next_day() -> None:
    assert read_date("2025-01-31T23:00:00Z") == date(2025, 1, 31)
    assert read_date("2025-03-29T23:00:00Z") == date(2025, 3, 29)
    assert read_date("2025-10-25T23:00:00Z") == date(2025, 10, 26)
    assert read_date("2025-10-26T23:00:00Z") == date(2025, 10, 26)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/02/2025", "is no date"), ("2025-02-31", "is no date"), ("05/13/2025", "is no date"), ("soon", "is no date"),
        ("", "is no date"), ("2025-13-01T00:00:00", "is no date"), ("²⁰²⁵-05-01", "is no date"), ("01-05/2025", "is no date"),
        ("1 Mai 2025", "is no date"), ("01/05/25", "has a year of two digits"), ("1-May-25", "has a year of two digits"),
        ("01/05/25 00:00", "has a year of two digits"), ("45778", "day number of a spreadsheet"),
        ("45778.5", "day number of a spreadsheet"), ("2025-05-01 25:00", "time of day that cannot be"),
    ],
)  # fmt: skip
def test_what_is_no_one_day_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_date(text)


def table(text: str, never_empty: Sequence[str] = ()) -> tuple[list[str], list[tuple[int, list[str]]]]:
    names, rows = read_table(limited_lines(StringIO(text, newline=""), WHERE), WHERE, never_empty=never_empty)
    return names, list(rows)


def test_cells_and_columns_that_spreadsheets_add_or_leave_out_change_nothing() -> None:
    names, rows = table('a,b,c,,\r\n1,2,3,,\r\n4,5\r\n,,,,\r\n\r\n="07",8,9,,,,,\r\n')
    assert names == ["a", "b", "c", "", ""]
    assert [line for line, _ in rows] == [2, 3, 6]
    assert [row[:3] for _, row in rows] == [["1", "2", "3"], ["4", "5", ""], ["07", "8", "9"]]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a,b\n1,2,3\n", 2, "has 3 values where the first line names 2 columns"),
        ("a,b,c\n1\n", 2, "has 1 values where the first line names 3 columns"),
        ("a,b,c\n1,2,3\n4,5", 3, "as one that was cut off"),
        ("a,b,a\n", 1, "has the column 'a' twice"),
        ('a,b\n"1,2\n', 2, "is not a CSV table"),
        (f"a,b\n{'x' * 200_000},1\n", 2, "a line of more than 100,000 characters"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(text: str, line: int | None, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        table(text, ("a", "b"))
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("name", "start", "kind"),
    [
        ("return.xlsx", b"PK\x03\x04 any", "an Excel workbook"),
        ("return.zip", b"PK\x03\x04 any", "a ZIP archive"),
        ("return.xml", b"PK\x03\x04 ... xl/workbook.xml", "an Excel workbook"),
        ("return.xml", b"PK\x03\x04 ... word/document.xml", "a Word document"),
        ("return.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "a workbook or document of an old Office"),
        ("return.pdf", b"%PDF-1.7", "a PDF"),
        ("return.gz", b"\x1f\x8b\x08", "a gzip archive"),
        ("return.xml", b"<?xml", ""),
    ],
)
def test_a_file_is_known_by_its_first_bytes(name: str, start: bytes, kind: str) -> None:
    assert kind_of(Path(name), start) == kind
