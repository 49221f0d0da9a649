"""The hours budget as the command line prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cinsim.cli.printing import print_table

if TYPE_CHECKING:
    from cinsim.workforce.budget import Budget


def print_budget(budget: Budget) -> None:
    """Print work by kind, bottom up, against the hours of the published case holders, top down."""
    from cinsim.workforce.budget import budget_in_words

    typer.echo(f"Hours of case holders a year: {budget.area_name}\n")
    rows = [
        [line.work, f"{line.number:,.0f}", f"{line.each:,.1f}", f"{line.hours:,.0f}", f"{line.hours / budget.hours_each:,.1f}"]
        for line in (*budget.casework, *budget.beside)
    ]
    full_time = f"{budget.needed / budget.hours_each:,.1f}"
    rows += [
        ["Bottom up: the register's hours", "", "", f"{budget.needed:,.0f}", full_time],
        ["Top down: the published case holders", "", "", f"{budget.available:,.0f}", f"{budget.fte:,.1f}"],
    ]
    print_table(("Work", "Number", "Hours each", "Hours a year", "FTE"), rows, numbers=(1, 2, 3, 4))
    typer.echo()
    for line in budget_in_words(budget):
        typer.echo(line)
