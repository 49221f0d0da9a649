"""Whose a return is and of when is checked on every way in; what is given and written beside it is checked too."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from returns_made import RETURNS, RUTLAND, Change, edit, made, read, renamed, right, tables

from cinsim.census.caseload import caseload_from
from cinsim.census.profile import profile_from, read_profile
from cinsim.census.received import received
from cinsim.errors import InputError
from cinsim.reference.areas import find_area

pytestmark = pytest.mark.unit


# ---- whose, and of when

PREVIOUS = RETURNS / "previous_2025.xml"


@pytest.mark.parametrize(
    ("reference", "good"),
    [("2026-01-15", False), ("2026-03-30", False), ("2025-03-31", False), ("soon", False), ("31/03/2026", True),
     ("2026-03-31T00:00:00", True), ("", True)],
)  # fmt: skip
def test_the_reference_date_is_31_march_of_the_year(tmp_path: Path, reference: str, good: bool) -> None:
    path = made(tmp_path, renamed("2026-03-31</ReferenceDate>", f"{reference}</ReferenceDate>"))
    if good:
        right(path)
        return
    for way_in in (lambda: received(path), lambda: profile_from(path), lambda: caseload_from(path, RUTLAND)):
        with pytest.raises(InputError, match="31 March of the year"):
            way_in()


def test_last_years_return_gives_re_referrals_and_they_are_printed() -> None:
    result = read(RETURNS / "base.xml", "--previous", PREVIOUS)
    assert result.exit_code == 0
    assert "28.6 % of them within 12 months of the child's last before" in result.stdout


@pytest.mark.parametrize(
    ("source", "previous", "change", "says"),
    [
        (RETURNS / "base.xml", RETURNS / "base.xml", str, "is the same year's, and the year before 2026 is 2025"),
        (PREVIOUS, RETURNS / "base.xml", str, "is of 2026, and the year before 2025 is 2024"),
        (RETURNS / "base.xml", RETURNS / "previous_of_leeds.xml", str, "is of Leeds, and the return is of Rutland"),
        (RETURNS / "base.xml", PREVIOUS,
         lambda t: t.replace("2024-", "2023-").replace("2025<", "2024<").replace("2025-", "2024-"),
         "is of 2024, and the year before 2026 is 2025"),
        (RETURNS / "base.xml", PREVIOUS, lambda t: t.replace(">A2<", ">00A2<"), "has no child in common with the return of 2026"),
    ],
)  # fmt: skip
def test_a_return_that_is_not_last_years_is_refused_on_every_way_in(
    tmp_path: Path, source: Path, previous: Path, change: Change, says: str
) -> None:
    path = tmp_path / "previous.xml"
    path.write_text(change(previous.read_text(encoding="utf-8")), encoding="utf-8")
    result = read(source, "--previous", path)
    assert result.exit_code == 2
    assert says in result.stderr
    with pytest.raises(InputError, match=re.escape(says)):
        profile_from(source, previous=path)


def test_an_area_that_is_not_the_returns_own_is_refused_on_every_way_in(tmp_path: Path) -> None:
    result = read(RETURNS / "base.xml", "--area", "Leeds", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "is of Rutland, not of Leeds" in result.stderr
    with pytest.raises(InputError, match="is of Rutland, not of Leeds"):
        profile_from(RETURNS / "base.xml", area="Leeds")
    with pytest.raises(InputError, match="is the return of Rutland, and Leeds is simulated"):
        caseload_from(RETURNS / "base.xml", find_area("Leeds"))


def test_a_former_authoritys_return_is_read_and_it_is_said_how_to_go_on(tmp_path: Path) -> None:
    path, out = made(tmp_path, renamed("<LEA>857", "<LEA>909")), tmp_path / "out"
    result = read(path, "--out", out)
    assert result.exit_code == 0
    assert result.stdout.startswith("Cumbria (reorganised in 2023), children in need census")
    assert "Cumberland (942) and Westmorland and Furness (943)" in result.stdout
    assert sorted(file.name for file in out.iterdir()) == ["account.txt", "cinsim.json", "counts.csv", "problems.csv"]
    for way_in in (
        lambda: profile_from(path), lambda: profile_from(path, area="Cumberland"), lambda: caseload_from(path, RUTLAND),
    ):  # fmt: skip
        with pytest.raises(InputError, match="is the return of Cumbria, which was reorganised in 2023"):
            way_in()


def test_a_number_that_is_no_authoritys_is_taken_as_the_one_named_and_said(tmp_path: Path) -> None:
    path = made(tmp_path, renamed("<LEA>857", "<LEA>999"))
    assert "name the authority with --area" in read(path, "--out", tmp_path / "out").stderr
    assert (
        "it bears the number 999, which is no authority's, and is taken as of Rutland" in read(path, "--area", "Rutland").stdout
    )
    assert any("bears the number 999" in line for line in caseload_from(path, RUTLAND).told)
    with pytest.raises(InputError, match="names as its authority 'Rutland'"):
        received(made(tmp_path, renamed("<LEA>857", "<LEA>Rutland")))


@pytest.mark.parametrize(
    "change",
    [
        renamed("<PrimaryNeedCode>N1</PrimaryNeedCode><Assessments><AssessmentActualStartDate>2025-06-02",
                "<PrimaryNeedCode>N1</PrimaryNeedCode><CINclosureDate>2026-05-07</CINclosureDate><ReasonForClosure>RC8</ReasonForClosure>"
                "<Assessments><AssessmentActualStartDate>2025-06-02"),
        renamed("<CINPlanStartDate>2025-07-10</CINPlanStartDate>",
                "<CINPlanStartDate>2025-07-10</CINPlanStartDate><CINPlanEndDate>2026-05-07</CINPlanEndDate>"),
    ],
    ids=["a case", "a plan"],
)  # fmt: skip
def test_what_ended_after_the_census_date_was_open_on_it(tmp_path: Path, change: Change) -> None:
    held = right(made(tmp_path, change))
    assert any("is after the census date, on which it was open" in line for line in held.told)
    assert len(caseload_from(made(tmp_path, change), RUTLAND)) == 3


# ---- what is given on the command line, and what is written


def test_the_list_of_problems_is_the_owners_alone_and_no_formula(tmp_path: Path) -> None:
    path, out = (
        made(tmp_path, lambda t: t.replace(">A4<", ">=1+1<").replace("PlanEndDate>2025-12-12", "PlanEndDate>2025-02-31")),
        tmp_path / "o",
    )
    assert read(path, "--out", out).exit_code == 0
    assert "'=1+1" in (out / "problems.csv").read_text(encoding="utf-8")
    if os.name == "posix":
        assert stat.S_IMODE((out / "problems.csv").stat().st_mode) == 0o600
    (out / "thesis.txt").write_text("mine", encoding="utf-8")
    refused = read(path, "--out", out, "--overwrite")
    assert refused.exit_code == 2
    assert "holds what cinsim did not write (thesis.txt), and nothing was touched; name another folder" in refused.stderr


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/no/such"), tmp_path / ("x" * 5000)):
        for more in ((), ("--overwrite",)):
            result = read(tmp_path / "absent.xml", "--out", out, *more)
            assert result.exit_code in (1, 2)
            assert not isinstance(result.exception, OSError | ValueError)
            assert "absent.xml" not in result.stderr


@pytest.mark.parametrize("path", ["x" * 5000, "a/" * 3000, "a\0b"])
def test_a_path_that_cannot_be_is_an_error_and_no_traceback(path: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        received(Path(path))


def test_numbers_that_cannot_be_are_refused(tmp_path: Path) -> None:
    assert read(RETURNS / "base.xml", "--children", "9" * 400).exit_code == 2
    with pytest.raises(InputError, match="says of its year"):
        received(made(tmp_path, renamed("<Year>2026", "<Year>²⁰²⁶")))
    folder = tables(tmp_path)
    edit(folder / "CINdetails.csv", lambda lines: [[*lines[0], "cinclosuredate"], *([*line, ""] for line in lines[1:])])
    with pytest.raises(InputError, match="has the column 'CINclosureDate' twice"):
        received(folder)


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("population_0_17", lambda held: held.update(population_0_17=0)),
        ("population_0_17", lambda held: held.update(population_0_17=-5)),
        ("population_0_17", lambda held: held.update(population_0_17=True)),
        ("figures.referral_rate", lambda held: held["figures"].update(referral_rate=float("nan"))),
        ("figures.referral_rate", lambda held: held["figures"].update(referral_rate=float("inf"))),
        ("figures.referral_rate", lambda held: held["figures"].update(referral_rate=-1)),
        ("figures.no_further_action_percent", lambda held: held["figures"].update(no_further_action_percent=101)),
        ("figures.area_name", lambda held: held["figures"].update(area_name=1)),
        ("measures.referrals", lambda held: held["measures"].update(referrals="many")),
        ("distributions.sex.F", lambda held: held["distributions"]["sex"].update(F=-1)),
        ("year", lambda held: held.update(year=1)),
    ],
)
def test_a_profile_with_a_figure_that_cannot_be_is_refused_by_its_key(
    tmp_path: Path, key: str, change: Callable[[dict[str, object]], None]
) -> None:
    assert read(RETURNS / "base.xml", "--out", tmp_path / "out").exit_code == 0
    path = tmp_path / "out" / "profile.json"
    assert read_profile(path).area.population_0_17 == RUTLAND.population_0_17
    held = json.loads(path.read_text(encoding="utf-8"))
    change(held)
    path.write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_profile(path)
    assert caught.value.key == key


def test_last_years_return_beside_a_profile_is_not_passed_over(tmp_path: Path) -> None:
    assert read(RETURNS / "base.xml", "--out", tmp_path / "out").exit_code == 0
    with pytest.raises(InputError, match="goes with a return"):
        profile_from(tmp_path / "out" / "profile.json", previous=PREVIOUS)
