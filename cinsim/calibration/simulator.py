"""What is calibrated, seen from outside: parameters and luck in, target measures out.

The model is one such simulator; tests use others that cost nothing. Finished simulations of the model are kept on disk, under
a key of everything they depend on, so that a calibration that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cinsim.about import PACKAGE
from cinsim.calibration.targets import Target, Targets
from cinsim.errors import InputError, RunError
from cinsim.reference.areas import Area, average_authority
from cinsim.reference.register import load_register
from cinsim.runs.engines import AUTO, PYTHON, chosen_engine, engine_named, usable_engine
from cinsim.runs.local import LocalExecutor
from cinsim.runs.run import do_missing
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task, digest, library_versions, scenario_digest

if TYPE_CHECKING:
    import pandas as pd

    from cinsim.scenario.model import Scenario

# rooms of the package in which a changed line can change a simulated number
_MODEL = ("engine", "reference", "scenario", "population", "policy", "workforce", "pathway", "simulation", "outcomes")


@dataclass(frozen=True, slots=True)
class Request:
    """One simulation: parameters that differ from the register's, the luck, and the area if it is not the simulator's own.

    ``fraction`` of the children and staff are simulated.
    """

    parameters: Mapping[str, float]
    replication: int
    area: Area | None = None
    fraction: float = 1.0


class Simulator(Protocol):
    """Whatever can be calibrated."""

    @property
    def targets(self) -> Targets:
        """What it gives, in order."""

    def run(self, requests: Sequence[Request]) -> NDArray[np.float64]:
        """Return the target measures of each request [requests, targets], in their own units; NaN where there is none.

        The same parameters and replication give the same numbers; the same replication under other parameters meets the
        same luck.
        """
        ...


@cache
def model_version() -> str:
    """Return a hash of the source that simulates and measures, and of the libraries that can change a number.

    Parameter values and earlier calibrations are left out: the values stand in each simulation's key.
    """
    seen = hashlib.blake2b(digest_size=16)
    for room in _MODEL:
        for path in sorted((PACKAGE / room).rglob("*")):
            inside = path.relative_to(PACKAGE)
            values = inside.parts[1] == "calibrated" or inside.name == "parameters.yaml"
            if path.is_file() and "__pycache__" not in inside.parts and not values:
                seen.update(f"{inside.as_posix()}\0".encode() + hashlib.blake2b(path.read_bytes()).digest())
    seen.update(digest({"python": platform.python_version_tuple()[:2], **library_versions()}).encode())
    return seen.hexdigest()


@dataclass(frozen=True, slots=True)
class Measured:
    """Simulates one replication with an engine and measures it; an authority's earlier corrections are left out."""

    engine: str = PYTHON

    def __call__(self, task: Task) -> TaskResult:
        """Do one task."""
        from cinsim.outcomes.measures import measures
        from cinsim.simulation.replicate import replicate

        begun = time.perf_counter()
        run = replicate(
            task.scenario, task.area, replication=task.replication, parameters=task.parameters, corrected=False,
            engine=engine_named(usable_engine(self.engine)),
        )  # fmt: skip
        found = measures(run)
        table = pa.Table.from_pandas(found[["year", "measure", "group", "value"]], preserve_index=False)
        return TaskResult(table, None, {"seconds": round(time.perf_counter() - begun, 3)})


def values_by_year(measures: pd.DataFrame, targets: Targets) -> NDArray[np.float64]:
    """Return the targets' simulated values [years, targets]; a group's share is in percent of the whole."""
    columns = (measures[name].tolist() for name in ("measure", "group", "year", "value"))
    found = {(measure, group, year): value for measure, group, year, value in zip(*columns, strict=True)}
    years = sorted(measures["year"].unique())

    def row(measure: str, group: str) -> NDArray[np.float64]:
        return np.array([found.get((measure, group, year), np.nan) for year in years], dtype=np.float64)

    def values(target: Target) -> NDArray[np.float64]:
        whole = row(target.measure, "all")
        if target.group == "all":
            return whole
        part = row(target.measure, target.group)
        return np.divide(100.0 * part, whole, out=np.full(len(years), np.nan), where=whole != 0)

    return np.array([values(target) for target in targets]).T.reshape(len(years), len(targets))


def values_of(measures: pd.DataFrame, targets: Targets) -> NDArray[np.float64]:
    """Return the targets' simulated values [targets]: means over the years in which they have one."""
    by_year = values_by_year(measures, targets)
    there = np.isfinite(by_year)
    total = np.where(there, by_year, 0.0).sum(axis=0)
    return np.divide(total, there.sum(axis=0), out=np.full(len(targets), np.nan), where=there.any(axis=0))


def _only(measures: pd.DataFrame, wanted: set[str]) -> pd.DataFrame:
    return measures[measures["measure"].isin(list(wanted))]


class ModelSimulator:
    """The model, on the processes of this machine.

    Parameters
    ----------
    scenario : years, warm-up, seed, structure; its area, replications and draws are not used.
    targets : what is measured.
    folder : where finished simulations are kept.
    jobs : processes at work.
    area : where it happens; England's average authority if left out.
    say : is told, after every batch, how many simulations are done and how long one takes.
    offset : added to every target on the scale of its link (see :func:`size_effect`).
    engine : what simulates; see :func:`cinsim.runs.engines.chosen_engine`.

    Attributes
    ----------
    planned : simulations that the whole calibration may ask for, if known: the time left is told from it.
    computed : simulations done by this object; the others had been finished before.
    """

    def __init__(
        self,
        scenario: Scenario,
        targets: Targets,
        folder: Path,
        jobs: int,
        area: Area | None = None,
        quiet: bool = False,
        say: Callable[[str], None] = lambda text: None,
        offset: NDArray[np.float64] | None = None,
        engine: str = AUTO,
    ):
        if scenario.parameters:
            raise InputError("a scenario that is calibrated sets no parameters of its own", key="parameters")
        self.scenario, self._targets, self.area, self.jobs = scenario, targets, area or average_authority(), jobs
        self._store, self._quiet, self._say, self._offset = Store(folder), quiet, say, offset
        self._work = Measured(chosen_engine(engine, quiet=quiet))
        self.planned = self.computed = self._asked = 0

    @property
    def targets(self) -> Targets:
        """See :class:`Simulator`."""
        return self._targets

    def run(self, requests: Sequence[Request]) -> NDArray[np.float64]:
        """See :class:`Simulator`; what is on disk is not simulated again.

        Raises
        ------
        InputError : a parameter is not registered or out of its range; nothing has been simulated then.
        KeyboardInterrupt : stopped; what is finished is kept.
        """
        values = np.array([values_of(measures, self._targets) for measures in self._measures(requests)])
        return values if self._offset is None else self._targets.unlinked(self._targets.linked(values) + self._offset)

    def run_by_year(self, requests: Sequence[Request]) -> NDArray[np.float64]:
        """Return the same year by year [requests, reported years, targets]."""
        return np.array([values_by_year(measures, self._targets) for measures in self._measures(requests)])

    def _measures(self, requests: Sequence[Request]) -> list[pd.DataFrame]:
        tasks = [self._task(number, request) for number, request in enumerate(requests)]
        self._asked += len({task.key for task in tasks})
        self._store.prepare()
        begun = time.perf_counter()
        done = do_missing(tasks, LocalExecutor(self.jobs), self._work, self._store, quiet=self._quiet)
        self.computed += done
        if done:
            each = (time.perf_counter() - begun) / done
            left = max(self.planned - self._asked, 0)
            ahead = f"; about {left * each / 60:.0f} min left for at most {left} more" if left else ""
            self._say(f"{done} simulations, one every {each:.1f} s on {self.jobs} processes{ahead}")
        wanted = {target.measure for target in self._targets}
        return [_only(self._store.measures(task.key).to_pandas(), wanted) for task in tasks]

    def _task(self, number: int, request: Request) -> Task:
        area, scenario = request.area or self.area, self.scenario
        if request.fraction < 1.0:
            scenario = scenario.with_(population_fraction=scenario.population_fraction * request.fraction)
        parameters = load_register().values_with(request.parameters)
        key = {
            "what": "calibration", "scenario": scenario_digest(scenario), "area": digest(asdict(area)),
            "parameters": digest(parameters), "replication": request.replication, "model": model_version(),
        }  # fmt: skip
        return Task(scenario, area, 0, request.replication, parameters, "calibration", number, False, digest(key))


def linked_values(simulator: Simulator, requests: Sequence[Request], missing: float = 0.0) -> NDArray[np.float64]:
    """Run requests and return linked values [requests, targets], NaN where there is none.

    Parameters
    ----------
    missing : the share of runs that may have no value of a target.

    Raises
    ------
    RunError : a target has no value in more runs than that, as when there are too few children for it.
    """
    values = simulator.run(requests)
    absent = np.flatnonzero((~np.isfinite(values)).mean(axis=0) > missing)
    if len(absent):
        names = ", ".join(simulator.targets.names[place] for place in absent[:3])
        raise RunError(
            f"no value of {names} in some simulation: too few children or years (--fraction, --years), or no such measure"
        )
    return simulator.targets.linked(values)


def run_points(simulator: Simulator, points: Sequence[Mapping[str, float]], replications: Sequence[int]) -> NDArray[np.float64]:
    """Run several parameter sets under the same replications and return linked values [points, replications, targets].

    Raises
    ------
    RunError : see :func:`linked_values`.
    """
    requests = [Request(point, replication) for point in points for replication in replications]
    return linked_values(simulator, requests).reshape(len(points), len(replications), -1)


def size_effect(whole: Simulator, part: Simulator, point: Mapping[str, float], replications: int) -> NDArray[np.float64]:
    """Return by how much whole authorities differ from a part of one at the same parameters, linked, by target.

    A part has smaller teams, and where a few people serve all (conference chairs) smaller teams wait longer. What luck could
    make of the difference is taken off it (positive-part James and Stein); the part is simulated twice as often.
    """
    large = run_points(whole, [point], range(replications))[0]
    small = run_points(part, [point], range(2 * replications))[0]
    apart = large.mean(axis=0) - small.mean(axis=0)
    error = large.var(axis=0, ddof=1) / len(large) + small.var(axis=0, ddof=1) / len(small)
    return np.asarray(apart * np.maximum(1.0 - error / np.maximum(apart**2, 1e-300), 0.0))
