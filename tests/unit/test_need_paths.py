"""Need is a lasting part, a part that comes and goes, and what age, deprivation and sex add."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from populations import World, world

from cinsim.engine.clock import Calendar
from cinsim.population.need import age_severity, lasting_need, need_grid, next_fluctuation, quarter_number
from cinsim.reference.parameters import AGE_BANDS, parameters_from

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def town() -> World:
    return world(3, size=2_000)


def test_need_has_a_value_for_every_child_and_quarter_of_the_run(town: World) -> None:
    assert town.grid.need.shape == (len(town.children), 12)
    assert town.grid.need.dtype == np.float32
    assert np.isfinite(town.grid.need).all()
    assert len(town.grid.times) == len(town.grid.days) == 13


def test_quarters_start_at_the_first_working_day_on_or_after_their_date(town: World) -> None:
    assert town.grid.times[0] == 0
    assert town.calendar.date_at(town.grid.times[3]) == date(2021, 1, 4)  # 1 January 2021 was a Friday
    assert town.grid.days[3] == (date(2021, 1, 1) - date(2020, 4, 1)).days
    assert town.grid.times[-1] == town.calendar.days


def test_what_lasts_is_deprivation_and_sex_where_children_do_not_differ_otherwise(town: World) -> None:
    p = parameters_from({"need_sd_lasting": 0.0, "male_log_rate": 0.4, "deprivation_log_rate_quintile_5": 1.5})
    lasting = lasting_need(town.children, p, town.draws)
    boy_in_5 = (town.children.sex == 0) & (town.children.quintile == 5)
    girl_in_3 = (town.children.sex == 1) & (town.children.quintile == 3)
    assert lasting[boy_in_5] == pytest.approx(1.5 + 0.2)
    assert lasting[girl_in_3] == pytest.approx(p.deprivation_log_rate_quintile_3 - 0.2)


def test_need_adds_up_from_its_parts() -> None:
    steady = world(1, size=1_000, overrides={"need_sd_lasting": 0.0, "need_persistence": 0.98, "age_severity_5_to_9": 0.7})
    age = steady.children.age_at(365.25 / 8)  # in the middle of the first quarter
    parts = steady.grid.lasting + steady.grid.fluctuation + age_severity(age, steady.p)
    assert steady.grid.need[:, 0] == pytest.approx(parts, abs=1e-5)


def test_age_adds_what_its_band_says() -> None:
    p = parameters_from({f"age_severity_{band}": place / 10 for place, band in enumerate(AGE_BANDS)})
    ages = np.array([-0.2, 0.5, 3.0, 7.0, 12.0, 17.0])
    assert age_severity(ages, p) == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_step_keeps_the_persistent_share_and_adds_luck_so_that_the_spread_stays() -> None:
    p = parameters_from({"need_persistence": 0.6, "need_sd_fluctuating": 2.0})
    v = next_fluctuation(np.array([1.0, -2.0, 0.0]), np.array([0.0, 0.0, 1.0]), p)
    assert v == pytest.approx([0.6, -1.2, 0.8 * 2.0])


def test_a_longer_run_leaves_the_need_of_earlier_quarters_as_it_was(town: World) -> None:
    longer = need_grid(town.children, town.p, Calendar(town.calendar.first, date(2027, 3, 31)), town.draws)
    assert longer.need.shape[1] == 28
    assert (longer.need[:, :12] == town.grid.need).all()
    assert (longer.times[:12] == town.grid.times[:12]).all()


def test_other_luck_or_another_spread_leaves_what_does_not_depend_on_it_as_it_was(town: World) -> None:
    p = parameters_from({"need_sd_fluctuating": 1.9})
    other = need_grid(town.children, p, town.calendar, town.draws)
    assert (other.lasting == town.grid.lasting).all()
    assert other.fluctuation == pytest.approx(town.grid.fluctuation * 1.9 / town.p.need_sd_fluctuating)


def test_replications_differ_for_every_child(town: World) -> None:
    other = world(3, size=2_000, replication=1)
    assert (other.grid.lasting != town.grid.lasting).mean() > 0.99
    assert (other.grid.need[:2000, 5] != town.grid.need[:2000, 5]).all()


def test_quarters_are_numbered_from_1900_whatever_the_run() -> None:
    assert quarter_number(np.datetime64("1900-01-01")) == 0
    assert quarter_number(np.datetime64("1899-10-01")) == -1
    assert quarter_number(np.datetime64("2024-04-01")) == 4 * 124 + 1


def test_without_persistence_each_quarter_is_new() -> None:
    p = parameters_from({"need_persistence": 0.0})
    v = next_fluctuation(np.array([5.0]), np.array([0.3]), p)
    assert v == pytest.approx([0.3 * p.need_sd_fluctuating])
