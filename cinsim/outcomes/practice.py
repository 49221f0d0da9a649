"""What the census does not hold: who holds cases, who waits, visits on time, changes of worker, hours and cost."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.outcomes.dates import add_months
from cinsim.outcomes.groups import percent, ratio
from cinsim.outcomes.replication import ReplicationLike, parameter
from cinsim.outcomes.spells import Spells
from cinsim.outcomes.tally import Tally, Values
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES, Detail, Event

ROLES: Final = tuple(range(Detail.SOCIAL_WORKER, Detail.CONFERENCE_CHAIR + 1))
ROLE_NAMES: Final = tuple(DETAIL_NAMES[role] for role in ROLES)
TASKS: Final = (*range(Event.CIN_VISIT, Event.LONG_STAY_SUPPORT + 1), Event.TEAM_TIME)
TASK_NAMES: Final = tuple(EVENT_NAMES[task] for task in TASKS)
COST_PARAMETERS: Final = tuple(f"cost_per_hour_{role}" for role in ROLE_NAMES)
NOT_VISITED_MONTHS: Final = 3
SOCIAL_WORK_ROLES: Final = (Detail.SOCIAL_WORKER, Detail.SENIOR_PRACTITIONER, Detail.NEWLY_QUALIFIED, Detail.PRACTICE_SUPERVISOR)


def month_ends(tally: Tally) -> Values:
    """Return the times at which the months of the reporting years have ended, twelve a year."""
    dates = np.concatenate([np.datetime64(f"{year - 1}-05", "M") + np.arange(12) for year in tally.years.years])
    times = tally.years.time_of(dates.astype("datetime64[D]"))
    times[11::12] = tally.years.ends
    return times


def cases_held(spells: Spells, times: Values) -> NDArray[np.int64]:
    """Return how many cases each worker holds just before each of some ascending times, as [workers, times]."""
    table = spells.case_holdings
    n_workers, n_times = int(spells.workers["worker"].max() if len(spells.workers) else -1) + 1, len(times)
    worker = table["worker"].to_numpy()
    n_workers = max(n_workers, int(worker.max()) + 1 if len(worker) else 0)
    held = np.zeros(n_workers * (n_times + 1), dtype=np.int64)
    # a holding counts at times with start < time <= end, hence from the first time past either on
    for column, sign in (("start", 1), ("end", -1)):
        first = np.searchsorted(times, table[column].to_numpy(), side="right")
        held += sign * np.bincount(worker * (n_times + 1) + first, minlength=len(held))
    return held.reshape(n_workers, n_times + 1).cumsum(axis=1)[:, :n_times]


def _by_worker(spells: Spells, column: str, n_workers: int, missing: float) -> NDArray[np.float64]:
    out = np.full(n_workers, missing)
    out[spells.workers["worker"].to_numpy()] = spells.workers[column].to_numpy()
    return out


def add_caseloads(tally: Tally, spells: Spells) -> None:
    """Add cases, case holders and cases per case-holding FTE on 31 March and as the mean of the year's month ends."""
    times = month_ends(tally)
    held = cases_held(spells, times)
    fte = _by_worker(spells, "fte", len(held), np.nan)
    role = _by_worker(spells, "role", len(held), -1.0)
    holds = held > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        each = held / fte[:, None]
    labels = ["all", *(f"role={name}" for name in ROLE_NAMES)]
    rows = [np.ones(len(held), dtype=bool), *(role == code for code in ROLES)]
    cases = np.stack([held[chosen].sum(axis=0) for chosen in rows], axis=1).astype(np.float64)
    holders = np.stack([(holds * fte[:, None])[chosen].sum(axis=0) for chosen in rows], axis=1)
    final = np.arange(11, len(times), 12)
    tally.add("cases", cases[final], labels)
    tally.add("case_holders_fte", holders[final], labels)
    tally.add("caseload_mean", ratio(cases, holders)[final], labels)
    tally.add("caseload_median", _quantile(each, holds, rows, final, 0.5), labels)
    tally.add("caseload_p90", _quantile(each, holds, rows, final, 0.9), labels)
    over_year = [np.add.reduceat(values, np.arange(0, len(times), 12)) for values in (cases, holders)]
    tally.add("caseload_mean_over_year", ratio(*over_year), labels)


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
    for name, code in (("cin_visits_on_time_percent", Event.CIN_VISIT), ("cpp_visits_on_time_percent", Event.CPP_VISIT)):
        chosen = (kind == code) & (year >= 0)
        whole = np.bincount(year[chosen], minlength=len(years))
        part = np.bincount(year[chosen & on_time], minlength=len(years))
        tally.add(name, percent(part, whole))

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
    whole = np.bincount(on_plan_year, minlength=len(years))
    part = np.bincount(on_plan_year[long_enough & ~seen], minlength=len(years))
    tally.add("cin_not_visited_3_months_percent", percent(part, whole))


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


def add_hours(tally: Tally, spells: Spells, replication: ReplicationLike) -> None:
    """Add hours of staff time by role and task, overtime, and their cost."""
    years = tally.years
    index = np.concatenate([spells.record.index(Event.CIN_VISIT, Event.LONG_STAY_SUPPORT), spells.record.index(Event.TEAM_TIME)])
    hours = hours_by_role(spells, tally, index, len(TASKS))
    by_role, by_task = hours.sum(axis=2), hours.sum(axis=1)
    tally.add("hours", by_role.sum(axis=1))
    tally.add("hours", by_role, [f"role={r}" for r in ROLE_NAMES])
    tally.add("hours", by_task, [f"task={t}" for t in TASK_NAMES])
    pairs = [f"role={r},task={t}" for r in ROLE_NAMES for t in TASK_NAMES]
    tally.add("hours", hours.reshape(len(years), -1), pairs)
    overtime = hours_by_role(spells, tally, spells.record.index(Event.OVERTIME), 1)[:, :, 0]
    labels = ["all", *(f"role={r}" for r in ROLE_NAMES)]
    tally.add("overtime_hours", np.column_stack([overtime.sum(axis=1), overtime]), labels)
    costs = by_role * np.array([parameter(replication, name) for name in COST_PARAMETERS])
    tally.add("cost", np.column_stack([costs.sum(axis=1), costs]), labels)


def hours_by_role(spells: Spells, tally: Tally, index: NDArray[np.int64], n_tasks: int) -> Values:
    """Sum the hours of rows of the record as [years, roles, tasks]; with one task all rows count as it."""
    c = spells.record.columns
    worker = c["resource"][index]
    n_workers = int(max(spells.workers["worker"].max() if len(spells.workers) else 0, worker.max() if len(worker) else 0)) + 1
    role_of = np.full(n_workers + 1, len(ROLES))
    role = np.searchsorted(ROLES, spells.workers["role"].to_numpy())
    role_of[spells.workers["worker"].to_numpy()] = role
    year = tally.years.index_of(c["time"][index])
    if n_tasks > 1:
        kind = c["event"][index].astype(np.int64)
        task = np.where(kind == Event.TEAM_TIME, n_tasks - 1, kind - Event.CIN_VISIT)
    else:
        task = np.zeros(len(index), dtype=np.int64)
    n_roles = len(ROLES) + 1  # the last is nobody's
    cell = ((year + 1) * n_roles + role_of[worker]) * n_tasks + task
    n_years = len(tally.years) + 1
    sums = np.bincount(cell, weights=c["hours"][index], minlength=n_years * n_roles * n_tasks)
    return sums.astype(np.float64).reshape(n_years, n_roles, n_tasks)[1:, : len(ROLES)]
