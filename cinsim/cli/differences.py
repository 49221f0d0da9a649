"""The command that says what differs between two scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cinsim.cli.options import Set, guarded, settings


@guarded
def diff(
    first: Annotated[Path, typer.Argument(metavar="A", help="Scenario file, or a run's manifest.json.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The scenario it is compared with.")],
    set_: Set = None,
) -> None:
    """Say in words what differs between two scenarios, and where each value was written.

    Nothing is simulated. `--set` holds for both.
    """
    from cinsim.scenario.differences import differences

    one, other, found = differences(first, second, settings(set_))
    names = (f"{first} ({one.title})", f"{second} ({other.title})")
    if not found:
        typer.echo(f"{names[0]} and {names[1]} lay down the same: their runs do not differ.")
        return
    keys = "1 key" if len(found) == 1 else f"{len(found)} keys"
    typer.echo(f"{names[0]} and {names[1]} differ in {keys}.")
    width = max(len(str(first)), len(str(second)))
    for each in found:
        typer.echo(f"\n{each.key}: {each.description}")
        for path, value, origin in zip((first, second), each.values, each.origins, strict=True):
            typer.echo(f"  {path!s:<{width}}  {value}  ({origin})")
