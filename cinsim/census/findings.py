"""What was found wrong in a return, how much of it is lost by that, and when that is too much."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from cinsim.census.shape import DECIDING
from cinsim.errors import InputError

LEFT_OUT_AT_MOST: Final = 0.05
"""Share of a table's records that may be left out as unusable. Areas are fitted to within 1 to 4% of their figures (median
errors): what loses more than this is no longer the same authority."""
FEW: Final = 2
"""Records that may be left out of any table, however small: so few are slips, not a pattern."""
OUTSIDE_AT_MOST: Final = 0.5
"""Share of a table's records that may lie outside the census year: a late return holds some weeks too many, not half a year."""
SHOWN: Final = 8
Kind = Literal["unusable", "repeated", "outside", "noted"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of trouble.

    Attributes
    ----------
    table, column : where. what : in plain words. rows : how often. left_out : rows lost by it, those that hung on them
        included; 0 where only the value is left empty.
    of : rows of the table. example : one of the values, "" where there is none. right : what would be right, "" where that
        is plain. kind : whether what is left out is lost, was there twice, or is not of the year.
    """

    table: str
    column: str
    what: str
    rows: int
    left_out: int
    of: int = 0
    example: str = ""
    right: str = ""
    kind: Kind = "unusable"

    def __str__(self) -> str:
        """Say it in a line, without what it is an example of."""
        if self.left_out:
            lost = f"; {self.left_out:,} records are left out with it"
        else:
            lost = "; left empty" if self.kind == "unusable" else ""
        return f"{self.table}, {self.column}: {self.what}, {self.rows:,} times{lost}"

    @property
    def empties_too_many(self) -> bool:
        """Whether more values are left empty than may be, in a column that decides what a row is."""
        decides = self.column in DECIDING.get(self.table, ()) and self.kind == "unusable" and not self.left_out
        return decides and self.rows > FEW and self.rows > LEFT_OUT_AT_MOST * self.of

    @property
    def in_full(self) -> str:
        """Say it with an example and what would be right."""
        example = f", e.g. '{self.example}'" if self.example else ""
        right = f"; {self.right}" if self.right else ""
        what = re.sub("^(is|has) ", lambda verb: "are " if verb[1] == "is" else "have ", self.what)
        return f"{self.table}, {self.column}: {self.rows:,} of {self.of:,} {what}{example}{right}"


class UnusableReturn(InputError):
    """A return of which too little can be used; ``problems`` lists what was found, a row a case, as child-level data."""

    def __init__(self, message: str, *, path: Path, problems: pd.DataFrame):
        super().__init__(message, path=path)
        self.problems = problems

    def __reduce__(self) -> tuple[object, ...]:
        return (InputError, (str(self),))


def unusable(message: str, findings: Sequence[Finding], path: Path, problems: pd.DataFrame) -> UnusableReturn:
    """Return the error of a return that cannot be used, with the findings that led to it."""
    told = [f for f in findings if f.kind in ("unusable", "outside")]
    lines = [f"  {finding.in_full}" for finding in told[:SHOWN]]
    if len(told) > SHOWN:
        lines.append(f"  and {len(told) - SHOWN} more")
    text = "\n".join([f"{message}{':' if lines else ''}", *lines])
    return UnusableReturn(text, path=path, problems=problems)


@dataclass(frozen=True, slots=True)
class Loss:
    """Rows of a table, each record once: how many there were, are unusable, and lie outside the census year."""

    rows: int
    unusable: int
    outside: int

    @property
    def too_many(self) -> bool:
        """Whether more are unusable than may be."""
        within = self.rows - self.outside
        return self.unusable > FEW and self.unusable > LEFT_OUT_AT_MOST * within

    @property
    def of_another_year(self) -> bool:
        """Whether more lie outside the year than may."""
        return self.outside > FEW and self.outside > OUTSIDE_AT_MOST * self.rows


def too_much(losses: Mapping[str, Loss], findings: Sequence[Finding], words: Mapping[str, str]) -> str:
    """Return in words of what too much cannot be used, "" if of nothing."""
    lost = [
        f"{loss.unusable:,} of {loss.rows - loss.outside:,} {words.get(name, name)}"
        for name, loss in losses.items()
        if loss.too_many
    ]
    lost += [f"{found.column} of {found.rows:,} of {found.of:,} {words.get(found.table, found.table)}" for found in findings
             if found.empties_too_many and not losses[found.table].too_many]  # fmt: skip
    if lost:
        return (
            f"cannot be used: {' and '.join(lost)} would be lost, and at most {LEFT_OUT_AT_MOST:.0%} may be. "
            "Put right what is found, or take those records out yourself"
        )
    other = [
        f"{loss.outside:,} of {loss.rows:,} {words.get(name, name)}" for name, loss in losses.items() if loss.of_another_year
    ]
    if other:
        return f"is not of the year it names: {' and '.join(other)} lie outside it. Header, Year must be that of its 31 March"
    return ""
