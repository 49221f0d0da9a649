"""The pages hold together: links lead somewhere, commands and parameters they name exist, none is left out of the list."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import typer.core
import typer.main

from cinsim.cli import app
from cinsim.outcomes.definitions import MEASURES
from cinsim.reference.register import load_register
from cinsim.scenario import load_scenario

pytestmark = pytest.mark.unit

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), PROJECT / "README.md", PROJECT / "CHANGELOG.md", PROJECT / "CONTRIBUTING.md"])
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
            command, rest = commands[shown[1]], shown[2]
            while isinstance(command, typer.core.TyperGroup) and (word := re.match(r" (\w+)", rest)):
                command, rest = command.commands[word[1]], rest[word.end() :]
            options = {option for parameter in command.params for option in parameter.opts}
            assert set(re.findall(r"(?<= )--[a-z-]+", shown[2].partition("|")[0])) <= options, line


def test_every_parameter_that_the_model_description_names_is_in_the_register() -> None:
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    register = load_register()
    keys = set(re.findall(r"\w+", files("cinsim.scenario").joinpath("scenario.schema.json").read_text(encoding="utf-8")))
    symbols = set(re.findall(r"\w+", " ".join(body for _, body in FENCE.findall(text))))
    for name in set(re.findall(r"`(\w*_\w*)\*?`", FENCE.sub("", text))) - keys - symbols:
        assert any(name == each or (name[0] == "_" and each.endswith(name)) or each.startswith(name) for each in register), name


LEVERS = sorted(page for page in (DOCS / "levers").glob("*.md") if page.name != "index.md")
SHIPPED = sorted((PROJECT / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("page", LEVERS, ids=named)
def test_every_name_on_the_page_of_a_lever_is_a_parameter_a_measure_a_key_or_a_scenario(page: Path) -> None:
    keys = re.findall(r"\w+", files("cinsim.scenario").joinpath("scenario.schema.json").read_text(encoding="utf-8"))
    there = {*load_register(), *MEASURES, *keys, *(path.stem for path in SHIPPED)}
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    assert set(re.findall(r"`(\w*_\w*)`", text)) <= there
    assert set(re.findall(r"`parameters\.(\w+)`", text)) <= set(load_register())


@pytest.mark.parametrize("page", LEVERS, ids=named)
def test_every_file_that_the_page_of_a_lever_names_is_there(page: Path) -> None:
    named_files = re.findall(r"`((?:cinsim|scenarios)/[\w/]+\.\w+)`", page.read_text(encoding="utf-8"))
    assert [path for path in named_files if not (PROJECT / path).exists()] == []


@pytest.mark.parametrize("page", LEVERS, ids=named)
def test_the_first_scenario_on_the_page_of_a_lever_is_one_that_ships(page: Path, tmp_path: Path) -> None:
    shown = load_scenario(_beside_the_shipped(page, 0, tmp_path)).resolved()
    assert any(_content(load_scenario(path).resolved()) == _content(shown) for path in SHIPPED)


@pytest.mark.parametrize("page", LEVERS, ids=named)
def test_every_scenario_on_the_page_of_a_lever_can_be_run(page: Path, tmp_path: Path) -> None:
    blocks = [body for language, body in FENCE.findall(page.read_text(encoding="utf-8")) if language == "yaml"]
    for number in range(len(blocks)):
        load_scenario(_beside_the_shipped(page, number, tmp_path))


@pytest.mark.parametrize("scenario", SHIPPED, ids=named)
def test_every_shipped_scenario_is_named_on_the_list_of_levers(scenario: Path) -> None:
    assert scenario.stem == "baseline" or f"`{scenario.stem}`" in (DOCS / "levers" / "index.md").read_text(encoding="utf-8")


def _beside_the_shipped(page: Path, number: int, folder: Path) -> Path:
    """Write a page's scenario into a folder of its own beside copies of those that ship, as `extends` is relative to the file."""
    blocks = [body for language, body in FENCE.findall(page.read_text(encoding="utf-8")) if language == "yaml"]
    for path in SHIPPED:
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    written = folder / f"shown_{number}.yaml"
    written.write_text("title: Shown on a page\n" + blocks[number], encoding="utf-8")
    return written


def _content(resolved: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in resolved.items() if key not in ("name", "title", "question")}
