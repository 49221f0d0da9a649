"""Child protection plan: core group in 10 working days, visits, review conference at 3 months and then every 6."""

from __future__ import annotations

import math
from collections.abc import Generator

import simpy

from cinsim.engine.variates import choice, exponential
from cinsim.pathway.child import Child, News, Stage
from cinsim.pathway.conferences import book
from cinsim.pathway.service import Service
from cinsim.pathway.visits import drop_visits, plan_visit
from cinsim.policy.thresholds import may_end_protection, needs_care
from cinsim.reference.events import Detail, Event
from cinsim.workforce.staffing import EXPERIENCED_ROLES
from cinsim.workforce.work import Task
from cinsim.workforce.workers import Worker


def start_plan(child: Child, service: Service) -> None:
    """Start the plan under a category of abuse, with a social worker who is not newly qualified, and book its review."""
    p, now = service.p, service.env.now
    child.plans += 1
    category = Detail.NEG + choice(service.luck["abuse category"](child.number, child.plans), service.profiles.abuse)
    elapsed = service.record_start(child, Event.CPP_STARTED, category)
    child.previous_cpps += 1
    child.high_quality = service.practice.plan_quality.is_high(service.luck["plan quality"](child.number, child.plans), now)
    service.office.assign(child, Detail.CIN_AND_CP_TEAM, p.points_cpp, urgent=True, roles=EXPERIENCED_ROLES)
    held_for, every = child.rhythm, p.core_group_interval_working_days
    plan_visit(child, service)
    _plan_core_group(child, service, every - held_for % every if held_for else p.first_core_group_working_days)
    since_first = held_for - (service.practice.reviews.cpp_due(service.calendar, now, first=True) - now)
    plan_review(child, service, first=since_first <= 0.0, elapsed=elapsed if since_first <= 0.0 else since_first)


def _plan_core_group(child: Child, service: Service, within: float) -> None:
    due = service.env.now + within

    def held(task: Task, worker: Worker, now: float) -> None:
        service.record_work(task, worker, now)
        _plan_core_group(child, service, service.p.core_group_interval_working_days)
        _bring_review_forward(child, service)

    service.plan_work(child, Event.CORE_GROUP, due - 3, due, held)


def plan_review(child: Child, service: Service, *, first: bool, elapsed: float = 0.0) -> None:
    """Book the next review conference, as late as its limit allows less a margin, and its report.

    A plan that has run for ``elapsed`` working days has had some of its reviews.
    """
    p, now = service.p, service.env.now
    due = service.practice.reviews.cpp_due(service.calendar, now, first=first)
    due -= int(elapsed % (due - now))
    share = p.review_lead_share * service.luck["review lead"](child.number, child.judgements)
    day = book(service, now + 3, due - share * (due - now))
    luck = service.luck["conference postponed"](child.number, child.judgements + 5000)
    if luck < p.review_postponed_share:
        service.conference_diary.cancel(day)
        day = book(service, day + 1, day + 1 + p.conference_postponed_days * exponential(luck / p.review_postponed_share))
    _hold_review(child, service, day, due)


def _hold_review(child: Child, service: Service, day: int, due: int) -> None:
    report = child.plan_task(Event.REPORT, service.conference_report_hours, day - 6, day - 1, service.record_work)

    def held(task: Task, worker: Worker, now: float) -> None:
        service.record_work(task, worker, now)
        service.write(now, child.number, Event.CPP_REVIEW, child.episode, worker.number, -1, 0.0, float(due))
        child.tell(News.REVIEWED)

    duty = service.office.teams[Detail.CONFERENCE_TEAM].duty
    hours = service.hours[Event.CONFERENCE_CHAIRING]
    chairing = service.office.ask(duty, Event.CONFERENCE_CHAIRING, child, hours, float(day), day + 1, held)
    child.review = (chairing, report, day, due)


def _cancel_review(child: Child, service: Service) -> int:
    """Take a review conference not yet held out of the diaries; return by when one is due."""
    assert child.review is not None
    chairing, report, day, due = child.review
    child.review = None
    if chairing.diary is not None:
        chairing.diary = None
        if day > service.env.now:
            service.conference_diary.cancel(day)
        child.drop_task(report)
    return due


def _bring_review_forward(child: Child, service: Service) -> None:
    """Have the next review conference early where the core group sees that the plan may be able to end."""
    p, now = service.p, service.env.now
    if child.review is None or child.review[2] < now + 2 * p.early_review_notice_days:
        return
    if now - child.plan_since < p.early_review_after_days:
        return
    seen = service.seen(child, "early review", p.review_error_sd)
    if may_end_protection(seen + p.early_review_margin, service.thresholds()):
        due = _cancel_review(child, service)
        _hold_review(child, service, book(service, now + 3, now + p.early_review_notice_days), due)


def child_protection(child: Child, service: Service) -> Generator[simpy.Event, News, Stage | Detail]:
    """Protect until a review conference ends the plan, or the child comes to be looked after."""
    start_plan(child, service)
    while True:
        news = yield child.news()
        if news is News.CONCERN:
            return end_plan(child, service, Stage.LOOKED_AFTER)
        if news is News.REVIEWED:
            outcome = review(child, service)
            if outcome is not None:
                return end_plan(child, service, outcome)
            plan_review(child, service, first=False)


def review(child: Child, service: Service) -> Stage | Detail | None:
    """Decide at a review conference: care, step down to a CIN plan, close, or continue (None)."""
    p, thresholds = service.p, service.thresholds()
    error = p.conference_error_sd * service.practice.plan_quality.review_error_ratio(child.high_quality)
    seen = service.seen(child, "conference error", error)
    if needs_care(seen, thresholds):
        return Stage.LOOKED_AFTER
    if not may_end_protection(seen, thresholds):
        return None
    if service.luck["step down"](child.number, child.plans) < p.step_down_share:
        return Stage.CHILD_IN_NEED
    early_help, u = service.practice.early_help, service.luck["early help"](child.number, child.episode)
    child.steps_down = early_help.steps_down(u, service.env.now)
    return Detail.RC7


def end_plan(child: Child, service: Service, outcome: Stage | Detail) -> Stage | Detail:
    """End the plan: nothing of it stays in the diary."""
    details = {Stage.LOOKED_AFTER: Detail.OUTCOME_LOOKED_AFTER, Stage.CHILD_IN_NEED: Detail.OUTCOME_CIN_PLAN}
    drop_visits(child, service)
    child.drop_tasks(frozenset({Event.CORE_GROUP}))
    if child.review is not None:
        _cancel_review(child, service)
    child.urgent = False
    child.enquired = -math.inf  # what led to this plan is over; a relapse is a new concern
    service.record(child, Event.CPP_ENDED, details[outcome] if isinstance(outcome, Stage) else Detail.OUTCOME_CLOSED)
    service.record(child, Event.HELP_LEVEL, value=child.help)
    return outcome
