"""SimPy's environment for a model in which most events lie days ahead."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from heapq import heapify, heappop, heappush
from typing import Any

import simpy
from simpy.core import EmptySchedule, StopSimulation
from simpy.events import NORMAL, URGENT, Event, EventPriority, Process, Timeout


class DayByDay(simpy.Environment):
    """SimPy's environment with a page for each day to come: only today's events stand in the heap.

    SimPy keeps every event in one heap. Where thousands of children wait for something years ahead, each event pays
    for the depth of that heap. The order of events is SimPy's own: by time, priority and order of scheduling.
    """

    now: float = 0.0  # an attribute, since it is read hundreds of thousands of times a year; SimPy's is a call

    def __init__(self) -> None:
        super().__init__(0.0)
        # SimPy binds these to the instance for speed, but not for subclasses
        self.event, self.timeout = partial(Event, self), partial(Timeout, self)  # type: ignore[method-assign]
        self.process = partial(Process, self)  # type: ignore[method-assign]
        self._tomorrow = 1.0
        self._pages: dict[int, list[tuple[float, EventPriority, int, Event]]] = {}

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: float = 0.0) -> None:
        """Enter an event that happens ``delay`` working days from now."""
        time = self.now + delay
        if time < self._tomorrow:
            heappush(self._queue, (time, priority, next(self._eid), event))
            return
        page = self._pages.get(day := int(time))
        if page is None:
            self._pages[day] = [(time, priority, next(self._eid), event)]
        else:
            page.append((time, priority, next(self._eid), event))

    def _entries_at(self, time: float) -> list[tuple[float, EventPriority, int, Event]]:
        """Return where the events of a time stand: today's heap, or the page of a day to come."""
        return self._queue if time < self._tomorrow else self._pages.setdefault(int(time), [])

    def enter(self, event: Event, time: float, place: float) -> None:
        """Enter an event at a time, among those of that time by its place in the order of scheduling."""
        entries = self._entries_at(time)
        entries.append((time, NORMAL, place, event))  # type: ignore[arg-type]
        if entries is self._queue:
            heapify(entries)

    def strike(self, event: Event, time: float) -> None:
        """Take out an event that was entered at a time."""
        entries = self._entries_at(time)
        entries[:] = [entry for entry in entries if entry[3] is not event]
        if entries is self._queue:
            heapify(entries)

    def _turn_page(self) -> None:
        """Go on to the next day on which something happens."""
        if not self._pages:
            raise EmptySchedule
        day = int(self._tomorrow)
        while day not in self._pages:
            day += 1
        self._tomorrow = day + 1.0
        self._queue[:] = self._pages.pop(day)
        heapify(self._queue)

    def peek(self) -> float:
        """Return the time of the next event, infinity if there is none."""
        if not self._queue and self._pages:
            self._turn_page()
        return super().peek()

    def step(self) -> None:
        """Let the next event happen."""
        while not self._queue:
            self._turn_page()
        self.now, _, _, event = heappop(self._queue)
        callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
        for callback in callbacks:
            callback(event)
        if not event._ok and not hasattr(event, "_defused"):
            raise event._value

    def run(self, until: Any = None) -> Any:
        """Let events happen until a time, before those of that time; else as SimPy's ``run``.

        The steps are written out once more here: a call for every event would cost a tenth of SimPy's own time.
        """
        if until is None or isinstance(until, Event):
            return super().run(until)
        if until <= self.now:
            raise ValueError(f"a run must end later than now, {self.now}, not at {until}")
        stop = Event(self)
        stop._ok, stop._value = True, None
        stop.callbacks.append(StopSimulation.callback)
        self.schedule(stop, URGENT, until - self.now)
        queue = self._queue
        try:
            while True:
                while not queue:
                    self._turn_page()
                self.now, _, _, event = heappop(queue)
                callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
                for callback in callbacks:
                    callback(event)
                if not event._ok and not hasattr(event, "_defused"):
                    raise event._value
        except StopSimulation:
            return None


class Recurring(Event):
    """Something that happens again and again, for an action that is too simple to be a process of its own.

    One such event serves for all its times; a process that waits needs a new one each time, and a resumption.
    """

    def __init__(self, env: simpy.Environment, action: Callable[[Event], None]):
        super().__init__(env)
        self._ok, self._value = True, None
        self._actions = [action]

    def after(self, delay: float) -> None:
        """Let it happen (again) ``delay`` working days from now."""
        self.callbacks = self._actions
        self.env.schedule(self, NORMAL, delay)


class Until(Event):
    """A time to come that can still be moved, as if it had been another from the beginning: it keeps its place among events.

    Parameters
    ----------
    at
        Working days, infinity for never.
    place
        In the order of scheduling; that of now when left out.
    """

    def __init__(self, env: simpy.Environment, at: float, place: float | None = None):
        super().__init__(env)
        self._ok, self._value = True, None
        self.at, self.place = at, place_of(env) if place is None else place
        if math.isinf(at):
            return
        if place is None:
            env.schedule(self, NORMAL, at - env.now)
        else:
            env.enter(self, at, place)  # type: ignore[attr-defined]

    def move(self, at: float) -> None:
        """Let it come at another time, unless it has come already."""
        if at == self.at or self.callbacks is None:
            return
        env: DayByDay = self.env  # type: ignore[assignment]
        if not math.isinf(self.at):
            env.strike(self, self.at)
        self.at = at
        if not math.isinf(at):
            env.enter(self, at, self.place)


def place_of(env: simpy.Environment) -> int:
    """Return a place in the order of scheduling that comes after everything scheduled so far, and take it."""
    return next(env._eid)
