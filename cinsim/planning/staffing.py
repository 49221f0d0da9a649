"""How many posts of a role, or of two, meet a standard with a chosen confidence, and what they cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cinsim.engine.draws import Draws
from cinsim.engine.totals import sum_in_order
from cinsim.errors import InputError
from cinsim.planning.crossing import meets
from cinsim.planning.questions import VARY, Target
from cinsim.planning.search import Curve, Found, Unit, Values, ladder_from, least_staff
from cinsim.reference.events import DETAIL_NAMES, Detail
from cinsim.reference.parameters import parameters_from
from cinsim.runs.local import Executor, Work
from cinsim.runs.run import Plan, do_missing
from cinsim.runs.store import Store
from cinsim.runs.tasks import Task, make_tasks
from cinsim.scenario.posts import FAMILY_SUPPORT
from cinsim.simulation.replicate import calendar_of
from cinsim.workforce.kinds import ROLE_KEYS, STAFF_KEYS, kind_of
from cinsim.workforce.staffing import SOCIAL_WORK_ROLES, staffing_of

if TYPE_CHECKING:
    from cinsim.scenario.model import Scenario

HOURS_PER_YEAR: Final = "working_hours_per_year"
# what is told beside the targets at every point
BESIDE: Final = ("caseload_mean_over_year", "unallocated_children", "overtime_hours", "staff_cost")
TOLERANCE_SHARE, LEAST_TOLERANCE = 0.025, 0.2
SECOND_ROLE_FACTORS: Final = (0.75, 1.0, 1.25, 1.5)
NEW_ROLE_FACTORS: Final = (0.0, 1 / 3, 2 / 3, 1.0)
NEW_ROLE_SHARE: Final = 0.1  # of the case holders' posts: what a role that has no posts may grow to


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes
    ----------
    targets : all of them are to be met.
    roles : whose posts vary; where there are two, the least of the first is sought at some numbers of the second.
    confidence : share of the replications in which the targets are to be met.
    """

    targets: tuple[Target, ...]
    roles: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Mix:
    """The least posts of the first role at a number of the second.

    Attributes
    ----------
    other : full-time equivalents of the second role; None where only one varies.
    staff : of the first role; infinity where the targets are not met at the highest number tried.
    lower, upper : 95% interval of ``staff`` over resampled replications.
    cost : of the posts of the roles that vary, if all are filled, pounds a year.
    highest, share_met, reached : the highest number tried, the share of replications that meet the targets there, and the
        mean of each target's measure.
    crossings : of the first role, one a draw and replication.
    """

    other: float | None
    staff: float
    lower: float
    upper: float
    cost: float
    at_lowest: bool
    highest: float
    share_met: float
    reached: Mapping[str, float]
    crossings: tuple[float, ...]

    @property
    def met(self) -> bool:
        """Whether posts alone meet the targets."""
        return math.isfinite(self.staff)


@dataclass(frozen=True, slots=True)
class Point:
    """One simulated replication of one number of posts."""

    staff: tuple[float, ...]
    unit: Unit
    values: Values
    met: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the search came to.

    Attributes
    ----------
    base : posts as the scenario has them, by role, full-time equivalents.
    mixes : one, or one a number of posts of the second role.
    points : every replication of every number of posts that was simulated.
    computed : replications simulated by this call; the others had been finished before.
    """

    question: Question
    base: tuple[float, ...]
    mixes: tuple[Mix, ...]
    points: tuple[Point, ...]
    years: tuple[int, ...]
    computed: int

    @property
    def cheapest(self) -> Mix | None:
        """The mix that meets the targets at the lowest cost; None where none does."""
        return min((mix for mix in self.mixes if mix.met), key=lambda mix: mix.cost, default=None)


class Evaluator:
    """Simulates a scenario at numbers of posts; what is finished is kept in the store and found there again.

    Parameters
    ----------
    plan : of the scenario alone; its posts of ``roles`` are replaced.
    measures : read of every replication, each the mean over the years that count.
    """

    def __init__(
        self, plan: Plan, roles: Sequence[str], measures: Sequence[str], executor: Executor, work: Work, store: Store,
        *, quiet: bool,
    ):  # fmt: skip
        self.plan, self.roles, self.measures = plan, tuple(roles), tuple(measures)
        self.executor, self.work, self.store, self.quiet = executor, work, store, quiet
        (self.name, self.scenario), *_ = plan.arms.items()
        self.computed = 0

    @property
    def units(self) -> list[Unit]:
        """Draws and replications, replication by replication."""
        draws = len(self.plan.parameters[self.name])
        return [(draw, replication) for replication in range(self.scenario.replications) for draw in range(draws)]

    @property
    def years(self) -> tuple[int, ...]:
        """The reporting years that count: all after the first, or the only one."""
        first = self.scenario.start.year + 1
        return tuple(range(first + (self.scenario.years > 1), first + self.scenario.years))

    def at(self, wanted: Mapping[tuple[float, ...], Sequence[Unit]]) -> dict[tuple[float, ...], dict[Unit, Values]]:
        """Return the measures of some replications at each of some numbers of posts, one a role."""
        found: dict[tuple[float, ...], list[Task]] = {}
        for staff, units in wanted.items():
            asked = set(units)
            arms = {self.name: with_posts(self.scenario, dict(zip(self.roles, staff, strict=True)))}
            made = make_tasks(arms, self.plan.areas, self.plan.parameters, "none", self.plan.caseload)
            found[staff] = [task for task in made if (task.draw, task.replication) in asked]
        tasks = [task for group in found.values() for task in group]
        self.computed += do_missing(tasks, self.executor, self.work, self.store, quiet=self.quiet)
        return {
            staff: {(task.draw, task.replication): self._values(task.key) for task in group} for staff, group in found.items()
        }

    def _values(self, key: str) -> Values:
        table = self.store.measures(key).to_pandas()
        rows = table[(table["group"] == "all") & table["measure"].isin(self.measures) & table["year"].isin(self.years)]
        means = rows.groupby("measure")["value"].mean()
        return {str(name): float(value) for name, value in means.items()}


def with_posts(scenario: Scenario, staff: Mapping[str, float]) -> Scenario:
    """Return a scenario with numbers of posts, there from the first reported day; what else it says of the roles stays."""
    changes: dict[str, Any] = {}
    for role, fte in staff.items():
        changes[f"workforce.{role}"] = {"fte": fte, "start": scenario.start.isoformat(), "phase_in": "0 months"}
    return scenario.with_(changes)


def posts_of(plan: Plan, roles: Sequence[str]) -> tuple[tuple[float, ...], float]:
    """Return the posts that a scenario comes to by role, and those of all case-holding social workers, full-time equivalents."""
    (name, scenario), *_ = plan.arms.items()
    parameters = parameters_from(plan.parameters[name][0])
    staffing = staffing_of(scenario, plan.areas[0], parameters, calendar_of(scenario), Draws(scenario.seed, 0))
    open_at_end = [post for post in staffing.posts if math.isinf(post.closes)]

    def total(kinds: frozenset[int]) -> float:
        return (
            sum_in_order(post.fte for post in open_at_end if kind_of(post.team, post.role) in kinds)
            / scenario.population_fraction
        )

    return tuple(total(frozenset({STAFF_KEYS[role]})) for role in roles), total(SOCIAL_WORK_ROLES)


def check_question(plan: Plan, question: Question) -> None:
    """Raise unless a search can answer the question.

    Raises
    ------
    InputError : there are several areas, or a role has no work in the scenario.
    """
    if len(plan.areas) != 1:
        raise InputError(f"staff are sought for one area at a time, not {len(plan.areas)}; choose one with --area", key="area")
    scenario = next(iter(plan.arms.values()))
    lead = scenario.policies.lead_practitioner
    if FAMILY_SUPPORT in question.roles and (lead is None or not lead.share_non_social_worker):
        raise InputError(
            f"{FAMILY_SUPPORT} lead no cases in this scenario, so more of them change nothing; say which share of cases they "
            "may lead, e.g. --set policies.lead_practitioner.share_non_social_worker=40%",
            key=VARY,
        )


def cost_of(staff: Sequence[float], roles: Sequence[str], parameters: Mapping[str, float]) -> float:
    """Return what filled posts cost, pounds a year: hours a year times the role's cost an hour."""
    hours = parameters[HOURS_PER_YEAR]
    prices = [parameters[f"cost_per_hour_{DETAIL_NAMES[ROLE_KEYS.get(role, Detail.SENIOR_PRACTITIONER)]}"] for role in roles]
    return sum_in_order(fte * hours * price for fte, price in zip(staff, prices, strict=True))


def find_staff(plan: Plan, question: Question, executor: Executor, work: Work, store: Store, *, quiet: bool = True) -> Answer:
    """Search for the least staff that meets the targets.

    Parameters
    ----------
    plan : of one scenario in one area.
    work : simulates one replication.
    store : keeps what is finished; a search that was stopped goes on from there.

    Raises
    ------
    InputError : see :func:`check_question`. RunError : a replication failed for good.
    """
    check_question(plan, question)
    measures = (*dict.fromkeys(target.measure for target in question.targets), *BESIDE)
    evaluator = Evaluator(plan, question.roles, measures, executor, work, store, quiet=quiet)
    base, holders = posts_of(plan, question.roles)
    parameters = plan.parameters[evaluator.name][0]
    seed = evaluator.scenario.seed
    first, ladder = base[0], ladder_from(base[0], NEW_ROLE_SHARE * holders)
    tolerance = max(LEAST_TOLERANCE, TOLERANCE_SHARE * (base[0] or NEW_ROLE_SHARE * holders))
    mixes: list[Mix] = []
    points: list[Point] = []
    start = first
    for other in _levels(base[1], holders) if len(base) > 1 else (None,):
        beside = () if other is None else (other,)

        def evaluate(
            wanted: Mapping[float, Sequence[Unit]], beside: tuple[float, ...] = beside
        ) -> Mapping[float, Mapping[Unit, Values]]:
            found = evaluator.at({(staff, *beside): units for staff, units in wanted.items()})
            return {staff: values for (staff, *_), values in found.items()}

        curve = Curve(evaluate, question.targets)
        found = least_staff(curve, ladder, start, evaluator.units, question.confidence, tolerance, seed)
        start = found.staff if math.isfinite(found.staff) else ladder[-1]
        mixes.append(_mix(curve, found, question, other, evaluator.units, parameters))
        points += [
            Point((staff, *beside), unit, values, meets(question.targets, values))
            for staff, by_unit in sorted(curve.points.items())
            for unit, values in sorted(by_unit.items())
        ]
    return Answer(question, base, tuple(mixes), tuple(points), evaluator.years, evaluator.computed)


def _levels(base: float, holders: float) -> tuple[float, ...]:
    """Return the numbers of the second role's posts at which the first is sought."""
    if base > 0:
        return tuple(round(base * factor, 1) for factor in SECOND_ROLE_FACTORS)
    return tuple(round(NEW_ROLE_SHARE * holders * factor, 1) for factor in NEW_ROLE_FACTORS)


def _mix(
    curve: Curve, found: Found, question: Question, other: float | None, units: Sequence[Unit],
    parameters: Mapping[str, float],
) -> Mix:  # fmt: skip
    staff = (found.staff,) if other is None else (found.staff, other)
    highest = max(number for number, values in curve.points.items() if len(values) == len(units))
    there = curve.at(highest, units).values()
    reached = {
        target.measure: sum_in_order(values.get(target.measure, math.nan) for values in there) / len(units)
        for target in question.targets
    }
    cost = cost_of(staff, question.roles, parameters)
    share = curve.share_met(highest, units)
    return Mix(
        other, found.staff, found.lower, found.upper, cost, found.at_lowest, highest, share, reached, found.crossings
    )  # fmt: skip
