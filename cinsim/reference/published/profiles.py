"""The table of profiles: how England's referrals, children and plans divide by month, source, age, need and so on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from cinsim.engine.totals import sum_in_order
from cinsim.errors import InputError
from cinsim.reference.published.columns import column_key
from cinsim.reference.published.files import NATIONAL, PublishedTable, Release, shares, table_label
from cinsim.reference.published.measures import CLOSURE_REASONS, MONTHS

YEARS_OF_SEASONALITY: Final = 3
SOURCES_OF_REFERRAL: Final = (
    "Individual", "Schools", "Education_Services", "Health_Services", "Housing", "LA_Services", "Police", "Other_legal_agency",
    "Other", "Anonymous", "Unknown",
)  # fmt: skip
PRIMARY_NEEDS: Final = {
    "n1": "N1_Abuse_or_neglect",
    "n2": "N2_Childs_disability_or_illness",
    "n3": "N3_Parents_disability_or_illness",
    "n4": "N4_Family_in_acute_stress",
    "n5": "N5_Family_dysfunction",
    "n6": "N6_Socially_unacceptable_behaviour",
    "n7": "N7_Low_income",
    "n8": "N8_Absent_parenting",
    "n9": "N9_Cases_other_than_CIN",
    "n0": "N0_Not_stated",
}
DISABILITIES: Final = {
    "aut": "Autism",
    "beh": "Behaviour",
    "comm": "Communication",
    "con": "Consciousness",
    "hand": "Hand_Function",
    "hear": "Hearing",
    "inc": "Incontinence",
    "ld": "Learning_Difficulties",
    "mob": "Mobility",
    "pc": "Personal_care",
    "vis": "Vision",
    "dda": "Other",
}
FACTOR_BASE: Final = "Episodes_with_assessment_factor"
ABUSE: Final = {"neg": "Neglect", "phy": "Physical", "sab": "Sexual", "emo": "Emotional", "mul": "Multiple"}
CIN_SEX: Final = {"female": "Female", "male": "Male", "unknown": "Unknown or Indeterminate gender"}
CIN_AGE: Final = {
    "unborn": "Unborn",
    "under_1": "Under 1 year",
    "1_to_4": "1 to 4 years",
    "5_to_9": "5 to 9 years",
    "10_to_15": "10 to 15 years",
    "16_and_over": "16 years and over",
}
CPP_AGE: Final = {
    "unborn": "Unborn",
    "under_1": "Under 1",
    "1_to_4": "1-4 years",
    "5_to_9": "5-9 years",
    "10_to_15": "10-15 years",
    "16_and_over": "16 & over",
}
CIN_ETHNICITY: Final = {
    "white": "Total White",
    "mixed": "Total mixed",
    "asian": "Total Asian or Asian British",
    "black": "Total Black or Black British",
    "other": "Any other ethnic group",
}
CPP_ETHNICITY: Final = {
    "white": "White",
    "mixed": "Mixed",
    "asian": "Asian or Asian British",
    "black": "Black or Black British",
    "other": "Other ethnic group",
}
CIN_ETHNICITY_DETAILED: Final = {
    "wbri": "White British",
    "wiri": "White Irish",
    "wirt_or_wrom": "Gypsy or Irish Traveller",
    "woth": "Any other White background",
    "mwbc": "White and Black Caribbean",
    "mwba": "White and Black African",
    "mwas": "White and Asian",
    "moth": "Any other mixed background",
    "aind": "Indian",
    "apkn": "Pakistani",
    "aban": "Bangladeshi",
    "chne": "Chinese",
    "aoth": "Any other Asian background",
    "bafr": "Black African",
    "bcrb": "Black Caribbean",
    "both": "Any other Black background",
    "ooth": "Any other ethnic group",
}
DEMAND_SOURCE: Final = (
    "Hood et al. 2024 (Nuffield Foundation), 3.6 million assessments in England 2014-2021, as reported 26 January 2024; "
    "the published percentages add up to 97 and are made to add up to 100"
)
DEMAND_PERCENT: Final = {
    "domestic_abuse": 20.0,
    "parental_mental_health": 19.0,
    "other_or_no_need": 13.0,
    "disability": 7.0,
    "risks_outside_home": 7.0,
    "complex_domestic_abuse": 7.0,
    "child_mental_health": 6.0,
    "physical_abuse": 6.0,
    "neglect": 4.0,
    "sexual_abuse": 3.0,
    "concerns_about_another_person": 3.0,
    "risks_in_and_outside_home": 2.0,
}
"""Prevalence of the twelve categories of demand among assessments, percent."""

NEED_CODE_OF_CATEGORY: Final = {
    "domestic_abuse": 1,
    "parental_mental_health": 5,
    "other_or_no_need": 9,
    "disability": 2,
    "risks_outside_home": 6,
    "complex_domestic_abuse": 1,
    "child_mental_health": 4,
    "physical_abuse": 1,
    "neglect": 1,
    "sexual_abuse": 1,
    "concerns_about_another_person": 1,
    "risks_in_and_outside_home": 1,
}
"""The census's primary need code (N1 to N9) under which a category of demand is returned: a judgement, not a statistic.

The census has the highest need that applies, and children at risk through domestic abuse count as N1. A parent's mental ill
health would be N3 by its wording; but only 2% of children in need are returned as N3 and 12% as N5 (family dysfunction), so such
families are returned as N5.
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile: categories and values, the unit, the years and where it comes from."""

    name: str
    values: Mapping[str, float]
    unit: str
    year: str
    source: str


def build_profiles(release: Release) -> pd.DataFrame:
    """Return profile, category, value, unit, year and source.

    Raises
    ------
    InputError : a file, a column, a row or the latest year is missing.
    """
    rows = [
        {
            "profile": profile.name,
            "category": category,
            "value": round(value, 6),
            "unit": profile.unit,
            "year": profile.year,
            "source": profile.source,
        }
        for profile in _profiles(release)
        for category, value in profile.values.items()
    ]
    return pd.DataFrame(rows)


def _profiles(release: Release) -> Iterable[Profile]:
    year = release.latest_year
    yield _month(release)
    sources = {column_key(column): column for column in SOURCES_OF_REFERRAL}
    yield _parts(release, "referral_source", "c5_", sources, "share of referrals")
    yield _long(release, "cin_age", "a7_", CIN_AGE, "share of children in need at 31 March with age known")
    yield _long(release, "cin_sex", "a7_", CIN_SEX, "share of born children in need at 31 March")
    yield _with_unknown(_long(release, "cin_ethnicity", "a7_", CIN_ETHNICITY, ""), _known_share(release))
    yield _long(
        release,
        "cin_ethnicity_detailed",
        "a7_",
        CIN_ETHNICITY_DETAILED,
        "share of children in need at 31 March with ethnicity known",
    )
    yield _long(release, "cpp_age", "a5_", CPP_AGE, "share of child protection plans at 31 March", count="CPP_At31")
    yield _long(release, "cpp_sex", "a5_", CIN_SEX, "share of plans of born children at 31 March", count="CPP_At31")
    yield _long(
        release, "cpp_ethnicity", "a5_", CPP_ETHNICITY, "share of plans at 31 March with ethnicity known", count="CPP_At31"
    )
    yield _disabilities(release)
    yield _parts(release, "primary_need", "b3_", PRIMARY_NEEDS, "share of children in need at 31 March")
    yield _factors(release)
    for name, table, when in (("started", "d2_", "starting in the year"), ("31_march", "d4_", "at 31 March")):
        for which in ("Initial", "Latest"):
            columns = {code: f"{word}_{which}" for code, word in ABUSE.items()}
            yield _parts(
                release, f"abuse_category_{which.lower()}_{name}", table, columns, f"share of child protection plans {when}"
            )
    yield _parts(release, "closure_reason", "b6_", CLOSURE_REASONS, "share of episodes ended")
    percents = list(DEMAND_PERCENT.values())
    demand = dict(zip(DEMAND_PERCENT, shares(percents), strict=True))
    yield Profile("demand_category", demand, "share of assessments", "2014-2021", DEMAND_SOURCE)
    codes = {category: float(code) for category, code in NEED_CODE_OF_CATEGORY.items()}
    yield Profile("demand_category_primary_need", codes, "primary need code N1 to N9", str(year), "judgement; see docs/data.md")


def _england(release: Release, prefix: str, year: int) -> PublishedTable:
    """Return a table's rows of England in one year."""
    table = release.table(prefix)
    table.require_year(year)
    table = table.level(NATIONAL)
    return table.of(table.rows[table.years == year])


def _value(table: PublishedTable, column: str) -> float:
    """Return England's one number in a column; 1 to 5 in all England (``c``) count as 0, as England's counts are rounded."""
    numbers = table.numbers(column).mask(table.text(column).str.lower() == "c", 0.0)
    if len(numbers) != 1 or numbers.isna().any():
        raise InputError("England's figure for the year is missing or stands there twice", path=table.path, key=column)
    return float(numbers.iloc[0])


def _parts(release: Release, name: str, prefix: str, columns: Mapping[str, str], unit: str) -> Profile:
    """Return England's columns of one row as shares of their sum."""
    table = _england(release, prefix, release.latest_year)
    values = [_value(table, column) for column in columns.values()]
    return Profile(name, dict(zip(columns, shares(values), strict=True)), unit, str(release.latest_year), _source(prefix))


def _month(release: Release) -> Profile:
    """Return each month's share of referrals, the mean of the latest years' shares, so that one busy year does not count more."""
    years = range(release.latest_year - YEARS_OF_SEASONALITY + 1, release.latest_year + 1)
    by_year = []
    for year in years:
        table = _england(release, "c6_", year)
        by_year.append(shares([_value(table, month) for month in MONTHS]))
    means = [sum_in_order(of_month) / len(by_year) for of_month in zip(*by_year, strict=True)]
    values = dict(zip((month.lower() for month in MONTHS), means, strict=True))
    return Profile("referral_month", values, "share of the year's referrals", f"{years[0]}-{years[-1]}", _source("c6_"))


def _long(release: Release, name: str, prefix: str, labels: Mapping[str, str], unit: str, *, count: str = "number") -> Profile:
    """Return rows of a table in long form, found by ``characteristic_type``, as shares of their sum."""
    table = _england(release, prefix, release.latest_year)
    values = [_value(table.where("characteristic_type", label), count) for label in labels.values()]
    return Profile(name, dict(zip(labels, shares(values), strict=True)), unit, str(release.latest_year), _source(prefix))


def _known_share(release: Release) -> float:
    table = _england(release, "a7_", release.latest_year)
    known = _value(table.where("characteristic_type", "Known ethnicity"), "number")
    return known / _value(table.where("characteristic_type", "Total"), "number")


def _with_unknown(profile: Profile, known: float) -> Profile:
    values = {category: share * known for category, share in profile.values.items()} | {"unknown": 1.0 - known}
    return Profile(profile.name, values, "share of children in need at 31 March", profile.year, profile.source)


def _disabilities(release: Release) -> Profile:
    """Return the share of disabled children with each kind; a child may have several, so they add up to more than one."""
    table = _england(release, "b2_", release.latest_year)
    values = {code: _value(table, f"{column}_percent") / 100.0 for code, column in DISABILITIES.items()}
    unit = "share of children with a recorded disability (several each)"
    return Profile("disability", values, unit, str(release.latest_year), _source("b2_"))


def _factors(release: Release) -> Profile:
    """Return the share of assessed episodes with each factor; an episode may have several."""
    table = _england(release, "c3_", release.latest_year)
    columns = list(table.rows.columns)
    after = columns[columns.index(table.own_name(FACTOR_BASE)) + 1 :]
    factors = [column for column in after if not column_key(column).endswith(("_percent", "_rate"))]
    if not factors:
        raise InputError("no column of a factor follows this one", path=table.path, key=FACTOR_BASE)
    total = _value(table, FACTOR_BASE)
    values = {column_key(column).removesuffix("_count"): _value(table, column) / total for column in factors}
    unit = "share of episodes with a factor recorded (several each)"
    return Profile("assessment_factor", values, unit, str(release.latest_year), _source("c3_"))


def _source(prefix: str) -> str:
    return f"DfE, Children in need, table {table_label(prefix)}"
