"""The tools that the pages name open the event record as the pages say. Where a tool is not installed, its test is not run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command_line import PROJECT, done

pytestmark = pytest.mark.end_to_end

SMALL = ("--area", "Rutland", "--years", "1", "--replications", "1", "--set", "warm_up=1", "--set", "population_fraction=0.3")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small run of the baseline."""
    folder = tmp_path_factory.mktemp("tools")
    done(folder, "run", str(PROJECT / "scenarios" / "baseline.yaml"), *SMALL, "--jobs", "1", "--quiet", "--no-report")
    return folder


def names_after(folder: Path, tool: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what the page's block for a tool leaves, run after the block that reads the events."""
    pytest.importorskip(tool, reason=f"not run: {tool} is not installed (make test-tools)")
    page = (PROJECT / "docs" / "running.md").read_text(encoding="utf-8").partition("### The event record")[2]
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    reading, shown = blocks[0], next(block for block in blocks if tool in block)
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    for block in (reading, shown):
        exec(compile(block, f"block for {tool} of running.md", "exec"), names)
    return names


def test_process_mining_finds_the_referral_first_and_every_case(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = names_after(folder, "pm4py", monkeypatch)
    assert names["log"]["case:concept:name"].nunique() == names["cases"]["entity_id"].nunique()
    assert names["first"]["referral"] > 0.9 * sum(names["first"].values())
    assert names["followed_by"]["referral", "screened_in"] > 0


def test_an_animation_shows_on_each_day_the_episodes_that_are_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = names_after(folder, "vidigi", monkeypatch)
    events, snapshots = names["events"], names["snapshots"]
    key = ["entity_id", "episode"]
    opened = events[events["event"] == "referral"].set_index(key)["time"]
    closed = events[events["event"] == "closed"].set_index(key)["time"]
    until = closed.reindex(opened.index).fillna(float("inf"))
    shown = snapshots[snapshots["event"] != "depart"].groupby("snapshot_time")["entity_id"].nunique()
    assert len(shown) > 10
    for day, number in shown.items():
        assert number == ((opened <= day) & (until >= day)).sum() > 0
    assert set(snapshots["event"]) - {"arrival", "depart"} <= set(pd.unique(events["event"].astype(str)))
