"""Working days of England, counted from dates alone: independent of the run's clock, which it checks."""

from __future__ import annotations

from functools import cache

import holidays
import numpy as np
from numpy.typing import NDArray

from cinsim.outcomes.dates import Dates


@cache
def _calendar(first_year: int, last_year: int) -> np.busdaycalendar:
    bank = holidays.country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1))
    return np.busdaycalendar(holidays=np.array(sorted(bank), dtype="datetime64[D]"))


def _years(dates: Dates) -> tuple[int, int]:
    years = dates[~np.isnat(dates)].astype("datetime64[Y]").astype(np.int64) + 1970
    return (int(years.min()) - 1, int(years.max()) + 1) if len(years) else (2000, 2001)


def working_days_later(dates: Dates, days: int) -> Dates:
    """Return the dates ``days`` working days after others."""
    dates = dates.astype("datetime64[D]")
    return np.asarray(np.busday_offset(dates, days, roll="forward", busdaycal=_calendar(*_years(dates))))


def working_days_between(start: Dates, end: Dates) -> NDArray[np.float64]:
    """Return working days from one date to another, 0 on the same day; NaN where either is missing.

    A start on a weekend or holiday counts as the next working day.
    """
    start, end = start.astype("datetime64[D]"), end.astype("datetime64[D]")
    out = np.full(len(start), np.nan)
    known = ~(np.isnat(start) | np.isnat(end))
    if known.any():
        calendar = _calendar(*_years(np.concatenate([start[known], end[known]])))
        out[known] = np.busday_count(start[known], end[known], busdaycal=calendar)
    return out
