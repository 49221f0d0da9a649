"""The search for staff as a planner gives it, with the model itself: a small town, a folder, and the same again for nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.end_to_end

PROJECT = Path(__file__).parents[2]
SMALL = ("--area", "Rutland", "--years", "1", "--replications", "2", "--set", "warm_up=0", "--jobs", "1")
ASKED = ("--target", "assessment_within_45_days_percent >= 5", "--vary", "social_workers", "--confidence", "50%")


def staffing(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    scenario = str(PROJECT / "scenarios" / "baseline.yaml")
    return subprocess.run(
        [sys.executable, "-m", "cinsim", "staffing", scenario, *SMALL, *arguments],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_search_prints_its_answer_writes_its_folder_and_is_free_the_second_time(tmp_path: Path) -> None:
    first = staffing(tmp_path, *ASKED)
    assert first.returncode == 0, first.stderr
    folder = tmp_path / "outputs" / "staffing-baseline"
    assert {path.name for path in folder.iterdir()} == {"staffing.csv", "answer.json", "figures"}
    answer = json.loads((folder / "answer.json").read_text())
    points = pd.read_csv(folder / "staffing.csv")
    said = (PROJECT / "docs" / "staffing.md").read_text(encoding="utf-8")
    row = next(line for line in said.splitlines() if line.startswith("| `staffing.csv` |"))
    documented = set(re.findall(r"`(\w+)`", row)) | {"social_workers", "assessment_within_45_days_percent"}
    assert set(points.columns) == documented
    assert answer["met"] is True
    printed = re.search(r"^([\d.]+) posts of social workers", first.stdout, re.MULTILINE)
    assert printed is not None
    assert 0 <= float(printed[1]) - answer["answer"]["social_workers"] < 0.1
    assert points["social_workers"].min() <= answer["answer"]["social_workers"] <= points["social_workers"].max()
    caseloads = points.groupby("social_workers")["caseload_mean_over_year"].mean()
    assert caseloads.iloc[0] > caseloads.iloc[-1]
    assert caseloads.diff().max() < 0.1  # a post more may be nobody's gain where it is vacant
    again = staffing(tmp_path, *ASKED)
    assert again.returncode == 0, again.stderr
    assert "\n0 replications simulated" in again.stdout
    other = staffing(tmp_path, *ASKED, "--confidence", "60%")
    assert other.returncode == 2
    assert "answers another question" in other.stderr


def test_a_search_looks_at_three_years_unless_changes_begin_later() -> None:
    from cinsim.cli.staffing import _with_fewer_years
    from cinsim.scenario import Scenario

    assert _with_fewer_years(Scenario(title="t", years=5)).years == 3
    assert _with_fewer_years(Scenario(title="t", years=2)).years == 2
    later = Scenario.model_validate({"title": "t", "years": 5, "policy_start": "2028-04-01"})
    assert _with_fewer_years(later).years == 5
