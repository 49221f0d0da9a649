"""The beginning that arms share: simulated once up to where they part, then continued for each from there.

Two scenarios whose differences hold from a date are the same to the byte before it. A replication that is under way keeps
nothing of what is to come that could not be worked out anew (:meth:`cinsim.simulation.replicate.UnderWay.follow`), so that
a copy of it can go on under another scenario as if it had followed that from the beginning.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from cinsim.policy.practice import Practice
from cinsim.policy.timing import Ramp
from cinsim.policy.visits import VisitPolicy
from cinsim.scenario.model import Scenario
from cinsim.simulation.arm import Arm
from cinsim.workforce.office import rules_change_over, supervised_teams
from cinsim.workforce.staffing import Post, Rates, Rules, Staffing

if TYPE_CHECKING:
    from cinsim.simulation.replicate import Replication, UnderWay

# what of a scenario is only told, or holds from a date: all else must be the same from the beginning
_TOLD: Final = ("name", "title", "question", "area", "replications", "draws", "precision")
_DATED: Final = ("policy_start", "phase_in", "policies", "workforce", "demand")
# fields of a policy that hold before its date
_BEFORE: Final = (
    "own", "before", "share_before", "help_gain", "error_reduction", "capacity_before", "step_down_before", "benefit",
    "hold_without_place", "medium_from", "high_from", "window",
)  # fmt: skip
FROM_THE_BEGINNING: Final = 0.0


def world_of(scenario: Scenario) -> tuple[object, ...]:
    """Return what of a scenario is the same in all that may share a beginning; hashable."""
    names = [name for name in Scenario.model_fields if name not in (*_TOLD, *_DATED)]
    values = (getattr(scenario, name) for name in names)
    return tuple(tuple(sorted(value.items())) if isinstance(value, Mapping) else value for value in values)


def parts_at(one: Arm, other: Arm) -> float:
    """Return until when two arms of one replication are the same to the byte, on the safe side.

    Returns
    -------
    working days: infinity for arms that never differ, 0 for those that differ, or may, from the beginning.
    """
    if world_of(one.scenario) != world_of(other.scenario):
        return FROM_THE_BEGINNING
    return min(_differences(one.practice, other.practice, one.staffing, other.staffing), default=math.inf)


def _differences(a: Practice, b: Practice, ours: Staffing, theirs: Staffing) -> Iterator[float]:
    """Yield for each thing in which two arms differ from when on it may show."""
    for policy, another in zip(_policies(a), _policies(b), strict=True):
        if policy != another:
            yield _from(policy, another)
    alike = [post.number for post in ours.posts if post in theirs.posts] == [
        post.number for post in theirs.posts if post in ours.posts
    ]
    if ours.hours_factor != theirs.hours_factor or supervised_teams(ours) != supervised_teams(theirs) or not alike:
        yield FROM_THE_BEGINNING
    yield from _posts_differ(ours.posts, theirs.posts)
    yield from _rates_differ(ours, theirs)
    if (change := rules_change_over(ours)) != (another_change := rules_change_over(theirs)):
        yield min(change.start, another_change.start)


def _policies(practice: Practice) -> Iterator[Any]:
    for field in fields(practice):
        policy = getattr(practice, field.name)
        if isinstance(policy, VisitPolicy):
            yield from (getattr(policy, kind.name) for kind in fields(policy))
        else:
            yield policy


def _from(one: Any, other: Any) -> float:
    """Return from when on two forms of a policy may differ: the earlier of their dates, if they are the same before."""
    ramps: list[Ramp | None] = [getattr(one, "ramp", None), getattr(other, "ramp", None)]
    if None in ramps or any(getattr(one, name, None) != getattr(other, name, None) for name in _BEFORE):
        return FROM_THE_BEGINNING
    return min(ramp.start for ramp in ramps if ramp is not None)


def _posts_differ(ours: Sequence[Post], theirs: Sequence[Post]) -> Iterator[float]:
    """Yield when each post opens or closes that is not the same in both."""
    posts = {post.number: post for post in ours}
    others = {post.number: post for post in theirs}
    for number in posts.keys() | others.keys():
        post, another = posts.get(number), others.get(number)
        if post is None or another is None:
            yield (post or another).opens  # type: ignore[union-attr]
        elif post != another:
            closing_only = replace(post, closes=another.closes) == another
            yield min(post.closes, another.closes) if closing_only else min(post.opens, another.opens)


def _rates_differ(ours: Staffing, theirs: Staffing) -> Iterator[float]:
    """Yield from when on rates or rules that are not the same may show.

    Vacancies follow the rates of their role and the rules together, so that either may show from the other's date.
    """
    dates = [ours.rules.ramp.start, theirs.rules.ramp.start]
    if ours.rules != theirs.rules:
        yield (
            FROM_THE_BEGINNING
            if _before(ours.rules) != _before(theirs.rules)
            else min(*dates, *(rates.ramp.start for staffing in (ours, theirs) for rates in staffing.rates.values()))
        )
    for role in ours.rates.keys() | theirs.rates.keys():
        rates, others = ours.rates.get(role), theirs.rates.get(role)
        if rates is None or others is None or (rates != others and _before(rates) != _before(others)):
            yield FROM_THE_BEGINNING
        elif rates != others:
            yield min(*dates, rates.ramp.start, others.ramp.start)


def _before(held: Rates | Rules) -> list[object]:
    """Return what holds before a change, of pairs of values before and after it."""
    return [value[0] for field in fields(held) if isinstance(value := getattr(held, field.name), tuple)]


class Hands(Protocol):
    """What takes care of arms that share a beginning; they go by their number."""

    def begin(self, arm: int) -> UnderWay:
        """Return a replication of an arm, not yet under way."""

    def lead(self, arm: int) -> AbstractContextManager[None]:
        """Be around everything that is simulated under an arm's own scenario."""

    def aside(self, go_on: Callable[[], None]) -> None:
        """Do something to a copy of all that there is, and leave everything here as it is."""

    def done(self, arm: int, replication: Replication) -> None:
        """Take an arm's finished replication."""


def replicate_together(scenarios: Sequence[Scenario], hands: Hands) -> None:
    """Simulate one replication of several scenarios, each beginning that some of them share once.

    Parameters
    ----------
    scenarios : of the same area, draw, replication and parameter values. Those that differ from the beginning share nothing.

    Each gives the bytes that it would give alone.
    """
    left = list(range(len(scenarios)))
    while left:
        first = left[0]
        with hands.lead(first):
            run = hands.begin(first)
            world = world_of(scenarios[first])
            arms = {arm: run.arm_of(scenarios[arm]) for arm in left if world_of(scenarios[arm]) == world}
            sharing = [arm for arm, form in arms.items() if arm == first or parts_at(run.arm, form) > FROM_THE_BEGINNING]
            with run.without_collections():
                whole_way = _go_on(run, arms, sharing, hands)
            _hand_over(run, arms, whole_way, hands)
        left = [arm for arm in left if arm not in sharing]


def _go_on(run: UnderWay, arms: Mapping[int, Arm], sharing: Sequence[int], hands: Hands) -> list[int]:
    """Let a run go on to its end as the first of some arms, the others aside from where they part; return who never did."""
    first, *others = sharing
    while others:
        parting = {arm: parts_at(arms[first], arms[arm]) for arm in others}
        time = min(parting.values())
        if time >= run.end:
            break
        run.until(time)
        others = [arm for arm in others if parting[arm] > time]
        away = [arm for arm in parting if parting[arm] <= time]
        while away:
            ahead = away[0]
            following = [arm for arm in away if arm == ahead or parts_at(arms[ahead], arms[arm]) > time]
            away = [arm for arm in away if arm not in following]
            hands.aside(lambda following=following: _go_aside(run, arms, following, hands))  # type: ignore[misc]
    run.until(run.end)
    return [first, *others]


def _go_aside(run: UnderWay, arms: Mapping[int, Arm], sharing: Sequence[int], hands: Hands) -> None:
    with hands.lead(sharing[0]):
        run.follow(arms[sharing[0]])
        _hand_over(run, arms, _go_on(run, arms, sharing, hands), hands)


def _hand_over(run: UnderWay, arms: Mapping[int, Arm], whole_way: Sequence[int], hands: Hands) -> None:
    """Hand over what has come of a run, as that of each arm it stands for."""
    first, *others = whole_way
    replication = run.finished()
    hands.done(first, replication)
    for arm in others:
        with hands.lead(arm):
            hands.done(arm, replace(replication, scenario=arms[arm].scenario))
