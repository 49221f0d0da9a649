"""Diaries: which of the tasks that are ready is done next, and what happens to tasks whose case moves or closes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cinsim.reference.events import WORK, Event
from cinsim.workforce.work import CAN_BE_THINNED, HEAD_START_WORKING_DAYS, Case, Diary, Task

pytestmark = pytest.mark.unit


def nothing(task: Task, worker: object, now: float) -> None:
    """Done, with nothing to follow."""


def task(kind: int = Event.CIN_VISIT, *, booked: float = 0.0, due: float = 10.0) -> Task:
    return Task(kind, Case(1), 1.0, booked, due, nothing)


def taken_in_order(diary: Diary) -> list[Task]:
    """Return the tasks that are ready in the order in which a worker meets them."""
    return [entry for _, _, entry in sorted(diary.ready, key=lambda entry: entry[:2]) if entry.diary is diary]


def diary_of(*tasks: Task, today: int = 0) -> Diary:
    diary = Diary()
    for entry in tasks:
        diary.add(entry)
    diary.open_day(today)
    return diary


def test_the_task_that_is_due_first_is_met_first() -> None:
    late, early = task(due=12), task(due=11)
    assert taken_in_order(diary_of(late, early)) == [early, late]


def test_a_child_protection_visit_goes_before_a_child_in_need_visit_due_up_to_seven_days_earlier() -> None:
    # their head starts, 8 and 1 working days, differ by 7
    need = task(Event.CIN_VISIT, due=10)
    assert taken_in_order(diary_of(need, protection := task(Event.CPP_VISIT, due=16.9)))[0] is protection
    need = task(Event.CIN_VISIT, due=10)
    assert taken_in_order(diary_of(need, task(Event.CPP_VISIT, due=17.1)))[0] is need


def test_of_tasks_equally_pressing_the_one_entered_first_is_met_first() -> None:
    tasks = [task(due=10) for _ in range(5)]
    assert taken_in_order(diary_of(*tasks)) == tasks
    assert taken_in_order(diary_of(*reversed(tasks))) == tasks[::-1]


def test_statutory_work_keeps_its_order_of_weight() -> None:
    weights = [
        Event.SCREENING, Event.SECTION_47_SESSION, Event.CPP_VISIT, Event.LOOKED_AFTER_VISIT, Event.CIN_REVIEW, Event.CIN_VISIT,
        Event.SHORT_HELP_SESSION, Event.LONG_STAY_SUPPORT,
    ]  # fmt: skip
    assert all(HEAD_START_WORKING_DAYS[a] > HEAD_START_WORKING_DAYS[b] for a, b in pairwise(weights))


def test_every_kind_of_work_that_enters_a_diary_has_a_head_start() -> None:
    written_beside_other_work = {Event.CPP_REVIEW, Event.VISIT_NOT_ACHIEVED}
    assert {*WORK, Event.TEAM_TIME} - written_beside_other_work == set(HEAD_START_WORKING_DAYS)


def test_only_work_without_a_statutory_date_is_cut_short() -> None:
    assert not CAN_BE_THINNED & {
        Event.SCREENING, Event.ASSESSMENT_SESSION, Event.REPORT, Event.APPROVAL, Event.SECTION_47_SESSION, Event.CIN_VISIT,
        Event.CPP_VISIT, Event.LOOKED_AFTER_VISIT, Event.CIN_REVIEW, Event.CORE_GROUP, Event.CONFERENCE_CHAIRING,
    }  # fmt: skip


def test_a_task_is_not_ready_before_the_day_it_is_booked_for() -> None:
    diary = diary_of(entry := task(booked=7.9, due=9), today=6)
    assert taken_in_order(diary) == []
    diary.open_day(7)  # it is booked for some time of day 7, and a day's work is done at one moment
    assert taken_in_order(diary) == [entry]


def test_a_task_booked_for_a_day_that_has_begun_is_ready_at_once() -> None:
    diary = diary_of(today=7)
    diary.add(entry := task(booked=7.2))
    assert taken_in_order(diary) == [entry]


def test_days_on_which_nobody_looked_into_the_diary_are_caught_up_with() -> None:
    tasks = [task(booked=day, due=20) for day in (3, 1, 2)]
    diary = diary_of(*tasks, today=30)
    assert sorted(taken_in_order(diary), key=tasks.index) == tasks
    assert diary.future == {}


def test_a_task_entered_into_another_diary_is_no_longer_met_in_the_first() -> None:
    first = diary_of(ready := task(), later := task(booked=5))
    second = diary_of(today=0)
    for entry in (ready, later):
        second.add(entry)
    first.open_day(5)
    second.open_day(5)
    assert taken_in_order(first) == []
    assert taken_in_order(second) == [ready, later]


def test_work_on_a_case_without_a_holder_waits_with_the_case() -> None:
    case = Case(1)
    entry = case.plan_task(Event.CIN_VISIT, 1.0, 0.0, 5.0, nothing)
    assert case.tasks == [entry]
    assert entry.diary is None


def test_dropping_some_kinds_of_work_leaves_the_others_on_the_case() -> None:
    case, diary = Case(1), Diary()
    visit = case.plan_task(Event.CIN_VISIT, 1.0, 0.0, 5.0, nothing)
    review = case.plan_task(Event.CIN_REVIEW, 1.0, 0.0, 5.0, nothing)
    diary.add(visit)
    diary.add(review)
    diary.open_day(0)
    assert case.drop_tasks(frozenset({Event.CIN_VISIT})) == [visit]
    assert case.tasks == [review]
    assert taken_in_order(diary) == [review]


def test_dropping_all_work_leaves_none_on_the_case_and_none_in_the_diary() -> None:
    case, diary = Case(1), Diary()
    for due in (3, 4):
        diary.add(case.plan_task(Event.CIN_VISIT, 1.0, 0.0, due, nothing))
    diary.open_day(0)
    assert [entry.due for entry in case.drop_tasks()] == [3, 4]
    assert case.tasks == []
    assert taken_in_order(diary) == []
