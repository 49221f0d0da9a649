"""The names a scenario may use: thresholds, categories of need, sources of referral, roles and teams."""

from __future__ import annotations

from typing import Final, Literal, get_args

from cinsim.reference.events import Detail

Threshold = Literal[
    "screening", "in_need", "plan", "section_47", "conference", "child_protection", "care", "close_plan", "end_protection"
]
NeedCategory = Literal[
    "domestic_abuse",
    "parental_mental_health",
    "other_or_no_need",
    "disability",
    "risks_outside_home",
    "complex_domestic_abuse",
    "child_mental_health",
    "physical_abuse",
    "neglect",
    "sexual_abuse",
    "concerns_about_another_person",
    "risks_in_and_outside_home",
]
Source = Literal[
    "individual",
    "schools",
    "education_services",
    "health_services",
    "housing",
    "la_services",
    "police",
    "other_legal_agency",
    "other",
    "anonymous",
    "unknown",
]
Role = Literal[
    "social_workers",
    "senior_practitioners",
    "newly_qualified",
    "family_support_workers",
    "practice_supervisors",
    "conference_chairs",
]
Team = Literal["front_door", "assessment", "cin_and_cp", "disabled_children", "looked_after"]
Complexity = Literal["low", "medium", "high"]

THRESHOLDS: Final[tuple[str, ...]] = get_args(Threshold)
NEED_CATEGORIES: Final[tuple[str, ...]] = get_args(NeedCategory)
"""In the order of the codes in ``Population.need_category``."""
SOURCES: Final[tuple[str, ...]] = get_args(Source)
"""In the order of the codes of :class:`cinsim.reference.events.Detail`."""
ROLES: Final[tuple[str, ...]] = get_args(Role)
TEAMS: Final[tuple[str, ...]] = get_args(Team)

if tuple(Detail(code).name.lower() for code in range(len(SOURCES))) != SOURCES:
    raise ImportError("the sources of referral in cinsim.scenario.names and cinsim.reference.events differ")
