"""One child under the baseline and under a scenario, event by event, from where the two journeys part."""

from __future__ import annotations

from datetime import date
from typing import Final

import pandas as pd
import pyarrow.parquet as pq

from cinsim.reference.events import EVENT_NAMES, JOURNEY
from cinsim.report.folder import Arm, RunFolder
from cinsim.report.labels import event_words
from cinsim.report.tables import Cell, Table

BEFORE: Final = 3  # events told that both journeys share
AFTER: Final = 14  # rows told from where they part
MOST_REFERRALS: Final = 3
_KINDS: Final = tuple(EVENT_NAMES[kind] for kind in JOURNEY)
_NEEDED: Final = frozenset({"scenario", "child", "time", "outcome_differs", "first_different", "draw", "replication"})


def one_child_tables(run: RunFolder) -> list[Table]:
    """Return for each scenario one child's two journeys; empty where no journey changed or no records were kept."""
    changed = run.children_changed
    if run.events is None or changed is None or not set(changed.columns) >= _NEEDED:
        return []
    tables = []
    for arm in run.arms[1:]:
        chosen = _chosen(changed[changed["scenario"].astype(str) == arm.name])
        if chosen is not None and not (table := _table(run, arm, chosen)).empty:
            tables.append(_told(run, arm, table))
    return tables


def _chosen(changed: pd.DataFrame) -> pd.Series | None:
    """Return a child for whom something came out otherwise, from the most frequent first difference, with few referrals."""
    rows = changed[changed["outcome_differs"] & (changed["draw"] == 0) & (changed["replication"] == 0)]
    for column in ("baseline_referrals", "scenario_referrals"):
        if column in rows:
            rows = rows[rows[column] <= MOST_REFERRALS]
    if rows.empty:
        return None
    most = rows["first_different"].astype(str).value_counts().index[0]
    return rows[rows["first_different"].astype(str) == most].sort_values("child", kind="stable").iloc[0]


def _table(run: RunFolder, arm: Arm, chosen: pd.Series) -> pd.DataFrame:
    """Return date, event, and in which of the two journeys it is, from shortly before they part."""
    filters: list[tuple[str, str, int | str]] = [
        ("entity_id", "=", int(chosen["child"])), ("draw", "=", 0), ("replication", "=", 0),
    ]  # fmt: skip
    if "area_code" in chosen:
        filters.append(("area_code", "=", str(chosen["area_code"])))
    rows = pq.read_table(run.events, columns=["scenario", "event", "date"], filters=filters).to_pandas()
    rows = rows[rows["event"].astype(str).isin(_KINDS)].astype({"event": str, "scenario": str})
    rows["turn"] = rows.groupby(["scenario", "event", "date"]).cumcount()
    mine = [rows[rows["scenario"] == name].drop(columns="scenario") for name in (run.baseline.name, arm.name)]
    both = mine[0].merge(mine[1], on=["date", "event", "turn"], how="outer", indicator=True)
    order = {name: place for place, name in enumerate(_KINDS)}
    both["place"] = both["event"].map(order)
    both = both.sort_values(["date", "place", "turn"], kind="stable").reset_index(drop=True)
    parts = both.index[both["_merge"] != "both"]
    if not len(parts):
        return both.iloc[:0]
    return both.iloc[max(0, parts[0] - BEFORE) : parts[0] + AFTER]


def _told(run: RunFolder, arm: Arm, table: pd.DataFrame) -> Table:
    rows = []
    for day, event, where in zip(table["date"], table["event"], table["_merge"].astype(str), strict=True):
        words = event_words(event)
        cells = [Cell(words if where in ("both", side) else "–") for side in ("left_only", "right_only")]
        rows.append((Cell(_day(pd.Timestamp(day).date())), *cells))
    return Table(
        f"One child under {run.baseline.named} and under {arm.title}",
        ("Date", run.baseline.label, arm.title),
        tuple(rows),
        "Chosen by number among the children for whom something came out otherwise, from shortly before the two journeys part; "
        "one simulated child, and no evidence of anything by itself.",
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
