"""The command that puts shipped scenarios where a user can read and change them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cinsim.cli.options import Quiet, guarded
from cinsim.cli.printing import print_table
from cinsim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALL = "all"


@guarded
def new(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Scenarios that ship, or 'all'; their list when left out.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where they are written; scenarios (or journeys) when left out.")
    ] = None,
    journeys: Annotated[bool, typer.Option("--journeys", help="Journeys in place of scenarios.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write scenarios that ship with cinsim to a folder, with those they extend, to be run and changed there.

    No file is ever replaced.
    """
    from cinsim.scenario.copies import content_of, written
    from cinsim.scenario.shipped import shipped

    kind = "journeys" if journeys else "scenarios"
    there = shipped("journeys" if journeys else "scenarios")
    if not names:
        print_table(("Name", "Title"), [[name, str(content_of(path).get("title", ""))] for name, path in there.items()])
        typer.echo(
            f"\n`cinsim new NAME{' --journeys' if journeys else ''}` writes one to {kind}/NAME.yaml; 'all' is all of them."
        )
        return
    folder = to or Path(kind)
    wanted, asked = _wanted(names, there)
    for name in asked:
        if (folder / there[name].name).exists():
            raise InputError("is already there and stays as it is; name another folder with --to", path=folder / there[name].name)
    for name in wanted:
        target = folder / there[name].name
        kept = not written(there[name], target)
        if not quiet:
            typer.echo(f"{target}" + (" was there already and stays as it is" if kept else ""))


def _wanted(names: Sequence[str], there: Mapping[str, Path]) -> tuple[list[str], list[str]]:
    """Return what is to be written, with what it extends, and what of that was asked for by its name."""
    from cinsim.scenario.copies import line_of
    from cinsim.scenario.problems import did_you_mean

    asked = [name.removesuffix(".yaml") for name in names if name != ALL]
    for name in asked:
        if name not in there:
            nearest = did_you_mean(name, list(there)) or "; `cinsim new` lists what does"
            raise InputError(f"nothing of that name ships with cinsim{nearest}", key=name)
    wanted: dict[str, None] = {}
    for name in [*asked, *(there if ALL in names else ())]:
        for one in reversed(line_of(name, there)):
            wanted[one] = None
    return list(wanted), asked
