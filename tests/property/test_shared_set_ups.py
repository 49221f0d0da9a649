"""Scenarios that share a set-up: each gives the bytes that it gives alone, whatever they differ in and from when."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated import engine, replicate
from strategies import registered_parameters, scenarios
from test_runs_before_a_change import BASE, LEVERS

from cinsim.reference.areas import average_authority, resolve
from cinsim.runs.groups import set_up_of
from cinsim.scenario import Scenario, load_scenario
from cinsim.simulation.replicate import Replication, SetUp

pytestmark = pytest.mark.property

SHIPPED = Path(__file__).parents[2] / "scenarios"
SMALL = {"years": 2, "warm_up": 1, "population_fraction": 0.05, "area": "England"}
DATED = ("policies", "workforce", "demand", "policy_start", "phase_in")


def digest(replication: Replication) -> str:
    """Return a digest of all that a replication holds."""
    population = {name: values.tobytes() for name, values in asdict(replication.population).items()}
    held = (
        replication.record.rows().tobytes(), replication.work_notes.tobytes(), replication.workers, population,
        replication.scenario.resolved(), replication.parameters, replication.national_thresholds, replication.start_time,
        replication.hours_factor, replication.reported_years, replication.draw, replication.replication,
    )  # fmt: skip
    return hashlib.sha256(repr(held).encode()).hexdigest()


def together(scenarios: Sequence[Scenario]) -> list[str]:
    """Return the digest of each scenario's replication, all simulated from the set-up of the first."""
    ready = SetUp(scenarios[0], resolve(scenarios[0].area)[0], replication=1)
    return [digest(ready.run(scenario, engine())) for scenario in scenarios]


def alone(scenario: Scenario) -> str:
    return digest(replicate(scenario, resolve(scenario.area)[0], replication=1))


def test_every_shipped_scenario_gives_the_bytes_it_gives_alone_from_one_set_up() -> None:
    files = sorted(SHIPPED.glob("*.yaml"), key=lambda path: (path.stem != "baseline", path))
    arms = [load_scenario(file).with_(SMALL) for file in files]
    assert {set_up_of(arm) for arm in arms} == {set_up_of(arms[0])}
    assert together(arms) == [alone(scenario) for scenario in arms]


def test_every_lever_gives_the_bytes_it_gives_alone_whichever_leads() -> None:
    arms = [Scenario.model_validate({**BASE, **LEVERS[lever]}) for lever in reversed(LEVERS)]
    sharing = [arm for arm in arms if set_up_of(arm) == set_up_of(arms[0])]
    assert len(sharing) == len(arms) - 1  # a lever with a parameter of its own shares nothing
    assert together(sharing) == [alone(scenario) for scenario in sharing]


@settings(max_examples=4)
@given(st.lists(scenarios(years=st.just(1), parameters=registered_parameters()), min_size=3, max_size=3))
def test_any_scenarios_give_the_bytes_they_give_alone(drawn: list[Scenario]) -> None:
    first = drawn[0].with_(area="England", warm_up=1, initial_state=None, policies=None, workforce=None, demand=None)
    fraction = 1500 / average_authority().population_0_17
    arms = [first.with_(population_fraction=fraction)]
    for other in drawn:
        changes = {key: value for key, value in moved(other, arms[0]).items() if key in DATED}
        arms.append(arms[0].with_(changes))
    assert together(arms) == [alone(scenario) for scenario in arms]


def moved(scenario: Scenario, to: Scenario) -> dict[str, Any]:
    """Return a scenario's plain data as if its run lay where another's does, in all areas."""
    gap = to.start.year - scenario.start.year

    def shift(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: shift(inner, name) for name, inner in value.items() if name != "areas"}
        if key in ("start", "policy_start"):
            year, month, day = (int(part) for part in value.split("-"))
            return f"{year + gap:04d}-{month:02d}-{min(day, 28):02d}"
        return value

    out: dict[str, Any] = shift(scenario.resolved())
    return out
