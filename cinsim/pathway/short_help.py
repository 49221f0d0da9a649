"""In need, but short help without a plan: a few sessions with the worker who assessed, then closure."""

from __future__ import annotations

from collections.abc import Generator

import simpy

from cinsim.engine.variates import lognormal
from cinsim.pathway.child import Child, News
from cinsim.pathway.service import Service
from cinsim.reference.events import Detail, Event


def short_help(child: Child, service: Service) -> Generator[simpy.Event, News, Detail]:
    """Help for some weeks, then close."""
    p, now = service.p, service.env.now
    service.record(child, Event.SHORT_HELP_STARTED)
    service.office.reweigh(child, p.points_short_help)
    child.urgent = False
    length = lognormal(
        service.luck["short help length"](child.number, child.episode), p.short_help_median_days, p.short_help_sigma
    )
    service.plan_work(child, Event.SHORT_HELP_SESSION, now + length / 3, now + length / 2)
    service.plan_work(child, Event.SHORT_HELP_SESSION, now + length - 3, now + length, service.then(News.REVIEWED))
    yield from child.until(News.REVIEWED)
    child.help += p.help_short
    return Detail.RC7
