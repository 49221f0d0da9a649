"""A child whose case is open when the run starts goes on from where it stands."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import simpy

from cinsim.engine.variates import normal
from cinsim.pathway.assessment import open_assessment
from cinsim.pathway.child import Child, News, Stage
from cinsim.pathway.history import (
    CHILD_IN_NEED,
    CHILD_PROTECTION,
    DISABILITY_SERVICE,
    LOOKED_AFTER,
    OUT,
    WORKING_DAYS_PER_QUARTER,
    History,
)
from cinsim.pathway.journey import journey
from cinsim.pathway.screening import source_of
from cinsim.pathway.service import Service
from cinsim.policy.thresholds import needs_section_47
from cinsim.reference.events import Detail, Event
from cinsim.simulation.placing import OpenCase

_STAGES: Final[Mapping[int, Stage]] = {
    CHILD_IN_NEED: Stage.CHILD_IN_NEED,
    CHILD_PROTECTION: Stage.CHILD_PROTECTION,
    LOOKED_AFTER: Stage.LOOKED_AFTER,
    DISABILITY_SERVICE: Stage.DISABILITY_SERVICE,
}


def take_over(child: Child, service: Service, case: OpenCase) -> None:
    """Let a child's open case go on: its stage with the time it has lasted, an assessment and an enquiry in progress."""
    env = service.env
    child.episode = 1
    child.source = case.source
    child.referred_at = child.concern_since = min(case.referred, -1.0)
    child.elapsed = max(-case.since, 0.0)
    service.write(child.referred_at, child.number, Event.REFERRAL, 1, -1, child.source)
    service.write(min(child.referred_at + 1.0, 0.0), child.number, Event.SCREENED_IN, 1)
    if case.stage is not Stage.ASSESSMENT and math.isnan(case.assessed_since):
        _write_first_assessment(child, service)
    if case.stage in (Stage.CHILD_IN_NEED, Stage.CHILD_PROTECTION, Stage.LOOKED_AFTER):
        child.rhythm = child.elapsed
    if case.stage in (Stage.ASSESSMENT, Stage.SHORT_HELP):
        child.concern = service.p.concern_sd * normal(service.luck["presenting concern"](child.number, 1))
    if case.stage is Stage.SHORT_HELP:  # the worker who assessed goes on
        service.office.assign(child, Detail.ASSESSMENT_TEAM, service.p.points_short_help)
    if case.stage is Stage.CHILD_IN_NEED:  # what there is to see by now has been looked into
        thresholds = service.open_case_thresholds(child)
        seen = service.seen(child, "enquiry error", service.p.enquiry_error_sd)
        if needs_section_47(seen, thresholds):
            child.enquired = seen
    if case.stage is Stage.ASSESSMENT:
        child.elapsed = -child.referred_at
    elif not math.isnan(case.assessed_since):
        open_assessment(child, service, case.assessed_since, under_way=True)
    if case.stage in (Stage.ASSESSMENT, Stage.CHILD_IN_NEED) and not math.isnan(case.enquired_since):
        child.enquiry_elapsed = max(-case.enquired_since, 1.0)
    child.process = env.process(journey(child, service, case.stage))
    if child.enquiry_elapsed > 0.0 and case.stage is Stage.CHILD_IN_NEED:
        env.process(_concern(child, service))


def _write_first_assessment(child: Child, service: Service) -> None:
    """Record the assessment that a child must have had whose case is further on when the run begins."""
    completed = min(child.referred_at + service.p.assessment_days_before_run, -1 / 1024)
    service.write(min(child.referred_at + 1.0, completed), child.number, Event.ASSESSMENT_STARTED, 1)
    service.write(completed, child.number, Event.ASSESSMENT_COMPLETED, 1)


def _concern(child: Child, service: Service) -> Generator[simpy.Event, object, None]:
    """Wake a child's plan with the concern that is being enquired into, once the plan is under way."""
    yield service.env.timeout(1 / 1024)
    child.tell(News.CONCERN)


@dataclass(frozen=True, slots=True)
class KnownChild:
    """A child who was known to the service before the run: its stage, and for how many quarters it has been there."""

    number: int
    help: float
    previous_cpps: int
    stage: int
    closed_at: float
    stage_quarters: float
    open_quarters: float


def known_children(history: History) -> list[KnownChild]:
    """Return the children who have been referred before the run, by number."""
    known = np.flatnonzero(~np.isnan(history.last_referral))
    columns = (
        known,
        history.help[known].astype(np.float64),
        history.previous_cpps[known],
        history.stage[known],
        history.closed_at[known],
        history.stage_quarters[known].astype(np.float64),
        history.open_quarters[known].astype(np.float64),
    )
    return [KnownChild(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def take_over_all(service: Service, known: Sequence[KnownChild], cases: Mapping[int, OpenCase]) -> None:
    """Start the journeys of children who are open when the run begins, with the time they have already been open."""
    env = service.env
    for before in known:
        number = before.number
        child = Child(env, number, service.need_category[number])
        service.known[number] = child
        child.help = before.help
        child.previous_cpps = before.previous_cpps
        if before.stage == OUT:
            child.closed_at = before.closed_at
            service.write(child.closed_at, number, Event.HELP_LEVEL, 0, -1, -1, 0.0, math.nan, child.help)
            continue
        if number in cases:
            take_over(child, service, cases[number])
            continue
        child.episode = 1
        child.source = source_of(child, service, 0)  # candidates of the run are numbered from 1
        within = (number * 0.6180339887498949) % 1.0
        child.elapsed = (before.stage_quarters + within) * WORKING_DAYS_PER_QUARTER
        child.referred_at = -(before.open_quarters + within) * WORKING_DAYS_PER_QUARTER - service.p.assessment_days_before_run
        child.concern_since = child.referred_at
        service.write(child.referred_at, number, Event.REFERRAL, 1, -1, child.source)
        service.write(child.referred_at + 1.0, number, Event.SCREENED_IN, 1)
        _write_first_assessment(child, service)
        child.process = env.process(journey(child, service, _STAGES[before.stage]))
