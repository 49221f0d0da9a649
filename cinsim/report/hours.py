"""The hours budget on the page: work by kind from the register's hours, against those of the published staff."""

from __future__ import annotations

from cinsim.errors import InputError
from cinsim.reference.areas import average_authority, find_area
from cinsim.reference.parameters import parameters_from
from cinsim.reference.register import load_register
from cinsim.report.folder import RunFolder
from cinsim.report.tables import Cell, Table
from cinsim.workforce.budget import budget_in_words, hours_budget


def hours_table(run: RunFolder) -> tuple[str, Table] | None:
    """Return in words and as a table the hours budget of the (baseline) scenario; None for several areas."""
    if len(run.areas) != 1:
        return None
    england = average_authority()
    code = str(run.areas["area_code"].iloc[0])
    set_here = {name: float(value) for name, value in (run.baseline.resolved.get("parameters") or {}).items()}
    try:
        area = england if code == england.area_code else find_area(code)
        budget = hours_budget(area, england, parameters_from({k: v for k, v in set_here.items() if k in load_register()}))
    except InputError:
        return None
    rows = [
        (Cell(line.work), Cell(f"{line.number:,.0f}"), Cell(f"{line.each:,.1f}"), Cell(f"{line.hours:,.0f}"))
        for line in (*budget.casework, *budget.beside)
    ]
    rows += [
        (Cell("Bottom up: the register's hours"), Cell(""), Cell(""), Cell(f"{budget.needed:,.0f}")),
        (Cell("Top down: the published case holders"), Cell(f"{budget.fte:,.1f}"), Cell(f"{budget.hours_each:,.0f}"),
         Cell(f"{budget.available:,.0f}")),
    ]  # fmt: skip
    return " ".join(budget_in_words(budget)), Table(
        f"Hours of case holders a year: {budget.area_name}",
        ("Work", "Number", "Hours each", "Hours a year"),
        tuple(rows),
    )
