"""A manifest repeats a run exactly or is refused by file and key: damaged, edited by hand, or incomplete, nothing is made up."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cinsim.api import planned
from cinsim.census.stored import stored_run
from cinsim.errors import InputError
from cinsim.report.folder import read_run
from cinsim.runs.manifest import read_manifest, write_manifest
from cinsim.runs.repeating import compared_scenarios, pinned_parameters, pinned_parameters_of_run
from cinsim.runs.run import RunOptions, carry_out, make_plan
from cinsim.runs.store import TaskResult
from cinsim.runs.tasks import Task
from cinsim.scenario import Scenario, load_scenario

pytestmark = pytest.mark.unit

GONE = object()
WRONG: tuple[object, ...] = (GONE, None, "x", "", -1, 1.5, True, [], {}, [[]], {"x": 1}, 10**400, "9" * 3000)
Tree = Any


def measured(task: Task) -> TaskResult:
    rows = {"year": [2025], "measure": ["referral_rate"], "group": ["all"], "value": [500.0 + task.replication]}
    columns = {"entity_id": [1, 2], "event_type": ["pathway"] * 2, "event": ["referral"] * 2, "time": [0.5, 1.5]}
    events = pa.table({**columns, "date": [None] * 2, "resource_id": [None, 4], "episode": [1, 1]})
    return TaskResult(pa.table(rows), events, {"seconds": 0.0, "events": 2, "children": 2})


def made(folder: Path, *names: str) -> Path:
    arms = [
        Scenario(name=name, title=name.capitalize(), area="Rutland", replications=2, years=1 if "long" not in name else 2)
        for name in names
    ]
    plan = make_plan(arms)
    carry_out(plan, RunOptions(folder, jobs=1), measured, lambda table: table, lambda *_: None)
    return folder


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("single") / "run", "baseline")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("compared") / "run", "baseline", "visits")


def run_again(path: Path) -> object:
    scenario = load_scenario(path)
    return planned([scenario], pinned_parameters_of_run(path), path)


def compare_again(path: Path) -> object:
    return planned(compared_scenarios(path), pinned_parameters(path), path)


def report(path: Path) -> object:
    return read_run(path.parent)


def export(path: Path) -> object:
    return stored_run(path.parent)


def places(tree: Tree, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of a manifest's values; of long lists and of the many parameters, the first ones."""
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
    for key in keys if at[:1] in ((), ("scenario",), ("scenarios",), ("tasks",)) else keys[:2]:
        yield (*at, key)
        yield from places(tree[key], (*at, key))


def with_value(tree: Tree, at: tuple[str | int, ...], value: object) -> Tree:
    changed = copy.deepcopy(tree)
    parent = changed
    for key in at[:-1]:
        parent = parent[key]
    if value is GONE:
        del parent[at[-1]]
    else:
        parent[at[-1]] = value
    return changed


def error_of(again: Callable[..., object], path: Path) -> InputError | None:
    try:
        again(path)
    except InputError as error:
        return error
    return None


def written(folder: Path, run: Path, manifest: Tree) -> Path:
    """Write a manifest as an editor would, beside the tables of a run."""
    folder.mkdir(exist_ok=True)
    for table in ("measures.csv", "summary.csv", "events.parquet"):
        (folder / table).write_bytes((run / table).read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder / "manifest.json"


@pytest.mark.parametrize("again", [run_again, report, export])
def test_a_manifest_as_written_is_taken_however_it_is_laid_out(
    single: Path, tmp_path: Path, again: Callable[..., object]
) -> None:
    path = written(tmp_path / "copy", single, read_manifest(single / "manifest.json"))
    if again is export:  # the made-up record has none of the columns that an export reads
        with pytest.raises(pa.ArrowInvalid):
            again(path)
    else:
        again(path)


@pytest.mark.parametrize("again", [run_again, report, export, compare_again])
def test_any_value_that_is_edited_in_a_manifest_is_refused_with_its_file(
    single: Path, compared: Path, tmp_path: Path, again: Callable[..., object]
) -> None:
    run = compared if again is compare_again else single
    manifest = read_manifest(run / "manifest.json")
    tried = 0
    for number, at in enumerate(places(manifest)):
        value = WRONG[number % len(WRONG)]
        changed = with_value(manifest, at, value)
        if changed == manifest:
            continue
        path = written(tmp_path / "copy", run, changed)
        with pytest.raises(InputError) as refused:
            again(path)
        assert "manifest.json" in str(refused.value), (at, value)
        tried += 1
    assert tried > 100


@pytest.mark.parametrize("again", [run_again, compare_again, report])
def test_a_manifest_of_whatever_content_under_a_right_seal_is_taken_or_refused_with_a_reason(
    single: Path, compared: Path, tmp_path: Path, again: Callable[..., object]
) -> None:
    run = compared if again is compare_again else single
    manifest = read_manifest(run / "manifest.json")
    folder = written(tmp_path / "copy", run, manifest).parent
    for number, at in enumerate(places(manifest)):
        value = WRONG[number % len(WRONG)]
        write_manifest(with_value(manifest, at, value), folder)
        refused = error_of(again, folder / "manifest.json")
        assert refused is None or len(str(refused)) < 5000
        if value is GONE and at[0] in ("scenario", "scenarios", "parameter_sets") and len(at) > 1:
            assert refused is None or refused.key, (at, str(refused))


KEYS_OF_A_SCENARIO = ("years", "area", "warm_up", "replications", "seed", "draws", "start", "policies", "name", "title")


@pytest.mark.parametrize("key", KEYS_OF_A_SCENARIO)
def test_a_key_that_is_missing_is_named_and_gets_no_default(single: Path, compared: Path, tmp_path: Path, key: str) -> None:
    manifest = read_manifest(single / "manifest.json")
    for block in (manifest["scenario"], manifest["scenarios"][0]):
        del block[key]
    with pytest.raises(InputError, match=rf"manifest\.json, key 'scenario\.{key}': is missing"):
        run_again(written(tmp_path / "single", single, manifest))
    manifest = read_manifest(compared / "manifest.json")
    del manifest["scenarios"][1][key]
    with pytest.raises(InputError, match=rf"manifest\.json, key 'scenarios\.1\.{key}': is missing"):
        compare_again(written(tmp_path / "compared", compared, manifest))


@pytest.mark.parametrize(
    ("at", "value", "key"),
    [
        (("scenarios", 1, "years"), -1, "scenarios.1.years"),
        (("parameter_sets",), None, "parameter_sets"),
        (("parameter_sets", "baseline", 0, "help_per_visit"), "x", "parameter_sets.baseline.0.help_per_visit"),
        (("parameter_sets", "baseline", 0), {}, "parameter_sets.baseline.0."),
        (("scenarios", 1, "name"), "renamed", "parameter_sets"),
        (("scenario", "name"), "renamed", "scenario"),
        (("tasks", "runs_with_events", 0, "replication"), None, "tasks.runs_with_events.0.replication"),
        (("format",), 1, "format"),
        (("seed",), 2, "digest"),
        (("tasks", "runs_with_events", 0, "replication"), -1, "digest"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(compared: Path, tmp_path: Path, at: Any, value: object, key: str) -> None:
    manifest = with_value(read_manifest(compared / "manifest.json"), at, value)
    with pytest.raises(InputError) as refused:
        compare_again(written(tmp_path / "copy", compared, manifest))
    assert str(refused.value.key).startswith(key), str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"{}", b"null", b"[" * 100_000, b'{"scenario": {"seed": ' + b"9" * 5000 + b"}}",
        b"\xff\xfe{\x00}\x00",
        b'{"format": NaN}', b'{"scenario": {"seed": 1, "seed": 2}}', b'{"scenario": {"title": "a", "seed": Infinity}}',
        b"\0" * 500,
        b'{"scenario": ' + b'{"policies": ' * 2000 + b"1" + b"}" * 2001,
    ],
)  # fmt: skip
@pytest.mark.parametrize("again", [run_again, compare_again, report, export])
def test_what_is_no_manifest_is_refused_with_its_file(tmp_path: Path, content: bytes, again: Callable[..., object]) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(InputError) as refused:
        again(tmp_path / "manifest.json")
    assert str(refused.value.path).endswith("manifest.json")


@pytest.mark.parametrize("again", [run_again, compare_again, report, export])
def test_a_folder_a_ring_of_links_and_a_device_are_no_manifest(tmp_path: Path, again: Callable[..., object]) -> None:
    path = tmp_path / "manifest.json"
    for make in (path.mkdir, lambda: path.symlink_to(path), lambda: path.symlink_to("/dev/zero")):
        make()
        with pytest.raises(InputError):
            again(path)
        path.rmdir() if path.is_dir() else path.unlink()


def half(table: pa.Table) -> pa.Table:
    return table[: len(table) // 2]


def turned(table: pa.Table) -> pa.Table:
    return table.take(list(range(len(table)))[::-1])


def before_the_start(table: pa.Table) -> pa.Table:
    return table.set_column(table.schema.get_field_index("time"), "time", pa.array([-900.0] * len(table)))


@pytest.mark.parametrize("read", [report, export])
@pytest.mark.parametrize("change", [half, turned, before_the_start, b"", b"PAR1", "gone", "a folder", "a link"])
def test_an_event_record_that_is_not_the_runs_own_is_refused_with_its_file(
    single: Path, tmp_path: Path, read: Callable[..., object], change: Any
) -> None:
    path = written(tmp_path / "copy", single, read_manifest(single / "manifest.json"))
    events = path.parent / "events.parquet"
    table = pq.read_table(events)
    events.unlink()
    if callable(change):
        pq.write_table(change(table), events)
    elif isinstance(change, bytes):
        events.write_bytes(change)
    elif change == "a folder":
        events.mkdir()
    elif change == "a link":
        events.symlink_to("nowhere")
    with pytest.raises(InputError) as refused:
        read(path)
    assert str(refused.value.path).endswith("events.parquet")


@pytest.mark.parametrize("rows", [0, 1])
def test_a_table_cut_at_a_lines_end_is_refused_with_its_file(single: Path, tmp_path: Path, rows: int) -> None:
    path = written(tmp_path / "copy", single, read_manifest(single / "manifest.json"))
    table = path.parent / "measures.csv"
    pd.read_csv(table)[:rows].to_csv(table, index=False)
    with pytest.raises(InputError, match="not as it was written") as refused:
        report(path)
    assert str(refused.value.path).endswith("measures.csv")


@pytest.mark.parametrize("name", ["../../secret.txt", "/etc/passwd", "a/../../b", ".", "", "a\\..\\b"])
def test_a_list_that_names_a_file_outside_its_folder_is_refused(single: Path, tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "copy", single, read_manifest(single / "manifest.json"))
    from cinsim.listing import files_listed
    from cinsim.sealed import write_sealed

    write_sealed({**read_manifest(path), "files": {name: "0" * 64}}, path)
    with pytest.raises(InputError, match="no file of its folder"):
        files_listed(path)
