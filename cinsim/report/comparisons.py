"""Figures of a comparison: differences with intervals, and the parts of a bundle."""

from __future__ import annotations

import math
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cinsim.report.effects import Effect, effects
from cinsim.report.folder import RunFolder
from cinsim.report.labels import HEADLINES, change_text, count_words, decimals_for, in_sentence, label, listed, number
from cinsim.report.style import MARKERS, Drawing, colour_of, new_figure

SHOWN = (
    "referral_rate", "re_referral_percent", "assessment_within_45_days_percent", "cin_plans_31_march_rate", "cpp_31_march_rate",
    "looked_after_31_march_rate", "caseload_mean", "cin_visits_on_time_percent", "unmet_need_child_days_rate",
    "undetected_harm_child_days_rate",
)  # fmt: skip
FEWEST_DRAWS_FOR_PARTS = 10
"""Draws below which the share of chance is too uncertain to be drawn: over five, its interval often spans half of all."""
NAME_WIDTH, _PANEL_TITLE_WIDTH = 20, 42  # characters


def differences_figure(run: RunFolder) -> Drawing | None:
    """Draw each scenario's paired difference with its interval, a panel a measure, for the last reported year.

    Measures that no scenario changes by as much as 1% are left out, unless that leaves none.
    """
    year = run.years[-1]
    found = {m: e for m in SHOWN if (e := effects(run, m, year))} or {m: e for m in HEADLINES if (e := effects(run, m, year))}
    if not found:
        return None
    panels = {m: e for m, e in found.items() if not all(effect.negligible for effect in e)} or found
    title = f"Difference from {run.baseline.label}, year to March {year}"
    titles = {m: fill(_panel_title(m), _PANEL_TITLE_WIDTH) for m in panels}
    title_lines = sum(text.count("\n") for text in titles.values())
    figure = new_figure(0.9 + len(panels) * (0.62 + 0.27 * len(run.arms[1:])) + 0.18 * title_lines, title)
    said = []
    for axes, (measure, here) in zip(figure.subplots(len(panels), 1, squeeze=False).ravel(), panels.items(), strict=True):
        _difference_panel(axes, run, here)
        axes.set_title(titles[measure], fontsize=11)
        said.append(f"{label(measure).text}: " + listed([f"{e.arm.label} {e.text} ({e.interval_text})" for e in here]))
    caption = f"Points: mean of paired differences. Thin lines: 95% interval. {_kinds_of_uncertainty(run, panels)}"
    if left_out := [in_sentence(label(m).text) for m in found if m not in panels]:
        caption += f" Left out, as no scenario changes them by as much as 1% (half a point): {listed(left_out)}."
    alt = f"Differences from the baseline with 95% intervals. {'; '.join(said)}."
    return Drawing("differences", title, caption, alt, figure)


def _panel_title(measure: str) -> str:
    known = label(measure)
    return known.text + (", %\u00a0points" if known.percent else "")


def _kinds_of_uncertainty(run: RunFolder, panels: dict[str, list[Effect]]) -> str:
    if run.draws == 1:
        return f"Chance only: parameters were held at one set of values ({count_words(run.replications, 'replication')})."
    if run.draws < FEWEST_DRAWS_FOR_PARTS:
        return (
            f"{count_words(run.draws, 'set')} of parameters are too few to say how much of an interval is chance: from "
            f"{FEWEST_DRAWS_FOR_PARTS} on it is drawn."
        )
    shares = [e.chance_share for here in panels.values() for e in here if math.isfinite(e.chance_share)]
    words = "Thick: what chance alone would leave of the interval, roughly; the rest is what the parameters leave open."
    if shares:
        low, high = (number(100 * share, 0) for share in (min(shares), max(shares)))
        words += (
            f" Between single runs, chance makes up {low} to {high}% of the variance of these differences (differences.csv gives "
            "each with its interval)."
        )
    return words


def _difference_panel(axes: Axes, run: RunFolder, here: list[Effect]) -> None:
    names = {arm.name: position for position, arm in enumerate(run.arms)}
    for effect in here:
        position = names[effect.arm.name]
        y, colour = -position, colour_of(position)
        if math.isfinite(effect.half_width):
            axes.plot([effect.lower, effect.upper], [y, y], color=colour, linewidth=1.3, solid_capstyle="butt")
            part, middle = effect.chance_part, effect.difference
            if run.draws >= FEWEST_DRAWS_FOR_PARTS and math.isfinite(part):
                ends = [middle - part * effect.half_width, middle + part * effect.half_width]
                axes.plot(ends, [y, y], color=colour, linewidth=4.5, alpha=0.55, solid_capstyle="butt")
        axes.plot(effect.difference, y, color=colour, marker=MARKERS[position % len(MARKERS)], markersize=7, linestyle="none")
    axes.axvline(0, color="#0B0C0C", linewidth=1)
    axes.set_yticks([-names[e.arm.name] for e in here], [fill(e.arm.label, NAME_WIDTH) for e in here])
    axes.set_ylim(-len(run.arms) + 0.4, -0.4)
    sideways(axes)
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}".replace("-", "−"))


def sideways(axes: Axes) -> None:
    """Turn the grid for values that run along the x axis."""
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", visible=True)
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.08)


def _clearest(rows: pd.DataFrame) -> str:
    """Return the measure on which the parts' contributions stand out most from their intervals; else the first that is shown."""
    there = list(dict.fromkeys(rows["measure"].astype(str)))
    shown = [measure for measure in SHOWN if measure in there] or there[:1]
    if not {"lower", "upper"} <= set(rows.columns):
        return shown[0]
    last = rows[rows["year"] == rows["year"].max()] if "year" in rows else rows

    def clear(measure: str) -> float:
        here = last[last["measure"] == measure]
        size = float(here["contribution"].abs().sum())
        return size / (size + float((here["upper"] - here["lower"]).sum())) if size > 0 else 0.0

    return max(shown, key=clear)


def waterfall_figures(run: RunFolder) -> list[Drawing]:
    """Draw the parts of each bundle one after the other, from ``contributions.csv``; empty where the run has none."""
    if run.contributions is None:
        return []
    table = run.contributions
    if "scenario" not in table:
        return [_waterfall(table, "waterfall", "")]
    labels = {arm.name: arm.label for arm in run.arms}
    bundles = list(dict.fromkeys(table["scenario"].astype(str)))
    return [
        _waterfall(
            table[table["scenario"] == name],
            "waterfall" if len(bundles) == 1 else f"waterfall_{name}",
            f" ({labels.get(name, name)})" if len(bundles) > 1 else "",
        )
        for name in bundles
    ]


def _waterfall(rows: pd.DataFrame, name: str, which: str) -> Drawing:
    measure = ""
    if "measure" in rows:
        measure = _clearest(rows)
        rows = rows[rows["measure"] == measure]
    if "year" in rows:
        rows = rows[rows["year"] == rows["year"].max()]
    parts = [str(part).replace("_", " ") for part in rows["part"]]
    steps = rows["contribution"].to_numpy(dtype=float)
    ends = np.cumsum(steps)
    total = float(ends[-1])
    title = f"What each part of the bundle adds{which}{f': {_panel_title(measure)}' if measure else ''}"
    figure = new_figure(1.3 + 0.5 * (len(parts) + 1), title)
    axes = figure.subplots()
    y = -np.arange(len(parts))
    axes.barh(y, steps, left=ends - steps, color=[colour_of(3) if step > 0 else colour_of(0) for step in steps], height=0.6)
    axes.barh([-len(parts)], [total], color=colour_of(4), height=0.6)
    axes.vlines(ends, y - 1, y, color="#6F777B", linewidth=0.8)
    caption = "Each bar starts where the one above it ends; orange adds, blue takes away."
    if {"lower", "upper"} <= set(rows.columns):
        low, high = (rows[side].to_numpy(dtype=float) + ends - steps for side in ("lower", "upper"))
        axes.hlines(y, low, high, color="#0B0C0C", linewidth=1.3)
        caption += " Black lines: 95% interval of each part."
    if "alone" in rows and math.isfinite(alone := float(rows["alone"].sum(skipna=False))):
        decimals = decimals_for(measure, total)
        caption += (
            f" Each part alone would come to {change_text(measure, alone, decimals)} in sum; together they make "
            f"{change_text(measure, total, decimals)}, the rest is interaction."
        )
    axes.axvline(0, color="#0B0C0C", linewidth=1)
    axes.set_yticks([*y, -len(parts)], [*(fill(part, NAME_WIDTH + 2) for part in parts), "All together"])
    sideways(axes)
    said = [f"{part} {change_text(measure, step, decimals_for(measure, step))}" for part, step in zip(parts, steps, strict=True)]
    together = change_text(measure, total, decimals_for(measure, total))
    alt = f"Waterfall of a bundle's parts{which}: {listed(said)}; all together {together}."
    return Drawing(name, title, caption, alt, figure)
