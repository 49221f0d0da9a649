"""What a plan would simulate, in words, before anything runs: areas, runs, settings with their dates, posts, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cinsim.engine.totals import sum_in_order

if TYPE_CHECKING:
    from cinsim.reference.areas import Area
    from cinsim.runs.run import Plan
    from cinsim.scenario.model import Scenario

MOST_AREAS_NAMED = 12
MOST_AREAS_STAFFED = 3
SECONDS_A_CHILD_YEAR = 44e-6
"""Computing time to simulate and measure a child's year: all of England, 4 + 5 years, in 4,600 s (docs/performance.md)."""
SECONDS_A_RUN = 1.0
"""Computing time that a run takes however few children there are."""
BASIS = (
    f"{SECONDS_A_CHILD_YEAR * 1e6:.0f} s a million children and year, as all of England took in docs/performance.md; "
    "machines differ"
)
"""What an estimate of the time rests on."""


def areas_in_words(areas: Sequence[Area]) -> str:
    """Return the names of areas; of many the first, and how many there are."""
    names = [area.area_name for area in areas]
    if len(names) <= MOST_AREAS_NAMED:
        return ", ".join(names)
    return f"{len(names)} areas ({', '.join(names[:MOST_AREAS_NAMED])} and {len(names) - MOST_AREAS_NAMED} more)"


def years_in_words(years: int) -> str:
    """Return a number of years with its noun."""
    return f"{years} year{'' if years == 1 else 's'}"


def runs_in_words(plan: Plan) -> str:
    """Return how many replications are simulated, and over how many parameter sets and areas they are spread."""
    name, scenario = next(iter(plan.arms.items()))
    sets, each, places = len(plan.parameters[name]), scenario.replications, len(plan.areas)
    factors = [f"{places} areas"] if places > 1 else []
    factors += [f"{sets} parameter set{'' if sets == 1 else 's'}", f"{each} replication{'' if each == 1 else 's'}"]
    total = sets * each * places
    more = ", or more until their precision is reached" if scenario.precision is not None else ""
    return f"{total:,} run{'' if total == 1 else 's'} ({' x '.join(factors)}){more}"


def time_in_words(plan: Plan) -> str:
    """Return about how long a run takes, and what that rests on."""
    seconds, cores = seconds_and_cores(plan)
    return f"takes about {length_in_words(seconds)} on {cores} core{'' if cores == 1 else 's'} ({BASIS})"


def seconds_and_cores(plan: Plan) -> tuple[float, int]:
    """Return about how many seconds the first arm of a plan takes, and on how many cores that is."""
    from cinsim.runs.local import all_cores

    name, scenario = next(iter(plan.arms.items()))
    child_years = scenario.population_fraction * (scenario.warm_up + scenario.years)
    each = [SECONDS_A_RUN + area.population_0_17 * child_years * SECONDS_A_CHILD_YEAR for area in plan.areas]
    runs = len(plan.parameters[name]) * scenario.replications
    cores = min(all_cores(), runs * len(plan.areas))
    return sum_in_order(each) * runs / cores, cores


def length_in_words(seconds: float) -> str:
    """Return a time in seconds, minutes or hours, whichever reads best."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def settings_in_words(scenario: Scenario, written: Mapping[str, str]) -> list[str]:
    """Return what a scenario changes, with units, where each value was written, and from when to when it phases in."""
    from cinsim.scenario.model import Scenario as Model
    from cinsim.scenario.posts import POSTS_KEY
    from cinsim.scenario.posts import posts_in_words as rows_in_words

    usual, said = Model(title="as it is").resolved(), []
    for block in ("policies", "workforce", "demand", "parameters"):
        as_it_is = dict(_leaves(usual.get(block, {}), block))
        for key, value in _leaves(scenario.resolved().get(block, {}), block):
            if key in as_it_is and as_it_is[key] == value:
                continue
            shown = rows_in_words(value) if key == POSTS_KEY and isinstance(value, list) else _with_unit(key, value)
            said.append(f"{key}: {shown}{_from(key, written)}{_when(key, scenario)}")
    return said


def _with_unit(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g} points" if key.endswith(".caseload_limit") and isinstance(value, float) else str(value)


def _from(key: str, written: Mapping[str, str]) -> str:
    near = (at for name, at in written.items() if f"{name}.".startswith(f"{key}.") or key.startswith(f"{name}."))
    place = next(near, "")
    return f" ({place})" if place else ""


def _when(key: str, scenario: Scenario) -> str:
    """Return from when a setting holds and when it is in full; parameters and a list of posts hold from the beginning."""
    from cinsim.scenario.posts import POSTS_KEY

    top, *below = key.split(".")
    if top == "parameters" or key == POSTS_KEY or below[-1] in ("start", "phase_in", "areas"):
        return ""
    blocks = {"policies": scenario.policies.blocks(), "workforce": scenario.workforce.blocks(), "demand": {}}[top]
    block = scenario.demand if top == "demand" else blocks.get(below[0])
    if below[-1] == "follow_demand" and block is not None and block.start is None and block.phase_in is None:
        block = scenario.demand
    start = scenario.starts(block) if block is not None else scenario.policy_start or scenario.start
    length = scenario.phases_in_over(block) if block is not None else scenario.phase_in
    if length.value == 0:
        return f", from {start}"
    full = _after(start, length.working_days)
    late = ", after the run" if full >= scenario.end else ""
    return f", from {start}, in full from {full}{late}"


def _after(start: date, working_days: float) -> date:
    from cinsim.engine.clock import Calendar

    calendar = Calendar(start, date(start.year + 1, start.month, 28))
    at = calendar.time_of(start) + round(working_days)
    if at < calendar.days:
        return calendar.date_at(at)
    return start + timedelta(days=round(working_days * 365.25 / 253))


def posts_in_words(plan: Plan, area: Area) -> str:
    """Return the posts of an area that are simulated in the end, and, where a scenario changes them, those there are before."""
    from cinsim.engine.draws import Draws
    from cinsim.reference.parameters import parameters_from
    from cinsim.simulation.replicate import calendar_of
    from cinsim.workforce.staffing import funded_posts, staffing_of

    name, scenario = next(iter(plan.arms.items()))
    calendar = calendar_of(scenario)
    draws = Draws(scenario.seed, 0, draw=0, area=area.area_code)
    staffing = staffing_of(scenario, area, parameters_from(plan.parameters[name][0]), calendar, draws)
    before, after = funded_posts(staffing, 0.0), funded_posts(staffing, calendar.days - 1.0)
    parts = []
    for role, posts in after.items():
        was = "" if abs(posts - before[role]) < 0.05 else f" (before: {before[role]:,.1f})"
        if posts or before[role]:
            parts.append(f"{role.replace('_', ' ')} {posts:,.1f}{was}")
    return f"Posts simulated in {area.area_name} on the last day, full-time equivalents: {', '.join(parts)}"


def _leaves(tree: Mapping[str, object], prefix: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in tree.items():
        found += _leaves(value, f"{prefix}.{key}") if isinstance(value, Mapping) else [(f"{prefix}.{key}", value)]
    return found
