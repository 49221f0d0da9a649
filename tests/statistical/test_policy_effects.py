"""Effects of policies on average over replications with the same luck: the way they must go, and none where none is assumed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import pandas as pd
import pytest
from scipy.stats import t
from simulated import replicate

from cinsim.outcomes.compare import differences
from cinsim.outcomes.measures import measures
from cinsim.reference.areas import average_authority
from cinsim.scenario.model import Scenario

pytestmark = pytest.mark.statistical

REPLICATIONS: Final = 3
SMALL: Final[dict[str, Any]] = {"title": "t", "years": 1, "warm_up": 1, "population_fraction": 0.1}
POLICIES: Final[dict[str, dict[str, Any]]] = {
    "baseline": {},
    "in need higher": {"thresholds": {"shift": {"in_need": 0.5}}},
    "in need and plan higher": {"thresholds": {"shift": {"in_need": 0.5, "plan": 0.5}}},
    "in need and plan much higher": {"thresholds": {"shift": {"in_need": 1.0, "plan": 1.0}}},
    "five-weekly visits": {"cin_visits": {"interval": "25 working days"}},
    "fortnightly visits": {"cin_visits": {"interval": "10 working days"}},
    "weekly protection visits": {"cpp_visits": {"interval": "5 working days"}},
}


@cache
def first_year(policy: str) -> Mapping[str, float]:
    """Return the means over replications of the measures of the year in which a policy starts."""
    scenario = Scenario.model_validate({**SMALL, "policies": POLICIES[policy]})
    tables = [measures(replicate(scenario, average_authority(), replication=number)) for number in range(REPLICATIONS)]
    rows = pd.concat(tables)
    return {str(name): float(value) for name, value in rows[rows["group"] == "all"].groupby("measure")["value"].mean().items()}


def test_higher_thresholds_for_need_and_plans_start_fewer_plans_and_leave_more_need_without_help() -> None:
    steps = [first_year(name) for name in ("baseline", "in need and plan higher", "in need and plan much higher")]
    plans = [step["cin_plans_started"] for step in steps]
    assert plans == sorted(plans, reverse=True)
    assert plans[0] > 1.1 * plans[1]
    unmet = [step["unmet_need_child_days"] for step in steps]
    assert unmet == sorted(unmet)
    assert len(set(unmet)) == 3


def test_a_higher_threshold_for_need_alone_finds_fewer_children_in_need_and_leaves_more_need_without_help() -> None:
    before, after = first_year("baseline"), first_year("in need higher")
    assert after["episodes_started"] < 0.95 * before["episodes_started"]
    assert after["not_in_need_percent"] > before["not_in_need_percent"] + 3
    assert after["unmet_need_child_days"] > before["unmet_need_child_days"]


def test_shorter_intervals_mean_more_visits_due() -> None:
    due = [first_year(name)["cin_visits_due"] for name in ("baseline", "five-weekly visits", "fortnightly visits")]
    assert due == sorted(due)
    assert due[0] < due[1] < due[2]
    assert first_year("weekly protection visits")["cpp_visits_due"] > 1.3 * first_year("baseline")["cpp_visits_due"]


ROLES: Final = ("social_workers", "senior_practitioners", "newly_qualified", "practice_supervisors", "conference_chairs")
ALWAYS_THERE: Final = {"vacancy_rate": "0%", "turnover_rate": "0%", "sickness_rate": "0%"}
AMPLE: Final = {role: {"fte": "+300%", **ALWAYS_THERE} for role in ROLES} | {
    "family_support_workers": {"fte": 40.0, **ALWAYS_THERE}
}
SAME: Final = (
    "referrals", "assessments_completed", "cin_plans_started", "cin_plans_31_march", "cin_plan_duration_mean_months", "s47",
    "cpp_started", "cpp_31_march", "looked_after_31_march", "cin_visits_due", "unmet_need_child_days",
    "undetected_harm_child_days",
)  # fmt: skip


def test_with_ample_staff_and_no_difference_assumed_it_makes_none_who_leads_a_plan() -> None:
    """Equivalence: with 95% confidence each measure differs by less than 5% of its level; with 95% none of all beyond chance."""
    tables, pairs = [], 20
    for name, policies in (("baseline", {}), ("lead", {"lead_practitioner": {"share_non_social_worker": "40%"}})):
        keys = {**SMALL, "population_fraction": 0.05, "workforce": AMPLE, "policies": policies}
        scenario = Scenario.model_validate(keys)
        for number in range(pairs):
            found = measures(replicate(scenario, average_authority(), replication=number))
            tables.append(found.assign(scenario=name, draw=0, replication=number, area_code="", area_name=""))
    rows = pd.concat(tables)
    rows = rows[(rows["group"] == "all") & rows["measure"].isin(SAME)]
    is_baseline = rows["scenario"] == "baseline"
    found = differences(rows[is_baseline], rows[~is_baseline]).set_index("measure")
    edge = 0.05 * found["baseline_mean"]
    assert set(found.index) == set(SAME)
    assert ((found["lower"] > -edge) & (found["upper"] < edge)).all()
    # twelve intervals: each as wide as it must be for all of them to hold zero in 95 of 100 runs (Bonferroni); twenty pairs
    # make that as narrow as ten make a single one
    wider = t.ppf(1 - 0.025 / len(SAME), pairs - 1) / t.ppf(0.975, pairs - 1)
    assert (found["difference"].abs() <= wider * (found["upper"] - found["lower"]) / 2).all()
