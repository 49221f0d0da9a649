"""Which parameters are fitted, what is thought of each before the fit, and the scale on which it is moved.

The list stands in ``priors.csv`` beside this file. A prior is Normal on its scale (as it is, logarithm or logit) with the
range given as its central 95%; it is cut off at 2.5 standard deviations and at the register's own range. In *prior units*
every parameter has mean 0 and standard deviation 1: fits, designs and emulators work in these.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.errors import InputError, shortened
from cinsim.files import Row, parsed_table, read_table
from cinsim.numerals import number
from cinsim.reference.register import load_register
from cinsim.spelling import did_you_mean

FILE: Final = "cinsim/calibration/priors.csv"
SCALES: Final = ("linear", "log", "logit")
STRUCTURES: Final = ("both", "lasting_differences", "known_to_services")
CUT_OFF: Final = 2.5
_CENTRAL_95: Final = 1.959963984540054
_MOST_BYTES: Final = 10_000_000
_COLUMNS: Final = ("parameter", "scale", "low", "high", "structures", "reason")


def scaled(value: float, scale: str) -> float:
    """Return a parameter's value on the scale of its prior."""
    if scale == "log":
        return math.log(value)
    return math.log(value / (1.0 - value)) if scale == "logit" else value


def unscaled(value: float, scale: str) -> float:
    """Return a parameter's value from that on the scale of its prior."""
    if scale == "log":
        return math.exp(value)
    return 1.0 / (1.0 + math.exp(-value)) if scale == "logit" else value


@dataclass(frozen=True, slots=True)
class Prior:
    """What is thought of one parameter before the fit; ``low`` to ``high`` is the central 95%, in the register's unit.

    ``structures`` are those under which that is thought, all of them when empty.
    """

    name: str
    scale: str
    low: float
    high: float
    structures: tuple[str, ...] = ()

    @property
    def centre(self) -> float:
        """The mean on the prior's scale."""
        return (scaled(self.low, self.scale) + scaled(self.high, self.scale)) / 2

    @property
    def spread(self) -> float:
        """The standard deviation on the prior's scale."""
        return (scaled(self.high, self.scale) - scaled(self.low, self.scale)) / (2 * _CENTRAL_95)

    def unit(self, value: float) -> float:
        """Return a value in prior units, at most the cut-off away from 0."""
        limit = CUT_OFF
        if self.scale != "linear" and value <= 0:
            return -limit
        if self.scale == "logit" and value >= 1:
            return limit
        return min(max((scaled(value, self.scale) - self.centre) / self.spread, -limit), limit)

    def units_beyond(self, value: float) -> float:
        """Return a value in prior units, however far away."""
        return (scaled(value, self.scale) - self.centre) / self.spread

    def value(self, unit: float) -> float:
        """Return the value in the register's unit."""
        return unscaled(self.centre + self.spread * unit, self.scale)


class Space:
    """The parameters that are fitted together."""

    def __init__(self, priors: Iterable[Prior]):
        self.priors = tuple(priors)
        self.names = tuple(prior.name for prior in self.priors)
        self.low, self.high = np.array([_limits(prior) for prior in self.priors]).T

    def __len__(self) -> int:
        return len(self.priors)

    def units(self, values: Mapping[str, float]) -> NDArray[np.float64]:
        """Return values by name in prior units, moved into the prior's reach."""
        return self.clipped(np.array([prior.unit(values[prior.name]) for prior in self.priors]))

    def values(self, units: NDArray[np.float64]) -> dict[str, float]:
        """Return values by name, in the register's units."""
        return {prior.name: float(prior.value(float(unit))) for prior, unit in zip(self.priors, units, strict=True)}

    def clipped(self, units: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points [..., parameters] moved into the prior's reach."""
        return np.clip(units, self.low, self.high)

    def within(self, units: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which of some points [points, parameters] lie within the prior's reach."""
        return np.all((units >= self.low) & (units <= self.high), axis=-1)

    def only(self, names: Sequence[str]) -> Space:
        """Return the space of some of the parameters, in this one's order.

        Raises
        ------
        InputError : one of them is not in this space.
        """
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise InputError(f"{unknown[0]} has no prior in {FILE}; there are {', '.join(self.names)}")
        return Space(prior for prior in self.priors if prior.name in names)


def _limits(prior: Prior) -> tuple[float, float]:
    """Return the cut-off in prior units, or the register's range where that is narrower."""
    register = load_register()[prior.name]
    low, high = prior.unit(register.low), prior.unit(register.high)
    inside = 1e-6  # so that rounding of the scale never steps over the register's range
    return low + inside * (low > -CUT_OFF), high - inside * (high < CUT_OFF)


def load_space(path: Path | None = None, structure: str = "both") -> Space:
    """Return the parameters fitted under a structure, with their priors.

    Raises
    ------
    InputError : a column is missing, a parameter is not registered or stands twice under one structure, a scale or structure
        does not exist, a range is empty, beyond the register's or impossible on its scale.
    """
    if structure not in STRUCTURES:
        raise InputError(f"must be one of {', '.join(STRUCTURES)}, not '{shortened(structure)}'", key="--structure")
    where = FILE if path is None else str(path)
    if path is None:
        own = files("cinsim.calibration").joinpath("priors.csv").read_text(encoding="utf-8")
        table = parsed_table(own, where, needed=_COLUMNS)
    else:
        table = read_table(path, needed=_COLUMNS, kind="table of priors (CSV)", most=_MOST_BYTES)
    found: dict[tuple[str, str], Prior] = {}
    for row in table.rows:
        prior = _prior(row, where)
        for under in prior.structures or STRUCTURES:
            if (under, prior.name) in found:
                raise InputError(
                    f"{prior.name} stands twice for the structure {under}", path=where, line=row.line, key="parameter"
                )
            found[under, prior.name] = prior
    priors = [prior for (under, _), prior in found.items() if under == structure]
    if not priors:
        raise InputError(f"holds no parameter to fit under the structure {structure}", path=where, line=1)
    return Space(priors)


def _prior(row: Row, path: str) -> Prior:
    def wrong(column: str, message: str) -> InputError:
        return InputError(message, path=path, line=row.line, key=column)

    def number_in(column: str) -> float:
        try:
            return number(row.cells[column])
        except ValueError as error:
            raise wrong(column, str(error)) from None

    structures = tuple(row.cells["structures"].split())
    if row.cells["parameter"] in load_register():  # of a parameter that is none, the name is what is wrong
        low, high = number_in("low"), number_in("high")
    else:
        low = high = math.nan
    prior = Prior(row.cells["parameter"], row.cells["scale"], low, high, structures)
    problem = prior_problem(prior)
    if problem is not None:
        column, message = problem
        raise wrong({"name": "parameter"}.get(column, column), message)
    return prior


def prior_problem(prior: Prior) -> tuple[str, str] | None:
    """Return the attribute of a prior that cannot be, and why; None where nothing is wrong."""
    name, scale, low, high, register = prior.name, prior.scale, prior.low, prior.high, load_register()
    if name not in register:
        hint = did_you_mean(name, list(register))
        return "name", f"'{shortened(name)}' is not a registered parameter; `cinsim parameters` lists them{hint}"
    if scale not in SCALES:
        return "scale", f"must be one of {', '.join(SCALES)}, not '{shortened(scale)}'"
    if unknown := [one for one in prior.structures if one not in STRUCTURES]:
        return "structures", f"must be some of {', '.join(STRUCTURES)}, not '{shortened(unknown[0])}'"
    if not low < high:
        return "low", f"the range of {name} is empty: {low:g} to {high:g}"
    entry = register[name]
    if low < entry.low or high > entry.high:
        return "low", f"{low:g} to {high:g} reaches beyond the register's range, {entry.low:g} to {entry.high:g}"
    if (scale == "log" and low <= 0) or (scale == "logit" and not 0 < low < high < 1):
        return "low", f"{low:g} to {high:g} is impossible on the {scale} scale"
    if not (math.isfinite(prior.centre) and prior.spread > 1e-9 * (1 + abs(prior.centre))):
        return "low", f"{low:.17g} to {high:.17g} is too narrow to be told apart on the {scale} scale"
    return None
