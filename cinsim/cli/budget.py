"""The hours budget as the command line prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cinsim.cli.lists import print_table

if TYPE_CHECKING:
    from cinsim.workforce.budget import Budget

# beyond these the register's hours no longer describe the workforce that is published
LEAST_SHARE, MOST_SHARE = 0.8, 1.1


def print_budget(budget: Budget) -> None:
    """Print work by kind, bottom up, against the hours of the published case holders, top down."""
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


def budget_in_words(budget: Budget) -> list[str]:
    """Return what the budget comes to as sentences."""
    bottom_up, top_down = (hours / budget.cases / 12 for hours in (budget.needed, budget.available))
    lines = [
        f"The register's hours take {budget.share:.0%} of the hours that {budget.fte:,.1f} full-time case holders work "
        f"({budget.hours_each:,.0f} a year each): {bottom_up:.1f} of {top_down:.1f} hours a case a month."
    ]
    if not LEAST_SHARE <= budget.share <= MOST_SHARE:
        lines.append(f"The two lie apart: {_apart(budget)}")
    if abs(budget.factor - 1.0) >= 0.005:
        lines.append(
            f"In a run each piece of work in {budget.area_name} gets {budget.factor:.2f} times these hours, so that its "
            "workforce fits its work as England's does."
        )
    return lines


def _apart(budget: Budget) -> str:
    if budget.share > MOST_SHARE:
        return "hours for each piece of work are too long for the staff there are; shorten those you know best."
    return "there is time in the published workforce that the register's hours do not account for."
