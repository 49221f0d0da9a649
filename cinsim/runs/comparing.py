"""What a comparison adds to a run folder: paired differences, and the children whose journey changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cinsim.engine.clock import Calendar
from cinsim.reference.events import DETAIL_NAMES, EVENT_NAMES
from cinsim.runs.events import record_columns
from cinsim.runs.gather import append_csv, area_measures, by_area
from cinsim.runs.store import Store, compactly
from cinsim.runs.tasks import Task

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class StoredRecord:
    """An event record read back from the store; see :class:`cinsim.engine.record.EventRecord`."""

    stored: dict[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.stored["time"])

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns, one entry an event."""
        return dict(self.stored)


@dataclass(frozen=True)
class StoredChildren:
    """As many children as there were; when they were born is not stored (not a time)."""

    birth: NDArray[np.datetime64]


@dataclass(frozen=True)
class StoredReplication:
    """What journeys need to know of a finished replication."""

    record: StoredRecord
    calendar: Calendar
    population: StoredChildren
    workers: tuple[object, ...] = field(default=())


def stored_replication(task: Task, store: Store) -> StoredReplication:
    """Return a finished task as its journeys are compared."""
    from cinsim.simulation.replicate import calendar_of

    children = np.full(int(store.receipt(task.key)["children"]), np.datetime64("NaT"), dtype="datetime64[D]")
    columns = record_columns(store.events(task.key), EVENT_NAMES, DETAIL_NAMES)
    return StoredReplication(StoredRecord(columns), calendar_of(task.scenario), StoredChildren(children))


def write_comparison(tasks: Sequence[Task], store: Store, folder: Path) -> None:
    """Write ``differences.csv``, of several authorities also ``national_differences.csv``, and, where events were kept,
    ``children_changed.parquet``.

    Parameters
    ----------
    tasks : finished tasks of two or more arms; the first task's arm is the baseline.
    """
    from cinsim.outcomes.compare import differences

    baseline = tasks[0].arm
    for _, group in by_area(tasks):
        measures = area_measures(group, store)
        is_baseline = measures["scenario"] == baseline
        append_csv(differences(measures[is_baseline], measures[~is_baseline]), folder / "differences.csv")
    if (folder / "national.csv").exists():
        append_csv(national_differences(folder, baseline), folder / "national_differences.csv")
    writer: pq.ParquetWriter | None = None
    try:
        for changed in _children_changed(tasks, store):
            table = pa.Table.from_pandas(changed, preserve_index=False)
            if writer is None:
                writer = pq.ParquetWriter(folder / "children_changed.parquet", table.schema, **compactly(table.schema))
            writer.write_table(table.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()


def national_differences(folder: Path, baseline: str) -> pd.DataFrame:
    """Return how England, its regions, and the spread between authorities differ under each scenario.

    Parameters
    ----------
    folder : holds ``national.csv`` and, for three authorities or more, ``variation.csv``.

    Returns
    -------
    the columns of ``differences.csv`` with ``area_level``, and ``statistic`` in the place of ``group``: "level" for a measure of
    a region or of England, else how much authorities differ (:data:`cinsim.outcomes.postcode_lottery.STATISTICS`).
    """
    import pandas as pd

    from cinsim.outcomes.compare import differences
    from cinsim.outcomes.national import ENGLAND

    national = pd.read_csv(folder / "national.csv", keep_default_na=False, na_values=[""])
    places = national.drop_duplicates("area_code").set_index("area_code")
    england = places.index[places["area_level"] == ENGLAND][0]
    parts = [national.assign(statistic="level")]
    if (folder / "variation.csv").exists():
        spread = pd.read_csv(folder / "variation.csv", keep_default_na=False, na_values=[""])
        parts.append(spread.assign(area_code=england, area_name=places.loc[england, "area_name"]))
    table = pd.concat(parts, ignore_index=True).rename(columns={"statistic": "group"})
    table = table.drop(columns=["area_level", "authorities"], errors="ignore")
    is_baseline = table["scenario"] == baseline
    found = differences(table[is_baseline], table[~is_baseline]).rename(columns={"group": "statistic"})
    found.insert(2, "area_level", found["area_code"].map(places["area_level"]))
    return found


def _children_changed(tasks: Sequence[Task], store: Store) -> Iterator[pd.DataFrame]:
    """Yield for each pair whose events were kept the children whose journey differs from the baseline's."""
    from cinsim.outcomes.journeys import children_changed

    baseline = tasks[0].arm
    for _, group in by_area(tasks):
        for pair in sorted({(task.draw, task.replication) for task in group if task.keep_events}):
            arms = {task.arm: task for task in group if (task.draw, task.replication) == pair}
            before = stored_replication(arms[baseline], store)
            for arm, task in arms.items():
                if arm == baseline:
                    continue
                changed = children_changed(before, stored_replication(task, store))  # type: ignore[arg-type]
                where: dict[str, Any] = {
                    "scenario": arm, "baseline": baseline, "area_code": task.area.area_code,
                    "draw": task.draw, "replication": task.replication, "run": task.run,
                }  # fmt: skip
                for place, (name, value) in enumerate(where.items()):
                    changed.insert(place, name, value)
                yield changed
