"""Shocks to demand in a whole run: a rise for one need category leaves the others' referrals as they were."""

from __future__ import annotations

import numpy as np
import pytest
from simulated import replicate

from cinsim.reference.areas import average_authority
from cinsim.reference.events import Event
from cinsim.reference.parameters import NEED_CATEGORIES
from cinsim.scenario.model import Scenario

pytestmark = pytest.mark.unit


def first_referrals(demand: dict[str, object]) -> set[tuple[int, float]]:
    """Return (child, time) of the first referrals of children outside neglect never referred before."""
    scenario = Scenario(title="t", years=1, warm_up=1, population_fraction=0.1, demand=demand)
    run = replicate(scenario, average_authority())
    rows = run.record.rows()
    referred = rows[(rows["event"] == Event.REFERRAL) & (rows["time"] >= 0)]
    outside = run.population.need_category[referred["entity"]] != NEED_CATEGORIES.index("neglect")
    new = ~run.population.ever_referred_before[referred["entity"]] & (referred["episode"] == 1)
    return {(int(r["entity"]), float(r["time"])) for r in referred[outside & new]}


def test_a_rise_for_one_need_category_leaves_first_referrals_of_the_others_as_they_were() -> None:
    alone = first_referrals({"referrals": "+5%"})
    with_neglect = first_referrals({"referrals": "+5%", "by_need": {"neglect": "+100%"}})
    assert len(alone) > 100
    assert with_neglect == alone


def test_a_fall_for_one_need_category_takes_only_its_own_referrals_away() -> None:
    before = first_referrals({})
    assert first_referrals({"by_need": {"neglect": "-50%"}}) == before
    assert np.isfinite([time for _, time in before]).all()
