"""How the work is spread: cases per worker, and the working day on which assessments are completed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cinsim.report.folder import RunFolder
from cinsim.report.labels import count_words, listed, number
from cinsim.report.published import PUBLISHED_YEAR
from cinsim.report.record_series import LAST_DAY_SHOWN, assessment_days, cases_per_worker
from cinsim.report.stocks import band_words, bands
from cinsim.report.style import LINES, MARKERS, PUBLISHED, Drawing, colour_of, from_zero, new_figure

LIMIT_DAYS = 45
INK = "#0B0C0C"
# first and last working day of DfE's bands in table c2; a last band, 61 or more, is open
_PUBLISHED_BANDS = {"0": (0, 0), "1_10": (1, 10), "11_20": (11, 20), "21_30": (21, 30), "31_40": (31, 40), "41_45": (41, 45),
                    "46_50": (46, 50), "51_60": (51, 60)}  # fmt: skip


def timeliness_figure(run: RunFolder, england: dict[str, float]) -> Drawing | None:
    """Draw assessments by working day with the 45-day limit; None without an event record.

    One scenario: the share completed on each day. Several: the share completed by each day, which crosses less.
    """
    data = assessment_days(run)
    if data.empty:
        return None
    arms = [(position, arm) for position, arm in enumerate(run.arms) if (data["scenario"] == arm.name).any()]
    single = len(arms) == 1
    title = "Assessments by the working day they were completed" if single else "Assessments completed by each working day"
    figure = new_figure(3.7 + 0.24 * len(arms), title)
    axes = figure.subplots()
    days = np.arange(LAST_DAY_SHOWN + 2)
    said = []
    for position, arm in arms:
        mine = data.loc[data["scenario"] == arm.name, "days"]
        share = 100 * np.bincount(mine.clip(upper=LAST_DAY_SHOWN + 1), minlength=len(days)) / len(mine)
        if single:
            axes.bar(days, share, width=0.85, color=colour_of(position), label=arm.label)
        else:
            line = LINES[position % len(LINES)]
            axes.plot(days[:-1], share.cumsum()[:-1], color=colour_of(position), linestyle=line, label=arm.label)
        bunched, late = 100 * mine.between(41, LIMIT_DAYS).mean(), 100 * (mine > LIMIT_DAYS).mean()
        said.append(
            f"{arm.label}: median {int(mine.median())} working days, {number(bunched, 0)}% completed on days 41 to 45, "
            f"{number(late, 0)}% after day 45"
        )
    shown = _draw_published(axes, england, by_day=single)
    axes.axvline(LIMIT_DAYS + 0.5 * single, color=INK, linewidth=1.3)
    where, anchor = ((4, -3), 1.0) if single else ((4, 6), 0.0)
    axes.annotate("day 45", (LIMIT_DAYS + 0.5 * single, anchor), xycoords=("data", "axes fraction"), xytext=where,
                  textcoords="offset points", va="top" if single else "bottom", fontsize=10.5)  # fmt: skip
    axes.set_xticks([*range(0, 61, 10)])
    if single:
        axes.set_xticks([*range(0, 61, 10), LAST_DAY_SHOWN + 1], [*map(str, range(0, 61, 10)), "66+"])
    axes.set_xlabel("working days from the start")
    axes.set_ylabel("% of assessments")
    from_zero(axes)
    if shown or not single:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", alignment="left")
    caption = "Share of completed assessments by working day"
    caption += "; day 66 stands for all later days." if single else ", cumulated."
    if shown:
        published = "Dashed: England 2023-24 as published, spread evenly within DfE's bands." if single else ""
        caption = f"{caption} {published or 'Crosses: England 2023-24 as published, at the ends of the bands.'}"
    alt = f"Chart of assessments by working day with a line at day 45. {listed(said)}."
    return Drawing("assessment_days", title, caption, alt, figure)


def _draw_published(axes: Axes, england: dict[str, float], *, by_day: bool) -> bool:
    """Draw England's published bands, by day as an outline, else cumulated as points; return whether all of them were there."""
    names = [f"assessment_days_{name}_percent" for name in _PUBLISHED_BANDS]
    if not all(name in england for name in names):
        return False
    shares = np.array([england[name] for name in names])
    first, last = np.array(list(_PUBLISHED_BANDS.values())).T
    if by_day:
        edges = np.concatenate([[-0.5], last + 0.5])
        axes.stairs(shares / (last - first + 1), edges, color=colour_of(3), linewidth=1.8, linestyle="--",
                    label=f"England {PUBLISHED_YEAR}, published")  # fmt: skip
    else:
        axes.plot(
            last,
            shares.cumsum(),
            linestyle="none",
            marker="x",
            markersize=7,
            color=INK,
            label=f"England {PUBLISHED_YEAR}, published",
        )
    return True


def caseload_figure(run: RunFolder, england: dict[str, float]) -> Drawing | None:
    """Draw cases per worker on the last 31 March; for several scenarios, or without an event record, caseloads by year."""
    by_year = _caseload_years(run, england) if run.compares else None
    if by_year is not None:
        return by_year
    data = cases_per_worker(run)
    return _caseload_years(run, england) if data.empty else _caseload_histogram(run, data)


def _caseload_histogram(run: RunFolder, data: pd.DataFrame) -> Drawing:
    title = f"Cases held per worker on 31 March {run.years[-1]}"
    arms = [(position, arm) for position, arm in enumerate(run.arms) if (data["scenario"] == arm.name).any()]
    single = len(arms) == 1
    figure = new_figure(3.4 + (0 if single else 0.24 * len(arms)), title)
    axes = figure.subplots()
    most = int(data["cases"].max())
    edges = np.arange(0.5, most + 3.5, 1 if most <= 30 else 2)
    said = []
    for position, arm in arms:
        mine = data.loc[data["scenario"] == arm.name, "cases"]
        share = 100 * np.histogram(mine, edges)[0] / len(mine)
        if single:
            axes.stairs(share, edges, color=colour_of(position), fill=True)
            axes.axvline(mine.mean(), color=INK, linewidth=1.3)
            axes.annotate(f"mean {number(mine.mean(), 1)}", (mine.mean(), 1), xycoords=("data", "axes fraction"), xytext=(4, -3),
                          textcoords="offset points", va="top", fontsize=10.5)  # fmt: skip
        else:
            line = LINES[position % len(LINES)]
            axes.stairs(share, edges, color=colour_of(position), linewidth=2, linestyle=line, label=arm.label)
        said.append(f"{arm.label}: mean {number(mine.mean(), 1)}, nine in ten hold {int(mine.quantile(0.9))} or fewer")
    axes.set_xlabel("cases held")
    axes.set_ylabel("% of workers with cases")
    axes.set_xlim(left=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    from_zero(axes)
    if not single:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", alignment="left")
    runs = int(data.groupby("scenario")["run"].nunique().max())
    kept = f"{count_words(runs, 'replication')} whose record was kept"
    caption = f"Workers who hold at least one case, counted in heads (published caseloads count full-time equivalents); {kept}."
    return Drawing("caseload", title, caption, f"Distribution of cases held per worker. {listed(said)}.", figure)


def _caseload_years(run: RunFolder, england: dict[str, float]) -> Drawing | None:
    parts = {"caseload_mean": "mean", "caseload_median": "median", "caseload_p90": "90th percentile"}
    there = [m for m in parts if run.has(m)][: 1 if run.compares else 3]
    if not there:
        return None
    title = "Cases per case holder"
    lines = [(m, arm) for m in there for arm in run.arms]
    figure = new_figure(3.3 + 0.24 * len(lines), title)
    axes = figure.subplots()
    said = []
    for position, (measure, arm) in enumerate(lines):
        data = run.whole_area(measure)
        by_year = data[data["scenario"] == arm.name].groupby("year")["value"]
        if by_year.ngroups == 0:
            continue
        means, colour = by_year.mean(), colour_of(position)
        text = arm.label if run.compares else parts[measure]
        if run.replications > 1:
            limits = bands(data[data["scenario"] == arm.name], measure).reindex(means.index)
            low, high = (limits[side].to_numpy(dtype=float) for side in ("lower", "upper"))
            axes.fill_between(
                means.index.to_numpy(), low, high, color=colour, alpha=0.18 if len(run.arms) == 1 else 0.1, linewidth=0
            )
        axes.plot(means.index.to_numpy(), means.to_numpy(), color=colour, marker=MARKERS[position % len(MARKERS)], markersize=4.5,
                  linestyle=LINES[position % len(LINES)], label=text)  # fmt: skip
        ends = [f"{number(float(means.loc[year]), 1)} in {year}" for year in dict.fromkeys((means.index[0], means.index[-1]))]
        said.append(f"{text} {' and '.join(ends)}")
    if "caseload_mean" in england:
        level = england["caseload_mean"]
        axes.axhline(level, color=PUBLISHED, linestyle="--", linewidth=1.4, label=f"England {PUBLISHED_YEAR}, published mean")
        said.append(f"published mean for England in {PUBLISHED_YEAR} {number(level, 1)}")
    axes.set_xticks(run.years)
    from_zero(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", alignment="left")
    what = "mean, by scenario" if run.compares else "mean, median and 90th percentile"
    caption = f"Cases per full-time equivalent case holder: {what}. {band_words(run.replications)}"
    return Drawing("caseload", title, caption, f"Line chart of cases per case holder by year: {listed(said)}.", figure)
