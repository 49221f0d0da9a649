"""Commands that print what the package knows: parameters, measures, areas."""

from __future__ import annotations

from typing import Annotated

import typer

from cinsim.cli.options import Format, guarded
from cinsim.cli.printing import print_table, write_csv
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
    print_table(("Name", "Value", "Unit", "Range", "Evidence", "Status", "What it is"), rows, numbers=(1, 3))


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
        print_table([column.replace("_", " ").capitalize() for column in columns], rows)


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
    print_table(headings, rows, numbers=(3, 4, 5, 6), kept=2)


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else value
