"""Each record of a return once, and in its place: what belongs to what, and what was returned again.

A record is what it says, not where it stands or what number it bears. A child may be split over several blocks, a block or
a row may come twice, numbers may begin anew: rows that say the same at their level are one record, and what hangs on them
hangs on that one. Numbers are given anew, in the order of the referrals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.census.shape import KEYS, TABLES

Tables = dict[str, pd.DataFrame]
Ints = NDArray[np.int64]
Note = Callable[[str, str, str, list[str]], None]
NOWHERE: Final = -1


class Level(NamedTuple):
    """Where a table's rows belong: the table they hang on, their own number, and the dates that tell between two of a number."""

    within: str
    number: str = ""
    start: str = ""
    end: str = ""
    said: str = "is returned twice; the first is used"


LEVELS: Final = {
    "ChildCharacteristics": Level("ChildIdentifiers", said="is given twice"),
    "Disabilities": Level("ChildIdentifiers", said="is given twice"),
    "CINdetails": Level(
        "ChildIdentifiers", "CINdetailsID", "CINreferralDate", "CINclosureDate", "is an episode returned twice; the first is used"
    ),
    "Assessments": Level("CINdetails", "AssessmentID", "AssessmentActualStartDate", "AssessmentAuthorisationDate"),
    "AssessmentFactorsList": Level("Assessments", said="is given twice"),
    "CINplanDates": Level("CINdetails", start="CINPlanStartDate", end="CINPlanEndDate"),
    "Section47": Level("CINdetails", start="S47ActualStartDate", end="DateOfInitialCPC"),
    "ChildProtectionPlans": Level("CINdetails", "CPPID", "CPPstartDate", "CPPendDate"),
    "Reviews": Level("ChildProtectionPlans", start="CPPreviewDate"),
}
"""Tables from the child inwards."""


def once(tables: Tables, note: Note) -> Tables:
    """Return the tables with each record once, under numbers that are unique, children in the order of their identifiers.

    Parameters
    ----------
    tables : as :func:`cinsim.census.values.read_values` gives them, with keys as text.
    note : is told of each table, column, what was found and whose rows it was.
    """
    children = _children(tables["ChildIdentifiers"], note)
    out: Tables = {"Header": tables["Header"].head(1), "ChildIdentifiers": children}
    place_of = {"ChildIdentifiers": _in_order(tables["ChildIdentifiers"], children)}
    for name, level in LEVELS.items():
        frame = tables[name]
        raw = _links(frame, tables[level.within], LEVELS.get(level.within), level)
        several = raw < NOWHERE
        if several.any():
            note(name, "CINdetailsID", "belongs to one of several of the same number; it is left out", _ids(frame, several))
        whole = place_of[level.within]
        within = np.where(raw >= 0, whole[np.maximum(raw, 0)] if len(whole) else NOWHERE, NOWHERE)
        out[name], place_of[name] = _merged(name, frame, within, ~several, level, note)
    return _numbered(out)


def _ids(frame: pd.DataFrame, chosen: NDArray[np.bool_]) -> list[str]:
    return [str(text) for text in frame["LAchildID"][chosen]]


def _own(name: str, frame: pd.DataFrame) -> list[str]:
    """Return the columns in which a row says something of itself: all but keys, and what is a list of other rows."""
    return [
        c for c in frame.columns if c not in KEYS and not c.startswith("_") and (name, c) != ("Assessments", "AssessmentFactors")
    ]


# ---- children


def _children(frame: pd.DataFrame, note: Note) -> pd.DataFrame:
    """Return one row a child, in the order of identifiers; what one block leaves out is taken from another."""
    frame = frame.reset_index(drop=True)
    known = frame["LAchildID"] != ""
    note("ChildIdentifiers", "LAchildID", "is missing", _ids(frame, np.asarray(~known)))
    frame = frame[known]
    again = np.asarray(frame["LAchildID"].duplicated())
    if again.any():
        note("ChildIdentifiers", "LAchildID", "is a child returned twice; the first is used", _ids(frame, again))
        filled = frame.astype(object).where(frame.notna() & (frame != ""), None)
        groups = filled.groupby("LAchildID", sort=False)
        differing = groups.nunique(dropna=True).max(axis=1) > 1
        note("ChildIdentifiers", "LAchildID", "is a child returned twice with other particulars; the first are used",
             [str(child) for child in differing.index[differing]])  # fmt: skip
        first = groups.first().reset_index()
        frame = pd.DataFrame({c: pd.Series(first[c]).astype(frame[c].dtype) for c in frame.columns if c in frame})
        text = [c for c in frame.columns if frame[c].dtype != "datetime64[s]"]
        frame[text] = frame[text].fillna("")
    return frame.sort_values("LAchildID", kind="stable").reset_index(drop=True)


def _in_order(raw: pd.DataFrame, children: pd.DataFrame) -> Ints:
    """Return for each raw row of a child its place among the children, NOWHERE for one without an identifier."""
    return np.asarray(pd.Index(children["LAchildID"]).get_indexer(pd.Index(raw["LAchildID"])), dtype=np.int64)


# ---- what hangs on what


def _links(frame: pd.DataFrame, parent: pd.DataFrame, above: Level | None, level: Level) -> Ints:
    """Return for each row the raw row it hangs on: NOWHERE for none, less for one that cannot be told from others.

    Rows that bear the same number and say different things are told apart by dates, where those fit one only.
    """
    keys = [key for key in KEYS if key in frame and key in parent and key != level.number]
    dates = [above.start, above.end] if above is not None and above.start and level.start else []
    left = frame[keys].assign(_row=np.arange(len(frame)))
    if dates:
        left["_when"] = frame[level.start]
    right = parent[[*keys, *dates]].assign(_place=np.arange(len(parent)))
    alike = [*keys, *(c for c in parent.columns if c not in KEYS)]
    right = right[~np.asarray(parent.duplicated(alike))] if above is not None else right[~right["LAchildID"].duplicated()]
    both = left.merge(right, on=keys)
    out = np.full(len(frame), NOWHERE, dtype=np.int64)
    several = np.asarray(both.duplicated("_row", keep=False))
    out[both["_row"][several]] = NOWHERE - 1
    if dates:
        inside = (both["_when"] >= both[dates[0]]) & ~(both["_when"] > both[dates[1]])
        both = both[~several | np.asarray(inside)]
    one = both[~both.duplicated("_row", keep=False)]
    out[one["_row"]] = one["_place"]
    return out


# ---- repeats


def _merged(
    name: str, frame: pd.DataFrame, within: Ints, kept: NDArray[np.bool_], level: Level, note: Note
) -> tuple[pd.DataFrame, Ints]:
    """Return a table with each record once, sorted by what it belongs to, and for each raw row its place in it.

    A row that says the same as another of the same parent is that one. Rows that belong nowhere stay, each for itself.
    """
    whole = frame.reset_index(drop=True).assign(_within=within, _row=np.arange(len(frame)))
    alone = np.where(within == NOWHERE, whole["_row"], -1)
    own = whole[_own(name, frame)].assign(_within=within, _alone=alone)
    group = own.groupby(list(own.columns), sort=False, dropna=False).ngroup().to_numpy()
    first = ~pd.Series(group).duplicated().to_numpy()
    again = ~first & kept
    if again.any():
        note(name, level.number or "LAchildID", level.said, _ids(frame, again))
    used = whole[first & kept]
    order = ["_within", level.start, level.end, *_own(name, frame)] if name == "CINdetails" else ["_within"]
    used = used.sort_values(list(dict.fromkeys(order)), kind="stable", na_position="last")
    place_of_group = np.full(group.max(initial=-1) + 1, NOWHERE, dtype=np.int64)
    place_of_group[group[used["_row"].to_numpy()]] = np.arange(len(used))
    return used.drop(columns="_row").reset_index(drop=True), place_of_group[group]


# ---- numbers


def _numbered(tables: Tables) -> Tables:
    """Return the tables with numbers from 1 within the child and the episode, 0 for what belongs nowhere."""
    for name, level in LEVELS.items():
        frame = tables[name]
        within = frame.pop("_within").to_numpy()
        parent = tables[level.within]
        for key in (key for key in KEYS[1:] if key in frame and key != level.number):
            column = parent[key].to_numpy() if key in parent else np.zeros(len(parent), dtype=np.int64)
            frame[key] = np.where(within >= 0, column[np.maximum(within, 0)] if len(column) else 0, 0).astype(np.int64)
        if level.number:
            frame[level.number] = 1 + frame.groupby(within).cumcount().to_numpy()
    listed = tables["AssessmentFactorsList"]
    found = listed[listed["AssessmentFactor"] != ""].groupby(list(KEYS[:3]))["AssessmentFactor"].agg(",".join)
    assessed = pd.MultiIndex.from_frame(tables["Assessments"][list(KEYS[:3])])
    tables["Assessments"]["AssessmentFactors"] = found.reindex(assessed).fillna("").to_numpy()
    return {name: tables[name] for name in TABLES}
