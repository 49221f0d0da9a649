"""Pages on a calibration: what they say and hold, written from fits that cost nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cinsim.calibration.moments import Found
from cinsim.calibration.point import PointFit
from cinsim.calibration.priors import load_space
from cinsim.calibration.ranks import Ranks
from cinsim.calibration.scores import FORECASTERS, MODEL, NO_CHANGE, normal_forecast, scored
from cinsim.calibration.targets import load_targets
from cinsim.report.fit_pages import errors_off, fit_page, identifiability_page, words_of
from cinsim.report.forecast_pages import hindcast_page, ranks_page
from cinsim.report.proof import Proof, write_proof
from cinsim.report.rival_pages import incidence_page, rivals_page

pytestmark = pytest.mark.unit


def england_fit(off: float = 0.0, objective: float = 1.0, structure: str = "both") -> PointFit:
    """Return a fit whose every target is so many errors off."""
    space, targets = load_space(structure=structure), load_targets()
    errors, k = targets.linked_errors(), len(space)
    jacobian = errors[:, None] * np.random.Generator(np.random.Philox(2)).standard_normal((len(targets), k))
    found = Found(np.zeros(k), targets.linked_values() + off * errors, 0.2 * errors, 8, jacobian, 0.3 * np.eye(k), objective, ())
    return PointFit(structure, 2024, {"years": 3}, space, targets, found, {})


def drawn(fit: PointFit, spread: float) -> np.ndarray:
    """Return simulated values of forty draws, so many errors around the best point."""
    generator = np.random.Generator(np.random.Philox(4))
    linked = fit.found.simulated + spread * fit.targets.linked_errors() * generator.standard_normal((40, len(fit.targets)))
    out = np.empty_like(linked)
    for place, target in enumerate(fit.targets):
        values = linked[:, place]
        out[:, place] = {"log": np.exp(values), "logit": 100 / (1 + np.exp(-values)), "identity": values}[target.link]
    return out


def written(proof: Proof, folder: Path) -> str:
    path = write_proof(proof, folder)
    assert path == folder / proof.name / "page.html"
    for drawing in proof.drawings:
        assert (folder / proof.name / "figures" / f"{drawing.name}.png").stat().st_size > 5_000
        assert drawing.alt
    return path.read_text(encoding="utf-8")


def test_the_page_of_a_fit_counts_what_is_close_and_names_what_is_not(tmp_path: Path) -> None:
    fit = england_fit()
    page = written(fit_page(fit, drawn(fit, 1.0)), tmp_path)
    n = len(fit.targets.flagged("fit"))
    assert f"{n} of {n} fitted figures are close" in page
    assert "40 posterior draws" in page
    assert page.count('<th scope="row">') == len(fit.targets)
    simulated = fit.found.simulated.copy()
    simulated[0] += 0.5
    off = fit_page(replace(fit, found=replace(fit.found, simulated=simulated)), None)
    assert "Not close: referrals." in " ".join(off.sentences)
    assert not off.drawings


def test_errors_off_are_counted_on_the_scale_of_the_comparison() -> None:
    fit = england_fit(off=1.5)
    values = drawn(fit, 0.0)
    assert errors_off(fit.targets, values) == pytest.approx(1.5)


def test_the_page_on_parameters_has_a_row_for_each(tmp_path: Path) -> None:
    fit = england_fit()
    page = written(identifiability_page(fit), tmp_path)
    assert all(f'<th scope="row">{name}</th>' in page for name in fit.space.names)
    assert "independent combinations" in page


def test_the_page_of_incidence_holds_the_published_cohorts(tmp_path: Path) -> None:
    fit = england_fit()
    page = written(incidence_page(fit, drawn(fit, 0.5)), tmp_path)
    assert "4 of 4 shares of children ever seen by 18" in page
    for published in ("35.4%", "32.3%", "25.3%", "6.9%", "37.5%"):
        assert published in page


def test_rival_explanations_are_ranked_by_misfit_and_prior(tmp_path: Path) -> None:
    fits = {
        "both": england_fit(0.5, 40.0), "lasting_differences": england_fit(2.0, 90.0, "lasting_differences"),
        "known_to_services": england_fit(0.6, 43.0, "known_to_services"),
    }  # fmt: skip
    proof = rivals_page(fits)
    assert proof.sentences[0].startswith("The figures are met best by lasting differences and the effect of being known")
    assert "50.0 worse." in proof.sentences[1]
    assert "3.0 worse, too little to tell them apart." in proof.sentences[2]
    assert "Known to services" in written(proof, tmp_path)


def test_a_hindcast_says_plainly_where_it_is_worse_than_no_change(tmp_path: Path) -> None:
    good, poor = normal_forecast(500.0, 5.0, "identity"), normal_forecast(450.0, 5.0, "identity")
    scores = []
    for measure, ours in (("referral_rate", good), ("s47_rate", poor)):
        for name in FORECASTERS:
            sample = ours if name == MODEL else normal_forecast(510.0, 10.0, "identity") if name == NO_CHANGE else poor
            scores += [scored(name, "", measure, year, sample, 500.0) for year in (2020, 2021)]
    proof = hindcast_page(scores, [], 2019, range(2020, 2022))
    text = " ".join(proof.sentences)
    assert "the model's forecast is no worse than no change on 1 of 2 measures; it is worse on s47_rate." in text
    page = written(proof, tmp_path)
    assert "Fitted to 2019, held against 2020 to 2021" in page


def test_even_ranks_pass_and_uneven_ones_are_named(tmp_path: Path) -> None:
    even = (np.arange(60) + 0.5) / 60
    ranks = Ranks(("one", "other"), np.column_stack([even, even**6]), np.array([0.5, 0.9]), 3)
    proof = ranks_page(ranks, 63)
    assert "60 of 63" in proof.sentences[0]
    assert proof.sentences[2] == "Ranks too uneven to be chance: other."
    assert "Truth in central 90%" in written(proof, tmp_path)


def test_targets_are_named_in_words() -> None:
    assert words_of("re_referrals") == "Re-referrals"
    assert words_of("cpp_again") == "CP plans again"
    assert words_of("cin_plan_stock") == "CIN plan stock"
