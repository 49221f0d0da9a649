"""A constant scenario has a constant population: its size, its ages and its attributes, within the error that luck makes.

Only moves are left to luck; a year of age of ``n`` children then has a standard deviation below ``sqrt(n) / 2``. The
bounds below are 4.5 of those for each of 180 counts (a false alarm in a thousand), and 4 for the whole, which for 77,000
children is 0.7%: a drift of 1% over ten years would be seen.
"""

from __future__ import annotations

import numpy as np
import pytest
from populations import FIRST, Town, World, world
from scipy import stats

from cinsim.population.children import DISABILITY
from cinsim.reference.areas import find_area
from cinsim.reference.parameters import NEED_CATEGORIES

pytestmark = pytest.mark.statistical

SIZE = 77_000
STEEP = tuple(np.linspace(0.08, 1 / 9 - 0.08, 18))  # many young children and few old ones
AGE_STRUCTURES = {
    "average": Town().age_shares,
    "Wandsworth": find_area("Wandsworth").age_shares,
    "North Yorkshire": find_area("North Yorkshire").age_shares,
    "falling steeply": STEEP,
    "rising steeply": STEEP[::-1],
}


def ages_each_april(town: World, years: int) -> np.ndarray:
    """Return the children living in the town on each 1 April by single year of age, as [years, 18]."""
    children = town.children
    counts = []
    for year in range(years):
        on = np.datetime64(f"{FIRST.year + year}-04-01")
        time, day = town.calendar.times_of(np.array([on]))[0], (on - np.datetime64(FIRST)).astype(int)
        age = children.age_at(float(day))
        here = (children.entered <= time) & (children.leaves > time) & (age >= 0) & (age < 18)
        counts.append(np.bincount(age[here].astype(int), minlength=18))
    return np.array(counts)


@pytest.mark.parametrize("name", AGE_STRUCTURES)
def test_every_age_keeps_its_published_count_for_ten_years(name: str) -> None:
    shares = np.array(AGE_STRUCTURES[name]) / sum(AGE_STRUCTURES[name])
    counts = ages_each_april(world(10, size=SIZE, age_shares=tuple(shares)), 10)
    expected = SIZE * shares
    # cohorts of unlike size are smoothed into each other within a year of age: less than an eighth of their curvature
    smoothing = np.abs(np.diff(expected, n=2, prepend=expected[0], append=expected[-1])) / 4
    off = np.maximum(np.abs(counts - expected) - smoothing - 2, 0.0) / (np.sqrt(expected) / 2)
    assert off.max() < 4.5
    assert np.abs(counts.sum(axis=1) - SIZE).max() < 4 * np.sqrt(SIZE) / 2


def test_without_moves_a_drift_of_one_in_a_thousand_would_be_seen_and_is_not_there() -> None:
    town = world(10, size=SIZE, age_shares=(1 / 18,) * 18, overrides={"moves_per_year": 0.0, "deaths_per_year": 0.00001})
    assert np.abs(ages_each_april(town, 10).sum(axis=1) - SIZE).max() < SIZE / 1000


def test_attributes_are_as_common_as_the_figures_say() -> None:
    town = world(1, size=SIZE)
    children, p = town.children, town.p
    found = {
        "quintile": (children.quintile - 1, Town().deprivation_shares),
        "ethnicity": (children.ethnicity, p.ethnicity_shares),
        "need category": (children.need_category, p.need_category_shares),
        "sex": (children.sex, (1 - p.female_share, p.female_share)),
    }
    for name, (codes, shares) in found.items():
        counts = np.bincount(codes, minlength=len(shares))
        assert stats.chisquare(counts, np.array(shares) / sum(shares) * len(codes)).pvalue > 1e-4, name


def test_disability_is_as_common_outside_its_category_as_the_figures_say() -> None:
    town = world(1, size=SIZE)
    outside = town.children.disabled[town.children.need_category != DISABILITY]
    assert stats.binomtest(int(outside.sum()), len(outside), town.p.disabled_share_outside_category).pvalue > 1e-4
    assert town.children.disabled[town.children.need_category == DISABILITY].all()
    assert NEED_CATEGORIES[DISABILITY] == "disability"


def test_attributes_of_a_child_say_nothing_of_each_other() -> None:
    children = world(1, size=SIZE).children
    codes = {"sex": children.sex, "quintile": children.quintile, "ethnicity": children.ethnicity, "need": children.need_category}
    names = list(codes)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            table = np.zeros((13, 13), int)
            np.add.at(table, (codes[one], codes[other]), 1)
            table = table[table.any(axis=1)][:, table.any(axis=0)]
            assert stats.chi2_contingency(table).pvalue > 1e-4, (one, other)


def test_moves_and_deaths_come_at_their_yearly_rates() -> None:
    town = world(5, size=SIZE, age_shares=(1 / 18,) * 18, overrides={"moves_per_year": 0.05, "deaths_per_year": 0.002})
    children, end = town.children, float(town.calendar.days)
    lived = np.clip(np.minimum(children.leaves, end) - np.maximum(children.entered, 0.0), 0.0, None)
    before_birth = np.clip(
        np.minimum(town.calendar.times_of(np.datetime64(FIRST) + children.birth.astype("timedelta64[D]")), end)
        - children.entered,
        0.0,
        None,
    )
    child_years = (lived - before_birth).sum() / town.calendar.days * 5
    for code, rate in ((1, 0.05), (2, 0.002)):
        happened = ((children.leaves_because == code) & (children.leaves < end)).sum()
        expected = rate * child_years
        assert happened == pytest.approx(expected, abs=4 * np.sqrt(expected))
