"""Quantities that carry their unit in the text: durations, shares, changes and hours.

In a scenario file and in ``--set`` a number without a unit is refused where one is needed. In Python a share is a
fraction (0.15), hours are hours, and both also take the text. Every quantity is written back as the text it was
read from, in its shortest form, and reads back as exactly the same number.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, NoReturn, get_args

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer, ValidationInfo, WithJsonSchema
from pydantic.functional_validators import PlainValidator
from pydantic_core import CoreSchema, core_schema

from cinsim.engine.year import WORKING_DAYS_PER_YEAR
from cinsim.errors import quoted, shortened
from cinsim.numerals import number

"""England: 365 days less 104 or 105 weekend days and 8 bank holidays."""
DAYS_A_YEAR: Final = 365.25
UNITS_REQUIRED: Final = {"units": "required"}
"""The pydantic context under which a bare number is refused; the loader passes it."""

DurationUnit = Literal["working days", "days", "weeks", "months", "years"]
DURATION_UNITS: Final[tuple[str, ...]] = get_args(DurationUnit)
_WORKING_DAYS_IN: Final[dict[str, float]] = {
    "working days": 1.0,
    "days": WORKING_DAYS_PER_YEAR / DAYS_A_YEAR,
    "weeks": 5.0,
    "months": WORKING_DAYS_PER_YEAR / 12,
    "years": float(WORKING_DAYS_PER_YEAR),
}
_LONGEST_YEARS: Final = 100
_NUMBER: Final = r"[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_DURATION: Final = rf"^({_NUMBER}) (working day|day|week|month|year)s?$"
_SHARE: Final = rf"^({_NUMBER}) ?%$"
_CHANGE: Final = rf"^([-+\u2212])({_NUMBER}) ?%$"
_CASE_MONTH: Final = rf"^({_NUMBER}) hours? (?:per|a) case (?:per|a) month$"
_WEEK: Final = rf"^({_NUMBER}) hours? (?:per|a) week$"
_PIECE: Final = rf"^({_NUMBER}) hours? (?:per|an) assessment or plan$"


def number_text(value: float) -> str:
    """Return the shortest text that reads back as the same number: ``4``, ``1.5``."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def percent_text(share: float) -> str:
    """Return a fraction as a percentage that reads back as exactly the same number: 0.15 gives ``15%``."""
    # decimal arithmetic: 0.07 * 100 is 7.000000000000001 in binary
    return f"{(Decimal(repr(float(share))) * 100).normalize():f}%"


def _fraction(percent: str) -> float:
    number(percent)  # refuses what a float does not hold; decimal arithmetic, as 7 / 100 is not 0.07 in every binary digit
    return float(Decimal(percent) / 100)


def _is_number(value: object) -> bool:
    # Python's whole numbers have no end, and no quantity is as large as this
    return isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1e300)


def _shown(value: object) -> str:
    return number_text(value) if isinstance(value, float) and math.isfinite(value) else quoted(value)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time with its unit, e.g. ``Duration(20, "working days")``.

    ``days`` are calendar days. Raises ValueError for a negative or endless length or an unknown unit.
    """

    value: float
    unit: DurationUnit

    def __post_init__(self) -> None:
        if self.unit not in _WORKING_DAYS_IN:
            raise ValueError(f"the unit of a duration must be one of {', '.join(DURATION_UNITS)}, not {quoted(self.unit)}")
        if not (_is_number(self.value) and math.isfinite(self.value) and self.value >= 0):
            raise ValueError(f"a duration must be a number of 0 or more, not {_shown(self.value)}")
        object.__setattr__(self, "value", abs(float(self.value)))
        if self.working_days > _LONGEST_YEARS * WORKING_DAYS_PER_YEAR:
            raise ValueError(f"{shortened(str(self))} is longer than {_LONGEST_YEARS} years")

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read ``20 working days``, ``4 weeks``, ``3 months``, ``1 year`` or ``10 days``."""
        found = re.match(_DURATION, " ".join(text.split()))
        if not found:
            raise ValueError(
                f"{quoted(text)} is not a duration: write a number and one of {', '.join(DURATION_UNITS)}, e.g. '20 working days'"
            )
        unit = next(unit for unit in get_args(DurationUnit) if unit == found[2] + "s")
        return cls(number(found[1]), unit)

    @property
    def working_days(self) -> float:
        """The length in working days: 5 a week, 253 a year."""
        return self.value * _WORKING_DAYS_IN[self.unit]

    @property
    def months(self) -> int | None:
        """The length in calendar months; None where it is not a whole number of months or years."""
        months = self.value * {"years": 12, "months": 1}.get(self.unit, math.nan)
        return int(months) if math.isfinite(months) and months.is_integer() else None

    def __str__(self) -> str:
        return f"{number_text(self.value)} {self.unit[:-1] if self.value == 1 else self.unit}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_to_duration, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": _DURATION,
            "examples": ["20 working days", "4 weeks", "3 months"],
            "unit": "duration",
        }


def _to_duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    if _is_number(value):
        shown = _shown(value)
        raise ValueError(f"{shown} has no unit: write '{shown} working days', '{shown} weeks' or '{shown} months'")
    if not isinstance(value, str):
        raise ValueError(f"{_shown(value)} is not a duration: write e.g. '20 working days', '4 weeks' or '3 months'")
    return Duration.parse(value)


def _a_working_day_or_longer(duration: Duration) -> Duration:
    if duration.value == 0:
        raise ValueError(f"'{duration}' must be longer than 0; leave the key out for baseline practice")
    if duration.working_days < 1:
        raise ValueError(f"'{duration}' is shorter than the shortest there is, '1 working day': work is done on working days")
    return duration


Interval = Annotated[Duration, AfterValidator(_a_working_day_or_longer)]
"""A :class:`Duration` of a working day or longer."""


def _leaves_time_for_notice(duration: Duration) -> Duration:
    if duration.working_days < _WORKING_DAYS_IN["weeks"]:
        raise ValueError(f"'{duration}' is shorter than the shortest there is, '1 week': conferences are called with some notice")
    return duration


ConferenceInterval = Annotated[Interval, AfterValidator(_leaves_time_for_notice)]
"""A :class:`Duration` of a week or longer."""


@dataclass(frozen=True, slots=True)
class Change:
    """A relative change (``+10%``, ``-5%``) or, when not relative, the new value itself.

    ``value`` is a fraction (0.10, -0.05) when relative. Raises ValueError for a fall of more than 100% or a negative new value.
    """

    value: float
    relative: bool

    def __post_init__(self) -> None:
        if not (_is_number(self.value) and math.isfinite(self.value)):
            raise ValueError(f"a change must be a finite number, not {_shown(self.value)}")
        object.__setattr__(self, "value", float(self.value) + 0.0)  # + 0.0 turns -0.0 into 0.0, which has one text
        if self.relative and self.value < -1:
            raise ValueError(f"{shortened(str(self))} takes away more than there is: at most -100%")
        if not self.relative and self.value < 0:
            raise ValueError(
                f"{shortened(str(self))} is negative: write the new number, 0 or more, or a relative change such as '-10%'"
            )

    @classmethod
    def parse(cls, text: str) -> Change:
        """Read a relative change, ``+10%`` or ``-5%``."""
        found = re.match(_CHANGE, text.strip())
        if not found:
            raise ValueError(
                f"{quoted(text)} is not a change: write {_signed(text)} for a relative change, "
                "or a plain number for the new value"
            )
        return cls(_fraction(found[2]) * (1 if found[1] == "+" else -1), relative=True)

    def apply(self, base: float) -> float:
        """Return ``base`` after the change; a change that is not relative replaces it."""
        return base * (1.0 + self.value) if self.relative else self.value

    def __str__(self) -> str:
        if not self.relative:
            return number_text(self.value)
        return ("-" if self.value < 0 else "+") + percent_text(abs(self.value))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _to_change,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda change: str(change) if change.relative else change.value
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "anyOf": [{"type": "string", "pattern": _CHANGE}, {"type": "number", "minimum": 0}],
            "examples": ["+10%", "-5%"],
            "unit": "change, or the new number",
        }


def _to_change(value: object) -> Change:
    if isinstance(value, Change):
        return value
    if _is_number(value):
        return Change(float(value), relative=False)  # type: ignore[arg-type]
    if not isinstance(value, str):
        raise ValueError(f"{_shown(value)} is not a change: write e.g. '+10%', '-5%' or the new number")
    return Change.parse(value)


def _signed(text: str) -> str:
    """Return the two relative changes that a share without its sign may mean, or two examples."""
    unsigned = re.match(_SHARE, text.strip())
    number = unsigned[1] if unsigned else "10"
    return f"'+{number}%' or '-{number}%'"


def _to_relative_change(value: object) -> Change:
    if isinstance(value, str) and not re.match(_CHANGE, value.strip()):
        raise ValueError(f"{value!r} is not a relative change: write {_signed(value)}")
    if _is_number(value) or (isinstance(value, Change) and not value.relative):
        shown = str(value) if isinstance(value, Change) else _shown(value)
        raise ValueError(f"{shown} is not a relative change: write a sign and %, e.g. '+10%' or '-5%'")
    return _to_change(value)


def _possible_demand(change: Change) -> Change:
    if change.value > MOST_DEMAND_RISE:
        most = Change(MOST_DEMAND_RISE, relative=True)
        raise ValueError(f"{change} is more than can be simulated: at most {most}, since children whose case is open are not "
                         "referred again")  # fmt: skip
    return change


MOST_DEMAND_RISE: Final = 2.0
"""The largest rise in referrals, +200%: beyond it far fewer come than are asked for."""

RelativeChange = Annotated[
    Change,
    PlainValidator(lambda value: _possible_demand(_to_relative_change(value)), json_schema_input_type=str),
    WithJsonSchema({"type": "string", "pattern": _CHANGE, "examples": ["+10%", "-5%"], "unit": "change"}),
]
"""A :class:`Change` of referrals, which is relative, e.g. ``-5%``; its factor is ``.apply(1.0)``."""


MOST_POSTS: Final = 10_000
"""Full-time equivalents of one role in an area; no authority has a tenth as many."""
MOST_RISE: Final = 10.0
"""The largest relative rise, +1000%."""


def _possible_posts(change: Change) -> Change:
    if change.relative and change.value > MOST_RISE:
        raise ValueError(f"{change} is more than can be simulated: at most {Change(MOST_RISE, relative=True)}")
    if not change.relative and change.value > MOST_POSTS:
        raise ValueError(f"{change} full-time equivalents are more than can be simulated: at most {MOST_POSTS} in each area")
    return change


PostsChange = Annotated[Change, AfterValidator(_possible_posts)]
"""A :class:`Change` of a number of posts."""


def _refuse_bare(value: object, info: ValidationInfo, right: str) -> None:
    if info.context == UNITS_REQUIRED:
        raise ValueError(f"{_shown(value)} has no unit: write '{right}'")


def _not_one(value: object, what: str, example: str) -> NoReturn:
    raise ValueError(f"{_shown(value)} is not {what}: write e.g. '{example}'")


def _to_share(value: object, info: ValidationInfo) -> float:
    if _is_number(value):
        share = float(value)  # type: ignore[arg-type]
        _refuse_bare(value, info, percent_text(share) if 0 < share < 1 else f"{_shown(value)}%")
    else:
        found = re.match(_SHARE, value.strip()) if isinstance(value, str) else None
        if not found:
            _not_one(value, "a share from 0% to 100%", "15%")
        share = _fraction(found[1])
    if not 0 <= share <= 1:
        raise ValueError(f"{shortened(percent_text(share)) if math.isfinite(share) else share} lies outside 0% to 100%")
    return abs(share)


def _to_hours(value: object, info: ValidationInfo, pattern: str, unit: str) -> float:
    if _is_number(value):
        _refuse_bare(value, info, f"{_shown(value)} {unit}")
        hours = float(value)  # type: ignore[arg-type]
    else:
        found = re.match(pattern, " ".join(value.split())) if isinstance(value, str) else None
        if not found:
            _not_one(value, unit, f"1.5 {unit}")
        hours = number(found[1])
    if not 0 <= hours <= 160:
        raise ValueError(f"{_shown(hours)} {unit} lies outside 0 to 160, a month's working hours")
    return abs(hours)


def _hours_text(hours: float, unit: str) -> str:
    return f"{number_text(hours)} {unit.replace('hours', 'hour', 1) if hours == 1 else unit}"


CASE_MONTH: Final = "hours per case per month"
PIECE: Final = "hours per assessment or plan"
WEEK: Final = "hours a week"

Share = Annotated[
    float,
    PlainValidator(_to_share, json_schema_input_type=str),
    PlainSerializer(percent_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _SHARE, "examples": ["15%"], "unit": "share, 0% to 100%"}),
]
"""A fraction from 0 to 1, written ``15%``."""


def _more_than_nothing(share: float) -> float:
    if share == 0:
        raise ValueError("0% is no width that a range can have: write more than 0%, e.g. '5%'")
    return share


SomeShare = Annotated[Share, AfterValidator(_more_than_nothing)]
"""A :class:`Share` above 0."""

HoursPerCaseMonth = Annotated[
    float,
    PlainValidator(lambda value, info: _to_hours(value, info, _CASE_MONTH, CASE_MONTH), json_schema_input_type=str),
    PlainSerializer(lambda hours: _hours_text(hours, CASE_MONTH), return_type=str),
    WithJsonSchema({"type": "string", "pattern": _CASE_MONTH, "examples": [f"1.5 {CASE_MONTH}"], "unit": CASE_MONTH}),
]
"""Hours, written ``1.5 hours per case per month``."""

HoursPerPiece = Annotated[
    float,
    PlainValidator(lambda value, info: _to_hours(value, info, _PIECE, PIECE), json_schema_input_type=str),
    PlainSerializer(lambda hours: _hours_text(hours, PIECE), return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PIECE, "examples": [f"2 {PIECE}"], "unit": PIECE}),
]
"""Hours, written ``2 hours per assessment or plan``."""


def _to_weekly_hours(value: object, info: ValidationInfo) -> float:
    hours = _to_hours(value, info, _WEEK, WEEK)
    if not 1 <= hours <= 60:
        raise ValueError(f"{_shown(hours)} {WEEK} lies outside 1 to 60")
    return hours


WeeklyHours = Annotated[
    float,
    PlainValidator(_to_weekly_hours, json_schema_input_type=str),
    PlainSerializer(lambda hours: _hours_text(hours, WEEK), return_type=str),
    WithJsonSchema({"type": "string", "pattern": _WEEK, "examples": [f"37 {WEEK}"], "unit": WEEK}),
]
"""Hours, written ``37 hours a week``."""
