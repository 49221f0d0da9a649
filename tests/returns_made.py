"""The small return of six made-up children in `census/returns`, and what is done to it: for the tests of every way in."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner, Result

from cinsim.census.counts import published_counts
from cinsim.census.received import Received, received
from cinsim.cli import app
from cinsim.reference.areas import find_area

RETURNS = Path(__file__).parent / "census" / "returns"
BASE = (RETURNS / "base.xml").read_text(encoding="utf-8")
COUNTS = {"referrals": 7, "no_further_action": 1, "children_in_need_31_march": 3, "cin_plans_31_march": 3, "s47": 1, "icpc": 1}
"""What is right of it."""
DATE = re.compile(r"(?<=>)(\d{4})-(\d\d)-(\d\d)(?=<)")
Change = Callable[[str], str]
Lines = list[list[str]]


def made(folder: Path, change: Change = str, name: str = "return.xml") -> Path:
    """Write the return, changed."""
    path = folder / name
    path.write_text(change(BASE), encoding="utf-8")
    return path


def renamed(old: str, new: str) -> Change:
    """Return a change that puts one text in the place of another, which must be there."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return change


def rewritten(form: str, element: str = r"\w+") -> Change:
    """Return a change that writes the dates of some elements as ``{d}``, ``{m}`` and ``{y}`` in a form."""

    def change(text: str) -> str:
        head, children = text.split("<Children>")
        pattern = re.compile(rf"(?<=<)({element})>(\d{{4}})-(\d\d)-(\d\d)<")
        return f"{head}<Children>" + pattern.sub(
            lambda m: f"{m[1]}>{form.format(y=m[2], m=m[3], d=m[4], short=m[2][2:])}<", children
        )

    return change


def tables(folder: Path, source: str = "tables") -> Path:
    """Copy the return's folder of tables."""
    return Path(shutil.copytree(RETURNS / source, folder / "tables"))


def edit(path: Path, change: Callable[[Lines], Lines]) -> None:
    """Change the lines of a CSV table."""
    with path.open(newline="", encoding="utf-8") as file:
        lines = change(list(csv.reader(file)))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)


def without(column: str) -> Callable[[Lines], Lines]:
    """Return a change that takes a column out of a table."""

    def change(lines: Lines) -> Lines:
        place = lines[0].index(column)
        return [[cell for at, cell in enumerate(line) if at != place] for line in lines]

    return change


RUTLAND = find_area("Rutland")


def counted(held: Received) -> dict[str, float]:
    counts = published_counts(held.census, held.previous)
    return dict(counts[counts["group"] == "all"].set_index("measure")["value"])


def right(path: Path, **others: float) -> Received:
    """Assert that a return's main figures are those of the base, but for some."""
    held = received(path)
    found = counted(held)
    assert {name: found.get(name) for name in COUNTS} == {**COUNTS, **others}
    return held


def read(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["census", "read", *map(str, arguments)])


def check(folder: Path, path: Path) -> Result:
    text = f"title: Go on\narea: Rutland\nstart: 2026-04-01\nyears: 1\nreplications: 1\ndraws: point\ninitial_state: {path}\n"
    (folder / "go_on.yaml").write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["check", str(folder / "go_on.yaml")])
