"""Lets the site hold what pages link to outside ``docs``: the README and its like become pages, other files are copied."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PROJECT: Final = Path(__file__).parents[2]
DOCS: Final = PROJECT / "docs"
PLACE: Final = "project"
"""Where in the site the files outside ``docs`` are."""
PAGES: Final = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
_LINK: Final = re.compile(r"(\[[^\]]*\])\(([^)#\s]+)(#[^)\s]+)?\)")


def _source_of(uri: str) -> Path:
    """Return the file that a page of the site is made from."""
    return PROJECT / uri.removeprefix(f"{PLACE}/") if uri.startswith(f"{PLACE}/") else DOCS / uri


def _outside(source: Path, link: str) -> Path | None:
    """Return the file or folder of the project that a link leads to, if it is outside ``docs``."""
    if re.match(r"[a-z]+:", link):
        return None
    target = (source.parent / link).resolve()
    return target if target.is_relative_to(PROJECT) and not target.is_relative_to(DOCS) and target.exists() else None


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add each file outside ``docs`` that a page links to."""
    sources = [*DOCS.rglob("*.md"), *(PROJECT / name for name in PAGES)]
    wanted = {PROJECT / name for name in PAGES}
    for source in sources:
        links = (link for _, link, _ in _LINK.findall(source.read_text(encoding="utf-8")))
        wanted |= {target for link in links if (target := _outside(source, link)) is not None and target.is_file()}
    for target in sorted(wanted):
        uri = f"{PLACE}/{target.relative_to(PROJECT).as_posix()}"
        files.append(File.generated(config, uri, content=target.read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links at where their targets are in the site; a link to a folder of the code becomes its name."""
    source, here = _source_of(page.file.src_uri), Path(page.file.src_uri).parent

    def moved(match: re.Match[str]) -> str:
        text, link, anchor = match[1], match[2], match[3] or ""
        if re.match(r"[a-z]+:", link):
            return match[0]
        target = (source.parent / link).resolve()
        if target.is_dir():
            return text[1:-1]
        inside = target.relative_to(DOCS) if target.is_relative_to(DOCS) else Path(PLACE) / target.relative_to(PROJECT)
        return f"{text}({_relative(inside, here)}{anchor})"

    return _LINK.sub(moved, markdown)


def _relative(target: Path, start: Path) -> str:
    up = start.parts
    common = 0
    while common < len(up) and common < len(target.parts) - 1 and up[common] == target.parts[common]:
        common += 1
    return "/".join([".."] * (len(up) - common) + list(target.parts[common:]))
