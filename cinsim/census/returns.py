"""A census return in memory: its year, its authority and its eleven tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from cinsim.census.shape import DATES, NUMBERS, TABLES


@dataclass(frozen=True, slots=True)
class CensusReturn:
    """One authority's return of one year.

    Attributes
    ----------
    year : the reporting year, 1 April ``year - 1`` to 31 March ``year``.
    lea : the authority's three-digit number.
    tables : by the names of :data:`cinsim.census.shape.TABLES`, with those columns in that order; dates are datetime64
        (NaT for none), numbers are integers (-1 for a count that is not given), all else text ("" for none). Rows of one
        child stand together.
    absent : tables, and columns as ``table.column``, of which it says nothing: what would be counted of them is unknown, not 0.
    """

    year: int
    lea: str
    tables: Mapping[str, pd.DataFrame]
    absent: frozenset[str] = frozenset()

    def has(self, table: str, *columns: str) -> bool:
        """Return whether the return says something in a table, and in some of its columns."""
        return not self.absent & {table, *(f"{table}.{column}" for column in columns)}

    @property
    def first_day(self) -> date:
        """The first day of the reporting year."""
        return date(self.year - 1, 4, 1)

    @property
    def reference_date(self) -> date:
        """The census date, 31 March."""
        return date(self.year, 3, 31)

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    @property
    def rows(self) -> dict[str, int]:
        """Number of rows of each table."""
        return {name: len(self.tables[name]) for name in TABLES}


def typed(name: str, columns: Mapping[str, object]) -> pd.DataFrame:
    """Return one table with its columns in order and of their types; those that are not given are empty."""
    n = max((len(values) for values in columns.values()), default=0)  # type: ignore[arg-type]
    whole: dict[str, object] = {}
    for column in TABLES[name]:
        if column in DATES:
            whole[column] = np.asarray(columns.get(column, np.full(n, "NaT")), dtype="datetime64[s]")
        elif column in NUMBERS:
            whole[column] = np.asarray(columns.get(column, np.zeros(n)), dtype=np.int64)
        else:
            whole[column] = pd.array(list(columns.get(column, [""] * n)), dtype="str")  # type: ignore[call-overload]
    return pd.DataFrame(whole, copy=False)
