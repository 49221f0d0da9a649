"""All figures of a run, drawn from its folder and stored in it."""

from __future__ import annotations

from pathlib import Path

from cinsim.report.areas import ranked_figures
from cinsim.report.children import children_figures
from cinsim.report.comparisons import differences_figure, waterfall_figures
from cinsim.report.folder import RunFolder
from cinsim.report.funnels import funnel_figures
from cinsim.report.lottery import lottery_figure
from cinsim.report.published import england
from cinsim.report.regions import region_figures
from cinsim.report.stocks import stocks_figure
from cinsim.report.style import Drawing, FigureFile, house_style, stored
from cinsim.report.work import caseload_figure, timeliness_figure


def figures_of(run: RunFolder, folder: Path) -> list[FigureFile]:
    """Draw the figures of a run and store them as PNG and SVG in a new folder.

    The same run gives the same bytes with the same matplotlib. What a run has no data for is not drawn.
    """
    folder.mkdir()
    with house_style():
        return [stored(drawing, folder) for drawing in _drawings(run)]


def _drawings(run: RunFolder) -> list[Drawing]:
    published = england()
    drawn = [
        differences_figure(run) if run.compares else None,
        *waterfall_figures(run),
        stocks_figure(run, published),
        caseload_figure(run, published),
        timeliness_figure(run, published),
        *children_figures(run),
        lottery_figure(run),
        *ranked_figures(run),
        *region_figures(run),
        *funnel_figures(run),
    ]
    return [drawing for drawing in drawn if drawing is not None]
