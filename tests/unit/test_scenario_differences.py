"""What differs between two scenarios is said in words, with where each value was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cinsim.cli import app
from cinsim.reference.register import load_register
from cinsim.scenario.differences import differences

pytestmark = pytest.mark.unit

BASE = "title: Base\narea: Leeds\nyears: 3\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_policy_that_one_scenario_adds_is_told_with_its_line_and_what_it_means(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", BASE)
    other = write(tmp_path, "visits.yaml", "title: Visits\nextends: base.yaml\npolicies:\n  cin_visits: {interval: 4 weeks}\n")
    (found,) = differences(base, other)[2]
    assert found.key == "policies.cin_visits.interval"
    assert found.values == ("30 working days", "4 weeks")
    assert found.origins == ("practice as it is", f"{other}:4")
    assert "between visits" in found.description


def test_a_value_inherited_from_another_file_names_that_file(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    leeds = write(tmp_path, "leeds.yaml", "title: Leeds\nextends: base.yaml\n")
    york = write(tmp_path, "york.yaml", "title: York\nextends: base.yaml\narea: York\n")
    (found,) = differences(leeds, york)[2]
    assert found.values == ("Leeds", "York")
    assert found.origins == (f"{tmp_path / 'base.yaml'}:2", f"{york}:3")


def test_names_and_titles_make_no_difference(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", BASE)
    same = write(tmp_path, "same.yaml", "title: Another title\nquestion: Why?\nextends: base.yaml\n")
    assert differences(base, same)[2] == ()


def test_the_same_duration_written_in_other_units_is_a_difference_one_can_see(tmp_path: Path) -> None:
    weeks = write(tmp_path, "weeks.yaml", BASE + "policies:\n  cin_visits: {interval: 4 weeks}\n")
    days = write(tmp_path, "days.yaml", BASE + "policies:\n  cin_visits: {interval: 20 working days}\n")
    (found,) = differences(weeks, days)[2]
    assert found.values == ("4 weeks", "20 working days")


def test_a_parameter_that_one_scenario_sets_stands_beside_the_registers(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", BASE)
    dear = write(tmp_path, "dear.yaml", BASE + "parameters: {cost_per_hour_social_worker: 60}\n")
    (found,) = differences(dear, base)[2]
    assert found.values == ("60", f"{load_register()['cost_per_hour_social_worker'].value:g}")
    assert found.origins == (f"{dear}:4", "the register's value")


def test_practice_as_it_is_follows_the_scenarios_own_parameters_and_what_differs_by_authority_is_not_set(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", BASE + "parameters: {high_quality_plan_share: 0.2, cin_review_interval_months: 4}\n")
    text = (
        "title: Much\nextends: base.yaml\npolicies:\n  plan_quality: {share_high_quality: 50%}\n"
        "  reviews: {cin_interval: 2 months}\n"
        "  cin_visits: {by_category: {neglect: 1 week}}\n  family_help: {merged: true}\nworkforce:\n"
        "  social_workers: {vacancy_rate: 5%}\n"
    )
    found = {each.key: each.values for each in differences(base, write(tmp_path, "much.yaml", text))[2]}
    assert found["policies.plan_quality.share_high_quality"] == ("20%", "50%")
    assert found["policies.reviews.cin_interval"] == ("4 months", "2 months")
    assert found["policies.cin_visits.by_category.neglect"] == ("30 working days", "1 week")
    assert found["policies.family_help.merged"] == ("no", "yes")
    assert found["workforce.social_workers.vacancy_rate"] == ("not set", "5%")


def test_settings_hold_for_both_scenarios(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", BASE)
    short = write(tmp_path, "short.yaml", "title: Short\narea: Leeds\nyears: 2\n")
    assert [each.key for each in differences(base, short)[2]] == ["years"]
    assert differences(base, short, {"years": "4"})[2] == ()


def test_keys_come_in_the_order_of_a_scenario(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", BASE)
    text = "title: Much\narea: Leeds\nyears: 2\ndemand: {referrals: -5%}\nworkforce: {overtime_limit: 5%}\nseed: 4\n"
    found = differences(base, write(tmp_path, "much.yaml", text))[2]
    assert [each.key for each in found] == ["years", "seed", "workforce.overtime_limit", "demand.referrals"]


def test_the_command_says_both_values_and_ends_with_status_0(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", BASE)
    other = write(tmp_path, "fewer.yaml", BASE + "demand: {referrals: -5%}\n")
    result = CliRunner().invoke(app, ["diff", str(base), str(other)])
    assert result.exit_code == 0
    assert "differ in 1 key" in result.stdout
    assert f"{other}  -5%  ({other}:4)" in result.stdout
    again = CliRunner().invoke(app, ["diff", str(base), str(base)])
    assert again.exit_code == 0
    assert "lay down the same" in again.stdout


def test_a_scenario_that_is_wrong_is_refused_with_its_line(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", BASE)
    wrong = write(tmp_path, "wrong.yaml", "title: Wrong\nyeers: 3\n")
    result = CliRunner().invoke(app, ["diff", str(base), str(wrong)])
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert "years" in result.stderr
