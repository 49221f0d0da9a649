"""Every journey that is written down for practitioners, lived through; and what is said of one that does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cinsim.cli import app
from cinsim.errors import InputError
from cinsim.journeys.checking import check_journey, journey_files
from cinsim.journeys.model import read_journey

pytestmark = pytest.mark.unit

JOURNEYS = journey_files([Path(__file__).parent])
GOOD = """\
title: A child found not in need
because: Working Together 2023
child: {born: 2019-06-01, need: not in need}
referred: 2024-04-15
then:
  - {event: assessment completed, within: 45 working days of the referral}
  - {event: closed, outcome: RC8}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "journey.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
def test_the_journey_goes_as_it_is_told(path: Path) -> None:
    assert check_journey(path).problems == ()


def test_journeys_cover_every_lever_that_reaches_a_child() -> None:
    set_somewhere = {policy for path in JOURNEYS for policy in read_journey(path).scenario.policies.blocks()}
    assert set_somewhere == {
        "thresholds", "cin_visits", "cpp_visits", "reviews", "assessment", "lead_practitioner", "plan_quality", "early_help",
        "family_help",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "wrong", "said"),
    [
        (6, "{event: assessment completed, within: 20 working days of the referral}", "more than 20 working days after"),
        (6, "{event: assessment completed, on: 2024-06-18}", "assessment completed happens on 19 June 2024, not on 18 June 2024"),
        (6, "{event: assessment completed, by: 2024-06-01}", "after 1 June 2024"),
        (6, "{event: assessment completed, not_before: 2024-07-01}", "before 1 July 2024"),
        (6, "{event: CIN plan started}", "CIN plan started does not happen"),
        (6, "{event: assessment completed, within: 1 month of the CIN visit}", "but no CIN visit came before it"),
        (6, "{event: assessment session, who: family support worker}", "assessment session by a family support worker does not"),
        (7, "{event: closed, outcome: RC7}", "instead: 19 June 2024 closed (RC8)"),
        (7, "{event: referral}", "referral does not happen after 19 June 2024 assessment completed"),
    ],
)
def test_what_does_not_happen_as_expected_is_said_with_its_line(tmp_path: Path, line: int, wrong: str, said: str) -> None:
    lines = GOOD.splitlines()
    lines[line - 1] = f"  - {wrong}"
    path = written(tmp_path, "\n".join(lines))
    (problem,) = check_journey(path).problems
    assert problem.startswith(f"{path}, line {line}: ")
    assert said in problem


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("never: [assessment completed]", "line 8: assessment completed happens, on 19 June 2024"),
        ("how_often: [{event: assessment session, times: 9}]", "line 8: assessment session happens 2 times between"),
        ("how_often: [{event: assessment session, at_least: 3}]", "fewer than 3"),
        ("how_often: [{event: assessment session, at_most: 1}]", "more than 1"),
    ],
)
def test_what_happens_too_often_or_at_all_is_said(tmp_path: Path, more: str, said: str) -> None:
    (problem,) = check_journey(written(tmp_path, GOOD + more + "\n")).problems
    assert said in problem


@pytest.mark.parametrize(
    ("instead_of", "wrong", "said"),
    [
        ("event: closed", "event: case closed", "line 7, key 'then.1.event': no event is called 'case closed'"),
        ("outcome: RC8", "outcome: RC99", "no reason or outcome is called 'RC99'"),
        ("need: not in need", "need: none", "'none' is no level of need: write one of no concern, not in need"),
        ("need: not in need", "need: {2024-05-01: in need}", "need changes at the start of a quarter"),
        ("need: not in need", "need: {2024-07-01: in need}", "levels of need start on 2024-04-01"),
        ("2024-04-15", "2019-04-15", "2019-04-15 is not between 2024-04-01 and 2030-03-31"),
        ("45 working days of the referral", "45 days", "must be a duration of an event"),
        ("because:", "reason:", "line 2, key 'reason'"),
        (
            "then:",
            "rules: {policies: {cin_visits: {interval: often}}}\nthen:",
            "line 5, key 'policies.cin_visits.interval'",
        ),
        (
            "then:",
            "rules: {policy: {}}\nthen:",
            "line 5, key 'rules.policy': no rule is called 'policy'; did you mean 'policies'?",
        ),
        ("outcome: RC8", "who: nurse", "no role is called 'nurse'; roles are social worker"),
    ],
)
def test_a_journey_that_makes_no_sense_is_refused_with_line_and_key(
    tmp_path: Path, instead_of: str, wrong: str, said: str
) -> None:
    with pytest.raises(InputError) as refused:
        check_journey(written(tmp_path, GOOD.replace(instead_of, wrong, 1)))
    assert said in str(refused.value)


def test_a_referral_of_a_child_whose_case_is_open_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("2024-04-15", "[2024-04-15, 2024-05-01]"))
    with pytest.raises(InputError, match="cannot be referred on 2024-05-01: its case is still open"):
        check_journey(path)


def test_the_command_says_of_each_journey_whether_it_holds_and_fails_where_one_does_not(tmp_path: Path) -> None:
    good = written(tmp_path, GOOD)
    done = CliRunner().invoke(app, ["check", "--journeys", str(good)])
    assert (done.exit_code, done.stdout) == (0, f"{good}: holds. A child found not in need\n")
    bad = written(tmp_path, GOOD.replace("RC8", "RC7"))
    done = CliRunner().invoke(app, ["check", "--journeys", str(tmp_path)])
    assert done.exit_code == 1
    assert f"{bad}: DOES NOT HOLD" in done.stdout
    assert "    19 June 2024 closed (RC8)" in done.stdout
    assert "line 7" in done.stderr
    assert CliRunner().invoke(app, ["check", "--journeys", str(tmp_path / "none")]).exit_code == 2
    assert CliRunner().invoke(app, ["check"]).exit_code == 2
