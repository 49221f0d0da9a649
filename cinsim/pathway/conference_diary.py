"""When the chairs of child protection conferences are taken."""

from __future__ import annotations

import math

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
        self.booked: dict[int, int] = {}
        self._weeks: dict[int, int] = {}

    def book(self, first: int, last: int, a_day: int, a_week: float) -> int:
        """Book the latest day with room from ``first`` to ``last``, else the first one after them, and return it."""
        day = last
        while day >= first and not self._has_room(day, a_day, a_week):
            day -= 1
        if day < first:  # none in time
            day = max(first, last + 1)
            while not self._has_room(day, a_day, a_week):
                day += 1
        self._add(day, 1)
        return day

    def cancel(self, day: int) -> None:
        """Take out a conference that was booked for a day."""
        self._add(day, -1)

    def _add(self, day: int, number: int) -> None:
        week = int(day // DAYS_PER_WEEK)
        self.booked[day] = self.booked.get(day, 0) + number
        self._weeks[week] = self._weeks.get(week, 0) + number

    def _has_room(self, day: int, a_day: int, a_week: float) -> bool:
        week = int(day // DAYS_PER_WEEK)
        room = math.floor(a_week * (week + 1)) - math.floor(a_week * week)
        return self.booked.get(day, 0) < a_day and self._weeks.get(week, 0) < room
