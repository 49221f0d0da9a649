"""Section 47 enquiry: strategy discussion, enquiry, and where it is substantiated an initial child protection conference
within 15 working days of the strategy discussion (Working Together 2023)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import simpy

from cinsim.engine.variates import exponential
from cinsim.pathway.child import Child, News, Stage
from cinsim.pathway.conferences import hold_conference
from cinsim.pathway.service import Service
from cinsim.policy.thresholds import Thresholds, needs_care, needs_conference, needs_protection_plan
from cinsim.reference.events import Detail, Event
from cinsim.workforce.work import Task
from cinsim.workforce.workers import Worker

SHORTEST_ENQUIRY: Final = 0.5
"""Enquiries take from this part of the mean length to as much above it, each length as likely (assumption)."""


def section_47(child: Child, service: Service, thresholds: Thresholds) -> Generator[simpy.Event, News, Stage | None]:
    """Enquire; return the stage that follows, or None where the child goes on as before."""
    outcome = yield from _enquiry(child, service, thresholds)
    child.enquired_on = int(service.env.now)
    return outcome


def _enquiry(child: Child, service: Service, thresholds: Thresholds) -> Generator[simpy.Event, News, Stage | None]:
    p, luck = service.p, service.luck
    elapsed, child.enquiry_elapsed = child.enquiry_elapsed, 0.0
    started = service.env.now - elapsed
    child.enquiries += 1
    service.write(started, child.number, Event.SECTION_47_STARTED, child.episode)
    service.office.assign(
        child,
        child.team.code if child.team is not None else Detail.ASSESSMENT_TEAM,
        child.points + p.points_section_47,
        urgent=True,
    )

    def seen_at_home(task: Task, worker: Worker, now: float) -> None:
        service.record_work(task, worker, now)
        child.last_seen = now
        length = p.enquiry_days * (SHORTEST_ENQUIRY + luck["conference lead"](child.number, 2 * child.enquiries))
        length = max(length - elapsed, 0.0)
        service.plan_work(child, Event.SECTION_47_SESSION, now + length - 3, now + length, service.then(News.ENQUIRED))

    service.plan_work(child, Event.SECTION_47_SESSION, started, started + 1, seen_at_home)
    yield from child.until(News.ENQUIRED)
    child.last_seen = service.env.now
    service.office.reweigh(child, child.points - p.points_section_47)
    seen = service.seen(child, "enquiry error", p.enquiry_error_sd)
    child.enquired = seen
    if needs_care(seen, thresholds):
        service.record(child, Event.SECTION_47_ENDED, Detail.OUTCOME_LOOKED_AFTER, value=seen)
        return Stage.LOOKED_AFTER
    if not needs_conference(seen, thresholds):
        service.record(child, Event.SECTION_47_ENDED, Detail.OUTCOME_CONTINUES, value=seen)
        return None
    service.record(child, Event.SECTION_47_ENDED, Detail.OUTCOME_ICPC, value=seen)

    limit = started + p.icpc_limit_working_days
    margin = p.conference_margin_days * exponential(luck["conference lead"](child.number, 2 * child.enquiries + 1))
    yield from hold_conference(
        child, service, earliest=service.env.now + p.conference_notice_days, target=limit - margin, limit=limit
    )
    seen = service.seen(child, "conference error", p.conference_error_sd)
    plan = needs_protection_plan(seen, thresholds)
    service.record(child, Event.ICPC, Detail.OUTCOME_CPP if plan else Detail.OUTCOME_CONTINUES, due=limit, value=seen)
    return Stage.CHILD_PROTECTION if plan else None
