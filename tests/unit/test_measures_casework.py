"""Case holding, waits, visits, changes of worker, hours and cost: what the census does not hold."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from records import PARAMETERS, Story, Values

from cinsim.errors import InputError
from cinsim.outcomes.casework import cases_held
from cinsim.outcomes.measures import measures
from cinsim.outcomes.spells import Spells
from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit


def held_by(story: Story, worker: int, day: str = "2024-04-15") -> int:
    """Return a child referred and allocated on a day."""
    child = story.child()
    story.refer(day, child)
    story.tell(day, Event.ALLOCATED, child, worker=worker)
    return child


def test_the_caseload_is_cases_over_the_time_of_those_who_hold_any() -> None:
    story = Story()
    full, half, idle = story.worker(), story.worker(Detail.NEWLY_QUALIFIED, fte=0.5), story.worker()
    for _ in range(3):
        held_by(story, full)
    held_by(story, half)
    found = story.measures
    assert idle == 2
    assert found("cases") == 4
    assert found("case_holders_fte") == 1.5
    assert found("caseload_mean") == pytest.approx(4 / 1.5)
    assert found("caseload_median") == 2.5  # 3 and 2 cases per FTE
    assert found("caseload_p90") == pytest.approx(2.9)
    assert found("caseload_mean", group="role=newly_qualified") == 2
    assert math.isnan(found("caseload_mean", group="role=family_support_worker"))
    assert found("cases", group="role=family_support_worker") == 0


def test_the_caseload_over_the_year_looks_at_the_end_of_every_month() -> None:
    story = Story()
    worker = story.worker()
    child = held_by(story, worker, "2024-05-15")
    story.tell("2024-07-31", Event.RELEASED, child, worker=worker)
    story.close("2024-07-31", child)
    spells = Spells(story.replication)
    times = np.array([story.time(d) for d in ("2024-06-03", "2024-07-01", "2024-08-01", "2024-09-02")])
    assert cases_held(spells, times)[worker].tolist() == [1, 1, 0, 0]
    found = story.measures
    assert found("caseload_mean_over_year") == 1
    assert math.isnan(found("caseload_mean"))
    assert found("cases") == 0


def test_a_case_handed_over_at_the_end_of_a_month_is_held_by_one_worker() -> None:
    story = Story()
    one, two = story.worker(), story.worker()
    child = held_by(story, one)
    story.tell("2024-07-01", Event.HANDED_OVER, child, worker=two)
    times = np.array([story.time("2024-07-01"), story.time("2024-07-02")])
    assert cases_held(Spells(story.replication), times).tolist() == [[1, 0], [0, 1]]


def test_closure_ends_case_holding_where_no_release_was_written() -> None:
    story = Story()
    child = held_by(story, story.worker())
    story.close("2024-09-02", child)
    assert Spells(story.replication).case_holdings["end"].tolist() == [story.time("2024-09-02")]


def test_children_who_wait_for_a_case_holder_are_counted_until_one_is_found() -> None:
    story = Story()
    worker = story.worker()
    start = story.time("2024-06-03")
    for days in (4.0, 10.0, 30.0):
        child = story.child()
        story.refer(start, child)
        story.tell(start, Event.WAITING_FOR_ALLOCATION, child)
        story.tell(start + days, Event.ALLOCATED, child, worker=worker)
    waiting = story.child()
    story.refer("2025-03-03", waiting)
    story.tell("2025-03-03", Event.WAITING_FOR_ALLOCATION, waiting)
    story.tell("2025-03-10", Event.WAITING_FOR_ALLOCATION, waiting)  # asking again is no new wait
    story.tell("2025-05-01", Event.ALLOCATED, waiting, worker=worker)
    found = story.measures
    year = story.time("2025-04-01") - story.time("2024-04-02")
    lived = 44.0 + story.time("2025-04-01") - story.time("2025-03-03")
    assert found("unallocated_children", 2025) == 1
    assert found("unallocated_children", 2026) == 0
    assert found("unallocated_children_mean_over_year") == pytest.approx(lived / year)
    assert found("unallocated_wait_days_median") == 10
    assert found("unallocated_wait_days_median", 2026) == story.time("2025-05-01") - story.time("2025-03-03")


def test_a_visit_is_on_time_on_its_due_day_and_late_the_day_after() -> None:
    story = Story()
    worker = story.worker()
    child = held_by(story, worker)
    due = story.time("2024-06-03")
    story.tell(due - 3, Event.CIN_VISIT, child, worker=worker, due=due)
    story.tell(due + 0.9, Event.CIN_VISIT, child, worker=worker, due=due)
    story.tell(due + 1, Event.CIN_VISIT, child, worker=worker, due=due)
    story.tell(due + 9, Event.CIN_VISIT, child, worker=-1, due=due)  # never made
    story.tell(due, Event.CPP_VISIT, child, worker=worker, due=due)
    found = story.measures
    assert found("cin_visits_on_time_percent") == 50
    assert found("cpp_visits_on_time_percent") == 100
    assert math.isnan(found("cin_visits_on_time_percent", 2026))


def test_a_visit_belongs_to_the_year_in_which_it_was_due() -> None:
    story = Story()
    worker = story.worker()
    child = held_by(story, worker)
    story.tell("2025-04-07", Event.CIN_VISIT, child, worker=worker, due="2025-03-28")
    found = story.measures
    assert found("cin_visits_on_time_percent", 2025) == 0
    assert math.isnan(found("cin_visits_on_time_percent", 2026))


VISITS = {
    "visited on 31 December": ("2024-12-31", 0, 0.0),
    "last visited the day before": ("2024-12-30", 0, 100.0),
    "a visit that was never made": ("2025-02-03", -1, 100.0),
}


@pytest.mark.parametrize(("day", "worker", "percentage"), VISITS.values(), ids=VISITS.keys())
def test_not_visited_for_three_months_means_not_since_31_december(day: str, worker: int, percentage: float) -> None:
    story = Story()
    story.worker()
    child = held_by(story, 0)
    story.plan(child, "2024-12-02")
    story.tell(day, Event.CIN_VISIT, child, worker=worker, due="2025-01-06")
    assert story.measures("cin_not_visited_3_months_percent") == percentage


def test_a_plan_younger_than_three_months_is_in_the_whole_but_cannot_be_unvisited() -> None:
    story = Story()
    worker = story.worker()
    story.plan(held_by(story, worker), "2025-01-02")
    story.plan(held_by(story, worker), "2024-12-31")
    assert story.measures("cin_not_visited_3_months_percent") == 50


def test_a_change_of_worker_is_another_case_holder_in_the_same_episode() -> None:
    story = Story()
    one, two = story.worker(), story.worker()
    child, other = held_by(story, one, "2024-04-02"), held_by(story, one, "2024-04-02")
    story.tell("2024-06-03", Event.HANDED_OVER, child, worker=two)
    story.tell("2024-08-01", Event.RELEASED, child, worker=two)
    story.tell("2024-08-01", Event.WAITING_FOR_ALLOCATION, child)
    story.tell("2024-09-02", Event.ALLOCATED, child, worker=one)
    story.tell("2024-10-01", Event.RELEASED, child, worker=one)
    story.tell("2024-10-07", Event.ALLOCATED, child, worker=one)  # the same worker again
    story.close("2024-11-01", child)
    story.refer("2024-12-02", child)
    story.tell("2024-12-02", Event.ALLOCATED, child, worker=two)  # another episode
    story.close("2024-12-02", child)
    story.close("2025-04-01", other)
    found = story.measures
    assert found("worker_changes_per_child") == 1.0
    start, end = story.time("2024-04-02"), story.time("2025-04-01")
    unheld = story.time("2024-09-02") - story.time("2024-08-01") + story.time("2024-10-07") - story.time("2024-10-01")
    held = (story.time("2024-11-01") - start - unheld) + (end - start)
    assert found("worker_changes_per_child_year") == pytest.approx(2 / (held / (end - start)))


def test_hours_are_summed_by_role_and_task_and_priced_by_role() -> None:
    story = Story()
    worker, supervisor = story.worker(), story.worker(Detail.PRACTICE_SUPERVISOR)
    child = held_by(story, worker)
    story.tell("2024-06-03", Event.CIN_VISIT, child, worker=worker, hours=2.0, due="2024-06-03")
    story.tell("2024-06-04", Event.CIN_VISIT, child, worker=worker, hours=3.0, due="2024-06-04")
    story.tell("2024-06-05", Event.APPROVAL, child, worker=supervisor, hours=1.0)
    story.tell("2024-06-05", Event.TEAM_TIME, worker, worker=worker, hours=4.0, episode=0)
    story.tell("2024-06-28", Event.OVERTIME, worker, worker=worker, hours=1.5, episode=0)
    story.tell("2024-03-28", Event.CIN_VISIT, child, worker=worker, hours=50.0, due="2024-03-28")  # the year before
    story.tell("2024-06-28", Event.CIN_VISIT, child, worker=-1, due="2024-06-21")
    found = story.measures
    assert found("hours") == 10
    assert found("hours", group="role=social_worker") == 9
    assert found("hours", group="task=cin_visit") == 5
    assert found("hours", group="role=social_worker,task=team_time") == 4
    assert found("hours", group="role=practice_supervisor,task=approval") == 1
    assert found("hours", group="role=practice_supervisor,task=cin_visit") == 0
    assert found("overtime_hours") == 1.5
    assert found("cost") == 9 * 40 + 1 * 50
    assert found("cost", group="role=practice_supervisor") == 50


def test_staff_cost_is_for_the_time_in_post_whatever_it_was_used_for() -> None:
    story = Story()
    story.worker(fte=0.5)
    year = story.time("2025-04-01") - story.time("2024-04-02")
    story.worker(Detail.PRACTICE_SUPERVISOR, left="2024-10-01")
    half = (story.time("2024-10-01") - story.time("2024-04-02")) / year
    found = story.measures
    assert found("staff_cost", group="role=social_worker") == pytest.approx(0.5 * 1_500 * 40)
    assert found("staff_cost") == pytest.approx(0.5 * 1_500 * 40 + half * 1_500 * 50)
    assert found("cost") == 0


def test_staff_in_post_starters_and_leavers_are_social_workers_without_agency() -> None:
    story = Story()
    story.worker()
    story.worker(fte=0.8, started="2024-06-03")
    story.worker(fte=0.6, left="2024-09-02")
    story.worker(agency=True)
    story.worker(Detail.FAMILY_SUPPORT_WORKER)
    story.worker(Detail.CONFERENCE_CHAIR, left="2024-09-02")
    found = story.measures
    assert found("in_post_fte") == pytest.approx(1.8)
    assert found("starters_fte") == pytest.approx(0.8)
    assert found("leavers_fte") == pytest.approx(0.6)
    assert found("turnover_rate") == pytest.approx(100 * 0.6 / 1.8)
    assert found("agency_rate") == pytest.approx(100 / 2.8)


def test_the_absence_rate_is_time_away_sick_over_time_in_post() -> None:
    story = Story()
    full, half = story.worker(), story.worker(fte=0.5, left="2024-10-01")
    agency = story.worker(agency=True)
    start = story.time("2024-06-03")
    story.tell(start, Event.ABSENCE_STARTED, full, worker=full, detail=Detail.SICKNESS, due=start + 10, episode=0)
    story.tell(start, Event.ABSENCE_STARTED, full, worker=full, detail=Detail.LEAVE, due=start + 20, episode=0)
    story.tell(story.time("2024-10-01") - 4, Event.ABSENCE_STARTED, half, worker=half, detail=Detail.SICKNESS, due=start + 300)
    story.tell(start, Event.ABSENCE_STARTED, agency, worker=agency, detail=Detail.SICKNESS, due=start + 30, episode=0)
    year = story.time("2025-04-01") - story.time("2024-04-01")
    in_post = year + 0.5 * (story.time("2024-10-01") - story.time("2024-04-01"))
    assert story.measures("absence_rate") == pytest.approx(100 * (10 + 0.5 * 4) / in_post)


def test_a_missing_parameter_is_named() -> None:
    story = Story(parameters={k: v for k, v in PARAMETERS.items() if k != "cost_per_hour_conference_chair"})
    story.child()
    with pytest.raises(InputError, match="cost_per_hour_conference_chair"):
        measures(story.replication)


# ---- hours there were, limits, agency workers and cost a child


def with_notes(story: Story, *notes: tuple[str, int, float, float, float, float]) -> Values:
    """Return a story's measures with notes of its workers: day, worker, points, limit, hours there were, hours left over."""
    rows = np.array([(story.time(day), *rest) for day, *rest in notes], dtype=np.float64)
    return Values(measures(replace(story.replication, work_notes=rows)))


def test_agency_workers_cost_the_premium_above_permanent_staff() -> None:
    story = Story()
    story.worker()
    story.worker(agency=True, fte=0.5)
    story.worker(Detail.CONFERENCE_CHAIR, agency=True)
    found = story.measures
    assert found("staff_cost") == pytest.approx(1_500 * (1.5 * 40 + 55))
    assert found("agency_premium_cost", group="role=social_worker") == pytest.approx(0.5 * 0.5 * 1_500 * 40)
    assert found("agency_premium_cost") == pytest.approx(0.5 * 1_500 * (0.5 * 40 + 55))


def test_the_cost_of_a_child_helped_counts_each_child_once_and_nobody_who_was_only_assessed() -> None:
    story = Story()
    story.worker(agency=True)
    twice, plan, assessed = story.child(), story.child(), story.child()
    story.refer("2024-04-10", twice)
    story.assessed("2024-05-10", twice)
    story.plan(twice, "2024-06-10", "2024-09-10")
    story.refer("2023-04-10", plan)
    story.assessed("2023-05-10", plan, Detail.OUTCOME_CIN_PLAN)
    story.plan(plan, "2023-05-10")
    story.refer("2024-06-10", assessed)
    assert story.measures("cost_per_child_helped") == pytest.approx(1_500 * 40 * 1.5 / 2)
    assert math.isnan(Story().measures("cost_per_child_helped"))


def test_utilisation_is_the_share_of_the_hours_there_were_that_was_used() -> None:
    story = Story()
    worker, supervisor = story.worker(), story.worker(Detail.PRACTICE_SUPERVISOR)
    found = with_notes(
        story,
        ("2024-05-01", worker, 0.0, 20.0, 100.0, 10.0),
        ("2024-06-03", worker, 0.0, 20.0, 60.0, 0.0),
        ("2024-06-03", supervisor, 0.0, 20.0, 40.0, 30.0),
        ("2025-06-03", worker, 0.0, 20.0, 50.0, 50.0),
    )
    assert found("utilisation_percent", group="role=social_worker") == pytest.approx(100 * 150 / 160)
    assert found("utilisation_percent", group="role=practice_supervisor") == pytest.approx(25.0)
    assert found("utilisation_percent") == pytest.approx(100 * 160 / 200)
    assert found("utilisation_percent", year=2026) == 0.0
    assert math.isnan(found("utilisation_percent", group="role=conference_chair"))


def test_case_holders_over_their_limit_are_counted_among_those_who_hold_cases() -> None:
    story = Story()
    worker, senior = story.worker(), story.worker(Detail.SENIOR_PRACTITIONER)
    found = with_notes(
        story,
        ("2024-05-01", worker, 21.0, 20.0, 1.0, 0.0),
        ("2024-06-03", worker, 20.0, 20.0, 1.0, 0.0),
        ("2024-06-03", senior, 30.0, 20.0, 1.0, 0.0),
        ("2024-07-03", senior, 0.0, 20.0, 1.0, 0.0),
    )
    assert found("over_caseload_limit_percent", group="role=social_worker") == 50.0
    assert found("over_caseload_limit_percent", group="role=senior_practitioner") == 100.0
    assert found("over_caseload_limit_percent") == pytest.approx(200 / 3)


def test_visits_made_are_over_the_months_on_plans_late_ones_too() -> None:
    story = Story()
    worker = story.worker()
    child = held_by(story, worker)
    story.plan(child, "2024-04-01", "2025-04-01")
    for day, due, by in (
        ("2024-05-02", "2024-05-01", worker),
        ("2024-09-02", "2024-09-05", worker),
        ("2024-11-04", "2024-11-04", -1),
    ):
        story.tell(day, Event.CIN_VISIT, child, worker=by, due=story.time(due))
    assert story.measures("cin_visits_per_child_month") == pytest.approx(2 / 12, abs=0.002)
    assert math.isnan(story.measures("cpp_visits_per_child_month"))
