"""The postcode lottery: how much authorities differ, replication by replication, and how scenarios change that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cinsim.outcomes.national import NationalSums
from cinsim.outcomes.postcode_lottery import STATISTICS, UNMET, counts_of, lottery
from cinsim.outcomes.variation import systematic_component
from cinsim.reference.areas import ENGLAND_CODE, usable_authorities
from cinsim.runs.comparing import national_differences
from cinsim.runs.gather import append_csv

pytestmark = pytest.mark.unit

AREAS = usable_authorities()[:12]


def authorities(spread: float, *, scenario: str = "baseline", replications: int = 3, areas: int = 12) -> pd.DataFrame:
    """Return rows of ``measures.csv`` of authorities whose rates differ by ``spread`` on the logarithmic scale."""
    rows = []
    for place, area in enumerate(AREAS[:areas]):
        for replication in range(replications):
            luck = np.random.default_rng([place, replication])
            children = 60_000.0 + 5_000 * place
            rate = 0.015 * np.exp(spread * (place - 5.5) / 5.5)
            plans = float(luck.poisson(rate * children))
            values = {"population_0_17": children, "cin_plans_started": plans, "unmet_need_child_days": 365.25 * plans,
                      "cin_plans_started_rate": 10_000 * plans / children}  # fmt: skip
            rows += [
                {"scenario": scenario, "area_code": area.area_code, "area_name": area.area_name, "year": 2026, "draw": 0,
                 "replication": replication, "measure": name, "group": "all", "value": value}
                for name, value in values.items()
            ]  # fmt: skip
    return pd.DataFrame(rows)


def test_statistics_are_of_each_replication_by_itself() -> None:
    measures = authorities(0.5)
    found = lottery(counts_of(measures)).set_index(["replication", "measure", "statistic"])["value"]
    for replication in range(3):
        wide = measures[measures["replication"] == replication].pivot(index="area_code", columns="measure", values="value")
        rates = wide["cin_plans_started_rate"]
        mine = found.loc[(replication, "cin_plans_started_rate")]
        assert set(mine.index) == set(STATISTICS)
        assert mine["p90"] == pytest.approx(rates.quantile(0.9))
        assert mine["p90_over_p10"] == pytest.approx(rates.quantile(0.9) / rates.quantile(0.1))
        assert mine["systematic_component"] == pytest.approx(
            systematic_component(wide["cin_plans_started"], wide["population_0_17"])
        )


def test_child_days_are_set_against_chance_as_child_years_and_told_per_10_000_as_days() -> None:
    found = lottery(counts_of(authorities(0.5))).set_index(["replication", "measure", "statistic"])["value"]
    plans, days = (found.loc[(0, f"{measure}_rate")] for measure in ("cin_plans_started", "unmet_need_child_days"))
    for statistic in ("p90_over_p10", "systematic_component", "overdispersion", "outside_funnel_percent"):
        assert days[statistic] == pytest.approx(plans[statistic])
    for statistic in ("p10", "p90", "between_sd"):
        assert days[statistic] == pytest.approx(365.25 * plans[statistic])


def test_few_authorities_have_no_funnel_two_have_nothing_and_englands_average_one_does_not_count() -> None:
    few = lottery(counts_of(authorities(0.5, areas=4)))
    assert set(few["statistic"]) == {"p10", "p90", "p90_over_p10", "systematic_component"}
    assert set(few["authorities"]) == {4}
    assert lottery(counts_of(authorities(0.5, areas=2))).empty
    two_and_england = authorities(0.5, areas=3).replace({"area_code": {AREAS[0].area_code: ENGLAND_CODE}})
    assert lottery(counts_of(two_and_england)).empty


def written(folder: Path, *arms: pd.DataFrame) -> Path:
    """Write what a run folder holds of several authorities before its scenarios are compared."""
    measures = pd.concat(arms, ignore_index=True)
    sums = NationalSums()
    for code, rows in measures.groupby("area_code", sort=False):
        sums.add(str(code), rows)
    append_csv(sums.frame(), folder / "national.csv")
    append_csv(lottery(counts_of(measures)), folder / "variation.csv")
    return folder


def test_a_scenario_that_makes_authorities_alike_lowers_every_statistic_of_the_lottery_and_one_that_changes_nothing_none(
    tmp_path: Path,
) -> None:
    arms = [authorities(0.5), authorities(0.1, scenario="national"), authorities(0.5, scenario="same")]
    found = national_differences(written(tmp_path, *arms), "baseline")
    spread = found[(found["statistic"] != "level") & found["measure"].isin(["cin_plans_started_rate", f"{UNMET[0]}_rate"])]
    assert set(spread["area_level"]) == {"england"}
    national = spread[spread["scenario"] == "national"].set_index(["measure", "statistic"])
    for measure in ("cin_plans_started_rate", f"{UNMET[0]}_rate"):
        for statistic in ("p90_over_p10", "systematic_component", "overdispersion", "between_sd", "p90"):
            assert national.loc[(measure, statistic), "verdict"] == "lower"
        assert national.loc[(measure, "p10"), "verdict"] == "higher"
    same = spread[spread["scenario"] == "same"]
    assert set(same["verdict"]) == {"no change in any pair"}
    assert (same["difference"] == 0).all()


def test_england_and_regions_are_compared_as_levels_paired_by_replication(tmp_path: Path) -> None:
    arms = [authorities(0.5), authorities(0.1, scenario="national")]
    found = national_differences(written(tmp_path, *arms), "baseline")
    levels = found[found["statistic"] == "level"]
    assert {"england", "region"} == set(levels["area_level"])
    england = levels[(levels["area_level"] == "england") & (levels["measure"] == "cin_plans_started")].iloc[0]
    before, after = (arm[arm["measure"] == "cin_plans_started"]["value"].sum() / 3 for arm in arms)
    assert england["difference"] == pytest.approx(after - before)
    assert england["n"] == 3
