"""The Python interface, as its documentation shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

import cinsim

pytestmark = pytest.mark.end_to_end

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def scenario() -> object:
    return cinsim.load_scenario(SCENARIOS / "baseline.yaml", {"area": "Rutland", "years": "1", "warm_up": "1"})


@pytest.fixture(scope="module")
def result(scenario: object) -> cinsim.RunResult:
    return cinsim.run(scenario, replications=2, jobs=1)


def test_a_run_gives_measures_summary_and_manifest_without_a_folder_being_named(result: cinsim.RunResult) -> None:
    columns = ["scenario", "area_code", "area_name", "year", "draw", "replication", "measure", "group", "value"]
    assert list(result.measures.columns) == columns
    assert result.computed == 2
    referrals = result.measures.query("measure == 'referrals' and group == 'all'")
    mean = result.summary.query("measure == 'referrals' and group == 'all'")["mean"].item()
    assert referrals["value"].mean() == pytest.approx(mean)
    assert result.manifest["scenario"]["area"] == "Rutland"
    assert "Rutland" in set(result.summary["area_name"])


def test_event_records_are_read_for_one_run_or_for_all(result: cinsim.RunResult) -> None:
    everything = result.events()
    assert set(everything["run"]) == {0, 1}
    one = result.events(1, columns=["run", "event", "time"])
    assert set(one["run"]) == {1}
    assert list(one.columns) == ["run", "event", "time"]
    assert len(one) == (everything["run"] == 1).sum()


def test_records_that_were_not_kept_are_an_error_that_says_how_to_keep_them(scenario: object) -> None:
    without = cinsim.run(scenario, replications=1, jobs=1, events="none")
    with pytest.raises(cinsim.InputError, match="events='first' or 'all'"):
        without.events()


def test_a_temporary_folder_is_gone_with_its_result(scenario: object) -> None:
    result = cinsim.run(scenario, replications=1, jobs=1)
    folder = result.folder
    assert folder.is_dir()
    del result
    assert not folder.exists()


def test_a_comparison_pairs_the_same_luck(scenario: cinsim.api.Scenario) -> None:
    fewer = scenario.with_({"name": "fewer", "demand.referrals": "-20%"})
    comparison = cinsim.compare(scenario, fewer, replications=2, jobs=1)
    assert isinstance(comparison, cinsim.Comparison)
    referrals = comparison.differences.query("measure == 'referrals' and group == 'all'")
    assert referrals["n"].item() == 2
    assert referrals["difference"].item() < 0
    assert referrals["share_of_pairs_lower"].item() == 1
    changed = comparison.children_changed
    assert set(changed["scenario"]) == {"fewer"}
    assert len(changed) > 0


def test_a_comparison_needs_another_scenario(scenario: object) -> None:
    with pytest.raises(cinsim.InputError, match="at least one other"):
        cinsim.compare(scenario, [])


def test_parameter_sets_are_draws_of_a_run(scenario: object) -> None:
    result = cinsim.run(scenario, replications=1, jobs=1, parameter_sets=[{}, {"help_per_visit": 0.05}])
    assert set(result.measures["draw"]) == {0, 1}
    assert [values["help_per_visit"] for values in result.manifest["parameter_sets"]["baseline"]][1] == 0.05
