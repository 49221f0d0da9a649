"""How an amount of full-time equivalents is split into posts, and those into teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cinsim.engine.draws import Draws
from cinsim.engine.totals import sum_in_order
from cinsim.reference.parameters import Parameters

LEAST_DUTY_POSTS: Final = 3
SHORT_WEEK, LONG_WEEK = 0.6, 0.8
"""What a part-time post is of a full one, three days or four; each is as frequent (assumption)."""
LEAST_POST: Final = 0.2
"""What is left below this, a day a week, makes no post of its own (assumption)."""


def sizes_of(fte: float, p: Parameters, draws: Draws, team: int, role: int, *, on_duty: bool = False) -> list[float]:
    """Split an amount of FTE into posts of full and part time; the last post takes what is left."""
    if fte <= 0.0:
        return []
    if on_duty and fte < LEAST_DUTY_POSTS:  # several share a small rota, so that one worker's absence does not stop it
        return [round(fte / LEAST_DUTY_POSTS, 6)] * LEAST_DUTY_POSTS
    u = draws.stream("hours of a post")
    out: list[float] = []
    left = fte
    while left > 1e-9:
        x = u(team * 1000 + role, len(out))
        size = SHORT_WEEK if x < p.part_time_share / 2 else LONG_WEEK if x < p.part_time_share else 1.0
        size = min(size, left)
        if left - size < LEAST_POST:
            size = left
        out.append(round(size, 6))
        left -= size
    return out


def spread(wanted: Mapping[int, float], p: Parameters, draws: Draws, role: int) -> dict[int, list[float]]:
    """Return the sizes of posts of one role by team: each goes whole to the team that lacks most by then.

    A few hours in every team would be posts in which a visit takes days; a small service has a person somewhere.
    """
    lacks, out = dict(wanted), {team: list[float]() for team in wanted}
    for size in sizes_of(sum_in_order(wanted.values()), p, draws, 0, role):
        team = max(sorted(lacks), key=lambda team: lacks[team])
        out[team].append(size)
        lacks[team] -= size
    return out
