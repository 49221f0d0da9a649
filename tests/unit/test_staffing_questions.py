"""What is asked of a search for staff is checked before anything is simulated, and each refusal says what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cinsim.cli import app
from cinsim.errors import InputError
from cinsim.planning.questions import Target, check_roles, parse_confidence, parse_target, parse_targets

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cin_visits_on_time_percent >= 90", Target("cin_visits_on_time_percent", True, 90.0)),
        ("cin_visits_on_time_percent>=90%", Target("cin_visits_on_time_percent", True, 90.0)),
        (" caseload_mean <= 16.5 ", Target("caseload_mean", False, 16.5)),
        ("assessment_days_p50 ≤ 35", Target("assessment_days_p50", False, 35.0)),
        ("staff_cost <= 9,000,000", Target("staff_cost", False, 9_000_000.0)),
    ],
)
def test_a_target_is_read_as_it_is_written(text: str, expected: Target) -> None:
    assert parse_target(text) == expected
    assert parse_target(str(expected)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cin_visits_on_time_percnt >= 90", "did you mean 'cin_visits_on_time_percent'"),
        ("happiness >= 90", "`cinsim measures` lists them"),
        ("cin_visits_on_time_percent", "has no value to reach"),
        ("cin_visits_on_time_percent 90", "write a measure, >= or <= and a number"),
        ("cin_visits_on_time_percent > 90", ">= for at least"),
        ("cin_visits_on_time_percent = 90", ">= for at least"),
        ("cin_visits_on_time_percent >= 190", "lies from 0 to 100"),
        ("cin_visits_on_time_percent >= -5", "lies from 0 to 100"),
        ("caseload_mean <= -1", "is never negative"),
        ("cin_visits_on_time_percent >= ninety", "is not a number"),
        ("cin_visits_on_time_percent >= 9.0.0", "is not a number"),
    ],
)
def test_a_target_that_is_wrong_is_refused_with_what_would_be_right(text: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_target(text)
    assert message in str(refused.value)
    assert refused.value.key == "--target"


def test_a_search_needs_a_target_and_no_measure_twice_in_the_same_direction() -> None:
    with pytest.raises(InputError, match="at least one"):
        parse_targets([])
    with pytest.raises(InputError, match="such a target already"):
        parse_targets(["caseload_mean <= 16", "caseload_mean <= 18"])
    assert len(parse_targets(["caseload_mean <= 16", "caseload_mean >= 10"])) == 2


def test_roles_are_one_or_two_of_those_known() -> None:
    assert check_roles(["social_workers"]) == ("social_workers",)
    with pytest.raises(InputError, match="did you mean 'social_workers'"):
        check_roles(["social_worker"])
    with pytest.raises(InputError, match="it may be one of social_workers"):
        check_roles(["teachers"])
    with pytest.raises(InputError, match="named twice"):
        check_roles(["social_workers", "social_workers"])
    for names in ([], ["social_workers", "newly_qualified", "senior_practitioners"]):
        with pytest.raises(InputError, match="one role or two"):
            check_roles(names)


def test_confidence_lies_between_none_and_certainty() -> None:
    assert parse_confidence("80%") == parse_confidence("0.8") == pytest.approx(0.8)
    for text in ("-80%", "0", "100%", "80", "1.2", "sure", "nan", ""):
        with pytest.raises(InputError, match="above 0% and below 100%"):
            parse_confidence(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--vary", "social_workers"), "--target"),
        (("--target", "cin_visit_on_time_percent >= 90", "--vary", "social_workers"), "did you mean"),
        (("--target", "caseload_mean <= 15"), "--vary"),
        (("--target", "caseload_mean <= 15", "--vary", "social_workers", "--confidence", "-80%"), "--confidence"),
        (("--target", "caseload_mean <= 15", "--vary", "social_workers", "--area", "all"), "one area at a time"),
        (("--target", "caseload_mean <= 15", "--vary", "family_support_workers"), "lead no cases in this scenario"),
    ],
)
def test_the_command_refuses_a_wrong_question_before_anything_is_simulated(
    tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    scenario = tmp_path / "ours.yaml"
    scenario.write_text("title: Ours\narea: Rutland\n")
    result = CliRunner().invoke(app, ["staffing", str(scenario), "--out", str(tmp_path / "run"), *options])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr.replace("\n", " ")
    assert [path.name for path in tmp_path.iterdir()] == ["ours.yaml"]
