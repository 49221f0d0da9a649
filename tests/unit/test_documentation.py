"""The pages hold together: links lead somewhere, commands and parameters they name exist, none is left out of the list."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import typer.main

from cinsim.cli import app
from cinsim.reference.register import load_register

pytestmark = pytest.mark.unit

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), PROJECT / "README.md", PROJECT / "CHANGELOG.md"])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def named(page: Path) -> str:
    return str(page.relative_to(PROJECT))


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page have on GitHub."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_inside_the_project_leads_to_a_page_and_a_heading_that_are_there(page: Path) -> None:
    for path, anchor in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if path.startswith(("http:", "https:")):
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_the_list_of_pages_names_every_page_but_the_single_decisions() -> None:
    index = DOCS / "index.md"
    listed = {(DOCS / path).resolve() for path, _ in LINK.findall(index.read_text(encoding="utf-8"))}
    wanted = {page for page in PAGES if page != index and not (page.parent.name == "decisions" and page.name != "README.md")}
    assert wanted <= listed


def test_the_list_of_decisions_names_every_decision() -> None:
    folder = DOCS / "decisions"
    listed = {path for path, _ in LINK.findall((folder / "README.md").read_text(encoding="utf-8"))}
    assert listed >= {page.name for page in folder.glob("0*.md")}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_and_option_that_a_page_shows_exists(page: Path) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for language, body in FENCE.findall(page.read_text(encoding="utf-8")):
        if language not in ("console", "bash"):
            continue
        for line in re.sub(r"\\\n\s*", " ", body).splitlines():
            shown = re.match(r"(?:\$ )?cinsim (\w+)(.*)", line)
            if shown is None:
                continue
            command = commands[shown[1]]
            options = {option for parameter in command.params for option in parameter.opts}
            assert set(re.findall(r"(?<= )--[a-z-]+", shown[2].partition("|")[0])) <= options, line


def test_every_parameter_that_the_model_description_names_is_in_the_register() -> None:
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    register = load_register()
    keys = set(re.findall(r"\w+", files("cinsim.scenario").joinpath("scenario.schema.json").read_text(encoding="utf-8")))
    symbols = set(re.findall(r"\w+", " ".join(body for _, body in FENCE.findall(text))))
    for name in set(re.findall(r"`(\w*_\w*)\*?`", FENCE.sub("", text))) - keys - symbols:
        assert any(name == each or (name[0] == "_" and each.endswith(name)) or each.startswith(name) for each in register), name
