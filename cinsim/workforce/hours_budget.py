"""The hours that an area's published rates mean: the work that its workforce is shared by."""

from __future__ import annotations

from cinsim.reference.areas import Area
from cinsim.reference.events import Detail
from cinsim.reference.parameters import NEED_CATEGORIES, Parameters


def yearly_hours(area: Area, england: Area, p: Parameters) -> dict[int, float]:
    """Return the hours of case work a year, by team, that an area's published rates mean; missing rates are England's.

    Hours are net of general administration and include travel.
    """

    scale = area.population_0_17 / 10_000

    def rate(name: str) -> float:
        own, national = getattr(area, name), getattr(england, name)
        return (own if own is not None else national) * scale

    def visits_a_year(interval: float) -> float:  # visits come on average half their lead before they are due
        return 253 / (interval * (1 - p.visit_lead_share / 2))

    assessment = 2 * (p.hours_assessment_session + p.hours_travel) + p.hours_assessment_report
    enquiry = 2 * (p.hours_section_47_session + p.hours_travel)
    cin_plan = (
        visits_a_year(p.cin_visit_interval_working_days) * (p.hours_cin_visit + p.hours_travel)
        + 12 / p.cin_review_interval_months * p.hours_cin_review
    )
    protection_plan = (
        visits_a_year(p.cpp_visit_interval_working_days) * (p.hours_cpp_visit + p.hours_travel)
        + visits_a_year(p.core_group_interval_working_days) * p.hours_core_group
        + 2.2 * p.hours_conference_report
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
        + 0.27 * referrals * 2 * p.hours_short_help_session
        + 0.7 * closures,
        Detail.CIN_AND_CP_TEAM: plans
        - disabled
        + rate("cpp_31_march_rate") * protection_plan
        + on_open_cases * (enquiry + assessment)
        + rate("icpc_rate") * p.hours_conference_report
        + 0.3 * closures,
        Detail.DISABLED_CHILDREN_TEAM: disabled,
        Detail.LOOKED_AFTER_TEAM: rate("looked_after_31_march_rate") * care,
    }
