"""What the same luck in every scenario saves: replications for one precision, against independent seeds."""

from __future__ import annotations

import pandas as pd
import pytest
from kept import keep

from cinsim.outcomes.measures import measures
from cinsim.reference.areas import average_authority
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import replicate

pytestmark = pytest.mark.benchmark

REPLICATIONS = 20
HIGHER = 0.05
"""How much higher the child protection threshold is made, in log referral rate: under 1% fewer plans start."""

NAMED = (
    "cpp_started", "cpp_31_march", "cin_plans_started", "s47", "referrals", "caseload_mean", "undetected_harm_child_days",
    "unmet_need_child_days",
)  # fmt: skip


def found(scenario: Scenario, replication: int) -> pd.Series:
    """Return the measures of one replication."""
    table = measures(replicate(scenario, average_authority(), replication=replication))
    return table[(table["group"] == "all") & table["measure"].isin(NAMED)].set_index("measure")["value"]


def test_a_change_of_the_child_protection_threshold_needs_fifty_times_fewer_replications_than_with_independent_seeds() -> None:
    """Replications for one precision go with the variance: that of two independent runs over that of the paired difference.

    A ratio of two variances from 20 replications each is within a factor of 2.2 of the true one in 90 of 100 cases.
    """
    baseline = Scenario(title="Baseline", years=1, warm_up=1, population_fraction=0.1)
    higher = baseline.with_({"policies": {"thresholds": {"shift": {"child_protection": HIGHER}}}})
    before = pd.DataFrame([found(baseline, replication) for replication in range(REPLICATIONS)])
    after = pd.DataFrame([found(higher, replication) for replication in range(REPLICATIONS)])
    differs = (after != before).any()
    ratios = ((before.var() + after.var()) / (after - before).var())[differs].sort_values()
    keep("common_luck", {str(name): round(ratio) for name, ratio in ratios.items()})
    assert differs["cpp_started"]
    assert ratios.min() >= 50
