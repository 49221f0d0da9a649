"""Posts: filled by permanent workers who one day leave, vacant until recruitment succeeds, covered by agency workers."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING

import simpy

from cinsim.engine.clock import on_grid
from cinsim.engine.variates import exponential
from cinsim.workforce.service_length import (
    DAYS_PER_WEEK,
    WORKING_DAYS_PER_YEAR,
    Course,
    ends_at,
    mean_vacancy,
    recruitment,
    service,
)
from cinsim.workforce.staffing import Post, Rates

if TYPE_CHECKING:
    from cinsim.workforce.office import Office

SHORTEST_STINT_DAYS = 20.0
SPELLS_PER_VACANCY = 1000  # room in the numbers of spells for the agency workers of one vacancy


def courses_of_service(office: Office, rates: Rates) -> tuple[Course, Course]:
    """Return how long workers stay until they give notice, before and after a scenario's change.

    Notice is part of the stay, so that as many leave in a year as the turnover rate says.
    """
    p, notice = office.p, office.notice_days

    def course(turnover: float) -> Course:
        stay = WORKING_DAYS_PER_YEAR / turnover if turnover > 0.0 else math.inf
        return service(max(stay - notice, 0.0), p.early_leaving_ratio, p.early_service_years * WORKING_DAYS_PER_YEAR)

    return course(rates.turnover[0]), course(rates.turnover[1])


def courses_of_vacancies(office: Office, rates: Rates) -> tuple[Course, Course]:
    """Return how long vacancies last before and after a scenario's change."""
    delay = office.staffing.rules.recruitment_delay
    shortest = office.p.recruitment_weeks * DAYS_PER_WEEK
    before, after = (mean_vacancy(t, v) for t, v in zip(rates.turnover, rates.vacancy, strict=True))
    if delay > 0.0 and rates.vacancy[1] > 0.0:
        after, shortest_after = max(after, delay), delay
    else:
        shortest_after = shortest
    return recruitment(before, shortest), recruitment(after, shortest_after)


def fill(office: Office, post: Post) -> Generator[simpy.Event, object, None]:
    """Live through a post's history: permanent spells, vacancies, agency workers, until the post is closed."""
    env, rates, notice = office.env, office.rates_of(post.role), office.notice_days
    tenure, vacancy, cover, stint, start, lasted = (
        office.draws.stream(name)
        for name in ("tenure", "vacancy", "agency cover", "agency stint", "post at the start", "service at the start")
    )
    # rates of leaving and recruiting change at the middle of the phase-in
    change, rules = (rates.ramp.start + rates.ramp.full) / 2, office.staffing.rules
    gap_change = change if math.isfinite(change) else rules.ramp.start
    stay, gap = courses_of_service(office, rates), courses_of_vacancies(office, rates)
    if post.opens > env.now:
        yield env.timeout(post.opens - env.now)
    listed = post.listed
    vacant = start(post.number, 0) < rates.vacancy[env.now >= change] if listed is None else not listed.permanent
    # what is found under way when the run starts has already lasted some time; who is on a list is there on its day
    share = lasted(post.number, 0) if post.opens <= 0.0 and listed is None else 0.0
    first = env.now if listed is None else max(listed.day, env.now)
    occurrence = 0
    while env.now < post.closes:
        occurrence += 1
        if vacant:
            luck = exponential(vacancy(post.number, occurrence))
            served = gap[first >= gap_change].age(share)
            end = min(on_grid_or_never(ends_at(first, luck, *gap, gap_change, served)), post.closes)
            covered = post.on_duty or cover(post.number, occurrence) < rates.cover[env.now >= change]
            if listed is not None and occurrence == 1:
                covered = listed.agency
            spell = 0
            while covered and env.now < end:
                this = occurrence * SPELLS_PER_VACANCY + spell
                length = office.agency_stint_mean * exponential(stint(post.number, this))
                until = min(on_grid(max(first, env.now) + max(length, SHORTEST_STINT_DAYS)), end)
                yield from _in_post(office, post, this, until, until, agency=True)
                spell += 1
        else:
            luck = exponential(tenure(post.number, occurrence))
            course = stay[first >= change]
            mean = course.mean
            found = share * (mean + notice) if math.isfinite(mean) else 0.0
            if found > mean:  # in the weeks of notice when the run starts
                resigns, end = first, first + on_grid(mean + notice - found)
            else:
                served = course.age(found / mean) if found > 0.0 else 0.0
                if listed is not None and occurrence == 1:
                    served = course.age(lasted(post.number, 0)) if listed.served is None else listed.served
                resigns = on_grid_or_never(ends_at(first, luck, *stay, change, served))
                end = resigns + notice
            settled = occurrence == 1 and (post.opens <= 0.0 or (listed is not None and listed.served != 0.0))
            spell = occurrence * SPELLS_PER_VACANCY
            yield from _in_post(office, post, spell, resigns, min(end, post.closes), agency=False, settled=settled)
            end = env.now  # sooner where overload made the worker resign
        if env.now < end:
            if math.isinf(end):
                return
            yield env.timeout(end - env.now)
        vacant, share, first = not vacant, 0.0, env.now


def on_grid_or_never(time: float) -> float:
    """Move a time onto the dyadic grid; infinity stays."""
    return time if math.isinf(time) else on_grid(time)


def _in_post(
    office: Office, post: Post, spell: int, resigns: float, until: float, *, agency: bool, settled: bool = True
) -> Generator[simpy.Event, object, None]:
    """Have a worker in post until a time (infinity: for good), from ``resigns`` on under notice."""
    env = office.env
    if until <= env.now:
        return
    worker = office.start_worker(post, spell, agency=agency, settled=settled)
    worker.tenure = env.active_process
    gives_notice = min(resigns, until)
    try:  # infinity: nothing but a resignation ends this spell within the run
        if gives_notice > env.now:
            yield env.event() if math.isinf(gives_notice) else env.timeout(gives_notice - env.now)
    except simpy.Interrupt:
        until = min(until, env.now + office.notice_days)
    worker.tenure = None
    if until > env.now:
        worker.give_notice()
        yield env.timeout(until - env.now)
    office.end_worker(worker)
