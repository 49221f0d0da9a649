"""The scenarios and journeys that come with the package: in the wheel a part of it, in a clone beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from cinsim.about import PACKAGE

Kind = Literal["scenarios", "journeys"]
_IN_A_CLONE: Final[dict[Kind, str]] = {"scenarios": "scenarios", "journeys": "tests/journeys"}  # setup.py ships these


def shipped(kind: Kind) -> dict[str, Path]:
    """Return the files that ship, by name."""
    inside = PACKAGE / "shipped" / kind
    folder = inside if inside.is_dir() else PACKAGE.parent / _IN_A_CLONE[kind]
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def where_else(path: Path) -> str:
    """Return the end of a sentence on a file that is not there: where a scenario of its name is, or nothing."""
    usual = Path("scenarios") / f"{path.stem}.yaml"
    if usual.is_file() and usual != path:
        return f"; did you mean {usual}?"
    if path.stem in shipped("scenarios"):
        return f"; a scenario of that name comes with cinsim: `cinsim new {path.stem}` writes it to {usual}"
    return ""
