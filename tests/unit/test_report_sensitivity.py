"""What the answer is sensitive to: which of the parameters that vary an effect hangs on, and when that is not told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_runs import NAMES, RunMaker, resealed

from cinsim.outcomes.compare import differences
from cinsim.report import sensitivity
from cinsim.report.folder import read_run
from cinsim.report.html import write_report
from cinsim.report.sensitivity import sensitivities
from cinsim.report.words import sensitivity_sentences

pytestmark = pytest.mark.unit


def test_the_parameter_an_effect_hangs_on_is_named(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, draws=12, replications=2, years=1).write(tmp_path / "run")
    _give_parameters(folder, [{"help_per_visit": 0.01 * d, "idle": 1.0} for d in range(12)])
    table = pd.read_csv(folder / "measures.csv")
    here = (table["scenario"] == NAMES[1]) & (table["measure"] == "cpp_31_march_rate") & (table["group"] == "all")
    before = (table["scenario"] == "baseline") & (table["measure"] == "cpp_31_march_rate") & (table["group"] == "all")
    table.loc[here, "value"] = table.loc[before, "value"].to_numpy() - table.loc[here, "draw"].to_numpy()
    table.to_csv(folder / "measures.csv", index=False)
    resealed(folder)
    search = sensitivities(read_run(folder), ["cpp_31_march_rate"])
    (found,) = search.found
    assert (found.parameter, found.correlation) == ("help_per_visit", pytest.approx(-1.0))
    assert (search.varied, search.held, search.effects) == (1, 1, 1)


def _give_parameters(folder: Path, sets: list[dict[str, float]]) -> None:
    """Let a comparison have been made with these sets of parameters and no others."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    entries = [{**manifest["parameters"][0], "name": name} for name in sets[0]]
    resealed(folder, parameters=entries, parameter_sets=dict.fromkeys(NAMES[:2], sets))


def _with_draws(folder: Path, draws: int, parameters: int, hold: float) -> Path:
    """Write a comparison whose effect on plans hangs on the first of many parameters, or on none."""
    RunMaker(arms=2, draws=draws, replications=2, years=1).write(folder)
    rng = np.random.default_rng(6)
    values = rng.normal(size=(draws, parameters))
    sets = [{f"parameter_{place}": float(value) for place, value in enumerate(row)} | {"idle": 1.0} for row in values]
    _give_parameters(folder, sets)
    table = pd.read_csv(folder / "measures.csv")
    of = (table["measure"] == "cpp_31_march_rate") & (table["group"] == "all")
    here, before = of & (table["scenario"] == NAMES[1]), of & (table["scenario"] == "baseline")
    effect = 120 + hold * values[:, 0] + rng.normal(size=draws)
    table.loc[here, "value"] = table.loc[before, "value"].to_numpy() + effect[table.loc[here, "draw"].to_numpy()]
    table.to_csv(folder / "measures.csv", index=False)
    is_baseline = table["scenario"] == "baseline"
    differences(table[is_baseline], table[~is_baseline]).to_csv(folder / "differences.csv", index=False)
    resealed(folder)
    return folder


def test_at_the_stated_number_of_draws_a_parameter_with_a_strong_hold_is_found_among_many(tmp_path: Path) -> None:
    run = read_run(_with_draws(tmp_path / "run", draws=10, parameters=42, hold=30.0))
    found = sensitivities(run, ["cpp_31_march_rate"]).found
    assert [each.parameter for each in found] == ["parameter_0"]
    said = " ".join(sensitivity_sentences(run))
    assert "hangs most on parameter 0 (larger where it is high)" in said
    assert "42 fitted parameters vary" in said


def test_the_page_says_so_when_no_parameter_stands_out_and_when_there_are_too_few_draws(tmp_path: Path) -> None:
    none = write_report(_with_draws(tmp_path / "none", draws=10, parameters=42, hold=0.0)).read_text(encoding="utf-8")
    assert "What the answer is sensitive to" in none
    assert "No parameter stands out" in none or "no parameter stands out" in none
    few = write_report(_with_draws(tmp_path / "few", draws=5, parameters=42, hold=30.0)).read_text(encoding="utf-8")
    assert "With 5 sets of parameters this run cannot tell" in few


def test_one_of_many_idle_parameters_is_named_in_about_one_of_twenty_searches() -> None:
    rng = np.random.default_rng(8)
    least = sensitivity._least(10, 42)
    named = 0
    for _ in range(400):
        ranks = rng.normal(size=(43, 10)).argsort(axis=1).argsort(axis=1)
        named += np.abs(np.corrcoef(ranks)[0, 1:]).max() > least
    assert 0.02 < named / 400 < 0.09
