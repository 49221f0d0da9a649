"""Authorities against the limits within which they would lie, overdispersion allowed for, under each scenario."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from cinsim.outcomes.variation import funnel
from cinsim.report.folder import Arm, RunFolder
from cinsim.report.labels import count_words, in_sentence, label, listed
from cinsim.report.style import Drawing, colour_of, new_figure

# fewer authorities give no estimate of how much they differ
FEWEST = 10
FUNNELS = ("cin_plans_31_march", "cpp_31_march")


def funnel_figures(run: RunFolder) -> list[Drawing]:
    """Draw a funnel a measure, a panel a scenario, for the last year; empty for fewer than ten authorities."""
    if len(run.areas) < FEWEST or not run.has("population_0_17"):
        return []
    return [_funnels(run, count) for count in FUNNELS if run.has(count)]


def _funnels(run: RunFolder, count: str) -> Drawing:
    year = run.years[-1]
    rate = f"{count}_rate"
    counts, populations = run.by_area(count, year), run.by_area("population_0_17", year)
    both = counts.merge(populations, on=["scenario", "area_code", "area_name"], suffixes=("", "_population"))
    title = f"{label(rate).text}: authorities and limits"
    figure = new_figure(0.9 + 2.6 * len(run.arms), title)
    panels = figure.subplots(len(run.arms), 1, squeeze=False, sharex=True, sharey=True).ravel()
    said = [_panel(axes, arm, position, both) for position, (axes, arm) in enumerate(zip(panels, run.arms, strict=True))]
    panels[-1].set_xlabel("children in the authority, thousands")
    panels[0].set_ylim(bottom=0)
    caption = (
        f"One point an authority, year to March {year}, mean of replications. Limits: 95% (dashed) and 99.8% (solid), allowing "
        "for the usual spread between authorities. Hollow: outside the 99.8% limits."
    )
    alt = f"Funnel plots of {in_sentence(label(rate).text)} by size of authority. {listed(said)}."
    return Drawing(f"funnel_{count}", title, caption, alt, figure)


def _panel(axes: Axes, arm: Arm, position: int, both: pd.DataFrame) -> str:
    mine = both[both["scenario"] == arm.name].sort_values("value_population", kind="stable")
    limits = funnel(mine["value"].to_numpy(), mine["value_population"].to_numpy())
    size = mine["value_population"].to_numpy() / 1000
    for name, line in (("95", "--"), ("99_8", "-")):
        for side in ("lower", "upper"):
            axes.plot(size, limits[f"{side}_{name}"].to_numpy(), color="#6F777B", linestyle=line, linewidth=1)
    axes.axhline(float(limits["target"].iloc[0]), color="#6F777B", linewidth=1)
    outside = (limits["flag"] != "expected").to_numpy()
    colour = colour_of(position)
    axes.plot(size[~outside], limits["rate"].to_numpy()[~outside], linestyle="none", marker="o", markersize=3.5, color=colour)
    axes.plot(size[outside], limits["rate"].to_numpy()[outside], linestyle="none", marker="o", markersize=5.5, color=colour,
              markerfacecolor="white")  # fmt: skip
    axes.set_title(f"{arm.label}: {int(outside.sum())} of {len(mine)} outside")
    return f"{arm.label}: {count_words(int(outside.sum()), 'authority', 'authorities')} of {len(mine)} outside the 99.8% limits"
