"""Children whose journey a scenario changes: how many end with more or less, and where journeys first part."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cinsim.report.comparisons import NAME_WIDTH, sideways
from cinsim.report.folder import Arm, RunFolder
from cinsim.report.labels import event_words, in_sentence, listed, number
from cinsim.report.style import Drawing, colour_of, new_figure

# outcomes of a journey in children_changed.parquet, each there as baseline_<name> and scenario_<name>
OUTCOMES = {
    "referrals": "Referrals",
    "episodes_of_need": "Times found in need",
    "cin_plans": "CIN plans",
    "cp_plans": "Child protection plans",
    "looked_after": "Times looked after",
}
MOST_EVENTS = 10
Arms = list[tuple[int, Arm]]


def children_figures(run: RunFolder) -> list[Drawing]:
    """Draw both figures from ``children_changed.parquet``; empty where the run has none or no journey changed."""
    table = run.children_changed
    if table is None or table.empty or "first_different" not in table:
        return []
    if "scenario" not in table:
        table = table.assign(scenario=run.arms[-1].name)
    table = table.assign(scenario=table["scenario"].astype(str), first_different=table["first_different"].astype(str))
    arms = [(position, arm) for position, arm in enumerate(run.arms) if (table["scenario"] == arm.name).any()]
    runs = [c for c in ("area_code", "draw", "replication", "run") if c in table]
    pairs = {arm.name: max(1, len(table.loc[table["scenario"] == arm.name, runs].drop_duplicates())) for _, arm in arms}
    return [_more_or_less(table, arms, pairs), _first_parting(table, arms, pairs)]


def _per(pairs: dict[str, int]) -> str:
    return "In one replication." if max(pairs.values()) == 1 else f"Per replication, mean of {max(pairs.values())}."


def _more_or_less(table: pd.DataFrame, arms: Arms, pairs: dict[str, int]) -> Drawing:
    there = [name for name in OUTCOMES if {f"baseline_{name}", f"scenario_{name}"} <= set(table)]
    title = "Children with more and with fewer than before"
    figure = new_figure(1.3 + len(there) * (0.25 + 0.24 * len(arms)) + 0.24 * len(arms), title)
    axes = figure.subplots()
    said = []
    for turn, (position, arm) in enumerate(arms):
        mine = table[table["scenario"] == arm.name]
        changes = [mine[f"scenario_{name}"].astype(float) - mine[f"baseline_{name}"].astype(float) for name in there]
        more = np.array([(change > 0).sum() for change in changes]) / pairs[arm.name]
        less = np.array([(change < 0).sum() for change in changes]) / pairs[arm.name]
        y, height = _places(len(there), turn, len(arms))
        axes.barh(y, more, height=height, color=colour_of(position), label=arm.label)
        axes.barh(y, -less, height=height, color=colour_of(position))
        counts = [f"{in_sentence(OUTCOMES[name])} {number(up, 0)} more and {number(down, 0)} fewer"
                  for name, up, down in zip(there, more, less, strict=True)]  # fmt: skip
        said.append(f"{arm.label}: {listed(counts)}")
    axes.axvline(0, color="#0B0C0C", linewidth=1)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):,.6g}"))
    _finish(axes, [OUTCOMES[name] for name in there], "children with fewer    |    children with more")
    if len(arms) > 1:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", alignment="left")
    caption = f"Each child is set against itself under the baseline, with the same luck. {_per(pairs)}"
    alt = f"Bars of children with more and with fewer than in the baseline, by outcome. {'; '.join(said)}."
    return Drawing("children_more_or_less", title, caption, alt, figure)


def _first_parting(table: pd.DataFrame, arms: Arms, pairs: dict[str, int]) -> Drawing:
    by_arm = table.groupby(["first_different", "scenario"]).size().unstack("scenario", fill_value=0)
    order = by_arm.sum(axis=1).sort_values(ascending=False, kind="stable").head(MOST_EVENTS).index
    title = "Where children's journeys first part"
    figure = new_figure(1.2 + len(order) * (0.2 + 0.2 * len(arms)) + 0.24 * len(arms), title)
    axes = figure.subplots()
    said = []
    for turn, (position, arm) in enumerate(arms):
        y, height = _places(len(order), turn, len(arms))
        counts = by_arm[arm.name] / pairs[arm.name]
        axes.barh(y, counts[order].to_numpy(), height=height, color=colour_of(position), label=arm.label)
        first = event_words(str(counts.idxmax()))
        said.append(f"{arm.label}: {number(float(counts.sum()), 0)} changed journeys, most often from {first}")
    axes.set_xlim(left=0)
    _finish(axes, [event_words(str(kind)) for kind in order], "children")
    if len(arms) > 1:
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower left", alignment="left")
    caption = f"Children whose journey differs from that under the baseline, by the first event that differs. {_per(pairs)}"
    if len(by_arm) > MOST_EVENTS:
        caption += f" The {MOST_EVENTS} most frequent."
    alt = f"Bars of changed journeys by first different event. {listed(said)}."
    return Drawing("children_changed", title, caption, alt, figure)


def _places(rows: int, turn: int, arms: int) -> tuple[np.ndarray, float]:
    """Return where one scenario's bars stand within each row, and how thick they are."""
    width = 0.8 / arms
    return -np.arange(rows) - (turn - (arms - 1) / 2) * width, width * 0.9


def _finish(axes: Axes, names: list[str], what: str) -> None:
    axes.set_yticks(-np.arange(len(names)), [fill(name, NAME_WIDTH + 2) for name in names])
    sideways(axes)
    axes.set_xlabel(what)
