"""Measures in a reader's words, and numbers written as published statistics write them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cinsim.outcomes.postcode_lottery import COUNTED

MINUS = "−"


@dataclass(frozen=True, slots=True)
class Label:
    """How a measure is named in tables and figures, and the decimals of its values."""

    text: str
    decimals: int
    unit: str  # follows a difference: " per 10,000", " percentage points", " working days", ""

    @property
    def percent(self) -> bool:
        """Whether values are percentages."""
        return self.unit == " percentage points"

    @property
    def money(self) -> bool:
        """Whether values are pounds."""
        return self.unit == _POUNDS


_RATE, _PP, _DAYS, _POUNDS, _ON_A_DAY = " per 10,000", " percentage points", " working days", "£", " per 1,000"
IN_NAME = frozenset({_RATE, _POUNDS, _ON_A_DAY})
"""Units that a measure's name or its numbers already say."""
_DAYS_A_YEAR = 365.25
SHOWN_AS: Final[Mapping[str, float]] = MappingProxyType(
    dict.fromkeys(("unmet_need_child_days_rate", "undetected_harm_child_days_rate"), 0.1 / _DAYS_A_YEAR)
)
"""Factors to the unit in which the page shows a measure: child-days a year per 10,000 as children per 1,000 on a day."""
_TEXTS = {
    "referral_rate": "Referrals per 10,000 children",
    "re_referral_percent": "Re-referrals within 12 months of a referral",
    "no_further_action_percent": "Referrals with no further action",
    "not_in_need_percent": "Referrals assessed as not in need",
    "assessments_completed_rate": "Assessments completed per 10,000",
    "assessment_within_45_days_percent": "Assessments within 45 working days",
    "assessment_days_p25": "Lower quartile of assessment days",
    "assessment_days_p50": "Median working days of an assessment",
    "assessment_days_p75": "Upper quartile of assessment days",
    "s47_rate": "Section 47 enquiries per 10,000",
    "icpc_rate": "Initial child protection conferences per 10,000",
    "icpc_within_15_days_percent": "Conferences within 15 working days",
    "cin_plans_started_rate": "CIN plans started per 10,000",
    "cin_plans_31_march_rate": "CIN plans at 31 March per 10,000",
    "children_in_need_31_march_rate": "Children in need at 31 March per 10,000",
    "cpp_started_rate": "Child protection plans started per 10,000",
    "cpp_31_march_rate": "Child protection plans at 31 March per 10,000",
    "cpp_second_or_subsequent_percent": "Child protection plans that are second or later",
    "cpp_reviews_on_time_percent": "Child protection plans reviewed on time",
    "looked_after_31_march_rate": "Looked-after children at 31 March per 10,000",
    "caseload_mean": "Mean caseload (cases per FTE case holder)",
    "caseload_median": "Median caseload (cases per FTE case holder)",
    "caseload_p90": "90th percentile of caseloads (FTE)",
    "decision_within_1_day_percent": "Referrals decided within one working day",
    "referrals_undecided_31_march": "Referrals waiting for a decision at 31 March",
    "approvals_waiting_31_march": "Assessments waiting for approval at 31 March",
    "conferences_waiting_31_march": "Children waiting for a conference at 31 March",
    "unallocated_children": "Children waiting for a case holder",
    "cin_visits_due": "CIN visits due",
    "cin_visits_on_time_percent": "CIN visits on time",
    "cin_not_visited_3_months_percent": "Children on CIN plans not visited for 3 months",
    "cpp_visits_due": "Child protection visits due",
    "cpp_visits_on_time_percent": "Child protection visits on time",
    "funded_posts_fte": "Funded posts simulated (FTE)",
    "cin_visits_per_child_month": "CIN visits made per child and month",
    "cpp_visits_per_child_month": "Child protection visits made per child and month",
    "worker_changes_per_child": "Changes of worker per child",
    "children_helped_rate": "Children helped in the year per 10,000",
    "re_referred_within_12_months_of_closure_percent": "Children re-referred within 12 months of closure",
    "unmet_need_child_days_rate": "Children with unmet need on an average day, per 1,000",
    "undetected_harm_child_days_rate": "Children with undetected harm on an average day, per 1,000",
    "cost": "Hours-worked cost (recorded hours at their cost)",
    "staff_cost": "Staff cost (agency staff at permanent rates)",
    "agency_premium_cost": "Agency premium (what agency staff cost above that)",
}
_SHORT = {
    "children_helped_rate": "children helped",
    "re_referral_percent": "re-referrals",
    "cin_visits_on_time_percent": "CIN visits on time",
    "cpp_visits_on_time_percent": "child protection visits on time",
    "caseload_mean": "caseloads",
    "referral_rate": "referrals",
    "cin_plans_31_march_rate": "CIN plans",
    "cpp_31_march_rate": "child protection plans",
    "looked_after_31_march_rate": "looked-after children",
    "children_in_need_31_march_rate": "children in need",
    "assessment_within_45_days_percent": "assessments within 45 working days",
    "unmet_need_child_days_rate": "children with unmet need",
    "undetected_harm_child_days_rate": "children with undetected harm",
}
_NOT_HEADLINES = ("assessment_days_p25", "assessment_days_p75", "caseload_median", "caseload_p90")
HEADLINES = tuple(name for name in _TEXTS if name not in _NOT_HEADLINES)
# what a reader sees by group, and the count that stands behind each
GROUPED = {
    "referral_rate": "referrals",
    "re_referral_percent": "referrals",
    "children_in_need_31_march_rate": "children_in_need_31_march",
    "cin_plans_31_march_rate": "cin_plans_31_march",
    "cpp_31_march_rate": "cpp_31_march",
}
STOCKS = ("children_in_need_31_march_rate", "cin_plans_31_march_rate", "cpp_31_march_rate", "looked_after_31_march_rate")
BY_ROLE = ("hours", "overtime_hours", "utilisation_percent")
USED = frozenset(
    {"population_0_17", "children_helped", *BY_ROLE, *_TEXTS, *GROUPED.values(), *COUNTED}
    | {name.removesuffix("_rate") for name in STOCKS}
)
"""Measures that are read from a run; the rest stay in its tables."""


def label(measure: str) -> Label:
    """Return the label of a measure; one without a text of its own is named by its words."""
    text = _TEXTS.get(measure, measure.replace("_", " ").capitalize())
    if measure.endswith("_percent"):
        return Label(text, 1, _PP)
    if measure in SHOWN_AS:
        return Label(text, 1, _ON_A_DAY)
    if measure.endswith("_rate"):
        return Label(text, 1, _RATE)
    if measure.startswith("assessment_days_p"):
        return Label(text, 0, _DAYS)
    if measure.endswith("cost"):
        return Label(text, 0, _POUNDS)
    if measure == "funded_posts_fte":
        return Label(text, 1, "")
    if measure.endswith("_per_child_month") or measure == "worker_changes_per_child":
        return Label(text, 2, "")
    if measure.startswith("caseload"):
        return Label(text, 1, "")
    return Label(text, 0, "")


def short(measure: str) -> str:
    """Return a measure's name as a sentence has it, without its unit where one is usual."""
    return _SHORT.get(measure) or in_sentence(label(measure).text)


def number(value: float, decimals: int) -> str:
    """Write a value: thousands with commas, a true minus sign, ":" where there is none (as DfE's tables do)."""
    if not math.isfinite(value):
        return ":"
    text = f"{abs(value):,.{decimals}f}"
    return (MINUS if value < 0 and float(text.replace(",", "")) != 0 else "") + text


def pounds(value: float) -> str:
    """Write an amount to three figures: £4,380, £128,000, £1.20m, £1.23bn."""
    if not math.isfinite(value):
        return ":"
    rounded = float(f"{abs(value):.3g}")
    sign = MINUS if value < 0 and round(rounded) else ""
    for size, name in ((1e9, "bn"), (1e6, "m")):
        if rounded >= size:
            shown = rounded / size
            return f"{sign}£{shown:.{max(0, 2 - int(math.log10(shown)))}f}{name}"
    return f"{sign}£{rounded:,.0f}"


def amount(measure: str, value: float, decimals: int) -> str:
    """Write a value or a difference of a measure: pounds to three figures, other numbers with so many decimals."""
    return pounds(value) if label(measure).money else number(value, decimals)


def value_text(measure: str, value: float) -> str:
    """Write a measure's value, with % where it is a percentage."""
    known = label(measure)
    return amount(measure, value, known.decimals) + ("%" if known.percent and math.isfinite(value) else "")


def decimals_for(measure: str, scale: float) -> int:
    """Return decimals that show a difference of this size with two significant figures, at most one beyond its measure's."""
    usual = label(measure).decimals
    if scale == 0 or not math.isfinite(scale):
        return usual
    return max(usual, min(usual + 1, 1 - math.floor(math.log10(abs(scale)))))


def difference_text(value: float, decimals: int) -> str:
    """Write a difference with its sign."""
    text = number(value, decimals)
    return f"+{text}" if value > 0 and float(text.replace(",", "")) != 0 else text


def change_text(measure: str, value: float, decimals: int) -> str:
    """Write a difference of a measure with its sign."""
    if not label(measure).money:
        return difference_text(value, decimals)
    return f"+{pounds(value)}" if value > 0 and round(value) else pounds(value)


def in_sentence(text: str) -> str:
    """Lower the first letter unless the first word is an abbreviation."""
    first = text.split(" ", 1)[0]
    return text if first.isupper() else text[0].lower() + text[1:]


def listed(items: list[str]) -> str:
    """Join words as a sentence does."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def count_words(n: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


_COUNTS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def count_in_words(n: int, one: str) -> str:
    """Write a count with its noun at the start of a sentence."""
    return f"{_COUNTS[n] if n < len(_COUNTS) else n} {one if n == 1 else one + 's'}"


def event_words(event: str) -> str:
    """Return a kind of event of the record in a reader's words."""
    words = {"cin": "CIN", "cpp": "child protection plan", "icpc": "child protection conference"}
    return " ".join(words.get(word, word) for word in event.split("_"))
