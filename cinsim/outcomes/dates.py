"""Times into dates, calendar months between dates, ages and the reporting years of a run; all on whole arrays."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar
from cinsim.engine.year import DAYS_PER_YEAR, WORKING_DAYS_PER_YEAR

Dates = NDArray[np.datetime64]
Times = NDArray[np.float64]


def dates_of(calendar: Calendar, times: Times) -> Dates:
    """Return the dates of times, also before the calendar's first day (253 working days a year); NaT where not finite."""
    times = np.asarray(times, dtype=np.float64)
    finite = np.isfinite(times)
    day = np.floor(np.where(finite, times, 0.0)).astype(np.int64)
    dates: Dates = calendar.dates[np.clip(day, 0, calendar.days - 1)]
    before = day < 0
    if before.any():
        days = np.floor(day[before] * (DAYS_PER_YEAR / WORKING_DAYS_PER_YEAR)).astype("timedelta64[D]")
        dates[before] = np.datetime64(calendar.first) + days
    dates[~finite] = np.datetime64("NaT")
    return dates


def add_months(dates: Dates, months: int | NDArray[np.int64]) -> Dates:
    """Return the same day ``months`` later, or the month's last day where that day does not exist."""
    month = dates.astype("datetime64[M]")
    day = dates - month.astype("datetime64[D]")
    later = month + np.asarray(months, dtype="timedelta64[M]")
    first = later.astype("datetime64[D]")
    length = (later + np.timedelta64(1, "M")).astype("datetime64[D]") - first
    return first + np.minimum(day, length - np.timedelta64(1, "D"))


DURATION_BANDS = ("up_to_3_months", "3_to_6_months", "6_to_12_months", "1_to_2_years", "2_years_or_more")


def duration_band(start: Dates, end: Dates) -> NDArray[np.int64]:
    """Return the index in :data:`DURATION_BANDS`.

    As in DfE's tables b4, b5, d5 and d7: 3 months or less; more than 3 and up to 6; more than 6 months but less than
    a year; one year but less than two; two years or more.
    """
    return (
        (end > add_months(start, 3)).astype(np.int64)
        + (end > add_months(start, 6))
        + (end >= add_months(start, 12))
        + (end >= add_months(start, 24))
    )


def ages_at(birth: Dates, on: Dates) -> NDArray[np.int64]:
    """Return ages in completed years, -1 or less before birth."""
    on = on.astype("datetime64[D]")  # pandas keeps dates in seconds
    months = (on.astype("datetime64[M]") - birth.astype("datetime64[M]")).astype(np.int64)
    day_on = (on - on.astype("datetime64[M]")).astype(np.int64)
    day_born = (birth - birth.astype("datetime64[M]")).astype(np.int64)
    return (months - (day_on < day_born)) // 12


class Years:
    """The reporting years of a run on the working-day clock.

    Attributes
    ----------
    years
        Their names, the year in which each ends.
    starts, ends
        Times at which each starts and has ended, so that
    an event of the year has ``starts <= time < ends`` and a spell open on 31 March has ``start < ends <= end``.
    """

    def __init__(self, calendar: Calendar, years: range):
        self.calendar = calendar
        self.years = np.asarray(years, dtype=np.int64)
        bounds = [calendar.year_bounds(int(year)) for year in years]
        self.starts: Times = np.array([b[0] for b in bounds], dtype=np.float64)
        # a calendar that ends on 31 March ends with the year; it would continue 1 April one day too late
        self.ends: Times = np.array(
            [
                min(b[1], calendar.days) if calendar.last >= date(int(y), 3, 31) else b[1]
                for y, b in zip(years, bounds, strict=True)
            ],
            dtype=np.float64,
        )

    def __len__(self) -> int:
        return len(self.years)

    @cached_property
    def march_31(self) -> Dates:
        """Return the last date of each year."""
        return np.array([date(int(y), 3, 31) for y in self.years], dtype="datetime64[D]")

    @cached_property
    def mid_year(self) -> Dates:
        """Return 30 June of each year, to which the population estimates refer."""
        return np.array([date(int(y) - 1, 6, 30) for y in self.years], dtype="datetime64[D]")

    @cached_property
    def calendar_days_per_working_day(self) -> NDArray[np.float64]:
        """Return the calendar days of each year over its working days."""
        first = np.array([date(int(y) - 1, 4, 1) for y in self.years], dtype="datetime64[D]")
        days = (self.march_31 - first).astype(np.int64) + 1
        return np.asarray(days / (self.ends - self.starts), dtype=np.float64)

    def time_of(self, dates: Dates) -> Times:
        """Return the times of dates."""
        return self.calendar.times_of(dates)

    def index_of(self, times: Times) -> NDArray[np.int64]:
        """Return the index of the year in which each time lies, -1 for none (also where it is not finite)."""
        times = np.asarray(times, dtype=np.float64)
        inside = (times >= self.starts[0]) & (times < self.ends[-1])
        day = np.where(inside, times - self.starts[0], 0.0).astype(np.int64)
        return np.where(inside, self._year_of_day[day], -1)

    @cached_property
    def _year_of_day(self) -> NDArray[np.int64]:
        """Year index of each working day from the first year's start; the bounds of years are whole times."""
        return np.repeat(np.arange(len(self)), np.diff(np.append(self.starts, self.ends[-1])).astype(np.int64))

    def clipped(self, start: Times, end: Times) -> NDArray[np.float64]:
        """Return the length of each spell inside each year, in working days, as [years, spells]."""
        return np.maximum(np.minimum(end[None, :], self.ends[:, None]) - np.maximum(start[None, :], self.starts[:, None]), 0.0)
