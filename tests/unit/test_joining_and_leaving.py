"""Who starts and who goes: notice, settling in, service found under way, training, contract hours."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from models import NOBODY_LEAVES, Bureau, post

from cinsim.policy.timing import Ramp
from cinsim.reference.events import Detail, Event
from cinsim.workforce.workers import Worker

pytestmark = pytest.mark.unit

TEAM, YEAR = Detail.CIN_AND_CP_TEAM, 253.0
LEAVES = replace(NOBODY_LEAVES, turnover=(0.5, 0.5))


def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out working days."""
    monkeypatch.setattr(Worker, "begin", lambda worker: None)


def test_who_has_given_notice_keeps_the_cases_and_is_given_no_more_until_the_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)
    posts = [post(TEAM, number=1), post(TEAM, number=2)]
    bureau = Bureau(posts, rates={Detail.SOCIAL_WORKER: LEAVES}, parameters={"notice_weeks": 8.0})
    bureau.run(until=0.01)
    first = bureau.case(1)
    while not any(worker.under_notice for worker in bureau.workers[:2]):
        bureau.run(until=bureau.env.now + 1.0)
    going = next(worker for worker in bureau.workers[:2] if worker.under_notice)
    given, held = bureau.env.now, dict(going.cases)
    others = [bureau.case(n) for n in range(2, 8)]
    assert all(case.holder is not going for case in others)
    assert going.cases == held
    while going.left == math.inf:
        bureau.run(until=bureau.env.now + 1.0)
    assert 38.0 <= going.left - given <= 41.0
    assert first.holder is not going


def test_notice_is_part_of_the_stay_so_that_turnover_is_as_given(monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)

    def leavers(notice: float, ratio: float) -> float:
        parameters = {"notice_weeks": notice, "early_leaving_ratio": ratio, "early_service_years": 5.0}
        rates = {Detail.SOCIAL_WORKER: replace(NOBODY_LEAVES, turnover=(0.2, 0.2))}
        bureau = Bureau([post(TEAM, number=k) for k in range(400)], rates=rates, parameters=parameters)
        bureau.run(until=10 * YEAR)
        return sum(row.left < math.inf for row in bureau.office.rows()) / (400 * 10)

    # 800 leavers expected; their number varies with a standard deviation of about 28, 0.007 of a rate
    assert leavers(0.0, 1.0) == pytest.approx(0.2, abs=0.02)
    assert leavers(8.0, 2.3) == pytest.approx(0.2, abs=0.02)


def test_as_many_leave_in_the_first_year_of_a_run_as_in_later_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)
    rates = {Detail.SOCIAL_WORKER: replace(NOBODY_LEAVES, turnover=(0.2, 0.2))}
    parameters = {"notice_weeks": 8.0, "early_leaving_ratio": 4.0, "early_service_years": 2.0}
    bureau = Bureau([post(TEAM, number=k) for k in range(1500)], rates=rates, parameters=parameters)
    bureau.run(until=6 * YEAR)
    left = [row.left for row in bureau.office.rows() if row.left < math.inf]
    by_year = [sum(k * YEAR <= time < (k + 1) * YEAR for time in left) for k in range(6)]
    # 300 a year expected, standard deviation about 17: four of them
    assert all(abs(count - 300) < 70 for count in by_year), by_year


def test_new_workers_leave_more_often_than_those_long_in_post(monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)
    rates = {Detail.SOCIAL_WORKER: replace(NOBODY_LEAVES, turnover=(0.2, 0.2))}
    parameters = {"early_leaving_ratio": 4.0, "early_service_years": 2.0}
    bureau = Bureau([post(TEAM, number=k) for k in range(400)], rates=rates, parameters=parameters)
    bureau.run(until=10 * YEAR)
    stays = [min(row.left, 10 * YEAR) - row.started for row in bureau.office.rows() if row.started > 0.0]
    gone = [row.left - row.started for row in bureau.office.rows() if row.started > 0.0 and row.left < math.inf]
    first = sum(stay < 2 * YEAR for stay in gone) / sum(min(stay, 2 * YEAR) for stay in stays)
    later = sum(stay >= 2 * YEAR for stay in gone) / sum(max(stay - 2 * YEAR, 0.0) for stay in stays)
    assert 2.5 < first / later < 6.0


def test_someone_new_is_given_half_a_caseload_and_more_week_by_week(monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)
    bureau = Bureau(
        [post(TEAM, number=1, opens=100.0)],
        rates={Detail.SOCIAL_WORKER: NOBODY_LEAVES},
        parameters={"settling_in_weeks": 4.0, "settling_in_share": 0.5, "newly_qualified_settling_in_weeks": 0.0},
    )
    limits = []
    for day in (100.5, 106.0, 111.0, 116.0, 121.0, 300.0):
        bureau.run(until=day)
        limits.append(bureau.workers[0].limit)
    assert limits == pytest.approx([10.0, 12.5, 15.0, 17.5, 20.0, 20.0])


def test_the_newly_qualified_settle_in_over_their_own_time_to_a_protected_caseload(monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)
    bureau = Bureau(
        [post(TEAM, Detail.NEWLY_QUALIFIED, number=1, opens=100.0)],
        rates={Detail.NEWLY_QUALIFIED: NOBODY_LEAVES},
        parameters={"settling_in_weeks": 0.0, "newly_qualified_settling_in_weeks": 10.0, "newly_qualified_workload": 0.9},
    )
    bureau.run(until=100.5)
    assert bureau.workers[0].limit == pytest.approx(20.0 * 0.9 * 0.5)
    bureau.run(until=200.0)
    assert bureau.workers[0].limit == pytest.approx(18.0)


def test_who_is_in_post_when_the_run_starts_and_agency_workers_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)
    parameters = {"settling_in_weeks": 20.0, "settling_in_share": 0.5, "agency_stint_months": 3.0}
    covered = replace(NOBODY_LEAVES, vacancy=(1.0, 1.0), cover=(1.0, 1.0))
    for rates in (NOBODY_LEAVES, covered):
        bureau = Bureau([post(TEAM, number=1)], rates={Detail.SOCIAL_WORKER: rates}, parameters=parameters)
        for _ in range(10):
            bureau.run(until=bureau.env.now + 50.0)
            assert bureau.workers[-1].limit == 20.0
    assert len(bureau.workers) > 2


def test_a_case_that_waits_is_given_to_a_newcomer_who_has_settled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)
    bureau = Bureau(
        [post(TEAM, number=1, opens=10.0)],
        rates={Detail.SOCIAL_WORKER: replace(NOBODY_LEAVES, limit=(4.0, 4.0))},
        parameters={"settling_in_weeks": 4.0, "settling_in_share": 0.5},
    )
    bureau.run(until=10.5)
    cases = [bureau.case(n) for n in range(4)]
    assert [case.holder is not None for case in cases] == [True, True, False, False]
    bureau.run(until=40.0)
    assert all(case.holder is not None for case in cases)


def test_training_takes_days_like_leave_and_more_of_it_from_a_scenarios_date() -> None:
    def days_away(training: tuple[float, float], first: float, last: float) -> float:
        bureau = Bureau(
            [post(TEAM, number=k) for k in range(20)],
            rules={"training": training, "ramp": Ramp(5 * YEAR, 5 * YEAR)},
            parameters={"leave_days_per_year": 20.0, "leave_spell_days": 5.0},
        )
        bureau.run(until=10 * YEAR)
        away = [w.due - w.time for w in bureau.events(Event.ABSENCE_STARTED) if first <= w.time < last]
        return sum(away) / 20 / ((last - first) / YEAR)

    assert days_away((10.0, 10.0), 0.0, 10 * YEAR) == pytest.approx(30.0, rel=0.05)
    assert days_away((0.0, 20.0), 0.0, 5 * YEAR) == pytest.approx(20.0, rel=0.07)
    assert days_away((0.0, 20.0), 5.5 * YEAR, 10 * YEAR) == pytest.approx(40.0, rel=0.07)


def test_a_longer_contract_gives_hours_to_workers_in_post_from_its_date() -> None:
    bureau = Bureau([post(TEAM, number=1)], rules={"contract": (6.0, 8.0), "overtime": (0.0, 0.0), "ramp": Ramp(5.0, 5.0)})
    bureau.run(until=4.0)
    assert bureau.workers[0].day_hours == 6.0
    bureau.run(until=6.0)
    assert bureau.workers[0].day_hours == 8.0
