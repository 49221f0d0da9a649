"""What there is to do: one task is one replication of one scenario in one area under one set of parameters."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from cinsim.about import PACKAGE
from cinsim.errors import InputError

if TYPE_CHECKING:
    from cinsim.population.caseload import InitialCaseload
    from cinsim.reference.areas import Area
    from cinsim.scenario.model import Scenario

# what of a scenario says how it is called or how often it is run, but not what happens to a child in one replication
PRESENTATION = ("name", "title", "question", "outcomes", "costs", "area", "replications", "draws", "precision")
# rooms in which a changed line cannot change a finished task
AFTERWARDS = ("shipped", "journeys", "calibration", "census", "planning", "report", "results", "cli")
# folders of what is made from source and differs between machines: the native engine gives the same bytes everywhere
MADE = frozenset({"__pycache__", "built"})
# libraries whose release can change a number
LIBRARIES = ("numpy", "scipy", "pandas", "simpy", "holidays")
EVENTS_KEPT = ("auto", "first", "all", "none")
ALL_EVENTS_UP_TO = 20


@dataclass(frozen=True, slots=True)
class Task:
    """One replication to simulate.

    Attributes
    ----------
    arm : name of the scenario within the run; not part of the key, so that a renamed scenario finds its tasks again.
    parameters : every parameter's value, in the register's units.
    run : number of the task in the run, from 0; the column ``run`` of ``events.parquet``.
    keep_events : whether the event record is stored beside the measures.
    key : hash of all that the result depends on.
    caseload : the children open on the day before, where the scenario starts from a return.
    """

    scenario: Scenario
    area: Area
    draw: int
    replication: int
    parameters: Mapping[str, float]
    arm: str
    run: int
    keep_events: bool
    key: str
    caseload: InitialCaseload | None = field(default=None, compare=False, repr=False)

    @property
    def children(self) -> int:
        """Number of children aged 0-17 in the area, which is what a task's length grows with."""
        return int(self.area.population_0_17 or 0)

    @property
    def label(self) -> str:
        """The task in words, for messages."""
        return f"{self.arm}, {self.area.area_name}, draw {self.draw}, replication {self.replication}"


def digest(content: object) -> str:
    """Return a hash of JSON-ready content that does not depend on the order of its keys."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def library_versions(names: Iterable[str] = LIBRARIES) -> dict[str, str]:
    """Return the installed version of each named library, "not installed" where it is absent."""
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


@cache
def code_version() -> str:
    """Return a hash of the package's source files and tables, Python and the libraries that can change a number."""
    seen = hashlib.blake2b(digest_size=16)
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE)
        afterwards = inside.parts[0].removesuffix(".py") in AFTERWARDS
        if path.is_file() and not MADE & set(inside.parts) and not afterwards:
            seen.update(f"{inside.as_posix()}\0".encode() + hashlib.blake2b(path.read_bytes()).digest())
    seen.update(digest({"python": platform.python_version_tuple()[:2], **library_versions()}).encode())
    return seen.hexdigest()


def scenario_digest(scenario: Scenario, caseload: InitialCaseload | None = None) -> str:
    """Return a hash of what a scenario lays down for one replication, without its name or how often it is run.

    What it starts from counts, not what the return is called or how it is written.
    """
    held = {key: value for key, value in scenario.resolved().items() if key not in PRESENTATION}
    if caseload is not None:
        held["initial_state"] = caseload.digest
    return digest(held)


def make_tasks(
    arms: Mapping[str, Scenario],
    areas: Sequence[Area],
    parameters: Mapping[str, Sequence[Mapping[str, float]]],
    events: str = "auto",
    caseload: InitialCaseload | None = None,
) -> list[Task]:
    """Return the tasks of a run: arms x areas x draws x replications, numbered.

    Parameters
    ----------
    arms : scenarios by name; the first is the baseline of a comparison.
    areas : local authorities.
    parameters : for each arm, one full set of parameter values a draw.
    events : "all", "none", "first" (replication 0 of draw 0 of each area) or "auto" ("all" up to twenty tasks, else "first").

    caseload : what all of them start from, where that is a return.

    Tasks are numbered so that more replications leave the numbers of those already done as they were.

    Raises
    ------
    InputError : ``events`` is none of the four.
    """
    if events not in EVENTS_KEPT:
        raise InputError(f"'{events}' is not one of {', '.join(EVENTS_KEPT)}", key="--events")
    scenario_digests = {arm: scenario_digest(scenario, caseload) for arm, scenario in arms.items()}
    area_digests = [digest(asdict(area)) for area in areas]
    draw_digests = {arm: [digest(dict(values)) for values in sets] for arm, sets in parameters.items()}
    replications = max(scenario.replications for scenario in arms.values())
    draws = max(len(sets) for sets in parameters.values())
    total = len(arms) * len(areas) * draws * replications
    keep_all = events == "all" or (events == "auto" and total <= ALL_EVENTS_UP_TO)
    tasks: list[Task] = []
    for replication in range(replications):
        for draw in range(draws):
            for area, area_digest in zip(areas, area_digests, strict=True):
                for arm, scenario in arms.items():
                    key: dict[str, Any] = {
                        "scenario": scenario_digests[arm], "area": area_digest, "parameters": draw_digests[arm][draw],
                        "draw": draw, "replication": replication, "code": code_version(),
                    }  # fmt: skip
                    keep = keep_all or (events != "none" and replication == 0 and draw == 0)
                    tasks.append(
                        Task(
                            scenario, area, draw, replication, parameters[arm][draw], arm, len(tasks), keep, digest(key), caseload
                        )
                    )  # fmt: skip
    return tasks


def largest_first(tasks: Iterable[Task]) -> list[Task]:
    """Return tasks with the largest populations first, so that no long one is left for the end; else in their order."""
    return sorted(tasks, key=lambda task: (-task.children, task.run))
