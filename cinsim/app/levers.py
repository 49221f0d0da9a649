"""The levers of a scenario as cards: read off the scenario's own models, so that a key more there is a field more here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from cinsim.scenario.model import Scenario
from cinsim.scenario.policies import Policies
from cinsim.scenario.posts import POSTS_KEY
from cinsim.scenario.problems import model_in
from cinsim.scenario.resources import Demand, Workforce
from cinsim.scenario.schema import json_schema, written_as

DATES: Final = ("start", "phase_in", "areas")
SMALL_WORDS: Final = {"cin": "CIN", "cpp": "CPP", "fte": "Posts (full-time equivalents)"}
PUBLISHED: Final[Mapping[str, tuple[str, ...]]] = {
    "policies.thresholds": ("referral_rate", "cin_plans_started_rate", "s47_rate", "cpp_started_rate"),
    "policies.cin_visits": ("cin_plans_31_march_rate", "caseload_mean"),
    "policies.cpp_visits": ("cpp_31_march_rate", "caseload_mean"),
    "policies.reviews": ("cpp_reviews_on_time_percent",),
    "policies.assessment": ("assessment_within_45_days_percent", "assessment_days_p50"),
    "policies.lead_practitioner": ("cin_plans_31_march_rate", "caseload_mean"),
    "policies.early_help": ("re_referral_percent", "not_in_need_percent"),
    "policies.family_group_conference": ("looked_after_started_rate",),
    "workforce.social_workers": (
        "case_holders_fte", "caseload_mean", "vacancy_rate", "vacancy_agency_cover_rate", "turnover_rate", "absence_rate",
    ),
    "demand": ("referral_rate", "re_referral_percent"),
}  # fmt: skip
"""What authorities publish that bears on a lever, shown beside it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a scenario: how it is called, what it means, how its value is written, and the only values where few may be."""

    key: str
    label: str
    meaning: str
    written: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lever:
    """One card: a policy, a role, or what holds for all staff.

    Attributes
    ----------
    fields, more : what is changed; ``more`` are keys by name, such as one a source of referrals.
    dates : from when, over how long and where it holds.
    """

    key: str
    group: str
    title: str
    meaning: str
    fields: tuple[Field, ...]
    more: tuple[Field, ...]
    dates: tuple[Field, ...]

    @property
    def every_field(self) -> tuple[Field, ...]:
        """All its fields, dates last."""
        return (*self.fields, *self.more, *self.dates)


@cache
def levers() -> tuple[Lever, ...]:
    """Return every lever in the order in which a scenario has them."""
    roles = [
        name for name, field in Workforce.model_fields.items() if model_in(field.annotation) and not _named(field.annotation)
    ]
    return (
        *(_lever(f"policies.{name}", "Practice", Policies) for name in Policies.model_fields),
        *(_lever(f"workforce.{name}", "Staff", Workforce) for name in roles),
        _of("workforce", "Staff", "All staff", "What holds for all staff.", Workforce, leave_out=tuple(roles)),
        _of("demand", "Demand", "Referrals", str(Demand.__doc__), Demand),
    )


@cache
def timing() -> tuple[Field, ...]:
    """Return what is said of the whole scenario: when, for how long, and how often it is simulated."""
    names = ("start", "years", "policy_start", "phase_in", "replications", "seed", "structure")
    return tuple(field for field in _fields(Scenario, "") if field.key in names)


def _named(annotation: object) -> bool:
    return "Mapping" in str(annotation)


def _lever(key: str, group: str, above: type[BaseModel]) -> Lever:
    name = key.rsplit(".", 1)[1]
    field = above.model_fields[name]
    model = model_in(field.annotation)
    assert model is not None
    said = str(model.__doc__) if group == "Practice" else str(field.description)
    return _of(key, group, in_words(name), said, model)


def _of(key: str, group: str, title: str, meaning: str, model: type[BaseModel], leave_out: tuple[str, ...] = ()) -> Lever:
    found = [
        field
        for field in _fields(model, f"{key}.")
        if field.key != POSTS_KEY and field.key.removeprefix(f"{key}.").split(".")[0] not in leave_out
    ]
    by_name = {f"{key}.{name}" for name, field in model.model_fields.items() if _named(field.annotation)}
    more = tuple(field for field in found if any(field.key.startswith(f"{start}.") for start in by_name))
    dates = tuple(field for field in found if field.key.removeprefix(f"{key}.") in DATES)
    rest = tuple(field for field in found if field not in more and field not in dates)
    return Lever(key, group, title, meaning, rest, more, dates)


def _fields(model: type[BaseModel], prefix: str) -> Iterator[Field]:
    schema = json_schema()
    held = schema if model is Scenario else schema["$defs"][model.__name__]
    for name, field in model.model_fields.items():
        property_ = held["properties"][name]
        below = model_in(field.annotation)
        names = tuple(property_.get("propertyNames", {}).get("enum", ()))
        if below is not None and not names:
            if model is not Scenario:
                yield from (
                    Field(each.key, f"{in_words(name)}: {each.label.lower()}", each.meaning, each.written, each.choices)
                    for each in _fields(below, f"{prefix}{name}.")
                )
        elif names:
            ending = ".share" if below is not None else ""
            written = "share, e.g. `15%`" if below is not None else written_as(property_["additionalProperties"])
            for one in names:
                label = f"{in_words(name)}: {one.replace('_', ' ')}"
                yield Field(f"{prefix}{name}.{one}{ending}", label, str(field.description), written, ())
        else:
            yield Field(
                f"{prefix}{name}",
                in_words(name),
                str(field.description),
                written_as(property_),
                _choices(property_),
            )


def _choices(property_: Mapping[str, Any]) -> tuple[str, ...]:
    if "enum" in property_:
        return tuple(map(str, property_["enum"]))
    if property_.get("type") == "boolean":
        return ("true", "false")
    ways = [way for way in property_.get("anyOf", ()) if way.get("type") != "null"]
    return _choices(ways[0]) if len(ways) == 1 else ()


def in_words(name: str) -> str:
    """Return a key's name as words."""
    if name in SMALL_WORDS and name == "fte":
        return SMALL_WORDS[name]
    words = " ".join(SMALL_WORDS.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]
