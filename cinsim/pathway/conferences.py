"""Child protection conferences: booked for the latest day with room that keeps the limit, sometimes postponed."""

from __future__ import annotations

import math
from collections.abc import Generator

import simpy

from cinsim.engine.variates import exponential
from cinsim.pathway.child import Child, News
from cinsim.pathway.service import Service
from cinsim.reference.events import Detail, Event
from cinsim.workforce.service_length import DAYS_PER_WEEK


def book(service: Service, earliest: float, target: float) -> int:
    """Return the working day of a conference: the latest with room up to ``target``, else the first after it.

    Over a week chairs hold as many as the register says, on one day each one at most (more where the register says more).
    """
    fte = 0.0
    for chair in service.office.teams[Detail.CONFERENCE_TEAM].workers:
        fte += chair.fte
    average = fte * service.p.conferences_per_chair_day
    a_day, a_week = max(1, math.ceil(max(fte, average))), max(1.0, DAYS_PER_WEEK * average)
    return service.conference_diary.book(math.ceil(earliest), math.floor(target), a_day, a_week)


def hold_conference(
    child: Child, service: Service, *, earliest: float, target: float, limit: float
) -> Generator[simpy.Event, News, None]:
    """Book a conference, have the report written for it, and hold it; it is postponed where family or agencies cannot come."""
    p = service.p
    child.plans += 1
    day = book(service, earliest, target)
    child.plan_task(Event.REPORT, service.conference_report_hours, day - 6, day - 1, service.record_work)
    luck = service.luck["conference postponed"](child.number, child.plans)
    if luck < p.conference_postponed_share:
        service.conference_diary.cancel(day)
        delay = 1 + p.conference_postponed_days * exponential(luck / p.conference_postponed_share)
        day = book(service, day + 1, day + delay)
    chairs = service.office.teams[Detail.CONFERENCE_TEAM].duty
    service.office.ask(
        chairs,
        Event.CONFERENCE_CHAIRING,
        child,
        service.hours[Event.CONFERENCE_CHAIRING],
        float(day),
        day + 1,
        service.then(News.CONFERENCE),
    )
    try:
        yield from child.until(News.CONFERENCE)
    except simpy.Interrupt:  # the child has left
        if day > service.env.now:
            service.conference_diary.cancel(day)
        raise
