"""Figures drawn as SVG within the page, from the results: text that can be copied, values on hover, nothing fetched."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from cinsim.report.style import COLOURS

WIDTH: Final = 440
_LEFT, _RIGHT, _LINE, _PANEL = 172, 14, 20, 40
INK: Final = "#0b0c0c"
GREY: Final = "#505a5f"
SHADES: Final = ("#0f7a52", "#74b9a1", "#f3f2f1", "#e3a6c4", "#801650")
"""From far fewer to far more."""


@dataclass(frozen=True, slots=True)
class Whisker:
    """A difference with its interval: which option's, by its place, and what is shown on hover."""

    name: str
    place: int
    value: float
    lower: float | None
    upper: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure's differences on a scale of their own."""

    title: str
    unit: str
    whiskers: tuple[Whisker, ...]


def whiskers(panels: Sequence[Panel], title: str) -> Markup:
    """Return differences with their intervals, a panel a measure, zero marked."""
    height, parts = 0, list[Markup]()
    for panel in panels:
        parts.append(_panel(panel, height))
        height += _PANEL + _LINE * len(panel.whiskers) + 22
    return _svg(WIDTH, height, title, parts)


def reach_of(panel: Panel) -> float:
    """Return how far a panel's scale reaches on both sides of zero."""
    ends = [abs(v) for w in panel.whiskers for v in (w.value, w.lower, w.upper) if v is not None]
    return _round_up(max(ends, default=1.0) or 1.0)


def _panel(panel: Panel, top: int) -> Markup:
    reach = reach_of(panel)
    middle, scale = (_LEFT + WIDTH - _RIGHT) / 2, (WIDTH - _RIGHT - _LEFT) / 2 / reach
    bottom = top + _PANEL + _LINE * len(panel.whiskers) - 10
    drawn = [
        _text(0, top + 18, f"{panel.title}, {panel.unit}", weight="bold"),
        Markup('<line x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}" stroke="{3}"/>').format(middle, top + 26, bottom, INK),
    ]
    for row, each in enumerate(panel.whiskers):
        y, colour = top + _PANEL + _LINE * row, COLOURS[each.place % len(COLOURS)]
        shown = Markup("<g><title>{}: {}</title>").format(each.name, each.text)
        if each.lower is not None and each.upper is not None:
            shown += Markup('<line x1="{:.1f}" x2="{:.1f}" y1="{y}" y2="{y}" stroke="{c}" stroke-width="3"/>').format(
                middle + each.lower * scale, middle + each.upper * scale, y=y - 4, c=colour
            )
        shown += Markup('<circle cx="{:.1f}" cy="{}" r="5" fill="{}"/>').format(middle + each.value * scale, y - 4, colour)
        drawn += [shown + Markup("</g>"), _text(0, y, _shortened(each.name, 24), size=13)]
    for value, anchor in ((-reach, "start"), (0.0, "middle"), (reach, "end")):
        drawn.append(_text(middle + value * scale, bottom + 12, tick(value), anchor=anchor, size=12, colour=GREY))
    return Markup("").join(drawn)


@dataclass(frozen=True, slots=True)
class Line:
    """A measure of one option over the years, with its ranges."""

    name: str
    place: int
    points: tuple[tuple[int, float, float | None, float | None, str], ...]


def lines(title: str, unit: str, series: Sequence[Line]) -> Markup:
    """Return a measure over the years, from zero, with ranges as bands."""
    years = sorted({point[0] for line in series for point in line.points})
    top = _round_up(max(v for line in series for p in line.points for v in (p[1], p[3]) if v is not None) or 1.0)
    left, right, upper, lower = 52.0, WIDTH - 14.0, 34.0, 170.0
    x = {
        y: left + 10 + (right - left - 20) * (k / max(1, len(years) - 1) if len(years) > 1 else 0.5) for k, y in enumerate(years)
    }

    def height(value: float) -> float:
        return lower - (lower - upper) * value / top

    drawn = [_text(0, 16, title, weight="bold")]
    for value in (0.0, top / 2, top):
        y = height(value)
        drawn.append(Markup('<line x1="{}" x2="{}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dee0e2"/>').format(left, right, y=y))
        drawn.append(_text(left - 6, y + 4, tick(value, signed=False), anchor="end", size=12, colour=GREY))
    drawn += [_text(x[year], lower + 18, str(year), anchor="middle", size=12, colour=GREY) for year in years]
    drawn.append(_text(0, lower + 36, f"{unit}; years to March", size=12, colour=GREY))
    for line in series:
        colour = COLOURS[line.place % len(COLOURS)]
        banded = [p for p in line.points if p[2] is not None and p[3] is not None]
        if len(banded) > 1:
            edge = [(x[p[0]], height(p[3] or 0)) for p in banded] + [(x[p[0]], height(p[2] or 0)) for p in reversed(banded)]
            drawn.append(Markup('<polygon points="{}" fill="{}" opacity="0.14"/>').format(_points(edge), colour))
        middle = _points([(x[p[0]], height(p[1])) for p in line.points])
        drawn.append(Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2.5"/>').format(middle, colour))
        for year, value, _, _, text in line.points:
            drawn.append(
                Markup('<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="{}"><title>{}, {}: {}</title></circle>').format(
                    x[year], height(value), colour, line.name, year, text
                )
            )
    for row, line in enumerate(series if len(series) > 1 else ()):
        drawn.append(_text(0, lower + 56 + 18 * row, f"● {line.name}", colour=COLOURS[line.place % len(COLOURS)], size=13))
    return _svg(WIDTH, int(lower + 46 + (18 * len(series) if len(series) > 1 else 0)), title, drawn)


# where each region's block of tiles begins: columns from the left, rows from the top
_REGIONS: Final[Mapping[str, tuple[int, int, int]]] = {
    "North East": (8, 0, 6), "North West": (1, 0, 6), "Yorkshire and The Humber": (8, 4, 6), "West Midlands": (1, 6, 6),
    "East Midlands": (8, 8, 6), "East of England": (15, 6, 5), "Inner London": (15, 10, 5), "Outer London": (15, 14, 5),
    "South West": (1, 10, 6), "South East": (8, 12, 6),
}  # fmt: skip
_TILE: Final = 21
_RECT: Final = '<rect x="{}" y="{}" width="{s}" height="{s}" fill="{}" stroke="#6f777b">'


@dataclass(frozen=True, slots=True)
class Tile:
    """One authority on the map: its value and what is shown on hover."""

    name: str
    region: str
    value: float
    text: str


def tile_map(tiles: Sequence[Tile], title: str, more: str, fewer: str) -> Markup:
    """Return authorities as tiles, region by region about where the regions lie, shaded by a difference or a level.

    Parameters
    ----------
    more, fewer : what the darkest shades mean.
    """
    reach = sorted(abs(tile.value) for tile in tiles)[int(0.95 * (len(tiles) - 1))] or 1.0
    drawn = list[Markup]()
    rows = 0
    for region, (column, row, wide) in _REGIONS.items():
        here = sorted((tile for tile in tiles if tile.region == region), key=lambda tile: -tile.value)
        if here:
            drawn.append(_text(column * _TILE, row * (_TILE + 9) + 12, region, size=11, colour=INK))
        for place, tile in enumerate(here):
            x, y = (column + place % wide) * _TILE, row * (_TILE + 9) + 17 + place // wide * _TILE
            rows = max(rows, y + _TILE)
            drawn.append(
                Markup(
                    '<rect x="{}" y="{}" width="{s}" height="{s}" fill="{}" stroke="#6f777b"><title>{}: {}</title></rect>'
                ).format(x, y, shade(tile.value / reach), tile.name, tile.text, s=_TILE - 3)
            )
    key = [(SHADES[0], fewer), (SHADES[2], "about the same"), (SHADES[4], more)]
    for place, (colour, words) in enumerate(key):
        x = 21 + 150 * place
        drawn.append(
            Markup('<rect x="{}" y="{}" width="14" height="14" fill="{}" stroke="#6f777b"/>').format(x, rows + 14, colour)
        )
        drawn.append(_text(x + 20, rows + 26, words, size=12))
    return _svg(_TILE * 21, rows + 36, title, drawn)


def shade(share: float) -> str:
    """Return the shade of a value as a share of the largest, -1 to 1."""
    for edge, colour in zip((-0.6, -0.2, 0.2, 0.6), SHADES, strict=False):
        if share < edge:
            return colour
    return SHADES[4]


def _svg(width: int, height: int, title: str, parts: Sequence[Markup]) -> Markup:
    body = Markup("").join(parts)
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(width, height, title, body)


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 14, weight: str = "normal", colour: str = INK
) -> Markup:
    shape = '<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-size="{}" font-weight="{}" fill="{}">{}</text>'
    return Markup(shape).format(x, y, anchor, size, weight, colour, escape(text))


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _round_up(value: float) -> float:
    """Return the next larger of 1, 2, 2.5, 5 and 10 times a power of ten."""
    size = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 2, 2.5, 5, 10) if step * size >= value * 0.999999)


def tick(value: float, *, signed: bool = True) -> str:
    """Return a number on an axis."""
    if value == 0:
        return "0"
    amount = abs(value)
    text = f"{amount / 1e6:g}m" if amount >= 1e6 else f"{amount:,.6g}"
    return ("−" if value < 0 else "+" if signed else "") + text


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
