"""The list of targets: what is in it, its errors, and how its mistakes are told."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from cinsim.calibration.links import linked, slope, unlinked
from cinsim.calibration.targets import authority_targets, load_targets, targets_at
from cinsim.errors import InputError
from cinsim.reference.areas import find_area, usable_authorities
from cinsim.reference.figures import england

pytestmark = pytest.mark.unit

HEADER = "name,measure,group,year,figure,value,of,standard_error,discrepancy,flag,authorities,source,reason"
GOOD = "referrals,referral_rate,all,2024,,,,,1%,fit,yes,,recording differs"


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "targets.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def test_no_figure_is_both_fitted_and_checked() -> None:
    targets = load_targets()
    keys = [(target.measure, target.group, target.year) for target in targets]
    assert len(set(keys)) == len(keys)
    fit, check = set(targets.flagged("fit").names), set(targets.flagged("check").names)
    assert fit
    assert check
    assert not fit & check
    assert fit | check == set(targets.names)


def test_childhood_incidence_is_checked_and_never_fitted() -> None:
    incidence = [target for target in load_targets() if target.measure.startswith("ever_")]
    assert {target.flag for target in incidence} == {"check"}
    by_18 = {target.measure: target.value for target in incidence if "by_18" in target.measure}
    assert list(by_18.values()) == [35.4, 32.3, 25.3, 6.9]


def test_values_are_the_published_ones_and_errors_positive() -> None:
    for target in load_targets():
        assert target.error > 0, target.name
        assert target.source, target.name
        if target.group == "all" and target.year is not None:
            assert target.value == england(target.year)[target.measure].value


def test_a_rate_has_poisson_error_and_a_percentage_binomial_error() -> None:
    named = {target.name: target for target in load_targets()}
    referrals = england(2024)["referrals"].value
    assert named["referrals"].standard_error == pytest.approx(named["referrals"].value / math.sqrt(referrals), rel=1e-3)
    p = named["re_referrals"].value
    assert named["re_referrals"].standard_error == pytest.approx(math.sqrt(p * (100 - p) / referrals), rel=1e-3)


def test_an_age_groups_share_counts_the_unborn_with_the_under_ones() -> None:
    named = {target.name: target for target in load_targets()}
    assert named["in_need_under_1"].value == pytest.approx(5.7332)
    assert named["in_need_under_1"].link == "logit"


def test_a_discrepancy_in_percent_is_a_share_of_the_value(tmp_path: Path) -> None:
    target = load_targets(written(tmp_path, GOOD))[0]
    assert target.discrepancy == pytest.approx(0.01 * target.value)
    assert target.error == pytest.approx(math.hypot(target.standard_error, target.discrepancy))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("a,referal_rate,all,2024,,,,,1%,fit,,,r", "no measure is called 'referal_rate'; did you mean 'referral_rate'"),
        ("a,referral_rate,all,1999,,,,,1%,fit,,,r", "key 'year': no figures for 1999"),
        ("a,referral_rate,all,,,,,,1%,fit,,,r", "key 'year': needs a year"),
        ("a,referral_rate,all,2024,,,,,1%,fitted,,,r", "key 'flag': must be fit or check, not 'fitted'"),
        ("a,referral_rate,age=old,2024,,,,,1%,fit,,,r", "key 'group': no group is called 'age=old'"),
        ("a,caseload_median,all,2024,,,,1,1%,fit,,,r", "key 'measure': England's figures of 2024 do not hold caseload_median"),
        ("a,referral_rate,all,2024,,,,,much,fit,,,r", "key 'discrepancy': 'much' is not a number"),
        ("a,referral_rate,all,2024,,,,,-1%,fit,,,r", "key 'discrepancy': must not be negative"),
        ("a,assessment_days_p50,all,2024,,,,,1,fit,,,r", "key 'standard_error': cannot be worked out"),
        ("a,assessment_days_p50,all,2024,,,,0,,fit,,,r", "a target needs a standard error or a discrepancy"),
        ("a,ever_cpp_by_18_percent,all,,,6.9,,1,1,check,,,r", "key 'source': a value that is typed in needs its source"),
        ("a,cpp_31_march,age=1-4,2024,profile cpp_age: 1_to_9,,,1,1,fit,,,r", "the profile cpp_age has no category"),
        ("a,ever_cpp_by_18_percent,all,,,6.9,,1,1,check,yes,s,r", "key 'authorities': authorities have no figure"),
        ("a,referral_rate,all,2024,,,,,1%,fit,,,", "key 'reason': a target needs"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_told_with_line_and_column(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        load_targets(written(tmp_path, GOOD.replace("referrals,referral_rate", "section_47,s47_rate"), row))
    assert "targets.csv, line 3" in str(error.value)
    assert words in str(error.value)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "referrals,referral_rate", header="name,measure")
    with pytest.raises(InputError, match="lacks the columns group, year, figure"):
        load_targets(path)


def test_a_figure_that_stands_twice_is_refused(tmp_path: Path) -> None:
    again = GOOD.replace("referrals,", "referrals_again,", 1).replace(",fit,", ",check,")
    with pytest.raises(InputError, match="no figure may be both fitted and checked"):
        load_targets(written(tmp_path, GOOD, again))


def test_another_year_takes_that_years_figures_and_leaves_out_what_was_not_published() -> None:
    earlier = load_targets(year=2019)
    named = {target.name: target for target in earlier}
    assert named["referrals"].value == england(2019)["referral_rate"].value
    assert "cin_plan_stock" not in named
    assert "in_need_under_1" not in named
    with pytest.raises(InputError, match="no figures for 1990"):
        load_targets(year=1990)


def test_an_authority_is_held_against_its_own_figures_with_larger_errors() -> None:
    england_targets = {target.name: target for target in load_targets()}
    rutland = find_area("Rutland")
    for target in authority_targets(load_targets(), rutland):
        assert target.value == getattr(rutland, target.measure)
        assert target.standard_error >= england_targets[target.name].standard_error
    cpp = next(target for target in authority_targets(load_targets(), rutland) if target.name == "cpp_stock")
    plans = rutland.cpp_31_march_rate * rutland.population_0_17 / 10_000
    assert cpp.standard_error == pytest.approx(rutland.cpp_31_march_rate / math.sqrt(plans))


def test_a_suppressed_figure_of_an_authority_is_left_out() -> None:
    suppressed = next(area for area in usable_authorities() if area.referral_rate is None)
    assert "referrals" not in authority_targets(load_targets(), suppressed).names


def test_invented_values_keep_the_targets_errors_in_step() -> None:
    targets = targets_at(load_targets(), {"referral_rate": 400.0, "re_referral_percent": 30.0}, 2030, 79_461)
    assert targets.names == ("referrals", "re_referrals")
    assert [target.value for target in targets] == [400.0, 30.0]
    assert targets[0].standard_error == pytest.approx(400 / math.sqrt(400 * 7.9461))


@pytest.mark.parametrize(("link", "value"), [("log", 41.6), ("logit", 22.4), ("identity", 34.0)])
def test_links_invert_and_their_slope_is_their_derivative(link: str, value: float) -> None:
    assert float(unlinked(linked(value, link), link)) == pytest.approx(value)
    small = 1e-5
    numeric = float(linked(value + small, link) - linked(value - small, link)) / (2 * small)
    assert slope(value, link) == pytest.approx(numeric, rel=1e-4)


def test_a_run_that_counts_nothing_stays_finite_on_every_scale() -> None:
    assert np.isfinite([linked(0.0, "log"), linked(0.0, "logit"), linked(100.0, "logit")]).all()
