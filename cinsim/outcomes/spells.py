"""The event record as tables of spells: episodes, assessments, plans, enquiries, case holding, visits, workers.

Every table is a DataFrame with one row a spell. Times are working days on the run's calendar; ``end`` is ``inf`` while
a spell is open and its date then ``NaT``. ``child`` is the child's number in the population, ``episode`` counts its
referrals from 1. A spell without an end of its own ends when its episode is closed.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.outcomes.dates import Times, dates_of
from cinsim.outcomes.replication import ReplicationLike
from cinsim.outcomes.rows import Ints, Rows, SortedRecord, first_after, last_before, occurrence, pair, stamp, taken
from cinsim.reference.events import CASE_HOLDING, Detail, Event

NOT_IN_NEED_REASONS: Final = (Detail.RC8, Detail.RC9)


class Spells:
    """All tables of one replication, each made when first asked for."""

    def __init__(self, replication: ReplicationLike):
        self.replication = replication
        self.record = SortedRecord(replication.record)

    def dates(self, times: Times) -> NDArray[np.datetime64]:
        """Return the dates of times, NaT where not finite."""
        return dates_of(self.replication.calendar, times)

    @cached_property
    def _closed_keys(self) -> tuple[Ints, Times]:
        """Keys of closed episodes in order, and their closing times."""
        closed = self.record.rows(Event.CLOSED)
        order = np.argsort(closed.key, kind="stable")
        return closed.key[order], closed.time[order]

    def closing_time(self, key: Ints) -> Times:
        """Return when the episodes with these keys are closed, inf for those that are not."""
        keys, times = self._closed_keys
        at = np.searchsorted(keys, key)
        found = np.append(keys, -1)[at] == key
        return np.where(found, np.append(times, np.inf)[at], np.inf)

    def first(self, rows: Rows, key: Ints) -> Ints:
        """Return for each key its first row among ``rows``, -1 for none."""
        order = np.argsort(rows.key, kind="stable")
        keys = rows.key[order]
        at = np.searchsorted(keys, key)
        return np.where(np.append(keys, -1)[at] == key, np.append(order, -1)[at], -1)

    def _spells(self, starts: Rows, ends: Rows) -> tuple[dict[str, NDArray[Any]], Ints]:
        """Pair starts with ends; return the columns every table has and the row of each spell's end."""
        end_row = pair(starts.key, ends.key)
        end = np.minimum(taken(ends.time, end_row, np.inf), self.closing_time(starts.key))
        columns: dict[str, NDArray[Any]] = {
            "child": starts.child,
            "episode": starts.episode,
            "start": starts.time,
            "end": np.maximum(end, starts.time),
        }
        columns["start_date"] = self.dates(columns["start"])
        columns["end_date"] = self.dates(columns["end"])
        return columns, end_row

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """Referrals and all that follows until closure.

        Columns: child, episode, referred, closed (times), referred_date, closed_date, source, reason (codes of Detail,
        -1 while open), concern (presenting concern), nfa, not_in_need (bool: no further action on the referral; first
        assessment found no need, whenever it was completed), need_refused (time of that closure, inf for others),
        assessed (time at which the first assessment was completed, inf for none), help_at_closure (h, NaN while open).
        """
        referrals, closed = self.record.rows(Event.REFERRAL), self.record.rows(Event.CLOSED)
        key = referrals.key
        closure = self.first(closed, key)
        reason = taken(closed.detail, closure, -1)
        closed_at = taken(closed.time, closure, np.inf)
        nfa = (self.first(self.record.rows(Event.NO_FURTHER_ACTION), key) >= 0) | (reason == Detail.NFA)
        found_no_need = self.first(self.record.rows(Event.NOT_IN_NEED), key) >= 0
        not_in_need = (found_no_need | np.isin(reason, NOT_IN_NEED_REASONS)) & ~nfa
        completed = self.record.rows(Event.ASSESSMENT_COMPLETED)
        return pd.DataFrame(
            {
                "child": referrals.child,
                "episode": referrals.episode,
                "referred": referrals.time,
                "closed": closed_at,
                "referred_date": self.dates(referrals.time),
                "closed_date": self.dates(closed_at),
                "source": referrals.detail,
                "reason": reason,
                "concern": referrals.value,
                "nfa": nfa,
                "not_in_need": not_in_need,
                "need_refused": np.where(not_in_need, closed_at, np.inf),
                "assessed": taken(completed.time, self.first(completed, key), np.inf),
                "help_at_closure": taken(closed.value, closure, np.nan),
            },
            copy=False,
        )

    @cached_property
    def assessments(self) -> pd.DataFrame:
        """Child and family assessments.

        Columns: child, episode, start, end (authorisation), start_date, end_date, completed (bool: authorised, not cut
        short by closure), outcome (code of Detail, -1 for none), severity (as seen), due, days (working days from the
        referral, or the start of a later assessment, to authorisation, 0 on the same day; NaN where not completed).
        """
        starts, ends = self.record.rows(Event.ASSESSMENT_STARTED), self.record.rows(Event.ASSESSMENT_COMPLETED)
        columns, end_row = self._spells(starts, ends)
        columns["completed"] = end_row >= 0
        columns["outcome"] = taken(ends.detail, end_row, -1)
        columns["severity"] = taken(ends.value, end_row, np.nan)
        columns["due"] = starts.due
        counted_from = np.where(np.isnan(starts.value), columns["start"], starts.value)
        columns["days"] = np.where(end_row >= 0, _working_days(counted_from, columns["end"]), np.nan)
        return pd.DataFrame(columns, copy=False)

    def _table(self, start: Event, end: Event) -> pd.DataFrame:
        starts, ends = self.record.rows(start), self.record.rows(end)
        columns, end_row = self._spells(starts, ends)
        columns["follows"] = taken(ends.detail, end_row, -1)
        return pd.DataFrame(columns, copy=False)

    @cached_property
    def cin_plans(self) -> pd.DataFrame:
        """CIN plans. Columns: child, episode, start, end, start_date, end_date, follows (code of Detail, -1 for none)."""
        return self._table(Event.CIN_PLAN_STARTED, Event.CIN_PLAN_ENDED)

    @cached_property
    def section_47s(self) -> pd.DataFrame:
        """Section 47 enquiries.

        Columns: child, episode, start, end, start_date, end_date, follows (outcome), conference (time of the initial
        child protection conference that followed, NaN for none), conference_date.
        """
        table = self._table(Event.SECTION_47_STARTED, Event.SECTION_47_ENDED)
        conference = np.full(len(table), np.nan)
        enquiry = self.conferences["enquiry"].to_numpy()
        conference[enquiry[enquiry >= 0]] = self.conferences["time"].to_numpy()[enquiry >= 0]
        table["conference"] = conference
        table["conference_date"] = self.dates(conference)
        return table

    @cached_property
    def conferences(self) -> pd.DataFrame:
        """Initial child protection conferences.

        Columns: child, episode, time, date, outcome (code of Detail), due, enquiry (row in ``section_47s`` of the
        enquiry it followed, -1 for none), days (working days from the start of that enquiry, NaN for none).
        """
        held, enquiries = self.record.rows(Event.ICPC), self.record.rows(Event.SECTION_47_STARTED)
        enquiry = last_before(held.key, held.time, enquiries.key, enquiries.time)
        started = taken(enquiries.time, enquiry, np.nan)
        return pd.DataFrame(
            {
                "child": held.child,
                "episode": held.episode,
                "time": held.time,
                "date": self.dates(held.time),
                "outcome": held.detail,
                "due": held.due,
                "enquiry": enquiry,
                "days": _working_days(started, held.time),
            },
            copy=False,
        )

    @cached_property
    def cp_plans(self) -> pd.DataFrame:
        """Child protection plans.

        Columns: child, episode, start, end, start_date, end_date, follows, category (code of Detail), previous (number
        of the child's earlier plans in this authority, before the run included where the population knows them).
        """
        starts = self.record.rows(Event.CPP_STARTED)
        table = self._table(Event.CPP_STARTED, Event.CPP_ENDED)
        table["category"] = starts.detail
        order = np.argsort(stamp(starts.child, starts.time), kind="stable")
        previous = np.empty(len(starts), dtype=np.int64)
        previous[order] = occurrence(starts.child[order])
        before = getattr(self.replication.population, "previous_cpps", None)
        table["previous"] = previous if before is None else previous + np.asarray(before, dtype=np.int64)[starts.child]
        return table

    @cached_property
    def looked_after(self) -> pd.DataFrame:
        """Spells of being looked after. Columns: child, episode, start, end, start_date, end_date, follows."""
        return self._table(Event.LOOKED_AFTER_STARTED, Event.LOOKED_AFTER_ENDED)

    @cached_property
    def care_leavers(self) -> pd.DataFrame:
        """Spells as a care leaver. Columns: child, episode, start, end, start_date, end_date, follows."""
        return self._table(Event.CARE_LEAVER_STARTED, Event.CARE_LEAVER_ENDED)

    @cached_property
    def disability_services(self) -> pd.DataFrame:
        """Long-stay services for disabled children without a plan.

        Columns: child, episode, start, end, start_date, end_date, follows.
        """
        return self._table(Event.DISABILITY_SERVICE_STARTED, Event.DISABILITY_SERVICE_ENDED)

    @cached_property
    def short_help(self) -> pd.DataFrame:
        """Help without a plan, until closure or the start of a plan, of care or of a long-stay service.

        Columns: child, episode, start, end, start_date, end_date.
        """
        starts = self.record.rows(Event.SHORT_HELP_STARTED)
        plans = self.record.rows(
            Event.CIN_PLAN_STARTED, Event.CPP_STARTED, Event.LOOKED_AFTER_STARTED, Event.DISABILITY_SERVICE_STARTED
        )
        plan = taken(plans.time, first_after(starts.key, starts.time, plans.key, plans.time), np.inf)
        end = np.minimum(self.closing_time(starts.key), plan)
        return pd.DataFrame(
            {
                "child": starts.child,
                "episode": starts.episode,
                "start": starts.time,
                "end": end,
                "start_date": self.dates(starts.time),
                "end_date": self.dates(end),
            },
            copy=False,
        )

    @cached_property
    def _case_states(self) -> pd.DataFrame:
        """What a child's case was between one case-holding event (or closure) and the child's next."""
        kinds = (*sorted(CASE_HOLDING), Event.CLOSED)
        rows, kind = self.record.rows(*kinds), self.record.kinds(*kinds)
        order = np.argsort(rows.child, kind="stable")
        child = rows.child[order]
        time = rows.time[order]
        same_child_next = np.append(child[1:] == child[:-1], False)[: len(child)]
        end = np.where(same_child_next, np.append(time[1:], np.inf)[: len(time)], np.inf)
        return pd.DataFrame(
            {
                "child": child,
                "episode": rows.episode[order],
                "kind": kind[order],
                "worker": rows.worker[order],
                "team": rows.detail[order],
                "start": time,
                "end": end,
            },
            copy=False,
        )

    @cached_property
    def case_holdings(self) -> pd.DataFrame:
        """Who held which child's case from when to when.

        Columns: child, episode, worker, start, end, change (bool: another worker held the case before, in the same
        episode, also where it lay unallocated in between).
        """
        states = self._case_states
        held = states[states["kind"].isin((Event.ALLOCATED, Event.HANDED_OVER)).to_numpy()]
        child, episode, worker = (held[c].to_numpy() for c in ("child", "episode", "worker"))
        change = np.zeros(len(held), dtype=bool)
        change[1:] = (child[1:] == child[:-1]) & (episode[1:] == episode[:-1]) & (worker[1:] != worker[:-1])
        table = held[["child", "episode", "worker", "start", "end"]].reset_index(drop=True)
        table["change"] = change
        return table

    @cached_property
    def waits(self) -> pd.DataFrame:
        """Waits for a case holder. Columns: child, episode, team (code of Detail), start, end (allocation or closure)."""
        states = self._case_states
        waiting = states[(states["kind"] == Event.WAITING_FOR_ALLOCATION).to_numpy()].reset_index(drop=True)
        # asking again while waiting does not end the wait
        child, start, end = (waiting[c].to_numpy() for c in ("child", "start", "end"))
        begins = np.append(True, (child[1:] != child[:-1]) | (start[1:] != end[:-1]))[: len(child)]
        ends = np.append(begins[1:], True)[: len(child)]
        table = waiting.loc[begins, ["child", "episode", "team", "start"]].reset_index(drop=True)
        table["end"] = end[ends]
        return table

    @cached_property
    def visits(self) -> pd.DataFrame:
        """Visits, kind by kind.

        Columns: kind (code of Event), child, episode, worker, time, due, done (bool: False for one that was due and
        never made), on_time (bool: done on its due day or before).
        """
        index = self.record.index(Event.CIN_VISIT, Event.LOOKED_AFTER_VISIT)
        c = self.record.columns
        worker, time, due = c["resource"][index], c["time"][index], c["due"][index].astype(np.float64)
        done = worker >= 0
        return pd.DataFrame(
            {
                "kind": c["event"][index],
                "child": c["entity"][index],
                "episode": c["episode"][index],
                "worker": worker,
                "time": time,
                "due": due,
                "done": done,
                "on_time": done & (time < np.floor(due) + 1.0),
            },
            copy=False,
        )

    @cached_property
    def cpp_reviews(self) -> pd.DataFrame:
        """Review child protection conferences.

        Columns: child, episode, plan (row in ``cp_plans``, -1 for none), time, date, due.
        """
        rows = self.record.rows(Event.CPP_REVIEW)
        starts = self.record.rows(Event.CPP_STARTED)
        plan = last_before(rows.key, rows.time, starts.key, starts.time)
        return pd.DataFrame(
            {
                "child": rows.child,
                "episode": rows.episode,
                "plan": plan,
                "time": rows.time,
                "date": self.dates(rows.time),
                "due": rows.due,
            },
            copy=False,
        )

    def by_worker(self, column: str, missing: float) -> NDArray[Any]:
        """Return a column of ``workers`` as an array by worker's number, ``missing`` for numbers the record alone knows."""
        number, values = self.workers["worker"].to_numpy(), self.workers[column].to_numpy()
        resource = self.record.columns["resource"]
        highest = max(number.max() if len(number) else -1, resource.max() if len(resource) else -1)
        out = np.full(int(highest) + 1, missing, dtype=np.result_type(values.dtype, type(missing)))
        out[number] = values
        return out

    @cached_property
    def workers(self) -> pd.DataFrame:
        """Workers. Columns: worker (number), role, team (codes of Detail), fte, agency, started, left (inf while in post)."""
        rows = self.replication.workers
        return pd.DataFrame(
            {
                "worker": np.array([w.number for w in rows], dtype=np.int64),
                "role": np.array([w.role for w in rows], dtype=np.int64),
                "team": np.array([w.team for w in rows], dtype=np.int64),
                "fte": np.array([w.fte for w in rows], dtype=np.float64),
                "agency": np.array([w.agency for w in rows], dtype=bool),
                "started": np.array([w.started for w in rows], dtype=np.float64),
                "left": np.array([w.left for w in rows], dtype=np.float64),
            }
        )


def _working_days(start: Times, end: Times) -> Times:
    """Return working days from the day of ``start`` to the day of ``end``."""
    return np.asarray(np.floor(end) - np.floor(start), dtype=np.float64)
