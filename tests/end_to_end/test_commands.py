"""The commands of the README, as a user gives them: in a clean folder, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from command_line import PROJECT, command, done

pytestmark = pytest.mark.end_to_end

SCENARIOS = PROJECT / "scenarios"
SMALL = ("--area", "Rutland", "--years", "1", "--replications", "2", "--set", "warm_up=1")
RESULTS = ("measures.csv", "summary.csv", "events.parquet")


def results(folder: Path, names: tuple[str, ...] = RESULTS) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names}


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a folder in which a small baseline was run by one process, and what was printed."""
    folder = tmp_path_factory.mktemp("baseline")
    printed = done(folder, "run", str(SCENARIOS / "baseline.yaml"), *SMALL, "--jobs", "1")
    return folder, printed


def test_a_run_prints_the_main_measures_beside_the_published_and_writes_its_folder(baseline: tuple[Path, str]) -> None:
    folder, printed = baseline
    assert "Referrals per 10,000 children" in printed
    assert "Published 2024" in printed
    run = folder / "outputs" / "baseline"
    others = {"manifest.json", "results.json", "report.html", "groups.csv", "figures"}
    assert {path.name for path in run.iterdir()} == {*RESULTS, *others}
    assert len(list((run / "figures").glob("*.png"))) >= 3
    checks = json.loads((run / "manifest.json").read_text())["checks"]
    assert checks
    assert all(check["failed"] == 0 and check["passed"] == 2 for check in checks.values())


def test_one_replication_has_no_range(baseline: tuple[Path, str], tmp_path: Path) -> None:
    _, of_two = baseline
    of_one = done(tmp_path, "run", str(SCENARIOS / "baseline.yaml"), *SMALL, "--replications", "1", "--no-report")
    two, one = (next(line for line in text.splitlines() if line.startswith("Referrals per")) for text in (of_two, of_one))
    assert " to " in two
    assert " to " not in one


def test_a_run_is_the_same_bytes_for_two_processes_and_another_hash_seed(baseline: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = baseline
    done(tmp_path, "run", str(SCENARIOS / "baseline.yaml"), *SMALL, "--jobs", "2", "--quiet", "--no-report", hash_seed="7")
    assert results(tmp_path / "outputs" / "baseline") == results(folder / "outputs" / "baseline")


def test_a_manifest_repeats_its_run_to_the_byte(baseline: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = baseline
    printed = done(tmp_path, "run", str(folder / "outputs" / "baseline" / "manifest.json"), "--no-report")
    assert "2 replications simulated" in printed
    assert results(tmp_path / "outputs" / "baseline") == results(folder / "outputs" / "baseline")


def test_a_longer_run_adds_to_a_shorter_one(baseline: tuple[Path, str]) -> None:
    folder, _ = baseline
    out = str(folder / "outputs" / "longer")
    printed = done(folder, "run", str(SCENARIOS / "baseline.yaml"), *SMALL, "--replications", "3", "--no-report", "--out", out)
    assert "1 replications simulated, 2 done before" in printed


def test_a_local_cluster_gives_the_same_bytes(baseline: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = baseline
    done(tmp_path, "run", str(SCENARIOS / "baseline.yaml"), *SMALL, "--cluster", "local", "--jobs", "2", "--quiet", "--no-report")
    assert results(tmp_path / "outputs" / "baseline") == results(folder / "outputs" / "baseline")


def test_a_comparison_pairs_every_replication_and_shows_children_whose_journey_changed(tmp_path: Path) -> None:
    names = ("baseline", "reviews_two_monthly", "referrals_down")
    printed = done(
        tmp_path, "compare", *(str(SCENARIOS / f"{name}.yaml") for name in names), *SMALL, "--years", "2", "--jobs", "2"
    )
    assert all(name in printed for name in names)
    (run,) = (path for path in (tmp_path / "outputs").iterdir() if path.name != ".tasks")
    differences = pd.read_csv(run / "differences.csv")
    assert set(differences["scenario"]) == set(names[1:])
    assert set(differences["baseline"]) == {"baseline"}
    referrals = differences[(differences["measure"] == "referrals") & (differences["group"] == "all")]
    assert set(referrals["n"]) == {2}
    changed = pq.read_table(run / "children_changed.parquet").to_pandas()
    assert set(changed["scenario"]) <= set(names[1:])
    assert (changed["date"] >= "2024-04-01").all()
    assert (run / "report.html").stat().st_size > 10_000


def test_a_scenario_that_changes_nothing_differs_by_exactly_zero(tmp_path: Path) -> None:
    same = tmp_path / "same.yaml"
    same.write_text(f"title: The same\nextends: {SCENARIOS / 'baseline.yaml'}\n")
    done(tmp_path, "compare", str(SCENARIOS / "baseline.yaml"), str(same), *SMALL, "--out", str(tmp_path / "both"), "--no-report")
    differences = pd.read_csv(tmp_path / "both" / "differences.csv")
    assert differences["difference"].notna().any()
    assert (differences["difference"].dropna() == 0).all()
    assert len(pq.read_table(tmp_path / "both" / "children_changed.parquet")) == 0


def test_a_comparisons_manifest_repeats_it_to_the_byte_and_is_no_single_run(tmp_path: Path) -> None:
    paths = [str(SCENARIOS / f"{name}.yaml") for name in ("baseline", "referrals_down")]
    done(tmp_path, "compare", *paths, *SMALL, "--years", "2", "--out", "first/run", "--no-report", "--quiet")
    manifest = str(tmp_path / "first" / "run" / "manifest.json")
    done(tmp_path, "compare", manifest, "--out", "second/run", "--no-report", "--quiet")
    names = (*RESULTS, "differences.csv", "children_changed.parquet")
    assert results(tmp_path / "first" / "run", names) == results(tmp_path / "second" / "run", names)
    result = command(tmp_path, "run", manifest)
    assert result.returncode == 2
    assert "repeat it with cinsim compare" in result.stderr


def test_a_report_is_written_again_from_its_folder(baseline: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = baseline
    run = tmp_path / "run"
    run.mkdir()
    for name, content in results(folder / "outputs" / "baseline", (*RESULTS, "manifest.json")).items():
        (run / name).write_bytes(content)
    assert done(tmp_path, "report", str(run)).strip() == str(run / "report.html")
    assert (run / "report.html").read_bytes() == (folder / "outputs" / "baseline" / "report.html").read_bytes()


def test_a_wrong_scenario_ends_with_status_2_and_a_message_without_traceback(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("title: Wrong\npolicies:\n  cin_visits: {interval: 4 fortnights}\n")
    for arguments in (("check", str(path)), ("run", str(path))):
        result = command(tmp_path, *arguments)
        assert (result.returncode, result.stdout) == (2, "")
        assert "wrong.yaml" in result.stderr
        assert "line 3" in result.stderr
        assert "Traceback" not in result.stderr
    assert [found.name for found in tmp_path.iterdir()] == ["wrong.yaml"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_or_a_queues_time_limit_stops_a_run_cleanly_and_the_same_command_goes_on(
    tmp_path: Path, stop: signal.Signals
) -> None:
    arguments = ["run", str(SCENARIOS / "baseline.yaml"), *SMALL, "--replications", "12", "--jobs", "2", "--no-report"]
    here = {**os.environ, "PYTHONPATH": str(PROJECT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "cinsim", *arguments],
        cwd=tmp_path,
        env=here,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # what started the tests may have had it ignored
    )
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("outputs/.tasks/*/*.measures.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    if stop == signal.SIGINT:
        os.killpg(process.pid, stop)  # as a terminal does: to every process of the command
    else:
        process.send_signal(stop)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "the same command goes on from there" in err
    assert "Traceback" not in err
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == [".tasks"]
    kept = len(list(tmp_path.glob("outputs/.tasks/*/*.measures.parquet")))
    assert f"{12 - kept} replications simulated, {kept} done before" in done(tmp_path, *arguments)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # nothing of the stopped command is left at work
