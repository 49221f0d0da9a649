"""Latent need N(t) = u + v(t) + deprivation + sex + age severity, before help, on the grid of calendar quarters.

In units of log referral rate. `u` is permanent, `v` a stationary AR(1); both Normal. What a child is given as help
is subtracted by the pathway, never here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar
from cinsim.engine.draws import Draws
from cinsim.engine.variates import normals
from cinsim.engine.year import DAYS_PER_YEAR
from cinsim.population.children import Children, age_band
from cinsim.reference.parameters import Parameters

DAYS_PER_QUARTER: Final = DAYS_PER_YEAR / 4


@dataclass(frozen=True, slots=True)
class NeedGrid:
    """Need of every child on the grid of calendar quarters.

    Attributes
    ----------
    times : working-day times of the quarters' starts, one more than there are quarters.
    days : the same in calendar days since the calendar's first day.
    need : float32 [children, quarters].
    lasting : permanent part of need, u + deprivation + sex, float64 [children].
    fluctuation : v at the first quarter, float64 [children], from which history is run backwards.
    """

    times: NDArray[np.float64]
    days: NDArray[np.float64]
    need: NDArray[np.float32]
    lasting: NDArray[np.float64]
    fluctuation: NDArray[np.float64]


def age_severity(age: NDArray[np.float64], p: Parameters) -> NDArray[np.float64]:
    """Return what age adds to need, in log referral rate, for ages in years."""
    return np.asarray(p.age_severity)[age_band(age)]


def lasting_need(children: Children, p: Parameters, draws: Draws) -> NDArray[np.float64]:
    """Return the permanent part of every child's need, with mean zero over England."""
    ids = np.arange(len(children))
    u = p.need_sd_lasting * normals(draws.block("lasting need", ids))
    sex = np.where(children.sex == 1, -0.5, 0.5) * p.male_log_rate
    return u + np.asarray(p.deprivation_log_rate)[children.quintile - 1] + sex


def next_fluctuation(v: NDArray[np.float64], z: NDArray[np.float64], p: Parameters) -> NDArray[np.float64]:
    """Step the AR(1) one quarter: ``z`` are standard normals."""
    return p.need_persistence * v + math.sqrt(1.0 - p.need_persistence**2) * p.need_sd_fluctuating * z


def need_grid(children: Children, p: Parameters, calendar: Calendar, draws: Draws) -> NeedGrid:
    """Draw the need paths of all children over the calendar.

    The innovations are keyed by child and quarter (counted from 1900), so that a longer run leaves them as they were.
    """
    starts = calendar.quarter_starts()
    days = (starts - np.datetime64(calendar.first)).astype(np.float64)
    times = calendar.times_of(starts)
    quarters = len(starts) - 1
    ids = np.arange(len(children))
    first_number = quarter_number(starts[0])
    lasting = lasting_need(children, p, draws)
    v = p.need_sd_fluctuating * normals(draws.block("need at the start", ids))
    fluctuation = v
    need = np.empty((len(children), quarters), dtype=np.float32)
    for q in range(quarters):
        if q:
            v = next_fluctuation(v, normals(draws.block("need", ids, first_number + q)), p)
        need[:, q] = lasting + v + age_severity(children.age_at(days[q] + DAYS_PER_QUARTER / 2), p)
    return NeedGrid(times, days, need, lasting, fluctuation)


def quarter_number(start: np.datetime64) -> int:
    """Return the number of a calendar quarter, counted from the first of 1900."""
    return int((start.astype("datetime64[M]") - np.datetime64("1900-01", "M")).astype(int)) // 3
