"""What of a return can be used: codes and dates made sense of, and what contradicts itself or the census set aside, with why.

Nothing is repaired by guesswork. A value that cannot be read is left empty, a row that cannot stand is left out with all
that hangs on it, and both are counted in :class:`Finding` and listed in ``problems``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.census.codes import CODES, FALSE, GENDERS, TRUE
from cinsim.census.read import RawReturn
from cinsim.census.returns import CensusReturn, typed
from cinsim.census.shape import DATES, NUMBERS, TABLES
from cinsim.errors import InputError

EARLIEST_YEAR, LATEST_YEAR = 2009, 2100
OLDEST_DATE: Final = np.datetime64("1980-01-01")
CENSUSES: Final = {
    "CLA": "looked-after children", "SSDA903": "looked-after children", "SC": "schools", "SCHOOL CENSUS": "schools",
    "CSWW": "children's social work workforce", "EY": "early years", "AP": "alternative provision",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of trouble.

    Attributes
    ----------
    table, column : where. what : in plain words. rows : how often. left_out : rows lost by it, those that hung on them
        included; 0 where only the value is left empty.
    """

    table: str
    column: str
    what: str
    rows: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Sifted:
    """What can be used of a return, and what cannot.

    Attributes
    ----------
    usable : the return without what cannot be used. findings : kinds of trouble. problems : one row a case, with the
        child's identifier in the return: child-level data. rows_read : rows of each table as they were.
    """

    usable: CensusReturn
    findings: tuple[Finding, ...]
    problems: pd.DataFrame
    rows_read: dict[str, int]


def sift(raw: RawReturn) -> Sifted:
    """Make sense of a return that was read.

    Raises
    ------
    InputError : it is another census's, of no known year, or nothing of it can be used.
    """
    return _Sieve(raw).sifted()


def _header(raw: RawReturn) -> tuple[int, str]:
    """Return the year and the authority's number."""
    header = raw.header
    collection = header["Collection"]
    if collection and collection.upper() != "CIN":
        of = CENSUSES.get(collection.upper(), f"'{collection[:20]}'")
        raise InputError(
            f"is a return of the {of} census; this reads the children in need census (Collection CIN)", path=raw.path
        )
    text = header["Year"] or header["ReferenceDate"][:4]
    if not (text.isdigit() and EARLIEST_YEAR <= int(text) <= LATEST_YEAR):
        stated = f"'{text[:20]}'" if text else "nothing"
        raise InputError(
            f"says of its year {stated}; Header, CollectionDetails, Year must be that of its 31 March", path=raw.path
        )
    reference = header["ReferenceDate"][:4]
    if reference.isdigit() and reference != text:
        raise InputError(
            f"says of its year '{text}' and of its reference date '{header['ReferenceDate'][:20]}'; "
            "that must be 31 March of the year",
            path=raw.path,
        )
    lea = header["LEA"]
    return int(text), lea if lea.isdigit() and len(lea) == 3 else ""


class _Sieve:
    """The tables of one return on their way from text to use."""

    def __init__(self, raw: RawReturn):
        self.raw = raw
        self.year, self.lea = _header(raw)
        self.first, self.last = np.datetime64(date(self.year - 1, 4, 1)), np.datetime64(date(self.year, 3, 31))
        self.findings: list[Finding] = []
        self._problems: list[pd.DataFrame] = []
        self.tables = {name: self.read(name) for name in TABLES}

    # ---- values

    def read(self, name: str) -> pd.DataFrame:
        """Return one table with values of their types; what cannot be read is empty and noted."""
        columns: dict[str, object] = {}
        raw = self.raw.tables[name]
        ids = raw.get("LAchildID", [""])
        for column in TABLES[name]:
            values = pd.Series(raw[column], dtype="str").str.strip().fillna("")
            if column in DATES:
                columns[column] = self.dates(name, column, values, ids)
            elif column in NUMBERS:
                columns[column] = self.numbers(name, column, values, ids)
            else:
                columns[column] = self.texts(name, column, values, ids)
        if name == "ChildIdentifiers":
            sex, before = pd.Series(columns["Sex"]), pd.Series(columns["GenderCurrent"])
            columns["Sex"] = sex.where(sex != "", before.map(GENDERS).fillna(""))
        return typed(name, columns)

    def dates(self, name: str, column: str, values: pd.Series, ids: list[str]) -> NDArray[np.datetime64]:
        found = pd.to_datetime(values.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
        as_written = pd.to_datetime(values, format="%d/%m/%Y", errors="coerce")
        whole = np.asarray(found.fillna(as_written), dtype="datetime64[s]")
        far = (whole < OLDEST_DATE) | (whole > self.last + np.timedelta64(730, "D"))
        self.note(name, column, "is no date", np.asarray((values != "") & np.isnat(whole)), ids, values)
        self.note(name, column, "is a date that cannot be", far, ids, values)
        return np.where(far, np.datetime64("NaT"), whole)

    def numbers(self, name: str, column: str, values: pd.Series, ids: list[str]) -> NDArray[np.int64]:
        found = pd.to_numeric(values, errors="coerce")
        bad = np.asarray(found.isna() | (found < 0) | (found > 1e6) | (found % 1 != 0))
        missing = np.asarray(values == "")
        self.note(name, column, "is no whole number", bad & ~missing, ids, values)
        self.note(name, column, "is missing, read as 0", missing, ids, values)
        return np.where(bad, 0, found.fillna(0)).astype(np.int64)

    def texts(self, name: str, column: str, values: pd.Series, ids: list[str]) -> NDArray[np.object_]:
        allowed = CODES.get((name, column))
        if allowed is None:
            return values.to_numpy(dtype=object)
        text = values.str.lower() if allowed == TRUE + FALSE else values.str.upper()
        bad = np.asarray((text != "") & ~text.isin(allowed))
        self.note(name, column, "is no code of the census", bad, ids, values)
        if allowed == TRUE + FALSE:
            text = text.replace({"true": "1", "false": "0"})
        return np.where(bad, "", text.to_numpy(dtype=object))

    # ---- what is noted

    def note(
        self,
        table: str,
        column: str,
        what: str,
        bad: NDArray[np.bool_],
        ids: list[str],
        values: pd.Series | None = None,
        left: int = 0,
    ) -> None:
        """Note a kind of trouble if there is any of it."""
        rows = np.flatnonzero(bad)
        if not len(rows):
            return
        self.findings.append(Finding(table, column, what, len(rows), left))
        whose = np.array(ids, dtype=object)[rows] if len(ids) == len(bad) else np.full(len(rows), "")
        found = values.to_numpy(dtype=object)[rows] if values is not None else np.full(len(rows), "")
        self._problems.append(
            pd.DataFrame({"LAchildID": whose, "table": table, "column": column, "problem": what, "value": found})
        )

    def drop(self, table: str, column: str, what: str, bad: NDArray[np.bool_]) -> None:
        """Leave rows out, with all that hangs on them, and note why."""
        if not bad.any():
            return
        frame = self.tables[table]
        lost = frame[bad]
        before = sum(len(t) for t in self.tables.values())
        self.tables[table] = frame[~bad].reset_index(drop=True)
        for name, keys in _HANGING.get(table, {}).items():
            kept = pd.MultiIndex.from_frame(self.tables[table][list(keys)])
            of = pd.MultiIndex.from_frame(self.tables[name][list(keys)])
            self.tables[name] = self.tables[name][of.isin(kept)].reset_index(drop=True)
        after = sum(len(t) for t in self.tables.values())
        self.note(table, column, what, np.ones(len(lost), dtype=bool), lost["LAchildID"].tolist(), left=before - after)

    # ---- what cannot stand

    def sifted(self) -> Sifted:
        """Leave out what cannot stand, from the child inwards, and return the rest."""
        rows_read = {name: len(table) for name, table in self.tables.items()}
        self.children()
        self.episodes()
        self.within()
        details = self.tables["CINdetails"]
        children = self.tables["ChildIdentifiers"]
        self.drop("ChildIdentifiers", "LAchildID", "is a child without an episode that can be used",
                  ~np.asarray(children["LAchildID"].isin(details["LAchildID"])))  # fmt: skip
        if not len(self.tables["ChildIdentifiers"]):
            raise InputError("holds no child of whom anything can be used", path=self.raw.path)
        columns = ["LAchildID", "table", "column", "problem", "value"]
        problems = pd.concat(self._problems, ignore_index=True) if self._problems else pd.DataFrame(columns=columns)
        return Sifted(CensusReturn(self.year, self.lea, self.tables), tuple(self.findings), problems, rows_read)

    def children(self) -> None:
        t = self.tables
        who = t["ChildIdentifiers"]
        self.drop("ChildIdentifiers", "LAchildID", "is missing", np.asarray(who["LAchildID"] == ""))
        who = t["ChildIdentifiers"]
        self.drop(
            "ChildIdentifiers",
            "LAchildID",
            "is a child returned twice; the first is used",
            np.asarray(who.duplicated("LAchildID")),
        )
        who = t["ChildIdentifiers"]
        late = np.asarray(who["PersonBirthDate"] > self.last)
        self.drop("ChildIdentifiers", "PersonBirthDate", "is after the census date", late)
        who = t["ChildIdentifiers"]
        unknown = np.asarray(who["PersonBirthDate"].isna() & who["ExpectedPersonBirthDate"].isna())
        self.note(
            "ChildIdentifiers", "PersonBirthDate", "is missing, and so is the expected date", unknown, who["LAchildID"].tolist()
        )
        known = set(who["LAchildID"])
        for name in ("ChildCharacteristics", "Disabilities", "CINdetails"):
            self.drop(name, "LAchildID", "belongs to no child of the return", ~np.asarray(t[name]["LAchildID"].isin(known)))
        again = np.asarray(t["ChildCharacteristics"].duplicated("LAchildID"))
        self.drop("ChildCharacteristics", "LAchildID", "is given twice", again)

    def episodes(self) -> None:
        t, name = self.tables, "CINdetails"
        self.drop(name, "CINdetailsID", "is an episode returned twice; the first is used",
                  np.asarray(t[name].duplicated(["LAchildID", "CINdetailsID"])))  # fmt: skip
        self.drop(name, "CINreferralDate", "is missing or cannot be read", np.asarray(t[name]["CINreferralDate"].isna()))
        self.drop(name, "CINreferralDate", "is after the census date", np.asarray(t[name]["CINreferralDate"] > self.last))
        closed = t[name]["CINclosureDate"]
        self.drop(name, "CINclosureDate", "is before the referral", np.asarray(closed < t[name]["CINreferralDate"]))
        self.drop(name, "CINclosureDate", "is before the census year", np.asarray(t[name]["CINclosureDate"] < self.first))
        self.drop(name, "CINclosureDate", "is after the census date", np.asarray(t[name]["CINclosureDate"] > self.last))
        e = t[name]
        open_ = np.asarray(e["CINclosureDate"].isna() & (e["ReferralNFA"] != "1"))
        latest = e[open_].sort_values("CINreferralDate", kind="stable").drop_duplicates("LAchildID", keep="last").index
        self.drop(name, "CINclosureDate", "is missing, though a later episode is open; the latest is used",
                  open_ & ~np.isin(np.arange(len(e)), latest))  # fmt: skip

    def within(self) -> None:
        """Leave out what within an episode cannot stand."""
        t = self.tables
        keys = list(EPISODE)
        known = pd.MultiIndex.from_frame(t["CINdetails"][keys])
        for name, spell in _SPELLS.items():
            of = pd.MultiIndex.from_frame(t[name][keys])
            self.drop(name, "CINdetailsID", "belongs to no episode of the return", ~of.isin(known))
            if spell.number:
                again = np.asarray(t[name].duplicated([*keys, spell.number]))
                self.drop(name, spell.number, "is returned twice; the first is used", again)
            self.drop(name, spell.start, "is missing or cannot be read", np.asarray(t[name][spell.start].isna()))
            self.drop(name, spell.start, "is after the census date", np.asarray(t[name][spell.start] > self.last))
            self.drop(name, spell.end, "is before it starts", np.asarray(t[name][spell.end] < t[name][spell.start]))
            if spell.ends_in_year:
                outside = np.asarray((t[name][spell.end] < self.first) | (t[name][spell.end] > self.last))
                self.drop(name, spell.end, "is outside the census year", outside)
            episode = t[name][keys].merge(t["CINdetails"], on=keys, how="left")
            early = np.asarray(t[name][spell.start] < episode["CINreferralDate"])
            late = np.asarray(
                (t[name][spell.start] > episode["CINclosureDate"]) | (t[name][spell.end] > episode["CINclosureDate"])
            )
            self.drop(name, spell.start, "lies outside its episode", early | late)
        for name, key in (("Reviews", "CPPID"), ("AssessmentFactorsList", "AssessmentID")):
            whole = "ChildProtectionPlans" if name == "Reviews" else "Assessments"
            kept = pd.MultiIndex.from_frame(t[whole][[*keys, key]])
            orphan = ~pd.MultiIndex.from_frame(t[name][[*keys, key]]).isin(kept)
            self.drop(name, key, "belongs to nothing that can be used", orphan)
        self.drop("Reviews", "CPPreviewDate", "is missing or cannot be read", np.asarray(t["Reviews"]["CPPreviewDate"].isna()))
        self.drop("Reviews", "CPPreviewDate", "is after the census date", np.asarray(t["Reviews"]["CPPreviewDate"] > self.last))


@dataclass(frozen=True, slots=True)
class _Spell:
    start: str
    end: str
    ends_in_year: bool
    number: str = ""


EPISODE: Final = ("LAchildID", "CINdetailsID")
_SPELLS: Final = {
    "Assessments": _Spell("AssessmentActualStartDate", "AssessmentAuthorisationDate", True, "AssessmentID"),
    "CINplanDates": _Spell("CINPlanStartDate", "CINPlanEndDate", True),
    "Section47": _Spell("S47ActualStartDate", "DateOfInitialCPC", True),
    "ChildProtectionPlans": _Spell("CPPstartDate", "CPPendDate", True, "CPPID"),
}
_WITHIN: Final[dict[str, tuple[str, ...]]] = dict.fromkeys((*_SPELLS, "AssessmentFactorsList", "Reviews"), EPISODE)
_HANGING: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "ChildIdentifiers": dict.fromkeys(("ChildCharacteristics", "Disabilities", "CINdetails", *_WITHIN), ("LAchildID",)),
    "CINdetails": _WITHIN,
    "Assessments": {"AssessmentFactorsList": (*EPISODE, "AssessmentID")},
    "ChildProtectionPlans": {"Reviews": (*EPISODE, "CPPID")},
}


def summed(findings: tuple[Finding, ...]) -> Counter[str]:
    """Return the rows left out by table."""
    out: Counter[str] = Counter()
    for finding in findings:
        out[finding.table] += finding.left_out
    return out
