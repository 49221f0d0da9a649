"""One replication of one area: children, their need and referrals, the workforce, the pathway, and what was recorded."""

from __future__ import annotations

import gc
import heapq
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar
from cinsim.engine.draws import Draws
from cinsim.engine.environment import DayByDay
from cinsim.engine.record import EventRecord
from cinsim.errors import InputError
from cinsim.pathway.history import (
    OUT,
    History,
    history_of,
)
from cinsim.pathway.journey import await_referral_anew, first_candidates
from cinsim.pathway.service import Profiles, child_tables, demand_rise
from cinsim.policy.national import national_set, own_thresholds
from cinsim.policy.practice import Practice, practice_of
from cinsim.policy.thresholds import Thresholds, national_thresholds
from cinsim.population.caseload import InitialCaseload
from cinsim.population.children import Children, make_children
from cinsim.population.deprivation import referral_factor
from cinsim.population.need import NeedGrid, need_grid
from cinsim.population.referrals import Known, ReferralTimes
from cinsim.reference.areas import Area, average_authority
from cinsim.reference.calibrated import area_correction
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES
from cinsim.reference.figures import profile
from cinsim.reference.parameters import Parameters, parameters_from
from cinsim.scenario.model import Scenario
from cinsim.simulation.arm import Arm
from cinsim.simulation.placing import OpenCase, placed
from cinsim.simulation.taking_over import known_children
from cinsim.simulation.world import Given, begin, finish, go_on
from cinsim.workforce.staffing import Post, staffing_of
from cinsim.workforce.workers import WorkerRow


@dataclass(frozen=True, slots=True)
class Population:
    """The children of a run as the outcomes see them; arrays have one entry a child, whose number is its index.

    ``need`` is N(t) before help, float32 [children, quarters], on the quarters that start at ``quarter_times``.
    ``ever_*_before``, ``previous_cpps`` and ``last_referral`` are what is known from before the run.
    """

    birth: NDArray[np.datetime64]
    entered: NDArray[np.float64]
    leaves: NDArray[np.float64]
    leaves_because: NDArray[np.int8]
    sex: NDArray[np.int8]
    quintile: NDArray[np.int8]
    ethnicity: NDArray[np.int8]
    disabled: NDArray[np.bool_]
    need_category: NDArray[np.int8]
    need: NDArray[np.float32]
    quarter_times: NDArray[np.float64]
    ever_referred_before: NDArray[np.bool_]
    ever_assessed_before: NDArray[np.bool_]
    ever_cin_before: NDArray[np.bool_]
    ever_cpp_before: NDArray[np.bool_]
    previous_cpps: NDArray[np.int16]
    last_referral: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Replication:
    """One area's run under one set of parameters and one set of luck.

    ``work_notes`` has a row a worker and month: time, worker, caseload points, their limit, hours there were since the last
    note, and hours of them that were left over. ``queue_notes`` has a row for each child that waits as a reporting year ends:
    time, kind of event waited for (an approval, a review conference past its limit), child. ``posts`` are the funded ones.
    """

    area: Area
    draw: int
    replication: int
    scenario: Scenario
    parameters: dict[str, float]
    calendar: Calendar
    record: EventRecord
    population: Population
    workers: tuple[WorkerRow, ...]
    reported_years: range
    national_thresholds: dict[str, float]
    start_time: float
    hours_factor: float
    work_notes: NDArray[np.float64]
    queue_notes: NDArray[np.float64]
    posts: tuple[Post, ...]


def calendar_of(scenario: Scenario) -> Calendar:
    """Return the calendar of a run, warm-up and reported years."""
    first = date(scenario.start.year - scenario.warm_up, scenario.start.month, scenario.start.day)
    return Calendar(first, date(scenario.start.year + scenario.years, 4, 1) - timedelta(days=1))


def structural(p: Mapping[str, float], structure: str) -> dict[str, float]:
    """Return the overrides of a structural variant: which explanation of re-referral the run rests on."""
    if structure == "lasting_differences":
        return {"known_effect": 0.0, "need_sd_lasting": p["need_sd_lasting_alone"]}
    if structure == "known_to_services":
        return {"need_sd_lasting": 0.0, "known_effect": p["known_effect_alone"]}
    return {}


def referral_level(area: Area, p: Parameters) -> float:
    """Return an area's referral level: England's, by its last published referral rate and apart from its deprivation.

    Children known to the service come back more often, so the rate answers to the level with an elasticity above
    one, which is undone here.
    """
    england = average_authority()
    own, national = (each.or_national("referral_rate", england) for each in (area, england))
    by_deprivation = referral_factor(area.deprivation_shares, p) / referral_factor(england.deprivation_shares, p)
    return p.referral_level * (own / national) ** p.referral_level_elasticity / by_deprivation


class _Beginning(NamedTuple):
    """What a run starts from, before anyone works."""

    p: Parameters
    calendar: Calendar
    draws: Draws
    own: Thresholds
    children: Children
    grid: NeedGrid
    history: History
    cases: Mapping[int, OpenCase]


def _beginning(
    scenario: Scenario, area: Area, draw: int, replication: int, parameters: Mapping[str, float] | None,
    caseload: InitialCaseload | None = None, checking: bool = False, corrected: bool = True,
) -> _Beginning:  # fmt: skip
    overrides = {**(parameters or {}), **scenario.parameters}
    base = parameters_from(overrides)
    own_values = area_correction(area.area_code).parameters(base.values) if corrected else {}
    p = parameters_from({**overrides, **own_values, **structural(base.values, scenario.structure)})
    calendar = calendar_of(scenario)
    draws = Draws(scenario.seed, replication, draw=draw, area=area.area_code, checking=checking)
    own = own_thresholds(area, p, corrected=corrected)
    children = make_children(area, p, calendar, draws, scenario.population_fraction)
    grid = need_grid(children, p, calendar, draws)
    history = history_of(children, grid, p, draws, own, referral_level(area, p))
    cases: Mapping[int, OpenCase] = {}
    if scenario.initial_state is not None and caseload is None:
        raise InputError("what it names has to be read first, and given as the caseload", key="initial_state")
    if caseload is not None:
        children, history, cases = placed(caseload, children, grid, history, p, calendar, draws, own)
        grid = need_grid(children, p, calendar, draws)
    return _Beginning(p, calendar, draws, own, children, grid, history, cases)


def population_of(
    scenario: Scenario, area: Area, *, draw: int = 0, replication: int = 0, parameters: Mapping[str, float] | None = None,
    caseload: InitialCaseload | None = None,
) -> Population:  # fmt: skip
    """Return the children of a replication without simulating it: those that :func:`replicate` gives.

    Raises
    ------
    InputError : a parameter is not registered or out of range.
    """
    made = _beginning(scenario, area, draw, replication, parameters, caseload)
    return _population(made.children, made.grid, made.calendar, made.history)


def replicate(
    scenario: Scenario,
    area: Area,
    *,
    draw: int = 0,
    replication: int = 0,
    parameters: Mapping[str, float] | None = None,
    caseload: InitialCaseload | None = None,
    checking: bool = False,
    corrected: bool = True,
) -> Replication:
    """Simulate one replication of one area.

    Parameters
    ----------
    draw, replication : which luck: each draw from the posterior has its own, as each replication and each area.
    parameters : values that replace the register's (a draw from the posterior); the scenario's own go before them.
    caseload : the children open on the day before the run, to start from in place of a warm-up.
    checking : refuse a decision that is drawn twice under one key (slower, for tests).
    corrected : let an authority that was calibrated differ from England by its fitted correction, which multiplies
        parameters and moves its thresholds; False where that correction is what is looked for.

    Raises
    ------
    InputError : a parameter is not registered or out of range.
    """
    run = UnderWay(
        scenario, area, draw=draw, replication=replication, parameters=parameters, caseload=caseload, checking=checking,
        corrected=corrected,
    )  # fmt: skip
    with run.without_collections():
        run.until(run.end)
    return run.finished()


class UnderWay:
    """A replication that is under way: it can be paused at a time, and go on there under another scenario.

    Parameters
    ----------
    As those of :func:`replicate`.

    Attributes
    ----------
    arm : what it follows now. end : when it ends, working days.
    """

    def __init__(
        self, scenario: Scenario, area: Area, *, draw: int = 0, replication: int = 0,
        parameters: Mapping[str, float] | None = None, caseload: InitialCaseload | None = None, checking: bool = False,
        corrected: bool = True,
    ):  # fmt: skip
        self._area, self._draw, self._replication = area, draw, replication
        self._made = made = _beginning(scenario, area, draw, replication, parameters, caseload, checking, corrected)
        p, calendar, draws, children, grid = made.p, made.calendar, made.draws, made.children, made.grid
        self.end, self._national = float(calendar.days), national_thresholds(p)
        months = profile("referral_month")
        referrals = ReferralTimes(
            children, grid, p, calendar, draws, referral_level(area, p), [months[month] for month in _MONTHS]
        )
        self.arm = self.arm_of(scenario)
        practice, staffing = self.arm.practice, self.arm.staffing
        env = DayByDay()
        self._record = EventRecord(EVENT_NAMES, DETAIL_NAMES)
        self._years = range(scenario.start.year + 1, scenario.start.year + scenario.years + 1)
        self._referrals, self._base = referrals, _first(referrals, made.history)
        self._env, self._given = (
            env,
            Given(
                p=p,
                calendar=calendar,
                tables=child_tables(children, grid, calendar),
                referrals=referrals,
                practice=practice,
                staffing=staffing,
                profiles=Profiles(_cumulative("referral_source"), _cumulative("abuse_category_initial_started")),
                known=known_children(made.history),
                cases=dict(made.cases),
                arrivals=first_candidates(self._base, self._added(practice)),
                leaving=_leaving(children, self.end),
                year_ends=[min(float(calendar.year_bounds(year)[1]), self.end) for year in self._years],
            ),
        )
        self._world = begin(env, draws, self._record.write, self._given)
        self._service, self._arrivals = self._world.service, self._world.arrivals

    def arm_of(self, scenario: Scenario) -> Arm:
        """Return a scenario as it would be met here; of another scenario its parameters and structure must be the same."""
        made, policy = self._made, scenario.policies.thresholds
        target = national_set(policy.reference, made.p) if policy is not None else self._national
        practice = practice_of(scenario, self._area, made.p, made.calendar, made.own, self._national, target)
        return Arm(scenario, practice, staffing_of(scenario, self._area, made.p, made.calendar, made.draws))

    def _added(self, practice: Practice) -> NDArray[np.float64]:
        """Return the first of each child's candidates that a rise in demand adds."""
        children, history = self._made.children, self._made.history
        rises = np.asarray(demand_rise(practice))[children.need_category]
        if rises.max() <= 0.0:
            return np.full(len(children), np.inf)
        extra = self._referrals.first(_known(history), "additional referral", practice.demand.ramp.start, rises)
        extra[history.stage != OUT] = np.inf
        return extra

    @staticmethod
    @contextmanager
    def without_collections() -> Iterator[None]:
        """Leave the collection of cycles out: a run makes none worth collecting, and each would scan every child."""
        gc_was_on = gc.isenabled()
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            yield
        finally:
            gc.unfreeze()
            if gc_was_on:
                gc.enable()

    def until(self, time: float) -> None:
        """Let it go on until a time, working days; what happens at that time is still to come.

        Who waits is noted where a reporting year ends.
        """
        go_on(self._env, self._world, time)

    def follow(self, arm: Arm) -> None:
        """Go on under an arm that has been the same so far, as if it had been followed from the beginning.

        What was worked out ahead from the former arm is worked out anew: when posts open, close and change hands, when
        workers fall sick and rules change, and when children are next referred.
        """
        service, former = self._service, self.arm
        self.arm = arm
        service.follow(arm.practice)
        service.office.follow(arm.staffing, arm.practice.lead_practitioner.effect)
        if arm.practice.demand != former.practice.demand:
            self._arrivals.expect(first_candidates(self._base, self._added(arm.practice), service.env.now))
            for child in service.known.values():
                await_referral_anew(child, service)

    def finished(self) -> Replication:
        """Return what has come of it, once it has gone on to the end."""
        made, scenario = self._made, self.arm.scenario
        outcome = finish(self._world)
        return Replication(
            area=self._area,
            draw=self._draw,
            replication=self._replication,
            scenario=scenario,
            parameters=made.p.values,
            calendar=made.calendar,
            record=self._record,
            population=_population(made.children, made.grid, made.calendar, made.history),
            workers=outcome.workers,
            reported_years=self._years,
            national_thresholds={name: float(value) for name, value in asdict(self._national).items()},
            start_time=float(made.calendar.time_of(scenario.start)),
            hours_factor=self.arm.staffing.hours_factor,
            work_notes=np.array(outcome.notes, dtype=np.float64).reshape(-1, 6),
            queue_notes=np.array(outcome.queues, dtype=np.float64).reshape(-1, 3),
            posts=self.arm.staffing.posts,
        )


_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def _cumulative(name: str) -> tuple[float, ...]:
    shares = list(profile(name).values())
    total = sum(shares)
    return tuple(accumulate(share / total for share in shares))


def _known(history: History) -> Known:
    return Known(np.where(history.stage == OUT, history.closed_at, np.nan), history.help)


def _first(referrals: ReferralTimes, history: History) -> NDArray[np.float64]:
    """Return each child's first candidate for a referral; infinity for none, and for those who are open already."""
    base = referrals.first(_known(history))
    base[history.stage != OUT] = np.inf
    return base


def _leaving(children: Children, end: float) -> list[tuple[float, int, int]]:
    """Return when each child leaves during the run, as a heap of (time, child, because)."""
    leaving = [
        (time, number, because)
        for number, (time, because) in enumerate(zip(children.leaves.tolist(), children.leaves_because.tolist(), strict=True))
        if time < end
    ]
    heapq.heapify(leaving)
    return leaving


def _population(children: Children, grid: NeedGrid, calendar: Calendar, history: History) -> Population:
    return Population(
        birth=np.datetime64(calendar.first) + np.floor(children.birth).astype("timedelta64[D]"),
        entered=children.entered,
        leaves=children.leaves,
        leaves_because=children.leaves_because,
        sex=children.sex,
        quintile=children.quintile,
        ethnicity=children.ethnicity,
        disabled=children.disabled,
        need_category=children.need_category,
        need=grid.need,
        quarter_times=grid.times,
        ever_referred_before=~np.isnan(history.last_referral),
        ever_assessed_before=history.ever_assessed,
        ever_cin_before=history.ever_in_need,
        ever_cpp_before=history.previous_cpps > 0,
        previous_cpps=history.previous_cpps,
        last_referral=history.last_referral,
    )
