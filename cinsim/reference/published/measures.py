"""Which published columns each measure comes from, and how: one list for England and for every authority.

Rates and percentages are computed from counts, so that they carry more than the one decimal published; where a count is
suppressed but the rate or percentage is not, the published figure stands. A release need not publish rates and percentages whose
counts it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from cinsim.engine.totals import sum_in_order
from cinsim.errors import InputError
from cinsim.reference.boundaries import current_code
from cinsim.reference.published.files import ENGLAND, LOCAL_AUTHORITY, NATIONAL, PublishedTable, Release, table_label

Kind = Literal["count", "rate", "percent", "as published"]
POPULATION_TABLE: Final = "ons_mid"
ESTIMATE: Final = "population_estimate"
WORKFORCE: Final = "children_social_work_workforce"
LOOKED_AFTER: Final = "children_looked_after"
OTHER_FOLDER: Final = frozenset({WORKFORCE, LOOKED_AFTER})
FIRST_YEAR_OF_ASSESSMENTS: Final = 2015
"""Single assessments replaced initial and core ones during 2014, whose figures the headline table marks as unreliable."""


@dataclass(frozen=True, slots=True)
class MeasureSource:
    """How one measure follows from one published table.

    Parameters
    ----------
    measure : the name in cinsim.
    table : how the file's name begins.
    columns : the counts added up (or the one column taken as published).
    kind : ``count``; ``rate`` per 10,000 children aged 0-17; ``percent`` of ``base``; or ``as published``.
    base : the count a percentage is of.
    published : the column that holds the same figure to one decimal, for where the counts are suppressed; a release may lack it.
    where : column and value that choose rows, for tables in long form.
    rest : the counts that make up the base together with ``columns``; where one of ``columns`` is suppressed but none of
        these is, the percentage is what they leave.
    """

    measure: str
    table: str
    columns: tuple[str, ...]
    kind: Kind
    base: str = ""
    published: str = ""
    where: tuple[str, str] | None = None
    rest: tuple[str, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which the measure cannot be had."""
        base = (self.base,) if self.base else ()
        return (*self.columns, *self.rest, *base, *(self.where[:1] if self.where is not None else ()))

    def citation(self, table: PublishedTable) -> str:
        """Return the column of origin, as the file calls it, as written into the table."""
        text = " + ".join(table.own_name(column) for column in self.columns)
        if self.where is not None:
            text = f"{text} [{self.where[1]}]"
        if self.kind == "percent":
            base = table.own_name(self.base)
            text = f"({text}) / {base}" if len(self.columns) > 1 else f"{text} / {base}"
        elif self.kind == "rate":
            text = f"{text} / population 0-17"
        return text if not self.published or table.has(self.published) else f"{text}, which is not published"


def _counted(
    measure: str, table: str, column: str, *, rate: str = "", where: tuple[str, str] | None = None
) -> list[MeasureSource]:
    """Return a count and its rate per 10,000 under ``rate`` (``measure_rate`` unless named)."""
    published = f"{column}_rate" if where is None else ""
    return [
        MeasureSource(measure, table, (column,), "count", where=where),
        MeasureSource(rate or f"{measure}_rate", table, (column,), "rate", published=published, where=where),
    ]


def _percent(measure: str, table: str, column: str, base: str, published: str | None = None) -> MeasureSource:
    return MeasureSource(measure, table, (column,), "percent", base, f"{column}_percent" if published is None else published)


DURATION_BANDS: Final = {
    "up_to_3_months": "3_months_or_less",
    "3_to_6_months": "more_than_3_months_6_months",
    "6_to_12_months": "more_than_6_months_less_than_1_year",
    "1_to_2_years": "1_year_less_than_2_years",
}


def _bands(measure: str, table: str, base: str, last: str) -> list[MeasureSource]:
    bands = {**DURATION_BANDS, "2_years_or_more": last}
    return [_percent(f"{measure}_{band}_percent", table, column, base) for band, column in bands.items()]


ASSESSMENT_BANDS: Final = {
    "0": "Same_day",
    "1_10": "1-10_days",
    "11_20": "11-20_days",
    "21_30": "21-30_days",
    "31_40": "31-40_days",
    "41_45": "41-45_days",
    "46_50": "46-50_days",
    "51_60": "51-60_days",
    "61_or_more": "61+_days",
}
ICPC_BANDS: Final = {"0_10": "0-10_days", "11_15": "11-15_days", "16_20": "16-20_days", "21_or_more": "21+_days"}
CLOSURE_REASONS: Final = {
    "rc1": "RC1_Adopted",
    "rc2": "RC2_Died",
    "rc3": "RC3_Residence_Order",
    "rc4": "RC4_Special_Guardianship_Order",
    "rc5": "RC5_Transfer_to_another_LA",
    "rc6": "RC6_Transfer_to_Adult_Social_Service",
    "rc7": "RC7_Other",
    "unknown": "unknown",
}
_WORKFORCE_COLUMNS: Final = {
    "in_post_fte": "inpost_fte",
    "starters_fte": "starters_fte",
    "leavers_fte": "leavers_fte",
    "turnover_rate": "turnover_rate_fte",
    "vacancy_fte": "vacancy_fte",
    "vacancy_rate": "vacancy_rate_fte",
    "agency_fte": "agency_fte",
    "agency_rate": "agency_rate_fte",
    "agency_cover_rate": "agency_cover_rate_fte",
    "vacancy_agency_cover_rate": "vacancy_agency_cover_rate_fte",
    "case_holders_fte": "case_holders_fte",
    "cases": "cases",
    "caseload_mean": "caseload_fte",
    "absence_rate": "absence_rate_fte",
}
WORKFORCE_COUNTS: Final = frozenset(
    {"in_post_fte", "starters_fte", "leavers_fte", "vacancy_fte", "agency_fte", "case_holders_fte", "cases"}
)
_LOOKED_AFTER_ROWS: Final = {
    "looked_after_31_march": "Children looked after on 31 March each year",
    "looked_after_started": "Children starting to be looked after each year",
    "looked_after_ceased": "Children ceasing to be looked after each year",
}
_WITHIN_45: Final = ("Same_day", "1-10_days", "11-20_days", "21-30_days", "31-40_days", "41-45_days")
_AFTER_45: Final = ("46-50_days", "51-60_days", "61+_days")
_WITHIN_15: Final = ("Duration_0-10_days", "Duration_11-15_days")
_AFTER_15: Final = ("Duration_16-20_days", "Duration_21+_days")

MONTHS: Final = (
    "April", "May", "June", "July", "August", "September", "October", "November", "December", "January", "February", "March",
)  # fmt: skip
"""The reporting year's months in order, as table c6 calls them."""


def _months(name: str, first: int) -> MeasureSource:
    """Return the share of a year's referrals that came from a month (April is 0) to the end of March."""
    return MeasureSource(f"referrals_{name}_percent", "c6_", MONTHS[first:], "percent", "Referrals", rest=MONTHS[:first])


SOURCES: Final[tuple[MeasureSource, ...]] = (
    # the front door
    *_counted("referrals", "c1_", "Referrals", rate="referral_rate"),
    *_counted("children_referred", "c1_", "Referrals_child"),
    MeasureSource("re_referrals", "c1_", ("Re_referrals",), "count"),
    _percent("re_referral_percent", "c1_", "Re_referrals", "Referrals"),
    _percent("re_referral_children_percent", "c1_", "Re_referrals_child", "Referrals_child"),
    MeasureSource("no_further_action", "c1_", ("No_Further_Action",), "count"),
    _percent("no_further_action_percent", "c1_", "No_Further_Action", "Referrals"),
    MeasureSource("not_in_need", "c1_", ("Not_in_Need",), "count"),
    _percent("not_in_need_percent", "c1_", "Not_in_Need", "Referrals"),
    _months("october_to_march", 6),
    _months("january_to_march", 9),
    # assessment
    *_counted("assessments_completed", "c2_", "Assessments_completed"),
    MeasureSource("assessment_within_45_days_percent", "c2_", _WITHIN_45, "percent", "Assessments_completed", rest=_AFTER_45),
    MeasureSource("assessment_days_p25", "c2_", ("25th_Percentile_days",), "as published"),
    MeasureSource("assessment_days_p50", "c2_", ("Median_days",), "as published"),
    MeasureSource("assessment_days_p75", "c2_", ("75th_Percentile_days",), "as published"),
    *(
        _percent(f"assessment_days_{band}_percent", "c2_", column, "Assessments_completed", "")
        for band, column in ASSESSMENT_BANDS.items()
    ),
    # episodes of need
    *_counted("episodes_any_point", "b1_", "Anypoint_episodes"),
    *_counted("children_in_need_any_point", "b1_", "Anypoint_child"),
    *_counted("episodes_started", "b1_", "Started_episodes"),
    *_counted("children_starting_episode", "b1_", "Started_child"),
    *_counted("episodes_ended", "b1_", "Ended_episodes"),
    *_counted("children_in_need_31_march", "b1_", "At31_episodes"),
    *_counted("awaiting_assessment_31_march", "b1_", "Awaiting_assessment"),
    _percent("awaiting_assessment_percent", "b1_", "Awaiting_assessment", "At31_episodes", ""),
    _percent("disability_recorded_percent", "b2_", "At31_episodes_disability_recorded", "At31_episodes"),
    *_bands("episode_duration_open", "b4_", "At31_episodes", "2years+"),
    *_bands("episode_duration_ended", "b5_", "Ended_episodes", "2years+"),
    *(_percent(f"closure_reason_{code}_percent", "b6_", column, "Ended_episodes") for code, column in CLOSURE_REASONS.items()),
    # child in need plans
    *_counted("cin_plans_started", "b7_", "CINPlan_start"),
    *_counted("cin_plans_ended", "b7_", "CINPlan_end"),
    *_counted("cin_plans_any_point", "b7_", "CINPlan_anypoint"),
    *_counted("cin_plans_31_march", "b7_", "CINPlan_At31"),
    # section 47 and conferences
    *_counted("s47", "c4_", "Section47"),
    *_counted("icpc", "c4_", "ICPC"),
    MeasureSource("icpc_within_15_days_percent", "c4_", _WITHIN_15, "percent", "ICPC", rest=_AFTER_15),
    MeasureSource("icpc_days_p25", "c4_", ("Duration_25th_Percentile",), "as published"),
    MeasureSource("icpc_days_p50", "c4_", ("Duration_median",), "as published"),
    MeasureSource("icpc_days_p75", "c4_", ("Duration_75th_Percentile",), "as published"),
    *(_percent(f"icpc_days_{band}_percent", "c4_", f"Duration_{column}", "ICPC", "") for band, column in ICPC_BANDS.items()),
    # child protection plans
    *_counted("cpp_started", "d1_", "CPP_start"),
    *_counted("cpp_ended", "d1_", "CPP_end"),
    *_counted("cpp_any_point", "d1_", "CPP_anypoint"),
    *_counted("cpp_31_march", "d1_", "CPP_At31"),
    _percent("cpp_second_or_subsequent_percent", "d3_", "CPP_subsequent", "CPP_start"),
    *_bands("cpp_duration_open", "d5_", "CPP_At31", "2_years_or_more"),
    *_bands("cpp_duration_ended", "d7_", "CPP_End", "2_years_or_more"),
    _percent("cpp_reviews_on_time_percent", "d6_", "Reviewed_within_timescales", "CPP_At31_3Months"),
    # looked-after children
    *(
        source
        for measure, rows in _LOOKED_AFTER_ROWS.items()
        for source in _counted(measure, LOOKED_AFTER, "children_count", where=("population_type", rows))
    ),
    # workforce, at 30 September
    *(MeasureSource(measure, WORKFORCE, (column,), "as published") for measure, column in _WORKFORCE_COLUMNS.items()),
)


def published_file(release: Release, prefix: str) -> PublishedTable:
    """Return the file whose name begins with ``prefix``, from the folder in which it belongs."""
    return release.other_table(prefix) if prefix in OTHER_FOLDER else release.table(prefix)


def not_published(release: Release) -> dict[str, MeasureSource]:
    """Return the measures that are computed from counts because the release has no column of theirs, in the pathway's order."""
    return {
        source.measure: source
        for source in SOURCES
        if source.published and not published_file(release, source.table).has(source.published)
    }


def source_table(release: Release, source: MeasureSource, level: str) -> PublishedTable:
    """Return the rows of a measure's table at one geographic level."""
    table = published_file(release, source.table).level(level)
    if source.table == WORKFORCE and level == LOCAL_AUTHORITY:
        table = split_joint_rows(table)
    return table if source.where is None else table.where(*source.where)


def split_joint_rows(table: PublishedTable) -> PublishedTable:
    """Return the table with one row an authority where two are published jointly (``E09000021 / E09000027``).

    Both rows keep the joint figures: right for rates; counts are shared out by :func:`joint_authorities`.
    """
    rows = table.rows.copy()
    column = table.own_name("new_la_code")
    rows[column] = table.text(column).str.split(r"\s*/\s*", regex=True)
    return table.of(rows.explode(column))


def joint_authorities(release: Release) -> list[tuple[int, tuple[str, ...]]]:
    """Return year and area codes of each group of authorities whose workforce is published jointly."""
    table = release.other_table(WORKFORCE).level(LOCAL_AUTHORITY)
    joint = table.text("new_la_code").str.contains("/")
    groups = table.text("new_la_code")[joint].str.split(r"\s*/\s*", regex=True)
    return [
        (int(year), tuple(current_code(code) for code in codes)) for year, codes in zip(table.years[joint], groups, strict=True)
    ]


def area_codes(table: PublishedTable) -> pd.Series:
    """Return each row's area code: the authority's (as cinsim keeps it), or England's."""
    national = table.text("geographic_level") == NATIONAL
    if not table.has("new_la_code"):
        return table.text("country_code")
    return table.text("new_la_code").str.upper().map(current_code).mask(national, ENGLAND)


def population(release: Release) -> pd.Series:
    """Return children aged 0-17 by area code and reporting year: the estimate of the middle of the year before."""
    table = release.table(POPULATION_TABLE)
    table.require_year(release.latest_year - 1)
    series = []
    for part in (table.level(NATIONAL), table.level(LOCAL_AUTHORITY)):
        children = part.numbers(ESTIMATE)
        none = children.index[children == 0.0]
        if len(none):
            raise InputError("no area has 0 children", path=table.path, line=int(none[0]), key=part.own_name(ESTIMATE))
        index = pd.MultiIndex.from_arrays([area_codes(part), part.years + 1], names=["area_code", "year"])
        series.append(pd.Series(children.to_numpy(), index=index))
    return pd.concat(series).dropna()


def measure_values(release: Release, source: MeasureSource, level: str, children: pd.Series) -> pd.Series:
    """Return one measure by area code and year; NaN where it was not published.

    Parameters
    ----------
    children : children aged 0-17 by area code and year, from :func:`population`.

    Raises
    ------
    InputError : the file or a column is missing, the latest year is not there, or a cell holds an unknown symbol.
    """
    table = source_table(release, source, level)
    table.require_year(release.latest_year)
    index = pd.MultiIndex.from_arrays([area_codes(table), table.years], names=["area_code", "year"])
    values = pd.Series(_added(table, source.columns).to_numpy(), index=index)
    if source.kind == "rate":
        values = 10_000.0 * values / children.reindex(index)
    elif source.kind == "percent":
        base = pd.Series(table.numbers(source.base).to_numpy(), index=index)
        if source.rest:
            values = values.fillna(base - _added(table, source.rest).to_numpy())
        values = 100.0 * values / base.where(base > 0)
    if source.published and table.has(source.published):
        published = pd.Series(table.numbers(source.published).to_numpy(), index=index)
        values = values.fillna(published)
    if source.measure in WORKFORCE_COUNTS and level == LOCAL_AUTHORITY:
        values = _shared_out(values, joint_authorities(release), children)
    if source.table == "c2_":
        values = values[values.index.get_level_values("year") >= FIRST_YEAR_OF_ASSESSMENTS]
    return values


def _added(table: PublishedTable, columns: tuple[str, ...]) -> pd.Series:
    """Return the sum of columns by row: NaN where one of them was not published."""
    total = table.numbers(columns[0])
    for column in columns[1:]:
        total = total + table.numbers(column)
    return total


def _shared_out(values: pd.Series, groups: list[tuple[int, tuple[str, ...]]], children: pd.Series) -> pd.Series:
    """Share a count that several authorities publish jointly out among them, by children aged 0-17."""
    values = values.copy()
    for year, codes in groups:
        if all((code, year) in children.index for code in codes):
            total = sum_in_order(children[code, year] for code in codes)
            for code in codes:
                values[code, year] = round(values[code, year] * children[code, year] / total, 1)
        else:
            for code in codes:
                values[code, year] = float("nan")
    return values


def citation_table(source: MeasureSource) -> str:
    """Return the table of origin as written into the tables: ``c1``, ``workforce`` or ``looked_after``."""
    return {WORKFORCE: "workforce", LOOKED_AFTER: "looked_after"}.get(source.table, table_label(source.table))
