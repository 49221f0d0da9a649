"""The parameter register: the numbers the model rests on, with unit, range, source, evidence grade and status.

The entries are in ``parameters.yaml`` beside this file. What is part of a rule's form and not meant to be
varied, such as the head start of each kind of work, is a named constant beside the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Final

from cinsim.errors import InputError, shortened

EVIDENCE_GRADES = ("official statistic", "controlled study", "uncontrolled study", "expert range", "assumption")
STATUSES = ("calibrated", "published", "assumed", "scenario")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One entry of the register; ``low`` and ``high`` bound what a scenario may set and what calibration may reach."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    source: str
    evidence: str
    status: str
    description: str


class Register(Mapping[str, Parameter]):
    """All parameters by name, in the order of the file."""

    def __init__(self, parameters: Mapping[str, Parameter]):
        self._parameters = dict(parameters)

    def __getitem__(self, name: str) -> Parameter:
        return self._parameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    def values_with(self, overrides: Mapping[str, float]) -> dict[str, float]:
        """Return every parameter's value, those named in ``overrides`` replaced.

        Raises
        ------
        InputError : a name is not in the register or a value lies outside its range.
        """
        for name, value in overrides.items():
            self.check(name, value)
        return {name: overrides.get(name, p.value) for name, p in self._parameters.items()}

    def check(self, name: str, value: float) -> None:
        """Raise :class:`InputError` unless ``name`` is registered and ``value`` lies in its range."""
        if name not in self._parameters:
            raise InputError(
                f"'{shortened(name)}' is not a registered parameter; `cinsim parameters` lists them", key=f"parameters.{name}"
            )
        p = self._parameters[name]
        if not p.low <= value <= p.high:
            raise InputError(f"{value:g} lies outside {p.low:g} to {p.high:g} {p.unit}", key=f"parameters.{name}")


FILE: Final = "parameters.yaml"
_WANTED: Final = tuple(f.name for f in fields(Parameter) if f.name != "name")


@cache
def load_register() -> Register:
    """Read and check ``parameters.yaml``."""
    return parse_register(files("cinsim.reference").joinpath(FILE).read_text(encoding="utf-8"))


def parse_register(text: str) -> Register:
    """Return the register that a YAML text holds.

    Raises
    ------
    InputError : an entry lacks a field, has one too many, holds a grade or status that does not exist, a text where a
    number is needed, nothing where a text is needed, or a value outside its own range.
    """
    from ruamel.yaml import YAML

    return Register({name: _parameter(name, entry) for name, entry in YAML(typ="safe", pure=True).load(text).items()})


def _parameter(name: str, entry: Mapping[str, object]) -> Parameter:
    if set(entry) != set(_WANTED):
        raise InputError(f"needs exactly {', '.join(_WANTED)}; has {', '.join(entry)}", path=FILE, key=name)

    def number(field: str) -> float:
        value = entry[field]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(f"{field} must be a number, not {value!r}", path=FILE, key=name)
        return float(value)

    def text(field: str) -> str:
        if not (said := str(entry[field] or "").strip()):
            raise InputError(f"says nothing under {field}", path=FILE, key=name)
        return said

    p = Parameter(
        name=name,
        value=number("value"),
        unit=text("unit"),
        low=number("low"),
        high=number("high"),
        source=text("source"),
        evidence=text("evidence"),
        status=text("status"),
        description=text("description"),
    )
    if p.evidence not in EVIDENCE_GRADES or p.status not in STATUSES:
        raise InputError(
            f"evidence must be one of {', '.join(EVIDENCE_GRADES)} and status one of {', '.join(STATUSES)}", path=FILE, key=name
        )
    if not p.low <= p.value <= p.high:
        raise InputError(f"{p.value:g} lies outside {p.low:g} to {p.high:g}", path=FILE, key=name)
    return p
