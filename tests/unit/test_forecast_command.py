"""``cinsim forecast`` and the commands that make and score forecasts, as their users call them."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from releases import AUTHORITIES, make_release
from typer.testing import CliRunner

from cinsim.cli import app
from cinsim.cli.forecast import forecast
from cinsim.forecast.measures import MEASURES
from cinsim.forecast.outturn import outturn
from cinsim.forecast.panel import read_series
from cinsim.forecast.shipped import FAN_COLUMNS, FORECASTS, FURTHEST, QUANTILES
from cinsim.reference.areas import ENGLAND_CODE
from cinsim.reference.published.files import Release
from cinsim.reference.published.tables import build_tables, write_tables
from cinsim.report.proof import PAGE

pytestmark = pytest.mark.unit


def call(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments], env={"COLUMNS": "200"})
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def hackney(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a folder that holds Hackney's forecast as ``mine``, and what was printed."""
    folder = tmp_path_factory.mktemp("forecast")
    status, text = call("forecast", "--area", "hackney", "--years", "2", "--out", str(folder / "mine"))
    assert status == 0, text
    return folder, text


def test_a_forecast_is_a_table_a_figure_and_a_page(hackney: tuple[Path, str]) -> None:
    tmp_path, text = hackney
    assert "Hackney: figures published to 2024, forecast to 2026" in text
    assert "2026 90% range" in text
    assert "figures of 2024 that had been forecast a year earlier" in text
    table = pd.read_csv(tmp_path / "mine" / "forecast.csv")
    assert set(table["year"]) == {2025, 2026}
    assert set(table["measure"]) == set(MEASURES)
    assert {path.name for path in (tmp_path / "mine" / "figures").iterdir()} == {"forecast.png", "forecast.svg"}
    page = (tmp_path / "mine" / PAGE).read_text(encoding="utf-8")
    assert "2024 as forecast from 2023, and as it came" in page


def test_a_forecast_replaces_its_own_folder_and_no_other(hackney: tuple[Path, str]) -> None:
    tmp_path, _ = hackney
    assert call("forecast", "--quiet", "--out", str(tmp_path / "mine")) == (0, "")
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    status, text = call("forecast", "--quiet", "--out", str(tmp_path / "mine"))
    assert status == 2
    assert "notes.txt" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--area", "Leads"), "did you mean Leeds?"),
        (("--area", "Isles of Scilly"), "too few for published figures"),
        (("--area", "Cumbria"), "use Cumberland and Westmorland and Furness"),
        (("--area", "all"), "takes one area; the forecasts of all stand in"),
        (("--years", "6"), "--years"),
        (("--years", "0"), "--years"),
    ],
)
def test_what_cannot_be_forecast_is_told_with_the_way_out(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    status, text = call("forecast", *arguments, "--out", str(tmp_path / "mine"))
    assert status == 2
    assert words in " ".join(text.split())
    assert not (tmp_path / "mine").exists()


def test_no_year_is_offered_further_than_forecasts_are_made_for() -> None:
    (option,) = inspect.signature(forecast, eval_str=True).parameters["years"].annotation.__metadata__
    assert option.max == FURTHEST


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reference tables of an invented release of 2031, and forecasts of that year made from 2030: each figure and a tenth."""
    root = tmp_path_factory.mktemp("release")
    write_tables(build_tables(Release(*make_release(root))), root / "tables")
    panel, national = read_series(root / "tables")
    rows = []
    for code in (ENGLAND_CODE, *(one for one in AUTHORITIES if one in panel.codes)):
        for measure in MEASURES:
            own = national.figures[measure] if code == ENGLAND_CODE else panel.figures[measure][panel.codes.index(code)]
            last = float(own[-1])
            ends = dict(zip(QUANTILES, last * np.array([0.9, 0.97, 1.0, 1.03, 1.1]), strict=True))
            rows.append({"fit_to": 2030, "area_code": code, "measure": measure, "year": 2031, "mean": last, **ends})
    forecasts = pd.DataFrame(rows)[list(FAN_COLUMNS)]
    missed = (forecasts["area_code"] == "E08000035") & (forecasts["measure"] == "referrals")
    forecasts.loc[missed, ["mean", *QUANTILES]] *= 2.0
    forecasts.to_csv(root / FORECASTS, index=False)
    return root


def test_last_years_forecasts_are_held_against_a_new_release(release: Path, tmp_path: Path) -> None:
    status, text = call("calibrate", "outturn", str(release / "tables"), "--into", str(release), "--out", str(tmp_path))
    assert status == 0, text
    assert "Forecasts made from the figures of 2030, 1 year ahead, against those of 2031." in text
    assert "Authorities' 90% ranges held 98.5% of 66 figures" in text
    assert "England's ranges held 11 of 11 figures." in text
    table = pd.read_csv(tmp_path / "outturn_2031" / "outturn.csv")
    wrong = table[~table["held"]]
    assert wrong[["area_code", "measure"]].to_numpy().tolist() == [["E08000035", "referrals"]]
    assert (tmp_path / "outturn_2031" / PAGE).is_file()


def test_forecasts_of_no_year_of_the_release_are_refused(release: Path, tmp_path: Path) -> None:
    panel, national = read_series(release / "tables")
    forecasts = pd.read_csv(release / FORECASTS).assign(fit_to=2031, year=2032)
    with pytest.raises(Exception, match="holds forecasts of 2032 to 2032, and the release's latest figures are of 2031"):
        outturn(forecasts, panel, national)
    status, text = call("calibrate", "outturn", str(tmp_path), "--into", str(release), "--out", str(tmp_path / "out"))
    assert status == 2
    assert "areas.csv: cannot be read" in text


def test_a_year_from_which_no_forecast_can_be_made_is_told(tmp_path: Path) -> None:
    status, text = call("calibrate", "origins", "--first", "2014", "--out", str(tmp_path))
    assert status == 2
    assert "'--first': must be a year from 2015 to 2023, not 2014" in text
