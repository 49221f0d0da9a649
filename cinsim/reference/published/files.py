"""Reading published CSV files as they come: byte-order marks, encodings, symbols for missing values, changing names.

Symbols, as the Department for Education explains them: ``c`` suppressed (counts of 1 to 5, and what would reveal them),
``k`` and ``low`` rounds to zero, ``u`` low reliability, ``x`` and ``:`` not available, ``z`` not applicable.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from cinsim.engine.totals import sum_in_order
from cinsim.errors import InputError
from cinsim.reference.published.columns import found_under, not_there

MISSING_SYMBOLS = frozenset({"", "c", "x", "z", "u", ":", "~", "-", ".."})
ROUNDS_TO_ZERO = frozenset({"low", "k"})
NATIONAL, REGIONAL, LOCAL_AUTHORITY = "National", "Regional", "Local authority"
ENGLAND = "E92000001"
TOLD_APART_BY: Mapping[str, str] = {"children_looked_after": "population_type"}
"""Where several publications' names begin alike: the column that the one wanted has."""


@dataclass(frozen=True)
class PublishedTable:
    """One published file: every cell as text, with the checks that turn cells into numbers.

    Parameters
    ----------
    path : the file.
    rows : its cells as text, without outer spaces; the index is the line in the file, counted from 1 with the header as line 1.
    prefix : how the file's name begins, by which other names of its columns are known.
    """

    path: Path
    rows: pd.DataFrame
    prefix: str = ""
    _numbers: dict[str, pd.Series] = field(default_factory=dict, init=False, repr=False, compare=False)
    _levels: dict[str, PublishedTable] = field(default_factory=dict, init=False, repr=False, compare=False)

    def has(self, column: str) -> bool:
        """Whether the file has a column, under any of its names."""
        return column in self.rows.columns or len(found_under(column, list(self.rows.columns), self.prefix)) == 1

    def own_name(self, column: str) -> str:
        """Return what the file calls a column.

        Raises
        ------
        InputError : it has none of its names, or several.
        """
        if column in self.rows.columns:
            return column
        there = list(self.rows.columns)
        names = found_under(column, there, self.prefix)
        if not names:
            raise InputError(not_there(column, there, self.prefix), path=self.path, key=column)
        if len(names) > 1:
            raise InputError(f"the same column under two names, {' and '.join(names)}: keep one", path=self.path, key=column)
        return names[0]

    def text(self, column: str) -> pd.Series:
        """Return a column as text."""
        return self.rows[self.own_name(column)]

    def old_codes(self, column: str) -> pd.Series:
        """Return a column of three-digit codes, several in a cell parted by `` / ``; ``383.0``, as programs save it, is 383.

        Raises
        ------
        InputError : a cell is no such code.
        """
        cells = self.text(column).str.replace(r"\b(\d{3})\.0+(?!\d)", r"\1", regex=True)
        self._refuse(cells, cells.str.fullmatch(r"\d{3}( ?/ ?\d{3})*"), "is no three-digit code such as 383", column)
        return cells

    def _refuse(self, cells: pd.Series, good: pd.Series, problem: str, column: str) -> None:
        """Raise :class:`InputError` with the place of the first cell that is not good."""
        if not good.all():
            line = int(good.index[~good.to_numpy(dtype=bool)][0])
            raise InputError(f"'{cells[line]}' {problem}", path=self.path, line=line, key=self.own_name(column))

    def numbers(self, column: str) -> pd.Series:
        """Return a column as numbers; what was not published is NaN, what rounds to zero is 0.

        Raises
        ------
        InputError : a cell holds neither a number nor a symbol that is known.
        """
        if column not in self._numbers:
            self._numbers[column] = self._as_numbers(column)
        return self._numbers[column].copy()

    def _as_numbers(self, column: str) -> pd.Series:
        cells = self.text(column)
        lower = cells.str.lower()
        plain = cells.where(~cells.str.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?"), cells.str.replace(",", "", regex=False))
        values = pd.to_numeric(plain, errors="coerce").astype(float)
        values[lower.isin(ROUNDS_TO_ZERO)] = 0.0
        known = values.notna() | lower.isin(MISSING_SYMBOLS)
        self._refuse(cells, known, "is neither a number nor one of the symbols c, k, low, u, x, z, ':'", column)
        self._refuse(cells, values.isna() | ((values >= 0.0) & np.isfinite(values)), "is negative or not finite", column)
        return values

    @cached_property
    def years(self) -> pd.Series:
        """The year of each row: ``2024``, or the end of ``202324``."""
        cells = self.text("time_period")
        self._refuse(cells, cells.str.fullmatch(r"\d{4}|\d{6}"), "is not a year such as 2024 or 202324", "time_period")
        return cells.map(lambda cell: int(cell) if len(cell) == 4 else int(cell[:4]) + 1)

    def require_year(self, year: int) -> None:
        """Raise :class:`InputError` unless the file has rows for ``year``."""
        there = sorted(set(self.years))
        if year not in there:
            raise InputError(f"no rows for {year}; the file has {there[0]} to {there[-1]}", path=self.path, key="time_period")

    def of(self, rows: pd.DataFrame) -> PublishedTable:
        """Return the same file with other rows."""
        return PublishedTable(self.path, rows, self.prefix)

    def level(self, level: str) -> PublishedTable:
        """Return the rows of one geographic level.

        Raises
        ------
        InputError : there are none.
        """
        if level not in self._levels:
            self._levels[level] = self.where("geographic_level", level)
        return self._levels[level]

    def where(self, column: str, value: str) -> PublishedTable:
        """Return the rows whose ``column`` is ``value``.

        Raises
        ------
        InputError : there are none.
        """
        cells = self.text(column)
        chosen = cells == value
        if not chosen.any():
            raise InputError(f"no rows with '{value}'; the file has {sorted(set(cells))}", path=self.path, key=column)
        return self.of(self.rows[chosen])


def read_table(path: Path, prefix: str = "") -> PublishedTable:
    """Read one CSV file as text, whatever its byte-order mark; UTF-8, else Windows-1252.

    Parameters
    ----------
    prefix : how the file's name begins, by which other names of its columns are known.

    Raises
    ------
    InputError : the file is no CSV file, holds no rows, or a row has not as many cells as the header.
    """
    try:
        reader = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
        header = next((cells for cells in reader if any(cell.strip() for cell in cells)), [])
        names = [name.strip() for name in header]
        lines, rows = [], []
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(begins)
                rows.append(_row(cells, len(names), path, begins))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"not a CSV file, or cut off: {error}", path=path, line=reader.line_num) from error
    if not rows:
        raise InputError("the file holds a header and no rows" if names else "the file is empty", path=path)
    table = pd.DataFrame(rows, columns=names, index=pd.Index(np.array(lines), name="line"), dtype=str)
    return PublishedTable(path, _named(table, path), prefix)


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from error
    if data.startswith(b"PK\x03\x04"):
        raise InputError("an Excel workbook or a ZIP archive, not a CSV file: save it as CSV, or unpack it", path=path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise InputError("neither UTF-8 nor Windows-1252: save it as CSV in UTF-8", path=path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise InputError("neither UTF-8 nor Windows-1252: save it as CSV in UTF-8", path=path) from error


def _row(cells: list[str], wanted: int, path: Path, line: int) -> list[str]:
    """Return a row as wide as the header; empty cells after its end are what spreadsheets add."""
    if len(cells) < wanted or any(cell.strip() for cell in cells[wanted:]):
        raise InputError(
            f"the row has {len(cells)} cells, the header {wanted}: the file was cut off here, or cells were lost or added",
            path=path,
            line=line,
        )
    return [cell.strip() for cell in cells[:wanted]]


def _named(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table without empty columns that have no name; a name that stands twice is refused."""
    names = list(table.columns)
    twice = next((name for place, name in enumerate(names) if name and name in names[:place]), None)
    if twice is not None:
        raise InputError("the column stands there twice: keep one", path=path, line=1, key=twice)
    nameless = [place for place, name in enumerate(names) if not name]
    filled = next((place for place in nameless if table.iloc[:, place].any()), None)
    if filled is not None:
        raise InputError(f"column {filled + 1} holds figures and has no name", path=path, line=1)
    return table.iloc[:, [place for place in range(len(names)) if place not in nameless]]


@dataclass
class Release:
    """A folder of published files, found by how their names begin (``c1_`` of ``c1_children_in_need_...csv``).

    Parameters
    ----------
    folder : the release of "Children in need".
    other : the folder of the other publications (workforce, looked-after children, population by age, deprivation, neighbours).
    """

    folder: Path
    other: Path
    _read: dict[str, PublishedTable] = field(default_factory=dict, init=False)

    def table(self, prefix: str) -> PublishedTable:
        """Return the file of the release whose name begins with ``prefix``; read once."""
        return self._table(self.folder, prefix)

    def other_table(self, prefix: str) -> PublishedTable:
        """Return the file of the other publications whose name begins with ``prefix``; read once."""
        return self._table(self.other, prefix)

    def _table(self, folder: Path, prefix: str) -> PublishedTable:
        if prefix not in self._read:
            self._read[prefix] = read_table(find_file(folder, prefix), prefix)
        return self._read[prefix]

    @cached_property
    def latest_year(self) -> int:
        """The reporting year of the release: the last year of table c1."""
        return int(self.table("c1_").years.max())


def find_file(folder: Path, prefix: str) -> Path:
    """Return the one CSV file in ``folder`` whose name begins with ``prefix``.

    Raises
    ------
    InputError : the folder, or the file, is not there, or several files match.
    """
    if not folder.is_dir():
        raise InputError("there is no such folder", path=folder)
    names = sorted(path.name for path in folder.iterdir() if path.suffix.lower() == ".csv")
    found = [name for name in names if name.lower().startswith(prefix.lower())]
    if len(found) > 1 and prefix in TOLD_APART_BY:
        found = [name for name in found if read_table(folder / name).has(TOLD_APART_BY[prefix])]
    if len(found) != 1:
        problem = "no file's name begins" if not found else f"{len(found)} files' names begin"
        raise InputError(f"{problem} with '{prefix}'; the folder holds: {', '.join(names) or 'no CSV file'}", path=folder)
    return folder / found[0]


def table_label(prefix: str) -> str:
    """Return how a table is cited: ``c1`` for the prefix ``c1_``."""
    return prefix.rstrip("_")


def shares(values: Sequence[float]) -> list[float]:
    """Return values as shares of their sum."""
    total = sum_in_order(values)
    return [value / total for value in values]
