"""What the census does not hold: who holds cases, who waits for a case holder, visits on time, changes of worker."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.outcomes.dates import add_months
from cinsim.outcomes.groups import percent, ratio
from cinsim.outcomes.spells import Spells
from cinsim.outcomes.staff import ROLE_LABELS
from cinsim.outcomes.tally import Tally, Values
from cinsim.reference.events import ROLES, Event

NOT_VISITED_MONTHS: Final = 3
MONTHS_A_YEAR: Final = 12


def month_ends(tally: Tally) -> Values:
    """Return the times at which the months of the reporting years have ended, twelve a year."""
    dates = np.concatenate([np.datetime64(f"{year - 1}-05", "M") + np.arange(12) for year in tally.years.years])
    times = tally.years.time_of(dates.astype("datetime64[D]"))
    times[11::12] = tally.years.ends
    return times


def cases_held(spells: Spells, times: Values) -> NDArray[np.int64]:
    """Return how many cases each worker holds just before each of some ascending times, as [workers, times]."""
    table = spells.case_holdings
    n_workers, n_times = len(spells.by_worker("fte", 0.0)), len(times)
    worker = table["worker"].to_numpy()
    held = np.zeros(n_workers * (n_times + 1), dtype=np.int64)
    # a holding counts at times with start < time <= end, hence from the first time past either on
    for column, sign in (("start", 1), ("end", -1)):
        first = np.searchsorted(times, table[column].to_numpy(), side="right")
        held += sign * np.bincount(worker * (n_times + 1) + first, minlength=len(held))
    return held.reshape(n_workers, n_times + 1).cumsum(axis=1)[:, :n_times]


def add_caseloads(tally: Tally, spells: Spells) -> None:
    """Add cases, case holders and cases per case-holding FTE on 31 March and as the mean of the year's month ends."""
    times = month_ends(tally)
    held = cases_held(spells, times)
    fte = spells.by_worker("fte", np.nan)
    role = spells.by_worker("role", -1)
    holds = held > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        each = held / fte[:, None]
    rows = [np.ones(len(held), dtype=bool), *(role == code for code in ROLES)]
    cases = np.stack([held[chosen].sum(axis=0) for chosen in rows], axis=1).astype(np.float64)
    holders = np.stack([(holds * fte[:, None])[chosen].sum(axis=0) for chosen in rows], axis=1)
    final = np.arange(11, len(times), 12)
    tally.add("cases", cases[final], ROLE_LABELS)
    tally.add("case_holders_fte", holders[final], ROLE_LABELS)
    tally.add("caseload_mean", ratio(cases, holders)[final], ROLE_LABELS)
    tally.add("caseload_median", _quantile(each, holds, rows, final, 0.5), ROLE_LABELS)
    tally.add("caseload_p90", _quantile(each, holds, rows, final, 0.9), ROLE_LABELS)
    over_year = [np.add.reduceat(values, np.arange(0, len(times), 12)) for values in (cases, holders)]
    tally.add("caseload_mean_over_year", ratio(*over_year), ROLE_LABELS)


def _quantile(
    each: Values, holds: NDArray[np.bool_], rows: list[NDArray[np.bool_]], at: NDArray[np.int64], share: float
) -> Values:
    out = np.full((len(at), len(rows)), np.nan)
    for i, time in enumerate(at):
        for j, chosen in enumerate(rows):
            values = each[chosen & holds[:, time], time]
            if len(values):
                out[i, j] = np.quantile(values, share)
    return out


def add_waits(tally: Tally, spells: Spells) -> None:
    """Add children without a case holder and how long they waited."""
    waits = spells.waits
    start, end, child = (waits[c].to_numpy() for c in ("start", "end", "child"))
    year, row = tally.open_at_year_end(start, end)
    tally.add("unallocated_children", tally.groups.counts(year, child[row], tally.years.march_31[year]))
    length = tally.years.ends - tally.years.starts
    tally.add("unallocated_children_mean_over_year", tally.years.clipped(start, end).sum(axis=1) / length)
    tally.add("unallocated_wait_days_median", tally.quartiles(tally.years.index_of(end), end - start, (0.5,))[:, 0])


def add_visits(tally: Tally, spells: Spells) -> None:
    """Add visits on time, and children on a CIN plan not visited for three months."""
    visits, years = spells.visits, tally.years
    kind, due, on_time = (visits[c].to_numpy() for c in ("kind", "due", "on_time"))
    year = years.index_of(np.floor(due))
    for name, code in (("cin_visits", Event.CIN_VISIT), ("cpp_visits", Event.CPP_VISIT)):
        chosen = (kind == code) & (year >= 0)
        whole = np.bincount(year[chosen], minlength=len(years)).astype(np.float64)
        part = np.bincount(year[chosen & on_time], minlength=len(years))
        tally.add(f"{name}_due", whole)
        tally.add(f"{name}_on_time_percent", percent(part, whole))

    plans = spells.cin_plans
    on_plan_year, row = tally.open_at_year_end(plans["start"].to_numpy(), plans["end"].to_numpy())
    child = plans["child"].to_numpy()[row]
    since = add_months(years.march_31, -NOT_VISITED_MONTHS)
    from_time = years.time_of(since)
    long_enough = plans["start_date"].to_numpy()[row] <= since[on_plan_year]
    time, visited_child = visits["time"].to_numpy(), visits["child"].to_numpy()
    done = visits["done"].to_numpy()
    seen = np.zeros(len(row), dtype=bool)
    for index in range(len(years)):
        visited = np.zeros(len(spells.replication.population.birth), dtype=bool)
        visited[visited_child[done & (time >= from_time[index]) & (time < years.ends[index])]] = True
        here = on_plan_year == index
        seen[here] = visited[child[here]]
    whole = np.bincount(on_plan_year, minlength=len(years)).astype(np.float64)
    part = np.bincount(on_plan_year[long_enough & ~seen], minlength=len(years))
    tally.add("cin_not_visited_3_months_percent", percent(part, whole))
    add_visits_made(tally, spells)


def add_visits_made(tally: Tally, spells: Spells) -> None:
    """Add the visits made in the year over the months that children spent on such a plan, late visits included."""
    visits, years = spells.visits, tally.years
    kind, year = visits["kind"].to_numpy(), years.index_of(visits["time"].to_numpy())
    made = visits["done"].to_numpy() & (year >= 0)
    for name, code, plans in (("cin", Event.CIN_VISIT, spells.cin_plans), ("cpp", Event.CPP_VISIT, spells.cp_plans)):
        number = np.bincount(year[made & (kind == code)], minlength=len(years)).astype(np.float64)
        on_plan = years.clipped(plans["start"].to_numpy(), plans["end"].to_numpy()).sum(axis=1)
        months = on_plan / (years.ends - years.starts) * MONTHS_A_YEAR
        tally.add(f"{name}_visits_per_child_month", ratio(number, months))


def add_worker_changes(tally: Tally, spells: Spells) -> None:
    """Add changes of case holder per child held in the year and per child-year held."""
    table, years = spells.case_holdings, tally.years
    start, end, child = (table[c].to_numpy() for c in ("start", "end", "child"))
    year = years.index_of(start)
    changes = np.bincount(year[table["change"].to_numpy() & (year >= 0)], minlength=len(years)).astype(np.float64)
    inside = (start[None, :] < years.ends[:, None]) & (end[None, :] > years.starts[:, None])
    held = np.array([len(np.unique(child[here])) for here in inside], dtype=np.float64)
    child_years = years.clipped(start, end).sum(axis=1) / (years.ends - years.starts)
    tally.add("worker_changes_per_child", ratio(changes, held))
    tally.add("worker_changes_per_child_year", ratio(changes, child_years))
