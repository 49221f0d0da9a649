"""The working-day clock of England, and the one object that turns its times into dates and back.

Time is counted in working days from the calendar's first day: weekends and bank holidays do not exist on it,
because statutory limits and staff time are counted so (Working Together 2023). Event times lie on a dyadic grid
of 1/1024 of a working day, so that sums of them are exact in floating point.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Final

import holidays
import numpy as np
from numpy.typing import NDArray

from cinsim.engine.year import DAYS_PER_YEAR, WORKING_DAYS_PER_YEAR

TICKS_PER_DAY = 1024
_YEARS_KNOWN_BEYOND = 2
_NO_FRACTIONS_FROM: Final = 2.0**53


def on_grid(time: float) -> float:
    """Move a time up to the next point of the dyadic grid (1/1024 of a working day)."""
    ticks = time * TICKS_PER_DAY
    # so far off that numbers have no fractions every time is on the grid, and the ticks are too many for a whole number
    return math.ceil(ticks) / TICKS_PER_DAY if ticks < _NO_FRACTIONS_FROM else time


def add_months_to_date(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the month's last day where that day does not exist."""
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    last = (date(year + (month == 12), month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


class Calendar:
    """Working days of England between two dates.

    Parameters
    ----------
    first, last
        Calendar dates, inclusive. Time 0 is the first working day on or after ``first``.

    Attributes
    ----------
    dates
        datetime64[D] array, one entry a working day; ``dates[int(t)]`` is the date of time ``t``.
    days
        Number of working days, which is also the time at which the calendar ends.

    Bank holidays are those of England as the ``holidays`` package knows them (gov.uk). A calendar knows the two years
    after its last day too, so that what falls due then has its true day. Before its first day and after those years it
    continues at 253 working days a year, so that what came before a run and a 19th birthday after it have their place.
    """

    def __init__(self, first: date, last: date):
        if last < first:
            raise ValueError(f"a calendar must end after it starts, not {first} to {last}")
        self.first, self.last = first, last
        known_to = add_months_to_date(last, 12 * _YEARS_KNOWN_BEYOND)
        bank = holidays.country_holidays("GB", subdiv="ENG", years=range(first.year, known_to.year + 1))
        every = np.arange(np.datetime64(first), np.datetime64(known_to) + 1)
        working = every[np.is_busday(every, busdaycal=np.busdaycalendar(holidays=np.array(sorted(bank), dtype="datetime64[D]")))]
        self.days: int = int(np.searchsorted(working, np.datetime64(last), side="right"))
        self.dates: NDArray[np.datetime64] = working[: self.days]
        # time of each calendar day: the index of the first working day on or after it
        self._time_of_day: list[int] = np.searchsorted(working, every).tolist()
        self._ordinals: list[int] = [d.toordinal() for d in working.tolist()]
        self._first_ordinal = first.toordinal()
        self._after_months: dict[tuple[int, int], int] = {}

    def date_at(self, time: float) -> date:
        """Return the date of a time; times past the end give the last working day."""
        day = math.floor(time)
        if day < 0:
            return self.first + timedelta(days=math.floor(day * DAYS_PER_YEAR / WORKING_DAYS_PER_YEAR))
        return date.fromordinal(self._ordinals[min(day, self.days - 1)])

    def time_of(self, day: date) -> int:
        """Return the time of a date: its own if it is a working day, else that of the next working day."""
        offset = day.toordinal() - self._first_ordinal
        if offset < 0:
            return math.floor(offset * WORKING_DAYS_PER_YEAR / DAYS_PER_YEAR)
        past = offset - len(self._time_of_day)
        if past >= 0:
            return len(self._ordinals) + math.ceil(past * WORKING_DAYS_PER_YEAR / DAYS_PER_YEAR)
        return self._time_of_day[offset]

    def times_of(self, days: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Return the times of many dates, as :meth:`time_of` does."""
        offsets = (np.asarray(days, dtype="datetime64[D]") - np.datetime64(self.first)).astype(np.int64)
        inside = np.asarray(self._time_of_day, dtype=np.float64)
        n = len(inside)
        out = inside[np.clip(offsets, 0, n - 1)]
        out = np.where(offsets < 0, np.floor(offsets * WORKING_DAYS_PER_YEAR / DAYS_PER_YEAR), out)
        past = np.ceil((offsets - n) * WORKING_DAYS_PER_YEAR / DAYS_PER_YEAR)
        return np.where(offsets >= n, len(self._ordinals) + past, out)

    def after_months(self, time: float, months: int) -> int:
        """Return the last working day by which "within ``months`` months" of ``time`` is kept."""
        key = (math.floor(time), months)
        at = self._after_months.get(key)
        if at is None:
            due = add_months_to_date(self.date_at(time), months)
            at = self.time_of(due)
            if 0 <= at < len(self._ordinals) and self._ordinals[at] > due.toordinal():
                at -= 1
            self._after_months[key] = at
        return at

    def year_bounds(self, year: int) -> tuple[int, int]:
        """Return the times at which reporting year ``year`` (1 April ``year - 1`` to 31 March ``year``) starts and has ended."""
        return self.time_of(date(year - 1, 4, 1)), self.time_of(date(year, 4, 1))

    def quarter_starts(self) -> NDArray[np.datetime64]:
        """Return the first dates of the calendar quarters from the one that holds the first day to one past the last."""
        start = np.datetime64(date(self.first.year, 3 * ((self.first.month - 1) // 3) + 1, 1), "M")
        stop = np.datetime64(self.last, "M") + 4
        return np.arange(start, stop, 3).astype("datetime64[D]")


def reporting_year(day: date) -> int:
    """Return the reporting year a date lies in, named by its end (1 April to 31 March)."""
    return day.year + (day.month >= 4)
