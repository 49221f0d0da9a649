"""Replications for tests: by the native engine where it is built, since both engines give the same bytes (``tests/native``)."""

from __future__ import annotations

from typing import Any

from cinsim.reference.areas import Area
from cinsim.runs.engines import chosen_engine, engine_named
from cinsim.scenario import Scenario
from cinsim.simulation.replicate import Engine, Replication
from cinsim.simulation.replicate import replicate as replicate_by


def engine() -> Engine:
    """Return the fastest engine that is there."""
    return engine_named(chosen_engine("auto", quiet=True))


def replicate(scenario: Scenario, area: Area, **options: Any) -> Replication:
    """Return a replication, as `cinsim.simulation.replicate.replicate` does by any engine."""
    return replicate_by(scenario, area, **{"engine": engine(), **options})
