"""Does every row stand there once? One row an area and year, and whatever else a file is broken down by."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cinsim.errors import InputError
from cinsim.reference.published.files import ENGLAND, LOCAL_AUTHORITY, MISSING_SYMBOLS, NATIONAL, ROUNDS_TO_ZERO, PublishedTable
from cinsim.reference.published.measures import area_codes

SHOWN = 4


def twice(table: PublishedTable, key: tuple[str, ...] = ()) -> Iterator[InputError]:
    """Return what is wrong where an area has several rows in a year: the first such, and how many others there are.

    Parameters
    ----------
    key : the columns by which the file is broken down, beside area and year.
    """
    columns = [table.text("geographic_level"), _areas(table), table.years, *(table.text(column) for column in key)]
    lines: dict[tuple[object, ...], list[int]] = {}
    for line, *cells in zip(table.rows.index.tolist(), *(column.tolist() for column in columns), strict=True):
        lines.setdefault(tuple(cells), []).append(line)
    again = {cells: there for cells, there in lines.items() if len(there) > 1}
    if not again:
        return
    (_, _, *rest), (first, second, *_) = min(again.items(), key=lambda item: item[1][1])
    others = f" ({len(again) - 1:,} others do as well)" if len(again) > 1 else ""
    what = " ".join(str(part) for part in (_name(table, first), *rest))
    yield InputError(
        f"{what} stands there twice (first in line {first}){others}. {_advice(table.rows.loc[[first, second]])}",
        path=table.path, line=second,
    )  # fmt: skip


def _areas(table: PublishedTable) -> pd.Series:
    """Return the code by which each row's area is known: England's, the region's or the authority's."""
    areas = area_codes(table)
    level = table.text("geographic_level")
    region = table.text("region_code") if table.has("region_code") else table.text("country_code")
    return areas.mask(level == NATIONAL, ENGLAND).mask(~level.isin((NATIONAL, LOCAL_AUTHORITY)), region)


def _name(table: PublishedTable, line: int) -> str:
    names = [table.text(column)[line] for column in ("la_name", "region_name") if table.has(column)]
    return next((name for name in names if name), "England")


def _advice(alike: pd.DataFrame) -> str:
    """Say by what rows of one area and year differ, and what to do about it."""
    differ = [column for column in alike.columns if alike[column].nunique() > 1]
    if not differ:
        return "The rows are the same: keep one"
    words = [column for column in differ if not alike[column].map(_is_figure).all()]
    if not words:
        return f"They differ in {', '.join(differ[:SHOWN])}: keep the one that is right"
    column = words[0]
    values = list(dict.fromkeys(alike[column]))
    total = next((value for value in values if value.strip().lower() in ("total", "all")), None)
    keep = f"keep the rows of '{total}' alone" if total else "keep the rows of the total of them, or of one of them, alone"
    return f"Column {column} has {' and '.join(values[:SHOWN])}: {keep}"


def _is_figure(cell: str) -> bool:
    plain = cell.strip().lower().replace(",", "")
    return plain in MISSING_SYMBOLS | ROUNDS_TO_ZERO or plain.replace(".", "", 1).isdigit()
