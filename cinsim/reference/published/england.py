"""The table of England: every measure the published tables give, all years, with table and column of origin."""

from __future__ import annotations

import pandas as pd

from cinsim.reference.published.files import ENGLAND, NATIONAL, Release
from cinsim.reference.published.measures import SOURCES, citation_table, measure_values, population, source_table

DERIVED_RATIOS = {
    "assessments_per_referral": ("assessments_completed", "referrals", 1.0),
    "s47_per_referral": ("s47", "referrals", 1.0),
    "icpc_per_s47_percent": ("icpc", "s47", 100.0),
    "cpp_started_per_icpc_percent": ("cpp_started", "icpc", 100.0),
}
MEAN_DURATIONS = {
    "episode_duration_mean_months": ("children_in_need_31_march", "episodes_ended"),
    "cin_plan_duration_mean_months": ("cin_plans_31_march", "cin_plans_ended"),
    "cpp_duration_mean_months": ("cpp_31_march", "cpp_ended"),
}
"""By Little's law: the mean of the stocks at both ends of the year, over the number ended in it."""


def build_england(release: Release) -> pd.DataFrame:
    """Return measure, year, value, table and column for England, ordered as the pathway is."""
    children = population(release)
    parts: list[pd.DataFrame] = []
    series: dict[str, pd.Series] = {"population_0_17": children.xs(ENGLAND, level="area_code")}
    parts.append(_rows("population_0_17", series["population_0_17"], "ons_mid_year", "population_estimate of the year before"))
    for source in SOURCES:
        values = measure_values(release, source, NATIONAL, children).xs(ENGLAND, level="area_code")
        series[source.measure] = values
        column = source.citation(source_table(release, source, NATIONAL))
        parts.append(_rows(source.measure, values, citation_table(source), column))
    for measure, (over, under, factor) in DERIVED_RATIOS.items():
        parts.append(_rows(measure, factor * series[over] / series[under], "derived", f"{over} / {under}"))
    for measure, (stock, ended) in MEAN_DURATIONS.items():
        before = series[stock].rename(lambda year: year + 1)
        months = 12.0 * (series[stock] + before) / 2.0 / series[ended]
        parts.append(_rows(measure, months, "derived", f"Little's law: mean of {stock} at both ends of the year / {ended}"))
    return pd.concat(parts, ignore_index=True)


def _rows(measure: str, values: pd.Series, table: str, column: str) -> pd.DataFrame:
    values = values.dropna().sort_index()
    return pd.DataFrame(
        {
            "measure": measure,
            "year": values.index.astype(int),
            "value": values.round(4).to_numpy(),
            "table": table,
            "column": column,
        }
    )
