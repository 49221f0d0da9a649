"""A planner's own posts in the place of the published ones: which roles they replace, and who is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cinsim.engine.clock import Calendar
from cinsim.engine.totals import sum_in_order
from cinsim.reference.events import Detail
from cinsim.scenario.model import Scenario
from cinsim.scenario.posts import CASE_HOLDERS, CONFERENCES

FRONT_DOOR: Final = "front_door"


@dataclass(frozen=True, slots=True)
class Listed:
    """Who is in a post on the first reported day: a permanent worker, an agency worker, or nobody.

    Attributes
    ----------
    day : the first reported day; nobody of the list leaves before it. opens : when the post is opened, 0 for before the run.
    served : working days by that day since a permanent worker started; None where the list does not say.
    """

    fte: float
    day: float
    opens: float
    permanent: bool
    agency: bool
    served: float | None = None


def listed_posts(
    scenario: Scenario, calendar: Calendar, teams: Mapping[str, int], roles: Mapping[str, int]
) -> dict[tuple[int, int], list[Listed]]:
    """Return the rows of a scenario's list of posts by team and role."""
    out: dict[tuple[int, int], list[Listed]] = {}
    day = float(calendar.time_of(scenario.start))
    for post in scenario.workforce.posts or ():
        team = Detail.CONFERENCE_TEAM if post.team == CONFERENCES else teams[post.team]
        starts = None if post.start_date is None else float(calendar.time_of(post.start_date))
        later = starts is not None and starts > day
        served = None if starts is None else max(day - starts, 0.0)
        opens = starts if later and starts is not None else 0.0
        listed = Listed(post.fte, day, opens, post.agency == "no", post.agency == "yes", served)
        out.setdefault((team, roles[post.role]), []).append(listed)
    return out


def replaced(
    published: Sequence[tuple[int, int, float, float]],
    listed: Mapping[tuple[int, int], Sequence[Listed]],
    roles: Mapping[str, int],
) -> list[tuple[int, int, float, float]]:
    """Return team, role and FTE before and after a change, with the listed posts in the place of the published.

    A list that names one kind of social worker who holds cases names all of them; the front door and every other role
    keep their published posts unless the list has some.
    """
    if not listed:
        return list(published)
    case_holders = {roles[name] for name in CASE_HOLDERS}
    named = {role for team, role in listed if team != Detail.FRONT_DOOR}
    if named & case_holders:
        named |= case_holders
    at_the_front_door = any(team == Detail.FRONT_DOOR for team, _ in listed)
    kept = [entry for entry in published if not (at_the_front_door if entry[0] == Detail.FRONT_DOOR else entry[1] in named)]
    own = [(team, role, fte, fte) for (team, role), rows in listed.items() if (fte := sum_in_order(row.fte for row in rows))]
    return sorted([*kept, *own], key=lambda entry: entry[:2])
