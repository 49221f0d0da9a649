"""A scenario key that no part of the model serves is refused, not ignored."""

from __future__ import annotations

import pytest

from cinsim.errors import InputError
from cinsim.runs.run import make_plan
from cinsim.scenario.model import Scenario

pytestmark = pytest.mark.unit


def test_a_run_that_is_to_start_from_a_stored_state_is_refused_before_it_starts() -> None:
    with pytest.raises(InputError, match="key 'initial_state': a run starts from a warm-up"):
        make_plan([Scenario(title="From a return", initial_state="return.xml")])
