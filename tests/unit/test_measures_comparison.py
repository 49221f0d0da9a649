"""Summaries over draws and replications, paired differences, and children whose journey changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from records import HandReplication, Story
from scipy import stats

from cinsim.errors import InputError
from cinsim.outcomes.compare import VERDICTS, differences
from cinsim.outcomes.journeys import children_changed
from cinsim.outcomes.summary import COLUMNS, summarise
from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit


def table(values: Sequence[Sequence[float]], scenario: str = "baseline", **given: object) -> pd.DataFrame:
    """Return measures of one cell: a list a draw, a value a replication."""
    rows = [
        {"draw": draw, "replication": replication, "value": value}
        for draw, found in enumerate(values)
        for replication, value in enumerate(found)
    ]
    fixed = {"scenario": scenario, "area_code": "E1", "area_name": "A", "year": 2025, "measure": "referrals", "group": "all"}
    return pd.DataFrame(rows).assign(**(fixed | given))


def test_a_summary_gives_mean_range_and_number() -> None:
    values = [float(value) for value in range(40, 61)]
    found = summarise(table([values])).iloc[0]
    assert found["mean"] == 50
    # a further value and the mean of 21, by Student's t
    half = stats.t.ppf(0.95, 20) * float(np.std(values, ddof=1)) * math.sqrt(1 + 1 / 21)
    assert (found["lower"], found["upper"]) == (pytest.approx(50 - half), pytest.approx(50 + half))
    assert (found["range"], found["n"]) == ("90%", 21)
    assert found["chance_share"] == 1.0
    assert list(summarise(table([[1.0]])).columns) == list(COLUMNS)


def test_the_range_of_a_further_run_adds_what_draws_and_what_chance_bring() -> None:
    found = summarise(table([[0.0, 2.0], [4.0, 6.0], [8.0, 10.0]], measure="other")).iloc[0]
    # draws' means 1, 5, 9 have variance 16, values within draws 2: a new draw has 16 * (1 + 1/3), of it half of 2 is chance
    variances, freedom = np.array([16 * 4 / 3, 2 * 0.5]), np.array([2, 3])
    of_both = variances.sum() ** 2 / (variances**2 / freedom).sum()
    upper = 5 + stats.t.ppf(0.95, of_both) * math.sqrt(variances.sum())
    assert found["upper"] == pytest.approx(upper)
    assert found["lower"] == 0  # no measure is below 0


def test_a_range_stays_within_what_is_possible() -> None:
    high = summarise(table([[97.0, 99.0, 100.0, 96.0, 99.0, 98.0]], measure="re_referral_percent")).iloc[0]
    assert high["upper"] == 100
    assert high["lower"] < 96
    count = summarise(table([[97.0, 99.0, 100.0, 96.0, 99.0, 98.0]])).iloc[0]
    assert count["upper"] > 100
    low = summarise(table([[0.0, 0.0, 1.0, 0.0, 2.0]])).iloc[0]
    assert low["lower"] == 0


@pytest.mark.parametrize(
    ("values", "lower", "upper", "kind"),
    [
        ([3.0], math.nan, math.nan, ""),
        ([3.0, 5.0], 3.0, 5.0, "lowest to highest"),
        ([3.0, 5.0, 4.0, 4.0], 3.0, 5.0, "lowest to highest"),
        ([3.0, 3.0, 3.0, 3.0, 3.0], 3.0, 3.0, "90%"),
        ([3.0, 5.0, math.nan, 4.0, 4.0], 3.0, 5.0, "lowest to highest"),
    ],
)
def test_fewer_than_five_runs_have_lowest_to_highest_and_the_table_says_so(
    values: list[float], lower: float, upper: float, kind: str
) -> None:
    found = summarise(table([values])).iloc[0]
    assert found["range"] == kind
    assert (found["lower"], found["upper"]) == (pytest.approx(lower, nan_ok=True), pytest.approx(upper, nan_ok=True))


def test_the_chance_share_of_a_few_draws_is_given_with_how_little_it_is_known() -> None:
    noise = np.random.default_rng(4)
    few, many = (
        summarise(table((noise.normal(size=(draws, 1)) + noise.normal(size=(draws, 2))).tolist())).iloc[0] for draws in (5, 80)
    )
    for found in (few, many):
        assert found["chance_share_lower"] <= found["chance_share"] <= found["chance_share_upper"]
    assert few["chance_share_upper"] - few["chance_share_lower"] > 0.5
    assert many["chance_share_upper"] - many["chance_share_lower"] < 0.3
    assert many["chance_share_lower"] < 0.5 < many["chance_share_upper"]


def test_chance_and_parameters_are_kept_apart_by_the_law_of_total_variance() -> None:
    # within draws the variance is 2; draw means 1, 5, 9 have variance 16, of which 2 / 2 is chance: 2 / (2 + 15)
    found = summarise(table([[0.0, 2.0], [4.0, 6.0], [8.0, 10.0]])).iloc[0]
    assert found["chance_share"] == pytest.approx(2 / 17)
    only_parameters = summarise(table([[1.0, 1.0], [5.0, 5.0]])).iloc[0]
    assert only_parameters["chance_share"] == 0
    only_chance = summarise(table([[0.0, 2.0], [2.0, 0.0]])).iloc[0]
    assert only_chance["chance_share"] == 1
    assert math.isnan(summarise(table([[1.0], [5.0]])).iloc[0]["chance_share"])  # a single replication a draw cannot tell
    assert math.isnan(summarise(table([[3.0, 3.0]])).iloc[0]["chance_share"])  # nothing varies


def test_values_that_are_not_defined_are_left_out_of_the_summary() -> None:
    found = summarise(pd.concat([table([[1.0, math.nan, 3.0]]), table([[math.nan]], measure="other")]))
    assert found["n"].tolist() == [2, 0]
    assert found["mean"].iloc[0] == 2
    assert math.isnan(found["mean"].iloc[1])


def test_scenarios_areas_years_and_groups_are_summarised_apart_and_stay_in_order() -> None:
    found = summarise(pd.concat([
        table([[2.0]], scenario="z"), table([[1.0]], scenario="a"), table([[3.0]], scenario="z", group="age=1-4"),
    ]))  # fmt: skip
    assert found["scenario"].tolist() == ["z", "a", "z"]
    assert found["mean"].tolist() == [2, 1, 3]


def test_differences_are_paired_and_have_the_t_interval_of_their_mean() -> None:
    baseline, other = table([[10.0, 20.0, 30.0]]), table([[11.0, 22.0, 33.0]], "more")
    found = differences(baseline, other.sample(frac=1.0, random_state=1)).iloc[0]
    assert (found["scenario"], found["baseline"]) == ("more", "baseline")
    assert found["difference"] == 2
    half = stats.t.ppf(0.975, 2) / math.sqrt(3)
    assert (found["lower"], found["upper"]) == (pytest.approx(2 - half), pytest.approx(2 + half))
    assert (found["share_of_pairs_lower"], found["n"], found["baseline_mean"]) == (0, 3, 20)
    assert found["verdict"] == "cannot tell"
    needed = int(found["replications_needed"])
    assert stats.t.ppf(0.975, 2) / math.sqrt(needed) < 2 <= stats.t.ppf(0.975, 2) / math.sqrt(needed - 1)


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ([9.0, 19.0, 29.1], "lower"),
        ([11.0, 21.0, 31.1], "higher"),
        ([10.0, 20.0, 30.0], "no change in any pair"),
    ],
)
def test_the_verdict_follows_from_the_interval(other: list[float], verdict: str) -> None:
    found = differences(table([[10.0, 20.0, 30.0]]), table([other], "other")).iloc[0]
    assert found["verdict"] == verdict
    assert verdict in VERDICTS
    assert math.isnan(found["replications_needed"])  # told, or nothing to be told


@pytest.mark.parametrize("pairs", [2, 3, 4, 10])
def test_the_same_difference_in_every_pair_of_a_count_that_varies_is_no_verdict(pairs: int) -> None:
    before = [10.0 + place % 3 for place in range(pairs)]
    found = differences(table([before]), table([[value - 1 for value in before]], "other")).iloc[0]
    assert found["difference"] == -1
    assert math.isnan(found["lower"])
    assert math.isnan(found["upper"])
    assert found["verdict"] == "cannot tell"
    assert found["replications_needed"] == pairs + 1


def test_one_child_fewer_in_every_pair_is_no_verdict_on_the_rate_either() -> None:
    def counted(counts: list[float], scenario: str) -> pd.DataFrame:
        children = [7949.0, 7953.0, 7950.0]  # a few more or fewer by replication
        rates = [10_000 * count / living for count, living in zip(counts, children, strict=True)]
        names = {"cpp_31_march": counts, "population_0_17": children, "cpp_31_march_rate": rates}
        return pd.concat(table([values], scenario, measure=name) for name, values in names.items())

    before = [41.0, 44.0, 40.0]
    found = differences(counted(before, "baseline"), counted([value - 1 for value in before], "other")).set_index("measure")
    assert found.loc["cpp_31_march_rate", "difference"] == pytest.approx(-1.258, abs=1e-3)
    assert found["verdict"].to_dict() == {
        "cpp_31_march": "cannot tell", "population_0_17": "no change in any pair", "cpp_31_march_rate": "cannot tell",
    }  # fmt: skip
    varied = differences(counted(before, "baseline"), counted([31.0, 35.0, 30.0], "other")).set_index("measure")
    assert varied.loc["cpp_31_march_rate", "verdict"] == "lower"


def test_what_a_scenario_lays_down_is_told_from_what_is_counted() -> None:
    before, after = [[40.0] * 5], [[43.0] * 5]
    found = differences(table(before), table(after, "other")).iloc[0]
    assert (found["lower"], found["upper"], found["verdict"]) == (3, 3, "higher")
    other_year = (table([[1.0, 2.0, 1.0, 2.0, 1.0]], year=2026), table([[1.0, 1.0, 1.0, 2.0, 1.0]], "other", year=2026))
    baseline, other = (pd.concat([table(values, name), more]) for values, name, more in
                       ((before, "baseline", other_year[0]), (after, "other", other_year[1])))  # fmt: skip
    assert differences(baseline, other)["verdict"].tolist() == ["cannot tell", "cannot tell"]
    assert differences(table([[40.0] * 3]), table([[43.0] * 3], "other"))["verdict"].tolist() == ["cannot tell"]


def test_a_single_pair_has_a_difference_but_no_interval() -> None:
    found = differences(table([[10.0]]), table([[8.0]], "other")).iloc[0]
    assert found["difference"] == -2
    assert found["share_of_pairs_lower"] == 1
    assert math.isnan(found["lower"])
    assert found["verdict"] == "cannot tell"


def test_a_pair_without_a_partner_or_a_value_is_left_out() -> None:
    found = differences(table([[10.0, math.nan, 30.0]]), table([[9.0, 19.0]], "other")).iloc[0]
    assert found["n"] == 1
    undefined = differences(table([[math.nan]]), table([[1.0]], "other")).iloc[0]
    assert undefined["n"] == 0
    assert undefined["verdict"] == "cannot tell"


def test_parameters_that_pull_both_ways_cannot_be_told_by_more_replications() -> None:
    effects = np.array([-4.0, 4.0, -3.0, 5.0])
    noise = np.array([-0.1, 0.1] * 50)
    baseline = table([[10.0] * 100] * 4)
    found = differences(baseline, table([(10 + effect + noise).tolist() for effect in effects], "other")).iloc[0]
    assert found["lower"] < -4 < 5 < found["upper"]
    assert found["verdict"] == "cannot tell"
    assert found["chance_share"] < 0.01
    assert math.isnan(found["replications_needed"])


def test_with_several_draws_the_interval_is_that_of_the_effect_and_not_only_of_the_mean() -> None:
    found = differences(table([[10.0, 12.0]] * 3), table([[11.0, 13.0], [13.0, 15.0], [15.0, 17.0]], "other")).iloc[0]
    # effects of 1, 3 and 5: variance 4 between draws and 4 / 3 of their mean, on 2 degrees of freedom
    half = stats.t.ppf(0.975, 2) * math.sqrt(4 + 4 / 3)
    assert found["difference"] == 3
    assert (found["lower"], found["upper"]) == (pytest.approx(3 - half), pytest.approx(3 + half))
    assert found["chance_share"] == 0


def test_draws_that_agree_are_told() -> None:
    noise = np.array([-0.5, 0.5] * 10)
    found = differences(table([[10.0] * 20] * 5), table([(12 + noise).tolist()] * 5, "other")).iloc[0]
    assert found["verdict"] == "higher"
    assert found["chance_share"] == 1


def story(plan: bool = True, late: float = 0.0) -> Story:
    """Return three children, the second of whom gets a plan or not, the third assessed on time or late."""
    told = Story()
    same, second, third = (told.child() for _ in range(3))
    told.refer("2024-05-01", same)
    told.assessed("2024-06-03", same)
    told.refer("2024-05-01", second)
    told.tell("2024-06-04", Event.ASSESSMENT_COMPLETED, second, detail=Detail.OUTCOME_CIN_PLAN)
    if plan:
        told.plan(second, "2024-06-04", "2024-12-02")
        told.close("2024-12-02", second)
    else:
        told.tell("2024-06-04", Event.NOT_IN_NEED, second)
        told.close("2024-06-04", second, Detail.RC8)
    told.refer("2024-05-01", third)
    told.assessed(told.time("2024-06-05") + late, third)
    return told


def test_children_changed_are_those_whose_journey_differs_with_what_came_of_both() -> None:
    found = children_changed(story().replication, story(plan=False, late=3.0).replication)
    assert found["child"].tolist() == [1, 2]
    first = found.iloc[0]
    assert (first["baseline_event"], first["scenario_event"]) == ("cin_plan_started", "not_in_need")
    assert first["first_different"] == "not_in_need"
    assert str(first["date"].date()) == "2024-06-04"
    assert (first["baseline_cin_plans"], first["scenario_cin_plans"]) == (1, 0)
    assert (first["baseline_last_closure"], first["scenario_last_closure"]) == ("rc7", "rc8")
    assert (first["baseline_episodes_of_need"], first["scenario_episodes_of_need"]) == (1, 0)
    assert first["outcome_differs"]
    second = found.iloc[1]
    assert second["first_different"] == "assessment_completed"
    assert second["scenario_time"] - second["baseline_time"] == 3
    assert second["baseline_last_closure"] == "open"
    assert not second["outcome_differs"]


def test_a_journey_that_stops_earlier_differs_where_it_stops() -> None:
    longer = story()
    longer.refer("2025-06-02", 1)
    for sides in ((story(), longer), (longer, story())):
        found = children_changed(*(side.replication for side in sides))
        assert found["child"].tolist() == [1]
        assert found["first_different"].tolist() == ["referral"]
        assert str(found["date"].iloc[0].date()) == "2025-06-02"


def test_the_same_journeys_change_no_child_and_work_alone_is_no_journey() -> None:
    worked = story()
    worked.tell("2024-09-02", Event.CIN_VISIT, 1, worker=worked.worker(), due="2024-09-02", hours=2.0)
    unchanged = children_changed(story().replication, worked.replication)
    assert len(unchanged) == 0
    changed = children_changed(story().replication, story(plan=False).replication)
    assert unchanged.dtypes.to_dict() == changed.dtypes.to_dict()  # so that both fit into one file


def test_journeys_of_different_children_are_not_compared() -> None:
    def alone() -> HandReplication:
        one = Story()
        one.child()
        return one.replication

    with pytest.raises(InputError, match="same area, draw and replication"):
        children_changed(alone(), story().replication)
