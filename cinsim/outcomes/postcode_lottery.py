"""The postcode lottery: how much authorities differ in the help given and in the need left without it.

Each statistic is worked out within one replication, so that scenarios can be paired: :func:`cinsim.outcomes.compare.differences`
says how much more or less authorities differ, and how sure that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from cinsim.outcomes.variation import funnel, variation
from cinsim.reference.areas import ENGLAND_CODE

HELP_GIVEN: Final = (
    "referrals", "assessments_completed", "episodes_started", "cin_plans_started", "cin_plans_31_march", "cpp_started",
    "cpp_31_march",
)  # fmt: skip
UNMET: Final = ("unmet_need_child_days", "undetected_harm_child_days")
COUNTED: Final = (*HELP_GIVEN, *UNMET)
POPULATION: Final = "population_0_17"
FEWEST: Final = 3  # authorities; percentiles of two say nothing
FEWEST_FOR_FUNNEL: Final = 10
DAYS_PER_YEAR: Final = 365.25

STATISTICS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "p10": "10th percentile of the authorities' rates",
        "p90": "90th percentile of the authorities' rates",
        "p90_over_p10": "90th percentile over 10th",
        "systematic_component": "systematic component of variation, times 100",
        "overdispersion": "mean squared z-score around the common rate; 1 if chance were all",
        "between_sd": "standard deviation between authorities that the adjusted funnel allows for",
        "outside_funnel_percent": "authorities outside the 99.8% limits of the funnel adjusted for overdispersion",
    }
)
KEYS: Final = ("scenario", "year", "draw", "replication")
COLUMNS: Final = (*KEYS, "measure", "statistic", "value", "authorities")


def counts_of(measures: pd.DataFrame) -> pd.DataFrame:
    """Return of the rows of ``measures.csv`` of one authority those that the lottery needs; none of England's average one."""
    wanted = measures["measure"].isin([*COUNTED, POPULATION]) & (measures["group"] == "all")
    return measures[wanted & (measures["area_code"] != ENGLAND_CODE)]


def lottery(counts: pd.DataFrame) -> pd.DataFrame:
    """Return how much authorities differ, by scenario, year, draw and replication.

    Parameters
    ----------
    counts
        Rows of ``measures.csv`` of several authorities, as :func:`counts_of` chooses them.

    Returns
    -------
    one row a run, measure (the rate of each of :data:`COUNTED`) and statistic of :data:`STATISTICS`, with the number of
    authorities; empty for fewer than :data:`FEWEST`. Percentiles and ``between_sd`` are per 10,000 children. Child-days are
    set against chance as child-years: chance acts on children and not on their days. Funnels take ten authorities.
    """
    if counts["area_code"].nunique() < FEWEST:
        return pd.DataFrame(columns=list(COLUMNS))
    wide = counts.pivot_table(index=[*KEYS, "area_code"], columns="measure", values="value", sort=False)
    rows: list[tuple[object, ...]] = []
    for run, here in wide.groupby(level=list(KEYS), sort=False):
        for measure in (measure for measure in COUNTED if measure in here):
            rows += [(*run, _rate(measure), *found) for found in _statistics(measure, here[measure], here[POPULATION])]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rate(measure: str) -> str:
    return "referral_rate" if measure == "referrals" else f"{measure}_rate"


def _statistics(measure: str, count: pd.Series, population: pd.Series) -> list[tuple[str, float, int]]:
    in_years = DAYS_PER_YEAR if measure in UNMET else 1.0
    found = variation(count / in_years, population)
    values = {
        "p10": found.p10 * in_years,
        "p90": found.p90 * in_years,
        "p90_over_p10": found.ratio,
        "systematic_component": found.systematic_component,
    }
    if found.n >= FEWEST_FOR_FUNNEL:
        outside = funnel(count / in_years, population)["flag"] != "expected"
        values |= {
            "overdispersion": found.overdispersion,
            "between_sd": found.between_sd * in_years,
            "outside_funnel_percent": 100.0 * float(outside.mean()),
        }
    return [(name, values[name], found.n) for name in STATISTICS if name in values]
