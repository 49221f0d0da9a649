"""What ``cinsim check`` says: what would be simulated, what is set and where that was written, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cinsim.planning.plan_words import (
    MOST_AREAS_STAFFED,
    areas_in_words,
    posts_in_words,
    runs_in_words,
    settings_in_words,
    time_in_words,
    years_in_words,
)

if TYPE_CHECKING:
    from cinsim.runs.run import Plan


def print_check(path: Path, plan: Plan, written: Mapping[str, str]) -> None:
    """Print what a scenario would simulate.

    Parameters
    ----------
    written : where each value was written, by dotted key.
    """
    from cinsim.cli.tables import print_cautions

    name, scenario = next(iter(plan.arms.items()))
    typer.echo(f"{path}: right. {scenario.title}")
    children = sum(area.population_0_17 for area in plan.areas)
    part = "" if scenario.population_fraction == 1 else f", {scenario.population_fraction:g} of them simulated"
    typer.echo(f"  {areas_in_words(plan.areas)}, {children:,} children{part}")
    held = plan.caseload
    beginning = f"after {years_in_words(scenario.warm_up)} of warm-up"
    if held is not None:
        beginning = f"with the {len(held):,} children open in the return"
    typer.echo(f"  {years_in_words(scenario.years)} from {scenario.start} to {scenario.end - timedelta(days=1)}, {beginning}")
    typer.echo(f"  {runs_in_words(plan)}, seed {scenario.seed}; would be written to outputs/{name}")
    typer.echo(f"  {time_in_words(plan)}")
    print_cautions(plan)
    if held is not None:
        found = (f"{stage.replace('_', ' ')} {number:,}" for stage, number in held.by_stage.items())
        typer.echo(f"  read as: {', '.join(found)}")
        for line in held.told:
            typer.echo(f"  of the return: {line}")
    for line in settings_in_words(scenario, written):
        typer.echo(f"  {line}")
    for area in plan.areas if len(plan.areas) <= MOST_AREAS_STAFFED else ():
        typer.echo(f"  {posts_in_words(plan, area)}")
