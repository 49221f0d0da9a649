"""A small world for journeys: a few children of known need, workers of known hours, no luck.

``PLAIN`` takes the luck and the errors out of the pathway and fixes thresholds and intervals, so that dates can be
worked out by hand and do not move when the register's values are tuned.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate
from typing import Any, Final

import numpy as np
import simpy

from cinsim.engine.clock import Calendar
from cinsim.engine.draws import Draws
from cinsim.engine.record import EventRecord
from cinsim.pathway.child import Child, Stage
from cinsim.pathway.journey import journey, leavers
from cinsim.pathway.screening import refer
from cinsim.pathway.service import Profiles, Service, child_tables
from cinsim.policy.practice import practice_of
from cinsim.policy.thresholds import national_thresholds
from cinsim.population.children import TURNS_18, Children
from cinsim.population.need import NeedGrid
from cinsim.population.referrals import ReferralTimes
from cinsim.reference.areas import average_authority
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES, JOURNEY, ROLES, WORKER, Detail, Event
from cinsim.reference.parameters import NEED_CATEGORIES, Parameters, parameters_from
from cinsim.scenario import Scenario
from cinsim.workforce.office import Office
from cinsim.workforce.staffing import Post, Rates, Rules, Staffing
from cinsim.workforce.workers import Worker

PLAIN: Final[Mapping[str, float]] = {
    # severity is seen as it is, and nothing but the need given changes it
    "concern_sd": 0.0,
    "screening_error_sd": 0.0,
    "assessment_error_sd": 0.0,
    "enquiry_error_sd": 0.0,
    "conference_error_sd": 0.0,
    "review_error_sd": 0.0,
    "help_per_visit": 0.0,
    "help_per_protection_visit": 0.0,
    "help_short": 0.0,
    "early_help_benefit": 0.0,
    "plan_quality_error_reduction": 0.0,
    # a step of the pathway for every whole number of severity
    "threshold_screening": 0.0,
    "threshold_in_need": 1.0,
    "threshold_plan": 2.0,
    "threshold_section_47": 3.0,
    "threshold_conference": 3.0,
    "threshold_child_protection": 3.0,
    "threshold_care": 4.0,
    "threshold_close_plan": 1.0,
    "threshold_end_protection": 2.0,
    "open_case_threshold_shift": 0.0,
    "repeat_enquiry_margin": 0.5,
    "detection_per_visit": 1.0,
    # work is done on the day it is due, and every assessment takes its whole limit
    "assessment_quick_share": 0.0,
    "assessment_length_median_days": 130.0,
    "assessment_length_sigma": 0.1,
    "assessment_overrun_share": 0.0,
    "assessment_slack_days": 0.0,
    "assessment_limit_working_days": 45.0,
    "assessment_short_days": 8.0,
    "first_visit_within_days": 5.0,
    "report_lead_days": 0.0,
    "enquiry_days": 1.0,
    "icpc_limit_working_days": 15.0,
    "conference_margin_days": 0.0,
    "conference_notice_days": 3.0,
    "conference_postponed_share": 0.0,
    "review_postponed_share": 0.0,
    "review_lead_share": 0.0,
    "early_review_after_days": 250.0,
    "visit_lead_share": 0.0,
    "visit_not_achieved_share": 0.0,
    "hard_to_reach_share": 0.0,
    "cin_visit_interval_working_days": 30.0,
    "disabled_visit_interval_working_days": 60.0,
    "cpp_visit_interval_working_days": 10.0,
    "looked_after_visit_interval_working_days": 30.0,
    "cin_review_interval_months": 3.0,
    "cpp_first_review_months": 3.0,
    "cpp_review_interval_months": 6.0,
    "first_core_group_working_days": 10.0,
    "core_group_interval_working_days": 30.0,
    "family_withdraws_per_review": 0.0,
    "plan_held_open_without_early_help": 0.0,
    "step_down_share": 1.0,
    "short_help_median_days": 8.0,
    "short_help_sigma": 0.0,
    "disability_service_share": 0.0,
    "early_help_capacity": 0.0,
    "early_help_step_down_capacity": 0.0,
    # nobody is away, and a point is a point
    "leave_days_per_year": 0.0,
    "training_days_per_year": 0.0,
    # who leaves does so without notice and as likely in any year; who starts is given a full caseload
    "early_leaving_ratio": 1.0,
    "notice_weeks": 0.0,
    "recruitment_weeks": 0.0,
    "settling_in_weeks": 0.0,
    "newly_qualified_settling_in_weeks": 0.0,
    "administration_share": 0.0,
    "contract_hours_per_day": 8.0,
    "overtime_limit": 0.25,
    "newly_qualified_workload": 0.5,
    "supervisor_casework_share": 1.0,
    "thin_after_days": 5.0,
    "thin_share": 0.5,
    "cover_after_days": 20.0,
    "caseload_limit_points": 20.0,
    "hours_supervision": 0.0,
}
NOBODY_LEAVES: Final = Rates(turnover=(0.0, 0.0), vacancy=(0.0, 0.0), cover=(0.0, 0.0), sickness=(0.0, 0.0), limit=(20.0, 20.0))
ROOMY: Final = (
    (Detail.FRONT_DOOR, Detail.SENIOR_PRACTITIONER),
    (Detail.ASSESSMENT_TEAM, Detail.SOCIAL_WORKER),
    (Detail.CIN_AND_CP_TEAM, Detail.SOCIAL_WORKER),
    (Detail.DISABLED_CHILDREN_TEAM, Detail.SOCIAL_WORKER),
    (Detail.LOOKED_AFTER_TEAM, Detail.SOCIAL_WORKER),
    (Detail.CIN_AND_CP_TEAM, Detail.PRACTICE_SUPERVISOR),
    (Detail.CONFERENCE_TEAM, Detail.CONFERENCE_CHAIR),
)
"""One worker for each piece of the pathway's work."""


def post(
    team: int,
    role: int = Detail.SOCIAL_WORKER,
    fte: float = 1.0,
    *,
    number: int = 0,
    opens: float = 0.0,
    closes: float = math.inf,
) -> Post:
    """A post of a team; give each its own number."""
    return Post(number, team, role, fte, opens, closes)


def roomy_posts(fte: float = 1000.0) -> tuple[Post, ...]:
    """Posts with more hours than any test needs."""
    return tuple(post(team, role, fte, number=k + 1) for k, (team, role) in enumerate(ROOMY))


def plain_parameters(overrides: Mapping[str, float] | None = None) -> Parameters:
    """Return ``PLAIN`` with some values replaced."""
    return parameters_from({**PLAIN, **(overrides or {})})


@dataclass(frozen=True)
class Wrote:
    """One event of the record."""

    time: float
    event: Event
    entity: int
    episode: int
    resource: int
    detail: int
    hours: float
    due: float
    value: float

    @property
    def day(self) -> int:
        """Working day on which it happened."""
        return math.floor(self.time)


def staffing_with(posts: Sequence[Post], rates: Mapping[int, Rates], p: Parameters, **rules: Any) -> Staffing:
    """Return the staffing of some posts; ``rules`` replaces fields of the rules for all roles."""
    plain = Rules(
        (p.administration_share,) * 2, (p.overtime_limit,) * 2, (p.contract_hours_per_day,) * 2, (p.training_days_per_year,) * 2
    )
    return Staffing(tuple(posts), rates, replace(plain, **rules), 1.0)


def written(record: EventRecord, *kinds: Event, entity: int | None = None) -> list[Wrote]:
    """Return the events of some kinds (of one child or worker) in writing order."""
    rows = record.rows().tolist()
    out = [Wrote(r[0], Event(r[2]), r[1], r[3], r[4], r[5], r[6], r[7], r[8]) for r in rows]
    return [w for w in out if (not kinds or w.event in kinds) and (entity is None or w.entity == entity)]


@dataclass
class Town:
    """Children of known need who are referred when told to be, with the whole pathway and a workforce.

    Parameters
    ----------
    needs
        One entry a child: a number, or one number a quarter (the last goes on).
    ages
        Years at the start, one a child.
    leaves
        When and why a child leaves, by child; 18 years of age otherwise.
    categories
        Need category by child, ``domestic_abuse`` when left out.
    posts
        The workforce; one of each kind with all the hours wanted when left out.
    scenario
        Stands above ``policies``; its start and years must be those given here.
    """

    needs: Sequence[float | Sequence[float]]
    ages: Sequence[float] | None = None
    leaves: Mapping[int, tuple[float, int]] = field(default_factory=dict)
    categories: Mapping[int, str] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    policies: Mapping[str, Any] = field(default_factory=dict)
    posts: Sequence[Post] = field(default_factory=roomy_posts)
    rates: Mapping[int, Rates] = field(default_factory=dict)
    years: int = 4
    first: date = date(2024, 4, 1)
    scenario: Scenario | None = None

    def __post_init__(self) -> None:
        n = len(self.needs)
        self.p = p = plain_parameters(self.parameters)
        scenario = self.scenario or Scenario.model_validate(
            {"title": "test", "start": self.first, "years": self.years, "policies": dict(self.policies)}
        )
        self.calendar = calendar = Calendar(self.first, date(self.first.year + self.years, 3, 31))
        self.draws = Draws(1, 0, checking=True)
        ages = np.asarray([5.0] * n if self.ages is None else self.ages, dtype=np.float64)
        birth = np.floor(-ages * 365.25)
        eighteen = calendar.times_of(np.datetime64(self.first) + np.floor(birth + 18 * 365.25).astype("timedelta64[D]"))
        leaves, because = eighteen.copy(), np.full(n, TURNS_18, dtype=np.int8)
        for child, (time, why) in self.leaves.items():
            leaves[child], because[child] = time, why
        zero = np.zeros(n, dtype=np.int8)
        self.children = Children(
            birth=birth,
            entered=np.zeros(n),
            leaves=leaves,
            leaves_because=because,
            joined=zero.astype(bool),
            sex=zero,
            quintile=zero + 3,
            ethnicity=zero,
            disabled=zero.astype(bool),
            need_category=np.array(
                [NEED_CATEGORIES.index(self.categories.get(k, "domestic_abuse")) for k in range(n)], dtype=np.int8
            ),
        )
        starts = calendar.quarter_starts()
        need = np.zeros((n, len(starts) - 1), dtype=np.float32)
        for child, path in enumerate(self.needs):
            levels = [path] if isinstance(path, float | int) else list(path)
            need[child] = [levels[min(q, len(levels) - 1)] for q in range(need.shape[1])]
        grid = NeedGrid(calendar.times_of(starts), (starts - starts[0]).astype(np.float64), need, np.zeros(n), np.zeros(n))
        self.env = simpy.Environment()
        self.record = EventRecord(EVENT_NAMES, DETAIL_NAMES)
        national = national_thresholds(p)
        policy = scenario.policies.thresholds
        given = policy.reference if policy is not None and not isinstance(policy.reference, str) else {}
        reference = replace(national, **given)
        practice = practice_of(scenario, average_authority(), p, calendar, national, national, reference)
        rates = dict.fromkeys(ROLES, NOBODY_LEAVES) | dict(self.rates)
        staffing = staffing_with(self.posts, rates, p)
        self.office = Office(self.env, p, self.draws, self.record.write, staffing, practice.lead_practitioner.effect)
        # a level of 0: children are referred when the test says so, and then only
        referrals = ReferralTimes(self.children, grid, p, calendar, self.draws, 0.0, [1.0] * 12)
        even = tuple(accumulate([0.2] * 5))
        self.service = Service(
            self.env,
            p,
            calendar,
            self.draws,
            self.record.write,
            child_tables(self.children, grid, calendar),
            referrals,
            practice,
            self.office,
            Profiles(even, even),
        )
        leaving = sorted((float(leaves[k]), k, int(because[k])) for k in range(n) if leaves[k] < calendar.days)
        self.env.process(leavers(self.service, leaving))

    def refer(self, child: int = 0, at: float = 10.0) -> Child:
        """Have a child referred at a time; a child whose case has closed by then is referred again."""
        known = self.service.known.get(child)
        case = known if known is not None else Child(self.env, child, self.service.need_category[child])
        self.service.known[child] = case

        def arrives() -> Generator[simpy.Event, Any, None]:
            yield self.env.timeout(at - self.env.now)
            refer(case, self.service)
            yield from journey(case, self.service, Stage.SCREENING)

        case.process = self.env.process(arrives())
        return case

    def run(self, until: float) -> None:
        """Let time pass until a working-day time."""
        self.env.run(until=until)

    def events(self, *kinds: Event, child: int | None = 0) -> list[Wrote]:
        """Return the events of some kinds of a child (None: of all), without those of workers."""
        found = written(self.record, *kinds, entity=child)
        return [w for w in found if w.event not in WORKER]

    def one(self, kind: Event, child: int = 0) -> Wrote:
        """Return the one event of a kind of a child."""
        found = self.events(kind, child=child)
        assert len(found) == 1, f"{kind.name} was written {len(found)} times"
        return found[0]

    def happened(self, child: int = 0) -> list[str]:
        """Return what happened to a child on the pathway, without work and who holds the case."""
        silent = {Event.HELP_LEVEL}
        return [w.event.name for w in self.events(child=child) if w.event in JOURNEY and w.event not in silent]

    def worker(self, team: int, role: int = Detail.SOCIAL_WORKER) -> Worker:
        """Return the first worker of a role in a team."""
        return next(w for w in self.office.workers if w.team.code == team and w.role == role)
