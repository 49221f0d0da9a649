"""A journey file: given this child and these rules, then these events by these dates; frozen and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, Field, PlainValidator

from cinsim.errors import InputError, quoted
from cinsim.journeys.words import LEVELS, ROLE_WORDS, detail_named, event_named
from cinsim.reference.events import Detail, Event
from cinsim.scenario.model import Scenario
from cinsim.scenario.names import NeedCategory
from cinsim.scenario.problems import checked, did_you_mean
from cinsim.scenario.quantities import UNITS_REQUIRED, Duration
from cinsim.scenario.reading import read_file

YEARS: Final = 6
FIRST_DAY: Final = date(2024, 4, 1)
LAST_DAY: Final = date(FIRST_DAY.year + YEARS, 3, 31)


def _level(value: object) -> float:
    """Return a level of need from its words or, for the model's own scale, a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value in LEVELS:
        return LEVELS[value]
    raise ValueError(
        f"{quoted(value)} is no level of need: write one of {', '.join(LEVELS)}, or a number on the scale of severity"
    )


def _levels(value: object) -> tuple[tuple[date, float], ...]:
    """Return levels of need from the first days of quarters on."""
    if not isinstance(value, Mapping):
        return ((FIRST_DAY, _level(value)),)
    found = []
    for text, level in value.items():
        try:
            day = date.fromisoformat(str(text))
        except ValueError:
            raise ValueError(f"{quoted(text)} is no date: write the first day of a quarter, e.g. 2024-07-01") from None
        if day.day != 1 or day.month % 3 != 1:
            raise ValueError(f"need changes at the start of a quarter (1 January, April, July or October), not on {day}")
        found.append((day, _level(level)))
    if not found or found[0][0] != FIRST_DAY or [day for day, _ in found] != sorted(day for day, _ in found):
        raise ValueError(f"levels of need start on {FIRST_DAY} and follow by date")
    return tuple(found)


def _inside(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{day} is not between {FIRST_DAY} and {LAST_DAY}, when journeys happen")
    return day


def _within(value: object) -> Within:
    if isinstance(value, str) and " of " in value:
        length, _, event = value.partition(" of ")
        return Within(Duration.parse(length), event_named(event.removeprefix("the ")))
    raise ValueError(f"{quoted(value)} must be a duration of an event, e.g. '45 working days of the referral'")


def _role(value: object) -> int:
    if isinstance(value, str) and value.lower() in ROLE_WORDS:
        return ROLE_WORDS[value.lower()]
    near = did_you_mean(str(value), [role.replace(" ", "_") for role in ROLE_WORDS]).replace("_", " ")
    raise ValueError(f"no role is called {quoted(value)}{near or '; roles are ' + ', '.join(ROLE_WORDS)}")


@dataclass(frozen=True, slots=True)
class Within:
    """A length of time counted from the last event of a kind."""

    length: Duration
    of: Event

    def __str__(self) -> str:
        return f"within {self.length}"


Day = Annotated[date, AfterValidator(_inside)]
EventName = Annotated[Event, PlainValidator(lambda value: event_named(str(value)))]
Outcome = Annotated[Detail, PlainValidator(lambda value: detail_named(str(value)))]
Need = Annotated[tuple[tuple[date, float], ...], PlainValidator(_levels)]


class Leaving(BaseModel, frozen=True, extra="forbid"):
    """When a child moves away or dies."""

    on: Day
    because: Literal["moves away", "dies"]


class ChildGiven(BaseModel, frozen=True, extra="forbid"):
    """The child: born when, with which need."""

    born: date = date(2018, 7, 1)
    need: Need
    need_category: NeedCategory = "domestic_abuse"
    leaves: Leaving | None = None


class Expected(BaseModel, frozen=True, extra="forbid"):
    """An event that happens after those before it in the list: which, when, with what outcome, and who did it."""

    event: EventName
    on: Day | None = None
    by: Day | None = None
    not_before: Day | None = None
    within: Annotated[Within | None, PlainValidator(lambda value: None if value is None else _within(value))] = None
    outcome: Outcome | None = None
    who: Annotated[int | None, PlainValidator(lambda value: None if value is None else _role(value))] = None


class HowOften(BaseModel, frozen=True, extra="forbid"):
    """How often something happens from one day to another, both included."""

    event: EventName
    from_: Annotated[Day, Field(alias="from")] = FIRST_DAY
    to: Day = LAST_DAY
    times: Annotated[int, Field(strict=True, ge=0)] | None = None
    at_least: Annotated[int, Field(strict=True, ge=0)] | None = None
    at_most: Annotated[int, Field(strict=True, ge=0)] | None = None


class Journey(BaseModel, frozen=True, extra="forbid"):
    """A journey: a child, the rules it lives under, and what must follow.

    ``because`` says where the rule comes from. ``rules`` holds ``policies`` and ``parameters`` as a scenario file does,
    with ``policy_start`` and ``phase_in``.
    """

    title: Annotated[str, Field(min_length=1)]
    because: Annotated[str, Field(min_length=1)]
    child: ChildGiven
    referred: Annotated[tuple[Day, ...], Field(min_length=1)]
    rules: dict[str, Any] = Field(default_factory=dict)
    until: Day = LAST_DAY
    then: Annotated[tuple[Expected, ...], Field(min_length=1)]
    how_often: tuple[HowOften, ...] = ()
    never: tuple[EventName, ...] = ()


@dataclass(frozen=True, slots=True)
class JourneyFile:
    """A journey as read: where it stands, its rules as a scenario, and the lines of what is expected."""

    path: Path
    journey: Journey
    scenario: Scenario
    lines: Mapping[str, int | None]


_RULES: Final = ("policies", "parameters", "policy_start", "phase_in")


def read_journey(path: Path) -> JourneyFile:
    """Read a journey.

    Raises
    ------
    InputError
        It is missing, is not YAML, or says something that no journey can; with file, line and key.
    """
    found = read_file(path, kind="journey")
    if not isinstance(found.value, dict):
        raise InputError("is not a journey; it says at least title, because, child, referred and then", path=path)
    data = found.plain()
    if "referred" in data and not isinstance(data["referred"], list):
        data["referred"] = [data["referred"]]
    journey = checked(Journey, data, found.place_of)
    for key in journey.rules:
        if key not in _RULES:
            place = found.place_of(f"rules.{key}")
            hint = did_you_mean(key, list(_RULES)) or f"; rules are {', '.join(_RULES)}"
            raise InputError(f"no rule is called {quoted(key)}{hint}", path=path, line=place.line, key=f"rules.{key}")
    rules = {"title": journey.title, "start": FIRST_DAY, "years": YEARS, **journey.rules}
    scenario = checked(Scenario, rules, lambda key: found.place_of(f"rules.{key}"), context=UNITS_REQUIRED)
    lines = {f"{part}.{number}": found.place_of(f"{part}.{number}").line
             for part in ("then", "how_often", "never") for number in range(len(getattr(journey, part)))}  # fmt: skip
    return JourneyFile(path, journey, scenario, lines)
