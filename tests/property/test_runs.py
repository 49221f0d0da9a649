"""What holds on every run, whatever the scenario: nothing is lost, and the record tells a story that can have happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import registered_parameters, scenarios

from cinsim.engine.clock import TICKS_PER_DAY
from cinsim.outcomes.checks import checks
from cinsim.reference.areas import resolve
from cinsim.reference.events import WORK, WORKER, Detail, Event
from cinsim.scenario import Scenario
from cinsim.simulation.replicate import Replication, replicate

pytestmark = pytest.mark.property

CHILDREN = 2500
PLANS = {
    Event.CIN_PLAN_STARTED: Event.CIN_PLAN_ENDED,
    Event.CPP_STARTED: Event.CPP_ENDED,
    Event.LOOKED_AFTER_STARTED: Event.LOOKED_AFTER_ENDED,
    Event.DISABILITY_SERVICE_STARTED: Event.DISABILITY_SERVICE_ENDED,
    Event.CARE_LEAVER_STARTED: Event.CARE_LEAVER_ENDED,
}
WITHIN = {**PLANS, Event.ASSESSMENT_STARTED: Event.ASSESSMENT_COMPLETED, Event.SECTION_47_STARTED: Event.SECTION_47_ENDED}
AFTER_CLOSURE = {Event.CLOSURE_WORK, Event.RELEASED, Event.HELP_LEVEL}
"""What may stand after the end of an episode: closing work, the release of its holder, and help that was left before the run."""


def small(scenario: Scenario) -> Scenario:
    """Return the scenario for a small part of the first of its areas."""
    (area, *_) = resolve(scenario.area)
    changes = {"population_fraction": min(CHILDREN / area.population_0_17, 1.0), "warm_up": 1, "initial_state": None}
    return scenario.with_(changes)


def run(scenario: Scenario, *, checking: bool = False) -> Replication:
    return replicate(scenario, resolve(scenario.area)[0], checking=checking)


def by_child(replication: Replication) -> Iterator[tuple[int, list[tuple[float, int, int, int]]]]:
    """Return each child's events in writing order: (time, event, episode, resource)."""
    rows = replication.record.rows()
    rows = rows[~np.isin(rows["event"], list(WORKER))]
    rows = rows[np.argsort(rows["entity"], kind="stable")]
    numbers, starts = np.unique(rows["entity"], return_index=True)
    for number, part in zip(numbers.tolist(), np.split(rows, starts[1:]), strict=True):
        columns = (part[name].tolist() for name in ("time", "event", "episode", "resource"))
        yield number, list(zip(*columns, strict=True))


def spells(story: Iterable[tuple[float, int, int, int]], starts: int, ends: int) -> list[tuple[float, float]]:
    """Return spells of a state, closed by its own end or by the case's closure."""
    out: list[tuple[float, float]] = []
    begun: float | None = None
    for time, event, _, _ in story:
        if event == starts:
            assert begun is None, f"{Event(starts).name} twice without an end"
            begun = time
        elif begun is not None and event in (ends, Event.CLOSED):
            out.append((begun, time))
            begun = None
        elif event == ends:
            raise AssertionError(f"{Event(ends).name} without a start")
    return [*out, (begun, np.inf)] if begun is not None else out


# ---- what must hold


def nothing_is_lost(replication: Replication) -> None:
    found = checks(replication)
    assert found["holds"].all(), found[~found["holds"]].to_string()


def times_are_in_order(replication: Replication) -> None:
    rows = replication.record.rows()
    before = rows["time"] < 0
    times = rows["time"][~before]
    assert (np.diff(times) >= 0).all()
    assert times.max(initial=0.0) <= replication.calendar.days
    assert (np.mod(times * TICKS_PER_DAY, 1) == 0).all()
    assessed = {Event.ASSESSMENT_STARTED, Event.ASSESSMENT_COMPLETED}
    pathway = {Event.REFERRAL, Event.SCREENED_IN, Event.HELP_LEVEL, *assessed, *PLANS}
    assert set(rows["event"][before].tolist()) <= pathway  # only how children came to be where the run finds them


def episodes_are_whole(replication: Replication) -> None:
    for number, story in by_child(replication):
        open_episode, last = 0, 0
        for time, event, episode, _ in story:
            if event == Event.REFERRAL:
                assert open_episode == 0, f"child {number} is referred at {time} while its case is open"
                assert episode == last + 1, f"child {number}'s episode {episode} follows episode {last}"
                open_episode = last = episode
            elif event in AFTER_CLOSURE:
                assert episode <= last
            else:
                assert episode == open_episode != 0, f"child {number}: {Event(event).name} at {time} outside its episode"
                if event == Event.CLOSED:
                    open_episode = 0


def plans_do_not_overlap(replication: Replication) -> None:
    for number, story in by_child(replication):
        plans = sorted(spell for starts, ends in PLANS.items() for spell in spells(story, starts, ends))
        assert all(a[1] <= b[0] for a, b in pairwise(plans)), f"child {number} has two plans at once: {plans}"
        for starts, ends in WITHIN.items():
            spells(story, starts, ends)


def nobody_is_helped_before_entering_or_after_leaving(replication: Replication) -> None:
    entered, leaves = replication.population.entered, replication.population.leaves
    care = {Event.LOOKED_AFTER_STARTED: Event.LOOKED_AFTER_ENDED, Event.CARE_LEAVER_STARTED: Event.CARE_LEAVER_ENDED}
    born = replication.calendar.times_of(replication.population.birth)
    for number, story in by_child(replication):
        # what came before the run is known to the quarter and no better; during the run a child is known from its entry on
        earliest = entered[number] if entered[number] > 0 else born[number] - 253
        assert story[0][0] >= earliest, f"child {number}, born at {born[number]}, is known at {story[0][0]}"
        in_care = [spell for starts, ends in care.items() for spell in spells(story, starts, ends)]
        looked_after = any(begin <= leaves[number] <= end for begin, end in in_care)
        late = [Event(event).name for time, event, _, _ in story if time > leaves[number] and event != Event.CLOSURE_WORK]
        assert not late or looked_after, f"child {number} left at {leaves[number]}, and then: {late}"


def workers_work_while_in_post_and_no_longer_than_their_days(replication: Replication) -> None:
    rows = replication.record.rows()
    done = rows[np.isin(rows["event"], [*WORK, Event.TEAM_TIME]) & (rows["resource"] >= 0)]
    p, hours = replication.parameters, np.zeros(len(replication.workers))
    np.add.at(hours, done["resource"], done["hours"])
    started = np.array([worker.started for worker in replication.workers])
    left = np.array([worker.left for worker in replication.workers])
    assert (done["time"] >= started[done["resource"]]).all()
    assert (done["time"] <= left[done["resource"]]).all()
    for worker in replication.workers:
        days = min(worker.left, replication.calendar.days) - worker.started + 1
        # a task taken over from someone else is written with all its hours: at most one handover's worth a day is let pass
        longest = done["hours"][done["resource"] == worker.number].max(initial=0.0)
        most = p["contract_hours_per_day"] * worker.fte * 2 * days + 40 * longest
        assert hours[worker.number] <= most


def cases_have_one_holder_at_a_time(replication: Replication) -> None:
    for number, story in by_child(replication):
        holder = -1
        for time, event, _, resource in story:
            if event == Event.ALLOCATED:
                assert holder == -1, f"child {number} is allocated at {time} while worker {holder} holds its case"
            if event in (Event.ALLOCATED, Event.HANDED_OVER):
                holder = resource
            elif event == Event.RELEASED:
                assert resource == holder, f"child {number} is released by {resource} while {holder} holds its case"
                holder = -1


HOLDS = (
    nothing_is_lost,
    times_are_in_order,
    episodes_are_whole,
    plans_do_not_overlap,
    nobody_is_helped_before_entering_or_after_leaving,
    workers_work_while_in_post_and_no_longer_than_their_days,
    cases_have_one_holder_at_a_time,
)


@settings(max_examples=12)
@given(scenarios(years=st.just(1), parameters=registered_parameters()))
def test_whatever_a_scenario_says_nothing_is_lost_and_the_record_can_have_happened(scenario: Scenario) -> None:
    replication = run(small(scenario), checking=True)
    for holds in HOLDS:
        holds(replication)


@pytest.fixture(scope="module")
def usual() -> Replication:
    """Three years of a twentieth of the average authority as it is."""
    return run(Scenario.model_validate({"title": "t", "years": 2, "warm_up": 1, "population_fraction": 0.05}), checking=True)


@pytest.mark.parametrize("holds", HOLDS, ids=lambda holds: holds.__name__)
def test_baseline_practice(usual: Replication, holds: object) -> None:
    holds(usual)  # type: ignore[operator]


def test_everything_that_can_happen_to_a_child_happens_in_baseline_practice(usual: Replication) -> None:
    happened = {Event(event) for event in np.unique(usual.record.rows()["event"]).tolist()}
    rare = {
        Event.DISABILITY_SERVICE_STARTED,
        Event.DISABILITY_SERVICE_ENDED,
        Event.WAITING_FOR_ALLOCATION,
        Event.VISIT_NOT_ACHIEVED,
        Event.CARE_LEAVER_ENDED,  # support lasts for years, longer than this run
    }
    only_by_policy = {Event.CASE_SUPERVISION, Event.LONG_STAY_SUPPORT}
    assert set(Event) - rare - only_by_policy <= happened


def test_every_closure_has_a_reason_the_census_knows(usual: Replication) -> None:
    rows = usual.record.rows()
    reasons = set(rows["detail"][rows["event"] == Event.CLOSED].tolist())
    assert {Detail.NFA, Detail.RC5, Detail.RC7, Detail.RC8, Detail.RC9} <= reasons <= set(range(Detail.RC1, Detail.NFA + 1))
