"""A small return of a simulated authority, and its pieces, for the tests of reading, rules and commands."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
from simulated import replicate

from cinsim.census.export import census_return
from cinsim.census.returns import CensusReturn
from cinsim.engine.draws import Draws
from cinsim.reference.areas import find_area
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import Replication

SMALL = Scenario(title="Small", area="Leeds", years=2, warm_up=1, population_fraction=0.02, seed=3)


@cache
def small_run(seed: int = 3, fraction: float = 0.02) -> Replication:
    """Return a run of a small part of Leeds."""
    scenario = SMALL.with_(seed=seed, population_fraction=fraction)
    return replicate(scenario, find_area("Leeds"))


@cache
def small_return(year: int = 2026, seed: int = 3, fraction: float = 0.02) -> CensusReturn:
    """Return the return of a small part of Leeds."""
    return census_return(small_run(seed, fraction), Draws(seed, 0), year, "383")


def changed(census: CensusReturn, table: str, row: int, **values: object) -> CensusReturn:
    """Return a return with some values of one row replaced."""
    frame = census[table].copy()
    for column, value in values.items():
        frame.loc[frame.index[row], column] = value
    return replace(census, tables={**census.tables, table: frame})


def added(census: CensusReturn, table: str, **values: object) -> CensusReturn:
    """Return a return with one more row, a copy of the table's first with some values replaced."""
    frame = census[table]
    row = frame.iloc[[0]].assign(**values)
    return replace(census, tables={**census.tables, table: pd.concat([frame, row], ignore_index=True)})
