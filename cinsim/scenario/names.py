"""The names a scenario may use: thresholds, categories of need, sources of referral, roles and teams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from cinsim.reference import events
from cinsim.reference.parameters import NEED_CATEGORIES, THRESHOLDS

SOURCES: Final = tuple(source.name.lower() for source in events.SOURCES)
"""Sources of referral, in the order of their codes."""
SCREENING: Final = "screening_social_workers"
ROLES: Final = (
    "social_workers",
    "senior_practitioners",
    "newly_qualified",
    "family_support_workers",
    "practice_supervisors",
    "conference_chairs",
    SCREENING,
)
"""Kinds of staff that a scenario may change."""
TEAMS: Final = ("front_door", "assessment", "cin_and_cp", "disabled_children", "looked_after")


@dataclass(frozen=True, slots=True)
class OneOf:
    """Marks a text that must be one of some names; a Literal would say the same, but only for names written out here."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.names))


Threshold = Annotated[str, OneOf(THRESHOLDS)]
NeedCategory = Annotated[str, OneOf(NEED_CATEGORIES)]
Source = Annotated[str, OneOf(SOURCES)]
Team = Annotated[str, OneOf(TEAMS)]
Complexity = Literal["low", "medium", "high"]
