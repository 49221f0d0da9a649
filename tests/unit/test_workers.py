"""A worker's days: hours and what they are spent on, overtime, work cut short, leave and sickness."""

from __future__ import annotations

import math
from typing import Any

import pytest
from models import NOBODY_LEAVES, Bureau, post

from cinsim.policy.timing import Ramp
from cinsim.reference.events import Detail, Event
from cinsim.workforce.staffing import Rates
from cinsim.workforce.work import Case

pytestmark = pytest.mark.unit

SICK_RATES = Rates(turnover=(0.0, 0.0), vacancy=(0.0, 0.0), cover=(0.0, 0.0), sickness=(0.1, 0.1), limit=(20.0, 20.0))


def one_worker(**how: Any) -> Bureau:
    """One full-time social worker with 8 hours a day, all of them for tasks, and no overtime unless asked for."""
    parameters = {"overtime_limit": 0.0, **how.pop("parameters", {})}
    bureau = Bureau([post(Detail.CIN_AND_CP_TEAM, number=1)], parameters=parameters, **how)
    bureau.run(until=0.01)
    return bureau


def days_done(bureau: Bureau, kind: Event = Event.CIN_VISIT) -> list[int]:
    return [w.day for w in bureau.events(kind)]


def test_a_day_holds_as_many_tasks_as_its_hours_and_the_rest_goes_on_the_next_day() -> None:
    bureau = one_worker()
    case = bureau.case(1)
    for k in range(5):
        bureau.work(case, 3.0, due=100.0 + k)
    bureau.run(until=5)
    # 8 hours a day: two whole tasks and 2 hours of the third; then its last hour, two more, and an hour to spare
    assert days_done(bureau) == [0, 0, 1, 1, 1]


def test_a_task_longer_than_a_day_goes_on_for_days() -> None:
    bureau = one_worker()
    bureau.work(bureau.case(1), 20.0)
    bureau.run(until=5)
    assert days_done(bureau) == [2]


def test_hours_written_are_those_the_task_took() -> None:
    bureau = one_worker()
    bureau.work(bureau.case(1), 20.0)
    bureau.run(until=5)
    assert bureau.events(Event.CIN_VISIT)[0].hours == 20.0


@pytest.mark.parametrize(("fte", "day"), [(1.0, 0), (0.6, 1), (0.4, 2)])
def test_a_part_time_worker_has_hours_in_proportion(fte: float, day: int) -> None:
    bureau = Bureau([post(Detail.CIN_AND_CP_TEAM, number=1, fte=fte)], parameters={"overtime_limit": 0.0})
    bureau.run(until=0.01)
    bureau.work(bureau.case(1), 8.0)
    bureau.run(until=10)
    assert days_done(bureau) == [day]


def test_administration_takes_its_share_of_the_day() -> None:
    bureau = one_worker(parameters={"administration_share": 0.25})
    bureau.work(bureau.case(1), 6.5)
    bureau.work(bureau.case(2), 5.5)
    bureau.run(until=5)
    assert days_done(bureau) == [1, 1]


def test_a_newly_qualified_worker_has_protected_time_and_a_smaller_limit() -> None:
    bureau = Bureau([post(Detail.CIN_AND_CP_TEAM, Detail.NEWLY_QUALIFIED, number=1)])
    bureau.run(until=0.01)
    (worker,) = bureau.workers
    assert worker.day_hours == 4.0
    assert worker.limit == 10.0


def test_a_practice_supervisor_has_a_share_of_the_day_for_casework() -> None:
    bureau = Bureau(
        [post(Detail.CIN_AND_CP_TEAM, Detail.PRACTICE_SUPERVISOR, number=1)], parameters={"supervisor_casework_share": 0.4}
    )
    bureau.run(until=0.01)
    assert bureau.workers[0].day_hours == pytest.approx(3.2)


def test_overdue_work_is_done_in_overtime_up_to_its_limit() -> None:
    bureau = one_worker(parameters={"overtime_limit": 0.25})
    case = bureau.case(1)
    for _ in range(3):
        bureau.work(case, 5.0, kind=Event.CIN_REVIEW, due=-20.0)
    bureau.run(until=5)
    # 8 hours and 2 of overtime: two tasks of 5 hours on the first day
    assert days_done(bureau, Event.CIN_REVIEW) == [0, 0, 1]


def test_work_that_is_not_yet_due_is_left_for_the_next_day() -> None:
    bureau = one_worker(parameters={"overtime_limit": 0.25})
    case = bureau.case(1)
    for _ in range(3):
        bureau.work(case, 5.0, due=100.0)
    bureau.run(until=5)
    assert days_done(bureau) == [0, 1, 1]


def test_overtime_worked_for_overdue_work_is_not_filled_up_with_work_that_can_wait() -> None:
    bureau = one_worker(parameters={"overtime_limit": 0.25})
    case = bureau.case(1)
    bureau.work(case, 8.5, due=-20.0)
    bureau.work(case, 1.0, due=100.0)
    bureau.run(until=60)
    assert days_done(bureau) == [0, 1]
    assert sum(w.hours for w in bureau.events(Event.OVERTIME)) == pytest.approx(0.5)


def test_overtime_is_recorded_as_hours_worked_and_not_as_hours_allowed() -> None:
    bureau = one_worker(parameters={"overtime_limit": 0.25})
    bureau.work(bureau.case(1), 9.0, due=-20.0)
    bureau.run(until=60)
    assert sum(w.hours for w in bureau.events(Event.OVERTIME)) == pytest.approx(1.0)


@pytest.mark.parametrize("limit", [0.0, 0.25])
def test_nobody_works_overtime_when_nothing_is_overdue(limit: float) -> None:
    bureau = one_worker(parameters={"overtime_limit": limit})
    case = bureau.case(1)
    for k in range(20):
        bureau.work(case, 3.0, due=100.0 + k)
    bureau.run(until=60)
    assert bureau.events(Event.OVERTIME) == []
    assert bureau.workers[0].overtime == 0.0


def test_low_priority_work_is_cut_short_once_when_it_is_overdue_for_longer_than_allowed() -> None:
    bureau = one_worker()
    case = bureau.case(1)
    bureau.work(case, 30.0, kind=Event.CLOSURE_WORK, due=-6.0)  # overdue by more than 5 days: 15 hours are left of 30
    bureau.run(until=9)
    (done,) = bureau.events(Event.CLOSURE_WORK)
    assert (done.day, done.hours) == (1, 15.0)


def test_low_priority_work_that_is_less_overdue_gets_all_its_hours() -> None:
    bureau = one_worker()
    bureau.work(bureau.case(1), 6.0, kind=Event.CLOSURE_WORK, due=-4.0)
    bureau.run(until=9)
    assert bureau.events(Event.CLOSURE_WORK)[0].hours == 6.0


def test_a_visit_is_never_cut_short_however_late_it_is() -> None:
    bureau = one_worker()
    bureau.work(bureau.case(1), 6.0, due=-200.0)
    bureau.run(until=9)
    assert bureau.events(Event.CIN_VISIT)[0].hours == 6.0


def test_workers_on_duty_share_one_diary_and_nothing_is_done_twice() -> None:
    bureau = Bureau(
        [post(Detail.CONFERENCE_TEAM, Detail.CONFERENCE_CHAIR, number=n) for n in (1, 2)], parameters={"overtime_limit": 0.0}
    )
    bureau.run(until=0.01)
    diary = bureau.office.teams[Detail.CONFERENCE_TEAM].duty
    for child in range(6):
        bureau.duty(diary, child, 4.0, kind=Event.CONFERENCE_CHAIRING, due=float(child))
    bureau.run(until=10)
    done = bureau.events(Event.CONFERENCE_CHAIRING)
    assert [w.entity for w in done] == [0, 1, 2, 3, 4, 5]
    assert [w.day for w in done] == [0, 0, 0, 0, 1, 1]
    first, second = sorted(bureau.workers, key=lambda worker: worker.moment)
    assert [w.resource for w in done] == [first.number] * 2 + [second.number] * 2 + [first.number] * 2


def test_each_day_is_worked_at_the_same_moment_of_the_day_on_the_dyadic_grid() -> None:
    bureau = one_worker()
    case = bureau.case(1)
    for _ in range(10):
        bureau.work(case, 8.0)
    bureau.run(until=20)
    times = [w.time for w in bureau.events(Event.CIN_VISIT)]
    moment = bureau.workers[0].moment
    assert times == [day + moment for day in range(10)]
    assert (moment * 1024).is_integer()


def test_no_sickness_and_no_leave_mean_work_on_every_working_day() -> None:
    bureau = one_worker()
    case = bureau.case(1)
    for _ in range(500):
        bureau.work(case, 8.0)
    bureau.run(until=500)
    assert days_done(bureau) == list(range(500))
    assert bureau.events(Event.ABSENCE_STARTED) == []


def test_days_of_leave_are_not_worked_and_add_up_to_the_years_entitlement() -> None:
    bureau = one_worker(parameters={"leave_days_per_year": 35.0, "leave_spell_days": 5.0})
    case = bureau.case(1)
    for _ in range(2600):
        bureau.work(case, 8.0)
    bureau.run(until=2530)
    spells = bureau.events(Event.ABSENCE_STARTED)
    assert {w.detail for w in spells} == {Detail.LEAVE}
    away = {w.day + k for w in spells for k in range(5)}
    worked = set(days_done(bureau))
    assert not away & worked
    assert worked == set(range(2530)) - away
    assert len(away) / 10 == pytest.approx(35, rel=0.05)  # ten years of 253 working days


def test_a_worker_who_is_sick_comes_back_on_the_day_the_spell_ends() -> None:
    bureau = one_worker(rates={Detail.SOCIAL_WORKER: SICK_RATES}, parameters={"cover_after_days": 120.0})
    case = bureau.case(1)
    for _ in range(2000):
        bureau.work(case, 8.0)
    bureau.run(until=1500)
    spells = bureau.events(Event.ABSENCE_STARTED)
    assert {w.detail for w in spells} == {Detail.SICKNESS}
    away = {w.day + k for w in spells for k in range(round(w.due - w.time))}
    assert set(days_done(bureau)) == {day for day in range(1500) if day not in away}
    assert len(away) > 0


def long_sickness(seed: int) -> tuple[Bureau, Case]:
    """Two workers; the first holds a case when it falls sick for 40 days or more."""
    sick = Rates((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.3, 0.3), (20.0, 20.0))
    bureau = Bureau(
        [post(Detail.CIN_AND_CP_TEAM, Detail.SENIOR_PRACTITIONER, number=1), post(Detail.CIN_AND_CP_TEAM, number=2)],
        rates={Detail.SENIOR_PRACTITIONER: sick, Detail.SOCIAL_WORKER: NOBODY_LEAVES},
        parameters={"sickness_spell_median_days": 60.0, "sickness_spell_sigma": 0.0, "cover_after_days": 20.0},
        seed=seed,
    )
    bureau.run(until=0.01)
    case = bureau.case(1, roles=frozenset({Detail.SENIOR_PRACTITIONER, Detail.SOCIAL_WORKER}))
    return bureau, case


def test_long_sickness_passes_cases_on_after_twenty_days() -> None:
    bureau, case = long_sickness(1)
    first, second = bureau.workers
    assert case.holder is first
    bureau.run(until=2000)
    spell = bureau.events(Event.ABSENCE_STARTED)[0]
    (released,) = bureau.events(Event.RELEASED, entity=1)
    (handed_over,) = bureau.events(Event.HANDED_OVER, entity=1)
    assert released.time == spell.time + 20
    assert (released.resource, handed_over.resource) == (first.number, second.number)
    assert handed_over.time == released.time


def test_nobody_is_given_a_case_during_a_long_sickness_and_again_after_it() -> None:
    bureau, _ = long_sickness(1)
    first, second = bureau.workers
    while not bureau.events(Event.ABSENCE_STARTED):
        bureau.run(until=bureau.env.now + 1)
    spell = bureau.events(Event.ABSENCE_STARTED)[0]
    bureau.run(until=spell.time + 1)
    roles = frozenset({Detail.SENIOR_PRACTITIONER, Detail.SOCIAL_WORKER})
    assert all(bureau.case(n, roles=roles, points=0.1).holder is second for n in range(10, 20))
    bureau.run(until=math.floor(spell.due) + 1)
    assert bureau.case(30, roles=roles, points=0.1).holder is first


def test_a_worker_who_is_long_sick_is_not_given_an_urgent_case_either() -> None:
    sick = Rates((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.3, 0.3), (20.0, 20.0))
    bureau = Bureau(
        [post(Detail.CIN_AND_CP_TEAM, number=1)],
        rates={Detail.SOCIAL_WORKER: sick},
        parameters={"sickness_spell_median_days": 60.0, "sickness_spell_sigma": 0.0},
    )
    while not bureau.events(Event.ABSENCE_STARTED):
        bureau.run(until=bureau.env.now + 1)
    case = bureau.case(5, urgent=True)
    assert case.holder is None
    bureau.run(until=bureau.events(Event.ABSENCE_STARTED)[0].due + 1)
    assert case.holder is bureau.workers[0]


def test_a_sickness_rate_of_nought_from_a_date_ends_sickness_for_those_in_post() -> None:
    rates = Rates((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.1, 0.0), (20.0, 20.0), Ramp(400.0, 400.0))
    bureau = Bureau([post(Detail.CIN_AND_CP_TEAM, number=k) for k in range(20)], rates={Detail.SOCIAL_WORKER: rates})
    bureau.run(until=1200)
    days = [w.day for w in bureau.events(Event.ABSENCE_STARTED)]
    assert len(days) > 20
    assert max(days) <= 400


def test_a_sickness_rate_that_rises_on_a_date_leaves_what_came_before_it_as_it_was() -> None:
    def spells(after: float) -> list[tuple[int, int]]:
        rates = Rates((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.05, after), (20.0, 20.0), Ramp(400.0, 400.0))
        bureau = Bureau([post(Detail.CIN_AND_CP_TEAM, number=k) for k in range(20)], rates={Detail.SOCIAL_WORKER: rates})
        bureau.run(until=800)
        return [(w.entity, w.day) for w in bureau.events(Event.ABSENCE_STARTED)]

    usual, risen = spells(0.05), spells(0.3)
    assert [spell for spell in usual if spell[1] < 400] == [spell for spell in risen if spell[1] < 400]
    assert sum(day >= 400 for _, day in risen) > 2 * sum(day >= 400 for _, day in usual)
