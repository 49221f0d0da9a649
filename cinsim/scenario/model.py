"""The scenario: one frozen, checked description of what is to be simulated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, Protocol, TypeVar

from pydantic import BaseModel, Field, PlainValidator, ValidationInfo, WithJsonSchema, field_validator, model_validator

from cinsim.characters import refused_character
from cinsim.errors import InputError, quoted, shortened
from cinsim.reference import areas
from cinsim.reference.register import load_register
from cinsim.scenario.costs import Costs, Outcomes, parameter_of
from cinsim.scenario.fields import Area, Day, Fixed, FixedMapping
from cinsim.scenario.policies import Policies
from cinsim.scenario.posts import ListedPost
from cinsim.scenario.problems import KeyProblems, Place, Said, checked, did_you_mean, unknown_without_value
from cinsim.scenario.quantities import Duration, SomeShare
from cinsim.scenario.resources import Demand, Workforce

MOST_OF_A_NAME: Final = 100
Blocks = TypeVar("Blocks", Policies, Workforce, Demand)


class Timed(Protocol):
    """Whatever starts on a date and phases in: a policy, a role of the workforce, demand."""

    @property
    def start(self) -> date | None:
        """The first day, or None for the scenario's."""

    @property
    def phase_in(self) -> Duration | None:
        """The time to full size, or None for the scenario's."""


class Precision(BaseModel, frozen=True, extra="forbid"):
    """Replications are added until the means of some measures are known well enough."""

    share: Annotated[SomeShare, Field(description="Half the width of the 95% interval of the mean, as a share of the mean.")]
    measures: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1, description="Names of measures (`cinsim measures`).")
    ]


def _to_draws(value: object) -> int | str:
    if value in ("posterior", "point") or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100_000):
        return value
    raise ValueError(f"must be 'posterior', 'point' or a whole number from 1 to 100000, not {quoted(value)}")


Draws = Annotated[
    int | Literal["posterior", "point"],
    PlainValidator(_to_draws, json_schema_input_type=int | Literal["posterior", "point"]),
    WithJsonSchema(
        {
            "anyOf": [{"enum": ["posterior", "point"]}, {"type": "integer", "minimum": 1, "maximum": 100_000}],
            "unit": "`posterior`, `point` or a number",
        }
    ),
]


class Scenario(BaseModel, frozen=True, extra="forbid"):
    """What is simulated: where, when, how often, and what differs from baseline practice.

    Frozen and hashable. :meth:`resolved` gives plain data from which an equal scenario is built again.
    """

    name: Annotated[str, Field(min_length=1, description="Names the run; the file's name without its ending when left out.")] = (
        "scenario"
    )
    title: Annotated[str, Field(min_length=1, description="One line for reports; not inherited through `extends`.")]
    question: Annotated[str, Field(description="The question it asks, in plain words; not inherited through `extends`.")] = ""
    outcomes: Annotated[
        Outcomes | None,
        Field(
            description="Measures that answer the question, most important first (`cinsim measures`); when left out, children "
            "helped, re-referrals, visits on time and caseload. What it costs is always said."
        ),
    ] = None
    costs: Annotated[
        Costs | None, Field(description="What the policy costs beside staff, and own prices of staff; changes no result.")
    ] = None
    area: Annotated[
        Area, Field(description="An authority's name or code, a list of them, `England` (an average authority) or `all`.")
    ] = "England"
    start: Annotated[Day, Field(description="First day that is reported, a 1 April.")] = date(2024, 4, 1)
    years: Annotated[
        int, Field(strict=True, ge=1, le=50, description="Reporting years simulated.", json_schema_extra={"unit": "years"})
    ] = 5
    policy_start: Annotated[Day | None, Field(description="Date from which the changes hold; `start` when left out.")] = None
    phase_in: Annotated[Duration, Field(description="How long the changes take to reach their full size.")] = Duration(
        0, "months"
    )
    replications: Annotated[
        int, Field(strict=True, ge=1, le=100_000, description="Times it is simulated with different luck.")
    ] = 10
    seed: Annotated[
        int, Field(strict=True, ge=0, lt=2**63, description="Chooses the luck; the same seed repeats a run exactly.")
    ] = 1
    draws: Annotated[
        Draws,
        Field(
            description="Parameter sets drawn from the calibrated posterior, each run `replications` times. `posterior` spreads "
            "ten or more replications over draws, two or more on each; `point` takes the one best set."
        ),
    ] = "posterior"
    warm_up: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=20,
            description="Years simulated before `start` and not reported; 0 with `initial_state`.",
            json_schema_extra={"unit": "years"},
        ),
    ] = 4
    population_fraction: Annotated[
        float,
        Field(
            strict=True,
            gt=0,
            allow_inf_nan=False,
            le=1,
            description="Part of the area's children and staff simulated; below 1 for a quick look.",
            json_schema_extra={"unit": "fraction"},
        ),
    ] = 1.0
    precision: Annotated[
        Precision | None, Field(description="Adds replications until the means of some measures are known well enough.")
    ] = None
    structure: Annotated[
        Literal["both", "lasting_differences", "known_to_services"],
        Field(
            description="Why children come back: lasting differences between them, being known to services, or both. "
            "Both fit the published figures best; each alone is fitted for itself and fits worse."
        ),
    ] = "both"
    initial_state: Annotated[
        str | None,
        Field(
            min_length=1,
            description="A census return of the day before `start` (XML, or a folder of its tables), from whose open "
            "children the run starts in place of a warm-up; its path from this file.",
        ),
    ] = None
    policies: Annotated[Policies, Field(description="Changes in decisions, visits, reviews and help.")] = Policies()
    workforce: Annotated[Workforce, Field(description="Changes in the workforce.")] = Workforce()
    demand: Annotated[Demand, Field(description="Changes in the referrals made.")] = Demand()
    parameters: Annotated[
        Mapping[str, Annotated[float, Field(strict=True, allow_inf_nan=False)]],
        Fixed,
        Field(description="Registered parameters by name, each within its range (`cinsim parameters`)."),
    ] = FixedMapping()

    @model_validator(mode="before")
    @classmethod
    def _a_return_takes_the_place_of_a_warm_up(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and data.get("initial_state") is not None:
            return {"warm_up": 0, **data}
        return data

    @field_validator("population_fraction")
    @classmethod
    def _of_some_child(cls, fraction: float, info: ValidationInfo) -> float:
        for area in areas.resolve(info.data["area"]) if "area" in info.data else ():
            if fraction * area.population_0_17 < 1:
                raise ValueError(f"{fraction:g} of the {area.population_0_17:,} children of {area.area_name} is no child")
        return fraction

    @model_validator(mode="before")
    @classmethod
    def _texts_are_plain(cls, data: Any) -> Any:
        problems = [(key, f"{quoted(text)} {wrong}") for key, text in _texts(data) if (wrong := refused_character(text))]
        if problems:
            raise KeyProblems(problems)
        return data

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if len(name) > MOST_OF_A_NAME:
            raise ValueError(f"{quoted(name)} has {len(name):,} characters: at most {MOST_OF_A_NAME}, as it names a folder")
        if name.startswith(".") or name != name.strip() or re.search(r'[/\\:*?"<>|\x00-\x1f]', name):
            raise ValueError(f"{quoted(name)} cannot name a run's folder: use letters, digits, spaces, '-', '_' and '.'")
        if name[0] in "=+-@":
            raise ValueError(
                f"{quoted(name)} would be a formula where a spreadsheet opens the tables: begin with a letter or digit"
            )
        return name

    @field_validator("start")
    @classmethod
    def _first_of_april(cls, start: date) -> date:
        if (start.month, start.day) != (4, 1):
            year = start.year - (start.month < 4)
            raise ValueError(
                f"{start} is not a 1 April: reporting years run from 1 April to 31 March; write {year}-04-01 or {year + 1}-04-01"
            )
        if not 2000 <= start.year <= 2100:
            raise ValueError(f"{start} lies outside 2000 to 2100")
        return start

    @field_validator("policy_start")
    @classmethod
    def _policy_starts_within_run(cls, policy_start: date | None, info: ValidationInfo) -> date | None:
        message = _outside_run(policy_start, info)
        if message:
            raise ValueError(message)
        return policy_start

    @field_validator("policies", "workforce", "demand")
    @classmethod
    def _blocks_lie_within_run(cls, value: Blocks, info: ValidationInfo) -> Blocks:
        problems = _misplaced(value, info)
        if problems:
            raise KeyProblems(problems)
        return value

    @field_validator("parameters")
    @classmethod
    def _registered(cls, parameters: Mapping[str, float]) -> Mapping[str, float]:
        problems: list[tuple[tuple[str, ...], Said]] = []
        register = load_register()
        for name, value in parameters.items():
            if name not in register:
                problems.append(((name,), lambda name=name: _unregistered(name)))  # type: ignore[misc]
                continue
            try:
                register.check(name, value)
            except InputError as error:
                problems.append(((name,), error.message))
        if problems:
            raise KeyProblems(problems)
        return parameters

    @field_validator("parameters")
    @classmethod
    def _priced_once(cls, parameters: Mapping[str, float], info: ValidationInfo) -> Mapping[str, float]:
        costs = info.data.get("costs")
        for role in costs.per_hour if costs is not None else ():
            if parameter_of(role) in parameters:
                raise ValueError(f"{parameter_of(role)} stands under costs.per_hour too: write it in one of the two")
        return parameters

    @property
    def own_parameters(self) -> Mapping[str, float]:
        """Parameters that the scenario sets: those by name, and its prices of staff."""
        return {**self.parameters, **(self.costs.parameters() if self.costs is not None else {})}

    @property
    def end(self) -> date:
        """The day after the last day simulated."""
        return date(self.start.year + self.years, 4, 1)

    def starts(self, block: Timed) -> date:
        """Return the first day of a policy, a role's change or demand: its own, or the scenario's."""
        return block.start or self.policy_start or self.start

    def phases_in_over(self, block: Timed) -> Duration:
        """Return the time such a block takes to reach its full size: its own, or the scenario's."""
        return self.phase_in if block.phase_in is None else block.phase_in

    def resolved(self) -> dict[str, Any]:
        """Return the whole scenario as plain data, ready for JSON, units as text; what is not set is left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def with_(self, changes: Mapping[str, Any] | None = None, /, **keys: Any) -> Scenario:
        """Return another scenario in which some keys differ.

        A mapping is merged into what is there, anything else replaces it; None takes the key back to its default.
        Values are plain data as in a scenario file, or the objects that a scenario holds.

        Parameters
        ----------
        changes
            Values by dotted key, e.g. ``{"policies.cin_visits.interval": "20 working days"}``.
        keys
            The same for keys at the top, e.g. ``years=2``.

        Raises
        ------
        ScenarioError
            A key is unknown or a value not allowed.
        """
        data, given = self.resolved(), dict[str, Any]()
        for dotted, value in {**(changes or {}), **keys}.items():
            _merge_at(data, dotted.split("."), value)
            _merge_at(given, dotted.split("."), value, none_stays=True)
        return checked(Scenario, data, lambda key: Place(), already=unknown_names(given))


def unknown_names(given: Mapping[str, Any]) -> list[tuple[tuple[str, ...], Said]]:
    """Return the keys of a scenario that are given no value and stand for nothing; each with what would be right."""
    parameters, register = given.get("parameters"), load_register()
    unregistered: list[tuple[tuple[str, ...], Said]] = [
        (("parameters", name), lambda name=name: _unregistered(name))  # type: ignore[misc]
        for name, value in (parameters.items() if isinstance(parameters, Mapping) else ())
        if value is None and name not in register
    ]
    return [*unknown_without_value(Scenario, given), *unregistered]


def _unregistered(name: str) -> str:
    hint = did_you_mean(name, list(load_register()))
    return f"'{shortened(name)}' is not a registered parameter; `cinsim parameters` lists them{hint}"


def _texts(data: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every text within plain data, and every key, by the keys that lead to it."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), data)]
    while waiting:  # and not a function that calls itself, which data of any depth would exhaust
        key, value = waiting.pop()
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, Mapping):
            yield from (((*key, name), name) for name in value if isinstance(name, str))
            waiting += [((*key, str(name)), below) for name, below in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [((*key, str(place)), below) for place, below in enumerate(value)]


def _outside_run(day: date | None, info: ValidationInfo) -> str:
    start, years = info.data.get("start"), info.data.get("years")
    if day is None or start is None or years is None or start <= day < date(start.year + years, 4, 1):
        return ""
    return f"{day} lies outside the run, which goes from {start} to {date(start.year + years, 3, 31)}"


def _outside_areas(names: tuple[str, ...] | None, info: ValidationInfo) -> Iterator[tuple[int, str]]:
    if names is None or "area" not in info.data:
        return
    simulated = areas.resolve(info.data["area"])
    for i, name in enumerate(names):
        if areas.find_area(name) not in simulated:
            yield i, f"{name} is not simulated: add it to 'area', or leave it out here"


def _misplaced(value: Policies | Workforce | Demand, info: ValidationInfo) -> list[tuple[tuple[str, ...], str]]:
    """Return the starts that lie outside the run and the areas that are not simulated."""
    blocks: Mapping[str, Timed] = {"": value} if isinstance(value, Demand) else value.blocks()
    problems: list[tuple[tuple[str, ...], str]] = []
    for name, block in blocks.items():
        path = (name,) if name else ()
        message = _outside_run(block.start, info)
        if message:
            problems.append(((*path, "start"), message))
        problems += [((*path, "areas", str(i)), said) for i, said in _outside_areas(getattr(block, "areas", None), info)]
    if isinstance(value, Workforce) and value.posts is not None:
        problems += _posts_out_of_place(value.posts, info)
    return problems


def _posts_out_of_place(posts: tuple[ListedPost, ...], info: ValidationInfo) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what a list of posts does not fit: several areas, a part of one, posts that open when the run is over."""
    if "area" in info.data and len(areas.resolve(info.data["area"])) > 1:
        yield ("posts",), "is the list of one authority: simulate one area"
    if info.data.get("population_fraction", 1.0) < 1.0:
        yield ("posts",), "is the list of a whole authority: leave population_fraction out"
    start, years = info.data.get("start"), info.data.get("years")
    if start is not None and years is not None:
        end = date(start.year + years, 3, 31)
        for place, post in enumerate(posts):
            if post.start_date is not None and post.start_date > end:
                yield ("posts", str(place), "start_date"), f"column 'start_date': {post.start_date} is after the run's end, {end}"


def _merge_at(data: dict[str, Any], path: list[str], value: Any, *, none_stays: bool = False) -> None:
    for step in path[:-1]:
        below = data.get(step)
        if not isinstance(below, dict):
            below = data[step] = {}
        data = below
    last = path[-1]
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", exclude_none=True)
        data[last] = value
    elif isinstance(value, Mapping):
        if not isinstance(data.get(last), dict):
            data[last] = {}
        for name, below in value.items():
            _merge_at(data[last], [str(name)], below, none_stays=none_stays)
    elif value is None and not none_stays:
        data.pop(last, None)
    else:
        data[last] = value
