"""Runs a journey in the small world and says where it goes otherwise than expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from cinsim.engine.clock import TICKS_PER_DAY, Calendar
from cinsim.errors import InputError
from cinsim.files import existing
from cinsim.journeys.model import FIRST_DAY, LAST_DAY, YEARS, Expected, HowOften, JourneyFile, Within, read_journey
from cinsim.journeys.words import ROLE_WORDS, WORDS, detail_words
from cinsim.journeys.world import Town, Wrote, post, roomy_posts
from cinsim.pathway.child import Stage
from cinsim.population.children import DIES, MOVES_AWAY
from cinsim.reference.events import CONTACTS, JOURNEY, QUALIFIES_A_CHILD, Detail

CHILD: Final = 0
_FAMILY_SUPPORT_POST: Final = 100
_LEAVES: Final = {"moves away": MOVES_AWAY, "dies": DIES}
# work that says little of a journey stands aside when one is told
_TOLD: Final = CONTACTS.union(JOURNEY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a journey: nothing wrong, or each expectation that did not hold, with file and line."""

    path: Path
    title: str
    problems: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything happened as expected."""
        return not self.problems


def journey_files(paths: Sequence[Path]) -> list[Path]:
    """Return the journey files named, and those in folders named, in the order of their names.

    Raises
    ------
    InputError
        A path is missing, or a folder holds no journey.
    """
    found: list[Path] = []
    for path in paths:
        if not existing(path, kind="journey"):
            raise InputError("there is no such file or folder; name a journey, or a folder that holds some", path=path)
        inside = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not inside:
            raise InputError("holds no journey (*.yaml)", path=path)
        found += inside
    return found


def check_journey(path: Path) -> Verdict:
    """Live a journey through and set it against what it expects.

    Raises
    ------
    InputError
        The file is no journey.
    """
    file = read_journey(path)
    town = live(file)
    record = [event for event in town.events(child=CHILD) if event.event in WORDS]
    record.sort(key=lambda event: event.time)  # events at one time stay in the order in which they were written
    problems = [*_sequence(file, town, record), *_frequencies(file, town, record), *_nevers(file, town, record)]
    told = tuple(_told(event, town) for event in record if event.event in _TOLD)
    return Verdict(path, file.journey.title, tuple(problems), told)


def live(file: JourneyFile) -> Town:
    """Return the small world in which the journey's child has lived to the end."""
    given, calendar = file.journey.child, Calendar(FIRST_DAY, LAST_DAY)
    leaves = {}
    if given.leaves is not None:
        leaves[CHILD] = (float(calendar.time_of(given.leaves.on)), _LEAVES[given.leaves.because])
    family_support = post(Detail.CIN_AND_CP_TEAM, Detail.FAMILY_SUPPORT_WORKER, 1000.0, number=_FAMILY_SUPPORT_POST)
    town = Town(
        [_by_quarter(given.need)],
        ages=[((FIRST_DAY - given.born).days - 0.5) / 365.25],  # days of birth are whole, rounded down
        leaves=leaves,
        categories={CHILD: given.need_category},
        parameters=file.scenario.parameters,
        posts=(*roomy_posts(), family_support),
        years=YEARS,
        first=FIRST_DAY,
        scenario=file.scenario,
    )
    for day in file.journey.referred:
        time = float(town.calendar.time_of(day))
        town.run(max(time, 1 / TICKS_PER_DAY))
        known = town.service.known.get(CHILD)
        if known is not None and known.stage is not Stage.OUT:
            line = file.lines["then.0"]
            raise InputError(f"the child cannot be referred on {day}: its case is still open then", path=file.path, line=line)
        town.refer(CHILD, max(time, 1 / TICKS_PER_DAY))
    town.run(float(town.calendar.time_of(file.journey.until)) + 1.0)
    return town


def _by_quarter(levels: Sequence[tuple[date, float]]) -> list[float]:
    """Return the level of each quarter from the first day on."""
    found = []
    for quarter in range(4 * YEARS):
        month = FIRST_DAY.month - 1 + 3 * quarter
        starts = date(FIRST_DAY.year + month // 12, month % 12 + 1, 1)
        found.append(next(level for day, level in reversed(levels) if day <= starts))
    return found


def _sequence(file: JourneyFile, town: Town, record: Sequence[Wrote]) -> list[str]:
    """Return what is wrong with the first expectation that does not hold; those after it have nothing to stand on."""
    place = 0
    for number, expected in enumerate(file.journey.then):
        found = next((at for at in range(place, len(record)) if _is(record[at], expected, town)), None)
        said = _said(expected)
        if found is None:
            others = [event for event in record[place:] if event.event == expected.event]
            instead = f"; instead: {_told(others[0], town)}" if others else ""
            after = f" after {_told(record[place - 1], town)}" if place else ""
            return [_problem(file, f"then.{number}", f"{said} does not happen{after}{instead}")]
        day = town.calendar.date_at(record[found].time)
        if wrong := _wrong_day(expected, day, town.calendar, record[:found]):
            return [_problem(file, f"then.{number}", f"{said} happens on {_day(day)}, {wrong}")]
        place = found + 1
    return []


def _is(event: Wrote, expected: Expected, town: Town) -> bool:
    if event.event != expected.event or (expected.outcome is not None and event.detail != expected.outcome):
        return False
    if expected.who is None:
        return True
    return any(worker.number == event.resource and worker.role == expected.who for worker in town.office.workers)


def _wrong_day(expected: Expected, day: date, calendar: Calendar, before: Sequence[Wrote]) -> str:
    """Return why a day is not one that is expected; empty where it is."""
    if expected.on is not None and day != expected.on:
        return f"not on {_day(expected.on)}"
    if expected.by is not None and day > expected.by:
        return f"after {_day(expected.by)}"
    if expected.not_before is not None and day < expected.not_before:
        return f"before {_day(expected.not_before)}"
    if expected.within is not None:
        since = next((event for event in reversed(before) if event.event == expected.within.of), None)
        if since is None:
            return f"but no {WORDS[expected.within.of]} came before it"
        latest = _latest(expected.within, since.time, calendar)
        if day > latest:
            start = f"the {WORDS[expected.within.of]} on {_day(calendar.date_at(since.time))}"
            return f"more than {expected.within.length} after {start}"
    return ""


def _latest(within: Within, since: float, calendar: Calendar) -> date:
    if within.length.months is not None:
        return calendar.date_at(calendar.after_months(since, within.length.months))
    return calendar.date_at(since + within.length.working_days)


def _frequencies(file: JourneyFile, town: Town, record: Sequence[Wrote]) -> list[str]:
    problems = []
    for number, wanted in enumerate(file.journey.how_often):
        days = [town.calendar.date_at(event.time) for event in record if event.event == wanted.event and _happened(event)]
        count = sum(wanted.from_ <= day <= wanted.to for day in days)
        if wrong := _wrong_count(wanted, count):
            when = f"between {_day(wanted.from_)} and {_day(wanted.to)}"
            problems.append(_problem(file, f"how_often.{number}", f"{WORDS[wanted.event]} happens {count} times {when}, {wrong}"))
    return problems


def _happened(event: Wrote) -> bool:
    """Return whether an event happened: a visit that was due and never made is in the record too, made by nobody."""
    return event.event in JOURNEY or event.resource != -1


def _wrong_count(wanted: HowOften, count: int) -> str:
    if wanted.times is not None and count != wanted.times:
        return f"not {wanted.times}"
    if wanted.at_least is not None and count < wanted.at_least:
        return f"fewer than {wanted.at_least}"
    if wanted.at_most is not None and count > wanted.at_most:
        return f"more than {wanted.at_most}"
    return ""


def _nevers(file: JourneyFile, town: Town, record: Sequence[Wrote]) -> list[str]:
    return [
        _problem(file, f"never.{number}", f"{WORDS[kind]} happens, on {_day(town.calendar.date_at(event.time))}")
        for number, kind in enumerate(file.journey.never)
        for event in record
        if event.event == kind
    ]


def _problem(file: JourneyFile, key: str, message: str) -> str:
    return str(InputError(message, path=file.path, line=file.lines[key]))


def _said(expected: Expected) -> str:
    parts = [WORDS[expected.event]]
    if expected.outcome is not None:
        parts.append(f"({detail_words(expected.outcome)})")
    if expected.who is not None:
        parts.append(f"by a {next(words for words, role in ROLE_WORDS.items() if role == expected.who)}")
    return " ".join(parts)


def _told(event: Wrote, town: Town) -> str:
    outcome = f" ({detail_words(Detail(event.detail))})" if event.detail in QUALIFIES_A_CHILD else ""
    return f"{_day(town.calendar.date_at(event.time))} {WORDS[event.event]}{outcome}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
