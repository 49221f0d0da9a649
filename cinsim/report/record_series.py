"""What the event record tells beyond the yearly measures: months, working days of assessments, cases per worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from cinsim.report.folder import RunFolder

# measure of the stock -> the events between which a child belongs to it
STOCK_EVENTS = {
    "children_in_need_31_march": ("referral", "closed"),
    "cin_plans_31_march": ("cin_plan_started", "cin_plan_ended"),
    "cpp_31_march": ("cpp_started", "cpp_ended"),
    "looked_after_31_march": ("looked_after_started", "looked_after_ended"),
}
LAST_DAY_SHOWN = 65
BATCH_ROWS = 262_144
_KEYS = ["scenario", "run", "area_code"]
_COLUMNS = ["entity_id", "episode", "resource_id", "event", "time", "date"]


def replications(run: RunFolder, kinds: tuple[str, ...]) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield scenario, number of the run and events of some kinds, one replication of one area after another.

    The record of all authorities has tens of millions of rows: no more than one replication is held at a time.

    Yields
    ------
    columns entity_id, episode, resource_id, event, time and date of the events, those that the record has.
    """
    if run.events is None:
        return
    file = pq.ParquetFile(run.events)
    here, names = set(file.schema_arrow.names), [arm.name for arm in run.arms]
    held: list[pd.DataFrame] = []
    held_key: tuple[str, ...] = ()
    for batch in file.iter_batches(BATCH_ROWS, columns=[column for column in (*_KEYS, *_COLUMNS) if column in here]):
        rows = batch.to_pandas()
        rows = rows[rows["event"].isin(kinds)]
        if rows.empty:
            continue
        keys = [column for column in _KEYS if column in rows]
        for key, own in rows.groupby(keys, sort=False, observed=True) if keys else [((), rows)]:
            if held and key != held_key:
                yield from _replication(held, names)
                held = []
            held.append(own)
            held_key = key
    if held:
        yield from _replication(held, names)


def _replication(pieces: list[pd.DataFrame], names: list[str]) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield a replication whole, unless it is of a scenario unknown to the measures; a record of one has that one's name."""
    rows = pd.concat(pieces) if len(pieces) > 1 else pieces[0]
    first = rows.iloc[0]
    scenario = names[0] if len(names) == 1 else str(first.get("scenario", ""))
    if scenario in names:
        dates = pd.to_datetime(rows["date"]).astype("datetime64[s]")
        yield scenario, str(first.get("run", "")), rows.drop(columns=_KEYS, errors="ignore").assign(date=dates)


def monthly_stocks(run: RunFolder) -> pd.DataFrame:
    """Return scenario, run, measure (a rate per 10,000), month_end, value at the end of each month of the reported years.

    Counts become rates by the run's own ratio of rate to count at 31 March; without both measures a stock is left out.
    """
    columns = ["scenario", "run", "measure", "month_end", "value"]
    if run.events is None or len(run.areas) > 1:
        return pd.DataFrame(columns=columns)
    kinds = tuple(kind for pair in STOCK_EVENTS.values() for kind in pair)
    years = run.years
    ends = pd.date_range(date(years[0] - 1, 3, 31), date(years[-1], 3, 31), freq="ME").values.astype("datetime64[s]")
    ratios = {measure: ratio for measure in STOCK_EVENTS if (ratio := _rate_over_count(run, measure)) is not None}
    pieces = []
    for scenario, number, events in replications(run, kinds):
        for measure, ratio in ratios.items():
            start, end = STOCK_EVENTS[measure]
            starts = np.sort(events.loc[events["event"] == start, "date"].to_numpy())
            stops = np.sort(events.loc[events["event"] == end, "date"].to_numpy())
            count = np.searchsorted(starts, ends, side="right") - np.searchsorted(stops, ends, side="right")
            piece = {"scenario": scenario, "run": number, "measure": f"{measure}_rate", "month_end": ends, "value": count * ratio}
            pieces.append(pd.DataFrame(piece))
    return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=columns)


def _rate_over_count(run: RunFolder, measure: str) -> float | None:
    count, rate = run.whole_area(measure)["value"], run.whole_area(f"{measure}_rate")["value"]
    if count.empty or rate.empty or not count.sum() > 0:
        return None
    return float(rate.mean() / count.mean())


def assessment_days(run: RunFolder) -> pd.DataFrame:
    """Return scenario and days (working days from start to authorisation) of assessments completed in the reported years."""
    pieces = [pd.DataFrame({"scenario": [], "days": []})]
    keys = ["entity_id", "episode"]
    for scenario, _, rows in replications(run, ("assessment_started", "assessment_completed")):
        rows = rows.sort_values([*keys, "time"], kind="stable")
        rows["turn"] = rows.groupby([*keys, "event"], sort=False, observed=True).cumcount()
        begun, done = (rows[rows["event"] == f"assessment_{kind}"] for kind in ("started", "completed"))
        pairs = done.merge(begun, on=[*keys, "turn"], suffixes=("", "_begun"))
        pairs = pairs[pairs["date"] >= np.datetime64(date(run.years[0] - 1, 4, 1))]
        days = (np.floor(pairs["time"]) - np.floor(pairs["time_begun"])).clip(lower=0).astype(int)
        pieces.append(pd.DataFrame({"scenario": scenario, "days": days.to_numpy()}))
    return pd.concat(pieces[1:] or pieces, ignore_index=True)


def cases_per_worker(run: RunFolder) -> pd.DataFrame:
    """Return scenario, run and cases: one row a worker who held a case on 31 March of the last reported year."""
    pieces = [pd.DataFrame({"scenario": [], "run": [], "cases": []})]
    for scenario, number, rows in replications(run, ("allocated", "handed_over", "released", "closed")):
        rows = rows[rows["date"] <= np.datetime64(date(run.years[-1], 3, 31))]
        last = rows.sort_values(["entity_id", "time"], kind="stable").groupby("entity_id", sort=False).tail(1)
        held = last[last["event"].isin(["allocated", "handed_over"])]
        cases = held.groupby("resource_id", sort=True).size()
        pieces.append(pd.DataFrame({"scenario": scenario, "run": number, "cases": cases.to_numpy()}))
    return pd.concat(pieces[1:] or pieces, ignore_index=True)
