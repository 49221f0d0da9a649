"""Commands that simulate, or look at what is to be or was simulated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cinsim.cli.journeys import check_journeys
from cinsim.cli.options import (
    OUTPUTS,
    Area,
    Cluster,
    Engine,
    Events,
    Jobs,
    NoReport,
    Out,
    Overwrite,
    ProgressLines,
    Quiet,
    Replications,
    ScenarioPath,
    Seed,
    Set,
    Years,
    guarded,
    listener_for,
    say_remarks,
    scenario_from,
    settings,
    with_options,
)  # fmt: skip

if TYPE_CHECKING:
    from cinsim.runs.run import Plan


@guarded
def run(
    scenario: ScenarioPath,
    replications: Replications = None,
    years: Years = None,
    seed: Seed = None,
    area: Area = None,
    jobs: Jobs = None,
    out: Out = None,
    set_: Set = None,
    events: Events = "auto",
    cluster: Cluster = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    no_report: NoReport = False,
    progress: ProgressLines = None,
    quiet: Quiet = False,
) -> None:
    """Simulate a scenario, print its main measures and write its run folder.

    What is already simulated is not simulated again: a run that was stopped goes on, and more replications add to those done.
    """
    from cinsim.api import planned, run_plan
    from cinsim.cli.tables import print_cautions, print_run, print_told
    from cinsim.planning.plan_words import MOST_AREAS_STAFFED, posts_in_words
    from cinsim.runs.repeating import pinned_parameters_of_run
    from cinsim.runs.run import RunOptions

    chosen = scenario_from(scenario, set_, replications, years, seed, area)
    pinned = None
    if scenario.suffix.lower() == ".json":
        pinned = pinned_parameters_of_run(scenario)
        _warn_of_other_code(scenario)
    plan = planned([chosen], pinned, scenario)
    say_remarks(plan.arms)
    print_told(plan)
    folder = out or OUTPUTS / chosen.name
    if not quiet:
        print_cautions(plan)
    options = RunOptions(folder, jobs, cluster, events, overwrite, quiet or progress is not None, engine, listener_for(progress))
    result = run_plan(plan, options, draw=not no_report)
    if not quiet:
        print_run(result, plan)
        for place in plan.areas if len(plan.areas) <= MOST_AREAS_STAFFED else ():
            typer.echo(posts_in_words(plan, place))


@guarded
def compare(
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[BASELINE SCENARIO...]",
            help="Scenario files, the others compared with the first; or a comparison's manifest.json.",
        ),
    ] = None,
    add: Annotated[
        list[Path] | None, typer.Option("--add", metavar="SCENARIO", help="An option more for the comparison named with --to.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="RUN", help="A finished comparison's folder, which gets the option; see --add.")
    ] = None,
    replications: Replications = None,
    years: Years = None,
    seed: Seed = None,
    area: Area = None,
    jobs: Jobs = None,
    out: Out = None,
    set_: Set = None,
    events: Events = "auto",
    cluster: Cluster = None,
    parts: Annotated[
        Literal["shapley", "leave-one-out"] | None,
        typer.Option(help="Split what a bundle of changes does among its parts; Shapley simulates more sets of parts."),
    ] = None,
    overwrite: Overwrite = False,
    engine: Engine = "auto",
    no_report: NoReport = False,
    progress: ProgressLines = None,
    quiet: Quiet = False,
) -> None:
    """Simulate scenarios with the same luck and say how each differs from the first, child by child.

    The options hold for every scenario. With --add and --to, an option is added to a comparison that is there; what it holds is
    not simulated again.
    """
    from cinsim.api import Comparison, run_plan
    from cinsim.cli.tables import print_comparison, print_parts, print_told
    from cinsim.errors import InputError
    from cinsim.planning.adding import with_options_added
    from cinsim.runs.manifest import MANIFEST
    from cinsim.runs.run import RunOptions

    if add or to:
        if scenarios or not (add and to) or any((replications, years, seed, area)):
            raise InputError("an option is added as: cinsim compare --add SCENARIO --to RUN", key="--add")
        plan, events = with_options_added(to, [scenario_from(path, set_, None, None, None, None) for path in add])
        out = out or to
        _warn_of_other_code(to / MANIFEST)
    else:
        plan = _compared(scenarios or [], set_, replications, years, seed, area)
    say_remarks(plan.arms)
    print_told(plan)
    folder = out or OUTPUTS / "-".join(["compare", *plan.arms])[:100]
    options = RunOptions(folder, jobs, cluster, events, overwrite, quiet or progress is not None, engine, listener_for(progress))
    result = run_plan(plan, options, draw=not no_report, parts=parts)
    if not quiet and isinstance(result, Comparison):
        print_comparison(result, plan)
        if parts is not None:
            print_parts(result)


def _compared(
    scenarios: Sequence[Path], set_: Sequence[str] | None, replications: int | None, years: int | None, seed: int | None,
    area: Sequence[str] | None,
) -> Plan:  # fmt: skip
    """Return the plan of a comparison of scenario files, or of one that is repeated."""
    from cinsim.api import planned
    from cinsim.errors import InputError
    from cinsim.runs.repeating import compared_scenarios, pinned_parameters

    first = scenarios[0] if scenarios else Path()
    if len(scenarios) == 1 and first.suffix.lower() == ".json":
        if set_:
            raise InputError("a repeated comparison takes its scenarios as they were; leave --set out", path=first, key="--set")
        arms = [with_options(arm, replications, years, seed, area) for arm in compared_scenarios(first)]
        plan = planned(arms, pinned_parameters(first), first)
        _warn_of_other_code(first)
        return plan
    if len(scenarios) < 2:
        raise InputError("a comparison needs a baseline and at least one other scenario", key="SCENARIO")
    return planned([scenario_from(path, set_, replications, years, seed, area) for path in scenarios])


def _warn_of_other_code(manifest: Path) -> None:
    from cinsim.runs.repeating import repeats_other_code

    if repeats_other_code(manifest):
        typer.echo(f"{manifest} was made with other code or library versions than these: results may differ", err=True)


@guarded
def check(
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SCENARIO...", help="Scenario files; with --journeys, journeys or folders of them."),
    ] = None,
    set_: Set = None,
    journeys: Annotated[
        bool, typer.Option("--journeys", help="Live journeys through: those that ship unless others are named.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Check scenario files without running them, and say what they would simulate.

    With --journeys: whether, given this child and these rules, these events follow by these dates.
    """
    from cinsim.api import planned
    from cinsim.cli.check import print_check
    from cinsim.errors import InputError
    from cinsim.scenario import origins

    if journeys:
        check_journeys(scenarios or [], set_, quiet=quiet)
        return
    if not scenarios:
        raise InputError("name one scenario file or more, e.g. scenarios/baseline.yaml", key="SCENARIO")
    problems = []
    for path in scenarios:
        try:
            chosen = scenario_from(path, set_, None, None, None, None)
            plan = planned([chosen])
        except InputError as problem:
            problems.append(str(problem))
        else:
            if not quiet:
                print_check(path, plan, origins(path, settings(set_)))
            say_remarks(plan.arms)
    if problems:
        raise InputError("\n".join(problems))


@guarded
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    quiet: Quiet = False,
) -> None:
    """Draw a run's figures and write its page again from its tables."""
    from cinsim.api import draw_report
    from cinsim.errors import InputError

    if not (folder / "manifest.json").is_file():
        raise InputError("is not a run folder: it has no manifest.json; give the folder that `cinsim run` wrote", path=folder)
    draw_report(folder)
    if not quiet:
        typer.echo(str(folder / "report.html"))
