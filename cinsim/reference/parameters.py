"""One set of parameter values, as the model reads them: scalars by name, and the few vectors put together from them."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Final

from cinsim.engine.totals import sum_in_order
from cinsim.reference.register import load_register

NEED_CATEGORIES: Final = (
    "domestic_abuse",
    "parental_mental_health",
    "other_or_no_need",
    "disability",
    "risks_outside_home",
    "complex_domestic_abuse",
    "child_mental_health",
    "physical_abuse",
    "neglect",
    "sexual_abuse",
    "concerns_about_another_person",
    "risks_in_and_outside_home",
)
ETHNIC_GROUPS: Final = ("white", "mixed", "asian", "black", "other", "unknown")
AGE_BANDS: Final = ("unborn", "under_1", "1_to_4", "5_to_9", "10_to_15", "16_and_over")
QUINTILES: Final = (1, 2, 3, 4, 5)
THRESHOLDS: Final = (
    "screening",
    "in_need",
    "plan",
    "section_47",
    "conference",
    "child_protection",
    "care",
    "close_plan",
    "end_protection",
)


class Parameters(SimpleNamespace):
    """Parameter values by attribute; see ``cinsim parameters`` for what each means.

    Vectors: ``need_category_shares`` (12), ``ethnicity_shares`` (6), ``age_severity`` and ``age_referral`` (6, by age
    band), ``deprivation_log_rate`` (5, least to most deprived), ``thresholds`` (dict).
    """

    values: dict[str, float]


def parameters_from(overrides: Mapping[str, float] | None = None) -> Parameters:
    """Return the register's values, some replaced.

    Raises
    ------
    InputError : an override is not registered or lies outside its range.
    """
    values = load_register().values_with(overrides or {})

    def vector(prefix: str, names: tuple[object, ...]) -> tuple[float, ...]:
        return tuple(values[f"{prefix}_{name}"] for name in names)

    def shares(prefix: str, names: tuple[str, ...]) -> tuple[float, ...]:
        raw = vector(prefix, names)
        return tuple(x / sum_in_order(raw) for x in raw)

    return Parameters(
        **values,
        values=values,
        need_category_shares=shares("need_category", NEED_CATEGORIES),
        ethnicity_shares=shares("ethnicity", ETHNIC_GROUPS),
        age_severity=vector("age_severity", AGE_BANDS),
        age_referral=vector("age_referral", AGE_BANDS),
        deprivation_log_rate=vector("deprivation_log_rate_quintile", QUINTILES),
        thresholds=dict(zip(THRESHOLDS, vector("threshold", THRESHOLDS), strict=True)),
    )
