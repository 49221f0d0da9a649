"""The app's templates; everything that is put into them is escaped, and nothing else becomes HTML."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


@cache
def _environment() -> Environment:
    loader = ChoiceLoader([PackageLoader("cinsim.app", "templates"), PackageLoader("cinsim.report", "")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def drawn(name: str, **held: Any) -> Markup:
    """Return a template filled in; what is held is escaped."""
    return Markup(_environment().get_template(name).render(**held))


def style() -> str:
    """Return the style of the pages, and the app's own after it."""
    texts = (files("cinsim.report").joinpath("style.css"), files("cinsim.app").joinpath("app.css"))
    return "".join(text.read_text(encoding="utf-8") for text in texts)


def script() -> str:
    """Return the script of the pages' tables, and the app's own after it."""
    texts = (files("cinsim.report").joinpath("page.js"), files("cinsim.app").joinpath("app.js"))
    return "\n".join(text.read_text(encoding="utf-8") for text in texts)
