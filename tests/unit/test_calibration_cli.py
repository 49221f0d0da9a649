"""Commands of a calibration: wrong input is told before anything is simulated."""

from __future__ import annotations

import inspect
import runpy
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cinsim.calibration.england import DRAWS, fit_posterior
from cinsim.calibration.moments import SearchSettings
from cinsim.calibration.point import read_point
from cinsim.calibration.waves import WaveSettings
from cinsim.cli import app
from cinsim.cli.calibrate import england
from cinsim.reference.calibrated import folder, point_file

pytestmark = pytest.mark.unit

SCRIPT = Path(__file__).parents[2] / "calibration" / "calibrate_england.py"


def call(*arguments: str, into: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments, "--into", str(into / "results"), "--out", str(into / "work")])
    assert not list((into / "work").rglob("*.parquet"))
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("england", "--year", "1999"), "1999"),
        (("england", "--year", "2030"), "2030"),
        (("england", "--replications", "1"), "--replications"),
        (("england", "--stage", "posterior"), "there is no fit of England yet"),
        (("england", "--again"), "there is no fit of England yet"),
        (("area", "Atlantis"), "Atlantis"),
        (("area", "Isles of Scilly"), "Isles of Scilly"),
        (("area", "Leeds"), "there is no fit of England yet"),
        (("area", "Leeds", "Kent", "--from-return", "return.xml"), "one authority's"),
        (("area", "Leeds", "--from-return", "absent.xml"), "absent.xml"),
        (("fit",), "there is no fit of England yet"),
        (("identify",), "there is no fit of England yet"),
        (("incidence",), "there is no fit of England yet"),
        (("ranks",), "there is no fit of England yet"),
        (("rivals",), "needs the fits of two explanations or more"),
    ],
)
def test_what_cannot_be_calibrated_is_told_with_the_way_out(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    status, text = call("calibrate", *arguments, into=tmp_path)
    assert status == 2, text
    assert words in " ".join(text.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--fit-to", "2019", "--predict", "2018:2019"), "must be years after 2019"),
        (("--fit-to", "2035"), "'--fit-to': no figures are published for 2035; fit to a year from"),
        (("--predict", "2020:2035"), "'--predict': no figures are published for 2035 to hold a forecast against"),
        (("--predict", "soon"), "must be a year or two years"),
        ((), "there is no fit of England yet"),
    ],
)
def test_a_hindcast_that_cannot_be_is_told(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    status, text = call("hindcast", *arguments, into=tmp_path)
    assert status == 2, text
    assert words in " ".join(text.split())


def test_a_wrong_targets_or_priors_file_is_told_with_its_line(tmp_path: Path) -> None:
    targets = tmp_path / "targets.csv"
    targets.write_text("name,measure\nreferrals,referral_rate\n", encoding="utf-8")
    status, text = call("calibrate", "england", "--targets", str(targets), into=tmp_path)
    assert status == 2
    assert "targets.csv, line 1" in " ".join(text.split())
    assert "lacks the columns group, year" in " ".join(text.split())
    priors = tmp_path / "priors.csv"
    priors.write_text("parameter,scale,low,high,structures,reason\nconcern_sd,log,1,1,,r\n", encoding="utf-8")
    status, text = call("calibrate", "england", "--priors", str(priors), into=tmp_path)
    assert status == 2
    assert "the range of concern_sd is empty" in " ".join(text.split())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file", encoding="utf-8")
    status, text = call("calibrate", "england", into=tmp_path)
    assert status == 2
    assert "cannot be written" in text


def test_the_command_has_the_budget_that_python_has() -> None:
    given = {name: parameter.default for name, parameter in inspect.signature(england).parameters.items()}
    search, waves = SearchSettings(), WaveSettings()
    assert given["replications"] == search.replications
    assert given["repeats"] == search.jacobian_replications
    assert given["iterations"] == search.iterations
    assert given["reports"] == search.reports == inspect.signature(fit_posterior).parameters["refine"].default
    assert given["wholes"] == search.wholes == inspect.signature(fit_posterior).parameters["wholes"].default
    assert (given["waves"], given["points"], given["draws"]) == (waves.waves, waves.points, DRAWS)


def test_the_script_has_the_budget_that_the_command_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Reached(Exception):
        """What the script asks for is known."""

    asked: list[object] = []

    def posterior(setting: object, *wanted: object) -> None:
        asked.extend(wanted)
        raise Reached

    shipped = read_point(folder() / point_file())
    monkeypatch.setattr("cinsim.calibration.england.fit_point", lambda setting, search: asked.append(search) or shipped)
    monkeypatch.setattr("cinsim.calibration.england.fit_posterior", posterior)
    monkeypatch.setattr(sys, "argv", ["calibrate_england.py", str(tmp_path)])
    with pytest.raises(Reached):
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert asked == [SearchSettings(), WaveSettings(), DRAWS]
