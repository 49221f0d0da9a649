"""Child protection conferences: booked into the chairs' diary for the latest slot that keeps the limit, sometimes postponed."""

from __future__ import annotations

import math
from collections.abc import Generator

import simpy

from cinsim.engine.variates import exponential
from cinsim.pathway.child import Child, News
from cinsim.pathway.service import Service
from cinsim.reference.events import Detail, Event


def book(service: Service, earliest: float, target: float) -> int:
    """Return the working day of a conference: the latest with a free slot up to ``target``, else the first after it."""
    chairs = service.office.teams[Detail.CONFERENCE_TEAM].workers
    slots = max(1, round(sum(chair.fte for chair in chairs) * service.p.conferences_per_chair_day))
    diary = service.conference_diary
    first, day = math.ceil(earliest), math.floor(target)
    while day >= first and diary.get(day, 0) >= slots:
        day -= 1
    if day < first:
        day = max(first, math.floor(target) + 1)
        while diary.get(day, 0) >= slots:
            day += 1
    diary[day] = diary.get(day, 0) + 1
    return day


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
        service.conference_diary[day] -= 1
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
            service.conference_diary[day] -= 1
        raise
