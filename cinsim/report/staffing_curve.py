"""The curve of a search for staff: what each number of posts reaches, beside the targets."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from cinsim.report.labels import in_sentence, label, listed, number, value_text
from cinsim.report.style import LINES, MARKERS, Drawing, FigureFile, colour_of, house_style, new_figure, stored

LIGHT = "#6F777B"


def write_staffing_figures(folder: Path) -> list[FigureFile]:
    """Draw the curve of a finished search from its folder and store it as PNG and SVG in ``folder/figures``."""
    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    points = pd.read_csv(folder / "staffing.csv")
    (folder / "figures").mkdir(exist_ok=True)
    with house_style():
        return [stored(staffing_figure(points, answer), folder / "figures")]


def staffing_figure(points: pd.DataFrame, answer: dict[str, Any]) -> Drawing:
    """Draw a panel a target: its measure against the posts of the role that varies.

    Parameters
    ----------
    points : ``staffing.csv``: a row a number of posts and replication.
    answer : ``answer.json``.

    Points are means over replications and thin lines the middle 80% of them. Where a second role varies, each of its
    numbers has a line. The least posts that meet all targets stand as a vertical line with their interval.
    """
    role, *others = answer["question"]["vary"]
    targets = [_parts(text) for text in answer["question"]["targets"]]
    words = role.replace("_", " ")
    title = f"What more {words} would reach: {answer['question']['area_name']}"
    figure = new_figure(1.0 + 2.5 * len(targets), title)
    said = []
    for axes, (measure, operator, value) in zip(figure.subplots(len(targets), 1, squeeze=False).ravel(), targets, strict=True):
        said.append(_panel(axes, points, measure, operator, value, role, others[0] if others else None))
        _mark_answer(axes, answer, role)
    axes.set_xlabel(f"Posts of {words}, full-time equivalents")
    found = answer["answer"]
    confidence = f"{100 * answer['question']['confidence']:g}%"
    outcome = (
        f"No number of posts tried meets the targets with {confidence} confidence."
        if found is None
        else f"The vertical line marks the answer, {number(found[role], 1)}"
        + (f", the cheapest of the mixes ({number(found[others[0]], 1)} {others[0].replace('_', ' ')})" if others else "")
        + "; the shading is its 95% interval."
    )
    caption = (
        f"Points: mean over replications. Thin lines: the middle 80% of replications. Dashed: the target. {outcome} Posts are "
        f"funded posts; some are vacant. Years to March {listed([str(year) for year in answer['years']])}."
    )
    return Drawing("staffing_curve", title, caption, f"Measures against posts. {' '.join(said)} {outcome}", figure)


def _parts(text: str) -> tuple[str, str, float]:
    measure, operator, value = text.split()
    return measure, operator, float(value)


def _panel(axes: Axes, points: pd.DataFrame, measure: str, operator: str, value: float, role: str, other: str | None) -> str:
    # a number of posts that only a few replications saw would not stand beside the others
    sizes = points.groupby([column for column in (role, other) if column])["replication"].transform("size")
    whole = points[sizes == sizes.max()]
    groups = [(None, whole)] if other is None else list(whole.groupby(other, sort=True))
    ends: list[str] = []
    for place, (level, rows) in enumerate(groups):
        by_staff = rows.groupby(role, sort=True)[measure]
        mean, low, high = by_staff.mean(), by_staff.quantile(0.1), by_staff.quantile(0.9)
        name = "" if level is None or other is None else f"{number(float(level), 1)} {other.replace('_', ' ')}"
        colour, marker = colour_of(place), MARKERS[place % len(MARKERS)]
        axes.vlines(mean.index, low, high, color=colour, linewidth=1.2, alpha=0.7)
        axes.plot(mean.index, mean, color=colour, marker=marker, markersize=5, linestyle=LINES[place % len(LINES)], label=name)
        ends.append(
            f"{name + ': ' if name else ''}{value_text(measure, mean.iloc[0])} with {number(mean.index[0], 1)} posts, "
            f"{value_text(measure, mean.iloc[-1])} with {number(mean.index[-1], 1)}"
        )
    axes.axhline(value, color="#0B0C0C", linewidth=1.2, linestyle=(0, (5, 3)))
    known = label(measure)
    axes.set_title(f"{known.text}{', %' if known.percent else ''}")
    axes.margins(y=0.12)
    if other is not None:
        axes.legend(loc="best")
    sign = "at least" if operator == ">=" else "at most"
    return f"{known.text}, target {sign} {value_text(measure, value)}: {in_sentence('; '.join(ends))}."


def _mark_answer(axes: Axes, answer: dict[str, Any], role: str) -> None:
    found = answer["answer"]
    if found is None:
        return
    axes.axvline(found[role], color=LIGHT, linewidth=1.2)
    low, high = found["lower"], found["upper"]
    if low is not None:
        edge = axes.get_xlim()[1] if high is None or math.isinf(high) else high
        axes.axvspan(low, edge, color=LIGHT, alpha=0.15, linewidth=0)
