"""One replication of one area: children, their need and referrals, the workforce, the pathway, and what was recorded."""

from __future__ import annotations

import gc
import heapq
from collections.abc import Callable, Iterator, Mapping
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
from cinsim.engine.totals import sum_in_order
from cinsim.errors import InputError
from cinsim.pathway.history import (
    OUT,
    History,
    history_of,
)
from cinsim.pathway.journey import first_candidates
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
from cinsim.simulation.placing import OpenCase, placed
from cinsim.simulation.taking_over import known_children
from cinsim.simulation.world import Given, Outcome, simulate
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


Engine = Callable[[Draws, EventRecord, Given, float], Outcome]
"""What simulates: from the draws, an empty record that it fills, what is given and the last moment."""


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
    engine: Engine | None = None,
) -> Replication:
    """Simulate one replication of one area.

    Parameters
    ----------
    draw, replication : which luck: each draw from the posterior has its own, as each replication and each area.
    parameters : values that replace the register's (a draw from the posterior); the scenario's own go before them.
    caseload : the children open on the day before the run, to start from in place of a warm-up.
    checking : refuse a decision that is drawn twice under one key (slower, for tests; the Python engine alone can).
    corrected : let an authority that was calibrated differ from England by its fitted correction, which multiplies
        parameters and moves its thresholds; False where that correction is what is looked for.
    engine : what simulates, of those that give the same bytes; Python's when None.

    Raises
    ------
    InputError : a parameter is not registered or out of range.
    """
    ready = SetUp(
        scenario, area, draw=draw, replication=replication, parameters=parameters, caseload=caseload, checking=checking,
        corrected=corrected,
    )  # fmt: skip
    return ready.run(scenario, None if checking else engine)


class SetUp:
    """What is there before anyone works: children, their need, history and first referrals. Arms of a comparison share it.

    Parameters
    ----------
    As those of :func:`replicate`.

    Attributes
    ----------
    end : when a run ends, working days.
    """

    def __init__(
        self, scenario: Scenario, area: Area, *, draw: int = 0, replication: int = 0,
        parameters: Mapping[str, float] | None = None, caseload: InitialCaseload | None = None, checking: bool = False,
        corrected: bool = True,
    ):  # fmt: skip
        self._area, self._draw, self._replication = area, draw, replication
        self._made = made = _beginning(scenario, area, draw, replication, parameters, caseload, checking, corrected)
        p, calendar, children = made.p, made.calendar, made.children
        self.end, self._national = float(calendar.days), national_thresholds(p)
        months = profile("referral_month")
        self._referrals = ReferralTimes(
            children, made.grid, p, calendar, made.draws, referral_level(area, p), [months[month] for month in _MONTHS]
        )
        self._first = _first(self._referrals, made.history)
        self._tables = child_tables(children, made.grid, calendar)
        self._known = known_children(made.history)
        self._profiles = Profiles(_cumulative("referral_source"), _cumulative("abuse_category_initial_started"))
        self._years = range(scenario.start.year + 1, scenario.start.year + scenario.years + 1)

    @property
    def draws(self) -> Draws:
        """The randomness of its runs."""
        return self._made.draws

    def _practice(self, scenario: Scenario) -> Practice:
        made, policy = self._made, scenario.policies.thresholds
        target = national_set(policy.reference, made.p) if policy is not None else self._national
        return practice_of(scenario, self._area, made.p, made.calendar, made.own, self._national, target)

    def given(self, scenario: Scenario) -> Given:
        """Return what a run of a scenario starts from; of another than the first all that is not dated must be the same.

        The lists that a run uses up are its own.
        """
        made, practice = self._made, self._practice(scenario)
        return Given(
            p=made.p,
            calendar=made.calendar,
            tables=self._tables,
            referrals=self._referrals,
            practice=practice,
            staffing=staffing_of(scenario, self._area, made.p, made.calendar, made.draws),
            profiles=self._profiles,
            known=self._known,
            cases=dict(made.cases),
            arrivals=first_candidates(self._first, self._added(practice)),
            leaving=_leaving(made.children, self.end),
            year_ends=[min(float(made.calendar.year_bounds(year)[1]), self.end) for year in self._years],
        )

    def _added(self, practice: Practice) -> NDArray[np.float64]:
        """Return the first of each child's candidates that a rise in demand adds."""
        children, history = self._made.children, self._made.history
        rises = np.asarray(demand_rise(practice))[children.need_category]
        if rises.max() <= 0.0:
            return np.full(len(children), np.inf)
        extra = self._referrals.first(_known(history), "additional referral", practice.demand.ramp.start, rises)
        extra[history.stage != OUT] = np.inf
        return extra

    def run(self, scenario: Scenario, engine: Engine | None = None) -> Replication:
        """Simulate a scenario from here, by the Python engine when ``engine`` is None."""
        given, record = self.given(scenario), EventRecord(EVENT_NAMES, DETAIL_NAMES)
        outcome = (engine or python_engine)(self.draws, record, given, self.end)
        made = self._made
        return Replication(
            area=self._area,
            draw=self._draw,
            replication=self._replication,
            scenario=scenario,
            parameters=made.p.values,
            calendar=made.calendar,
            record=record,
            population=_population(made.children, made.grid, made.calendar, made.history),
            workers=outcome.workers,
            reported_years=self._years,
            national_thresholds={name: float(value) for name, value in asdict(self._national).items()},
            start_time=float(made.calendar.time_of(scenario.start)),
            hours_factor=given.staffing.hours_factor,
            work_notes=np.array(outcome.notes, dtype=np.float64).reshape(-1, 6),
            queue_notes=np.array(outcome.queues, dtype=np.float64).reshape(-1, 3),
            posts=given.staffing.posts,
        )


def python_engine(draws: Draws, record: EventRecord, given: Given, end: float) -> Outcome:
    """Simulate by the model's own Python, on SimPy."""
    with _without_collections():
        return simulate(DayByDay(), draws, record.write, given, end)


@contextmanager
def _without_collections() -> Iterator[None]:
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


_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def _cumulative(name: str) -> tuple[float, ...]:
    shares = list(profile(name).values())
    whole = sum_in_order(shares)
    return tuple(accumulate(share / whole for share in shares))


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
