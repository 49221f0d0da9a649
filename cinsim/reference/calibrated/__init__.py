"""What calibrations left in the package, read: posterior draws, the best points of rival structures, corrections of authorities.

``england.json``                    best point, Jacobian and covariance of England's fit (read by ``cinsim.calibration``)
``england_<structure>.json``        the same under a rival structure
``england_posterior.csv``           a row a draw: parameter values that the published figures allow
``england_predictive.csv``          what simulating each of these gave for every target
``areas.csv``                       a row an authority: by what it differs from England beyond its published figures
``areas_fit.csv``                   a row an authority and figure: as published and as simulated (read by ``reference.area_fits``)
``areas_forecast.csv``              England's and authorities' published figures of the next three years, forecast with 90% ranges
``forecasts.csv``                   the same to five years, with quartiles, and those of the latest year made a year earlier
                                    (read by ``cinsim.forecast.shipped``)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from cinsim.engine.draws import Draws
from cinsim.errors import InputError, shortened
from cinsim.files import Row, Table, existing, read_json, read_table
from cinsim.numerals import number
from cinsim.reference.parameters import THRESHOLDS
from cinsim.reference.register import load_register

TIMES: Final = "times_"
PLUS: Final = "plus_"
MOST_TIMES: Final = 1_000.0
MOST_PLUS: Final = 1_000.0
"""The furthest that an authority's correction may lie from none; thresholds themselves lie within as much."""


def folder() -> Path:
    """Return the folder of the package in which calibrations leave their results."""
    return Path(str(files("cinsim.reference.calibrated")))


def posterior_file(structure: str = "both") -> str:
    """Return the name of the file that holds a structure's posterior draws."""
    return "england_posterior.csv" if structure == "both" else f"england_posterior_{structure}.csv"


def predictive_file(structure: str = "both") -> str:
    """Return the name of the file that holds what simulating each posterior draw gave."""
    return posterior_file(structure).replace("posterior", "predictive")


def point_file(structure: str = "both") -> str:
    """Return the name of the file that holds a structure's best point."""
    return "england.json" if structure == "both" else f"england_{structure}.json"


def posterior_size(structure: str = "both", within: Path | None = None) -> int:
    """Return the number of draws that a structure's posterior holds, 0 where none was calibrated."""
    path = (within or folder()) / posterior_file(structure)
    return len(_posterior(path).rows) if existing(path) else 0


def _posterior(path: Path) -> Table:
    return read_table(path, kind="posterior (CSV)")


def posterior_order(size: int, seed: int) -> list[int]:
    """Return the numbers 0 to ``size`` - 1 in the order in which a run with this seed takes draws from the posterior.

    Every seed has an order of its own, so that no few draws stand for the posterior in all runs; more draws keep those
    before them.
    """
    luck = Draws(seed, 0).block("order of draws from the posterior", np.arange(size, dtype=np.int64))
    return [int(place) for place in np.argsort(luck, kind="stable")]


def posterior_draws(
    draws: int, structure: str = "both", within: Path | None = None, *, seed: int | None = None
) -> list[dict[str, float]]:
    """Return so many draws from the posterior, each a value by parameter; what was not fitted is left out.

    Parameters
    ----------
    seed : of the run that takes them, see :func:`posterior_order`; None for the first ones in the order of the file.

    Raises
    ------
    InputError : there is no posterior of this structure, it holds fewer draws, or a value is not one the register allows.
    """
    path = (within or folder()) / posterior_file(structure)
    if not existing(path):
        of = "" if structure == "both" else f" under the structure {structure}"
        raise InputError(
            f"asks for parameter draws, and no posterior{of} has been calibrated (`cinsim calibrate england` makes it); "
            "'point' takes the best values",
            key="draws",
        )
    rows = _posterior(path).rows
    if draws > len(rows):
        raise InputError(f"asks for {draws} draws, and the posterior holds {len(rows)}", key="draws")
    out = []
    for place in (range(len(rows)) if seed is None else posterior_order(len(rows), seed))[:draws]:
        row = rows[place]
        try:
            values = {name: number(cell) for name, cell in row.cells.items() if name != "draw"}
            load_register().values_with(values)
        except (InputError, ValueError) as problem:
            said = f"draw {shortened(row.cells.get('draw', ''))}: {problem}"
            raise InputError(said, path=path, line=row.line) from None
        out.append(values)
    return out


def point_values(structure: str, within: Path | None = None) -> dict[str, float]:
    """Return the best values under a rival structure; empty for the register's own, and where none was fitted.

    Raises
    ------
    InputError : the file holds no list of registered parameters with values that the register allows; names the key.
    """
    path = (within or folder()) / point_file(structure)
    if structure == "both" or not existing(path):
        return {}
    content = read_json(path, kind="fit of England (JSON)")
    rows = content.get("parameters") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise InputError("holds no list of parameters; `cinsim calibrate england` makes one", path=path, key="parameters")
    out = {}
    for place, row in enumerate(rows):
        key = f"parameters.{place}"
        name, value = (row.get("name"), row.get("value")) if isinstance(row, dict) else (None, None)
        if not isinstance(name, str) or isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError("must hold the name of a parameter and its value, a number", path=path, key=key)
        try:
            load_register().check(name, value)
        except InputError as error:
            raise InputError(f"{shortened(name)}: {error.message}", path=path, key=key) from None
        out[name] = float(value)
    return out


@dataclass(frozen=True, slots=True)
class AreaCorrection:
    """By what an authority differs from England beyond what its published figures say in closed form.

    ``times`` multiplies parameters, ``plus`` is added to the authority's thresholds.
    """

    times: Mapping[str, float] = field(default_factory=dict)
    plus: Mapping[str, float] = field(default_factory=dict)

    def parameters(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the corrected values of the parameters that it multiplies, kept within the register's ranges."""
        register = load_register()
        return {
            name: min(max(values[name] * factor, register[name].low), register[name].high) for name, factor in self.times.items()
        }


def area_correction(area_code: str) -> AreaCorrection:
    """Return an area's correction; none for England's average authority and for areas that were not fitted."""
    return _corrections(folder()).get(area_code, AreaCorrection())


@cache
def _corrections(within: Path) -> Mapping[str, AreaCorrection]:
    return read_corrections(within / "areas.csv")


def read_corrections(path: Path) -> dict[str, AreaCorrection]:
    """Return corrections by area code; empty if there is no such file.

    Raises
    ------
    InputError : a column names a parameter or threshold that does not exist, an area stands twice, or a cell is not a number
        that a correction can be.
    """
    if not existing(path):
        return {}
    table = read_table(path, kind="table of corrections (CSV)")
    times = [name for name in table.columns if name.startswith(TIMES)]
    plus = [name for name in table.columns if name.startswith(PLUS)]
    unknown = [name for name in times if name.removeprefix(TIMES) not in load_register()]
    unknown += [name for name in plus if name.removeprefix(PLUS) not in THRESHOLDS]
    if unknown or "area_code" not in table.columns:
        raise InputError(f"{shortened(unknown[0]) if unknown else 'area_code'}: no such column belongs here", path=path, line=1)
    out: dict[str, AreaCorrection] = {}
    for row in table.rows:

        def cell(name: str, low: float, high: float, row: Row = row) -> float:
            try:
                value = number(row.cells[name])
            except ValueError as error:
                raise InputError(f"a correction is not a number: {error}", path=path, line=row.line, key=name) from None
            if not low <= value <= high:
                raise InputError(f"{value:g} lies outside {low:g} to {high:g}", path=path, line=row.line, key=name)
            return value

        code = row.cells["area_code"]
        if code in out or not code:
            said = f"'{shortened(code)}' stands twice" if code else "is empty"
            raise InputError(said, path=path, line=row.line, key="area_code")
        out[code] = AreaCorrection(
            {name.removeprefix(TIMES): cell(name, 1 / MOST_TIMES, MOST_TIMES) for name in times},
            {name.removeprefix(PLUS): cell(name, -MOST_PLUS, MOST_PLUS) for name in plus},
        )
    return out
