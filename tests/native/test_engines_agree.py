"""Both engines give the same bytes: record, workers, notes and queues."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from census_returns import small_return
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import registered_parameters, scenarios

from cinsim import native
from cinsim.census.caseload import caseload_of
from cinsim.errors import InputError
from cinsim.native import absence
from cinsim.native.build import NotBuilt, build, compiler
from cinsim.native.compare import difference, difference_of
from cinsim.native.generator.engine import engine_text
from cinsim.native.library import LIBRARY, built, why_not_current
from cinsim.reference.areas import average_authority, find_area, resolve
from cinsim.runs import engines
from cinsim.scenario import Scenario, load_scenario
from cinsim.simulation.replicate import SetUp, replicate

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"), key=lambda path: (path.stem != "baseline", path))
STRUCTURES = ("both", "lasting_differences", "known_to_services")
SMALL = {"years": 2, "warm_up": 1, "population_fraction": 0.01, "initial_state": None}


@pytest.fixture(scope="session")
def _native() -> None:
    """Have the engine of the source as it stands; only a machine without a compiler goes without these tests."""
    if compiler() is None:
        pytest.skip("not run: there is no C++ compiler (c++, g++, clang++ or CXX=...)")
    if absence():
        build()
        native._loaded.cache_clear()
    assert not absence()


pytestmark = [pytest.mark.usefixtures("_native"), pytest.mark.property]


@pytest.mark.unit
def test_what_the_run_calls_keeps_to_the_subset_of_python_that_is_carried_over() -> None:
    text, boundary = engine_text()  # what cannot be carried over is refused by file and line: see cinsim/native/README.md
    assert "cinsim_run" in text
    assert "simulation/world.py" in [module.replace("\\", "/") for module in boundary["modules"]]


def test_every_shipped_scenario_gives_the_same_bytes_on_one_set_up() -> None:
    arms = [load_scenario(path).with_({**SMALL, "area": "England"}) for path in SHIPPED]
    ready = SetUp(arms[0], average_authority(), replication=1)
    for arm in arms:
        assert not difference_of(arm, average_authority(), ready=ready), arm.name


@pytest.mark.parametrize(("area", "structure"), list(zip(("Rutland", "Blackpool", "Isle of Wight"), STRUCTURES, strict=True)))
def test_authorities_and_structures_give_the_same_bytes(area: str, structure: str) -> None:
    fraction = 0.2 if area == "Rutland" else 0.05
    scenario = load_scenario(SHIPPED[0]).with_({**SMALL, "population_fraction": fraction, "structure": structure})
    assert not difference_of(scenario, find_area(area), replication=2, draw=1)


def test_a_run_that_starts_from_a_return_gives_the_same_bytes() -> None:
    keys = {"title": "Go on", "area": "Leeds", "start": "2026-04-01", "years": 1, "warm_up": 0, "population_fraction": 0.02}
    scenario = Scenario.model_validate(keys)
    ready = SetUp(scenario, find_area("Leeds"), caseload=caseload_of(small_return(2026)))
    assert not difference_of(scenario, find_area("Leeds"), ready=ready)


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios(years=st.just(2), parameters=registered_parameters()))
def test_any_scenario_gives_the_same_bytes(scenario: Scenario) -> None:
    area = resolve(scenario.area)[0]
    fraction = min(1.0, 1500 / (area.population_0_17 or 1500))
    small = scenario.with_(warm_up=1, initial_state=None, population_fraction=fraction)
    assert not difference_of(small, area)


@pytest.mark.slow
@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("area", ["Rutland", "Blackpool", None])
def test_scenarios_areas_structures_and_seeds_give_the_same_bytes(area: str | None, structure: str) -> None:
    place = find_area(area) if area else average_authority()
    for seed in (1, 2, 3):
        for path in SHIPPED:
            changes = {"years": 3, "warm_up": 2, "population_fraction": 0.1 if area != "Rutland" else 1.0}
            scenario = load_scenario(path).with_({**changes, "structure": structure, "seed": seed})
            assert not difference_of(scenario, place, replication=seed), (path.stem, seed)


def test_a_difference_is_told_by_its_first_row_with_time_event_and_child() -> None:
    scenario = Scenario.model_validate({"title": "t", **SMALL, "population_fraction": 0.01})
    one = replicate(scenario, average_authority())
    other = replicate(scenario, average_authority())
    assert difference(one, other) == ""
    rows = other.record.rows().copy()
    rows["value"][100] = np.float32(7.25)
    other.record._rows[:] = rows.tobytes()
    said = difference(one, other)
    assert said.startswith("row 100 of ")
    assert re.search(r"native: time [^ ]+ \w+ child -?\d+ .* value 7\.25$", said)


def test_a_build_that_fails_leaves_no_engine_that_would_be_taken_for_a_current_one(tmp_path: Path) -> None:
    (tmp_path / LIBRARY).write_bytes(b"of an earlier source")
    for command in (["/nonexistent/c++"], [sys.executable, "-c", "raise SystemExit('no')"]):
        with pytest.raises(NotBuilt, match=re.escape(command[0])):
            build(tmp_path, command)
        assert why_not_current(tmp_path)
    assert (tmp_path / LIBRARY).read_bytes() == b"of an earlier source"
    assert [path.name for path in tmp_path.iterdir()] == [LIBRARY]


def test_an_engine_that_is_not_there_is_refused_where_asked_for_and_said_once_where_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cinsim.native.absence", lambda: "the native engine is not built")
    engines._say_slower.cache_clear()
    with pytest.raises(InputError, match=r"--engine.*not built.*python -m cinsim\.native\.build"):
        engines.chosen_engine("native")
    with pytest.raises(InputError, match=r"must be auto, native or python, not .*fast"):
        engines.chosen_engine("fast")
    assert [engines.chosen_engine("auto") for _ in range(2)] == ["python", "python"]
    assert capsys.readouterr().err.count("Python engine") == 1
    assert engines.usable_engine("native") == "python"


def test_an_engine_that_comes_with_a_task_simulates_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = built()
    assert sent is not None
    monkeypatch.setattr(native, "FOLDER", tmp_path)  # a worker without a compiler
    monkeypatch.setattr(native, "_received", [])
    assert "not built" in absence()
    native.receive(replace(sent, machine="another"))
    assert "not built" in absence()
    native.receive(sent)
    assert not absence()
    scenario = Scenario.model_validate({**SMALL, "title": "t", "years": 1, "warm_up": 0})
    ready = SetUp(scenario, average_authority())
    by_native = ready.run(scenario, native.required_engine().simulate)
    assert by_native.record.rows().tobytes() == ready.run(scenario).record.rows().tobytes()
