"""Options that commands share, and how errors leave the program."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, ParamSpec, TypeVar

import typer

from cinsim.errors import CinsimError, InputError

if TYPE_CHECKING:
    from cinsim.scenario.model import Scenario

P = ParamSpec("P")
R = TypeVar("R")

WRONG_INPUT, FAILED = 2, 1
OUTPUTS = Path("outputs")

ScenarioPath = Annotated[Path, typer.Argument(metavar="SCENARIO", help="Scenario file (YAML), or a run's manifest.json.")]
Replications = Annotated[
    int | None, typer.Option(min=1, help="Times it is simulated with different luck; a larger number adds to what is done.")
]
Years = Annotated[int | None, typer.Option(min=1, help="Reporting years simulated.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Chooses the luck; the same seed repeats a run exactly.")]
Area = Annotated[
    list[str] | None, typer.Option(help="An authority's name or code, 'England' or 'all'; give it again for several.")
]
Jobs = Annotated[int | None, typer.Option(min=1, help="Processes at work; all cores when left out.")]
Out = Annotated[Path | None, typer.Option(help="Run folder to write; outputs/NAME when left out.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set any key of the scenario; repeatable.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no table, only errors.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a run folder that holds other results.")]
Events = Annotated[
    Literal["auto", "first", "all", "none"],
    typer.Option(help="Event records kept: all, first (of each area), none; auto is all up to 20 replications in total."),
]
Cluster = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Dask cluster: tcp://HOST:PORT, or 'local' to start one.")]
NoReport = Annotated[bool, typer.Option("--no-report", help="Write the tables only: no figures, no page.")]
Format = Annotated[Literal["table", "csv"], typer.Option("--format", help="How it is printed.")]


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a command's errors into a message on standard error and an exit status, without a traceback."""

    @functools.wraps(command)
    def call(*arguments: P.args, **keywords: P.kwargs) -> R:
        try:
            return command(*arguments, **keywords)
        except InputError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(WRONG_INPUT) from None
        except CinsimError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(FAILED) from None
        except KeyboardInterrupt as stopped:
            typer.echo(f"\n{stopped}" if str(stopped) else "\nstopped", err=True)
            raise typer.Exit(FAILED) from None
        except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
            raise typer.Exit(0) from None

    return call


def settings(pairs: Sequence[str] | None) -> dict[str, str]:
    """Return ``--set KEY=VALUE`` options as a mapping.

    Raises
    ------
    InputError : one of them has no ``=`` or no key, or a key is set twice.
    """
    found: dict[str, str] = {}
    for pair in pairs or ():
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise InputError(f"'{pair}' must be KEY=VALUE, e.g. --set years=2", key="--set")
        if key.strip() in found:
            raise InputError(f"'{key.strip()}' is set twice, to '{found[key.strip()]}' and to '{value.strip()}'", key="--set")
        found[key.strip()] = value.strip()
    return found


def scenario_from(
    path: Path,
    pairs: Sequence[str] | None,
    replications: int | None,
    years: int | None,
    seed: int | None,
    area: Sequence[str] | None,
) -> Scenario:
    """Return the scenario of a file with what the options set above it."""
    from cinsim.scenario import load_scenario

    return with_options(load_scenario(path, settings(pairs)), replications, years, seed, area)


def say_remarks(arms: Mapping[str, Scenario]) -> None:
    """Say, on standard error, which settings of scenarios have no effect and what else is to be known of them."""
    from cinsim.scenario.needs import idle_settings, leaves_of, remarks

    for name, scenario in arms.items():
        idle = (f"{setting.key}: {setting.message}" for setting in idle_settings(scenario, leaves_of(scenario)))
        for said in (*idle, *remarks(scenario)):
            typer.echo(f"note on {name}: {said}", err=True)


def with_options(
    scenario: Scenario, replications: int | None, years: int | None, seed: int | None, area: Sequence[str] | None
) -> Scenario:
    """Return a scenario with what the options set above it.

    A number of replications that was named takes the place of a precision to be reached.
    """
    areas = None if not area else area[0] if len(area) == 1 else list(area)
    named = {"replications": replications, "years": years, "seed": seed, "area": areas}
    given: dict[str, object] = {key: value for key, value in named.items() if value is not None}
    if replications is not None:
        given["precision"] = None
    return scenario.with_(given) if given else scenario
