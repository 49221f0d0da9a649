"""A setting that can have no effect is refused or said; the table of what needs what covers the schema."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cinsim.errors import InputError
from cinsim.policy.practice import practice_of
from cinsim.reference.areas import average_authority
from cinsim.scenario import load_scenario
from cinsim.scenario.model import Scenario
from cinsim.scenario.names import ROLES
from cinsim.scenario.needs import NEEDS, idle_settings, leaves_of, remarks
from cinsim.scenario.problems import fields_below

pytestmark = pytest.mark.unit

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "mine.yaml"
        path.write_text(f"title: Mine\n{text}\n", encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("policies: {assessment: {checkpoint: 60 working days}}", "policies.assessment.checkpoint"),
        ("policies: {assessment: {checkpoint: 45 working days}}", "policies.assessment.checkpoint"),
        ("policies: {assessment: {checkpoint: 9 weeks}}", "policies.assessment.checkpoint"),
        ("policies: {assessment: {limit: 30 working days, checkpoint: 30 working days}}", "policies.assessment.checkpoint"),
        ("policies: {thresholds: {reference: p10}}", "policies.thresholds.reference"),
        ("policies: {thresholds: {reference: {plan: 5}}}", "policies.thresholds.reference"),
        ("policies: {lead_practitioner: {caseload_limit: 20}}", "policies.lead_practitioner.caseload_limit"),
        ("policies: {lead_practitioner: {supervision: 1 hour per case per month}}", "policies.lead_practitioner.supervision"),
        ("policies: {lead_practitioner: {eligible: [low]}}", "policies.lead_practitioner.eligible"),
        ("policies: {lead_practitioner: {variant: hopeful}}", "policies.lead_practitioner.variant"),
        ("policies: {cin_visits: {start: 2025-01-01}}", "policies.cin_visits.start"),
        ("policies: {reviews: {phase_in: 3 months, areas: [Leeds]}}\narea: [Leeds, Kent]", "policies.reviews.phase_in"),
        ("demand: {start: 2025-01-01}", "demand.start"),
        ("workforce: {social_workers: {start: 2025-01-01}}", "workforce.social_workers.start"),
        ("workforce: {recruitment_delay: 0 months}", "workforce.recruitment_delay"),
        ("workforce: {conference_chairs: {caseload_limit: 5}}", "workforce.conference_chairs.caseload_limit"),
        ("workforce: {practice_supervisors: {caseload_limit: 5}}", "workforce.practice_supervisors.caseload_limit"),
        ("workforce: {screening_social_workers: {caseload_limit: 5}}", "workforce.screening_social_workers.caseload_limit"),
        ("workforce: {practice_supervisors: {agency_cover: 0%}}", "workforce.practice_supervisors.agency_cover"),
        ("workforce: {conference_chairs: {agency_cover: 0%}}", "workforce.conference_chairs.agency_cover"),
        ("workforce: {conference_chairs: {follow_demand: true}}", "workforce.conference_chairs.follow_demand"),
        (
            "workforce: {conference_chairs: {follow_demand: true, fte: 5}}\ndemand: {referrals: +5%}",
            "workforce.conference_chairs.follow_demand",
        ),
        ("workforce: {supervisor_span: 6, practice_supervisors: {fte: 4}}", "workforce.supervisor_span"),
        ("workforce: {teams: {front_door: {share: 5%}}, screening_social_workers: {fte: 4}}", "workforce.teams.front_door.share"),
        (
            "workforce: {teams: {assessment: {share: 20%}, cin_and_cp: {share: 20%}, looked_after: {share: 20%}, "
            "disabled_children: {share: 20%}}}",
            "workforce.teams.assessment.share",
        ),
        ("parameters: {vacancy_rate: 0.9}", "parameters.vacancy_rate"),
        ("parameters: {turnover_rate: 0.9}", "parameters.turnover_rate"),
        ("parameters: {agency_cover: 0}", "parameters.agency_cover"),
        ("parameters: {sickness_rate: 0.2}\narea: Leeds", "parameters.sickness_rate"),
        (
            "policies: {lead_practitioner: {share_non_social_worker: 40%, caseload_limit: 20}}\n"
            "workforce: {family_support_workers: {caseload_limit: 10}}",
            "workforce.family_support_workers.caseload_limit",
        ),
        (
            "policies: {lead_practitioner: {share_non_social_worker: 0%}}\nworkforce: {family_support_workers: {fte: +50%}}",
            "workforce.family_support_workers.fte",
        ),
        ("workforce: {family_support_workers: {fte: 5}}", "workforce.family_support_workers"),
    ],
)
def test_a_setting_that_can_have_no_effect_is_refused_where_it_stands(write: Write, line: str, key: str) -> None:
    with pytest.raises(InputError, match="has no effect: ") as refused:
        load_scenario(write(line))
    assert refused.value.key == key
    assert refused.value.path is not None
    assert refused.value.line in (2, 3)


@pytest.mark.parametrize(
    "line",
    [
        "policies: {assessment: {limit: 65 working days, checkpoint: 50 working days}}",
        "policies: {assessment: {checkpoint: 44 working days}}",
        "policies: {thresholds: {national: 0%, reference: p10}}",
        "policies: {lead_practitioner: {share_non_social_worker: 0%, caseload_limit: 20}}",
        "workforce: {family_support_workers: {fte: 5}}\npolicies: {lead_practitioner: {share_non_social_worker: 0%}}",
        "workforce: {screening_social_workers: {follow_demand: true}}\ndemand: {by_source: {police: +10%}}",
        "workforce: {supervisor_span: 6, practice_supervisors: {fte: +10%}}",
        "workforce: {recruitment_delay: 1 week}",
        "policies: {cin_visits: {}}",
    ],
)
def test_a_setting_that_has_what_it_needs_or_says_that_it_is_nothing_is_taken(write: Write, line: str) -> None:
    assert load_scenario(write(line)).title == "Mine"


def test_what_a_setting_needs_may_stand_in_the_file_that_is_extended_or_be_set(tmp_path: Path, write: Write) -> None:
    (tmp_path / "base.yaml").write_text("title: Base\npolicies: {thresholds: {national: 50%}}\n", encoding="utf-8")
    path = write("extends: base.yaml\npolicies: {thresholds: {reference: p10}}")
    assert load_scenario(path).policies.thresholds.reference == "p10"  # type: ignore[union-attr]
    alone = write("policies: {thresholds: {reference: p10}}")
    with pytest.raises(InputError, match="has no effect"):
        load_scenario(alone)
    assert load_scenario(alone, {"policies.thresholds.national": "50%"}).policies.thresholds is not None


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"parameters": {"workload_sickness_gain": 1.0}}, "workforce.feedbacks.workload_to_sickness"),
        ({"parameters": {"known_effect": 0.3}, "structure": "lasting_differences"}, "structure: both"),
        ({"parameters": {"known_effect_alone": 0.3}}, "structure: known_to_services"),
        ({"parameters": {"medium_complexity_from": 0.5}}, "share_non_social_worker"),
        ({"workforce": {"conference_chairs": {"turnover_rate": "60%"}}}, "someone must be on duty"),
    ],
)
def test_a_parameter_that_acts_under_other_settings_only_is_said_and_not_refused(keys: dict[str, object], said: str) -> None:
    scenario = Scenario.model_validate({"title": "t", **keys})
    (idle,) = idle_settings(scenario, leaves_of(scenario))
    assert said in idle.message
    assert not idle.refused


def test_more_demand_than_can_come_is_said_and_far_more_is_refused(write: Write) -> None:
    assert "fewer referrals come" in remarks(Scenario.model_validate({"title": "t", "demand": {"referrals": "+150%"}}))[0]
    assert not remarks(Scenario.model_validate({"title": "t", "demand": {"referrals": "+50%"}}))
    for demand in ("{referrals: +300%}", "{referrals: +1e6%}", "{referrals: +100%, by_source: {police: +100%}}"):
        with pytest.raises(InputError, match="more than can be simulated: at most \\+200%"):
            load_scenario(write(f"demand: {demand}"))


def test_the_table_of_needs_names_keys_that_there_are() -> None:
    known = {".".join(path) for path in fields_below(Scenario)}
    for need in NEEDS:
        for key in need.keys:
            generic = key.replace("teams.front_door.", "teams.").split(".")
            plain = [step for step in generic if step not in ("assessment", "cin_and_cp", "disabled_children", "looked_after")]
            assert ".".join(plain if "teams" in generic else generic) in known, key


# a value for every key of every policy, each together with what the table says it needs
_VALUES = {
    "thresholds": {"national": "100%", "reference": {"plan": 5.0}, "shift": {"plan": 0.5}},
    "cin_visits": {"interval": "2 weeks", "disabled_interval": "2 weeks", "by_category": {"neglect": "2 weeks"}},
    "cpp_visits": {"interval": "1 week"},
    "reviews": {"cin_interval": "6 weeks", "cpp_first": "6 weeks", "cpp_interval": "6 weeks"},
    "assessment": {"limit": "30 working days", "checkpoint": "20 working days"},
    "lead_practitioner": {
        "share_non_social_worker": "40%", "eligible": ["low"], "caseload_limit": 11.0,
        "supervision": "3 hours per case per month", "approval": "3 hours per assessment or plan", "variant": "hopeful",
    },
    "plan_quality": {"share_high_quality": "60%"},
    "early_help": {"capacity": "60%", "step_down": "60%"},
    "family_help": {"merged": True},
}  # fmt: skip


def test_every_key_of_every_policy_changes_practice_or_is_in_the_table_of_needs() -> None:
    from cinsim.policy.national import national_set, own_thresholds
    from cinsim.policy.thresholds import national_thresholds
    from cinsim.reference.parameters import parameters_from
    from cinsim.simulation.replicate import calendar_of

    area, p = average_authority(), parameters_from()
    usual = Scenario(title="t", years=1, warm_up=1)
    calendar, own = calendar_of(usual), own_thresholds(area, p)

    def practice(scenario: Scenario) -> object:
        policy = scenario.policies.thresholds
        target = national_set(policy.reference, p) if policy is not None else national_thresholds(p)
        return practice_of(scenario, area, p, calendar, own, national_thresholds(p), target)

    assert {f"policies.{name}.{key}" for name, keys in _VALUES.items() for key in keys} == {
        ".".join(path)
        for path in fields_below(Scenario)
        if len(path) == 3 and path[0] == "policies" and path[2] not in ("start", "phase_in", "areas")
    }
    needy = {key for need in NEEDS for key in need.keys}
    for name, keys in _VALUES.items():
        for key, value in keys.items():
            dotted = f"policies.{name}.{key}"
            scenario = usual.with_({dotted: value})
            with_need = usual.with_({f"policies.{name}": keys})
            assert practice(scenario) != practice(usual) or dotted in needy, dotted
            assert not idle_settings(with_need, leaves_of(with_need)), dotted


def test_every_role_takes_every_key_or_the_table_says_why_not() -> None:
    from cinsim.engine.draws import Draws
    from cinsim.reference.parameters import parameters_from
    from cinsim.scenario.resources import RoleChange
    from cinsim.simulation.replicate import calendar_of
    from cinsim.workforce.staffing import staffing_of

    values = {
        "fte": 7.5, "follow_demand": True, "vacancy_rate": "3%", "agency_cover": "3%", "turnover_rate": "3%",
        "sickness_rate": "9%", "caseload_limit": 7.0,
    }  # fmt: skip
    assert set(values) == set(RoleChange.model_fields) - {"start", "phase_in"}
    needy = {key for need in NEEDS for key in need.keys}
    usual = Scenario.model_validate(
        {
            "title": "t",
            "years": 1,
            "demand": {"referrals": "+30%"},
            "policies": {"lead_practitioner": {"share_non_social_worker": 0.4}},
        }
    )
    area, p, calendar = average_authority(), parameters_from(), calendar_of(usual)
    before = staffing_of(usual, area, p, calendar, Draws(1, 0))
    for role in ROLES:
        for key, value in values.items():
            dotted = f"workforce.{role}.{key}"
            assert staffing_of(usual.with_({dotted: value}), area, p, calendar, Draws(1, 0)) != before or dotted in needy, dotted
