"""Events, reasons and roles as practitioners say them, and what of a journey is told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cinsim.errors import quoted
from cinsim.reference.events import CODED, QUALIFIES_A_CHILD, ROLES, WORKER, Detail, Event
from cinsim.scenario.problems import did_you_mean

_SAID_OTHERWISE: Final = {
    Event.CIN_PLAN_STARTED: "CIN plan started",
    Event.CIN_PLAN_ENDED: "CIN plan ended",
    Event.ICPC: "initial child protection conference",
    Event.CPP_STARTED: "child protection plan started",
    Event.CPP_ENDED: "child protection plan ended",
    Event.CIN_VISIT: "CIN visit",
    Event.CPP_VISIT: "child protection visit",
    Event.CIN_REVIEW: "CIN review",
    Event.CPP_REVIEW: "review conference",
    Event.SECTION_47_STARTED: "section 47 enquiry started",
    Event.SECTION_47_ENDED: "section 47 enquiry ended",
}
_NOT_OF_A_CHILD: Final = WORKER | {Event.HELP_LEVEL}

WORDS: Final[Mapping[Event, str]] = MappingProxyType(
    {kind: _SAID_OTHERWISE.get(kind, kind.name.lower().replace("_", " ")) for kind in Event if kind not in _NOT_OF_A_CHILD}
)
"""Every kind of event that a journey may name, in words."""

LEVELS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "no concern": -0.5,
        "not in need": 0.5,
        "in need": 1.5,
        "needs a plan": 2.5,
        "at risk of significant harm": 3.5,
        "not safe at home": 4.5,
    }
)
"""Levels of need, each in the middle between the thresholds of the small world; see :mod:`cinsim.journeys.world`."""

ROLE_WORDS: Final[Mapping[str, int]] = MappingProxyType({role.name.lower().replace("_", " "): int(role) for role in ROLES})


def event_named(text: str) -> Event:
    """Return the kind of event that words name, whatever their case.

    Raises
    ------
    ValueError
        There is none; the message says what may be written.
    """
    by_words = {words.lower(): kind for kind, words in WORDS.items()}
    found = by_words.get(" ".join(text.lower().split()))
    if found is None:
        near = did_you_mean(text, [words.replace(" ", "_") for words in WORDS.values()]).replace("_", " ")
        raise ValueError(f"no event is called {quoted(text)}{near or '; events are ' + ', '.join(WORDS.values())}")
    return found


def detail_named(text: str) -> Detail:
    """Return the reason for closure, or what follows, that words name: a census code such as RC7, or e.g. ``CIN plan``.

    Raises
    ------
    ValueError
        There is none; the message says what may be written.
    """
    name = "_".join(text.upper().split()).replace("CHILD_PROTECTION_PLAN", "CPP")
    for candidate in (name, f"OUTCOME_{name}"):
        if candidate in Detail.__members__ and Detail[candidate] in QUALIFIES_A_CHILD:
            return Detail[candidate]
    codes = ", ".join(detail_words(code) for code in QUALIFIES_A_CHILD)
    raise ValueError(f"no reason or outcome is called {quoted(text)}; there are {codes}")


def detail_words(detail: Detail) -> str:
    """Return a detail in words; the census's codes stay as they are."""
    if detail in CODED:
        return detail.name
    words = detail.name.removeprefix("OUTCOME_").lower().replace("_", " ")
    return words.replace("cin plan", "CIN plan").replace("cpp", "child protection plan").replace("icpc", "conference")
