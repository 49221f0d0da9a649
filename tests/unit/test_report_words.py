"""The words of the page: what it says of effects, of what it cannot tell and of what scenarios change."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from report_runs import AVERAGE, NAMES, QUESTION, TITLES, RunMaker, resealed

from cinsim.outcomes.compare import differences
from cinsim.report.changes import changes, settings
from cinsim.report.effects import Effect, effects
from cinsim.report.folder import Arm, read_run
from cinsim.report.html import write_report
from cinsim.report.labels import HEADLINES, label, pounds
from cinsim.report.one_child import one_child_tables
from cinsim.report.tables import differences_table
from cinsim.report.words import THEMES, answer, cannot_tell_sentences, effect_sentence
from cinsim.scenario.model import Scenario

pytestmark = pytest.mark.unit

ARM = Arm("visits_four_weekly", TITLES[1], "", {})


def effect(difference: float, lower: float, upper: float, **other: object) -> Effect:
    verdict = "higher" if lower > 0 else "lower" if upper < 0 else "cannot tell"
    values = {"before": 80.0, "verdict": verdict, "pairs_needed": float("nan"), "chance_share": 1.0, "n": 10, "draws": 1, **other}
    return Effect(arm=ARM, measure="cin_plans_31_march_rate", difference=difference, lower=lower, upper=upper, **values)  # type: ignore[arg-type]


def test_an_effect_is_told_with_its_interval_and_both_levels() -> None:
    sentence = effect_sentence(effect(-4.0, -5.0, -3.0))
    assert sentence == "CIN plans at 31 March per 10,000 fell by 4.0, or 5.0% (95% interval 3.0 to 5.0), from 80.0 to 76.0"


def test_every_headline_belongs_to_one_theme_and_the_answer_is_told_by_theme(tmp_path: Path) -> None:
    placed = [measure for measures in THEMES.values() for measure in measures]
    assert sorted(placed) == sorted(HEADLINES)
    said = answer(read_run(RunMaker(arms=2, years=3).write(tmp_path / "run")), {}).parts[0][1]
    themes = [sentence.split(": ")[0] for sentence in said if sentence.split(": ")[0] in THEMES]
    assert len(themes) >= 2
    assert themes == [theme for theme in THEMES if theme in themes]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1_203_456, "£1.20m"), (128_476, "£128,000"), (4_375, "£4,380"), (999_700, "£1.00m"), (52_340_000, "£52.3m"),
     (1_234_000_000, "£1.23bn"), (0, "£0"), (-61_091, "−£61,100"), (12.4, "£12"), (float("nan"), ":")],
)  # fmt: skip
def test_money_is_written_in_pounds_to_three_figures(value: float, text: str) -> None:
    assert pounds(value) == text


def test_what_staff_cost_is_told_with_the_agency_premium_apart_and_hours_worked_under_workload(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, years=1, replications=6).write(tmp_path / "run")
    table = pd.read_csv(folder / "measures.csv")
    like = table[(table["measure"] == "caseload_mean") & (table["group"] == "all")]
    costs = {"staff_cost": (1_200_000, 128_000), "agency_premium_cost": (90_000, -19_800), "cost": (800_000, 30_000)}
    rows = [table]
    for measure, (level, change) in costs.items():
        value = level + 0.1 * level * (like["value"] / like["value"].mean() - 1) + change * (like["scenario"] != "baseline")
        rows.append(like.assign(measure=measure, value=value))
    table = pd.concat(rows, ignore_index=True)
    table.to_csv(folder / "measures.csv", index=False)
    is_baseline = table["scenario"] == "baseline"
    differences(table[is_baseline], table[~is_baseline]).to_csv(folder / "differences.csv", index=False)
    resealed(folder)
    run = read_run(folder)
    said = effect_sentence(effects(run, "staff_cost", 2025)[0])
    assert re.search(r"Staff cost \(agency staff at permanent rates\) rose by £12\d,000, or 1\d%", said)
    assert re.search(r"from £1\.\d\dm to £1\.\d\dm$", said)
    assert effects(run, "agency_premium_cost", 2025)[0].text.startswith("−£")
    cells = {row[0].text: row for row in differences_table(run).rows}
    assert cells["Staff cost (agency staff at permanent rates)"][2].text.startswith("+£12")
    assert {"staff_cost", "agency_premium_cost"} == set(THEMES["What staff cost"])
    assert "cost" in THEMES["Workload"]
    assert label("cost").text.startswith("Hours-worked cost")


def test_unmet_need_is_told_as_children_on_an_average_day(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, years=1, replications=6).write(tmp_path / "run")
    days = pd.read_csv(folder / "measures.csv")
    days = days[(days["measure"] == "unmet_need_child_days_rate") & (days["group"] == "all")]
    run = read_run(folder)
    told = effects(run, "unmet_need_child_days_rate", 2025)[0]
    assert told.before == pytest.approx(days.loc[days["scenario"] == "baseline", "value"].mean() / 365.25 / 10)
    assert label("unmet_need_child_days_rate").text == "Children with unmet need on an average day, per 1,000"
    assert "Unmet need: need above" in differences_table(run).note


def test_the_same_count_in_every_pair_is_said_to_be_no_verdict() -> None:
    said = cannot_tell_sentences([effect(-1.0, float("nan"), float("nan"), n=3, pairs_needed=4.0)])
    assert len(said) == 1
    assert "differed by the same number in every pair" in said[0]
    assert "no verdict" in said[0]


def test_names_on_the_page_are_words_with_abbreviations_as_they_are_written_and_few_areas_by_name(tmp_path: Path) -> None:
    assert Arm("visits_weekly_cpp", "", "", {}).label == "visits weekly CPP"
    assert (Arm("baseline", "", "", {}).named, Arm("today", "", "", {}).named) == ("the baseline", "today")
    areas = (("E06000017", "Rutland"), ("E08000035", "Leeds"))
    page = write_report(RunMaker(arms=3, areas=areas, years=1, replications=2).write(tmp_path / "run")).read_text()
    assert "Simulated for Rutland and Leeds, year to March 2025" in page
    assert f"<h1>{QUESTION}</h1>" in page


def test_one_child_is_shown_under_the_baseline_and_under_each_scenario_from_where_the_journeys_part(tmp_path: Path) -> None:
    folder = RunMaker(arms=3, years=1, replications=2).write(tmp_path / "run")
    shared = [("referral", "2024-05-01"), ("screened_in", "2024-05-02"), ("assessment_completed", "2024-06-20")]
    ends = {"baseline": [("not_in_need", "2024-06-20"), ("closed", "2024-06-20")], NAMES[1]: [("cin_plan_started", "2024-06-20")],
            NAMES[2]: [("not_in_need", "2024-06-21"), ("closed", "2024-06-21")]}  # fmt: skip
    rows = [
        {"scenario": name, "run": place, "draw": 0, "replication": 0, "area_code": AVERAGE[0][0], "entity_id": 7, "event": event,
         "event_type": "pathway", "time": float(number), "date": date.fromisoformat(day), "episode": 1, "resource_id": None}
        for place, (name, end) in enumerate(ends.items()) for number, (event, day) in enumerate([*shared, *end])
    ]  # fmt: skip
    pd.DataFrame(rows).astype({"resource_id": "Int32"}).to_parquet(folder / "events.parquet")
    resealed(folder)
    changed = {"baseline": "baseline", "draw": 0, "replication": 0, "child": 7, "time": 3.0, "outcome_differs": True}
    pd.DataFrame([changed | {"scenario": n, "first_different": "cin_plan_started"} for n in NAMES[1:3]]).to_parquet(
        folder / "children_changed.parquet"
    )
    resealed(folder)
    plan, later = one_child_tables(read_run(folder))
    assert [[cell.text for cell in row] for row in plan.rows] == [
        ["1 May 2024", "referral", "referral"],
        ["2 May 2024", "screened in", "screened in"],
        ["20 June 2024", "assessment completed", "assessment completed"],
        ["20 June 2024", "not in need", "–"],
        ["20 June 2024", "–", "CIN plan started"],
        ["20 June 2024", "closed", "–"],
    ]
    assert [row[0].text for row in later.rows] == ["1 May 2024", "2 May 2024"] + ["20 June 2024"] * 3 + ["21 June 2024"] * 2
    assert "One child, two journeys" in write_report(folder).read_text(encoding="utf-8")


def test_a_scenario_that_sets_nothing_has_no_settings_told_and_one_that_does_only_those(tmp_path: Path) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    for given, told in (
        ({}, []),
        ({"policies": {"plan_quality": {"share_high_quality": "80%"}}}, ["Share of new plans of high quality: 80%"]),
    ):
        resealed(folder, scenarios=[Scenario(title="Today", **given).resolved() | {"name": "baseline"}])
        assert settings(read_run(folder)) == told


def test_what_scenarios_change_is_said_beside_practice_as_it_is(tmp_path: Path) -> None:
    folder = RunMaker(arms=3, years=1).write(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    interval = "cin_visit_interval_working_days"
    manifest["parameters"].append({**manifest["parameters"][0], "name": interval, "value": 30.0})
    for values in (values for sets in manifest["parameter_sets"].values() for values in sets):
        values[interval] = 30.0
    manifest["scenarios"][2] |= {
        "policy_start": "2025-04-01",
        "phase_in": "6 months",
        "policies": {"family_help": {"merged": True}, "lead_practitioner": {"eligible": ["low", "medium"]}},
        "workforce": {"social_workers": {"fte": "+10%"}},
    }
    resealed(folder, **manifest)
    (_, visits), (_, merged) = changes(read_run(folder))
    assert visits == ["CIN visits, at most this long apart: 20 working days (in the baseline 30 working days)"]
    assert sorted(merged) == [
        "Early help and CIN teams merged: yes (in the baseline no)",
        "Eligible CIN plans, by complexity: low, medium",
        "From: 1 April 2025",
        "Phased in over: 6 months",
        "Social workers, FTE: +10%",
    ]


def test_the_bound_of_an_interval_that_leaves_out_zero_is_not_written_as_zero() -> None:
    assert effect(1.4, 0.03, 2.8).interval_text == "0.03 to 2.80"
    assert effect(1.4, 0.3, 2.8).interval_text == "0.3 to 2.8"


def test_the_answer_says_how_many_intervals_leave_out_zero_by_chance(tmp_path: Path) -> None:
    run = read_run(RunMaker(arms=4, years=1).write(tmp_path / "run"))
    looked_at = sum(not e.none_at_all for measure in HEADLINES for e in effects(run, measure, 2025))
    assert looked_at > 20
    said = f"Of the {looked_at} intervals looked at, about {round(looked_at / 20)} would leave out zero by chance alone"
    assert said in answer(run, {}).opening


def test_what_a_run_cannot_tell_is_said_with_the_replications_that_would() -> None:
    said = cannot_tell_sentences([effect(1.0, -2.0, 4.0, pairs_needed=57.3)])
    assert said == [
        "This run cannot tell whether these changed, since their intervals span zero; in brackets, about how many replications "
        "would: CIN plans at 31 March per 10,000 (58)."
    ]


def test_replications_needed_are_rounded_up_to_two_figures_and_are_more_than_were_run() -> None:
    assert effect(1.0, -2.0, 4.0, pairs_needed=1234.0).replications_needed == 1300
    assert effect(1.0, -2.0, 4.0, pairs_needed=10.2).replications_needed == 11
    assert effect(1.0, -2.0, 4.0, pairs_needed=120.0, n=40, draws=4, chance_share=0.9).replications_needed == 30
    assert effect(1.0, -2.0, 4.0, pairs_needed=1e9).replications_needed is None


def test_a_difference_that_parameters_leave_open_is_not_promised_to_more_replications() -> None:
    said = cannot_tell_sentences([effect(1.0, -2.0, 4.0, n=40, draws=10, chance_share=0.1)])
    assert len(said) == 1
    assert "no number of replications would" in said[0]


def test_one_replication_claims_nothing(tmp_path: Path) -> None:
    run = read_run(RunMaker(arms=2, replications=1, years=1).write(tmp_path / "run"))
    said = " ".join(sentence for _, part in answer(run, {}).parts for sentence in part)
    assert "one replication gives no interval" in said
    assert not re.search(r"(fell|rose) by", said)


def test_a_scenario_that_changes_nothing_is_said_to_change_nothing(tmp_path: Path) -> None:
    run = read_run(RunMaker(arms=2, years=1, effects=False).write(tmp_path / "run"))
    assert answer(run, {}).parts[0][1] == (
        "Nothing changed: every measure was the same in every pair of replications. Where nothing published shows that a policy "
        "has an effect, none is assumed; a scenario can set one under parameters.",
    )


def test_a_sure_but_tiny_difference_is_told_as_less_than_one_per_cent() -> None:
    assert effect(0.2, 0.1, 0.3).negligible
    assert not effect(0.2, -0.6, 1.0).negligible
    assert not effect(8.0, 7.0, 9.0).negligible


def test_the_part_of_an_interval_that_is_chance_follows_from_the_variances() -> None:
    # W = 4 within draws, B = 1 between, 5 draws of 8 replications: variance B + B / 5 + W / 40
    told = effect(1.0, -2.0, 4.0, n=40, draws=5, chance_share=4 / 5)
    assert told.chance_part == pytest.approx(((4 / 40) / (1 + 1 / 5 + 4 / 40)) ** 0.5)
    assert effect(1.0, -2.0, 4.0).chance_part == 1.0


def test_several_authorities_are_compared_by_their_mean(tmp_path: Path) -> None:
    areas = tuple((f"E060000{i:02}", f"Authority {i}") for i in range(1, 4))
    run = read_run(RunMaker(arms=2, areas=areas, years=1, replications=3).write(tmp_path / "run"))
    (told,) = effects(run, "cin_plans_31_march_rate", 2025)
    whole = run.whole_area("cin_plans_31_march_rate").groupby("scenario")["value"].mean()
    assert told.difference == pytest.approx(whole[NAMES[1]] - whole["baseline"])
    assert told.n == 3
