"""What an area's published rates mean for its workforce: hours of case work, time for each piece of it, conference chairs."""

from __future__ import annotations

from typing import Final

from cinsim.engine.totals import sum_in_order
from cinsim.engine.year import WORKING_DAYS_PER_YEAR
from cinsim.reference.areas import Area
from cinsim.reference.events import Detail
from cinsim.reference.parameters import NEED_CATEGORIES, Parameters

REVIEWS_A_YEAR: Final = 2.2
"""Review conferences of a child protection plan in a year: the first after three months, then every six."""
CLOSURES_BY_TEAM: Final = {Detail.ASSESSMENT_TEAM: 0.7, Detail.CIN_AND_CP_TEAM: 0.3}
"""Which team closes a case (assumption): most episodes end with the assessment or soon after it."""


def conference_chairs_rate(area: Area, england: Area, p: Parameters) -> float:
    """Return the full-time conference chairs at work for 10,000 children.

    They are as many as children on child protection plans and in care need, and no fewer than conferences need, initial
    ones and reviews, at England's number of conferences a chair. An area that holds many conferences for its plans and
    care has chairs for them; England's average authority has the same by both.
    """

    def children(of: Area) -> float:
        return of.or_national("cpp_31_march_rate", england) + of.or_national("looked_after_31_march_rate", england)

    def conferences(of: Area) -> float:
        return of.or_national("icpc_rate", england) + REVIEWS_A_YEAR * of.or_national("cpp_31_march_rate", england)

    return max(children(area), conferences(area) * children(england) / conferences(england)) / p.conference_chair_cases


def hours_factor_of(area: Area, england: Area, p: Parameters) -> float:
    """Return by how much an area's workforce has more time for each piece of its work than England's has."""

    def holders_an_hour(of: Area) -> float:
        return of.or_national("case_holders_fte", england) / sum_in_order(yearly_hours(of, england, p).values())

    return holders_an_hour(area) / holders_an_hour(england)


def yearly_hours(area: Area, england: Area, p: Parameters) -> dict[int, float]:
    """Return the hours of case work a year, by team, that an area's published rates mean.

    Rates are the last that the area published, England's where it never published any. Hours are net of general
    administration and include travel.
    """

    scale = area.population_0_17 / 10_000

    def rate(name: str) -> float:
        return area.or_national(name, england) * scale

    def visits_a_year(interval: float) -> float:  # visits come on average half their lead before they are due
        return WORKING_DAYS_PER_YEAR / (interval * (1 - p.visit_lead_share / 2))

    assessment = 2 * (p.hours_assessment_session + p.hours_travel) + p.hours_assessment_report
    enquiry = 2 * (p.hours_section_47_session + p.hours_travel)
    cin_plan = (
        visits_a_year(p.cin_visit_interval_working_days) * (p.hours_cin_visit + p.hours_travel)
        + 12 / p.cin_review_interval_months * p.hours_cin_review
    )
    protection_plan = (
        visits_a_year(p.cpp_visit_interval_working_days) * (p.hours_cpp_visit + p.hours_travel)
        + visits_a_year(p.core_group_interval_working_days) * p.hours_core_group
        + REVIEWS_A_YEAR * p.hours_conference_report
    )
    care = visits_a_year(p.looked_after_visit_interval_working_days) * (p.hours_looked_after_visit + p.hours_travel)

    referrals, s47 = rate("referral_rate"), rate("s47_rate")
    assessed = referrals * (1 - rate("no_further_action_percent") / scale / 100)
    on_open_cases = p.section_47_on_open_cases_share * s47
    closures = referrals * p.hours_closure
    plans = rate("cin_plans_31_march_rate") * cin_plan
    disabled = p.need_category_shares[NEED_CATEGORIES.index("disability")] * plans
    return {
        Detail.ASSESSMENT_TEAM: assessed * assessment
        + (s47 - on_open_cases) * enquiry
        + p.short_help_per_referral * referrals * 2 * p.hours_short_help_session
        + CLOSURES_BY_TEAM[Detail.ASSESSMENT_TEAM] * closures,
        Detail.CIN_AND_CP_TEAM: plans
        - disabled
        + rate("cpp_31_march_rate") * protection_plan
        + on_open_cases * (enquiry + assessment)
        + rate("icpc_rate") * p.hours_conference_report
        + CLOSURES_BY_TEAM[Detail.CIN_AND_CP_TEAM] * closures,
        Detail.DISABLED_CHILDREN_TEAM: disabled,
        Detail.LOOKED_AFTER_TEAM: rate("looked_after_31_march_rate") * care,
    }
