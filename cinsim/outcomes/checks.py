"""Conservation and Little's law on the record of one replication, for every state a child or a case can be in."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from cinsim.outcomes.dates import Times, Years
from cinsim.outcomes.replication import ReplicationLike
from cinsim.outcomes.rows import pair
from cinsim.outcomes.spells import Spells
from cinsim.reference.events import Event

COLUMNS: Final = (
    "year", "state", "at_start", "entered", "left", "at_end", "balance",
    "mean_number", "arrivals_per_day", "mean_days", "little_gap", "holds",
)  # fmt: skip
TOLERANCE: Final = 1e-9
_OWN_EVENTS: Final = {
    "assessment": (Event.ASSESSMENT_STARTED, Event.ASSESSMENT_COMPLETED),
    "cin_plan": (Event.CIN_PLAN_STARTED, Event.CIN_PLAN_ENDED),
    "section_47": (Event.SECTION_47_STARTED, Event.SECTION_47_ENDED),
    "cp_plan": (Event.CPP_STARTED, Event.CPP_ENDED),
    "looked_after": (Event.LOOKED_AFTER_STARTED, Event.LOOKED_AFTER_ENDED),
    "care_leaver": (Event.CARE_LEAVER_STARTED, Event.CARE_LEAVER_ENDED),
    "disability_service": (Event.DISABILITY_SERVICE_STARTED, Event.DISABILITY_SERVICE_ENDED),
}


class State(NamedTuple):
    """Spells of one state, and the ends of such spells as they stand in the record, before any pairing."""

    start: Times
    end: Times
    recorded_ends: Times


def checks(replication: ReplicationLike, spells: Spells | None = None) -> pd.DataFrame:
    """Check that nothing is lost: in plus start equals out plus end, and L = lambda W, exactly, in every year.

    Returns
    -------
    one row a reported year and state with

    at_start, at_end : spells open at the bounds of the year. entered, left : starts and ends in it, counted as they stand
        in the record. balance : at_start + entered - left - at_end, which must be 0.
    mean_number (L) : time average of the number open, from the steps of the stock at every start and end in the record.
    arrivals_per_day (lambda) : spells open at some time in the year, those open at its start included, per working day.
    mean_days (W) : mean length of these spells inside the year, each clipped exactly to it.
    little_gap : L - lambda W, which must be 0 up to rounding. holds : whether both do.

    What stands in the record is set against spells made by pairing, so that an end without a start, an end before its
    start and an end after its episode's closure all show.
    """
    spells = spells or Spells(replication)
    years = Years(replication.calendar, replication.reported_years)
    rows: list[tuple[object, ...]] = []
    for name, state in states(spells).items():
        for year, begin, finish in zip(years.years, years.starts, years.ends, strict=True):
            rows.append((int(year), name, *_one(state, float(begin), float(finish))))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def states(spells: Spells) -> dict[str, State]:
    """Return the spells of every state."""
    e = spells.episodes
    out = {"episode": State(e["referred"].to_numpy(), e["closed"].to_numpy(), spells.record.rows(Event.CLOSED).time)}
    tables = {
        "assessment": spells.assessments,
        "cin_plan": spells.cin_plans,
        "section_47": spells.section_47s,
        "cp_plan": spells.cp_plans,
        "looked_after": spells.looked_after,
        "care_leaver": spells.care_leavers,
        "disability_service": spells.disability_services,
    }
    for name, (started, ended) in _OWN_EVENTS.items():
        start, end = tables[name]["start"].to_numpy(), tables[name]["end"].to_numpy()
        ends = spells.record.rows(ended)
        closed_open = pair(spells.record.rows(started).key, ends.key) < 0
        out[name] = State(start, end, np.concatenate([ends.time, end[closed_open & np.isfinite(end)]]))
    for name, table in (
        ("short_help", spells.short_help),
        ("case_holding", spells.case_holdings),
        ("waiting_for_allocation", spells.waits),
    ):
        start, end = table["start"].to_numpy(), table["end"].to_numpy()
        out[name] = State(start, end, end[np.isfinite(end)])
    return out


def _one(state: State, begin: float, finish: float) -> tuple[object, ...]:
    start, end, recorded = state
    at_start = int(np.sum((start < begin) & (end >= begin)))
    at_end = int(np.sum((start < finish) & (end >= finish)))
    entered = int(np.sum((start >= begin) & (start < finish)))
    left = int(np.sum((recorded >= begin) & (recorded < finish)))
    balance = at_start + entered - left - at_end

    length = finish - begin
    lived = np.sum(finish - np.clip(start, begin, finish)) - np.sum(finish - np.clip(recorded, begin, finish))
    mean_number = float(lived / length)
    present = (start < finish) & (end >= begin)
    number = int(present.sum())
    clipped = np.minimum(end, finish) - np.maximum(start, begin)
    arrivals = number / length
    mean_days = float(clipped[present].sum() / number) if number else 0.0
    gap = mean_number - arrivals * mean_days
    holds = balance == 0 and abs(gap) <= TOLERANCE * max(1.0, mean_number)
    return at_start, entered, left, at_end, balance, mean_number, arrivals, mean_days, gap, holds
