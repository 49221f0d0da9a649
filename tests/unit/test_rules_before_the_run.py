"""Rules decide before the run as they decide in it: in the coarse history, in a starting caseload and for a case taken over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from census_returns import small_return
from numpy.typing import NDArray
from populations import world

from cinsim.census.caseload import caseload_of
from cinsim.engine.environment import DayByDay
from cinsim.engine.record import EventRecord
from cinsim.pathway.child import Stage
from cinsim.pathway.history import CHILD_IN_NEED, CHILD_PROTECTION, LOOKED_AFTER, OUT, WORKING_DAYS_PER_QUARTER, _Past
from cinsim.policy import thresholds as rules
from cinsim.policy.many import decided, margins
from cinsim.policy.thresholds import Thresholds, national_thresholds, needs_section_47
from cinsim.population.caseload import InitialCaseload, OpenStage
from cinsim.population.children import DISABILITY
from cinsim.reference.areas import find_area
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES
from cinsim.reference.parameters import THRESHOLDS
from cinsim.scenario import Scenario
from cinsim.simulation.placing import placed
from cinsim.simulation.replicate import SetUp
from cinsim.simulation.world import World, begin

pytestmark = pytest.mark.unit

BELOW, ABOVE = 0, 1
EXACT = {
    **dict.fromkeys(("screening_error_sd", "assessment_error_sd", "enquiry_error_sd", "review_error_sd"), 0.0),
    **dict.fromkeys(("conference_error_sd", "concern_sd", "family_withdraws_per_review"), 0.0),
    "repeat_enquiry_margin": 0.0,
    "step_down_share": 1.0,
}
"""Professionals see what is there, and no plan ends for another reason."""
FAR = dict.fromkeys(THRESHOLDS, 100.0)
LOW = dict.fromkeys(THRESHOLDS, -100.0)
STEPS = (rules.screens_in, rules.is_in_need, rules.needs_plan, rules.needs_section_47, rules.needs_conference)
RULES = (*STEPS, rules.needs_protection_plan, rules.needs_care, rules.may_close_plan, rules.may_end_protection)
MARGINS = (rules.above_need, rules.above_plan, rules.above_protection, rules.above_care)


def history(thresholds: dict[str, float]) -> _Past:
    """Return a history in which two children are not open, of whom neither is served for a disability."""
    made = world(1, size=4_000, overrides=EXACT)
    past = _Past(made.children, made.grid, made.p, made.draws, Thresholds(**thresholds), 1.0)
    past.children.need_category[:2] = (DISABILITY + 1) % 12
    return past


def two_at(threshold: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return two children, one just below a threshold and one just above."""
    return np.array([BELOW, ABOVE]), np.array([threshold - 1e-6, threshold + 1e-6])


@pytest.mark.parametrize(
    ("name", "others", "stages"),
    [
        ("screening", {"in_need": -100.0, "plan": -100.0}, (OUT, CHILD_IN_NEED)),
        ("in_need", {"screening": -100.0, "plan": -100.0}, (OUT, CHILD_IN_NEED)),
        ("plan", {"screening": -100.0, "in_need": -100.0}, (OUT, CHILD_IN_NEED)),
        ("section_47", {**LOW, "plan": 100.0, "care": 100.0}, (OUT, CHILD_PROTECTION)),
        ("conference", {**LOW, "plan": 100.0, "care": 100.0}, (OUT, CHILD_PROTECTION)),
        ("child_protection", {**LOW, "plan": 100.0, "care": 100.0}, (OUT, CHILD_PROTECTION)),
        ("care", {**LOW, "child_protection": 100.0}, (CHILD_IN_NEED, LOOKED_AFTER)),
    ],
)
def test_a_referral_before_the_run_goes_as_far_as_the_rule_lets_it(
    name: str, others: dict[str, float], stages: tuple[int, int]
) -> None:
    past = history({**FAR, **others, name: 2.0})
    who, severity = two_at(2.0)
    past._refer(who, severity, np.zeros(2), 0, -1.0)
    assert past.state.stage[who].tolist() == list(stages)


@pytest.mark.parametrize(
    ("name", "others", "stages"),
    [
        ("section_47", {**LOW, "care": 100.0}, (CHILD_IN_NEED, CHILD_PROTECTION)),
        ("close_plan", FAR, (OUT, CHILD_IN_NEED)),
    ],
)
def test_a_plan_before_the_run_steps_up_and_closes_by_the_rule(
    name: str, others: dict[str, float], stages: tuple[int, int]
) -> None:
    past = history({**others, name: 2.0})
    who, severity = two_at(2.0)
    past.state.stage[who] = CHILD_IN_NEED
    past._cin(who, severity, 0, -1.0)
    assert past.state.stage[who].tolist() == list(stages)


@pytest.mark.parametrize(
    ("name", "quarters", "at", "stages"),
    [
        ("end_protection", 1, 2.0, (CHILD_IN_NEED, CHILD_PROTECTION)),
        ("end_protection", 2, 2.0 - 0.5, (CHILD_IN_NEED, CHILD_PROTECTION)),  # an early review asks for a clear case
        ("care", 1, 2.0, (CHILD_PROTECTION, LOOKED_AFTER)),
    ],
)
def test_a_child_protection_plan_before_the_run_ends_by_the_rule(
    name: str, quarters: int, at: float, stages: tuple[int, int]
) -> None:
    past = history({**FAR, "end_protection": -100.0, name: 2.0})
    past.p.early_review_margin = 0.5
    who, severity = two_at(at)
    past.state.stage[who], past.state.stage_quarters[who] = CHILD_PROTECTION, quarters
    past._cpp(who, severity, 0, -1.0)
    assert past.state.stage[who].tolist() == list(stages)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_decides_on_many_children_as_on_each(rule: Callable[[float, Thresholds], bool]) -> None:
    own = Thresholds(**{name: float(place) for place, name in enumerate(THRESHOLDS)})
    seen = np.linspace(-1.0, 10.0, 45)
    answers = decided(rule, seen, own)
    assert answers.dtype == np.bool_
    assert answers.tolist() == [rule(float(each), own) for each in seen]
    assert 0 < answers.sum() < len(seen)


@pytest.mark.parametrize("margin", MARGINS, ids=lambda margin: margin.__name__)
def test_a_margin_of_many_children_is_that_of_each(margin: Callable[[float, Thresholds], float]) -> None:
    own = Thresholds(**{name: float(place) for place, name in enumerate(THRESHOLDS)})
    seen = np.linspace(-1.0, 10.0, 12)
    assert margins(margin, seen, own).tolist() == [margin(float(each), own) for each in seen]


# ---- a caseload that the run starts from


def one_enquired(first: np.datetime64) -> InitialCaseload:
    """Return a caseload of one child of 8 on a CIN plan with a section 47 enquiry in progress."""
    on = first - np.timedelta64(1, "D")

    def days(before: int) -> NDArray[np.datetime64]:
        return np.array([on - np.timedelta64(before, "D")])

    return InitialCaseload(
        on=on, birth=days(8 * 365), sex=np.zeros(1, np.int8), ethnicity=np.zeros(1, np.int8), disabled=np.zeros(1, bool),
        need_category=np.zeros(1, np.int8), stage=np.array([OpenStage.CHILD_IN_NEED], np.int8), referred=days(200),
        since=days(120), source=np.zeros(1, np.int16), previous_cpps=np.zeros(1, np.int16),
        assessed_since=np.array(["NaT"], "datetime64[D]"), enquired_since=days(5),
    )  # fmt: skip


@pytest.mark.parametrize("above", [0, 1])
def test_the_child_placed_with_an_enquiry_in_progress_is_one_whose_need_calls_for_it(above: int) -> None:
    made = world(1, size=4_000)
    own = national_thresholds(made.p)
    at = own.for_open_case().section_47
    past = history(FAR).state
    there = np.flatnonzero((made.children.entered <= 0.0) & (made.children.leaves > 0.0))[:2]
    past.stage[there], past.stage_quarters[there] = CHILD_IN_NEED, 2
    past.last_referral[there] = -3 * WORKING_DAYS_PER_QUARTER
    made.children.birth[there] = -8.0 * 365
    need = made.grid.need.copy()
    need[there, 0] = at - 0.01
    need[there[above], 0] = at + 0.01
    caseload = one_enquired(np.datetime64(made.calendar.first))
    grid = replace(made.grid, need=need)
    _, _, cases = placed(caseload, made.children, grid, past, made.p, made.calendar, made.draws, own)
    assert list(cases) == [there[above]]


@cache
def taken_over() -> tuple[SetUp, World]:
    scenario = Scenario.model_validate(
        {"title": "Go on", "area": "Leeds", "start": "2026-04-01", "years": 1, "population_fraction": 0.02, "warm_up": 0,
         "parameters": {"enquiry_error_sd": 0.0}}
    )  # fmt: skip
    ready = SetUp(scenario, find_area("Leeds"), caseload=caseload_of(small_return(2026)))
    record = EventRecord(EVENT_NAMES, DETAIL_NAMES)
    return ready, begin(DayByDay(), ready.draws, record.write, ready.given(scenario))


def test_of_plans_taken_over_those_whose_severity_calls_for_an_enquiry_have_been_looked_into() -> None:
    ready, world_ = taken_over()
    service, cases = world_.service, ready._made.cases
    plans = [service.known[number] for number, case in cases.items() if case.stage is Stage.CHILD_IN_NEED]
    severities = {child.number: service.severity(child) for child in plans}
    expected = {n for n, seen in severities.items() if needs_section_47(seen, service.open_case_thresholds(service.known[n]))}
    assert expected, "the test needs a child above the threshold"
    assert len(expected) < len(plans), "and one below"
    assert {child.number for child in plans if child.enquired > -np.inf} == expected
    assert date(2026, 4, 1) == ready._made.calendar.first
