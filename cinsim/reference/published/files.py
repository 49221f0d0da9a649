"""Reading published CSV files as they come: byte-order marks, encodings, symbols for missing values, changing names.

Symbols, as the Department for Education explains them: ``c`` suppressed (counts of 1 to 5, and what would reveal them),
``k`` and ``low`` rounds to zero, ``u`` low reliability, ``x`` and ``:`` not available, ``z`` not applicable.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from cinsim.errors import InputError

MISSING_SYMBOLS = frozenset({"", "c", "x", "z", "u", ":", "~", "-", ".."})
ROUNDS_TO_ZERO = frozenset({"low", "k"})
NATIONAL, LOCAL_AUTHORITY = "National", "Local authority"
ENGLAND = "E92000001"


@dataclass(frozen=True)
class PublishedTable:
    """One published file: every cell as text, with the checks that turn cells into numbers.

    Parameters
    ----------
    path : the file.
    rows : its cells as text; the index is the line in the file, counted from 1 with the header as line 1.
    """

    path: Path
    rows: pd.DataFrame

    def require(self, *columns: str) -> None:
        """Raise :class:`InputError` unless the file has ``columns``."""
        for column in columns:
            if column not in self.rows.columns:
                near = difflib.get_close_matches(column, list(self.rows.columns), n=3, cutoff=0.5)
                hint = f"; the nearest are {', '.join(near)}" if near else ""
                raise InputError(
                    f"the column is not there{hint}. The file has: {', '.join(self.rows.columns)}", path=self.path, key=column
                )

    def text(self, column: str) -> pd.Series:
        """Return a column as text, without outer spaces."""
        self.require(column)
        return self.rows[column].str.strip()

    def numbers(self, column: str) -> pd.Series:
        """Return a column as numbers; what was not published is NaN, what rounds to zero is 0.

        Raises
        ------
        InputError : a cell holds neither a number nor a symbol that is known.
        """
        cells = self.text(column)
        lower = cells.str.lower()
        values = pd.to_numeric(cells.str.replace(",", "", regex=False), errors="coerce").astype(float)
        values[lower.isin(ROUNDS_TO_ZERO)] = 0.0
        unknown = values.isna() & ~lower.isin(MISSING_SYMBOLS)
        if unknown.any():
            line = int(unknown.index[unknown.to_numpy()][0])
            raise InputError(
                f"'{cells[line]}' is neither a number nor one of the symbols c, k, low, u, x, z, ':'",
                path=self.path,
                line=line,
                key=column,
            )
        return values

    @cached_property
    def years(self) -> pd.Series:
        """The year of each row: ``2024``, or the end of ``202324``."""
        cells = self.text("time_period")
        good = cells.str.fullmatch(r"\d{4}|\d{6}")
        if not good.all():
            line = int(good.index[~good.to_numpy()][0])
            raise InputError(
                f"'{cells[line]}' is not a year such as 2024 or 202324", path=self.path, line=line, key="time_period"
            )
        return cells.map(lambda cell: int(cell) if len(cell) == 4 else int(cell[:4]) + 1)

    def require_year(self, year: int) -> None:
        """Raise :class:`InputError` unless the file has rows for ``year``."""
        there = sorted(set(self.years))
        if year not in there:
            raise InputError(f"no rows for {year}; the file has {there[0]} to {there[-1]}", path=self.path, key="time_period")

    def level(self, level: str) -> PublishedTable:
        """Return the rows of one geographic level.

        Raises
        ------
        InputError : there are none.
        """
        levels = self.text("geographic_level")
        chosen = levels == level
        if not chosen.any():
            raise InputError(
                f"no rows at the level '{level}'; the file has {sorted(set(levels))}", path=self.path, key="geographic_level"
            )
        return PublishedTable(self.path, self.rows[chosen])

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
        return PublishedTable(self.path, self.rows[chosen])


def read_table(path: Path) -> PublishedTable:
    """Read one CSV file as text, whatever its byte-order mark; UTF-8, else Windows-1252."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
            break
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise InputError(f"not a CSV file with a header: {error}", path=path) from error
    else:
        raise InputError("neither UTF-8 nor Windows-1252", path=path)
    rows.columns = [str(column).strip() for column in rows.columns]
    rows.index = pd.Index(np.arange(2, len(rows) + 2), name="line")
    return PublishedTable(path, rows)


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
            self._read[prefix] = read_table(find_file(folder, prefix))
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
    if len(found) != 1:
        problem = "no file's name begins" if not found else f"{len(found)} files' names begin"
        raise InputError(f"{problem} with '{prefix}'; the folder holds: {', '.join(names) or 'no CSV file'}", path=folder)
    return folder / found[0]


def table_label(prefix: str) -> str:
    """Return how a table is cited: ``c1`` for the prefix ``c1_``."""
    return prefix.rstrip("_")


def column_key(name: str) -> str:
    """Return a published column name as a lower-case key: ``Education_Services`` to ``education_services``."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def shares(values: Sequence[float]) -> list[float]:
    """Return values as shares of their sum."""
    total = float(sum(values))
    return [value / total for value in values]
