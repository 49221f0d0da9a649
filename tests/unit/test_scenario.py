"""The scenario object: defaults, what it refuses, and making one out of another."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from pydantic import ValidationError

from cinsim.reference.parameters import NEED_CATEGORIES, THRESHOLDS
from cinsim.reference.register import Parameter, Register
from cinsim.scenario import Change, Duration, Scenario, ScenarioError
from cinsim.scenario.names import ROLES, SOURCES, TEAMS
from cinsim.scenario.policies import CinVisits
from cinsim.scenario.problems import did_you_mean

pytestmark = pytest.mark.unit


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """A register of one parameter, so that these tests do not depend on the model's."""
    one = Parameter("help_per_visit", 0.04, "log rate", 0.0, 0.2, "a study", "assumption", "assumed", "Help per visit.")
    held = Register({one.name: one})
    monkeypatch.setattr("cinsim.scenario.model.load_register", lambda: held)
    return held


def problems(**keys: object) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        Scenario(title="Any").with_(**keys)
    return str(caught.value).splitlines()


def test_a_scenario_that_says_nothing_is_baseline_practice_in_an_average_authority() -> None:
    scenario = Scenario(title="Any")
    assert (scenario.area, scenario.start, scenario.years, scenario.replications) == ("England", date(2024, 4, 1), 5, 10)
    assert (scenario.seed, scenario.draws, scenario.warm_up, scenario.population_fraction) == (1, "posterior", 4, 1.0)
    assert (scenario.structure, scenario.precision, scenario.initial_state) == ("both", None, None)
    assert scenario.policies.blocks() == {}
    assert scenario.workforce.blocks() == {}
    assert scenario.demand.referrals is None
    assert dict(scenario.parameters) == {}


def test_a_scenario_is_frozen_to_its_innermost_mapping() -> None:
    scenario = Scenario(title="Any").with_(demand={"by_source": {"police": "+10%"}})
    with pytest.raises(ValidationError, match="frozen"):
        scenario.years = 3  # type: ignore[misc]
    with pytest.raises(TypeError, match="frozen"):
        scenario.demand.by_source["police"] = Change(0, relative=True)  # type: ignore[index]
    with pytest.raises(TypeError, match="frozen"):
        scenario.parameters.update(a=1.0)  # type: ignore[attr-defined]


def test_another_scenario_is_made_by_merging_changes() -> None:
    first = Scenario(title="Any").with_({"policies.cin_visits.interval": "20 working days", "years": 3})
    second = first.with_(policies={"cin_visits": {"by_category": {"neglect": Duration(2, "weeks")}}})
    assert second.policies.cin_visits == CinVisits(
        interval=Duration(20, "working days"), by_category={"neglect": Duration(2, "weeks")}
    )
    assert second.years == 3
    assert second.with_({"policies.cin_visits": None}).policies.cin_visits is None
    assert second.with_({"policies.cin_visits": CinVisits()}).policies.cin_visits == CinVisits()
    assert first.policies.cin_visits == CinVisits(interval=Duration(20, "working days"))


def test_a_block_starts_and_phases_in_as_it_says_or_as_the_scenario_says() -> None:
    scenario = Scenario(title="Any").with_(
        policy_start="2025-04-01",
        phase_in="6 months",
        policies={"cin_visits": {"start": "2026-01-01", "phase_in": "0 months"}, "cpp_visits": {}},
    )
    own, inherited = scenario.policies.cin_visits, scenario.policies.cpp_visits
    assert own is not None
    assert inherited is not None
    assert (scenario.starts(own), scenario.phases_in_over(own)) == (date(2026, 1, 1), Duration(0, "months"))
    assert (scenario.starts(inherited), scenario.phases_in_over(inherited)) == (date(2025, 4, 1), Duration(6, "months"))
    assert scenario.with_(policy_start=None).starts(inherited) == scenario.start
    assert scenario.end == date(2029, 4, 1)


def test_the_start_must_be_a_first_of_april() -> None:
    expected = "key 'start': {} is not a 1 April: reporting years run from 1 April to 31 March; write {}-04-01 or {}-04-01"
    assert problems(start="2024-09-01") == [expected.format("2024-09-01", 2024, 2025)]
    assert problems(start="2024-01-01") == [expected.format("2024-01-01", 2023, 2024)]


@pytest.mark.parametrize("day", ["2024-03-31", "2026-04-01"])
def test_policies_start_within_the_run(day: str) -> None:
    outside = f"{day} lies outside the run, which goes from 2024-04-01 to 2026-03-31"
    found = problems(
        years=2,
        policy_start=day,
        policies={"cin_visits": {"start": day}, "cpp_visits": {"start": "2025-04-01"}},
        workforce={"social_workers": {"start": day}},
        demand={"start": day},
    )
    keys = ("policy_start", "policies.cin_visits.start", "workforce.social_workers.start", "demand.start")
    assert found == [f"key '{key}': {outside}" for key in keys]


def test_policies_start_on_the_first_or_the_last_day_of_the_run_at_the_limit() -> None:
    for day in ("2024-04-01", "2026-03-31"):
        assert Scenario(title="Any").with_(years=2, policy_start=day).policy_start == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"years": 0}, "key 'years': must be 1 or more, not 0"),
        ({"years": 2.5}, "key 'years': must be a whole number, not 2.5"),
        ({"years": True}, "key 'years': must be a whole number, not True"),
        ({"years": "five"}, "key 'years': must be a whole number, not 'five'"),
        ({"replications": 0}, "key 'replications': must be 1 or more, not 0"),
        ({"seed": -1}, "key 'seed': must be 0 or more, not -1"),
        ({"warm_up": -1}, "key 'warm_up': must be 0 or more, not -1"),
        ({"draws": 0}, "key 'draws': must be 'posterior', 'point' or a whole number from 1 to 100000, not 0"),
        ({"draws": "some"}, "key 'draws': must be 'posterior', 'point' or a whole number from 1 to 100000, not 'some'"),
        ({"population_fraction": 0}, "key 'population_fraction': must be greater than 0, not 0"),
        ({"population_fraction": 1.5}, "key 'population_fraction': must be 1 or less, not 1.5"),
        ({"population_fraction": float("nan")}, "key 'population_fraction': must be a finite number, not nan"),
        (
            {"name": "../elsewhere"},
            "key 'name': '../elsewhere' cannot name a run's folder: use letters, digits, spaces, '-', '_' and '.'",
        ),
        ({"name": "a/b"}, "key 'name': 'a/b' cannot name a run's folder: use letters, digits, spaces, '-', '_' and '.'"),
        ({"initial_state": "a\0b"}, "key 'initial_state': 'a\\x00b' holds a control character, \\x00: write plain text"),
        ({"title": ""}, "key 'title': must not be empty, not ''"),
        (
            {"policy_start": "2025-13-01"},
            "key 'policy_start': '2025-13-01' is not a date: write year-month-day, e.g. '2025-04-01'",
        ),
        ({"policy_start": 2025}, "key 'policy_start': 2025 is not a date: write year-month-day, e.g. '2025-04-01'"),
        (
            {"structure": "lasting_diferences"},
            "key 'structure': 'lasting_diferences': must be one of both, lasting_differences, known_to_services; "
            "did you mean 'lasting_differences'?",
        ),
        ({"precision": {"share": "5%"}}, "key 'precision.measures': is missing"),
        ({"precision": {"share": "5%", "measures": []}}, "key 'precision.measures': must hold at least 1, not []"),
        ({"policies": {"family_help": {"merged": 1}}}, "key 'policies.family_help.merged': must be true or false, not 1"),
        (
            {"policies": {"assessment": {"limit": "6 weeks", "checkpoint": "45 working days"}}},
            "key 'policies.assessment.checkpoint': a checkpoint at '45 working days' lies after the limit of '6 weeks'",
        ),
        (
            {"policies": {"lead_practitioner": {"eligible": "low"}}},
            "key 'policies.lead_practitioner.eligible': must be a list, e.g. [first, second], not 'low'",
        ),
        (
            {"policies": {"lead_practitioner": {"eligible": ["low", "lo"]}}},
            "key 'policies.lead_practitioner.eligible.1': 'lo': must be one of low, medium, high; did you mean 'low'?",
        ),
        (
            {"policies": {"lead_practitioner": {"eligible": ["low", "low"]}}},
            "key 'policies.lead_practitioner.eligible': each may stand once only, not low, low",
        ),
        (
            {"policies": {"lead_practitioner": {"caseload_limit": 0}}},
            "key 'policies.lead_practitioner.caseload_limit': must be greater than 0, not 0",
        ),
        (
            {"policies": {"thresholds": {"reference": "medium"}}},
            "key 'policies.thresholds.reference': 'medium': must be median, a whole percentile from p1 to p99, "
            "or a mapping such as {plan: 2.3}; did you mean 'median'?",
        ),
        (
            {"policies": {"thresholds": {"reference": 2}}},
            "key 'policies.thresholds.reference': 2: must be median, a whole percentile from p1 to p99, "
            "or a mapping such as {plan: 2.3}; did you mean 'p2'?",
        ),
        (
            {"policies": {"thresholds": {"reference": {"plan": "high"}}}},
            "key 'policies.thresholds.reference.plan': must be a number from -1000 to 1000, not 'high'",
        ),
        (
            {"policies": {"thresholds": {"shift": {"plan": float("inf")}}}},
            "key 'policies.thresholds.shift.plan': must be a finite number, not inf",
        ),
        (
            {"workforce": {"social_workers": {"fte": -3}}},
            "key 'workforce.social_workers.fte': -3 is negative: "
            "write the new number, 0 or more, or a relative change such as '-10%'",
        ),
        (
            {"workforce": {"teams": {"front_door": {"share": "60%"}, "assessment": {"share": "60%"}}}},
            "key 'workforce.teams': the shares of the teams add up to 120%: at most 100%",
        ),
        (
            {"demand": {"referrals": 500}},
            "key 'demand.referrals': 500 is not a relative change: write a sign and %, e.g. '+10%' or '-5%'",
        ),
    ],
)
def test_what_a_scenario_cannot_be_is_refused_in_words(keys: dict[str, object], message: str) -> None:
    assert problems(**keys) == [message]


@pytest.mark.parametrize(
    ("reference", "hint"),
    [("60%", "p60"), ("P60", "p60"), ("60th percentile", "p60"), (60, "p60"), ("p07", "p7"), ("p33.3", "p33"),
     ("p0", None), ("p100", None), (0.6, None), ("p-5", None)],
)  # fmt: skip
def test_what_is_no_whole_percentile_is_refused_with_what_may_have_been_meant(reference: object, hint: str | None) -> None:
    meant = "" if hint is None else f"; did you mean '{hint}'?"
    assert problems(policies={"thresholds": {"reference": reference}}) == [
        f"key 'policies.thresholds.reference': {reference!r}: must be median, a whole percentile from p1 to p99, "
        f"or a mapping such as {{plan: 2.3}}{meant}"
    ]


def test_names_of_thresholds_sources_needs_and_teams_are_checked_with_a_hint() -> None:
    found = problems(
        policies={
            "thresholds": {"shift": {"screning": 1.0}, "reference": {"plans": 2.0}},
            "cin_visits": {"by_category": {"neglet": "2 weeks"}},
        },
        workforce={"teams": {"front": {"share": "5%"}}},
        demand={"by_source": {"Police": "+5%"}, "by_need": {"xyz": "+5%"}},
    )
    listed = {"thresholds": THRESHOLDS, "needs": NEED_CATEGORIES, "teams": TEAMS, "sources": SOURCES}
    words = {what: "must be one of " + ", ".join(names) for what, names in listed.items()}
    assert found == [
        f"key 'policies.thresholds.reference.plans': unknown name 'plans': {words['thresholds']}; did you mean 'plan'?",
        f"key 'policies.thresholds.shift.screning': unknown name 'screning': {words['thresholds']}; did you mean 'screening'?",
        f"key 'policies.cin_visits.by_category.neglet': unknown name 'neglet': {words['needs']}; did you mean 'neglect'?",
        f"key 'workforce.teams.front': unknown name 'front': {words['teams']}; did you mean 'front_door'?",
        f"key 'demand.by_source.Police': unknown name 'Police': {words['sources']}; did you mean 'police'?",
        f"key 'demand.by_need.xyz': unknown name 'xyz': {words['needs']}",
    ]


def test_areas_are_those_of_the_reference_table() -> None:
    scenario = Scenario(title="Any")
    assert scenario.with_(area=" leeds ").area == "leeds"
    assert scenario.with_(area=383).area == "383"
    assert scenario.with_(area=["Leeds", "Kent"]).area == ("Leeds", "Kent")
    assert [scenario.with_(area=text).area for text in ("england", "ALL")] == ["England", "all"]
    assert problems(area="Leds") == ["key 'area': no local authority is called 'Leds'; did you mean Leeds?"]
    assert problems(area=["Leeds", "Knet", "383"]) == [
        "key 'area.1': no local authority is called 'Knet'; did you mean Kent or Barnet?",
        "key 'area.2': Leeds is named twice",
    ]
    assert problems(area=[]) == ["key 'area': must be a list of one or more authorities, e.g. [Leeds, Kent], not []"]
    assert problems(area="") == ["key 'area': '' is not the name or code of an authority"]


def test_a_policy_holds_only_in_areas_that_are_simulated() -> None:
    keys = {"area": ["Leeds", "Kent"], "policies": {"cin_visits": {"areas": ["Kent", "Essex"]}}}
    expected = "key 'policies.cin_visits.areas.1': Essex is not simulated: add it to 'area', or leave it out here"
    assert problems(**keys) == [expected]
    everywhere = Scenario(title="Any").with_(**{**keys, "area": "all"})
    assert everywhere.policies.cin_visits is not None
    assert everywhere.policies.cin_visits.areas == ("Kent", "Essex")


@pytest.mark.usefixtures("register")
def test_parameters_are_registered_and_within_their_ranges() -> None:
    assert Scenario(title="Any").with_(parameters={"help_per_visit": 0.1}).parameters == {"help_per_visit": 0.1}
    assert problems(parameters={"help_per_visit": 0.5}) == ["key 'parameters.help_per_visit': 0.5 lies outside 0 to 0.2 log rate"]
    assert problems(parameters={"help_per_vist": 0.1}) == [
        "key 'parameters.help_per_vist': 'help_per_vist' is not a registered parameter; `cinsim parameters` lists them; "
        "did you mean 'help_per_visit'?"
    ]
    assert problems(parameters={"help_per_visit": "high"}) == ["key 'parameters.help_per_visit': must be a number, not 'high'"]


def test_every_role_has_a_block_and_blocks_are_listed_by_name() -> None:
    scenario = Scenario(title="Any").with_(
        workforce={role: {"fte": "+1%"} for role in ROLES}, policies={"plan_quality": {"share_high_quality": "30%"}}
    )
    assert list(scenario.workforce.blocks()) == list(ROLES)
    assert list(scenario.policies.blocks()) == ["plan_quality"]


def test_a_hint_is_given_only_when_something_known_is_close() -> None:
    assert did_you_mean("Cin-Visits", ["cin_visits", "cpp_visits"]) == "; did you mean 'cin_visits'?"
    assert did_you_mean("colour", ["cin_visits", "cpp_visits"]) == ""


def test_reading_scenarios_loads_neither_numpy_nor_pandas_nor_plotting() -> None:
    code = (
        "import sys, cinsim.scenario as s; s.Scenario(title='x').with_(area='Leeds');"
        "print(*sorted({'numpy', 'pandas', 'matplotlib', 'simpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
