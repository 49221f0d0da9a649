"""Shocks to demand: fewer referrals are some of those that would have come, more are additional ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.policy.demand import Demand
from cinsim.policy.timing import NEVER, Ramp
from cinsim.reference.areas import average_authority
from cinsim.reference.events import Detail, Event
from cinsim.reference.parameters import NEED_CATEGORIES
from cinsim.scenario import Scenario
from cinsim.simulation.replicate import Replication, replicate

pytestmark = pytest.mark.unit

POLICE, SCHOOLS = Detail.POLICE, Detail.SCHOOLS
NEGLECT, DISABILITY = NEED_CATEGORIES.index("neglect"), NEED_CATEGORIES.index("disability")
AT_ONCE, PHASED = Ramp(100.0, 100.0), Ramp(100.0, 200.0)
CHANGES = st.floats(-1, 2)
DEMANDS = st.builds(
    Demand,
    CHANGES,
    st.dictionaries(st.sampled_from((POLICE, SCHOOLS)), CHANGES),
    st.dictionaries(st.sampled_from((NEGLECT, DISABILITY)), CHANGES),
    st.sampled_from((AT_ONCE, PHASED)),
)


# ---- the factor on referrals


def test_a_shock_changes_nothing_before_its_day() -> None:
    assert Demand(0.5, ramp=AT_ONCE).factor(99.0, POLICE, NEGLECT) == 1.0
    assert Demand(0.5, ramp=AT_ONCE).factor(100.0, POLICE, NEGLECT) == 1.5
    assert Demand(0.5, {POLICE: 1.0}, {NEGLECT: 1.0}, NEVER).factor(1e9, POLICE, NEGLECT) == 1.0


def test_changes_overall_by_source_and_by_need_multiply() -> None:
    demand = Demand(-0.1, {POLICE: 0.5}, {NEGLECT: 0.2}, AT_ONCE)
    assert demand.factor(100.0, POLICE, NEGLECT) == pytest.approx(0.9 * 1.5 * 1.2)
    assert demand.factor(100.0, POLICE, DISABILITY) == pytest.approx(0.9 * 1.5)
    assert demand.factor(100.0, SCHOOLS, NEGLECT) == pytest.approx(0.9 * 1.2)
    assert demand.factor(100.0, SCHOOLS, DISABILITY) == pytest.approx(0.9)


def test_half_of_a_shock_is_in_force_halfway_through_phasing_in() -> None:
    demand = Demand(-0.5, {POLICE: 1.0}, ramp=PHASED)
    assert demand.factor(150.0, SCHOOLS, NEGLECT) == pytest.approx(0.75)
    assert demand.factor(150.0, POLICE, NEGLECT) == 1.0  # halved and doubled


@given(DEMANDS, st.floats(0, 400), st.sampled_from((POLICE, SCHOOLS, Detail.HOUSING)), st.sampled_from((NEGLECT, DISABILITY, 0)))
def test_no_factor_passes_the_largest_increase_or_falls_below_none(demand: Demand, time: float, source: int, need: int) -> None:
    factor = demand.factor(time, source, need)
    assert factor >= 0.0
    assert factor <= 1.0 + demand.largest_increase(need) + 1e-9


def test_a_fall_has_no_increase() -> None:
    assert Demand(-0.2, {POLICE: -0.5}, {NEGLECT: -0.1}, AT_ONCE).largest_increase(NEGLECT) == 0.0
    assert Demand(-0.5, {POLICE: 1.0}, ramp=PHASED).largest_increase(NEGLECT) == 0.0


def test_the_largest_increase_is_over_sources_for_one_need_category() -> None:
    demand = Demand(0.1, {POLICE: 0.5, SCHOOLS: -0.5}, {NEGLECT: 0.2}, AT_ONCE)
    assert demand.largest_increase(NEGLECT) == pytest.approx(1.1 * 1.5 * 1.2 - 1)
    assert demand.largest_increase(DISABILITY) == pytest.approx(1.1 * 1.5 - 1)


# ---- in a run: a tenth of the average authority, a year after a year of warming up


def run(demand: dict[str, object]) -> Replication:
    scenario = Scenario(title="t", years=1, warm_up=1, population_fraction=0.1, demand=demand)
    return replicate(scenario, average_authority())


@pytest.fixture(scope="module")
def base() -> Replication:
    return run({})


@pytest.fixture(scope="module")
def up() -> Replication:
    return run({"referrals": "+30%"})


@pytest.fixture(scope="module")
def down() -> Replication:
    return run({"referrals": "-30%"})


@pytest.fixture(scope="module")
def police_up() -> Replication:
    return run({"by_source": {"police": "+100%"}})


def referrals_of(replication: Replication) -> np.ndarray:
    rows = replication.record.rows()
    return rows[rows["event"] == Event.REFERRAL]


def first_referrals(replication: Replication) -> dict[int, tuple[float, int]]:
    """Return time and source of the first referral of children who had none before the shock: no workload moves theirs."""
    rows = referrals_of(replication)
    rows = rows[np.argsort(rows["time"], kind="stable")]
    _, place = np.unique(rows["entity"], return_index=True)
    firsts = rows[place]
    firsts = firsts[firsts["time"] >= replication.start_time]
    return {int(row["entity"]): (float(row["time"]), int(row["detail"])) for row in firsts}


def until_the_shock(replication: Replication) -> bytes:
    rows = replication.record.rows()
    later = np.flatnonzero(rows["time"] >= replication.start_time)
    return rows[: later[0]].tobytes()


@pytest.mark.parametrize("shock", ["up", "down", "police_up"])
def test_runs_are_the_same_to_the_byte_until_a_shock(shock: str, base: Replication, request: pytest.FixtureRequest) -> None:
    shocked: Replication = request.getfixturevalue(shock)
    assert until_the_shock(shocked) == until_the_shock(base)
    assert shocked.record.rows().tobytes() != base.record.rows().tobytes()


def test_a_rise_leaves_every_first_referral_as_it_was_or_puts_another_before_it(base: Replication, up: Replication) -> None:
    before, after = first_referrals(base), first_referrals(up)
    assert len(before) > 100
    assert before.keys() <= after.keys()
    same = [child for child, first in before.items() if after[child] == first]
    assert all(after[child][0] < before[child][0] for child in before.keys() - set(same))
    assert len(same) / len(before) > 0.75
    assert len(after) > len(before)


def test_a_fall_passes_over_some_first_referrals_and_adds_none(base: Replication, down: Replication) -> None:
    before, after = first_referrals(base), first_referrals(down)
    # a child passed over may be referred later
    assert all(child not in before or after[child][0] >= before[child][0] for child in after)
    kept = sum(after.get(child) == first for child, first in before.items()) / len(before)
    assert kept == pytest.approx(0.7, abs=4 * np.sqrt(0.21 / len(before)))


def test_a_rise_from_the_police_adds_referrals_from_the_police_alone(base: Replication, police_up: Replication) -> None:
    before, after = first_referrals(base), first_referrals(police_up)
    added = {child: first for child, first in after.items() if before.get(child) != first}
    assert len(added) > 10
    assert {source for _, source in added.values()} == {POLICE}


def test_referrals_rise_and_fall_by_about_what_the_scenario_says(base: Replication, up: Replication, down: Replication) -> None:
    counts = {
        name: int((referrals_of(r)["time"] >= r.start_time).sum()) for name, r in (("base", base), ("up", up), ("down", down))
    }
    # what is added or taken is Poisson; re-referrals move with it, later than a year
    error = 4 * np.sqrt(0.3 * counts["base"]) / counts["base"]
    assert counts["up"] / counts["base"] == pytest.approx(1.3, abs=error)
    assert counts["down"] / counts["base"] == pytest.approx(0.7, abs=error)
