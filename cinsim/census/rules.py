"""The census's consistency rules that a simulation, or a council's records, can break (DfE, rules of 2025 to 2026).

Each counts the rows that break it, on a return in memory, in a moment. They are a second opinion, not the sector's
validator: the rules on mere form (identifiers, code sets, missing elements) are the schema's and the reader's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from cinsim.census.codes import NO_FACTORS, NOT_IN_NEED
from cinsim.census.returns import CensusReturn

DAYS_BEFORE_BIRTH: Final = pd.Timedelta(days=280)
KEYS: Final = ["LAchildID", "CINdetailsID"]
NEVER: Final = pd.Timestamp("2261-01-01")


class Broken(NamedTuple):
    """A rule that is broken: its number, what it says, and the rows that break it."""

    rule: str
    says: str
    rows: int


class _View:
    """The tables of a return with what their rules need beside them."""

    def __init__(self, census: CensusReturn):
        self.first, self.last = pd.Timestamp(census.first_day), pd.Timestamp(census.reference_date)
        self.who = census["ChildIdentifiers"]
        born = self.who.set_index("LAchildID")
        e = census["CINdetails"].copy()
        e["referred"], e["closed"] = e["CINreferralDate"], e["CINclosureDate"]
        e["nfa"] = e["ReferralNFA"] == "1"
        e["birth"] = e["LAchildID"].map(born["PersonBirthDate"].fillna(born["ExpectedPersonBirthDate"]))
        self.e = e
        beside = e[[*KEYS, "referred", "closed", "nfa", "ReasonForClosure"]]
        self.a, self.s, self.p, self.c = (
            census[name].merge(beside, on=KEYS, how="left")
            for name in ("Assessments", "Section47", "CINplanDates", "ChildProtectionPlans")
        )
        died = born["PersonDeathDate"]
        for table in (self.p, self.c):
            table["died"] = table["LAchildID"].map(died)
        self.r = census["Reviews"].merge(census["ChildProtectionPlans"], on=[*KEYS, "CPPID"], how="left")
        self.listed = census["AssessmentFactorsList"]
        self.disabilities = census["Disabilities"]

    def out_of_year(self, dates: pd.Series) -> int:
        return int(((dates < self.first) | (dates > self.last)).sum())


def _overlaps(
    table: pd.DataFrame, keys: list[str], start: str, end: pd.Series, *, touching: bool, other: pd.DataFrame | None = None
) -> int:
    """Count pairs of spells of one child of which one starts while the other runs; ``touching`` ones count if asked."""
    one = table[[*keys, start]].assign(end=end.fillna(NEVER), row=np.arange(len(table)))
    two = one if other is None else other
    both = one.merge(two, on=keys, suffixes=("", "_2"))
    both = both[both["row"] != both["row_2"]]
    first, second = both[start], both[f"{start}_2"]
    inside = first <= both["end_2"] if touching else first < both["end_2"]
    return int(((first >= second) & inside).sum())


def _mixed(view: _View) -> int:
    """Count starts of CIN plans inside child protection plans and the other way about; touching is allowed."""
    one = view.p.assign(start=view.p["CINPlanStartDate"], end=view.p["CINPlanEndDate"].fillna(NEVER))[
        ["LAchildID", "start", "end"]
    ]
    two = view.c.assign(start=view.c["CPPstartDate"], end=view.c["CPPendDate"].fillna(NEVER))[["LAchildID", "start", "end"]]
    both = one.merge(two, on="LAchildID", suffixes=("", "_2"))
    during = (both["start"] >= both["start_2"]) & (both["start"] < both["end_2"])
    return int((during | ((both["start_2"] >= both["start"]) & (both["start_2"] < both["end"]))).sum())


def _reviews_in_cin_plans(view: _View) -> int:
    both = view.r.merge(view.p[["LAchildID", "CINPlanStartDate", "CINPlanEndDate"]], on="LAchildID")
    during = (both["CPPreviewDate"] >= both["CINPlanStartDate"]) & (both["CPPreviewDate"] < both["CINPlanEndDate"])
    return int((during & (both["CPPreviewDate"] != both["CPPendDate"]) & both["CPPendDate"].notna()).sum())


def _without_conference(view: _View) -> int:
    """Count child protection plans started in the year on a day without an initial conference in the same episode."""
    started = view.c[view.c["CPPstartDate"] >= view.first]
    held = pd.concat([view.s[[*KEYS, "DateOfInitialCPC"]], view.e[[*KEYS, "DateOfInitialCPC"]]])
    known = pd.MultiIndex.from_frame(held.dropna(subset=["DateOfInitialCPC"]))
    return int((~pd.MultiIndex.from_frame(started[[*KEYS, "CPPstartDate"]]).isin(known)).sum())


def _not_latest(view: _View) -> int:
    e = view.e
    latest = e.groupby("LAchildID")["referred"].transform("max")
    return int((e["closed"].isna() & ~e["nfa"] & (e["referred"] < latest)).sum())


def _episodes_overlap(view: _View) -> int:
    e = view.e
    one = e[["LAchildID", "referred", "closed", "nfa"]].assign(row=np.arange(len(e)))
    both = one.merge(one, on="LAchildID", suffixes=("", "_2"))
    both = both[(both["row"] != both["row_2"]) & (both["referred"] >= both["referred_2"])]
    running = (both["referred"] < both["closed_2"]) | (both["closed_2"].isna() & ~both["nfa_2"] & (both["referred"] < view.last))
    return int(running.sum())


def _closed_with_activity(view: _View) -> int:
    refused = view.e[view.e["ReasonForClosure"].isin(NOT_IN_NEED)]
    busy = pd.concat([table[KEYS] for table in (view.s, view.p, view.c)])
    return int(pd.MultiIndex.from_frame(refused[KEYS]).isin(pd.MultiIndex.from_frame(busy)).sum())


def _nfa_with_activity(view: _View) -> int:
    return int(sum(table["nfa"].astype(bool).sum() for table in (view.a, view.s, view.p, view.c)))


def _after_closure(view: _View) -> int:
    dates = (
        (view.a, ("AssessmentActualStartDate", "AssessmentAuthorisationDate")),
        (view.s, ("S47ActualStartDate", "DateOfInitialCPC")),
        (view.p, ("CINPlanStartDate", "CINPlanEndDate")), (view.c, ("CPPstartDate", "CPPendDate")),
    )  # fmt: skip
    return int(sum((table[name] > table["closed"]).sum() for table, names in dates for name in names))


def _before_referral(view: _View) -> int:
    starts = (
        (view.a, "AssessmentActualStartDate"), (view.s, "S47ActualStartDate"), (view.p, "CINPlanStartDate"),
        (view.c, "CPPstartDate"),
    )  # fmt: skip
    return int(sum((table[name] < table["referred"]).sum() for table, name in starts))


def _enquiries_overlap(view: _View) -> int:
    s = view.s
    end = s["DateOfInitialCPC"].where(s["ICPCnotRequired"] != "1", s["S47ActualStartDate"] - pd.Timedelta(days=1))
    return _overlaps(s, KEYS, "S47ActualStartDate", end, touching=True)


def _factors(view: _View) -> int:
    done = pd.MultiIndex.from_frame(view.a.loc[view.a["AssessmentAuthorisationDate"].notna(), [*KEYS, "AssessmentID"]])
    keys = [*KEYS, "AssessmentID"]
    early = ~pd.MultiIndex.from_frame(view.listed[keys]).isin(done)
    none = view.listed["AssessmentFactor"] == NO_FACTORS
    several = view.listed.groupby(keys)["AssessmentFactor"].transform("size") > 1
    return int((early | (none & several) | view.listed.duplicated([*keys, "AssessmentFactor"])).sum())


def _after_death(view: _View) -> int:
    ends = ((view.p, ("CINPlanStartDate", "CINPlanEndDate")), (view.c, ("CPPstartDate", "CPPendDate")))
    return int(sum((table[name] > table["died"]).sum() for table, names in ends for name in names))


def _unborn(view: _View) -> int:
    unborn = view.who["PersonBirthDate"].isna() & view.who["ExpectedPersonBirthDate"].notna()
    return int((unborn & (view.who["Sex"] != "U")).sum())


def _no_disability(view: _View) -> int:
    born = view.who.loc[view.who["PersonBirthDate"].notna(), "LAchildID"]
    needy = view.e.loc[~view.e["nfa"], "LAchildID"]
    return int((born.isin(needy) & ~born.isin(view.disabilities["LAchildID"])).sum())


def _count(rows: pd.Series) -> int:
    return int(rows.sum())


Rule = Callable[[_View], int]
RULES: Final[dict[str, tuple[str, Rule]]] = {
    "1103, 1105, 2889, 4015": ("nothing starts before its referral", _before_referral),
    "2885": ("a child protection plan starts on the day of an initial conference of the episode", _without_conference),
    "2990": ("no plan or enquiry in an episode closed after assessment (RC8, RC9)", _closed_with_activity),
    "4000, 8831, 8832": ("nothing follows a referral without further action", _nfa_with_activity),
    "4001, 4016, 4017": ("a CIN plan and a child protection plan never run together", _mixed),
    "4003": ("no child protection review during a CIN plan", _reviews_in_cin_plans),
    "4008, 8915, 8920": ("no plan starts or ends after the child's death", _after_death),
    "4011, 4013": ("CIN plans end after they start and in the year",
                   lambda v: v.out_of_year(v.p["CINPlanEndDate"]) + _count(v.p["CINPlanEndDate"] < v.p["CINPlanStartDate"])),
    "4014": ("CIN plans of a child neither overlap nor touch",
             lambda v: _overlaps(v.p, ["LAchildID"], "CINPlanStartDate", v.p["CINPlanEndDate"], touching=True)),
    "8540": ("a born child with more than a referral has its disability recorded", _no_disability),
    "8565": ("nothing happens after an episode is closed", _after_closure),
    "8606": ("no referral more than 40 weeks before birth", lambda v: _count(v.e["referred"] < v.e["birth"] - DAYS_BEFORE_BIRTH)),
    "8610": ("a referral that went further has a primary need", lambda v: _count(~v.e["nfa"] & (v.e["PrimaryNeedCode"] == ""))),
    "8614, 8869, 8898": ("factors only of completed assessments, each once, and 21 alone", _factors),
    "8615, 8715": ("an initial conference is held in the year, on or after the start of its enquiry",
                   lambda v: v.out_of_year(v.s["DateOfInitialCPC"])
                   + _count(v.s["DateOfInitialCPC"] < v.s["S47ActualStartDate"])),
    "8620": ("episodes are closed in the year", lambda v: v.out_of_year(v.e["closed"])),
    "8696, 8608": ("assessments end in the year, after they start",
                   lambda v: v.out_of_year(v.a["AssessmentAuthorisationDate"])
                   + _count(v.a["AssessmentAuthorisationDate"] < v.a["AssessmentActualStartDate"])),
    "8736": ("an open assessment started in the year",
             lambda v: _count(v.a["AssessmentAuthorisationDate"].isna() & (v.a["AssessmentActualStartDate"] < v.first))),
    "8740": ("an open enquiry started in the year", lambda v: _count(_open_enquiries(v) & (v.s["S47ActualStartDate"] < v.first))),
    "8750": ("the sex of an unborn child is U", _unborn),
    "8805, 8810": ("a date of closure and a reason go together",
                   lambda v: _count(v.e["closed"].isna() != (v.e["ReasonForClosure"] == ""))),
    "8815": ("at most one open episode a child", lambda v: _several(v.e[v.e["closed"].isna() & ~v.e["nfa"]], ["LAchildID"])),
    "8816": ("an open episode is the latest", _not_latest),
    "8820": ("episodes of a child do not overlap", _episodes_overlap),
    "8839": ("at most one open enquiry an episode", lambda v: _several(v.s[_open_enquiries(v)], KEYS)),
    "8840, 8925, 8930": ("a child protection plan ends in the year, later than the day it starts",
                         lambda v: v.out_of_year(v.c["CPPendDate"]) + _count(v.c["CPPendDate"] <= v.c["CPPstartDate"])),
    "8841": ("a review is later than the day its plan starts", lambda v: _count(v.r["CPPreviewDate"] <= v.r["CPPstartDate"])),
    "8867": ("assessments of a closed episode are completed",
             lambda v: _count(v.a["closed"].notna() & v.a["AssessmentAuthorisationDate"].isna())),
    "8868": ("enquiries of a closed episode have a conference, or need none",
             lambda v: _count(v.s["closed"].notna() & _open_enquiries(v))),
    "8875": ("no initial conference on a weekend", lambda v: _count(v.s["DateOfInitialCPC"].dt.day_of_week >= 5)),
    "8890": ("no enquiry starts while another of the episode is open, or on the day of its conference", _enquiries_overlap),
    "8896": ("at most one open assessment an episode", lambda v: _several(v.a[v.a["AssessmentAuthorisationDate"].isna()], KEYS)),
    "8935": ("at most one open child protection plan a child", lambda v: _several(v.c[v.c["CPPendDate"].isna()], ["LAchildID"])),
    "8940": ("child protection plans of a child neither overlap nor touch",
             lambda v: _overlaps(v.c, ["LAchildID"], "CPPstartDate", v.c["CPPendDate"], touching=True)),
}  # fmt: skip
"""Rules by their numbers in the sector's rule set: what each says and how the rows that break it are counted."""


def _open_enquiries(view: _View) -> pd.Series:
    return view.s["DateOfInitialCPC"].isna() & (view.s["ICPCnotRequired"] != "1")


def _several(rows: pd.DataFrame, keys: list[str]) -> int:
    return int(rows.duplicated(keys, keep=False).sum())


def broken_rules(census: CensusReturn) -> list[Broken]:
    """Return the rules that a return breaks, in the order of their numbers."""
    view = _View(census)
    found = [Broken(rule, says, breaks(view)) for rule, (says, breaks) in RULES.items()]
    return [broken for broken in found if broken.rows]
