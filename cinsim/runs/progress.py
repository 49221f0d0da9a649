"""How far a run is: told to whoever asks, shown as one bar on a terminal, and the place where a run is cancelled."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Final

from cinsim.errors import RunError

SIMULATING: Final = "simulating"
GATHERING: Final = "gathering"
WRITING: Final = "writing results"
FINISHED: Final = "finished"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run.

    Attributes
    ----------
    stage : "simulating", "gathering", "writing results" or "finished".
    done, total : replications. Those that had been finished before are not counted.
    share : of the stage's work that is done, 0 to 1; larger areas count for more.
    seconds : since the stage began. seconds_left : about how many more it takes, None while nothing is done.
    """

    stage: str
    done: int
    total: int
    share: float
    seconds: float
    seconds_left: float | None


Told = Callable[[Step], None]
Cancelled = Callable[[], bool]


class RunCancelled(RunError):
    """A run was cancelled by whoever started it; what is finished is kept."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who follows a run.

    Attributes
    ----------
    told : called with every step, in the process and thread that the run was started in; None for nobody.
    cancelled : asked after every replication whether the run is to stop; None for never.
    """

    told: Told | None = None
    cancelled: Cancelled | None = None

    def tell(self, step: Step) -> None:
        """Pass a step on."""
        if self.told is not None:
            self.told(step)

    @property
    def stops(self) -> bool:
        """Whether the run is to stop."""
        return self.cancelled is not None and self.cancelled()


NOBODY: Final = Listener()


@contextmanager
def progress(
    description: str, total: float, *, quiet: bool = False, listener: Listener = NOBODY, count: int = 0
) -> Iterator[Callable[[float], None]]:
    """Give ``advance(amount)``; shows a bar on standard error if that is a terminal, and tells the listener.

    Parameters
    ----------
    description : what is going on.
    total : the amount of work, in any unit; tasks count by their population, so that the time left is honest.
    quiet : never show the bar.
    listener, count : who is told of every advance, and the number of advances there will be.
    """
    begun, done, amount_done = time.monotonic(), 0, 0.0

    def tell(amount: float) -> None:
        nonlocal done, amount_done
        done, amount_done = done + 1, amount_done + amount
        passed, share = time.monotonic() - begun, min(1.0, amount_done / total) if total else 1.0
        left = passed * (1 - share) / share if share > 0 else None
        listener.tell(Step(description.lower(), done, count, round(share, 4), round(passed, 1), left and round(left, 1)))

    listener.tell(Step(description.lower(), 0, count, 0.0, 0.0, None))
    if quiet or not sys.stderr.isatty():
        yield tell
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

        def advance(amount: float) -> None:
            bar.advance(task, amount)
            tell(amount)

        yield advance


def as_json(step: Step) -> None:
    """Write a step as one line of JSON on standard error."""
    print(json.dumps(asdict(step)), file=sys.stderr, flush=True)
