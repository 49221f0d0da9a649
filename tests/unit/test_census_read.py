"""A return is read in one pass from whatever it is given in; what cannot be read or used is said, and nothing else happens."""

from __future__ import annotations

import csv
import re
import socket
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from census_returns import small_return

import cinsim.census.read as reading
from cinsim.census.account import account
from cinsim.census.counts import published_counts
from cinsim.census.profile import authority_of, profile_from, profile_of, read_profile, write_profile
from cinsim.census.read import read_return
from cinsim.census.sift import Sifted, sift
from cinsim.census.write import SYNTHETIC, write_tables, write_xml
from cinsim.errors import InputError, RunError
from cinsim.reference.areas import find_area

pytestmark = pytest.mark.unit

HEADER = (
    "<Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year><ReferenceDate>2026-03-31</ReferenceDate>"
    "</CollectionDetails><Source><LEA>383</LEA></Source></Header>"
)
EPISODE = (
    "<CINreferralDate>2025-05-01</CINreferralDate><ReferralSource>6</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode>"
    "<ReferralNFA>0</ReferralNFA>"
)


def child(identifier: str = "A1", episodes: str = f"<CINdetails>{EPISODE}</CINdetails>", identifiers: str = "") -> str:
    about = identifiers or "<PersonBirthDate>2015-01-15</PersonBirthDate><Sex>F</Sex>"
    return (
        f"<Child><ChildIdentifiers><LAchildID>{identifier}</LAchildID>{about}</ChildIdentifiers>"
        f"<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>{episodes}</Child>"
    )


def message(*children: str, header: str = HEADER) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Message>{header}<Children>{"".join(children)}</Children></Message>'


def given(folder: Path, text: str | bytes) -> Path:
    path = folder / "return.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def sifted(folder: Path, *children: str, header: str = HEADER) -> Sifted:
    return sift(read_return(given(folder, message(*children, header=header))))


def said(found: Sifted) -> list[str]:
    return [f"{finding.table}.{finding.column} {finding.what}" for finding in found.findings]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse any connection."""

    def refused(*arguments: object, **keywords: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)


def test_what_is_exported_is_read_back_to_the_last_value(tmp_path: Path) -> None:
    census = small_return()
    write_xml(census, tmp_path / "r.xml")
    write_tables(census, tmp_path / "tables")
    for source in (tmp_path / "r.xml", tmp_path / "tables"):
        found = sift(read_return(source))
        assert found.findings == ()
        assert (found.usable.year, found.usable.lea) == (2026, "383")
        for name, table in census.tables.items():
            pd.testing.assert_frame_equal(found.usable[name], table)


def test_an_exported_file_says_that_it_is_synthetic_and_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_xml(small_return(), tmp_path / name)
    text = (tmp_path / "a").read_text(encoding="utf-8")
    assert SYNTHETIC in text.splitlines()[1]
    assert text == (tmp_path / "b").read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_file_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="could not be written"):
        write_xml(small_return(), tmp_path / "no" / "r.xml")
    assert list(tmp_path.iterdir()) == []


def test_the_form_of_2022_is_read_with_gender_as_sex_and_true_and_false(tmp_path: Path) -> None:
    episode = EPISODE.replace("<ReferralNFA>0", "<ReferralNFA>false")
    before = "<PersonBirthDate>2015-01-15</PersonBirthDate><GenderCurrent>2</GenderCurrent>"
    text = (
        message(child(episodes=f"<CINdetails>{episode}</CINdetails>", identifiers=before))
        .replace("2026", "2022")
        .replace("2025", "2021")
    )
    found = sift(read_return(given(tmp_path, text))).usable
    assert (found.year, found["ChildIdentifiers"]["Sex"].tolist()) == (2022, ["F"])
    assert found["CINdetails"]["ReferralNFA"].tolist() == ["0"]


def test_elements_of_a_later_census_are_passed_over_and_named(tmp_path: Path) -> None:
    later = "<PreProceedingsandFGDM><PPStartDate>2025-06-02</PPStartDate></PreProceedingsandFGDM>"
    raw = read_return(given(tmp_path, message(child(episodes=f"<CINdetails>{EPISODE}{later}</CINdetails>"))))
    assert set(raw.ignored) == {"PPStartDate", "PreProceedingsandFGDM"}
    assert sift(raw).usable.rows["CINdetails"] == 1


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("<Message>\n<Children>\n</Message>", 3, "not well-formed"),
        ("", None, "is empty"),
        ("<html><body/></html>", None, "begins with <html>"),
        (message(child()).replace("<Collection>CIN<", "<Collection>CLA<"), None, "looked-after children"),
        (message(child()).replace("<Collection>CIN<", "<Collection>XYZ<"), None, "'XYZ'"),
        (message(child(), header=""), None, "of its year nothing"),
        (message(child(), header=HEADER.replace("<Year>2026", "<Year>2025")), None, "of its reference date '2026-03-31'"),
        (message(child()).replace("<Year>2026<", "<Year>26<"), None, "of its year '26'"),
        (message(), None, "no child of whom anything"),
        ("<Message>" * 20, None, "stands 13 deep"),
    ],
)
def test_what_is_no_return_is_an_error_that_says_why(tmp_path: Path, text: str, line: int | None, says: str) -> None:
    with pytest.raises(InputError, match=re.escape(says)) as caught:
        sift(read_return(given(tmp_path, text)))
    assert caught.value.path is not None
    assert line is None or caught.value.line == line


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE Message [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE Message SYSTEM "http://localhost:9/cin.dtd">',
    ],
)
def test_entities_and_document_types_are_refused_and_nothing_is_fetched(tmp_path: Path, declaration: str) -> None:
    text = message(child("&b;")).replace("?>\n", f"?>\n{declaration}\n")
    with pytest.raises(InputError, match="document type or an entity") as caught:
        read_return(given(tmp_path, text))
    assert caught.value.line == 2


def test_a_file_larger_than_any_return_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(2**30)  # a gigabyte that takes no room on the disk
    with pytest.raises(InputError, match="1,024 MB, more than any"):
        read_return(path)


def test_one_endless_piece_of_text_or_comment_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST_SILENCE_BYTES", 1 << 19)
    comment = message(child()).replace("<Children>", f"<Children><!--{'x' * 2_000_000}-->")
    with pytest.raises(InputError, match="no element in"):
        read_return(given(tmp_path, comment))
    long = sifted(tmp_path, child(), child("A2", identifiers=f"<PersonBirthDate>{'9' * 3_000_000}</PersonBirthDate>"))
    assert "ChildIdentifiers.PersonBirthDate is no date" in said(long)
    assert long.problems["value"].str.len().max() < 100


def test_more_children_or_records_than_any_authority_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = given(tmp_path, message(*(child(f"A{n}") for n in range(30))))
    monkeypatch.setattr(reading, "LARGEST_CHILDREN", 20)
    with pytest.raises(InputError, match="more than 20 children"):
        read_return(path)
    monkeypatch.setattr(reading, "LARGEST_CHILDREN", 1_000)
    monkeypatch.setattr(reading, "LARGEST_ROWS", 50)
    with pytest.raises(InputError, match="more than 50 records"):
        read_return(path)


def test_other_encodings_are_read_where_they_are_declared_and_refused_where_they_are_not(tmp_path: Path) -> None:
    text = message(child("AÉ1"))
    assert read_return(given(tmp_path, text.replace("UTF-8", "ISO-8859-1").encode("latin-1"))).tables["CINdetails"][
        "LAchildID"
    ] == ["AÉ1"]
    assert read_return(given(tmp_path, text.replace("UTF-8", "UTF-16").encode("utf-16"))).tables["CINdetails"]["LAchildID"] == [
        "AÉ1"
    ]
    with pytest.raises(InputError, match="encoding"):
        read_return(given(tmp_path, text.encode("latin-1")))
    with pytest.raises(InputError, match=r"encoding|well-formed"):
        read_return(given(tmp_path, text.replace("UTF-8", "no-such-code").encode()))


def test_a_folder_that_is_no_return_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no Header.csv, ChildIdentifiers.csv, CINdetails.csv"):
        read_return(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_return(tmp_path / "absent.xml")


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (lambda text: text.replace("LAchildID", "child", 1), 1, "no column LAchildID"),
        (lambda text: "\n".join([*text.split("\n")[:3], "1,2,3", ""]), 4, "has 3 values"),
        (lambda text: text + '"open', None, "not a CSV table"),
        (lambda text: text + "x" * 200_000, None, "100,000 characters"),
    ],
)
def test_a_malformed_table_is_an_error_with_its_line(tmp_path: Path, change: object, line: int | None, says: str) -> None:
    write_tables(small_return(), tmp_path)
    path = tmp_path / "CINdetails.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(InputError, match=re.escape(says)) as caught:
        read_return(tmp_path)
    assert line is None or caught.value.line == line


def test_tables_as_another_tool_writes_them_are_read(tmp_path: Path) -> None:
    census = small_return()
    write_tables(census, tmp_path)
    (tmp_path / "AssessmentFactorsList.csv").unlink()
    frame = pd.read_csv(tmp_path / "Assessments.csv", dtype=str, keep_default_na=False)
    frame["AssessmentFactors"] = [str(text.split(",")) if text else "nan" for text in frame["AssessmentFactors"]]
    frame["AssessmentActualStartDate"] = pd.to_datetime(frame["AssessmentActualStartDate"]).dt.strftime("%d/%m/%Y")
    frame.to_csv(tmp_path / "Assessments.csv")  # with a first column of row numbers
    raw = read_return(tmp_path)
    assert raw.absent == ("AssessmentFactorsList",)
    usable = sift(raw).usable
    pd.testing.assert_frame_equal(usable["AssessmentFactorsList"], census["AssessmentFactorsList"])
    assert usable["Assessments"]["AssessmentActualStartDate"].equals(census["Assessments"]["AssessmentActualStartDate"])


def test_a_child_returned_twice_is_used_once(tmp_path: Path) -> None:
    found = sifted(tmp_path, child(), child())
    assert "ChildIdentifiers.LAchildID is a child returned twice; the first is used" in said(found)
    assert found.usable.rows["ChildIdentifiers"] == 1


def test_dates_that_are_none_or_cannot_be_are_left_empty_and_what_hangs_on_them_is_left_out(tmp_path: Path) -> None:
    broken = (
        child("A2", episodes=f"<CINdetails>{EPISODE.replace('2025-05-01', '2025-13-01')}</CINdetails>"),
        child("A3", episodes=f"<CINdetails>{EPISODE.replace('2025-05-01', '1066-10-14')}</CINdetails>"),
        child("A4", episodes=f"<CINdetails>{EPISODE.replace('2025-05-01', '2026-04-15')}</CINdetails>"),
    )
    found = sifted(tmp_path, child(), *broken)
    assert found.usable["ChildIdentifiers"]["LAchildID"].tolist() == ["A1"]
    assert said(found)[:4] == [
        "CINdetails.CINreferralDate is no date",
        "CINdetails.CINreferralDate is a date that cannot be",
        "CINdetails.CINreferralDate is missing or cannot be read",
        "CINdetails.CINreferralDate is after the census date",
    ]
    assert set(found.problems["LAchildID"]) == {"A2", "A3", "A4"}


def test_unknown_codes_are_left_empty(tmp_path: Path) -> None:
    found = sifted(tmp_path, child(episodes=f"<CINdetails>{EPISODE.replace('>6<', '>99<')}</CINdetails>"))
    assert said(found) == ["CINdetails.ReferralSource is no code of the census"]
    assert found.usable["CINdetails"]["ReferralSource"].tolist() == [""]


def test_of_several_open_episodes_the_latest_is_used(tmp_path: Path) -> None:
    later = EPISODE.replace("2025-05-01", "2025-09-01")
    found = sifted(tmp_path, child(episodes=f"<CINdetails>{EPISODE}</CINdetails><CINdetails>{later}</CINdetails>"))
    assert said(found) == ["CINdetails.CINclosureDate is missing, though a later episode is open; the latest is used"]
    assert [str(d.date()) for d in found.usable["CINdetails"]["CINreferralDate"]] == ["2025-09-01"]


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ("<CINPlanDates><CINPlanStartDate>2025-04-01</CINPlanStartDate></CINPlanDates>", "lies outside its episode"),
        ("<CINPlanDates><CINPlanStartDate>2025-06-01</CINPlanStartDate><CINPlanEndDate>2025-05-05</CINPlanEndDate></CINPlanDates>",
         "is before it starts"),
        ("<CINPlanDates><CINPlanEndDate>2025-05-05</CINPlanEndDate></CINPlanDates>", "is missing or cannot be read"),
        ("<Assessments><AssessmentActualStartDate>2025-05-01</AssessmentActualStartDate>"
         "<AssessmentAuthorisationDate>2025-03-05</AssessmentAuthorisationDate></Assessments>", "is before it starts"),
    ],
)  # fmt: skip
def test_what_contradicts_its_episode_or_itself_is_left_out(tmp_path: Path, inside: str, says: str) -> None:
    found = sifted(tmp_path, child(episodes=f"<CINdetails>{EPISODE}{inside}</CINdetails>"))
    assert [finding.what for finding in found.findings] == [says]
    assert found.findings[0].left_out == 1
    assert found.usable.rows["CINdetails"] == 1


def test_the_account_says_what_is_missing_and_unusable_and_names_no_child(tmp_path: Path) -> None:
    broken = child("SECRET7", episodes=f"<CINdetails>{EPISODE.replace('2025-05-01', 'never')}</CINdetails>")
    raw = read_return(given(tmp_path, message(child("SECRET1").replace("WBRI", ""), broken)))
    found = sift(raw)
    text = account(raw, found, published_counts(found.usable), "Leeds")
    assert "ethnicity: 1 of 1" in text
    assert "CINdetails, CINreferralDate: is no date, 1 times; left empty" in text
    assert "there are no CIN plans" in text
    assert "SECRET" not in text


def test_a_profile_holds_the_returns_figures_in_place_of_the_published_and_comes_back_from_its_file(tmp_path: Path) -> None:
    census = small_return()
    leeds = authority_of(census)
    assert leeds.area_name == "Leeds"
    profile = profile_of(census, leeds, children=3_000)
    referrals = len(census["CINdetails"].query("CINreferralDate >= '2025-04-01'"))
    assert profile.area.referral_rate == pytest.approx(10_000 * referrals / 3_000)
    assert profile.area.population_0_17 == 3_000
    assert profile.area.caseload_mean == leeds.caseload_mean  # not in a return
    assert "re_referral_percent" not in profile.replaced  # needs the return before
    assert "re_referral_percent" in profile_of(census, leeds, previous=small_return(2025)).replaced
    assert profile.distributions["primary_need"]["N1"] > 50
    write_profile(profile, tmp_path / "profile.json")
    again = read_profile(tmp_path / "profile.json")
    assert again.area.referral_rate == pytest.approx(profile.area.referral_rate, abs=1e-4)
    assert again.replaced == profile.replaced
    assert "SIM" not in (tmp_path / "profile.json").read_text()
    (tmp_path / "profile.json").write_text("{}")
    with pytest.raises(InputError, match="not an authority profile"):
        read_profile(tmp_path / "profile.json")


def test_a_profile_is_what_a_calibration_is_held_against(tmp_path: Path) -> None:
    this, last = given_return(tmp_path, 2026), given_return(tmp_path, 2025)
    profile = profile_from(this, area="leeds", children=3_000, previous=last)
    assert profile.year == 2026
    targets = profile.targets
    assert targets["referral_rate"] == profile.area.referral_rate
    assert targets["cpp_31_march_rate"] == profile.area.cpp_31_march_rate
    assert targets["re_referral_percent"] == profile.measures["re_referral_percent"]
    assert targets["icpc_days_p50"] == profile.measures["icpc_days_p50"]
    fitted = {
        row["measure"] for row in csv.DictReader((files("cinsim.calibration") / "targets.csv").open()) if row["group"] == "all"
    }
    assert len(fitted & set(targets)) > 40
    with pytest.raises(InputError, match="is of Leeds, not of Rutland"):
        profile_from(this, area="Rutland")
    write_profile(profile, tmp_path / "profile.json")
    assert profile_from(tmp_path / "profile.json").targets["referral_rate"] == pytest.approx(targets["referral_rate"], abs=1e-3)
    with pytest.raises(InputError, match="is of Leeds, not of Rutland"):
        profile_from(tmp_path / "profile.json", area="Rutland")


def given_return(folder: Path, year: int) -> Path:
    path = folder / f"{year}.xml"
    write_xml(small_return(year), path)
    return path


def test_an_authority_number_that_is_not_known_asks_for_a_name() -> None:
    census = small_return()
    nameless = replace(census, lea="001")
    with pytest.raises(InputError, match="--area"):
        authority_of(nameless)
    assert authority_of(nameless, "Leeds") == find_area("Leeds")


def test_reading_does_not_depend_on_where_the_chunks_of_the_file_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.xml"
    write_xml(small_return(), path)
    whole = read_return(path).tables
    monkeypatch.setattr(reading, "_CHUNK_BYTES", 997)
    assert read_return(path).tables == whole


def test_every_date_is_a_date_and_every_number_a_number_after_reading(tmp_path: Path) -> None:
    found = sifted(tmp_path, child()).usable
    assert found["CINdetails"]["CINreferralDate"].dtype == np.dtype("datetime64[s]")
    assert found["CINdetails"]["CINdetailsID"].dtype == np.dtype("int64")
