"""The Python interface: load a scenario, run it, compare scenarios, and read what came out."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cinsim.errors import InputError, RunError, doing
from cinsim.listing import whole_file
from cinsim.runs.manifest import read_manifest
from cinsim.runs.progress import Cancelled, Listener, Told
from cinsim.runs.repeating import pinned_parameters_of_run
from cinsim.runs.run import ParameterSets, Plan, RunOptions, carry_out, make_plan
from cinsim.runs.store import Store
from cinsim.runs.tasks import Task
from cinsim.scenario import Scenario, load_scenario

if TYPE_CHECKING:
    import pandas as pd

    from cinsim.planning.parts import Method
    from cinsim.report.results.model import Results

__all__ = ["Comparison", "RunResult", "Scenario", "compare", "load_scenario", "run"]

AnyScenario = Scenario | Path | str


@dataclass(frozen=True)
class RunResult:
    """What a run came to.

    Attributes
    ----------
    folder
        The run folder; a temporary one, gone with this object, where no ``out`` was named.
    computed
        Tasks done by this call; the others had been finished before.
    wall_seconds
        How long the call took.
    """

    folder: Path
    computed: int
    wall_seconds: float
    _temporary: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Scenarios as resolved, parameters, seed, versions, checks and cost."""
        return read_manifest(self.folder / "manifest.json")

    @cached_property
    def results(self) -> Results:
        """What is told of the run anywhere, as data: ``results.json`` (docs/results.md)."""
        from cinsim.report.results.stored import RESULTS, read_results, write_results

        return read_results(self.folder) if RESULTS in self.manifest["files"] else write_results(self.folder)

    @cached_property
    def measures(self) -> pd.DataFrame:
        """One row a scenario, area, year, draw, replication, measure and group."""
        return self._table("measures.csv")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Mean and range over draws and replications, a row a scenario, area, year, measure and group.

        The column ``range`` says what the range is: it holds 90% of further runs, or is lowest to highest below five.
        """
        return self._table("summary.csv")

    @cached_property
    def national(self) -> pd.DataFrame:
        """One row a region (and England), scenario, year, draw, replication and measure.

        Raises
        ------
        InputError
            Fewer than two authorities were run.
        """
        return self._national("national.csv")

    @cached_property
    def national_summary(self) -> pd.DataFrame:
        """Mean and range of ``national`` over draws and replications, as in ``summary``."""
        return self._national("national_summary.csv")

    @cached_property
    def variation(self) -> pd.DataFrame:
        """How much authorities differ, a row a scenario, year, draw, replication, measure and statistic.

        Raises
        ------
        InputError
            Fewer than three authorities were run.
        """
        return self._table("variation.csv", "fewer than three authorities were run; name several, or all, with area")

    def _national(self, name: str) -> pd.DataFrame:
        return self._table(name, "fewer than two authorities were run; name several, or all, with area")

    def events(self, run: int | None = None, *, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return event records.

        Parameters
        ----------
        run
            One run's number (the manifest says what each stands for), None for all that were kept.
        columns
            The columns wanted, None for all of them.

        Raises
        ------
        InputError
            No event records were kept.
        """
        import pyarrow.parquet as pq

        path = self._whole("events.parquet", "no event records were kept; run again with events='first' or 'all'")
        wanted = None if columns is None else list(columns)
        return pq.read_table(path, columns=wanted, filters=None if run is None else [("run", "=", run)]).to_pandas()

    def _whole(self, name: str, absent: str = "") -> Path:
        """Return the path of a table that is as it was written; ``absent`` says why a run may have none."""
        files = self.manifest["files"]
        if absent and name not in files:
            raise InputError(absent, path=self.folder)
        return whole_file(self.folder, files, name)

    def _table(self, name: str, absent: str = "") -> pd.DataFrame:
        import pandas as pd

        text = ("scenario", "baseline", "area_level", "area_code", "area_name", "measure", "group", "statistic", "range",
                "verdict", "part", "method")  # fmt: skip
        table = pd.read_csv(self._whole(name, absent), dtype=dict.fromkeys(text, str), keep_default_na=False, na_values=[""])
        return table.fillna(dict.fromkeys((column for column in text if column in table), ""))


class Comparison(RunResult):
    """What a comparison came to: a run of several scenarios, and how each differs from the first."""

    @cached_property
    def differences(self) -> pd.DataFrame:
        """One row a scenario, area, year, measure and group: the paired difference from the baseline and its interval."""
        return self._table("differences.csv")

    @cached_property
    def national_differences(self) -> pd.DataFrame:
        """As ``differences``, of England, of its regions, and (``statistic``) of how much authorities differ.

        Raises
        ------
        InputError
            Fewer than two authorities were run.
        """
        return self._national("national_differences.csv")

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """One row a bundle, year, measure and part: what the part adds to the bundle's difference; asked for with ``parts``.

        Raises
        ------
        InputError
            The comparison was made without ``parts``.
        """
        return self._table("contributions.csv", "no bundle was split; compare again with parts='shapley'")

    @cached_property
    def children_changed(self) -> pd.DataFrame:
        """One row a child whose journey differs from the baseline's, in the replications whose events were kept."""
        import pandas as pd

        return pd.read_parquet(self._whole("children_changed.parquet", "no event records were kept in which journeys differ"))


def run(
    scenario: AnyScenario,
    *,
    replications: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    area: str | Sequence[str] | None = None,
    parameter_sets: Sequence[Mapping[str, float]] | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    events: str = "auto",
    out: Path | str | None = None,
    overwrite: bool = False,
    quiet: bool = False,
    engine: str = "auto",
    progress: Told | None = None,
    cancelled: Cancelled | None = None,
) -> RunResult:
    """Simulate a scenario and measure what happened.

    Parameters
    ----------
    scenario
        A scenario, its file, or the ``manifest.json`` of a run, which is repeated exactly.
    replications, years, seed, area
        Stand above the scenario's own.
    parameter_sets
        Parameter values by name, one mapping a draw, for instance a posterior sample.
    jobs
        Number of processes, all cores when None.
    cluster
        Address of a Dask scheduler, or "local".
    events
        Whose event records to keep: "all", "first" (of each area), "none", or "auto", all up to twenty tasks, else first.
    out
        The run folder, with figures and a page; None keeps the tables in a temporary one and draws nothing.
    overwrite
        Replace a run folder that holds other results.
    quiet
        Show no progress bar (there is none off a terminal anyway).
    engine
        "native", "python", or "auto": native where it is built. Both give the same results.
    progress
        Called with every :class:`cinsim.runs.progress.Step`: the stage, replications done, seconds left.
    cancelled
        Asked after every replication; true ends the run with RunCancelled, and the same call goes on from there.

    Raises
    ------
    InputError
        The scenario or an argument is wrong; nothing was simulated.
    RunError
        A task failed for good or could not be stored; what is finished is kept and done only once.
    """
    given = _given(replications, years, seed, area)
    sets: ParameterSets | Sequence[Mapping[str, float]] | None = parameter_sets
    if parameter_sets is None and isinstance(scenario, str | Path) and Path(scenario).suffix.lower() == ".json":
        sets = pinned_parameters_of_run(Path(scenario))
    repeated = Path(scenario) if isinstance(scenario, str | Path) else None
    plan = planned([_scenario(scenario, given)], sets, repeated)
    how = {"jobs": jobs, "cluster": cluster, "events": events, "overwrite": overwrite, "quiet": quiet, "engine": engine}
    return _run(plan, out, None, listener=Listener(progress, cancelled), **how)


def compare(
    baseline: AnyScenario,
    scenarios: AnyScenario | Sequence[AnyScenario],
    *,
    replications: int | None = None,
    years: int | None = None,
    seed: int | None = None,
    area: str | Sequence[str] | None = None,
    parameter_sets: Sequence[Mapping[str, float]] | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    events: str = "auto",
    parts: Method | None = None,
    out: Path | str | None = None,
    overwrite: bool = False,
    quiet: bool = False,
    engine: str = "auto",
    progress: Told | None = None,
    cancelled: Cancelled | None = None,
) -> Comparison:
    """Simulate scenarios with the same luck and say how each differs from the baseline.

    The other parameters, and the errors, are those of :func:`run`.

    Parameters
    ----------
    baseline, scenarios
        Scenarios or their files; areas, dates, seed and replications must be the same in all.
    parts
        "shapley" or "leave-one-out" splits what a bundle of changes does among its parts; see ``contributions``.
    """
    given = _given(replications, years, seed, area)
    others = [scenarios] if isinstance(scenarios, AnyScenario) else list(scenarios)
    plan = planned([_scenario(each, given) for each in (baseline, *others)], parameter_sets)
    if len(plan.arms) < 2:
        raise InputError("a comparison needs a baseline and at least one other scenario", key="scenarios")
    how = {"jobs": jobs, "cluster": cluster, "events": events, "overwrite": overwrite, "quiet": quiet, "engine": engine}
    result = _run(plan, out, parts, listener=Listener(progress, cancelled), **how)
    assert isinstance(result, Comparison)
    return result


def planned(
    scenarios: Sequence[Scenario],
    parameter_sets: ParameterSets | Sequence[Mapping[str, float]] | None = None,
    repeated: Path | None = None,
) -> Plan:
    """Return the plan of a run, with the return read that it may start from; see :func:`cinsim.runs.run.make_plan`.

    Parameters
    ----------
    repeated
        The file of the scenario; where it is the manifest of a run, the return must be the one it started from.

    Raises
    ------
    InputError
        The scenarios cannot be paired or run, or their return cannot be used.
    """
    if all(scenario.initial_state is None for scenario in scenarios):
        return make_plan(scenarios, parameter_sets)
    from cinsim.census.starting import starting_caseload

    is_manifest = repeated is not None and repeated.suffix.lower() == ".json"
    started = (read_manifest(repeated).get("initial_state") if repeated is not None and is_manifest else None) or {}
    return make_plan(scenarios, parameter_sets, starting_caseload(scenarios, content=started.get("sha256")))


def run_plan(plan: Plan, options: RunOptions, *, draw: bool = True, told: bool = True, parts: Method | None = None) -> RunResult:
    """Carry a plan out into its folder: a comparison if it has several arms.

    Parameters
    ----------
    draw
        With results, figures and a page.
    told
        With results, ``results.json``, even where nothing is drawn.
    parts
        How the bundles of a comparison are split among their parts, into ``contributions.csv``; None leaves them whole.

    Raises
    ------
    InputError
        A bundle cannot be split. Otherwise as :func:`cinsim.runs.run.carry_out`.
    """
    from cinsim.outcomes.summary import summarise
    from cinsim.runs.comparing import write_comparison

    work, compares = options.work(), len(plan.arms) > 1
    if parts is not None:
        from cinsim.planning.parts import bundles_of, write_contributions

        bundles_of(plan)

    def finish(folder: Path, tasks: Sequence[Task], store: Store) -> None:
        if compares:
            write_comparison(tasks, store, folder)
        if parts is not None:
            write_contributions(plan, tasks, folder, options.executor(), work, store, parts, quiet=options.quiet)

    outcome = carry_out(plan, options, work, summarise, finish, draw_report if draw else tell_results if told else None)
    return (Comparison if compares else RunResult)(options.folder, outcome.computed, outcome.wall_seconds)


def draw_report(folder: Path) -> None:
    """Work out a run folder's results, draw its figures and write its page, replacing those that are there.

    Raises
    ------
    InputError
        It is no run folder, or not as the run wrote it.
    RunError
        It cannot be written.
    """
    from cinsim.report.html import write_report

    try:
        with doing("drawing the figures and the page"):
            write_report(folder)
    except OSError as error:
        raise RunError(f"figures and page could not be written into {folder}: {error.strerror or error}") from error


def tell_results(folder: Path) -> None:
    """Work out a run folder's results and write ``results.json``, replacing what is there."""
    from cinsim.report.results.stored import write_results

    write_results(folder)


def _given(replications: int | None, years: int | None, seed: int | None, area: str | Sequence[str] | None) -> dict[str, object]:
    """Return what was named; a number of replications that was named takes the place of a precision to be reached."""
    named = {"replications": replications, "years": years, "seed": seed, "area": area}
    given: dict[str, object] = {key: value for key, value in named.items() if value is not None}
    return given | ({"precision": None} if replications is not None else {})


def _scenario(scenario: AnyScenario, given: Mapping[str, object]) -> Scenario:
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return loaded.with_(given) if given else loaded


def _run(plan: Plan, out: Path | str | None, parts: Method | None, **how: Any) -> RunResult:
    if out is not None:
        return run_plan(plan, RunOptions(folder=Path(out), **how), parts=parts)
    temporary = tempfile.TemporaryDirectory(prefix="cinsim-")
    options = RunOptions(folder=Path(temporary.name) / "run", **how)
    return replace(run_plan(plan, options, draw=False, told=False, parts=parts), _temporary=temporary)
