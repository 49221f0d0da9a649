"""``cinsim check`` says what is simulated: runs, dates, areas, where values come from, posts; and messages give right advice."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cinsim.cli import app
from cinsim.reference.areas import find_area

pytestmark = pytest.mark.unit

BASE = "title: Base\narea: Rutland\n"


def check(tmp_path: Path, text: str, *options: str) -> tuple[int, str, str]:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(f"title: Mine\nextends: base.yaml\n{text}\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(path), *options])
    return done.exit_code, " ".join(done.stdout.split()), " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "10 runs (5 parameter sets x 2 replications)"),
        ("draws: point", "10 runs (1 parameter set x 10 replications)"),
        ("replications: 1", "1 run (1 parameter set x 1 replication)"),
        ("area: [Leeds, Kent]", "20 runs (2 areas x 5 parameter sets x 2 replications)"),
        ("area: [Leeds, Kent]", "Leeds, Kent, "),
        ("area: all", "and 139 more"),
        ("years: 1", "1 year from 2024-04-01 to 2025-03-31, after 4 years of warm-up"),
        ("", "takes about "),
    ],
)
def test_a_check_says_the_true_number_of_runs_the_areas_and_the_dates(tmp_path: Path, text: str, said: str) -> None:
    code, printed, _ = check(tmp_path, text)
    assert code == 0
    assert said in printed


def test_a_check_says_where_each_value_was_written_from_when_it_holds_and_in_which_unit(tmp_path: Path) -> None:
    text = (
        "policy_start: 2025-04-01\nphase_in: 12 months\nworkforce: {social_workers: {caseload_limit: 18.0}}\n"
        "policies: {cin_visits: {interval: 4 weeks, phase_in: 0 days}}"
    )
    _, printed, _ = check(tmp_path, text, "--set", "demand.referrals=-5%")
    assert "caseload_limit: 18 points (" in printed
    assert "mine.yaml:5), from 2025-04-01, in full from 2026-04-01" in printed
    assert "policies.cin_visits.interval: 4 weeks (" in printed
    assert "mine.yaml:6), from 2025-04-01 " in printed
    assert "demand.referrals: -5% (--set)" in printed


def test_a_check_says_the_posts_that_are_simulated(tmp_path: Path) -> None:
    _, printed, _ = check(tmp_path, "workforce: {conference_chairs: {fte: 2.3}, screening_social_workers: {fte: +100%}}")
    assert "conference chairs 2.3 (before: " in printed
    assert "screening social workers " in printed


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "years=1", "--set", "years=3"), "'years' is set twice"),
        (("--set", "demand.referrals=5%"), "write '+5%' or '-5%'"),
        (("--set", "precision={share: 0%, measures: [referral_rate]}"), "more than 0%"),
        (("--set", "population_fraction=0.00001"), "is no child"),
        (("--set", "population_fraction=1e-320"), "is no child"),
        (("--set", "policies.cin_visits.interval=1e-320 days"), "'1 working day'"),
        (("--set", "policies.cin_visits.interval=1e-9 days"), "'1 working day'"),
        (("--set", "policies.reviews.cpp_interval=1 working day"), "'1 week'"),
        (("--set", "workforce.social_workers.fte=1000000"), "at most 10000"),
        (("--set", "workforce.conference_chairs.fte=1e308"), "at most 10000"),
        (("--set", "workforce.social_workers.fte=+1e6%"), "at most +1000%"),
    ],
)
def test_what_would_end_in_a_traceback_or_be_dropped_is_refused_by_check(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    code, _, wrong = check(tmp_path, "", *options)
    assert code == 2
    assert said in wrong


def test_what_is_advised_for_a_change_without_its_sign_is_taken(tmp_path: Path) -> None:
    assert check(tmp_path, "", "--set", "demand.referrals=+5%")[0] == 0


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Leeds City Council", "Leeds"),
        ("City of York", "York"),
        ("London Borough of Camden", "Camden"),
        ("Kent County Council", "Kent"),
    ],
)
def test_the_name_of_a_council_is_answered_with_its_area(tmp_path: Path, written: str, meant: str) -> None:
    code, _, wrong = check(tmp_path, f"area: {written}")
    assert code == 2
    assert f"did you mean {find_area(meant).area_name}" in wrong
