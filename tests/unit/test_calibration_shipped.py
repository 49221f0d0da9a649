"""The calibration that ships: whole, of one piece with the register, and taken up by runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cinsim.calibration.area_tables import FIT_FILE
from cinsim.calibration.point import PointFit, read_point
from cinsim.calibration.posterior import read_predictive
from cinsim.calibration.priors import STRUCTURES, load_space
from cinsim.calibration.targets import load_targets
from cinsim.reference.areas import usable_authorities
from cinsim.reference.calibrated import (
    area_correction,
    folder,
    point_file,
    point_values,
    posterior_draws,
    posterior_file,
    posterior_size,
    predictive_file,
)
from cinsim.reference.register import load_register
from cinsim.runs.run import make_plan
from cinsim.scenario.model import Scenario

pytestmark = pytest.mark.unit

FIT = read_point(folder() / point_file())
RIVALS = [read_point(folder() / point_file(structure)) for structure in STRUCTURES if structure != "both"]


def test_the_shipped_fit_is_of_the_shipped_targets_and_parameters() -> None:
    assert FIT.space.names == load_space().names
    assert FIT.targets.names == load_targets().names
    for ours, theirs in zip(FIT.targets, load_targets(), strict=True):
        assert (ours.value, ours.flag) == (pytest.approx(theirs.value), theirs.flag), ours.name


def test_the_register_holds_the_fitted_values_with_their_intervals() -> None:
    register = load_register()
    for name, value in FIT.values.items():
        assert register[name].value == pytest.approx(value, rel=1e-3, abs=1e-6), name
        assert register[name].status == "calibrated"
        assert "90% interval" in register[name].source


@pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.structure)
def test_a_rival_explanation_is_fitted_to_the_same_figures_and_runs_take_its_values(rival: PointFit) -> None:
    assert rival.space.names == load_space(structure=rival.structure).names
    assert [(target.name, target.flag) for target in rival.targets] == [(target.name, target.flag) for target in FIT.targets]
    assert point_values(rival.structure) == pytest.approx(rival.values)
    plan = make_plan([Scenario(title="Rival", replications=10, structure=rival.structure)])
    (taken,) = plan.parameters["scenario"]
    assert {name: taken[name] for name in rival.values} == pytest.approx(rival.values)
    # whatever it misses, children are referred and come back as published
    table = rival.table().set_index("target")
    assert table.loc["referrals", "simulated"] == pytest.approx(table.loc["referrals", "published"], rel=0.05)
    assert table.loc["re_referrals", "simulated"] == pytest.approx(table.loc["re_referrals", "published"], abs=2.0)
    register, alone = load_register(), set(rival.space.names) - set(FIT.space.names)
    assert alone
    for name in alone:
        assert register[name].value == pytest.approx(rival.values[name], rel=1e-3)
        assert f"under the structure {rival.structure}" in register[name].source


def test_most_fitted_targets_are_close_and_childhood_incidence_is_within_15_per_cent() -> None:
    table = FIT.table().set_index("target")
    fitted = table[table["flag"] == "fit"]
    assert fitted["close"].mean() > 0.75
    for name in ("ever_referred", "ever_assessed", "ever_in_need", "ever_cpp"):
        assert table.loc[name, "flag"] == "check"
        assert table.loc[name, "simulated"] == pytest.approx(table.loc[name, "published"], rel=0.15), name


def test_the_posterior_holds_thirty_draws_or_more_that_differ_and_that_the_register_allows() -> None:
    size = posterior_size()
    assert size >= 30
    draws = pd.DataFrame(posterior_draws(size))
    assert set(draws.columns) == set(FIT.space.names)
    assert draws.nunique().min() > 0.5 * size
    simulated = read_predictive(FIT, folder() / predictive_file())
    assert simulated is not None
    assert simulated.shape == (size, len(FIT.targets))
    assert np.isfinite(simulated).all()
    assert (folder() / posterior_file()).is_file()


def test_ten_replications_are_five_draws_twice() -> None:
    plan = make_plan([Scenario(title="Default", replications=10)])
    assert (plan.arms["scenario"].draws, plan.arms["scenario"].replications) == (5, 2)
    assert len({values["known_effect"] for values in plan.parameters["scenario"]}) == 5


def test_every_usable_authority_has_a_correction_and_figures_that_it_was_fitted_to() -> None:
    authorities = usable_authorities()
    assert len(authorities) == 151
    for area in authorities:
        correction = area_correction(area.area_code)
        assert 0.2 < correction.times["referral_level"] < 5.0, area.area_name
        assert all(abs(shift) < 5.0 for shift in correction.plus.values()), area.area_name
    table = pd.read_csv(folder() / FIT_FILE)
    assert set(table["area_code"]) == {area.area_code for area in authorities}
    fitted, checked = table[table["flag"] == "fit"], table[table["flag"] == "check"]
    assert (fitted["low"] <= fitted["high"]).all()
    assert len(fitted) + len(checked) == len(table)
    assert set(checked["area_code"]) == {area.area_code for area in authorities}
    assert not table.duplicated(["area_code", "measure"]).any()
