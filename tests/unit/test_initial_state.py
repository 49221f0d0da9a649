"""A run that starts from a census return takes over the children open on the census date, and is refused where it cannot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from census_returns import changed, small_return
from numpy.typing import NDArray
from simulated import replicate

import cinsim.census.starting as starting
from cinsim.api import planned, run
from cinsim.census.caseload import caseload_of
from cinsim.census.returns import CensusReturn
from cinsim.census.stored import stored_run
from cinsim.census.write import write_tables, write_xml
from cinsim.errors import InputError
from cinsim.outcomes.spells import Spells
from cinsim.population.caseload import InitialCaseload, OpenStage
from cinsim.reference.areas import find_area
from cinsim.reference.events import Event
from cinsim.reference.small_numbers import shown
from cinsim.scenario import Scenario, load_scenario
from cinsim.simulation.replicate import Replication

pytestmark = pytest.mark.unit

LEEDS = find_area("Leeds")
FRACTION = 0.02
START = {"title": "Go on", "area": "Leeds", "start": "2026-04-01", "years": 1, "population_fraction": FRACTION}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a return and a scenario that starts from it."""
    path = tmp_path_factory.mktemp("council")
    write_xml(small_return(2026), path / "return.xml")
    text = "title: Go on\narea: Leeds\nstart: 2026-04-01\nyears: 1\npopulation_fraction: 0.02\nreplications: 2\n"
    (path / "go_on.yaml").write_text(f"{text}initial_state: return.xml\n", encoding="utf-8")
    return path


def caseload(census: CensusReturn | None = None) -> InitialCaseload:
    return caseload_of(census or small_return(2026))


@pytest.fixture(scope="module")
def taken_over() -> Replication:
    return replicate(Scenario.model_validate({**START, "warm_up": 0}), LEEDS, caseload=caseload())


def times_of(run: Replication, event: Event) -> NDArray[np.float64]:
    rows = run.record.rows()
    times: NDArray[np.float64] = rows["time"][rows["event"] == event]
    return times


def scenario(folder: Path, **keys: object) -> Scenario:
    return Scenario.model_validate({**START, "initial_state": str(folder / "return.xml"), **keys})


def test_the_path_is_meant_from_the_file_that_names_it(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (folder / "below").mkdir(exist_ok=True)
    (folder / "below" / "more.yaml").write_text("title: More\nextends: ../go_on.yaml\n", encoding="utf-8")
    for path in (folder / "go_on.yaml", folder / "below" / "more.yaml"):
        assert load_scenario(path).initial_state == str((folder / "return.xml").resolve())


def test_a_scenario_that_starts_from_a_return_has_no_warm_up_unless_it_says_so(folder: Path) -> None:
    assert load_scenario(folder / "go_on.yaml").warm_up == 0
    assert load_scenario(folder / "go_on.yaml", {"initial_state": "null"}).warm_up == 4
    with pytest.raises(InputError, match="key 'warm_up': a run that starts from a return has no warm-up"):
        planned([scenario(folder, warm_up=2)])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"initial_state": "nowhere/return.xml"}, "nowhere/return.xml, key 'initial_state': cannot be read: No such file"),
        ({"area": "Rutland"}, "is the return of Leeds, and Rutland is simulated"),
        ({"area": ["Leeds", "Rutland"]}, "key 'area': a return is of one authority"),
        ({"start": "2025-04-01"}, "key 'start': is of 2026-03-31, and the run starts on 2025-04-01; .*'start: 2026-04-01'"),
        ({"population_fraction": 0.002}, "key 'population_fraction': has .* children open, where a population_fraction"),
    ],
)
def test_what_cannot_start_from_the_return_is_said_before_any_work(folder: Path, keys: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        planned([scenario(folder, **keys)])


def test_a_malformed_return_is_refused_with_its_line(folder: Path, tmp_path: Path) -> None:
    text = (folder / "return.xml").read_text(encoding="utf-8")
    (tmp_path / "return.xml").write_text(text[: len(text) // 2], encoding="utf-8")
    with pytest.raises(InputError, match=r"return.xml, line \d+, key 'initial_state': is not well-formed"):
        planned([scenario(tmp_path)])


def test_compared_scenarios_start_from_the_same_return(folder: Path) -> None:
    other = Scenario.model_validate({**START, "warm_up": 0, "name": "other"})
    with pytest.raises(InputError, match="start from the same; 'other' does not"):
        planned([scenario(folder), other])


def test_children_are_not_sent_to_a_cluster(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stays on this machine; leave --cluster out"):
        run(scenario(folder), cluster="local", out=tmp_path / "run", quiet=True)


def test_a_run_is_not_begun_with_a_return_that_was_not_read(folder: Path) -> None:
    with pytest.raises(InputError, match="key 'initial_state': what it names has to be read first"):
        replicate(scenario(folder), LEEDS)


def test_finished_tasks_are_found_again_by_what_was_taken_over_not_by_how_the_return_is_written(
    folder: Path, tmp_path: Path
) -> None:
    write_tables(small_return(2026), tmp_path / "tables")
    birth = pd.Timestamp("2013-03-04")
    who = caseload().birth
    census = small_return(2026)
    row = int(np.flatnonzero(census["ChildIdentifiers"]["PersonBirthDate"].to_numpy() == who[0].astype("datetime64[s]"))[0])
    write_xml(changed(census, "ChildIdentifiers", row, PersonBirthDate=birth), tmp_path / "other.xml")
    keys = [
        planned([scenario(folder, initial_state=str(path))]).tasks("none")[0].key
        for path in (folder / "return.xml", tmp_path / "tables", tmp_path / "other.xml")
    ]
    assert keys[0] == keys[1] != keys[2]


def test_the_return_is_read_once_and_the_manifest_names_it(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def counted(path: Path, area: object) -> InitialCaseload:
        read.append(path)
        return caseload()

    monkeypatch.setattr(starting, "caseload_from", counted)
    result = run(folder / "go_on.yaml", out=tmp_path / "run", jobs=1, quiet=True)
    assert read == [(folder / "return.xml").resolve()]
    entry = result.manifest["initial_state"]
    assert entry["open_children"] == len(caseload())
    assert entry["file"] == "return.xml"
    assert entry["read_as"] == shown(caseload().by_stage)
    assert not any(isinstance(number, int) and 0 < number < 6 for number in entry["read_as"].values())
    assert entry["sha256"] == starting.content_of(folder / "return.xml")
    assert stored_run(tmp_path / "run").population.birth.size > len(caseload())

    other = tmp_path / "passed_on"
    other.mkdir()
    (other / "manifest.json").write_bytes((tmp_path / "run" / "manifest.json").read_bytes())
    (other / "return.xml").write_bytes((folder / "return.xml").read_bytes())
    assert run(other / "manifest.json", out=tmp_path / "again", quiet=True, jobs=1).manifest["initial_state"] == entry
    (other / "return.xml").write_text((folder / "return.xml").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="has changed since the run that is to be repeated"):
        run(other / "manifest.json", out=tmp_path / "third", quiet=True)


def test_nobody_else_may_read_what_a_run_from_a_return_leaves_and_its_manifest_names_no_folder_and_no_small_number(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "outputs" / "run"
    result = run(folder / "go_on.yaml", out=out, jobs=1, quiet=True, events="all")
    assert [path.name for path in out.parent.iterdir()] == ["run"], "nothing beside the folder"
    left = list(out.rglob("*"))
    assert {"events.parquet", "manifest.json", "report.html", ".tasks"} <= {path.name for path in left}
    for path in (out, *left):
        assert path.stat().st_mode & 0o077 == 0, path
    assert result.manifest["initial_state"]["file"] == "return.xml"
    assert 1 <= min(caseload().by_stage.values()) <= 5, "the return has small numbers to hide"
    shown = result.manifest["initial_state"]["read_as"].values()
    assert all(number == "c" or number == 0 or number > 5 for number in shown)
    assert list(shown).count("c") > 1
    for name in ("manifest.json", "report.html"):
        assert str(folder) not in (out / name).read_text(encoding="utf-8")
    longer = run(folder / "go_on.yaml", replications=3, out=out, jobs=1, quiet=True, events="all")
    assert longer.computed == 1, "what was simulated moves into the new folder"
    assert [path.name for path in out.parent.iterdir()] == ["run"]


def test_every_child_open_in_the_return_is_open_when_the_run_starts_and_no_other(taken_over: Replication) -> None:
    episodes = Spells(taken_over).episodes
    at_start = episodes[(episodes["referred"] < 0.0) & (episodes["closed"] >= 0.0)]
    assert len(at_start) == len(caseload())
    born = np.sort(taken_over.population.birth[at_start["child"].to_numpy()])
    assert np.array_equal(born, np.sort(caseload().birth))


@pytest.mark.parametrize(
    ("stage", "event"),
    [
        (OpenStage.CHILD_IN_NEED, Event.CIN_PLAN_STARTED),
        (OpenStage.CHILD_PROTECTION, Event.CPP_STARTED),
        (OpenStage.LOOKED_AFTER, Event.LOOKED_AFTER_STARTED),
    ],
)
def test_plans_go_on_from_the_dates_on_which_they_began(taken_over: Replication, stage: OpenStage, event: Event) -> None:
    held = caseload()
    times = times_of(taken_over, event)
    before = np.sort(times[times <= 0.0])
    since = np.sort(np.minimum(taken_over.calendar.times_of(held.since[held.stage == stage]), 0.0))
    assert len(before) == len(since) > 0
    assert np.abs(before - since).max() < 2.0


def test_an_enquiry_in_progress_goes_on_with_the_days_it_has_lasted(folder: Path) -> None:
    held = caseload()
    plan = int(np.flatnonzero(held.stage == OpenStage.CHILD_IN_NEED)[0])
    enquired = held.enquired_since.copy()
    enquired[:] = np.datetime64("NaT")
    enquired[plan] = held.on - np.timedelta64(8, "D")
    made = replicate(Scenario.model_validate({**START, "warm_up": 0}), LEEDS, caseload=replace(held, enquired_since=enquired))
    times = times_of(made, Event.SECTION_47_STARTED)
    begun = times[times < 0.0]
    assert len(begun) == 1
    assert -8.0 <= begun[0] < -3.0


def test_the_same_luck_gives_the_same_run(taken_over: Replication) -> None:
    again = replicate(Scenario.model_validate({**START, "warm_up": 0}), LEEDS, caseload=caseload())
    assert again.record.rows().tobytes() == taken_over.record.rows().tobytes()


def stages(census: CensusReturn) -> dict[OpenStage, int]:
    held = caseload_of(census)
    return {kind: int((held.stage == kind).sum()) for kind in OpenStage}


def test_open_plans_of_the_return_are_the_plans_taken_over() -> None:
    census = small_return(2026)
    found = stages(census)
    assert found[OpenStage.CHILD_PROTECTION] == int(census["ChildProtectionPlans"]["CPPendDate"].isna().sum())
    both = set(census["ChildProtectionPlans"].query("CPPendDate.isna()")["LAchildID"])
    cin = census["CINplanDates"].query("CINPlanEndDate.isna()")["LAchildID"]
    assert found[OpenStage.CHILD_IN_NEED] == len(set(cin) - both)


def test_a_return_without_an_open_child_is_refused() -> None:
    census = small_return(2026)
    closed = census["CINdetails"].assign(CINclosureDate=pd.Timestamp("2026-01-05"))
    with pytest.raises(InputError, match="no child open on the census date"):
        caseload_of(replace(census, tables={**census.tables, "CINdetails": closed}))
