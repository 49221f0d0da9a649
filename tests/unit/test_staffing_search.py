"""The search for staff, against a service whose answer is known: so many posts, so much on time."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cinsim.errors import InputError
from cinsim.planning.answer_folder import refuse_other_answer, write_answer
from cinsim.planning.crossing import bootstrap_interval, crossing, least_met, meets, met_on
from cinsim.planning.questions import Target, parse_targets
from cinsim.planning.search import Curve, Evaluate, Found, ladder_from, least_staff
from cinsim.planning.staffing import Answer, Question, cost_of, find_staff, posts_of, with_posts
from cinsim.report.staffing_curve import write_staffing_figures
from cinsim.runs.local import LocalExecutor
from cinsim.runs.run import Plan, make_plan
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task
from cinsim.scenario import Scenario

pytestmark = pytest.mark.unit

Unit = tuple[int, int]

VISITS = Target("cin_visits_on_time_percent", True, 90.0)
ASSESSMENTS = Target("assessment_within_45_days_percent", True, 80.0)
CASELOAD = Target("caseload_mean", False, 15.0)


def service(task: Task) -> TaskResult:
    """Two points of visits on time a post from 50 posts on; luck is worth half a post, and the first year is poor."""
    workforce = task.scenario.workforce
    posts = workforce.social_workers.fte.value
    family = workforce.family_support_workers
    helped = posts + 0.5 * (family.fte.value if family is not None and family.fte is not None else 0.0)
    on_time = min(95.0, 50.0 + 2.0 * (helped - 50.0) + task.replication)
    rows = [
        (task.scenario.start.year + 1 + year, measure, group, value - (30.0 if year == 0 else 0.0))
        for year in range(task.scenario.years)
        for measure, value in (("cin_visits_on_time_percent", on_time), ("caseload_mean", 900.0 / max(helped, 1.0)))
        for group in ("all", "age=0")
    ]
    columns = dict(zip(("year", "measure", "group", "value"), zip(*rows, strict=True), strict=True))
    return TaskResult(pa.table({name: list(values) for name, values in columns.items()}), None, {"seconds": 0.0})


def plan_of(replications: int = 5, *, led_by_others: bool = False) -> Plan:
    lead = {"share_non_social_worker": "40%"}
    policies = {"lead_practitioner": lead} if led_by_others else {}
    scenario = Scenario.model_validate(
        {"title": "Ours", "years": 3, "warm_up": 1, "replications": replications, "policies": policies}
    )
    return make_plan([scenario])


def prepared(folder: Path) -> Store:
    store = Store(folder / ".tasks")
    store.prepare()
    return store


def answer_to(
    folder: Path,
    *targets: Target,
    roles: tuple[str, ...] = ("social_workers",),
    confidence: float = 0.8,
    plan: Plan | None = None,
) -> Answer:
    question = Question(targets or (VISITS,), roles, confidence)
    return find_staff(plan or plan_of(), question, LocalExecutor(1), service, prepared(folder))


def test_a_crossing_is_read_on_the_straight_line_between_two_points() -> None:
    assert crossing([10, 20, 30], [[-30], [-10], [10]]) == pytest.approx(25)
    assert crossing([10, 20], [[5], [10]]) == 10
    assert math.isinf(crossing([10, 20], [[-5], [-1]]))
    assert crossing([10, 20], [[-5], [0]]) == pytest.approx(20)


def test_the_target_that_needs_most_staff_decides() -> None:
    assert crossing([10, 20], [[-1, -3], [3, 1]]) == pytest.approx(17.5)


def test_targets_that_pull_apart_are_met_only_where_both_are() -> None:
    assert crossing([10, 20], [[-5, 15], [5, -5]]) == pytest.approx(15)
    assert math.isinf(crossing([10, 20], [[-5, 1], [5, -9]]))


def test_a_value_that_is_missing_or_not_a_number_meets_no_target() -> None:
    assert not meets([VISITS], {})
    assert not meets([VISITS], {VISITS.measure: math.nan})
    assert meets([VISITS, CASELOAD], {VISITS.measure: 90.0, CASELOAD.measure: 15.0})
    assert crossing([10, 20], [[math.nan], [1.0]]) == 20


def rising(crossings: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return a grid of posts and, for replications that meet a target from their crossing on, where they do."""
    grid = np.linspace(50, 90, 4001)
    return grid, np.stack([met_on(grid, [50, 90], [[50 - crossing], [90 - crossing]]) for crossing in crossings])


def test_the_answer_is_the_least_staff_that_enough_replications_do_with() -> None:
    grid, met = rising([60.0, 64.0, 61.0, 63.0, 62.0])
    for confidence, expected in ((0.8, 63), (0.81, 64), (0.2, 60)):
        assert least_met(met, grid, confidence) == pytest.approx(expected)
    grid, met = rising([60.0, 95.0])
    assert math.isinf(least_met(met, grid, 0.8))


def test_replications_that_meet_a_target_at_different_numbers_by_luck_do_not_count_together() -> None:
    grid = np.linspace(10, 30, 2001)
    one, other = met_on(grid, [10, 20, 30], [[1], [-1], [1]]), met_on(grid, [10, 20, 30], [[-1], [1], [1]])
    assert least_met(np.stack([one, other]), grid, 1.0) == pytest.approx(15)
    other = met_on(grid, [10, 20, 30], [[-9], [1], [1]])
    assert least_met(np.stack([one, other]), grid, 1.0) == pytest.approx(25)


def test_nothing_is_met_below_the_lowest_point_of_a_replication() -> None:
    grid = np.array([10.0, 20.0, 30.0])
    assert met_on(grid, [20.0], [[5.0]]).tolist() == [False, True, True]


def test_the_interval_is_the_same_every_time_and_holds_the_answer() -> None:
    grid, met = rising([60.0 + replication for replication in range(20)])
    interval = bootstrap_interval(met, grid, 0.8, 1)
    assert interval == bootstrap_interval(met, grid, 0.8, 1)
    assert 60 < interval[0] < least_met(met, grid, 0.8) < interval[1] <= 79.001
    grid, met = rising([62.0] * 5)
    assert bootstrap_interval(met, grid, 0.8, 1) == pytest.approx((62, 62))


def test_more_replications_narrow_the_interval() -> None:
    widths = []
    for n in (10, 160):
        grid, met = rising([60 + 10 * (k + 0.5) / n for k in range(n)])
        low, high = bootstrap_interval(met, grid, 0.5, 3)
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_a_ladder_goes_from_half_to_twice_the_posts_there_are_or_up_from_none() -> None:
    assert ladder_from(60.0, 6.0)[0] == 30
    assert ladder_from(60.0, 6.0)[-1] == 120
    assert ladder_from(0.0, 6.0) == (0, 1.5, 3, 6, 12)


def at_each(on_time: Callable[[float, Unit], float]) -> Evaluate:
    """Return a service by the visits it makes on time with a number of posts, in one replication."""

    def evaluate(wanted: Mapping[float, Sequence[Unit]]) -> dict[float, dict[Unit, dict[str, float]]]:
        return {staff: {unit: {VISITS.measure: on_time(staff, unit)} for unit in units} for staff, units in wanted.items()}

    return evaluate


@pytest.mark.parametrize("needed", [31.0, 52.3, 60.0, 64.7, 89.9, 119.5])
def test_the_search_finds_a_known_number_in_few_points(needed: float) -> None:
    units = [(0, replication) for replication in range(8)]

    # concave, as timeliness is: the last posts bring less
    curve = Curve(at_each(lambda staff, unit: 90 + 40 * math.log(staff / (needed + 0.1 * unit[1] - 0.6))), (VISITS,))
    found = least_staff(curve, ladder_from(60.0, 6.0), 60.0, units, 0.8, 1.5, seed=1)
    assert found.staff == pytest.approx(needed, abs=0.25)
    assert found.lower <= found.staff <= found.upper
    assert min(abs(staff - found.staff) for staff in curve.points) <= 1.5 / 2
    assert len(curve.points) <= 10


def test_a_bracket_is_not_narrowed_where_the_answer_lies_close_to_a_number_that_was_simulated() -> None:
    points = []
    for needed in (60.7, 63.0):  # the bracket is 60 to 66
        curve = Curve(at_each(lambda staff, unit, needed=needed: 90 + staff - needed), (VISITS,))
        found = least_staff(curve, ladder_from(60.0, 6.0), 60.0, [(0, 0)], 0.8, 1.5, seed=1)
        assert found.staff == pytest.approx(needed, abs=0.01)
        points.append([staff for staff in curve.points if 60 < staff < 66])
    assert points == [[], [63.0]]


def test_few_replications_find_the_bracket_and_all_of_them_settle_it() -> None:
    units = [(0, replication) for replication in range(20)]
    asked: list[dict[float, int]] = []
    simulate = at_each(lambda staff, unit: staff + unit[1] / 20)

    def evaluate(wanted: Mapping[float, Sequence[Unit]]) -> dict[float, dict[Unit, dict[str, float]]]:
        asked.append({staff: len(some) for staff, some in wanted.items()})
        return simulate(wanted)

    found = least_staff(Curve(evaluate, (VISITS,)), ladder_from(60.0, 6.0), 60.0, units, 0.8, 1.5, seed=1)
    # the number there is and its neighbours at once, as they share their set-up; the bracket's ends at once too
    assert asked[0] == {54.0: 4, 60.0: 4, 66.0: 4}
    assert {75.0: 16, 90.0: 16} in asked
    assert found.staff == pytest.approx(90 - 4 / 20, abs=0.06)
    assert sum(sum(some.values()) for some in asked) < 20 * len({staff for some in asked for staff in some})


def test_a_standard_beyond_reach_is_met_by_no_staff_and_one_below_it_by_the_least() -> None:
    def found(reached: float) -> Found:
        curve = Curve(at_each(lambda staff, unit: reached), (VISITS,))
        return least_staff(curve, ladder_from(60.0, 6.0), 60.0, [(0, 0), (0, 1)], 0.8, 1.5, seed=1)

    assert math.isinf(found(89.0).staff)
    assert found(91.0).staff == 30
    assert found(91.0).at_lowest


def test_the_service_needs_the_posts_it_was_built_to_need(tmp_path: Path) -> None:
    answer = answer_to(tmp_path)
    (mix,) = answer.mixes
    # replication r meets 90 at 70 - r / 2 posts: four of five do with 69.5
    assert mix.staff == pytest.approx(69.5, abs=0.05)
    assert mix.crossings == pytest.approx([70, 69.5, 69, 68.5, 68], abs=0.05)
    assert answer.years == (2026, 2027)
    assert mix is answer.cheapest


def test_the_answer_is_the_same_whatever_else_the_scenario_says_of_dates(tmp_path: Path) -> None:
    later = make_plan(
        [
            Scenario.model_validate(
                {
                    "title": "Later", "years": 3, "warm_up": 1, "replications": 5, "policy_start": "2025-04-01",
                    "phase_in": "12 months",
                }
            )
        ]
    )  # fmt: skip
    scenario = with_posts(next(iter(later.arms.values())), {"social_workers": 70.0})
    assert scenario.workforce.social_workers is not None
    assert scenario.starts(scenario.workforce.social_workers) == scenario.start
    assert answer_to(tmp_path, plan=later).mixes[0].staff == pytest.approx(69.5, abs=0.05)


def test_a_search_again_simulates_nothing_and_more_replications_only_what_is_new(tmp_path: Path) -> None:
    first = answer_to(tmp_path)
    assert first.computed == len({(point.staff, point.unit) for point in first.points})
    again = answer_to(tmp_path)
    assert again.computed == 0
    assert again.mixes == first.mixes
    more = answer_to(tmp_path, plan=plan_of(6))
    assert 0 < more.computed < len(more.points)


def test_a_search_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    done = 0

    def until_tired(task: Task) -> TaskResult:
        nonlocal done
        done += 1
        if done > 7:
            raise KeyboardInterrupt
        return service(task)

    question = Question((VISITS,), ("social_workers",), 0.8)
    with pytest.raises(KeyboardInterrupt, match="goes on from there"):
        find_staff(plan_of(), question, LocalExecutor(1), until_tired, prepared(tmp_path))
    whole = answer_to(tmp_path / "afresh")
    rest = answer_to(tmp_path)
    assert rest.computed == whole.computed - 7
    assert rest.mixes == whole.mixes


def test_a_standard_that_staff_alone_cannot_meet_is_said_to_be_so_with_what_is_reached(tmp_path: Path) -> None:
    from cinsim.cli.staffing import answer_in_words

    answer = answer_to(tmp_path, Target("cin_visits_on_time_percent", True, 97.0))
    (mix,) = answer.mixes
    assert answer.cheapest is None
    assert mix.share_met == 0
    assert mix.reached == pytest.approx({"cin_visits_on_time_percent": 95.0})
    (said,) = answer_in_words(answer)
    assert "cannot be met by staff alone" in said
    assert "CIN visits on time 95.0%" in said


def test_a_second_role_gives_a_frontier_whose_cheapest_mix_is_named(tmp_path: Path) -> None:
    answer = answer_to(tmp_path, roles=("social_workers", "family_support_workers"), plan=plan_of(led_by_others=True))
    assert len(answer.mixes) == 4
    others = [mix.other for mix in answer.mixes]
    needed = [mix.staff for mix in answer.mixes]
    assert others == sorted(others)
    assert needed == sorted(needed, reverse=True)
    for other, staff in zip(others, needed, strict=True):
        assert other is not None
        assert staff == pytest.approx(69.5 - 0.5 * other, abs=0.05)
    assert answer.cheapest is not None
    # half a social worker's work for two thirds of the price: none is cheapest, so the fewest of those tried
    assert answer.cheapest.other == others[0]
    assert answer.cheapest.cost == min(mix.cost for mix in answer.mixes)


def test_posts_cost_their_hours_at_the_roles_price() -> None:
    parameters = {
        "working_hours_per_year": 1500.0,
        "cost_per_hour_social_worker": 50.0,
        "cost_per_hour_family_support_worker": 30.0,
    }
    assert cost_of((10.0, 4.0), ("social_workers", "family_support_workers"), parameters) == 10 * 75_000 + 4 * 45_000


def test_posts_as_they_are_do_not_depend_on_the_part_of_the_population_simulated() -> None:
    scenario = Scenario(title="Ours")
    whole = posts_of(make_plan([scenario]), ("social_workers",))
    part = posts_of(make_plan([scenario.with_(population_fraction=0.5)]), ("social_workers",))
    assert whole[0][0] == pytest.approx(part[0][0], rel=0.02)
    assert 0.5 < whole[0][0] / whole[1] < 1


def test_the_folder_holds_every_point_the_answer_and_its_curve(tmp_path: Path) -> None:
    plan, question = plan_of(), Question(parse_targets(["cin_visits_on_time_percent >= 90"]), ("social_workers",), 0.8)
    answer = answer_to(tmp_path, plan=plan)
    folder = tmp_path / "staffing-ours"
    refuse_other_answer(folder, plan, question)
    write_answer(folder, plan, answer, 1.0, write_staffing_figures)
    assert {path.name for path in folder.iterdir()} == {"staffing.csv", "answer.json", "figures"}
    assert {path.name for path in (folder / "figures").iterdir()} == {"staffing_curve.png", "staffing_curve.svg"}
    points = pd.read_csv(folder / "staffing.csv")
    assert len(points) == len(answer.points)
    assert {"social_workers", "draw", "replication", "met", "cin_visits_on_time_percent"} <= set(points.columns)
    held = json.loads((folder / "answer.json").read_text())
    assert held["answer"]["social_workers"] == pytest.approx(69.5, abs=0.05)
    assert held["question"]["targets"] == ["cin_visits_on_time_percent >= 90"]


def test_a_folder_is_replaced_only_by_the_answer_to_the_same_question(tmp_path: Path) -> None:
    plan, question = plan_of(), Question((VISITS,), ("social_workers",), 0.8)
    folder = tmp_path / "staffing-ours"
    write_answer(folder, plan, answer_to(tmp_path, plan=plan), 1.0)
    refuse_other_answer(folder, plan, question)
    with pytest.raises(InputError, match="answers another question"):
        refuse_other_answer(folder, plan, Question((VISITS,), ("social_workers",), 0.9))
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"what no run wrote \(notes\.txt\)"):
        refuse_other_answer(folder, plan, question)


def test_the_curve_of_two_roles_is_drawn_to_the_same_bytes_twice(tmp_path: Path) -> None:
    plan = plan_of(led_by_others=True)
    answer = answer_to(tmp_path, VISITS, CASELOAD, roles=("social_workers", "family_support_workers"), plan=plan)
    folder = tmp_path / "staffing-ours"
    write_answer(folder, plan, answer, 1.0)
    (drawn,) = write_staffing_figures(folder)
    first = drawn.svg.read_bytes()
    assert "target at least 90.0%" in drawn.alt
    assert "the cheapest of the mixes" in drawn.caption
    assert write_staffing_figures(folder)[0].svg.read_bytes() == first
