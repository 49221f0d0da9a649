"""Referral and screening: a decision within one working day on whether to go on (Working Together 2023)."""

from __future__ import annotations

from collections.abc import Generator

import simpy

from cinsim.engine.variates import choice, normal
from cinsim.pathway.child import Child, News, Stage
from cinsim.pathway.service import Service
from cinsim.policy.thresholds import screens_in
from cinsim.reference.events import Detail, Event


def refer(child: Child, service: Service) -> None:
    """Open an episode: a referral with its source and its presenting concern."""
    p, now = service.p, service.env.now
    child.episode += 1
    child.held = False
    child.referred_at = now
    child.help = service.practice.help.left(child.help, now - child.closed_at) if child.closed_at == child.closed_at else 0.0
    child.concern = p.concern_sd * normal(service.luck["presenting concern"](child.number, child.episode))
    child.concern_since = now
    child.enquired = float("-inf")
    child.inbox.clear()
    service.record(child, Event.REFERRAL, child.source, value=child.concern)


def source_of(child: Child, service: Service, candidate: int) -> int:
    """Return the source of one of a child's referral candidates (shares of DfE's table c5)."""
    return choice(service.luck["referral source"](child.number, candidate), service.profiles.sources)


def screening(child: Child, service: Service) -> Generator[simpy.Event, News, Stage | Detail]:
    """Have the referral screened by whoever is on duty at the front door, then decide whether to assess."""
    front_door = service.office.teams[Detail.FRONT_DOOR]
    now = service.env.now
    service.office.ask(
        front_door.duty, Event.SCREENING, child, service.hours[Event.SCREENING], now, now + 1, service.then(News.DECIDED)
    )
    yield from child.until(News.DECIDED)
    if not screens_in(service.seen(child, "screening error", service.p.screening_error_sd), service.thresholds()):
        service.record(child, Event.NO_FURTHER_ACTION)
        return Detail.NFA
    service.record(child, Event.SCREENED_IN)
    return Stage.ASSESSMENT
