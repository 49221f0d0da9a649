"""What a system does to a command: output closed or full, a folder of the user's, two runs at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import PROJECT, command, done

pytestmark = pytest.mark.end_to_end

SCENARIO = "title: Small\narea: Rutland\nyears: 1\nwarm_up: 0\npopulation_fraction: 0.1\nreplications: 2\ndraws: point\n"
QUICK = ("--jobs", "1", "--quiet", "--no-report")


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    here = {**os.environ, "PYTHONPATH": str(PROJECT), "CINSIM": f"{sys.executable} -m cinsim"}
    return subprocess.run(["bash", "-c", line], cwd=folder, env=here, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a scenario and its run, ``outputs/small``."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "small.yaml").write_text(SCENARIO)
    done(folder, "run", "small.yaml", *QUICK)
    return folder


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("$CINSIM areas | head -1; exit ${PIPESTATUS[0]}", 0, ""),
        ("$CINSIM measures --format csv | head -1; exit ${PIPESTATUS[0]}", 0, ""),
        ("$CINSIM areas >&-", 0, ""),
        ("$CINSIM parameters --format csv >&-", 0, ""),
        ("$CINSIM areas > /dev/full", 1, "standard output cannot be written: No space left on device"),
        ("$CINSIM parameters --format csv > /dev/full", 1, "standard output cannot be written: No space left on device"),
        ("$CINSIM run small.yaml --jobs 1 --no-report | head -1; exit ${PIPESTATUS[0]}", 0, ""),
        ("$CINSIM run small.yaml --jobs 1 --no-report > /dev/full", 1, "standard output cannot be written"),
        ("$CINSIM run small.yaml --jobs 1 --no-report >&-", 0, ""),
        ("$CINSIM run small.yaml --jobs 1 --no-report --seed -1 2>&-", 2, ""),
    ],
)
def test_an_output_that_is_closed_ends_nothing_and_one_that_is_full_is_told(run: Path, line: str, status: int, said: str) -> None:
    if "/dev/full" in line and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    found = shell(run, line)
    assert found.returncode == status, found.stderr
    assert "Traceback" not in found.stderr
    assert said in found.stderr
    assert bool(said) == bool(found.stderr.strip())
    if "run small" in line:
        assert (run / "outputs" / "small" / "manifest.json").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "small.yaml", "--out", "mine"),
        ("compare", "small.yaml", "other.yaml", "--out", "mine"),
        ("staffing", "small.yaml", "--target", "cin_visits_on_time_percent >= 90", "--vary", "social_workers", "--out", "mine"),
        ("census", "export", "outputs/small", "--year", "2025", "--out", "mine/thesis.txt"),
        ("census", "export", "outputs/small", "--year", "2025", "--tables", "mine"),
        ("census", "read", "return.xml", "--area", "Rutland", "--out", "mine"),
    ],
)
@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
def test_no_command_replaces_what_cinsim_did_not_write(run: Path, arguments: tuple[str, ...], overwrite: tuple[str, ...]) -> None:
    mine = run / "mine"
    (mine / "data").mkdir(parents=True, exist_ok=True)
    (mine / "thesis.txt").write_text("years of work")
    (mine / "data" / "ChildIdentifiers.csv").write_text("LAchildID\n1\n")
    (run / "other.yaml").write_text(SCENARIO)
    if not (run / "return.xml").exists():
        done(run, "census", "export", "outputs/small", "--year", "2025", "--out", "return.xml", "--quiet")
    found = command(run, *arguments, *overwrite)
    assert found.returncode == 2, found.stderr
    assert "--overwrite" not in found.stderr
    assert "Traceback" not in found.stderr
    assert (mine / "thesis.txt").read_text() == "years of work"
    assert sorted(path.name for path in mine.iterdir()) == ["data", "thesis.txt"]


def test_a_councils_own_return_is_never_replaced_by_an_export_and_a_made_one_is_when_asked(run: Path, tmp_path: Path) -> None:
    export = ("census", "export", str(run / "outputs" / "small"), "--year", "2025", "--quiet")
    own = tmp_path / "return.xml"
    own.write_text('<?xml version="1.0"?>\n<Message><Header/></Message>\n')
    refused = command(tmp_path, *export, "--out", "return.xml", "--overwrite")
    assert (refused.returncode, "cinsim did not make it" in refused.stderr) == (2, True)
    assert own.read_text().startswith('<?xml version="1.0"?>\n<Message><Header/>')
    done(tmp_path, *export, "--out", "made.xml", "--tables", "tables")
    assert command(tmp_path, *export, "--out", "made.xml").returncode == 2
    done(tmp_path, *export, "--out", "made.xml", "--tables", "tables", "--overwrite")
    (tmp_path / "tables" / "CINdetails.csv").write_text("mine now")
    assert command(tmp_path, *export, "--tables", "tables", "--overwrite").returncode == 2
    assert (tmp_path / "tables" / "CINdetails.csv").read_text() == "mine now"


@pytest.mark.parametrize("out", [".", "..", "small.yaml", "small.yaml/run", "/"])
def test_what_cannot_be_a_run_folder_is_refused_before_anything_is_simulated(run: Path, out: str) -> None:
    before = sorted(path.name for path in run.iterdir())
    found = command(run, "run", "small.yaml", *QUICK, "--seed", "99", "--out", out, "--overwrite")
    assert found.returncode == 2, found.stderr
    assert "key '--out'" in found.stderr
    assert sorted(path.name for path in run.iterdir()) == before


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (("--jobs", "1000000000"), "--jobs"),
        (("--cluster", "http://x"), "--cluster"),
        (("--cluster", "tcp://x:99999"), "--cluster"),
        (("--area", "x" * 30_000), "area"),
        (("--set", f"years={'9' * 3000}"), "years"),
    ],
)
def test_a_wrong_option_of_any_size_is_one_short_message(run: Path, options: tuple[str, str], key: str) -> None:
    found = command(run, "run", "small.yaml", *options)
    assert found.returncode == 2
    assert f"key '{key}'" in found.stderr
    assert len(found.stderr) < 3000
    assert "Traceback" not in found.stderr


def test_a_name_with_two_dollar_signs_is_drawn_as_it_stands(run: Path, tmp_path: Path) -> None:
    (tmp_path / "a$^$b.yaml").write_text(SCENARIO + "policies: {cpp_visits: {interval: 5 working days}}\n")
    done(tmp_path, "compare", str(run / "small.yaml"), "a$^$b.yaml", "--jobs", "1", "--quiet", "--out", "both")
    assert (tmp_path / "both" / "report.html").is_file()
    assert list((tmp_path / "both" / "figures").glob("*.png"))


def test_two_runs_at_once_into_one_folder_lose_nothing(run: Path, tmp_path: Path) -> None:
    start = [sys.executable, "-m", "cinsim", "run", str(run / "small.yaml"), *QUICK, "--out", "o/run", "--replications", "6"]
    here = {**os.environ, "PYTHONPATH": str(PROJECT)}
    both = [
        subprocess.Popen([*start, "--seed", seed], cwd=tmp_path, env=here, stderr=subprocess.PIPE, text=True) for seed in "12"
    ]
    said = [process.communicate()[1] for process in both]
    status = [process.returncode for process in both]
    assert sorted(status) == [0, 2], said
    assert "another run is writing" in said[status.index(2)] or "holds other results" in said[status.index(2)]
    assert f'"seed": {status.index(0) + 1}' in (tmp_path / "o" / "run" / "manifest.json").read_text()
