"""What each part of a bundle does, against a service in which the effect of every set of parts is known."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cinsim.errors import InputError
from cinsim.planning.parts import (
    CONTRIBUTIONS,
    Method,
    bundles_of,
    orders_of,
    parts_of,
    sets_needed,
    shapley,
    with_parts,
    write_contributions,
)
from cinsim.runs.local import LocalExecutor
from cinsim.runs.run import Plan, do_missing, make_plan
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task, make_tasks
from cinsim.scenario import Scenario

pytestmark = pytest.mark.unit

BASELINE = Scenario(name="baseline", title="Baseline", years=1, warm_up=0, replications=4)
BUNDLE = BASELINE.with_(
    name="bundle",
    title="Visits, plans and staff",
    policy_start="2024-10-01",
    policies={"cin_visits": {"interval": "20 working days"}, "plan_quality": {"share_high_quality": "30%"}},
    workforce={"social_workers": {"fte": "+10%"}},
)
PARTS = ("policies.cin_visits", "policies.plan_quality", "workforce.social_workers")


def service(task: Task) -> TaskResult:
    """Visits do 10, plans 2, staff 3; visits with staff do 4 more. A replication's luck moves all alike."""
    policies = task.scenario.policies
    visits, plans = policies.cin_visits is not None, policies.plan_quality is not None
    staff = task.scenario.workforce.social_workers is not None
    value = 100.0 + task.replication + 10 * visits + 2 * plans + 3 * staff + 4 * (visits and staff)
    columns = {"year": [2025, 2025], "measure": ["referral_rate"] * 2, "group": ["all", "age=0"], "value": [value, 0.0]}
    return TaskResult(pa.table(columns), None, {"seconds": 0.0})


def split(folder: Path, plan: Plan, method: Method) -> pd.DataFrame:
    store = Store(folder / ".tasks")
    store.prepare()
    tasks = make_tasks(plan.arms, plan.areas, plan.parameters, "none")
    do_missing(tasks, LocalExecutor(1), service, store, quiet=True)
    write_contributions(plan, tasks, folder, LocalExecutor(1), service, store, method, quiet=True)
    return pd.read_csv(folder / CONTRIBUTIONS).set_index("part")


def test_the_parts_of_a_bundle_are_its_policies_blocks_of_staff_demand_and_parameters() -> None:
    assert parts_of(BASELINE, BUNDLE) == PARTS
    more = BUNDLE.with_(demand={"referrals": "-5%"}, parameters={"cost_per_hour_social_worker": 60.0})
    assert parts_of(BASELINE, more) == (*PARTS, "demand", "parameters")


def test_a_bundle_that_differs_in_what_is_no_part_is_refused() -> None:
    with pytest.raises(InputError, match="differ in structure"):
        parts_of(BASELINE, BUNDLE.with_(structure="lasting_differences"))
    reformed = BASELINE.with_({"policies.early_help.capacity": "75%"})
    with pytest.raises(InputError, match="differ in policy_start"):
        parts_of(reformed, BUNDLE)


def test_a_set_of_parts_is_the_bundle_without_the_others() -> None:
    only_visits = with_parts(BASELINE, BUNDLE, PARTS, frozenset({PARTS[0]}))
    assert parts_of(BASELINE, only_visits) == PARTS[:1]
    assert only_visits.policies.cin_visits == BUNDLE.policies.cin_visits
    assert with_parts(BASELINE, BUNDLE, PARTS, frozenset()) == BASELINE
    assert with_parts(BASELINE, BUNDLE, PARTS, frozenset(PARTS)) == BUNDLE


def test_a_part_that_the_baseline_has_otherwise_goes_back_to_the_baselines() -> None:
    baseline = BASELINE.with_({"policies.cin_visits": {"interval": "30 working days", "disabled_interval": "6 weeks"}})
    bundle = baseline.with_({"policies.cin_visits.interval": "4 weeks", "demand.referrals": "-5%"}, name="bundle")
    kept = with_parts(baseline, bundle, parts_of(baseline, bundle), frozenset({"demand"}))
    assert kept.policies == baseline.policies
    assert kept.demand == bundle.demand


def test_a_comparison_in_which_nothing_has_two_parts_is_refused() -> None:
    single = BASELINE.with_({"demand.referrals": "-5%"}, name="fewer")
    with pytest.raises(InputError, match="nothing to split"):
        bundles_of(make_plan([BASELINE, single]))
    assert bundles_of(make_plan([BASELINE, single, BUNDLE])) == {"bundle": PARTS}


def test_shapleys_values_share_an_interaction_and_add_up_to_the_whole(tmp_path: Path) -> None:
    found = split(tmp_path, make_plan([BASELINE, BUNDLE]), "shapley")
    assert found["contribution"].to_dict() == pytest.approx({"cin_visits": 12, "plan_quality": 2, "social_workers": 5})
    assert found["alone"].to_dict() == pytest.approx({"cin_visits": 10, "plan_quality": 2, "social_workers": 3})
    assert found["last"].to_dict() == pytest.approx({"cin_visits": 14, "plan_quality": 2, "social_workers": 7})
    assert found["interaction"].sum() == pytest.approx(4)
    assert found["contribution"].sum() == pytest.approx(19)
    assert (found["n"] == 4).all()
    # luck moves every set alike: the same in every pair, which does not say how pairs vary
    assert found[["lower", "upper"]].isna().all(axis=None)
    assert set(found["verdict"]) == {"cannot tell"}


def test_leaving_one_out_shows_what_is_left_as_acting_together(tmp_path: Path) -> None:
    found = split(tmp_path, make_plan([BASELINE, BUNDLE]), "leave-one-out")
    expected = {"cin_visits": 14, "plan_quality": 2, "social_workers": 7, "acting together": -4}
    assert found["contribution"].to_dict() == pytest.approx(expected)
    assert found["alone"].isna().all()


def test_leaving_one_out_simulates_one_set_a_part_and_shapley_all_sets() -> None:
    assert len(sets_needed(PARTS, "leave-one-out", [])) == 5
    assert len(sets_needed(PARTS, "shapley", [])) == 8


def test_many_parts_take_orders_drawn_by_key_and_their_reverse() -> None:
    parts = list("abcdefg")
    orders = orders_of(parts, 1, (0, 3))
    assert orders == orders_of(parts, 1, (0, 3))
    assert orders[0] == orders[1][::-1]
    assert sorted(orders[0]) == parts
    assert len({tuple(orders_of(parts, 1, (0, replication))[0]) for replication in range(20)}) > 15
    assert len(sets_needed(parts, "shapley", orders)) < 2**7 / 3


def test_sampled_orders_give_exactly_what_all_orders_give_where_parts_act_in_pairs() -> None:
    parts, luck = list("abcdef"), np.random.default_rng(5)
    single = {part: luck.normal() for part in parts}
    pairs = {frozenset(pair): luck.normal() for pair in combinations(parts, 2)}

    def value(kept: frozenset[str]) -> np.ndarray:
        return np.array([sum(single[part] for part in kept) + sum(v for pair, v in pairs.items() if pair <= kept)])

    everything = {frozenset(kept): value(frozenset(kept)) for size in range(7) for kept in combinations(parts, size)}
    exact = shapley(everything, parts, [])
    orders = orders_of(parts, 2, (0, 0))
    some = {kept: everything[kept] for kept in sets_needed(parts, "shapley", orders)}
    sampled = shapley(some, parts, orders)
    for part in parts:
        half = sum(v for pair, v in pairs.items() if part in pair) / 2
        assert exact[part][0] == pytest.approx(single[part] + half)
        # an order and its reverse give each pair of parts both ways round
        assert sampled[part][0] == pytest.approx(exact[part][0])
