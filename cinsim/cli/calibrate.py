"""``cinsim calibrate``: fit England, fit authorities, and write the fitted values into the parameter register."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cinsim.cli.options import Engine, Jobs, Quiet, guarded
from cinsim.errors import InputError

if TYPE_CHECKING:
    from cinsim.calibration.authorities import AreaFits
    from cinsim.calibration.england import Setting
    from cinsim.calibration.point import PointFit

calibrate_app = typer.Typer(
    name="calibrate",
    help="Fit the model to published figures, and show how good the fit is.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
OUT = Path("outputs/calibration")
Structure = Annotated[
    Literal["both", "lasting_differences", "known_to_services"], typer.Option(help="Which explanation of re-referral is fitted.")
]
Out = Annotated[
    Path, typer.Option(metavar="DIR", help="Folder of finished simulations and of pages; the same command goes on from there.")
]
Into = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder of results; the package's own when left out, which runs then use.")
]
Seed = Annotated[int, typer.Option(min=0, help="Chooses the luck of all simulations.")]
Fraction = Annotated[float, typer.Option(min=0.01, max=1.0, help="Part of an average authority's children in each simulation.")]
Years = Annotated[int, typer.Option(min=1, help="Reporting years of each simulation.")]
WarmUp = Annotated[int, typer.Option(min=1, help="Years before them, not counted.")]


def said(quiet: bool) -> Callable[[str], None]:
    """Return what prints a line with the time of day, or nothing."""

    def say(text: str) -> None:
        if not quiet:
            typer.echo(f"{time.strftime('%H:%M:%S')}  {text}")

    return say


def setting_of(
    out: Path, into: Path | None, jobs: int | None, quiet: bool, structure: str = "both", year: int = 2024, years: int = 3,
    warm_up: int = 2, fraction: float = 0.25, seed: int = 1, engine: str = "auto",
) -> Setting:  # fmt: skip
    """Return what the options say of simulations and folders.

    Raises
    ------
    InputError : the folder of results cannot be written, or the engine asked for is not there.
    """
    from cinsim.calibration.england import Setting, require_writable
    from cinsim.reference.calibrated import folder
    from cinsim.runs.engines import chosen_engine
    from cinsim.runs.local import all_cores

    results = into or folder()
    require_writable(results)
    return Setting(
        structure=structure, year=year, years=years, warm_up=warm_up, seed=seed, population_fraction=fraction,
        jobs=jobs or all_cores(), out=out, into=results, quiet=quiet, say=said(quiet),
        engine=chosen_engine(engine, quiet=quiet),
    )  # fmt: skip


@calibrate_app.command()
@guarded
def england(
    stage: Annotated[
        Literal["all", "point", "posterior"], typer.Option(help="Best point, posterior draws around it, or both.")
    ] = "all",
    structure: Structure = "both",
    year: Annotated[int, typer.Option(help="Whose published figures are fitted.")] = 2024,
    replications: Annotated[int, typer.Option(min=2, help="Simulations at each point of the search.")] = 16,
    repeats: Annotated[
        int,
        typer.Option(min=0, help="Repeats of the simulations that show what each parameter does; 0 keeps the last (--again)."),
    ] = 1,
    iterations: Annotated[int, typer.Option(min=1, help="Steps of the search at most.")] = 7,
    reports: Annotated[int, typer.Option(min=2, help="Simulations behind the reported fit.")] = 24,
    wholes: Annotated[
        int, typer.Option(min=0, help="Simulations of a whole authority, at the start and for the reported fit; 0 for neither.")
    ] = 12,
    waves: Annotated[int, typer.Option(min=1, help="Waves of history matching.")] = 2,
    points: Annotated[int, typer.Option(min=20, max=1000, help="Points simulated in each wave.")] = 180,
    draws: Annotated[int, typer.Option(min=1, help="Posterior draws, each confirmed by a simulation.")] = 80,
    again: Annotated[
        bool, typer.Option("--again", help="Begin from the last result; a rival never fitted, from that of both explanations.")
    ] = False,
    targets: Annotated[Path | None, typer.Option(help="Table (CSV) of targets in place of the package's.")] = None,
    priors: Annotated[
        Path | None, typer.Option(help="Table (CSV) of the parameters to fit and their ranges, in place of the package's.")
    ] = None,
    years: Years = 3,
    warm_up: WarmUp = 2,
    fraction: Fraction = 0.25,
    seed: Seed = 1,
    jobs: Jobs = None,
    engine: Engine = "auto",
    out: Out = OUT,
    into: Into = None,
    quiet: Quiet = False,
) -> None:
    """Fit England: moment matching for the best point, history matching for what else the figures allow.

    The default numbers are those of the fit that ships: some 850 simulations of a quarter and 36 of a whole average authority,
    36 minutes on two cores. The pages (fit, identify, incidence, rivals) read its results and simulate nothing.

    Finished simulations are kept: stopped at any time, the same command goes on where it was. --fraction 0.1 --wholes 0 with
    small numbers elsewhere shows in minutes how it goes, with results that mean little; give it an --into of its own.
    """
    from cinsim.calibration.emulation import require_emulators
    from cinsim.calibration.england import fit_point, fit_posterior
    from cinsim.calibration.moments import SearchSettings
    from cinsim.calibration.point import read_point
    from cinsim.calibration.waves import WaveSettings

    begun = time.perf_counter()
    search = SearchSettings(
        replications=replications, jacobian_replications=repeats, iterations=iterations, reports=reports, wholes=wholes
    )
    wave_settings = WaveSettings(waves=waves, points=points, seed=seed)
    if stage != "point":
        require_emulators()
    setting = setting_of(out, into, jobs, quiet, structure, year, years, warm_up, fraction, seed, engine)
    if stage != "posterior":
        fit_point(setting, search, again=again, targets=targets, priors=priors)
    fit = read_point(setting.point_path)
    if not quiet:
        print_fit(fit)
    if stage != "point":
        fit_posterior(setting, wave_settings, draws, refine=reports, wholes=wholes)
        if not quiet:
            print_fit(read_point(setting.point_path))
    setting.say(f"done in {(time.perf_counter() - begun) / 60:.0f} min; results in {setting.into}")


@calibrate_app.command()
@guarded
def area(
    name: Annotated[list[str], typer.Argument(metavar="NAME...", help="Authorities by name or code, or 'all'.")],
    from_return: Annotated[
        Path | None,
        typer.Option(
            metavar="RETURN",
            help="Fit to the authority's own census return (XML, tables or profile.json), not to published figures.",
        ),
    ] = None,
    previous: Annotated[Path | None, typer.Option(metavar="RETURN", help="Last year's return, for re-referrals.")] = None,
    passes: Annotated[int, typer.Option(min=1, help="Rounds of simulation and correction.")] = 3,
    replications: Annotated[int | None, typer.Option(min=1, help="Simulations of each authority in a round.")] = None,
    verify: Annotated[int | None, typer.Option(min=1, help="Simulations that show how the result fits.")] = None,
    children: Annotated[
        int | None,
        typer.Option(min=1000, help="Children simulated of each authority: a part of a larger one, small ones again and again."),
    ] = None,
    checks_only: Annotated[
        bool,
        typer.Option("--checks-only", help="Fit nothing: simulate each as it was fitted, for the figures that are only checked."),
    ] = False,
    seed: Seed = 1,
    jobs: Jobs = None,
    engine: Engine = "auto",
    out: Out = OUT,
    into: Into = None,
    quiet: Quiet = False,
) -> None:
    """Fit authorities to their own figures: England's mechanisms, their own level, thresholds, lengths and workforce.

    Results of authorities that are not named stay as they are.
    """
    from cinsim.calibration.area_model import AreaModel, AreaSettings
    from cinsim.calibration.area_tables import known_beyond, known_corrections, write_areas, write_fits
    from cinsim.calibration.authorities import check_areas, fit_areas
    from cinsim.calibration.england import area_setting
    from cinsim.calibration.point import read_point
    from cinsim.calibration.rebasing import rebased
    from cinsim.reference.areas import find_area, usable_authorities

    begun = time.perf_counter()
    everywhere = [text.strip().lower() for text in name] == ["all"]
    usable = usable_authorities()
    areas = list(usable) if everywhere else [find_area(text) for text in name]
    for one in areas:
        if one not in usable:
            raise InputError(f"{one.area_name} is no single authority with figures to be fitted to; `cinsim areas` lists those")
    published = list(areas)
    if checks_only and from_return is not None:
        raise InputError("fits nothing, and so nothing to a return; leave one of the two out", key="--checks-only")
    if from_return is not None:
        from cinsim.census.profile import profile_from

        if len(areas) != 1:
            raise InputError("a census return is one authority's; name that one", key="--from-return")
        profile = profile_from(from_return, area=areas[0].area_code, previous=previous)
        for line in profile.told:
            typer.echo(f"of the return: {line}", err=True)
        areas = [profile.area]
    elif previous is not None:
        raise InputError("goes with --from-return", key="--previous")
    many = len(areas) > 10
    settings = AreaSettings(
        passes=passes, replications=replications or (1 if many else 2), verify=verify or (1 if many else 4),
        children=children or (50_000 if many else 80_000),
    )  # fmt: skip
    setting = setting_of(out, into, jobs, quiet, seed=seed, engine=engine)
    fit = read_point(setting.point_path)
    setting = area_setting(setting, fit)
    simulator = setting.simulator(fit.targets)
    simulator.planned = settings.simulations(areas)
    if checks_only:
        simulator.planned = settings.verify * sum(settings.runs(one) for one in areas)
    known = known_corrections(setting.into, AreaModel(fit, setting.years).names)
    if checks_only:
        fits = check_areas(simulator, fit, areas, settings, setting.years, known)
        write_fits(fits, setting.into)
        if not quiet:
            _print_areas(fits, fit)
        setting.say(f"done in {(time.perf_counter() - begun) / 60:.0f} min; results in {setting.into}")
        return
    beyond = known_beyond(setting.into, fit.targets)
    fits = fit_areas(simulator, fit, areas, settings, setting.years, known=known, beyond=beyond, say=setting.say)
    write_areas(rebased(fits, fit, published), setting.into)
    if not quiet:
        _print_areas(fits, fit)
    setting.say(f"done in {(time.perf_counter() - begun) / 60:.0f} min; results in {setting.into}")


@calibrate_app.command()
@guarded
def register(
    write: Annotated[
        bool, typer.Option("--write", help="Write the values; without it, only what would change is shown.")
    ] = False,
    into: Into = None,
) -> None:
    """Show what the last fit of England changes in the parameter register, and write it there with --write.

    A parameter that a rival explanation alone has takes the value of that one's fit.
    """
    from importlib.resources import files

    from cinsim.calibration.point import read_point
    from cinsim.calibration.priors import STRUCTURES
    from cinsim.calibration.register_update import difference, updated_register, updates_of
    from cinsim.reference.calibrated import folder, point_file
    from cinsim.reference.register import FILE

    main, *rivals = ((into or folder()) / point_file(structure) for structure in STRUCTURES)
    updates: dict[str, tuple[float, str]] = {}
    for fitted in (*(path for path in rivals if path.is_file()), main):
        updates |= updates_of(read_point(fitted))
    path = Path(str(files("cinsim.reference").joinpath(FILE)))
    before = path.read_text(encoding="utf-8")
    after = updated_register(before, updates)
    typer.echo(difference(before, after) or "The register holds the fitted values already.")
    if write:
        path.write_text(after, encoding="utf-8")
        typer.echo(f"written to {path}")


def print_fit(fit: PointFit) -> None:
    """Print every target as the model gives it."""
    from cinsim.cli.printing import print_table

    rows = [
        [
            row["target"], row["flag"], f"{row['published']:.1f}", f"{row['simulated']:.1f}", f"{row['simulated_error']:.2f}",
            f"{row['errors_off']:+.1f}", "" if row["close"] else "no",
        ]
        for row in fit.table().to_dict("records")
    ]  # fmt: skip
    print_table(("Target", "Flag", "Published", "Simulated", "± luck", "Errors off", "Close"), rows, numbers=(2, 3, 4, 5))
    fitted = fit.table().query("flag == 'fit'")
    typer.echo(f"{int(fitted['close'].sum())} of {len(fitted)} fitted targets are close.")


def _print_areas(fits: AreaFits, fit: PointFit) -> None:
    from cinsim.calibration.area_tables import fit_table, judged
    from cinsim.cli.printing import print_table

    table = fit_table(fits)
    if len(fits.areas) <= 3:
        rows = [
            [
                row["area_name"],
                row["measure"],
                f"{row['published']:.1f}",
                f"{row['simulated']:.1f}",
                f"{row['low']:.1f} to {row['high']:.1f}" if row["flag"] == "fit" else "",
            ]
            for row in table.to_dict("records")
        ]
        print_table(("Authority", "Measure", "Published", "Simulated", "90% range"), rows, numbers=(2, 3, 4))
        return
    rows = [
        [
            row["measure"],
            str(row["areas"]),
            f"{row['median_error']:.1f}",
            f"{row['p90_error']:.1f}",
            row["unit"],
            f"{row['within_90']:.0%}" if row["within_90"] == row["within_90"] else "",
        ]
        for row in judged(table, fit.year).to_dict("records")
    ]
    print_table(
        ("Measure", "Authorities", "Median error", "90th percentile", "Unit", "Within 90% range"), rows, numbers=(1, 2, 3, 5)
    )
