"""Looked after, and after care: plain states with their own durations, which hold a child in the census for years."""

from __future__ import annotations

import math
from collections.abc import Generator

import simpy

from cinsim.engine.clock import on_grid
from cinsim.engine.variates import choice, weibull
from cinsim.pathway.child import Child, Stage
from cinsim.pathway.service import Service
from cinsim.pathway.visits import drop_visits, plan_visit
from cinsim.reference.events import Detail, Event
from cinsim.reference.parameters import Parameters
from cinsim.workforce.staffing import SOCIAL_WORK_ROLES


def looked_after(child: Child, service: Service) -> Generator[simpy.Event, object, Stage | Detail]:
    """Look after the child until it goes home, is adopted or leaves by an order; its 18th birthday interrupts."""
    p, luck = service.p, service.luck
    child.plans += 1
    elapsed = service.record_start(child, Event.LOOKED_AFTER_STARTED)
    service.office.assign(child, Detail.LOOKED_AFTER_TEAM, p.points_looked_after, roles=SOCIAL_WORK_ROLES)
    plan_visit(child, service)
    yield service.env.timeout(
        _time_left(luck["care length"](child.number, child.plans), p.care_length_shape, p.care_length_scale_days, elapsed)
    )
    return leave_care(child, service, choice(luck["care outcome"](child.number, child.plans), _outcomes(p)))


def _time_left(u: float, shape: float, scale: float, elapsed: float) -> float:
    """Return the working days left of a Weibull spell that has already lasted ``elapsed``."""
    gone = -math.expm1(-((elapsed / scale) ** shape))
    return max(on_grid(weibull(gone + u * (1.0 - gone), shape, scale) - elapsed), 1.0)


def _outcomes(p: Parameters) -> tuple[float, ...]:
    """Return cumulative shares of how care ends before 18: adopted, child arrangements order, SGO, home with a plan, closed."""
    adopted = p.care_ends_adopted
    arranged = adopted + p.care_ends_arrangements_order
    guarded = arranged + p.care_ends_guardianship
    return (adopted, arranged, guarded, guarded + p.care_ends_home_with_plan, 1.0)


def leave_care(child: Child, service: Service, outcome: int) -> Stage | Detail:
    """End the period of care and return what follows it."""
    drop_visits(child, service)
    follows: tuple[Stage | Detail, ...] = (Detail.RC1, Detail.RC3, Detail.RC4, Stage.CHILD_IN_NEED, Detail.RC7)
    details = (Detail.RC1, Detail.RC3, Detail.RC4, Detail.OUTCOME_HOME, Detail.OUTCOME_HOME)
    service.record(child, Event.LOOKED_AFTER_ENDED, details[outcome])
    if follows[outcome] is Stage.CHILD_IN_NEED and service.tables.leaves[child.number] <= service.env.now:
        return Detail.RC5  # it moved while in care: home is in another authority
    return follows[outcome]


def care_leaver(child: Child, service: Service) -> Generator[simpy.Event, object, Detail]:
    """Stay in touch with a young adult who was looked after at 18; a personal adviser, not a case holder, does so."""
    p = service.p
    elapsed, child.elapsed = child.elapsed, 0.0
    service.write(service.env.now - elapsed, child.number, Event.CARE_LEAVER_STARTED, child.episode)
    service.office.release(child)
    yield service.env.timeout(
        _time_left(service.luck["care leaver length"](child.number, 0), p.care_leaver_shape, p.care_leaver_scale_days, elapsed)
    )
    service.record(child, Event.CARE_LEAVER_ENDED)
    return Detail.RC7


def disability_service(child: Child, service: Service) -> Generator[simpy.Event, object, Stage | Detail]:
    """Serve a disabled child for years without a plan (short breaks, equipment, direct payments)."""
    p = service.p
    elapsed = service.record_start(child, Event.DISABILITY_SERVICE_STARTED)
    service.office.release(child)
    u = service.luck["disability service length"](child.number, child.episode)
    yield service.env.timeout(_time_left(u, p.disability_service_shape, p.disability_service_scale_days, elapsed))
    service.record(child, Event.DISABILITY_SERVICE_ENDED)
    return Detail.RC7


def at_eighteen(child: Child, service: Service) -> Stage | Detail:
    """Return what follows when a child turns 18 while open: care leavers stay, disabled young people go to adult services."""
    if child.stage is Stage.LOOKED_AFTER:
        drop_visits(child, service)
        service.record(child, Event.LOOKED_AFTER_ENDED, Detail.OUTCOME_CARE_LEAVER)
        return Stage.CARE_LEAVER
    if child.stage is Stage.DISABILITY_SERVICE:
        service.record(child, Event.DISABILITY_SERVICE_ENDED)
        return Detail.RC6
    return Detail.RC7
