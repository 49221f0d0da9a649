"""Kinds of staff: what a scenario may change apart, and what it changes for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from cinsim.reference.events import Detail
from cinsim.scenario.model import Scenario
from cinsim.scenario.names import SCREENING
from cinsim.scenario.resources import RoleChange, followed

ROLE_KEYS: Final = {
    "social_workers": Detail.SOCIAL_WORKER,
    "senior_practitioners": Detail.SENIOR_PRACTITIONER,
    "newly_qualified": Detail.NEWLY_QUALIFIED,
    "family_support_workers": Detail.FAMILY_SUPPORT_WORKER,
    "practice_supervisors": Detail.PRACTICE_SUPERVISOR,
    "conference_chairs": Detail.CONFERENCE_CHAIR,
}
STAFF_KEYS: Final = {**ROLE_KEYS, SCREENING: Detail.FRONT_DOOR}
"""Kinds of staff a scenario may change: roles, and apart from theirs those who screen referrals at the front door."""


def kind_of(team: int, role: int) -> int:
    """Return the kind of staff that a post of a role in a team counts among."""
    return Detail.FRONT_DOOR if team == Detail.FRONT_DOOR else role


def changes_by_kind(scenario: Scenario) -> dict[int, RoleChange | None]:
    """Return what a scenario changes for each kind of staff.

    Senior practitioners and the newly qualified follow what is said of social workers key by key, unless they have a key of
    their own; so do those at the front door, who are senior practitioners, but for their number and their caseload. A
    number of posts, which is not relative, is that of one kind alone.
    """
    own: dict[int, RoleChange | None] = {code: getattr(scenario.workforce, key) for key, code in STAFF_KEYS.items()}
    everyone = own[Detail.SOCIAL_WORKER]
    if everyone is not None and everyone.fte is not None and not everyone.fte.relative:
        everyone = everyone.without("fte")
    for kind in (Detail.SENIOR_PRACTITIONER, Detail.NEWLY_QUALIFIED):
        own[kind] = followed(everyone, own[kind])
    seniors = own[Detail.SENIOR_PRACTITIONER]
    of_seniors = None if seniors is None else seniors.without("fte", "follow_demand", "caseload_limit")
    own[Detail.FRONT_DOOR] = followed(of_seniors, own[Detail.FRONT_DOOR])
    return own


def changed_together(changes: Mapping[int, RoleChange | None], kinds: Iterable[int]) -> list[frozenset[int]]:
    """Return which of some kinds of staff follow one change in their number."""
    by_change: dict[object, set[int]] = {}
    for kind in sorted(kinds):
        change = changes[kind]
        asked = None if change is None else (change.fte, change.follow_demand, change.start, change.phase_in)
        by_change.setdefault(asked, set()).add(kind)
    return [frozenset(same) for same in by_change.values() if len(same) > 1]
