"""When the chairs of child protection conferences are taken."""

from __future__ import annotations

import math
from collections import Counter

from cinsim.workforce.service_length import DAYS_PER_WEEK


class ConferenceDiary:
    """Conferences booked, by working day.

    There is room for so many a day, and for so many in five working days: chairs have other work too, but not every day, so
    that a small service that may hold three a week can hold them on any day of it. A part of a conference a week adds up: where
    there is room for three and a half, every second week has room for four.

    Attributes
    ----------
    booked : conferences by working day.
    """

    def __init__(self) -> None:
        self.booked: Counter[int] = Counter()
        self._weeks: Counter[int] = Counter()

    def book(self, first: int, last: int, a_day: int, a_week: float) -> int:
        """Book the latest day with room from ``first`` to ``last``, else the first one after them, and return it."""
        in_time = (day for day in range(last, first - 1, -1) if self._has_room(day, a_day, a_week))
        day = next(in_time, max(first, last + 1))
        while not self._has_room(day, a_day, a_week):
            day += 1
        self.booked[day] += 1
        self._weeks[int(day // DAYS_PER_WEEK)] += 1
        return day

    def cancel(self, day: int) -> None:
        """Take out a conference that was booked for a day."""
        self.booked[day] -= 1
        self._weeks[int(day // DAYS_PER_WEEK)] -= 1

    def _has_room(self, day: int, a_day: int, a_week: float) -> bool:
        week = int(day // DAYS_PER_WEEK)
        room = math.floor(a_week * (week + 1)) - math.floor(a_week * week)
        return self.booked[day] < a_day and self._weeks[week] < room
