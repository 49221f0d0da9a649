"""Commands that write what is handed on: tables for a spreadsheet, and a brief of two pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cinsim.cli.options import Overwrite, guarded

Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")]


@guarded
def export(
    folder: Run,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="A workbook, for Excel.")] = False,
    ods: Annotated[bool, typer.Option("--ods", help="A workbook, OpenDocument; needs cinsim[ods].")] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="A folder of CSV files, with every draw and replication in the Hubverse's shape.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="File (with --csv, folder) to write; beside the run's when left out.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write a run's results as tables: options, outcomes, differences, levels, costs, authorities."""
    from cinsim.errors import InputError
    from cinsim.report.results.exports import Kind, export

    kinds: dict[Kind, bool] = {"xlsx": xlsx, "ods": ods, "csv": csv}
    asked = [kind for kind, wanted in kinds.items() if wanted]
    if len(asked) != 1:
        raise InputError("name one of --xlsx, --ods and --csv", key="--xlsx")
    typer.echo(str(export(folder, asked[0], out, overwrite=overwrite)))


@guarded
def brief(
    folder: Run,
    out: Annotated[Path | None, typer.Option(help="Where, without ending; beside the run's folder when left out.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write a run's brief, two pages to hand on, as HTML and PDF."""
    from cinsim.report.brief import write_brief

    for path in write_brief(folder, out, overwrite=overwrite):
        typer.echo(str(path))
