"""The package as others have it: the wheel alone in a folder of its own, in place beside a clone, on a system that is no Unix."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from command_line import PROJECT

pytestmark = pytest.mark.end_to_end

BUILD = "import sys; from setuptools import build_meta; print(getattr(build_meta, sys.argv[1])(sys.argv[2]))"
SMALL = ("--set", "area=Rutland", "--set", "warm_up=0", "--set", "population_fraction=0.2", "--years", "1", "--jobs", "1")
TWO_YEARS = (*SMALL, "--years", "2", "--replications", "1", "--no-report")
PARTS = ("cinsim", "scenarios", "tests/journeys", "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE")


def built(project: Path, how: str, folder: Path) -> Path:
    """Return the wheel that the project's own build makes."""
    arguments = [sys.executable, "-c", BUILD, how, str(folder)]
    done = subprocess.run(arguments, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what of the project goes into a build, in a folder named as git names a clone."""
    clone = tmp_path_factory.mktemp("work") / "cinsim"
    clone.mkdir()
    for part in PARTS:
        source, target = PROJECT / part, clone / part
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return clone


def environment_with(wheel: Path, folder: Path) -> Path:
    """Return the Python of a new environment with a wheel in it and, behind it, the libraries that these tests have."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    where = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True
    ).stdout.strip()
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(where)
    libraries = dict.fromkeys([sysconfig.get_path("purelib"), *(path for path in sys.path if path.endswith("site-packages"))])
    found = f"import sys; sys.path += [path for path in {list(libraries)!r} if path not in sys.path]"
    Path(where, "zz_libraries.pth").write_text(found + "\n", encoding="utf-8")
    return python


def called(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    here = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [python, *arguments], cwd=folder, env=here, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture(scope="module")
def alone(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the Python of an environment with the wheel, and an empty folder with a space and an é in its name."""
    here = tmp_path_factory.mktemp("alone")
    wheel = built(clone, "build_wheel", here)
    folder = here / "mes scénarios"
    folder.mkdir()
    return environment_with(wheel, here / "environment"), folder


def cinsim(alone: tuple[Path, Path], *arguments: str) -> str:
    python, folder = alone
    result = called(python, folder, "-m", "cinsim", *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_wheel_holds_the_scenarios_and_journeys_of_the_project_to_the_byte(clone: Path, alone: tuple[Path, Path]) -> None:
    where = "import cinsim, pathlib; print(pathlib.Path(cinsim.__file__).parent)"
    inside = Path(called(alone[0], alone[1], "-c", where).stdout.strip())
    assert not inside.is_relative_to(PROJECT)
    assert not inside.is_relative_to(clone)
    for folder, name in (("scenarios", "scenarios"), ("tests/journeys", "journeys")):
        shipped = {path.name: path.read_bytes() for path in (inside / "shipped" / name).iterdir()}
        assert shipped == {path.name: path.read_bytes() for path in (PROJECT / folder).glob("*.yaml")}


@pytest.mark.slow
def test_the_wheel_alone_runs_the_first_commands_of_the_pages(alone: tuple[Path, Path]) -> None:
    python, folder = alone
    hint = called(python, folder, "-m", "cinsim", "run", "scenarios/baseline.yaml")
    assert hint.returncode == 2
    assert "`cinsim new baseline` writes it to" in hint.stderr
    assert "visits_four_weekly" in cinsim(alone, "new")
    cinsim(alone, "new", "all")
    paths = sorted((folder / "scenarios").glob("*.yaml"))
    assert {path.name for path in paths} == {path.name for path in (PROJECT / "scenarios").glob("*.yaml")}
    assert cinsim(alone, "check", *map(str, paths)).count(": right. ") == len(paths)
    assert cinsim(alone, "check", "--journeys").count(": holds. ") == len(list((PROJECT / "tests" / "journeys").glob("*.yaml")))
    cinsim(alone, "run", "scenarios/baseline.yaml", *SMALL, "--replications", "1")
    cinsim(alone, "compare", "scenarios/baseline.yaml", "scenarios/visits_four_weekly.yaml", *TWO_YEARS)
    cinsim(alone, "diff", "scenarios/baseline.yaml", "scenarios/visits_four_weekly.yaml")
    assert (folder / "outputs" / "baseline" / "report.html").stat().st_size > 10_000
    for command in ("parameters", "measures", "areas"):
        assert cinsim(alone, command)


def test_scenarios_that_are_written_give_the_results_of_those_that_ship(alone: tuple[Path, Path], tmp_path: Path) -> None:
    cinsim(alone, "new", "baseline", "--to", str(tmp_path / "own"))
    of_own, of_shipped = (
        cinsim(alone, "run", str(path), *SMALL, "--replications", "1", "--no-report", "--out", str(tmp_path / name))
        for path, name in ((tmp_path / "own" / "baseline.yaml", "one"), (PROJECT / "scenarios" / "baseline.yaml", "other"))
    )
    assert "1 replications simulated" in of_own
    assert "0 replications simulated, 1 done before" in of_shipped


def test_installed_in_place_the_package_is_found_beside_its_clone(clone: Path, tmp_path: Path) -> None:
    python = environment_with(built(clone, "build_editable", tmp_path), tmp_path / "environment")
    assert not (clone / "__init__.py").exists()  # or the folder itself would be the package
    ask = (
        "import cinsim, cinsim.simulation.replicate; print(cinsim.__version__, cinsim.load_scenario.__module__, cinsim.__file__)"
    )
    found = called(python, clone.parent, "-c", ask)
    assert found.returncode == 0, found.stderr
    assert found.stdout.split()[1:] == ["cinsim.scenario.loader", str(clone / "cinsim" / "__init__.py")]
    assert called(python, clone.parent, "-m", "cinsim", "--version").stdout.startswith("cinsim ")
    (clone.parent / "mine.py").write_text(ask, encoding="utf-8")
    assert called(python, clone.parent, "mine.py").returncode == 0


def without_unix(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    here = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, str(PROJECT / "tests" / "without_unix.py"), *arguments]
    return subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, check=False)


def test_every_module_is_imported_where_there_is_nothing_that_only_unix_has(tmp_path: Path) -> None:
    result = without_unix(tmp_path, "import")
    assert result.returncode == 0, result.stderr
    assert int(result.stdout.split()[0]) > 200


def test_a_comparison_without_unix_gives_the_same_numbers(tmp_path: Path) -> None:
    scenarios = [str(PROJECT / "scenarios" / f"{name}.yaml") for name in ("baseline", "visits_four_weekly")]
    asked = ("compare", *scenarios, *TWO_YEARS)
    result = without_unix(tmp_path, *asked, "--out", "other/run")
    assert result.returncode == 0, result.stderr
    cost = json.loads((tmp_path / "other" / "run" / "manifest.json").read_text(encoding="utf-8"))["cost"]
    assert (cost["peak_memory_mb"], cost["not_measured"]) == (None, ["peak_memory_mb"])
    usual = called(Path(sys.executable), PROJECT, "-m", "cinsim", *asked, "--out", str(tmp_path / "usual" / "run"))
    assert usual.returncode == 0, usual.stderr
    one, other = (pd.read_csv(tmp_path / name / "run" / "measures.csv") for name in ("other", "usual"))
    pd.testing.assert_frame_equal(one, other)
    cost = json.loads((tmp_path / "usual" / "run" / "manifest.json").read_text(encoding="utf-8"))["cost"]
    assert cost["peak_memory_mb"] > 0
