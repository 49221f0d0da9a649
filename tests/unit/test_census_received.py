"""Every way in for a return gives the right figures, or says which column, how many, an example and what would be right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from returns_made import BASE, RETURNS, RUTLAND, Change, check, edit, made, read, renamed, rewritten, right, tables, without

from cinsim.census.caseload import caseload_from
from cinsim.census.counts import published_counts
from cinsim.census.profile import profile_from
from cinsim.census.received import received
from cinsim.errors import InputError

pytestmark = pytest.mark.unit


# ---- each record once

THIRD = re.findall("<Child>.*?</Child>", BASE)[2]
FIFTH = re.findall("<Child>.*?</Child>", BASE)[4]
SPLIT = "".join(
    FIFTH[: FIFTH.index("<CINdetails>")] + episode + "</Child>" for episode in re.findall("<CINdetails>.*?</CINdetails>", FIFTH)
)


@pytest.mark.parametrize(
    "change",
    [
        renamed("</Children>", f"{THIRD}</Children>"),
        renamed(FIFTH, SPLIT),
        renamed("<Section47>", "<Section47><S47ActualStartDate>2025-07-03</S47ActualStartDate><DateOfInitialCPC>2025-07-21"
                "</DateOfInitialCPC><ICPCnotRequired>false</ICPCnotRequired></Section47><Section47>"),
        lambda text: re.sub(r"(<ChildIdentifiers>.*?</ChildCharacteristics>)((?:<CINdetails>.*?</CINdetails>)+)", r"\2\1", text),
    ],
    ids=["a child twice", "a child in two blocks", "an enquiry twice", "episodes before the child"],
)  # fmt: skip
def test_records_count_once_wherever_they_stand(tmp_path: Path, change: Change) -> None:
    right(made(tmp_path, change))


def test_a_closed_episode_that_stands_twice_counts_once_and_is_said() -> None:
    once, twice = (received(RETURNS / name) for name in ("small_return.xml", "closed_episode_twice.xml"))
    pd.testing.assert_frame_equal(published_counts(once.census), published_counts(twice.census))
    assert any("is an episode returned twice" in line for line in twice.told)


def test_two_episodes_of_one_number_in_the_tables_keep_what_is_theirs(tmp_path: Path) -> None:
    folder = tables(tmp_path)
    for name in ("CINdetails", "CINplanDates"):
        edit(folder / f"{name}.csv", lambda lines: [lines[0], *([line[0], "1", *line[2:]] for line in lines[1:])])
    plans = right(folder).census["CINplanDates"]
    assert plans.loc[plans["LAchildID"] == "A5", "CINdetailsID"].tolist() == [2]


def test_a_child_returned_again_with_another_birth_is_said(tmp_path: Path) -> None:
    held = right(made(tmp_path, renamed("</Children>", f"{THIRD.replace('2019-01-20', '2009-01-20')}</Children>")))
    assert any("with other particulars; the first are used" in line for line in held.told)


# ---- empty, unreadable, absent


@pytest.mark.parametrize(
    ("element", "form"),
    [
        ("CINclosureDate", "{d}/{m}/{y} 00:00:00"), ("CINclosureDate", "{d}/{m}/{y} 00:00"), (r"\w+", "{d}/{m}/{y} 00:00:00"),
        (r"\w+", "{y}-{m}-{d}T00:00:00.000Z"), (r"\w+", "{y}-{m}-{d} 00:00:00"), (r"\w+", "{d}.{m}.{y}"), (r"\w+", "{y}{m}{d}"),
    ],
)  # fmt: skip
def test_dates_of_spreadsheets_are_read(tmp_path: Path, element: str, form: str) -> None:
    assert right(made(tmp_path, rewritten(form, element))).sifted.findings == ()


@pytest.mark.parametrize(
    ("change", "others"),
    [
        (renamed("<CINPlanEndDate>2025-12-12", "<CINPlanEndDate>2025-02-31"), {}),
        (renamed("<CINPlanEndDate>2025-12-12", "<CINPlanEndDate>12/12/25"), {}),
        (renamed("<CPPendDate>2026-02-10", "<CPPendDate>46063"), {}),
        (renamed("<CINclosureDate>2025-06-10", "<CINclosureDate>10 June"), {"referrals": 6}),
        (renamed("<ReferralNFA>1", "<ReferralNFA>perhaps"), {"referrals": 6, "no_further_action": 0}),
        (renamed("<ReasonForClosure>RC7", "<ReasonForClosure>moved"), {"referrals": 6}),
        (renamed("<DateOfInitialCPC>2025-07-21", "<DateOfInitialCPC>2025-07-32"), {"s47": 0, "icpc": 0}),
    ],
)
def test_an_end_or_flag_that_cannot_be_read_is_never_still_open(tmp_path: Path, change: Change, others: dict[str, float]) -> None:
    held = right(made(tmp_path, change), **others)
    assert len(held.told) > 1  # besides that no reviews are in it


@pytest.mark.parametrize(
    ("yes", "no"), [("1.0", "0.0"), ("Y", "N"), ("y", "n"), ("true", "false"), ("TRUE", "False"), ("Yes", "No")]
)
def test_yes_and_no_are_read_in_every_form(tmp_path: Path, yes: str, no: str) -> None:
    change = lambda text: text.replace("NFA>1<", f"NFA>{yes}<").replace("NFA>0<", f"NFA>{no}<")  # noqa: E731
    right(made(tmp_path, change))


@pytest.mark.parametrize("nothing", ["0001-01-01", "1900-01-01", "01/01/1900 00:00:00", "9999-12-31T00:00:00", "NULL", "NaT", ""])
def test_known_placeholders_for_no_date_mean_open(tmp_path: Path, nothing: str) -> None:
    change = renamed("<PrimaryNeedCode>N1</PrimaryNeedCode><Assessments><AssessmentActualStartDate>2025-06-02",
                     f"<PrimaryNeedCode>N1</PrimaryNeedCode><CINclosureDate>{nothing}</CINclosureDate>"
                     "<Assessments><AssessmentActualStartDate>2025-06-02")  # fmt: skip
    right(made(tmp_path, change))


@pytest.mark.parametrize(
    ("table", "measures", "words"),
    [
        ("CINplanDates", ("cin_plans_31_march", "cin_plans_started", "cin_plans_any_point"), "CIN plans open on 31 March"),
        (
            "ChildProtectionPlans",
            ("cpp_started", "cpp_31_march", "cpp_second_or_subsequent_percent"),
            "child protection plans started",
        ),
        ("Section47", ("s47", "icpc"), "section 47 enquiries started"),
        ("Assessments", ("assessments_completed", "assessment_days_p50"), "assessments completed"),
        ("Disabilities", ("disability_recorded_percent",), ""),
        ("Reviews", ("cpp_reviews_on_time_percent",), ""),
    ],
)
def test_a_table_that_is_not_there_is_nothing_and_not_none(
    tmp_path: Path, table: str, measures: tuple[str, ...], words: str
) -> None:
    folder = tables(tmp_path)
    (folder / f"{table}.csv").unlink()
    out = tmp_path / "out"
    result = read(folder, "--out", out)
    assert result.exit_code == 0
    assert f"there is no table {table}" in result.stdout
    assert not words or f"- {words}" in result.stdout
    text = json.loads((out / "profile.json").read_text(encoding="utf-8"))
    profile = profile_from(folder, area="Rutland")
    for measure in measures:
        assert measure not in text["measures"]
        assert not {measure, f"{measure}_rate"} & set(text["figures"])
        for name in (measure, f"{measure}_rate"):
            assert getattr(profile.area, name, None) == getattr(RUTLAND, name, None)
    assert any(f"there is no table {table}" in line for line in profile.told)
    if table in ("CINplanDates", "ChildProtectionPlans", "Section47", "Assessments"):
        with pytest.raises(InputError, match=f"there is no table {table}: it cannot be told where"):
            caseload_from(folder, RUTLAND)


@pytest.mark.parametrize("column", ["CINPlanEndDate", "CINPlanStartDate"])
def test_a_table_without_a_date_that_decides_is_as_one_that_is_not_there(tmp_path: Path, column: str) -> None:
    folder = tables(tmp_path)
    edit(folder / "CINplanDates.csv", without(column))
    held = right(folder, cin_plans_31_march=None)
    assert f"the table CINplanDates has no {column}: nothing is known of CIN plans" in held.told


@pytest.mark.parametrize("column", ["CINclosureDate", "ReferralNFA", "CINreferralDate", "ReasonForClosure"])
def test_episodes_without_a_column_that_decides_are_refused_with_the_nearest(tmp_path: Path, column: str) -> None:
    folder = tables(tmp_path)
    edit(folder / "CINdetails.csv", lambda lines: [[cell.replace(column, f"{column}s") for cell in lines[0]], *lines[1:]])
    with pytest.raises(InputError, match=f"is '{column}s' meant to be {column}"):
        received(folder)


def test_names_of_tables_columns_and_elements_are_known_in_any_case(tmp_path: Path) -> None:
    folder = tables(tmp_path)
    (folder / "CINplanDates.csv").rename(folder / "CINPlanDates.CSV")
    edit(
        folder / "CINPlanDates.CSV",
        lambda lines: [["LACHILDID", "cin_details_id", "CINplanStartDate", "CIN Plan End Date"], *lines[1:]],
    )
    right(folder)
    right(
        made(tmp_path, lambda text: text.replace("CINclosureDate", "CINClosureDate").replace("CINPlanEndDate", "CINplanEndDate"))
    )


def test_an_element_that_is_nearly_an_end_is_not_passed_over_as_if_nothing_ended(tmp_path: Path) -> None:
    held = right(made(tmp_path, lambda text: text.replace("CINPlanEndDate", "CINPlanEnd")), cin_plans_31_march=None)
    assert "the table CINplanDates has no CINPlanEndDate: nothing is known of CIN plans" in held.told
    with pytest.raises(InputError, match="is 'CINclosingDate' meant to be CINclosureDate"):
        received(made(tmp_path, lambda text: text.replace("CINclosureDate", "CINclosingDate")))


def test_files_that_are_no_table_are_named(tmp_path: Path) -> None:
    folder = tables(tmp_path)
    (folder / "CINplanDates.csv").rename(folder / "plans.csv")
    assert "plans.csv: no table of a return" in received(folder).told


def test_tables_that_a_spreadsheet_saved_are_read() -> None:
    right(RETURNS / "tables")
    right(RETURNS / "saved_by_excel")


# ---- refused, with the findings


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (rewritten("{d}/{m}/{short}", "CINreferralDate"),
         "CINreferralDate: 7 of 7 have a year of two digits, e.g. '01/05/25'; write the year in full, e.g. 2025-05-01"),
        (rewritten("May", "CINreferralDate"),
         "CINdetails, CINreferralDate: 7 of 7 are no date, e.g. 'May'; write 2025-05-01"),
        (lambda text: re.sub(r"NFA>\d<", "NFA>x<", text),
         "CINdetails, ReferralNFA: 7 of 7 are no yes or no, e.g. 'x'; write 1 or 0"),
        (rewritten("soon", "CINclosureDate"), "CINdetails, CINclosureDate: 3 of 7 are no date, e.g. 'soon'"),
        (rewritten("45778", "AssessmentAuthorisationDate"),
         "6 of 6 are a day number of a spreadsheet, not a date, e.g. '45778'"),
        (lambda text: re.sub(r"RC\d", "8", text),
         "CINdetails, ReasonForClosure: 3 of 7 are no code of the census, e.g. '8'; write one of RC1"),
        (rewritten("?", "PersonBirthDate"), "ChildIdentifiers, PersonBirthDate: 6 of 6 are no date, e.g. '?'"),
        (lambda text: re.sub(r"<ReferralNFA>\d</ReferralNFA>", "", text),
         "CINdetails, ReferralNFA: 7 of 7 are missing, read as no"),
    ],
)  # fmt: skip
def test_a_return_of_which_too_much_cannot_be_read_is_refused_on_every_way_in_and_says_what(
    tmp_path: Path, change: Change, says: str
) -> None:
    path, out = made(tmp_path, change), tmp_path / "out"
    result = read(path, "--out", out)
    assert result.exit_code == 2
    assert says in result.stderr
    assert (out / "problems.csv").read_text(encoding="utf-8").count("\n") > 2
    for way_in in (lambda: profile_from(path), lambda: caseload_from(path, RUTLAND)):
        with pytest.raises(InputError, match=re.escape(says)):
            way_in()
    checked = check(tmp_path, path)
    assert checked.exit_code == 2
    assert says in checked.stderr


def test_check_says_what_was_left_out_of_the_return_it_starts_from(tmp_path: Path) -> None:
    result = check(tmp_path, made(tmp_path, renamed("<CINPlanEndDate>2025-12-12", "<CINPlanEndDate>2025-02-31")))
    assert result.exit_code == 0
    assert "with the 3 children open in the return" in result.stdout
    assert "of the return: CINplanDates, CINPlanEndDate: is no date, 1 times; 1 records are left out with it" in result.stdout


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("return.zip", b"PK\x03\x04 made up", "is a ZIP archive"),
        ("return.xlsx", b"PK\x03\x04 made up", "is an Excel workbook"),
        ("return.pdf", b"%PDF-1.4", "is a PDF"),
        ("CINdetails.csv", b"LAchildID,CINdetailsID,CINreferralDate\nA1,1,2025-05-01\n", "is one CSV table, not a whole return"),
        ("return.xml", b"\xef\xbb\xbfLAchildID,CINdetailsID,CINreferralDate\n", "is one CSV table"),
        ("profile.txt", b'{"format": 1}', "is JSON"),
    ],
)
def test_a_wrong_kind_of_file_is_named_as_what_it_is(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    result = read(tmp_path / name)
    assert result.exit_code == 2
    assert says in result.stderr
    folder = tables(tmp_path)
    (folder / "CINplanDates.csv").write_bytes(b"PK\x03\x04 xl/workbook.xml")
    assert "is an Excel workbook, not a CSV table" in read(folder).stderr
