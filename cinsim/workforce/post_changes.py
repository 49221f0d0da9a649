"""What a scenario makes of the posts there are: which are closed and which are opened, so that it gets the number it asks for.

Whole posts are closed, each where most are to go, and where that takes away too much one post is opened for the rest:
someone's hours become fewer. So the posts of a role come to the number asked, over all teams together. Kinds of social
workers that follow one change are met together: the smaller kinds to the nearest post, the largest makes up the difference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cinsim.policy.timing import Ramp
from cinsim.workforce.listed_posts import Listed

LEAST_PART_POST_FTE: Final = 0.2
"""No case holder has fewer hours than a day a week; those on duty, who do not travel, may."""
_NOTHING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Cell:
    """The posts of one role in one team: their sizes, what they come to by the published figures, and after the change.

    ``kind`` is the kind of staff they count among, for each of which what a scenario asks is met. ``rows`` are those of a
    list of posts, ``on_duty`` whether they serve a pool.
    """

    team: int
    role: int
    kind: int
    sizes: Sequence[float]
    before: float
    after: float
    ramp: Ramp
    rows: Sequence[Listed] = ()
    on_duty: bool = False

    @property
    def lost(self) -> float:
        """Full-time equivalents to be closed."""
        return max(self.before - self.after, 0.0)


@dataclass(slots=True)
class Closings:
    """Posts of one kind of staff that are closed, in order, by cell and place in it; and the hours of one that stay, by team."""

    closed: list[tuple[int, int]] = field(default_factory=list)
    part: dict[int, float] = field(default_factory=dict)

    def of(self, cell: int) -> dict[int, float]:
        """Return by place in a cell at which share of the phase-in each of its closed posts goes."""
        return {place: (k + 1) / len(self.closed) for k, (at, place) in enumerate(self.closed) if at == cell}


def closings(cells: Sequence[Cell], together: Sequence[frozenset[int]]) -> dict[int, Closings]:
    """Return which posts are closed, by kind of staff.

    Parameters
    ----------
    together : kinds of staff that follow one change; each other kind is met by itself.
    """
    by_kind: dict[int, list[Cell]] = {}
    for cell in cells:
        by_kind.setdefault(cell.kind, []).append(cell)
    found: dict[int, Closings] = {}
    for pool in (*together, *(frozenset({kind}) for kind in by_kind if not any(kind in pool for pool in together))):
        smallest_first = sorted(pool & by_kind.keys(), key=lambda kind: (math.fsum(c.before for c in by_kind[kind]), kind))
        carried = 0.0
        for kind in smallest_first:
            wanted = math.fsum(cell.lost for cell in by_kind[kind]) + carried
            found[kind], carried = _close(by_kind[kind], wanted, exactly=kind == smallest_first[-1])
    return found


def _close(cells: Sequence[Cell], wanted: float, *, exactly: bool) -> tuple[Closings, float]:
    """Close posts of one kind of staff that come to ``wanted``; return them, and what is left to close (negative: too much)."""
    out, left = Closings(), wanted
    lost = [math.fsum(cell.sizes) * (1.0 - cell.after / cell.before) if cell.lost > 0.0 else 0.0 for cell in cells]
    there = {i: list(range(len(cell.sizes))) for i, cell in enumerate(cells) if lost[i] > 0.0 and cell.sizes}
    least = LEAST_PART_POST_FTE if not any(cell.on_duty for cell in cells) else 0.0

    def close(i: int, place: int) -> None:
        nonlocal left
        out.closed.append((i, place))
        there[i].remove(place)
        if not there[i]:
            del there[i]
        lost[i] -= cells[i].sizes[place]
        left -= cells[i].sizes[place]

    while there and (left > _NOTHING or -least + _NOTHING < left < -_NOTHING):
        posts = [(cells[i].sizes[place], i, place) for i in there for place in there[i]]
        if exactly:
            last = [post for post in posts if abs(post[0] - left) <= _NOTHING or post[0] >= left + least]
            if last:
                _, i, place = min(last, key=lambda post: (post[0], -lost[post[1]], -post[2]))
                close(i, place)
                break
        elif max(posts)[0] >= left:
            size, i, place = min(posts, key=lambda post: (abs(post[0] - left), -lost[post[1]], -post[2]))
            if abs(size - left) < left:
                close(i, place)
            break
        most = max(there, key=lambda i: (lost[i], -i))
        close(most, there[most][-1])
    if exactly and left < -_NOTHING:
        out.part[cells[out.closed[-1][0]].team] = -left
    return out, left


def opened_by_team(cells: Sequence[Cell], closed: Mapping[int, Closings]) -> dict[int, dict[int, float]]:
    """Return the full-time equivalents that are opened, by kind of staff and team."""
    out: dict[int, dict[int, float]] = {}
    for cell in cells:
        gained = max(cell.after - cell.before, 0.0) + closed[cell.kind].part.get(cell.team, 0.0)
        out.setdefault(cell.kind, {})[cell.team] = gained
    return out
