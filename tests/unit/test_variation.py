"""Variation across authorities: percentiles, systematic component, funnel."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from cinsim.outcomes.variation import across_authorities, funnel, systematic_component, variation
from cinsim.reference.areas import load_areas

pytestmark = pytest.mark.unit


def test_the_systematic_component_is_what_chance_leaves_of_the_relative_variance() -> None:
    # rates 0.5, 1 and 1.5 times the common one with 100 expected each: mean of 0.25, 0, 0.25 less 1 / 100
    assert systematic_component([50, 100, 150], [1000, 1000, 1000]) == pytest.approx(100 * (0.5 / 3 - 0.01))
    assert systematic_component([100, 100], [1000, 1000]) == pytest.approx(-1.0)
    assert systematic_component([50, 100, math.nan, 150], [1000, 1000, 1000, 1000]) == pytest.approx(100 * (0.5 / 3 - 0.01))


def test_percentiles_are_of_rates_and_their_ratio_leaves_out_a_zero() -> None:
    counts = np.arange(11) * 10.0
    found = variation(counts + 10, np.full(11, 1000.0))
    assert (found.p10, found.p90, found.n) == (200, 1000, 11)
    assert found.ratio == 5
    assert math.isnan(variation([0, 0, 5], [1000, 1000, 1000]).ratio)


def simulated(sd: float, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Return counts and populations of made-up authorities whose rates have a relative standard deviation."""
    random = np.random.default_rng(7)
    populations = random.uniform(30_000, 150_000, n)
    rates = 0.005 * np.maximum(1 + sd * random.standard_normal(n), 0.05)
    return random.poisson(rates * populations).astype(float), populations


def test_without_true_differences_nothing_but_chance_is_found() -> None:
    found = variation(*simulated(0.0))
    assert found.systematic_component == pytest.approx(0.0, abs=0.05)
    assert found.overdispersion == pytest.approx(1.0, abs=0.1)
    assert found.outside_poisson_percent < 1
    assert found.between_sd < 3  # per 10,000, of 50


def test_true_differences_are_recovered_and_the_adjusted_funnel_flags_no_more_than_it_should() -> None:
    counts, populations = simulated(0.2)
    found = variation(counts, populations)
    assert found.systematic_component == pytest.approx(4.0, rel=0.1)
    assert found.outside_poisson_percent > 30
    table = funnel(counts, populations)
    assert 0.0 < 100 * (table["flag"] != "expected").mean() < 3.0
    outside = (table["rate"] < table["lower_95"]) | (table["rate"] > table["upper_95"])
    assert 100 * outside.mean() == pytest.approx(5.0, abs=4.0)


def test_a_funnel_narrows_with_size_and_flags_both_sides() -> None:
    counts = np.array([500.0] * 30 + [2000.0, 0.0])
    table = funnel(counts, np.array([100_000.0] * 30 + [100_000.0, 100_000.0]))
    assert table["flag"].tolist() == ["expected"] * 30 + ["high", "low"]
    wide, narrow = funnel([50.0, 5000.0, 50.0], [10_000.0, 1_000_000.0, 10_000.0]).iloc[:2].itertuples(index=False)
    assert wide.upper_95 - wide.lower_95 > narrow.upper_95 - narrow.lower_95
    assert wide.lower_99_8 < wide.lower_95 < wide.target < wide.upper_95 < wide.upper_99_8


def test_an_authority_without_a_figure_is_left_out_of_the_funnel() -> None:
    table = funnel([50.0, math.nan, 60.0], [10_000.0, 10_000.0, 10_000.0])
    assert math.isnan(table["rate"].iloc[1])
    assert table["target"].iloc[0] == pytest.approx(55.0)


# worked out from DfE's counts for 2024 themselves (tables c1, b1, d1) with ONS mid-2023 populations, City of London and the
# Isles of Scilly left out: systematic component x 100, mean squared z-score, percentage outside 99.8% limits of chance
PUBLISHED_2024 = {
    "referral_rate": (15.41, 481.7, 82.6),
    "children_in_need_31_march_rate": (9.76, 190.0, 76.0),
    "cpp_31_march_rate": (15.47, 43.6, 57.3),
    "cpp_started_rate": (17.73, 58.4, 64.7),
}


@pytest.mark.parametrize("rate", PUBLISHED_2024)
def test_the_published_figures_of_2024_show_the_postcode_lottery(rate: str) -> None:
    areas = load_areas()
    areas = areas[~areas.index.str.startswith("E92") & ~areas["area_name"].isin(["City of London", "Isles of Scilly"])]
    counts, populations = areas[rate] * areas["population_0_17"] / 10_000, areas["population_0_17"]
    found = variation(counts.to_numpy(dtype=float), populations.to_numpy(dtype=float))
    component, overdispersion, outside = PUBLISHED_2024[rate]
    assert found.systematic_component == pytest.approx(component, abs=0.02)
    assert found.overdispersion == pytest.approx(overdispersion, rel=0.005)
    assert found.outside_poisson_percent == pytest.approx(outside, abs=0.1)
    table = funnel(counts, populations)
    assert (table["flag"] != "expected").mean() < 0.05


def test_variation_of_a_run_is_worked_out_by_scenario_and_replication() -> None:
    rows = [
        {"scenario": scenario, "area_code": f"E0600000{area}", "year": 2025, "draw": 0, "replication": 0, "group": "all",
         "measure": measure, "value": value}
        for scenario, spread in (("now", 1.0), ("national", 0.1))
        for area, step in enumerate((-50, 0, 50))
        for measure, value in (("cpp_31_march", 100 + spread * step), ("population_0_17", 1000),
                               ("cpp_31_march_rate", 1000 + 10 * spread * step), ("caseload_mean", 15 + step / 50))
    ]  # fmt: skip
    found = across_authorities(pd.DataFrame(rows)).set_index(["scenario", "measure"])
    assert found.loc[("now", "cpp_31_march_rate"), "systematic_component"] == pytest.approx(100 * (0.5 / 3 - 0.01))
    assert found.loc[("national", "cpp_31_march_rate"), "systematic_component"] == pytest.approx(100 * (0.005 / 3 - 0.01))
    assert found.loc[("now", "cpp_31_march_rate"), "ratio"] == pytest.approx(1400 / 600)
    assert math.isnan(found.loc[("now", "caseload_mean"), "systematic_component"])
    assert (found["n"] == 3).all()
