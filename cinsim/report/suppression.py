"""Small numbers in groups of children, hidden as published statistics hide them.

The rule is that of :mod:`cinsim.reference.small_numbers`, for the groups of each dimension. Rates and percentages go with
the count behind them, percentages also with the children they count. The page and ``groups.csv`` are written so; the other
tables in CSV are left as they are: the children are simulated, and the rule serves readers who set them beside published
tables.
"""

from __future__ import annotations

import math

import pandas as pd

from cinsim.outcomes.groups import GROUP_LABELS
from cinsim.reference.areas import ENGLAND_CODE
from cinsim.reference.small_numbers import HIDDEN, hidden
from cinsim.report.folder import WHOLE, RunFolder
from cinsim.report.labels import GROUPED, label

SUPPRESSED = math.inf


def grouped_rows(run: RunFolder, scenario: str, year: int) -> pd.DataFrame:
    """Return group x measure of one scenario and year, in the usual order; suppressed cells infinite, absent NaN."""
    m = run.measures
    wanted = [*GROUPED, *GROUPED.values()]
    rows = m[(m["scenario"] == scenario) & (m["year"] == year) & (m["group"] != WHOLE) & m["measure"].isin(wanted)]
    if rows["area_code"].nunique() > 1:
        rows = rows[rows["area_code"] == ENGLAND_CODE]
    means = rows.groupby(["group", "measure"], sort=False)["value"].mean().unstack("measure")
    shown = [measure for measure in GROUPED if measure in means]
    means = means.reindex([group for group in GROUP_LABELS if group in means.index])
    hidden = {count: _hidden(means[count]) for count in set(GROUPED.values()) if count in means}
    out = means[shown].copy()
    for measure in shown:
        if GROUPED[measure] in hidden:
            out.loc[hidden[GROUPED[measure]], measure] = SUPPRESSED
            if measure.endswith("_percent"):  # a share gives away the children it counts, too
                numerators = means[measure] / 100 * means[GROUPED[measure]]
                out.loc[_hidden(numerators.fillna(0.0)), measure] = SUPPRESSED
    return out


def groups_table(run: RunFolder) -> pd.DataFrame:
    """Return ``groups.csv``: scenario, year, group, measure and the mean over replications, "c" where it is suppressed.

    Empty for several authorities: their groups are not added up.
    """
    frames = []
    for arm in run.arms:
        for year in run.years:
            wide = grouped_rows(run, arm.name, year)
            rows = wide.reset_index().melt(id_vars="group", var_name="measure").dropna(subset="value")
            pairs = zip(rows["measure"], rows["value"], strict=True)
            rows["value"] = [_written(str(measure), float(value)) for measure, value in pairs]
            rows.insert(0, "scenario", arm.name)
            rows.insert(1, "year", year)
            frames.append(rows)
    return pd.concat(frames, ignore_index=True)


def _written(measure: str, value: float) -> str:
    return HIDDEN if value == SUPPRESSED else f"{value:.{label(measure).decimals}f}"


def _hidden(counts: pd.Series) -> pd.Series:
    """Return which groups to hide by the counts behind them, dimension by dimension."""
    by_dimension: dict[str, dict[str, float]] = {}
    for group, count in counts.dropna().items():
        by_dimension.setdefault(str(group).partition("=")[0], {})[str(group)] = float(count)
    away = set().union(*(hidden(own) for own in by_dimension.values()))
    return pd.Series([str(group) in away for group in counts.index], index=counts.index)
