"""What a fit of England begins from and allows for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cinsim.calibration.area_model import AreaModel
from cinsim.calibration.authorities import AreaFits
from cinsim.calibration.england import Setting, _jacobian_for, _nearer, area_setting, require_writable
from cinsim.calibration.moments import Found, Reporter, SearchSettings, search
from cinsim.calibration.point import PointFit
from cinsim.calibration.pooling import Corrections
from cinsim.calibration.priors import load_space
from cinsim.calibration.rebasing import rebased
from cinsim.calibration.simulator import size_effect
from cinsim.calibration.targets import Targets, load_targets
from cinsim.errors import InputError
from cinsim.policy.national import own_thresholds
from cinsim.reference.areas import find_area
from cinsim.reference.parameters import parameters_from
from cinsim.reference.register import load_register
from cinsim.simulation.replicate import referral_level
from tests.calibration_toys import ToySimulator, toy

pytestmark = pytest.mark.unit


def start(simulator: ToySimulator) -> dict[str, float]:
    return simulator.space.values(np.zeros(len(simulator.space)))


def test_what_size_changes_is_measured_and_luck_is_taken_off_it() -> None:
    part = toy(noise=0.01, noise_of_point=0.01)
    whole = replace(part, at_zero=part.at_zero + np.array([0.0, 0.5, 0.0, 0.0, -0.3]))
    found = size_effect(whole, part, start(part), 12)
    assert found[[1, 4]] == pytest.approx([0.5, -0.3], abs=0.03)
    assert found[[0, 2, 3]] == pytest.approx(np.zeros(3), abs=0.01)


def test_the_reported_fit_is_of_whole_authorities_where_the_search_was_of_parts() -> None:
    part = toy(noise=0.01)
    whole = replace(part, asked=[])
    found = search(part, part.space, start(part), SearchSettings(reports=4), whole=Reporter(whole, 5, 4.0))
    assert {request.replication for request in whole.asked} == {2000, 2001, 2002, 2003, 2004}
    assert not any(2000 <= request.replication < 3000 for request in part.asked)
    assert found.replications == 20


def test_a_rival_begins_with_the_jacobian_of_both_explanations_column_by_column() -> None:
    space, targets = load_space(), load_targets()
    jacobian = np.random.Generator(np.random.Philox(1)).standard_normal((len(targets), len(space)))
    found = Found(np.zeros(len(space)), targets.linked_values(), np.ones(len(targets)), 2, jacobian, np.eye(len(space)), 0.0, ())
    before = PointFit("both", 2024, {}, space, targets, found, {})
    rival = load_space(structure="known_to_services")
    taken = _jacobian_for(rival, targets, before)
    assert taken is not None
    shared = [name for name in rival.names if name in space.names]
    for name in shared:
        assert taken[:, rival.names.index(name)] == pytest.approx(jacobian[:, space.names.index(name)])
    alone = rival.names.index("known_effect_alone")
    both = space.names.index("known_effect")
    ratio = rival.priors[alone].spread / space.priors[both].spread
    assert taken[:, alone] == pytest.approx(ratio * jacobian[:, both])
    assert _jacobian_for(rival, Targets(list(targets)[:3]), before) is None


def test_a_rival_sets_out_from_the_middle_of_the_priors_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cinsim.calibration.england.coarse_start", lambda simulator, space, start, settings, say: start)
    register = {name: entry.value for name, entry in load_register().items()}
    for structure, wanted in (("lasting_differences", 11), ("known_to_services", 1)):
        space = load_space(structure=structure)
        begun = _nearer(Setting(structure=structure, out=tmp_path, into=tmp_path), space, load_targets(), register)
        own = {prior.name for prior in space.priors if prior.structures == (structure,)}
        assert len(own) == wanted
        for prior in space.priors:
            assert begun[prior.name] == pytest.approx(prior.value(0.0) if prior.name in own else register[prior.name]), prior.name


def test_no_design_is_possible_only_where_a_jacobian_is_given() -> None:
    simulator = toy(noise=0.001)
    with pytest.raises(InputError, match="--repeats"):
        search(simulator, simulator.space, start(simulator), SearchSettings(jacobian_replications=0))
    settings = SearchSettings(jacobian_replications=0, reports=2)
    found = search(simulator, simulator.space, start(simulator), settings, jacobian=simulator.slopes)
    assert len(simulator.asked) < 60
    assert found.jacobian == pytest.approx(simulator.slopes, abs=0.1)
    with pytest.raises(InputError, match="--wholes"):
        SearchSettings(wholes=1)


def test_authorities_are_simulated_for_as_long_as_england_was_and_with_all_their_children(tmp_path: Path) -> None:
    found = Found(np.zeros(1), np.zeros(1), np.zeros(1), 1, np.zeros((1, 1)), np.eye(1), 0.0, ())
    fit = PointFit("both", 2024, {"years": 2, "warm_up": 3}, load_space(), load_targets(), found, {})
    setting = area_setting(Setting(out=tmp_path, into=tmp_path, population_fraction=0.25), fit)
    assert (setting.years, setting.warm_up, setting.population_fraction) == (2, 3, 1.0)


def test_results_go_only_where_they_can_be_written(tmp_path: Path) -> None:
    require_writable(tmp_path / "new")
    assert not list((tmp_path / "new").iterdir())
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        require_writable(tmp_path / "file")


def test_a_correction_fitted_to_a_return_gives_the_same_thresholds_and_level_in_a_run() -> None:
    space, targets = load_space(), load_targets()
    jacobian = np.zeros((len(targets), len(space)))
    found = Found(np.zeros(len(space)), targets.linked_values(), np.ones(len(targets)), 2, jacobian, np.eye(len(space)), 0.0, ())
    fit = PointFit("both", 2024, {}, space, targets, found, {})
    published = find_area("Leeds")
    returned = replace(published, referral_rate=1.2 * published.referral_rate, not_in_need_percent=20.0)  # type: ignore[operator]
    names = AreaModel(fit, 3).names
    values = np.full((1, len(names)), 0.1)
    corrections = Corrections(
        names, values, np.zeros((1, len(names), len(names))), np.zeros_like(values), np.ones(len(names)), {}
    )
    fits = AreaFits((returned,), (targets,), corrections, (), (), ())
    taken = rebased(fits, fit, [published]).corrections.values[0]
    p = parameters_from(fit.values)
    level = names.index("referral_level")
    assert np.exp(taken[level]) * referral_level(published, p) == pytest.approx(np.exp(0.1) * referral_level(returned, p))
    for place, name in enumerate(names):
        if name.startswith("threshold_"):
            threshold = name.removeprefix("threshold_")
            here, there = (getattr(own_thresholds(area, p, corrected=False), threshold) for area in (published, returned))
            assert here + taken[place] == pytest.approx(there + 0.1)
    unmoved = rebased(fits, fit, [returned]).corrections.values[0]
    assert unmoved == pytest.approx(values[0])
