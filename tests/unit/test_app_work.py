"""The app's scenarios on disk: cards and YAML in step, what is uploaded, and what is said of a wrong value."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from returns_made import RETURNS

from cinsim.app.asking import ask, baseline_of, checked, quick_look
from cinsim.app.directions import direction
from cinsim.app.here import figures_table, place_names
from cinsim.app.jobs import status_of
from cinsim.app.levers import levers, timing
from cinsim.app.showing import TABS
from cinsim.app.state import State, state_in
from cinsim.app.work import MOST_TEXT, Work, new_work, settable, work_of
from cinsim.errors import InputError
from cinsim.reference.areas import usable_authorities
from cinsim.scenario.schema import keys_table

pytestmark = pytest.mark.unit


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return new_work(tmp_path, area="Rutland", ships="visits_four_weekly")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_key_that_the_guide_lists_of_policies_workforce_and_demand_has_a_field() -> None:
    listed = {line.split("`")[1] for line in keys_table().splitlines() if line.startswith("| `")}
    fields = {field.key for lever in levers() for field in lever.every_field}
    for key in listed:
        if not key.startswith(("policies.", "workforce.", "demand.")) or key == "workforce.posts":
            continue
        beginnings = [key.replace("POLICY", "cpp_visits").replace("ROLE", "social_workers").replace("TEAM", "front_door")]
        assert any(field == beginnings[0] or field.startswith(f"{beginnings[0]}.") for field in fields), key


def test_a_shipped_scenario_is_copied_with_what_it_extends_and_gets_the_place(work: Work) -> None:
    scenario = work.scenario()
    assert scenario.area == "Rutland"
    assert str(scenario.policies.cin_visits.interval) == "20 working days"  # type: ignore[union-attr]
    assert not checked(work).problem


def test_a_card_writes_into_the_yaml_and_comments_stay(work: Work) -> None:
    before = work.text()
    work.set("policies.cin_visits.interval", "10 working days")
    work.set("workforce.social_workers.fte", "+10%")
    assert "# A national minimum" in work.text()
    assert str(work.scenario().policies.cin_visits.interval) == "10 working days"  # type: ignore[union-attr]
    assert "fte: +10%" in work.text()
    work.set("workforce.social_workers.fte", "")
    work.set("policies.cin_visits.interval", "20 working days")
    assert work.text() == before


def test_the_yaml_fills_the_cards(work: Work) -> None:
    work.write(f"{work.text()}\ndemand: {{referrals: -5%, by_source: {{police: +20%}}}}\n")
    values = work.values()
    assert values["demand.referrals"] == "-5%"
    assert values["demand.by_source.police"] == "+20%"


def test_what_an_extended_file_says_is_taken_back_by_an_empty_field(tmp_path: Path) -> None:
    work = new_work(tmp_path, area="Rutland", ships="lead_practitioner_hopeful")
    key = "policies.lead_practitioner.share_non_social_worker"
    assert key not in work.own_values()
    assert work.values()[key]
    work.set(key, "")
    assert work.own_values()[key] == "null"
    assert work.values()[key] == ""


def test_a_wrong_value_is_said_with_file_line_and_key_and_the_text_stays_as_typed(work: Work) -> None:
    work.set("policies.cin_visits.interval", "twenty days")
    problem = checked(work).problem
    assert "scenario.yaml, line" in problem
    assert "policies.cin_visits.interval" in problem
    assert str(work.folder) not in problem
    assert work.values()["policies.cin_visits.interval"] == "twenty days"


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "{a: [", "&a *a", "!!python/object:os.system {}", "x: y: z", "'", "- -"]
)
def test_any_text_in_a_field_leaves_a_file_that_can_be_read_and_set_right_again(work: Work, value: str) -> None:
    work.set("title", value)
    work.set("title", "A title")
    assert work.scenario().title == "A title"


def test_a_key_that_is_no_field_is_not_written(work: Work) -> None:
    before = work.text()
    with pytest.raises(InputError, match="no field"):
        work.set("extends", "/etc/passwd")
    assert work.text() == before
    assert {"title", "question", "area"} <= settable()


def test_a_reason_is_kept_in_the_scenario_on_one_line(work: Work) -> None:
    work.give_reason("policies.cin_visits", "Guidance\nasks for it: # yes")
    assert work.reasons() == {"policies.cin_visits": "Guidance asks for it: # yes"}
    work.give_reason("policies.cin_visits", "")
    assert not work.reasons()
    assert not checked(work).problem


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_can_read_what_the_app_keeps(work: Work) -> None:
    work.upload_place("return.xml").write_text("<a/>", encoding="utf-8")
    assert mode(work.folder.parent) == mode(work.folder) == mode(work.folder / "uploads") == 0o700
    assert all(mode(path) == 0o600 for path in work.folder.glob("*.yaml"))


def test_uploads_are_deleted_on_request(work: Work) -> None:
    work.upload_place("return.xml").write_text("<a/>", encoding="utf-8")
    assert [path.name for path in work.uploads()] == ["return.xml"]
    assert work.delete_uploads() == 1
    assert not work.uploads()
    assert not (work.folder / "uploads").exists()


@pytest.mark.parametrize(
    "name", ["../x.xml", "/etc/x.xml", "a/b.xml", ".hidden.xml", "x.exe", "x.yaml", "", "x" * 200 + ".xml", "a\\b.xml"]
)
def test_a_name_that_leads_elsewhere_is_no_upload(work: Work, name: str) -> None:
    with pytest.raises(InputError):
        work.upload_place(name)


def test_a_scenario_starts_from_a_return_that_was_uploaded(tmp_path: Path) -> None:
    work = new_work(tmp_path, area="Rutland")
    work.upload_place("return.xml").write_bytes((RETURNS / "base.xml").read_bytes())
    work.start_from_uploads()
    assert "start: 2026-04-01" in checked(work).problem  # the day after the return's, said before anything runs
    work.set("start", "2026-04-01")
    assert not checked(work).problem
    assert work.scenario().warm_up == 0
    assert baseline_of(work.scenario().with_({"policies.cin_visits.interval": "4 weeks"})) is not None


@pytest.mark.parametrize("name", ["..", "../..", "", "20261128-000000-0000000g", "20261128-000000-00000000/../x"])
def test_a_name_that_is_none_of_a_work_leads_to_none(tmp_path: Path, name: str) -> None:
    assert work_of(tmp_path, name) is None


def test_a_scenario_that_is_too_long_is_refused_and_nothing_changes(work: Work) -> None:
    before = work.text()
    with pytest.raises(InputError, match="at most"):
        work.write("x" * (MOST_TEXT + 1))
    assert work.text() == before


def test_the_baseline_is_the_same_place_and_years_with_nothing_changed(work: Work) -> None:
    scenario = work.scenario()
    baseline = baseline_of(scenario)
    assert baseline is not None
    assert (baseline.area, baseline.years, baseline.seed) == (scenario.area, scenario.years, scenario.seed)
    assert not baseline.policies.blocks()
    assert baseline_of(baseline) is None


def test_a_quick_look_takes_a_part_of_a_large_authority_and_none_of_all(work: Work) -> None:
    small = quick_look(work.scenario(), 2)
    large = quick_look(work.scenario().with_(area="Birmingham"), 2)
    assert small is not None
    assert large is not None
    assert large["population_fraction"] < small["population_fraction"] <= 1
    assert quick_look(work.scenario().with_(area="all"), 2) is None


def test_what_is_asked_stays_as_it_was_when_the_scenario_is_built_on(work: Work) -> None:
    job = ask(work, "quick")
    asked = [path.read_text(encoding="utf-8") for path in job.files]
    work.set("policies.cin_visits.interval", "5 working days")
    later = ask(work, "full")
    assert [path.read_text(encoding="utf-8") for path in job.files] == asked
    assert later.files[-1] != job.files[-1]
    assert status_of(job).state == "waiting"


@pytest.mark.parametrize(
    ("key", "value", "today", "said"),
    [
        ("policies.cin_visits.interval", "4 weeks", "30 working days", "More often than today (30 working days)"),
        ("policies.cin_visits.interval", "8 weeks", "30 working days", "Less often than today (30 working days)"),
        ("policies.assessment.limit", "30 working days", "45 working days", "Shorter than today (45 working days)"),
        ("policies.assessment.limit", "9 weeks", "45 working days", "As today"),
        ("workforce.social_workers.fte", "+10%", None, "10% more than today"),
        ("demand.referrals", "-5%", "+0%", "5% less than today"),
        ("policies.early_help.capacity", "50%", "20%", "More than today (20%)"),
        ("policies.thresholds.shift.plan", "0.2", None, "A need must look more severe than today for this decision"),
        ("policies.cin_visits.interval", "nonsense", "30 working days", ""),
        ("policies.cin_visits.interval", "", "30 working days", ""),
    ],
)
def test_which_way_a_value_goes_is_said_in_words(key: str, value: str, today: str | None, said: str) -> None:
    assert direction(key, value, today) == said


def test_every_authority_can_be_found_and_has_its_figures_beside_neighbours_and_england() -> None:
    names = place_names()
    assert len(names) == len(usable_authorities()) + 1
    for name in names:
        table = figures_table(name)
        assert len(table.columns) == (2 if name == "England" else 4)
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_an_authority_that_is_misspelt_is_offered_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean Leeds"):
        figures_table("Leedz")


def test_a_link_restores_where_somebody_was_and_holds_no_token() -> None:
    state = State("results", "Leeds", "20261128-000000-00000000", "002", "time", "caseload_mean")
    assert state_in(state.query) == state
    assert "token" not in state.query
    assert state_in("?step=elsewhere&token=x&tab=%3Cb%3E").step == "start"
    assert all(state_in(State(tab=name).query).tab == name for name, _ in TABS)


def test_dates_and_runs_are_fields_of_the_scenario_too() -> None:
    assert {field.key for field in timing()} >= {"start", "years", "policy_start", "phase_in", "replications", "seed"}
