"""The event record: one packed row an event, written through one call."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

NOBODY: Final = -1

ROW: Final = np.dtype(
    [
        ("time", "<f8"), ("entity", "<i4"), ("event", "u1"), ("episode", "<i2"), ("resource", "<i4"), ("detail", "<i2"),
        ("hours", "<f4"), ("due", "<f4"), ("value", "<f4"),
    ]
)  # fmt: skip
_PACK = struct.Struct("<diBhihfff").pack


class Write(Protocol):
    """Write an event; see :class:`EventRecord` for the columns."""

    def __call__(
        self, time: float, entity: int, event: int, episode: int = 0, resource: int = NOBODY, detail: int = -1,
        hours: float = 0.0, due: float = math.nan, value: float = math.nan,
    ) -> None:  # fmt: skip
        """Append a row."""


class EventRecord:
    """What happened, in the order in which it happened.

    Columns: ``time`` (working days), ``entity`` and ``resource`` (-1 for none), ``event``, ``episode`` (0 for none),
    ``detail``, ``hours`` of staff time, ``due`` (working days; NaN where nothing was due) and ``value`` (a latent
    quantity, NaN for none); 33 bytes an event.

    Parameters
    ----------
    events
        Names of the kinds of event; an event is written by its index in this list.
    details
        Names that qualify an event (a source, a reason, a category); written by index, -1 for none.
    """

    __slots__ = ("_rows", "details", "events", "write")

    def __init__(self, events: Sequence[str], details: Sequence[str]):
        self.events, self.details = tuple(events), tuple(details)
        self._rows = rows = bytearray()

        def write(
            time: float, entity: int, event: int, episode: int = 0, resource: int = NOBODY, detail: int = -1,
            hours: float = 0.0, due: float = math.nan, value: float = math.nan,
        ) -> None:  # fmt: skip
            rows.extend(_PACK(time, entity, event, episode, resource, detail, hours, due, value))

        self.write = write

    def extend(self, rows: bytes) -> None:
        """Append whole rows that are packed already."""
        self._rows.extend(rows)

    def __len__(self) -> int:
        return len(self._rows) // ROW.itemsize

    def rows(self) -> NDArray[np.void]:
        """Return a copy of the record as a structured array of dtype :data:`ROW`."""
        return np.frombuffer(bytes(self._rows), dtype=ROW)

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return the columns as contiguous numpy arrays (copies, one entry an event)."""
        rows = self.rows()
        return {name: np.ascontiguousarray(rows[name]) for name in ROW.names or ()}
