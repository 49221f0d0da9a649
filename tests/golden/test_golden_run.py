"""A small run, kept to one decimal: whatever moves a number is seen here first.

After a change that is meant to move numbers: ``python tests/golden/update.py``, read the difference, and say so in the changelog.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cinsim.outcomes.measures import measures
from cinsim.reference.areas import average_authority
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import replicate

pytestmark = pytest.mark.golden

GOLDEN = Path(__file__).with_name("small_run.json")
KEPT = (
    "referral_rate", "re_referral_percent", "no_further_action_percent", "not_in_need_percent", "assessments_completed_rate",
    "assessment_within_45_days_percent", "assessment_days_p50", "s47_rate", "icpc_rate", "icpc_within_15_days_percent",
    "cin_plans_started_rate", "cin_plans_31_march_rate", "cpp_started_rate", "cpp_31_march_rate",
    "cpp_second_or_subsequent_percent", "looked_after_31_march_rate", "children_in_need_31_march_rate", "caseload_mean",
    "cin_visits_on_time_percent", "cpp_visits_on_time_percent", "worker_changes_per_child", "hours", "unmet_need_child_days",
)  # fmt: skip


def small_run() -> dict[str, dict[str, float]]:
    """Return the kept measures of a twentieth of an average authority over two years, to one decimal."""
    scenario = Scenario(title="Golden", years=2, warm_up=1, population_fraction=0.05)
    table = measures(replicate(scenario, average_authority()))
    whole = table[(table["group"] == "all") & table["measure"].isin(KEPT)]
    return {
        str(year): {row.measure: round(float(row.value), 1) for row in rows.sort_values("measure").itertuples()}
        for year, rows in whole.groupby("year")
    }


def test_a_small_run_gives_the_numbers_it_gave() -> None:
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert set(kept) == {"2025", "2026"}
    assert all(set(year) == set(KEPT) for year in kept.values())
    assert small_run() == kept
