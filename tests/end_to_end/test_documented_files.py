"""What the pages say that a run leaves is what a run leaves: every file, its columns, and the measures in it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from command_line import PROJECT
from report_runs import RunMaker

from cinsim.api import draw_report, planned, run_plan
from cinsim.outcomes.definitions import MEASURES
from cinsim.outcomes.postcode_lottery import STATISTICS
from cinsim.report.folder import read_run
from cinsim.report.labels import GROUPED
from cinsim.report.suppression import groups_table
from cinsim.runs.folder import refuse_to_overwrite
from cinsim.runs.manifest import MANIFEST, read_manifest
from cinsim.runs.run import RunOptions
from cinsim.scenario import Scenario
from cinsim.scenario.stored import RETURN_PATH

pytestmark = pytest.mark.end_to_end

AREAS = ("Rutland", "Hartlepool", "Bracknell Forest")
FOUR_WEEKLY = {"cin_visits": {"interval": "20 working days"}, "cpp_visits": {"interval": "5 working days"}}


def documented_files() -> dict[str, list[str]]:
    """Return the columns of each file of a run folder as docs/running.md has them."""
    text = (PROJECT / "docs" / "running.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \| [^|]+ \| [^|]+ \| ([^|]*)\|$", text.partition("## The run folder")[2], re.MULTILINE)
    return {
        name.rstrip("/"): re.findall(r"`(\w+)`", columns) for names, columns in rows for name in re.findall(r"`([^`]+)`", names)
    }


def documented_measures() -> dict[str, set[str]]:
    """Return the measures that docs/measures.md names for a table; none where it says them in words."""
    text = (PROJECT / "docs" / "measures.md").read_text(encoding="utf-8").partition("## Which table holds which measures")[2]
    rows = re.findall(r"^\| (`\w+\.csv`[^|]*) \| ([^|]*) \|$", text, re.MULTILINE)
    return {
        name: set(re.findall(r"`(\w+)`", said.partition(":")[2]))
        for names, said in rows
        for name in re.findall(r"`([^`]+)`", names)
    }


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small comparison of three authorities, with the parts of its bundle."""
    small = {"title": "Small", "area": AREAS, "years": 1, "warm_up": 0, "replications": 1, "draws": "point"}
    small["population_fraction"] = 0.05
    arms = [Scenario(name="small", **small), Scenario(name="four_weekly", policies=FOUR_WEEKLY, **small)]
    folder = tmp_path_factory.mktemp("documented") / "comparison"
    run_plan(planned(arms), RunOptions(folder, jobs=1, quiet=True), draw=False, parts="shapley")
    return folder


def test_a_comparison_of_three_authorities_leaves_the_documented_files_with_the_documented_columns(comparison: Path) -> None:
    documented = documented_files()
    by_the_page, of_a_return = {"report.html", "figures", "groups.csv"}, {RETURN_PATH}
    assert {path.name for path in comparison.iterdir()} == set(documented) - by_the_page - of_a_return
    for name, columns in documented.items():
        if name.endswith(".csv") and name not in by_the_page:
            assert list(pd.read_csv(comparison / name, nrows=1).columns) == columns, name
        elif name.endswith(".parquet"):
            assert pq.read_schema(comparison / name).names == columns, name


def test_the_tables_hold_the_measures_they_are_said_to(comparison: Path) -> None:
    held = {path.name: set(pd.read_csv(path)["measure"]) for path in comparison.glob("*.csv")}
    said = documented_measures()
    assert set(said) == {*held, "groups.csv"}
    assert held["variation.csv"] == said["variation.csv"]
    assert held["measures.csv"] == held["summary.csv"] == held["differences.csv"] == held["contributions.csv"] <= set(MEASURES)
    assert held["national.csv"] == held["national_summary.csv"] < held["measures.csv"]
    assert held["national_differences.csv"] == held["national.csv"] | held["variation.csv"]
    assert said["groups.csv"] == set(GROUPED)


def test_every_statistic_of_how_much_authorities_differ_is_explained() -> None:
    text = (PROJECT / "docs" / "measures.md").read_text(encoding="utf-8").partition("## Between authorities")[2]
    assert set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)))) == set(STATISTICS)


def test_the_table_of_groups_has_the_documented_columns(tmp_path: Path) -> None:
    groups = groups_table(read_run(RunMaker().write(tmp_path / "run")))
    assert list(groups.columns) == documented_files()["groups.csv"]


def test_a_folder_with_everything_that_a_run_leaves_may_be_replaced_by_the_same_run(comparison: Path) -> None:
    manifest = read_manifest(comparison / MANIFEST)
    draw_report(comparison)
    assert {"report.html", "figures"} <= {path.name for path in comparison.iterdir()}
    tasks = manifest["tasks"]
    refuse_to_overwrite(comparison, tasks["keys"], tasks["keys_with_events"], manifest["code_version"])
