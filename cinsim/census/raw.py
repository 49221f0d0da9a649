"""A return as text, before anything is made of it, and how large one may be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from cinsim.census.shape import DECIDING, NEEDED, TABLES
from cinsim.errors import InputError

LARGEST_BYTES: Final = 256 * 2**20
LARGEST_CHILDREN: Final = 100_000
LARGEST_ROWS: Final = 2_000_000
LONGEST_TEXT: Final = 1_000
MISSING: Final = frozenset({"nan", "NaN", "NaT", "<NA>", "NULL", "null"})
"""What tools write where there is nothing."""
_NEAR: Final = 0.75
Columns = dict[str, list[str]]


@dataclass(slots=True)
class RawReturn:
    """A return as text.

    Attributes
    ----------
    path : where it was read from. tables : the columns of each table, "" where an element is absent.
    ignored : names of elements or columns that are not of the census, with how often each came.
    absent : tables of which there was no file. missing : columns that a table's file does not have, by table.
    others : names of files of a folder that are no table of a return.
    form : whether it is an XML file, in which an element that never comes may mean none, or a folder of tables.
    """

    path: Path
    tables: dict[str, Columns]
    ignored: dict[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    form: Literal["xml", "tables"] = "xml"

    @property
    def header(self) -> dict[str, str]:
        """The header's values, "" for those that are absent."""
        return {name: (values[0].strip() if values else "") for name, values in self.tables["Header"].items()}

    @property
    def lacking(self) -> dict[str, str]:
        """Tables that say nothing, with why: there is no file, or it has no column for a date or flag that decides."""
        out = {name: f"there is no table {name}" for name in self.absent if not self.tables[name]["LAchildID"]}
        for name, columns in self.missing.items():
            needed = [column for column in columns if column in DECIDING.get(name, ())]
            if needed:
                out[name] = f"the table {name} has no {' and no '.join(needed)}"
        return out

    def said_by_no_row(self, table: str, column: str) -> bool:
        """Return whether a table with rows has nothing in a column."""
        values = self.tables[table][column]
        return bool(values) and not any(values)


def plainly(name: str) -> str:
    """Return a name of an element, column or table without case, spaces and marks, in which tools differ."""
    return re.sub(r"[^0-9a-z]+", "", name.rpartition("}")[2].casefold())


def known_names(names: Iterable[str]) -> dict[str, str]:
    """Return names by how they are written plainly."""
    return {plainly(name): name for name in names}


def nearest(column: str, unknown: Collection[str]) -> str:
    """Return the unknown name that is most like a column's, "" if none is."""
    by_plain = known_names(unknown)
    near = difflib.get_close_matches(plainly(column), list(by_plain), n=1, cutoff=_NEAR)
    return by_plain[near[0]] if near else ""


def refuse_without(name: str, columns: Iterable[str], unknown: Collection[str], path: Path) -> None:
    """Raise if a table that every return needs has no column for a date or flag that decides what its rows are.

    Raises
    ------
    InputError : it has none; the message names the nearest of the columns that are there.
    """
    lost = [column for column in columns if column in DECIDING.get(name, ())]
    if not lost or name not in NEEDED:
        return
    near = {column: nearest(column, unknown) for column in lost}
    hint = "".join(f"; is '{other}' meant to be {column}?" for column, other in near.items() if other)
    hint = hint or "; add it, with nothing in it where there is none"
    raise InputError(
        f"{name} has no {' and no '.join(lost)}, without which it cannot be told what is open{hint}",
        path=path, line=1 if path.suffix.lower() == ".csv" else None, key=lost[0],
    )  # fmt: skip


def empty_tables() -> dict[str, Columns]:
    """Return the tables of a return that holds nothing."""
    return {name: {column: [] for column in columns} for name, columns in TABLES.items()}
