"""When an authority's simulation is far from its own published figures, and who is told before a result is believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import done

from cinsim.reference.area_fits import FAR, FIT_FILE, FittedFigure, Limit, far_off, fitted_figures, never_fitted
from cinsim.reference.areas import average_authority, find_area, usable_authorities
from cinsim.report import cautions as said
from cinsim.report.cautions import cautions, fit_caution, stand_ins_caution

pytestmark = pytest.mark.unit

LEEDS = find_area("Leeds")
HEAD = "area_code,area_name,measure,flag,year,published,simulated,simulated_error,low,high,within\n"


def fit_of(tmp_path: Path, *figures: tuple[str, float, float]) -> Path:
    """Write a table of fits of Leeds: measure, published, simulated."""
    rows = [f"{LEEDS.area_code},Leeds,{name},fit,2024,{published},{simulated},1,,,\n" for name, published, simulated in figures]
    (tmp_path / FIT_FILE).write_text(HEAD + "".join(rows), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("measure", "published", "near", "far"),
    [
        ("referral_rate", 500.0, 620.0, 630.0),
        ("children_in_need_31_march_rate", 400.0, 301.0, 299.0),
        ("re_referral_percent", 20.0, 24.9, 25.1),
        ("re_referral_percent", 20.0, 15.1, 14.9),
        ("assessment_within_45_days_percent", 90.0, 45.1, 44.9),
        ("icpc_within_15_days_percent", 80.0, 40.1, 39.9),
        ("caseload_mean", 16.0, 23.9, 24.1),
    ],
)
def test_a_figure_is_far_off_beyond_its_limit(tmp_path: Path, measure: str, published: float, near: float, far: float) -> None:
    assert far_off(LEEDS, fit_of(tmp_path, (measure, published, near))) == ()
    other = tmp_path / "far"
    other.mkdir()
    assert far_off(LEEDS, fit_of(other, (measure, published, far))) == (FittedFigure(measure, 2024, published, far),)


def test_timeliness_may_be_better_than_published_and_measures_without_a_limit_are_never_far_off(tmp_path: Path) -> None:
    fit = fit_of(tmp_path, ("icpc_within_15_days_percent", 30.0, 99.0), ("cpp_second_or_subsequent_percent", 40.0, 5.0))
    assert far_off(LEEDS, fit) == ()
    assert not Limit("percent", 25.0).holds(1.0, 0.0)


def test_every_limit_is_of_a_figure_that_the_shipped_fit_shows() -> None:
    shown = {figure.measure for area in usable_authorities() for figure in fitted_figures(area)}
    assert set(FAR) <= shown


def test_every_authority_was_fitted_and_one_that_was_not_is_said_to_be(tmp_path: Path) -> None:
    assert [area.area_name for area in usable_authorities() if never_fitted(area)] == []
    assert never_fitted(LEEDS, tmp_path)
    assert not never_fitted(average_authority(), tmp_path)


def test_what_is_said_of_an_authority_names_the_figure_both_values_and_the_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = fit_of(tmp_path, ("assessment_within_45_days_percent", 91.9, 11.9), ("referral_rate", 500.0, 510.0))
    monkeypatch.setattr(said, "far_off", lambda area: far_off(area, fit))
    sentence = fit_caution(LEEDS)
    assert sentence is not None
    assert "Leeds" in sentence
    assert "Assessments within 45 working days, 11.9% (published 91.9%, 2024)" in sentence
    assert "510" not in sentence


def test_figures_that_stand_in_are_said_with_their_year() -> None:
    hampshire = find_area("Hampshire")
    note = stand_ins_caution(hampshire)
    assert note is not None
    assert "those of 2023 stand in" in note
    assert any(note in sentence for sentence in cautions([hampshire]))
    assert stand_ins_caution(LEEDS) is None
    assert cautions([average_authority()]) == []
    together = cautions(usable_authorities())
    assert sum("stand in" in sentence for sentence in together) == 1
    assert "Hampshire" in together[-1]


def test_check_says_it_before_anything_is_run(tmp_path: Path) -> None:
    scenario = tmp_path / "hampshire.yaml"
    scenario.write_text("title: Hampshire\narea: Hampshire\n", encoding="utf-8")
    printed = done(tmp_path, "check", "hampshire.yaml")
    assert "caution: Hampshire: not published for 2024" in printed
    assert "those of 2023 stand in" in printed
