"""Authorities are corrected towards their own figures, and towards their neighbours where their own say little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cinsim.calibration import area_tables, pooling
from cinsim.calibration.area_model import AreaModel, AreaSettings, fraction_of
from cinsim.calibration.area_tables import correction_table, fit_table, judged, known_beyond, known_corrections, write_areas
from cinsim.calibration.authorities import fit_areas, targets_of
from cinsim.calibration.links import unlinked
from cinsim.calibration.moments import SearchSettings, search
from cinsim.calibration.point import PointFit, read_point
from cinsim.calibration.simulator import Request
from cinsim.calibration.targets import Target, Targets, load_targets
from cinsim.errors import InputError
from cinsim.reference.areas import Area, find_area, usable_authorities
from cinsim.reference.calibrated import folder, read_corrections
from tests.calibration_toys import ToySimulator, toy

pytestmark = pytest.mark.statistical

AREAS = usable_authorities()[:60]


@dataclass
class AreaToy:
    """A toy whose areas differ from their closed form by corrections of their own; small areas have more luck."""

    country: ToySimulator
    model: AreaModel
    truth: dict[str, NDArray[np.float64]]
    noise: float

    @property
    def targets(self) -> Targets:
        return self.country.targets

    def mean(self, area: Area, units: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.country.linked(units) - self.model.jacobian(self.targets) @ self.truth[area.area_code]

    def run(self, requests: Sequence[Request]) -> NDArray[np.float64]:
        out = np.empty((len(requests), len(self.targets)))
        for row, request in enumerate(requests):
            assert request.area is not None
            children = request.area.population_0_17 * request.fraction
            number = int(request.area.area_code[1:])
            luck = np.random.Generator(np.random.Philox([request.replication, number])).standard_normal(len(self.targets))
            linked = self.mean(request.area, self.country.space.units(request.parameters))
            linked = linked + self.noise * np.sqrt(79_461 / children) * luck
            out[row] = [float(unlinked(x, target.link)) for x, target in zip(linked, self.targets, strict=True)]
        return out


def england(noise: float) -> tuple[ToySimulator, PointFit]:
    simulator = toy(parameters=4, measures=6, noise=noise)
    start = simulator.space.values(np.zeros(4))
    found = search(simulator, simulator.space, start, SearchSettings(reports=12))
    return simulator, PointFit("both", 2024, {}, simulator.space, simulator.targets, found, {})


def fitted(target: Target, linked: float) -> Target:
    """Return the target with another value; its errors keep their size on the scale of the link."""
    value, upper = float(unlinked(linked, target.link)), float(unlinked(linked + 0.02, target.link))
    return replace(target, value=value, standard_error=(upper - value) / 2**0.5, discrepancy=(upper - value) / 2**0.5)


def areas_toy(noise: float, spread: float = 0.3) -> tuple[AreaToy, PointFit, list[Targets]]:
    """Return areas whose targets are met at the corrections ``truth``, which vary by region and by themselves."""
    country, fit = england(noise)
    model = AreaModel(fit, years=4)
    assert model.names == ("known_effect", "threshold_in_need", "threshold_plan")
    generator = np.random.Generator(np.random.Philox(9))
    truth = {area.area_code: spread * generator.standard_normal(3) for area in AREAS}
    simulator = AreaToy(country, model, truth, noise)
    linked = country.linked(fit.found.units)
    targets = [Targets(fitted(target, x) for target, x in zip(country.targets, linked, strict=True)) for _ in AREAS]
    return simulator, fit, targets


def test_areas_without_luck_get_the_corrections_that_bring_them_to_their_figures() -> None:
    simulator, fit, targets = areas_toy(noise=0.0005)
    fits = fit_areas(simulator, fit, AREAS, AreaSettings(passes=3), 4, targets=targets)
    truth = np.array([simulator.truth[area.area_code] for area in AREAS])
    assert np.abs(fits.corrections.values - truth).max() < 0.15
    assert np.corrcoef(fits.corrections.values.ravel(), truth.ravel())[0, 1] > 0.98
    misfit = np.array(fits.simulated) - np.array([its.linked_values() for its in targets])
    assert np.abs(misfit).max() < 0.06


def test_a_fit_goes_on_from_the_corrections_that_are_there() -> None:
    simulator, fit, targets = areas_toy(noise=0.0005, spread=0.5)
    first = fit_areas(simulator, fit, AREAS, AreaSettings(passes=1), 4, targets=targets)
    known = {area.old_code: values for area, values in zip(AREAS, first.corrections.values, strict=True)}
    once, twice, anew = (
        fit_areas(simulator, fit, AREAS, AreaSettings(passes=passes), 4, known=there, targets=targets)
        for passes, there in ((1, known), (2, None), (1, None))
    )
    truth = np.array([simulator.truth[area.area_code] for area in AREAS])
    apart = [np.sqrt(np.mean((fits.corrections.values - truth) ** 2)) for fits in (once, twice, anew)]
    assert apart[0] < 0.5 * apart[2]
    assert apart[0] == pytest.approx(apart[1], rel=0.25)


def test_the_said_uncertainty_of_corrections_and_predictions_is_true() -> None:
    simulator, fit, targets = areas_toy(noise=0.03)
    fits = fit_areas(simulator, fit, AREAS, AreaSettings(passes=3), 4, targets=targets)
    truth = np.array([simulator.truth[area.area_code] for area in AREAS])
    spread = np.sqrt(np.einsum("aii->ai", fits.corrections.covariance))
    standardised = (fits.corrections.values - truth) / spread
    # targets here have no error of their own, of which the fit allows for 0.02, so it may be surer than it says; never less sure
    assert 0.4 < np.sqrt(np.mean(standardised**2)) < 1.2
    assert 0.85 < fit_table(fits)["within"].mean() <= 1.0


def test_an_area_whose_figures_say_nothing_is_given_its_neighbours_correction() -> None:
    simulator, fit, targets = areas_toy(0.005)
    vague = Targets(replace(target, discrepancy=1000 * target.discrepancy) for target in targets[0])
    corrections = fit_areas(simulator, fit, AREAS, AreaSettings(passes=1), 4, targets=[vague, *targets[1:]]).corrections
    assert corrections.values[0] == pytest.approx(corrections.expected[0], abs=0.01)
    assert np.abs(corrections.values[1:] - corrections.expected[1:]).mean() > 0.1
    near = [corrections.values[place] for place, area in enumerate(AREAS) if area.old_code in AREAS[0].neighbours]
    nation = corrections.values.mean(axis=0)
    assert corrections.expected[0] == pytest.approx((np.sum(near, axis=0) + 2 * nation) / (len(near) + 2), abs=0.01)


def test_figures_without_a_lever_of_their_own_do_not_pull_at_those_of_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    simulator, fit, targets = areas_toy(noise=0.005)
    truth = np.array([simulator.truth[area.area_code] for area in AREAS])
    shifts = 0.5 * np.random.Generator(np.random.Philox(4)).standard_normal(len(AREAS))
    odd = simulator.targets.names.index("s47_rate")
    shifted = [
        Targets(
            fitted(target, float(its.linked_values()[odd]) + shift) if place == odd else target
            for place, target in enumerate(its)
        )
        for its, shift in zip(targets, shifts, strict=True)
    ]

    def apart() -> tuple[float, Mapping[str, float]]:
        fits = fit_areas(simulator, fit, AREAS, AreaSettings(passes=2), 4, targets=shifted)
        write_areas(fits, tmp_path)
        return float(np.sqrt(np.mean((fits.corrections.values - truth) ** 2))), fits.corrections.beyond

    pulled, _ = apart()
    monkeypatch.setattr(pooling, "WITHOUT_LEVER", ("s47_rate",))
    monkeypatch.setattr(area_tables, "WITHOUT_LEVER", ("s47_rate",))
    free, beyond = apart()
    assert free < 0.5 * pulled
    assert beyond == {"s47_rate": pytest.approx(0.5, rel=0.3)}
    # a single area is told what many have shown
    known = known_beyond(tmp_path, simulator.targets)
    assert known == {"s47_rate": pytest.approx(0.5, rel=0.3)}
    assert known_beyond(tmp_path / "nowhere", simulator.targets) == {}
    alone = fit_areas(simulator, fit, AREAS[:1], AreaSettings(passes=1), 4, beyond=known, targets=shifted[:1])
    assert alone.corrections.beyond == known


def test_only_lengths_of_assessments_move_an_authoritys_assessment_times() -> None:
    fit = read_point(folder() / "england.json")
    model = AreaModel(fit, years=3)
    jacobian = dict(zip(fit.targets.names, model.jacobian(fit.targets), strict=True))
    lengths = [model.names.index(name) for name in ("assessment_length_median_days", "assessment_overrun_days")]
    for name in ("assessment_p50", "assessments_in_time"):
        assert np.flatnonzero(jacobian[name]).tolist() == lengths
    assert np.flatnonzero(jacobian["referrals"]).size == len(model.names)


def test_the_spread_between_authorities_is_learned_from_them() -> None:
    wide, narrow = (
        fit_areas(simulator, fit, AREAS, AreaSettings(passes=2), 4, targets=targets).corrections.spread
        for simulator, fit, targets in (areas_toy(0.005, spread=0.4), areas_toy(0.005, spread=0.05))
    )
    assert np.all(narrow < 0.15)
    assert np.all(wide > 2 * narrow)


def test_a_large_area_is_simulated_in_part_and_a_small_one_again_and_again() -> None:
    kent, rutland, derby = find_area("Kent"), find_area("Rutland"), find_area("Derby")
    assert kent.population_0_17 * fraction_of(kent) == pytest.approx(80_000)
    assert fraction_of(rutland) == fraction_of(derby) == 1.0
    settings = AreaSettings(passes=2, replications=2, verify=1, children=2 * derby.population_0_17)
    assert [settings.runs(area) for area in (kent, rutland, derby)] == [1, 8, 2]
    assert settings.simulations([kent, rutland, derby]) == 5 * 11


def test_a_suppressed_figure_is_stood_in_for_by_the_last_published_one_with_a_larger_error() -> None:
    area = next(area for area in AREAS + usable_authorities() if area.referral_rate is None)
    stand_in = next((target for target in targets_of(load_targets(), area) if target.name == "referrals"), None)
    assert stand_in is not None
    assert stand_in.year == 2023
    assert stand_in.standard_error > 0.1 * stand_in.value


def test_an_area_without_figures_cannot_be_fitted() -> None:
    simulator, fit, _ = areas_toy(noise=0.01)
    with pytest.raises(InputError, match="too few figures"):
        fit_areas(simulator, fit, AREAS[:1], AreaSettings(), 4, targets=[Targets(())])
    with pytest.raises(InputError, match="needs at least one pass"):
        AreaSettings(passes=0)


def test_tables_are_written_read_back_and_added_to(tmp_path: Path) -> None:
    simulator, fit, targets = areas_toy(noise=0.005)
    fits = fit_areas(simulator, fit, AREAS[:3], AreaSettings(passes=1), 4, targets=targets[:3])
    write_areas(fits, tmp_path)
    again = fit_areas(simulator, fit, AREAS[2:5], AreaSettings(passes=2), 4, targets=targets[2:5])
    write_areas(again, tmp_path)
    corrections = read_corrections(tmp_path / "areas.csv")
    assert set(corrections) == {area.area_code for area in AREAS[:5]}
    first = corrections[AREAS[0].area_code]
    table = correction_table(fits).set_index("area_code").loc[AREAS[0].area_code]
    assert first.times == {"known_effect": pytest.approx(table["times_known_effect"])}
    assert first.plus == pytest.approx({"in_need": table["plus_in_need"], "plan": table["plus_plan"]})
    known = known_corrections(tmp_path, fits.corrections.names)
    assert known[AREAS[0].old_code] == pytest.approx(fits.corrections.values[0], abs=1e-3)
    assert known_corrections(tmp_path / "nowhere", fits.corrections.names) == {}
    said = judged(fit_table(fits), 2024)
    assert list(said["measure"]) == [target.measure for target in targets[0]]
    assert set(said["unit"]) == {"percent", "points", "days"}
