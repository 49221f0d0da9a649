"""Small worlds for tests of the workforce and the pathway: an office without a pathway, and :class:`Town` with all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from cinsim.engine.draws import Draws
from cinsim.engine.record import EventRecord
from cinsim.journeys.world import (
    NOBODY_LEAVES,
    ROLES,
    Town,
    Wrote,
    plain_parameters,
    post,
    roomy_posts,
    staffing_with,
    written,
)
from cinsim.policy.lead_practitioner import Effect
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES, Detail, Event
from cinsim.workforce.office import Office
from cinsim.workforce.staffing import Post, Rates
from cinsim.workforce.work import Case, Diary, Task
from cinsim.workforce.workers import Worker

__all__ = ["NOBODY_LEAVES", "ROLES", "Bureau", "Town", "Wrote", "post", "roomy_posts", "written"]


@dataclass
class Bureau:
    """An office without a pathway: workers, teams and cases to give them."""

    posts: Sequence[Post]
    parameters: Mapping[str, float] = field(default_factory=dict)
    rates: Mapping[int, Rates] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 1

    def __post_init__(self) -> None:
        self.p = plain_parameters(self.parameters)
        self.env = simpy.Environment()
        self.record = EventRecord(EVENT_NAMES, DETAIL_NAMES)
        self.draws = Draws(self.seed, 0, checking=True)
        rates = dict.fromkeys(ROLES, NOBODY_LEAVES) | dict(self.rates)
        self.office = Office(
            self.env, self.p, self.draws, self.record.write, staffing_with(self.posts, rates, self.p, **self.rules), Effect()
        )

    def run(self, until: float) -> None:
        self.env.run(until=until)

    @property
    def workers(self) -> list[Worker]:
        """Workers by the numbers of their posts."""
        return sorted(self.office.workers, key=lambda worker: (worker.post, worker.number))

    def case(self, number: int, *, team: int = Detail.CIN_AND_CP_TEAM, points: float = 1.0, **how: Any) -> Case:
        """Return a new case for which a team has been asked for a holder."""
        case = Case(number)
        case.episode = 1
        self.office.assign(case, team, points, **how)
        return case

    def work(
        self, case: Case, hours: float, *, kind: int = Event.CIN_VISIT, booked: float | None = None, due: float = 1000.0
    ) -> Task:
        """Give the case's holder a piece of work, ready at once unless booked for later."""
        return case.plan_task(kind, hours, self.env.now if booked is None else booked, due, self.done)

    def done(self, task: Task, worker: Worker, now: float) -> None:
        """Write that a piece of work is done."""
        self.office.write(now, task.case.number, task.kind, task.case.episode, worker.number, -1, task.hours, task.due)

    def duty(self, diary: Diary, number: int, hours: float, *, kind: int = Event.SCREENING, due: float = 1000.0) -> Task:
        """Put a piece of work into a shared diary."""
        return self.office.ask(diary, kind, Case(number), hours, self.env.now, due, self.done)

    def events(self, *kinds: Event, entity: int | None = None) -> list[Wrote]:
        return written(self.record, *kinds, entity=entity)
