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


class PostHistory:
    """What becomes of a post: permanent spells, vacancies, agency workers, until the post is closed."""

    def __init__(self, office: Office, post: Post):
        self.office = office
        self._tenure, self._vacancy, self._cover, self._stint, self._start, self._lasted = (
            office.draws.stream(name)
            for name in ("tenure", "vacancy", "agency cover", "agency stint", "post at the start", "service at the start")
        )
        self.post: Post = post
        self.rates: Rates = office.rates_of(post.team, post.role)
        # rates of leaving and recruiting change at the middle of the phase-in
        self._change: float = (self.rates.ramp.start + self.rates.ramp.full) / 2
        self._gap_change: float = self._change if math.isfinite(self._change) else office.staffing.rules.ramp.start
        self._stay: tuple[Course, Course] = courses_of_service(office, self.rates)
        self._gap: tuple[Course, Course] = courses_of_vacancies(office, self.rates)

    def _until(self, time: float) -> simpy.Event:
        """Return the event of a time to come, which never happens where that is infinity."""
        env = self.office.env
        return env.event() if math.isinf(time) else env.timeout(time - env.now)

    def live(self) -> Generator[simpy.Event, object, None]:
        """Live through the post's history."""
        env = self.office.env
        if self.post.opens > env.now:
            yield self._until(self.post.opens)
        post, listed = self.post, self.post.listed
        vacant = (
            self._start(post.number, 0) < self.rates.vacancy[env.now >= self._change] if listed is None else not listed.permanent
        )
        # what is found under way when the run starts has already lasted some time; who is on a list is there on its day
        share = self._lasted(post.number, 0) if post.opens <= 0.0 and listed is None else 0.0
        first = env.now if listed is None else max(listed.day, env.now)
        occurrence = 0
        while env.now < self.post.closes:
            occurrence += 1
            yield from (self._be_vacant if vacant else self._be_held)(first, share, occurrence)
            vacant, share, first = not vacant, 0.0, env.now

    def _be_vacant(self, first: float, share: float, occurrence: int) -> Generator[simpy.Event, object, None]:
        """Stand vacant until someone is recruited, with agency workers in it where it is covered."""
        office, post, env = self.office, self.post, self.office.env
        luck = exponential(self._vacancy(post.number, occurrence))
        served = self._gap[first >= self._gap_change].age(share)
        end = min(on_grid_or_never(ends_at(first, luck, *self._gap, self._gap_change, served)), post.closes)
        cover = self._cover(post.number, occurrence)

        def is_covered() -> bool:  # each stint anew, under the rate of its day
            if post.listed is not None and occurrence == 1:
                return post.listed.agency
            return post.on_duty or cover < self.rates.cover[env.now >= self._change]

        spell = occurrence * SPELLS_PER_VACANCY
        while is_covered() and env.now < end:
            length = office.agency_stint_mean * exponential(self._stint(post.number, spell))
            until = min(on_grid(max(first, env.now) + max(length, SHORTEST_STINT_DAYS)), end)
            yield from self._in_post(spell, until, until, agency=True)
            spell += 1
        if env.now < end:
            yield self._until(end)

    def _be_held(self, first: float, share: float, occurrence: int) -> Generator[simpy.Event, object, None]:
        """Have a permanent worker in the post until the worker leaves."""
        post, notice = self.post, self.office.notice_days
        luck, listed = exponential(self._tenure(post.number, occurrence)), post.listed
        course = self._stay[first >= self._change]
        mean = course.mean
        found = share * (mean + notice) if math.isfinite(mean) else 0.0
        served = course.age(found / mean) if 0.0 < found <= mean else 0.0
        if listed is not None and occurrence == 1:
            served = course.age(self._lasted(post.number, 0)) if listed.served is None else listed.served

        if found > mean:  # in the weeks of notice when the run starts
            resigns, end = first, first + on_grid(mean + notice - found)
        else:
            resigns = on_grid_or_never(ends_at(first, luck, *self._stay, self._change, served))
            end = resigns + notice
        settled = occurrence == 1 and (post.opens <= 0.0 or (listed is not None and listed.served != 0.0))
        yield from self._in_post(occurrence * SPELLS_PER_VACANCY, resigns, min(end, post.closes), agency=False, settled=settled)

    def _in_post(
        self, spell: int, resigns: float, until: float, *, agency: bool, settled: bool = True
    ) -> Generator[simpy.Event, object, None]:
        """Have a worker in post until a time (infinity: for good), from ``resigns`` on under notice."""
        office, env = self.office, self.office.env
        if until <= env.now:
            return
        worker = office.start_worker(self.post, spell, agency=agency, settled=settled)
        worker.tenure = env.active_process
        try:  # infinity: nothing but a resignation ends this spell within the run
            if min(resigns, until) > env.now:
                yield self._until(min(resigns, until))
        except simpy.Interrupt:  # overload makes the worker resign
            until = min(until, env.now + office.notice_days)
        worker.tenure = None
        if until > env.now:
            worker.give_notice()
            yield self._until(until)
        office.end_worker(worker)


def on_grid_or_never(time: float) -> float:
    """Move a time onto the dyadic grid; infinity stays."""
    return time if math.isinf(time) else on_grid(time)
