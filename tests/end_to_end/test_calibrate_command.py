"""A calibration from the command line: a few parameters and figures, the model itself, and the same again for nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow]

PROJECT = Path(__file__).parents[2]
TARGETS = """name,measure,group,year,figure,value,of,standard_error,discrepancy,flag,authorities,source,reason
referrals,referral_rate,all,2024,,,,,3%,fit,yes,,invented
no_further_action,no_further_action_percent,all,2024,,,referral_rate,,1,fit,yes,,invented
not_in_need,not_in_need_percent,all,2024,,,referral_rate,,2,fit,yes,,invented
ever_referred,ever_referred_by_18_percent,all,,,35.4,,1.5,5%,check,,invented,invented
"""
PRIORS = """parameter,scale,low,high,structures,reason
referral_level,log,0.006,0.025,,r
threshold_screening,linear,-4.5,-1.2,,r
threshold_in_need,linear,0.1,1.7,,r
"""
SMALL = (
    "--fraction", "0.03", "--years", "1", "--warm-up", "1", "--replications", "2", "--repeats", "1", "--iterations", "1",
    "--reports", "2", "--wholes", "0", "--waves", "1", "--points", "20", "--draws", "4", "--jobs", "1",
)  # fmt: skip


def cinsim(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cinsim", *arguments, "--out", "work", "--into", "results"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_calibration_leaves_point_draws_and_pages_and_goes_on_from_what_is_finished(tmp_path: Path) -> None:
    (tmp_path / "targets.csv").write_text(TARGETS, encoding="utf-8")
    (tmp_path / "priors.csv").write_text(PRIORS, encoding="utf-8")
    asked = ("calibrate", "england", "--targets", "targets.csv", "--priors", "priors.csv", *SMALL)
    first = cinsim(tmp_path, *asked)
    assert first.returncode == 0, first.stderr
    assert "fitted targets are close" in first.stdout
    assert "min left for at most" in first.stdout
    results = tmp_path / "results"
    assert {path.name for path in results.iterdir()} == {"england.json", "england_posterior.csv", "england_predictive.csv"}
    draws = pd.read_csv(results / "england_posterior.csv")
    assert list(draws.columns) == ["draw", "referral_level", "threshold_screening", "threshold_in_need"]
    assert draws["referral_level"].between(0.004, 0.03).all()
    finished = list((tmp_path / "work" / "simulations").rglob("*.measures.parquet"))
    before = (results / "england.json").read_bytes()

    again = cinsim(tmp_path, *asked)
    assert again.returncode == 0, again.stderr
    assert list((tmp_path / "work" / "simulations").rglob("*.measures.parquet")) == finished
    assert (results / "england.json").read_bytes() == before

    for page in ("fit", "identify", "incidence"):
        shown = cinsim(tmp_path, "calibrate", page)
        assert shown.returncode == 0, shown.stderr
        assert "Page: work" in shown.stdout
    assert {path.parent.name for path in (tmp_path / "work").rglob("page.html")} == {"fit", "identifiability", "incidence"}
