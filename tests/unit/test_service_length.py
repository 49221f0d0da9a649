"""How long service in a post and vacancies last: early leavers, recruitment, changes on a date, spells found under way."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cinsim.engine.variates import exponential
from cinsim.workforce.service_length import Course, ends_at, mean_vacancy, recruitment, service, steady, vacancy_after

pytestmark = pytest.mark.unit

YEAR = 253.0
LUCK = [exponential((k + 0.5) / 4000) for k in range(4000)]


# ---- the length of a spell whose rate changes on a date


def test_a_spell_with_one_rate_lasts_its_luck_times_its_mean() -> None:
    assert ends_at(10.0, 2.0, steady(50.0), steady(50.0), math.inf) == 110.0
    assert ends_at(10.0, 2.0, steady(50.0), steady(80.0), 500.0) == 110.0


def test_a_spell_that_begins_after_the_change_has_the_new_mean_alone() -> None:
    assert ends_at(10.0, 2.0, steady(50.0), steady(80.0), 10.0) == 170.0


def test_the_luck_left_at_the_change_is_used_up_at_the_new_rate() -> None:
    # 40 of 50 days' mean are used by the change, so 2 - 0.8 = 1.2 of luck is left for a mean of 80
    assert ends_at(10.0, 2.0, steady(50.0), steady(80.0), 50.0) == pytest.approx(50.0 + 1.2 * 80.0)


def test_a_spell_that_never_ends_ends_after_the_change_if_the_new_rate_lets_it() -> None:
    assert ends_at(10.0, 2.0, steady(math.inf), steady(80.0), 50.0) == pytest.approx(210.0)
    assert ends_at(10.0, 2.0, steady(50.0), steady(math.inf), 50.0) == math.inf
    assert ends_at(10.0, 2.0, steady(math.inf), steady(math.inf), 50.0) == math.inf


def test_a_mean_of_nought_ends_a_spell_at_once_and_at_the_change() -> None:
    assert ends_at(10.0, 2.0, steady(0.0), steady(80.0), 50.0) == 10.0
    assert ends_at(10.0, 2.0, steady(50.0), steady(0.0), 50.0) == 50.0


def test_a_change_does_not_move_the_end_of_a_spell_that_is_over_by_then() -> None:
    assert all(
        ends_at(0.0, luck, steady(50.0), steady(mean), 60.0) == luck * 50.0
        for luck in (0.1, 0.5, 1.2)
        for mean in (1.0, math.inf)
    )


def test_vacancies_last_as_long_as_keeps_the_published_vacancy_rate() -> None:
    # in the steady state vacancy = gap / (stay + gap), with a stay of 253 / turnover working days
    for turnover, vacancy in ((0.139, 0.173), (0.3, 0.05), (1.0, 0.5)):
        stay, gap = YEAR / turnover, mean_vacancy(turnover, vacancy)
        assert gap / (stay + gap) == pytest.approx(vacancy)


def test_extreme_rates_have_no_vacancies_or_vacancies_for_good() -> None:
    assert mean_vacancy(0.2, 0.0) == 0.0
    assert mean_vacancy(0.0, 0.2) == math.inf
    assert mean_vacancy(0.2, 1.0) == math.inf


# ---- early leavers


@pytest.mark.parametrize("turnover", [0.05, 0.139, 0.3, 1.0])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.3, 10.0])
def test_leaving_early_keeps_the_mean_stay(turnover: float, ratio: float) -> None:
    course = service(YEAR / turnover, ratio, 5 * YEAR)
    assert course.mean == pytest.approx(YEAR / turnover, rel=1e-9)
    assert course.late == pytest.approx(ratio * course.early)
    # the mean over evenly spread luck falls short by its tail, which ends at the 8,000th part
    assert np.mean([course.remaining(0.0, luck) for luck in LUCK]) == pytest.approx(course.mean, rel=0.003)


@pytest.mark.parametrize(("turnover", "published"), [(0.134, 0.629), (0.172, 0.704)])
def test_the_register_gives_the_published_share_of_leavers_within_five_years(turnover: float, published: float) -> None:
    from cinsim.reference.parameters import parameters_from

    p = parameters_from()
    course = service(YEAR / turnover, p.early_leaving_ratio, p.early_service_years * YEAR)
    assert 1.0 - math.exp(-course.used(0.0, 5 * YEAR)) == pytest.approx(published, abs=0.01)


def test_service_found_under_way_is_as_long_as_a_count_on_one_day_finds_it() -> None:
    course = service(1000.0, 3.0, 500.0)
    # the share of time in post at which service is below a length, by adding up survival day by day
    days = np.arange(40_000) + 0.5
    survival = np.exp(-np.array([course.used(0.0, day) for day in days]))
    for share in (0.05, 0.4, 0.9):
        assert course.age(share) == pytest.approx(np.searchsorted(np.cumsum(survival) / survival.sum(), share), abs=2.0)


def test_a_spell_found_under_way_uses_no_luck_for_what_it_has_served() -> None:
    course = Course(100.0, 50.0, 200.0)
    assert ends_at(0.0, 1.0, course, course, math.inf, served=80.0) == pytest.approx(20.0 + (1.0 - 0.4) * 200.0)
    assert course.used(80.0, 140.0) == pytest.approx(1.0)


# ---- recruitment


def test_nobody_is_recruited_within_the_first_weeks_and_the_mean_vacancy_stays() -> None:
    course = recruitment(200.0, 60.0)
    assert course.mean == pytest.approx(200.0)
    assert min(course.remaining(0.0, luck) for luck in LUCK) >= 60.0
    assert recruitment(20.0, 60.0).remaining(0.0, 3.0) == 20.0  # shorter vacancies than that all last the same
    assert recruitment(0.0, 60.0).remaining(0.0, 3.0) == 0.0
    assert recruitment(math.inf, 60.0).remaining(0.0, 3.0) == math.inf


def test_a_vacancy_found_under_way_may_be_past_its_first_weeks() -> None:
    course = recruitment(200.0, 60.0)
    assert course.age(0.15) == pytest.approx(30.0)  # 60 of 200 days are certain: 0.15 of 200 is half of them
    assert course.age(0.9) > 60.0


def test_fewer_leavers_leave_fewer_vacancies_where_posts_are_filled_as_fast() -> None:
    after = vacancy_after(0.16, 0.08, 0.2)
    assert mean_vacancy(0.08, after) == pytest.approx(mean_vacancy(0.16, 0.2))
    assert after == pytest.approx(1 / 9)
    assert vacancy_after(0.16, 0.16, 0.2) == pytest.approx(0.2)
    assert (vacancy_after(0.0, 0.1, 0.2), vacancy_after(0.1, 0.2, 0.0), vacancy_after(0.1, 0.2, 1.0)) == (0.2, 0.0, 1.0)
