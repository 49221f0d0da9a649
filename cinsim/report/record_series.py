"""What the event record tells beyond the yearly measures: months, working days of assessments, cases per worker."""

from __future__ import annotations

from datetime import date
from pathlib import Path

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


def read_events(path: Path, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Return scenario, run, area_code, entity_id, episode, resource_id, event, time, date of the kinds of event asked for.

    The first three and the event are categories; empty text where the record does not hold them.
    """
    here = set(pq.read_schema(path).names)
    wanted = ["scenario", "run", "area_code", "entity_id", "episode", "resource_id", "event", "time", "date"]
    rows = pq.read_table(path, columns=[c for c in wanted if c in here], filters=[("event", "in", list(kinds))]).to_pandas()
    # names stay categories: a record of all authorities has millions of rows
    for column in ("scenario", "run", "area_code", "event"):
        rows[column] = rows[column].astype("category") if column in rows else ""
    rows["date"] = pd.to_datetime(rows["date"]).astype("datetime64[s]")
    return rows


def _arm_names(run: RunFolder, rows: pd.DataFrame) -> pd.DataFrame:
    """Give a record of one scenario that scenario's name; leave out scenarios unknown to the measures."""
    if len(run.arms) == 1:
        return rows.assign(scenario=run.baseline.name)
    return rows[rows["scenario"].isin([arm.name for arm in run.arms])]


def monthly_stocks(run: RunFolder) -> pd.DataFrame:
    """Return scenario, run, measure (a rate per 10,000), month_end, value at the end of each month of the reported years.

    Counts become rates by the run's own ratio of rate to count at 31 March; without both measures a stock is left out.
    """
    columns = ["scenario", "run", "measure", "month_end", "value"]
    if run.events is None or len(run.areas) > 1:
        return pd.DataFrame(columns=columns)
    kinds = tuple(kind for pair in STOCK_EVENTS.values() for kind in pair)
    rows = _arm_names(run, read_events(run.events, kinds))
    years = run.years
    ends = pd.date_range(date(years[0] - 1, 3, 31), date(years[-1], 3, 31), freq="ME").values.astype("datetime64[s]")
    pieces = []
    for measure, (start, end) in STOCK_EVENTS.items():
        ratio = _rate_over_count(run, measure)
        if ratio is None:
            continue
        for (scenario, number), events in rows.groupby(["scenario", "run"], sort=True, observed=True):
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
    if run.events is None:
        return pd.DataFrame(columns=["scenario", "days"])
    rows = _arm_names(run, read_events(run.events, ("assessment_started", "assessment_completed")))
    keys = ["scenario", "run", "area_code", "entity_id", "episode"]
    rows = rows.sort_values([*keys, "time"], kind="stable")
    rows["turn"] = rows.groupby([*keys, "event"], sort=False, observed=True).cumcount()
    begun, done = (rows[rows["event"] == f"assessment_{kind}"] for kind in ("started", "completed"))
    pairs = done.merge(begun, on=[*keys, "turn"], suffixes=("", "_begun"))
    pairs = pairs[pairs["date"] >= np.datetime64(date(run.years[0] - 1, 4, 1))]
    days = np.floor(pairs["time"]) - np.floor(pairs["time_begun"])
    return pd.DataFrame({"scenario": pairs["scenario"].to_numpy(), "days": days.clip(lower=0).astype(int).to_numpy()})


def cases_per_worker(run: RunFolder) -> pd.DataFrame:
    """Return scenario, run and cases: one row a worker who held a case on 31 March of the last reported year."""
    if run.events is None:
        return pd.DataFrame(columns=["scenario", "run", "cases"])
    rows = _arm_names(run, read_events(run.events, ("allocated", "handed_over", "released", "closed")))
    rows = rows[rows["date"] <= np.datetime64(date(run.years[-1], 3, 31))]
    keys = ["scenario", "run", "area_code", "entity_id"]
    last = rows.sort_values([*keys, "time"], kind="stable").groupby(keys, sort=False, observed=True).tail(1)
    held = last[last["event"].isin(["allocated", "handed_over"])]
    held_by = ["scenario", "run", "area_code", "resource_id"]
    return held.groupby(held_by, sort=True, observed=True).size().rename("cases").reset_index()[["scenario", "run", "cases"]]
