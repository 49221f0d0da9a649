"""Staff and their time: who is in post, hours by role and task, overtime and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.outcomes.groups import percent, ratio
from cinsim.outcomes.replication import ReplicationLike, parameter
from cinsim.outcomes.spells import Spells
from cinsim.outcomes.tally import Tally, Values
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES, ROLES, WORK, Detail, Event

ROLE_NAMES: Final = tuple(DETAIL_NAMES[role] for role in ROLES)
ROLE_LABELS: Final = ("all", *(f"role={name}" for name in ROLE_NAMES))
FRONT_DOOR_LABEL: Final = f"team={DETAIL_NAMES[Detail.FRONT_DOOR]}"
TASKS: Final = (*sorted(WORK), Event.TEAM_TIME)
TASK_NAMES: Final = tuple(EVENT_NAMES[task] for task in TASKS)
COST_PARAMETERS: Final = tuple(f"cost_per_hour_{role}" for role in ROLE_NAMES)
HOURS_PER_YEAR: Final = "working_hours_per_year"
AGENCY_PREMIUM: Final = "agency_premium"
SOCIAL_WORKERS: Final = (Detail.SOCIAL_WORKER, Detail.SENIOR_PRACTITIONER, Detail.NEWLY_QUALIFIED, Detail.PRACTICE_SUPERVISOR)


def add_hours(tally: Tally, spells: Spells, replication: ReplicationLike) -> None:
    """Add hours of staff time by role and task, overtime, and what the work and the staff in post cost."""
    hours = hours_by_role(spells, tally, TASKS)
    by_role, by_task = hours.sum(axis=2), hours.sum(axis=1)
    tally.add("hours", by_role.sum(axis=1))
    tally.add("hours", by_role, ROLE_LABELS[1:])
    tally.add("hours", by_task, [f"task={t}" for t in TASK_NAMES])
    pairs = [f"role={r},task={t}" for r in ROLE_NAMES for t in TASK_NAMES]
    tally.add("hours", hours.reshape(len(tally.years), -1), pairs)
    overtime = hours_by_role(spells, tally, (Event.OVERTIME,))[:, :, 0]
    tally.add("overtime_hours", _with_total(overtime), ROLE_LABELS)
    price = np.array([parameter(replication, name) for name in COST_PARAMETERS])
    tally.add("cost", _with_total(by_role * price), ROLE_LABELS)
    of_a_year = parameter(replication, HOURS_PER_YEAR)
    staff_cost = _with_total(staff_years(spells, tally) * of_a_year * price)
    tally.add("staff_cost", staff_cost, ROLE_LABELS)
    premium = _with_total(staff_years(spells, tally, agency=True) * of_a_year * price * parameter(replication, AGENCY_PREMIUM))
    tally.add("agency_premium_cost", premium, ROLE_LABELS)
    helped = tally.add("children_helped", children_helped(tally, spells))
    tally.add("children_helped_rate", 10_000.0 * ratio(helped, tally.of_all("population_0_17")))
    tally.add("cost_per_child_helped", ratio(staff_cost[:, 0] + premium[:, 0], helped))
    add_use_of_time(tally, spells, replication)


def children_helped(tally: Tally, spells: Spells) -> Values:
    """Return how many children were helped at some time in each year: short help, a plan, care or a long-stay service."""
    tables = (spells.short_help, spells.cin_plans, spells.cp_plans, spells.looked_after, spells.disability_services)
    child, start, end = (np.concatenate([table[c].to_numpy() for table in tables]) for c in ("child", "start", "end"))
    years = tally.years
    inside = (start[None, :] < years.ends[:, None]) & (end[None, :] > years.starts[:, None])
    return np.array([len(np.unique(child[here])) for here in inside], dtype=np.float64)


def add_use_of_time(tally: Tally, spells: Spells, replication: ReplicationLike) -> None:
    """Add the share of their working hours that staff used, and the share of case holders above their caseload limit."""
    notes = replication.work_notes
    year, worker = tally.years.index_of(notes[:, 0]), notes[:, 1].astype(np.int64)
    role = np.append(spells.by_worker("role", -1), -1)[worker]
    rows = [np.ones(len(notes), dtype=bool), *(role == code for code in ROLES)]

    def by_year(values: Values) -> Values:
        kept = [chosen & (year >= 0) for chosen in rows]
        return np.stack([np.bincount(year[here], values[here], len(tally.years)) for here in kept], axis=1)

    available, unused = by_year(notes[:, 4]), by_year(notes[:, 5])
    tally.add("utilisation_percent", percent(available - unused, available), ROLE_LABELS)
    holds = (notes[:, 2] > 0.0) & (notes[:, 3] > 0.0)
    over = holds & (notes[:, 2] > notes[:, 3] + 1e-9)
    tally.add("over_caseload_limit_percent", percent(by_year(over.astype(float)), by_year(holds.astype(float))), ROLE_LABELS)


def _with_total(by_role: Values) -> Values:
    return np.column_stack([by_role.sum(axis=1), by_role])


def hours_by_role(spells: Spells, tally: Tally, tasks: Sequence[int]) -> Values:
    """Sum the hours of some kinds of event as [years, roles, kinds]."""
    c = spells.record.columns
    index = np.concatenate([spells.record.index(Event(task)) for task in tasks])
    task = np.repeat(np.arange(len(tasks)), [len(spells.record.index(Event(task))) for task in tasks])
    worker = c["resource"][index]
    role = spells.by_worker("role", -1)
    role_of = np.append(np.where(role >= 0, np.searchsorted(ROLES, role), len(ROLES)), len(ROLES))  # the last is nobody's
    n_roles, n_years = len(ROLES) + 1, len(tally.years) + 1
    cell = ((tally.years.index_of(c["time"][index]) + 1) * n_roles + role_of[worker]) * len(tasks) + task
    sums = np.bincount(cell, weights=c["hours"][index], minlength=n_years * n_roles * len(tasks))
    return sums.astype(np.float64).reshape(n_years, n_roles, len(tasks))[1:, : len(ROLES)]


def staff_years(spells: Spells, tally: Tally, *, agency: bool = False) -> Values:
    """Return full-time-equivalent years in post as [years, roles], of everyone or of agency workers alone."""
    w = spells.workers
    if agency:
        w = w[w["agency"]]
    in_year = tally.years.clipped(w["started"].to_numpy(), w["left"].to_numpy()) * w["fte"].to_numpy()
    in_year /= (tally.years.ends - tally.years.starts)[:, None]
    role = w["role"].to_numpy()
    return np.stack([in_year[:, role == code].sum(axis=1) for code in ROLES], axis=1)


def add_staff(tally: Tally, spells: Spells) -> None:
    """Add social workers in post on 31 March, agency workers, starters and leavers; DfE counts them on 30 September."""
    w, years = spells.workers, tally.years
    is_social_worker = np.isin(w["role"].to_numpy(), SOCIAL_WORKERS)
    agency = w["agency"].to_numpy()
    started, left, fte = (w[c].to_numpy() for c in ("started", "left", "fte"))
    here = (started[None, :] < years.ends[:, None]) & (left[None, :] >= years.ends[:, None])

    def total(chosen: NDArray[np.bool_]) -> Values:
        return np.asarray((chosen * fte).sum(axis=-1), dtype=np.float64)

    def in_year(time: Values) -> NDArray[np.bool_]:
        return np.asarray(years.index_of(time)[None, :] == np.arange(len(years))[:, None])

    in_post, from_agency = total(here & is_social_worker & ~agency), total(here & is_social_worker & agency)
    leavers = total(in_year(left) & is_social_worker & ~agency)
    tally.add("in_post_fte", in_post)
    tally.add("agency_fte", from_agency)
    tally.add("agency_rate", percent(from_agency, in_post + from_agency))
    tally.add("starters_fte", total(in_year(started) & is_social_worker & ~agency))
    tally.add("leavers_fte", leavers)
    tally.add("turnover_rate", percent(leavers, in_post))
    tally.add("absence_rate", sickness_percent(tally, spells))


def add_funded_posts(tally: Tally, replication: ReplicationLike) -> None:
    """Add the funded posts on 31 March, filled or vacant, by role; those at the front door, whatever their role, apart too."""
    posts = replication.posts
    fte, role, team, opens, closes = (
        np.array([getattr(post, name) for post in posts], dtype=np.float64) for name in ("fte", "role", "team", "opens", "closes")
    )
    ends = tally.years.ends[:, None]
    there = np.where((opens[None, :] < ends) & (closes[None, :] >= ends), fte[None, :], 0.0)
    tally.add(
        "funded_posts_fte", _with_total(np.stack([there[:, role == code].sum(axis=1) for code in ROLES], axis=1)), ROLE_LABELS
    )
    tally.add("funded_posts_fte", there[:, team == Detail.FRONT_DOOR].sum(axis=1)[:, None], [FRONT_DOOR_LABEL])


def sickness_percent(tally: Tally, spells: Spells) -> Values:
    """Return the percentage of the year's working time in post that social workers, not agency, were away sick."""
    years, rows = tally.years, spells.record.rows(Event.ABSENCE_STARTED)
    counted = np.isin(spells.by_worker("role", -1), SOCIAL_WORKERS) & ~spells.by_worker("agency", True)
    fte, left = spells.by_worker("fte", 0.0) * counted, spells.by_worker("left", np.inf)
    sick = rows.detail == Detail.SICKNESS
    worker = rows.worker[sick]
    away = years.clipped(rows.time[sick], np.minimum(rows.due[sick], left[worker])) @ fte[worker]
    w = spells.workers
    in_post = years.clipped(w["started"].to_numpy(), w["left"].to_numpy()) @ fte[w["worker"].to_numpy()]
    return percent(away, in_post)
