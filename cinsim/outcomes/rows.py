"""The event record sorted by kind of event, and the joins that turn it into spells."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.clock import TICKS_PER_DAY
from cinsim.engine.record import EventRecord
from cinsim.reference.events import Event

Ints = NDArray[np.int64]
_STAMP_BITS = 28  # room for 130,000 working days either side of the start, at 1024 ticks a day
_EPISODES = 1 << 15  # the record's episode column is 16 bits wide


def keys_of(child: Ints, episode: Ints) -> Ints:
    """Return one number for each child's episode, in the order of children and then episodes."""
    return child * _EPISODES + episode


class Rows(NamedTuple):
    """Events of one or more kinds, in the order of the record."""

    time: NDArray[np.float64]
    child: Ints
    episode: Ints
    worker: Ints
    detail: Ints
    due: NDArray[np.float64]
    value: NDArray[np.float64]

    @property
    def key(self) -> Ints:
        """One number for each child's episode; see :func:`keys_of`."""
        return keys_of(self.child, self.episode)

    def __len__(self) -> int:
        return len(self.time)


class SortedRecord:
    """Columns of an event record, and where the rows of each kind of event stand."""

    def __init__(self, record: EventRecord):
        self.columns: dict[str, NDArray[Any]] = record.columns()
        kinds = self.columns["event"]
        self._order = np.argsort(kinds, kind="stable")
        self._bounds = np.concatenate([[0], np.cumsum(np.bincount(kinds, minlength=max(Event) + 1))])

    def index(self, first: Event, last: Event | None = None) -> Ints:
        """Return the row numbers of one kind of event, or of the kinds ``first`` to ``last``, kind by kind."""
        return self._order[self._bounds[first] : self._bounds[(first if last is None else last) + 1]]

    def rows(self, *kinds: Event) -> Rows:
        """Return the rows of some kinds of event in the order in which they happened."""
        index = self.index(kinds[0]) if len(kinds) == 1 else np.sort(np.concatenate([self.index(k) for k in kinds]))
        c = self.columns
        return Rows(
            c["time"][index],
            c["entity"][index].astype(np.int64),
            c["episode"][index].astype(np.int64),
            c["resource"][index].astype(np.int64),
            c["detail"][index].astype(np.int64),
            c["due"][index].astype(np.float64),
            c["value"][index].astype(np.float64),
        )

    def kinds(self, *kinds: Event) -> Ints:
        """Return the kind of each of the rows that :meth:`rows` gives for the same kinds."""
        index = np.sort(np.concatenate([self.index(k) for k in kinds]))
        return self.columns["event"][index].astype(np.int64)


def occurrence(key: Ints) -> Ints:
    """Return for each row how many rows of the same key stand before it (0, 1, 2 ...)."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - np.searchsorted(ordered, ordered, side="left")
    return rank


def pair(start_key: Ints, end_key: Ints) -> Ints:
    """Return for each start the row of its end, -1 for none: a key's k-th start goes with its k-th end.

    Rows must stand in the order in which they happened, which also settles ends and new starts at the same instant.
    """
    end_order = np.argsort(end_key, kind="stable")
    ends = end_key[end_order]
    position = np.searchsorted(ends, start_key, side="left") + occurrence(start_key)
    has_end = position < np.searchsorted(ends, start_key, side="right")
    out = np.full(len(start_key), -1)
    out[has_end] = end_order[position[has_end]]
    return out


def stamp(key: Ints, time: NDArray[np.float64]) -> Ints:
    """Return numbers that order rows by key and then by time, exactly, for use with ``searchsorted``."""
    ticks = np.rint(np.clip(time, -(2.0**17), 2.0**17 - 1) * TICKS_PER_DAY).astype(np.int64)
    return (key << _STAMP_BITS) + ticks + (1 << (_STAMP_BITS - 1))


def last_before(key: Ints, time: NDArray[np.float64], among_key: Ints, among_time: NDArray[np.float64]) -> Ints:
    """Return for each row the latest of the other rows with the same key at or before its time, -1 for none."""
    stamps = stamp(among_key, among_time)
    order = np.argsort(stamps, kind="stable")
    position = np.searchsorted(stamps[order], stamp(key, time), side="right")
    found = np.append(-1, order)[position]
    if len(order):
        found[(found >= 0) & (among_key[found] != key)] = -1
    return found


def first_after(key: Ints, time: NDArray[np.float64], among_key: Ints, among_time: NDArray[np.float64]) -> Ints:
    """Return for each row the earliest of the other rows with the same key at or after its time, -1 for none."""
    stamps = stamp(among_key, among_time)
    order = np.argsort(stamps, kind="stable")
    position = np.searchsorted(stamps[order], stamp(key, time), side="left")
    found = np.append(order, -1)[position]
    if len(order):
        found[(found >= 0) & (among_key[found] != key)] = -1
    return found


def taken(values: NDArray[Any], index: Ints, missing: Any) -> NDArray[Any]:
    """Return ``values[index]``, ``missing`` where the index is -1."""
    return np.append(values, np.asarray(missing, dtype=values.dtype))[index]
