"""Small populations for tests: an authority's children, their need and their referrals, without a workforce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np

from cinsim.engine.clock import Calendar
from cinsim.engine.draws import Draws
from cinsim.population.children import Children, make_children
from cinsim.population.need import NeedGrid, need_grid
from cinsim.population.referrals import Known, ReferralTimes
from cinsim.reference.areas import average_authority
from cinsim.reference.figures import profile
from cinsim.reference.parameters import Parameters, parameters_from

FIRST: Final = date(2020, 4, 1)
MONTH_NAMES: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
PUBLISHED_MONTHS: Final = tuple(profile("referral_month")[month] for month in MONTH_NAMES)
EVEN_MONTHS: Final = (1.0,) * 12


@dataclass(frozen=True)
class Town:
    """An authority of a given size; ages and deprivation are the average authority's unless given."""

    population_0_17: float = 20_000
    age_shares: tuple[float, ...] = average_authority().age_shares
    deprivation_shares: tuple[float, ...] = average_authority().deprivation_shares


@dataclass(frozen=True)
class World:
    """What stands behind a test: parameters, calendar, luck, children and their need."""

    p: Parameters
    calendar: Calendar
    draws: Draws
    children: Children
    grid: NeedGrid

    def referrals(self, level: float, months: Sequence[float] = EVEN_MONTHS) -> ReferralTimes:
        """Return the children's referral times at a level, by default without seasons."""
        return ReferralTimes(self.children, self.grid, self.p, self.calendar, self.draws, level, months)

    def never_known(self) -> Known:
        """Return that no child was known to the service before."""
        n = len(self.children)
        return Known(np.full(n, np.nan), np.zeros(n))

    def with_need(self, need: float) -> World:
        """Return the same world in which every child's need is ``need`` for ever."""
        return replace(self, grid=replace(self.grid, need=np.full_like(self.grid.need, need)))


def world(
    years: int = 10,
    *,
    size: float = 20_000,
    overrides: Mapping[str, float] | None = None,
    seed: int = 1,
    replication: int = 0,
    checking: bool = False,
    **town: Any,
) -> World:
    """Return a town's children and their need over some reporting years from April 2020."""
    p = parameters_from(overrides)
    calendar = Calendar(FIRST, date(FIRST.year + years, 3, 31))
    draws = Draws(seed, replication, checking=checking)
    children = make_children(Town(size, **town), p, calendar, draws)
    return World(p, calendar, draws, children, need_grid(children, p, calendar, draws))
