"""The command line. Commands are named here and do their work elsewhere, loaded when they are called."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cinsim.about import VERSION
from cinsim.cli import app_page, differences, forecast, hindcast, lists, new, simulate, staffing, take_away
from cinsim.cli.calibrate_forecasts import calibrate_app
from cinsim.cli.census import census_app
from cinsim.cli.streams import fit_streams

app = typer.Typer(
    name="cinsim",
    help="Simulate England's children's social care front door, child by child.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help folds where the line is short; with panels it crops the names of options
    pretty_exceptions_enable=False,
    epilog="Exit status: 0 done, 2 the input is wrong, 1 anything else. Guide: docs/running.md",
)
for command in (
    new.new, simulate.run, simulate.compare, simulate.check, simulate.report, take_away.brief, take_away.export,
    differences.diff, staffing.staffing, forecast.forecast, hindcast.hindcast,
    lists.parameters, lists.measures, lists.areas, app_page.app,
):  # fmt: skip
    app.command()(command)
app.add_typer(census_app)
app.add_typer(calibrate_app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"cinsim {VERSION}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Simulate England's children's social care front door, child by child."""


def main() -> None:
    """Run the command line."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed: else what is printed goes into the next file opened
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    fit_streams()
    app()
