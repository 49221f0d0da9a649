"""DfE's published tables from a return alone, counted by the census's rules on dates: an implementation of its own.

It shares nothing with the measures of a run (:mod:`cinsim.outcomes`) but their names and the bands, so that each checks
the other. docs/census.md says which measures a return cannot give, and where the census differs from what happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.census.codes import CLOSURE_REASONS, NOT_IN_NEED
from cinsim.census.returns import CensusReturn
from cinsim.census.shares import code_shares
from cinsim.census.working_days import working_days_between
from cinsim.outcomes.groups import percent

Bools = NDArray[np.bool_]
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
AGE_BANDS: Final = (("under 1", 1), ("1-4", 5), ("5-9", 10), ("10-15", 16), ("16-17", 200))
ABUSE: Final = {
    "NEG": "neglect", "PHY": "physical_abuse", "SAB": "sexual_abuse", "EMO": "emotional_abuse", "MUL": "multiple",
}  # fmt: skip
ASSESSMENT_BANDS: Final = (
    ("0", 0), ("1_10", 10), ("11_20", 20), ("21_30", 30), ("31_40", 40), ("41_45", 45), ("46_50", 50), ("51_60", 60),
    ("61_or_more", 10_000),
)  # fmt: skip
CONFERENCE_BANDS: Final = (("0_10", 10), ("11_15", 15), ("16_20", 20), ("21_or_more", 10_000))
DURATIONS: Final = ("up_to_3_months", "3_to_6_months", "6_to_12_months", "1_to_2_years", "2_years_or_more")
COLUMNS: Final = ("year", "measure", "group", "value")


def published_counts(census: CensusReturn, previous: CensusReturn | None = None) -> pd.DataFrame:
    """Return the measures that a return gives, with columns year, measure, group and value.

    Parameters
    ----------
    previous : the same authority's return of the year before, which re-referrals need; without it there are none.

    Groups are ``all``, ``age=`` and ``ethnicity=`` for counts, ``source=`` and ``month=`` for referrals and ``category=`` for
    child protection plans started. A share of nothing is NaN. What is counted of a table or column that the return does not
    have is not there at all.
    """
    return _Counter(census, previous).frame()


def months_later(dates: pd.Series, months: int) -> pd.Series:
    """Return the same day some months later, or the last of the month where that day does not exist."""
    return dates + pd.DateOffset(months=months)


class _Counter:
    """The measures of one return as they are counted."""

    def __init__(self, census: CensusReturn, previous: CensusReturn | None):
        self.census, self.previous = census, previous
        self.first, self.last = pd.Timestamp(census.first_day), pd.Timestamp(census.reference_date)
        self._rows: list[tuple[int, str, str, float]] = []
        who = census["ChildIdentifiers"].set_index("LAchildID")
        self.birth = who["PersonBirthDate"].fillna(who["ExpectedPersonBirthDate"])
        broad = {row.code: row.group for row in code_shares("ethnicity")}
        ethnicity = census["ChildCharacteristics"].set_index("LAchildID")["Ethnicity"]
        self.ethnicity = ethnicity.map(broad).fillna("unknown")
        self.disabled = set(census["Disabilities"].query("Disability not in ('NONE', '')")["LAchildID"])

    def frame(self) -> pd.DataFrame:
        """Return all measures."""
        self.referrals()
        if self.census.has("Assessments"):
            self.assessments()
        self.episodes()
        if self.census.has("CINplanDates"):
            self.plans("cin_plan", self.census["CINplanDates"], "CINPlanStartDate", "CINPlanEndDate")
        if self.census.has("ChildProtectionPlans"):
            self.plans("cpp", self.census["ChildProtectionPlans"], "CPPstartDate", "CPPendDate")
            self.protection()
        if self.census.has("Section47"):
            self.enquiries()
        return pd.DataFrame(self._rows, columns=list(COLUMNS))

    # ---- counting

    def add(self, measure: str, value: float, group: str = "all") -> None:
        self._rows.append((self.census.year, measure, group, float(value)))

    def percent(self, measure: str, part: float, whole: float) -> None:
        self.add(measure, float(percent(np.array(part), np.array(whole))))

    def in_year(self, dates: pd.Series) -> pd.Series:
        return (dates >= self.first) & (dates <= self.last)

    def count(self, measure: str, child: pd.Series, on: pd.Series | pd.Timestamp) -> int:
        """Add a count of rows, each of a child at its age on a date, and its groups; return the count."""
        self.add(measure, len(child))
        birth = child.map(self.birth)
        when = on if isinstance(on, pd.Series) else pd.Series(on, index=child.index)
        lower = np.full(len(child), False)
        for name, below in AGE_BANDS:
            younger = np.asarray(when < months_later(birth, 12 * below))
            self.add(measure, int((younger & ~lower).sum()), f"age={name}")
            lower |= younger
        if not self.census.has("ChildCharacteristics", "Ethnicity"):
            return len(child)
        groups = child.map(self.ethnicity)
        for name in ("white", "mixed", "asian", "black", "other", "unknown"):
            self.add(measure, int((groups == name).sum()), f"ethnicity={name}")
        return len(child)

    def quantiles(self, measure: str, values: NDArray[np.float64]) -> None:
        ordered = np.sort(values)
        for share in (25, 50, 75):
            at = max(int(np.ceil(share / 100 * len(ordered))) - 1, 0)
            self.add(f"{measure}_p{share}", ordered[at] if len(ordered) else np.nan)

    def bands(self, measure: str, values: NDArray[np.float64], bands: Iterable[tuple[str, int]]) -> None:
        below = -1
        for name, most in bands:
            self.percent(f"{measure}_{name}_percent", ((values > below) & (values <= most)).sum(), len(values))
            below = most

    def durations(self, measure: str, start: pd.Series, end: pd.Series | pd.Timestamp) -> None:
        """Add the shares of spells in DfE's bands of duration."""
        limits = [months_later(start, months) for months in (3, 6, 12, 24)]
        band = (
            (end > limits[0]).astype(int)
            + (end > limits[1]).astype(int)
            + (end >= limits[2]).astype(int)
            + (end >= limits[3]).astype(int)
        )
        for index, name in enumerate(DURATIONS):
            self.percent(f"{measure}_{name}_percent", int((band == index).sum()), len(start))

    # ---- the front door: c1, c2, c5, c6

    def referrals(self) -> None:
        e = self.census["CINdetails"]
        e = e[self.in_year(e["CINreferralDate"])]
        child, on = e["LAchildID"], e["CINreferralDate"]
        n = self.count("referrals", child, on)
        sources = {row.code: row.group for row in code_shares("referral_source")}
        for name in dict.fromkeys(sources.values()) if self.census.has("CINdetails", "ReferralSource") else ():
            self.add("referrals", int((e["ReferralSource"].map(sources) == name).sum()), f"source={name}")
        for number, name in enumerate(MONTHS, start=1):
            self.add("referrals", int((on.dt.month == number).sum()), f"month={name}")
        one = ~child.duplicated()
        children = self.count("children_referred", child[one], on[one])
        nfa = e["ReferralNFA"] == "1"
        self.percent("no_further_action_percent", self.count("no_further_action", child[nfa], on[nfa]), n)
        refused = e["ReasonForClosure"].isin(NOT_IN_NEED)
        self.percent("not_in_need_percent", self.count("not_in_need", child[refused], on[refused]), n)
        if self.previous is not None:
            again = self.again(e)
            self.percent("re_referral_percent", self.count("re_referrals", child[again], on[again]), n)
            self.percent("re_referral_children_percent", child[again].nunique(), children)

    def again(self, referrals: pd.DataFrame) -> pd.Series:
        """Return which referrals of the year came within 12 months of the child's last before."""
        assert self.previous is not None
        columns = ["LAchildID", "CINreferralDate"]
        all_ = pd.concat([self.previous["CINdetails"][columns], self.census["CINdetails"][columns]])
        all_ = all_.drop_duplicates().sort_values(columns, kind="stable")
        before = all_.groupby("LAchildID")["CINreferralDate"].shift(1)
        soon = all_["CINreferralDate"] <= months_later(before, 12)
        found = pd.MultiIndex.from_frame(all_[soon])
        return pd.Series(pd.MultiIndex.from_frame(referrals[columns]).isin(found), index=referrals.index)

    def assessments(self) -> None:
        a = self.census["Assessments"]
        a = a[self.in_year(a["AssessmentAuthorisationDate"])]
        n = self.count("assessments_completed", a["LAchildID"], a["AssessmentAuthorisationDate"])
        days = working_days_between(a["AssessmentActualStartDate"].to_numpy(), a["AssessmentAuthorisationDate"].to_numpy())
        self.percent("assessment_within_45_days_percent", (days <= 45).sum(), n)
        self.quantiles("assessment_days", days)
        self.bands("assessment_days", days, ASSESSMENT_BANDS)

    # ---- episodes: b1, b2, b4 to b6

    def episodes(self) -> None:
        e = self.census["CINdetails"]
        e = e[e["ReferralNFA"] != "1"]
        refused = e["ReasonForClosure"].isin(NOT_IN_NEED)
        started = e[self.in_year(e["CINreferralDate"]) & ~refused]
        self.count("episodes_started", started["LAchildID"], started["CINreferralDate"])
        one = started[~started["LAchildID"].duplicated()]
        self.count("children_starting_episode", one["LAchildID"], one["CINreferralDate"])
        ended = e[self.in_year(e["CINclosureDate"]) & ~refused]
        n = self.count("episodes_ended", ended["LAchildID"], ended["CINclosureDate"])
        stock = e[e["CINclosureDate"].isna()]
        now = self.count("children_in_need_31_march", stock["LAchildID"], self.last)
        self.add("episodes_any_point", n + now)
        self.add("children_in_need_any_point", pd.concat([ended["LAchildID"], stock["LAchildID"]]).nunique())
        if self.census.has("Disabilities"):
            self.percent("disability_recorded_percent", int(stock["LAchildID"].isin(self.disabled).sum()), now)
        self.durations("episode_duration_open", stock["CINreferralDate"], self.last)
        self.durations("episode_duration_ended", ended["CINreferralDate"], ended["CINclosureDate"])
        for code in CLOSURE_REASONS:
            if code not in NOT_IN_NEED:
                part = int((ended["ReasonForClosure"] == code).sum())
                self.percent(f"closure_reason_{code.lower()}_percent", part, n)

    # ---- plans: b7, d1 to d7

    def plans(self, name: str, table: pd.DataFrame, start: str, end: str) -> None:
        """Add plans started, ended, open and at any point."""
        whole = f"{name}s" if name == "cin_plan" else name
        started, ended, stock = table[self.in_year(table[start])], table[self.in_year(table[end])], table[table[end].isna()]
        self.count(f"{whole}_started", started["LAchildID"], started[start])
        self.count(f"{whole}_ended", ended["LAchildID"], ended[end])
        self.count(f"{whole}_31_march", stock["LAchildID"], self.last)
        self.add(f"{whole}_any_point", len(ended) + len(stock))

    def protection(self) -> None:
        p = self.census["ChildProtectionPlans"]
        started = p[self.in_year(p["CPPstartDate"])]
        told = started[started["NumberOfPreviousCPP"] >= 0]
        if self.census.has("ChildProtectionPlans", "NumberOfPreviousCPP"):
            self.percent("cpp_second_or_subsequent_percent", int((told["NumberOfPreviousCPP"] > 0).sum()), len(told))
        for code, name in ABUSE.items() if self.census.has("ChildProtectionPlans", "InitialCategoryOfAbuse") else ():
            self.add("cpp_started", int((started["InitialCategoryOfAbuse"] == code).sum()), f"category={name}")
        stock, ended = p[p["CPPendDate"].isna()], p[self.in_year(p["CPPendDate"])]
        self.durations("cpp_duration_open", stock["CPPstartDate"], self.last)
        self.durations("cpp_duration_ended", ended["CPPstartDate"], ended["CPPendDate"])
        if self.census.has("Reviews"):
            self.reviews(stock)

    def reviews(self, stock: pd.DataFrame) -> None:
        """Add d6: of plans open for 3 months, those with the first review within 3 months and each other within 6 of the last."""
        eligible = stock[months_later(stock["CPPstartDate"], 3) <= self.last]
        keys = ["LAchildID", "CINdetailsID", "CPPID"]
        held = self.census["Reviews"].sort_values("CPPreviewDate", kind="stable").groupby(keys)["CPPreviewDate"].apply(list)
        in_time = 0
        for row in eligible.to_dict("records"):
            limit = row["CPPstartDate"] + pd.DateOffset(months=3)
            kept = True
            for date in held.get(tuple(row[key] for key in keys), []):
                kept &= date <= limit
                limit = date + pd.DateOffset(months=6)
            in_time += kept and limit >= self.last
        self.percent("cpp_reviews_on_time_percent", in_time, len(eligible))

    # ---- enquiries and conferences: c4

    def enquiries(self) -> None:
        s = self.census["Section47"]
        started = s[self.in_year(s["S47ActualStartDate"])]
        self.count("s47", started["LAchildID"], started["S47ActualStartDate"])
        held = s[self.in_year(s["DateOfInitialCPC"])]
        details = self.census["CINdetails"]
        without = details[self.in_year(details["DateOfInitialCPC"])]  # conferences that no enquiry led to
        on = pd.concat([held["DateOfInitialCPC"], without["DateOfInitialCPC"]], ignore_index=True)
        if self.census.has("CINdetails", "DateOfInitialCPC"):
            self.count("icpc", pd.concat([held["LAchildID"], without["LAchildID"]], ignore_index=True), on)
        days = working_days_between(held["S47ActualStartDate"].to_numpy(), held["DateOfInitialCPC"].to_numpy())
        self.percent("icpc_within_15_days_percent", (days <= 15).sum(), len(days))
        self.quantiles("icpc_days", days)
        self.bands("icpc_days", days, CONFERENCE_BANDS)
