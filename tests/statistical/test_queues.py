"""The queue for a case holder against queueing theory, and Little's law on it, with the model's own workers, teams and diaries.

Cases of one task each go to a team whose workers have room for one case at a time, so that children who wait for a case
holder are the queue and workers are the servers. Hours are exponential and so are the times between cases: M/M/c. A
worker meets a new task once a day, so the model is that queue in the limit of tasks much longer than a day; with tasks
of 40 days on average, the half day lost when an idle worker is given a case is 1% of a task.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
import simpy
from models import NOBODY_LEAVES, ROLES, Bureau, post
from stated_error import batch_means, mean_is, proportion_is

from cinsim.engine.clock import on_grid
from cinsim.reference.events import Detail, Event
from cinsim.workforce.staffing import Rates
from cinsim.workforce.work import Case, Task
from cinsim.workforce.workers import Worker

pytestmark = pytest.mark.statistical

TEAM = Detail.CIN_AND_CP_TEAM
HOURS_A_DAY = 8.0


@dataclass(frozen=True)
class Queue:
    """When each case came, was given to a worker and was finished (working days), and how long its task was (days)."""

    came: np.ndarray
    begun: np.ndarray
    done: np.ndarray
    needed: np.ndarray

    @property
    def waits(self) -> np.ndarray:
        return self.begun - self.came


def luck(n: int, servers: int, load: float, mean_days: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return times at which cases come and days of work they need."""
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(mean_days / (servers * load), n)
    return np.array([on_grid(t) for t in np.cumsum(gaps).tolist()]), rng.exponential(mean_days, n)


@cache
def queue_of_workers(servers: int, load: float, n: int = 3000, mean_days: float = 40.0, seed: int = 1) -> Queue:
    """Let workers work through cases that come one by one."""
    came, needed = luck(n, servers, load, mean_days, seed)
    rates = dict.fromkeys(ROLES, replace(NOBODY_LEAVES, limit=(1.0, 1.0)))
    bureau = Bureau([post(TEAM, number=k) for k in range(servers)], rates=rates, parameters={"overtime_limit": 0.0})
    finished = np.full(n, np.nan)

    def done(task: Task, worker: Worker, now: float) -> None:
        finished[task.case.number] = now
        bureau.office.release(task.case)

    def arrivals() -> Generator[simpy.Event, object, None]:
        for number, (at, days) in enumerate(zip(came.tolist(), needed.tolist(), strict=True)):
            yield bureau.env.timeout(at - bureau.env.now)
            case = Case(number)
            bureau.office.assign(case, TEAM, 1.0)
            case.plan_task(Event.CIN_VISIT, days * HOURS_A_DAY, at, at + 10_000.0, done)

    bureau.env.process(arrivals())
    bureau.run(until=float(came[-1]))
    begun = np.full(n, np.nan)
    for w in bureau.events(Event.ALLOCATED):
        begun[w.entity] = w.time
    known = np.flatnonzero(~np.isnan(finished))
    whole = known[: np.flatnonzero(np.diff(known, append=known[-1] + 2) > 1)[0] + 1]  # up to the first still at work
    return Queue(came[whole], begun[whole], finished[whole], needed[whole])


def kiefer_wolfowitz(came: np.ndarray, needed: np.ndarray, servers: int) -> np.ndarray:
    """Return the waits of the same cases at servers who work without a clock of days (first come, first served)."""
    free = [0.0] * servers
    waits = np.empty(len(came))
    for k, (at, days) in enumerate(zip(came.tolist(), needed.tolist(), strict=True)):
        begin = max(at, heapq.heappop(free))
        waits[k] = begin - at
        heapq.heappush(free, begin + days)
    return waits


def erlang_c(servers: int, load: float) -> float:
    """Return the probability that a case must wait in an M/M/c queue: Erlang (1917), by the recursion for Erlang B."""
    offered, blocked = servers * load, 1.0
    for c in range(1, servers + 1):
        blocked = offered * blocked / (c + offered * blocked)
    return blocked / (1.0 - load * (1.0 - blocked))


@pytest.mark.parametrize(("servers", "load", "known"), [(1, 0.8, 0.8), (2, 0.5, 1 / 3), (5, 0.8, 0.554), (10, 0.9, 0.669)])
def test_the_formula_itself_gives_known_values(servers: int, load: float, known: float) -> None:
    assert erlang_c(servers, load) == pytest.approx(known, abs=5e-4)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (3, 0.7), (6, 0.75)])
def test_servers_without_a_clock_of_days_make_cases_wait_as_erlang_c_says(servers: int, load: float) -> None:
    """The recursion that the model is held against below, itself held against theory with many cases."""
    came, needed = luck(150_000, servers, load, 40.0, seed=4)
    waits = kiefer_wolfowitz(came, needed, servers)
    chance = erlang_c(servers, load)
    expected = chance * 40.0 / (servers * (1 - load))
    verdict = mean_is("mean wait", batch_means(waits), expected, if_wrong=expected).confirmed()
    assert verdict.smallest_error_seen < 0.2 * expected
    mean_is("share that waits", batch_means((waits > 0).astype(float)), chance, if_wrong=0.3).confirmed()


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (3, 0.7), (6, 0.75)])
def test_the_mean_wait_for_a_case_holder_is_that_of_erlang_c(servers: int, load: float) -> None:
    """The same cases at servers without a clock of days, whose mean wait theory gives, take most of the chance out."""
    queue = queue_of_workers(servers, load)
    exact = kiefer_wolfowitz(queue.came, queue.needed, servers)
    chance = erlang_c(servers, load)
    expected = chance * 40.0 / (servers * (1 - load))
    # half a day of getting to a task loads servers by about 1% more, which lengthens the wait by some hundredths at these loads
    verdict = mean_is(
        "mean wait", batch_means(queue.waits - exact + expected), expected, within=0.08 * expected, if_wrong=expected
    )
    assert verdict.confirmed().smallest_error_seen < 0.25 * expected
    waiting = batch_means((queue.waits > 0).astype(float) - (exact > 0) + chance)
    assert mean_is("share that waits", waiting, chance, within=0.04, if_wrong=0.5).confirmed().smallest_error_seen < 0.1


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (3, 0.7), (6, 0.75)])
def test_case_by_case_waits_are_those_of_servers_without_a_clock_of_days_to_within_days(servers: int, load: float) -> None:
    queue = queue_of_workers(servers, load)
    exact = kiefer_wolfowitz(queue.came, queue.needed, servers)
    assert np.corrcoef(queue.waits, exact)[0, 1] > 0.99
    assert queue.waits.mean() == pytest.approx(exact.mean(), rel=0.08)
    assert queue.waits.mean() > 0.98 * exact.mean()  # days can only be lost


def test_cases_are_taken_on_in_the_order_in_which_they_came() -> None:
    queue = queue_of_workers(3, 0.7)
    assert (np.diff(queue.begun) >= 0).all()


def test_no_worker_is_idle_while_a_case_waits() -> None:
    queue, servers = queue_of_workers(3, 0.7), 3
    waited = (queue.waits > 0) & (queue.done > queue.begun)
    # whoever waited was taken on at the very moment at which another was finished
    assert set(queue.begun[waited].tolist()) <= set(queue.done.tolist())
    busy = np.searchsorted(np.sort(queue.begun), queue.begun[waited], side="right") - np.searchsorted(
        np.sort(queue.done), queue.begun[waited], side="right"
    )
    assert (busy == servers).all()


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (3, 0.7), (6, 0.75)])
def test_littles_law_holds_for_those_who_wait_and_those_who_are_helped(servers: int, load: float) -> None:
    queue = queue_of_workers(servers, load)
    end = float(queue.done.max())
    for begin, finish in ((queue.came, queue.begun), (queue.begun, queue.done)):
        moments = np.concatenate([begin, finish])
        steps = np.concatenate([np.ones(len(begin)), -np.ones(len(finish))])
        order = np.lexsort((-steps, moments))
        number = np.cumsum(steps[order])
        mean_number = float(np.sum(number[:-1] * np.diff(moments[order])) / end)
        arrivals, mean_time = len(begin) / end, float((finish - begin).mean())
        assert mean_number == pytest.approx(arrivals * mean_time, rel=1e-9)
        assert (number >= 0).all()


def test_workers_are_busy_for_the_share_of_time_that_the_work_asks_for() -> None:
    servers, load = 3, 0.7
    queue = queue_of_workers(servers, load)
    busy = (queue.done - queue.begun).sum() / (servers * float(queue.done.max()))
    work = queue.needed.sum() / (servers * float(queue.done.max()))
    assert busy == pytest.approx(work, rel=0.03)


def test_the_work_waiting_on_a_shared_diary_follows_lindleys_equation_to_the_hour() -> None:
    """What is left tonight is what was left last night, plus what came, less what those on duty can do in a day."""
    chairs, days = 3, 400
    rng = np.random.default_rng(5)
    coming = rng.poisson(4.6, days)
    bureau = Bureau(
        [post(Detail.CONFERENCE_TEAM, Detail.CONFERENCE_CHAIR, number=k) for k in range(chairs)],
        parameters={"overtime_limit": 0.0},
    )
    diary = bureau.office.teams[Detail.CONFERENCE_TEAM].duty
    left, expected = [], []
    waiting: dict[int, Task] = {}
    for day in range(days):
        if day:
            bureau.run(until=float(day))
        for k in range(int(coming[day])):
            number = day * 100 + k
            waiting[number] = bureau.duty(diary, number, 5.0, kind=Event.CONFERENCE_CHAIRING, due=float(day))
        bureau.run(until=day + 0.99)
        waiting = {number: task for number, task in waiting.items() if task.diary is not None}
        left.append(sum(task.hours_left for task in waiting.values()))
        expected.append(max((expected[-1] if expected else 0.0) + 5.0 * coming[day] - HOURS_A_DAY * chairs, 0.0))
    assert left == pytest.approx(expected)
    assert max(left) > 50.0
    assert min(left[50:]) == 0.0


# ---- posts in the long run


def test_posts_are_vacant_and_covered_in_the_long_run_as_the_rates_say(monkeypatch: pytest.MonkeyPatch) -> None:
    turnover, vacancy, cover = 0.4, 0.25, 0.6
    rates = Rates((turnover,) * 2, (vacancy,) * 2, (cover,) * 2, (0.0, 0.0), (20.0, 20.0))
    years, n = 12.0, 300
    bureau = Bureau([post(Detail.CIN_AND_CP_TEAM, number=k) for k in range(n)], rates={Detail.SOCIAL_WORKER: rates})
    monkeypatch.setattr(Worker, "begin", lambda worker: None)  # nobody works, which nothing here depends on
    bureau.run(until=years * 253)
    rows = bureau.office.rows()
    end = years * 253
    share = {
        agency: [sum(min(r.left, end) - r.started for r in rows if r.post == k and r.agency is agency) / end for k in range(n)]
        for agency in (False, True)
    }
    mean_is("filled by permanent workers", share[False], 1 - vacancy, within=0.01, if_wrong=0.3).confirmed()
    mean_is("covered by agency workers", share[True], vacancy * cover, within=0.01, if_wrong=0.3).confirmed()
    leavers = sum(1 for r in rows if not r.agency and r.left < end)
    permanent_years = sum(min(r.left, end) - r.started for r in rows if not r.agency) / 253
    # leavers are a Poisson count at the turnover rate
    mean_is(
        "turnover", [leavers / permanent_years], turnover, if_wrong=0.3, standard_error=turnover / math.sqrt(leavers)
    ).confirmed()


def test_sickness_takes_its_share_of_working_days() -> None:
    share, n, years = 0.06, 120, 8.0
    rates = Rates((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (share, share), (20.0, 20.0))
    bureau = Bureau([post(Detail.CIN_AND_CP_TEAM, number=k) for k in range(n)], rates={Detail.SOCIAL_WORKER: rates})
    end = years * 253
    bureau.run(until=end)
    away = np.zeros(n)
    for w in bureau.events(Event.ABSENCE_STARTED):
        away[w.resource] += min(w.due, end) - w.time
    # nobody is sick on the first day, which takes off a little; spells are whole days, at least one, which adds a little
    mean_is("share of days lost", (away / end).tolist(), share, within=0.01, if_wrong=0.1).confirmed()


def test_of_many_posts_some_are_vacant_at_the_start_as_the_rate_says() -> None:
    vacancy, n = 0.3, 3000
    rates = Rates((0.1, 0.1), (vacancy, vacancy), (0.0, 0.0), (0.0, 0.0), (20.0, 20.0))
    bureau = Bureau([post(Detail.CIN_AND_CP_TEAM, number=k) for k in range(n)], rates={Detail.SOCIAL_WORKER: rates})
    bureau.run(until=0.001)
    verdict = proportion_is("filled at the start", len(bureau.workers), n, 1 - vacancy).confirmed()
    assert verdict.smallest_error_seen < 0.05
