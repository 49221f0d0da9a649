"""What was read of a return, in plain words: counts, what is missing, what cannot be used. No word of any one child."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import pandas as pd

from cinsim.census.raw import RawReturn
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
    ("re_referral_percent", "% of them within 12 months of the child's last before"),
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
    ("Section47", "ICPCnotRequired", "whether a conference was required"),
    ("ChildProtectionPlans", "InitialCategoryOfAbuse", "first category of abuse"),
    ("ChildProtectionPlans", "LatestCategoryOfAbuse", "latest category of abuse"),
)
COUNTED: Final = (
    ("CINdetails", "DateOfInitialCPC", "conferences"),
    ("ChildProtectionPlans", "NumberOfPreviousCPP", "earlier plans"),
)
"""Columns, besides those expected, of which something is counted."""
ONLY_WITH_PREVIOUS: Final = "re_referral_percent"
KEEP: Final = "Small numbers are not hidden: keep this as you keep the return."


def account(raw: RawReturn, sifted: Sifted, counts: pd.DataFrame, authority: str, beside: Iterable[str] = ()) -> str:
    """Return what was read as text; ``beside`` is what else is to be known of it, in lines."""
    return "\n".join((*_lines(raw, sifted, counts, authority), *_block("To be known:", beside))) + "\n"


def told(raw: RawReturn, sifted: Sifted) -> Iterator[str]:
    """Yield what is missing of a return, what was left out of it and what was passed over, where only that is told of it."""
    yield from _absent(raw, sifted)
    yield from (str(found) for found in sifted.findings)
    yield from _passed_over(raw)


def _lines(raw: RawReturn, sifted: Sifted, counts: pd.DataFrame, authority: str) -> Iterator[str]:
    census = sifted.usable
    yield f"{authority}, children in need census of 1 April {census.year - 1} to 31 March {census.year}"
    yield ""
    yield "Read, and of that usable:"
    for name, words in WORDS.items():
        read, used = sifted.rows_read[name], census.rows[name]
        number = "-" if name in raw.lacking else f"{read:,}"
        yield f"  {number:>9} {words}" + ("" if used == read else f", {used:,} usable")
    yield ""
    yield "Counted as the published tables count:"
    whole = counts[counts["group"] == "all"].set_index("measure")["value"]
    for measure, words in MAIN:
        value = whole.get(measure)
        if value is None and measure == ONLY_WITH_PREVIOUS:
            continue
        number = "-" if value is None or pd.isna(value) else f"{value:,.1f}" if measure.endswith("percent") else f"{value:,.0f}"
        yield f"  {number:>9} {words}"
    yield KEEP
    yield from _block("Missing:", _missing(raw, sifted))
    yield from _block("Cannot be used:", (str(f) for f in sifted.findings if f.kind in ("unusable", "outside")))
    yield from _block("Read otherwise than it stands:", (str(f) for f in sifted.findings if f.kind in ("repeated", "noted")))
    yield from _block("Contradicts the census's rules, and is used as it stands:", _against(broken_rules(census)))
    yield from _block("Not of this census, and passed over:", _passed_over(raw))


def _block(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield title
        yield from (f"  {line}" for line in found)


def _passed_over(raw: RawReturn) -> Iterator[str]:
    yield from (f"{name}, {times:,} times" for name, times in raw.ignored.items())
    if raw.others:
        shown = ", ".join(raw.others[:8])
        yield f"{shown}{f' and {len(raw.others) - 8} more' if len(raw.others) > 8 else ''}: no table of a return"


def _absent(raw: RawReturn, sifted: Sifted) -> Iterator[str]:
    """Yield tables and columns of which nothing is counted, since the return says nothing in them."""
    lacking = raw.lacking
    for name in raw.absent:
        yield f"there is no table {name}{_unsaid(name) if name in lacking else ''}"
    for name, why in lacking.items():
        if name not in raw.absent:
            yield f"{why}{_unsaid(name)}"
    census = sifted.usable
    for name in TABLES:
        if name in WORDS and not len(census[name]) and name not in raw.absent:
            yield f"there are no {WORDS[name]}{'' if census.has(name) else '; they are taken as not returned, not as none'}"
    for table, column, words in (*EXPECTED, *COUNTED):
        if column in raw.missing.get(table, ()) and table not in lacking:
            yield f"the table {table} has no {column}: nothing is counted by {words}"


def _unsaid(name: str) -> str:
    return f": nothing is known of {WORDS.get(name, 'ethnicity')}"


def _missing(raw: RawReturn, sifted: Sifted) -> Iterator[str]:
    yield from _absent(raw, sifted)
    census = sifted.usable
    for table, column, words in EXPECTED:
        rows = census[table]
        if column == "PrimaryNeedCode":
            rows = rows[rows["ReferralNFA"] != "1"]
        empty = int((rows[column] == "").sum())
        if empty and column not in raw.missing.get(table, ()):
            yield f"{words}: {empty:,} of {len(rows):,}"
    if not raw.header["ReferenceDate"]:
        yield "the reference date, which is 31 March of the year"
    done = census["Assessments"].dropna(subset="AssessmentAuthorisationDate")
    keys = ["LAchildID", "CINdetailsID", "AssessmentID"]
    listed = pd.MultiIndex.from_frame(census["AssessmentFactorsList"][keys])
    without = int((~pd.MultiIndex.from_frame(done[keys]).isin(listed)).sum())
    if without and census.has("AssessmentFactorsList"):
        yield f"factors: {without:,} of {len(done):,} completed assessments have none"


def _against(broken: list[Broken]) -> Iterator[str]:
    for rule, says, rows in broken:
        yield f"rule {rule}, {says}: {rows:,} times"
