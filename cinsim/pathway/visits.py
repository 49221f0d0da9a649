"""Visits: each delivers help and is a chance to see that severity has crossed a threshold; each enters the next one."""

from __future__ import annotations

import math

import simpy

from cinsim.pathway.child import Child, News, Stage
from cinsim.pathway.service import Service
from cinsim.policy.thresholds import needs_care, needs_section_47
from cinsim.population.children import DISABILITY
from cinsim.reference.events import Event
from cinsim.workforce.work import Task
from cinsim.workforce.workers import Worker

VISITS = frozenset({Event.CIN_VISIT, Event.CPP_VISIT, Event.LOOKED_AFTER_VISIT})


def interval(child: Child, service: Service) -> float:
    """Return the working days within which the child must be visited again, by its plan."""
    visits, now = service.practice.visits, service.env.now
    if child.stage is Stage.CHILD_PROTECTION:
        return visits.cpp.at(now, child.need_category)
    if child.stage is Stage.LOOKED_AFTER:
        return visits.looked_after.at(now, child.need_category)
    return (visits.disabled if child.need_category == DISABILITY else visits.cin).at(now, child.need_category)


def kind_of_visit(stage: Stage) -> Event:
    """Return the kind of visit a stage of the pathway asks for."""
    if stage is Stage.CHILD_PROTECTION:
        return Event.CPP_VISIT
    return Event.LOOKED_AFTER_VISIT if stage is Stage.LOOKED_AFTER else Event.CIN_VISIT


def plan_visit(child: Child, service: Service) -> None:
    """Enter the next visit, booked some time before it is due; one taken over is due in the rhythm it had."""
    every = interval(child, service)
    seen_ago, child.rhythm = child.rhythm % every, 0.0
    if seen_ago > 0.0:
        child.last_seen = service.env.now - seen_ago
    due = math.floor(service.env.now) + every - int(seen_ago)
    booked = due - service.p.visit_lead_share * every
    seen_when_due = child.stage is not Stage.LOOKED_AFTER and not service.late_visits_see_late()
    if seen_when_due:
        _see_when_due(child, service, due)

    def visited(task: Task, worker: Worker, now: float) -> None:
        _visited(task, worker, now, service, seen_when_due)

    service.plan_work(child, kind_of_visit(child.stage), booked, due, visited)


def _visited(task: Task, worker: Worker, now: float, service: Service, seen_when_due: bool) -> None:
    child: Child = task.case  # type: ignore[assignment]
    p, luck = service.p, service.luck
    child.visits += 1
    miss = p.visit_not_achieved_share
    if task.kind == Event.CIN_VISIT and luck["hard to reach"](child.number, child.episode) < p.hard_to_reach_share:
        miss = p.hard_to_reach_visit_not_achieved
    if luck["visit achieved"](child.number, child.visits) < miss:
        _not_achieved(task, worker, now, service)
        return
    service.record_work(task, worker, now)
    gap, child.last_seen = now - child.last_seen, now
    if child.stage is not Stage.LOOKED_AFTER:
        _help(child, worker, gap, service)
        if not seen_when_due and _sees_concern(child, worker, service):
            child.tell(News.CONCERN)
    plan_visit(child, service)


def _not_achieved(task: Task, worker: Worker, now: float, service: Service) -> None:
    """Record a visit at which the child was not seen, and enter another attempt; what is due stays due."""
    p, child = service.p, task.case
    hours = task.hours * p.visit_not_achieved_hours_share
    service.write(now, child.number, Event.VISIT_NOT_ACHIEVED, child.episode, worker.number, -1, hours, task.due)
    again = now + (p.visit_retry_days if task.kind == Event.CPP_VISIT else p.cin_visit_retry_days)
    service.plan_work(child, task.kind, again, task.due, task.done)


def _help(child: Child, worker: Worker, gap: float, service: Service) -> None:
    practice = service.practice
    dose = practice.help.dose(gap, protection=child.stage is Stage.CHILD_PROTECTION)
    child.help += dose * worker.effect.help_ratio * practice.plan_quality.help_ratio(child.high_quality)


def _sees_concern(child: Child, worker: Worker, service: Service) -> bool:
    """Return whether this visit sees that severity calls for a step up: a section 47 enquiry, or care for a child on a CPP."""
    severity = service.severity(child)
    if child.stage is Stage.CHILD_PROTECTION:
        crossed = needs_care(severity, service.thresholds())
    else:
        crossed = needs_section_47(severity, service.open_case_thresholds(child)) and service.is_new_concern(child, severity)
    if not crossed:
        return False
    return service.luck["detection"](child.number, child.visits) < service.p.detection_per_visit * worker.effect.detection_ratio


def _see_when_due(child: Child, service: Service, due: float) -> None:
    """See what there is to see on the day the visit is due, whenever it is made: lateness does not delay detection.

    Only where a scenario switches the feedback from lateness to detection off.
    """
    plan = child.plans

    def look(_: simpy.Event) -> None:
        if child.plans == plan and child.stage in (Stage.CHILD_IN_NEED, Stage.CHILD_PROTECTION) and child.holder is not None:
            child.visits += 1
            if _sees_concern(child, child.holder, service):
                child.tell(News.CONCERN)

    seen = service.env.timeout(due - service.env.now)
    seen.callbacks.append(look)


def drop_visits(child: Child, service: Service) -> None:
    """Drop the visits still entered when a plan ends; one that is overdue is recorded as never made."""
    now = service.env.now
    for task in child.drop_tasks(VISITS):
        if task.due + 1 <= now and task.kind != Event.LOOKED_AFTER_VISIT:
            service.write(now, child.number, task.kind, child.episode, -1, -1, 0.0, task.due)
