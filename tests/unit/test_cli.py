"""The command line: what is wrong is said with file, line and key; exit 0 done, 2 wrong input, 1 anything else."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cinsim
from cinsim.cli import app
from cinsim.cli.lists import print_table
from cinsim.cli.options import settings
from cinsim.errors import InputError, RunError, doing
from cinsim.reference.areas import find_area
from cinsim.reference.register import load_register

pytestmark = pytest.mark.unit

PROJECT = Path(__file__).parents[2]


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def write(folder: Path, text: str) -> str:
    path = folder / "scenario.yaml"
    path.write_text(text)
    return str(path)


def modules_after(statement: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    return set(done.stdout.split())


def test_every_command_is_named_in_the_help() -> None:
    status, out, _ = call("--help")
    assert status == 0
    for command in ("run", "compare", "check", "diff", "staffing", "report", "parameters", "measures", "areas"):
        assert f" {command} " in out


def test_importing_the_package_and_its_commands_loads_nothing_heavy() -> None:
    for statement in ("import cinsim", "import cinsim.cli"):
        heavy = {"numpy", "pandas", "scipy", "pyarrow", "matplotlib", "simpy", "pydantic", "joblib"}
        assert modules_after(statement) & heavy == set()


def test_the_package_has_the_version_of_its_project_file() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert cinsim.__version__ == project["version"]
    assert call("--version")[:2] == (0, f"cinsim {cinsim.__version__}\n")


def test_every_public_name_can_be_had_and_no_other() -> None:
    assert all(getattr(cinsim, name) is not None for name in cinsim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        _ = cinsim.simulate  # type: ignore[attr-defined]


def test_a_scenario_that_is_right_is_described_without_being_run(tmp_path: Path) -> None:
    text = "title: Visits\narea: Leeds\nyears: 3\npolicies:\n  cin_visits: {interval: 20 working days}\n"
    status, out, err = call("check", write(tmp_path, text))
    assert (status, err) == (0, "")
    assert f"{find_area('Leeds').population_0_17:,} children" in out
    assert "policies.cin_visits.interval: 20 working days" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scenario.yaml"]


def test_an_unknown_key_is_refused_with_file_line_and_suggestion(tmp_path: Path) -> None:
    path = write(tmp_path, "title: Visits\nyears: 3\npolicies:\n  cin_visit: {interval: 20 working days}\n")
    for command in ("check", "run"):
        status, out, err = call(command, path)
        assert (status, out) == (2, "")
        assert all(part in err for part in (path, "line 4", "cin_visit", "cin_visits"))
        assert "Traceback" not in err


def test_every_scenario_that_is_wrong_is_named_in_one_check(tmp_path: Path) -> None:
    path = write(tmp_path, "title: Visits\nyears: -3\n")
    missing = str(tmp_path / "missing.yaml")
    status, _, err = call("check", path, missing)
    assert status == 2
    assert path in err
    assert "missing.yaml" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--set", "years"), "must be KEY=VALUE"),
        (("--set", "policies.cin_visits.interval=20 parsecs"), "policies.cin_visits.interval"),
        (("--area", "Leds"), "Leeds"),
        (("--set", "draws=5000"), "draws"),  # more than the posterior has
        (("--years", "0"), "--years"),
        (("--events", "some"), "--events"),
        (("--replications", "none"), "--replications"),
        (("--cluster", "my-cluster"), "tcp://host:8786"),
        (("--set", "precision={share: 2%, measures: [referral_rat]}"), "did you mean 'referral_rate'"),
        (("--polices", "1"), "--polices"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_simulated(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    status, out, err = call("run", write(tmp_path, "title: Baseline\n"), "--out", str(tmp_path / "run"), *options)
    assert (status, out) == (2, "")
    assert message in err.replace("\n", " ")
    assert "Traceback" not in err
    assert not (tmp_path / ".tasks").exists()


def test_a_comparison_of_one_scenario_is_refused(tmp_path: Path) -> None:
    status, _, err = call("compare", write(tmp_path, "title: Baseline\n"))
    assert status == 2
    assert "at least one other" in err


def test_scenarios_that_cannot_be_paired_are_refused_with_what_differs(tmp_path: Path) -> None:
    first = write(tmp_path, "title: Baseline\n")
    other = tmp_path / "other.yaml"
    other.write_text("title: Other\narea: Leeds\n")
    status, _, err = call("compare", first, str(other))
    assert status == 2
    assert "need the same area" in err


@pytest.mark.parametrize(("scenarios", "width", "tables"), [(1, 160, 1), (3, 160, 1), (12, 160, 2), (9, 90, 2), (4, 31, 4)])
def test_many_scenarios_are_printed_in_blocks_that_lose_no_column(
    capsys: pytest.CaptureFixture[str], scenarios: int, width: int, tables: int
) -> None:
    names = [f"a_scenario_{number}" for number in range(scenarios)]
    rows = [[measure, "527.2", *(f"+{place}.{number}" for place in range(scenarios))] for number, measure in enumerate("xyz")]
    print_table(("Measure", "baseline", *names), rows, numbers=range(1, scenarios + 2), kept=2, width=width)
    lines = capsys.readouterr().out.splitlines()
    assert sum("Measure" in line for line in lines) == tables
    assert [name for line in lines for name in line.split() if name.startswith("a_scenario")] == names
    assert all(sum(f"+{place}.{number}" in line for line in lines) == 1 for place in range(scenarios) for number in range(3))
    assert max(map(len, lines)) <= width


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    status, _, err = call("report", str(tmp_path))
    assert status == 2
    assert "manifest.json" in err


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (RunError("the disk is full"), 1, "the disk is full"),
        (KeyboardInterrupt("stopped with 2 of 6 tasks done"), 1, "stopped with 2 of 6"),
        (InputError("is wrong", path="a.yaml", line=3, key="years"), 2, "a.yaml, line 3, key 'years': is wrong"),
    ],
)
def test_what_ends_a_run_is_said_and_sets_the_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: BaseException, status: int, said: str
) -> None:
    def end(*arguments: object, **keywords: object) -> None:
        raise raised

    monkeypatch.setattr("cinsim.api.run_plan", end)
    found, out, err = call("run", write(tmp_path, "title: Baseline\n"), "--out", str(tmp_path / "run"))
    assert (found, out) == (status, "")
    assert said in err
    assert "Traceback" not in err


def test_an_error_that_nobody_foresaw_is_one_sentence_and_its_traceback_a_file_that_nobody_else_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*arguments: object, **keywords: object) -> None:
        with doing("drawing the figures"):
            raise KeyError("a stray key \x1b[2J")

    monkeypatch.setattr("cinsim.api.run_plan", end)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    arguments = ("run", write(tmp_path, "title: Baseline\n"), "--out", str(tmp_path / "run"))
    status, out, err = call(*arguments)
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert err.startswith("cinsim run, while drawing the figures ended with an error of its own (KeyError: ")
    assert "\x1b" not in err
    (details,) = tmp_path.glob("cinsim-error-*.txt")
    assert str(details) in err
    assert "Traceback (most recent call last)" in details.read_text()
    assert details.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("CINSIM_DEBUG", "1")
    assert "Traceback (most recent call last)" in call(*arguments)[2]


def test_the_parameters_are_printed_as_csv_that_reads_back_as_the_register() -> None:
    status, out, _ = call("parameters", "--format", "csv")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    columns = ["name", "value", "unit", "low", "high", "source", "evidence", "status", "description"]
    assert list(rows[0]) == columns
    register = load_register()
    assert [row["name"] for row in rows] == list(register)
    assert all(float(row["value"]) == register[row["name"]].value for row in rows)


def test_the_parameters_whose_name_or_description_holds_a_word_are_printed() -> None:
    name = next(iter(load_register()))
    assert name in call("parameters", name)[1]
    assert call("parameters", "no such word", "--format", "csv")[1].count("\n") == 1
    status, _, said = call("parameters", "no such word")
    assert status == 2
    assert "no parameter has 'no such word' in its name or description" in said


def test_the_areas_are_printed_with_england_first_and_every_usable_authority() -> None:
    rows = list(csv.DictReader(io.StringIO(call("areas", "--format", "csv")[1])))
    assert len(rows) == 152
    assert rows[0]["area_code"] == "E92000001"
    assert "Leeds" in call("areas")[1]


def test_the_measures_are_printed_with_definition_and_unit() -> None:
    rows = list(csv.DictReader(io.StringIO(call("measures", "--format", "csv")[1])))
    assert {"name", "unit", "definition"} <= set(rows[0])
    assert {"referral_rate", "caseload_mean"} <= {row["name"] for row in rows}
    assert "referral_rate" in call("measures")[1]


def test_settings_keep_what_follows_the_first_equals_sign() -> None:
    assert settings(["years=2", "title=a = b"]) == {"years": "2", "title": "a = b"}
