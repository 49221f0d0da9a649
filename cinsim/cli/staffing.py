"""The command that seeks the staff a standard needs."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cinsim.cli.options import (
    OUTPUTS,
    Area,
    Engine,
    Jobs,
    Out,
    Overwrite,
    Quiet,
    Replications,
    ScenarioPath,
    Seed,
    Set,
    Years,
    guarded,
    scenario_from,
)
from cinsim.cli.printing import print_table

if TYPE_CHECKING:
    from cinsim.planning.staffing import Answer, Mix
    from cinsim.runs.run import Plan
    from cinsim.scenario.model import Scenario
    from cinsim.workforce.budget import Budget

SEARCH_YEARS = 3


@guarded
def staffing(
    scenario: ScenarioPath,
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="A standard, e.g. 'cin_visits_on_time_percent >= 90'; repeatable, all are to be met."),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", help="The role whose posts are sought, e.g. social_workers; again for mixes with a second."),
    ] = None,
    confidence: Annotated[
        str, typer.Option(metavar="SHARE", help="Share of the replications that are to meet the targets.")
    ] = "80%",
    replications: Replications = None,
    years: Years = None,
    seed: Seed = None,
    area: Area = None,
    jobs: Jobs = None,
    out: Out = None,
    set_: Set = None,
    engine: Engine = "auto",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Find the fewest posts that meet a standard, by trying numbers of posts under the same luck.

    A search that was stopped goes on with the same command. Results are the means over the reporting years after the first;
    three years are simulated, unless --years says otherwise or what the scenario changes begins later.
    """
    from cinsim.api import planned
    from cinsim.cli.tables import print_told
    from cinsim.planning.answer_folder import ANSWER, refuse_other_answer, write_answer
    from cinsim.planning.questions import check_roles, parse_confidence, parse_targets
    from cinsim.planning.staffing import Question, check_question, find_staff
    from cinsim.report.staffing_curve import write_staffing_figures
    from cinsim.runs.folder import require_space, reserved, tasks_folder
    from cinsim.runs.run import RunOptions, termination_interrupts
    from cinsim.runs.store import Store

    begun = time.perf_counter()
    question = Question(parse_targets(target or ()), check_roles(vary or ()), parse_confidence(confidence))
    chosen = scenario_from(scenario, set_, replications, years, seed, area).with_({"precision": None})
    if years is None and not any(text.startswith("years=") for text in set_ or ()):
        chosen = _with_fewer_years(chosen)
    plan = planned([chosen])
    print_told(plan)
    check_question(plan, question)
    folder = out or OUTPUTS / f"staffing-{chosen.name}"
    options = RunOptions(folder, jobs=jobs, quiet=quiet, engine=engine)
    executor, work = options.executor(), options.work()

    def refuse(place: Path) -> None:
        refuse_other_answer(place, plan, question, overwrite=overwrite)

    private = plan.caseload is not None
    with reserved(folder, refuse, ANSWER, private=private) as place:
        store = Store(tasks_folder(place, private=private), private=private)
        store.prepare()
        require_space(store.folder)
        answer = find_staff(plan, question, executor, work, store, quiet=quiet)
        with termination_interrupts():
            wall_seconds = time.perf_counter() - begun
            write_answer(place, plan, answer, wall_seconds, write_staffing_figures, overwrite=overwrite)
    if not quiet:
        print_answer(answer, plan, folder, time.perf_counter() - begun)


def _with_fewer_years(scenario: Scenario) -> Scenario:
    """Return a scenario of three years at most, unless what it changes begins later: more years cost time and say little."""
    from cinsim.errors import InputError

    if scenario.years <= SEARCH_YEARS:
        return scenario
    try:
        return scenario.with_(years=SEARCH_YEARS)
    except InputError:
        return scenario


def print_answer(answer: Answer, plan: Plan, folder: Path, wall_seconds: float) -> None:
    """Print what was asked, what each number of posts reaches, and the answer in plain words."""
    from cinsim.report.labels import label, value_text
    from cinsim.workforce.budget import budget_in_words

    (_, scenario), *_ = plan.arms.items()
    question = answer.question
    years = f"years to March {', '.join(map(str, answer.years))}"
    typer.echo(f"\n{scenario.title}: {plan.areas[0].area_name}, {years}, {scenario.replications} replications")
    typer.echo(f"To be met with {question.confidence:.0%} confidence: {' and '.join(map(str, question.targets))}\n")
    measures = list(dict.fromkeys(target.measure for target in question.targets))
    rows = [
        [
            *(f"{fte:,.1f}" for fte in staff),
            *(value_text(name, sum(p.values.get(name, math.nan) for p in group) / len(group)) for name in measures),
            f"{sum(p.met for p in group)} of {len(group)}",
        ]
        for staff in sorted({point.staff for point in answer.points})
        if (group := [point for point in answer.points if point.staff == staff])
    ]
    headings = [*(_words(role, capital=True) for role in question.roles), *(label(name).text for name in measures), "Met in"]
    print_table(headings, rows, numbers=range(len(headings)))
    typer.echo()
    if len(question.roles) > 1:
        _print_mixes(answer)
    for line in answer_in_words(answer):
        typer.echo(line)
    typer.echo()
    for line in budget_in_words(_budget(plan)):
        typer.echo(line)
    typer.echo(f"\n{answer.computed} replications simulated, {wall_seconds:.0f} s. Results: {folder}")


def _budget(plan: Plan) -> Budget:
    """Return the hours budget of the area searched, with the scenario's hours."""
    from cinsim.reference.areas import average_authority
    from cinsim.reference.parameters import parameters_from
    from cinsim.workforce.budget import hours_budget

    (name, *_) = plan.arms
    return hours_budget(plan.areas[0], average_authority(), parameters_from(plan.parameters[name][0]))


def answer_in_words(answer: Answer) -> list[str]:
    """Return the answer as sentences: how many posts, how sure, what they cost; or that posts alone do not do it."""
    from cinsim.report.labels import in_sentence, label, listed, value_text

    question, mix = answer.question, answer.cheapest
    sure = f"{question.confidence:.0%} confidence"
    role = _words(question.roles[0])
    if mix is None:
        best = answer.mixes[-1]
        reached = listed([f"{in_sentence(label(name).text)} {value_text(name, value)}" for name, value in best.reached.items()])
        beside = "" if best.other is None else f" and {best.other:,.1f} {_words(question.roles[1])}"
        return [
            f"This cannot be met by staff alone with {sure}: {best.highest:,.1f} posts of {role}{beside}, the most tried, reach "
            f"on average {reached}, and meet all targets in {best.share_met:.0%} of replications.",
        ]
    beside = "" if mix.other is None else f" and {mix.other:,.1f} of {_words(question.roles[1])}, the cheapest of these mixes,"
    now = " and ".join(f"{fte:,.1f} of {_words(name)}" for fte, name in zip(answer.base, question.roles, strict=True))
    fewest = " or fewer" if mix.at_lowest else ""
    interval = _interval(answer, mix)
    lines = [
        f"{_at_least(mix.staff)} posts of {role}{fewest}{beside} meet the standard with {sure} (95% interval {interval}).",
        f"The scenario has {now}. Filled, the posts cost £{mix.cost:,.0f} a year.",
    ]
    needed = math.ceil(1 / min(question.confidence, 1 - question.confidence) - 1e-9)
    if len(mix.crossings) < needed:
        lines.append(
            f"{len(mix.crossings)} replications cannot tell {sure} from certainty; at least {needed} could (--replications)."
        )
    return lines


def _at_least(staff: float) -> str:
    """Return a number of posts rounded up, so that what is printed is enough."""
    return f"{math.ceil(10 * staff - 1e-6) / 10:,.1f}"


def _interval(answer: Answer, mix: Mix) -> str:
    least = min(point.staff[0] for point in answer.points if mix.other is None or point.staff[1] == mix.other)
    low = f"{least:,.1f} or fewer" if mix.lower <= least else f"{mix.lower:,.1f}"
    high = f"more than {mix.highest:,.1f}" if math.isinf(mix.upper) else f"{mix.upper:,.1f}"
    return f"{low} to {high}"


def _print_mixes(answer: Answer) -> None:
    first, second = answer.question.roles
    rows = [
        [
            f"{mix.other:,.1f}",
            _at_least(mix.staff) if mix.met else f"more than {mix.highest:,.1f}",
            _interval(answer, mix) if mix.met else "",
            f"{mix.cost:,.0f}" if mix.met else "",
            "cheapest" if mix is answer.cheapest else "",
        ]
        for mix in answer.mixes
    ]
    headings = (_words(second, capital=True), f"{_words(first, capital=True)} needed", "95% interval", "£ a year", "")
    print_table(headings, rows, numbers=(0, 1, 2, 3))
    typer.echo()


def _words(role: str, *, capital: bool = False) -> str:
    words = role.replace("_", " ")
    return words.capitalize() if capital else words
