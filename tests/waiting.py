"""Who waits at a time, counted from a replication's event record."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cinsim.outcomes.spells import Spells
from cinsim.reference.events import Detail, Event


def waiting(spells: Spells, time: float) -> dict[str, int]:
    """Return how many children wait at a working-day time: for a decision, assessment, approval, conference, case holder."""
    return {
        "decision": _open(spells, [Event.REFERRAL], [Event.SCREENED_IN, Event.NO_FURTHER_ACTION], time),
        "assessment": _spell(spells.assessments, time),
        "approval": _approvals(spells, time),
        "conference": _conferences(spells, time),
        "case holder": _spell(spells.waits, time),
    }


def _spell(table: pd.DataFrame, time: float) -> int:
    return int(((table["start"] <= time) & (table["end"] > time)).sum())


def _open(spells: Spells, asked: list[Event], answered: list[Event], time: float) -> int:
    """Return the episodes that were asked something, have had no answer and are not closed."""
    begun, ended = (set(rows.key[rows.time <= time]) for rows in (spells.record.rows(*asked), spells.record.rows(*answered)))
    closed = spells.record.rows(Event.CLOSED)
    return len(begun - ended - set(closed.key[closed.time <= time]))


def _approvals(spells: Spells, time: float) -> int:
    """Return the assessments whose last session or report is done and which are still to be approved.

    A report is due a day before the approval of its assessment; conferences' reports have no approval that is due then.
    """
    reports, approvals = spells.record.rows(Event.REPORT), spells.record.rows(Event.APPROVAL)
    table = spells.assessments
    open_now = table[(table["start"] <= time) & (table["end"] > time)]
    keys = set(zip(open_now["child"], open_now["episode"], strict=True))
    written = reports.time <= time
    # conferences are held on whole days, and so their reports fall due on one
    of_assessments = written & (reports.due != np.floor(reports.due))
    done = {
        (child, episode, round(due + 1.0, 2))
        for child, episode, due in zip(
            reports.child[of_assessments], reports.episode[of_assessments], reports.due[of_assessments], strict=True
        )
        if (child, episode) in keys
    }
    approved = {
        (child, episode, round(float(due), 2))
        for child, episode, due, at in zip(approvals.child, approvals.episode, approvals.due, approvals.time, strict=True)
        if at <= time
    }
    return len(done - approved)


def _conferences(spells: Spells, time: float) -> int:
    """Return the children whose enquiry ended with a conference to be held, which has not been."""
    enquiries = spells.section_47s
    wanted = (enquiries["follows"] == Detail.OUTCOME_ICPC) & (enquiries["end"] <= time)
    closed = spells.record.rows(Event.CLOSED)
    gone = dict(zip(closed.key.tolist(), closed.time.tolist(), strict=True))
    keys = enquiries["child"].to_numpy() * (1 << 15) + enquiries["episode"].to_numpy()
    left = np.array([gone.get(int(key), np.inf) for key in keys])
    held = enquiries["conference"].fillna(np.inf).to_numpy()
    return int((wanted.to_numpy() & (held > time) & (left > time)).sum())
