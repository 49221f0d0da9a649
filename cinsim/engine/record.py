"""The event record: columns of codes, one entry an event, written through one call."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NOBODY = -1


class EventRecord:
    """What happened, in the order in which it happened.

    Parameters
    ----------
    events : names of the kinds of event; an event is written by its index in this list.
    details : names that qualify an event (a source, a reason, a category); written by index, -1 for none.

    Columns: ``time`` (working days), ``entity`` and ``resource`` (-1 for none), ``event``, ``episode`` (0 for none),
    ``detail``, ``hours`` of staff time, ``due`` (working days; NaN where nothing was due) and ``value`` (a latent
    quantity, NaN for none).
    """

    __slots__ = ("_columns", "details", "events", "write")

    def __init__(self, events: Sequence[str], details: Sequence[str]):
        self.events, self.details = tuple(events), tuple(details)
        self._columns = {
            "time": array("d"), "entity": array("i"), "event": array("B"), "resource": array("i"), "episode": array("h"),
            "detail": array("h"), "hours": array("f"), "due": array("f"), "value": array("f"),
        }  # fmt: skip
        (time_, entity_, event_, resource_, episode_, detail_, hours_, due_, value_) = (c.append for c in self._columns.values())

        def write(
            time: float, entity: int, event: int, episode: int = 0, resource: int = NOBODY, detail: int = -1,
            hours: float = 0.0, due: float = math.nan, value: float = math.nan,
        ) -> None:  # fmt: skip
            time_(time)
            entity_(entity)
            event_(event)
            resource_(resource)
            episode_(episode)
            detail_(detail)
            hours_(hours)
            due_(due)
            value_(value)

        self.write = write

    def __len__(self) -> int:
        return len(self._columns["time"])

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """Return the columns as numpy arrays (copies, one entry an event)."""
        return {name: np.array(column) for name, column in self._columns.items()}
