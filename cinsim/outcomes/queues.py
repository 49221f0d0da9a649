"""Who waits in each queue of the service: for a decision on a referral, an approval, a child protection conference."""

from __future__ import annotations

import numpy as np

from cinsim.outcomes.groups import percent
from cinsim.outcomes.replication import ReplicationLike
from cinsim.outcomes.rows import Ints, keys_of, taken
from cinsim.outcomes.spells import Spells
from cinsim.outcomes.tally import Tally, Values
from cinsim.reference.events import Detail, Event

DECISION_WITHIN_WORKING_DAYS = 1


def add_queues(tally: Tally, spells: Spells, replication: ReplicationLike) -> None:
    """Add decisions on referrals in time, and who waits on 31 March at the front door, for an approval and for a conference."""
    add_decisions(tally, spells)
    noted = replication.queue_notes
    tally.add("approvals_waiting_31_march", _noted(tally, noted[noted[:, 1] == Event.APPROVAL]))
    initial = _open_on_31_march(tally, *_initial_conferences(spells))
    tally.add("conferences_waiting_31_march", initial + _noted(tally, noted[noted[:, 1] == Event.CPP_REVIEW]))


def add_decisions(tally: Tally, spells: Spells) -> None:
    """Add the share of referrals decided on within one working day, and those undecided on 31 March.

    A referral counts in the year in which its decision falls due; one that ends undecided before then is left out.
    """
    referrals = spells.record.rows(Event.REFERRAL)
    decisions = spells.record.rows(Event.NO_FURTHER_ACTION, Event.SCREENED_IN)
    decision = taken(decisions.time, spells.first(decisions, referrals.key), np.inf)
    child, start, decided = referrals.child, referrals.time, np.isfinite(decision)
    end = np.minimum(decision, spells.closing_time(referrals.key))
    last_day = np.floor(start) + DECISION_WITHIN_WORKING_DAYS
    year = tally.years.index_of(last_day)
    late = end >= last_day + 1.0
    counted = (year >= 0) & (late | decided)
    on = spells.dates(last_day)
    due = tally.groups.counts(np.where(counted, year, -1), child, on)
    in_time = tally.groups.counts(np.where(counted & ~late, year, -1), child, on)
    tally.add("decisions_due", due)
    tally.add("decision_within_1_day_percent", percent(in_time, due))
    tally.add("referrals_undecided_31_march", _open_on_31_march(tally, start, end, child))


def _initial_conferences(spells: Spells) -> tuple[Values, Values, Ints]:
    """Return of each enquiry that asks for a conference its end, when it was held or the case closed, and the child."""
    table = spells.section_47s
    asked = table[(table["follows"] == Detail.OUTCOME_ICPC).to_numpy()]
    child, episode, start, conference = (asked[c].to_numpy() for c in ("child", "episode", "end", "conference"))
    held = np.nan_to_num(conference, nan=np.inf)
    return start, np.minimum(held, spells.closing_time(keys_of(child, episode))), child


def _open_on_31_march(tally: Tally, start: Values, end: Values, child: Ints) -> Values:
    year, row = tally.open_at_year_end(start, end)
    return tally.groups.counts(year, child[row], tally.years.march_31[year])


def _noted(tally: Tally, notes: Values) -> Values:
    """Count the notes that were taken as each year ended."""
    year = np.full(len(notes), -1)
    for index, end in enumerate(tally.years.ends):
        year[notes[:, 0] == end] = index
    return tally.groups.counts(year, notes[:, 2].astype(np.int64), tally.years.march_31[year])
