"""The clock that keeps a page a day lets things happen in SimPy's own order."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import pytest
import simpy
from simpy.core import EmptySchedule

from cinsim.engine.environment import DayByDay

pytestmark = pytest.mark.unit


def happenings(env: simpy.Environment, until: float) -> list[tuple[float, int, str]]:
    """Return what a crowd of processes does: waits of all lengths, news among them, interruptions, many at the same instant."""
    luck = random.Random(7)
    seen: list[tuple[float, int, str]] = []
    doors = [env.event() for _ in range(40)]

    def life(number: int) -> Generator[simpy.Event, Any, None]:
        for _ in range(30):
            try:
                yield env.timeout(luck.choice([0.0, 0.25, 0.5, 1.0, 1.0, 3.75, 40.0, 400.0]))
                seen.append((env.now, number, "waited"))
                yield doors[number % 40]
                seen.append((env.now, number, "let in"))
            except simpy.Interrupt:
                seen.append((env.now, number, "interrupted"))

    lives = [env.process(life(number)) for number in range(200)]

    def keeper() -> Generator[simpy.Event, Any, None]:
        while True:
            yield env.timeout(0.25)
            door = luck.randrange(40)
            if not doors[door].triggered:
                doors[door].succeed()
            doors[door] = env.event()
            one = lives[luck.randrange(200)]
            if one.is_alive:
                one.interrupt()

    env.process(keeper())
    env.run(until=until)
    return seen


def test_everything_happens_at_the_time_and_in_the_order_in_which_simpy_has_it_happen() -> None:
    assert happenings(DayByDay(), 900) == happenings(simpy.Environment(), 900)


@pytest.mark.parametrize("until", [3, 3.0, 3.25])
def test_a_run_ends_before_what_happens_at_its_end_and_may_be_taken_up_there(until: float) -> None:
    env = DayByDay()
    seen: list[float] = []

    def ticks() -> Generator[simpy.Event, Any, None]:
        while True:
            yield env.timeout(0.25)
            seen.append(env.now)

    env.process(ticks())
    env.run(until=until)
    assert env.now == until
    assert seen[-1] == until - 0.25
    env.run(until=until + 1)
    assert seen == [0.25 * (k + 1) for k in range(int(4 * until + 3))]


def test_single_steps_lead_through_the_days_to_the_end() -> None:
    env = DayByDay()
    env.process(iter_of(env.timeout(0.5), env.timeout(7.5)))
    times = []
    while env.peek() < float("inf"):
        times.append(env.peek())
        env.step()
        assert env.now == times[-1]
    assert times == [0.0, 0.5, 7.5, 7.5]  # the process starts, waits twice and ends
    with pytest.raises(EmptySchedule):
        env.step()


def iter_of(*events: simpy.Event) -> Generator[simpy.Event, Any, None]:
    yield from events


def test_a_run_without_a_time_ends_when_nothing_is_left_to_happen() -> None:
    env = DayByDay()
    last = env.process(iter_of(env.timeout(2.0)))
    env.run()
    assert env.now == 2.0
    assert last.processed


def test_a_mistake_in_a_process_stops_the_run() -> None:
    env = DayByDay()

    def mistaken() -> Generator[simpy.Event, Any, None]:
        yield env.timeout(1.5)
        raise ZeroDivisionError("a mistake")

    env.process(mistaken())
    with pytest.raises(ZeroDivisionError, match="a mistake"):
        env.run(until=10)
