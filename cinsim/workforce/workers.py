"""A worker's days: hours, absences, and the tasks that are done in them."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from heapq import heappop
from typing import TYPE_CHECKING

import simpy

from cinsim.engine.clock import TICKS_PER_DAY
from cinsim.engine.environment import Recurring
from cinsim.engine.variates import exponential, lognormal
from cinsim.policy.lead_practitioner import Effect
from cinsim.reference.events import Detail, Event
from cinsim.workforce.posts import on_grid_or_never
from cinsim.workforce.service_length import DAYS_PER_WEEK, ends_at, steady
from cinsim.workforce.work import CAN_BE_THINNED, Case, Diary, Task

if TYPE_CHECKING:
    from cinsim.workforce.office import Office
    from cinsim.workforce.teams import Team

NO_EFFECT = Effect()
DAYS_BETWEEN_NOTES = 21.0  # about a month
SHORTEST_GAP, GAP_RANGE = 0.6, 0.8
"""Time between spells of leave is this part of its mean, and as likely up to that much more (assumption)."""


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as the outcomes see it: times are working days, ``left`` is infinity for those still there."""

    number: int
    role: int
    team: int
    fte: float
    agency: bool
    post: int
    started: float
    left: float
    newly_qualified: bool


class Worker:
    """Someone in post from ``started`` to ``left``: a role, a team, a diary, cases and a limit to them."""

    __slots__ = (
        "_absences", "_leave_at", "_morning", "_nothing_but_work_until", "_sick_at", "_supervised_at", "agency", "asked",
        "available", "cases", "day_hours", "diary", "effect", "fte", "left", "limit", "load", "long_away", "luck", "moment",
        "note_at", "number", "office", "overtime", "points", "post", "role", "settled", "started", "team", "tenure",
        "under_notice", "unused",
    )  # fmt: skip

    def __init__(
        self,
        office: Office,
        number: int,
        role: int,
        team: Team,
        fte: float,
        agency: bool,
        post: int,
        spell: int,
        started: float,
        diary: Diary | None,
    ):
        self.office, self.number, self.role, self.team, self.fte, self.agency, self.post = (
            office,
            number,
            role,
            team,
            fte,
            agency,
            post,
        )
        self.started, self.left = started, math.inf
        self.diary = diary if diary is not None else Diary()
        self.cases: dict[int, Case] = {}
        self.points = self.load = 0.0
        self.long_away = self.under_notice = False
        self.settled = 1.0  # share of the usual caseload that someone new to the post is given
        self.limit = office.limit_of(role, fte)
        self.day_hours = office.day_hours(role, fte)
        self.overtime = self.available = self.unused = 0.0
        self.note_at = started
        self.effect = office.effect_of(role)
        self.tenure: simpy.Process | None = None  # of the post, which a resignation interrupts
        self.asked = 0
        # what a worker meets by chance belongs to the post and the spell in it, whoever else there is
        self.luck = post * 1_000_000 + spell
        # every worker has its own moment of the day, so that the order within a day is fixed and spread
        self.moment = (256 + (post * 97 + spell) % 512) / TICKS_PER_DAY
        self._morning = Recurring(office.env, self._come_in)
        self._absences = 0
        self._leave_at = self._sick_at = self._supervised_at = math.nan
        self._nothing_but_work_until = -math.inf

    def weigh(self, points: float) -> None:
        """Change the caseload by some points, and with it the worker's place in allocation."""
        self.points += points
        given_cases = self.limit > 0.0 and not self.long_away and not self.under_notice
        self.load = self.points / self.limit if given_cases else math.inf

    def set_limit(self) -> None:
        """Bring the limit to what holds now for the role, its hours and how settled the worker is."""
        self.limit = self.office.limit_of(self.role, self.fte) * self.settled
        self.weigh(0.0)

    def give_notice(self) -> None:
        """Work on until the last day, and be given no more cases."""
        self.under_notice = True
        self.weigh(0.0)

    def row(self) -> WorkerRow:
        """Return the worker as a row for the outcomes."""
        return WorkerRow(
            self.number, self.role, self.team.code, self.fte, self.agency, self.post, self.started, self.left,
            self.role == Detail.NEWLY_QUALIFIED,
        )  # fmt: skip

    def take(self, case: Case) -> None:
        """Become the case's holder."""
        case.holder = self
        self.cases[case.number] = case
        self.weigh(case.points)
        for task in case.tasks:
            self.diary.add(task)

    def let_go(self, case: Case) -> None:
        """Stop holding a case; its tasks stay with the case."""
        del self.cases[case.number]
        self.weigh(-case.points)
        case.holder = None
        for task in case.tasks:
            task.diary = None

    def begin(self) -> None:
        """Come in at the first of the worker's moments of the day from now on."""
        now = self.office.env.now
        first = math.floor(now) + self.moment
        self._morning.after((first if first >= now else first + 1.0) - now)

    def settle_in(self, share: float, days: float) -> Generator[simpy.Event, object, None]:
        """Be given more cases week by week: a share of the limit at first, all of it after some working days."""
        weeks = math.ceil(days / DAYS_PER_WEEK)
        for week in range(weeks):
            self.settled = share + (1.0 - share) * week / weeks
            self.set_limit()
            if week:
                self.team.allocate_waiting()
            yield self.office.env.timeout(DAYS_PER_WEEK)
            if self.left < math.inf:
                return
        self.settled = 1.0
        self.set_limit()
        self.team.allocate_waiting()

    def leave(self) -> None:
        """Leave the post now."""
        self.left = self.office.env.now
        self._nothing_but_work_until = -math.inf

    def _come_in(self, _: simpy.Event) -> None:
        """Work a day, unless something else comes first: leave or sickness, supervision, the end of the post."""
        now = self.office.env.now
        if now >= self._nothing_but_work_until and not self._is_at_work(now):
            return
        self.work_day(now)
        self._morning.after(1.0)

    def _is_at_work(self, now: float) -> bool:
        """Look at what falls due besides work, and return whether the worker works today."""
        if self.left < math.inf:
            return False
        office = self.office
        if math.isnan(self._leave_at):
            self._leave_at = now + office.leave_gap(self.luck, 0, first=True)
            self._be_well(0, now)
            holds_cases = self.role in office.case_holding_roles
            self._supervised_at = now + self.luck % office.days_between_supervisions if holds_cases else math.inf
        if now >= self._leave_at or now >= self._sick_at:
            self._be_away(now)
            return False
        if now >= self._supervised_at:
            self._supervised_at = now + office.days_between_supervisions
            office.plan_supervision(self, now)
            if self.tenure is not None and office.gives_up(self):
                self.tenure.interrupt()
        self._nothing_but_work_until = min(self._leave_at, self._sick_at, self._supervised_at)
        return True

    def _be_well(self, occurrence: int, well_from: float) -> None:
        """Be well from a time on, until the next spell of sickness."""
        self._sick_at = self.office.sick_from(self, occurrence, well_from, self.office.overload(self))

    def _be_away(self, now: float) -> None:
        """Be sick or on leave from now on."""
        office = self.office
        self._absences += 1
        if now >= self._sick_at:
            days, kind = office.sickness_length(self.luck, self._absences), Detail.SICKNESS
            self._be_well(self._absences, now + days)
        else:
            days, kind = office.leave_spell_days, Detail.LEAVE
            self._leave_at = now + days + office.leave_gap(self.luck, self._absences)
        office.write(now, self.number, Event.ABSENCE_STARTED, 0, self.number, kind, 0.0, now + days)
        if days > office.cover_after_days:
            office.env.process(self._long_absence(days))
        else:
            self._morning.after(days)

    def _long_absence(self, days: float) -> Generator[simpy.Event, object, None]:
        """Be away so long that cases are passed on once that is clear, and none are given meanwhile."""
        office = self.office
        self.long_away = True
        self.weigh(0.0)
        yield office.env.timeout(office.cover_after_days)
        if self.left < math.inf:
            return
        for case in list(self.cases.values()):
            self.team.pass_on(case)
        yield office.env.timeout(days - office.cover_after_days)
        if self.left < math.inf:
            return
        self.long_away = False
        self.weigh(0.0)
        self.team.allocate_waiting()
        self._come_in(self._morning)

    def work_day(self, now: float) -> None:
        """Do the day's work: the most pressing tasks until the hours are gone, with overtime for what is overdue."""
        diary, office = self.diary, self.office
        diary.open_day(int(now))
        ready = diary.ready
        hours, overtime_left, in_overtime = self.day_hours, self.day_hours * office.overtime_limit, False
        thin_if_due_before = now - office.thin_after_days
        while ready:
            pressing, _, task = ready[0]
            if task.diary is not diary:
                heappop(ready)
                continue
            if hours <= 0.0:
                if overtime_left <= 0.0 or pressing > now:
                    break
                hours, overtime_left, in_overtime = overtime_left, 0.0, True
                self.overtime += hours
            elif in_overtime and pressing > now:
                break
            if task.due < thin_if_due_before and task.kind in CAN_BE_THINNED and task.hours_left == task.hours:
                task.hours = task.hours_left = task.hours * office.thin_share
            if task.hours_left > hours:
                task.hours_left -= hours
                hours = 0.0
                continue
            hours -= task.hours_left
            heappop(ready)
            self._finish(task, now)
        if in_overtime:
            self.overtime -= hours
        elif hours > 0.0:
            self.unused += self._stand_in(now, hours) if self.role == Detail.PRACTICE_SUPERVISOR else hours
        self.available += self.day_hours
        if now >= self.note_at:
            self.note(now)
        if self.overtime > 0.0 and int(now) % 21 == self.number % 21:
            self.write_overtime(now)

    def _finish(self, task: Task, now: float) -> None:
        """Be done with a task: it is off the diary and off the case, recorded, and whoever waits for it is told."""
        task.diary = None
        case = task.case
        if task in case.tasks:
            case.tasks.remove(task)
        task.done(task, self, now)

    def _stand_in(self, now: float, hours: float) -> float:
        """Do what is long overdue at the front door and with other supervisors; return the hours that are left."""
        overdue = now - self.office.stand_in_after_days
        for diary in self.office.diaries_to_stand_in_for(self.diary):
            while hours > 0.0:
                task = diary.most_pressing(int(now))
                if task is None or task.due >= overdue:
                    break
                done = min(task.hours_left, hours)
                task.hours_left -= done
                hours -= done
                if task.hours_left <= 0.0:
                    heappop(diary.ready)
                    self._finish(task, now)
        return hours

    def note(self, now: float) -> None:
        """Note the caseload now against its limit, and the hours there were and that were left over since the last note."""
        self.office.notes.append((now, self.number, self.points, self.limit, self.available, self.unused))
        self.available = self.unused = 0.0
        self.note_at = (now // DAYS_BETWEEN_NOTES + 1.0) * DAYS_BETWEEN_NOTES

    def write_overtime(self, now: float) -> None:
        """Record the overtime worked since it was last recorded."""
        if self.overtime > 0.0:
            self.office.write(now, self.number, Event.OVERTIME, 0, self.number, -1, self.overtime)
            self.overtime = 0.0


def leave_gap_of(days_a_year: float, spell_days: float) -> float:
    """Return the mean working days at work between spells of leave and training."""
    spells = days_a_year / spell_days
    return 253.0 / spells - spell_days if spells > 0.0 else math.inf


class Absences:
    """How long and how often workers are away, keyed to the worker."""

    def __init__(self, office: Office):
        p = office.p
        self._leave = office.draws.stream("leave")
        self._sickness = office.draws.stream("sickness")
        self._length = office.draws.stream("sickness length")
        self._before, self._after = (
            leave_gap_of(p.leave_days_per_year + training, p.leave_spell_days) for training in office.staffing.rules.training
        )
        self._median, self._sigma = p.sickness_spell_median_days, p.sickness_spell_sigma
        self._mean = self._median * math.exp(self._sigma**2 / 2)

    def leave_gap(self, worker: int, occurrence: int, changed: bool, *, first: bool = False) -> float:
        """Return working days until the next spell of leave or training, before or after a scenario's change of training."""
        gap = self._after if changed else self._before
        if math.isinf(gap):
            return math.inf
        u = self._leave(worker, occurrence)
        return float(round(gap * (u if first else SHORTEST_GAP + GAP_RANGE * u)))

    def sick_from(self, worker: int, occurrence: int, well_from: float, before: float, after: float, change: float) -> float:
        """Return when the next spell of sickness begins, for shares of working days lost before and after a change."""
        luck = exponential(self._sickness(worker, occurrence))
        gaps = [self._mean * (1.0 - share) / share if share > 0.0 else math.inf for share in (before, after)]
        return on_grid_or_never(ends_at(well_from, luck, steady(gaps[0]), steady(gaps[1]), change))

    def sickness_length(self, worker: int, occurrence: int) -> float:
        """Return the whole working days a spell of sickness lasts."""
        return float(max(1, round(lognormal(self._length(worker, occurrence), self._median, self._sigma))))
