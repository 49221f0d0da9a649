"""Early help: places after a closure, and plans held open for want of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinsim.policy.early_help import EarlyHelp
from cinsim.policy.timing import Ramp

pytestmark = pytest.mark.unit

LUCK = st.floats(0, 1, exclude_max=True)
EARLY_HELP = EarlyHelp(0.3, 0.8, 0.4, 0.6, benefit=0.1, hold_without_place=0.25, ramp=Ramp(100.0, 200.0))


def test_places_are_for_the_share_that_there_is_room_for() -> None:
    assert EARLY_HELP.has_place(0.29, 99.0)
    assert not EARLY_HELP.has_place(0.3, 99.0)
    assert EARLY_HELP.has_place(0.54, 150.0)
    assert not EARLY_HELP.has_place(0.56, 150.0)
    assert EARLY_HELP.has_place(0.79, 200.0)


def test_places_to_step_down_to_are_counted_apart() -> None:
    assert EARLY_HELP.steps_down(0.39, 99.0)
    assert not EARLY_HELP.steps_down(0.4, 99.0)
    assert EARLY_HELP.steps_down(0.49, 150.0)
    assert not EARLY_HELP.steps_down(0.51, 150.0)
    assert EARLY_HELP.steps_down(0.59, 200.0)


@given(LUCK, st.floats(0, 400))
def test_more_room_never_takes_a_place_from_a_family(u: float, time: float) -> None:
    less = EarlyHelp(0.3, 0.3, 0.4, 0.4, 0.1, 0.0, Ramp(100.0, 200.0))
    assert EARLY_HELP.has_place(u, time) >= less.has_place(u, time)
    assert EARLY_HELP.steps_down(u, time) >= less.steps_down(u, time)


@given(LUCK)
def test_a_plan_is_held_open_only_for_want_of_a_place(u: float) -> None:
    assert not EARLY_HELP.holds_plan_open(u, has_place=True)
    assert EARLY_HELP.holds_plan_open(u, has_place=False) == (u < 0.25)
