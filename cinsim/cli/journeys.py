"""What `cinsim check --journeys` does: lives journeys through and says which hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer


def check_journeys(paths: Sequence[Path], set_: Sequence[str] | None, *, quiet: bool) -> None:
    """Check journeys, those that ship when none is named, and print what came of each.

    Raises
    ------
    InputError : a file is no journey. CinsimError : a journey does not hold.
    """
    from cinsim.errors import CinsimError, InputError
    from cinsim.journeys.checking import check_journey, journey_files
    from cinsim.scenario.shipped import shipped

    if set_:
        raise InputError("a journey has rules of its own; leave --set out", key="--set")
    verdicts = [
        check_journey(path) for path in journey_files(paths or [_from_here(path) for path in shipped("journeys").values()])
    ]
    for verdict in verdicts:
        if not quiet or not verdict.holds:
            typer.echo(f"{verdict.path}: {'holds' if verdict.holds else 'DOES NOT HOLD'}. {verdict.title}")
        if not verdict.holds:
            typer.echo("\n".join(["  what happens:", *(f"    {event}" for event in verdict.told)]))
    if problems := [problem for verdict in verdicts for problem in verdict.problems]:
        raise CinsimError("\n".join(problems))


def _from_here(path: Path) -> Path:
    """Return a path as it is written from the folder one is in, where it lies in that."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
