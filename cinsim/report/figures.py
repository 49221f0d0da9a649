"""All figures of a run, drawn from its folder and stored in it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from cinsim.report.areas import ranked_figures
from cinsim.report.children import children_figures
from cinsim.report.comparisons import differences_figure, waterfall_figures
from cinsim.report.folder import RunFolder, read_run
from cinsim.report.funnels import funnel_figures
from cinsim.report.lottery import lottery_figure
from cinsim.report.published import england
from cinsim.report.regions import region_figures
from cinsim.report.stocks import stocks_figure
from cinsim.report.style import Drawing, FigureFile, house_style, stored
from cinsim.report.work import caseload_figure, timeliness_figure


def write_figures(folder: Path) -> list[FigureFile]:
    """Draw a run's figures and store them as PNG and SVG in ``folder/figures``, replacing those that stood there.

    The same folder gives the same bytes with the same matplotlib. What a run has no data for is not drawn.

    Raises
    ------
    InputError : the folder is not that of a finished run.
    """
    return figures_of(read_run(Path(folder)))


def figures_of(run: RunFolder) -> list[FigureFile]:
    """Draw and store the figures of a run that has been read."""
    final = run.path / "figures"
    aside = Path(tempfile.mkdtemp(prefix=".figures-", dir=run.path))
    try:
        aside.chmod(0o755)
        with house_style():
            files = [stored(drawing, aside) for drawing in _drawings(run)]
        if final.exists():
            shutil.rmtree(final)
        aside.rename(final)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return [FigureFile(f.name, f.title, f.caption, f.alt, final / f.png.name, final / f.svg.name) for f in files]


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
