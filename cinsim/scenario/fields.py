"""The types that several parts of a scenario share: dates, areas, fixed mappings and the keys every policy takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, NoReturn, TypeVar

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from cinsim.errors import InputError, quoted
from cinsim.reference import areas
from cinsim.scenario.problems import KeyProblems
from cinsim.scenario.quantities import Duration

K = TypeVar("K")
V = TypeVar("V")


class FixedMapping(dict[K, V]):
    """A dict that cannot be changed once built; hashable, so that a whole scenario is."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a scenario is frozen: make another with scenario.with_(...)")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        # the default protocol would rebuild it through __setitem__
        return (FixedMapping, (dict(self),))


def _to_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str):
            return date.fromisoformat(value.strip())
    except ValueError:
        pass
    raise ValueError(f"{quoted(value)} is not a date: write year-month-day, e.g. '2025-04-01'")


Day = Annotated[
    date,
    PlainValidator(_to_day, json_schema_input_type=str),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2025-04-01"], "unit": "date"}),
]
"""A date, written ``2025-04-01``."""


def _name(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 999:
        return str(value)  # the old three-digit codes are numbers to YAML
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{quoted(value)} is not the name or code of an authority")
    return value.strip()


def _known_names(value: object) -> tuple[str, ...]:
    """Return the names of a list of authorities, all known and each different."""
    if isinstance(value, list | tuple) and len(value) > len(areas.areas()):
        raise ValueError(f"names {len(value):,} authorities, and England has {len(areas.areas()) - 1}")
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"must be a list of one or more authorities, e.g. [Leeds, Kent], not {quoted(value)}")
    problems: list[tuple[tuple[str, ...], str]] = []
    names: list[str] = []
    for i, item in enumerate(value):
        try:
            name = _name(item)
            areas.resolve([*names, name])
            names.append(name)
        except InputError as error:
            problems.append(((str(i),), error.message))
        except ValueError as error:
            problems.append(((str(i),), str(error)))
    if problems:
        raise KeyProblems(problems)
    return tuple(names)


def _to_area(value: object) -> str | tuple[str, ...]:
    if isinstance(value, list | tuple):
        return _known_names(value)
    name = _name(value)
    for whole in (areas.WHOLE_COUNTRY, areas.ALL_AUTHORITIES):
        if name.lower() == whole.lower():
            return whole
    try:
        areas.resolve(name)
    except InputError as error:
        raise ValueError(error.message) from None
    return name


Area = Annotated[
    str | tuple[str, ...],
    PlainValidator(_to_area, json_schema_input_type=str | tuple[str, ...]),
    PlainSerializer(lambda area: area if isinstance(area, str) else list(area), return_type=str | list[str]),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "examples": ["England", "Leeds", "all"],
            "unit": "authority, list of them, `England` or `all`",
        }
    ),
]
"""An authority's name or code, several, ``England`` (an average authority) or ``all``."""

Areas = Annotated[
    tuple[str, ...],
    PlainValidator(_known_names, json_schema_input_type=tuple[str, ...]),
    PlainSerializer(list, return_type=list[str]),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 1, "unit": "list of authorities"}),
]
"""Names or codes of one or more authorities."""

BlockStart = Annotated[Day | None, Field(description="Date from which it holds, in place of the scenario's policy_start.")]
BlockPhaseIn = Annotated[
    Duration | None, Field(description="How long it takes to reach its full size, in place of the scenario's phase_in.")
]
BlockAreas = Annotated[Areas | None, Field(description="The only areas it holds in; every area of the run when left out.")]


def fixed(mapping: Mapping[K, V]) -> FixedMapping[K, V]:
    """Return the mapping as one that cannot be changed."""
    return FixedMapping(mapping)


Fixed: Final = AfterValidator(fixed)
Points = Annotated[float, Field(gt=0, le=1000, strict=True, allow_inf_nan=False, json_schema_extra={"unit": "points"})]
"""A caseload limit in points, as the case types are weighted."""
Span = Annotated[float, Field(ge=1, le=50, strict=True, allow_inf_nan=False, json_schema_extra={"unit": "workers a supervisor"})]
"""Case holders a practice supervisor looks after."""
Flag = Annotated[bool, Field(strict=True, json_schema_extra={"unit": "true or false"})]
Severity = Annotated[float, Field(strict=True, ge=-1000, le=1000, allow_inf_nan=False, json_schema_extra={"unit": "severity"})]
"""A threshold, or a shift of one, in units of seen severity (log referral rate)."""
