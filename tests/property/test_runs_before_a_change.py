"""Two scenarios that differ from a date are the same to the byte before it: a difference comes from the policy alone."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import replicate
from strategies import registered_parameters, scenarios

from cinsim.reference.areas import resolve
from cinsim.scenario import Scenario
from cinsim.simulation.replicate import Replication

pytestmark = pytest.mark.property

BASE: dict[str, Any] = {"title": "t", "years": 2, "warm_up": 1, "population_fraction": 0.03, "policy_start": "2024-07-01"}
LEAD = {"share_non_social_worker": "60%", "supervision": "2 hours per case per month"}
LEVERS: dict[str, dict[str, Any]] = {
    "higher thresholds": {"policies": {"thresholds": {"shift": {"plan": 1.0, "in_need": 0.5}}}},
    "national thresholds": {"policies": {"thresholds": {"national": "100%", "reference": {"section_47": 2.0}}}},
    "thresholds phased in": {"policies": {"thresholds": {"shift": {"plan": -1.0}}}, "phase_in": "12 months"},
    "visits": {"policies": {"cin_visits": {"interval": "10 working days"}}},
    "visits by category": {"policies": {"cin_visits": {"by_category": {"domestic_abuse": "5 working days"}}}},
    "protection visits": {"policies": {"cpp_visits": {"interval": "3 working days"}}},
    "reviews": {"policies": {"reviews": {"cin_interval": "1 months", "cpp_first": "1 months", "cpp_interval": "2 months"}}},
    "limit on assessments": {"policies": {"assessment": {"limit": "20 working days"}}},
    "checkpoint": {"policies": {"assessment": {"checkpoint": "20 working days"}}},
    "lead practitioners": {"policies": {"lead_practitioner": LEAD}},
    "lead practitioners, worried": {"policies": {"lead_practitioner": {**LEAD, "variant": "worried"}}},
    "early help": {"policies": {"early_help": {"capacity": "90%"}}},
    "plan quality": {"policies": {"plan_quality": {"share_high_quality": "90%"}}},
    "family help": {"policies": {"family_help": {"merged": True}}},
    "more social workers": {"workforce": {"social_workers": {"fte": "+30%"}}},
    "fewer social workers": {"workforce": {"social_workers": {"fte": "-70%"}}},
    "fewer social workers, phased in": {"workforce": {"social_workers": {"fte": "-70%"}}, "phase_in": "6 months"},
    "fewer supervisors": {"workforce": {"practice_supervisors": {"fte": "-50%"}}},
    "more chairs": {"workforce": {"conference_chairs": {"fte": "+50%"}}},
    "no vacancies": {"workforce": {"social_workers": {"vacancy_rate": "0%"}}},
    "no agency workers": {"workforce": {"social_workers": {"agency_cover": "0%", "turnover_rate": "90%"}}},
    "turnover": {"workforce": {"social_workers": {"turnover_rate": "90%"}}},
    "sickness": {"workforce": {"social_workers": {"sickness_rate": "20%"}}},
    "a caseload limit": {"workforce": {"social_workers": {"caseload_limit": 10.0}}},
    "administration": {"workforce": {"administration_share": "30%"}},
    "overtime": {"workforce": {"overtime_limit": "0%"}},
    "recruitment": {"workforce": {"recruitment_delay": "5 years", "social_workers": {"turnover_rate": "50%"}}},
    "contract hours": {"workforce": {"contract_hours": "30 hours a week"}},
    "training": {"workforce": {"training": "40 working days"}},
    "supervisors' span": {"workforce": {"supervisor_span": 2}},
    "fewer leavers": {"workforce": {"social_workers": {"turnover_rate": "1%"}}},
    "teams": {"workforce": {"teams": {"assessment": {"share": "60%"}}}},
    "overload that makes sick": {"workforce": {"feedbacks": {"workload_to_sickness": True}}},
    "overload that makes leave": {
        "workforce": {"feedbacks": {"workload_to_leaving": True}},
        "parameters": {"workload_leaving_gain": 5.0, "overload_felt_from": 0.0},
    },
    "late visits that see as well": {"workforce": {"feedbacks": {"lateness_to_detection": False}}},
    "screeners": {"workforce": {"teams": {"front_door": {"share": "10%"}}}},
    "more referrals": {"demand": {"referrals": "+30%"}},
    "fewer referrals": {"demand": {"referrals": "-30%"}},
    "more referrals from the police": {"demand": {"by_source": {"police": "+60%"}}},
    "fewer referrals for a need": {"demand": {"by_need": {"domestic_abuse": "-60%"}}},
}


def simulated(scenario: Scenario) -> Replication:
    return replicate(scenario, resolve(scenario.area)[0])


@cache
def baseline() -> Replication:
    return simulated(Scenario.model_validate(BASE))


def digest(replication: Replication, until: date = date.max) -> str:
    """Return a digest of the events before a day as they stand in the record."""
    rows = replication.record.rows()
    return hashlib.sha256(rows[rows["time"] < replication.calendar.time_of(until)].tobytes()).hexdigest()


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_changes_nothing_before_its_date_and_something_after(lever: str) -> None:
    scenario = Scenario.model_validate({**BASE, **LEVERS[lever]})
    changed, usual = simulated(scenario), baseline()
    assert digest(changed, date(2024, 7, 1)) == digest(usual, date(2024, 7, 1))
    assert digest(changed) != digest(usual)


def test_pooled_supervisors_change_nothing_before_their_date_and_something_after() -> None:
    # a supervisor to a worker, so that a small service has some in more than one team
    usual = Scenario.model_validate({**BASE, "parameters": {"practice_supervisor_span": 1.0}})
    one, two = (simulated(scenario) for scenario in (usual, usual.with_({"workforce.pooled_supervisors": True})))
    assert digest(one, date(2024, 7, 1)) == digest(two, date(2024, 7, 1))
    assert digest(one) != digest(two)


def earliest_change(scenario: Scenario) -> date:
    """Return the first date on which anything a scenario changes may hold."""
    blocks = [*scenario.policies.blocks().values(), *scenario.workforce.blocks().values(), scenario.demand]
    return min([scenario.policy_start or scenario.start, *(scenario.starts(block) for block in blocks)])


@settings(max_examples=8)
@given(scenarios(years=st.just(2), parameters=registered_parameters()))
def test_any_two_scenarios_are_the_same_before_the_earliest_date_on_which_they_differ(scenario: Scenario) -> None:
    area = resolve(scenario.area)[0]
    changes = {"population_fraction": min(1500 / area.population_0_17, 1.0), "warm_up": 1, "initial_state": None}
    scenario = scenario.with_(changes)
    usual = scenario.with_({"policies": None, "workforce": None, "demand": None})
    day = earliest_change(scenario)
    assert digest(simulated(scenario), day) == digest(simulated(usual), day)


def test_changes_on_two_dates_are_the_same_up_to_the_first_that_differs() -> None:
    first = {"cin_visits": {"interval": "15 working days", "start": "2024-07-01"}}
    both = {**first, "thresholds": {"shift": {"plan": 0.5}, "start": "2025-01-01"}}
    one, two = (simulated(Scenario.model_validate({**BASE, "policies": policies})) for policies in (first, both))
    assert digest(one, date(2025, 1, 1)) == digest(two, date(2025, 1, 1))
    assert digest(one, date(2025, 1, 1)) != digest(baseline(), date(2025, 1, 1))


def test_a_child_out_of_reach_of_a_change_keeps_its_story() -> None:
    scenario = Scenario.model_validate({**BASE, "demand": {"by_need": {"neglect": "-100%"}}})
    usual, changed = baseline().record.rows(), simulated(scenario).record.rows()
    category = baseline().population.need_category
    neglected = set(np.flatnonzero(category == 8).tolist())
    referred = [{int(row["entity"]) for row in rows[rows["event"] == 0]} for rows in (usual, changed)]
    # whether a child is referred at all, and for the first time when, is its own affair
    assert referred[0] - neglected == referred[1] - neglected
