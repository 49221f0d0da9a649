"""The return that scenarios start from: found, checked and read once, before anything is simulated."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from cinsim.census.caseload import caseload_from
from cinsim.census.table_folder import table_files
from cinsim.errors import InputError
from cinsim.population.caseload import InitialCaseload
from cinsim.reference.areas import Area, resolve
from cinsim.scenario.model import Scenario

KEY: Final = "initial_state"
IMPLAUSIBLE: Final = 2.5
"""Times the published number of children in need, for the part that is simulated, from which a caseload is not that part's."""


def starting_caseload(scenarios: Sequence[Scenario], *, content: str | None = None) -> InitialCaseload | None:
    """Return the children that scenarios take over from a return, None where they start from a warm-up.

    Parameters
    ----------
    scenarios : of one run, the baseline first.
    content : hash of the return that a run to be repeated started from; None for any.

    Raises
    ------
    InputError : a scenario starts from something else than the first, cannot start from a return, or the return cannot be
        read, is not of the area or of the day before the run, or is not the one of the run to be repeated.
    """
    first = scenarios[0]
    for scenario in scenarios:
        if scenario.initial_state != first.initial_state:
            raise InputError(f"scenarios that are compared start from the same; '{scenario.name}' does not", key=KEY)
    if first.initial_state is None:
        return None
    path, area = Path(first.initial_state), _one_area(first)
    try:
        caseload = caseload_from(path, area)
    except InputError as error:
        raise InputError(error.message, path=error.path, line=error.line, key=error.key or KEY) from error
    _check_day(caseload, first, path)
    _check_size(caseload, area, first.population_fraction, path)
    found = content_of(path)
    if content not in (None, found):
        raise InputError("has changed since the run that is to be repeated; bring back the return it started from", path=path)
    return replace(caseload, content=found)


def _one_area(scenario: Scenario) -> Area:
    if scenario.warm_up:
        raise InputError("a run that starts from a return has no warm-up: leave warm_up out, or set it to 0", key="warm_up")
    areas = resolve(scenario.area)
    if len(areas) > 1:
        raise InputError("a return is of one authority; name that one as area", key="area")
    return areas[0]


def _check_day(caseload: InitialCaseload, scenario: Scenario, path: Path) -> None:
    following = caseload.on + np.timedelta64(1, "D")
    if following != np.datetime64(scenario.start):
        raise InputError(
            f"is of {caseload.on}, and the run starts on {scenario.start}; start it on the day after: 'start: {following}'",
            path=path, key="start",
        )  # fmt: skip


def _check_size(caseload: InitialCaseload, area: Area, fraction: float, path: Path) -> None:
    published = area.children_in_need_31_march_rate
    if fraction == 1.0 or published is None:
        return
    expected = published * area.population_0_17 / 10_000 * fraction
    if len(caseload) > IMPLAUSIBLE * expected + 20:
        raise InputError(
            f"has {len(caseload):,} children open, where a population_fraction of {fraction:g} has about {expected:,.0f}; "
            "leave population_fraction out", path=path, key="population_fraction",
        )  # fmt: skip


def content_of(path: Path) -> str:
    """Return the SHA-256 of a return's file, or of all tables of its folder.

    Raises
    ------
    InputError : it cannot be read.
    """
    seen = hashlib.sha256()
    try:
        for file in sorted(table_files(path).values()) if path.is_dir() else [path]:
            if path.is_dir():
                seen.update(f"{file.name}\0".encode())
            with file.open("rb") as stream:
                while chunk := stream.read(1 << 20):
                    seen.update(chunk)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path, key=KEY) from error
    return seen.hexdigest()
