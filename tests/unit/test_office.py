"""Rules of an office: hours and limits by role, what changes on a scenario's date, supervision, closure work."""

from __future__ import annotations

from dataclasses import replace

import pytest
from models import NOBODY_LEAVES, Bureau, Town, post, roomy_posts

from cinsim.policy.timing import Ramp
from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit

TEAM = Detail.CIN_AND_CP_TEAM


def one_worker(**how: object) -> Bureau:
    bureau = Bureau([post(TEAM, number=1)], **how)  # type: ignore[arg-type]
    bureau.run(until=0.01)
    return bureau


def days_done(bureau: Bureau) -> list[int]:
    return [w.day for w in bureau.events(Event.CIN_VISIT)]


def test_a_new_caseload_limit_holds_for_workers_in_post_from_its_date() -> None:
    rates = replace(NOBODY_LEAVES, limit=(2.0, 4.0), ramp=Ramp(50.0, 50.0))
    bureau = one_worker(rates={Detail.SOCIAL_WORKER: rates})
    cases = [bureau.case(n) for n in range(6)]
    bureau.run(until=49.9)
    assert [case.holder is not None for case in cases] == [True, True, False, False, False, False]
    bureau.run(until=51)
    assert [case.holder is not None for case in cases] == [True, True, True, True, False, False]
    assert [w.time for w in bureau.events(Event.ALLOCATED)][2:] == [50.0, 50.0]


def test_a_lower_caseload_limit_takes_no_case_away_and_gives_no_new_one() -> None:
    rates = replace(NOBODY_LEAVES, limit=(4.0, 2.0), ramp=Ramp(50.0, 50.0))
    bureau = one_worker(rates={Detail.SOCIAL_WORKER: rates})
    cases = [bureau.case(n) for n in range(4)]
    bureau.run(until=60)
    assert all(case.holder is not None for case in cases)
    bureau.office.release(cases[0])
    assert bureau.case(9).holder is None


def test_a_limit_that_is_phased_in_grows_day_by_day() -> None:
    rates = replace(NOBODY_LEAVES, limit=(10.0, 20.0), ramp=Ramp(50.0, 60.0))
    bureau = one_worker(rates={Detail.SOCIAL_WORKER: rates})
    limits = []
    for day in (49, 52, 55, 59, 60, 70):
        bureau.run(until=day + 0.5)
        limits.append(bureau.workers[0].limit)
    assert limits == pytest.approx([10.0, 12.0, 15.0, 19.0, 20.0, 20.0])


def test_less_administration_gives_hours_to_workers_in_post_from_its_date() -> None:
    bureau = one_worker(rules={"administration": (0.5, 0.0), "overtime": (0.0, 0.0), "ramp": Ramp(5.0, 5.0)})
    case = bureau.case(1)
    for _ in range(20):
        bureau.work(case, 4.0)
    bureau.run(until=8)
    assert days_done(bureau) == [0, 1, 2, 3, 4, 5, 5, 6, 6, 7, 7]


def test_more_overtime_is_allowed_from_its_date() -> None:
    bureau = one_worker(rules={"overtime": (0.0, 0.5), "ramp": Ramp(3.0, 3.0)})
    case = bureau.case(1)
    for _ in range(20):
        bureau.work(case, 4.0, due=-100.0)
    bureau.run(until=5)
    assert days_done(bureau) == [0, 0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4]


def test_who_starts_after_the_change_starts_under_the_new_rules() -> None:
    rates = replace(NOBODY_LEAVES, limit=(10.0, 20.0), ramp=Ramp(50.0, 50.0))
    bureau = Bureau([post(TEAM, number=1, opens=80.0)], rates={Detail.SOCIAL_WORKER: rates})
    bureau.run(until=81)
    assert bureau.workers[0].limit == 20.0


def test_supervision_takes_time_of_the_worker_and_of_a_supervisor_each_month() -> None:
    bureau = Bureau(
        [post(TEAM, number=1), post(TEAM, Detail.PRACTICE_SUPERVISOR, number=2)],
        parameters={"hours_supervision": 1.5, "supervision_interval_working_days": 21.0},
    )
    bureau.run(until=211)
    worker, supervisor = bureau.workers
    sessions = bureau.events(Event.TEAM_TIME)
    assert {w.hours for w in sessions} == {1.5}
    by = {who.number: sum(w.entity == who.number for w in sessions) for who in (worker, supervisor)}
    assert by[worker.number] == by[supervisor.number] in (10, 11)


def test_supervisors_are_not_supervised_and_hold_no_cases() -> None:
    bureau = Bureau([post(TEAM, Detail.PRACTICE_SUPERVISOR, number=1)], parameters={"hours_supervision": 1.5})
    bureau.run(until=100)
    assert bureau.events(Event.TEAM_TIME) == []
    assert bureau.case(1).holder is None


def test_everyone_who_has_ever_worked_is_in_the_rows_of_workers() -> None:
    bureau = Bureau([post(TEAM, number=1, closes=40.0), post(TEAM, number=2, opens=20.0), post(TEAM, number=3)])
    bureau.run(until=100)
    rows = {row.post: (row.started, row.left) for row in bureau.office.rows()}
    assert rows == {1: (0.0, 40.0), 2: (20.0, float("inf")), 3: (0.0, float("inf"))}
    started, left = bureau.events(Event.WORKER_STARTED), bureau.events(Event.WORKER_LEFT)
    assert [(w.time, w.detail) for w in started] == [
        (0.0, Detail.SOCIAL_WORKER),
        (0.0, Detail.SOCIAL_WORKER),
        (20.0, Detail.SOCIAL_WORKER),
    ]
    assert [w.time for w in left] == [40.0]


def test_overtime_not_yet_written_is_written_when_its_worker_leaves() -> None:
    bureau = Bureau([post(TEAM, number=1, closes=3.0)], rules={"overtime": (0.25, 0.25)})
    bureau.run(until=0.01)
    bureau.work(bureau.case(1), 30.0, due=-100.0)
    bureau.run(until=30)
    assert sum(w.hours for w in bureau.events(Event.OVERTIME)) == pytest.approx(6.0)


def test_closing_a_case_is_work_for_who_held_it_even_when_the_child_comes_back_first() -> None:
    posts = [p for p in roomy_posts() if p.team != Detail.ASSESSMENT_TEAM]
    place = Town(
        [0.5],
        posts=[*posts, post(Detail.ASSESSMENT_TEAM, fte=0.25, number=30)],
        parameters={"assessment_quick_share": 1.0, "hours_closure": 10.0, "hours_assessment_report": 1.0, "thin_share": 1.0},
    )
    place.refer(0, 10.0)
    while "CLOSED" not in place.happened():
        place.run(place.env.now + 0.25)
    place.refer(0, place.env.now + 0.25)
    place.run(300)
    assert [w.episode for w in place.events(Event.CLOSED)] == [1, 2]
    assert len(place.events(Event.CLOSURE_WORK)) == 2


def supervised(*, pooled: bool) -> Bureau:
    """An assessment team with a supervisor's worth of work a day and plans with none, each with a supervisor of its own."""
    rules = {"pooled_supervisors": pooled, "ramp": Ramp(10.0, 10.0), "overtime": (0.0, 0.0)}
    teams = (Detail.ASSESSMENT_TEAM, Detail.CIN_AND_CP_TEAM)
    posts = [post(team, Detail.PRACTICE_SUPERVISOR, number=n) for n, team in enumerate(teams, start=1)]
    bureau = Bureau(posts, rules=rules)
    bureau.run(until=0.01)
    for number in range(40):
        bureau.duty(bureau.office.supervisors(Detail.ASSESSMENT_TEAM), number, 8.0, kind=Event.APPROVAL)
    return bureau


def test_supervisors_do_the_work_of_their_own_team() -> None:
    bureau = supervised(pooled=False)
    bureau.run(until=19.99)
    assessment, plans = bureau.workers
    assert [sum(w.resource == who.number for w in bureau.events(Event.APPROVAL)) for who in (assessment, plans)] == [20, 0]


def test_pooled_supervisors_share_all_work_from_the_scenarios_date_and_lose_none() -> None:
    bureau = supervised(pooled=True)
    bureau.run(until=9.99)
    assert len(bureau.events(Event.APPROVAL)) == 10
    bureau.run(until=19.99)
    assessment, plans = bureau.workers
    assert [sum(w.resource == who.number for w in bureau.events(Event.APPROVAL)) for who in (assessment, plans)] == [20, 10]
    bureau.run(until=60)
    assert [w.entity for w in bureau.events(Event.APPROVAL)] == list(range(40))


def test_a_team_without_a_supervisor_is_looked_after_by_those_of_another() -> None:
    bureau = supervised(pooled=False)
    assert bureau.office.supervisors(Detail.LOOKED_AFTER_TEAM) in [bureau.office.supervisors(team) for team in (71, 72)]


def overdue(kind: int, team: int, parameters: dict[str, float] | None = None) -> Bureau:
    """Ten pieces of work, due on their second day, for a team with nobody in it, beside a supervisor of another."""
    posts = [
        post(TEAM, Detail.PRACTICE_SUPERVISOR, number=1),
        post(Detail.ASSESSMENT_TEAM, Detail.PRACTICE_SUPERVISOR, number=2, opens=1e6),
    ]
    bureau = Bureau(posts, rules={"overtime": (0.0, 0.0)}, parameters=parameters or {})
    bureau.run(until=0.01)
    diary = bureau.office.teams[team].duty if team == Detail.FRONT_DOOR else bureau.office.supervisors(team)
    for number in range(10):
        bureau.duty(diary, number, 0.5, due=2.0, kind=kind)
    return bureau


@pytest.mark.parametrize(
    ("kind", "team"),
    [(Event.APPROVAL, Detail.ASSESSMENT_TEAM), (Event.SCREENING, Detail.FRONT_DOOR)],
    ids=["approvals", "referrals"],
)
def test_a_supervisor_with_time_does_what_is_long_overdue_elsewhere(kind: int, team: int) -> None:
    bureau = overdue(kind, team)
    bureau.run(until=7.0)
    assert bureau.events(kind) == []
    bureau.run(until=9.0)
    done = bureau.events(kind)
    assert [w.entity for w in done] == list(range(10))
    assert {w.resource for w in done} == {bureau.workers[0].number}
    assert min(w.time for w in done) > 2.0 + bureau.p.stand_in_after_days


def test_a_supervisors_own_work_comes_first_and_nobody_stands_in_where_that_is_switched_off() -> None:
    busy = overdue(Event.APPROVAL, Detail.ASSESSMENT_TEAM)
    for number in range(100, 140):
        busy.duty(busy.office.supervisors(Detail.CIN_AND_CP_TEAM), number, 8.0, due=500.0, kind=Event.APPROVAL)
    busy.run(until=20.0)
    assert all(w.entity >= 100 for w in busy.events(Event.APPROVAL))
    never = overdue(Event.APPROVAL, Detail.ASSESSMENT_TEAM, parameters={"stand_in_after_days": 250.0})
    never.run(until=200.0)
    assert never.events(Event.APPROVAL) == []


def test_supervisors_stand_in_for_no_conference_chair() -> None:
    bureau = Bureau([post(TEAM, Detail.PRACTICE_SUPERVISOR, number=1)])
    bureau.run(until=0.01)
    bureau.duty(bureau.office.teams[Detail.CONFERENCE_TEAM].duty, 1, 1.0, due=2.0, kind=Event.CONFERENCE_CHAIRING)
    bureau.run(until=60.0)
    assert bureau.events(Event.CONFERENCE_CHAIRING) == []
