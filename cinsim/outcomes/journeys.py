"""Children whose journey one scenario changes, against another in which they met the same luck."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cinsim.errors import InputError
from cinsim.outcomes.replication import ReplicationLike
from cinsim.outcomes.rows import Ints, occurrence
from cinsim.outcomes.spells import Spells
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES, JOURNEY

"""The kinds of event that make a journey: decisions and spells, not the work, nor who holds the case."""

OUTCOMES: Final = ("referrals", "episodes_of_need", "cin_plans", "cp_plans", "looked_after", "days_open", "last_closure")
_NONE: Final = -1


def children_changed(baseline: ReplicationLike, scenario: ReplicationLike) -> pd.DataFrame:
    """Return the children whose journeys differ, each with what first became different and what came of both.

    Parameters
    ----------
    baseline, scenario
        The same area, draw and replication under two scenarios; a child has the same number in both.

    Returns
    -------
    one row a child, in the order of the first difference, with

    child, date, time : when the first difference stands in either journey (the earlier of the two).
    first_different : what happens there under the scenario; under the baseline where the scenario's journey has ended.
    baseline_event, scenario_event, baseline_time, scenario_time : both sides, "" and NaN for none.
    baseline_<outcome>, scenario_<outcome> : referrals, episodes_of_need (neither NFA nor found not in need), cin_plans,
        cp_plans, looked_after (spells), days_open (working days), last_closure (reason, "open" or "" for never referred).
    outcome_differs : whether any outcome but days_open does; otherwise only times do.

    Raises
    ------
    InputError
        The replications are not of the same children.
    """
    if len(baseline.population.birth) != len(scenario.population.birth):
        raise InputError("journeys can only be compared between replications of the same area, draw and replication")
    sides = [_Journeys(Spells(baseline)), _Journeys(Spells(scenario))]
    child, place = _first_differences(*sides)
    events, times = [], []
    for side in sides:
        event, time = side.at(child, place)
        events.append(event)
        times.append(time)
    time = np.fmin(times[0], times[1])
    order = np.argsort(time, kind="stable")
    child, time = child[order], time[order]
    names = np.array([*EVENT_NAMES, ""], dtype=object)
    before, after = (event[order] for event in events)
    table: dict[str, Any] = {
        "child": child,
        "date": sides[0].spells.dates(time),
        "time": time,
        "first_different": names[np.where(after == _NONE, before, after)],
        "baseline_event": names[before],
        "scenario_event": names[after],
        "baseline_time": times[0][order],
        "scenario_time": times[1][order],
    }
    outcomes = [side.outcomes(child) for side in sides]
    for prefix, found in zip(("baseline", "scenario"), outcomes, strict=True):
        table |= {f"{prefix}_{name}": found[name] for name in OUTCOMES}
    differs = [outcomes[0][name] != outcomes[1][name] for name in OUTCOMES if name != "days_open"]
    table["outcome_differs"] = np.any(differs, axis=0)
    # also where no child differs
    names_in = ("first_different", "baseline_event", "scenario_event", "baseline_last_closure", "scenario_last_closure")
    return pd.DataFrame(table).astype(dict.fromkeys(names_in, "str"))


class _Journeys:
    """One side of the comparison: the events of journeys, child by child in the order in which they happened."""

    def __init__(self, spells: Spells):
        self.spells = spells
        rows, kind = spells.record.rows(*JOURNEY), spells.record.kinds(*JOURNEY)
        order = np.argsort(rows.child, kind="stable")
        self.child, self.time = rows.child[order], rows.time[order]
        self.kind, self.detail, self.episode = kind[order], rows.detail[order], rows.episode[order]
        self.key = (self.child << 24) + occurrence(self.child)

    def find(self, key: Ints) -> Ints:
        """Return the rows with these keys, -1 for none."""
        at = np.searchsorted(self.key, key)
        found = np.append(self.key, _NONE)[at] == key
        return np.where(found, at, _NONE)

    def at(self, child: Ints, place: Ints) -> tuple[Ints, NDArray[np.float64]]:
        """Return kind and time of the event at a place in each child's journey, -1 and NaN past its end."""
        row = self.find((child << 24) + place)
        return np.append(self.kind, _NONE)[row], np.append(self.time, np.nan)[row]

    def outcomes(self, child: Ints) -> dict[str, NDArray[Any]]:
        """Return what came of some children's journeys."""
        spells, n = self.spells, len(self.spells.replication.population.birth)
        e = spells.episodes
        need = ~(e["nfa"] | e["not_in_need"]).to_numpy()
        who, closed = e["child"].to_numpy(), e["closed"].to_numpy()
        until = np.where(np.isfinite(closed), closed, spells.record.columns["time"].max(initial=0.0))
        out: dict[str, NDArray[Any]] = {
            "referrals": np.bincount(who, minlength=n)[child],
            "episodes_of_need": np.bincount(who[need], minlength=n)[child],
        }
        for name in ("cin_plans", "cp_plans", "looked_after"):
            out[name] = np.bincount(getattr(spells, name)["child"].to_numpy(), minlength=n)[child]
        out["days_open"] = np.bincount(who, weights=until - e["referred"].to_numpy(), minlength=n)[child]
        last = np.full(n, "", dtype=object)
        reasons = np.array([*DETAIL_NAMES, "open"], dtype=object)[e["reason"].to_numpy()]
        order = np.argsort(e["referred"].to_numpy(), kind="stable")
        last[who[order]] = reasons[order]  # the latest stands last
        out["last_closure"] = last[child]
        return out


def _first_differences(one: _Journeys, other: _Journeys) -> tuple[Ints, Ints]:
    """Return the children whose journeys differ and the place of the first difference."""
    partner = other.find(one.key)
    both = partner >= 0
    same = np.zeros(len(one.key), dtype=bool)
    mine, theirs = np.flatnonzero(both), partner[both]
    same[mine] = (
        (one.time[mine] == other.time[theirs])
        & (one.kind[mine] == other.kind[theirs])
        & (one.detail[mine] == other.detail[theirs])
        & (one.episode[mine] == other.episode[theirs])
    )
    keys = np.sort(np.concatenate([one.key[~same], other.key[one.find(other.key) < 0]]))
    child, first = np.unique(keys >> 24, return_index=True)
    return child, keys[first] & ((1 << 24) - 1)
