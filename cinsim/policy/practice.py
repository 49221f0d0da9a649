"""An area's practice under a scenario: every policy, as the pathway asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from cinsim.engine.clock import Calendar
from cinsim.policy.demand import Demand
from cinsim.policy.early_help import EarlyHelp
from cinsim.policy.family_help import FamilyHelp
from cinsim.policy.help import Help
from cinsim.policy.lead_practitioner import LEVELS, LeadPractitionerPolicy, effect_of_variant
from cinsim.policy.plan_quality import PlanQuality
from cinsim.policy.thresholds import ThresholdPolicy, Thresholds
from cinsim.policy.timing import NEVER, Ramp, ramp_of
from cinsim.policy.visits import AssessmentPolicy, Interval, ReviewInterval, ReviewPolicy, VisitPolicy
from cinsim.reference.areas import Area, find_area
from cinsim.reference.events import Detail
from cinsim.reference.parameters import NEED_CATEGORIES, Parameters
from cinsim.scenario.model import Scenario
from cinsim.scenario.quantities import Duration


@dataclass(frozen=True, slots=True)
class Practice:
    """All policies of an area under a scenario; ``national`` are the national thresholds that unmet need is measured by."""

    thresholds: ThresholdPolicy
    national: Thresholds
    visits: VisitPolicy
    reviews: ReviewPolicy
    assessment: AssessmentPolicy
    help: Help
    lead_practitioner: LeadPractitionerPolicy
    plan_quality: PlanQuality
    early_help: EarlyHelp
    family_help: FamilyHelp
    demand: Demand


def _review_interval(value: Duration | None, usual_months: float) -> ReviewInterval:
    return ReviewInterval.of(Duration(usual_months, "months") if value is None else value)


def _days(value: Duration | None, default: float) -> float:
    return default if value is None else value.working_days


def practice_of(
    scenario: Scenario,
    area: Area,
    p: Parameters,
    calendar: Calendar,
    own: Thresholds,
    national: Thresholds,
    reference: Thresholds,
) -> Practice:
    """Return an area's practice.

    Parameters
    ----------
    own : the area's own thresholds. national : the set by which unmet need is measured.
    reference : the national set towards which a threshold policy moves (already chosen by the scenario's ``reference``).
    """
    policies = scenario.policies

    def here(block: object) -> Ramp:
        if block is None:
            return NEVER
        areas = getattr(block, "areas", None)
        if areas is not None and area.area_code not in {find_area(name).area_code for name in areas}:
            return NEVER
        return ramp_of(calendar, scenario.starts(block), scenario.phases_in_over(block))  # type: ignore[arg-type]

    thresholds = policies.thresholds
    target = own if thresholds is None else own.towards(reference, thresholds.national).shifted(thresholds.shift)
    cin, cpp, reviews = policies.cin_visits, policies.cpp_visits, policies.reviews
    lead, quality, early, family = policies.lead_practitioner, policies.plan_quality, policies.early_help, policies.family_help
    by_category = {NEED_CATEGORIES.index(name): d.working_days for name, d in cin.by_category.items()} if cin else {}
    cin_before, disabled_before = p.cin_visit_interval_working_days, p.disabled_visit_interval_working_days
    before = (
        _review_interval(None, p.cin_review_interval_months),
        _review_interval(None, p.cpp_first_review_months),
        _review_interval(None, p.cpp_review_interval_months),
    )
    assessment = policies.assessment
    limit = _days(assessment.limit if assessment else None, p.assessment_limit_working_days)
    demand = scenario.demand
    return Practice(
        thresholds=ThresholdPolicy(own, target, here(thresholds)),
        national=national,
        visits=VisitPolicy(
            cin=Interval(cin_before, _days(cin.interval if cin else None, cin_before), here(cin), by_category),
            disabled=Interval(
                disabled_before, _days(cin.disabled_interval if cin else None, disabled_before), here(cin), by_category
            ),
            cpp=Interval(
                p.cpp_visit_interval_working_days,
                _days(cpp.interval if cpp else None, p.cpp_visit_interval_working_days),
                here(cpp),
            ),
            looked_after=Interval(p.looked_after_visit_interval_working_days, p.looked_after_visit_interval_working_days),
        ),
        reviews=ReviewPolicy(
            before,
            (
                _review_interval(reviews.cin_interval if reviews else None, p.cin_review_interval_months),
                _review_interval(reviews.cpp_first if reviews else None, p.cpp_first_review_months),
                _review_interval(reviews.cpp_interval if reviews else None, p.cpp_review_interval_months),
            ),
            here(reviews),
        ),
        assessment=AssessmentPolicy(
            p.assessment_limit_working_days,
            limit,
            assessment.checkpoint.working_days if assessment and assessment.checkpoint else None,
            ramp=here(assessment),
        ),
        help=Help.of(p),
        lead_practitioner=LeadPractitionerPolicy(
            share=(lead.share_non_social_worker or 0.0) if lead else 0.0,
            eligible=frozenset((lead.eligible or LEVELS) if lead else ()),
            supervision_hours_per_month=_or(lead.supervision if lead else None, p.lead_practitioner_supervision_hours_per_month),
            approval_hours=_or(lead.approval if lead else None, p.hours_approval),
            effect=effect_of_variant(p, lead.variant if lead else "neutral"),
            ramp=here(lead),
            medium_from=p.medium_complexity_from,
            high_from=p.high_complexity_from,
        ),
        plan_quality=PlanQuality(
            p.high_quality_plan_share,
            _or(quality.share_high_quality if quality else None, p.high_quality_plan_share),
            p.plan_quality_help_gain,
            p.plan_quality_error_reduction,
            here(quality),
        ),
        early_help=EarlyHelp(
            p.early_help_capacity,
            _or(early.capacity if early else None, p.early_help_capacity),
            p.early_help_step_down_capacity,
            _or(early.step_down if early else None, p.early_help_step_down_capacity),
            p.early_help_benefit,
            p.plan_held_open_without_early_help,
            here(early),
        ),
        family_help=FamilyHelp(bool(family and family.merged), here(family)),
        demand=Demand(
            demand.referrals.apply(1.0) - 1.0 if demand.referrals is not None else 0.0,
            {Detail[name.upper()]: change.apply(1.0) - 1.0 for name, change in demand.by_source.items()},
            {NEED_CATEGORIES.index(name): change.apply(1.0) - 1.0 for name, change in demand.by_need.items()},
            here(demand) if demand != type(demand)() else NEVER,
        ),
    )


def _or(value: float | None, default: float) -> float:
    return default if value is None else float(value)
