"""A run tells how far it is, can be cancelled and goes on, and takes an option more without doing again what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import command

import cinsim
from cinsim.api import planned, run_plan
from cinsim.runs.progress import Listener, RunCancelled, Step
from cinsim.runs.run import RunOptions
from cinsim.scenario import load_scenario

pytestmark = pytest.mark.unit
SMALL = {"years": 1, "replications": 3, "jobs": 1, "quiet": True}


def scenario(folder: Path, name: str, more: str = "") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"title: {name}\ndraws: point\nwarm_up: 1\npopulation_fraction: 0.01\n{more}", encoding="utf-8")
    return path


def test_a_run_tells_its_steps_and_one_that_was_cancelled_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path, steps = scenario(tmp_path, "own"), list[Step]()
    with pytest.raises(RunCancelled, match="cancelled with 2 of 3 tasks done"):
        cinsim.run(path, out=tmp_path / "run", progress=steps.append, cancelled=lambda: steps[-1].done == 2, **SMALL)  # type: ignore[arg-type]
    assert not (tmp_path / "run").exists()
    assert [step.done for step in steps] == [0, 1, 2]
    plan = planned([load_scenario(path).with_(years=1, replications=3)])
    options = RunOptions(tmp_path / "run", jobs=1, quiet=True, listener=Listener(steps.append))
    again = run_plan(plan, options, draw=False)
    assert again.computed == 1
    assert steps[-1].stage == "finished"
    assert again.results.options[0].title == "own"


def test_an_option_is_added_without_simulating_what_is_there(tmp_path: Path) -> None:
    base, first = scenario(tmp_path, "base"), scenario(tmp_path, "first", "demand: {referrals: +20%}\n")
    out = tmp_path / "run"
    plan = planned([load_scenario(path).with_(years=1, replications=3) for path in (base, first)])
    run_plan(plan, RunOptions(out, jobs=1, quiet=True), draw=False)
    later = scenario(tmp_path, "later", "demand: {referrals: -20%}\n")
    done = command(tmp_path, "compare", "--add", str(later), "--to", str(out), "--jobs", "1", "--progress", "json", "--no-report")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert max(step["total"] for step in told if step["stage"] == "simulating") == 3
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert [option["name"] for option in results["options"]] == ["base", "first", "later"]


def test_an_option_is_added_to_a_finished_run_only(tmp_path: Path) -> None:
    done = command(tmp_path, "compare", "--add", str(scenario(tmp_path, "later")), "--to", str(tmp_path / "none"))
    assert done.returncode == 2
    assert "is no folder of a finished comparison" in done.stderr
