"""Conferences in the chairs' diary: the latest free slot that keeps the limit, postponement, slots given back."""

from __future__ import annotations

import math

import pytest
from models import Town, post, roomy_posts

from cinsim.pathway.conference_diary import ConferenceDiary
from cinsim.pathway.conferences import book
from cinsim.reference.events import Detail, Event

pytestmark = pytest.mark.unit

SIGNIFICANT_HARM = 3.5


def chaired(chairs: float, **parameters: float) -> Town:
    """A town whose chairs hold one conference each a day."""
    posts = [p for p in roomy_posts() if p.team != Detail.CONFERENCE_TEAM]
    place = Town(
        [SIGNIFICANT_HARM] * 40,
        posts=[*posts, post(Detail.CONFERENCE_TEAM, Detail.CONFERENCE_CHAIR, chairs, number=50)],
        parameters={"assessment_quick_share": 1.0, "conferences_per_chair_day": 1.0, **parameters},
    )
    place.run(1)
    return place


def test_a_conference_is_booked_on_the_last_day_that_keeps_the_limit() -> None:
    place = chaired(2.0)
    assert book(place.service, 10.2, 20.9) == 20


def test_when_that_day_is_full_an_earlier_one_is_taken_and_after_them_the_first_day_late() -> None:
    place = chaired(2.0)
    booked = [book(place.service, 18.2, 20.9) for _ in range(7)]
    assert booked == [20, 20, 19, 19, 21, 21, 22]


def test_a_conference_with_no_day_between_notice_and_limit_is_held_on_the_first_day_there_is() -> None:
    place = chaired(1.0)
    assert [book(place.service, 24.5, 20.0) for _ in range(3)] == [25, 26, 27]


def test_without_a_chair_in_post_one_conference_in_five_working_days_is_booked_and_waits() -> None:
    place = chaired(1.0)
    place.office.teams[Detail.CONFERENCE_TEAM].workers.clear()
    assert [book(place.service, 18.0, 20.0) for _ in range(3)] == [20, 19, 25]


def test_a_small_service_holds_its_few_conferences_of_a_week_on_any_of_its_days() -> None:
    place = chaired(1.0, conferences_per_chair_day=0.6)  # three in five working days, one a day at most
    assert [book(place.service, 20.0, 24.9) for _ in range(4)] == [24, 23, 22, 25]


def test_a_week_that_was_full_has_room_again_once_a_conference_is_cancelled() -> None:
    place = chaired(1.0, conferences_per_chair_day=0.4)
    assert [book(place.service, 20.0, 24.9) for _ in range(3)] == [24, 23, 25]
    place.service.conference_diary.cancel(24)
    assert book(place.service, 20.0, 24.9) == 24


def test_no_day_holds_more_conferences_than_the_chairs_can_chair() -> None:
    place = chaired(2.0)
    for child in range(40):
        place.refer(child, 10.0)
    place.run(300)
    held = place.events(Event.ICPC, child=None)
    assert len(held) == 40
    days = [w.day for w in held]
    assert max(days.count(day) for day in set(days)) == 2
    assert len({w.day for w in held if w.time < w.due + 1}) > 1


def test_more_chairs_hold_more_of_the_conferences_in_time() -> None:
    late = []
    for chairs in (1.0, 2.0, 8.0):
        place = chaired(chairs)
        for child in range(40):
            place.refer(child, 10.0)
        place.run(300)
        late.append(sum(w.time >= w.due + 1 for w in place.events(Event.ICPC, child=None)))
    assert late[0] > late[1] > late[2] == 0


def test_a_postponed_conference_is_held_after_the_day_it_was_booked_for_and_frees_that_day() -> None:
    place = chaired(1.0, conference_postponed_share=1.0, conference_postponed_days=5.0)
    place.refer(0, 10.0)
    place.run(60)
    enquiry, held = place.one(Event.SECTION_47_STARTED), place.one(Event.ICPC)
    assert held.day > enquiry.day + 15
    reviews_and_this = {held.day: 1} | {place.service.known[0].review[2]: 1}  # type: ignore[index]
    assert {day: n for day, n in place.service.conference_diary.booked.items() if n} == reviews_and_this


def test_a_postponed_review_is_held_after_its_limit() -> None:
    place = chaired(1.0, review_postponed_share=1.0, conference_postponed_days=5.0)
    place.refer(0, 10.0)
    place.run(200)
    review = place.events(Event.CPP_REVIEW)[0]
    assert review.day > review.due


def test_reviews_with_a_lead_are_held_that_much_before_they_are_due() -> None:
    place = chaired(1.0, review_lead_share=0.3)
    place.refer(0, 10.0)
    place.run(1000)
    reviews = place.events(Event.CPP_REVIEW)
    assert len(reviews) > 4
    assert all(w.day < w.due for w in reviews)
    assert all(w.due - w.day <= 0.3 * 130 for w in reviews)


@pytest.mark.parametrize("room", [1.0, 2.5, 3.37, 7.75])
def test_weeks_hold_as_many_conferences_as_there_is_room_for_on_the_whole(room: float) -> None:
    """A part of a conference a week adds up over weeks and is not rounded away."""
    diary = ConferenceDiary()
    for _ in range(400):
        diary.book(0, 0, 2, room)
    weeks = math.floor(max(diary.booked) / 5)
    held = [sum(number for day, number in diary.booked.items() if day // 5 == week) for week in range(weeks)]
    assert sum(held) == math.floor(room * weeks)
    assert {math.floor(room), math.ceil(room)} >= set(held)
