"""A child's way through the service from its first referral until it leaves: out, referred, helped, closed, referred again."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

import numpy as np
import simpy
from numpy.typing import NDArray

from cinsim.pathway.assessment import assessment
from cinsim.pathway.child import Child, Stage
from cinsim.pathway.child_in_need import child_in_need
from cinsim.pathway.child_protection import child_protection
from cinsim.pathway.closure import close, end_stage_early
from cinsim.pathway.looked_after import at_eighteen, care_leaver, disability_service, looked_after
from cinsim.pathway.screening import refer, screening, source_of
from cinsim.pathway.service import Service
from cinsim.pathway.short_help import short_help
from cinsim.population.children import DIES, MOVES_AWAY, TURNS_18
from cinsim.reference.events import Detail

STAGES: Final[Mapping[Stage, Callable[[Child, Service], Generator[simpy.Event, Any, Stage | Detail]]]] = {
    Stage.SCREENING: screening,
    Stage.ASSESSMENT: assessment,
    Stage.SHORT_HELP: short_help,
    Stage.CHILD_IN_NEED: child_in_need,
    Stage.CHILD_PROTECTION: child_protection,
    Stage.LOOKED_AFTER: looked_after,
    Stage.DISABILITY_SERVICE: disability_service,
    Stage.CARE_LEAVER: care_leaver,
}


def episode(child: Child, service: Service, stage: Stage) -> Generator[simpy.Event, Any, Detail]:
    """Go through the stages from ``stage`` on until one closes the case; return the reason."""
    following: Stage | Detail = stage
    while isinstance(following, Stage):
        child.stage = following
        child.inbox.clear()
        try:
            following = yield from STAGES[following](child, service)
        except simpy.Interrupt as leaving:
            following = leave(child, service, int(leaving.cause or 0))
    return following


def leave(child: Child, service: Service, because: int) -> Stage | Detail:
    """Return what follows when a child leaves the area, dies or turns 18 while its case is open."""
    if because == TURNS_18:
        following = at_eighteen(child, service)
        if isinstance(following, Stage):
            return following
    else:
        following = Detail.RC2 if because == DIES else Detail.RC5
    end_stage_early(child, service, following)
    return following


def journey(child: Child, service: Service, stage: Stage) -> Generator[simpy.Event, Any, None]:
    """Live through one episode after another, from ``stage`` of the current one."""
    env = service.env
    while True:
        reason = yield from episode(child, service, stage)
        close(child, service, reason)
        at = next_referral(child, service, env.now)
        if math.isinf(at):
            child.process = None
            return
        if not (yield from _is_referred(child, service, at)):
            return
        stage = Stage.SCREENING


def _is_referred(child: Child, service: Service, at: float) -> Generator[simpy.Event, Any, bool]:
    """Wait for the next referral; return whether it comes before the child leaves."""
    try:
        yield service.env.timeout(at - service.env.now)
    except simpy.Interrupt:
        return False
    refer(child, service)
    return True


def next_referral(child: Child, service: Service, since: float, first: float | None = None, extra: float | None = None) -> float:
    """Return when the child is next referred, infinity if it is not, and note the source.

    A fall in demand passes over some of the candidates that would have come; a rise adds candidates of its own.
    ``first`` and ``extra`` are candidates already known, of either kind.
    """
    time, child.source = _candidate_kept(child, service, since, first)
    child.extras += extra is None
    if service.demand_rise[child.need_category] > 0.0:
        added, source = _candidate_added(child, service, since, extra, before=time)
        if added < time:
            time, child.source = added, source
    return time


def _candidate_kept(child: Child, service: Service, since: float, known: float | None) -> tuple[float, int]:
    demand = service.practice.demand
    while True:
        if known is None:
            child.candidates += 1
            time = service.referrals.next(child.number, child.candidates, since, child.closed_at, child.help)
        else:
            time, known = known, None
        if math.isinf(time):
            return time, 0
        source = source_of(child, service, child.candidates)
        factor = demand.factor(time, source, child.need_category)
        if factor >= 1.0 or service.luck["demand"](child.number, child.candidates) < factor:
            return time, source
        since = time


def _candidate_added(child: Child, service: Service, since: float, known: float | None, before: float) -> tuple[float, int]:
    demand, rise = service.practice.demand, service.demand_rise[child.need_category]
    since = max(since, demand.ramp.start)
    while True:
        if known is None:
            time = service.referrals.additional(child.number, child.extras, since, child.closed_at, child.help, rise)
        else:
            time, known = known, None
        if time >= before:
            return math.inf, 0
        source = source_of(child, service, ADDED_CANDIDATES + child.extras)
        wanted = demand.factor(time, source, child.need_category) - 1.0
        if service.luck["additional demand"](child.number, child.extras) < wanted / rise:
            return time, source
        since = time
        child.extras += 1


ADDED_CANDIDATES: Final = 30_000
"""Occurrence numbers of the candidates that a rise in demand adds start here, apart from the others'."""


def first_candidates(base: NDArray[np.float64], extra: NDArray[np.float64]) -> list[tuple[float, int, float, float]]:
    """Return children's first candidates for a referral, the next one last.

    Parameters
    ----------
    base, extra : each child's first candidate, and the first of those that a rise in demand adds; working days, infinity
        for none.

    Returns
    -------
    time, child, and the child's candidate of either kind.
    """
    first = np.minimum(base, extra)
    order = np.lexsort((np.arange(len(first)), first))
    order = order[np.isfinite(first[order])][::-1]
    return list(zip(first[order].tolist(), order.tolist(), base[order].tolist(), extra[order].tolist(), strict=True))


class Arrivals:
    """Starts a journey at each child's first candidate for a referral.

    Parameters
    ----------
    left : the candidates as :func:`first_candidates` gives them, the next one last.
    """

    def __init__(self, service: Service, left: list[tuple[float, int, float, float]]):
        self._service, self._left = service, left

    def live(self) -> Generator[simpy.Event, object, None]:
        """Start the journeys, one after the other."""
        service, env = self._service, self._service.env
        while self._left:
            time, number, base, extra = self._left.pop()
            yield env.timeout(time - env.now)
            child = service.known.get(number) or Child(env, number, service.need_category[number])
            service.known[number] = child
            at = next_referral(child, service, time, first=base, extra=extra)
            if not math.isinf(at):
                child.process = env.process(_first_journey(child, service, at))


def _first_journey(child: Child, service: Service, at: float) -> Generator[simpy.Event, Any, None]:
    if (yield from _is_referred(child, service, at)):
        yield from journey(child, service, Stage.SCREENING)


def leavers(service: Service, leaving: list[tuple[float, int, int]]) -> Generator[simpy.Event, object, None]:
    """Interrupt children whose case is open when they leave; ``leaving`` is a heap of (time, child, because).

    An authority stays responsible for a looked-after child that moves, until its 18th birthday.
    """
    env = service.env
    while leaving:
        time, number, because = heapq.heappop(leaving)
        if time > env.now:
            yield env.timeout(time - env.now)
        child = service.known.get(number)
        if child is None or child.process is None or not child.process.is_alive or child.stage is Stage.CARE_LEAVER:
            continue
        if child.stage is Stage.LOOKED_AFTER and because == MOVES_AWAY:
            heapq.heappush(leaving, (max(service.eighteenth_birthday(number), env.now), number, TURNS_18))
            continue
        child.process.interrupt(because)
