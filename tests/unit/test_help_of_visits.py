"""Help: what a visit adds, with diminishing returns to frequency, and how it fades after closure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.policy.help import Help
from cinsim.reference.parameters import parameters_from

pytestmark = pytest.mark.unit

P = parameters_from()
HELP = Help.of(P)
GAPS = st.floats(0.5, 400)


def test_a_visit_at_the_usual_interval_gives_what_the_register_says() -> None:
    assert HELP.dose(P.cin_visit_interval_working_days, protection=False) == pytest.approx(P.help_per_visit)
    assert HELP.dose(P.cpp_visit_interval_working_days, protection=True) == pytest.approx(P.help_per_protection_visit)


def test_a_second_visit_on_the_same_day_adds_nothing() -> None:
    assert HELP.dose(0.0, protection=False) == HELP.dose(0.0, protection=True) == 0.0


@given(GAPS, GAPS)
def test_a_visit_after_a_longer_gap_gives_more_but_less_for_each_day_of_it(one: float, other: float) -> None:
    short, long = sorted((one, other))
    for protection in (False, True):
        dose_short, dose_long = HELP.dose(short, protection=protection), HELP.dose(long, protection=protection)
        assert dose_short <= dose_long
        assert dose_short / short >= dose_long / long - 1e-12


def test_twice_as_many_visits_give_more_help_but_not_twice_as_much() -> None:
    quarter = 60.0
    monthly = quarter / 20 * HELP.dose(20.0, protection=False)
    fortnightly = quarter / 10 * HELP.dose(10.0, protection=False)
    assert monthly < fortnightly < 2 * monthly


def test_half_of_a_visits_full_benefit_is_reached_at_the_half_gap() -> None:
    full = HELP.dose(1e6, protection=False)
    assert HELP.dose(P.help_half_gap_working_days, protection=False) == pytest.approx(full / 2)


def test_what_was_gained_is_half_gone_a_half_life_after_closure_and_whole_at_closure() -> None:
    assert HELP.left(0.8, 0.0) == 0.8
    assert HELP.half_life == P.help_half_life_months * 253 / 12
    assert HELP.left(0.8, HELP.half_life) == pytest.approx(0.4)
    assert HELP.left(0.8, 3 * HELP.half_life) == pytest.approx(0.1)


@given(st.floats(0, 2), st.floats(0, 2000), st.floats(0, 2000))
def test_help_fades_the_same_in_one_stretch_as_in_two(held: float, first: float, then: float) -> None:
    assert HELP.left(HELP.left(held, first), then) == pytest.approx(HELP.left(held, first + then))


def test_help_follows_its_parameters() -> None:
    other = Help.of(parameters_from({"help_per_visit": 0.1, "cin_visit_interval_working_days": 20}))
    assert other.dose(20.0, protection=False) == pytest.approx(0.1)
    assert Help.of(parameters_from({"help_per_visit": 0.0})).dose(20.0, protection=False) == 0.0
