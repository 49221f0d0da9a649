"""The pages' templates, which share one style and one way to show a table."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def rendered(name: str, **held: Any) -> str:
    """Return a template's page as one file of HTML, with the style in it; what is held is escaped."""
    loader = PackageLoader("cinsim.report", "")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    style = files("cinsim.report").joinpath("style.css").read_text(encoding="utf-8")
    return environment.get_template(name).render(style=Markup(style), **held)
