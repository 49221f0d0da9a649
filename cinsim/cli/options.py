"""Options that commands share, and how errors leave the program."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, ParamSpec, TypeVar

import typer

from cinsim.about import VERSION
from cinsim.errors import CinsimError, InputError, printable, quoted, shortened
from cinsim.texts import without_middle

if TYPE_CHECKING:
    from cinsim.runs.progress import Listener
    from cinsim.scenario.model import Scenario

P = ParamSpec("P")
R = TypeVar("R")

WRONG_INPUT, FAILED = 2, 1
DEBUG = "CINSIM_DEBUG"
"""Set in the environment, an error that nobody foresaw shows its traceback."""
TyperException: type[Exception] = next(
    kind for kind in reversed(typer.BadParameter.__mro__) if kind.__name__ in ("TyperException", "ClickException")
)
"""What typer raises about options; its base differs between releases."""
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
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a run folder that holds other results; nothing else.")]
Events = Annotated[
    Literal["auto", "first", "all", "none"],
    typer.Option(help="Event records kept: all, first (of each area), none; auto is all up to 20 replications in total."),
]
Cluster = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Dask cluster: tcp://HOST:PORT, or 'local' to start one.")]
Engine = Annotated[
    Literal["auto", "native", "python"],
    typer.Option(
        help="What simulates, with the same results: the native engine, far faster, or Python; auto is native if built."
    ),
]
ProgressLines = Annotated[
    Literal["json"] | None,
    typer.Option("--progress", help="One line a step on standard error, as JSON: stage, replications done, seconds left."),
]
NoReport = Annotated[bool, typer.Option("--no-report", help="Write the tables only: no figures, no page.")]
Format = Annotated[Literal["table", "csv"], typer.Option("--format", help="How it is printed.")]


def listener_for(lines: str | None) -> Listener:
    """Return who is told how far a run is: standard error as lines of JSON, or nobody."""
    from cinsim.runs.progress import NOBODY, Listener, as_json

    return NOBODY if lines is None else Listener(as_json)


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn a command's errors into a message on standard error and an exit status, without a traceback.

    What is printed is flushed within, so that a standard output that is full is told and one that is closed, as by ``head``,
    ends nothing.
    """

    @functools.wraps(command)
    def call(*arguments: P.args, **keywords: P.kwargs) -> R:
        try:
            found = command(*arguments, **keywords)
            if sys.stdout is not None:
                sys.stdout.flush()
            return found
        except InputError as error:
            status = _said(str(error), WRONG_INPUT)
        except CinsimError as error:
            status = _said(str(error), FAILED)
        except KeyboardInterrupt as stopped:
            status = _said(f"\n{stopped}" if str(stopped) else "\nstopped", FAILED)
        except (typer.Exit, typer.Abort, TyperException):
            raise
        except SystemExit as ended:  # rich ends the process where the reader of a pipe is gone
            if not isinstance(ended.__context__, BrokenPipeError):
                raise
            status = _without_output(0)
        except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
            status = _without_output(0)
        except Exception as error:
            status = _last_resort(command.__name__, error)
        raise typer.Exit(status) from None

    return call


def _said(text: str, status: int) -> int:
    """Print a message on standard error and return the exit status."""
    with contextlib.suppress(OSError, ValueError):
        typer.echo(printable(text), err=True)
    return status


def _without_output(status: int) -> int:
    """Let nothing more be written to a standard output that takes no more, not even when the process ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _can_print() -> bool:
    """Return whether standard output takes another line."""
    try:
        os.write(sys.stdout.fileno(), b"\n")
    except (OSError, ValueError):
        return False
    return True


def _last_resort(command: str, error: Exception) -> int:
    """Say in one sentence what an error that nobody foresaw ended, and where its traceback was written."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    if isinstance(error, OSError) and not _can_print():
        _without_output(FAILED)
        return _said(f"standard output cannot be written: {error.strerror}; what was written to files is whole", FAILED)
    doing = "".join(f", while {note}" for note in reversed(getattr(error, "__notes__", ())))
    what = "the memory is full" if isinstance(error, MemoryError) else f"{type(error).__name__}: {error}"
    where = _traceback_written(error)
    details = f"details are in {where}" if where else f"set {DEBUG}=1 to see the details"
    return _said(f"cinsim {command}{doing} ended with an error of its own ({without_middle(what)}); {details}", FAILED)


def _traceback_written(error: Exception) -> Path | None:
    """Write an error's traceback into a file that only its owner reads, of the system's folder for such; None if none can be."""
    try:
        number, name = tempfile.mkstemp(prefix="cinsim-error-", suffix=".txt", text=True)
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"cinsim {VERSION}, Python {sys.version}\n{' '.join(sys.argv)}\n\n")
            traceback.print_exception(error, file=file)
    except Exception:
        return None
    return Path(name)


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
            raise InputError(f"{quoted(pair)} must be KEY=VALUE, e.g. --set years=2", key="--set")
        if key.strip() in found:
            first, second = quoted(found[key.strip()]), quoted(value.strip())
            raise InputError(f"'{shortened(key.strip())}' is set twice, to {first} and to {second}", key="--set")
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
