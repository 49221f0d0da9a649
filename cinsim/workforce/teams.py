"""Teams: who may be given a case, and the children who wait for someone."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from cinsim.reference.events import Event
from cinsim.workforce.staffing import SOCIAL_WORK_ROLES
from cinsim.workforce.work import Case, Diary
from cinsim.workforce.workers import Worker

if TYPE_CHECKING:
    from cinsim.workforce.office import Office


_load = attrgetter("load")


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A case's place among those that wait for a holder, and since when."""

    case: Case
    since: float


class Team:
    """Case holders who share allocations, and the list of children who wait for one of them."""

    def __init__(self, office: Office, code: int, *, pool: bool = False):
        self.office, self.code = office, code
        self.workers: list[Worker] = []
        self._eligible: dict[frozenset[int], list[Worker]] = {}  # workers by the roles a case may go to
        self.pool = Diary() if pool else None
        self._waiting: dict[frozenset[int], list[tuple[int, float, int, Waiting]]] = {}  # by the roles a case waits for
        self._count = 0

    def _least_loaded(self, case: Case) -> Worker | None:
        """Return the worker with the smallest share of its limit in use of those who may be given the case, if there is one."""
        eligible = self._eligible.get(case.roles)
        if eligible is None:
            eligible = [worker for worker in self.workers if worker.role in case.roles]
            if not eligible and case.roles <= SOCIAL_WORK_ROLES:  # a small team without anyone experienced
                eligible = [worker for worker in self.workers if worker.role in SOCIAL_WORK_ROLES]
            self._eligible[case.roles] = eligible
        if not eligible:
            return None
        best = min(eligible, key=_load)
        if not case.urgent and best.points + case.points > best.limit:  # a small post can be empty and yet too small
            eligible = [worker for worker in eligible if worker.points + case.points <= worker.limit]
            if not eligible:
                return None
            best = min(eligible, key=_load)
        return best if best.load < math.inf else None

    @property
    def duty(self) -> Diary:
        """Return the diary that a team on duty shares."""
        if self.pool is None:
            raise ValueError("this team has case holders, each with a diary of its own")
        return self.pool

    def load(self) -> float:
        """Return the caseload points of the team's workers as a share of their limits; infinity for a team without any."""
        points = limit = 0.0
        for worker in self.workers:
            points += worker.points
            limit += worker.limit
        return points / limit if limit > 0.0 else math.inf

    def allocate(self, case: Case) -> None:
        """Give a case to the least loaded eligible worker below its limit, or let it wait.

        Urgent cases (section 47, child protection) go to the least loaded worker even beyond its limit. A case that
        another team still holds stays with its holder until someone here can take it.
        """
        now = self.office.env.now
        since = case.waiting.since if case.waiting is not None and case.team is self else now
        case.team = self
        worker = self._least_loaded(case)
        if worker is not None:
            self._give(case, worker)
            return
        if case.holder is None:
            self.office.write(now, case.number, Event.WAITING_FOR_ALLOCATION, case.episode, -1, self.code)
        self._count += 1
        case.waiting = Waiting(case, since)
        place = (0 if case.urgent else 1, since, self._count, case.waiting)
        heapq.heappush(self._waiting.setdefault(case.roles, []), place)

    def _give(self, case: Case, worker: Worker) -> None:
        before, case.waiting = case.holder, None
        if before is worker:
            return
        if before is not None:
            before.let_go(case)
        worker.take(case)
        self.office.note_new_holder(case, worker, first=not case.held)
        case.held = True
        if before is not None:
            before.team.allocate_waiting()

    def allocate_waiting(self) -> None:
        """Give waiting cases to workers who now have room, most urgent and longest waiting first.

        A case that finds nobody holds up those behind it that wait for the same roles, and no others.
        """
        stuck: set[frozenset[int]] = set()
        while True:
            first: tuple[int, float, int, Waiting] | None = None
            for roles, waiting in self._waiting.items():
                while waiting and waiting[0][3].case.waiting is not waiting[0][3]:
                    heapq.heappop(waiting)  # given to someone meanwhile, closed, or asked for anew
                if waiting and roles not in stuck and (first is None or waiting[0] < first):
                    first = waiting[0]
            if first is None:
                return
            case = first[3].case
            worker = self._least_loaded(case)
            if worker is None:
                stuck.add(case.roles)
            else:
                self._give(case, worker)

    def join(self, worker: Worker) -> None:
        """Take in a new worker, who can be given waiting cases at once."""
        self.workers.append(worker)
        self._eligible.clear()
        self.allocate_waiting()

    def part_with(self, worker: Worker) -> None:
        """Let a worker go; its cases are handed over or wait."""
        self.workers.remove(worker)
        self._eligible.clear()
        for case in list(worker.cases.values()):
            self.pass_on(case)

    def pass_on(self, case: Case) -> None:
        """Take a case from its holder and find it another, or let it wait unallocated."""
        former = case.holder
        assert former is not None
        former.let_go(case)
        self.office.write(self.office.env.now, case.number, Event.RELEASED, case.episode, former.number)
        (case.team or self).allocate(case)
