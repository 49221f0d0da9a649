"""Figures of many authorities: who is high and who is low, before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cinsim.report.folder import RunFolder
from cinsim.report.labels import in_sentence, label, listed, number
from cinsim.report.style import MARKERS, Drawing, colour_of, from_zero, new_figure

RANKED = ("cin_plans_31_march_rate", "unmet_need_child_days_rate")
FEW_ENOUGH_TO_NAME = 20


def ranked_figures(run: RunFolder) -> list[Drawing]:
    """Draw each authority's level in order, the baseline as bars, scenarios as points; empty for fewer than three areas."""
    return [_ranked(run, measure) for measure in RANKED if run.has(measure)] if len(run.areas) >= 3 else []


def _ranked(run: RunFolder, measure: str) -> Drawing:
    year = run.years[-1]
    table = run.by_area(measure, year).pivot_table(index="area_name", columns="scenario", values="value")
    table = table.sort_values(run.baseline.name, kind="stable")
    known = label(measure)
    title = f"{known.text}, by authority"
    arms = [(position, arm) for position, arm in enumerate(run.arms) if arm.name in table]
    named = len(table) <= FEW_ENOUGH_TO_NAME
    figure = new_figure((1.3 + 0.3 * len(table) if named else 3.9) + 0.24 * len(arms), title)
    axes = figure.subplots()
    (_bars_with_names if named else _bars_in_order)(axes, run, table)
    if len(arms) > 1:
        by_name = {text: handle for handle, text in zip(*axes.get_legend_handles_labels(), strict=True)}
        names = [arm.label for _, arm in arms]
        figure.legend([by_name[name] for name in names], names, loc="outside lower left", alignment="left")
    said = []
    for _, arm in arms:
        low, high = np.nanpercentile(table[arm.name], [10, 90])
        ratio = f", {number(high / low, 1)} times as high" if low > 0 else ""
        said.append(f"{arm.label}: 10th percentile {number(low, known.decimals)}, 90th {number(high, known.decimals)}{ratio}")
    caption = f"Year to March {year}, mean of replications. {'; '.join(said)}."
    ends = f"lowest {table.index[0]}, highest {table.index[-1]}"
    alt = f"Ranked bars of {in_sentence(known.text)} in {len(table)} authorities ({ends}). {listed(said)}."
    return Drawing(f"ranked_{measure}", title, caption, alt, figure)


def _bars_with_names(axes: Axes, run: RunFolder, table: pd.DataFrame) -> None:
    place = np.arange(len(table))
    for position, arm in enumerate(run.arms):
        values = table[arm.name].to_numpy()
        if position == 0:
            axes.barh(place, values, color=colour_of(position), label=arm.label, height=0.65)
        else:
            marker = MARKERS[position % len(MARKERS)]
            axes.plot(values, place, linestyle="none", marker=marker, color=colour_of(position), label=arm.label)
    axes.set_yticks(place, list(table.index))
    axes.set_xlim(left=0)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)


def _bars_in_order(axes: Axes, run: RunFolder, table: pd.DataFrame) -> None:
    place = np.arange(len(table))
    for position, arm in enumerate(run.arms):
        values, colour = table[arm.name].to_numpy(), colour_of(position)
        if position == 0:
            axes.bar(place, values, color=colour, alpha=0.75, label=arm.label, width=1.0)
        else:
            marker = MARKERS[position % len(MARKERS)]
            axes.plot(place, values, linestyle="none", marker=marker, markersize=3, color=colour, label=arm.label)
    lowest, highest = axes.set_xticks([0, len(table) - 1], [str(table.index[0]), str(table.index[-1])])
    lowest.label1.set_horizontalalignment("left")
    highest.label1.set_horizontalalignment("right")
    axes.margins(x=0.01)
    axes.set_xlabel(f"{len(table)} authorities in the order of {run.baseline.label}")
    from_zero(axes)
