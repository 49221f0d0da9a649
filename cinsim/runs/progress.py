"""One progress bar with the time left, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(description: str, total: float, *, quiet: bool = False) -> Iterator[Callable[[float], None]]:
    """Give ``advance(amount)``; shows a bar on standard error if that is a terminal and nothing otherwise.

    Parameters
    ----------
    description : what is going on.
    total : the amount of work, in any unit; tasks count by their population, so that the time left is honest.
    quiet : never show the bar.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda amount: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    # a task lasts seconds to minutes: the speed is read off the last ten minutes
    with Progress(*columns, console=Console(stderr=True), speed_estimate_period=600) as bar:
        task = bar.add_task(description, total=total)
        yield lambda amount: bar.advance(task, amount)
