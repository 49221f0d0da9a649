"""How the cost of a run grows with children, workers, years and visits: in step with its events, and with nothing else.

Every variant is timed against the same middle-sized run in one process. What a run costs before its first event (children,
their need, the years before the run) is in every time, so that longer runs come out a little below one.
"""

from __future__ import annotations

import time
from functools import partial

import pytest
from kept import keep

from cinsim.reference.areas import average_authority
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import replicate

pytestmark = pytest.mark.benchmark

USUAL = {"title": "Growth", "years": 2, "warm_up": 1, "population_fraction": 0.3}
VARIANTS = {
    "usual": {},
    "twice the children and workers": {"population_fraction": 0.6},
    "four more years": {"years": 6},
    "half as many workers again": {"workforce": {"social_workers": {"fte": "+50%"}}},
    "visits twice as often": {
        "policies": {"cin_visits": {"interval": "10 working days"}, "cpp_visits": {"interval": "5 working days"}}
    },
}


def events_and_seconds(changes: dict[str, object]) -> tuple[int, float]:
    scenario = Scenario.model_validate({**USUAL, **changes})
    run = partial(replicate, scenario, average_authority())
    begun = time.process_time()
    events = len(run().record)
    return events, time.process_time() - begun


def test_cost_grows_in_step_with_events() -> None:
    replicate(Scenario.model_validate({**USUAL, "population_fraction": 0.05}), average_authority())  # imports and tables
    found: dict[str, float] = {}
    events, seconds = events_and_seconds({})
    for name, changes in VARIANTS.items():
        more, longer = events_and_seconds(changes)
        found[f"{name}: events"] = round(more / events, 2)
        found[f"{name}: time"] = round(longer / seconds, 2)
        found[f"{name}: time over events"] = round(longer / seconds / (more / events), 2)
    keep("growth", found)
    for name in VARIANTS:  # linear: an event costs about the same however many there are
        assert 0.5 < found[f"{name}: time over events"] < 1.6, name
