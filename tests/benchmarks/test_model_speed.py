"""Speed of the model, as ratios measured in one run; ``make bench`` prints them and writes outputs/benchmark_model.json."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import simpy
from kept import keep

from cinsim.native import absence
from cinsim.outcomes.measures import measures
from cinsim.reference.areas import average_authority
from cinsim.runs.engines import engine_named
from cinsim.scenario.model import Scenario
from cinsim.simulation.replicate import SetUp, replicate

pytestmark = pytest.mark.benchmark

PROJECT = Path(__file__).parents[2]


def bare_loop(timeouts: int) -> float:
    """Return the seconds a bare SimPy loop takes for as many timeouts."""

    def tick(env: simpy.Environment):
        for _ in range(timeouts):
            yield env.timeout(1)

    env = simpy.Environment()
    env.process(tick(env))
    begun = time.process_time()
    env.run()
    return time.process_time() - begun


def test_seconds_and_events_per_authority_year_against_a_bare_loop() -> None:
    scenario = Scenario(title="Bench", years=5)
    replicate(scenario.with_(years=1, warm_up=1, population_fraction=0.05), average_authority())  # imports and tables
    begun = time.process_time()
    run = replicate(scenario, average_authority())
    seconds = time.process_time() - begun
    bare = bare_loop(len(run.record))
    authority_years = scenario.years + scenario.warm_up
    found = {
        "children": len(run.population.birth),
        "authority_years": authority_years,
        "events_per_authority_year": round(len(run.record) / authority_years),
        "seconds_per_authority_year": round(seconds / authority_years, 3),
        "bare_loop_microseconds_per_timeout": round(1e6 * bare / len(run.record), 3),
        "ratio_to_bare_loop": round(seconds / bare, 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    keep("model", found)
    assert found["ratio_to_bare_loop"] < 40  # a change that makes a run several times slower is seen
    assert found["peak_memory_mb"] < 700


def cpu_seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


@pytest.mark.skipif(bool(absence()), reason=f"not run: {absence()}")
def test_the_native_engine_against_pythons_and_against_a_bare_loop() -> None:
    """Minima of interleaved runs: the loop is what an engine does, a task is set-up, loop and measures."""
    scenario, area = Scenario(title="Bench", years=5, population_fraction=0.3), average_authority()
    native = engine_named("native")
    ready = SetUp(scenario, area)
    ready.run(scenario, native)  # imports, tables, the library
    loops: dict[str, list[float]] = {"native": [], "python": [], "bare": []}
    tasks: dict[str, list[float]] = {"native": [], "python": []}
    events = len(ready.run(scenario, native).record)
    for _ in range(3):
        for name, engine in (("native", native), ("python", None)):
            loops[name].append(cpu_seconds(partial(ready.run, scenario, engine)))
            tasks[name].append(cpu_seconds(lambda engine=engine: measures(replicate(scenario, area, engine=engine))))
        loops["bare"].append(bare_loop(events))
    loop, task = ({name: min(seconds) for name, seconds in each.items()} for each in (loops, tasks))
    found = {
        "loop_times_as_fast": round(loop["python"] / loop["native"], 1),
        "task_times_as_fast": round(task["python"] / task["native"], 1),
        "native_loop_over_bare_loop": round(loop["native"] / loop["bare"], 2),
        "loop_share_of_native_task": round(loop["native"] / task["native"], 2),
    }
    keep("native", found)
    assert found["loop_times_as_fast"] > 8
    assert found["native_loop_over_bare_loop"] < 2


def test_importing_the_package_costs_little_against_importing_numpy() -> None:
    def cpu(code: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    nothing, numpy, package = (min(cpu(code) for _ in range(3)) for code in ("pass", "import numpy", "import cinsim"))
    print(f"\nimport cinsim {package - nothing:.2f} s of CPU, import numpy {numpy - nothing:.2f} s")
    assert package - nothing < 4 * (numpy - nothing)
