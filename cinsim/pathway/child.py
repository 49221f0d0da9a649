"""A child known to the service: its case, its need as help and concern have changed it, and the news that wakes its process."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum

import simpy

from cinsim.workforce.work import Case, Task


class Stage(Enum):
    """Where a child is on the pathway."""

    OUT = "not open to the service"
    SCREENING = "screening"
    ASSESSMENT = "assessment"
    SHORT_HELP = "short help"
    CHILD_IN_NEED = "child in need plan"
    CHILD_PROTECTION = "child protection plan"
    LOOKED_AFTER = "looked after"
    DISABILITY_SERVICE = "disabled child with services"
    CARE_LEAVER = "care leaver"


class News(Enum):
    """What can wake a child's process."""

    DECIDED = "the referral was screened"
    SEEN = "the child was seen for the assessment"
    ASSESSED = "the assessment was authorised"
    ENQUIRED = "the section 47 enquiry is complete"
    CONFERENCE = "a conference was held"
    REVIEWED = "the plan was reviewed"
    CONCERN = "a visit saw that severity has crossed a threshold"


@dataclass(slots=True)
class Assessment:
    """An assessment in progress: working-day times of its start, its statutory limit and its planned end."""

    started: float
    due: float
    planned: float


class Child(Case):
    """A child's case with what the pathway keeps of it.

    ``help`` is the benefit of help held at ``closed_at`` (it fades from then on) or, while the case is open, now.
    """

    __slots__ = (
        "assessment", "awaited", "candidates", "closed_at", "concern", "concern_since", "elapsed", "enquired",
        "enquired_on", "enquiries", "enquiry_elapsed", "env", "extras", "family_help", "foreseen", "help", "high_quality",
        "inbox", "judgements", "last_seen", "need_category", "plan_since", "plans", "previous_cpps", "process",
        "referred_at", "review", "rhythm", "source", "stage", "steps_down", "visits", "wake",
    )  # fmt: skip

    def __init__(self, env: simpy.Environment, number: int, need_category: int):
        super().__init__(number)
        self.env = env
        self.need_category = need_category
        self.stage = Stage.OUT
        self.process: simpy.Process | None = None
        self.wake: simpy.Event | None = None
        self.inbox: list[News] = []
        self.closed_at = math.nan
        self.help = 0.0
        self.concern = 0.0
        self.concern_since = 0.0
        self.referred_at = 0.0
        self.plan_since = 0.0
        self.last_seen = 0.0  # when the child was last visited, or its plan began
        self.enquired = -math.inf  # severity at the last section 47 enquiry of the episode
        self.enquired_on = -1  # the working day on which that enquiry, or its conference, ended
        self.high_quality = False
        self.steps_down = False  # whether the family has a place in early help to step down to when its plan ends
        self.family_help = False  # whether this episode is with a merged family help team
        self.source = 0  # of the next referral
        self.elapsed = 0.0  # working days a stage had run already when the simulation took it over
        self.enquiry_elapsed = 0.0  # the same of a section 47 enquiry in progress then
        self.rhythm = 0.0  # working days for which there had been visits then, which go on in step with them
        self.assessment: Assessment | None = None
        self.review: tuple[Task, Task, int, int] | None = None  # the review conference booked: chairing, report, day and due
        # how many of each there have been: the occurrence in the key of their draws
        self.candidates = self.extras = self.judgements = self.visits = self.enquiries = self.plans = self.previous_cpps = 0

    def news(self) -> simpy.Event:
        """Return the event of the next news, which is past already where news has been waiting."""
        self.wake = self.env.event()
        if self.inbox:
            self.wake.succeed(self.inbox.pop(0))
        return self.wake

    def tell(self, news: News) -> None:
        """Wake the child's process with news, or leave the news for when it asks."""
        if self.wake is not None and not self.wake.triggered:
            self.wake.succeed(news)
        else:
            self.inbox.append(news)

    def until(self, wanted: News) -> Generator[simpy.Event, News, None]:
        """Wait for one kind of news; what else comes in meanwhile is kept for later."""
        kept: list[News] = []
        while (news := (yield self.news())) is not wanted:
            kept.append(news)
        self.inbox[:0] = kept
