"""What calibrations leave in the package, and how a run takes it up."""

from __future__ import annotations

from pathlib import Path

import pytest

from cinsim.errors import InputError
from cinsim.policy.national import own_thresholds
from cinsim.reference import calibrated
from cinsim.reference.areas import find_area
from cinsim.reference.calibrated import (
    AreaCorrection,
    area_correction,
    point_values,
    posterior_draws,
    posterior_order,
    read_corrections,
)
from cinsim.reference.events import Event
from cinsim.reference.parameters import parameters_from
from cinsim.reference.register import load_register
from cinsim.runs.manifest import posterior_rows
from cinsim.runs.run import make_plan
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import replicate

pytestmark = pytest.mark.unit


def write_posterior(folder: Path, *rows: str, structure: str = "both") -> None:
    text = "\n".join(("draw,known_effect,concern_sd", *rows)) + "\n"
    (folder / calibrated.posterior_file(structure)).write_text(text, encoding="utf-8")


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(calibrated, "folder", lambda: tmp_path)
    return tmp_path


def test_a_scenario_that_asks_for_draws_is_refused_until_there_is_a_posterior(results: Path) -> None:
    with pytest.raises(InputError, match=r"key 'draws'.*no posterior has been calibrated.*'point' takes the best values"):
        make_plan([Scenario(title="Draws", draws=3)])


@pytest.mark.parametrize(
    ("replications", "draws", "each"),
    [(10, 5, 2), (20, 10, 2), (15, 5, 3), (12, 6, 2), (40, 12, None), (9, "point", 9), (11, "point", 11)],
)
def test_by_default_ten_or_more_replications_are_spread_over_draws_evenly(
    results: Path, replications: int, draws: int | str, each: int | None
) -> None:
    write_posterior(results, *(f"{n},{10 + n},0.5" for n in range(12)))
    plan = make_plan([Scenario(title="Default", replications=replications)])
    scenario = plan.arms["scenario"]
    if each is None:  # the posterior holds twelve; ten of them divide forty
        draws, each = 10, 4
    assert (scenario.draws, scenario.replications) == (draws, each)
    sets = plan.parameters["scenario"]
    assert len(sets) == (1 if draws == "point" else draws)
    assert len(sets) * scenario.replications == replications
    best = load_register()["known_effect"].value
    wanted = [best] if draws == "point" else [10 + n for n in posterior_order(12, scenario.seed)[: len(sets)]]
    assert [values["known_effect"] for values in sets] == wanted


def test_the_best_point_is_taken_by_default_where_there_is_no_posterior_of_every_structure_compared(results: Path) -> None:
    assert make_plan([Scenario(title="Default")]).arms["scenario"].draws == "point"
    write_posterior(results, *(f"{n},{10 + n},0.5" for n in range(12)))
    rivals = [Scenario(name="one", title="One"), Scenario(name="other", title="Other", structure="known_to_services")]
    assert {scenario.draws for scenario in make_plan(rivals).arms.values()} == {"point"}


def test_the_seed_chooses_the_draws_and_the_register_gives_the_rest(results: Path) -> None:
    write_posterior(results, *(f"{n},{10 + n},0.{n + 10}" for n in range(12)))
    plans = {seed: make_plan([Scenario(title="Draws", draws=3, seed=seed)]) for seed in range(8)}
    taken = {seed: tuple(values["known_effect"] for values in plan.parameters["scenario"]) for seed, plan in plans.items()}
    assert len(set(taken.values())) > 4  # no three draws stand for the posterior in all runs
    assert len({effect for effects in taken.values() for effect in effects}) > 6
    for seed, plan in plans.items():
        sets = plan.parameters["scenario"]
        assert len({values["known_effect"] for values in sets}) == 3
        rows = posterior_order(12, seed)[:3]
        assert [(values["known_effect"], values["concern_sd"]) for values in sets] == [
            (10 + n, float(f"0.{n + 10}")) for n in rows
        ]
        assert posterior_rows(plan.arms["scenario"], sets) == rows
        assert sets[0]["turnover_rate"] == load_register()["turnover_rate"].value
        assert len(sets[0]) == len(load_register())


def test_more_draws_keep_those_before_them_and_scenarios_compared_share_them(results: Path) -> None:
    write_posterior(results, *(f"{n},{10 + n},0.5" for n in range(12)))
    few, many = (
        make_plan([Scenario(name="one", title="One", replications=n), Scenario(name="other", title="Other", replications=n)])
        for n in (10, 20)
    )
    assert few.parameters["one"] == few.parameters["other"]
    assert many.parameters["one"][:5] == few.parameters["one"]
    kept = {task.key for task in few.tasks("none")}
    assert kept < {task.key for task in many.tasks("none")}


def test_parameter_sets_of_a_users_own_are_not_called_draws_from_the_posterior(results: Path) -> None:
    write_posterior(results, *(f"{n},{10 + n},0.5" for n in range(6)))
    own = make_plan([Scenario(title="Draws", draws=2)], [{"known_effect": 11.0}, {"known_effect": 12.5}])
    assert posterior_rows(own.arms["scenario"], own.parameters["scenario"]) is None
    assert posterior_rows(Scenario(title="Point", draws="point"), [{}]) is None


def test_a_scenarios_own_parameters_stand_above_the_posteriors(results: Path) -> None:
    write_posterior(results, "0,12,0.5", "1,14,0.6")
    plan = make_plan([Scenario(title="Draws", draws=2, parameters={"known_effect": 9.0})])
    assert [values["known_effect"] for values in plan.parameters["scenario"]] == [9.0, 9.0]


def test_more_draws_than_there_are_and_values_out_of_range_are_refused(results: Path) -> None:
    write_posterior(results, "0,12,0.5", "1,1400,0.6")
    with pytest.raises(InputError, match="asks for 3 draws, and the posterior holds 2"):
        posterior_draws(3)
    with pytest.raises(InputError, match=r"england_posterior.csv, line 3: draw 1: .*lies outside"):
        posterior_draws(2)


def test_a_rival_structure_has_draws_and_a_best_point_of_its_own(results: Path) -> None:
    write_posterior(results, "0,12,0.5")
    rival = Scenario(title="Draws", draws=1, structure="known_to_services")
    with pytest.raises(InputError, match="no posterior under the structure known_to_services"):
        make_plan([rival])
    write_posterior(results, "0,20,0.4", structure="known_to_services")
    assert make_plan([rival]).parameters["scenario"][0]["concern_sd"] == 0.4
    assert point_values("known_to_services") == {}
    point = '{"parameters": [{"name": "known_effect_alone", "value": 18.5}]}'
    (results / "england_known_to_services.json").write_text(point, encoding="utf-8")
    assert point_values("known_to_services") == {"known_effect_alone": 18.5}
    plan = make_plan([rival.with_(draws="point"), Scenario(title="Both", name="both", structure="both", draws="point")])
    assert plan.parameters["scenario"][0]["known_effect_alone"] == 18.5
    assert plan.parameters["both"][0]["known_effect_alone"] == load_register()["known_effect_alone"].value


def test_a_correction_multiplies_parameters_within_the_registers_range_and_shifts_thresholds(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text("area_code,times_known_effect,plus_plan,sd_plus_plan\nE06000017,1.5,-0.2,0.1\nX,900,0,0\n", encoding="utf-8")
    corrections = read_corrections(path)
    rutland = corrections["E06000017"]
    assert rutland.parameters({"known_effect": 10.0, "concern_sd": 1.0}) == {"known_effect": 15.0}
    assert rutland.plus == {"plan": -0.2}
    assert corrections["X"].parameters({"known_effect": 10.0}) == {"known_effect": load_register()["known_effect"].high}


def test_an_area_that_was_not_fitted_has_no_correction(results: Path) -> None:
    assert area_correction("E92000001") == AreaCorrection()
    assert AreaCorrection().parameters({"known_effect": 10.0}) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("area_code,times_known_efect\n", "times_known_efect: no such column"),
        ("area_code,plus_plans\n", "plus_plans: no such column"),
        ("code,plus_plan\n", "area_code: no such column"),
        ("area_code,plus_plan\nX,\n", "line 2, key 'plus_plan': a correction is not a number"),
    ],
)
def test_a_broken_table_of_corrections_is_told(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "areas.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_corrections(path)


def test_a_fitted_authority_takes_its_correction_into_a_run(results: Path) -> None:
    rutland = find_area("Rutland")
    scenario = Scenario(title="Fitted", area="Rutland", years=1, warm_up=0, population_fraction=0.5)
    before = replicate(scenario, rutland)
    thresholds = own_thresholds(rutland, parameters_from())
    calibrated._corrections.cache_clear()
    (results / "areas.csv").write_text(
        f"area_code,area_name,times_referral_level,plus_plan\n{rutland.area_code},Rutland,1.5,0.3\n", encoding="utf-8"
    )
    try:
        after = replicate(scenario, rutland)
        left_out = replicate(scenario, rutland, corrected=False)
        assert after.parameters["referral_level"] == pytest.approx(1.5 * before.parameters["referral_level"])
        assert own_thresholds(rutland, parameters_from()).plan == pytest.approx(thresholds.plan + 0.3)
        assert own_thresholds(find_area("Leeds"), parameters_from()) == own_thresholds(
            find_area("Leeds"), parameters_from(), corrected=False
        )
        referred = [int((run.record.rows()["event"] == Event.REFERRAL).sum()) for run in (before, after, left_out)]
        assert referred[1] > 1.2 * referred[0]
        assert referred[2] == referred[0]
    finally:
        calibrated._corrections.cache_clear()
