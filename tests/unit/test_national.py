"""Regions and England from their authorities: counts add up, shares are worked out anew, the rest is left out and said."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
import pytest

from cinsim.outcomes.definitions import MEASURES
from cinsim.outcomes.national import (
    COLUMNS,
    LEFT_OUT,
    REGION_CODES,
    WHOLES,
    NationalSums,
    authorities_of,
    covered_name,
    measures_of,
    national_entry,
    parts_of,
    sampling_entry,
)
from cinsim.reference.areas import ENGLAND_CODE, usable_authorities

pytestmark = pytest.mark.unit

HARTLEPOOL, DARLINGTON, RUTLAND = "E06000001", "E06000005", "E06000017"
SMALL: dict[str, float] = {
    "population_0_17": 10_000, "referrals": 500, "referral_rate": 500, "re_referrals": 50, "re_referral_percent": 10,
    "assessments_completed": 100, "assessment_days_p50": 30, "in_post_fte": 30, "agency_fte": 10, "agency_rate": 25,
    "cases": 300, "case_holders_fte": 20, "caseload_mean": 15,
}  # fmt: skip
LARGE: dict[str, float] = {
    "population_0_17": 40_000, "referrals": 1500, "referral_rate": 375, "re_referrals": 450, "re_referral_percent": 30,
    "assessments_completed": 900, "assessment_days_p50": 40, "in_post_fte": 150, "agency_fte": 10, "agency_rate": 6.25,
    "cases": 1000, "case_holders_fte": 100, "caseload_mean": 10,
}  # fmt: skip


def table(values: Mapping[str, float], **where: object) -> pd.DataFrame:
    """Return rows of measures.csv of one area, with a group that must not be counted."""
    run: dict[str, object] = {"scenario": "baseline", "year": 2025, "draw": 0, "replication": 0, **where}
    rows = [{**run, "measure": name, "group": "all", "value": float(value)} for name, value in values.items()]
    rows += [{**run, "measure": name, "group": "sex=male", "value": 1e6} for name in values]
    return pd.DataFrame(rows)


def added(*authorities: tuple[str, pd.DataFrame], fraction: float = 1.0) -> pd.DataFrame:
    sums = NationalSums(fraction)
    for code, measures in authorities:
        sums.add(code, measures)
    return sums.frame()


def of(frame: pd.DataFrame, level: str = "england") -> dict[str, float]:
    rows = frame[frame["area_level"] == level]
    return dict(zip(rows["measure"], rows["value"], strict=True))


def test_counts_add_up_and_shares_are_worked_out_anew_not_averaged() -> None:
    england = of(added((HARTLEPOOL, table(SMALL)), (RUTLAND, table(LARGE))))
    assert england["referrals"] == 2000
    assert england["population_0_17"] == 50_000
    assert england["referral_rate"] == pytest.approx(10_000 * 2000 / 50_000)
    assert england["re_referral_percent"] == pytest.approx(100 * 500 / 2000)
    assert england["caseload_mean"] == pytest.approx(1300 / 120)
    assert england["agency_rate"] == pytest.approx(100 * 20 / 200)


def test_a_median_is_left_out_with_its_reason() -> None:
    england = of(added((HARTLEPOOL, table(SMALL)), (RUTLAND, table(LARGE))))
    assert "assessment_days_p50" not in england
    assert "median" in LEFT_OUT["assessment_days_p50"]


def test_a_share_whose_denominator_the_table_lacks_is_left_out() -> None:
    without = {name: value for name, value in SMALL.items() if name != "case_holders_fte"}
    assert "caseload_mean" not in of(added((HARTLEPOOL, table(without)), (RUTLAND, table(without))))


def test_a_share_of_nothing_counts_for_nothing_and_a_missing_share_of_something_is_not_hidden() -> None:
    none = {**SMALL, "referrals": 0, "re_referral_percent": math.nan}
    lost = {**SMALL, "re_referral_percent": math.nan}
    assert of(added((HARTLEPOOL, table(none)), (RUTLAND, table(LARGE))))["re_referral_percent"] == pytest.approx(30)
    assert math.isnan(of(added((HARTLEPOOL, table(lost)), (RUTLAND, table(LARGE))))["re_referral_percent"])
    assert math.isnan(of(added((HARTLEPOOL, table(none)), (RUTLAND, table(none))))["re_referral_percent"])


def test_an_authority_counts_in_its_own_region_and_in_england() -> None:
    frame = added((HARTLEPOOL, table(SMALL)), (RUTLAND, table(LARGE)), (DARLINGTON, table(SMALL)))
    assert list(frame.columns) == list(COLUMNS)
    names = frame[["area_level", "area_code", "area_name"]].drop_duplicates().to_numpy().tolist()
    assert names == [
        ["england", ENGLAND_CODE, "England (3 of 151 authorities)"],
        ["region", "E12000001", "North East (2 of 12 authorities)"],
        ["region", "E12000004", "East Midlands (1 of 10 authorities)"],
    ]
    referrals = frame[frame["measure"] == "referrals"].set_index("area_code")["value"]
    assert referrals.to_dict() == {ENGLAND_CODE: 2500, "E12000001": 1000, "E12000004": 1500}


def test_scenarios_years_draws_and_replications_are_added_each_to_its_own_in_the_order_of_the_run() -> None:
    runs = [
        {"scenario": "now", "draw": 0, "replication": 0}, {"scenario": "now", "draw": 1, "replication": 0},
        {"scenario": "less", "draw": 0, "replication": 0}, {"scenario": "now", "draw": 0, "replication": 1, "year": 2026},
    ]  # fmt: skip
    both = [pd.concat([table({"referrals": base + place}, **run) for place, run in enumerate(runs)]) for base in (100, 1000)]
    frame = added((HARTLEPOOL, both[0]), (RUTLAND, both[1].sample(frac=1, random_state=1)))
    england = frame[frame["area_level"] == "england"]
    assert england["value"].tolist() == [1100, 1102, 1104, 1106]
    assert england["scenario"].tolist() == ["now", "now", "less", "now"]


def test_parts_are_the_same_added_in_any_order() -> None:
    small, large = parts_of(table(SMALL)), parts_of(table(LARGE))
    pd.testing.assert_frame_equal(measures_of(small + large), measures_of(large + small))


def test_a_fraction_scales_counts_and_leaves_shares() -> None:
    tenth = of(added((HARTLEPOOL, table(SMALL)), (RUTLAND, table(LARGE)), fraction=0.1))
    whole = of(added((HARTLEPOOL, table(SMALL)), (RUTLAND, table(LARGE))))
    for name, value in whole.items():
        assert tenth[name] == pytest.approx(value * (10 if MEASURES[name].kind == "count" else 1))


def test_one_authority_or_the_average_authority_makes_no_nation() -> None:
    assert added((HARTLEPOOL, table(SMALL)), (ENGLAND_CODE, table(LARGE))).empty
    assert national_entry([HARTLEPOOL, ENGLAND_CODE]) is None
    both = of(added((HARTLEPOOL, table(SMALL)), (ENGLAND_CODE, table(LARGE)), (RUTLAND, table(LARGE))))
    assert both["referrals"] == 2000


def test_every_measure_is_a_count_has_a_denominator_that_is_a_count_or_is_left_out() -> None:
    for name, measure in MEASURES.items():
        assert (measure.kind == "count") + (name in WHOLES) + (name in LEFT_OUT) == 1, name
    assert set(WHOLES) <= set(MEASURES)
    assert {MEASURES[whole].kind for wholes in WHOLES.values() for whole in wholes} == {"count"}


def test_all_authorities_are_england_and_the_two_too_small_to_simulate_are_named() -> None:
    codes = [area.area_code for area in usable_authorities()]
    assert covered_name("England", codes) == "England"
    assert covered_name("South West", codes) == "South West"
    assert sum(len(authorities_of(region)) for region in REGION_CODES) == len(codes) == 151
    entry = national_entry(codes)
    assert entry is not None
    assert [text.partition(" (")[0] for text in entry["never_simulated"]] == ["City of London", "Isles of Scilly"]
    assert {name for reason in entry["left_out"] for name in reason["measures"]} == set(LEFT_OUT)


def test_the_manifest_says_how_much_sampling_widens_what_chance_brings() -> None:
    assert sampling_entry(1.0) is None
    quarter = sampling_entry(0.25)
    assert quarter is not None
    assert quarter["ranges_widened_by"] == 2.0
