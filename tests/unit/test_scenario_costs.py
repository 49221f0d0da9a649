"""What a scenario wants to know and what it costs: what is written is checked, and changes nothing that is simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from cinsim.runs.run import make_plan
from cinsim.runs.tasks import scenario_digest
from cinsim.scenario import Scenario, ScenarioError, load_scenario

pytestmark = pytest.mark.unit

WRITTEN = """\
title: Conferences
outcomes: [re_referral_percent, caseload_mean]
costs:
  policy:
    - {item: Family group conference, pounds: 3200, per: icpc}
    - {item: Training, pounds: 40000}
  per_hour: {social_worker: 60}
"""


def written(folder: Path, text: str) -> Scenario:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def test_outcomes_and_costs_are_read_and_leave_the_simulation_as_it_is(tmp_path: Path) -> None:
    scenario = written(tmp_path, WRITTEN)
    assert scenario.outcomes == ("re_referral_percent", "caseload_mean")
    assert scenario.costs is not None
    assert [(cost.item, cost.pounds, cost.per) for cost in scenario.costs.policy] == [
        ("Family group conference", 3200, "icpc"),
        ("Training", 40000, "year"),
    ]
    assert scenario_digest(scenario) == scenario_digest(Scenario(title="other"))
    assert hash(scenario)


def test_own_prices_of_staff_take_the_place_of_the_registers(tmp_path: Path) -> None:
    plan = make_plan([written(tmp_path, WRITTEN)])
    assert {values["cost_per_hour_social_worker"] for values in plan.parameters["own"]} == {60.0}


@pytest.mark.parametrize(
    ("wrong", "key", "said"),
    [
        ("outcomes: [re_referral_percen]", "outcomes.0", "did you mean 're_referral_percent'?"),
        ("outcomes: [referrals, referrals]", "outcomes.1", "referrals is named twice"),
        ("outcomes: []", "outcomes", "must hold at least 1"),
        ("costs: {policy: [{item: FGC, pounds: 10, per: icpp}]}", "costs.policy.0.per", "did you mean 'icpc'?"),
        ("costs: {policy: [{item: FGC, pounds: 10, per: caseload_mean}]}", "costs.policy.0.per", "counts nothing"),
        ("costs: {policy: [{item: FGC}]}", "costs.policy.0.pounds", "is missing"),
        ("costs: {per_hour: {social_worker: 900}}", "costs.per_hour", "outside 1 to 300 pounds an hour"),
        ("costs: {per_hour: {social_workers: 40}}", "costs.per_hour.social_workers", "did you mean 'social_worker'?"),
        (
            "costs: {per_hour: {social_worker: 40}}\nparameters: {cost_per_hour_social_worker: 41.0}",
            "parameters",
            "stands under costs.per_hour too",
        ),
    ],
)
def test_a_wrong_outcome_or_cost_is_named_with_what_would_be_right(tmp_path: Path, wrong: str, key: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        written(tmp_path, f"title: Wrong\n{wrong}\n")
    assert (caught.value.key, said in caught.value.message) == (key, True), str(caught.value)
