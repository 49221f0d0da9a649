"""A run's folder: whole or not at all, the same bytes however it came about, never replaced when something would be lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cinsim.errors import InputError, RunError
from cinsim.runs.manifest import read_manifest
from cinsim.runs.precision import replications_needed
from cinsim.runs.run import Outcome, Plan, RunOptions, carry_out, make_plan
from cinsim.runs.store import Store, TaskResult
from cinsim.runs.tasks import Task, make_tasks, scenario_digest
from cinsim.scenario import Scenario

pytestmark = pytest.mark.unit

FILES = ["events.parquet", "manifest.json", "measures.csv", "national.csv", "national_summary.csv", "summary.csv"]


def scenario(**keys: object) -> Scenario:
    return Scenario(**{"name": "baseline", "title": "Baseline", "replications": 3, "area": ("Leeds", "Rutland"), **keys})


def count_children(task: Task) -> TaskResult:
    chosen = task.scenario
    luck = (37 * task.replication + 11 * chosen.seed + 5 * chosen.years + 3 * (chosen.policies.cin_visits is None)) % 101 / 7
    referrals = task.area.population_0_17 / 20 + luck
    rows = {"year": [2025, 2026], "measure": ["referrals"] * 2, "group": ["all"] * 2, "value": [referrals, referrals / 7]}
    events = pa.table(
        {
            "entity_id": [1, 2],
            "event_type": ["pathway", "pathway"],
            "event": ["referral", "referral"],
            "time": [0.5, 1.5],
            "date": [None, None],
            "resource_id": [None, 4],
            "episode": [1, 1],
        }
    )
    return TaskResult(pa.table(rows), events if task.keep_events else None, {"seconds": 0.0, "events": 2})


def refuse_to_work(task: Task) -> TaskResult:
    raise AssertionError(f"{task.label} is done already")


def break_on_rutland(task: Task) -> TaskResult:
    if task.area.area_name == "Rutland":
        raise ZeroDivisionError("no social workers")
    return count_children(task)


def interrupt_after_two(task: Task) -> TaskResult:
    if task.replication == 2:
        raise KeyboardInterrupt
    return count_children(task)


def delete_finished_tasks(task: Task, folder: Path) -> TaskResult:
    """The third replication of Leeds deletes the folder of finished tasks, once."""
    if task.replication == 2 and task.area.area_name == "Leeds" and not (folder.parent / "deleted").exists():
        (folder.parent / "deleted").touch()
        shutil.rmtree(folder, ignore_errors=True)
    return count_children(task)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return all that is in a folder, finished tasks and locks left out."""
    found = (path for path in sorted(folder.rglob("*")) if ".tasks" not in path.parts)
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in found}


def mean_by_measure(measures: pd.DataFrame) -> pd.DataFrame:
    keys = ["scenario", "area_code", "area_name", "year", "measure", "group"]
    return measures.groupby(keys, sort=False, as_index=False)["value"].mean().rename(columns={"value": "mean"})


def nothing_more(folder: Path, tasks: Sequence[Task], store: Store) -> None:
    several = len({task.area.area_code for task in tasks}) > 1
    tables = [name for name in FILES if name != "manifest.json" and (several or "national" not in name)]
    assert sorted(path.name for path in folder.iterdir()) == tables


def go(plan: Plan, folder: Path, work=count_children, finish=nothing_more, **options: object) -> Outcome:
    return carry_out(plan, RunOptions(folder, **{"jobs": 1, **options}), work, mean_by_measure, finish)


def results(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES if name != "manifest.json" and (folder / name).exists()}


def test_a_run_folder_holds_the_same_bytes_for_one_process_and_for_two(tmp_path: Path) -> None:
    plan = make_plan([scenario()])
    go(plan, tmp_path / "one" / "baseline", jobs=1)
    go(plan, tmp_path / "two" / "baseline", jobs=2)
    assert results(tmp_path / "one" / "baseline") == results(tmp_path / "two" / "baseline")


def test_measures_name_scenario_area_year_draw_and_replication_in_the_order_of_the_run(tmp_path: Path) -> None:
    go(make_plan([scenario()]), tmp_path / "baseline")
    found = pd.read_csv(tmp_path / "baseline" / "measures.csv")
    assert list(found.columns) == [
        "scenario",
        "area_code",
        "area_name",
        "year",
        "draw",
        "replication",
        "measure",
        "group",
        "value",
    ]
    assert list(found["area_name"].unique()) == ["Leeds", "Rutland"]
    assert list(found["replication"]) == [0, 0, 1, 1, 2, 2] * 2
    leeds_2025 = found[(found["area_name"] == "Leeds") & (found["year"] == 2025)]
    tasks = [task for task in go(make_plan([scenario()]), tmp_path / "baseline").tasks if task.area.area_name == "Leeds"]
    assert list(leeds_2025["value"]) == [count_children(task).measures["value"][0].as_py() for task in tasks]


def test_a_run_that_broke_off_goes_on_and_ends_as_one_that_did_not(tmp_path: Path) -> None:
    plan = make_plan([scenario()])
    with pytest.raises(RunError, match=r"Rutland.*no social workers\n3 of 6 tasks were done; finished tasks are kept"):
        go(plan, tmp_path / "broken" / "baseline", work=break_on_rutland)
    assert [path.name for path in (tmp_path / "broken").iterdir()] == [".tasks"]
    assert go(plan, tmp_path / "broken" / "baseline").computed == 3
    assert go(plan, tmp_path / "whole" / "baseline").computed == 6
    assert results(tmp_path / "broken" / "baseline") == results(tmp_path / "whole" / "baseline")


def test_a_run_stopped_by_the_user_says_how_to_go_on_and_leaves_no_half_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt, match=r"stopped with 2 of 6 tasks done; .* the same command goes on"):
        go(make_plan([scenario()]), tmp_path / "baseline", work=interrupt_after_two)
    assert [path.name for path in tmp_path.iterdir()] == [".tasks"]


def test_a_longer_run_does_only_the_replications_that_are_missing_and_replaces_the_shorter(tmp_path: Path) -> None:
    assert go(make_plan([scenario()]), tmp_path / "baseline").computed == 6
    assert go(make_plan([scenario(replications=5)]), tmp_path / "baseline").computed == 4
    assert pd.read_csv(tmp_path / "baseline" / "measures.csv")["replication"].max() == 4


def test_a_run_that_is_complete_simulates_nothing(tmp_path: Path) -> None:
    go(make_plan([scenario()]), tmp_path / "baseline")
    assert go(make_plan([scenario()]), tmp_path / "baseline", work=refuse_to_work).computed == 0


@pytest.mark.parametrize(
    "change",
    [
        {"replications": 2},
        {"seed": 2},
        {"years": 3},
        {"area": "Leeds"},
        {"policies": {"cin_visits": {"interval": "20 working days"}}},
    ],
)
def test_a_run_folder_with_other_results_is_not_replaced_unless_asked(tmp_path: Path, change: dict[str, object]) -> None:
    go(make_plan([scenario()]), tmp_path / "baseline")
    before = results(tmp_path / "baseline")
    other = make_plan([scenario(**change)])
    with pytest.raises(InputError, match=r"already there.*--out.*--overwrite"):
        go(other, tmp_path / "baseline", work=refuse_to_work)
    assert results(tmp_path / "baseline") == before
    go(other, tmp_path / "baseline", overwrite=True)
    assert results(tmp_path / "baseline") != before


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("put", ["notes.txt", "data/return.xml", "figures/mine.png", "empty/", ".hidden", "link", "measures.csv"])
def test_a_run_folder_in_which_somebody_put_something_is_never_replaced_and_no_option_is_offered(
    tmp_path: Path, put: str, overwrite: bool
) -> None:
    folder = tmp_path / "baseline"
    go(make_plan([scenario()]), folder)
    path = folder / put
    path.parent.mkdir(exist_ok=True)
    if put == "link":
        path.symlink_to(tmp_path)
    elif put.endswith("/"):
        path.mkdir()
    else:
        path.write_text("for the minister")
    before = snapshot(tmp_path)
    for plan in (make_plan([scenario(replications=4)]), make_plan([scenario(seed=2)])):
        with pytest.raises(InputError, match=r"what no run wrote .*Nothing was touched") as refused:
            go(plan, folder, work=refuse_to_work, overwrite=overwrite)
        assert put.partition("/")[0] in str(refused.value)
        assert "--overwrite" not in str(refused.value)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_that_is_no_runs_is_never_replaced(tmp_path: Path, overwrite: bool) -> None:
    mine = tmp_path / "mine"
    (mine / "data").mkdir(parents=True)
    (mine / "thesis.txt").write_text("years of work")
    before = snapshot(tmp_path)
    with pytest.raises(InputError, match=r"thesis\.txt") as refused:
        go(make_plan([scenario()]), mine, work=refuse_to_work, overwrite=overwrite)
    assert "--overwrite" not in str(refused.value)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("out", [".", "..", "", "file", "file/below", "x" * 300, "ring/run"])
def test_what_is_no_place_for_a_run_folder_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    Path("file").write_text("in the way")
    Path("ring").symlink_to("ring")
    before = snapshot(tmp_path)
    with pytest.raises(InputError) as refused:
        go(make_plan([scenario()]), Path(out), work=refuse_to_work, overwrite=True)
    assert refused.value.key == "--out"
    assert snapshot(tmp_path) == before


def test_a_run_folder_that_is_a_link_is_written_where_it_leads_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "run")
    for replications in (3, 4):
        go(make_plan([scenario(replications=replications)]), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert sorted(path.name for path in (tmp_path / "disk").iterdir()) == [".tasks", "run"]
    (tmp_path / "disk" / "run" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"notes\.txt"):
        go(make_plan([scenario(seed=2)]), tmp_path / "link", work=refuse_to_work, overwrite=True)


def test_a_file_put_into_the_folder_while_the_run_is_at_work_is_kept_and_so_is_what_was_simulated(tmp_path: Path) -> None:
    folder = tmp_path / "baseline"
    go(make_plan([scenario()]), folder)

    def note(aside: Path, tasks: Sequence[Task], store: Store) -> None:
        (folder / "notes.txt").write_text("mine")

    with pytest.raises(RunError, match=r"notes\.txt[\s\S]*finished tasks are kept"):
        go(make_plan([scenario(replications=5)]), folder, finish=note)
    assert (folder / "notes.txt").read_text() == "mine"
    assert pd.read_csv(folder / "measures.csv")["replication"].max() == 2
    assert go(make_plan([scenario(replications=5)]), tmp_path / "other").computed == 0


def test_a_second_run_into_the_same_folder_is_told_and_loses_nothing(tmp_path: Path) -> None:
    folder, said = tmp_path / "baseline", []

    def second(aside: Path, tasks: Sequence[Task], store: Store) -> None:
        with pytest.raises(InputError, match=r"another run is writing .*baseline.*process \d+") as refused:
            go(make_plan([scenario(seed=2)]), folder, work=refuse_to_work, overwrite=True)
        said.append(refused.value.key)
        go(make_plan([scenario(seed=2)]), tmp_path / "other")

    go(make_plan([scenario()]), folder, finish=second)
    assert said == ["--out"]
    assert read_manifest(folder / "manifest.json")["seed"] == 1
    assert read_manifest(tmp_path / "other" / "manifest.json")["seed"] == 2


def test_what_a_killed_run_left_beside_its_folder_is_swept_and_the_only_copy_comes_back(tmp_path: Path) -> None:
    folder = tmp_path / "baseline"
    go(make_plan([scenario()]), folder)
    kept = results(folder)
    folder.rename(tmp_path / ".baseline.4711.replaced")
    (tmp_path / ".baseline.4711.partial").mkdir()
    (tmp_path / ".baseline.4711.partial" / "measures.csv").write_text("half")
    with pytest.raises(InputError, match="other results"):
        go(make_plan([scenario(seed=2)]), folder, work=refuse_to_work)
    assert results(folder) == kept
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tasks", "baseline"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_results_are_written_is_told_leaves_nothing_half_written_and_loses_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    def stopped(aside: Path, tasks: Sequence[Task], store: Store) -> None:
        os.kill(os.getpid(), number)

    with pytest.raises(KeyboardInterrupt, match=r"stopped while the results were being written; everything .* kept"):
        go(make_plan([scenario()]), tmp_path / "baseline", finish=stopped)
    assert [path.name for path in tmp_path.iterdir()] == [".tasks"]
    assert go(make_plan([scenario()]), tmp_path / "baseline", work=refuse_to_work).computed == 0


def test_tables_are_kept_where_figures_fail(tmp_path: Path) -> None:
    def no_figures(folder: Path) -> None:
        raise ValueError("ParseFatalException: Unknown symbol")

    plan = make_plan([scenario()])
    with pytest.raises(RunError, match=r"the tables are in .*baseline; .*cinsim report"):
        carry_out(plan, RunOptions(tmp_path / "baseline", jobs=1), count_children, mean_by_measure, nothing_more, no_figures)
    assert len(pd.read_csv(tmp_path / "baseline" / "measures.csv")) > 0
    assert read_manifest(tmp_path / "baseline" / "manifest.json")["files"].keys() >= {"measures.csv", "summary.csv"}


def test_the_folder_of_finished_tasks_may_be_deleted_while_two_processes_are_at_work(tmp_path: Path) -> None:
    work = partial(delete_finished_tasks, folder=tmp_path / ".tasks")
    outcome = go(make_plan([scenario(replications=6)]), tmp_path / "baseline", work=work, jobs=2)
    assert outcome.computed > len(outcome.tasks)
    go(make_plan([scenario(replications=6)]), tmp_path / "whole" / "baseline")
    assert results(tmp_path / "baseline") == results(tmp_path / "whole" / "baseline")


def test_a_damaged_task_is_told_and_simulated_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = make_plan([scenario()])
    go(plan, tmp_path / "baseline")
    before = results(tmp_path / "baseline")
    for place, path in enumerate(sorted((tmp_path / ".tasks").glob("*/*.parquet"))[:2]):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1 << place
        path.write_bytes(content)
    again = go(plan, tmp_path / "baseline")
    assert again.computed in (1, 2)
    assert "damaged on disk" in capsys.readouterr().err
    assert results(tmp_path / "baseline") == before


def test_event_records_that_would_be_lost_keep_a_run_folder_from_being_replaced(tmp_path: Path) -> None:
    go(make_plan([scenario()]), tmp_path / "baseline", events="all")
    with pytest.raises(InputError, match="--overwrite"):
        go(make_plan([scenario()]), tmp_path / "baseline", events="first")


def test_a_run_folder_whose_last_step_fails_does_not_appear(tmp_path: Path) -> None:
    def no_page(folder: Path, tasks: Sequence[Task], store: Store) -> None:
        raise RunError("the page cannot be drawn")

    with pytest.raises(RunError, match="cannot be drawn"):
        go(make_plan([scenario()]), tmp_path / "baseline", finish=no_page)
    assert [path.name for path in tmp_path.iterdir()] == [".tasks"]


def test_a_folder_that_cannot_be_written_is_an_error_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="is a file, not a folder"):
        go(make_plan([scenario()]), tmp_path / "file" / "baseline", work=refuse_to_work)


def test_a_full_disk_is_an_error_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cinsim.runs.folder.SPACE_NEEDED_BYTES", 2**62)
    with pytest.raises(RunError, match="nothing was begun"):
        go(make_plan([scenario()]), tmp_path / "baseline", work=refuse_to_work)


def test_the_event_file_numbers_its_runs_and_says_what_each_stands_for(tmp_path: Path) -> None:
    go(make_plan([scenario()]), tmp_path / "baseline", events="all")
    table = pq.read_table(tmp_path / "baseline" / "events.parquet")
    first = ["run", "entity_id", "event_type", "event", "time", "date", "resource_id", "area_code", "episode"]
    assert table.column_names[: len(first)] == first
    frame = table.to_pandas()
    entries = read_manifest(tmp_path / "baseline" / "manifest.json")["tasks"]["runs_with_events"]
    assert [entry["run"] for entry in entries] == sorted(frame["run"].unique()) == list(range(6))
    for entry in entries:
        rows = frame[frame["run"] == entry["run"]]
        assert {str(code) for code in rows["area_code"]} == {entry["area_code"]}
        assert set(rows["replication"]) == {entry["replication"]}


@pytest.mark.parametrize(("events", "kept"), [("none", 0), ("first", 2), ("all", 8), ("auto", 8)])
def test_events_are_kept_of_the_runs_asked_for(events: str, kept: int) -> None:
    plan = make_plan([scenario(replications=4)])
    assert sum(task.keep_events for task in make_tasks(plan.arms, plan.areas, plan.parameters, events)) == kept


def test_a_large_run_keeps_the_events_of_each_areas_first_replication_unless_asked() -> None:
    plan = make_plan([scenario(replications=11)])
    kept = [task for task in make_tasks(plan.arms, plan.areas, plan.parameters) if task.keep_events]
    assert [(task.area.area_name, task.replication) for task in kept] == [("Leeds", 0), ("Rutland", 0)]


def test_a_rule_for_events_that_is_none_is_refused() -> None:
    plan = make_plan([scenario()])
    with pytest.raises(InputError, match="auto, first, all, none"):
        make_tasks(plan.arms, plan.areas, plan.parameters, "some")


def test_more_replications_keep_the_numbers_and_the_keys_of_the_runs_before() -> None:
    few, many = (make_plan([scenario(replications=n)]) for n in (3, 9))
    short, long = (make_tasks(plan.arms, plan.areas, plan.parameters, "all") for plan in (few, many))
    assert [(task.run, task.key) for task in long[: len(short)]] == [(task.run, task.key) for task in short]
    assert len({task.key for task in long}) == len(long)


def test_how_a_scenario_is_called_and_how_often_it_is_run_leave_a_replication_as_it_is() -> None:
    plain = scenario_digest(scenario())
    assert scenario_digest(scenario(name="other", title="Other", question="Why?", replications=99, area="Leeds")) == plain
    assert scenario_digest(scenario(seed=2)) != plain
    assert scenario_digest(scenario(warm_up=5)) != plain


def test_the_manifest_says_what_was_run_with_which_parameters_data_and_versions(tmp_path: Path) -> None:
    go(make_plan([scenario()]), tmp_path / "baseline")
    manifest = json.loads((tmp_path / "baseline" / "manifest.json").read_text())
    assert Scenario(**manifest["scenario"]) == scenario(draws="point")  # too few replications to spread over posterior draws
    assert {"name", "value", "unit", "source", "evidence", "status"} <= set(manifest["parameters"][0])
    assert manifest["warm_up"] == {"years": 4, "from": "2020-04-01", "to": "2024-04-01"}
    assert {"python", "numpy", "simpy", "holidays"} <= set(manifest["versions"])
    assert len(manifest["data"]["reference/tables/areas.csv"]) == 64
    assert manifest["seed"] == 1
    assert manifest["wall_time_seconds"] >= 0


def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path) -> None:
    for text, message in (("{", "not valid JSON"), ("{}", "is not the manifest")):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(InputError, match=message):
            read_manifest(tmp_path / "manifest.json")


def test_scenarios_that_cannot_be_paired_are_refused() -> None:
    with pytest.raises(InputError, match=r"same seed: 'baseline' has 1, 'other' has 2; .* give all of them one with --set seed="):
        make_plan([scenario(), scenario(name="other", seed=2)])
    with pytest.raises(InputError, match="two scenarios are called 'baseline'"):
        make_plan([scenario(), scenario()])


def test_arms_that_are_the_same_are_simulated_once(tmp_path: Path) -> None:
    def only_tables(folder: Path, tasks: Sequence[Task], store: Store) -> None:
        assert len(tasks) == 12

    assert go(make_plan([scenario(), scenario(name="same")]), tmp_path / "both", finish=only_tables).computed == 6
    assert list(pd.read_csv(tmp_path / "both" / "measures.csv")["scenario"].unique()) == ["baseline", "same"]


def test_a_parameter_set_stands_above_the_register_and_below_the_scenario() -> None:
    name, other = list(make_plan([scenario()]).parameters["baseline"][0])[:2]
    register = make_plan([scenario()]).parameters["baseline"][0]
    plan = make_plan([scenario(parameters={name: register[name]})], [{name: -1.0, other: register[other]}, {}])
    assert len(plan.parameters["baseline"]) == 2
    assert plan.parameters["baseline"][0] == register


def test_replications_are_added_until_a_measure_is_as_precise_as_asked(tmp_path: Path) -> None:
    precision = {"share": "0.1%", "measures": ["referrals"]}
    outcome = go(make_plan([scenario(area="Leeds", precision=precision)]), tmp_path / "baseline")
    values = pd.read_csv(tmp_path / "baseline" / "measures.csv").groupby("replication")["value"].mean().to_numpy()
    assert len(values) == outcome.computed > 3
    assert replications_needed(values, float(values.mean()), 0.001) <= len(values)


def test_replications_needed_grow_with_the_square_of_the_spread() -> None:
    values = np.array([-1.0, 0.0, 1.0] * 10)
    needed = replications_needed(100 + 8 * values, 100.0, 0.01)
    assert replications_needed(100 + 16 * values, 100.0, 0.01) == pytest.approx(4 * needed, rel=0.02)
    assert replications_needed(np.full(5, 3.0), 3.0, 0.01) == 5
    assert replications_needed(values[:2], 0.0, 0.01) == 3


@pytest.mark.parametrize(("file", "kept"), [("measures", 0), ("summary.csv", 6)])
def test_a_disk_that_fills_up_is_said_and_what_is_finished_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, kept: int
) -> None:
    def full(*arguments: object, **keywords: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("cinsim.runs.store.pq.write_table" if file == "measures" else "cinsim.runs.gather.append_csv", full)
        with pytest.raises(RunError, match=r"No space left on device[\s\S]*finished tasks are kept"):
            go(make_plan([scenario()]), tmp_path / "baseline")
    assert [path.name for path in tmp_path.iterdir()] == [".tasks"]
    assert go(make_plan([scenario()]), tmp_path / "baseline").computed == 6 - kept
