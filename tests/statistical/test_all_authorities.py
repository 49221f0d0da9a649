"""No authority stands still as it ships: all of them, 10,000 children each or the whole of a smaller one, two years.

The mark that an authority is far from its own published figures is worked out from more children (``reference.area_fits``);
here it is whether anything in it stops.
"""

from __future__ import annotations

import pytest
from scipy.stats import binom
from simulated import replicate
from waiting import waiting

from cinsim.outcomes.measures import measures
from cinsim.outcomes.spells import Spells
from cinsim.reference.areas import Area, usable_authorities
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import Replication

pytestmark = [pytest.mark.statistical, pytest.mark.slow]

CHILDREN, YEARS = 10_000, 2
MOST_IN_NEED, LEAST_IN_TIME, MOST_GROWTH = 2.0, 0.5, 1.5
# 151 authorities with five queues each: with counts that only chance makes differ, one in thirteen runs of all would fail
ALPHA = 1e-4


def simulated(area: Area) -> Replication:
    """Return an authority as it ships, with as many children as are looked at."""
    fraction = min(1.0, CHILDREN / area.population_0_17)
    return replicate(Scenario(title=area.area_name, years=YEARS, population_fraction=fraction), area)


def grows_beyond_chance(first: int, second: int) -> bool:
    """Return whether a count has grown more than allowed: more than that, and than Poisson counts that do so would by chance.

    Of two Poisson counts whose means stand as 1 to 1.5, the second is binomial given their sum.
    """
    if second <= MOST_GROWTH * first:
        return False
    share = MOST_GROWTH / (1.0 + MOST_GROWTH)
    return bool(binom.sf(second - 1, first + second, share) < ALPHA)


def faults(area: Area, run: Replication) -> list[str]:
    """Return in words what stands still."""
    spells = Spells(run)
    table = measures(run, spells)
    by_year = table[table["group"] == "all"].pivot_table(index="measure", columns="year", values="value")
    found = []
    stock = "children_in_need_31_march_rate"
    in_need, published = by_year.loc[stock].max(), area.last_published(stock)
    if published is not None and in_need > MOST_IN_NEED * published:
        found.append(f"{in_need:.0f} children in need per 10,000, published {published:.0f}")
    for measure in ("assessment_within_45_days_percent", "icpc_within_15_days_percent"):
        value, published = by_year.loc[measure].mean(), area.last_published(measure)
        if published is not None and value < LEAST_IN_TIME * published:
            found.append(f"{measure} {value:.0f}%, published {published:.0f}%")
    ends = [run.calendar.time_of(run.scenario.start.replace(year=year)) for year in list(by_year.columns)]
    first, second = (waiting(spells, float(end)) for end in ends)
    for queue, before in first.items():
        if grows_beyond_chance(before, second[queue]):
            found.append(f"waiting for {queue}: {before} after a year, {second[queue]} after two")
    return found


@pytest.mark.parametrize("area", usable_authorities(), ids=lambda area: area.area_name)
def test_nothing_stops_in_an_authority_that_goes_on_as_it_is(area: Area) -> None:
    assert faults(area, simulated(area)) == []


def test_a_queue_that_grows_is_told_from_one_that_chance_moves() -> None:
    assert grows_beyond_chance(40, 160)
    assert grows_beyond_chance(0, 25)
    assert not grows_beyond_chance(40, 60)
    assert not grows_beyond_chance(2, 8)
