"""``cinsim hindcast``: fitted to one year, held against the years after."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from cinsim.cli.calibrate import OUT, Into, Out, Seed, setting_of
from cinsim.cli.options import Engine, Jobs, Quiet, guarded


@guarded
def hindcast(
    fit_to: Annotated[int, typer.Option("--fit-to", help="Year whose published figures are fitted.")] = 2019,
    predict: Annotated[str, typer.Option(help="Year or years held against the forecast, such as 2020:2024.")] = "2020:2024",
    simulations: Annotated[int, typer.Option(min=2, help="Simulations behind England's forecast.")] = 48,
    passes: Annotated[int, typer.Option(min=1, help="Rounds of simulation and correction when fitting the year.")] = 4,
    children: Annotated[int, typer.Option(min=1000, help="Children in each simulation of England's average authority.")] = 25_000,
    authorities: Annotated[bool, typer.Option(help="Forecast authorities too, by England's straight line.")] = True,
    seed: Seed = 1,
    jobs: Jobs = None,
    engine: Engine = "auto",
    out: Out = OUT,
    into: Into = None,
    quiet: Quiet = False,
) -> None:
    """Fit the model to one year, predict others, and score that against no change and a linear trend."""
    from dataclasses import replace

    from cinsim.calibration.area_model import AreaSettings
    from cinsim.calibration.england import area_setting
    from cinsim.calibration.hindcast import HindcastSettings, hindcast_authorities, hindcast_england, parse_years
    from cinsim.calibration.point import read_point
    from cinsim.cli.calibrate_proofs import write_page
    from cinsim.reference.areas import average_authority
    from cinsim.report.forecast_pages import hindcast_page

    begun = time.perf_counter()
    area = AreaSettings(passes=passes, replications=4, verify=4, children=children)
    settings = HindcastSettings(fit_to, parse_years(predict), simulations, area)
    setting = setting_of(out, into, jobs, quiet, seed=seed, engine=engine)
    fit = read_point(setting.point_path)
    years = settings.predict[-1] - fit_to
    setting = replace(area_setting(setting, fit), year=fit_to, years=years)
    simulator = setting.simulator(fit.targets)
    simulator.planned = area.simulations([average_authority()]) + simulations
    national = hindcast_england(simulator, fit, settings, years, setting.say)
    areas = hindcast_authorities(fit, settings, setting.say) if authorities else []
    write_page(hindcast_page(national, areas, fit_to, settings.predict), out, quiet)
    setting.say(f"done in {(time.perf_counter() - begun) / 60:.0f} min")
