"""Children in need, on plans and in care over time."""

from __future__ import annotations

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cinsim.outcomes.summary import ENOUGH_FOR_RANGE, LOWEST_TO_HIGHEST, ranges
from cinsim.report.folder import RunFolder
from cinsim.report.labels import STOCKS, listed, number
from cinsim.report.published import PUBLISHED_YEAR
from cinsim.report.record_series import monthly_stocks
from cinsim.report.style import LINES, MARKERS, PUBLISHED, Drawing, colour_of, from_zero, new_figure

_PANELS = {
    "children_in_need_31_march_rate": "Children in need",
    "cin_plans_31_march_rate": "On a CIN plan",
    "cpp_31_march_rate": "On a child protection plan",
    "looked_after_31_march_rate": "Looked after",
}
# the record's count on 31 March and the measure must agree this well, or months are not drawn
AGREES_WITHIN = 0.05


def bands(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the range of a measure in each year (the index) as ``lower`` and ``upper``, as ``summary.csv`` has it."""
    return ranges(rows.assign(measure=measure), ["year", "measure"]).droplevel("measure")


def band_words(replications: int) -> str:
    """Say what a band is."""
    if replications == 1:
        return "One replication was run, so no band can be drawn."
    if replications < ENOUGH_FOR_RANGE:
        return f"Bands: {LOWEST_TO_HIGHEST} of {replications} replications, too few for a range that holds 90% of further runs."
    return "Bands: the range that holds about 90% of further runs."


def stocks_figure(run: RunFolder, england: dict[str, float]) -> Drawing | None:
    """Draw the stocks as rates per 10,000 children, each scenario with its band, England's published level dashed.

    A single scenario whose record was kept is also drawn month by month.
    """
    measures = [m for m in STOCKS if run.has(m)]
    if not measures:
        return None
    monthly = None if run.compares else monthly_stocks(run)
    title = "Children in need, on plans and in care"
    rows = (len(measures) + 1) // 2
    figure = new_figure(1.0 + 2.35 * rows + 0.24 * (len(run.arms) if run.compares else 1), title)
    panels = figure.subplots(rows, 2 if len(measures) > 1 else 1, squeeze=False).ravel()
    said: list[str] = []
    months_drawn = False
    for axes, measure in zip(panels, measures, strict=False):
        said.append(_panel(axes, run, measure, england.get(measure)))
        if monthly is not None:
            months_drawn |= _monthly_line(axes, run, monthly[monthly["measure"] == measure], measure)
    for axes in panels[len(measures) :]:
        axes.set_visible(False)
    handles, texts = panels[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower left", ncols=1 if run.compares else 2, alignment="left")
    caption = f"Children per 10,000 aged 0 to 17, on 31 March of each year. {band_words(run.replications)}"
    if months_drawn:
        caption += " Thin lines: month by month, in the replication whose record was kept (the middle one of several)."
    if england:
        caption += f" Dashed: England, 31 March {PUBLISHED_YEAR}, as published."
    return Drawing("stocks", title, caption, f"Line charts of children per 10,000 by year. {' '.join(said)}", figure)


def _panel(axes: Axes, run: RunFolder, measure: str, published: float | None) -> str:
    data = run.whole_area(measure)
    ends: list[str] = []
    for position, arm in enumerate(run.arms):
        mine = data[data["scenario"] == arm.name].groupby("year")["value"]
        if mine.ngroups == 0:
            continue
        means, colour = mine.mean(), colour_of(position)
        limits = bands(data[data["scenario"] == arm.name], measure).reindex(means.index)
        days = np.array([f"{year}-03-31" for year in means.index], dtype="datetime64[D]")
        if run.replications > 1:
            low, high = (limits[side].to_numpy(dtype=float) for side in ("lower", "upper"))
            axes.fill_between(days, low, high, color=colour, alpha=0.18 if len(run.arms) == 1 else 0.1, linewidth=0)
        line, marker = LINES[position % len(LINES)], MARKERS[position % len(MARKERS)]
        axes.plot(days, means.to_numpy(), color=colour, marker=marker, markersize=4.5, linestyle=line, label=arm.label)
        told = [f"{number(float(means.loc[year]), 1)} in {year}" for year in dict.fromkeys((means.index[0], means.index[-1]))]
        ends.append(f"{arm.label} {' and '.join(told)}")
    if published is not None:
        axes.axhline(published, color=PUBLISHED, linestyle="--", linewidth=1.4, label=f"England {PUBLISHED_YEAR}, published")
    axes.set_title(_PANELS[measure])
    years = sorted(int(year) for year in data["year"].unique())
    shown = years if len(years) <= 3 else years[:: 1 + len(years) // 4]
    axes.set_xticks(np.array([f"{year}-03-31" for year in shown], dtype="datetime64[D]"))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    from_zero(axes)
    level = f", against {number(published, 1)} published for England in {PUBLISHED_YEAR}" if published is not None else ""
    return f"{_PANELS[measure]}: {listed(ends)}{level}."


def _monthly_line(axes: Axes, run: RunFolder, months: pd.DataFrame, measure: str) -> bool:
    """Draw the months of the record where it agrees with the measure; return whether it does."""
    if months.empty:
        return False
    middle = months.groupby("month_end")["value"].median()
    ends = pd.DatetimeIndex(middle.index)
    marches = pd.Series(middle.to_numpy(), index=ends.year)[ends.month == 3]
    means = run.whole_area(measure).groupby("year")["value"].mean()
    both = marches.index.intersection(means.index)
    if both.empty or not np.allclose(marches[both].mean(), means[both].mean(), rtol=AGREES_WITHIN):
        return False
    axes.plot(ends.to_numpy(), middle.to_numpy(), color=colour_of(0), linewidth=0.9, alpha=0.8)
    from_zero(axes)
    return True
