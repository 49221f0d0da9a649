"""What the page holds for its script: the data of the chart to explore, and the libraries that draw it, within the page."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Final

from markupsafe import Markup

from cinsim.report.results.model import Results
from cinsim.report.style import COLOURS

LIBRARIES: Final = ("vega.min.js", "vega-lite.min.js")


def explore_data(results: Results) -> Markup:
    """Return levels by year and by authority as JSON that may stand within a script element."""
    held = {
        "options": [[option.name, option.title] for option in results.options],
        "colours": list(COLOURS[: len(results.options)]),
        "measures": [[each.name, each.label, each.unit] for each in results.measures],
        "levels": [
            [lv.option, lv.measure, lv.year, _short(lv.mean), _short(lv.lower), _short(lv.upper), lv.text]
            for lv in results.levels
        ],
        "places": [
            [a.name, a.region, {f.measure: {name: _short(v) for name, v in f.levels.items()} for f in a.figures}]
            for a in results.authorities
        ],
    }
    return _within_script(json.dumps(held, ensure_ascii=False, separators=(",", ":")))


def scripts() -> list[Markup]:
    """Return the page's scripts in the order in which they run: the libraries, unchanged, and the page's own."""
    package = files("cinsim.report")
    texts = [package.joinpath("vega", name).read_text(encoding="utf-8") for name in LIBRARIES]
    own = package.joinpath("page.js").read_text(encoding="utf-8")
    # a comment that names a map of the source has a browser look for a file that is not there
    return [Markup(text.replace("//# sourceMappingURL=", "// map: ")) for text in (*texts, own)]


def _within_script(text: str) -> Markup:
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.5g}")
