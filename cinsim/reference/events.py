"""The words of the event record: kinds of event and the details that qualify them.

Pathway and workforce write these, outcomes and the census read them. ``kind_of`` is the column ``event_type`` of
``events.parquet``.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Event(IntEnum):
    """Kinds of event. The entity is a child unless the comment says otherwise."""

    # the front door
    REFERRAL = 0  # detail: source; value: presenting concern
    NO_FURTHER_ACTION = 1  # screening decided not to go on; the referral ends here (a CLOSED event follows at once)
    SCREENED_IN = 2
    # child and family assessment (section 17); `due` is the end of its 45th working day
    ASSESSMENT_STARTED = 3  # value: the time its days are counted from (the referral, or for a later one its own start)
    ASSESSMENT_COMPLETED = 4  # authorised; detail: outcome; value: severity seen
    # what follows an assessment
    NOT_IN_NEED = 5  # first assessment of the referral found no need; a CLOSED event (RC8 or RC9) follows at once
    SHORT_HELP_STARTED = 6  # in need, help without a plan
    CIN_PLAN_STARTED = 7
    CIN_PLAN_ENDED = 8  # detail: what follows
    # section 47 and child protection
    SECTION_47_STARTED = 9  # strategy discussion
    SECTION_47_ENDED = 10  # enquiry completed; detail: outcome
    ICPC = 11  # initial child protection conference held; detail: outcome; due: 15 working days from the start of the s47
    CPP_STARTED = 12  # detail: category of abuse
    CPP_ENDED = 13  # detail: what follows
    # looked after and long-stay groups
    LOOKED_AFTER_STARTED = 14
    LOOKED_AFTER_ENDED = 15  # detail: what follows
    CARE_LEAVER_STARTED = 16
    CARE_LEAVER_ENDED = 17
    DISABILITY_SERVICE_STARTED = 18  # long-stay services for a disabled child without a plan
    DISABILITY_SERVICE_ENDED = 19
    # the end of an episode
    CLOSED = 20  # detail: reason for closure; value: benefit of help held at closure, h(t)
    EARLY_HELP_STARTED = 21  # a place in early help taken up after a closure
    # the work: one event when the task is done; resource: who did it; hours: staff time; due: when it was due
    CIN_VISIT = 22
    CPP_VISIT = 23
    LOOKED_AFTER_VISIT = 24
    CIN_REVIEW = 25
    CPP_REVIEW = 26  # review child protection conference
    CORE_GROUP = 27
    ASSESSMENT_SESSION = 28
    SECTION_47_SESSION = 29
    REPORT = 30  # writing for an assessment or a conference
    SCREENING = 31
    APPROVAL = 32  # a practice supervisor authorises an assessment or a plan
    CASE_SUPERVISION = 33  # a practice supervisor's oversight of one case
    CONFERENCE_CHAIRING = 34
    CLOSURE_WORK = 35
    HANDOVER_WORK = 36
    LONG_STAY_SUPPORT = 37
    # who holds the case
    WAITING_FOR_ALLOCATION = 38  # detail: team
    ALLOCATED = 39  # resource: the case holder from now on
    HANDED_OVER = 40  # resource: the new case holder
    RELEASED = 41  # resource: the case holder until now, -1 for a child that waited for one
    # the latent benefit of help, written at the start and the end of plans, for unmet need
    HELP_LEVEL = 42  # value: h(t)
    # workers: entity and resource are the worker's number
    WORKER_STARTED = 43  # detail: role
    WORKER_LEFT = 44  # detail: role
    ABSENCE_STARTED = 45  # detail: sickness or leave; due: when it ends
    OVERTIME = 46  # hours: overtime worked since the last such event
    TEAM_TIME = 47  # hours in group supervision and training since the last such event
    # more work with a child
    SHORT_HELP_SESSION = 48
    VISIT_NOT_ACHIEVED = 49  # a visit was tried and the child not seen; it does not count as a visit


class Detail(IntEnum):
    """What qualifies an event."""

    # sources of referral, as DfE's table c5 groups them
    INDIVIDUAL = 0
    SCHOOLS = 1
    EDUCATION_SERVICES = 2
    HEALTH_SERVICES = 3
    HOUSING = 4
    LA_SERVICES = 5
    POLICE = 6
    OTHER_LEGAL_AGENCY = 7
    OTHER = 8
    ANONYMOUS = 9
    UNKNOWN = 10
    # reasons for closure, the census's codes
    RC1 = 20  # adopted
    RC2 = 21  # died
    RC3 = 22  # child arrangements order
    RC4 = 23  # special guardianship order
    RC5 = 24  # transferred to another authority
    RC6 = 25  # transferred to adult social care services
    RC7 = 26  # services ceased for any other reason, including no longer in need
    RC8 = 27  # closed after assessment, no further action
    RC9 = 28  # closed after assessment, referred to early help
    NFA = 29  # no further action on the referral itself
    # categories of abuse
    NEG = 30
    PHY = 31
    SAB = 32
    EMO = 33
    MUL = 34
    # outcomes: of an assessment, an enquiry, a conference, and what follows a plan
    OUTCOME_CLOSED = 40
    OUTCOME_SHORT_HELP = 41
    OUTCOME_CIN_PLAN = 42
    OUTCOME_SECTION_47 = 43
    OUTCOME_ICPC = 44
    OUTCOME_CPP = 45
    OUTCOME_LOOKED_AFTER = 46
    OUTCOME_CONTINUES = 47
    OUTCOME_HOME = 48
    OUTCOME_DISABILITY_SERVICE = 49
    OUTCOME_CARE_LEAVER = 50
    OUTCOME_LEFT_AREA = 51
    # roles
    SOCIAL_WORKER = 60
    SENIOR_PRACTITIONER = 61
    NEWLY_QUALIFIED = 62
    FAMILY_SUPPORT_WORKER = 63  # a lead practitioner who is not a social worker
    PRACTICE_SUPERVISOR = 64
    CONFERENCE_CHAIR = 65
    # teams
    FRONT_DOOR = 70
    ASSESSMENT_TEAM = 71
    CIN_AND_CP_TEAM = 72
    DISABLED_CHILDREN_TEAM = 73
    LOOKED_AFTER_TEAM = 74
    CONFERENCE_TEAM = 75
    # absences
    SICKNESS = 80
    LEAVE = 81


# Groups of events and details: each is named here, and nowhere else is a meaning read out of the order of numbers.

SOURCES: Final = (
    Detail.INDIVIDUAL,
    Detail.SCHOOLS,
    Detail.EDUCATION_SERVICES,
    Detail.HEALTH_SERVICES,
    Detail.HOUSING,
    Detail.LA_SERVICES,
    Detail.POLICE,
    Detail.OTHER_LEGAL_AGENCY,
    Detail.OTHER,
    Detail.ANONYMOUS,
    Detail.UNKNOWN,
)
"""Sources of referral."""
CLOSURE_REASONS: Final = (
    Detail.RC1,
    Detail.RC2,
    Detail.RC3,
    Detail.RC4,
    Detail.RC5,
    Detail.RC6,
    Detail.RC7,
    Detail.RC8,
    Detail.RC9,
)
"""Reasons for closure of an episode that went past screening, as the census codes them."""
ABUSE: Final = (
    Detail.NEG,
    Detail.PHY,
    Detail.SAB,
    Detail.EMO,
    Detail.MUL,
)
"""Categories of abuse."""
OUTCOMES: Final = (
    Detail.OUTCOME_CLOSED,
    Detail.OUTCOME_SHORT_HELP,
    Detail.OUTCOME_CIN_PLAN,
    Detail.OUTCOME_SECTION_47,
    Detail.OUTCOME_ICPC,
    Detail.OUTCOME_CPP,
    Detail.OUTCOME_LOOKED_AFTER,
    Detail.OUTCOME_CONTINUES,
    Detail.OUTCOME_HOME,
    Detail.OUTCOME_DISABILITY_SERVICE,
    Detail.OUTCOME_CARE_LEAVER,
    Detail.OUTCOME_LEFT_AREA,
)
ROLES: Final = (
    Detail.SOCIAL_WORKER,
    Detail.SENIOR_PRACTITIONER,
    Detail.NEWLY_QUALIFIED,
    Detail.FAMILY_SUPPORT_WORKER,
    Detail.PRACTICE_SUPERVISOR,
    Detail.CONFERENCE_CHAIR,
)
CODED: Final = (*CLOSURE_REASONS, Detail.NFA, *ABUSE)
"""Details that the census has codes for, which practitioners know by these."""
QUALIFIES_A_CHILD: Final = (*CODED, *OUTCOMES)
"""Details of what happens to a child after the referral."""
TEAMS: Final = (
    Detail.FRONT_DOOR,
    Detail.ASSESSMENT_TEAM,
    Detail.CIN_AND_CP_TEAM,
    Detail.DISABLED_CHILDREN_TEAM,
    Detail.LOOKED_AFTER_TEAM,
    Detail.CONFERENCE_TEAM,
)
JOURNEY: Final = (
    Event.REFERRAL,
    Event.NO_FURTHER_ACTION,
    Event.SCREENED_IN,
    Event.ASSESSMENT_STARTED,
    Event.ASSESSMENT_COMPLETED,
    Event.NOT_IN_NEED,
    Event.SHORT_HELP_STARTED,
    Event.CIN_PLAN_STARTED,
    Event.CIN_PLAN_ENDED,
    Event.SECTION_47_STARTED,
    Event.SECTION_47_ENDED,
    Event.ICPC,
    Event.CPP_STARTED,
    Event.CPP_ENDED,
    Event.LOOKED_AFTER_STARTED,
    Event.LOOKED_AFTER_ENDED,
    Event.CARE_LEAVER_STARTED,
    Event.CARE_LEAVER_ENDED,
    Event.DISABILITY_SERVICE_STARTED,
    Event.DISABILITY_SERVICE_ENDED,
    Event.CLOSED,
    Event.EARLY_HELP_STARTED,
)
"""What happens to a child, in the order of the pathway: all but work, case holding and workers."""
CONTACTS: Final = frozenset(
    {
        Event.CIN_VISIT,
        Event.CPP_VISIT,
        Event.LOOKED_AFTER_VISIT,
        Event.CIN_REVIEW,
        Event.CPP_REVIEW,
        Event.CORE_GROUP,
    }
)
"""Visits, reviews and core groups."""
WORK: Final = CONTACTS | frozenset(
    {
        Event.ASSESSMENT_SESSION,
        Event.SECTION_47_SESSION,
        Event.REPORT,
        Event.SCREENING,
        Event.APPROVAL,
        Event.CASE_SUPERVISION,
        Event.CONFERENCE_CHAIRING,
        Event.CLOSURE_WORK,
        Event.HANDOVER_WORK,
        Event.LONG_STAY_SUPPORT,
        Event.SHORT_HELP_SESSION,
        Event.VISIT_NOT_ACHIEVED,
    }
)
CASE_HOLDING: Final = frozenset({Event.WAITING_FOR_ALLOCATION, Event.ALLOCATED, Event.HANDED_OVER, Event.RELEASED})
WORKER: Final = frozenset(
    {
        Event.WORKER_STARTED,
        Event.WORKER_LEFT,
        Event.ABSENCE_STARTED,
        Event.OVERTIME,
        Event.TEAM_TIME,
    }
)


def kind_of(event: int) -> str:
    """Return the ``event_type`` of a kind of event."""
    if event in (Event.REFERRAL, Event.CLOSED):
        return "arrival_departure"
    if event in WORK:
        return "resource_use"
    if event in CASE_HOLDING:
        return "queue" if event == Event.WAITING_FOR_ALLOCATION else "allocation"
    return "worker" if event in WORKER else "pathway"


EVENT_NAMES: Final = tuple(e.name.lower() for e in Event)
_detail_names = {d.value: d.name.lower() for d in Detail}
DETAIL_NAMES: Final = tuple(_detail_names.get(code, "") for code in range(max(_detail_names) + 1))
