"""One small program for each construct of the subset: both engines run each, and must write the same rows."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum, IntEnum
from functools import cache
from operator import attrgetter
from typing import Final

import simpy

from cinsim.engine.draws import Draws
from cinsim.engine.environment import DayByDay, Recurring
from cinsim.engine.record import Write
from cinsim.engine.variates import choice, exponential, lognormal, normal, weibull


class Colour(Enum):
    """An enumeration without numbers."""

    RED = "red"
    GREEN = "green"


class Code(IntEnum):
    """An enumeration of numbers."""

    ONE = 1
    FIVE = 5


LIMITS: Final = (1.0, 2.5, 4.0)
NAMES: Final = ("low", "medium", "high")
SOME: Final = frozenset({Code.ONE, 7, 200})
TABLE: Final[dict[int, float]] = {Code.ONE: 0.5, Code.FIVE: 2.5}
_first = attrgetter("size")


@dataclass(frozen=True, slots=True)
class Pair:
    """A dataclass with a default, a method, a property and a comparison."""

    size: float
    count: int = 3

    def total(self, by: float = 2.0, *, plus: float = 0.0) -> float:
        """Return a product."""
        return self.size * self.count * by + plus

    @property
    def half(self) -> float:
        """Half of the size."""
        return self.size / 2


DEFAULT: Final = Pair(1.5)


class Holder:
    """A plain class."""

    __slots__ = ("items", "label", "maybe", "pair", "seen")

    def __init__(self, label: int, pair: Pair | None = None):
        self.label, self.pair = label, pair
        self.items: list[float] = []
        self.maybe: float | None = None
        self.seen = self.total()

    def total(self) -> float:
        """Return what there is."""
        out = 0.0
        for item in self.items:
            out += item
        return out

    def add(self, item: float) -> float:
        """Add an item and return the new total."""
        self.items.append(item)
        return self.total()


class Special(Holder):
    """A class derived from another."""

    def __init__(self, label: int):
        super().__init__(label, Pair(float(label)))
        self.extra = label * 2


def arithmetic(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write whole-number and float division, remainders and powers of both signs, and rounding."""
    for a in range(-7, 8):
        for b in range(-3, 4):
            if b != 0:
                write(float(a // b), a % b, 1, value=a / b)
                write((a + 0.5) // (b * 0.7), a, 2, value=(a + 0.5) % (b * 0.7))
        write(float(round(a / 2)), int(a / 2), 3, value=2.0 ** (a / 3))
        write(float(math.floor(a / 2)), math.ceil(a / 2), 4, value=float(abs(a)))
        write(float((a & 3) | (a ^ 5)), a << 2, 5, value=float(a >> 1))


def comparisons(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write chains, membership, conditions as values, and and or as values."""
    empty: list[float] = []
    some = [1.0, 2.0]
    for k in range(6):
        write(1.0 if 1 < k <= 4 else 0.0, k, 1)
        write(0.0, k, int(k in SOME) + int(k not in (1, 2)))
        write(float((k > 2) + (k > 3)), k, 2)
        write(0.0, len(empty or some), 3)
        if k and not (k == 3 or k == 5):
            write(0.0, k, 4)
    write(math.inf, 0, 5, value=-math.inf)
    write(float("-inf"), 0, 6)


def mathematics(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write functions of the C library and quantiles, whose last bits must be Python's."""
    stream = draws.stream("construct")
    for k in range(300):
        u = stream(k, 7)
        write(normal(u), k, 1)
        write(exponential(u), k, 2, value=weibull(u, 0.7, 300.0))
        write(lognormal(u, 30.0, 0.5), k, 3, value=math.expm1(-u))
        write(math.exp(u) - math.log(u), choice(u, (0.2, 0.5, 0.9, 1.0)), 4)
        write(2.0 ** (-u * k), k, 5)


def containers(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write lists, dicts, sets, tuples, slices, sorting, heaps and comprehensions."""
    numbers = [3, 1, 2]
    numbers.append(9)
    numbers.remove(1)
    last = numbers.pop()
    first = numbers.pop(0)
    write(float(last), first, len(numbers))
    numbers[:0] = [7, 8]
    numbers[1] = 6
    for n in [*numbers, 4]:
        write(float(n), numbers[-1], 1)
    for n in sorted(numbers, key=lambda n: -n):
        write(float(n), 0, 2)
    for n in numbers[1:]:
        write(float(n), 0, 3)
    table: dict[int, list[float]] = {}
    for k in (5, 3, 5, 4):
        table.setdefault(k % 4, []).append(float(k))
    for key, values in table.items():
        write(float(len(values)), key, 4, value=values[0])
    del table[3]
    table[3] = [0.0]
    for key in table:
        write(0.0, key, 5)
    write(float(len(table.get(99) or [1.0, 2.0])), len(table), 6)
    gone = table.pop(1, None)
    write(0.0, -1 if gone is None else len(gone), 7)
    heap: list[tuple[float, int]] = []
    for k in range(20):
        heapq.heappush(heap, ((k * 7) % 5 + 0.5, k))
    while heap:
        when, k = heapq.heappop(heap)
        write(when, k, 8)
    squares = [k * k for k in range(9) if k % 2]
    write(float(sum(squares)), max(squares), 9, value=float(min(k for k in squares)))
    pairs = {k: k * 1.5 for k in range(4)}
    for k, value in enumerate(pairs.values()):
        write(value, k, 10)
    for k, value in zip(squares, pairs.values(), strict=False):
        write(value, k, 11)
    nested = [a * 10 + b for a in range(3) for b in range(a)]
    write(float(len(nested)), nested[-1], 12)
    write(float(bisect_right(LIMITS, 2.5)), bisect_right(LIMITS, 0.0), 13)
    write(0.0, dict.fromkeys(pairs, 2)[3], 14, value=TABLE[Code.FIVE])
    roles: dict[frozenset[int], int] = {SOME: 4, frozenset({1}): 5}
    write(float(roles[frozenset({1})]), roles[SOME | frozenset({1})], 15)
    write(float(frozenset({1}) <= SOME), int(any([False, True])) + int(all([True, False])), 16)
    quotient, rest = divmod(-7, 3)
    write(float(quotient), rest, 17)


def texts(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write which text was chosen."""
    wanted = frozenset({"low", "high"})
    for k in range(3):
        write(0.0, k, int(NAMES[k] in wanted), value=float(NAMES[k] == "medium"))


def objects(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write what objects hold: fields, defaults, keywords, inheritance, replace, equality, optional values."""
    pair = Pair(2.0)
    write(pair.total(), pair.count, 1, value=pair.half)
    write(pair.total(3.0, plus=1.0), replace(pair, count=8).count, 2, value=DEFAULT.size)
    write(float(pair == Pair(2.0, 3)), int(pair != DEFAULT), 3)
    special = Special(4)
    write(special.add(1.5), special.extra, 4, value=special.add(2.0))
    holder: Holder = special
    write(holder.total(), holder.label, 5)
    if special.maybe is None:
        special.maybe = 2.5
    if special.maybe is not None:
        write(special.maybe + 1.0, 0, 6)
    other = Holder(1)
    write(0.0 if other.pair is None else other.pair.size, 0, 7)
    best = min([pair, DEFAULT, Pair(9.0)], key=_first)
    write(best.size, 0, 8)
    write(max(special.items, default=0.0), 0, 9)


def _doubled(x: float) -> float:
    return 2 * x


def _applied(what: Callable[[float], float], x: float) -> float:
    return what(x)


def functions(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write what functions as values, closures, lambdas and bound methods give; a name that is bound anew is a cell."""
    by = 3.0

    def times(x: float) -> float:
        return x * by

    def again(depth: int) -> float:
        return 1.0 if depth == 0 else 2.0 * again(depth - 1)

    write(times(2.0), 0, 1)
    by = 5.0
    write(times(2.0), 0, 2)
    write(_applied(_doubled, 4.0), 0, 3, value=_applied(lambda x: x + by, 1.0))
    write(again(5), 0, 4)
    holder = Holder(3)
    write(_applied(holder.add, 2.0), 0, 5)
    chosen: Callable[[float], float] | None = None
    write((chosen or _doubled)(1.5), 0, 6)


@cache
def _slow(n: int) -> int:
    return n if n < 2 else _slow(n - 1) + _slow(n - 2)


def cached(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write the result of a cached function."""
    write(float(_slow(15)), 0, 1)


class Counter:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.count = 0

    def next(self) -> int:
        """Return the next number."""
        self.count += 1
        return self.count


def _triple(a: int, b: int, c: int) -> int:
    return a * 100 + b * 10 + c


def order(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write calls whose operands have effects: Python evaluates from left to right."""
    counter = Counter()
    write(float(_triple(counter.next(), counter.next(), counter.next())), counter.count, counter.next())
    write(float(counter.next() * 10 - counter.next()), 0, 1)
    a, b = counter.next(), counter.next()
    write(float(a), b, 2)
    both = counter.next() > 100 and counter.next() > 0
    write(float(both), counter.count, 3)
    parts = [counter.next(), counter.next()]
    write(float(parts[0]), parts[1], 4)
    value = counter.count if counter.next() else 0
    write(float(value), counter.count, 5)
    while (n := counter.next()) < 20:
        write(float(n), 0, 6)


def dates(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write dates through leap years and year ends."""
    day = date(2023, 12, 30)
    for k in range(80):
        later = day + timedelta(days=k * 37)
        write(float(later.toordinal()), later.year, later.month, later.day)
    write(float(date.fromordinal(738000).day), 0, 1)


def _ticking(env: DayByDay, write: Write, every: float, times: int) -> Generator[simpy.Event, object, int]:
    for k in range(times):
        yield env.timeout(every)
        write(env.now, k, 1)
    return times * 2


def _told(env: DayByDay, write: Write, event: simpy.Event, number: int) -> Generator[simpy.Event, int, None]:
    got = yield event
    write(env.now, number, 2, value=float(got))


def _outer(env: DayByDay, write: Write, number: int) -> Generator[simpy.Event, object, None]:
    done = yield from _ticking(env, write, 0.5, 3)
    write(env.now, done, 3)
    try:
        done = yield from _ticking(env, write, 1.0, 50)
        write(env.now, number, 4)
    except simpy.Interrupt as leaving:
        write(env.now, int(leaving.cause or 0), 5)
        return
    finally_ = number
    write(env.now, finally_, 6)


def _interrupting(env: DayByDay, process: simpy.Process) -> Generator[simpy.Event, object, None]:
    yield env.timeout(4.25)
    if process.is_alive:
        process.interrupt(42)


def processes(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write what processes, events, interrupts, things that happen again and times that come do, in their order."""
    event = env.event()
    env.process(_told(env, write, event, 1))
    ticking = env.process(_outer(env, write, 2))
    env.process(_interrupting(env, ticking))
    late = env.timeout(2.0)

    def look(_: simpy.Event) -> None:
        write(env.now, 9, 7)
        event.succeed(5)

    late.callbacks.append(look)
    again = Again(env, write)
    again.begin()
    env.run(30.0)
    write(env.now, 0, 8)


class Again:
    """Something that happens three times."""

    def __init__(self, env: DayByDay, write: Write):
        self.env, self.write, self.left = env, write, 3
        self.event = Recurring(env, self._happen)

    def begin(self) -> None:
        """Begin."""
        self.event.after(1.0)

    def _happen(self, _: simpy.Event) -> None:
        self.write(self.env.now, self.left, 9)
        self.left -= 1
        if self.left > 0:
            self.event.after(2.0)


@dataclass(slots=True)
class Kept:
    """Holds one of two kinds of value."""

    held: Colour | Code | None = None


def _of(k: int) -> Colour | Code:
    return Colour.GREEN if k % 2 else Code.FIVE


RATED: Final[Mapping[Colour, float]] = {Colour.RED: 1.0, Colour.GREEN: 2.0}


def unions(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write which of two kinds a value is of."""
    for k in range(4):
        one = _of(k)
        kept = Kept(one)
        write(RATED[one] if isinstance(one, Colour) else float(one), int(isinstance(kept.held, Colour)), int(one is Colour.GREEN))


def loops(env: DayByDay, draws: Draws, write: Write) -> None:
    """Write what a loop does over a list that grows, with break and continue, and counting down."""
    queue = [1, 2]
    for item in queue:
        if item > 20:
            break
        if item % 3 == 0:
            continue
        queue.append(item * 3)
        queue.append(item * 2)
        write(float(item), len(queue), 1)
    for k in range(5, -1, -2):
        write(float(k), 0, 2)


PROGRAMS: Final[Sequence[Callable[[DayByDay, Draws, Write], None]]] = (
    arithmetic, comparisons, mathematics, containers, texts, objects, functions, cached, order, dates, processes, unions, loops,
)  # fmt: skip
