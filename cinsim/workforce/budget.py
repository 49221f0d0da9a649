"""The hours budget: work summed from the register's hours, against the hours that the published workforce has.

Bottom up: how often each piece of work comes in a year by an area's published rates, times its hours. Top down: the
published case holders times the hours a full-time worker works in a year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cinsim.engine.totals import sum_in_order
from cinsim.reference.areas import Area
from cinsim.reference.parameters import Parameters
from cinsim.workforce.hours_budget import REVIEWS_A_YEAR, hours_factor_of
from cinsim.workforce.service_length import WORKING_DAYS_PER_YEAR

# beyond these the register's hours no longer describe the workforce that is published
LEAST_SHARE: Final = 0.8
MOST_SHARE: Final = 1.1


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One kind of work: how much of it there is, hours for each (a year's, where it is open all the year), hours a year."""

    work: str
    number: float
    each: float

    @property
    def hours(self) -> float:
        """Hours a year."""
        return self.number * self.each


@dataclass(frozen=True, slots=True)
class Budget:
    """Hours a year of an area's case holders.

    Attributes
    ----------
    casework : work on cases, travel with it. beside : supervision, handovers, visits that find nobody, administration.
    fte : published case holders, agency workers included. hours_each : a full-time worker's hours a year.
    cases : published, held on 30 September.
    factor : by which the area's hours for each piece of work are scaled, so that its workforce fits its work as England's does.
    """

    area_name: str
    casework: tuple[BudgetLine, ...]
    beside: tuple[BudgetLine, ...]
    fte: float
    hours_each: float
    cases: float
    factor: float

    @property
    def needed(self) -> float:
        """Hours a year that the register's hours add up to."""
        return sum_in_order(line.hours for line in (*self.casework, *self.beside))

    @property
    def available(self) -> float:
        """Hours a year that the published case holders work."""
        return self.fte * self.hours_each

    @property
    def share(self) -> float:
        """Hours needed as a share of those available."""
        return self.needed / self.available


def hours_budget(area: Area, england: Area, p: Parameters) -> Budget:
    """Return the hours budget of an area, by its last published rates and England's where it never published any."""
    scale = area.population_0_17 / 10_000

    def rate(name: str) -> float:
        return area.or_national(name, england)

    def open_or_a_year(name: str) -> float:
        return rate(name) * scale

    def visits_a_year(interval: float) -> float:
        return WORKING_DAYS_PER_YEAR / (interval * (1 - p.visit_lead_share / 2))

    referrals, s47 = open_or_a_year("referral_rate"), open_or_a_year("s47_rate")
    cin_visits, cpp_visits, care_visits = (
        visits_a_year(p.cin_visit_interval_working_days),
        visits_a_year(p.cpp_visit_interval_working_days),
        visits_a_year(p.looked_after_visit_interval_working_days),
    )
    cin, cpp, care = (open_or_a_year(f"{name}_31_march_rate") for name in ("cin_plans", "cpp", "looked_after"))
    casework = (
        BudgetLine(
            "Assessments",
            referrals * (1 - rate("no_further_action_percent") / 100) + p.section_47_on_open_cases_share * s47,
            2 * (p.hours_assessment_session + p.hours_travel) + p.hours_assessment_report,
        ),
        BudgetLine("Section 47 enquiries", s47, 2 * (p.hours_section_47_session + p.hours_travel)),
        BudgetLine("Reports for initial conferences", open_or_a_year("icpc_rate"), p.hours_conference_report),
        BudgetLine("Short help without a plan", p.short_help_per_referral * referrals, 2 * p.hours_short_help_session),
        BudgetLine(
            "CIN plans, a year of each",
            cin,
            cin_visits * (p.hours_cin_visit + p.hours_travel) + 12 / p.cin_review_interval_months * p.hours_cin_review,
        ),
        BudgetLine(
            "Child protection plans, a year of each",
            cpp,
            cpp_visits * (p.hours_cpp_visit + p.hours_travel)
            + visits_a_year(p.core_group_interval_working_days) * p.hours_core_group
            + REVIEWS_A_YEAR * p.hours_conference_report,
        ),
        BudgetLine("Looked-after children, a year of each", care, care_visits * (p.hours_looked_after_visit + p.hours_travel)),
        BudgetLine("Closing cases", referrals, p.hours_closure),
    )
    fte, cases = rate("case_holders_fte"), rate("cases")
    own_turnover = area.last_published("turnover_rate")
    turnover = own_turnover / 100 if own_turnover is not None else p.turnover_rate
    failed = p.visit_not_achieved_share * p.visit_not_achieved_hours_share
    visit_hours = (
        cin * cin_visits * (p.hours_cin_visit + p.hours_travel)
        + cpp * cpp_visits * (p.hours_cpp_visit + p.hours_travel)
        + care * care_visits * (p.hours_looked_after_visit + p.hours_travel)
    )
    beside = (
        BudgetLine("Visits that find nobody", failed * visit_hours, 1.0),
        BudgetLine(
            "Taking over cases",
            turnover * cases + open_or_a_year("cin_plans_started_rate") + open_or_a_year("cpp_started_rate"),
            p.hours_handover,
        ),
        BudgetLine("Supervision", fte, WORKING_DAYS_PER_YEAR / p.supervision_interval_working_days * p.hours_supervision),
        BudgetLine("Administration that belongs to no case", fte, p.administration_share * p.working_hours_per_year),
    )
    return Budget(area.area_name, casework, beside, fte, p.working_hours_per_year, cases, hours_factor_of(area, england, p))


def budget_in_words(budget: Budget) -> list[str]:
    """Return what the budget comes to as sentences."""
    bottom_up, top_down = (hours / budget.cases / 12 for hours in (budget.needed, budget.available))
    lines = [
        f"The register's hours take {budget.share:.0%} of the hours that {budget.fte:,.1f} full-time case holders work "
        f"({budget.hours_each:,.0f} a year each): {bottom_up:.1f} of {top_down:.1f} hours a case a month."
    ]
    if not LEAST_SHARE <= budget.share <= MOST_SHARE:
        lines.append(f"The two lie apart: {_apart(budget)}")
    if abs(budget.factor - 1.0) >= 0.005:
        lines.append(
            f"In a run each piece of work in {budget.area_name} gets {budget.factor:.2f} times these hours, so that its "
            "workforce fits its work as England's does."
        )
    return lines


def _apart(budget: Budget) -> str:
    if budget.share > MOST_SHARE:
        return "hours for each piece of work are too long for the staff there are; shorten those you know best."
    return "there is time in the published workforce that the register's hours do not account for."
