"""Finished tasks into the tables of a run folder, an area at a time, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from cinsim.runs.store import Store
from cinsim.runs.tasks import Task

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("scenario", "area_code", "area_name", "year", "draw", "replication", "measure", "group", "value")
Summarise = Callable[["pd.DataFrame"], "pd.DataFrame"]


def area_measures(tasks: Sequence[Task], store: Store) -> pd.DataFrame:
    """Return the measures of some finished tasks with the columns of ``measures.csv``, in the order of the tasks."""
    import pandas as pd

    frames = []
    for task in tasks:
        frame = store.measures(task.key).to_pandas()
        frames.append(
            frame.assign(
                scenario=task.arm, area_code=task.area.area_code, area_name=task.area.area_name,
                draw=task.draw, replication=task.replication,
            )[list(COLUMNS)]
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def by_area(tasks: Sequence[Task]) -> Iterator[tuple[str, list[Task]]]:
    """Yield each area's tasks: areas in the order of the run, then arms, draws and replications in theirs."""
    areas = {code: place for place, code in enumerate(dict.fromkeys(task.area.area_code for task in tasks))}
    arms = {arm: place for place, arm in enumerate(dict.fromkeys(task.arm for task in tasks))}
    ordered = sorted(tasks, key=lambda t: (areas[t.area.area_code], arms[t.arm], t.draw, t.replication))
    for code, group in groupby(ordered, key=lambda task: task.area.area_code):
        yield code, list(group)


def append_csv(frame: pd.DataFrame, path: Path) -> None:
    """Append rows to a CSV file, with its header if it is new.

    Numbers stand in the shortest form that reads back the same, what is missing is empty, texts are quoted.
    """
    import pyarrow as pa
    from pyarrow.csv import WriteOptions, write_csv

    new = not path.exists()
    with path.open("ab") as file:
        write_csv(pa.Table.from_pandas(frame, preserve_index=False), file, WriteOptions(include_header=new))


def write_measures(
    tasks: Sequence[Task], store: Store, folder: Path, summarise: Summarise, advance: Callable[[float], None] = lambda done: None
) -> None:
    """Write ``measures.csv`` and ``summary.csv``; for several authorities also ``national.csv``, ``national_summary.csv``
    and, for three or more, ``variation.csv``.

    Parameters
    ----------
    tasks : finished tasks.
    folder : where to write.
    summarise : turns the measures of one area into the rows of its summary.
    advance : told how many tasks were gathered, after each area.
    """
    import pandas as pd

    from cinsim.outcomes.national import NationalSums
    from cinsim.outcomes.postcode_lottery import counts_of, lottery

    counts = []
    sums = NationalSums(tasks[0].scenario.population_fraction)
    for code, group in by_area(tasks):
        frame = area_measures(group, store)
        sums.add(code, frame)
        counts.append(counts_of(frame))
        append_csv(frame, folder / "measures.csv")
        append_csv(summarise(frame), folder / "summary.csv")
        advance(len(group))
    national = sums.frame()
    if not national.empty:
        append_csv(national, folder / "national.csv")
        append_csv(national_summary(national, summarise), folder / "national_summary.csv")
    variation = lottery(pd.concat(counts, ignore_index=True))
    if not variation.empty:
        append_csv(variation, folder / "variation.csv")


def national_summary(national: pd.DataFrame, summarise: Summarise) -> pd.DataFrame:
    """Return the summary of regions' and England's measures, with their level in place of the groups they do not have."""
    levels = national[["area_code", "area_level"]].drop_duplicates()
    found = summarise(national.drop(columns="area_level").assign(group="all")).drop(columns="group")
    found.insert(1, "area_level", found["area_code"].map(levels.set_index("area_code")["area_level"]))
    return found
