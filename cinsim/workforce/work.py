"""Tasks and the diaries that hold them.

A task is *booked* for a day, before which it is not worked on, and *due* on another. Of the tasks whose day has come
a worker takes the one with the earliest due date, moved forward by a head start for work that goes before other work
(child protection before child in need). Ties go to the task entered first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from cinsim.reference.events import Event

if TYPE_CHECKING:
    from cinsim.workforce.teams import Team, Waiting
    from cinsim.workforce.workers import Worker

HEAD_START_WORKING_DAYS: Final[dict[int, float]] = {
    Event.SCREENING: 20.0,
    Event.CONFERENCE_CHAIRING: 20.0,
    Event.SECTION_47_SESSION: 10.0,
    Event.CPP_VISIT: 8.0,
    Event.CORE_GROUP: 4.0,
    Event.APPROVAL: 5.0,
    Event.LOOKED_AFTER_VISIT: 3.0,
    Event.REPORT: 3.0,
    Event.ASSESSMENT_SESSION: 3.0,
    Event.CIN_REVIEW: 2.0,
    Event.CIN_VISIT: 1.0,
    Event.TEAM_TIME: -2.0,
    Event.SHORT_HELP_SESSION: -3.0,
    Event.CASE_SUPERVISION: -5.0,
    Event.CLOSURE_WORK: -10.0,
    Event.HANDOVER_WORK: -5.0,
    Event.LONG_STAY_SUPPORT: -10.0,
}
"""Working days by which work goes before other work with the same due date; the order is statutory weight (assumption)."""

CAN_BE_THINNED: Final = frozenset(
    {
        Event.TEAM_TIME,
        Event.CASE_SUPERVISION,
        Event.CLOSURE_WORK,
        Event.HANDOVER_WORK,
        Event.LONG_STAY_SUPPORT,
        Event.SHORT_HELP_SESSION,
    }
)
"""Work that is cut short when it is overdue, before statutory work gives way."""

Done = Callable[["Task", "Worker", float], None]


class Task:
    """One piece of work on a case; ``diary`` is the diary that holds it, None once it is done or dropped."""

    __slots__ = ("booked", "case", "diary", "done", "due", "hours", "hours_left", "kind")

    def __init__(self, kind: int, case: Case, hours: float, booked: float, due: float, done: Done):
        self.kind, self.case, self.hours, self.hours_left = kind, case, hours, hours
        self.booked, self.due, self.done = booked, due, done
        self.diary: Diary | None = None


class Diary:
    """Tasks waiting for their day and tasks that are ready; one worker's own or shared by a pool on duty."""

    __slots__ = ("_count", "_opened", "future", "ready")

    def __init__(self) -> None:
        self.future: dict[int, list[Task]] = {}  # by the working day for which they are booked
        self.ready: list[tuple[float, int, Task]] = []
        self._count = 0
        self._opened = -1

    def add(self, task: Task) -> None:
        """Enter a task; it leaves the diary it was in before."""
        task.diary = self
        day = int(task.booked)
        if day <= self._opened:
            self._make_ready(task)
        else:
            page = self.future.get(day)
            if page is None:
                self.future[day] = [task]
            else:
                page.append(task)

    def _make_ready(self, task: Task) -> None:
        self._count += 1
        heapq.heappush(self.ready, (task.due - HEAD_START_WORKING_DAYS[task.kind], self._count, task))

    def open_day(self, today: int) -> None:
        """Make ready the tasks booked up to today."""
        future = self.future
        for day in range(self._opened + 1, today + 1):
            page = future.pop(day, None)
            if page is not None:
                for task in page:
                    if task.diary is self:
                        self._make_ready(task)
        self._opened = today

    def most_pressing(self, today: int) -> Task | None:
        """Return the task that comes first today, None where no task's day has come; it heads ``ready``."""
        self.open_day(today)
        while self.ready and self.ready[0][2].diary is not self:
            heapq.heappop(self.ready)
        return self.ready[0][2] if self.ready else None

    def waiting(self) -> list[Task]:
        """Return the tasks that are still to be done, ready ones first, each in the order in which they were entered."""
        ready = [task for _, _, task in sorted(self.ready, key=lambda entry: entry[1])]
        booked = [task for day in sorted(self.future) for task in self.future[day]]
        return [task for task in ready + booked if task.diary is self]


class Case:
    """A child's case as the workforce sees it: who holds it, what is to be done on it and how much it weighs."""

    __slots__ = ("asked", "episode", "held", "holder", "number", "points", "roles", "tasks", "team", "urgent", "waiting")

    def __init__(self, number: int):
        self.number = number
        self.holder: Worker | None = None
        self.team: Team | None = None
        self.points = 0.0
        self.urgent = False
        self.episode = 0
        self.held = False  # whether anyone has held the case in this episode
        self.roles: frozenset[int] = frozenset()
        self.waiting: Waiting | None = None  # its place among those who wait for a holder
        self.tasks: list[Task] = []  # of the case holder
        self.asked: list[Task] = []  # of those on duty; what is done stays here until the case closes

    def plan_task(self, kind: int, hours: float, booked: float, due: float, done: Done) -> Task:
        """Add work for the case holder; without one it waits with the case."""
        task = Task(kind, self, hours, booked, due, done)
        self.tasks.append(task)
        if self.holder is not None:
            self.holder.diary.add(task)
        return task

    def drop_asked(self) -> None:
        """Drop what those on duty were asked to do and have not done yet."""
        for task in self.asked:
            task.diary = None
        self.asked.clear()

    def drop_task(self, task: Task) -> None:
        """Drop one piece of work, if it is not done yet."""
        if task in self.tasks:
            self.tasks.remove(task)
            task.diary = None

    def drop_tasks(self, kinds: frozenset[int] | None = None) -> list[Task]:
        """Drop work not yet done (of some kinds only) and return it."""
        dropped = [t for t in self.tasks if kinds is None or t.kind in kinds]
        for task in dropped:
            task.diary = None
        self.tasks = [t for t in self.tasks if t not in dropped] if kinds is not None else []
        return dropped
