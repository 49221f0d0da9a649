"""Allocation: who is given a case, who waits, and what becomes of the cases of someone who leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from models import NOBODY_LEAVES, ROLES, Bureau, post

from cinsim.reference.events import Detail, Event
from cinsim.workforce.staffing import EXPERIENCED_ROLES, FAMILY_SUPPORT

pytestmark = pytest.mark.unit

TEAM = Detail.CIN_AND_CP_TEAM


def team_of(
    *ftes: float, limit: float = 20.0, closes: dict[int, float] | None = None, opens: dict[int, float] | None = None
) -> Bureau:
    """A team of social workers with a limit in points for a full-timer; workers by number of post, 1, 2, ..."""
    posts = [
        post(TEAM, fte=fte, number=k, closes=(closes or {}).get(k, float("inf")), opens=(opens or {}).get(k, 0.0))
        for k, fte in enumerate(ftes, start=1)
    ]
    rates = replace(NOBODY_LEAVES, limit=(limit, limit))
    bureau = Bureau(posts, parameters={"hours_handover": 2.0}, rates=dict.fromkeys(ROLES, rates))
    bureau.run(until=0.01)
    return bureau


def test_cases_go_round_workers_with_the_same_limit() -> None:
    bureau = team_of(1.0, 1.0, 1.0)
    holders = [bureau.case(n).holder.post for n in range(6)]
    assert holders == [1, 2, 3, 1, 2, 3]


def test_a_part_time_worker_is_given_cases_in_proportion_to_the_limit() -> None:
    bureau = team_of(1.0, 0.6, limit=100.0)
    holders = [bureau.case(n).holder.post for n in range(80)]
    assert holders.count(1) == 50
    assert holders.count(2) == 30


def test_the_least_loaded_worker_is_found_by_points_and_not_by_cases() -> None:
    bureau = team_of(1.0, 1.0)
    assert bureau.case(1, points=3.0).holder.post == 1
    assert [bureau.case(n, points=1.0).holder.post for n in (2, 3, 4)] == [2, 2, 2]


def test_a_case_is_not_given_beyond_the_limit_and_waits_and_is_counted() -> None:
    bureau = team_of(1.0, limit=2.0)
    cases = [bureau.case(n) for n in range(3)]
    assert [case.holder is not None for case in cases] == [True, True, False]
    (waiting,) = bureau.events(Event.WAITING_FOR_ALLOCATION)
    assert (waiting.entity, waiting.detail, waiting.resource) == (2, TEAM, -1)


def test_an_unallocated_case_is_given_to_a_worker_as_soon_as_there_is_room() -> None:
    bureau = team_of(1.0, limit=2.0)
    cases = [bureau.case(n) for n in range(3)]
    bureau.run(until=7.5)
    bureau.office.release(cases[0])
    assert cases[2].holder is bureau.workers[0]
    allocated = bureau.events(Event.ALLOCATED, entity=2)
    assert [w.time for w in allocated] == [7.5]
    assert bureau.events(Event.HANDED_OVER) == []


def test_a_child_that_needs_no_case_holder_any_more_waits_no_longer() -> None:
    bureau = team_of(1.0, limit=1.0)
    _, waiting = bureau.case(1), bureau.case(2)
    bureau.run(until=5.0)
    bureau.office.release(waiting)
    (released,) = bureau.events(Event.RELEASED, entity=2)
    assert (released.time, released.resource) == (5.0, -1)
    bureau.office.release(bureau.case(3))  # the same where it has just begun to wait
    assert len(bureau.events(Event.RELEASED)) == 2


def test_work_planned_while_a_case_waits_is_done_once_someone_holds_it() -> None:
    bureau = team_of(1.0, limit=1.0)
    first, second = bureau.case(1), bureau.case(2)
    bureau.work(second, 1.0, due=3.0)
    bureau.run(until=10)
    assert bureau.events(Event.CIN_VISIT) == []
    bureau.office.release(first)
    bureau.run(until=12)
    assert [w.day for w in bureau.events(Event.CIN_VISIT)] == [10]


def test_an_urgent_case_goes_beyond_the_limit() -> None:
    bureau = team_of(1.0, 1.0, limit=1.0)
    for n in range(2):
        bureau.case(n)
    urgent = bureau.case(5, points=0.5, urgent=True)
    assert urgent.holder is not None
    assert urgent.holder.points == 1.5


def test_of_those_who_wait_the_urgent_go_first_and_then_who_has_waited_longest() -> None:
    bureau = team_of(1.0, opens={1: 30.0})
    bureau.run(until=1.0)
    early = bureau.case(1)
    bureau.run(until=2.0)
    late = bureau.case(2)
    urgent = bureau.case(3, urgent=True)
    assert [case.holder for case in (early, late, urgent)] == [None] * 3
    bureau.run(until=31)
    assert [w.entity for w in bureau.events(Event.ALLOCATED)] == [3, 1, 2]


def test_a_case_that_must_wait_for_a_role_does_not_hold_up_the_cases_behind_it() -> None:
    bureau = team_of(1.0, limit=1.0)
    first = bureau.case(1)
    nobody_can = bureau.case(2, roles=FAMILY_SUPPORT)
    behind = bureau.case(3)
    assert (nobody_can.holder, behind.holder) == (None, None)
    bureau.office.release(first)
    assert behind.holder is bureau.workers[0]
    assert nobody_can.holder is None


def test_a_heavy_case_that_does_not_fit_keeps_its_place_before_lighter_ones_of_its_kind() -> None:
    bureau = team_of(1.0, limit=4.0)
    held = [bureau.case(n, points=1.0) for n in range(4)]
    heavy, light = bureau.case(10, points=2.0), bureau.case(11, points=1.0)
    bureau.office.release(held[0])
    assert (heavy.holder, light.holder) == (None, None)
    bureau.office.release(held[1])
    assert heavy.holder is bureau.workers[0]


def test_a_child_protection_case_goes_to_an_experienced_worker_only() -> None:
    bureau = Bureau([post(TEAM, Detail.NEWLY_QUALIFIED, number=1), post(TEAM, Detail.SENIOR_PRACTITIONER, number=2)])
    bureau.run(until=0.01)
    holders = [bureau.case(n, urgent=True, roles=EXPERIENCED_ROLES).holder.role for n in range(4)]
    assert set(holders) == {Detail.SENIOR_PRACTITIONER}


def test_a_leavers_cases_are_handed_over_to_the_least_loaded() -> None:
    bureau = team_of(1.0, 1.0, 1.0, closes={1: 50.0})
    cases = [bureau.case(n) for n in range(9)]
    bureau.run(until=60)
    handed_over = bureau.events(Event.HANDED_OVER)
    assert [w.entity for w in handed_over] == [0, 3, 6]
    assert {w.time for w in handed_over} == {50.0}
    assert [w.entity for w in bureau.events(Event.RELEASED)] == [0, 3, 6]
    assert sorted(len(w.cases) for w in bureau.workers if w.left > 60) == [4, 5]
    assert all(case.holder is not None and case.holder.left > 60 for case in cases)


def test_taking_over_a_case_costs_its_new_holder_hours() -> None:
    bureau = team_of(1.0, 1.0, closes={1: 50.0})
    bureau.case(1)
    bureau.run(until=60)
    (work,) = bureau.events(Event.HANDOVER_WORK)
    assert (work.hours, work.resource, work.day) == (2.0, bureau.workers[1].number, 50)


def test_work_begun_by_a_leaver_is_finished_by_whoever_takes_the_case_over() -> None:
    bureau = team_of(1.0, 1.0, closes={1: 3.0})
    bureau.work(bureau.case(1), 40.0, due=10.0)
    bureau.run(until=20)
    # three days of 8 hours by the first, two by the second
    (done,) = bureau.events(Event.CIN_VISIT)
    assert (done.day, done.resource) == (4, bureau.workers[1].number)


def test_a_leavers_cases_wait_where_nobody_has_room() -> None:
    bureau = team_of(1.0, 1.0, limit=1.0, closes={1: 50.0})
    first = bureau.case(1)
    bureau.case(2)
    bureau.run(until=60)
    assert first.holder is None
    assert [w.time for w in bureau.events(Event.WAITING_FOR_ALLOCATION)] == [50.0]


def test_without_turnover_nobody_leaves_and_no_case_changes_hands() -> None:
    bureau = team_of(1.0, 1.0, 1.0)
    for n in range(9):
        bureau.case(n)
    bureau.run(until=2500)
    assert bureau.events(Event.WORKER_LEFT, Event.HANDED_OVER, Event.RELEASED) == []


def test_a_case_held_by_another_team_stays_with_its_holder_until_someone_here_has_room() -> None:
    bureau = Bureau([post(Detail.ASSESSMENT_TEAM, number=1), post(TEAM, number=2, opens=30.0)])
    bureau.run(until=0.01)
    case = bureau.case(1, team=Detail.ASSESSMENT_TEAM)
    assessor = case.holder
    bureau.office.assign(case, TEAM, 1.0)
    assert case.holder is assessor
    assert bureau.events(Event.WAITING_FOR_ALLOCATION) == []
    bureau.run(until=31)
    assert case.holder.post == 2
    assert [w.time for w in bureau.events(Event.HANDED_OVER)] == [30.0]
    assert assessor.cases == {}
    assert assessor.points == 0.0


def test_a_case_handed_from_team_to_team_makes_room_for_one_that_waits_in_the_first() -> None:
    bureau = Bureau([post(Detail.ASSESSMENT_TEAM, number=1), post(TEAM, number=2)], parameters={"caseload_limit_points": 20.0})
    bureau.run(until=0.01)
    cases = [bureau.case(n, team=Detail.ASSESSMENT_TEAM, points=10.0) for n in range(3)]
    assert cases[2].holder is None
    bureau.office.assign(cases[0], TEAM, 1.0)
    assert cases[2].holder.post == 1


def test_a_case_asked_for_by_the_team_that_holds_it_only_changes_its_weight() -> None:
    bureau = team_of(1.0, 1.0)
    case = bureau.case(1, points=1.0)
    holder = case.holder
    bureau.office.assign(case, TEAM, 3.0)
    assert case.holder is holder
    assert holder.points == 3.0
    assert len(bureau.events(Event.ALLOCATED, Event.HANDED_OVER)) == 1


def test_a_case_leaves_a_holder_whose_role_may_not_hold_it_any_more() -> None:
    bureau = Bureau([post(TEAM, Detail.FAMILY_SUPPORT_WORKER, number=1), post(TEAM, number=2)])
    bureau.run(until=0.01)
    case = bureau.case(1, roles=FAMILY_SUPPORT)
    assert case.holder.role == Detail.FAMILY_SUPPORT_WORKER
    bureau.office.assign(case, TEAM, 1.5, urgent=True)
    assert case.holder.role == Detail.SOCIAL_WORKER


def test_a_disabled_childs_case_goes_to_the_plan_team_where_there_is_no_team_of_its_own() -> None:
    bureau = team_of(1.0)
    assert bureau.case(1, team=Detail.DISABLED_CHILDREN_TEAM).holder is bureau.workers[0]


def test_points_are_given_back_when_a_case_closes() -> None:
    bureau = team_of(1.0)
    cases = [bureau.case(n, points=1.5) for n in range(4)]
    for case in cases:
        bureau.office.release(case)
    (worker,) = bureau.workers
    assert (worker.points, worker.load, worker.cases) == (0.0, 0.0, {})


def test_room_made_by_a_case_that_becomes_lighter_is_used() -> None:
    bureau = team_of(1.0, limit=2.0)
    held = bureau.case(1, points=2.0)
    waiting = bureau.case(2, points=1.0)
    assert waiting.holder is None
    bureau.office.reweigh(held, 1.0)
    bureau.run(until=2)
    assert waiting.holder is bureau.workers[0]


def test_a_case_that_closed_while_it_waited_is_not_allocated_later() -> None:
    bureau = team_of(1.0, limit=1.0)
    held, waiting = bureau.case(1), bureau.case(2)
    bureau.office.release(waiting)
    bureau.office.release(held)
    assert waiting.holder is None
    assert [w.entity for w in bureau.events(Event.ALLOCATED)] == [1]


def test_a_case_that_comes_back_waits_from_when_it_came_back() -> None:
    bureau = team_of(1.0, limit=1.0)
    held = bureau.case(1)
    returns = bureau.case(2)
    bureau.office.release(returns)
    bureau.run(until=5)
    other = bureau.case(3)
    bureau.run(until=6)
    bureau.office.assign(returns, TEAM, 1.0)
    bureau.office.release(held)
    assert other.holder is bureau.workers[0]
    assert returns.holder is None


def test_asking_a_team_on_duty_for_a_diary_is_refused_where_workers_have_their_own() -> None:
    bureau = team_of(1.0)
    with pytest.raises(ValueError, match="case holders"):
        _ = bureau.office.teams[TEAM].duty
