"""Closure: the end of an episode, for whatever reason, and early help after it."""

from __future__ import annotations

from cinsim.pathway.assessment import complete_assessment
from cinsim.pathway.child import Child, Stage
from cinsim.pathway.child_in_need import end_plan as end_cin_plan
from cinsim.pathway.child_protection import end_plan as end_protection_plan
from cinsim.pathway.service import Service
from cinsim.reference.events import Detail, Event


def end_stage_early(child: Child, service: Service, reason: Detail) -> None:
    """End a plan or period of care that something outside the pathway cuts off (a move, a death, an 18th birthday)."""
    detail = Detail.OUTCOME_LEFT_AREA if reason == Detail.RC5 else Detail.OUTCOME_CLOSED
    if child.stage is Stage.CHILD_IN_NEED:
        end_cin_plan(child, service, detail)
    elif child.stage is Stage.CHILD_PROTECTION:
        end_protection_plan(child, service, reason)
    elif child.stage is Stage.LOOKED_AFTER:
        service.record(child, Event.LOOKED_AFTER_ENDED, detail)
    elif child.stage is Stage.DISABILITY_SERVICE and reason != Detail.RC6:
        service.record(child, Event.DISABILITY_SERVICE_ENDED)
    elif child.stage is Stage.CARE_LEAVER:
        service.record(child, Event.CARE_LEAVER_ENDED)


def close(child: Child, service: Service, reason: Detail) -> None:
    """Close the episode: authorise what is open, free the case holder, offer early help where there is a place."""
    practice, luck, now = service.practice, service.luck, service.env.now
    if child.assessment is not None:
        complete_assessment(child, service)
    child.drop_tasks()
    child.drop_asked()
    if (
        child.steps_down
        or reason == Detail.RC9
        or (reason == Detail.NFA and practice.early_help.has_place(luck["early help"](child.number, child.episode), now))
    ):
        child.steps_down = False
        child.help += practice.early_help.benefit
        service.record(child, Event.EARLY_HELP_STARTED)
    service.record(child, Event.CLOSED, reason, value=child.help)
    holder = child.holder
    service.office.release(child)
    if holder is not None and reason != Detail.NFA:
        service.office.ask(
            holder.diary,
            Event.CLOSURE_WORK,
            child,
            service.hours[Event.CLOSURE_WORK],
            now,
            now + service.p.closure_due_days,
            service.record_work,
        )
        child.asked.clear()  # the closing is still worked on when the child is referred and closed again
    child.stage = Stage.OUT
    child.closed_at = now
    child.points = 0.0
    child.urgent = False
    child.inbox.clear()
    child.wake = None
