"""Reading a scenario: extending, setting, repeating a run, and saying where each value came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cinsim.errors import InputError
from cinsim.reference.areas import average_authority
from cinsim.reference.parameters import parameters_from
from cinsim.scenario import Duration, Scenario, ScenarioError, load_scenario, origins

pytestmark = pytest.mark.unit

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """A scenario that extends one in another folder, which extends a third."""
    write(
        tmp_path, "ground/first.yaml", "title: First\nquestion: Why?\nyears: 3\npolicies:\n  cin_visits:\n    interval: 4 weeks\n"
    )
    write(
        tmp_path,
        "second.yaml",
        "title: Second\nextends: ground/first.yaml\n"
        "policies:\n  cin_visits: {disabled_interval: 12 weeks}\n"
        "  lead_practitioner: {eligible: [low, medium], share_non_social_worker: 40%}\n",
    )
    return write(
        tmp_path,
        "third.yaml",
        "extends: second.yaml\nseed: 7\npolicies:\n  cin_visits:\n    interval: 2 weeks\n"
        "  lead_practitioner: {eligible: [high]}\n",
    )


def test_mappings_merge_through_a_chain_and_lists_are_replaced(chain: Path) -> None:
    scenario = load_scenario(chain)
    visits, lead = scenario.policies.cin_visits, scenario.policies.lead_practitioner
    assert visits is not None
    assert lead is not None
    assert (visits.interval, visits.disabled_interval) == (Duration(2, "weeks"), Duration(12, "weeks"))
    assert lead.eligible == ("high",)
    assert (scenario.years, scenario.seed) == (3, 7)


def test_name_title_and_question_belong_to_one_file(chain: Path) -> None:
    third, second = load_scenario(chain), load_scenario(chain.with_name("second.yaml"))
    assert (third.name, third.title, third.question) == ("third", "Third", "")
    assert (second.name, second.title, second.question) == ("second", "Second", "")


def test_each_value_knows_the_file_and_line_it_came_from(chain: Path) -> None:
    folder = chain.parent
    found = origins(chain, {"years": "2", "demand.referrals": "+5%"})
    assert found == {
        "policies.cin_visits.interval": f"{chain}:5",
        "policies.cin_visits.disabled_interval": f"{folder}/second.yaml:4",
        "policies.lead_practitioner.eligible": f"{chain}:6",
        "policies.lead_practitioner.share_non_social_worker": f"{folder}/second.yaml:5",
        "seed": f"{chain}:2",
        "years": "--set",
        "demand.referrals": "--set",
    }
    assert origins(chain.with_name("second.yaml"))["policies.cin_visits.interval"] == f"{folder}/ground/first.yaml:6"


def test_an_error_stands_where_the_value_was_written_not_where_it_was_inherited(chain: Path) -> None:
    first = chain.parent / "ground" / "first.yaml"
    first.write_text("title: First\nyears: 0\npolicies:\n  cin_visits:\n    intervall: 4 weeks\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(chain, {"seed": "one"})
    assert str(caught.value).splitlines() == [
        f"{first}, line 2, key 'years': must be 1 or more, not 0",
        f"{first}, line 5, key 'policies.cin_visits.intervall': unknown key 'intervall'; did you mean 'interval'?",
        "--set, key 'seed': must be a whole number, not 'one'",
    ]


def test_options_are_set_as_yaml_by_dotted_key() -> None:
    scenario = load_scenario(
        SCENARIOS / "baseline.yaml",
        {
            "policies.cin_visits.interval": "20 working days",
            "policies.thresholds": "{national: 50%, reference: p25}",
            "area": "[Leeds, Kent]",
            "years": "2",
            "title": '"Quoted: text"',
        },
    )
    assert scenario.policies.cin_visits is not None
    assert scenario.policies.cin_visits.interval == Duration(20, "working days")
    assert scenario.policies.thresholds is not None
    assert (scenario.policies.thresholds.national, scenario.policies.thresholds.reference) == (0.5, "p25")
    assert (scenario.area, scenario.years, scenario.title) == (("Leeds", "Kent"), 2, "Quoted: text")


def test_setting_merges_into_the_file_and_null_goes_back_to_the_default(chain: Path) -> None:
    scenario = load_scenario(
        chain, {"policies.cin_visits": "{disabled_interval: 8 weeks}", "policies.lead_practitioner": "", "years": "null"}
    )
    assert scenario.policies.cin_visits is not None
    assert scenario.policies.cin_visits.interval == Duration(2, "weeks")
    assert scenario.policies.cin_visits.disabled_interval == Duration(8, "weeks")
    assert scenario.policies.lead_practitioner is None
    assert scenario.years == Scenario.model_fields["years"].default


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("policies.cin_visits.interval", "20", "20 has no unit: write '20 working days', '20 weeks' or '20 months'"),
        ("extends", "other.yaml", "'extends' cannot be set: write a dotted key such as policies.cin_visits.interval"),
        (
            "policies..interval",
            "1",
            "'policies..interval' cannot be set: write a dotted key such as policies.cin_visits.interval",
        ),
        ("years", "[1", "not valid YAML: expected ',' or ']', but got the end of the text (while parsing a flow sequence)"),
        ("years.x", "1", "must be a whole number, not {'x': 1}"),
        ("policies.cin_visit.interval", "4 weeks", "unknown key 'cin_visit'; did you mean 'cin_visits'?"),
        ("cin_visits.interval", "4 weeks", "unknown key 'cin_visits'; did you mean 'policies.cin_visits'?"),
    ],
)
def test_an_option_that_cannot_be_set_is_refused_by_its_key(key: str, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(SCENARIOS / "baseline.yaml", {key: text})
    assert caught.value.path == "--set"
    assert caught.value.line is None
    assert str(caught.value).endswith(f": {message}")


def test_a_manifest_repeats_the_scenario_of_its_run(chain: Path) -> None:
    scenario = load_scenario(chain, {"seed": "99", "workforce.social_workers": "{fte: -3.7%, vacancy_rate: 12.3%}"})
    manifest = write(
        chain.parent, "run/manifest.json", json.dumps({"scenario": scenario.resolved(), "versions": {"cinsim": "0.1.0"}})
    )
    assert load_scenario(manifest) == scenario
    assert load_scenario(manifest, {"seed": "5"}) == scenario.with_(seed=5)
    assert origins(manifest)["seed"] == str(manifest)


def test_a_scenario_can_extend_the_manifest_of_a_run(chain: Path) -> None:
    scenario = load_scenario(chain)
    write(chain.parent, "manifest.json", json.dumps({"scenario": scenario.resolved()}))
    again = load_scenario(write(chain.parent, "again.yaml", "extends: manifest.json\nyears: 1\n"))
    assert again == scenario.with_(years=1, name="again", title="Again")


def test_the_lines_of_a_file_with_a_byte_order_mark_and_windows_ends_are_right(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbftitle: Any\r\nyears: 0\r\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == f"{path}, line 2, key 'years': must be 1 or more, not 0"


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_scenario_loads_and_names_its_schema(path: Path) -> None:
    scenario = load_scenario(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../cinsim/scenario/scenario.schema.json"
    assert (SCENARIOS / "../cinsim/scenario/scenario.schema.json").is_file()
    assert lines[1].startswith("# "), "the second line says in plain words what it changes"
    assert scenario.name == path.stem
    assert scenario.question.endswith("?")
    assert len(lines) <= 18


def test_every_shipped_scenario_differs_from_the_baseline_in_what_it_changes_alone() -> None:
    baseline = load_scenario(SCENARIOS / "baseline.yaml")
    paths = sorted(SCENARIOS.glob("*.yaml"))
    assert {path.stem for path in paths} >= {"baseline", "national_thresholds", "lead_practitioner_hopeful", "reform_bundle"}
    changed = {}
    for path in paths:
        scenario = load_scenario(path)
        changed[path.stem] = {
            key
            for key in Scenario.model_fields
            if getattr(scenario, key) != getattr(baseline, key) and key not in ("name", "title", "question")
        }
    assert changed.pop("baseline") == set()
    for name, keys in changed.items():
        assert keys & {"policies", "workforce", "demand"}, f"{name} changes nothing"
        assert keys <= {"policies", "workforce", "demand", "policy_start", "phase_in"}, (
            f"{name} cannot be compared with the baseline"
        )


def test_no_shipped_scenario_asks_for_what_is_baseline_practice_already() -> None:
    def written(name: str, key: str) -> str:
        return next(value for dotted, value in leaves(load_scenario(SCENARIOS / f"{name}.yaml").resolved()) if dotted == key)

    def leaves(at: object, key: str = "") -> Iterator[tuple[str, str]]:
        if isinstance(at, dict):
            for name, below in at.items():
                yield from leaves(below, f"{key}.{name}" if key else name)
        else:
            yield key, str(at)

    def working_days(name: str, key: str) -> float:
        return Duration.parse(written(name, key)).working_days

    practice = parameters_from()
    assert working_days("visits_weekly_cpp", "policies.cpp_visits.interval") < practice.cpp_visit_interval_working_days
    assert working_days("visits_four_weekly", "policies.cin_visits.interval") < practice.cin_visit_interval_working_days
    assert (
        working_days("visits_four_weekly", "policies.cin_visits.disabled_interval")
        < practice.disabled_visit_interval_working_days
    )
    assert working_days("reviews_two_monthly", "policies.reviews.cin_interval") < practice.cin_review_interval_months * 253 / 12
    assert (
        float(written("plan_quality", "policies.plan_quality.share_high_quality")[:-1]) > 100 * practice.high_quality_plan_share
    )
    assert float(written("early_help", "policies.early_help.capacity")[:-1]) > 100 * practice.early_help_capacity
    step_down = float(written("early_help", "policies.early_help.step_down")[:-1])
    assert step_down > 100 * practice.early_help_step_down_capacity
    cut = float(written("cut_administration", "workforce.administration_share")[:-1])
    assert cut == pytest.approx(70 * practice.administration_share)
    assert float(written("caseload_cap", "workforce.social_workers.caseload_limit")) < practice.caseload_limit_points


def test_replacing_agency_workers_leaves_as_many_posts_empty_as_before() -> None:
    block = load_scenario(SCENARIOS / "replace_agency.yaml").workforce.social_workers
    england = average_authority()
    assert block is not None
    assert england.vacancy_rate is not None
    assert england.vacancy_agency_cover_rate is not None
    assert block.vacancy_rate == pytest.approx(
        england.vacancy_rate / 100 * (1 - england.vacancy_agency_cover_rate / 100), abs=0.0005
    )
    assert block.agency_cover == 0


def test_the_example_in_the_documentation_is_a_scenario(tmp_path: Path) -> None:
    page = (SCENARIOS.parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]
    write(tmp_path, "baseline.yaml", (SCENARIOS / "baseline.yaml").read_text(encoding="utf-8"))
    scenario = load_scenario(write(tmp_path, "mine.yaml", example))
    assert list(scenario.policies.blocks()) == ["cin_visits"]
    refused = page.split("```text\n")[1].split("```")[0].splitlines()
    wrong = "title: A\n\n\n\npolicies:\n  cin_visits:\n    interval: 20\n\n  threshold: {}\n"
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, "mine.yaml", wrong))
    assert str(caught.value).replace(str(tmp_path), "scenarios").splitlines() == refused
