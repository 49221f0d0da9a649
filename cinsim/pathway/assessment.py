"""Child and family assessment (section 17): at most 45 working days from the referral, and what follows from it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import simpy

from cinsim.engine.variates import exponential, lognormal
from cinsim.pathway.child import Assessment, Child, News, Stage
from cinsim.pathway.section_47 import section_47
from cinsim.pathway.service import Service
from cinsim.policy.thresholds import is_in_need, needs_plan, needs_section_47
from cinsim.population.children import DISABILITY
from cinsim.reference.events import Detail, Event
from cinsim.workforce.work import Done, Task
from cinsim.workforce.workers import Worker

MERGED_TEAMS = (Detail.ASSESSMENT_TEAM, Detail.CIN_AND_CP_TEAM)
"""Teams that family help makes one: a new case goes to whichever has more room, and stays with its worker."""
_TRIES: Final = 200  # at a length of assessment that is longer than one under way has lasted


def _planned_end(child: Child, service: Service, started: float) -> float:
    """Return the planned end of an assessment.

    The work an assessment needs decides how long it would take; where that is longer than the limit it is planned
    *to the limit* or some days short of it, but for a share that cannot be finished by then (a specialist's report, a
    family not seen).
    """
    p, now = service.p, service.env.now
    number = child.judgements
    if service.luck["assessment quick"](child.number, number) < p.assessment_quick_share:
        needed = 1.0
    else:
        needed = lognormal(
            service.luck["assessment length"](child.number, number), p.assessment_length_median_days, p.assessment_length_sigma
        )
    limit = service.practice.assessment.limit(now)
    planned = started + max(service.practice.assessment.planned(needed, now), 1.0)
    overrun = service.luck["assessment overrun"](child.number, number)
    share = p.assessment_overrun_share
    if needed > limit and overrun < share:
        return planned + p.assessment_overrun_days * exponential(overrun / share)
    if needed > limit:
        return max(planned - p.assessment_slack_days * (overrun - share) / (1.0 - share), started + 1.0)
    return planned


def open_assessment(child: Child, service: Service, started: float, *, under_way: bool = False) -> None:
    """Start an assessment: plan its end, and put its first visit into the diary.

    Each piece of work is entered when the one before is done: first visit, second visit, report, approval. One that was
    ``under_way`` when the simulation took it over is planned to end later than that.
    """
    p, now = service.p, service.env.now
    planned = _planned_end(child, service, started)
    while under_way and planned < now + 1.0 and child.judgements < _TRIES:
        child.judgements += 1
        planned = _planned_end(child, service, started)
    limit = service.practice.assessment.limit(now)
    child.assessment = Assessment(started, started + limit, planned)
    service.record(child, Event.ASSESSMENT_STARTED, due=started + limit, value=started)
    service.plan_work(
        child, Event.ASSESSMENT_SESSION, now, min(now + p.first_visit_within_days, planned - 1), _first_session_done(service)
    )


def _first_session_done(service: Service) -> Done:
    def done(task: Task, worker: Worker, now: float) -> None:
        service.record_work(task, worker, now)
        child: Child = task.case  # type: ignore[assignment]
        assessment = child.assessment
        assert assessment is not None
        child.last_seen = now
        child.tell(News.SEEN)
        if assessment.planned - now > service.p.assessment_short_days:
            middle = (now + assessment.planned) / 2
            service.plan_work(child, Event.ASSESSMENT_SESSION, middle, middle + 5, lambda t, w, at: _to_report(t, w, at, service))
        else:
            _plan_report(child, assessment, service)

    return done


def _to_report(task: Task, worker: Worker, now: float, service: Service) -> None:
    service.record_work(task, worker, now)
    child: Child = task.case  # type: ignore[assignment]
    child.last_seen = now
    assert child.assessment is not None
    _plan_report(child, child.assessment, service)


def _plan_report(child: Child, assessment: Assessment, service: Service) -> None:
    """Enter the writing of the report so that it can be approved on the planned day: work is done to the deadline."""
    due = assessment.planned - 1
    service.plan_work(
        child, Event.REPORT, due - service.p.report_lead_days, due, lambda t, w, at: _to_approval(t, w, at, service)
    )


def _to_approval(task: Task, worker: Worker, now: float, service: Service) -> None:
    service.record_work(task, worker, now)
    child: Child = task.case  # type: ignore[assignment]
    assessment = child.assessment
    assert assessment is not None

    def approved(task: Task, worker: Worker, now: float) -> None:
        service.record_work(task, worker, now)
        if child.assessment is assessment:  # else the case was closed meanwhile
            complete_assessment(child, service)
            child.tell(News.ASSESSED)

    service.ask_supervisor(child, Event.APPROVAL, service.hours[Event.APPROVAL], assessment.planned, approved)


def complete_assessment(child: Child, service: Service) -> None:
    """Authorise the assessment in progress."""
    assessment = child.assessment
    assert assessment is not None
    child.assessment = None
    service.record(child, Event.ASSESSMENT_COMPLETED, due=assessment.due)


def assessment(child: Child, service: Service) -> Generator[simpy.Event, News, Stage | Detail]:
    """Assess; act at once on a child seen at risk of significant harm; at the end decide what the child needs."""
    p, luck = service.p, service.luck
    child.family_help = service.practice.family_help.keeps_worker(
        luck["family help"](child.number, child.episode), service.env.now
    )
    team = service.office.lighter_team(MERGED_TEAMS) if child.family_help else Detail.ASSESSMENT_TEAM
    service.office.assign(child, team, p.points_assessment)
    open_assessment(child, service, child.referred_at, under_way=child.elapsed > 0.0)
    seen_before, child.elapsed = child.elapsed > p.first_visit_within_days, 0.0

    suspected = child.enquiry_elapsed > 0.0
    if not suspected and not seen_before:
        yield from child.until(News.SEEN)
        suspected = needs_section_47(service.seen(child, "assessment error", p.assessment_error_sd), service.thresholds())
    if suspected:
        outcome = yield from section_47(child, service, service.thresholds())
        if isinstance(outcome, Stage):
            return outcome  # the assessment is finished meanwhile and authorised in its own time
    if child.assessment is not None:
        yield from child.until(News.ASSESSED)

    seen = service.seen(child, "assessment error", p.assessment_error_sd)
    thresholds = service.thresholds()
    if needs_section_47(seen, thresholds) and service.is_new_concern(child, seen):
        outcome = yield from section_47(child, service, thresholds)
        if isinstance(outcome, Stage):
            return outcome
    if not is_in_need(seen, thresholds):
        service.record(child, Event.NOT_IN_NEED, value=seen)
        early_help = service.practice.early_help.has_place(luck["early help"](child.number, child.episode), service.env.now)
        return Detail.RC9 if early_help else Detail.RC8
    if child.need_category == DISABILITY and luck["disability service"](child.number, child.episode) < p.disability_service_share:
        return Stage.DISABILITY_SERVICE
    return Stage.CHILD_IN_NEED if needs_plan(seen, thresholds) else Stage.SHORT_HELP
