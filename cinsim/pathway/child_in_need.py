"""Child in need plan: a lead practitioner, visits, reviews; ends when need is met, the family withdraws, or concern rises."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import simpy

from cinsim.pathway.assessment import MERGED_TEAMS, open_assessment
from cinsim.pathway.child import Child, News, Stage
from cinsim.pathway.section_47 import section_47
from cinsim.pathway.service import Service
from cinsim.pathway.visits import drop_visits, plan_visit
from cinsim.policy.thresholds import above_plan, may_close_plan, needs_section_47
from cinsim.population.children import DISABILITY
from cinsim.reference.events import Detail, Event
from cinsim.workforce.staffing import FAMILY_SUPPORT
from cinsim.workforce.work import Task
from cinsim.workforce.workers import Worker

SUPERVISION_INTERVAL: Final = 21.0
"""Working days between a supervisor's looks at a case that is not led by a social worker: about a month (assumption)."""


def start_plan(child: Child, service: Service) -> None:
    """Start the plan: who leads it, how good it is, and the first visit and review in the diary."""
    p, practice, luck, now = service.p, service.practice, service.luck, service.env.now
    child.plans += 1
    elapsed = service.record_start(child, Event.CIN_PLAN_STARTED)
    child.high_quality = practice.plan_quality.is_high(luck["plan quality"](child.number, child.plans), now)
    seen = service.seen(child, "review error", p.review_error_sd)
    lead = practice.lead_practitioner
    family_support = lead.not_a_social_worker(
        luck["lead practitioner"](child.number, child.plans), now, above_plan(seen, service.thresholds())
    )
    if family_support:
        service.office.assign(child, Detail.CIN_AND_CP_TEAM, p.points_cin_plan, roles=FAMILY_SUPPORT)
        service.ask_supervisor(child, Event.APPROVAL, lead.approval_hours, now + 5)
        _plan_supervision(child, service)
    elif child.family_help and child.holder is not None and child.holder.team.code in MERGED_TEAMS:
        service.office.reweigh(child, p.points_cin_plan)
    else:
        team = Detail.DISABLED_CHILDREN_TEAM if child.need_category == DISABILITY else Detail.CIN_AND_CP_TEAM
        service.office.assign(child, team, p.points_cin_plan)
    plan_visit(child, service)
    plan_review(child, service, elapsed)


def _plan_supervision(child: Child, service: Service) -> None:
    """Have a social-work-qualified supervisor oversee the case each month, while someone who is not a social worker leads it."""
    hours, plan = service.practice.lead_practitioner.supervision_hours_per_month, child.plans

    def done(task: Task, worker: Worker, now: float) -> None:
        service.record_work(task, worker, now)
        if child.stage is Stage.CHILD_IN_NEED and child.plans == plan and child.roles == FAMILY_SUPPORT:
            supervisors = service.supervisors_of(child)
            service.office.ask(supervisors, Event.CASE_SUPERVISION, child, hours, task.due, task.due + SUPERVISION_INTERVAL, done)

    if hours > 0.0:
        due = service.env.now + SUPERVISION_INTERVAL
        supervisors = service.supervisors_of(child)
        service.office.ask(supervisors, Event.CASE_SUPERVISION, child, hours, due - 5, due, done)


def plan_review(child: Child, service: Service, elapsed: float = 0.0) -> None:
    """Enter the next review, somewhat before it is due; a plan that has run for ``elapsed`` working days has had some."""
    now = service.env.now
    due = service.practice.reviews.cin_due(service.calendar, now)
    due -= int(elapsed % (due - now))
    lead = service.p.review_lead_share * service.luck["review lead"](child.number, child.judgements) * (due - now)
    service.plan_work(child, Event.CIN_REVIEW, due - lead - 5, due - lead, service.then(News.REVIEWED))


def child_in_need(child: Child, service: Service) -> Generator[simpy.Event, News, Stage | Detail]:
    """Help until the plan can close, or until concern steps the case up."""
    start_plan(child, service)
    while True:
        news = yield child.news()
        outcome: Stage | Detail | None = None
        if news is News.CONCERN:
            outcome = yield from _enquire(child, service)
        elif news is News.REVIEWED:
            outcome = yield from review(child, service)
            if outcome is None:
                plan_review(child, service)
        if outcome is not None:
            return _end(child, service, outcome)


def review(child: Child, service: Service) -> Generator[simpy.Event, News, Stage | Detail | None]:
    """Decide on what is seen: step up, close or continue (None)."""
    p, luck, practice = service.p, service.luck, service.practice
    error = p.review_error_sd * practice.plan_quality.review_error_ratio(child.high_quality)
    seen = service.seen(child, "review error", error)
    if needs_section_47(seen, service.open_case_thresholds(child)) and service.is_new_concern(child, seen):
        return (yield from _enquire(child, service))
    now, occurrence = service.env.now, child.judgements
    if luck["family withdraws"](child.number, occurrence) < p.family_withdraws_per_review:
        return Detail.RC7
    if not may_close_plan(seen, service.thresholds()):
        return None
    early_help = practice.early_help
    child.steps_down = early_help.steps_down(luck["early help"](child.number, child.episode), now)
    held = early_help.holds_plan_open(luck["plan held open"](child.number, occurrence), child.steps_down)
    return None if held else Detail.RC7


def _enquire(child: Child, service: Service) -> Generator[simpy.Event, News, Stage | None]:
    """Hold a section 47 enquiry on the open case, with a fresh assessment beside it; a social worker leads from here."""
    if child.assessment is None:
        open_assessment(child, service, service.env.now)
    outcome = yield from section_47(child, service, service.open_case_thresholds(child))
    child.inbox = [news for news in child.inbox if news is not News.CONCERN]  # what visits saw meanwhile was part of it
    child.urgent = False
    return outcome


def _end(child: Child, service: Service, outcome: Stage | Detail) -> Stage | Detail:
    details = {Stage.CHILD_PROTECTION: Detail.OUTCOME_CPP, Stage.LOOKED_AFTER: Detail.OUTCOME_LOOKED_AFTER}
    end_plan(child, service, details[outcome] if isinstance(outcome, Stage) else Detail.OUTCOME_CLOSED)
    return outcome


def end_plan(child: Child, service: Service, detail: Detail) -> None:
    """End the plan: nothing of it stays in the diary."""
    drop_visits(child, service)
    child.drop_tasks(frozenset({Event.CIN_REVIEW}))
    service.record(child, Event.CIN_PLAN_ENDED, detail)
    service.record(child, Event.HELP_LEVEL, value=child.help)
