"""What is asked of a search for staff: targets, the roles whose posts vary, and the confidence; checked before any run."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cinsim.errors import InputError
from cinsim.outcomes.definitions import MEASURES
from cinsim.scenario.names import ROLES
from cinsim.scenario.problems import did_you_mean
from cinsim.texts import shortened

TARGET: Final = "--target"
VARY: Final = "--vary"
CONFIDENCE: Final = "--confidence"
MOST_ROLES: Final = 2
_EXAMPLE: Final = '"cin_visits_on_time_percent >= 90"'
_PARTS: Final = re.compile(r"^\s*([A-Za-z][\w ]*?)\s*(>=|<=|≥|≤|==|=>|=<|[<>=])\s*([-+]?[\d.,]+(?:[eE][-+]?\d+)?)\s*(%?)\s*$")
_OPERATORS: Final = {">=": ">=", "≥": ">=", "<=": "<=", "≤": "<="}


@dataclass(frozen=True, slots=True)
class Target:
    """A measure and the value it is to reach.

    Attributes
    ----------
    measure : name of a measure; its value is that of all children, the mean over the years that count.
    at_least : whether the value is to be reached from below (``>=``), or not to be exceeded (``<=``).
    value : in the measure's unit; percentages from 0 to 100.
    """

    measure: str
    at_least: bool
    value: float

    def __str__(self) -> str:
        return f"{self.measure} {'>=' if self.at_least else '<='} {self.value:g}"

    def margin(self, value: float) -> float:
        """Return by how much a value meets the target, in the measure's unit; negative where it falls short."""
        return value - self.value if self.at_least else self.value - value


def parse_target(text: str) -> Target:
    """Read a target such as ``cin_visits_on_time_percent >= 90``.

    Raises
    ------
    InputError : it has no measure, operator and number, the measure is not one, or the value is not one it can take.
    """
    found = _PARTS.match(text)
    if found is None:
        known = text.strip() in MEASURES
        what = f"{shortened(text.strip())} has no value to reach" if known else f"{shortened(text)} is not a target"
        raise InputError(f"{what}; write a measure, >= or <= and a number, e.g. {_EXAMPLE}", key=TARGET)
    name, operator, number, _ = found.groups()
    if name not in MEASURES:
        hint = did_you_mean(name, list(MEASURES)) or "; `cinsim measures` lists them"
        raise InputError(f"{shortened(text)}: no measure is called {shortened(name)}{hint}", key=TARGET)
    if operator not in _OPERATORS:
        right = ">= for at least, <= for at most"
        raise InputError(f"{shortened(text)}: {shortened(operator)} is not an operator of a target; write {right}", key=TARGET)
    try:
        value = float(number.replace(",", ""))
    except ValueError:
        raise InputError(f"{shortened(text)}: {shortened(number)} is not a number", key=TARGET) from None
    if MEASURES[name].kind == "percent" and not 0 <= value <= 100:
        raise InputError(f"{shortened(text)}: {name} is a percentage and lies from 0 to 100, never at {value:g}", key=TARGET)
    if value < 0:
        raise InputError(f"{shortened(text)}: {name} is never negative", key=TARGET)
    return Target(name, _OPERATORS[operator] == ">=", value)


def parse_targets(texts: Sequence[str]) -> tuple[Target, ...]:
    """Read the targets of a search, at least one; see :func:`parse_target`."""
    if not texts:
        raise InputError(f"says which standard is to be met; give at least one, e.g. {TARGET} {_EXAMPLE}", key=TARGET)
    targets = tuple(parse_target(text) for text in texts)
    for place, target in enumerate(targets):
        if any(before.measure == target.measure and before.at_least == target.at_least for before in targets[:place]):
            raise InputError(f"'{target}': {target.measure} has such a target already; leave one out", key=TARGET)
    return targets


def check_roles(names: Sequence[str]) -> tuple[str, ...]:
    """Return the roles whose posts vary: one, or two different ones.

    Raises
    ------
    InputError : there are none or more than two, one is unknown, or both are the same.
    """
    if not 1 <= len(names) <= MOST_ROLES:
        raise InputError(f"takes one role or two, not {len(names)}; give {VARY} once or twice", key=VARY)
    for name in names:
        if name not in ROLES:
            right = did_you_mean(name, ROLES) or f"; it may be one of {', '.join(ROLES)}"
            raise InputError(f"no role is called '{name}'{right}", key=VARY)
    if len(set(names)) < len(names):
        raise InputError(f"'{names[0]}' is named twice; name two different roles", key=VARY)
    return tuple(names)


def parse_confidence(text: str) -> float:
    """Read a confidence such as ``80%`` or ``0.8``: a share above 0 and below 1.

    Raises
    ------
    InputError : it is not such a share.
    """
    bare = text.strip()
    try:
        share = float(bare.removesuffix("%")) / (100 if bare.endswith("%") else 1)
    except ValueError:
        share = math.nan
    if not 0 < share < 1:
        raise InputError(
            f"{shortened(text)} is not a confidence: write a percentage above 0% and below 100%, e.g. 80%", key=CONFIDENCE
        )
    return share
