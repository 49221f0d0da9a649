"""What is asked of the model: a scenario against its baseline, as a quick look or in full, or as an option more."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from cinsim.api import planned
from cinsim.app.here import place_called
from cinsim.app.jobs import ENDED, Job, Kind, Status, jobs_of, new_folder, new_job, status_of, write_job, write_status
from cinsim.app.private import write_private
from cinsim.app.work import SCENARIO, Work
from cinsim.errors import InputError
from cinsim.planning.plan_words import (
    BASIS,
    length_in_words,
    runs_in_words,
    seconds_and_cores,
    settings_in_words,
    time_in_words,
)
from cinsim.report.cautions import cautions
from cinsim.report.labels import in_sentence, label
from cinsim.runs.engines import AUTO, PYTHON, TIMES_SLOWER, chosen_engine
from cinsim.runs.run import Plan
from cinsim.scenario.loader import load_scenario, origins
from cinsim.scenario.model import Scenario
from cinsim.scenario.needs import idle_settings, leaves_of, remarks
from cinsim.scenario.posts import POSTS_KEY

QUICK_SECONDS: Final = 4.0
"""Computing time that the runs of a quick look may take; gathering and writing take about four seconds more."""
QUICK_RUNS: Final = 4
QUICK_RUN_SECONDS: Final = 0.23
QUICK_CHILD_YEAR: Final = 9.3e-6
"""What a run takes, and each child's year of it, in one process with the native engine: 1.07 s of computing for a pair of runs of
3,460 children and 1.93 s for one of 8,660, over 4 + 5 years."""
FEWEST_CHILDREN: Final = 250
CHANGES: Final = ("policies", "workforce", "demand", "parameters", "costs", "policy_start", "phase_in")
"""What a scenario may say that its baseline does not."""
BASELINE_TITLE: Final = "As it is"


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``cinsim check`` has to say of a scenario.

    Attributes
    ----------
    problem : what is wrong, with file, line and key; empty where it can be run.
    changes : what it sets otherwise than today, with dates. notes : settings without effect and the like.
    """

    problem: str = ""
    title: str = ""
    question: str = ""
    area: str = ""
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    runs: str = ""
    takes: str = ""
    alone: str = ""
    quick: str = ""
    arms: int = 0


def checked(work: Work) -> Checked:
    """Check a work's scenario as ``cinsim check`` does."""
    try:
        scenario = work.scenario()
        baseline = baseline_of(scenario)
        arms = [each for each in (baseline, scenario) if each is not None]
        plan = planned([scenario])
        where = origins(work.path)
        said = settings_in_words(scenario, {key: Path(place).name for key, place in where.items()})
        idle = (f"{setting.key}: {setting.message}" for setting in idle_settings(scenario, leaves_of(scenario)))
        seconds, cores = seconds_and_cores(plan)
        together = ", its baseline included," if len(arms) > 1 else ""
        takes = f"about {length_in_words(len(arms) * seconds)}{together} on {cores} core{'' if cores == 1 else 's'} ({BASIS})"
        quick = quick_look(scenario, len(arms))
    except InputError as error:
        return Checked(problem=str(error).replace(f"{work.folder}/", "").replace(f"{work.folder}\\", ""))
    return Checked(
        title=scenario.title, question=scenario.question, area=", ".join(place_called(area) for area in plan.areas[:3]),
        changes=tuple(said), notes=(*idle, *remarks(scenario), *cautions(plan.areas)), runs=runs_in_words(plan),
        takes=takes, alone=time_in_words(plan), quick="" if quick is None else quick_in_words(quick), arms=len(arms),
    )  # fmt: skip


def baseline_of(scenario: Scenario) -> Scenario | None:
    """Return the same place and years with nothing changed; None where the scenario changes nothing.

    A list of posts stays: it says who is there, and not what changes.
    """
    back: dict[str, Any] = dict.fromkeys(CHANGES)
    posts = scenario.resolved().get("workforce", {}).get("posts")
    baseline = scenario.with_({**back, "name": "baseline", "title": BASELINE_TITLE, "question": ""})
    if posts:
        baseline = baseline.with_({POSTS_KEY: posts})
    same = all(
        getattr(baseline, key) == getattr(scenario, key) for key in ("policies", "workforce", "demand", "parameters", "costs")
    )
    return None if same else baseline


def quick_look(scenario: Scenario, arms: int) -> dict[str, Any] | None:
    """Return what stands above a scenario in a quick look; None where no quick look is to be had in the time.

    So few replications of so few children as take four seconds of one core, at the best set of parameters.
    """
    from cinsim.reference.areas import resolve

    children = sum(area.population_0_17 for area in resolve(scenario.area))
    places = len(resolve(scenario.area))
    slower = TIMES_SLOWER if chosen_engine(AUTO, quiet=True) == PYTHON else 1
    left = QUICK_SECONDS - QUICK_RUN_SECONDS * arms * QUICK_RUNS * places
    years = scenario.warm_up + scenario.years
    fraction = left / (QUICK_CHILD_YEAR * slower * children * years * arms * QUICK_RUNS)
    whole = scenario.initial_state is not None or scenario.workforce.posts is not None
    if fraction * children / places < FEWEST_CHILDREN or (whole and fraction < 1):
        return None
    fraction = min(1.0, float(f"{fraction:.2g}"), scenario.population_fraction)
    over = {"population_fraction": fraction, "replications": QUICK_RUNS, "draws": "point", "precision": None}
    try:
        scenario.with_(over)
    except InputError:
        return None
    return over


def quick_in_words(over: dict[str, Any]) -> str:
    """Say what a quick look leaves out."""
    share = 100 * float(over["population_fraction"])
    part = "" if share == 100 else f" of {share:.2g}% of the children"
    return (
        f"{over['replications']} runs{part}, one set of parameters. It shows whether the scenario does what you meant, "
        "not how much it changes"
    )


def ask(work: Work, kind: Kind) -> Job:
    """Put a work's scenario against its baseline into the queue.

    Raises
    ------
    InputError : the scenario cannot be run, or no quick look is to be had of it.
    """
    scenario = work.scenario()
    plan = planned([scenario])
    baseline = baseline_of(scenario)
    over = quick_look(scenario, 1 if baseline is None else 2) if kind == "quick" else {}
    if over is None:
        raise InputError(
            "no quick look can be had in ten seconds: too many authorities, or a return or list of posts of a whole one"
        )
    folder, arms = new_folder(work), [_kept(work, scenario.title, work.text())]
    if baseline is not None:
        path = folder / f"{baseline.name}.yaml"
        write_private(path, _as_yaml(baseline))
        arms.insert(0, path.relative_to(work.folder).as_posix())
    return new_job(folder, kind, scenario.question or scenario.title, _place(plan), tuple(arms), overrides=over)


def ask_staffing(work: Work, target: str, role: str, confidence: str) -> Job:
    """Put a search for staff into the queue, once what is asked is right.

    Raises
    ------
    InputError : the scenario cannot be run, or the target, the role or the confidence is none.
    """
    from cinsim.planning.questions import check_roles, parse_confidence, parse_targets
    from cinsim.planning.staffing import Question, check_question

    scenario = work.scenario().with_({"precision": None})
    plan = planned([scenario])
    question = Question(parse_targets([target]), check_roles([role]), parse_confidence(confidence))
    check_question(plan, question)
    asked = ("--target", target, "--vary", role, "--confidence", confidence)
    (wanted,) = question.targets
    standard = f"{in_sentence(label(wanted.measure).text)} {'at least' if wanted.at_least else 'at most'} {wanted.value:g}"
    title = f"How many {role.replace('_', ' ')} for {standard}, with {question.confidence:.0%} confidence?"
    kept = _kept(work, scenario.title, work.text())
    return new_job(new_folder(work), "staffing", title, _place(plan), (kept,), asked=asked)


def can_take(work: Work) -> list[Job]:
    """Return the finished comparisons of a work that can take its scenario as an option more."""
    return [job for job in jobs_of(work) if job.kind == "full" and status_of(job).state == "finished"]


def add_to(job: Job) -> Job:
    """Add the work's scenario as an option to a finished run of it, and put that back into the queue.

    Raises
    ------
    InputError : the scenario cannot be compared with what is there, or the run is not finished.
    """
    from cinsim.planning.adding import with_options_added

    if status_of(job).state not in ENDED:
        raise InputError("is still at work", path=job.folder)
    work = job.work
    added = work.scenario()
    taken = {Path(name).stem for name in job.arms}
    kept = _kept(work, added.title, work.text(), taken)
    try:
        with_options_added(job.result, [load_scenario(work.folder / kept)])
    except InputError:
        (work.folder / kept).unlink()
        raise
    more = replace(job, arms=(*job.arms, kept), added=job.added + 1)
    write_job(more)
    write_status(more, Status())
    return more


def _place(plan: Plan) -> str:
    names = [place_called(area) for area in plan.areas]
    return ", ".join(names) if len(names) < 4 else f"{len(names)} authorities"


def _kept(work: Work, title: str, text: str, taken: set[str] | frozenset[str] = frozenset()) -> str:
    """Write a scenario beside the one being built, so that building on changes no job, and return its file's name."""
    stem = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60] or "scenario"
    number, name = 1, f"{stem}.yaml"
    while name == SCENARIO or Path(name).stem in taken or ((work.folder / name).exists() and _differs(work.folder / name, text)):
        number += 1
        name = f"{stem}_{number}.yaml"
    write_private(work.folder / name, text)
    return name


def _differs(path: Path, text: str) -> bool:
    return path.read_text(encoding="utf-8") != text


def _as_yaml(scenario: Scenario) -> str:
    import io

    from ruamel.yaml import YAML

    yaml, stream = YAML(), io.StringIO()
    held = {key: value for key, value in scenario.resolved().items() if key != "name"}
    yaml.dump(held, stream)
    return f"# The same place and years with nothing changed, written by cinsim app\n{stream.getvalue()}"
