"""Whose row is it? Every code of every file against the authorities of table c1 and those that were reorganised before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import pandas as pd

from cinsim.errors import InputError
from cinsim.reference.areas import areas
from cinsim.reference.boundaries import FORMER, current_code
from cinsim.reference.published.authorities import NEIGHBOURS, NEIGHBOURS_TABLE
from cinsim.reference.published.children import AGE_CODE, AGE_TABLE, DEPRIVATION_CODE
from cinsim.reference.published.files import ENGLAND, LOCAL_AUTHORITY, NATIONAL, REGIONAL, PublishedTable, Release
from cinsim.reference.published.measures import WORKFORCE
from cinsim.reference.published.shapes import FIRST_TABLE, Shape

ADVICE: Final = (
    "if its code changed, add both codes to RECODED in cinsim/reference/boundaries.py; if authorities were reorganised, add "
    "those of before to FORMER there"
)
SHOWN: Final = 5
REGION_CODE: Final = r"E1[23]\d{6}"
"""Regions, and Inner and Outer London."""


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority as a file has it: the code under which this package keeps it, its three-digit code and its name."""

    code: str
    old_code: str
    name: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.code, self.old_code, self.name) if part)


class Row(NamedTuple):
    """One authority's row: whose it is, the code as the file has it, the year and the line."""

    authority: Authority
    written: str
    year: int
    line: int


Known = Mapping[str, Authority]


def rows_of_authorities(table: PublishedTable) -> list[Row]:
    """Return the rows of authorities, none where a file has England alone.

    The workforce of some is published jointly (``E09000021 / E09000027``); their row is returned for each.

    Raises
    ------
    InputError : a row's three-digit codes are none, or are not as many as its other codes and names.
    """
    if not (table.text("geographic_level") == LOCAL_AUTHORITY).any():
        return []
    local = table.level(LOCAL_AUTHORITY)
    columns = (local.text("new_la_code").str.upper(), local.old_codes("old_la_code"), local.text("la_name"), local.years)
    parts = (lambda cell: [part.strip() for part in cell.split("/")]) if table.prefix == WORKFORCE else (lambda cell: [cell])
    rows = []
    for line, *cells, year in zip(local.rows.index.tolist(), *(column.tolist() for column in columns), strict=True):
        codes, old_codes, names = map(parts, cells)
        if not len(codes) == len(old_codes) == len(names):
            raise InputError("the row has not as many codes as three-digit codes and names", path=table.path, line=line)
        for code, old_code, name in zip(codes, old_codes, names, strict=True):
            rows.append(Row(Authority(current_code(code), old_code, name), code, year, line))
    return rows


def known_authorities(release: Release) -> Known:
    """Return the authorities of table c1 in any of its years, as they were last, and those that were reorganised, by code."""
    known = {one.area_code: Authority(one.area_code, one.old_code, one.area_name) for one in FORMER}
    rows = sorted(rows_of_authorities(release.table(FIRST_TABLE)), key=lambda row: row.year)
    return known | {row.authority.code: row.authority for row in rows}


def code_problems(table: PublishedTable, shape: Shape, known: Known) -> Iterator[InputError]:
    """Return the rows of a file that are of no known level, country, region or authority."""
    levels = table.text("geographic_level")
    named = f"'{NATIONAL}', '{REGIONAL}' or '{LOCAL_AUTHORITY}'"
    yield from _odd(table, "geographic_level", levels.isin((NATIONAL, REGIONAL, LOCAL_AUTHORITY)), f"is no level such as {named}")
    yield from _odd(table, "country_code", table.text("country_code") == ENGLAND, f"is not England's code, {ENGLAND}")
    if table.has("region_code"):
        regions = table.text("region_code").str.fullmatch(REGION_CODE) | (levels != REGIONAL)
        yield from _odd(table, "region_code", regions, "is no region's code")
    rows = rows_of_authorities(table)
    if not rows:  # some files are of England alone
        return
    if shape.prefix == FIRST_TABLE:
        yield from _of_the_first_table(table, rows)
        return
    yield from _unknown(table, [row for row in rows if row.authority.code not in known], known.values(), "new_la_code")
    theirs = [row for row in rows if row.authority.code in known]
    for row in _first_of_each(row for row in theirs if row.authority.old_code != known[row.authority.code].old_code):
        yield InputError(
            f"{row.authority.code} has the three-digit code {row.authority.old_code} ({row.authority.name}); in table c1 it is "
            f"{known[row.authority.code]}",
            path=table.path, line=row.line, key=table.own_name("old_la_code"),
        )  # fmt: skip


def _of_the_first_table(table: PublishedTable, rows: list[Row]) -> Iterator[InputError]:
    """Return the authorities of table c1 that this package does not know, and those of the package that it lacks or that end."""
    package = [Authority(area.area_code, area.old_code, area.area_name) for area in areas() if area.area_code != ENGLAND]
    former = {one.area_code for one in FORMER}
    expected = {one.code for one in package} | former | {code for one in FORMER for code in one.successors}
    key = table.own_name("new_la_code")
    yield from _unknown(table, [row for row in rows if row.authority.code not in expected], package, "new_la_code")
    last = {row.authority.code: row for row in sorted(rows, key=lambda row: row.year)}
    gone = [one for one in package if one.code not in last.keys() | former]
    for one in gone[:SHOWN]:
        more = f" ({len(gone)} authorities are missing)" if len(gone) > 1 else ""
        yield InputError(f"no row of {one} in any year{more}; {ADVICE}", path=table.path, key=key)
    latest = max((row.year for row in rows), default=0)
    now = [row.authority for row in last.values() if row.year == latest]
    for row in last.values():
        if row.year < latest and row.authority.code not in former:
            same = [other for other in now if _same(row.authority, other)]
            hint = f"{same[0].code} has its name or three-digit code; " if same else ""
            yield InputError(
                f"no rows of {row.authority} after {row.year}, though the file goes on to {latest}; {hint}{ADVICE}",
                path=table.path, key=key,
            )  # fmt: skip


def untimed_code_problems(table: PublishedTable, shape: Shape, known: Known) -> Iterator[InputError]:
    """Return the rows of a file of authorities alone (ages, deprivation, neighbours) that are of none, or stand there twice."""
    column = {AGE_TABLE: AGE_CODE, NEIGHBOURS_TABLE: "old_la_code"}.get(shape.prefix, DEPRIVATION_CODE)
    if shape.prefix == NEIGHBOURS_TABLE:
        codes = table.old_codes(column)
        there = {one.old_code for one in known.values()}
        for place in (column, *NEIGHBOURS):
            yield from _odd(table, place, table.old_codes(place).isin(list(there)), "is no authority's three-digit code")
    else:
        written = table.text(column).str.upper()
        codes = written.map(current_code)
        names = table.rows.iloc[:, 1]
        rows = [
            Row(Authority(code, "", name), cell, 0, line)
            for line, code, name, cell in zip(codes.index.tolist(), codes, names, written, strict=True)
        ]
        english = [row for row in rows if row.written.startswith("E")]  # the ONS has Wales in the same file
        yield from _unknown(table, [row for row in english if row.authority.code not in known], known.values(), column)
    again = codes.index[codes.duplicated()]
    if len(again):
        line = int(again[0])
        first = int(codes.index[codes == codes[line]][0])
        yield InputError(
            f"'{codes[line]}' stands there twice (first in line {first}): keep one row of an authority",
            path=table.path, line=line, key=table.own_name(column),
        )  # fmt: skip


def _same(one: Authority, other: Authority) -> bool:
    by_name = bool(one.name) and one.name.casefold() == other.name.casefold()
    return by_name or (bool(one.old_code) and one.old_code == other.old_code)


def _first_of_each(rows: Iterable[Row]) -> list[Row]:
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.authority.code, row)
    return list(first.values())


def _unknown(table: PublishedTable, rows: list[Row], known: Iterable[Authority], column: str) -> Iterator[InputError]:
    """Say of each code that is no known authority's which one it may be."""
    first, key, candidates = _first_of_each(rows), table.own_name(column), list(known)
    for row in first[:SHOWN]:
        same = [other for other in candidates if _same(row.authority, other)]
        hint = f"it has the name or three-digit code of {same[-1].code}; " if same else ""
        yield InputError(
            f"{row.authority} is no authority that is known; {hint}{ADVICE}", path=table.path, line=row.line, key=key
        )
    if len(first) > SHOWN:
        more = ", ".join(row.written for row in first[SHOWN:])
        yield InputError(f"nor are these authorities: {more}", path=table.path, key=key)


def _odd(table: PublishedTable, column: str, good: pd.Series, problem: str) -> Iterator[InputError]:
    """Say of each different cell of a column that is not good, with its first line."""
    cells = table.text(column)[~good.astype(bool)].drop_duplicates()
    for line, cell in cells.head(SHOWN).items():
        yield InputError(f"'{cell}' {problem}", path=table.path, line=int(str(line)), key=table.own_name(column))
    if len(cells) > SHOWN:
        yield InputError(f"{len(cells) - SHOWN} more cells: each {problem}", path=table.path, key=table.own_name(column))
