"""A known caseload put in the place of the children who, by the coarse history, would be open when a run starts.

Each child of the caseload becomes one of the simulated children, whose need the simulation has drawn: where possible one
who by history stands in the same stage, is as old and has been there as long; else one who is open in another; else one of
the same age who is not open, the likelier the higher its need. The simulated child takes over birth, sex, ethnicity,
disability and category of need. Those who by history would be open but are not in the caseload are closed. Care leavers,
who are adults, are added.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.special import ndtr

from cinsim.engine.clock import Calendar
from cinsim.engine.draws import Draws
from cinsim.engine.year import DAYS_PER_YEAR
from cinsim.errors import InputError
from cinsim.pathway.child import Stage
from cinsim.pathway.history import (
    CHILD_IN_NEED,
    CHILD_PROTECTION,
    DISABILITY_SERVICE,
    LOOKED_AFTER,
    OUT,
    WORKING_DAYS_PER_QUARTER,
    History,
)
from cinsim.policy.many import Margin, decided, margins
from cinsim.policy.thresholds import Thresholds, above_care, above_need, above_plan, above_protection, needs_section_47
from cinsim.population.caseload import InitialCaseload, OpenStage
from cinsim.population.children import ADULT_AGE, TURNS_18, Children, times_of_days
from cinsim.population.need import NeedGrid
from cinsim.reference.parameters import Parameters

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STAGES: Final = {
    OpenStage.ASSESSMENT: Stage.ASSESSMENT,
    OpenStage.SHORT_HELP: Stage.SHORT_HELP,
    OpenStage.CHILD_IN_NEED: Stage.CHILD_IN_NEED,
    OpenStage.CHILD_PROTECTION: Stage.CHILD_PROTECTION,
    OpenStage.LOOKED_AFTER: Stage.LOOKED_AFTER,
    OpenStage.DISABILITY_SERVICE: Stage.DISABILITY_SERVICE,
    OpenStage.CARE_LEAVER: Stage.CARE_LEAVER,
}
_IN_HISTORY: Final = {
    OpenStage.CHILD_IN_NEED: CHILD_IN_NEED,
    OpenStage.CHILD_PROTECTION: CHILD_PROTECTION,
    OpenStage.LOOKED_AFTER: LOOKED_AFTER,
    OpenStage.DISABILITY_SERVICE: DISABILITY_SERVICE,
}
_BETWEEN: Final[dict[OpenStage, tuple[tuple[Margin, int], ...]]] = {
    OpenStage.SHORT_HELP: ((above_need, 1), (above_plan, -1)),
    OpenStage.CHILD_IN_NEED: ((above_plan, 1),),
    OpenStage.CHILD_PROTECTION: ((above_protection, 1),),
    OpenStage.LOOKED_AFTER: ((above_care, 1),),
    OpenStage.DISABILITY_SERVICE: ((above_need, 1),),
}
"""Thresholds above (1) or below (-1) which the need of a child at a stage is seen."""
_YEARS_PER_LOG_DURATION: Final = 2.0  # a difference in age weighs as much as this many doublings (in e) of the time in a stage


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that is open when the run starts; times are working days before the start, negative, NaN for none."""

    stage: Stage
    referred: float
    since: float
    source: int
    assessed_since: float
    enquired_since: float


def placed(
    caseload: InitialCaseload,
    children: Children,
    grid: NeedGrid,
    history: History,
    p: Parameters,
    calendar: Calendar,
    draws: Draws,
    own: Thresholds,
) -> tuple[Children, History, dict[int, OpenCase]]:
    """Return children and history with a caseload in place, and the open cases by the child's number.

    Raises
    ------
    InputError : the caseload is not of the day before the run, or has more children than the area.
    """
    if caseload.on + np.timedelta64(1, "D") != np.datetime64(calendar.first):
        raise InputError(
            f"the caseload is of {caseload.on} and the run starts on {calendar.first}; start it on the day after, "
            "without a warm-up (warm_up: 0)", key="initial_state",
        )  # fmt: skip
    birth = (caseload.birth - np.datetime64(calendar.first)).astype("timedelta64[D]").astype(np.float64)
    adult = birth <= -ADULT_AGE * DAYS_PER_YEAR
    minors, adults = np.flatnonzero(~adult), np.flatnonzero(adult)
    number = np.full(len(caseload), -1, dtype=np.int64)
    number[minors] = _Places(caseload, birth, minors, children, grid, history, p, calendar, draws, own).numbers()
    number[adults] = len(children) + np.arange(len(adults))

    children, history = _with_adults(children, history, len(adults))
    closed = (history.stage != OUT) & ~np.isin(np.arange(len(children)), number)
    history.stage[closed] = OUT
    history.closed_at[closed] = history.last_referral[closed]
    was = history.stage[number].copy()
    children = _with_attributes(children, caseload, birth, number, calendar)
    times = {name: calendar.times_of(getattr(caseload, name)) for name in ("referred", "since")}
    open_since = {}
    for name in ("assessed_since", "enquired_since"):
        dates = getattr(caseload, name)
        open_since[name] = np.where(np.isnat(dates), np.nan, calendar.times_of(np.where(np.isnat(dates), caseload.on, dates)))
    _into_history(history, caseload, number, was, times["referred"], times["since"], p)
    cases = {
        int(number[row]): OpenCase(
            STAGES[OpenStage(int(caseload.stage[row]))], float(times["referred"][row]), float(times["since"][row]),
            int(caseload.source[row]), float(open_since["assessed_since"][row]), float(open_since["enquired_since"][row]),
        )
        for row in range(len(caseload))
    }  # fmt: skip
    return children, history, cases


class _Places:
    """Finds a simulated child for each child of the caseload under 18."""

    def __init__(
        self, caseload: InitialCaseload, birth: Floats, rows: Ints, children: Children, grid: NeedGrid, history: History,
        p: Parameters, calendar: Calendar, draws: Draws, own: Thresholds,
    ):  # fmt: skip
        self.caseload, self.birth, self.rows, self.children, self.history, self.own = (
            caseload,
            birth,
            rows,
            children,
            history,
            own,
        )
        self.need = grid.need[:, 0].astype(np.float64)
        self.free = (children.entered <= 0.0) & (children.leaves > 0.0)
        if len(rows) > int(self.free.sum()):
            raise InputError(
                f"the caseload has {len(rows):,} children under 18 and the simulated area {int(self.free.sum()):,} in all; "
                "name the authority it belongs to and leave population_fraction out", key="initial_state",
            )  # fmt: skip
        self.error = p.assessment_error_sd
        self.luck = draws.block("place in the caseload", np.arange(len(children)))
        self.elapsed = -calendar.times_of(caseload.since)

    def numbers(self) -> Ints:
        """Return the number of the simulated child of each row."""
        out = np.full(len(self.caseload), -1, dtype=np.int64)
        stage, was = self.caseload.stage, self.history.stage
        enquired = ~np.isnat(self.caseload.enquired_since)
        suspected = decided(needs_section_47, self.need - self.history.help, self.own.for_open_case())
        steps = [((stage == OpenStage.CHILD_IN_NEED) & enquired, (was == CHILD_IN_NEED) & suspected)]
        steps += [(stage == kind, was == code) for kind, code in _IN_HISTORY.items()]
        steps += [(stage == kind, was != OUT) for kind in (*_IN_HISTORY, OpenStage.ASSESSMENT)]
        for wanted, suited in steps:
            rows = self.rows[wanted[self.rows] & (out[self.rows] < 0)]
            pool = np.flatnonzero(self.free & suited)
            row, place = self._alike(rows, pool)
            out[rows[row]] = pool[place]
            self.free[pool[place]] = False
        self.free &= was == OUT
        for kind in OpenStage:
            rows = self.rows[(stage[self.rows] == kind) & (out[self.rows] < 0)]
            out[rows] = self._likely(rows, kind)
            self.free[out[rows]] = False
        return out[self.rows]

    def _alike(self, rows: Ints, pool: Ints) -> tuple[Ints, Ints]:
        """Pair children of the caseload with those of one stage of history, most alike in age and time in the stage."""
        if not len(rows) or not len(pool):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        age = np.abs(self.birth[rows][:, None] - self.children.birth[pool][None, :]) / DAYS_PER_YEAR
        ours = np.log(self.elapsed[rows] + 20.0)
        theirs = np.log(self.history.stage_quarters[pool] * WORKING_DAYS_PER_QUARTER + 20.0)
        cost = age + _YEARS_PER_LOG_DURATION * np.abs(ours[:, None] - theirs[None, :])
        row, place = linear_sum_assignment(cost)
        return row, place

    def _likely(self, rows: Ints, kind: OpenStage) -> Ints:
        """Choose children who are not open for some rows, of the same year of age, by how likely they would come so far."""
        chance = np.exp(self.need)
        for above, sign in _BETWEEN.get(kind, ()):
            chance *= ndtr(sign * margins(above, self.need, self.own) / self.error)
        key = -np.log(self.luck) / np.maximum(chance, 1e-300)
        key[~self.free] = np.inf
        order = np.argsort(key, kind="stable")
        order = order[np.isfinite(key[order])]
        pool_year = np.floor(-self.children.birth[order] / DAYS_PER_YEAR).astype(np.int64)
        wanted = np.floor(-self.birth[rows] / DAYS_PER_YEAR).astype(np.int64)
        out = np.full(len(rows), -1, dtype=np.int64)
        taken = np.zeros(len(order), dtype=bool)
        for year in np.unique(wanted):
            here = np.flatnonzero(wanted == year)
            pool = np.flatnonzero(pool_year == year)[: len(here)]
            out[here[: len(pool)]] = order[pool]
            taken[pool] = True
        left = np.flatnonzero(out < 0)  # more than there are of their age: whoever is next
        out[left] = order[np.flatnonzero(~taken)[: len(left)]]
        return out


def _with_adults(children: Children, history: History, adults: int) -> tuple[Children, History]:
    """Return children and history with room for adults at the end."""
    if not adults:
        return children, history
    for_adults: dict[str, Any] = {
        "birth": -20.0 * DAYS_PER_YEAR, "entered": -1.0, "leaves": -0.5, "leaves_because": TURNS_18, "joined": False,
        "quintile": 3,
    }  # fmt: skip

    def longer(values: NDArray[Any], more: object) -> NDArray[Any]:
        return np.concatenate([values, np.full(adults, more, dtype=values.dtype)])

    bigger = replace(children, **{f.name: longer(getattr(children, f.name), for_adults.get(f.name, 0)) for f in fields(Children)})
    unknown = {"closed_at": np.nan, "last_referral": np.nan}
    past = History(**{f.name: longer(getattr(history, f.name), unknown.get(f.name, 0)) for f in fields(History)})
    return bigger, past


def _with_attributes(children: Children, caseload: InitialCaseload, birth: Floats, number: Ints, calendar: Calendar) -> Children:
    """Return children of whom those of the caseload have its attributes; they leave as before, at 18 at the latest."""
    new = {
        name: getattr(children, name).copy()
        for name in ("birth", "sex", "ethnicity", "disabled", "need_category", "leaves", "leaves_because")
    }
    new["birth"][number] = birth
    new["sex"][number] = np.where(caseload.sex >= 0, caseload.sex, children.sex[number])
    for name in ("ethnicity", "disabled", "need_category"):
        new[name][number] = getattr(caseload, name)
    eighteen = times_of_days(calendar, birth + ADULT_AGE * DAYS_PER_YEAR)
    grows_up = (new["leaves_because"][number] == TURNS_18) | (eighteen <= new["leaves"][number])
    new["leaves"][number] = np.where(grows_up, eighteen, new["leaves"][number])
    new["leaves_because"][number] = np.where(grows_up, TURNS_18, new["leaves_because"][number])
    return replace(children, **new)


def _into_history(
    history: History,
    caseload: InitialCaseload,
    number: Ints,
    was: NDArray[np.int8],
    referred: Floats,
    since: Floats,
    p: Parameters,
) -> None:
    """Write what is known of the caseload into the history; help already given is its own, or what visits would have given."""
    quarters = np.maximum(-since, 0.0) / WORKING_DAYS_PER_QUARTER
    a_quarter = {
        OpenStage.CHILD_IN_NEED: p.help_per_visit * WORKING_DAYS_PER_QUARTER / p.cin_visit_interval_working_days,
        OpenStage.CHILD_PROTECTION: p.help_per_protection_visit * WORKING_DAYS_PER_QUARTER / p.cpp_visit_interval_working_days,
    }
    for kind, gain in a_quarter.items():
        fresh = (caseload.stage == kind) & (was == OUT)
        history.help[number[fresh]] = gain * quarters[fresh]
    history.stage[number] = np.array([_IN_HISTORY.get(OpenStage(int(kind)), CHILD_IN_NEED) for kind in caseload.stage])
    history.stage_quarters[number] = np.minimum(quarters, 30_000).astype(np.int16)
    history.open_quarters[number] = np.minimum(np.maximum(-referred, 0.0) / WORKING_DAYS_PER_QUARTER, 30_000).astype(np.int16)
    history.closed_at[number] = np.nan
    history.last_referral[number] = referred
    history.previous_cpps[number] = caseload.previous_cpps
    history.ever_assessed[number] = True
    history.ever_in_need[number] = caseload.stage != OpenStage.ASSESSMENT
