"""Stage one: priors, the search, its result on disk, and the register."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cinsim.calibration.moments import SLOPES_FROM, SearchSettings, broyden, linear_step, search
from cinsim.calibration.point import PointFit, is_close, read_point, write_point
from cinsim.calibration.priors import CUT_OFF, STRUCTURES, Prior, Space, load_space
from cinsim.calibration.register_update import difference, updated_register, updates_of
from cinsim.calibration.simulator import Request, run_points
from cinsim.calibration.targets import load_targets
from cinsim.errors import InputError, RunError
from cinsim.reference.calibrated import point_values
from cinsim.reference.register import load_register, parse_register
from tests.calibration_toys import ToySimulator, toy, toy_space

pytestmark = pytest.mark.unit

HEADER = "parameter,scale,low,high,structures,reason"


def start(simulator: ToySimulator) -> dict[str, float]:
    return simulator.space.values(np.zeros(len(simulator.space)))


def fitted(simulator: ToySimulator, **settings: object) -> PointFit:
    found = search(simulator, simulator.space, start(simulator), SearchSettings(**settings))  # type: ignore[arg-type]
    held = {name: p.value for name, p in load_register().items() if name not in simulator.space.names}
    return PointFit("both", 2024, {"years": 4}, simulator.space, simulator.targets, found, held)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_every_prior_lies_within_the_registers_range_and_holds_the_fitted_value(structure: str) -> None:
    space = load_space(structure=structure)
    register = load_register()
    fitted_values = {name: entry.value for name, entry in register.items()} | point_values(structure)
    for prior, low, high in zip(space.priors, space.low, space.high, strict=True):
        entry = register[prior.name]
        assert entry.low <= prior.value(low) < prior.value(high) <= entry.high, prior.name
        assert entry.status in ("calibrated", "scenario"), prior.name
        assert low < prior.unit(fitted_values[prior.name]) < high, prior.name


def test_rival_structures_fit_the_parameters_that_they_have() -> None:
    both, lasting, known = (set(load_space(structure=structure).names) for structure in STRUCTURES)
    assert {"need_sd_lasting", "known_effect"} <= both
    assert "need_sd_lasting_alone" in lasting
    assert not {"known_effect", "known_effect_alone", "known_half_life_months", "need_sd_lasting"} & lasting
    assert {"known_effect_alone", "known_half_life_months"} <= known
    assert not {"need_sd_lasting", "need_sd_lasting_alone", "known_effect"} & known


def test_a_parameter_may_have_a_prior_for_each_structure_and_no_two_for_one(tmp_path: Path) -> None:
    path = tmp_path / "priors.csv"
    rows = ["threshold_plan,linear,1,3,both known_to_services,r", "threshold_plan,linear,4,9,lasting_differences,r"]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    assert [load_space(path, structure).priors[0].low for structure in STRUCTURES] == [1.0, 4.0, 1.0]
    for written, structure in (("", "both"), ("lasting_differences", "lasting_differences")):
        again = f"threshold_plan,linear,0,1,{written},r"
        path.write_text("\n".join([HEADER, *rows, again]) + "\n", encoding="utf-8")
        with pytest.raises(InputError, match=f"line 4.*threshold_plan stands twice for the structure {structure}"):
            load_space(path)


def test_prior_units_put_the_stated_range_at_the_central_95_percent() -> None:
    for prior in toy_space(5).priors:
        assert prior.unit(prior.high) == pytest.approx(1.96, abs=1e-3)
        assert prior.unit(prior.low) == pytest.approx(-1.96, abs=1e-3)
        assert prior.value(prior.unit(prior.low)) == pytest.approx(prior.low)


def test_values_beyond_the_cut_off_are_moved_to_it() -> None:
    space = toy_space(5)
    values = (0.0, 9.0, 40.0, 1.0, 1.0)
    units = space.units(dict(zip(space.names, values, strict=True)))
    assert np.all(np.abs(units) <= CUT_OFF)
    assert units[0] == space.low[0]
    assert units[2] == space.high[2]


def test_a_log_scale_prior_may_have_a_register_range_that_starts_at_zero() -> None:
    space = Space([Prior("known_effect", "log", 5.0, 30.0)])
    assert space.low[0] == -CUT_OFF


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("known_efect,log,5,30,,r", "key 'parameter': 'known_efect' is not a registered parameter"),
        ("known_effect,log,30,30,,r", "key 'low': the range of known_effect is empty: 30 to 30"),
        ("known_effect,log,5,300,,r", "key 'low': 5 to 300 reaches beyond the register's range"),
        ("known_effect,log,0,30,,r", "key 'low': 0 to 30 is impossible on the log scale"),
        ("known_effect,square,5,30,,r", "key 'scale': must be one of linear, log, logit, not 'square'"),
        ("known_effect,log,five,30,,r", "key 'low': 'five' is not a number"),
        ("known_effect,log,5,30,neither,r", "key 'structures': must be some of both"),
    ],
)
def test_a_wrong_prior_is_told_before_anything_is_simulated(tmp_path: Path, row: str, words: str) -> None:
    path = tmp_path / "priors.csv"
    path.write_text(f"{HEADER}\nconcern_sd,log,0.3,1.2,,r\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_space(path)
    assert "priors.csv, line 3" in str(error.value)
    assert words in str(error.value)


def test_a_linear_simulator_without_luck_is_fitted_to_the_posterior_mode() -> None:
    simulator = toy()
    fit = fitted(simulator, replications=2, reports=2, enough=1e-6)
    errors = simulator.targets.linked_errors()
    weighted = simulator.slopes / errors[:, None]
    precision = weighted.T @ weighted + np.eye(3)
    wanted = np.linalg.solve(precision, weighted.T @ ((simulator.targets.linked_values() - simulator.at_zero) / errors))
    assert fit.found.units == pytest.approx(wanted, abs=1e-3)
    assert fit.found.covariance == pytest.approx(np.linalg.inv(precision), abs=1e-4)
    assert fit.found.jacobian == pytest.approx(simulator.slopes, abs=1e-6)


def test_a_bent_noisy_simulator_is_fitted_within_its_luck() -> None:
    fit = fitted(toy(bend=0.25, noise=0.02, noise_of_point=0.005), reports=30, iterations=10)
    assert np.abs(fit.table()["errors_off"]).max() < 2.0
    assert fit.found.path[-1] < 0.05 * fit.found.path[0]
    assert list(fit.found.path) == sorted(fit.found.path, reverse=True)


def test_check_targets_are_reported_and_never_fitted() -> None:
    simulator = toy(measures=6, checks=2)
    fit = fitted(simulator, replications=2, reports=2)
    assert list(fit.table()["flag"]) == ["fit"] * 4 + ["check"] * 2
    pulled = toy(measures=6, checks=2)
    pulled.at_zero = pulled.at_zero + np.array([0, 0, 0, 0, 0.5, 0.5])
    assert fitted(pulled, replications=2, reports=2).found.units == pytest.approx(fit.found.units, abs=1e-9)


def test_search_and_report_use_replications_of_their_own() -> None:
    simulator = toy(noise=0.01)
    fitted(simulator, replications=3, reports=4)
    used = {request.replication for request in simulator.asked}
    assert {0, 1, 2} < used
    assert {2000, 2001, 2002, 2003} <= used
    reported = [request.parameters for request in simulator.asked if request.replication == 2000]
    assert len(reported) == 1


def test_a_parameter_the_data_say_nothing_of_keeps_its_prior() -> None:
    simulator = toy()
    simulator.slopes[:, 1] = 0.0
    fit = fitted(simulator, replications=2, reports=2)
    assert fit.spreads[1] == pytest.approx(1.0)
    assert fit.found.units[1] == pytest.approx(0.0, abs=1e-6)
    low, high = fit.interval("help_per_visit")
    assert 0.01 < low < high < 0.1


def test_a_step_stays_within_its_bounds() -> None:
    step = linear_step(
        np.array([10.0]), np.array([[1.0, 0.1]]), np.array([0.1]), np.zeros(2), np.full(2, -0.5), np.full(2, 0.5), 0.0
    )
    assert step == pytest.approx([0.5, 0.5])


def test_broydens_update_explains_the_step_and_nothing_across_it() -> None:
    jacobian = np.array([[1.0, 2.0], [0.0, 1.0]])
    step, change = np.array([0.5, 0.0]), np.array([1.0, 0.5])
    new = broyden(jacobian, step, change)
    assert new @ step == pytest.approx(change)
    assert new @ np.array([0.0, 1.0]) == pytest.approx(jacobian @ np.array([0.0, 1.0]))
    assert broyden(jacobian, np.zeros(2), change) is jacobian


def test_a_single_replication_is_refused_because_luck_cannot_be_told_from_it() -> None:
    with pytest.raises(InputError, match="needs 2 or more"):
        SearchSettings(replications=1)


def test_a_target_without_a_value_in_a_run_stops_the_fit_with_its_name() -> None:
    simulator = toy()
    simulator.at_zero = simulator.at_zero * np.array([1, 1, np.nan, 1, 1])
    with pytest.raises(RunError, match="no value of assessment_days_p50"):
        run_points(simulator, [start(simulator)], range(2))


def with_gaps(simulator: ToySimulator, most: int) -> SimpleNamespace:
    """Return a simulator whose first simulations of a design lack the value of one target."""
    left = iter(range(most))

    def run(requests: Sequence[Request]) -> np.ndarray:
        values = simulator.run(requests)
        for place, request in enumerate(requests):
            if request.replication >= SLOPES_FROM and next(left, None) is not None:
                values[place, 2] = np.nan
        return values

    return SimpleNamespace(run=run, targets=simulator.targets)


def test_a_few_simulations_of_a_design_without_a_value_do_not_stop_the_search_and_many_do() -> None:
    simulator, settings = toy(), SearchSettings(replications=2, reports=2, enough=1e-6)
    found = search(with_gaps(simulator, 1), simulator.space, start(simulator), settings)  # type: ignore[arg-type]
    assert found.jacobian == pytest.approx(simulator.slopes, abs=1e-6)
    with pytest.raises(RunError, match="no value of assessment_days_p50"):
        search(with_gaps(simulator, 3), simulator.space, start(simulator), settings)  # type: ignore[arg-type]


def test_a_fit_reads_back_as_it_was_written(tmp_path: Path) -> None:
    fit = fitted(toy(noise=0.01))
    path = tmp_path / "england.json"
    write_point(fit, path)
    again = read_point(path)
    assert again.values == pytest.approx(fit.values)
    assert again.found.jacobian == pytest.approx(fit.found.jacobian, abs=1e-7)
    assert again.table()["errors_off"].tolist() == pytest.approx(fit.table()["errors_off"].tolist())
    assert (again.structure, again.year, again.targets.names) == (fit.structure, fit.year, fit.targets.names)


def test_a_fit_that_is_not_there_or_broken_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cinsim calibrate england"):
        read_point(tmp_path / "england.json")
    (tmp_path / "england.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="not valid JSON"):
        read_point(tmp_path / "england.json")


def test_closeness_has_the_measures_own_standard() -> None:
    named = {target.name: target for target in load_targets()}
    assert is_close(named["referrals"], 1.029 * named["referrals"].value)
    assert not is_close(named["referrals"], 1.031 * named["referrals"].value)
    assert is_close(named["assessment_p50"], 35.9)
    assert not is_close(named["assessment_p50"], 36.1)
    assert is_close(named["cpp_ended_2_years"], named["cpp_ended_2_years"].value + 2.9)
    assert not is_close(named["cpp_ended_2_years"], named["cpp_ended_2_years"].value + 3.1)


def register_text() -> str:
    return files("cinsim.reference").joinpath("parameters.yaml").read_text(encoding="utf-8")


def test_fitted_values_change_two_lines_of_an_entry_and_nothing_else() -> None:
    updates = updates_of(fitted(toy()))
    before = register_text()
    after = updated_register(before, updates)
    register = parse_register(after)
    for name, (value, source) in updates.items():
        assert register[name].value == pytest.approx(value, rel=1e-3)
        assert register[name].source == source
        assert "90% interval" in source
    others = {name: p for name, p in parse_register(before).items() if name not in updates}
    assert all(register[name] == p for name, p in others.items())
    told = difference(before, after)
    changed = [line for line in told.splitlines() if line[:1] == "+" and line[:3] != "+++"]
    assert len(changed) == 2 * len(updates)


def test_a_value_out_of_range_or_without_entry_never_reaches_the_register() -> None:
    with pytest.raises(InputError, match="lies outside"):
        updated_register(register_text(), {"known_effect": (99.0, "invented")})
    with pytest.raises(InputError, match="has no entry"):
        updated_register(register_text(), {"known_efect": (9.0, "invented")})
    assert difference("a\n", "a\n") == ""
