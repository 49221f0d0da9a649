"""Children are born, join, leave and turn 18 as an authority's figures say; each has the attributes its luck gives it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from populations import FIRST, Town, World, world

from cinsim.engine.year import DAYS_PER_YEAR
from cinsim.population.children import (
    ADULT_AGE,
    DIES,
    DISABILITY,
    MOVES_AWAY,
    TURNS_18,
    Children,
    age_band,
    make_children,
    times_of_days,
    whole_numbers,
)
from cinsim.reference.parameters import NEED_CATEGORIES, parameters_from

pytestmark = pytest.mark.unit

NOBODY_MOVES = {"moves_per_year": 0.0, "deaths_per_year": 0.00001}
EVEN_AGES = (1 / 18,) * 18


@pytest.fixture(scope="module")
def town() -> World:
    """Return a town of 1,800 children, a hundred of each age, over ten years in which nobody moves."""
    return world(10, size=1800, overrides=NOBODY_MOVES, age_shares=EVEN_AGES)


def newborn(children: Children) -> np.ndarray:
    return (children.birth >= 0.0) & ~children.joined


def test_the_first_children_are_as_many_and_as_old_as_published() -> None:
    children = world(1).children
    first = ~newborn(children) & ~children.joined
    ages = np.bincount(children.age_at(0.0)[first].astype(int), minlength=18)
    assert ages.sum() == 20_000
    assert np.abs(np.cumsum(ages) - np.cumsum(Town().age_shares) * 20_000).max() <= 0.5 + 0.05
    assert (children.entered[first] == 0).all()


def test_a_hundred_children_are_born_a_year_where_a_hundred_are_under_1(town: World) -> None:
    born = town.children.birth[newborn(town.children)]
    per_year = np.bincount((born / DAYS_PER_YEAR).astype(int))
    assert per_year[:10].tolist() == [100] * 10
    assert np.diff(np.sort(born)) == pytest.approx(DAYS_PER_YEAR / 100)


def test_an_unborn_child_is_known_of_twenty_weeks_before_its_birth_whenever_that_is(town: World) -> None:
    children = town.children
    unborn = newborn(children)
    expected = times_of_days(town.calendar, np.maximum(children.birth[unborn] - 140, 0.0))
    assert children.entered[unborn].tolist() == expected.tolist()
    for time in (0, 100, 1000, town.calendar.days - 1):  # the last day no less than any other
        on = float((town.calendar.dates[time] - np.datetime64(FIRST)).astype(int))
        waiting = (children.entered <= time) & (children.birth > on + 1)
        assert waiting.sum() == pytest.approx(100 * 140 / DAYS_PER_YEAR, abs=2.5)


def test_without_moves_every_child_stays_until_its_18th_birthday(town: World) -> None:
    children = town.children
    assert (children.leaves_because == TURNS_18).mean() > 0.999
    stay = children.leaves_because == TURNS_18
    birthday = children.birth[stay] + ADULT_AGE * DAYS_PER_YEAR
    assert children.leaves[stay].tolist() == times_of_days(town.calendar, birthday).tolist()
    assert not children.joined.any()


def test_nobody_stays_past_the_18th_birthday_or_leaves_before_coming() -> None:
    some = world(10, overrides={"moves_per_year": 0.2, "deaths_per_year": 0.01})
    children = some.children
    birthday = times_of_days(some.calendar, children.birth + ADULT_AGE * DAYS_PER_YEAR)
    assert (children.leaves <= birthday).all()
    assert (children.leaves >= children.entered).all()
    assert (children.leaves[children.leaves_because == TURNS_18] == birthday[children.leaves_because == TURNS_18]).all()
    assert {MOVES_AWAY, DIES, TURNS_18} == set(children.leaves_because.tolist())


def test_children_who_join_do_so_after_birth_and_after_the_start() -> None:
    some = world(5)
    children, joined = some.children, some.children.joined
    assert joined.any()
    assert (children.entered[joined] >= 0).all()
    assert (children.entered >= times_of_days(some.calendar, children.birth))[joined].all()
    assert (children.entered <= times_of_days(some.calendar, children.birth + ADULT_AGE * DAYS_PER_YEAR))[joined].all()


def test_as_many_join_as_move_away() -> None:
    children = world(10, size=50_000, age_shares=EVEN_AGES).children
    horizon = 10 * 253
    moved = ((children.leaves_because == MOVES_AWAY) & (children.leaves < horizon)).sum()
    expected = 0.03 * 50_000 * 10
    assert children.joined.sum() == pytest.approx(expected, abs=20)
    assert moved == pytest.approx(expected, abs=4 * np.sqrt(expected))  # Poisson: 4 standard errors are 3%


def test_a_part_of_the_population_is_a_town_of_that_size() -> None:
    some = world(2)
    part = make_children(Town(20_000), some.p, some.calendar, some.draws, 0.1)
    small = make_children(Town(2_000), some.p, some.calendar, some.draws)
    assert part.birth == pytest.approx(small.birth)
    assert part.quintile.tolist() == small.quintile.tolist()


def test_a_childs_attributes_are_its_own_whatever_becomes_of_others() -> None:
    some = world(2)
    other = make_children(Town(20_000), parameters_from({"female_share": 0.4}), some.calendar, some.draws)
    assert (other.sex <= some.children.sex).all()  # the same luck: fewer girls, and none who was a boy before
    assert other.quintile.tolist() == some.children.quintile.tolist()
    assert other.leaves.tolist() == some.children.leaves.tolist()


def test_the_shares_of_quintiles_are_those_of_the_area() -> None:
    all_deprived = world(1, size=2_000, deprivation_shares=(0.0, 0.0, 0.0, 0.0, 1.0)).children
    assert set(all_deprived.quintile.tolist()) == {5}
    least = world(1, size=2_000, deprivation_shares=(0.5, 0.5, 0.0, 0.0, 0.0)).children
    assert set(least.quintile.tolist()) == {1, 2}


def test_a_category_of_share_zero_has_no_child() -> None:
    none = {f"need_category_{name}": 0.0 for name in NEED_CATEGORIES if name not in ("neglect", "disability")}
    children = world(1, size=5_000, overrides={**none, "disabled_share_outside_category": 0.0}).children
    assert {NEED_CATEGORIES[c] for c in children.need_category.tolist()} == {"neglect", "disability"}
    assert (children.disabled == (children.need_category == DISABILITY)).all()


def test_attributes_are_codes_that_the_record_and_the_measures_know() -> None:
    children = world(1).children
    assert set(children.sex.tolist()) == {0, 1}
    assert set(children.quintile.tolist()) == {1, 2, 3, 4, 5}
    assert set(children.ethnicity.tolist()) == set(range(6))
    assert set(children.need_category.tolist()) == set(range(12))
    assert len({len(getattr(children, name)) for name in children.__slots__}) == 1


def test_ages_fall_into_the_bands_of_the_census() -> None:
    ages = np.array([-0.3, 0.0, 0.99, 1.0, 4.99, 5.0, 9.99, 10.0, 15.99, 16.0, 17.99])
    assert age_band(ages).tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


@given(st.lists(st.floats(0, 5000), min_size=1, max_size=30))
def test_whole_children_are_counted_with_an_error_below_one_at_every_age(expected: list[float]) -> None:
    counts = whole_numbers(np.array(expected))
    assert (counts >= 0).all()
    assert np.abs(np.cumsum(counts) - np.cumsum(expected)).max() <= 0.5 + 1e-6


def test_no_key_is_drawn_twice_in_making_a_population() -> None:
    checked = world(3, size=500, checking=True)
    checked.referrals(0.01).first(checked.never_known())
    with pytest.raises(AssertionError, match="drawn twice"):  # and the check does look
        checked.referrals(0.01).first(checked.never_known())
