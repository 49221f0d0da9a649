"""Commands that print what the package knows: parameters, measures, areas."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from cinsim.cli.options import Format, guarded
from cinsim.errors import InputError

PARAMETER_COLUMNS = ("name", "value", "unit", "low", "high", "source", "evidence", "status", "description")


@guarded
def parameters(
    word: Annotated[str, typer.Argument(metavar="[WORD]", help="Only those whose name or description holds this word.")] = "",
    budget: Annotated[
        bool, typer.Option("--budget", help="Print the hours budget: work summed from the hours, against the published staff.")
    ] = False,
    area: Annotated[str, typer.Option(metavar="TEXT", help="The budget's area: a name or code.")] = "England",
    format_: Format = "table",
) -> None:
    """List every parameter with its value, range, source, evidence grade and status; or print the hours budget."""
    from cinsim.reference.register import load_register

    if budget:
        from cinsim.cli.budget import print_budget
        from cinsim.reference.areas import average_authority, resolve
        from cinsim.reference.parameters import parameters_from
        from cinsim.workforce.budget import hours_budget

        england = average_authority()
        for chosen in resolve(area):
            print_budget(hours_budget(chosen, england, parameters_from()))
        return
    found = [p for p in load_register().values() if word.lower() in f"{p.name} {p.description}".lower()]
    if format_ == "csv":
        write_csv(PARAMETER_COLUMNS, ([getattr(p, column) for column in PARAMETER_COLUMNS] for p in found))
        return
    if not found:
        raise InputError(f"no parameter has '{word}' in its name or description; `cinsim parameters` lists them all", key="WORD")
    rows = ([p.name, f"{p.value:g}", p.unit, f"{p.low:g} to {p.high:g}", p.evidence, p.status, p.description] for p in found)
    print_table(("Name", "Value", "Unit", "Range", "Evidence", "Status", "What it is"), rows, numbers=(1,), texts=(2, 6))


@guarded
def measures(format_: Format = "table") -> None:
    """List every measure with its definition, unit and the DfE table it is published in."""
    from dataclasses import asdict, fields

    from cinsim.outcomes.definitions import MEASURES, Definition

    columns = [field.name for field in fields(Definition)]
    rows = ([str(asdict(measure)[column]) for column in columns] for measure in MEASURES.values())
    if format_ == "csv":
        write_csv(columns, rows)
    else:
        print_table([column.replace("_", " ").capitalize() for column in columns], rows, texts=range(1, len(columns)))


@guarded
def areas(format_: Format = "table") -> None:
    """List the local authorities that can be simulated, with their main published figures and what to know of each.

    'far off' is an authority that is far from its own published figures when simulated; a year is that of an older figure.
    """
    import dataclasses

    from cinsim.reference.area_fits import far_off, never_fitted
    from cinsim.reference.areas import Area, average_authority, usable_authorities
    from cinsim.report.cautions import fit_caution

    known = (average_authority(), *usable_authorities())
    if format_ == "csv":
        columns = [field.name for field in dataclasses.fields(Area)]
        rows_of_all = ([*(_cell(getattr(area, column)) for column in columns), fit_caution(area) or ""] for area in known)
        write_csv([*columns, "fit"], rows_of_all)
        return

    def figure(area: Area, measure: str) -> str:
        value, earlier = area.last_published(measure), area.stand_in(measure)
        return ":" if value is None else f"{value:,.1f}" + (f" ({earlier.year})" if earlier is not None else "")

    def remark(area: Area) -> str:
        if never_fitted(area):
            return "never fitted"
        return "far off" if far_off(area) else ""

    rows = (
        [
            area.area_code, area.area_name, area.region, f"{area.population_0_17:,}", figure(area, "referral_rate"),
            figure(area, "cpp_31_march_rate"), figure(area, "caseload_mean"), remark(area),
        ]
        for area in known
    )  # fmt: skip
    headings = ("Code", "Name", "Region", "Children", "Referrals per 10,000", "CP plans per 10,000", "Caseload", "Simulation")
    print_table(headings, rows, numbers=(3, 4, 5, 6))


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows to standard output as CSV."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


WIDTH_OFF_TERMINAL = 160


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = (), texts: Sequence[int] = ()
) -> None:
    """Print rows as a table; columns in ``numbers`` are set to the right, those in ``texts`` are broken where space is short."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place in numbers else "left", overflow="fold", no_wrap=place not in texts)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OFF_TERMINAL).print(table)


def print_blocks(headings: Sequence[str], rows: Sequence[Sequence[str]], *, kept: int, width: int | None = None) -> None:
    """Print rows as tables beneath each other, each as wide as there is room for and each with the first ``kept`` columns.

    Parameters
    ----------
    kept : columns that every table starts with; those after them are numbers and stand in as many tables as they need.
    width : characters in a line; that of the terminal when None.
    """
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH_OFF_TERMINAL
    widths = [max(len(heading), *(len(row[place]) for row in rows)) + 2 for place, heading in enumerate(headings)]
    for number, block in enumerate(_blocks(widths, kept, width or room)):
        if number:
            typer.echo("")
        columns = [*range(kept), *block]
        chosen = ([row[place] for place in columns] for row in rows)
        print_table([headings[place] for place in columns], chosen, numbers=range(1, len(columns)))


def _blocks(widths: Sequence[int], kept: int, room: int) -> list[list[int]]:
    """Return which columns stand in each table: as many as fit beside the kept ones, and at least one."""
    blocks: list[list[int]] = [[]]
    used = sum(widths[:kept])
    for place in range(kept, len(widths)):
        if blocks[-1] and used + widths[place] > room:
            blocks.append([])
            used = sum(widths[:kept])
        blocks[-1].append(place)
        used += widths[place]
    return blocks


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else value
