"""Children who leave while their case is open: at 18, by a move or a death; care and its ends; long-stay groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from models import Town, written

from cinsim.population.children import DIES, MOVES_AWAY, TURNS_18
from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit

NOT_SCREENED_IN, NOT_IN_NEED, SHORT_HELP, PLAN, SIGNIFICANT_HARM, CARE = -1.0, 0.5, 1.5, 2.5, 3.5, 4.5
QUICK = {"assessment_quick_share": 1.0}
LONG_CARE = {"care_length_shape": 5.0, "care_length_scale_days": 5000.0}
SHORT_CARE = {"care_length_shape": 5.0, "care_length_scale_days": 60.0}
ENDS_OF_CARE = ("care_ends_adopted", "care_ends_arrangements_order", "care_ends_guardianship", "care_ends_home_with_plan")


def town(need: float | Sequence[float], *, until: float = 1000.0, refer: bool = True, **how: object) -> Town:
    parameters = {**QUICK, **how.pop("parameters", {})}  # type: ignore[dict-item]
    place = Town([need], parameters=parameters, **how)  # type: ignore[arg-type]
    if refer:
        place.refer(0, 10.0)
    place.run(until)
    return place


@pytest.mark.parametrize(
    ("why", "reason", "ends_as"),
    [
        (TURNS_18, Detail.RC7, Detail.OUTCOME_CLOSED),
        (MOVES_AWAY, Detail.RC5, Detail.OUTCOME_LEFT_AREA),
        (DIES, Detail.RC2, Detail.OUTCOME_CLOSED),
    ],
)
@pytest.mark.parametrize(("need", "ended"), [(PLAN, Event.CIN_PLAN_ENDED), (SIGNIFICANT_HARM, Event.CPP_ENDED)])
def test_a_child_that_leaves_on_a_plan_has_the_plan_ended_and_the_case_closed_that_day(
    need: float, ended: Event, why: int, reason: Detail, ends_as: Detail
) -> None:
    place = town(need, leaves={0: (300.0, why)})
    closed = place.one(Event.CLOSED)
    assert (closed.time, closed.detail) == (300.0, reason)
    assert place.one(ended).time == 300.0
    if not (ended is Event.CPP_ENDED and why == MOVES_AWAY):  # a transfer conference ends the plan here all the same
        assert place.one(ended).detail == ends_as
    assert place.one(Event.RELEASED).time == 300.0


@pytest.mark.parametrize("why", [TURNS_18, MOVES_AWAY, DIES])
@pytest.mark.parametrize("need", [NOT_SCREENED_IN, NOT_IN_NEED, SHORT_HELP, PLAN, SIGNIFICANT_HARM])
@pytest.mark.parametrize("leaves", [10.0078125, 10.5, 12.5, 20.5, 26.5, 100.5])
def test_after_a_child_has_left_only_the_closing_of_its_case_is_worked_on(need: float, leaves: float, why: int) -> None:
    place = town(need, leaves={0: (leaves, why)}, parameters={"enquiry_days": 8.0})
    late = [w.event.name for w in place.events() if w.time > leaves]
    assert set(late) <= {"CLOSURE_WORK"}
    assert place.happened()[-1] == "CLOSED"


def test_the_day_a_child_leaves_is_its_eighteenth_birthday_where_nothing_else_takes_it_away() -> None:
    place = town(PLAN, ages=[17.0])
    birthday = place.service.eighteenth_birthday(0)
    assert place.one(Event.CLOSED).time == birthday
    assert place.calendar.date_at(birthday).isoformat() == "2025-03-31"  # born 6,210 days before 1 April 2024


def test_a_child_that_leaves_is_not_referred_again() -> None:
    place = town(PLAN, leaves={0: (300.0, MOVES_AWAY)}, parameters={"known_effect": 40.0})
    assert len(place.events(Event.REFERRAL)) == 1
    assert not place.service.known[0].process


def test_the_assessment_of_a_child_that_leaves_ends_with_its_case() -> None:
    place = town(PLAN, leaves={0: (30.5, MOVES_AWAY)}, parameters={"assessment_quick_share": 0.0})
    assert place.happened() == ["REFERRAL", "SCREENED_IN", "ASSESSMENT_STARTED", "ASSESSMENT_COMPLETED", "CLOSED"]
    assert place.one(Event.ASSESSMENT_COMPLETED).time == 30.5


def test_a_conference_booked_for_a_child_that_leaves_gives_its_slot_back() -> None:
    place = town(SIGNIFICANT_HARM, leaves={0: (20.5, MOVES_AWAY)})
    assert place.events(Event.ICPC, Event.CONFERENCE_CHAIRING) == []
    assert sum(place.service.conference_diary.booked.values()) == 0


# ---- care


def test_a_looked_after_child_is_visited_every_six_weeks() -> None:
    place = town(CARE, parameters=LONG_CARE)
    started = place.one(Event.LOOKED_AFTER_STARTED)
    visits = place.events(Event.LOOKED_AFTER_VISIT)
    assert [w.day for w in visits] == [started.day + 30 * (k + 1) for k in range(len(visits))]
    assert {w.resource for w in visits} == {place.worker(Detail.LOOKED_AFTER_TEAM).number}


def test_a_looked_after_child_becomes_a_care_leaver_at_18_and_is_closed_when_that_ends() -> None:
    place = town(CARE, ages=[16.0], parameters={**LONG_CARE, "care_leaver_scale_days": 200.0})
    birthday = place.service.eighteenth_birthday(0)
    ended, leaver, closed = place.one(Event.LOOKED_AFTER_ENDED), place.one(Event.CARE_LEAVER_STARTED), place.one(Event.CLOSED)
    assert ended.time == leaver.time == birthday
    assert ended.detail == Detail.OUTCOME_CARE_LEAVER
    assert place.one(Event.RELEASED).time == birthday  # a personal adviser stays in touch, and no case holder
    assert place.one(Event.CARE_LEAVER_ENDED).time == closed.time > birthday
    assert closed.detail == Detail.RC7


def test_an_authority_stays_responsible_for_a_looked_after_child_that_moves_until_it_is_18() -> None:
    place = town(CARE, ages=[16.0], leaves={0: (200.0, MOVES_AWAY)}, parameters=LONG_CARE)
    assert place.one(Event.LOOKED_AFTER_ENDED).time == place.service.eighteenth_birthday(0)
    assert place.events(Event.CARE_LEAVER_STARTED) != []


def test_a_looked_after_child_that_dies_is_closed_at_once() -> None:
    place = town(CARE, leaves={0: (200.0, DIES)}, parameters=LONG_CARE)
    assert place.one(Event.LOOKED_AFTER_ENDED).time == place.one(Event.CLOSED).time == 200.0
    assert place.one(Event.CLOSED).detail == Detail.RC2


def test_a_looked_after_child_that_moved_and_leaves_care_is_not_the_authoritys_any_more() -> None:
    home = {**SHORT_CARE, "care_ends_home_with_plan": 1.0, **dict.fromkeys(ENDS_OF_CARE[:3], 0.0)}
    place = town([CARE, PLAN], leaves={0: (30.0, MOVES_AWAY)}, parameters=home)
    assert place.one(Event.LOOKED_AFTER_ENDED).time > 30.0
    assert place.happened()[-2:] == ["LOOKED_AFTER_ENDED", "CLOSED"]
    assert place.one(Event.CLOSED).detail == Detail.RC5


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("care_ends_adopted", Detail.RC1),
        ("care_ends_arrangements_order", Detail.RC3),
        ("care_ends_guardianship", Detail.RC4),
        (None, Detail.RC7),
    ],
)
def test_care_ends_in_the_way_that_all_care_ends(end: str | None, reason: Detail) -> None:
    place = town(CARE, parameters={**SHORT_CARE, **{name: float(name == end) for name in ENDS_OF_CARE}})
    assert place.happened()[-2:] == ["LOOKED_AFTER_ENDED", "CLOSED"]
    assert place.one(Event.CLOSED).detail == reason
    assert place.events(Event.LOOKED_AFTER_VISIT)[-1].time <= place.one(Event.CLOSED).time


def test_a_child_goes_home_from_care_with_a_child_in_need_plan() -> None:
    place = town(
        [CARE, PLAN], until=200, parameters={**SHORT_CARE, **{name: float(name == ENDS_OF_CARE[3]) for name in ENDS_OF_CARE}}
    )
    assert place.happened()[-3:] == ["LOOKED_AFTER_STARTED", "LOOKED_AFTER_ENDED", "CIN_PLAN_STARTED"]
    assert place.one(Event.LOOKED_AFTER_ENDED).time == place.one(Event.CIN_PLAN_STARTED).time
    assert place.events(Event.CIN_VISIT) != []


def test_a_looked_after_child_that_moved_may_still_be_adopted() -> None:
    adopted = {**SHORT_CARE, "care_ends_adopted": 1.0, **dict.fromkeys(ENDS_OF_CARE[1:], 0.0)}
    place = town(CARE, leaves={0: (30.0, MOVES_AWAY)}, parameters=adopted)
    assert place.one(Event.CLOSED).detail == Detail.RC1


def test_care_that_has_lasted_takes_up_where_it_stands() -> None:
    # a Weibull spell of shape 1 has no memory: what is left does not depend on what has passed
    from cinsim.pathway.looked_after import _time_left

    assert _time_left(0.5, 1.0, 100.0, 0.0) == pytest.approx(_time_left(0.5, 1.0, 100.0, 400.0), abs=0.01)
    assert _time_left(0.5, 3.0, 100.0, 90.0) < _time_left(0.5, 3.0, 100.0, 0.0)


# ---- long-stay groups


def test_a_disabled_young_person_with_services_goes_over_to_adult_services_at_18() -> None:
    services = {"disability_service_share": 1.0, "disability_service_scale_days": 3000.0, "disability_service_shape": 5.0}
    place = town(SHORT_HELP, ages=[16.0], categories={0: "disability"}, parameters=services)
    closed = place.one(Event.CLOSED)
    assert (closed.time, closed.detail) == (place.service.eighteenth_birthday(0), Detail.RC6)
    assert place.one(Event.DISABILITY_SERVICE_ENDED).time == closed.time


def test_a_disabled_child_with_services_that_moves_is_transferred() -> None:
    services = {"disability_service_share": 1.0, "disability_service_scale_days": 3000.0, "disability_service_shape": 5.0}
    place = town(SHORT_HELP, categories={0: "disability"}, parameters=services, leaves={0: (200.0, MOVES_AWAY)})
    assert place.one(Event.CLOSED).detail == Detail.RC5
    assert place.one(Event.DISABILITY_SERVICE_ENDED).time == 200.0


# ---- nothing is lost


def test_children_in_are_children_out_and_children_still_open() -> None:
    needs = [NOT_SCREENED_IN, NOT_IN_NEED, SHORT_HELP, PLAN, SIGNIFICANT_HARM, CARE] * 5
    place = Town(needs, parameters={**QUICK, **LONG_CARE}, leaves={k: (150.5, k % 3) for k in range(0, 30, 4)})
    for child in range(len(needs)):
        place.refer(child, 10.0 + child)
    place.run(400)
    referred, closed = place.events(Event.REFERRAL, child=None), place.events(Event.CLOSED, child=None)
    still_open = {k for k, child in place.service.known.items() if child.stage.name != "OUT"}
    assert len(referred) == 30
    assert {w.entity for w in closed} | still_open == set(range(30))
    assert not {w.entity for w in closed} & still_open
    assert all(a.time <= b.time for a, b in pairwise(written(place.record)))
