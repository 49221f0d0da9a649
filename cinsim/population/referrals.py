"""When a child who is not open to the service is referred: inversion of its own cumulative intensity.

The intensity at time t is

    lambda(t) = level * season(month) * age(a) * exp(N(t) - h(t)) * (1 + kappa * 2 ** (-tau / half-life))

per child-year, where tau is the time since the last closure and the last factor is 1 for a child never known. A
referral happens when the cumulative intensity since the child came to be at risk reaches the child's own unit
exponential. Seasons are taken out by measuring time on a *season clock* that runs one unit a year.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.clock import TICKS_PER_DAY, Calendar, on_grid
from cinsim.engine.draws import Draws
from cinsim.engine.totals import sum_in_order
from cinsim.engine.variates import exponential, exponentials
from cinsim.engine.year import DAYS_PER_YEAR, WORKING_DAYS_PER_YEAR
from cinsim.population.children import AGE_EDGES, Children, age_band
from cinsim.population.need import DAYS_PER_QUARTER, NeedGrid
from cinsim.reference.parameters import Parameters

WORKING_DAYS_PER_MONTH = WORKING_DAYS_PER_YEAR / 12
_CHUNK = 8192


@cache
def usual_working_days() -> tuple[float, ...]:
    """Return the mean number of working days in each month, January first, over the twenty years to March 2030.

    The period is fixed so that the season of a day does not depend on how long a run is.
    """
    dates = Calendar(date(2010, 4, 1), date(2030, 3, 31)).dates
    return tuple((np.bincount(dates.astype("datetime64[M]").astype(np.int64) % 12, minlength=12) / 20).tolist())


def season_clock(calendar: Calendar, month_shares: Sequence[float]) -> NDArray[np.float64]:
    """Return the reading of the season clock at every working-day time 0, 1, ..., ``calendar.days``.

    ``month_shares`` are the shares of a year's referrals that fall in each month, January first (DfE table c6). A
    working day of a month counts as that share spread over the month's usual number of working days.
    """
    months = calendar.dates.astype("datetime64[M]").astype(np.int64) % 12
    weight = np.asarray(month_shares) / sum_in_order(month_shares) / np.asarray(usual_working_days())
    return np.concatenate([[0.0], np.cumsum(weight[months])])


@dataclass(frozen=True, slots=True)
class Known:
    """What a child brings from earlier contact: when its last case closed and the benefit of help it then held."""

    closed_at: NDArray[np.float64]  # working-day time, NaN for a child never known
    help: NDArray[np.float64]


class ReferralTimes:
    """Referral times of all children of an area.

    Parameters
    ----------
    level : referrals per child-year of a child with need 0 and average age, never known to the service.
    months : shares of referrals by month, January first.

    A change in demand never alters these times: fewer referrals are made by passing over some of them, more by
    additional candidates with luck of their own.
    """

    def __init__(
        self,
        children: Children,
        grid: NeedGrid,
        p: Parameters,
        calendar: Calendar,
        draws: Draws,
        level: float,
        months: Sequence[float],
    ):
        self._clock = season_clock(calendar, months)
        self._end = float(calendar.days)
        self._edges = np.minimum(grid.times, self._end)
        self._edge_list: list[float] = self._edges.tolist()
        self._mid = (self._edges[1:] + self._edges[:-1]) / 2
        self._season_at_edges = np.interp(self._edges, np.arange(len(self._clock)), self._clock)
        self._children, self._grid = children, grid
        self._luck = draws.stream("referral")
        self._extra_luck = draws.stream("additional referral")
        self._draws = draws
        self._leaves: list[float] = children.leaves.tolist()
        self._age_factor = np.asarray(p.age_referral) * level
        self._age_days = grid.days[:-1] + DAYS_PER_QUARTER / 2
        # what is left of the effect of being known and of help, by whole working days since the closure
        lags = np.arange(calendar.days + math.ceil(18 * WORKING_DAYS_PER_YEAR) + 64)
        self._known_left = p.known_effect * np.exp2(-lags / (p.known_half_life_months * WORKING_DAYS_PER_MONTH))
        self._help_left = np.exp2(-lags / (p.help_half_life_months * WORKING_DAYS_PER_MONTH))
        # the same as plain lists, for one child at a time: a scalar from a list costs a tenth of one from an array
        self._need = grid.need.item
        self._birth: list[float] = children.birth.tolist()
        self._age_days_list: list[float] = self._age_days.tolist()
        self._mid_list: list[float] = self._mid.tolist()
        self._season_list: list[float] = self._season_at_edges.tolist()
        self._clock_list: list[float] = self._clock.tolist()
        self._age_list: list[float] = self._age_factor.tolist()
        days = np.arange(calendar.days + 1)
        self._quarter: list[int] = (np.searchsorted(grid.times, days, side="right") - 1).tolist()
        self._known_list: list[float] = self._known_left.tolist()
        self._help_list: list[float] = self._help_left.tolist()

    def _rates(self, who: slice | NDArray[np.int64]) -> NDArray[np.float64]:
        """Return intensities without season, help and effect of being known: float64 [children, quarters]."""
        age = (self._age_days[None, :] - self._children.birth[who, None]) / DAYS_PER_YEAR
        return self._age_factor[age_band(age)] * np.exp(self._grid.need[who].astype(np.float64))

    def first(
        self, known: Known, decision: str = "referral", since: float = 0.0, share: float | NDArray[np.float64] = 1.0
    ) -> NDArray[np.float64]:
        """Return every child's first candidate for a referral from ``since`` on: float64 [children], infinity for none.

        ``decision`` names the luck and ``share`` scales the intensity, for all children or one by one, for the candidates
        that a rise in demand adds; a child of share 0 has none.
        """
        children, n = self._children, len(self._children)
        out = np.full(n, np.inf)
        shares = np.broadcast_to(np.asarray(share, dtype=np.float64), (n,))
        unit = exponentials(self._draws.block(decision, np.arange(n)))
        targets = np.divide(unit, shares, out=np.full(n, np.inf), where=shares > 0.0)
        for start in range(0, n, _CHUNK):
            who = slice(start, min(start + _CHUNK, n))
            rates = self._rates(who)
            closed = known.closed_at[who]
            old = np.flatnonzero(~np.isnan(closed))
            if len(old):
                lag = np.maximum(self._mid[None, :] - closed[old, None], 0.0).astype(np.int64)
                rates[old] *= (1.0 + self._known_left[lag]) * np.exp(-known.help[who][old, None] * self._help_left[lag])
            begin, stop = np.maximum(children.entered[who], since), np.minimum(children.leaves[who], self._end)
            season_from = np.interp(begin, np.arange(len(self._clock)), self._clock)
            season_to = np.interp(stop, np.arange(len(self._clock)), self._clock)
            low = np.clip(self._season_at_edges[None, :-1], season_from[:, None], season_to[:, None])
            high = np.clip(self._season_at_edges[None, 1:], season_from[:, None], season_to[:, None])
            total = np.cumsum(rates * (high - low), axis=1)
            hit = np.flatnonzero(total[:, -1] > targets[who])
            quarter = (total[hit] > targets[who][hit, None]).argmax(axis=1)
            left_over = total[hit, quarter] - targets[who][hit]
            season = high[hit, quarter] - left_over / rates[hit, quarter]
            times = np.interp(season, self._clock, np.arange(len(self._clock)))
            out[start + hit] = np.ceil(times * TICKS_PER_DAY) / TICKS_PER_DAY
        return np.where(out < np.minimum(children.leaves, self._end), out, np.inf)

    def next(self, child: int, occurrence: int, since: float, closed_at: float, help_held: float) -> float:
        """Return the time of a child's next candidate for a referral after ``since``, infinity if there is none.

        ``closed_at`` is when its last case closed (NaN for a child never known) and ``help_held`` the benefit of help then.
        """
        return self._invert(child, exponential(self._luck(child, occurrence)), since, closed_at, help_held, 1.0)

    def additional(self, child: int, occurrence: int, since: float, closed_at: float, help_held: float, share: float) -> float:
        """Return the time of a candidate that comes only because demand is up to ``share`` higher, after ``since``."""
        return self._invert(child, exponential(self._extra_luck(child, occurrence)), since, closed_at, help_held, share)

    def _invert(self, child: int, target: float, since: float, closed_at: float, help_held: float, share: float) -> float:
        """Step through the quarters from ``since`` until the cumulative intensity reaches the target."""
        stop = min(self._leaves[child], self._end)
        if not since < stop:
            return math.inf
        need, edges, seasons, age_days = self._need, self._edge_list, self._season_list, self._age_days_list
        known, help_left = self._known_list, self._help_list
        was_known = closed_at == closed_at
        birth = self._birth[child]
        quarter = self._quarter[int(since)]
        season = self._season_at(since)
        while edges[quarter] < stop:
            age = (age_days[quarter] - birth) / DAYS_PER_YEAR
            rate = self._age_list[bisect_right(AGE_EDGES, age)] * share * math.exp(need(child, quarter))
            if was_known:
                lag = max(int(self._mid_list[quarter] - closed_at), 0)
                rate *= (1.0 + known[lag]) * math.exp(-help_held * help_left[lag])
            gained = rate * (seasons[quarter + 1] - season)
            if gained > target:
                time = max(self._time_at(season + target / rate), on_grid(since + 1 / TICKS_PER_DAY))
                return time if time < stop else math.inf
            target -= gained
            quarter += 1
            season = seasons[quarter]
        return math.inf

    def _season_at(self, time: float) -> float:
        day = int(time)
        return self._clock_list[day] + (time - day) * (self._clock_list[day + 1] - self._clock_list[day])

    def _time_at(self, season: float) -> float:
        day = max(bisect_right(self._clock_list, season) - 1, 0)
        if day + 1 >= len(self._clock_list):
            return self._end
        low, high = self._clock_list[day], self._clock_list[day + 1]
        return on_grid(day + (season - low) / (high - low))
