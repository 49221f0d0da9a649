"""Figures of the regions beside each other, a panel each, in the place of a map."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from cinsim.reference.areas import ENGLAND_CODE
from cinsim.report.folder import WHOLE, RunFolder
from cinsim.report.labels import in_sentence, label, listed, number
from cinsim.report.style import LINES, MARKERS, PUBLISHED, Drawing, colour_of, from_zero, new_figure

REGIONAL = ("cin_plans_31_march_rate",)
# fewer panels say less than the table of authorities
FEWEST_REGIONS = 3


def region_figures(run: RunFolder) -> list[Drawing]:
    """Draw each measure of :data:`REGIONAL`, a panel a region on one scale; empty for fewer than three regions."""
    if run.regions is None or run.regions["area_code"].nunique() < FEWEST_REGIONS:
        return []
    return [_regions(run, run.regions, measure) for measure in REGIONAL if measure in set(run.regions["measure"])]


def _regions(run: RunFolder, regions: pd.DataFrame, measure: str) -> Drawing:
    known = label(measure)
    means = _means(regions[regions["measure"] == measure])
    england = _means(run.whole_area(measure).assign(area_name="England"))
    names = list(means.index.get_level_values("area_name").unique())
    title = f"{known.text}, by region"
    rows = (len(names) + 1) // 2
    figure = new_figure(1.0 + 1.6 * rows + 0.24 * (len(run.arms) + 1), title)
    panels = figure.subplots(rows, 2, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, name in zip(panels, names, strict=False):
        _panel(axes, run, means.loc[name], england.loc["England"], _authorities(run, measure, name))
        axes.set_title(short_name(name))
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    # of an odd number, the last panel of the second column stands above an empty place
    for axes in panels[max(0, len(names) - 2) : len(names)]:
        axes.tick_params(labelbottom=True)
    from_zero(panels[0])
    panels[0].set_ylim(top=1.04 * max(axes.dataLim.y1 for axes in panels[: len(names)]))
    handles, texts = panels[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower left", ncols=1 if run.compares else 2, alignment="left")
    year = run.years[-1]
    decimals = known.decimals
    said = []
    for name in names:
        levels = [f"{number(float(means.loc[(name, arm.name, year)]), decimals)}" for arm in run.arms]
        told = [f"{arm.label} {level}" for arm, level in zip(run.arms, levels, strict=True)] if run.compares else levels
        said.append(f"{name} {', '.join(told)}")
    together = number(float(england.loc[("England", run.baseline.name, year)]), decimals)
    caption = "A panel a region, mean of replications; region and England from all their children, not averaged over authorities."
    if not run.compares:
        caption += " Thin: each authority."
    if any(name != short_name(name) for name in names):
        caption += " Only some of each region's authorities were run."
    alt = (
        f"Line charts of {in_sentence(known.text)} by year, one for each of {len(names)} regions on the same scale. In {year}: "
        f"{listed(said)}; all regions together {together}{f' in {run.baseline.label}' if run.compares else ''}."
    )
    return Drawing(f"regions_{measure}", title, caption, alt, figure)


def short_name(name: str) -> str:
    """Return a region's name without how many of its authorities were run."""
    return name.partition(" (")[0]


def _means(rows: pd.DataFrame) -> pd.Series:
    """Return means over replications by area, scenario and year."""
    return rows.groupby(["area_name", "scenario", "year"], sort=False)["value"].mean()


def _authorities(run: RunFolder, measure: str, region: str) -> pd.DataFrame:
    """Return year x authority of the baseline in one region; empty in a comparison, where they would hide the scenarios."""
    from cinsim.reference.areas import load_areas

    known = load_areas()["region"]
    codes = set(known.index[known == short_name(region)])
    m = run.measures
    chosen = (m["measure"] == measure) & (m["group"] == WHOLE) & m["area_code"].isin(codes) & (m["area_code"] != ENGLAND_CODE)
    rows = m[chosen & (not run.compares)]
    return rows.pivot_table(index="year", columns="area_code", values="value", aggfunc="mean")


def _panel(axes: Axes, run: RunFolder, mine: pd.Series, england: pd.Series, authorities: pd.DataFrame) -> None:
    years = run.years
    alone = "_" if len(years) == 1 else ""  # a line of one year cannot be seen
    for place, code in enumerate(authorities.columns):
        values = authorities[code].reindex(years).to_numpy()
        axes.plot(years, values, color="#B1B4B6", linewidth=0.7, marker=alone, zorder=1,
                  label="" if place else "Authorities")  # fmt: skip
    together = england.loc[run.baseline.name].reindex(years).to_numpy()
    name = f"All regions together{f', {run.baseline.label}' if run.compares else ''}"
    axes.plot(years, together, color=PUBLISHED, linewidth=1.2, linestyle="--", marker=alone, label=name)
    for position, arm in enumerate(run.arms):
        values = mine.loc[arm.name].reindex(years).to_numpy()
        name = arm.label if run.compares else "Region"
        axes.plot(years, values, color=colour_of(position), marker=MARKERS[position % len(MARKERS)], markersize=4,
                  linestyle=LINES[position % len(LINES)], linewidth=1.6, label=name)  # fmt: skip
    if len(years) == 1:
        axes.set_xticks(years, [str(years[0])])
        axes.set_xlim(years[0] - 1, years[0] + 1)
        return
    # first and last only, set inwards: those of neighbouring panels would touch
    first, last = axes.set_xticks([years[0], years[-1]], [str(years[0]), str(years[-1])])
    first.label1.set_horizontalalignment("left")
    last.label1.set_horizontalalignment("right")
