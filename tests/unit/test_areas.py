"""Areas and England's figures, as shipped: found by any name, with the figures the statistics publish."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from cinsim.errors import InputError
from cinsim.reference import areas, figures
from cinsim.reference.boundaries import FORMER
from cinsim.reference.published.authorities import NOTED_MEASURES

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Leeds", "Leeds"),
        ("  lEEDS ", "Leeds"),
        ("383", "Leeds"),
        ("e08000035", "Leeds"),
        ("Brighton & Hove", "Brighton and Hove"),
        ("Bristol", "Bristol, City of"),
        ("Hull", "Kingston upon Hull, City of"),
        ("Durham", "County Durham"),
        ("st helens", "St. Helens"),
        ("E10000027", "Somerset"),
        ("Dorset", "Dorset"),
        ("England", areas.average_authority().area_name),
    ],
)
def test_an_area_is_found_by_name_in_any_case_or_by_any_of_its_codes(text: str, name: str) -> None:
    assert areas.find_area(text).area_name == name


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Ledes", "did you mean Leeds"),
        ("Richmond", "Richmond upon Thames"),
        ("Cumbria", "use Cumberland and Westmorland and Furness"),
        ("928", "use North Northamptonshire and West Northamptonshire"),
        ("London", "City of London"),
        ("qqqqq", "`cinsim areas` lists them"),
        ("", "`cinsim areas` lists them"),
    ],
)
def test_an_unknown_area_is_refused_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        areas.find_area(text)
    assert hint in caught.value.message
    assert caught.value.key == "area"


def test_all_means_the_151_authorities_with_children_enough_and_england_their_average() -> None:
    every = areas.resolve("all")
    assert len(every) == len({area.area_code for area in every}) == 151
    (england,) = areas.resolve("England")
    assert england is areas.average_authority()
    assert england.population_0_17 == round(figures.england(2024)["population_0_17"].value / 151)


def test_a_list_of_areas_keeps_its_order() -> None:
    assert [area.area_name for area in areas.resolve(["York", "Leeds"])] == ["York", "Leeds"]


@pytest.mark.parametrize(
    ("area", "message"),
    [
        (["Leeds", "383"], "named twice"),
        ("Isles of Scilly", "too few"),
        (["York", "City of London"], "too few"),
        ([], "no area is named"),
        (["all"], "no local authority is called 'all'"),
    ],
)
def test_areas_that_cannot_be_run_are_refused(area: str | list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        areas.resolve(area)


def test_every_areas_shares_of_ages_and_quintiles_sum_to_one() -> None:
    for area in areas.areas():
        assert sum(area.age_shares) == pytest.approx(1.0, abs=1e-5), area.area_name
        assert sum(area.deprivation_shares) == pytest.approx(1.0, abs=3e-4), area.area_name
        assert min(area.deprivation_shares) >= 0.0
        if area.usable:
            assert 0.03 < min(area.age_shares) <= max(area.age_shares) < 0.09, area.area_name


def test_the_quintiles_cut_englands_children_into_equal_parts_and_follow_the_deprivation_score() -> None:
    table = areas.load_areas().drop(index=areas.ENGLAND_CODE)
    quintiles = table[[f"deprivation_q{place}" for place in range(1, 6)]]
    weights = table["population_0_17"] / table["population_0_17"].sum()
    assert list(quintiles.mul(weights, axis=0).sum()) == pytest.approx([0.2] * 5, abs=0.001)
    assert table["deprivation_q5"].corr(table["imd_score"], method="spearman") > 0.999


def test_the_average_authority_carries_englands_rates() -> None:
    england, published = areas.average_authority(), figures.england(2024)
    for measure in ("referral_rate", "re_referral_percent", "s47_rate", "cpp_31_march_rate", "cin_plans_31_march_rate"):
        assert getattr(england, measure) == pytest.approx(published[measure].value, abs=0.006)
    assert england.case_holders_fte == pytest.approx(published["case_holders_fte"].value / 151, abs=0.006)
    assert england.caseload_mean == published["caseload_mean"].value
    assert england.deprivation_shares == (0.2, 0.2, 0.2, 0.2, 0.2)


def test_figures_not_published_are_none_and_noted() -> None:
    hampshire = areas.find_area("Hampshire")
    assert hampshire.referral_rate is None
    assert hampshire.cpp_31_march_rate is None
    assert hampshire.caseload_mean == 17.0
    assert "not published for 2024: referrals" in hampshire.notes
    assert areas.find_area("Barnet").cin_plans_31_march_rate is None


def test_a_figure_not_published_is_stood_in_for_by_the_areas_own_last_one_and_its_year_is_said() -> None:
    hampshire, table = areas.find_area("Hampshire"), areas.load_areas_by_year()
    earlier = hampshire.stand_in("referral_rate")
    assert earlier is not None
    rows = table[(table["area_code"] == hampshire.area_code) & (table["measure"] == "referral_rate")].sort_values("year")
    assert (earlier.year, earlier.value) == (rows["year"].iloc[-1], rows["value"].iloc[-1])
    assert hampshire.or_national("referral_rate", areas.average_authority()) == earlier.value
    assert f"(those of {earlier.year} stand in)" in hampshire.notes
    assert hampshire.stand_in("caseload_mean") is None
    assert hampshire.last_published("caseload_mean") == hampshire.caseload_mean


def test_englands_figure_stands_in_only_where_an_authority_never_published_one_and_that_is_said() -> None:
    england = areas.average_authority()
    for area in areas.usable_authorities():
        for measure in areas.MEASURES_OF_AREAS:
            own, noted = area.last_published(measure), NOTED_MEASURES.get(measure)
            if own is None:
                national = getattr(england, measure)
                assert area.or_national(measure, england) in (national, national / england.population_0_17 * area.population_0_17)
                assert noted is None or re.search(rf"{noted}[^(]*\(never published: England's stand in\)", area.notes)
            else:
                assert area.or_national(measure, england) == own
    barnet = areas.find_area("Barnet")
    assert barnet.last_published("cin_plans_31_march_rate") is None
    assert barnet.or_national("cin_plans_31_march_rate", england) == england.cin_plans_31_march_rate


def test_nothing_is_a_figure() -> None:
    nothing = replace(areas.find_area("Leeds"), no_further_action_percent=0.0)
    assert nothing.or_national("no_further_action_percent", areas.average_authority()) == 0.0


def test_authorities_that_publish_their_workforce_jointly_share_it_out() -> None:
    kingston, richmond = areas.find_area("Kingston upon Thames"), areas.find_area("Richmond upon Thames")
    assert kingston.caseload_mean == richmond.caseload_mean == 13.0
    assert kingston.case_holders_fte is not None
    assert richmond.case_holders_fte is not None
    assert kingston.case_holders_fte + richmond.case_holders_fte == pytest.approx(133.6, abs=0.11)
    assert kingston.case_holders_fte / richmond.case_holders_fte == pytest.approx(
        kingston.population_0_17 / richmond.population_0_17, rel=0.01
    )


def test_neighbours_are_ten_other_authorities() -> None:
    for area in areas.usable_authorities():
        found = [areas.find_area(code) for code in area.neighbours]
        assert len(set(found)) == 10, area.area_name
        assert area not in found


def test_the_data_frame_holds_the_same_figures_as_the_areas() -> None:
    table = areas.load_areas()
    assert list(table.index) == [area.area_code for area in areas.areas()]
    assert table.loc["E08000035", "s47_rate"] == areas.find_area("Leeds").s47_rate
    assert pd.isna(table.loc["E10000014", "referral_rate"])
    assert table.loc["E08000035", "old_code"] == "383"


def test_the_yearly_rates_hold_each_authority_under_the_code_of_its_time() -> None:
    table = areas.load_areas_by_year()
    assert not table.duplicated(["area_code", "measure", "year"]).any()
    assert table["value"].notna().all()
    assert set(table["year"]) == set(range(2013, 2025))
    former = {one.area_code for one in FORMER}
    assert set(table["area_code"]) <= set(areas.load_areas().index) | former
    referrals = table[table["measure"] == "referral_rate"]
    by_area = referrals.groupby("area_code")["year"].agg(["min", "max"])
    assert tuple(by_area.loc["E06000065"]) == (2013, 2024)  # North Yorkshire, recoded in 2023
    assert tuple(by_area.loc["E10000006"]) == (2013, 2023)  # Cumbria
    assert tuple(by_area.loc["E06000063"]) == (2024, 2024)  # Cumberland
    hackney = set(referrals[referrals["area_code"] == "E09000012"]["year"])
    assert {2020, 2023} <= hackney
    assert not {2021, 2022} & hackney


def test_the_latest_of_the_yearly_rates_are_those_of_the_areas() -> None:
    yearly = areas.load_areas_by_year()
    latest = yearly[yearly["year"] == figures.latest_year()].pivot(index="area_code", columns="measure", values="value")
    both = latest.columns.intersection(areas.load_areas().columns)
    assert set(latest.columns) - set(both) == {"referrals_october_to_march_percent", "referrals_january_to_march_percent"}
    table = areas.load_areas().loc[latest.index, both]
    pd.testing.assert_frame_equal(table, latest[both], check_dtype=False, check_names=False)


def test_areas_can_be_looked_up_without_loading_pandas() -> None:
    code = (
        "import sys; from cinsim.reference import areas, figures; areas.find_area('Leeds'); figures.england();"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_englands_figures_are_those_of_the_latest_release_unless_a_year_is_named() -> None:
    assert figures.latest_year() == 2024
    assert figures.england() is figures.england(2024)
    referrals = figures.england_series("referrals")
    assert list(referrals) == list(range(2013, 2025))
    assert referrals[2024] == figures.Figure(621_880.0, 2024, "c1", "Referrals")


def test_unknown_measures_profiles_and_years_are_refused_with_a_hint() -> None:
    with pytest.raises(InputError, match="did you mean referral_rate"):
        figures.england_series("referal_rate")
    with pytest.raises(InputError, match="did you mean referral_source"):
        figures.profile("referral_sources")
    with pytest.raises(InputError, match="there are 2013 to 2024"):
        figures.england(2011)


@pytest.mark.parametrize(("code", "name"), [("E08000038", "Barnsley"), ("e08000039", "Sheffield"), ("E08000020", "Gateshead")])
def test_an_authority_is_found_by_every_code_it_ever_had(code: str, name: str) -> None:
    assert areas.find_area(code).area_name == name


def test_rates_computed_from_counts_are_those_published_to_their_one_decimal() -> None:
    published = pd.read_csv(Path(__file__).parents[1] / "published_rates_2024.csv")
    table = areas.load_areas()
    computed = [float(table.loc[row.area_code, row.measure]) for row in published.itertuples()]
    rounding = 0.05 + 0.005  # one decimal as published, two in the table; England's counts are rounded to 10 besides
    apart = (pd.Series(computed) - published["published"]).abs()
    assert len(published) > 300
    assert apart.max() <= rounding + 1e-9
