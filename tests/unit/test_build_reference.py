"""The whole building of the reference tables, on a small made-up release of a later year."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from cinsim.reference.published import profiles
from cinsim.reference.published.agreement import disagreements
from cinsim.reference.published.files import Release
from cinsim.reference.published.measures import LOOKED_AFTER, POPULATION_TABLE, SOURCES, WORKFORCE

pytestmark = pytest.mark.unit

SCRIPT = Path(__file__).parents[2] / "calibration" / "build_reference.py"
YEARS = range(2028, 2032)
PLACES = [
    {"geographic_level": "National", "region_name": "", "old_la_code": "", "new_la_code": "", "la_name": ""},
    {
        "geographic_level": "Local authority",
        "region_name": "Yorkshire and The Humber",
        "old_la_code": "383",
        "new_la_code": "E08000035",
        "la_name": "Leeds",
    },
    {
        "geographic_level": "Local authority",
        "region_name": "East Midlands",
        "old_la_code": "940",
        "new_la_code": "E06000061",
        "la_name": "North Northamptonshire",
    },
    {
        "geographic_level": "Local authority",
        "region_name": "South West",
        "old_la_code": "420",
        "new_la_code": "E06000053",
        "la_name": "Isles of Scilly",
    },
]
SIZES = {"": 30_000.0, "E08000035": 20_000.0, "E06000061": 9_500.0, "E06000053": 500.0}
FLOWS = {"Referrals": 0.05, "No_Further_Action": 0.005, "Not_in_Need": 0.015, "Started_episodes": 0.03, "At31_episodes": 0.035}
FLOWS |= {"Ended_episodes": 0.025, "Anypoint_episodes": 0.06, "CPP_anypoint": 0.01, "CPP_end": 0.006, "CPP_At31": 0.004}


def fixed(place: dict[str, str], year: int) -> dict[str, object]:
    return {"time_period": year, "country_code": "E92000001", **place}


def cell(column: str, children: float) -> object:
    """A number for a column: a rate or percentage to one decimal, else a count that grows with the children."""
    if column.endswith("_percent"):
        return "z"
    if column.endswith("_rate"):
        return round(10_000 * FLOWS.get(column.removesuffix("_rate"), 0.002), 1)
    return round(children * FLOWS.get(column, 0.002), 4)


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    pd.DataFrame(rows).to_csv(folder / name, index=False)


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """Every file the tables need, of 2028 to 2031, for three authorities."""
    folder, other = tmp_path / "release_2031", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    columns: dict[str, dict[str, None]] = {}
    for source in SOURCES:
        if source.table not in (WORKFORCE, LOOKED_AFTER):
            wanted = [*source.columns, *source.rest, source.base, source.published]
            columns.setdefault(source.table, {}).update(dict.fromkeys(name for name in wanted if name))
    columns["b2_"] |= {f"{name}_percent": None for name in profiles.DISABILITIES.values()}
    columns["b3_"] = dict.fromkeys(profiles.PRIMARY_NEEDS.values())
    columns["c3_"] = dict.fromkeys(["Episodes_with_assessment_factor", "Alcohol_Misuse_child", "Neglect", "Other"])
    columns["c5_"] = dict.fromkeys(profiles.SOURCES_OF_REFERRAL)
    columns["c6_"] = dict.fromkeys(profiles.MONTHS)
    abuse = [f"{word}_{which}" for word in profiles.ABUSE.values() for which in ("Initial", "Latest")]
    columns["d2_"] = columns["d4_"] = dict.fromkeys(abuse)
    disabled = {f"{name}_percent": 5.0 for name in profiles.DISABILITIES.values()}
    for prefix, names in columns.items():
        rows = []
        for year in YEARS:
            for place in PLACES:
                children = SIZES[place["new_la_code"]]
                numbers = {name: disabled.get(name, cell(name, children)) for name in names}
                rows.append({**fixed(place, year), **numbers})
        write(folder, f"{prefix}made_up_2028_to_2031.csv", rows)
    people = [{**fixed(p, year - 1), "population_estimate": SIZES[p["new_la_code"]]} for year in YEARS for p in PLACES]
    write(folder, f"{POPULATION_TABLE}-year_population.csv", people)
    for prefix, count, ages, ethnicities in (
        ("a5_", "CPP_At31", profiles.CPP_AGE, profiles.CPP_ETHNICITY),
        ("a7_", "number", profiles.CIN_AGE, profiles.CIN_ETHNICITY_DETAILED | profiles.CIN_ETHNICITY),
    ):
        labels = [*profiles.CIN_SEX.values(), *ages.values(), *dict.fromkeys(ethnicities.values()), "Known ethnicity", "Total"]
        rows = [{**fixed(PLACES[0], 2031), "characteristic_type": label, count: 100} for label in labels]
        write(folder, f"{prefix}made_up.csv", rows)
    workforce = {source.columns[0]: 10.0 for source in SOURCES if source.table == WORKFORCE}
    write(other, f"{WORKFORCE}.csv", [{**fixed(place, year), **workforce} for year in YEARS for place in PLACES])
    kinds = [source.where[1] for source in SOURCES if source.where is not None]
    looked_after = [
        {**fixed(p, year), "population_type": kind, "children_count": 7}
        for year in YEARS
        for p in PLACES
        for kind in dict.fromkeys(kinds)
    ]
    write(other, f"{LOOKED_AFTER}.csv", looked_after)
    ages_2020 = {str(age): 100 for age in range(18)}
    write(other, "ons_mid2020_single_year_of_age.csv", [{"utla20_code": c, **ages_2020} for c in ("E08000035", "E06000053")])
    scores = [{"UTLA23CD": p["new_la_code"], "imd2025_score_cpw": 20} for p in PLACES[1:]]
    write(other, "imd2025.csv", scores)
    near = {f"SN_{place}": "383" for place in range(1, 11)}
    write(other, "statistical_neighbours_2030.csv", [{"old_la_code": p["old_la_code"], **near} for p in PLACES[1:]])
    return Release(folder, other)


@pytest.fixture
def build() -> Callable[[list[str]], int]:
    main: Callable[[list[str]], int] = runpy.run_path(str(SCRIPT))["main"]
    return main


def test_a_later_release_builds_without_a_change_of_code(
    release: Release, build: Callable[[list[str]], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tables"
    assert build([str(release.folder), "--out", str(out)]) == 0  # `other` is found beside the release
    printed = capsys.readouterr()
    assert "reporting year 2031; 2 usable authorities" in printed.out
    assert printed.err == ""
    areas = pd.read_csv(out / "areas.csv", index_col="area_code")
    assert areas.loc["E08000035", "referral_rate"] == 500.0
    assert areas.loc["E92000001", "population_0_17"] == 15_000
    assert not areas.loc["E06000053", "usable"]
    assert "ages are those of England" in areas.loc["E06000061", "notes"]
    england = pd.read_csv(out / "england.csv").set_index(["measure", "year"])["value"]
    assert england["referrals", 2031] == 1500
    assert england["cpp_duration_mean_months", 2031] == pytest.approx(12 * 0.004 / 0.006)
    assert set(pd.read_csv(out / "areas_by_year.csv")["year"]) == set(YEARS)
    profile = pd.read_csv(out / "profiles.csv").set_index(["profile", "category"])
    assert profile.loc[("referral_month", "april"), "year"] == "2029-2031"


def test_what_changed_in_a_release_is_said_and_nothing_is_written(
    release: Release, build: Callable[[list[str]], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tables"
    path = release.folder / "c4_made_up_2028_to_2031.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Section47_rate", "S47_rate"), encoding="utf-8")
    assert build([str(release.folder), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "c4_made_up_2028_to_2031.csv, key 'Section47_rate': the column is not there; the nearest are" in said
    assert "S47_rate" in said
    path.unlink()
    assert build([str(release.folder), "--out", str(out)]) == 2
    assert "no file's name begins with 'c4_'" in capsys.readouterr().err
    assert not out.exists()


def test_an_authority_of_unknown_origin_is_refused_by_name(
    release: Release, build: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    path = release.other / "ons_mid2020_single_year_of_age.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("E08000035", "E08009999"), encoding="utf-8")
    assert build([str(release.folder)]) == 2
    assert "no row for Leeds (E08000035)" in capsys.readouterr().err


def test_a_population_that_the_rates_do_not_rest_on_is_noticed(release: Release) -> None:
    assert disagreements(release) == []
    (path,) = release.folder.glob(f"{POPULATION_TABLE}*")
    path.write_text(path.read_text(encoding="utf-8").replace("20000.0", "21000.0"), encoding="utf-8")
    said = disagreements(Release(release.folder, release.other))
    assert any(doubt.startswith("referral_rate: 1 of 3 figures differ") and "E08000035" in doubt for doubt in said)


def test_counts_that_break_the_pathways_identities_are_noticed(release: Release) -> None:
    path = release.folder / "c1_made_up_2028_to_2031.csv"
    table = pd.read_csv(path, dtype=str)
    national = table["geographic_level"] == "National"
    table.loc[national, "Not_in_Need"] = "5000"
    table.to_csv(path, index=False)
    said = disagreements(Release(release.folder, release.other))
    assert any(doubt.startswith("episodes started = referrals") for doubt in said)
