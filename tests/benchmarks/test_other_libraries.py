"""The same small pathway in plain SimPy, on cinsim's engine, in Ciw and in salabim, in one run.

Referrals come at random and wait for one of the screeners; a share of the children then waits for one of the lead
practitioners. Each form must give the mean wait of theory (M/M/c, Erlang C) within its stated error before its time counts.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable

import pytest
import simpy
from kept import keep
from stated_error import batch_means, mean_is

from cinsim.engine.draws import Draws
from cinsim.engine.environment import DayByDay
from cinsim.engine.record import EventRecord
from cinsim.engine.variates import exponential

pytestmark = pytest.mark.benchmark

DAYS = 3000
REFERRALS_A_DAY, SCREENERS, LEADS, PLAN_SHARE = 16.0, 4, 32, 0.35
SCREENING_DAYS, PLAN_DAYS = 0.2, 4.5
Waits = list[float]


def plain_simpy() -> Waits:
    """SimPy as its documentation teaches it, with the random module."""
    luck, waits, env = random.Random(1), [], simpy.Environment()
    screeners, leads = simpy.Resource(env, SCREENERS), simpy.Resource(env, LEADS)

    def child():
        came = env.now
        with screeners.request() as turn:
            yield turn
            waits.append(env.now - came)
            yield env.timeout(luck.expovariate(1 / SCREENING_DAYS))
        if luck.random() < PLAN_SHARE:
            with leads.request() as turn:
                yield turn
                yield env.timeout(luck.expovariate(1 / PLAN_DAYS))

    def referrals():
        while True:
            yield env.timeout(luck.expovariate(REFERRALS_A_DAY))
            env.process(child())

    env.process(referrals())
    env.run(DAYS)
    return waits


def cinsim_engine() -> Waits:
    """The same on cinsim's engine: a page a day, every draw keyed to the child, every step in the record."""
    draws, waits, env = Draws(1, 0), [], DayByDay()
    gap, screened_for, planned, plan_for = (draws.stream(name) for name in ("gap", "screening", "planned", "plan"))
    record = EventRecord(["referral", "screening started", "screening completed", "plan started", "plan ended"], [])
    screeners, leads = simpy.Resource(env, SCREENERS), simpy.Resource(env, LEADS)

    def child(number: int):
        came = env.now
        record.write(came, number, 0)
        with screeners.request() as turn:
            yield turn
            waits.append(env.now - came)
            record.write(env.now, number, 1)
            yield env.timeout(SCREENING_DAYS * exponential(screened_for(number, 0)))
            record.write(env.now, number, 2)
        if planned(number, 0) < PLAN_SHARE:
            with leads.request() as turn:
                yield turn
                record.write(env.now, number, 3)
                yield env.timeout(PLAN_DAYS * exponential(plan_for(number, 0)))
                record.write(env.now, number, 4)

    def referrals():
        number = 0
        while True:
            yield env.timeout(exponential(gap(number, 0)) / REFERRALS_A_DAY)
            env.process(child(number))
            number += 1

    env.process(referrals())
    env.run(DAYS)
    return waits


def in_ciw() -> Waits:
    """The network of two nodes as Ciw describes one."""
    import ciw  # of the extra `bench`, which only `make bench` installs

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(REFERRALS_A_DAY), None],
        service_distributions=[ciw.dists.Exponential(1 / SCREENING_DAYS), ciw.dists.Exponential(1 / PLAN_DAYS)],
        number_of_servers=[SCREENERS, LEADS],
        routing=[[0.0, PLAN_SHARE], [0.0, 0.0]],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(DAYS)
    records = [row for row in simulation.get_all_records() if row.node == 1]
    return [row.waiting_time for row in sorted(records, key=lambda row: row.arrival_date)]


def in_salabim() -> Waits:
    """Components and resources as salabim has them."""
    import salabim  # of the extra `bench`

    luck, waits = random.Random(1), []
    env = salabim.Environment(yieldless=False, random_seed=1, trace=False)
    screeners, leads = salabim.Resource("screeners", SCREENERS), salabim.Resource("leads", LEADS)

    class Child(salabim.Component):
        def process(self):
            came = env.now()
            yield self.request(screeners)
            waits.append(env.now() - came)
            yield self.hold(luck.expovariate(1 / SCREENING_DAYS))
            self.release(screeners)
            if luck.random() < PLAN_SHARE:
                yield self.request(leads)
                yield self.hold(luck.expovariate(1 / PLAN_DAYS))
                self.release(leads)

    class Referrals(salabim.Component):
        def process(self):
            while True:
                yield self.hold(luck.expovariate(REFERRALS_A_DAY))
                Child()

    Referrals()
    env.run(DAYS)
    return waits


def mean_wait_of_theory(arrivals: float, service: float, servers: int) -> float:
    """Return the mean wait of M/M/c (Erlang C)."""
    load = arrivals * service
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    waiting = last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)
    return waiting * service / (servers - load)


def test_the_same_pathway_in_four_forms() -> None:
    forms: dict[str, Callable[[], Waits]] = {
        "plain_simpy": plain_simpy, "cinsim_engine": cinsim_engine, "ciw": in_ciw, "salabim": in_salabim,
    }  # fmt: skip
    theory = mean_wait_of_theory(REFERRALS_A_DAY, SCREENING_DAYS, SCREENERS)
    microseconds: dict[str, float] = {}
    for name, form in forms.items():
        begun = time.process_time()
        waits = form()
        microseconds[name] = 1e6 * (time.process_time() - begun) / len(waits)
        # waits one after another are alike: batches of them are not; a tenth is near enough to be the same pathway
        mean_is(f"mean wait in {name}", batch_means(waits), theory, within=0.1 * theory, if_wrong=2 * theory).confirmed()
    plain = microseconds["plain_simpy"]
    found = {f"microseconds_a_referral_{name}": round(value, 1) for name, value in microseconds.items()}
    keep("other_libraries", found | {f"{name}_over_plain_simpy": round(value / plain, 2) for name, value in microseconds.items()})
    assert microseconds["cinsim_engine"] < 4 * plain  # keyed draws and a record must not cost several times the clock itself
    assert microseconds["cinsim_engine"] < microseconds["salabim"]
