"""However a return is written (twice, split, shuffled, in other numbers), it says the same."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cinsim.census.caseload import caseload_of
from cinsim.census.counts import published_counts
from cinsim.census.profile import profile_of
from cinsim.census.read import read_return
from cinsim.census.returns import CensusReturn
from cinsim.census.sift import sift
from cinsim.census.write import write_tables, write_xml
from cinsim.errors import InputError
from cinsim.reference.areas import find_area

pytestmark = pytest.mark.property

FIRST = date(2025, 4, 1)
HEAD = (
    "<Header><CollectionDetails><Collection>CIN</Collection><Year>2026</Year><ReferenceDate>2026-03-31</ReferenceDate>"
    "</CollectionDetails><Source><LEA>857</LEA></Source></Header>"
)


@dataclass(frozen=True)
class Episode:
    """One episode as elements: its own, and those that hang on it."""

    own: str
    rows: tuple[str, ...] = ()

    def text(self, rows: Sequence[str] | None = None) -> str:
        return f"<CINdetails>{self.own}{''.join(self.rows if rows is None else rows)}</CINdetails>"


@dataclass(frozen=True)
class Child:
    """One child as elements."""

    number: str
    born: date
    episodes: tuple[Episode, ...] = field(default=())

    def block(self, episodes: Sequence[str]) -> str:
        return (
            f"<Child><ChildIdentifiers><LAchildID>{self.number}</LAchildID><PersonBirthDate>{self.born}</PersonBirthDate>"
            "<Sex>F</Sex></ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity><Disabilities><Disability>NONE"
            f"</Disability></Disabilities></ChildCharacteristics>{''.join(episodes)}</Child>"
        )

    def whole(self) -> str:
        return self.block([episode.text() for episode in self.episodes])


def _element(name: str, day: int | None) -> str:
    return f"<{name}>{FIRST + timedelta(days=day)}</{name}>" if day is not None else ""


@st.composite
def episodes(draw: st.DrawFn, start: int, *, last: bool) -> tuple[Episode, int]:
    """Return an episode from a day of the year on, and the day from which the next may start."""
    length = draw(st.integers(20, 60))
    closed = None if last and draw(st.booleans()) else start + length
    rows = []
    if draw(st.booleans()):
        factors = "".join(f"<AssessmentFactors>{f}</AssessmentFactors>" for f in draw(st.sampled_from((("3B",), ("1A", "4C")))))
        rows.append(
            f"<Assessments>{_element('AssessmentActualStartDate', start)}{_element('AssessmentAuthorisationDate', start + 9)}"
            f"<FactorsIdentifiedAtAssessment>{factors}</FactorsIdentifiedAtAssessment></Assessments>"
        )
    if draw(st.booleans()):
        end = draw(st.sampled_from((None, start + 15))) if closed is None else start + 15
        rows.append(f"<CINPlanDates>{_element('CINPlanStartDate', start + 10)}{_element('CINPlanEndDate', end)}</CINPlanDates>")
    if draw(st.booleans()):
        rows.append(
            f"<Section47>{_element('S47ActualStartDate', start + 2)}{_element('DateOfInitialCPC', start + 12)}"
            "<ICPCnotRequired>0</ICPCnotRequired></Section47>"
        )
        reviews = "".join(_element("CPPreviewDate", start + day) for day in (14, 17))
        rows.append(
            f"<ChildProtectionPlans>{_element('CPPstartDate', start + 12)}"
            f"{_element('CPPendDate', None if closed is None else start + 19)}"
            "<InitialCategoryOfAbuse>NEG</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>"
            f"<NumberOfPreviousCPP>{draw(st.integers(0, 1))}</NumberOfPreviousCPP><Reviews>{reviews}</Reviews>"
            "</ChildProtectionPlans>"
        )
    own = (
        f"{_element('CINreferralDate', start)}<ReferralSource>6</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode>"
        f"{_element('CINclosureDate', closed)}{'<ReasonForClosure>RC7</ReasonForClosure>' if closed is not None else ''}"
        "<ReferralNFA>0</ReferralNFA>"
    )
    return Episode(own, tuple(rows)), start + length + draw(st.integers(1, 60))


@st.composite
def children(draw: st.DrawFn) -> tuple[Child, ...]:
    out = []
    for number in range(draw(st.integers(1, 6))):
        found, start, several = [], draw(st.integers(0, 90)), draw(st.integers(1, 3))
        for place in range(several):
            episode, start = draw(episodes(start, last=place == several - 1))
            found.append(episode)
        out.append(Child(f"C{number}", date(2010, 1, 1) + timedelta(days=draw(st.integers(0, 5000))), tuple(found)))
    return tuple(out)


def message(blocks: Sequence[str]) -> str:
    return f"<Message>{HEAD}<Children>{''.join(blocks)}</Children></Message>"


def read(text: str) -> CensusReturn:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "return.xml"
        path.write_text(text, encoding="utf-8")
        return sift(read_return(path)).usable


def assert_same(one: CensusReturn, other: CensusReturn) -> None:
    pd.testing.assert_frame_equal(published_counts(one), published_counts(other))
    assert profile_of(one, find_area("Rutland")).distributions == profile_of(other, find_area("Rutland")).distributions
    assert _caseload(one) == _caseload(other)
    assert one.rows == other.rows


def _caseload(census: CensusReturn) -> str:
    try:
        return caseload_of(census).digest
    except InputError as nobody_open:
        return nobody_open.message


def _doubled(of: Sequence[Child], luck: random.Random) -> list[str]:
    return [child.whole() for child in of] * 2


def _one_child_again(of: Sequence[Child], luck: random.Random) -> list[str]:
    return [*(child.whole() for child in of), luck.choice(of).whole()]


def _rows_again(of: Sequence[Child], luck: random.Random) -> list[str]:
    return [
        child.block([e.text([*e.rows, *luck.sample(e.rows, luck.randint(0, len(e.rows)))]) for e in child.episodes])
        for child in of
    ]


def _split_by_episode(of: Sequence[Child], luck: random.Random) -> list[str]:
    return [child.block([episode.text()]) for child in of for episode in child.episodes]


def _split_within_episodes(of: Sequence[Child], luck: random.Random) -> list[str]:
    return [child.block([episode.text(rows)]) for child in of for episode in child.episodes
            for rows in ([row] for row in episode.rows or ("",))]  # fmt: skip


def _shuffled(of: Sequence[Child], luck: random.Random) -> list[str]:
    def mixed(items: Sequence[str]) -> list[str]:
        return luck.sample(list(items), len(items))

    return mixed([child.block(mixed([e.text(mixed(e.rows)) for e in child.episodes])) for child in of])


def _all_of_it(of: Sequence[Child], luck: random.Random) -> list[str]:
    blocks = [*_split_within_episodes(of, luck), *_doubled(of, luck), *_shuffled(of, luck)]
    return luck.sample(blocks, len(blocks))


@pytest.mark.parametrize(
    "rewritten",
    [_doubled, _one_child_again, _rows_again, _split_by_episode, _split_within_episodes, _shuffled, _all_of_it],
    ids=lambda change: change.__name__.strip("_"),
)
@settings(max_examples=6, deadline=None)
@given(of=children(), seed=st.integers(0, 2**32))
def test_a_return_written_otherwise_is_the_same_return(
    rewritten: Callable[[Sequence[Child], random.Random], list[str]], of: tuple[Child, ...], seed: int
) -> None:
    assert_same(read(message([child.whole() for child in of])), read(message(rewritten(of, random.Random(seed)))))


@settings(max_examples=5, deadline=None)
@given(of=children(), seed=st.integers(0, 2**32), anew=st.booleans())
def test_tables_that_stand_twice_in_any_order_and_numbered_anew_are_the_same_return(
    of: tuple[Child, ...], seed: int, anew: bool
) -> None:
    whole = read(message([child.whole() for child in of]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "tables"
        write_tables(whole, folder)
        for file in sorted(folder.glob("*.csv")):
            first, *lines = file.read_text(encoding="utf-8").splitlines()
            if anew and file.stem in ("CINdetails", "CINplanDates", "Section47"):  # a tool that counts within each block
                place = first.split(",").index("CINdetailsID")
                lines = [",".join("1" if at == place else cell for at, cell in enumerate(line.split(","))) for line in lines]
            if anew and file.stem not in (
                "Header",
                "ChildIdentifiers",
                "ChildCharacteristics",
                "CINdetails",
                "CINplanDates",
                "Section47",
            ):
                lines = []
            random.Random(seed).shuffle(lines)
            file.write_text("\n".join([first, *lines, *lines, ""]), encoding="utf-8")
        again = sift(read_return(folder)).usable
    if not anew:
        assert_same(replace(whole, absent=again.absent), again)  # a table of a file without one such element is there, and empty
        return
    for table in ("CINdetails", "CINplanDates", "Section47"):
        rows = [frame[table].drop(columns=["CINdetailsID"]).reset_index(drop=True) for frame in (whole, again)]
        pd.testing.assert_frame_equal(*(frame.sort_values(list(frame.columns), ignore_index=True) for frame in rows))


@settings(max_examples=5, deadline=None)
@given(of=children())
def test_what_was_read_is_written_and_read_again_to_the_last_value(of: tuple[Child, ...]) -> None:
    whole = read(message([child.whole() for child in of]))
    with tempfile.TemporaryDirectory() as name:
        write_xml(whole, Path(name) / "again.xml")
        again = sift(read_return(Path(name) / "again.xml")).usable
    for table in (
        "ChildIdentifiers",
        "CINdetails",
        "Assessments",
        "CINplanDates",
        "Section47",
        "ChildProtectionPlans",
        "Reviews",
    ):
        pd.testing.assert_frame_equal(again[table], whole[table])
