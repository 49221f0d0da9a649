"""The run itself: a workforce, a pathway and children, from what they start from to what comes of them.

Everything here, and all that it calls, is carried over into the native engine (:mod:`cinsim.native`), so that it keeps to
the typed subset of Python that the engine's README lists.
"""

from __future__ import annotations

from dataclasses import dataclass

from cinsim.engine.clock import Calendar
from cinsim.engine.draws import Draws
from cinsim.engine.environment import DayByDay
from cinsim.engine.record import Write
from cinsim.pathway.child import Stage
from cinsim.pathway.journey import Arrivals, leavers
from cinsim.pathway.service import ChildTables, Profiles, Service
from cinsim.pathway.visits import drop_visits
from cinsim.policy.practice import Practice
from cinsim.population.referrals import ReferralTimes
from cinsim.reference.parameters import Parameters
from cinsim.simulation.placing import OpenCase
from cinsim.simulation.taking_over import KnownChild, take_over_all
from cinsim.workforce.office import Office
from cinsim.workforce.staffing import Staffing
from cinsim.workforce.workers import WorkerRow


@dataclass(frozen=True, slots=True)
class Given:
    """What a run starts from.

    Attributes
    ----------
    known : children who have been referred before the run. cases : open cases of a return, by child.
    arrivals : first candidates for a referral, the next one last (:func:`cinsim.pathway.journey.first_candidates`).
    leaving : a heap of when each child leaves: (time, child, because).
    year_ends : when reporting years end, at which it is noted who waits.
    """

    p: Parameters
    calendar: Calendar
    tables: ChildTables
    referrals: ReferralTimes
    practice: Practice
    staffing: Staffing
    profiles: Profiles
    known: list[KnownChild]
    cases: dict[int, OpenCase]
    arrivals: list[tuple[float, int, float, float]]
    leaving: list[tuple[float, int, int]]
    year_ends: list[float]


@dataclass(slots=True)
class World:
    """A run under way.

    Attributes
    ----------
    queues : who waited as each year ended: (time, kind of event, child). year_ends : those still to come.
    """

    service: Service
    arrivals: Arrivals
    year_ends: list[float]
    queues: list[tuple[float, int, int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a run beside its record: its workers, the notes of their work, and who waited as each year ended."""

    workers: tuple[WorkerRow, ...]
    notes: list[tuple[float, int, float, float, float, float]]
    queues: list[tuple[float, int, int]]


def begin(env: DayByDay, draws: Draws, write: Write, given: Given) -> World:
    """Bring a run to its first moment."""
    office = Office(env, given.p, draws, write, given.staffing, given.practice.lead_practitioner.effect)
    service = Service(
        env, given.p, given.calendar, draws, write, given.tables, given.referrals, given.practice, office, given.profiles
    )
    take_over_all(service, given.known, given.cases)
    arrivals = Arrivals(service, given.arrivals)
    env.process(arrivals.live())
    env.process(leavers(service, given.leaving))
    return World(service, arrivals, given.year_ends, [])


def go_on(env: DayByDay, world: World, until: float) -> None:
    """Go on until a time, working days; what happens at that time is still to come."""
    while world.year_ends and world.year_ends[0] <= until:
        ends = world.year_ends.pop(0)
        env.run(ends)
        for kind, child in world.service.waiting():
            world.queues.append((ends, kind, child))
    if env.now < until:
        env.run(until)


def finish(world: World) -> Outcome:
    """End a run: visits still in the diaries that are overdue are recorded as not made."""
    service = world.service
    for child in service.known.values():
        if child.stage is Stage.CHILD_IN_NEED or child.stage is Stage.CHILD_PROTECTION:
            drop_visits(child, service)
    return Outcome(service.office.rows(), service.office.notes, world.queues)


def simulate(env: DayByDay, draws: Draws, write: Write, given: Given, end: float) -> Outcome:
    """Run from the beginning to a time, working days."""
    world = begin(env, draws, write, given)
    go_on(env, world, end)
    return finish(world)
