"""What was read of a return, in plain words: counts, what is missing, what cannot be used. No word of any one child."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from cinsim.census.read import RawReturn
from cinsim.census.rules import Broken, broken_rules
from cinsim.census.shape import TABLES
from cinsim.census.sift import Sifted

WORDS: Final = {
    "ChildIdentifiers": "children",
    "CINdetails": "referrals and episodes",
    "Assessments": "assessments",
    "AssessmentFactorsList": "factors",
    "CINplanDates": "CIN plans",
    "Section47": "section 47 enquiries",
    "ChildProtectionPlans": "child protection plans",
    "Reviews": "reviews of child protection plans",
    "Disabilities": "disabilities",
}
MAIN: Final = (
    ("referrals", "referrals in the year"),
    ("no_further_action", "of them with no further action"),
    ("not_in_need", "of them found not in need"),
    ("assessments_completed", "assessments completed"),
    ("assessment_within_45_days_percent", "% of them within 45 working days"),
    ("children_in_need_31_march", "children in need on 31 March"),
    ("cin_plans_31_march", "CIN plans open on 31 March"),
    ("s47", "section 47 enquiries started"),
    ("icpc", "initial child protection conferences"),
    ("cpp_started", "child protection plans started"),
    ("cpp_31_march", "child protection plans open on 31 March"),
)
EXPECTED: Final = (
    ("ChildCharacteristics", "Ethnicity", "ethnicity"),
    ("ChildIdentifiers", "Sex", "sex"),
    ("CINdetails", "ReferralSource", "source of referral"),
    ("CINdetails", "PrimaryNeedCode", "primary need"),
    ("ChildProtectionPlans", "InitialCategoryOfAbuse", "first category of abuse"),
    ("ChildProtectionPlans", "LatestCategoryOfAbuse", "latest category of abuse"),
)


def account(raw: RawReturn, sifted: Sifted, counts: pd.DataFrame, authority: str) -> str:
    """Return what was read as text."""
    return "\n".join(_lines(raw, sifted, counts, authority)) + "\n"


def _lines(raw: RawReturn, sifted: Sifted, counts: pd.DataFrame, authority: str) -> Iterator[str]:
    census = sifted.usable
    yield f"{authority}, children in need census of 1 April {census.year - 1} to 31 March {census.year}"
    yield ""
    yield "Read, and of that usable:"
    for name, words in WORDS.items():
        read, used = sifted.rows_read[name], census.rows[name]
        yield f"  {read:>9,} {words}" + ("" if used == read else f", {used:,} usable")
    yield ""
    yield "Counted as the published tables count:"
    whole = counts[counts["group"] == "all"].set_index("measure")["value"]
    for measure, words in MAIN:
        value = whole[measure]
        number = "-" if pd.isna(value) else f"{value:,.1f}" if measure.endswith("percent") else f"{value:,.0f}"
        yield f"  {number:>9} {words}"
    yield from _block("Missing:", _missing(raw, sifted))
    yield from _block("Cannot be used:", _unusable(sifted))
    yield from _block("Contradicts the census's rules, and is used as it stands:", _against(broken_rules(census)))
    yield from _block("Not of this census, and passed over:", (f"{name}, {times:,} times" for name, times in raw.ignored.items()))


def _block(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield title
        yield from (f"  {line}" for line in found)


def _missing(raw: RawReturn, sifted: Sifted) -> Iterator[str]:
    for name in raw.absent:
        yield f"there is no table {name}"
    census = sifted.usable
    for name in TABLES:
        if name in WORDS and not len(census[name]) and name not in raw.absent:
            yield f"there are no {WORDS[name]}"
    for table, column, words in EXPECTED:
        rows = census[table]
        if column == "PrimaryNeedCode":
            rows = rows[rows["ReferralNFA"] != "1"]
        empty = int((rows[column] == "").sum())
        if empty:
            yield f"{words}: {empty:,} of {len(rows):,}"
    done = census["Assessments"].dropna(subset="AssessmentAuthorisationDate")
    keys = ["LAchildID", "CINdetailsID", "AssessmentID"]
    listed = pd.MultiIndex.from_frame(census["AssessmentFactorsList"][keys])
    without = int((~pd.MultiIndex.from_frame(done[keys]).isin(listed)).sum())
    if without:
        yield f"factors: {without:,} of {len(done):,} completed assessments have none"


def _unusable(sifted: Sifted) -> Iterator[str]:
    for found in sifted.findings:
        lost = f"; {found.left_out:,} records are left out with it" if found.left_out else "; left empty"
        yield f"{found.table}, {found.column}: {found.what}, {found.rows:,} times{lost}"


def _against(broken: list[Broken]) -> Iterator[str]:
    for rule, says, rows in broken:
        yield f"rule {rule}, {says}: {rows:,} times"
