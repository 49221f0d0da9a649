"""``cinsim forecast``: an area's next years from the shipped fit, as a table, a figure and a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cinsim.cli.options import OUTPUTS, Quiet, guarded


@guarded
def forecast(
    area: Annotated[str, typer.Option(metavar="TEXT", help="An authority's name or code, or 'England'.")] = "England",
    years: Annotated[int, typer.Option(min=1, max=5, help="Years ahead.")] = 3,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the page, figure and table; outputs/forecast-NAME when left out."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Forecast an area's published figures of the next years, each with its 90% range.

    It answers from the fit that ships with the package. The forecast knows of no policy: to ask what one would change, compare
    scenarios.
    """
    from cinsim.cli.lists import print_table
    from cinsim.errors import InputError
    from cinsim.forecast.panel import read_series
    from cinsim.forecast.shipped import AREAS_FORECAST, read_forecasts
    from cinsim.reference.areas import resolve
    from cinsim.reference.calibrated import folder
    from cinsim.report.fans import area_forecast, forecast_page, forecast_rows, sentences
    from cinsim.report.proof import write_proof

    chosen = resolve(area)
    if len(chosen) > 1:
        raise InputError(f"takes one area; the forecasts of all stand in {folder() / AREAS_FORECAST}", key="--area")
    forecasts = read_forecasts()
    found = area_forecast(chosen[0], forecasts, *read_series(), years)
    place = out if out is not None else OUTPUTS / f"forecast-{found.slug}"
    page = write_proof(forecast_page(found, place.name), place.parent)
    if quiet:
        return
    typer.echo(f"{found.name}: figures published to {found.fit_to}, forecast to {found.years[-1]}\n")
    headings, rows = forecast_rows(found)
    print_table(headings, rows, numbers=range(1, len(headings)))
    typer.echo()
    for sentence in sentences(found):
        typer.echo(f"- {sentence}")
    typer.echo(f"\nPage: {page}")
