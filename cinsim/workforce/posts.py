"""Posts: filled by permanent workers who one day leave, vacant until recruitment succeeds, covered by agency workers."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from cinsim.engine.clock import on_grid
from cinsim.engine.variates import exponential
from cinsim.workforce.staffing import Post

if TYPE_CHECKING:
    from cinsim.workforce.office import Office

WORKING_DAYS_PER_YEAR = 253.0
SHORTEST_STINT_DAYS = 20.0
SPELLS_PER_VACANCY = 1000  # room in the numbers of spells for the agency workers of one vacancy


def ends_at(begin: float, luck: float, mean_before: float, mean_after: float, change: float) -> float:
    """Return when a spell ends whose hazard is 1/mean, another one from ``change`` on; ``luck`` is a unit exponential.

    A mean of 0 ends at once, one of infinity never.
    """

    def after(start: float, left: float, mean: float) -> float:
        return start if mean <= 0.0 else math.inf if math.isinf(mean) else start + left * mean

    if begin >= change:
        return after(begin, luck, mean_after)
    end = after(begin, luck, mean_before)
    if end <= change:
        return end
    used = 0.0 if math.isinf(mean_before) else (change - begin) / mean_before
    return max(after(change, luck - used, mean_after), change)


def mean_vacancy(turnover: float, vacancy: float) -> float:
    """Return the mean working days a vacancy lasts, for a yearly turnover and a vacancy rate in the steady state."""
    if vacancy <= 0.0:
        return 0.0
    if turnover <= 0.0:
        return math.inf
    return WORKING_DAYS_PER_YEAR / turnover * vacancy / (1.0 - vacancy) if vacancy < 1.0 else math.inf


def fill(office: Office, post: Post) -> Generator[simpy.Event, object, None]:
    """Live through a post's history: permanent spells, vacancies, agency workers, until the post is closed."""
    env, rates = office.env, office.rates_of(post.role)
    tenure, vacancy, cover, stint, start = (
        office.draws.stream(name) for name in ("tenure", "vacancy", "agency cover", "agency stint", "post at the start")
    )
    # rates of leaving and recruiting change at the middle of the phase-in
    change, rules = (rates.ramp.start + rates.ramp.full) / 2, office.staffing.rules
    gap_change = change if math.isfinite(change) else rules.ramp.start
    mean_stay = [WORKING_DAYS_PER_YEAR / t if t > 0.0 else math.inf for t in rates.turnover]
    mean_gap = [mean_vacancy(t, v) for t, v in zip(rates.turnover, rates.vacancy, strict=True)]
    if rates.vacancy[1] > 0.0:
        mean_gap[1] = max(mean_gap[1], rules.recruitment_delay)
    if post.opens > env.now:
        yield env.timeout(post.opens - env.now)
    now_after = env.now >= change
    vacant = start(post.number, 0) < rates.vacancy[now_after]
    occurrence = 0
    while env.now < post.closes:
        occurrence += 1
        if vacant:
            luck = exponential(vacancy(post.number, occurrence))
            end = min(on_grid_or_never(ends_at(env.now, luck, mean_gap[0], mean_gap[1], gap_change)), post.closes)
            covered = post.on_duty or cover(post.number, occurrence) < rates.cover[env.now >= change]
            spell = 0
            while covered and env.now < end:
                this = occurrence * SPELLS_PER_VACANCY + spell
                length = office.agency_stint_mean * exponential(stint(post.number, this))
                until = min(on_grid(env.now + max(length, SHORTEST_STINT_DAYS)), end)
                yield from _in_post(office, post, this, until, agency=True)
                spell += 1
        else:
            luck = exponential(tenure(post.number, occurrence))
            end = min(on_grid_or_never(ends_at(env.now, luck, mean_stay[0], mean_stay[1], change)), post.closes)
            yield from _in_post(office, post, occurrence * SPELLS_PER_VACANCY, end, agency=False)
            end = env.now  # sooner where overload made the worker resign
        if env.now < end:
            if math.isinf(end):
                return
            yield env.timeout(end - env.now)
        vacant = not vacant


def on_grid_or_never(time: float) -> float:
    """Move a time onto the dyadic grid; infinity stays."""
    return time if math.isinf(time) else on_grid(time)


def _in_post(office: Office, post: Post, spell: int, until: float, *, agency: bool) -> Generator[simpy.Event, object, None]:
    """Have a worker in post until a time (infinity: for good)."""
    if until <= office.env.now:
        return
    env = office.env
    worker = office.start_worker(post, spell, agency=agency)
    worker.tenure = env.active_process
    try:  # infinity: nothing but a resignation ends this spell within the run
        yield env.event() if math.isinf(until) else env.timeout(until - env.now)
    except simpy.Interrupt:
        worker.tenure = None
    office.end_worker(worker)
