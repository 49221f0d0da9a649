"""The workforce of one area: its teams, diaries and rules, as the pathway meets it."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence

import simpy

from cinsim.engine.clock import on_grid
from cinsim.engine.draws import Draws
from cinsim.engine.record import Write
from cinsim.policy.lead_practitioner import Effect
from cinsim.policy.timing import NEVER, Ramp
from cinsim.reference.events import TEAMS, Detail, Event
from cinsim.reference.parameters import Parameters
from cinsim.workforce.posts import PostHistory
from cinsim.workforce.service_length import DAYS_PER_WEEK, WORKING_DAYS_PER_YEAR
from cinsim.workforce.staffing import FAMILY_SUPPORT, SOCIAL_WORK_ROLES, Post, Rates, Staffing
from cinsim.workforce.teams import Team
from cinsim.workforce.work import Case, Diary, Done, Task
from cinsim.workforce.workers import NO_EFFECT, Absences, Worker, WorkerRow


def supervised_teams(staffing: Staffing) -> tuple[int, tuple[int, ...]]:
    """Return the team whose practice supervisors also serve teams without any, and the teams that have some."""
    posts: dict[int, int] = {}
    for post in staffing.posts:
        if post.role == Detail.PRACTICE_SUPERVISOR:
            posts[post.team] = posts.get(post.team, 0) + 1
    teams = sorted(posts)
    most = max(teams, key=lambda team: posts[team]) if teams else int(Detail.CIN_AND_CP_TEAM)
    return most, tuple(teams)


def rules_change_over(staffing: Staffing) -> Ramp:
    """Return from when to when hours and limits of those in post change; never where they do not."""
    changed = [rates.ramp for rates in staffing.rates.values() if rates.limit[0] != rates.limit[1]]
    changed.append(staffing.rules.ramp)
    ramps = [ramp for ramp in changed if ramp != NEVER]
    return Ramp(min(ramp.start for ramp in ramps), max(ramp.full for ramp in ramps)) if ramps else NEVER


def pooled_from(staffing: Staffing) -> float:
    """Return from when on practice supervisors share one diary, infinity for never."""
    return staffing.rules.ramp.start if staffing.rules.pooled_supervisors else math.inf


class Office:
    """Teams and workers of one area.

    Parameters
    ----------
    env, draws, write : the simulation's clock, its randomness and the record's one call.
    staffing : the posts, rates and rules of the area.
    lead_effect : difference that lead practitioners who are not social workers make.
    """

    def __init__(
        self,
        env: simpy.Environment,
        p: Parameters,
        draws: Draws,
        write: Write,
        staffing: Staffing,
        lead_effect: Effect,
    ):
        self.env, self.p, self.draws, self.write, self.staffing = env, p, draws, write, staffing
        self.overtime_limit = staffing.rules.overtime[0]
        self.agency_stint_mean = p.agency_stint_months * 253 / 12
        self.notice_days = on_grid(p.notice_weeks * DAYS_PER_WEEK)
        self.leave_spell_days = p.leave_spell_days
        self.days_between_supervisions = p.supervision_interval_working_days
        self.case_holding_roles = SOCIAL_WORK_ROLES | FAMILY_SUPPORT
        self.cover_after_days = p.cover_after_days
        self.thin_after_days, self.thin_share = p.thin_after_days, p.thin_share
        self.stand_in_after_days = p.stand_in_after_days
        self._lead_effect = lead_effect
        self._absences = Absences(self)
        self._resigns = draws.stream("resigns")
        self.workers: list[Worker] = []
        self.notes: list[tuple[float, int, float, float, float, float]] = []  # of each worker about once a month
        self.teams: dict[int, Team] = {
            code: Team(self, code, pool=code in (Detail.FRONT_DOOR, Detail.CONFERENCE_TEAM)) for code in TEAMS
        }
        self._elsewhere, supervised = supervised_teams(staffing)
        self._supervisors = {team: Diary() for team in supervised}
        self._supervisors.setdefault(self._elsewhere, Diary())
        for post in staffing.posts:
            env.process(PostHistory(self, post).live())
        env.process(self._change_rules())
        env.process(self._pool_supervisors())

    def supervisors(self, team: int) -> Diary:
        """Return the diary that the practice supervisors of a team share; without any, those of the team with the most."""
        return self._supervisors.get(team) or self._supervisors[self._elsewhere]

    def diaries_to_stand_in_for(self, own: Diary) -> list[Diary]:
        """Return the diaries in which a practice supervisor may find overdue work besides its own: front door, other teams."""
        return [diary for diary in [self.teams[Detail.FRONT_DOOR].duty, *self._diaries_of_supervisors()] if diary is not own]

    def _diaries_of_supervisors(self) -> list[Diary]:
        """Return the diaries of practice supervisors, each once, should all share one."""
        out: list[Diary] = []
        for diary in self._supervisors.values():
            if diary not in out:
                out.append(diary)
        return out

    def asked_of_supervisors(self, kind: int) -> list[Task]:
        """Return the work of a kind that practice supervisors are asked for and have not done."""
        return [task for diary in self._diaries_of_supervisors() for task in diary.waiting() if task.kind == kind]

    def _pool_supervisors(self) -> Generator[simpy.Event, object, None]:
        """Have all practice supervisors share one diary from the time on at which the rules say so."""
        start = pooled_from(self.staffing)
        if math.isinf(start):
            return
        yield self.env.timeout(start - self.env.now)
        pool = Diary()
        for team in sorted(self._supervisors):
            for task in self._supervisors[team].waiting():
                pool.add(task)
        self._supervisors = dict.fromkeys(self._supervisors, pool)
        for worker in self.workers:
            if worker.role == Detail.PRACTICE_SUPERVISOR:
                worker.diary = pool

    def _change_rules(self) -> Generator[simpy.Event, object, None]:
        """Bring hours and limits of those in post to what the scenario sets, each day while it is phased in."""
        start = rules_change_over(self.staffing).start
        if math.isinf(start):
            return
        yield self.env.timeout(start - self.env.now)
        while True:
            now, rules = self.env.now, self.staffing.rules
            self.overtime_limit = rules.ramp.blend(*rules.overtime, now)
            for worker in self.workers:
                if math.isinf(worker.left):
                    worker.day_hours = self.day_hours(worker.role, worker.fte)
                    worker.set_limit()
            for team in self.teams.values():
                team.allocate_waiting()
            if now >= rules_change_over(self.staffing).full:
                return
            yield self.env.timeout(1.0)

    # ---- rules by role

    def rates_of(self, team: int, role: int) -> Rates:
        """Return the rates of a role in a team before and after the scenario's change."""
        return self.staffing.rates_of(team, role)

    def limit_of(self, role: int, fte: float) -> float:
        """Return the caseload limit, in points, of a worker now."""
        rates = self.staffing.rates[role]
        points = rates.ramp.blend(rates.limit[0], rates.limit[1], self.env.now)
        return points * fte * (self.p.newly_qualified_workload if role == Detail.NEWLY_QUALIFIED else 1.0)

    def day_hours(self, role: int, fte: float) -> float:
        """Return the hours a day that now go into tasks, administration taken off."""
        rules = self.staffing.rules
        administration = rules.ramp.blend(*rules.administration, self.env.now)
        share = self.p.supervisor_casework_share if role == Detail.PRACTICE_SUPERVISOR else 1.0
        if role == Detail.NEWLY_QUALIFIED:
            share = self.p.newly_qualified_workload
        return rules.ramp.blend(*rules.contract, self.env.now) * fte * (1.0 - administration) * share

    def effect_of(self, role: int) -> Effect:
        """Return the difference a role makes to help, detection and escalation."""
        return self._lead_effect if role == Detail.FAMILY_SUPPORT_WORKER else NO_EFFECT

    def sick_from(self, worker: Worker, occurrence: int, well_from: float, overload: float) -> float:
        """Return when a worker who is well from a time on next falls sick; a new rate holds from the middle of its phase-in.

        ``overload`` is the worker's as it was when the spell before began.
        """
        rates, rules = self.rates_of(worker.team.code, worker.role), self.staffing.rules
        before, after = rates.sickness
        change = (rates.ramp.start + rates.ramp.full) / 2
        if rules.feedbacks.workload_to_sickness:
            gain = 1.0 + self.p.workload_sickness_gain * overload
            if well_from >= rules.ramp.start:
                before, after = min(before * gain, 0.5), min(after * gain, 0.5)
            elif rates.ramp == NEVER:
                after, change = min(after * gain, 0.5), rules.ramp.start
        return self._absences.sick_from(worker.luck, occurrence, well_from, before, after, change)

    def overload(self, worker: Worker) -> float:
        """Return by how much a worker's caseload is above the share of its limit from which it is felt (0 if it is not)."""
        return max(worker.load - self.p.overload_felt_from, 0.0) if math.isfinite(worker.load) else 0.0

    def gives_up(self, worker: Worker) -> bool:
        """Return whether overload makes a permanent worker resign now (asked at each supervision, where this is switched on)."""
        if worker.agency or not self.staffing.rules.feedbacks_at(self.env.now).workload_to_leaving:
            return False
        rates = self.rates_of(worker.team.code, worker.role)
        turnover = rates.ramp.blend(rates.turnover[0], rates.turnover[1], self.env.now)
        extra = turnover * self.p.workload_leaving_gain * self.overload(worker)
        worker.asked += 1
        return self._resigns(worker.luck, worker.asked) < extra * self.days_between_supervisions / WORKING_DAYS_PER_YEAR

    def sickness_length(self, worker: int, occurrence: int) -> float:
        """Return the working days of a spell of sickness."""
        return self._absences.sickness_length(worker, occurrence)

    def leave_gap(self, worker: int, occurrence: int, *, first: bool = False) -> float:
        """Return working days until a worker's next leave."""
        return self._absences.leave_gap(worker, occurrence, self.env.now >= self.staffing.rules.ramp.start, first=first)

    def plan_supervision(self, worker: Worker, now: float) -> None:
        """Enter a worker's supervision: time of its own and of a practice supervisor on duty."""
        hours = self.p.hours_supervision

        def held(task: Task, who: Worker, at: float) -> None:
            self.write(at, who.number, Event.TEAM_TIME, 0, who.number, -1, task.hours, task.due)

        case = Case(worker.number)
        worker.diary.add(Task(Event.TEAM_TIME, case, hours, now, now + 5, held))
        self.supervisors(worker.team.code).add(Task(Event.TEAM_TIME, case, hours, now, now + 5, held))

    # ---- who joins and leaves

    def start_worker(self, post: Post, spell: int, *, agency: bool, settled: bool) -> Worker:
        """Put a new worker into a post; one who is not settled is given cases bit by bit."""
        team = self.teams[post.team]
        diary = self.supervisors(post.team) if post.role == Detail.PRACTICE_SUPERVISOR else team.pool
        worker = Worker(self, len(self.workers), post.role, team, post.fte, agency, post.number, spell, self.env.now, diary)
        self.workers.append(worker)
        self.write(self.env.now, worker.number, Event.WORKER_STARTED, 0, worker.number, post.role)
        worker.begin()
        newly_qualified = post.role == Detail.NEWLY_QUALIFIED
        weeks = self.p.newly_qualified_settling_in_weeks if newly_qualified else self.p.settling_in_weeks
        if not settled and weeks > 0.0 and post.role in self.case_holding_roles:
            worker.settled = self.p.settling_in_share
            worker.set_limit()
            self.env.process(worker.settle_in(self.p.settling_in_share, weeks * DAYS_PER_WEEK))
        if post.role != Detail.PRACTICE_SUPERVISOR:
            team.join(worker)
        return worker

    def end_worker(self, worker: Worker) -> None:
        """Let a worker leave: cases are handed over, unfinished duty work stays with the pool."""
        worker.leave()
        worker.write_overtime(self.env.now)
        worker.note(self.env.now)
        if worker.role != Detail.PRACTICE_SUPERVISOR:
            worker.team.part_with(worker)
        self.write(self.env.now, worker.number, Event.WORKER_LEFT, 0, worker.number, worker.role)

    def rows(self) -> tuple[WorkerRow, ...]:
        """Return every worker there has been."""
        return tuple(worker.row() for worker in self.workers)

    # ---- what the pathway asks for

    def assign(
        self, case: Case, team: int, points: float, *, urgent: bool = False, roles: frozenset[int] = SOCIAL_WORK_ROLES
    ) -> None:
        """Ask a team for a case holder; a case that its team already holds only changes its weight."""
        self.reweigh(case, points)
        case.urgent, case.roles = urgent, roles
        wanted = self.teams[team if self.teams[team].workers or team != Detail.DISABLED_CHILDREN_TEAM else Detail.CIN_AND_CP_TEAM]
        if case.holder is not None and case.holder.team is wanted and case.holder.role in roles:
            case.team, case.waiting = wanted, None
            return
        wanted.allocate(case)

    def lighter_team(self, teams: Sequence[int]) -> int:
        """Return the team whose workers have, on the whole, the smaller share of their limits in use; the first on a tie."""
        return min(teams, key=lambda code: self.teams[code].load())

    def reweigh(self, case: Case, points: float) -> None:
        """Change the caseload points of a case; where it becomes lighter there may be room for one that waits."""
        change, case.points = points - case.points, points
        if case.holder is not None:
            case.holder.weigh(change)
            if change < 0.0:
                case.holder.team.allocate_waiting()

    def release(self, case: Case) -> None:
        """End the holding of a case that closes, or that needs no case holder any more, or its wait for one."""
        holder, waited, case.team, case.waiting = case.holder, case.waiting is not None, None, None
        if holder is not None:
            holder.let_go(case)
            self.write(self.env.now, case.number, Event.RELEASED, case.episode, holder.number)
            holder.team.allocate_waiting()
        elif waited:
            self.write(self.env.now, case.number, Event.RELEASED, case.episode)

    def ask(self, diary: Diary, kind: int, case: Case, hours: float, booked: float, due: float, done: Done) -> Task:
        """Enter work for a pool on duty (screeners, supervisors, conference chairs); it belongs to no case holder."""
        task = Task(kind, case, hours, booked, due, done)
        case.asked.append(task)
        diary.add(task)
        return task

    def record_work(self, task: Task, worker: Worker, now: float) -> None:
        """Write that a piece of work on a case is done."""
        case = task.case
        self.write(now, case.number, task.kind, case.episode, worker.number, -1, task.hours, task.due)

    def note_new_holder(self, case: Case, worker: Worker, *, first: bool) -> None:
        """Record that a case has a (new) holder and, for a new one, the work of taking it over."""
        self.write(self.env.now, case.number, Event.ALLOCATED if first else Event.HANDED_OVER, case.episode, worker.number)
        if not first:
            hours = self.p.hours_handover * self.staffing.hours_factor
            case.plan_task(Event.HANDOVER_WORK, hours, self.env.now, self.env.now + 10, self.record_work)
