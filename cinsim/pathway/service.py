"""What every stage of the pathway needs: the clock, the record, need as it is and as it is seen, hours, and the workforce."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import simpy
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar
from cinsim.engine.draws import Draws, Stream
from cinsim.engine.record import Write
from cinsim.engine.variates import normal
from cinsim.engine.year import DAYS_PER_YEAR
from cinsim.pathway.child import Child, News
from cinsim.pathway.conference_diary import ConferenceDiary
from cinsim.policy.practice import Practice
from cinsim.policy.thresholds import Thresholds
from cinsim.population.children import ADULT_AGE, Children, times_of_days
from cinsim.population.need import NeedGrid
from cinsim.population.referrals import WORKING_DAYS_PER_MONTH, ReferralTimes
from cinsim.reference.events import Event
from cinsim.reference.parameters import NEED_CATEGORIES, Parameters
from cinsim.workforce.office import Office
from cinsim.workforce.work import Case, Diary, Done, Task
from cinsim.workforce.workers import Worker

DECISIONS = (
    "presenting concern", "referral source", "screening error", "assessment error", "enquiry error", "conference error",
    "review error", "assessment length", "assessment quick", "assessment overrun", "early review", "detection",
    "visit achieved", "conference lead", "conference postponed", "review lead", "plan quality", "lead practitioner",
    "family help", "early help", "plan held open", "family withdraws", "short help length",
    "step down", "abuse category", "care length", "care outcome", "care leaver length", "disability service",
    "disability service length", "closure reason", "demand", "additional demand", "hard to reach",
)  # fmt: skip
SEEN_WITHIN: Final = 5.0
"""Working days ago, at most, that a child was seen whose plan goes on from before the run (assumption)."""
TRAITS = frozenset({"hard to reach", "early help", "family help"})
"""What stays the same throughout an episode and is looked at more than once in it."""


@dataclass(frozen=True, slots=True)
class ChildTables:
    """What the pathway looks up of each child, by its number.

    Attributes
    ----------
    need : N(t) before help, float32 [children, quarters]. quarter : the quarter of each working day.
    eighteen : working-day time of the 18th birthday. leaves : when the child leaves the area, float64 [children].
    """

    need: NDArray[np.float32]
    quarter: list[int]
    need_category: list[int]
    eighteen: NDArray[np.float64]
    leaves: NDArray[np.float64]


def child_tables(children: Children, grid: NeedGrid, calendar: Calendar) -> ChildTables:
    """Return what the pathway looks up of some children."""
    quarter = np.searchsorted(grid.times, np.arange(calendar.days + 1), side="right") - 1
    return ChildTables(
        need=grid.need,
        quarter=np.minimum(quarter, grid.need.shape[1] - 1).tolist(),
        need_category=children.need_category.tolist(),
        eighteen=times_of_days(calendar, children.birth + ADULT_AGE * DAYS_PER_YEAR),
        leaves=children.leaves,
    )


@dataclass(frozen=True, slots=True)
class Profiles:
    """Cumulative shares of published profiles, for drawing categories."""

    sources: tuple[float, ...]
    abuse: tuple[float, ...]


def demand_rise(practice: Practice) -> list[float]:
    """Return by how much referrals of each need category rise at most."""
    return [practice.demand.largest_increase(category) for category in range(len(NEED_CATEGORIES))]


class Service:
    """One area's children's social care, as the stages of the pathway see it."""

    def __init__(
        self,
        env: simpy.Environment,
        p: Parameters,
        calendar: Calendar,
        draws: Draws,
        write: Write,
        tables: ChildTables,
        referrals: ReferralTimes,
        practice: Practice,
        office: Office,
        profiles: Profiles,
    ):
        self.env, self.p, self.calendar, self.write = env, p, calendar, write
        self.referrals, self.office, self.profiles = referrals, office, profiles
        self.tables, self.need_category = tables, tables.need_category
        self.record_work = office.record_work
        self.luck: dict[str, Stream] = {name: draws.stream(name, trait=name in TRAITS) for name in DECISIONS}
        self._need, self._quarter, self._eighteen = tables.need.item, tables.quarter, tables.eighteen.item
        self._concern_fade = -1.0 / (p.concern_half_life_months * WORKING_DAYS_PER_MONTH)
        factor = office.staffing.hours_factor
        self.hours: Mapping[int, float] = {
            Event.SCREENING: p.hours_screening,
            Event.ASSESSMENT_SESSION: (p.hours_assessment_session + p.hours_travel) * factor,
            Event.REPORT: p.hours_assessment_report * factor,
            Event.APPROVAL: p.hours_approval * factor,  # supervisors are as many as the workforce has, not as its work needs
            Event.SECTION_47_SESSION: (p.hours_section_47_session + p.hours_travel) * factor,
            Event.SHORT_HELP_SESSION: p.hours_short_help_session * factor,
            Event.CIN_VISIT: (p.hours_cin_visit + p.hours_travel) * factor,
            Event.CPP_VISIT: (p.hours_cpp_visit + p.hours_travel) * factor,
            Event.CIN_REVIEW: p.hours_cin_review * factor,
            Event.CORE_GROUP: p.hours_core_group * factor,
            Event.CONFERENCE_CHAIRING: p.hours_conference_chairing,
            Event.LOOKED_AFTER_VISIT: (p.hours_looked_after_visit + p.hours_travel) * factor,
            Event.CLOSURE_WORK: p.hours_closure * factor,
            Event.CASE_SUPERVISION: 1.0,
        }
        self.conference_report_hours = p.hours_conference_report * factor
        self.conference_diary = ConferenceDiary()
        self.known: dict[int, Child] = {}
        self.practice, self.demand_rise = practice, demand_rise(practice)

    # ---- the record

    def record(self, child: Child, event: int, detail: int = -1, due: float = math.nan, value: float = math.nan) -> None:
        """Write an event of a child now."""
        self.write(self.env.now, child.number, event, child.episode, -1, detail, 0.0, due, value)

    def then(self, news: News) -> Done:
        """Return what is done when a task is finished: write it and tell the child's process."""

        def done(task: Task, worker: Worker, now: float) -> None:
            self.record_work(task, worker, now)
            child: Child = task.case  # type: ignore[assignment]
            child.tell(news)

        return done

    def record_start(self, child: Child, event: int, detail: int = -1) -> float:
        """Write that a plan starts, at the time it did where the simulation takes it over; return the working days it has run."""
        elapsed, child.elapsed = child.elapsed, 0.0
        child.plan_since = self.env.now - elapsed
        child.last_seen = self.env.now - min(elapsed, SEEN_WITHIN)
        self.write(child.plan_since, child.number, event, child.episode, -1, detail)
        self.write(child.plan_since, child.number, Event.HELP_LEVEL, child.episode, -1, -1, 0.0, math.nan, child.help)
        return elapsed

    def eighteenth_birthday(self, number: int) -> float:
        """Return the working-day time of a child's 18th birthday."""
        return float(self._eighteen(number))

    # ---- need as it is and as it is seen

    def severity(self, child: Child) -> float:
        """Return how severe a child's need is now: N(t) with the presenting concern, less the benefit of help."""
        now = self.env.now
        concern = child.concern * 2.0 ** ((now - child.concern_since) * self._concern_fade)
        return self._need(child.number, self._quarter[int(now)]) + concern - child.help

    def seen(self, child: Child, error: str, sd: float) -> float:
        """Return the severity that professionals see at one judgement, with a Normal error of standard deviation ``sd``."""
        child.judgements += 1
        return self.severity(child) + sd * normal(self.luck[error](child.number, child.judgements))

    def late_visits_see_late(self) -> bool:
        """Return whether a visit planned now that is made late sees an escalation late."""
        return self.office.staffing.rules.feedbacks_at(self.env.now).lateness_to_detection

    def thresholds(self) -> Thresholds:
        """Return the thresholds in force now."""
        return self.practice.thresholds.at(self.env.now)

    def open_case_thresholds(self, child: Child) -> Thresholds:
        """Return the thresholds for escalating a case open on a CIN plan, for its lead practitioner's kind."""
        thresholds = self.thresholds().for_open_case()
        if child.holder is not None and child.holder.effect.escalation_shift:
            return thresholds.escalating_by(child.holder.effect.escalation_shift)
        return thresholds

    def is_new_concern(self, child: Child, severity: float) -> bool:
        """Return whether severity is well above what the last enquiry of this episode has already looked at.

        What is seen on the day on which it or its conference ended was known to it.
        """
        return severity >= child.enquired + self.p.repeat_enquiry_margin and int(self.env.now) > child.enquired_on

    # ---- who waits

    def waiting(self) -> list[tuple[int, int]]:
        """Return kind of event and child for each approval that is asked for and each review conference past its limit."""
        approvals = [(int(task.kind), task.case.number) for task in self.office.asked_of_supervisors(Event.APPROVAL)]
        now = self.env.now
        late = [
            (int(Event.CPP_REVIEW), child.number)
            for child in self.known.values()
            if child.review is not None and child.review[0].diary is not None and now >= child.review[3] + 1.0
        ]
        return [*approvals, *late]

    # ---- work for the case holder and for those on duty

    def plan_work(self, child: Case, kind: int, booked: float, due: float, done: Done | None = None) -> Task:
        """Put work into the case holder's diary (or let it wait for one)."""
        return child.plan_task(kind, self.hours[kind], booked, due, done or self.record_work)

    def ask_supervisor(self, child: Child, kind: int, hours: float, due: float, done: Done | None = None) -> None:
        """Ask the practice supervisors of the team that holds the case, or that is to."""
        self.office.ask(self.supervisors_of(child), kind, child, hours, self.env.now, due, done or self.record_work)

    def supervisors_of(self, child: Child) -> Diary:
        """Return the diary of the practice supervisors who look after a case."""
        team = child.holder.team if child.holder is not None else child.team
        return self.office.supervisors(-1 if team is None else team.code)
