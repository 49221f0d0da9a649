"""Census returns as a user makes and reads them: a run, its return, what is read of it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest
from command_line import PROJECT, command, done
from lxml import etree

from cinsim.census.read import read_return
from cinsim.census.rules import broken_rules
from cinsim.census.shape import TABLES
from cinsim.census.sift import sift
from cinsim.listing import INDEX
from cinsim.runs.manifest import read_manifest
from cinsim.sealed import write_sealed

pytestmark = pytest.mark.end_to_end

SCHEMA = PROJECT / "tests" / "census" / "CIN_schema_2026.xsd"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which Rutland was simulated twice over, with the returns of two years."""
    folder = tmp_path_factory.mktemp("census")
    scenario = PROJECT / "scenarios" / "baseline.yaml"
    small = ("--area", "Rutland", "--years", "2", "--replications", "2", "--set", "warm_up=1", "--jobs", "1", "-q", "--no-report")
    done(folder, "run", str(scenario), *small, "--out", "run")
    done(folder, "census", "export", "run", "--year", "2025", "--out", "2025.xml", "--quiet")
    printed = done(folder, "census", "export", "run", "--year", "2026", "--out", "2026.xml", "--tables", "tables")
    assert printed.startswith("Rutland, 2026: ")
    assert "no child in it exists" in printed
    return folder


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_runs_return_is_valid_by_the_schema_and_breaks_no_rule(folder: Path, year: int) -> None:
    path = folder / f"{year}.xml"
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    assert schema.validate(etree.parse(str(path))), schema.error_log
    assert broken_rules(sift(read_return(path)).usable) == []


def test_the_return_is_of_the_run_it_is_said_to_be(folder: Path) -> None:
    counts = done(folder, "census", "read", "2026.xml", "--previous", "2025.xml", "--out", "of_run")
    assert "Rutland, children in need census of 1 April 2025 to 31 March 2026" in counts
    counted = pd.read_csv(folder / "of_run" / "counts.csv")
    run = pd.read_csv(folder / "run" / "measures.csv").query("replication == 0 and year == 2026")
    both = counted.merge(run, on=["measure", "group"], suffixes=("", "_run"))
    for measure in ("referrals", "assessments_completed", "re_referrals", "cin_plans_31_march", "s47", "icpc", "cpp_31_march"):
        rows = both[both["measure"] == measure]
        assert len(rows) > 5
        assert rows["value"].tolist() == rows["value_run"].tolist(), measure


def test_the_eleven_tables_hold_what_the_file_holds(folder: Path) -> None:
    assert files(folder / "tables") == {INDEX, *(f"{name}.csv" for name in TABLES)}
    assert sift(read_return(folder / "tables")).usable.rows == sift(read_return(folder / "2026.xml")).usable.rows


def test_the_return_is_the_same_bytes_under_another_hash_seed_and_another_for_another_replication(folder: Path) -> None:
    done(folder, "census", "export", "run", "--year", "2026", "--out", "again.xml", hash_seed="7")
    done(folder, "census", "export", "run", "--year", "2026", "--replication", "1", "--out", "other.xml")
    digest = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("2026.xml", "again.xml", "other.xml")}
    assert digest["again.xml"] == digest["2026.xml"]
    assert digest["other.xml"] != digest["2026.xml"]


def test_reading_prints_no_child_and_writes_nothing_but_into_the_named_folder(folder: Path) -> None:
    before = files(folder)
    printed = done(folder, "census", "read", "2026.xml")
    assert "SIM0" not in printed
    assert files(folder) == before
    printed = done(folder, "census", "read", "2026.xml", "--out", "named")
    assert "SIM0" not in printed
    added = files(folder) - before
    assert added == {f"named/{name}" for name in (INDEX, "account.txt", "counts.csv", "problems.csv", "profile.json")}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("export", "run", "--year", "2026"), "--out"),
        (("export", "run", "--year", "2031", "--out", "x.xml"), "2024 to 2026"),
        (("export", "tables", "--year", "2026", "--out", "x.xml"), "not a run folder"),
        (("export", "run", "--year", "2026", "--out", "2026.xml"), "already there"),
        (("export", "run", "--year", "2026", "--out", "x.xml", "--replication", "9"), "no event record of that run"),
        (("export", "run", "--year", "2026", "--out", "x.xml", "--area", "Leeds"), "no event record of that run"),
        (("read", "run/measures.csv"), "is one CSV table, not a whole return"),
        (("read", "absent.xml"), "cannot be read"),
    ],
)
def test_a_wrong_request_exits_2_with_what_would_be_right(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    result = command(folder, "census", *arguments)
    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert not (folder / "x.xml").exists()


def test_a_run_made_by_other_code_is_not_mixed_with_children_that_never_were_in_it(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "run", tmp_path / "run")
    manifest = tmp_path / "run" / "manifest.json"
    write_sealed({**read_manifest(manifest), "code_version": "0" * 32}, manifest)
    result = command(tmp_path, "census", "export", "run", "--year", "2026", "--out", "x.xml")
    assert result.returncode == 2
    assert "other code" in result.stderr
