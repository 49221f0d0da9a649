"""How figures look and are stored: colours, sizes, and bytes that are the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

# Government Analysis Function's categorical palette, in its order
COLOURS = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
MARKERS = ("o", "s", "D", "^", "v", "P")
LINES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1, 1, 1)), "-", (0, (3, 1)))
PUBLISHED = "#505A5F"
# 5 inches are 360 points, about the pixels a phone gives to content: text stays there as large as it is set here
WIDTH = 5.0
_DPI = 200
TITLE_WIDTH = 45  # characters
_SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans", "font.size": 11.5, "axes.titlesize": 11.5, "axes.labelsize": 11, "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5, "legend.fontsize": 10.5, "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": "#6F777B", "axes.grid": True, "axes.grid.axis": "y", "grid.color": "#DEE0E2", "grid.linewidth": 0.8,
    "axes.axisbelow": True, "axes.titlelocation": "left", "xtick.major.size": 3, "ytick.major.size": 0, "legend.frameon": False,
    "svg.hashsalt": "cinsim", "svg.fonttype": "path", "savefig.facecolor": "white", "lines.linewidth": 2,
    "axes.formatter.use_mathtext": False, "axes.unicode_minus": True, "text.parse_math": False,
}  # fmt: skip


@dataclass(frozen=True)
class Drawing:
    """A figure not yet stored, with the words that go with it."""

    name: str
    title: str
    caption: str
    alt: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class FigureFile:
    """A stored figure: where its PNG and SVG are, its title, caption, and the text for those who cannot see it."""

    name: str
    title: str
    caption: str
    alt: str
    png: Path
    svg: Path


@contextmanager
def house_style() -> Iterator[None]:
    """Set matplotlib's settings for the figures drawn within, whatever the user's own are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def new_figure(height: float, title: str) -> Figure:
    """Return an empty figure of house width (inches) with its title at the top left."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    figure.suptitle(fill(title, TITLE_WIDTH), x=0.01, ha="left", fontsize=12, fontweight="bold")
    return figure


def from_zero(axes: Axes) -> None:
    """Let the y axis start at 0, leave a little room at the top, and write thousands with commas."""
    axes.relim()
    axes.autoscale(axis="y")
    top = axes.get_ylim()[1]
    axes.set_ylim(0, 1.04 * top if top > 0 else 1)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))


def colour_of(position: int) -> str:
    """Return the colour of the scenario at a position (0 the first or only one)."""
    return COLOURS[position % len(COLOURS)]


def stored(drawing: Drawing, folder: Path) -> FigureFile:
    """Write a drawing as PNG and SVG, without dates or program names, and return where they are."""
    figure, png, svg = drawing.figure, folder / f"{drawing.name}.png", folder / f"{drawing.name}.svg"
    figure.dpi = _DPI
    canvas = FigureCanvasAgg(figure)
    # laid out once and for both files, and each drawn once: `savefig` would lay out and draw everything twice
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
        figure.set_layout_engine("none")
    with png.open("wb") as file:
        canvas.print_png(file, metadata={"Software": None})
    with svg.open("wb") as file:
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    d = drawing
    return FigureFile(d.name, d.title, d.caption, d.alt, png, svg)
