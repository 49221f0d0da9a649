"""A referral comes when a child's cumulative intensity reaches its own unit exponential."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from populations import EVEN_MONTHS, FIRST, PUBLISHED_MONTHS, World, world

from cinsim.engine.clock import Calendar
from cinsim.engine.variates import exponential
from cinsim.population.referrals import Known, ReferralTimes, season_clock, usual_working_days
from cinsim.reference.parameters import AGE_BANDS

pytestmark = pytest.mark.unit

TICK = 1 / 1024
AGES_ALIKE: dict[str, float] = {f"age_referral_{band}": 1.0 for band in AGE_BANDS}
UNAFFECTED: dict[str, float] = {**AGES_ALIKE, "known_effect": 0.0}
MONTH = 253 / 12


@pytest.fixture(scope="module")
def town() -> World:
    return world(5, size=2_000)


@pytest.fixture(scope="module")
def alike() -> World:
    """Return a town in which all children have need 0 at all times, and age and earlier contact make no difference."""
    return world(5, size=2_000, overrides=UNAFFECTED).with_need(0.0)


def staying(some: World) -> int:
    """Return the number of a child who is there, and under 18, from the start to the end of the run."""
    there = (some.children.entered == 0) & (some.children.birth < 0) & (some.children.leaves > some.calendar.days)
    return int(np.flatnonzero(there)[0])


def by_one(times: ReferralTimes, some: World, known: Known, share: float = 1.0, decision: str = "referral") -> list[float]:
    """Return every child's first candidate by the scalar form."""
    luck = some.draws.stream(decision)
    return [
        times._invert(n, exponential(luck(n, 0)), since, closed, held, share)
        for n, (since, closed, held) in enumerate(
            zip(some.children.entered.tolist(), known.closed_at.tolist(), known.help.tolist(), strict=True)
        )
    ]


# ---- seasons


def test_the_season_clock_runs_one_unit_a_year() -> None:
    clock = season_clock(Calendar(date(2020, 4, 1), date(2030, 3, 31)), PUBLISHED_MONTHS)
    assert clock[0] == 0.0
    assert clock[-1] == pytest.approx(10, rel=0.005)
    assert (np.diff(clock) > 0).all()


def test_a_month_advances_the_clock_by_its_share_of_the_years_referrals() -> None:
    calendar = Calendar(date(2010, 4, 1), date(2030, 3, 31))
    months = calendar.dates.astype("datetime64[M]").astype(int) % 12
    advance = np.bincount(months, weights=np.diff(season_clock(calendar, PUBLISHED_MONTHS))) / 20
    assert advance == pytest.approx(np.array(PUBLISHED_MONTHS) / sum(PUBLISHED_MONTHS), rel=1e-9)


def test_a_month_with_more_working_days_than_usual_has_more_referrals() -> None:
    calendar = Calendar(date(2024, 4, 1), date(2025, 3, 31))
    clock = season_clock(calendar, EVEN_MONTHS)
    start, end = calendar.time_of(date(2024, 7, 1)), calendar.time_of(date(2024, 8, 1))
    assert clock[end] - clock[start] == pytest.approx(23 / usual_working_days()[6] / 12)


def test_the_usual_year_has_about_253_working_days() -> None:
    assert sum(usual_working_days()) == pytest.approx(253, abs=1)
    assert min(usual_working_days()) == usual_working_days()[3] < 20  # April has Easter, most years


def test_the_season_of_a_day_does_not_depend_on_the_length_of_the_run() -> None:
    short = season_clock(Calendar(FIRST, date(2021, 3, 31)), PUBLISHED_MONTHS)
    long = season_clock(Calendar(FIRST, date(2027, 3, 31)), PUBLISHED_MONTHS)
    assert (long[: len(short)] == short).all()


# ---- worked by hand


def test_a_child_of_need_0_is_referred_when_level_times_years_reaches_its_exponential(alike: World) -> None:
    level, child = 0.5, staying(alike)
    target = exponential(alike.draws.stream("referral")(child, 0))
    clock = season_clock(alike.calendar, EVEN_MONTHS)
    expected = np.interp(target / level, clock, np.arange(len(clock)))
    assert expected < alike.calendar.days
    assert alike.referrals(level).first(alike.never_known())[child] == math.ceil(expected * 1024) / 1024


def test_a_child_in_twice_the_need_or_at_twice_the_level_waits_half_as_long(alike: World) -> None:
    child = staying(alike)
    target = 0.4
    clock = season_clock(alike.calendar, EVEN_MONTHS)
    for level, some in ((1.0, alike), (0.5, alike.with_need(math.log(2)))):
        time = some.referrals(level)._invert(child, target, 0.0, math.nan, 0.0, 1.0)
        assert time == pytest.approx(np.interp(0.4, clock, np.arange(len(clock))), abs=2 * TICK)
    half = alike.referrals(0.5)._invert(child, target, 0.0, math.nan, 0.0, 1.0)
    assert half == pytest.approx(np.interp(0.8, clock, np.arange(len(clock))), abs=2 * TICK)


def test_need_that_rises_with_a_quarter_counts_from_that_quarter_on(alike: World) -> None:
    child = staying(alike)
    need = np.full_like(alike.grid.need, -50.0)
    need[:, 6:] = 0.0
    some = replace(alike, grid=replace(alike.grid, need=need))
    clock = season_clock(alike.calendar, EVEN_MONTHS)
    starts = int(alike.grid.times[6])
    time = some.referrals(1.0)._invert(child, 0.3, 0.0, math.nan, 0.0, 1.0)
    assert clock[int(time)] - clock[starts] == pytest.approx(0.3, abs=0.005)


def test_age_moves_referrals_by_its_factor() -> None:
    some = world(5, size=2_000, overrides={**UNAFFECTED, "age_referral_10_to_15": 3.0}).with_need(0.0)
    children = some.children
    ages = children.age_at(0.0)
    older = int(np.flatnonzero((ages > 10) & (ages < 11) & (children.leaves > some.calendar.days))[0])
    younger = int(np.flatnonzero((ages > 5) & (ages < 5.5) & (children.leaves > some.calendar.days))[0])
    times, clock = some.referrals(0.5), season_clock(some.calendar, EVEN_MONTHS)
    waits = [clock[int(times._invert(n, 0.3, 0.0, math.nan, 0.0, 1.0))] for n in (younger, older)]
    assert waits[0] == pytest.approx(0.6, abs=0.01)
    assert waits[1] == pytest.approx(0.2, abs=0.01)


# ---- the two forms of the inversion


def agree(together: np.ndarray, alone: np.ndarray) -> None:
    """Check that times agree to a tick: both forms round up to the grid, and what they round differs in its last bits."""
    finite = np.isfinite(together)
    assert finite.sum() > 100
    assert (finite == np.isfinite(alone)).all()
    assert np.abs(together[finite] - alone[finite]).max() <= TICK


@pytest.mark.parametrize("level", [0.0124, 0.3])
def test_all_at_once_and_one_by_one_give_the_same_times_for_children_never_known(town: World, level: float) -> None:
    times = town.referrals(level, PUBLISHED_MONTHS)
    known = town.never_known()
    agree(times.first(known), np.array(by_one(times, town, known)))


def test_all_at_once_and_one_by_one_give_the_same_times_for_children_known_before(town: World) -> None:
    n = len(town.children)
    known = Known(np.where(np.arange(n) % 3 == 0, np.nan, -5.0 * (np.arange(n) % 400)), np.linspace(0.0, 1.0, n))
    times = town.referrals(0.0124, PUBLISHED_MONTHS)
    agree(times.first(known), np.array(by_one(times, town, known)))


def test_added_candidates_are_found_by_both_forms_alike(town: World) -> None:
    times, since = town.referrals(0.1), 300.0
    together = times.first(town.never_known(), "additional referral", since, 0.25)
    for child in range(0, 2_000, 7):
        if town.children.entered[child] <= since:
            alone = times.additional(child, 0, since, math.nan, 0.0, 0.25)
            assert alone == pytest.approx(together[child], abs=TICK)


# ---- when a referral can come


def test_referrals_lie_on_the_grid_between_coming_and_leaving(town: World) -> None:
    found = town.referrals(1.0).first(town.never_known())
    referred = np.isfinite(found)
    assert referred.mean() > 0.5
    assert (found[referred] * 1024 == np.floor(found[referred] * 1024)).all()
    assert (found >= town.children.entered)[referred].all()
    assert (found < town.children.leaves)[referred].all()
    assert (found[referred] < town.calendar.days).all()


def test_a_next_candidate_comes_after_the_last_never_with_it(alike: World) -> None:
    times, child = alike.referrals(0.1), staying(alike)
    crowded = alike.with_need(50.0).referrals(0.1)
    for since in (0.0, 17.25, 500.0):
        assert crowded.next(child, 1, since, math.nan, 0.0) == since + TICK
        assert times.next(child, 1, since, math.nan, 0.0) > since


def test_nobody_is_referred_after_leaving_or_after_the_run(alike: World) -> None:
    times, child = alike.with_need(50.0).referrals(1.0), staying(alike)
    assert times.next(child, 1, float(alike.calendar.days), math.nan, 0.0) == math.inf
    gone = int(np.flatnonzero(alike.children.leaves < 500)[0])
    assert times.next(gone, 1, 500.0, math.nan, 0.0) == math.inf
    assert times.additional(child, 1, math.inf, math.nan, 0.0, 0.1) == math.inf


def test_without_need_nobody_is_referred(alike: World) -> None:
    nobody = alike.with_need(-80.0)
    assert np.isinf(nobody.referrals(0.0124).first(nobody.never_known())).all()


def test_each_candidate_of_a_child_has_luck_of_its_own(alike: World) -> None:
    times, child = alike.referrals(1.0), staying(alike)
    waits = {times.next(child, occurrence, 0.0, math.nan, 0.0) for occurrence in range(20)}
    added = {times.additional(child, occurrence, 0.0, math.nan, 0.0, 1.0) for occurrence in range(20)}
    assert len(waits | added) == 40


def test_a_longer_run_leaves_the_referrals_of_earlier_years_as_they_were(town: World) -> None:
    longer = world(8, size=2_000)
    short = town.referrals(0.05, PUBLISHED_MONTHS).first(town.never_known())
    long = longer.referrals(0.05, PUBLISHED_MONTHS).first(longer.never_known())[: len(short)]
    seen = np.isfinite(short)
    assert seen.sum() > 200
    assert (short[seen] == long[seen]).all()
    assert (long[~seen] >= town.calendar.days - 1).all()  # the rest came later, or after the child had left


# ---- being known, and help


def exact_intensity(some: World, level: float, closed: float, held: float, until: float) -> float:
    """Return the cumulative intensity of a child of need 0 from its closure on, integrated by the hour."""
    p, t = some.p, np.arange(closed, until, 1 / 8)
    lag = t + 1 / 16 - closed
    clock = season_clock(some.calendar, EVEN_MONTHS)
    season = np.interp(t + 1 / 8, np.arange(len(clock)), clock) - np.interp(t, np.arange(len(clock)), clock)
    known = 1.0 + p.known_effect * 2.0 ** (-lag / (p.known_half_life_months * MONTH))
    helped = np.exp(-held * 2.0 ** (-lag / (p.help_half_life_months * MONTH)))
    return float((level * season * known * helped).sum())


@pytest.mark.parametrize("target", [0.1, 0.5, 1.2])
@pytest.mark.parametrize("closed", [0.0, 40.0, 62.0, 300.5])
@pytest.mark.parametrize("held", [0.0, 0.8])
def test_being_known_raises_and_help_lowers_the_intensity_as_their_half_lives_say(
    closed: float, target: float, held: float
) -> None:
    some = world(5, size=2_000, overrides={**AGES_ALIKE, "known_effect": 14.0}).with_need(0.0)
    child = staying(some)
    time = some.referrals(0.05)._invert(child, target, closed, closed, held, 1.0)
    assert time < some.calendar.days
    # effects are held constant within a quarter, which is a tenth of one half-life and a fifth of the other
    assert exact_intensity(some, 0.05, closed, held, time) == pytest.approx(target, rel=0.03)


def test_a_child_known_is_referred_sooner_and_one_helped_later_by_the_same_luck(town: World) -> None:
    town = town.with_need(0.0)
    times, child = town.referrals(0.1), staying(town)

    def wait(closed: float, held: float) -> list[float]:
        return [times.next(child, occurrence, 10.0, closed, held) for occurrence in range(200)]

    never, known, helped = wait(math.nan, 0.0), wait(0.0, 0.0), wait(0.0, 0.5)
    assert all(k <= n for k, n in zip(known, never, strict=True))
    assert all(k <= h for k, h in zip(known, helped, strict=True))
    assert sum(k < n for k, n in zip(known, never, strict=True)) > 150
    assert sum(k < h for k, h in zip(known, helped, strict=True)) > 150


def test_without_an_effect_of_being_known_a_closure_without_help_changes_nothing(alike: World) -> None:
    times, child = alike.referrals(0.5), staying(alike)
    for occurrence in range(20):
        assert times.next(child, occurrence, 10.0, 5.0, 0.0) == times.next(child, occurrence, 10.0, math.nan, 0.0)


def test_the_effect_of_being_known_lasts_as_long_as_its_half_life(town: World) -> None:
    def chance_within_a_quarter(**overrides: Any) -> float:
        some = world(5, size=2_000, overrides={**AGES_ALIKE, **overrides}).with_need(0.0)
        times, child = some.referrals(0.02), staying(some)
        closed, since = 0.0, float(some.grid.times[12])  # three years after a closure
        end = float(some.grid.times[13])
        return sum(times.next(child, occurrence, since, closed, 0.0) < end for occurrence in range(4000)) / 4000

    short = chance_within_a_quarter(known_effect=20.0, known_half_life_months=3)
    long = chance_within_a_quarter(known_effect=20.0, known_half_life_months=36)
    assert short == pytest.approx(1 - math.exp(-0.02 / 4), abs=0.004)
    assert long == pytest.approx(1 - math.exp(-0.02 / 4 * 11), abs=0.015)  # half of the effect is left


# ---- demand


def test_candidates_for_added_demand_leave_the_others_as_they_were(town: World) -> None:
    times = town.referrals(0.05)
    alone = times.first(town.never_known())
    times.first(town.never_known(), "additional referral", 100.0, 0.2)
    times.additional(3, 1, 100.0, math.nan, 0.0, 0.2)
    assert (times.first(town.never_known()) == alone).all()


def test_added_candidates_come_from_the_policys_start_on(town: World) -> None:
    added = town.referrals(0.5).first(town.never_known(), "additional referral", 400.0, 1.0)
    assert np.isfinite(added).sum() > 500
    assert added.min() >= 400.0


def test_demand_may_rise_for_some_children_and_not_for_others(town: World) -> None:
    times, n = town.referrals(0.5), len(town.children)
    rises = np.where(np.arange(n) % 2 == 0, 0.25, 0.0)
    some = times.first(town.never_known(), "additional referral", 100.0, rises)
    everybody = times.first(town.never_known(), "additional referral", 100.0, 0.25)
    assert (some[::2] == everybody[::2]).all()
    assert np.isinf(some[1::2]).all()
    assert np.isfinite(everybody[1::2]).any()


def test_a_tenth_more_demand_adds_candidates_at_a_tenth_of_the_intensity(alike: World) -> None:
    child, clock = staying(alike), season_clock(alike.calendar, EVEN_MONTHS)
    luck = alike.draws.stream("additional referral")
    times = alike.referrals(1.0)
    for occurrence in range(50):
        target = exponential(luck(child, occurrence))
        time = times.additional(child, occurrence, 0.0, math.nan, 0.0, 0.1)
        if math.isfinite(time):
            assert clock[int(time)] == pytest.approx(target / 0.1, abs=0.005)
