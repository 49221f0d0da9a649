"""What of a return can be used: codes and dates made sense of, and what contradicts itself or the census set aside, with why.

Nothing is repaired by guesswork. A row whose end or flag stands there and cannot be read is left out, as it is not known to
be open; another value that cannot be read is left empty; a row that cannot stand is left out with all that hangs on it. All
of it is counted in :class:`Finding` and listed in ``problems``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.census.codes import GENDERS
from cinsim.census.findings import Finding, Kind, Loss, unusable
from cinsim.census.heading import heading_of
from cinsim.census.raw import RawReturn, empty_tables
from cinsim.census.records import LEVELS, once
from cinsim.census.returns import CensusReturn, typed
from cinsim.census.shape import DATES, ENDS, KEYS, TABLES
from cinsim.census.values import PLACEHOLDER, UNKNOWN_NUMBER, read_values, right_for

Bools = NDArray[np.bool_]
PROBLEM_COLUMNS: Final = ["LAchildID", "table", "column", "problem", "value"]


@dataclass(frozen=True, slots=True)
class Sifted:
    """What can be used of a return, and what cannot.

    Attributes
    ----------
    usable : the return without what cannot be used. findings : kinds of trouble. problems : one row a case, with the
        child's identifier in the return: child-level data. rows_read : rows of each table as they were.
    losses : how many of each table's records are lost.
    """

    usable: CensusReturn
    findings: tuple[Finding, ...]
    problems: pd.DataFrame
    rows_read: dict[str, int]
    losses: dict[str, Loss]


def sift(raw: RawReturn) -> Sifted:
    """Make sense of a return that was read.

    Raises
    ------
    InputError : it is another census's, of no known year, or nothing of it can be used.
    """
    return _Sieve(raw).sifted()


def _silent(raw: RawReturn) -> set[str]:
    """Return tables that say nothing: those the return lacks, and those whose rows hang on the rows of one it lacks."""
    out = set(raw.lacking)
    for name, level in LEVELS.items():  # from the child inwards
        if level.within in out:
            out.add(name)
    return out


class _Sieve:
    """The tables of one return on their way from text to use."""

    def __init__(self, raw: RawReturn):
        self.raw = raw
        self.heading = heading_of(raw)
        self.first, self.last = np.datetime64(self.heading.first_day), np.datetime64(self.heading.reference_date)
        self.findings: list[Finding] = []
        self._problems: list[pd.DataFrame] = []
        self.lost: Counter[str] = Counter()
        self.outside: Counter[str] = Counter()
        self.rows_read = {name: len(next(iter(raw.tables[name].values()))) for name in TABLES}
        self.silent = _silent(raw)
        nothing = empty_tables()
        read = {
            name: read_values(name, (nothing if name in self.silent else raw.tables)[name], self.heading.reference_date)
            for name in TABLES
        }
        self.reasons = {name: reasons for name, (_, reasons) in read.items()}
        self.tables = once({name: table for name, (table, _) in read.items()}, self.repeated)
        self.once_each = {name: len(table) for name, table in self.tables.items()}
        self.unreadable()

    def repeated(self, table: str, column: str, what: str, ids: list[str]) -> None:
        """Note what is returned again, or belongs to no one record."""
        twice = "twice" in what
        left = 0 if what.endswith("particulars; the first are used") else len(ids)
        if not twice:
            self.lost[table] += left
        self.note(table, column, what, np.ones(len(ids), dtype=bool), ids, left=left, kind="repeated" if twice else "unusable")

    # ---- values that cannot be read

    def unreadable(self) -> None:
        """Note what cannot be read; leave out the rows of which that decides whether they ended, or what they are."""
        for name in TABLES:
            for column in [c for c in TABLES[name] if f"?{c}" in self.tables[name]]:
                self._unreadable(name, column)
            self.tables[name] = self.tables[name][list(TABLES[name])]
        who = self.tables["ChildIdentifiers"]
        who["Sex"] = who["Sex"].where(who["Sex"] != "", who["GenderCurrent"].map(GENDERS).fillna(""))

    def _unreadable(self, name: str, column: str) -> None:
        frame = self.tables[name]
        text = frame[f"?{column}"]
        value = frame[column]
        empty = value.isna() | (value == "") | (value == UNKNOWN_NUMBER)
        reason = text.map(lambda written: self.reasons[name].get((column, written), ""))
        decides = column in ENDS.get(name, ())
        ids = frame["LAchildID"].tolist() if "LAchildID" in frame else []
        bad = np.asarray(empty & (text != ""))
        for why in dict.fromkeys(reason[bad]):
            which = bad & np.asarray(reason == why)
            if why == PLACEHOLDER:
                self.note(name, column, f"{why}, read as none", which, ids, text, kind="noted")
            elif decides:
                self.drop(name, column, why, which, values=text)
                frame = self.tables[name]
                text, reason = frame[f"?{column}"], reason[~which]
                bad, ids = bad[~which], frame["LAchildID"].tolist()
            else:
                self.note(name, column, why, which, ids, text)

    # ---- what is noted

    def note(
        self,
        table: str,
        column: str,
        what: str,
        bad: Bools,
        ids: list[str],
        values: pd.Series | None = None,
        left: int = 0,
        kind: Kind = "unusable",
    ) -> None:
        """Note a kind of trouble if there is any of it."""
        rows = np.flatnonzero(bad)
        if not len(rows):
            return
        found = values.to_numpy(dtype=object)[rows] if values is not None else np.full(len(rows), "")
        example = str(found[0])[:40]
        of = self.rows_read[table]
        self.findings.append(Finding(table, column, what, len(rows), left, of, example, right_for(table, column, what), kind))
        whose = np.array(ids, dtype=object)[rows] if len(ids) == len(bad) else np.full(len(rows), "")
        self._problems.append(
            pd.DataFrame({"LAchildID": whose, "table": table, "column": column, "problem": what, "value": found})
        )

    def drop(
        self, table: str, column: str, what: str, bad: Bools, *, kind: Kind = "unusable", values: pd.Series | None = None
    ) -> None:
        """Leave rows out, with all that hangs on them, and note why."""
        if not bad.any():
            return
        frame = self.tables[table]
        before = {name: len(t) for name, t in self.tables.items()}
        self.tables[table] = frame[~bad].reset_index(drop=True)
        for name, keys in _HANGING.get(table, {}).items():
            kept = pd.MultiIndex.from_frame(self.tables[table][list(keys)])
            of = pd.MultiIndex.from_frame(self.tables[name][list(keys)])
            self.tables[name] = self.tables[name][of.isin(kept)].reset_index(drop=True)
        gone = {name: before[name] - len(t) for name, t in self.tables.items()}
        (self.outside if kind == "outside" else self.lost).update(gone)
        self.note(table, column, what, bad, frame["LAchildID"].tolist(), values, left=sum(gone.values()), kind=kind)

    # ---- what cannot stand

    def sifted(self) -> Sifted:
        """Leave out what cannot stand, from the child inwards, and return the rest."""
        self.children()
        self.episodes()
        self.within()
        details = self.tables["CINdetails"]
        children = self.tables["ChildIdentifiers"]
        self.drop("ChildIdentifiers", "LAchildID", "is a child without an episode that can be used",
                  ~np.asarray(children["LAchildID"].isin(details["LAchildID"])), kind="repeated")  # fmt: skip
        problems = pd.concat(self._problems, ignore_index=True) if self._problems else pd.DataFrame(columns=PROBLEM_COLUMNS)
        if not len(self.tables["ChildIdentifiers"]):
            raise unusable("holds no child of whom anything can be used", self.findings, self.raw.path, problems)
        tables = {name: typed(name, {column: table[column] for column in TABLES[name]}) for name, table in self.tables.items()}
        losses = {name: Loss(self.once_each[name], self.lost[name], self.outside[name]) for name in TABLES}
        usable = CensusReturn(self.heading.year, self.heading.lea, tables, self.absent())
        return Sifted(usable, tuple(self.findings), problems, self.rows_read, losses)

    def absent(self) -> frozenset[str]:
        """Return the tables, and the columns as ``table.column``, of which the return says nothing."""
        tables = set(self.silent)
        if self.raw.form == "xml":  # in which there is no other way to leave a table out
            tables |= {name for name in TABLES if not self.rows_read[name]}
        columns = {f"{name}.{column}" for name, missing in self.raw.missing.items() for column in missing}
        for name, table in TABLES.items():
            values = (c for c in table if c not in DATES and c not in KEYS)
            columns |= {f"{name}.{column}" for column in values if self.raw.said_by_no_row(name, column)}
        return frozenset(tables | columns)

    def children(self) -> None:
        t = self.tables
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
        t["ChildCharacteristics"] = t["ChildCharacteristics"].sort_values(
            ["LAchildID", "Ethnicity"], key=lambda c: c if c.name == "LAchildID" else c == "", kind="stable", ignore_index=True
        )
        again = np.asarray(t["ChildCharacteristics"].duplicated("LAchildID"))
        self.drop("ChildCharacteristics", "LAchildID", "is given twice", again)

    def episodes(self) -> None:
        t, name = self.tables, "CINdetails"
        self.drop(name, "CINreferralDate", "is missing or cannot be read", np.asarray(t[name]["CINreferralDate"].isna()))
        after = np.asarray(t[name]["CINreferralDate"] > self.last)
        self.drop(name, "CINreferralDate", "is after the census date", after, kind="outside")
        closed = t[name]["CINclosureDate"]
        self.drop(name, "CINclosureDate", "is before the referral", np.asarray(closed < t[name]["CINreferralDate"]))
        early = np.asarray(t[name]["CINclosureDate"] < self.first)
        self.drop(name, "CINclosureDate", "is before the census year", early, kind="outside")
        later = self.still_running(name, "CINclosureDate")
        t[name]["ReasonForClosure"] = t[name]["ReasonForClosure"].where(~later, "")
        self.still_running(name, "DateOfInitialCPC")
        unsaid = np.asarray(t[name]["CINclosureDate"].notna() & (t[name]["ReasonForClosure"] == ""))
        self.note(name, "ReasonForClosure", "is missing, though the case was closed", unsaid, t[name]["LAchildID"].tolist())
        unsaid = np.asarray(t[name]["ReferralNFA"] == "")
        self.note(name, "ReferralNFA", "is missing, read as no", unsaid, t[name]["LAchildID"].tolist())
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
            self.drop(name, spell.start, "is missing or cannot be read", np.asarray(t[name][spell.start].isna()))
            after = np.asarray(t[name][spell.start] > self.last)
            self.drop(name, spell.start, "is after the census date", after, kind="outside")
            self.drop(name, spell.end, "is before it starts", np.asarray(t[name][spell.end] < t[name][spell.start]))
            self.still_running(name, spell.end)
            early = np.asarray(t[name][spell.end] < self.first)
            self.drop(name, spell.end, "is before the census year", early, kind="outside")
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
        after = np.asarray(t["Reviews"]["CPPreviewDate"] > self.last)
        self.drop("Reviews", "CPPreviewDate", "is after the census date", after, kind="outside")

    def still_running(self, name: str, end: str) -> Bools:
        """Take an end after the census date as none, since what ended then was open on it; return which rows that are."""
        t = self.tables
        later = np.asarray(t[name][end] > self.last)
        self.note(name, end, "is after the census date, on which it was open", later, t[name]["LAchildID"].tolist(), kind="noted")
        t[name][end] = t[name][end].mask(later)
        return later


@dataclass(frozen=True, slots=True)
class _Spell:
    start: str
    end: str


EPISODE: Final = ("LAchildID", "CINdetailsID")
_SPELLS: Final = {
    "Assessments": _Spell("AssessmentActualStartDate", "AssessmentAuthorisationDate"),
    "CINplanDates": _Spell("CINPlanStartDate", "CINPlanEndDate"),
    "Section47": _Spell("S47ActualStartDate", "DateOfInitialCPC"),
    "ChildProtectionPlans": _Spell("CPPstartDate", "CPPendDate"),
}
_WITHIN: Final[dict[str, tuple[str, ...]]] = dict.fromkeys((*_SPELLS, "AssessmentFactorsList", "Reviews"), EPISODE)
_HANGING: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "ChildIdentifiers": dict.fromkeys(("ChildCharacteristics", "Disabilities", "CINdetails", *_WITHIN), ("LAchildID",)),
    "CINdetails": _WITHIN,
    "Assessments": {"AssessmentFactorsList": (*EPISODE, "AssessmentID")},
    "ChildProtectionPlans": {"Reviews": (*EPISODE, "CPPID")},
}
