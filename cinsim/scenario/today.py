"""Practice as it is, in the words of a scenario: what holds where a scenario says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_WORKING_DAYS, _MONTHS, _SHARE, _NUMBER = "{:g} working days", "{:g} months", "{:.3g}%", "{:g}"
_BY_PARAMETER: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "policies.cin_visits.interval": ("cin_visit_interval_working_days", _WORKING_DAYS),
        "policies.cin_visits.disabled_interval": ("disabled_visit_interval_working_days", _WORKING_DAYS),
        "policies.cpp_visits.interval": ("cpp_visit_interval_working_days", _WORKING_DAYS),
        "policies.reviews.cin_interval": ("cin_review_interval_months", _MONTHS),
        "policies.reviews.cpp_first": ("cpp_first_review_months", _MONTHS),
        "policies.reviews.cpp_interval": ("cpp_review_interval_months", _MONTHS),
        "policies.assessment.limit": ("assessment_limit_working_days", _WORKING_DAYS),
        "policies.plan_quality.share_high_quality": ("high_quality_plan_share", _SHARE),
        "policies.early_help.capacity": ("early_help_capacity", _SHARE),
        "policies.early_help.step_down": ("early_help_step_down_capacity", _SHARE),
        "workforce.administration_share": ("administration_share", _SHARE),
        "workforce.overtime_limit": ("overtime_limit", _SHARE),
        "workforce.training": ("training_days_per_year", _WORKING_DAYS),
        "workforce.supervisor_span": ("practice_supervisor_span", _NUMBER),
        "workforce.social_workers.caseload_limit": ("caseload_limit_points", _NUMBER),
    }
)
_ALWAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "policies.thresholds.national": "0%",
        "policies.lead_practitioner.share_non_social_worker": "0%",
        "policies.family_help.merged": "no",
        "workforce.pooled_supervisors": "no",
        "demand.referrals": "+0%",
    }
)


def practice_today(key: str, parameters: Mapping[str, float]) -> str | None:
    """Return what holds today for a dotted key of a scenario, with its unit; None where that differs by authority or is not said.

    Parameters
    ----------
    parameters
        Values by name, those of the run.
    """
    if key.startswith("policies.cin_visits.by_category."):
        key = "policies.cin_visits.interval"
    if key in _ALWAYS:
        return _ALWAYS[key]
    if key.startswith(("demand.by_source.", "demand.by_need.")):
        return _ALWAYS["demand.referrals"]
    if key not in _BY_PARAMETER:
        return None
    name, form = _BY_PARAMETER[key]
    if name not in parameters:
        return None
    return form.format(100 * parameters[name] if form is _SHARE else parameters[name])
