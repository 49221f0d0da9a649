"""A year is returned, the return is read, and a run starts from it: how its stocks go on beside those of the run returned.

``python tests/round_trips.py docs/figures/round_trip.svg`` draws them (eight pairs of runs, some minutes).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from simulated import replicate

from cinsim.census.caseload import caseload_from
from cinsim.census.export import census_return
from cinsim.census.write import write_tables
from cinsim.engine.draws import Draws
from cinsim.outcomes.spells import Spells
from cinsim.reference.areas import find_area
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import Replication

AREA, FRACTION = find_area("Kirklees"), 0.25
YEAR: Final = 2026
STOCKS: Final = ("CIN plans", "Child protection plans", "Children in need", "Looked after")
OTHER_LUCK: Final = 1_000


@dataclass(frozen=True)
class Pair:
    """A run, and one of other luck that starts from its return: by stock, children at the end of each month.

    ``months`` are counted from 31 March of the year returned.
    """

    months: Sequence[int]
    returned: dict[str, NDArray[np.float64]]
    started: dict[str, NDArray[np.float64]]


def pair(seed: int, folder: Path, months: Sequence[int], *, warm_up: int = 3) -> Pair:
    """Return the stocks of a run and of the one that starts from its return, from so many months before to so many after."""
    years = -(-max(months) // 12)
    about = {"title": "Round trip", "area": AREA.area_name, "population_fraction": FRACTION}
    usual = Scenario(**about, years=YEAR - 2024 + years, warm_up=warm_up, seed=seed)
    first = replicate(usual, AREA)
    write_tables(census_return(first, Draws(seed, 0), YEAR, AREA.old_code), folder)
    caseload = caseload_from(folder, AREA)
    later = Scenario(**about, start=date(YEAR, 4, 1), years=years, warm_up=0, seed=seed + OTHER_LUCK)
    second = replicate(later, AREA, caseload=caseload)
    return Pair(months, stocks(first, months), stocks(second, months))


def stocks(run: Replication, months: Sequence[int]) -> dict[str, NDArray[np.float64]]:
    """Return each stock at the end of some months, NaN before the run."""
    spells = Spells(run)
    episodes = spells.episodes[~spells.episodes["nfa"]]
    columns = (
        (spells.cin_plans, "start", "end"), (spells.cp_plans, "start", "end"), (episodes, "referred", "closed"),
        (spells.looked_after, "start", "end"),
    )  # fmt: skip
    return {
        name: np.array([_held(run, table, begins, ends, month) for month in months])
        for name, (table, begins, ends) in zip(STOCKS, columns, strict=True)
    }


def _held(run: Replication, table: pd.DataFrame, begins: str, ends: str, month: int) -> float:
    day: date = (np.datetime64(f"{YEAR}-04", "M") + month).astype("datetime64[D]").astype(date)
    if day < run.calendar.first:
        return np.nan
    at = run.calendar.time_of(day)
    return float(((table[begins] < at) & (table[ends] >= at)).sum())


def draw(pairs: Sequence[Pair], path: Path) -> None:
    """Draw every run's stocks, thin, and their means."""
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "cinsim"
    figure, axes = plt.subplots(2, 2, figsize=(9, 6), sharex=True, layout="constrained")
    for axis, stock in zip(axes.flat, STOCKS, strict=True):
        for which, colour, label in (
            ("returned", "#555555", "the run returned"),
            ("started", "#d95f02", "starts from the return"),
        ):
            lines = np.array([getattr(each, which)[stock] for each in pairs])
            axis.plot(pairs[0].months, lines.T, color=colour, alpha=0.25, linewidth=0.8)
            seen = ~np.isnan(lines).all(axis=0)
            axis.plot(np.array(pairs[0].months)[seen], lines[:, seen].mean(axis=0), color=colour, linewidth=2.2, label=label)
        axis.axvline(0, color="black", linewidth=0.6)
        axis.set_ylim(bottom=0)
        axis.set_title(stock, loc="left", fontsize=10)
    axes[0, 0].legend(frameon=False, fontsize=9)
    figure.supxlabel(f"Months from 31 March {YEAR}", fontsize=9)
    figure.suptitle(f"A return of {AREA.area_name} (a quarter of its children), and runs that start from it", fontsize=11)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        drawn = [pair(seed, Path(temporary) / str(seed), range(-12, 25)) for seed in range(1, 9)]
    draw(drawn, Path(sys.argv[1]))
    for name in STOCKS:
        gap = np.array([each.started[name] - each.returned[name] for each in drawn])
        level = np.array([each.returned[name] for each in drawn])
        for month in (0, 1, 3, 6, 12, 24):
            at = drawn[0].months.index(month)
            spread = level[:, at].std(ddof=1)
            found = f"{level[:, at].mean():.0f} {gap[:, at].mean():+.1f}, between runs {spread:.1f}"
            sys.stdout.write(f"{name}, month {month}: {found}\n")
