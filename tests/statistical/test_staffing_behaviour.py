"""How a service answers to its staff: case managers' queues as theory has them, more staff, half the staff, nobody leaving."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import simpy
from models import NOBODY_LEAVES, Bureau, post
from simulated import replicate

import cinsim.simulation.world as world
from cinsim.outcomes.checks import checks
from cinsim.outcomes.measures import measures
from cinsim.reference.areas import average_authority, find_area
from cinsim.reference.events import Detail, Event
from cinsim.scenario import Scenario, load_scenario
from cinsim.simulation.replicate import python_engine
from cinsim.workforce.office import Office
from cinsim.workforce.work import Task
from cinsim.workforce.workers import Worker

pytestmark = pytest.mark.statistical

TEAM = Detail.CIN_AND_CP_TEAM
SCENARIOS = Path(__file__).parents[2] / "scenarios"

# ---- case managers (Campello, Ingolfsson and Shumsky 2017, Management Science 63(9): 2901-2919)


def mean_wait(*, hours: float, completes: float, days: float = 6000.0, seed: int = 1) -> float:
    """Return the mean wait for a case manager who holds ten cases at most, each of which needs work again and again.

    Cases come at random. A piece of work takes exponential hours; with chance ``completes`` it was the case's last, else the
    case waits exponentially, six days on average, for its next, and is held meanwhile.
    """
    rng = np.random.default_rng(seed)
    luck = rng.random((4000, 60, 3)).tolist()
    gaps = rng.exponential(2.45, 4000).tolist()
    ten = {Detail.SOCIAL_WORKER: replace(NOBODY_LEAVES, limit=(10.0, 10.0))}
    bureau = Bureau([post(TEAM, number=1)], rates=ten, parameters={"overtime_limit": 0.0})
    env, waits = bureau.env, []

    def step(number: int, k: int) -> None:
        case = cases[number]

        def done(task: Task, worker: Worker, now: float) -> None:
            if luck[number][k][0] < completes:
                bureau.office.release(case)
            else:
                env.process(outside(number, k))

        case.plan_task(Event.CIN_VISIT, -hours * math.log1p(-luck[number][k][1]), env.now, env.now, done)

    def outside(number: int, k: int) -> Generator[simpy.Event, object, None]:
        yield env.timeout(-6.0 * math.log1p(-luck[number][k][2]))
        step(number, k + 1)

    def arrivals() -> Generator[simpy.Event, object, None]:
        for number, gap in enumerate(gaps):
            yield env.timeout(gap)
            came[number] = env.now
            cases[number] = bureau.case(number)
            step(number, 0)

    cases, came = {}, {}
    env.process(arrivals())
    bureau.run(until=days)
    allocated = {w.entity: w.time for w in bureau.events(Event.ALLOCATED)}
    waits = [allocated.get(number, days) - begun for number, begun in came.items() if begun < 0.9 * days]
    return float(np.mean(waits))


def test_a_higher_chance_to_complete_shortens_waits_more_than_faster_work_does() -> None:
    """Both take a fifth of the work off a case; only the first also takes a wait outside off it, in which it is held."""
    usual, faster, surer = (
        np.mean([mean_wait(hours=hours, completes=completes, seed=seed) for seed in range(4)])
        for hours, completes in ((3.0, 0.25), (2.4, 0.25), (3.0, 0.3125))
    )
    assert 2.0 < usual < 60.0
    assert faster < 0.9 * usual
    assert surer < 0.75 * faster


# ---- more staff


@cache
def measured(fte: str, area: str, fraction: float, replications: int) -> dict[str, np.ndarray]:
    """Return measures of the second year, one value a replication."""
    workforce = {} if fte == "" else {"social_workers": {"fte": fte}}
    scenario = Scenario.model_validate(
        {"title": "t", "years": 2, "warm_up": 1, "population_fraction": fraction, "workforce": workforce}
    )
    where = average_authority() if area == "England" else find_area(area)
    found: dict[str, list[float]] = {}
    for replication in range(replications):
        table = measures(replicate(scenario, where, replication=replication))
        for row in table[(table["group"] == "all") & (table["year"] == 2026)].itertuples():
            found.setdefault(str(row.measure), []).append(float(row.value))
    return {name: np.array(values) for name, values in found.items()}


TIMELY = ("assessment_within_45_days_percent", "cin_visits_on_time_percent", "cpp_visits_on_time_percent")


@pytest.mark.parametrize(("area", "fraction", "replications"), [("England", 0.15, 8), ("Rutland", 1.0, 16)])
def test_more_staff_do_not_lower_timeliness_on_average(area: str, fraction: float, replications: int) -> None:
    """Under the same luck: no measure is lower by twice its standard error, and visits, which give way first, gain."""
    usual, more = measured("", area, fraction, replications), measured("+15%", area, fraction, replications)
    for name in TIMELY:
        difference = more[name] - usual[name]
        error = difference.std(ddof=1) / replications**0.5
        assert difference.mean() > -2 * error, f"{name} {difference.mean():+.2f}, standard error {error:.2f}"
        if name == "cin_visits_on_time_percent":
            assert difference.mean() > 2 * error
    assert more["caseload_mean_over_year"].mean() < usual["caseload_mean_over_year"].mean()


# ---- options a planner weighs, as they ship


@cache
def option(name: str) -> tuple[dict[str, float], pd.DataFrame]:
    """Return measures of the reported years and events, of three replications; the option is in force from the first day."""
    changes = {"years": "2", "warm_up": "1", "policy_start": "2024-04-01", "phase_in": "0 months", "population_fraction": "0.2"}
    scenario = load_scenario(SCENARIOS / f"{name}.yaml", changes)
    runs = [replicate(scenario, average_authority(), replication=replication) for replication in range(3)]
    table = pd.concat(measures(run) for run in runs)
    events = [pd.DataFrame(run.record.rows()) for run in runs]
    since = pd.concat(rows[rows["time"] >= run.start_time] for rows, run in zip(events, runs, strict=True))
    return table[table["group"] == "all"].groupby("measure")["value"].mean().to_dict(), since


def test_a_retention_package_has_fewer_leavers_fewer_agency_workers_and_fewer_changes_of_worker() -> None:
    kept, usual = option("retention_package")[0], option("baseline")[0]
    for name in ("leavers_fte", "agency_fte", "worker_changes_per_child_year"):
        assert kept[name] < usual[name], name
    assert kept["in_post_fte"] > usual["in_post_fte"]


def test_posts_moved_to_the_assessment_team_are_missed_by_those_who_are_visited() -> None:
    moved, usual = option("move_posts")[0], option("baseline")[0]
    assert moved["case_holders_fte"] == pytest.approx(usual["case_holders_fte"], rel=0.1)
    assert moved["cin_visits_on_time_percent"] < usual["cin_visits_on_time_percent"] - 2.0


def test_pooled_supervisors_share_their_work_and_approve_as_much() -> None:
    def approvals(name: str) -> pd.DataFrame:
        rows = option(name)[1]
        return rows[rows["event"] == Event.APPROVAL]

    pooled, usual = approvals("pool_supervisors"), approvals("baseline")
    assert len(pooled) == pytest.approx(len(usual), rel=0.05)
    late = [float((rows["time"] >= np.floor(rows["due"]) + 1).mean()) for rows in (pooled, usual)]
    assert late[0] <= late[1]


# ---- half the staff, and nobody leaving


def test_ten_years_at_half_the_staff_stay_sane(monkeypatch: pytest.MonkeyPatch) -> None:
    """Queues grow and are counted, nothing is lost, and what is kept in memory is bounded by the children who are open."""
    entries: dict[int, tuple[int, int, int]] = {}

    class Watched(Office):
        def __init__(self, env: simpy.Environment, *others: object) -> None:
            super().__init__(env, *others)  # type: ignore[arg-type]
            env.process(self.count(env))

        def count(self, env: simpy.Environment) -> Generator[simpy.Event, object, None]:
            for year in range(1, 11):
                yield env.timeout(253.0)
                here = [worker for worker in self.workers if math.isinf(worker.left)]
                diaries = {id(worker.diary): worker.diary for worker in here}.values()
                queued = sum(len(d.ready) + sum(len(page) for page in d.future.values()) for d in diaries)
                lists = [waiting for team in self.teams.values() for waiting in team._waiting.values()]
                waiting = sum(entry[3].case.waiting is entry[3] for each in lists for entry in each)
                open_ = waiting + sum(len(worker.cases) for worker in here)
                entries[year] = (queued, sum(len(each) for each in lists), open_)

    monkeypatch.setattr(world, "Office", Watched)
    halved = {"social_workers": {"fte": "-50%"}}
    scenario = Scenario.model_validate(
        {"title": "t", "years": 10, "warm_up": 1, "population_fraction": 0.05, "workforce": halved}
    )
    replication = replicate(scenario, average_authority(), engine=python_engine)  # the native one has no Office to watch
    assert checks(replication)["holds"].all()
    table = measures(replication)
    waiting = table[(table["group"] == "all") & (table["measure"] == "unallocated_children_mean_over_year")]["value"].to_numpy()
    assert waiting[:3].mean() > 20.0
    assert waiting[-3:].max() < 5 * waiting[:3].mean()  # families leave and children grow up: it does not grow for ever
    for queued, listed, open_ in entries.values():
        assert queued < 4 * open_
        assert listed < 4 * open_


def test_nobody_leaving_means_no_hand_overs_but_those_from_team_to_team() -> None:
    never = {"vacancy_rate": "0%", "turnover_rate": "0%", "sickness_rate": "0%"}
    roles = ("social_workers", "senior_practitioners", "newly_qualified")
    # a newly qualified worker's case goes to someone experienced when it becomes child protection
    keys = {"workforce": dict.fromkeys(roles, never), "parameters": {"newly_qualified_share": 0.0}}
    scenario = Scenario.model_validate({"title": "t", "years": 2, "warm_up": 0, "population_fraction": 0.05, **keys})
    replication = replicate(scenario, average_authority())
    # without a warm-up nobody leaves or falls sick from the first day; the cases there are find a holder within weeks
    settled = replication.start_time + 60
    team = {worker.number: worker.team for worker in replication.workers}
    holder: dict[int, int] = {}
    between_teams = within_a_team = 0
    for row in replication.record.rows():
        if row["event"] not in (Event.ALLOCATED, Event.HANDED_OVER):
            continue
        child, worker = int(row["entity"]), int(row["resource"])
        if row["event"] == Event.HANDED_OVER and row["time"] > settled and child in holder:
            if team[holder[child]] == team[worker]:
                within_a_team += 1
            else:
                between_teams += 1
        holder[child] = worker
    assert between_teams > 20
    assert within_a_team == 0
