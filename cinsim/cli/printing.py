"""Tables as the command line prints them: set for the terminal's width, or as CSV."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import typer

from cinsim.cli.layout import GAP, cells, folded, tables_of
from cinsim.cli.streams import printable


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows to standard output as CSV."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


WIDTH_OFF_TERMINAL = 160


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Sequence[int] = (),
    kept: int = 1,
    width: int | None = None,
) -> None:
    """Print rows as a table. Where the line is short, texts are folded and columns move to further tables; nothing is cut.

    Parameters
    ----------
    numbers : columns of numbers, which are set to the right.
    kept : columns that each table starts with where one does not hold all.
    width : characters in a line; those of the terminal, or of the variable COLUMNS, when None.
    """
    shown = [printable(heading) for heading in headings]
    texts = [[printable(cell.replace("\n", " ")) for cell in row] for row in rows]
    room = width or shutil.get_terminal_size((WIDTH_OFF_TERMINAL, 24)).columns
    for number, table in enumerate(tables_of(shown, texts, numbers=numbers, kept=kept, room=room)):
        if number:
            typer.echo()
        for place, row in enumerate((shown, *texts)):
            cells_of = [folded(row[column], wide) for column, wide in zip(table.columns, table.widths, strict=True)]
            for line in zip_longest(*cells_of, fillvalue=""):
                parts = [
                    _set(text, wide, to_the_right=column in numbers)
                    for text, column, wide in zip(line, table.columns, table.widths, strict=True)
                ]
                text = (" " * GAP).join(parts).rstrip()
                typer.echo(text if place else typer.style(text, bold=True))


def _set(text: str, width: int, *, to_the_right: bool) -> str:
    room = " " * (width - cells(text))
    return room + text if to_the_right else text + room
