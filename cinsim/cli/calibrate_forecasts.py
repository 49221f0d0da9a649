"""``cinsim calibrate forecast``, ``origins`` and ``outturn``: make the forecasts of published figures, and score them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cinsim.cli.calibrate import OUT, Into, Out, calibrate_app, said
from cinsim.cli.calibrate_proofs import write_page
from cinsim.cli.options import Quiet, guarded
from cinsim.errors import InputError

Tables = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Reference tables of build_reference.py; the package's own when left out."),
]


@calibrate_app.command()
@guarded
def forecast(tables: Tables = None, into: Into = None, quiet: Quiet = False) -> None:
    """Forecast the published figures of England and every authority, and write the tables that `cinsim forecast` reads.

    It takes seconds. What cannot be forecast is said.
    """
    from cinsim.calibration.england import require_writable
    from cinsim.forecast.panel import read_series
    from cinsim.forecast.shipped import make_forecasts, write_forecasts
    from cinsim.reference.calibrated import folder

    place = into or folder()
    require_writable(place)
    say = said(quiet)
    forecasts, without = make_forecasts(*read_series(tables), say=say)
    for text in without:
        typer.echo(f"not forecast: {text}", err=True)
    for path in write_forecasts(forecasts, place):
        say(f"written: {path}")


@calibrate_app.command()
@guarded
def origins(
    first: Annotated[int, typer.Option(help="First year from which forecasts are made.")] = 2016,
    tables: Tables = None,
    out: Out = OUT,
    quiet: Quiet = False,
) -> None:
    """Page: forecasts made from every year since 2016, one to five years ahead, against what came and naive forecasts.

    A minute and a half. What a forecast is fitted to ends with the year that it is made from.
    """
    from cinsim.forecast.panel import read_series
    from cinsim.forecast.rolling import rolling_origins
    from cinsim.report.forecast_scores import origins_page

    panel, national = read_series(tables)
    begin, end = panel.years[0] + 2, panel.years[-1] - 1
    if not begin <= first <= end:
        raise InputError(f"must be a year from {begin} to {end}, not {first}", key="--first")
    scores = rolling_origins(panel, national, range(first, end + 1), say=said(quiet))
    write_page(origins_page(scores), out, quiet)


@calibrate_app.command()
@guarded
def outturn(
    tables: Annotated[
        Path, typer.Argument(metavar="TABLES", help="Reference tables that build_reference.py made from the new release.")
    ],
    into: Into = None,
    out: Out = OUT,
    quiet: Quiet = False,
) -> None:
    """Page: last year's forecasts against the figures of a new release.

    Run it before `cinsim calibrate forecast`, which makes the next ones in the place of those that it scores.
    """
    from cinsim.forecast.outturn import outturn as scored
    from cinsim.forecast.panel import read_series
    from cinsim.forecast.shipped import FORECASTS, read_forecasts
    from cinsim.reference.calibrated import folder
    from cinsim.report.forecast_scores import outturn_page

    path = (into or folder()) / FORECASTS
    came, scores = scored(read_forecasts(into), *read_series(tables), path)
    write_page(outturn_page(came, scores), out, quiet)
