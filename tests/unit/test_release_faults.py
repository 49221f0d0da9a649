"""Releases with one fault each, of every kind that published files have had: each stops the build and is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from releases import AUTHORITIES, YEARS, Row, as_of_2025, change, make_release

from cinsim.errors import InputError
from cinsim.reference import areas
from cinsim.reference.published import codes
from cinsim.reference.published.authorities import build_areas
from cinsim.reference.published.checks import check_release
from cinsim.reference.published.files import Release, find_file, read_table
from cinsim.reference.published.measures import LOOKED_AFTER, POPULATION_TABLE, WORKFORCE, population

pytestmark = pytest.mark.unit

LATEST = str(YEARS[-1])
NEIGHBOURS, AGES, DEPRIVATION = "statistical_neighbours", "ons_mid2020", "imd"
IN_OTHER = (WORKFORCE, LOOKED_AFTER, NEIGHBOURS, AGES, DEPRIVATION)
EVERY_YEAR = ("b1_", "b7_", "c1_", "c2_", "c4_", "d1_", POPULATION_TABLE, WORKFORCE, LOOKED_AFTER)
Edit = Callable[[list[Row]], list[Row]]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """A whole release of the seven authorities that the package is to know."""
    few = tuple(area for area in areas.areas() if area.area_code in AUTHORITIES)
    monkeypatch.setattr(codes, "areas", lambda: few)
    return Release(*make_release(tmp_path))


def folder(release: Release, prefix: str) -> Path:
    return release.other if prefix in IN_OTHER else release.folder


def refusal(release: Release, *, built: bool = False) -> str:
    """Return what is said of a release, read anew."""
    again = Release(release.folder, release.other)
    with pytest.raises(InputError) as caught:  # noqa: PT012, the tables are built only where the check lets them be
        check_release(again)
        if built:
            build_areas(again)
    return str(caught.value)


def is_of(code: str, year: str | None = LATEST) -> Callable[[Row], bool]:
    def chosen(row: Row) -> bool:
        own = {row.get(name) for name in ("new_la_code", "utla20_code", "UTLA23CD")} | {row.get("old_la_code")}
        when = row.get("time_period")
        return code in own and (year is None or when is None or when == year)

    return chosen


def test_a_whole_release_of_either_make_is_taken(release: Release) -> None:
    check_release(release)
    as_of_2025(release.folder)
    check_release(Release(release.folder, release.other))


@dataclass(frozen=True)
class Fault:
    """One edit of one file, and what must be said of it."""

    name: str
    prefix: str
    edit: Edit
    said: tuple[str, ...]


def set_where(chosen: Callable[[Row], bool], **cells: str) -> Edit:
    return lambda rows: [row | cells if chosen(row) else row for row in rows]


def without(chosen: Callable[[Row], bool]) -> Edit:
    return lambda rows: [row for row in rows if not chosen(row)]


def again(chosen: Callable[[Row], bool]) -> Edit:
    return lambda rows: [*rows, *(row for row in rows if chosen(row))]


def broken_down(rows: list[Row]) -> list[Row]:
    return [row | {"age_range": group} for row in rows for group in ("Total", "Under 5")]


def everywhere(row: Row) -> bool:
    return True


def england(row: Row) -> bool:
    return row["geographic_level"] == "National" and row["time_period"] == LATEST


def latest(prefix: str) -> str:
    return str(YEARS[-1] - 1) if prefix == POPULATION_TABLE else LATEST


LEEDS = "E08000035"
FAULTS = [
    *(Fault(f"an unknown code in {p}", p, set_where(is_of(LEEDS, latest(p)), new_la_code="E08009999"),
            ("E08009999 383 Leeds is no authority that is known", "the name or three-digit code of E08000035", "RECODED"))
      for p in EVERY_YEAR),
    Fault("an unknown code in the ages", AGES, set_where(is_of(LEEDS), utla20_code="E08009999"), ("E08009999 Leeds is no",)),
    Fault("an unknown code in the scores", DEPRIVATION, set_where(is_of(LEEDS), UTLA23CD="E08009999"), ("E08009999 Leeds is",)),
    *(Fault(f"an authority missing in {p}", p, without(is_of(LEEDS, latest(p))), ("Leeds", "E08000035", f"in {latest(p)}"))
      for p in EVERY_YEAR if p != "c1_"),
    Fault("an authority missing in c1", "c1_", without(is_of(LEEDS)), ("no rows of E08000035 383 Leeds after 2030",)),
    Fault("an authority never in c1", "c1_", without(is_of(LEEDS, None)), ("no row of E08000035 383 Leeds in any year",)),
    *(Fault(f"a row twice in {p}", p, again(is_of(LEEDS, latest(p))), (r"line \d+: Leeds 20\d\d", r"twice \(first in line \d+\)",
            "keep one")) for p in EVERY_YEAR),
    *(Fault(f"England twice in {p}", p, again(england), ("England 2031", "twice")) for p in ("c1_", "c6_", "d4_", WORKFORCE)),
    *(Fault(f"a breakdown of {p}", p, broken_down, ("Column age_range has Total and Under 5", "keep the rows of 'Total' alone"))
      for p in ("c1_", "c2_", "a7_", POPULATION_TABLE, LOOKED_AFTER)),
    Fault("rows that differ in a count", "c1_", lambda rows: [*rows, next(filter(is_of(LEEDS), rows)) | {"Referrals": "7"}],
          ("Leeds 2031 stands there twice", "They differ in Referrals")),
    Fault("neighbours twice", NEIGHBOURS, again(is_of("383")), ("'383' stands there twice",)),
    Fault("ages twice", AGES, again(is_of(LEEDS)), ("'E08000035' stands there twice",)),
    Fault("a former code beside the one of today", "c4_", lambda rows: [
        *rows, next(filter(is_of("E08000016"), rows)) | {"new_la_code": "E08000038"}], ("Barnsley 2031 stands there twice",)),
    Fault("another's three-digit code", WORKFORCE, set_where(is_of(LEEDS), old_la_code="373"),
          ("E08000035 has the three-digit code 373", "in table c1 it is E08000035 383 Leeds")),
    Fault("no three-digit code", "c1_", set_where(is_of(LEEDS), old_la_code="38"), ("'38' is no three-digit code such as 383",)),
    Fault("a neighbour that is none", NEIGHBOURS, set_where(is_of("370"), SN_3="999"), ("'999' is no authority's", "SN_3")),
    Fault("neighbours without a code", NEIGHBOURS, set_where(is_of("370"), SN_3=""), ("'' is no three-digit code", "SN_3")),
    Fault("another level", "b1_", set_where(is_of(LEEDS), geographic_level="Ward"), ("'Ward' is no level such as",)),
    Fault("another country", "c5_", set_where(england, country_code="K04000001"), ("'K04000001' is not England's code",)),
    Fault("another region", "d1_", set_where(lambda row: row["geographic_level"] == "Regional", region_code="N92000002"),
          ("'N92000002' is no region's code",)),
    Fault("no row of England", "c2_", without(england), ("no row of England for 2031",)),
    Fault("a year left out", "d1_", without(lambda row: row["time_period"] == "2029"), ("no rows for 2029", "the file was cut")),
    *(Fault(f"{p} without its first years", p, without(lambda row: row["time_period"] < "2030"),
            ("no rows for 20", "though its name says", "the file was cut")) for p in ("b1_", "c1_", POPULATION_TABLE, WORKFORCE)),
    Fault("a file of the year before", "c4_", without(lambda row: row["time_period"] == LATEST), ("no rows for 2031",)),
    Fault("c1 of the year before", "c1_", without(lambda row: row["time_period"] == LATEST),
          ("rows for 2031, but c1_made_up_2028_to_2031.csv ends in 2030",)),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_does_not_belong_is_named_with_its_file(release: Release, fault: Fault) -> None:
    path = change(folder(release, fault.prefix), fault.prefix, fault.edit)
    said = refusal(release)
    assert path.name in said
    for part in fault.said:
        assert re.search(part if "\\" in part else re.escape(part), said), said


@pytest.mark.parametrize("cell", ["-5", "inf", "1e999", "0", "1,5", "nan", "12 (p)", "0x10"])
def test_a_population_that_can_be_none_is_refused_with_its_line(release: Release, cell: str) -> None:
    path = change(release.folder, POPULATION_TABLE, set_where(is_of(LEEDS, "2030"), population_estimate=cell))
    check_release(release)
    with pytest.raises(InputError, match=rf"{path.name}, line \d+, key 'population_estimate'"):
        population(release)


@pytest.mark.parametrize(("prefix", "column"), [("c1_", "Referrals"), (WORKFORCE, "cases"), (AGES, "7"), (DEPRIVATION, "imd")])
@pytest.mark.parametrize("cell", ["-1", "Infinity", "??"])
def test_a_figure_that_can_be_none_is_refused_with_its_line(release: Release, prefix: str, column: str, cell: str) -> None:
    column = "imd2025_score_cpw" if column == "imd" else column
    path = change(folder(release, prefix), prefix, set_where(is_of(LEEDS), **{column: cell}))
    table = read_table(path, prefix)
    with pytest.raises(InputError, match=rf"{path.name}, line \d+, key '{column}': '{re.escape(cell)}' is n"):
        table.numbers(column)


@pytest.mark.parametrize("prefix", [*EVERY_YEAR, NEIGHBOURS, AGES, DEPRIVATION])
@pytest.mark.parametrize("at_a_line", [True, False], ids=["whole lines", "within a line"])
def test_a_file_cut_in_half_is_refused_by_name(release: Release, prefix: str, at_a_line: bool) -> None:
    path = find_file(folder(release, prefix), prefix)
    data = path.read_bytes()
    half = data[: data.rindex(b"\n", 0, len(data) // 2) + (1 if at_a_line else 12)]
    path.write_bytes(half)
    said = refusal(release, built=prefix in (NEIGHBOURS, AGES, DEPRIVATION))
    assert path.name in said
    assert ("cut off here" in said) is not at_a_line


@pytest.mark.parametrize("prefix", ["c1_", POPULATION_TABLE, AGES])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda data: data.split(b"\n")[0] + b"\n", "holds a header and no rows"),
        (lambda data: b"", "the file is empty"),
        (lambda data: b"PK\x03\x04" + data, "an Excel workbook or a ZIP archive"),
        (lambda data: data.decode().encode("utf-16"), "save it as CSV in UTF-8"),
        (lambda data: data + b'"open', "not a CSV file, or cut off"),
        (lambda data: data.replace(b"la", b'"' + b"x" * 140_000 + b'"', 1), "not a CSV file, or cut off"),
    ],
    ids=["header only", "empty", "workbook", "utf-16", "open quote", "a cell without end"],
)
def test_a_file_of_another_kind_is_named_as_what_it_is(
    release: Release, prefix: str, content: Callable[[bytes], bytes], said: str
) -> None:
    path = find_file(folder(release, prefix), prefix)
    path.write_bytes(content(path.read_bytes()))
    told = refusal(release)
    assert path.name in told
    assert said in told


def test_authorities_without_neighbours_are_named(release: Release) -> None:
    path = change(release.other, NEIGHBOURS, without(is_of("383")))
    said = refusal(release, built=True)
    assert path.name in said
    assert "no neighbours for 1 authorities: 383" in said


def test_a_column_under_two_names_is_refused(release: Release) -> None:
    change(release.folder, "c1_", lambda rows: [row | {"referral_count": "1"} for row in rows])
    assert "the same column under two names, Referrals and referral_count: keep one" in refusal(release)


def test_empty_columns_and_lines_that_spreadsheets_add_change_nothing(release: Release) -> None:
    path = find_file(release.folder, "c1_")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\r\n".join([*(f"{line},," for line in lines), "", "," * lines[0].count(",")]), encoding="utf-8-sig")
    check_release(Release(release.folder, release.other))
