"""In need, but short help without a plan: a few sessions with the worker who assessed, then closure."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

import simpy

from cinsim.engine.variates import lognormal
from cinsim.pathway.child import Child, News
from cinsim.pathway.service import Service
from cinsim.reference.events import Detail, Event

_APART: Final = 1_000  # how far apart the numbers of draws made again stand, for help that was taken over
_TRIES: Final = 30


def _length(child: Child, service: Service, elapsed: float) -> float:
    """Return the working days of help that are left where it has lasted ``elapsed`` already."""
    p, luck = service.p, service.luck["short help length"]
    for again in range(_TRIES):
        length = lognormal(luck(child.number, child.episode + again * _APART), p.short_help_median_days, p.short_help_sigma)
        if length > elapsed:
            return length - elapsed
    return 1.0


def short_help(child: Child, service: Service) -> Generator[simpy.Event, News, Detail]:
    """Help for some weeks, then close."""
    p, now = service.p, service.env.now
    elapsed, child.elapsed = child.elapsed, 0.0
    service.write(now - elapsed, child.number, Event.SHORT_HELP_STARTED, child.episode)
    service.office.reweigh(child, p.points_short_help)
    child.urgent = False
    length = _length(child, service, elapsed)
    service.plan_work(child, Event.SHORT_HELP_SESSION, now + length / 3, now + length / 2)
    service.plan_work(child, Event.SHORT_HELP_SESSION, now + length - 3, now + length, service.then(News.REVIEWED))
    yield from child.until(News.REVIEWED)
    child.help += p.help_short
    return Detail.RC7
