"""The tables of authorities: who they are, their children, their latest figures, and the main rates by year."""

from __future__ import annotations

from typing import Final

import pandas as pd

from cinsim.errors import InputError
from cinsim.reference.areas import StandIn
from cinsim.reference.boundaries import FORMER
from cinsim.reference.published.children import age_counts, age_shares, deprivation_scores, deprivation_shares
from cinsim.reference.published.files import ENGLAND, LOCAL_AUTHORITY, NATIONAL, PublishedTable, Release
from cinsim.reference.published.measures import (
    SOURCES,
    WORKFORCE_COUNTS,
    area_codes,
    joint_authorities,
    measure_values,
    not_published,
    population,
    published_file,
)

NEIGHBOURS_TABLE: Final = "statistical_neighbours"
NEIGHBOURS: Final = tuple(f"SN_{place}" for place in range(1, 11))
AVERAGE_AUTHORITY: Final = "England (average authority)"
TOO_FEW_CHILDREN: Final = 1_000
"""City of London and the Isles of Scilly have fewer: most of their figures are suppressed, and they are not usable."""

AREA_MEASURES: Final = (
    "referral_rate",
    "re_referral_percent",
    "no_further_action_percent",
    "not_in_need_percent",
    "assessments_completed_rate",
    "assessment_days_p25",
    "assessment_days_p50",
    "assessment_days_p75",
    "assessment_within_45_days_percent",
    "s47_rate",
    "icpc_rate",
    "icpc_within_15_days_percent",
    "cpp_started_rate",
    "cpp_31_march_rate",
    "cpp_second_or_subsequent_percent",
    "cpp_reviews_on_time_percent",
    "cin_plans_started_rate",
    "cin_plans_31_march_rate",
    "episodes_started_rate",
    "episodes_ended_rate",
    "children_in_need_31_march_rate",
    "disability_recorded_percent",
    "looked_after_31_march_rate",
    "looked_after_started_rate",
    "looked_after_ceased_rate",
    "in_post_fte",
    "case_holders_fte",
    "cases",
    "caseload_mean",
    "turnover_rate",
    "vacancy_rate",
    "agency_rate",
    "agency_cover_rate",
    "vacancy_agency_cover_rate",
    "absence_rate",
)
YEARLY_MEASURES: Final = (
    "referral_rate",
    "re_referral_percent",
    "no_further_action_percent",
    "not_in_need_percent",
    "referrals_october_to_march_percent",
    "referrals_january_to_march_percent",
    "assessments_completed_rate",
    "assessment_within_45_days_percent",
    "s47_rate",
    "icpc_rate",
    "cpp_started_rate",
    "cpp_31_march_rate",
    "cpp_second_or_subsequent_percent",
    "cin_plans_31_march_rate",
    "cin_plans_started_rate",
    "children_in_need_31_march_rate",
    "caseload_mean",
)
NOTED_MEASURES: Final = {
    "referral_rate": "referrals",
    "no_further_action_percent": "no further action",
    "not_in_need_percent": "not in need",
    "assessments_completed_rate": "assessments",
    "cin_plans_started_rate": "child in need plans started",
    "cin_plans_31_march_rate": "child in need plans on 31 March",
    "s47_rate": "section 47 enquiries",
    "icpc_rate": "initial conferences",
    "cpp_started_rate": "child protection plans started",
    "cpp_31_march_rate": "child protection plans on 31 March",
    "looked_after_31_march_rate": "looked-after children",
    "case_holders_fte": "case holders",
    "cases": "cases",
    "turnover_rate": "turnover",
    "vacancy_rate": "vacancies",
    "vacancy_agency_cover_rate": "agency cover of vacancies",
    "absence_rate": "sickness absence",
}
"""Measures that a run takes from an authority's figures; their absence in the latest year is said in the column ``notes``."""


def build_areas_by_year(release: Release) -> pd.DataFrame:
    """Return the main rates of every authority and year: area_code, measure, year, value; what was not published is left out.

    Former authorities keep their own codes (``cinsim.reference.boundaries``).
    """
    values = _authority_values(release, YEARLY_MEASURES).round(2)
    children = population(release).drop(index=ENGLAND, level="area_code")
    values["population_0_17"] = children[children.index.get_level_values("year") >= _first_year(release)]
    tidy = values.reset_index().melt(["area_code", "year"], var_name="measure").dropna()
    order = {measure: place for place, measure in enumerate(values.columns)}
    tidy = tidy.assign(place=tidy["measure"].map(order)).sort_values(["area_code", "place", "year"])
    return tidy[["area_code", "measure", "year", "value"]].reset_index(drop=True)


def build_areas(release: Release) -> pd.DataFrame:
    """Return one row an authority of the latest year, after a first row for England's average authority.

    Raises
    ------
    InputError : an authority lacks a population, ages, a deprivation score or neighbours.
    """
    year = release.latest_year
    listed = _listed(release)
    names = dict(zip(area_codes(listed), listed.text("la_name"), strict=True))
    all_children = population(release)
    missing = [name for code, name in names.items() if (code, year) not in all_children.index]
    if missing:
        raise InputError(
            f"no population for {', '.join(missing)} in {year - 1}", path=release.table("ons_mid").path, key="new_la_code"
        )
    children = {code: float(all_children[code, year]) for code in names}
    usable = {code: children[code] >= TOO_FEW_CHILDREN for code in names}
    scores = deprivation_scores(release, names)
    quintiles = deprivation_shares(scores, children)
    frame = pd.DataFrame(
        {
            "old_code": dict(zip(names, listed.old_codes("old_la_code"), strict=True)),
            "area_name": names,
            "region": dict(zip(names, listed.text("region_name"), strict=True)),
            "usable": usable,
            "population_0_17": {code: round(children[code]) for code in names},
        }
    )
    frame = frame.join(age_shares(release, names).round(6))
    frame["imd_score"] = pd.Series(scores)
    for place in range(5):
        frame[f"deprivation_q{place + 1}"] = pd.Series({code: round(quintiles[code][place], 4) for code in names})
    values = _authority_values(release, AREA_MEASURES)
    frame = frame.join(values.xs(year, level="year").round(2))
    frame["neighbours"] = _neighbours(release, dict(zip(listed.old_codes("old_la_code"), names, strict=True)), usable)
    frame["stand_ins"] = pd.Series({code: " ".join(map(str, _stand_ins(values, code, year))) for code in names})
    frame["notes"] = pd.Series(_notes(release, values, usable))
    average = _average_authority(release, frame)
    frame = pd.concat([average, frame.sort_values("area_name")])
    return frame.rename_axis("area_code").reset_index()


def _listed(release: Release) -> PublishedTable:
    """Return the authorities of table c1 in the latest year."""
    table = release.table("c1_").level(LOCAL_AUTHORITY)
    return table.of(table.rows[table.years == release.latest_year])


def _first_year(release: Release) -> int:
    return int(release.table("c1_").years.min())


def _authority_values(release: Release, measures: tuple[str, ...]) -> pd.DataFrame:
    """Return the measures of authorities: index area_code and year, a column a measure."""
    children = population(release)
    known = set(area_codes(release.table("c1_").level(LOCAL_AUTHORITY)))
    sources = {source.measure: source for source in SOURCES}
    columns = {measure: measure_values(release, sources[measure], LOCAL_AUTHORITY, children).dropna() for measure in measures}
    values = pd.DataFrame(columns)
    return values[values.index.get_level_values("area_code").isin(known)].sort_index()


def _average_authority(release: Release, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the row of an authority with England's rates and one share of its children and workforce.

    England's totals are divided by the number of usable authorities.
    """
    year = release.latest_year
    everyone = population(release)
    number = int(frame["usable"].sum())
    sources = {source.measure: source for source in SOURCES}
    ages = age_counts(release).sum()
    children = frame["population_0_17"]
    row: dict[str, object] = {
        "old_code": "",
        "area_name": AVERAGE_AUTHORITY,
        "region": "England",
        "usable": True,
        "population_0_17": round(everyone[ENGLAND, year] / number),
        **{str(age): round(float(count), 6) for age, count in (ages / ages.sum()).items()},
        "imd_score": round(float((frame["imd_score"] * children).sum() / children.sum()), 3),
        **{f"deprivation_q{place}": 0.2 for place in (1, 2, 3, 4, 5)},
    }
    for measure in AREA_MEASURES:
        value = measure_values(release, sources[measure], NATIONAL, everyone)[ENGLAND, year]
        if pd.isna(value):
            raise InputError(
                f"England has no figure for {year} from which {measure} follows",
                path=published_file(release, sources[measure].table).path,
                key=sources[measure].columns[0],
            )
        row[measure] = round(value / number if measure in WORKFORCE_COUNTS else value, 2)
    row["neighbours"] = row["stand_ins"] = ""
    row["notes"] = "; ".join([f"England's totals divided by {number} authorities", *_computed(release)])
    return pd.DataFrame([row], index=[ENGLAND])


def _stand_ins(values: pd.DataFrame, code: str, year: int) -> list[StandIn]:
    """Return an authority's last published figure of each measure that it did not publish for a year."""
    if code not in values.index.get_level_values("area_code"):
        return []
    own = values.loc[code]
    years = [int(when) for when in own.index]
    found = []
    for measure in own.columns:
        figures = zip(years, own[measure].tolist(), strict=True)
        by_year = {when: float(value) for when, value in figures if when <= year and not pd.isna(value)}
        if by_year and max(by_year) < year:
            found.append(StandIn(str(measure), max(by_year), round(by_year[max(by_year)], 2)))
    return found


def _neighbours(release: Release, code_of: dict[str, str], usable: dict[str, bool]) -> pd.Series:
    """Return each authority's ten statistical neighbours, nearest first: old codes parted by spaces."""
    table = release.other_table(NEIGHBOURS_TABLE)
    parts = pd.DataFrame({column: table.old_codes(column) for column in NEIGHBOURS})
    joined = parts.agg(" ".join, axis=1)
    by_code = {code_of[old]: near for old, near in zip(table.old_codes("old_la_code"), joined, strict=True) if old in code_of}
    unknown = sorted({old for near in by_code.values() for old in near.split() if old not in code_of})
    if unknown:
        raise InputError(f"neighbours that are not authorities of the release: {', '.join(unknown)}", path=table.path, key="SN_1")
    without = [old for old, code in code_of.items() if usable[code] and code not in by_code]
    if without:
        raise InputError(
            f"no neighbours for {len(without)} authorities: {', '.join(without)}",
            path=table.path,
            key=table.own_name("old_la_code"),
        )
    return pd.Series(by_code)


def _notes(release: Release, values: pd.DataFrame, usable: dict[str, bool]) -> dict[str, str]:
    """Say of each authority what was not published in the latest year, and what was shared out or taken from a predecessor."""
    year = release.latest_year
    joint = {code: codes for when, codes in joint_authorities(release) if when == year for code in codes}
    ages_of = {successor: former for former in FORMER for successor in former.successors}
    with_own_ages = set(age_counts(release).index)
    computed = _computed(release)
    notes: dict[str, str] = {}
    for code, good in usable.items():
        said = [*([] if good else [f"fewer than {TOO_FEW_CHILDREN:,} children: not usable"]), *computed]
        own = values.loc[code] if code in values.index.get_level_values("area_code") else values.iloc[:0]
        absent: dict[str, list[str]] = {}
        for measure, label in NOTED_MEASURES.items():
            years = own[measure].dropna().index
            if good and year not in years:
                instead = f"those of {max(years)} stand in" if len(years) else "never published: England's stand in"
                absent.setdefault(instead, []).append(label)
        said += [f"not published for {year}: {', '.join(labels)} ({instead})" for instead, labels in absent.items()]
        if code in joint:
            said.append("workforce published jointly with a neighbour: rates are joint, counts shared out by children")
        if code in ages_of and code not in with_own_ages:
            former = ages_of[code]
            whose = former.area_name if former.area_code in with_own_ages else "England"
            said.append(f"formed in {former.last_year} from {former.area_name}; ages are those of {whose}")
        notes[code] = "; ".join(said)
    return notes


def _computed(release: Release) -> list[str]:
    """Say which figures the release does not publish, so that nothing but its counts stands behind them."""
    measures = [measure for measure in not_published(release) if measure in AREA_MEASURES]
    return [f"computed from counts, as no such figure is published: {', '.join(measures)}"] if measures else []
