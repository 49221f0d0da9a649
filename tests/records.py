"""Event records written by hand, with a population and workers to go with them, for tests with answers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar, add_months_to_date
from cinsim.engine.record import EventRecord
from cinsim.outcomes.measures import measures
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES, Detail, Event

PARAMETERS = {
    "help_half_life_months": 12.0,
    "working_hours_per_year": 1_500.0,
    "agency_premium": 0.5,
    "cost_per_hour_social_worker": 40.0,
    "cost_per_hour_senior_practitioner": 45.0,
    "cost_per_hour_newly_qualified": 35.0,
    "cost_per_hour_family_support_worker": 25.0,
    "cost_per_hour_practice_supervisor": 50.0,
    "cost_per_hour_conference_chair": 55.0,
}
NO_NEED = -9.0


@dataclass(frozen=True)
class HandPopulation:
    """Children of a hand-written record; the histories are None unless given."""

    birth: NDArray[np.datetime64]
    entered: NDArray[np.float64]
    leaves: NDArray[np.float64]
    sex: NDArray[np.int8]
    quintile: NDArray[np.int8]
    ethnicity: NDArray[np.int8]
    disabled: NDArray[np.bool_]
    need_category: NDArray[np.int8]
    need: NDArray[np.float32]
    quarter_times: NDArray[np.float64]
    ever_referred_before: NDArray[np.bool_] | None = None
    ever_cpp_before: NDArray[np.bool_] | None = None
    previous_cpps: NDArray[np.int64] | None = None
    last_referral: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class HandWorker:
    """A worker of a hand-written record."""

    number: int
    role: int
    team: int
    fte: float
    agency: bool
    started: float
    left: float


@dataclass(frozen=True)
class HandReplication:
    """What the measures read of a replication."""

    record: EventRecord
    calendar: Calendar
    population: HandPopulation
    workers: Sequence[HandWorker]
    reported_years: range
    parameters: Mapping[str, float]
    national_thresholds: Mapping[str, float]
    work_notes: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 6)))
    queue_notes: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 3)))
    posts: Sequence[Any] = ()


@dataclass
class Story:
    """Writes a record in dates. Events may be told in any order; those of the same time stay in the order told.

    The calendar runs from April 2021; the reporting years to March 2025 and to March 2026 are reported.
    """

    first: date = date(2021, 4, 1)
    last: date = date(2026, 6, 30)
    years: range = range(2025, 2027)
    parameters: dict[str, float] = field(default_factory=lambda: dict(PARAMETERS))
    thresholds: dict[str, float] = field(default_factory=lambda: {"in_need": 1.0, "section_47": 3.0})
    histories: dict[str, Sequence[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.calendar = Calendar(self.first, self.last)
        self._children: list[dict[str, Any]] = []
        self._workers: list[HandWorker] = []
        self._events: list[tuple[float, tuple[Any, ...]]] = []
        self._episode: dict[int, int] = {}

    def time(self, day: str | float | None, missing: float = math.nan) -> float:
        """Return the working-day time of an ISO date; a number is one already."""
        if day is None:
            return missing
        return float(self.calendar.time_of(date.fromisoformat(day))) if isinstance(day, str) else float(day)

    def child(self, birth: str = "2015-01-15", *, need: float | Mapping[str, float] = NO_NEED, **given: Any) -> int:
        """Add a child, who lives in the area from birth (or before the run) to the 18th birthday unless told otherwise.

        ``need`` is its level, or levels by the first date of the quarters from which each holds.
        """
        born = date.fromisoformat(birth)
        about = {
            "birth": born,
            "entered": self.time(given.pop("entered", None), float(self.calendar.time_of(born))),
            "leaves": self.time(given.pop("leaves", None), float(self.calendar.time_of(add_months_to_date(born, 216)))),
            "need": need,
            "sex": 0, "quintile": 3, "ethnicity": 0, "disabled": False, "need_category": 0,
        }  # fmt: skip
        self._children.append(about | given)
        return len(self._children) - 1

    def worker(self, role: Detail = Detail.SOCIAL_WORKER, *, fte: float = 1.0, agency: bool = False, started: str = "2021-04-01",
               left: str | None = None) -> int:  # fmt: skip
        """Add a worker."""
        number = len(self._workers)
        left_at = self.time(left, math.inf)
        self._workers.append(HandWorker(number, role, Detail.CIN_AND_CP_TEAM, fte, agency, self.time(started), left_at))
        return number

    def tell(self, day: str | float, kind: Event, child: int, *, worker: int = -1, detail: int = -1, hours: float = 0.0,
             due: str | float | None = None, value: float = math.nan, episode: int | None = None) -> None:  # fmt: skip
        """Write an event of a child (or of a worker, whose number then stands for the child's)."""
        at = self.time(day)
        number = self._episode.get(child, 0) if episode is None else episode
        self._events.append((at, (at, child, kind, number, worker, detail, hours, self.time(due), value)))

    def refer(self, day: str | float, child: int, *, source: Detail = Detail.POLICE, assess: bool = True) -> None:
        """Refer a child, a new episode; unless told otherwise the referral is accepted and an assessment starts."""
        self._episode[child] = self._episode.get(child, 0) + 1
        self.tell(day, Event.REFERRAL, child, detail=source)
        if assess:
            self.tell(day, Event.SCREENED_IN, child)
            self.tell(day, Event.ASSESSMENT_STARTED, child, due=self.time(day) + 45)

    def refuse(self, day: str | float, child: int) -> None:
        """Refer a child whose referral ends there, with no further action."""
        self.refer(day, child, assess=False)
        self.tell(day, Event.NO_FURTHER_ACTION, child)
        self.close(day, child, Detail.NFA)

    def assessed(self, day: str | float, child: int, outcome: Detail = Detail.OUTCOME_SHORT_HELP) -> None:
        """Complete the assessment; one that finds no need closes the episode."""
        self.tell(day, Event.ASSESSMENT_COMPLETED, child, detail=outcome)
        if outcome == Detail.OUTCOME_CLOSED:
            self.tell(day, Event.NOT_IN_NEED, child)
            self.close(day, child, Detail.RC8)
        elif outcome == Detail.OUTCOME_SHORT_HELP:
            self.tell(day, Event.SHORT_HELP_STARTED, child)

    def plan(self, child: int, start: str | float, end: str | float | None = None, *, protection: bool = False) -> None:
        """Put a child on a CIN plan or a child protection plan."""
        kinds = (Event.CPP_STARTED, Event.CPP_ENDED) if protection else (Event.CIN_PLAN_STARTED, Event.CIN_PLAN_ENDED)
        self.tell(start, kinds[0], child, detail=Detail.NEG if protection else -1)
        if end is not None:
            self.tell(end, kinds[1], child)

    def close(self, day: str | float, child: int, reason: Detail = Detail.RC7, *, benefit: float = math.nan) -> None:
        """Close a child's episode."""
        self.tell(day, Event.CLOSED, child, detail=reason, value=benefit)

    def _need(self, about: Mapping[str, Any], starts: NDArray[np.datetime64]) -> NDArray[np.float32]:
        if not isinstance(about["need"], Mapping):
            return np.full(len(starts), about["need"], dtype=np.float32)
        out = np.full(len(starts), NO_NEED, dtype=np.float32)
        for since, level in sorted(about["need"].items()):
            out[starts >= np.datetime64(since)] = level
        return out

    @property
    def replication(self) -> HandReplication:
        """The replication told so far."""
        record = EventRecord(EVENT_NAMES, DETAIL_NAMES)
        for _, row in sorted(self._events, key=lambda event: event[0]):
            record.write(*row)
        starts = self.calendar.quarter_starts()
        of: dict[str, list[Any]] = {key: [c[key] for c in self._children] for key in self._children[0]} if self._children else {}

        def column(name: str, kind: str) -> NDArray[Any]:
            return np.array(of.get(name, []), dtype=kind)

        need = [self._need(c, starts[:-1]) for c in self._children]
        population = HandPopulation(
            column("birth", "datetime64[D]"), column("entered", "f8"), column("leaves", "f8"), column("sex", "i1"),
            column("quintile", "i1"), column("ethnicity", "i1"), column("disabled", "?"), column("need_category", "i1"),
            np.array(need, dtype=np.float32).reshape(len(need), len(starts) - 1), self.calendar.times_of(starts),
            **{name: np.asarray(values) for name, values in self.histories.items()},
        )  # fmt: skip
        return HandReplication(
            record, self.calendar, population, tuple(self._workers), self.years, self.parameters, self.thresholds
        )

    @property
    def measures(self) -> Values:
        """The measures of what has been told so far."""
        return Values(measures(self.replication))


class Values:
    """Looks up measures of one replication."""

    def __init__(self, frame: pd.DataFrame):
        self.frame = frame
        self._values = frame.set_index(["measure", "year", "group"])["value"]

    def __call__(self, measure: str, year: int = 2025, group: str = "all") -> float:
        """Return one value."""
        return float(self._values.loc[(measure, year, group)])
