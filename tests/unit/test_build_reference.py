"""The whole building of the reference tables, on small invented releases of a later year."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from releases import AUTHORITIES, CHILDREN, YEARS, Row, as_of_2025, change, make_release, renamed

from cinsim.reference import areas
from cinsim.reference.published import codes
from cinsim.reference.published.agreement import disagreements
from cinsim.reference.published.files import Release
from cinsim.reference.published.measures import POPULATION_TABLE, WORKFORCE

pytestmark = pytest.mark.unit

SCRIPT = Path(__file__).parents[2] / "calibration" / "build_reference.py"
TABLES = ("areas", "areas_by_year", "england", "profiles")
Build = Callable[[Release], int]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Every file the tables need, of 2028 to 2031, for seven authorities: all that the package is to know."""
    few = tuple(area for area in areas.areas() if area.area_code in AUTHORITIES)
    monkeypatch.setattr(codes, "areas", lambda: few)
    return Release(*make_release(tmp_path))


@pytest.fixture
def main() -> Callable[[list[str]], int]:
    return runpy.run_path(str(SCRIPT))["main"]  # type: ignore[no-any-return]


@pytest.fixture
def build(main: Callable[[list[str]], int], tmp_path: Path) -> Build:
    """Build the tables of a release into ``tables``, the others being found beside it."""
    return lambda release: main([str(release.folder), "--out", str(tmp_path / "tables")])


def tables(tmp_path: Path) -> dict[str, str]:
    return {name: (tmp_path / "tables" / f"{name}.csv").read_text(encoding="utf-8") for name in TABLES}


def test_a_later_release_builds_without_a_change_of_code(
    release: Release, build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(release) == 0
    printed = capsys.readouterr()
    assert "reporting year 2031; 6 usable authorities" in printed.out
    assert printed.err == ""
    out = tmp_path / "tables"
    table = pd.read_csv(out / "areas.csv", index_col="area_code")
    assert table.loc["E08000035", "referral_rate"] == 500.0
    assert table.loc["E92000001", "population_0_17"] == round(CHILDREN / 6)
    assert not table.loc["E06000053", "usable"]
    assert "ages are those of England" in table.loc["E06000061", "notes"]
    assert "workforce published jointly" in table.loc["E09000027", "notes"]
    england = pd.read_csv(out / "england.csv").set_index(["measure", "year"])["value"]
    assert england["referrals", 2031] == CHILDREN * 0.05
    assert england["cpp_duration_mean_months", 2031] == pytest.approx(12 * 0.004 / 0.006)
    assert set(pd.read_csv(out / "areas_by_year.csv")["year"]) == set(YEARS)
    profile = pd.read_csv(out / "profiles.csv").set_index(["profile", "category"])
    assert profile.loc[("referral_month", "april"), "year"] == "2029-2031"


def test_a_release_of_renamed_columns_without_rates_gives_the_same_figures_and_says_what_is_computed(
    release: Release, build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(release) == 0
    before = tables(tmp_path)
    as_of_2025(release.folder)
    capsys.readouterr()
    assert build(release) == 0
    after = tables(tmp_path)
    assert after["areas_by_year"] == before["areas_by_year"]
    assert after["profiles"] == before["profiles"]
    old, new = (pd.read_csv(StringIO(one["areas"])) for one in (before, after))
    pd.testing.assert_frame_equal(old.drop(columns="notes"), new.drop(columns="notes"))
    note = "computed from counts, as no such figure is published: referral_rate, "
    assert new["notes"].str.contains(note, regex=False).all()
    assert not old["notes"].str.contains("computed").any()
    said = capsys.readouterr().out
    assert "c1_made_up_2028_to_2031.csv publishes none of these, so they are computed from its counts: referral_rate" in said
    assert "s47_rate, icpc_rate" in said
    column = pd.read_csv(tmp_path / "tables" / "england.csv").set_index(["measure", "year"])["column"]
    assert column["referral_rate", 2031] == "referral_count / population 0-17, which is not published"


def recoded(codes: dict[str, str], *, since: int = YEARS[-1]) -> Callable[[list[Row]], list[Row]]:
    """Return an edit that gives authorities other codes from a year on."""

    def edit(rows: list[Row]) -> list[Row]:
        name = next(column for column in ("new_la_code", "utla20_code", "UTLA23CD") if column in rows[0])
        return [
            row | {name: codes.get(row[name], row[name]) if int(row.get("time_period", since)) >= since else row[name]}
            for row in rows
        ]

    return edit


NEW_CODES = {"E08000016": "E08000038", "E08000019": "E08000039"}


@pytest.mark.parametrize("prefixes", [(WORKFORCE,), ("c1_",), ("c1_", "b1_", POPULATION_TABLE), ("imd", "ons_mid2020")])
def test_authorities_whose_codes_changed_keep_their_figures_whichever_files_have_the_new_codes(
    release: Release, build: Build, tmp_path: Path, prefixes: tuple[str, ...]
) -> None:
    assert build(release) == 0
    before = tables(tmp_path)
    for prefix in prefixes:
        folder = release.folder if prefix in ("c1_", "b1_", POPULATION_TABLE) else release.other
        change(folder, prefix, recoded(NEW_CODES, since=YEARS[-1] - (prefix == POPULATION_TABLE)))
    assert build(release) == 0
    assert tables(tmp_path) == before


def test_old_codes_saved_as_decimals_are_read_as_codes(release: Release, build: Build, tmp_path: Path) -> None:
    assert build(release) == 0
    before = tables(tmp_path)

    def decimals(rows: list[Row]) -> list[Row]:
        names = [name for name in rows[0] if name == "old_la_code" or name.startswith("SN_")]
        return [row | {name: f"{row[name]}.0" for name in names if row[name].isdigit()} for row in rows]

    for folder, prefix in ((release.folder, "c1_"), (release.other, "statistical_neighbours"), (release.other, WORKFORCE)):
        change(folder, prefix, decimals)
    assert build(release) == 0
    assert tables(tmp_path) == before


def test_all_that_is_missing_is_said_at_once_and_nothing_is_written(
    release: Release, build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(release.folder, "c4_", renamed({"Section47": "s_forty_seven", "ICPC": "icpc_count"}))
    change(release.folder, "c1_", renamed({"Referrals": "all_referrals"}))
    change(release.other, WORKFORCE, renamed({"cases": "case_number"}))
    (release.folder / "d6_made_up_2028_to_2031.csv").unlink()
    assert build(release) == 2
    said = capsys.readouterr().err
    assert "c4_made_up_2028_to_2031.csv, key 'Section47': the column is not there" in said
    assert "'ICPC'" not in said  # which is there under a name of the new make
    assert "key 'Referrals': the column is not there (nor is referral_count); the nearest are " in said
    assert "all_referrals" in said
    assert f"{WORKFORCE}_2028_to_2031.csv, key 'cases'" in said
    assert "no file's name begins with 'd6_'" in said
    assert not (tmp_path / "tables").exists()


def test_a_population_that_the_rates_do_not_rest_on_is_noticed(release: Release) -> None:
    assert disagreements(release) == []
    (path,) = release.folder.glob(f"{POPULATION_TABLE}*")
    path.write_text(path.read_text(encoding="utf-8").replace(",20000", ",21000"), encoding="utf-8")
    said = disagreements(Release(release.folder, release.other))
    assert any(doubt.startswith("referral_rate: 1 of 7 figures differ") and "E08000035" in doubt for doubt in said)
    assert "children of the authorities = England's, in 2030: 58,000 against 57,000" in said


def test_counts_that_break_the_pathways_identities_are_noticed(release: Release) -> None:
    change(release.folder, "c1_", lambda rows: [
        row | ({"Not_in_Need": "50000"} if row["geographic_level"] == "National" else {}) for row in rows
    ])  # fmt: skip
    said = disagreements(Release(release.folder, release.other))
    assert any(doubt.startswith("episodes started = referrals") for doubt in said)


def test_a_failure_of_the_program_is_one_sentence_that_names_a_file_of_details(
    release: Release, main: Callable[[list[str]], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(main.__globals__, "build_tables", lambda release: 1 / 0)  # type: ignore[attr-defined]
    assert main([str(release.folder)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ZeroDivisionError" in said
    assert "Traceback" not in said
    details = Path(said.split("please report it with ")[1].split(", which")[0])
    assert "Traceback" in details.read_text(encoding="utf-8")
    details.unlink()


def test_tables_that_cannot_be_written_are_said_in_one_sentence(
    release: Release, main: Callable[[list[str]], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    occupied = tmp_path / "a_file"
    occupied.write_text("mine", encoding="utf-8")
    assert main([str(release.folder), "--out", str(occupied)]) == 1
    assert f"the tables could not be written to {occupied}" in capsys.readouterr().err
    assert occupied.read_text(encoding="utf-8") == "mine"
