"""A run: tasks made, done where they are not done yet, and gathered into a folder that appears whole or not at all."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from cinsim.errors import CinsimError, InputError, RunError, quoted
from cinsim.runs.engines import AUTO, chosen_engine
from cinsim.runs.events import write_events
from cinsim.runs.folder import refuse_to_overwrite, require_space, reserved, tasks_folder, written_aside
from cinsim.runs.gather import Summarise, area_measures, by_area, write_measures
from cinsim.runs.local import Executor, LocalExecutor, Work, all_cores
from cinsim.runs.manifest import MANIFEST, make_manifest, write_manifest
from cinsim.runs.precision import MOST, enough_for
from cinsim.runs.progress import FINISHED, NOBODY, WRITING, Listener, RunCancelled, Step, progress
from cinsim.runs.store import Store
from cinsim.runs.tasks import Task, code_version, largest_first, make_tasks
from cinsim.scenario.stored import RETURN_PATH

if TYPE_CHECKING:
    from cinsim.population.caseload import InitialCaseload
    from cinsim.reference.areas import Area
    from cinsim.scenario.model import Scenario

PAIRED = (
    "area", "start", "years", "warm_up", "seed", "replications", "draws", "precision", "population_fraction", "initial_state",
)  # fmt: skip
"""What scenarios that are compared child by child have the same."""
ParameterSets = Mapping[str, Sequence[Mapping[str, float]]]
Finish = Callable[[Path, Sequence[Task], Store], None]
MOST_JOBS = 1024


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run is carried out; nothing here changes a number in its results.

    Attributes
    ----------
    folder : the run folder to appear; finished tasks are kept in ``.tasks`` beside it (in it, of a run from a return).
    jobs : number of processes, None for all cores.
    cluster : address of a Dask scheduler, "local", or None for processes of this machine.
    events : whose event records to keep: "auto", "first", "all" or "none".
    overwrite : replace an existing run folder even if results would be lost; never what no run wrote.
    quiet : no progress bar.
    engine : "auto", "native" or "python"; auto is the native engine where it is there.
    listener : who is told how far the run is, and may cancel it.
    """

    folder: Path
    jobs: int | None = None
    cluster: str | None = None
    events: str = "auto"
    overwrite: bool = False
    quiet: bool = False
    engine: str = AUTO
    listener: Listener = NOBODY

    def work(self) -> Work:
        """Return what does one task.

        Raises
        ------
        InputError : there is no such engine, or the native one is asked for and cannot be used.
        """
        from cinsim.runs.work import Simulation

        return Simulation(chosen_engine(self.engine, quiet=self.quiet))

    def executor(self) -> Executor:
        """Return what does the tasks."""
        jobs = all_cores() if self.jobs is None else self.jobs
        if not 1 <= jobs <= MOST_JOBS:
            raise InputError(f"must be 1 to {MOST_JOBS}, not {quoted(jobs)}", key="--jobs")
        if self.cluster is None:
            return LocalExecutor(jobs)
        from cinsim.runs.cluster import DaskExecutor

        return DaskExecutor(self.cluster, jobs)


@dataclass(frozen=True)
class Plan:
    """What a run consists of: arms by name (the baseline first), areas and, for each arm, one parameter set a draw.

    Where the scenarios start from a return, ``caseload`` holds the children open on the day before.
    """

    arms: Mapping[str, Scenario]
    areas: Sequence[Area]
    parameters: ParameterSets
    caseload: InitialCaseload | None = None

    def tasks(self, events: str) -> list[Task]:
        """Return the plan's tasks; ``events`` says whose event records are kept."""
        return make_tasks(self.arms, self.areas, self.parameters, events, self.caseload)

    def with_replications(self, replications: int) -> Plan:
        """Return the same plan with another number of replications."""
        arms = {name: scenario.with_(replications=replications) for name, scenario in self.arms.items()}
        return replace(self, arms=arms)


def make_plan(
    scenarios: Sequence[Scenario],
    parameter_sets: ParameterSets | Sequence[Mapping[str, float]] | None = None,
    caseload: InitialCaseload | None = None,
) -> Plan:
    """Return the plan of a run of one scenario, or of a comparison of several with the first.

    Parameters
    ----------
    scenarios : with different names and, for a comparison, the same areas, dates, seed and number of replications.
    parameter_sets : values by parameter, one mapping a draw, e.g. a posterior sample; by arm where arms differ. A
        scenario's own ``parameters`` stand above them, the register's values below. None for what the scenario asks for:
        draws from the calibrated posterior, or the best point.
    caseload : what the return holds that the scenarios start from, None if they start from a warm-up.

    Raises
    ------
    InputError : the scenarios cannot be paired, or they ask for draws that no calibration has made.
    """
    from cinsim.outcomes.definitions import MEASURES
    from cinsim.reference.areas import resolve
    from cinsim.reference.register import load_register

    baseline = scenarios[0]
    arms: dict[str, Scenario] = {}
    for scenario in scenarios:
        if scenario.name in arms:
            raise InputError(f"two scenarios are called '{scenario.name}'; give one another name", key="name")
        for key in PAIRED:
            ours, theirs = getattr(baseline, key), getattr(scenario, key)
            if ours != theirs:
                raise InputError(
                    f"scenarios are compared child by child and need the same {key}: '{baseline.name}' has {ours}, "
                    f"'{scenario.name}' has {theirs}; write one in both, or give all of them one with --set {key}=...", key=key,
                )  # fmt: skip
        arms[scenario.name] = scenario
    if parameter_sets is None:
        arms = _spread_over_draws(arms)
        parameter_sets = {name: calibrated(scenario) for name, scenario in arms.items()}
    if baseline.precision is not None:
        for measure in baseline.precision.measures:
            if measure not in MEASURES:
                near = get_close_matches(measure, list(MEASURES), n=1)
                hint = f"; did you mean '{near[0]}'?" if near else "; `cinsim measures` lists them"
                raise InputError(f"no measure is called '{measure}'{hint}", key="precision.measures")
    register = load_register()
    sets = parameter_sets if isinstance(parameter_sets, Mapping) else dict.fromkeys(arms, parameter_sets or [{}])
    parameters = {
        name: [register.values_with({**values, **scenario.own_parameters}) for values in sets[name]]
        for name, scenario in arms.items()
    }
    return Plan(arms=arms, areas=resolve(baseline.area), parameters=parameters, caseload=caseload)


FEWEST_DRAWS = 5
FEWEST_ON_EACH = 2


def _spread_over_draws(arms: Mapping[str, Scenario]) -> dict[str, Scenario]:
    """Return scenarios whose ``draws: posterior`` is spelled out: their replications are spread over draws, evenly.

    Two or more go to each draw, so that chance can be told from parameters; the best set is taken where there are too few
    for five draws, or where one of the structures compared has no posterior.
    """
    from cinsim.reference.calibrated import posterior_size

    baseline = next(iter(arms.values()))
    if baseline.draws != "posterior":
        return dict(arms)
    most = min(baseline.replications // FEWEST_ON_EACH, *(posterior_size(scenario.structure) for scenario in arms.values()))
    draws = max((n for n in range(FEWEST_DRAWS, most + 1) if baseline.replications % n == 0), default=0)
    if not draws:
        return {name: scenario.with_(draws="point") for name, scenario in arms.items()}
    return {name: scenario.with_(draws=draws, replications=baseline.replications // draws) for name, scenario in arms.items()}


def calibrated(scenario: Scenario) -> Sequence[Mapping[str, float]]:
    """Return the parameter sets that a scenario asks for, its seed choosing among draws; empty sets stand for the register's."""
    from cinsim.reference.calibrated import point_values, posterior_draws

    if scenario.draws == "point":
        return [point_values(scenario.structure)]
    return posterior_draws(int(scenario.draws), scenario.structure, seed=scenario.seed)


@dataclass(slots=True)
class Outcome:
    """What a run did."""

    tasks: Sequence[Task]
    computed: int
    wall_seconds: float
    checks: Mapping[str, object] = field(default_factory=dict)


def carry_out(
    plan: Plan, options: RunOptions, work: Work, summarise: Summarise, finish: Finish,
    draw: Callable[[Path], None] | None = None,
) -> Outcome:  # fmt: skip
    """Do what is not yet done of a plan and write its run folder.

    Parameters
    ----------
    work : does one task.
    summarise : measures of one area to summary rows.
    finish : adds the caller's tables (comparison, parts) to the folder before it appears.
    draw : adds figures and page; where it fails, the folder appears with its tables alone.

    Raises
    ------
    InputError : the folder holds other results or what no run wrote, another run is writing it, or the plan cannot be run.
    RunError : a task failed for good or could not be stored, or figures or page failed; what is finished is kept.
    RunCancelled : the listener asked for it; what is finished is kept.
    KeyboardInterrupt : stopped by the user; the message says how to go on.
    """
    begun = time.perf_counter()
    private = plan.caseload is not None
    if private and options.cluster is not None:
        raise InputError("a run that starts from a return stays on this machine; leave --cluster out", key="--cluster")
    executor = options.executor()
    most = _at_most(plan).tasks(options.events)

    def refuse(folder: Path) -> None:
        keys, with_events = [t.key for t in most], [t.key for t in most if t.keep_events]
        refuse_to_overwrite(folder, keys, with_events, code_version(), overwrite=options.overwrite)

    with reserved(options.folder, refuse, MANIFEST, private=private) as place, termination_interrupts():
        store = Store(tasks_folder(place, private=private), private=private)
        store.prepare()
        require_space(store.folder)
        plan, tasks, computed = _all_done(plan, options, executor, work, store)
        with _stopped_while_writing(), written_aside(place, refuse, MANIFEST, private=private) as aside:
            areas = len(plan.areas)
            with progress("Gathering", len(tasks), quiet=options.quiet, listener=options.listener, count=areas) as advance:
                write_measures(tasks, store, aside, summarise, advance)
            write_events(tasks, store, aside / "events.parquet")
            if private:
                (aside / RETURN_PATH).write_text(f"{tasks[0].scenario.initial_state}\n", encoding="utf-8")
            finish(aside, tasks, store)
            receipts = {task.key: store.receipt(task.key) for task in tasks}
            manifest = make_manifest(
                plan.arms, tasks, plan.parameters, receipts,
                wall_seconds=time.perf_counter() - begun, computed=computed, events_kept=options.events,
            )  # fmt: skip
            write_manifest(manifest, aside)
            options.listener.tell(Step(WRITING, 0, 1, 0.0, 0.0, None))
            undrawn = None if draw is None else _error_of(draw, aside)
    if undrawn is not None:
        raise RunError(
            f"the tables are in {options.folder}; its figures and page could not be made "
            f"({type(undrawn).__name__}: {undrawn}). `cinsim report {options.folder}` tries that again"
        ) from undrawn
    wall = time.perf_counter() - begun
    options.listener.tell(Step(FINISHED, computed, computed, 1.0, round(wall, 1), 0.0))
    return Outcome(tasks, computed, wall, manifest["checks"])


def _error_of(draw: Callable[[Path], None], folder: Path) -> Exception | None:
    """Return what kept a folder's figures and page from being made, None if nothing did."""
    try:
        draw(folder)
    except Exception as error:
        return error
    return None


@contextmanager
def _stopped_while_writing() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as stopped:
        if str(stopped):
            raise
        resume = "everything that was simulated is kept: the same command writes the results"
        raise KeyboardInterrupt(f"stopped while the results were being written; {resume}") from None


def _all_done(plan: Plan, options: RunOptions, executor: Executor, work: Work, store: Store) -> tuple[Plan, list[Task], int]:
    """Return the plan with as many replications as its precision needs, its tasks, all of them done, and how many now."""
    tasks = plan.tasks(options.events)
    computed = do_missing(tasks, executor, work, store, quiet=options.quiet, listener=options.listener)
    while (replications := _enough(plan, tasks, store)) > max(task.replication for task in tasks) + 1:
        plan = plan.with_replications(replications)
        tasks = plan.tasks(options.events)
        computed += do_missing(tasks, executor, work, store, quiet=options.quiet, listener=options.listener)
    if any(not store.has(task) for task in tasks):  # the folder of finished tasks was deleted meanwhile
        computed += do_missing(tasks, executor, work, store, quiet=options.quiet, listener=options.listener)
    return plan, tasks, computed


def _at_most(plan: Plan) -> Plan:
    """Return the plan with the most replications it may come to."""
    baseline = next(iter(plan.arms.values()))
    return plan if baseline.precision is None else plan.with_replications(max(baseline.replications, MOST))


def _enough(plan: Plan, tasks: Sequence[Task], store: Store) -> int:
    """Return the replications that the plan's precision needs, those it has where it asks for none."""
    baseline = next(iter(plan.arms.values()))
    if baseline.precision is None:
        return baseline.replications
    wanted = baseline.precision
    return max(
        enough_for(area_measures(group, store), wanted.measures, wanted.share, baseline.replications)
        for _, group in by_area(tasks)
    )


@contextmanager
def termination_interrupts() -> Iterator[None]:
    """Let SIGTERM, which a queueing system sends when time is up, stop a run as cleanly as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def do_missing(
    tasks: Sequence[Task], executor: Executor, work: Work, store: Store, *, quiet: bool, listener: Listener = NOBODY
) -> int:
    """Do the tasks that are not in the store yet, each once, the largest first; return how many those were.

    Raises
    ------
    RunCancelled : the listener asked for it; it is asked before the first and after every task.
    """
    once = {task.key: task for task in sorted(tasks, key=lambda task: task.keep_events)}  # arms may share a task
    missing = largest_first(task for task in once.values() if not store.has(task))
    if not missing:
        return 0
    if damaged := sum(store.damaged(task) for task in missing):
        what = "1 finished task was" if damaged == 1 else f"{damaged} finished tasks were"
        print(f"{what} damaged on disk ({store.folder}) and will be simulated again", file=sys.stderr)
    done = 0
    resume = "finished tasks are kept: the same command goes on from there"
    children = sum(task.children for task in missing)
    shown = progress("Simulating", children, quiet=quiet, listener=listener, count=len(missing))
    with termination_interrupts(), shown as advance:
        try:
            _go_on(listener, done, missing, resume)
            for task in (finished := executor.run(missing, work, store)):
                done += 1
                advance(task.children)
                if listener.stops and isinstance(finished, Generator):
                    finished.close()  # which ends the processes
                _go_on(listener, done, missing, resume)
        except KeyboardInterrupt:
            done = sum(store.has(task) for task in missing)  # of a group some are, though its word was not heard
            raise KeyboardInterrupt(f"stopped with {done} of {len(missing)} tasks done; {resume}") from None
        except (InputError, RunCancelled):
            raise
        except CinsimError as error:
            done = sum(store.has(task) for task in missing)
            raise RunError(f"{error}\n{done} of {len(missing)} tasks were done; {resume}") from error
    return done


def _go_on(listener: Listener, done: int, missing: Sequence[Task], resume: str) -> None:
    if listener.stops and done < len(missing):
        raise RunCancelled(f"cancelled with {done} of {len(missing)} tasks done; {resume}")
