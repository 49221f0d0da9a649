"""What each part of a bundle does: leave-one-out and Shapley contributions under common random numbers.

A part is a policy, a block of the workforce, demand, or the parameters, in which a bundle differs from the baseline.
Shapley's value of a part is what it adds to the parts before it, averaged over all orders in which they may be added; the
values add up to the whole difference. Up to five parts every set of them is simulated. With more, each replication takes
an order of its own, drawn by key, and its reverse, so that the interval holds the error of sampling orders too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from cinsim.engine.draws import Draws
from cinsim.errors import InputError
from cinsim.runs.gather import append_csv, area_measures
from cinsim.runs.local import Executor, Work
from cinsim.runs.run import Plan, do_missing
from cinsim.runs.store import Store
from cinsim.runs.tasks import Task, make_tasks
from cinsim.scenario.policies import Policies
from cinsim.scenario.resources import Demand, Workforce

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from cinsim.scenario.model import Scenario

Method = Literal["shapley", "leave-one-out"]
Parts = frozenset[str]
Unit = tuple[int, int]

CONTRIBUTIONS: Final = "contributions.csv"
COLUMNS: Final = (
    "scenario", "baseline", "year", "measure", "part", "contribution", "lower", "upper", "verdict", "alone", "last",
    "interaction", "method", "n",
)  # fmt: skip
MOST_EXACT: Final = 5
TOGETHER: Final = "acting together"
_SPLIT: Final = ("policies", "workforce")
_WHOLE: Final = ("demand", "parameters")
_DATES: Final = ("policy_start", "phase_in")
_CALLED: Final = ("name", "title", "question")
_DECISION: Final = "order of a bundle's parts"


def parts_of(baseline: Scenario, bundle: Scenario) -> tuple[str, ...]:
    """Return the dotted keys of the parts in which a bundle differs from the baseline, in the scenario's order.

    Raises
    ------
    InputError : they differ in something that is no part, so that no set of parts would lie between them.
    """
    before, after = baseline.resolved(), bundle.resolved()
    parts = [block for block in _WHOLE if before.get(block) != after.get(block)]
    for block in reversed(_SPLIT):
        own, others = after.get(block, {}), before.get(block, {})
        parts = [f"{block}.{key}" for key in dict.fromkeys([*own, *others]) if own.get(key) != others.get(key)] + parts
    # a date moves the baseline's own changes, and nothing where it has none
    changes_anything = (baseline.policies, baseline.workforce, baseline.demand) != (Policies(), Workforce(), Demand())
    for key in dict.fromkeys([*before, *after]):
        if key in (*_SPLIT, *_WHOLE, *_CALLED) or before.get(key) == after.get(key):
            continue
        if key not in _DATES or changes_anything:
            raise InputError(
                f"'{bundle.name}' and '{baseline.name}' differ in {key}, which is no part of a bundle; give both the same",
                key=key,
            )
    return tuple(parts)


def with_parts(baseline: Scenario, bundle: Scenario, parts: Sequence[str], kept: Parts) -> Scenario:
    """Return the bundle with only some of its parts; the others are as in the baseline."""
    if not kept:
        return baseline
    before = baseline.resolved()
    for part in parts:
        if part in kept:
            continue
        at: object = before
        for step in part.split("."):
            at = at.get(step) if isinstance(at, Mapping) else None
        bundle = bundle.with_({part: None})
        if at is not None:
            bundle = bundle.with_({part: at})
    return bundle


def bundles_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return the parts of each scenario that has at least two.

    Raises
    ------
    InputError : none has.
    """
    (name, baseline), *others = plan.arms.items()
    found = {arm: parts_of(baseline, scenario) for arm, scenario in others}
    bundles = {arm: parts for arm, parts in found.items() if len(parts) > 1}
    if not bundles:
        raise InputError(f"no scenario differs from '{name}' in two parts or more, so there is nothing to split", key="--parts")
    return bundles


def sets_needed(parts: Sequence[str], method: Method, orders: Sequence[Sequence[str]]) -> set[Parts]:
    """Return the sets of parts that must be simulated for one replication, none and all among them."""
    whole = frozenset(parts)
    needed = {frozenset(), whole, *(whole - {part} for part in parts)}
    if method == "leave-one-out":
        return needed
    if len(parts) <= MOST_EXACT:
        return {frozenset(chosen) for size in range(len(parts) + 1) for chosen in combinations(parts, size)}
    needed |= {frozenset({part}) for part in parts}
    return needed | {frozenset(order[:size]) for order in orders for size in range(len(order))}


def orders_of(parts: Sequence[str], seed: int, unit: Unit) -> list[list[str]]:
    """Return the orders in which one replication adds the parts: one drawn by key, and its reverse."""
    draw, replication = unit
    luck = Draws(seed, replication, draw=draw).block(_DECISION, np.arange(len(parts), dtype=np.int64))
    order = [parts[place] for place in np.argsort(luck)]
    return [order, order[::-1]]


def shapley(value: Mapping[Parts, np.ndarray], parts: Sequence[str], orders: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Return each part's Shapley value: exact where every set has a value, else the mean over the given orders."""
    n = len(parts)
    if len(value) == 2**n:
        out = {}
        for part in parts:
            others = [other for other in parts if other != part]
            terms = (
                math.factorial(len(chosen)) * math.factorial(n - len(chosen) - 1) / math.factorial(n)
                * (value[frozenset({*chosen, part})] - value[frozenset(chosen)])
                for size in range(n)
                for chosen in combinations(others, size)
            )  # fmt: skip
            out[part] = sum(terms, np.zeros_like(value[frozenset()]))
        return out
    out = {part: np.zeros_like(value[frozenset()]) for part in parts}
    for order in orders:
        for place, part in enumerate(order):
            out[part] = out[part] + (value[frozenset(order[: place + 1])] - value[frozenset(order[:place])]) / len(orders)
    return out


def write_contributions(
    plan: Plan, tasks: Sequence[Task], folder: Path, executor: Executor, work: Work, store: Store, method: Method, *, quiet: bool
) -> None:
    """Simulate the sets of parts that are needed and write ``contributions.csv`` of each bundle of a comparison.

    Parameters
    ----------
    plan : the baseline first.
    tasks : the comparison's own, finished; draws and replications are taken from there.

    Sets of parts are kept in the store like any replication: what was simulated once is not simulated again.
    """
    units = sorted({(task.draw, task.replication) for task in tasks})
    for arm, parts in bundles_of(plan).items():
        values = _values_of_sets(plan, arm, parts, units, executor, work, store, method, quiet=quiet)
        append_csv(_table(plan, arm, parts, values, method), folder / CONTRIBUTIONS)


def _values_of_sets(
    plan: Plan, arm: str, parts: Sequence[str], units: Sequence[Unit], executor: Executor, work: Work, store: Store,
    method: Method, *, quiet: bool,
) -> dict[Unit, dict[Parts, pd.Series]]:  # fmt: skip
    """Return for each replication and set of parts the measures of all children by year, the mean over areas."""
    import pandas as pd

    (first, baseline), *_ = plan.arms.items()
    needed: dict[Parts, set[Unit]] = {}
    for unit in units:
        for chosen in sets_needed(parts, method, orders_of(parts, baseline.seed, unit)):
            needed.setdefault(chosen, set()).add(unit)
    replications = max(replication for _, replication in units) + 1
    tasks: dict[Parts, list[Task]] = {}
    for chosen in sorted(needed, key=lambda kept: (len(kept), sorted(kept))):
        scenario = with_parts(baseline, plan.arms[arm], parts, chosen).with_(replications=replications)
        sets = plan.parameters[arm if _takes_parameters(chosen, parts) else first]
        made = make_tasks({arm: scenario}, plan.areas, {arm: sets}, "none", plan.caseload)
        tasks[chosen] = [task for task in made if (task.draw, task.replication) in needed[chosen]]
    do_missing([task for group in tasks.values() for task in group], executor, work, store, quiet=quiet)
    found: dict[Unit, dict[Parts, pd.Series]] = {unit: {} for unit in units}
    for chosen, group in tasks.items():
        frame = area_measures(group, store)
        frame = frame[frame["group"] == "all"]
        by_unit = frame.groupby(["draw", "replication", "year", "measure"], sort=True)["value"].mean()
        for unit in needed[chosen]:
            found[unit][chosen] = pd.Series(by_unit.loc[unit])
    return found


def _takes_parameters(chosen: Parts, parts: Sequence[str]) -> bool:
    return "parameters" in chosen or "parameters" not in parts


def _table(
    plan: Plan, arm: str, parts: Sequence[str], values: Mapping[Unit, Mapping[Parts, pd.Series]], method: Method
) -> pd.DataFrame:
    """Return the rows of ``contributions.csv`` for one bundle."""
    import pandas as pd

    from cinsim.outcomes.compare import differences

    (first, baseline), *_ = plan.arms.items()
    whole, nothing = frozenset(parts), frozenset[str]()
    rows = []
    for unit, by_set in values.items():
        cells = by_set[nothing].index
        arrays = {kept: series.reindex(cells).to_numpy(dtype=float) for kept, series in by_set.items()}
        last = {part: arrays[whole] - arrays[whole - {part}] for part in parts}
        if method == "shapley":
            alone = {part: arrays[frozenset({part})] - arrays[nothing] for part in parts}
            given = shapley(arrays, parts, orders_of(parts, baseline.seed, unit))
        else:
            alone = {part: np.full(len(cells), np.nan) for part in parts}
            given = {**last, TOGETHER: arrays[whole] - arrays[nothing] - sum(last.values(), np.zeros(len(cells)))}
        for part, contribution in given.items():
            empty = np.full(len(cells), np.nan)
            columns = {"contribution": contribution, "alone": alone.get(part, empty), "last": last.get(part, empty)}
            rows.append(
                cells.to_frame(index=False).assign(
                    part=part, draw=unit[0], replication=unit[1], before=arrays[nothing], **columns
                )
            )
    table = pd.concat(rows, ignore_index=True)
    # each part as a scenario that adds its contribution to the baseline, so that counts behind a rate are those of a run
    as_arms = table.rename(columns={"part": "scenario"}).assign(area_code="", area_name="", group="all")
    as_arms["value"] = as_arms["before"] + as_arms["contribution"]
    none = as_arms[as_arms["scenario"] == parts[0]].assign(scenario=first, value=lambda rows: rows["before"])
    found = differences(*(rows.drop(columns=["before", "contribution", "alone", "last"]) for rows in (none, as_arms)))
    found = found.rename(columns={"scenario": "part"})
    means = table.groupby(["part", "year", "measure"], sort=False)[["contribution", "alone", "last"]].mean().reset_index()
    found = found.merge(means, on=["part", "year", "measure"], how="left", sort=False)
    found = found.assign(scenario=arm, method=method, interaction=found["contribution"] - found["alone"])
    found["part"] = found["part"].str.rsplit(".", n=1).str[-1]
    return found.sort_values(["year", "measure"], kind="stable")[list(COLUMNS)]
