"""A planner's own list of posts: read and checked row by row, in the place of the published posts, and part of the scenario."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from models import NOBODY_LEAVES, Bureau, post
from typer.testing import CliRunner

from cinsim.cli import app
from cinsim.engine.draws import Draws
from cinsim.errors import InputError
from cinsim.reference.areas import find_area
from cinsim.reference.events import Detail
from cinsim.reference.parameters import parameters_from
from cinsim.scenario import Scenario, load_scenario
from cinsim.scenario.differences import differences
from cinsim.scenario.posts import ListedPost
from cinsim.simulation.replicate import calendar_of, replicate
from cinsim.workforce.listed_posts import Listed
from cinsim.workforce.staffing import SOCIAL_WORK_ROLES, Staffing, staffing_of
from cinsim.workforce.workers import Worker

pytestmark = pytest.mark.unit

HEADER = "role,team,fte,agency,start_date\n"
GOOD = (
    "social_workers,assessment,1,no,2021-09-01\n"
    "social_workers,assessment,0.6,yes,\n"
    "Senior practitioner,assessment,1.0,no,2015-01-05\n"
    "social_workers,cin_and_cp,1,vacant,\n"
    "social_workers,cin_and_cp,0.8,no,2023-05-02\n"
    "social_workers,looked_after,1,no,2018-02-01\n"
    "newly qualified,cin and cp,1,no,2024-09-02\n"
)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(rows: str, *, header: str = HEADER, scenario: str = "") -> Path:
        folder = tmp_path / "ours"
        folder.mkdir(exist_ok=True)
        (folder / "posts.csv").write_text(header + rows, encoding="utf-8")
        path = folder / "ours.yaml"
        path.write_text(
            f"title: Ours\narea: Rutland\nyears: 2\nwarm_up: 1\nworkforce:\n  posts: posts.csv\n{scenario}", encoding="utf-8"
        )
        return path

    return written


def staffed(scenario: Scenario) -> Staffing:
    return staffing_of(scenario, find_area("Rutland"), parameters_from(), calendar_of(scenario), Draws(1, 0))


def fte(staffing: Staffing, role: int) -> float:
    return sum(p.fte for p in staffing.posts if p.role == role and p.team != Detail.FRONT_DOOR)


# ---- reading


def test_a_list_is_read_from_beside_the_scenario_file_in_the_words_a_planner_writes(write: Write) -> None:
    posts = load_scenario(write(GOOD)).workforce.posts
    assert posts is not None
    assert len(posts) == 7
    assert posts[0] == ListedPost("social_workers", "assessment", 1.0, "no", date(2021, 9, 1))
    assert posts[2].role == "senior_practitioners"
    assert (posts[6].role, posts[6].team) == ("newly_qualified", "cin_and_cp")
    assert [p.agency for p in posts] == ["no", "yes", "no", "vacant", "no", "no", "no"]


def test_a_list_saved_by_a_spreadsheet_is_read_as_it_was(write: Write) -> None:
    plain = load_scenario(write(GOOD)).workforce.posts
    saved = (
        "role,team,fte,agency,start_date,,\r\n"
        "social_workers,assessment,1,no,01/09/2021,,\r\n"
        "social_workers,assessment,0.6,yes\r\n"
        "Senior practitioner,assessment,1.0,no,5-Jan-2015\r\n"
        "social_workers,cin_and_cp,1,vacant,,,\r\n"
        ",,,,,,\r\n"
        "social_workers,cin_and_cp,0.8,no,02/05/2023 00:00:00\r\n"
        "social_workers,looked_after,1,no,2018-02-01T00:00:00,,\r\n"
        "newly qualified,cin and cp,1,no,02/09/2024 00:00,,\r\n"
    )
    path = write("", header=saved)
    assert load_scenario(path).workforce.posts == plain


def test_columns_may_stand_in_any_order_and_case_and_agency_and_start_may_be_left_out(write: Write) -> None:
    rows = "1,assessment,social workers\n1,CIN and CP,social workers\n1,looked after,social workers\n"
    posts = load_scenario(write(rows, header="FTE,Team,Role\n")).workforce.posts
    assert posts is not None
    assert [(p.agency, p.start_date) for p in posts] == [("no", None)] * 3


def test_the_rows_are_part_of_the_scenario_so_that_its_manifest_repeats_it_without_the_file(write: Write) -> None:
    path = write(GOOD)
    scenario = load_scenario(path)
    manifest = path.parent / "manifest.json"
    manifest.write_text(json.dumps({"scenario": scenario.resolved()}), encoding="utf-8")
    (path.parent / "posts.csv").unlink()
    assert load_scenario(manifest) == scenario
    assert scenario.with_(years=1).workforce == scenario.workforce
    assert hash(load_scenario(manifest)) == hash(scenario)


def test_another_list_is_another_scenario(write: Write) -> None:
    one = load_scenario(write(GOOD)).resolved()
    assert one != load_scenario(write(GOOD.replace("0.6", "0.5"))).resolved()


def test_a_list_given_on_the_command_line_is_found_from_the_working_folder(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(GOOD)
    other = path.parent.parent / "other.yaml"
    other.write_text("title: Other\narea: Rutland\n", encoding="utf-8")
    monkeypatch.chdir(path.parent)
    assert load_scenario(other, {"workforce.posts": "posts.csv"}).workforce == load_scenario(path).workforce


def test_two_lists_differ_in_how_many_posts_they_hold(write: Write, tmp_path: Path) -> None:
    path = write(GOOD)
    (tmp_path / "plain.yaml").write_text("title: Plain\narea: Rutland\nyears: 2\nwarm_up: 1\n", encoding="utf-8")
    (difference,) = differences(tmp_path / "plain.yaml", path)[2]
    assert difference.values == ("not set", "7 posts, 6.4 full-time equivalents")
    assert difference.origins[1].endswith("ours.yaml:6")


def test_a_check_tells_a_list_in_a_line_and_nothing_that_is_as_usual(write: Write) -> None:
    done = CliRunner().invoke(app, ["check", str(write(GOOD))])
    assert done.exit_code == 0
    (said,) = [line.strip() for line in done.stdout.splitlines() if "workforce." in line]
    assert said.startswith("workforce.posts: 7 posts, 6.4 full-time equivalents (")


# ---- what is wrong with it


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("social_workers,asessment,1,no,", "team", "'asessment' is not known: one of front_door, assessment, cin_and_cp"),
        ("social_workers,asessment,1,no,", "team", "did you mean 'assessment'?"),
        ("social_worker_s,assessment,1,no,", "role", "one of social_workers, senior_practitioners, newly_qualified"),
        ("social_workers,assessment,-0.5,no,", "fte", "-0.5 gives the post no hours"),
        ("social_workers,assessment,0,no,", "fte", "0 gives the post no hours"),
        ("social_workers,assessment,,no,", "fte", "is empty: write a number of full-time equivalents"),
        ("social_workers,assessment,full,no,", "fte", "'full' is not a number of full-time equivalents"),
        ("social_workers,assessment,nan,no,", "fte", "is not a number"),
        ("social_workers,assessment,37,no,", "fte", "37 is more than one person"),
        ("social_workers,assessment,1,maybe,", "agency", "yes (agency worker), no (permanent) or vacant (nobody)"),
        ("social_workers,assessment,1,no,31/09/2021", "start_date", "write year-month-day, e.g. 2021-09-01"),
        ("social_workers,assessment,1,no,01/09/21", "start_date", "'01/09/21' has a year of two digits"),
        ("social_workers,assessment,1,no,44440", "start_date", "is a day number of a spreadsheet"),
        ("social_workers,assessment,1,no,2026-04-01", "start_date", "2026-04-01 is after the run's end, 2026-03-31"),
        (",assessment,1,no,", "role", "is empty: write one of social_workers"),
        ("conference_chairs,assessment,1,no,", "team", "conference_chairs have no work in the team assessment"),
    ],
)
def test_a_wrong_row_is_named_with_file_line_column_and_what_would_be_right(
    write: Write, row: str, column: str, said: str
) -> None:
    path = write(f"{GOOD}{row}\n")
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert Path(str(caught.value.path)) == path.parent / "posts.csv"
    assert caught.value.line == 9
    assert caught.value.key == f"workforce.posts.7.{column}"
    assert f"column '{column}'" in caught.value.message
    assert said in caught.value.message


def test_listed_family_support_workers_need_plans_to_lead_and_then_their_list_is_how_many_there_are(write: Write) -> None:
    rows = f"{GOOD}family_support_workers,cin_and_cp,1,no,\nfamily_support_workers,cin_and_cp,0.5,no,\n"
    path = write(rows)
    with pytest.raises(InputError, match="family support workers hold no cases unless they lead plans") as caught:
        load_scenario(path)
    assert (Path(str(caught.value.path)), caught.value.line) == (path.parent / "posts.csv", 9)
    leading = load_scenario(write(rows, scenario="policies: {lead_practitioner: {share_non_social_worker: 40%}}\n"))
    posts = [post for post in staffed(leading).posts if post.role == Detail.FAMILY_SUPPORT_WORKER]
    assert sorted(post.fte for post in posts if post.closes == math.inf) == [0.5, 1.0]


def test_all_wrong_rows_are_told_at_once(write: Write) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(write(GOOD.replace("1,no,2021", "9,no,2021").replace("looked_after", "nowhere")))
    assert [line.split(",")[1] for line in str(caught.value).splitlines()] == [" line 2", " line 7"]


@pytest.mark.parametrize(
    ("header", "rows", "said"),
    [
        ("role,team\n", "social_workers,assessment\n", "lacks the column fte"),
        ("role,team,fte,fte\n", "social_workers,assessment,1,1\n", "has the column 'fte' twice"),
        ("role,team,fte,hours\n", "social_workers,assessment,1,37\n", "unknown column"),
        (HEADER, "", "holds no posts"),
        (HEADER, "social_workers,assessment\n", "has 2 values where the first line names 5 columns"),
        ("", "", "lacks the columns role, team, fte"),
        (HEADER, "social_workers,assessment,1,no,\n", "nobody holds cases in the team cin_and_cp"),
    ],
)
def test_a_list_that_is_wrong_as_a_whole_says_what_it_needs(write: Write, header: str, rows: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_scenario(write(rows, header=header))


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("  teams: {assessment: {share: 50%}}\n", "leave one of the two out"),
        ("population_fraction: 0.5\n", "leave population_fraction out"),
    ],
)
def test_a_list_does_not_go_with_what_says_the_same_otherwise(write: Write, scenario: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_scenario(write(GOOD, scenario=scenario))


def test_a_list_is_of_one_area(write: Write) -> None:
    with pytest.raises(InputError, match="one area"):
        load_scenario(write(GOOD), {"area": "[Rutland, Leeds]"})


def test_a_list_that_is_not_there_is_told_with_one_that_is(write: Write) -> None:
    path = write(GOOD)
    path.write_text(path.read_text().replace("posts.csv", "post.csv"), encoding="utf-8")
    with pytest.raises(InputError, match=r"did you mean 'posts\.csv'") as caught:
        load_scenario(path)
    assert (Path(str(caught.value.path)), caught.value.line) == (path, 6)


def test_in_python_rows_are_given_and_a_path_is_refused() -> None:
    workforce = {"posts": [{"role": "conference_chairs", "team": "conferences", "fte": 0.8}]}
    scenario = Scenario.model_validate({"title": "t", "workforce": workforce})
    assert scenario.workforce.posts == (ListedPost("conference_chairs", "conferences", 0.8),)
    with pytest.raises(ValueError, match="is a path"):
        Scenario.model_validate({"title": "t", "workforce": {"posts": "posts.csv"}})


# ---- what it does


def test_a_list_takes_the_place_of_the_roles_it_names_and_of_no_others(write: Write) -> None:
    listed = staffed(load_scenario(write(GOOD)))
    usual = staffed(Scenario(title="t", area="Rutland", years=2, warm_up=1))
    assert [fte(listed, role) for role in (60, 61, 62)] == pytest.approx([4.4, 1.0, 1.0])
    for role in (Detail.PRACTICE_SUPERVISOR, Detail.CONFERENCE_CHAIR):
        assert fte(listed, role) == fte(usual, role) > 0.0
    front = [[p.fte for p in s.posts if p.team == Detail.FRONT_DOOR] for s in (listed, usual)]
    assert front[0] == front[1]
    assert listed.hours_factor == usual.hours_factor


def test_a_front_door_on_the_list_takes_the_place_of_the_published_one(write: Write) -> None:
    listed = staffed(load_scenario(write(f"{GOOD}social_workers,front_door,0.5,no,\n")))
    assert [(p.role, p.fte) for p in listed.posts if p.team == Detail.FRONT_DOOR] == [(Detail.SOCIAL_WORKER, 0.5)]


def test_posts_beside_a_list_can_still_be_changed_by_a_share_or_a_number(write: Write) -> None:
    path = write(GOOD)
    assert fte(staffed(load_scenario(path, {"workforce.social_workers.fte": "+50%"})), 60) == pytest.approx(6.6)
    assert fte(staffed(load_scenario(path, {"workforce.social_workers.fte": "8"})), 60) == pytest.approx(8.0)


def test_on_the_first_reported_day_the_team_is_the_list(write: Write) -> None:
    scenario = load_scenario(write(GOOD), {"workforce.social_workers.turnover_rate": "90%"})
    run = replicate(scenario, find_area("Rutland"))
    start = run.start_time
    there = [
        w for w in run.workers if w.started <= start < w.left and w.role in SOCIAL_WORK_ROLES and w.team != Detail.FRONT_DOOR
    ]
    assert sorted((w.role, w.team, w.fte, w.agency) for w in there) == [
        (60, 71, 0.6, True), (60, 71, 1.0, False), (60, 72, 0.8, False), (60, 74, 1.0, False), (61, 71, 1.0, False),
    ]  # fmt: skip
    late = min(w.started for w in run.workers if w.role == Detail.NEWLY_QUALIFIED)
    assert late == run.calendar.time_of(date(2024, 9, 2))


def one_listed(monkeypatch: pytest.MonkeyPatch, listed: Listed, seed: int) -> Bureau:
    monkeypatch.setattr(Worker, "begin", lambda worker: None)
    rates = {Detail.SOCIAL_WORKER: replace(NOBODY_LEAVES, turnover=(0.5, 0.5), vacancy=(0.3, 0.3), cover=(1.0, 1.0))}
    parameters = {"early_leaving_ratio": 20.0, "early_service_years": 5.0}
    bureau = Bureau([replace(post(72, number=1), listed=listed)], rates=rates, parameters=parameters, seed=seed)
    bureau.run(until=600.0)
    return bureau


def test_nobody_on_the_list_leaves_before_its_day_and_the_long_served_stay_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    def stays(served: float) -> list[float]:
        listed = Listed(1.0, 100.0, 0.0, permanent=True, agency=False, served=served)
        return [one_listed(monkeypatch, listed, seed).workers[0].left for seed in range(40)]

    new, old = stays(0.0), stays(2000.0)
    assert min(new) > 100.0
    assert all(a <= b for a, b in zip(new, old, strict=True))
    assert sum(left < 600.0 for left in new) > sum(left < 600.0 for left in old)


def test_a_listed_agency_worker_is_one_and_a_listed_vacancy_has_nobody_until_someone_is_recruited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for seed in range(5):
        agency = one_listed(monkeypatch, Listed(1.0, 100.0, 0.0, permanent=False, agency=True), seed).workers
        assert (agency[0].started, agency[0].agency) == (0.0, True)
        assert agency[0].left > 100.0
        vacant = one_listed(monkeypatch, Listed(1.0, 100.0, 0.0, permanent=False, agency=False), seed).workers
        assert not vacant or (vacant[0].started > 100.0 and not vacant[0].agency)
