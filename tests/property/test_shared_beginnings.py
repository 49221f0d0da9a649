"""Scenarios that share a beginning: each gives the bytes that it gives alone, whatever they differ in and from when."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import registered_parameters, scenarios
from test_runs_before_a_change import BASE, LEVERS

from cinsim.reference.areas import average_authority, resolve
from cinsim.runs.groups import in_copy
from cinsim.scenario import Scenario, load_scenario
from cinsim.simulation.parting import replicate_together
from cinsim.simulation.replicate import Replication, UnderWay, replicate

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


class Hands:
    """Writes the digest of each arm's replication into a folder, also from copies of the process; counts what begins."""

    def __init__(self, scenarios: Sequence[Scenario], folder: Path):
        self.scenarios, self.folder, self.begun = scenarios, folder, 0
        self.area = resolve(scenarios[0].area)[0]

    def begin(self, arm: int) -> UnderWay:
        self.begun += 1
        return UnderWay(self.scenarios[arm], self.area, replication=1)

    def lead(self, arm: int) -> AbstractContextManager[None]:
        return nullcontext()

    def aside(self, go_on: Callable[[], None]) -> None:
        in_copy(go_on)

    def done(self, arm: int, replication: Replication) -> None:
        (self.folder / str(arm)).write_text(digest(replication))


def together(scenarios: Sequence[Scenario], folder: Path) -> tuple[list[str], int]:
    """Return the digest of each scenario's replication, simulated together, and how many beginnings that took."""
    hands = Hands(scenarios, folder)
    replicate_together(scenarios, hands)
    return [(folder / str(arm)).read_text() for arm in range(len(scenarios))], hands.begun


def alone(scenario: Scenario) -> str:
    return digest(replicate(scenario, resolve(scenario.area)[0], replication=1))


def test_every_shipped_scenario_gives_the_bytes_it_gives_alone_from_one_beginning(tmp_path: Path) -> None:
    files = sorted(SHIPPED.glob("*.yaml"), key=lambda path: (path.stem != "baseline", path))
    arms = [load_scenario(file).with_(SMALL) for file in files]
    found, begun = together(arms, tmp_path)
    assert begun == 1
    assert found == [alone(scenario) for scenario in arms]


def test_every_lever_gives_the_bytes_it_gives_alone_whichever_leads(tmp_path: Path) -> None:
    # a lever with a parameter of its own shares nothing, so that it begins by itself
    arms = [Scenario.model_validate({**BASE, **LEVERS[lever]}) for lever in reversed(LEVERS)]
    found, begun = together(arms, tmp_path)
    assert begun == 2
    assert found == [alone(scenario) for scenario in arms]


STAGGERED: dict[str, Any] = {
    "visits, then thresholds": {
        "policies": {
            "cin_visits": {"interval": "15 working days", "start": "2024-05-01"},
            "thresholds": {"shift": {"plan": 0.5}, "start": "2024-10-01"},
        }
    },
    "the same visits": {"policies": {"cin_visits": {"interval": "15 working days", "start": "2024-05-01"}}},
    "the same visits, then staff": {
        "policies": {"cin_visits": {"interval": "15 working days", "start": "2024-05-01"}},
        "workforce": {"social_workers": {"fte": "+40%", "turnover_rate": "5%", "start": "2024-08-01", "phase_in": "6 months"}},
    },
    "staff, then referrals": {
        "workforce": {"social_workers": {"fte": "+40%", "turnover_rate": "5%", "start": "2024-08-01", "phase_in": "6 months"}},
        "demand": {"referrals": "+40%", "start": "2025-01-01"},
    },
    "as many staff, but later": {
        "workforce": {"social_workers": {"fte": "+40%", "turnover_rate": "5%", "start": "2024-10-01", "phase_in": "6 months"}},
    },
    "fewer referrals, but more for neglect": {
        "demand": {"referrals": "-20%", "by_need": {"neglect": "+90%"}, "start": "2024-09-02"}
    },
    "the usual in other words": {"policies": {"family_help": {"merged": False}}},
}


def test_arms_that_part_one_after_the_other_give_the_bytes_they_give_alone(tmp_path: Path) -> None:
    arms = [Scenario.model_validate({**BASE, **changes}) for changes in ({}, *STAGGERED.values())]
    found, begun = together(arms, tmp_path)
    assert begun == 1
    assert found == [alone(scenario) for scenario in arms]


@settings(max_examples=4)
@given(st.lists(scenarios(years=st.just(1), parameters=registered_parameters()), min_size=3, max_size=3))
def test_any_scenarios_give_the_bytes_they_give_alone(tmp_path_factory: pytest.TempPathFactory, drawn: list[Scenario]) -> None:
    first = drawn[0].with_(area="England", warm_up=1, initial_state=None, policies=None, workforce=None, demand=None)
    fraction = 1500 / average_authority().population_0_17
    arms = [first.with_(population_fraction=fraction)]
    for other in drawn:
        changes = {key: value for key, value in moved(other, arms[0]).items() if key in DATED}
        arms.append(arms[0].with_(changes))
    assert together(arms, tmp_path_factory.mktemp("arms"))[0] == [alone(scenario) for scenario in arms]


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
