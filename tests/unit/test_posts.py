"""Posts: how long spells in them last, vacancies and who covers them, opening and closing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import pytest
from models import Bureau, post

from cinsim.policy.timing import Ramp
from cinsim.reference.events import Detail
from cinsim.workforce.staffing import Rates
from cinsim.workforce.workers import Worker, WorkerRow

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out working days, which nothing here depends on."""
    monkeypatch.setattr(Worker, "begin", lambda worker: None)


TEAM, YEAR = Detail.CIN_AND_CP_TEAM, 253.0


def history(
    n: int = 1,
    *,
    turnover: float | tuple[float, float] = 0.0,
    vacancy: float | tuple[float, float] = 0.0,
    cover: float = 0.0,
    from_: float = math.inf,
    years: float = 10.0,
    delay: float = 0.0,
    delay_from: float = math.inf,
    stint_months: float = 9.0,
    opens: float = 0.0,
    closes: float = math.inf,
) -> list[WorkerRow]:
    """Return everyone who worked in ``n`` posts."""

    def pair(x: float | tuple[float, float]) -> tuple[float, float]:
        return x if isinstance(x, tuple) else (x, x)

    rates = Rates(pair(turnover), pair(vacancy), (cover, cover), (0.0, 0.0), (20.0, 20.0), Ramp(from_, from_))
    bureau = Bureau(
        [post(TEAM, number=k, opens=opens, closes=closes) for k in range(n)],
        rates={Detail.SOCIAL_WORKER: rates},
        rules={"recruitment_delay": delay, "ramp": Ramp(delay_from, delay_from)},
        parameters={"agency_stint_months": stint_months},
    )
    bureau.run(until=years * YEAR)
    return list(bureau.office.rows())


def spells(rows: Iterable[WorkerRow], post_number: int) -> list[WorkerRow]:
    return sorted((row for row in rows if row.post == post_number), key=lambda row: row.started)


# ---- the life of a post


def test_without_turnover_and_vacancies_one_permanent_worker_stays_for_good() -> None:
    rows = history(5)
    assert len(rows) == 5
    assert all((row.started, row.left, row.agency) == (0.0, math.inf, False) for row in rows)


def test_without_vacancies_a_leaver_is_replaced_at_once() -> None:
    rows = spells(history(turnover=1.0), 0)
    assert len(rows) > 3
    assert all(a.left == b.started for a, b in pairwise(rows))
    assert not any(row.agency for row in rows)


def test_a_vacant_post_without_cover_has_nobody() -> None:
    rows = history(40, vacancy=0.5)
    assert {row.started for row in rows} == {0.0}
    assert 12 <= len(rows) <= 28  # binomial(40, 1/2): one chance in a hundred of falling outside


def test_a_vacant_post_with_full_cover_has_one_agency_worker_after_another() -> None:
    rows = history(9, vacancy=0.9, turnover=0.01, cover=1.0, stint_months=2.0, years=4.0)
    first = next(row for row in rows if row.agency)
    rows = spells(rows, first.post)
    agency = [row for row in rows if row.agency]
    assert len(agency) > 5
    assert all(a.left == b.started for a, b in pairwise(rows))
    assert all(row.left - row.started >= 20 for row in agency[:-1])


def test_agency_workers_of_one_vacancy_have_each_their_own_luck() -> None:
    rates = Rates((0.001,) * 2, (0.99,) * 2, (1.0, 1.0), (0.05, 0.05), (20.0, 20.0))
    bureau = Bureau([post(TEAM, number=1)], rates={Detail.SOCIAL_WORKER: rates}, parameters={"agency_stint_months": 0.5})
    bureau.run(until=3 * YEAR)
    assert len(bureau.workers) > 20
    assert len({worker.luck for worker in bureau.workers}) == len(bureau.workers)


def test_a_post_that_opens_later_has_nobody_before_and_one_that_closes_has_nobody_after() -> None:
    (row,) = history(opens=100.0, closes=300.0)
    assert (row.started, row.left) == (100.0, 300.0)


def test_a_post_closed_while_vacant_is_not_filled_again() -> None:
    rows = history(30, turnover=1.0, vacancy=0.5, cover=0.5, closes=400.0)
    assert max(row.left for row in rows) == 400.0
    assert all(row.started < 400.0 for row in rows)


def test_rates_that_change_on_a_date_leave_everything_before_it_as_it_was() -> None:
    usual = history(40, turnover=0.4, vacancy=0.2, cover=0.5)
    for turnover, vacancy in ((0.8, 0.2), (0.4, 0.0), (0.0, 0.9)):
        changed = history(40, turnover=(0.4, turnover), vacancy=(0.2, vacancy), cover=0.5, from_=1000.0)
        starts = [
            [(row.post, row.started, min(row.left, 1000.0), row.agency) for row in rows if row.started < 1000.0]
            for rows in (usual, changed)
        ]
        assert starts[0] == starts[1]
        assert [row.started for row in usual] != [row.started for row in changed]


def test_a_vacancy_rate_of_nought_fills_every_post_on_its_date() -> None:
    rows = history(40, turnover=(0.1, 0.0), vacancy=(0.5, 0.0), from_=1000.0)
    assert all(any(row.started <= 1000.0 < row.left for row in spells(rows, k)) for k in range(40))


def test_a_longer_recruitment_delay_lengthens_the_vacancies_from_its_date() -> None:
    def days_vacant(delay: float, first: float, last: float) -> float:
        rows = history(60, turnover=0.5, vacancy=0.05, delay=delay, delay_from=1000.0)
        filled = sum(max(min(row.left, last) - max(row.started, first), 0.0) for row in rows)
        return 60 * (last - first) - filled

    assert days_vacant(0.0, 0.0, 1000.0) == days_vacant(120.0, 0.0, 1000.0)
    assert days_vacant(120.0, 1200.0, 2500.0) > 1.5 * days_vacant(0.0, 1200.0, 2500.0)
