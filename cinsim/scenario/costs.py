"""What a scenario wants to know and what it costs, as a planner enters them; nothing here changes what is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, Field, field_validator

from cinsim.outcomes.definitions import MEASURES
from cinsim.reference.register import load_register
from cinsim.scenario.fields import Day, Fixed, FixedMapping
from cinsim.scenario.names import OneOf
from cinsim.scenario.problems import KeyProblems
from cinsim.spelling import did_you_mean

YEAR: Final = "year"
_PRICE: Final = "cost_per_hour_"
COST_ROLES: Final = tuple(name.removeprefix(_PRICE) for name in load_register() if name.startswith(_PRICE))
MOST_POUNDS: Final = 1e10
CostRole = Annotated[str, OneOf(COST_ROLES)]


def known_measure(name: str) -> str:
    """Return the name of a measure; a ValueError says what would be right where there is none."""
    if name not in MEASURES:
        raise ValueError(f"no measure is called '{name}'; `cinsim measures` lists them{did_you_mean(name, list(MEASURES))}")
    return name


def _known_once(outcomes: tuple[str, ...]) -> tuple[str, ...]:
    problems: list[tuple[tuple[str, ...], str]] = []
    for place, name in enumerate(outcomes):
        try:
            known_measure(name)
        except ValueError as error:
            problems.append(((str(place),), str(error)))
        if name in outcomes[:place]:
            problems.append(((str(place),), f"{name} is named twice"))
    if problems:
        raise KeyProblems(problems)
    return outcomes


Outcomes = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1, max_length=12), AfterValidator(_known_once)
]
"""Measures that answer a scenario's question, the most important first."""


class PolicyCost(BaseModel, frozen=True, extra="forbid"):
    """One thing that a policy costs, by the year or by the unit."""

    item: Annotated[str, Field(min_length=1, max_length=100, description="What is paid for, e.g. Family group conference.")]
    pounds: Annotated[
        float,
        Field(
            strict=True, ge=-MOST_POUNDS, le=MOST_POUNDS, allow_inf_nan=False,
            description="Price of one unit, or of a year where `per` is `year`; negative for a saving.",
            json_schema_extra={"unit": "£"},
        ),
    ]  # fmt: skip
    per: Annotated[
        str,
        Field(
            description="`year`: so much in each authority and full year; or a measure that counts, whose every unit costs so "
            "much: `icpc`, `cin_plans_started`, `in_post_fte` (`cinsim measures`)."
        ),
    ] = YEAR
    start: Annotated[Day | None, Field(description="Date from which it is paid; `policy_start` when left out.")] = None

    @field_validator("per")
    @classmethod
    def _counted(cls, per: str) -> str:
        if per != YEAR and MEASURES[known_measure(per)].kind != "count":
            raise ValueError(
                f"'{per}' counts nothing (its values are {MEASURES[per].unit}): write 'year' or a measure that counts"
            )
        return per


class Costs(BaseModel, frozen=True, extra="forbid"):
    """What a policy costs beside staff, and own prices of staff."""

    policy: Annotated[tuple[PolicyCost, ...], Field(description="What the policy costs, item by item.")] = ()
    per_hour: Annotated[
        Mapping[CostRole, Annotated[float, Field(strict=True, allow_inf_nan=False, json_schema_extra={"unit": "£ an hour"})]],
        Fixed,
        Field(description="Own costs of an hour of staff with on-costs, in the place of the registered `cost_per_hour_ROLE`."),
    ] = FixedMapping()

    @field_validator("per_hour")
    @classmethod
    def _within_the_register(cls, per_hour: Mapping[str, float]) -> Mapping[str, float]:
        for role, pounds in per_hour.items():
            known = load_register()[parameter_of(role)]
            if not known.low <= pounds <= known.high:
                raise ValueError(f"{role}: {pounds:g} is outside {known.low:g} to {known.high:g} pounds an hour")
        return per_hour

    def parameters(self) -> dict[str, float]:
        """Return the registered parameters that own prices take the place of."""
        return {parameter_of(role): pounds for role, pounds in self.per_hour.items()}


def parameter_of(role: str) -> str:
    """Return the name of the parameter that holds what an hour of a role costs."""
    return f"{_PRICE}{role}"
