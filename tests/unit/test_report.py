"""The page: its answer follows the run's numbers and says what they cannot tell, and the file needs nothing else."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from report_runs import AVERAGE, NAMES, TITLES, RunMaker

from cinsim.errors import InputError
from cinsim.reference import figures
from cinsim.report.changes import changes
from cinsim.report.effects import Effect, effects
from cinsim.report.folder import Arm, read_run
from cinsim.report.hours import hours_table
from cinsim.report.html import write_report
from cinsim.report.labels import HEADLINES, MINUS, difference_text, in_sentence, label, number, value_text
from cinsim.report.lottery import lottery_figure, lottery_sentences, lottery_tables
from cinsim.report.one_child import one_child_tables
from cinsim.report.published import nearness
from cinsim.report.sensitivity import sensitivities
from cinsim.report.style import house_style
from cinsim.report.suppression import SUPPRESSED, grouped_rows
from cinsim.report.tables import differences_table, group_tables, headline_table, parameters_table
from cinsim.report.words import THEMES, answer, cannot_tell_sentences, effect_sentence

pytestmark = pytest.mark.unit

ARM = Arm("visits_four_weekly", TITLES[1], "", {})


class Outline(HTMLParser):
    """Collects what a reader with assistive technology relies on."""

    def __init__(self, text: str):
        super().__init__()
        self.headings: list[int] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = RunMaker(arms=4, extras=True, years=1, replications=4).write(tmp_path_factory.mktemp("runs") / "run")
    return write_report(folder).read_text(encoding="utf-8")


def effect(difference: float, lower: float, upper: float, **other: object) -> Effect:
    verdict = "higher" if lower > 0 else "lower" if upper < 0 else "cannot tell"
    values = {"before": 80.0, "verdict": verdict, "pairs_needed": float("nan"), "chance_share": 1.0, "n": 10, "draws": 1, **other}
    return Effect(arm=ARM, measure="cin_plans_31_march_rate", difference=difference, lower=lower, upper=upper, **values)  # type: ignore[arg-type]


def test_the_page_needs_no_other_file_and_no_network(compared: str) -> None:
    page = Outline(compared)
    sources = [a[key] for _, a in page.tags for key in ("src", "href", "srcset") if a.get(key)]
    assert sources
    assert all(source.startswith(("data:", "#")) for source in sources if source)
    assert not page.all("script")
    assert not page.all("link")
    assert "url(" not in compared
    assert "@import" not in compared


def test_the_page_has_language_headings_in_order_scoped_table_headers_and_texts_for_figures(compared: str) -> None:
    page = Outline(compared)
    assert page.all("html")[0]["lang"] == "en-GB"
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert all(header["scope"] in ("row", "col") for header in page.all("th"))
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(len(image["alt"] or "") > 40 for image in page.all("img"))
    assert [a for a in page.all("a") if a.get("class") == "skip"]
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"] for a in page.all("a")} <= {f"#{i}" for i in ids}


def test_every_scenario_stands_in_the_answer_and_in_the_table_of_differences(compared: str) -> None:
    for title in TITLES[1:4]:
        assert f"<h3>{title}</h3>" in compared
    for name in NAMES[1:4]:
        assert f'<th scope="col">{name.replace("_", " ")}</th>' in compared


def test_contrast_of_text_colours_meets_aa() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    from importlib.resources import files

    style = files("cinsim.report").joinpath("style.css").read_text(encoding="utf-8")
    texts = set(re.findall(r"[;{]color:(#[0-9a-f]{6})", style))
    assert len(texts) >= 4
    for colour in texts:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_the_same_folder_gives_the_same_page(tmp_path: Path) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    first = write_report(folder).read_bytes()
    assert write_report(folder).read_bytes() == first
    assert not [p for p in folder.iterdir() if p.name.startswith(".")]


def test_a_folder_of_another_name_gives_the_same_page(tmp_path: Path) -> None:
    pages = [write_report(RunMaker(years=1).write(tmp_path / name)).read_bytes() for name in ("a", ".a.partial")]
    assert pages[0] == pages[1]


def test_what_a_scenarios_file_says_is_shown_as_text_not_as_markup(tmp_path: Path) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["scenarios"][0]["title"] = "<script>alert(1)</script> & more"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    page = write_report(folder).read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


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


def test_cost_is_told_in_millions_in_the_levels_and_in_the_differences(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, years=1, replications=3).write(tmp_path / "run")
    for name in ("measures.csv", "differences.csv"):
        table = pd.read_csv(folder / name)
        like = table[(table["measure"] == "caseload_mean") & (table["group"] == "all")].assign(measure="cost")
        money = [column for column in ("value", "difference", "lower", "upper", "baseline_mean") if column in table]
        like[money] = like[money] * 1e6
        pd.concat([table, like]).to_csv(folder / name, index=False)
    run = read_run(folder)
    (cost,), (cases,) = effects(run, "cost", 2025), effects(run, "caseload_mean", 2025)
    assert (cost.difference, cost.before) == (pytest.approx(cases.difference), pytest.approx(cases.before))
    assert label("cost").text.endswith("£ million")


def test_names_on_the_page_are_words_with_abbreviations_as_they_are_written_and_few_areas_by_name(tmp_path: Path) -> None:
    assert Arm("visits_weekly_cpp", "", "", {}).label == "visits weekly CPP"
    assert (Arm("baseline", "", "", {}).named, Arm("today", "", "", {}).named) == ("the baseline", "today")
    areas = (("E06000017", "Rutland"), ("E08000035", "Leeds"))
    page = write_report(RunMaker(arms=3, areas=areas, years=1, replications=2).write(tmp_path / "run")).read_text()
    assert "Rutland and Leeds, year to March 2025" in page
    assert "<h1>Two scenarios compared with the baseline</h1>" in page


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
    changed = {"baseline": "baseline", "draw": 0, "replication": 0, "child": 7, "time": 3.0, "outcome_differs": True}
    pd.DataFrame([changed | {"scenario": n, "first_different": "cin_plan_started"} for n in NAMES[1:3]]).to_parquet(
        folder / "children_changed.parquet"
    )
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


def test_what_scenarios_change_is_said_beside_practice_as_it_is(tmp_path: Path) -> None:
    folder = RunMaker(arms=3, years=1).write(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["parameters"].append({"name": "cin_visit_interval_working_days", "value": 30.0})
    manifest["scenarios"][2] |= {
        "policy_start": "2025-04-01",
        "phase_in": "6 months",
        "policies": {"family_help": {"merged": True}, "lead_practitioner": {"eligible": ["low", "medium"]}},
        "workforce": {"social_workers": {"fte": "+10%"}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
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
    assert answer(run, {}).parts[0][1] == ("Nothing changed: every measure was the same in every pair of replications.",)


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


def test_the_headline_table_sets_the_first_year_beside_england_and_flags_what_is_far(tmp_path: Path) -> None:
    folder = RunMaker(years=2).write(tmp_path / "run")
    published = {name: figure.value for name, figure in figures.england(2024).items()}
    table = headline_table(read_run(folder), published)
    rows = {row[0].text: row for row in table.rows}
    late = rows["Assessments within 45 working days"]
    assert late[2].text == value_text("assessment_within_45_days_percent", published["assessment_within_45_days_percent"])
    assert late[3].look == "flag"
    assert "points below" in late[3].text
    assert rows["Referrals per 10,000 children"][3].text == "close"
    assert rows["CIN visits on time"][2].text == "–"


def test_an_authoritys_own_published_figures_stand_between(tmp_path: Path) -> None:
    run = read_run(RunMaker(years=1, areas=(("E08000035", "Leeds"),)).write(tmp_path / "run"))
    table = headline_table(run, {})
    assert table.columns[2] == "Leeds 2024"
    assert [row[2].text for row in table.rows if row[0].text == "Referrals per 10,000 children"] != ["–"]


@pytest.mark.parametrize(
    ("measure", "model", "published", "near", "words"),
    [
        ("referral_rate", 550.0, 518.0, True, "within 10%"),
        ("referral_rate", 600.0, 500.0, False, "20% above"),
        ("re_referral_percent", 24.0, 22.0, True, "within 3 points"),
        ("re_referral_percent", 18.5, 22.0, False, "3.5 points below"),
    ],
)
def test_near_means_ten_per_cent_or_three_points(measure: str, model: float, published: float, near: bool, words: str) -> None:
    assert nearness(measure, model, published) == (near, words)


def _run_with_counts(folder: Path, counts: dict[str, float]) -> Path:
    """Write a run whose CPP counts by group are those given."""
    RunMaker(years=1, replications=1).write(folder)
    table = pd.read_csv(folder / "measures.csv")
    table = table[table["group"] == "all"]
    like = table[table["measure"] == "cpp_31_march"].iloc[0].to_dict()
    rows = [{**like, "group": g, "value": v} for g, v in counts.items()]
    rows += [{**like, "measure": "cpp_31_march_rate", "group": g, "value": 10 * v} for g, v in counts.items()]
    pd.concat([table, pd.DataFrame(rows)]).to_csv(folder / "measures.csv", index=False)
    return folder


def test_one_to_five_children_are_suppressed_and_a_second_group_with_them(tmp_path: Path) -> None:
    counts = {"ethnicity=white": 60.0, "ethnicity=mixed": 9.0, "ethnicity=asian": 4.0, "ethnicity=other": 0.0,
              "sex=male": 30.0, "sex=female": 33.0}  # fmt: skip
    grouped = grouped_rows(read_run(_run_with_counts(tmp_path / "run", counts)), "baseline", 2025)["cpp_31_march_rate"]
    hidden = set(grouped.index[grouped == SUPPRESSED])
    assert hidden == {"ethnicity=asian", "ethnicity=mixed"}
    assert grouped["ethnicity=other"] == 0


def test_two_small_groups_hide_each_other_and_six_children_are_shown(tmp_path: Path) -> None:
    counts = {"ethnicity=white": 60.0, "ethnicity=mixed": 6.0, "ethnicity=asian": 5.0, "ethnicity=other": 1.0}
    run = read_run(_run_with_counts(tmp_path / "run", counts))
    grouped = grouped_rows(run, "baseline", 2025)["cpp_31_march_rate"]
    assert set(grouped.index[grouped == SUPPRESSED]) == {"ethnicity=asian", "ethnicity=other"}
    texts = {row[0].text: row[1].text for row in group_tables(run)[0].rows}
    assert texts["Ethnicity: asian"] == "c"
    assert texts["Ethnicity: mixed"] == "60.0"


def test_a_share_of_one_to_five_children_is_suppressed_whatever_it_is_a_share_of(tmp_path: Path) -> None:
    folder = _run_with_counts(tmp_path / "run", {})
    table = pd.read_csv(folder / "measures.csv")
    groups = {"sex=male": (100.0, 3.0), "sex=female": (100.0, 30.0), "disabled=no": (190.0, 20.0), "disabled=yes": (90.0, 40.0)}
    template = table[(table["measure"] == "referral_rate") & (table["group"] == "all")]
    rows = [
        template.assign(group=group, measure=measure, value=value)
        for group, (count, percent) in groups.items()
        for measure, value in (("referrals", count), ("re_referral_percent", percent), ("referral_rate", 500.0))
    ]
    kept = table[~(table["measure"].isin(["referrals", "re_referral_percent", "referral_rate"]) & (table["group"] != "all"))]
    pd.concat([kept, *rows]).to_csv(folder / "measures.csv", index=False)
    found = grouped_rows(read_run(folder), "baseline", 2025)
    hidden = found["re_referral_percent"] == SUPPRESSED
    assert set(found.index[hidden]) == {"sex=male", "sex=female"}
    assert not (found["referral_rate"] == SUPPRESSED).any()


def test_the_table_of_groups_for_publication_is_suppressed_as_the_page_is(tmp_path: Path) -> None:
    folder = RunMaker(arms=3, years=2).write(tmp_path / "run")
    write_report(folder)
    with (folder / "groups.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["scenario"], row["year"]) for row in rows} == {(name, year) for name in NAMES[:3] for year in ("2025", "2026")}
    plans = {row["group"]: row["value"] for row in rows if row["measure"] == "cpp_31_march_rate" and row["year"] == "2025"}
    assert plans["ethnicity=asian"] == "c"
    assert float(plans["sex=male"]) > 0


def test_differences_of_a_suppressed_group_are_suppressed(tmp_path: Path) -> None:
    run = read_run(RunMaker(arms=3, years=1).write(tmp_path / "run"))
    table = next(t for t in group_tables(run) if t.caption.startswith("Child protection plans"))
    asian = next(row for row in table.rows if row[0].text == "Ethnicity: asian")
    white = next(row for row in table.rows if row[0].text == "Ethnicity: white")
    assert [cell.text for cell in asian[1:]] == ["c", "c", "c"]
    assert "c" not in [cell.text for cell in white[1:]]


def test_the_table_of_differences_says_cannot_tell_where_the_interval_spans_zero(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, years=1).write(tmp_path / "run")
    rows = pd.read_csv(folder / "differences.csv")
    wide = (rows["measure"] == "s47_rate") & (rows["group"] == "all")
    rows.loc[wide, ["difference", "lower", "upper", "verdict"]] = [4.0, -20.0, 28.0, "cannot tell"]
    rows.to_csv(folder / "differences.csv", index=False)
    table = differences_table(read_run(folder))
    assert table is not None
    cells = {row[0].text: row[2] for row in table.rows}
    assert cells["Section 47 enquiries per 10,000"].text == "cannot tell"
    assert cells["Section 47 enquiries per 10,000"].note == "+4.0; −20.0 to 28.0"
    assert cells["Initial child protection conferences per 10,000"].text == "0"


def test_parameters_a_scenario_changed_come_first_then_those_on_assumption(tmp_path: Path) -> None:
    plain = parameters_table(read_run(RunMaker(years=1).write(tmp_path / "plain")))
    assert plain is not None
    assert [row[3].text for row in plain.rows] == ["assumption", "expert range", "official statistic"]
    folder = RunMaker(years=1).write(tmp_path / "changed")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["scenarios"][0]["parameters"] = {"referral_sources": 0.3}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    changed = parameters_table(read_run(folder))
    assert changed is not None
    assert changed.rows[0][0].text == "referral sources"
    assert changed.rows[0][1].note == "baseline 0.3"


def test_the_parameter_an_effect_hangs_on_is_named(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, draws=12, replications=2, years=1).write(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["parameter_sets"] = {n: [{"help_per_visit": 0.01 * d, "idle": 1.0} for d in range(12)] for n in NAMES[:2]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    table = pd.read_csv(folder / "measures.csv")
    here = (table["scenario"] == NAMES[1]) & (table["measure"] == "cpp_31_march_rate") & (table["group"] == "all")
    before = (table["scenario"] == "baseline") & (table["measure"] == "cpp_31_march_rate") & (table["group"] == "all")
    table.loc[here, "value"] = table.loc[before, "value"].to_numpy() - table.loc[here, "draw"].to_numpy()
    table.to_csv(folder / "measures.csv", index=False)
    (found,) = sensitivities(read_run(folder), ["cpp_31_march_rate"])
    assert (found.parameter, found.correlation) == ("help_per_visit", pytest.approx(-1.0))


AREAS = tuple((f"E060000{i:02}", f"Authority {i}") for i in range(1, 12))


def test_how_much_authorities_differ_is_shown_for_every_scenario_and_funnels_for_ten_or_more(tmp_path: Path) -> None:
    many = lottery_tables(read_run(RunMaker(arms=4, areas=AREAS, years=1, replications=2).write(tmp_path / "many")))
    few = lottery_tables(read_run(RunMaker(areas=AREAS[:9], years=1, replications=2).write(tmp_path / "few")))
    assert len(few) == 1
    assert lottery_tables(read_run(RunMaker(areas=AREAS[:2], years=1, replications=2).write(tmp_path / "two"))) == []
    assert [table.columns[1] for table in many] == ["baseline"] * 3
    assert all(len(table.columns) == 5 and all(len(row) == 5 for row in table.rows) for table in many)
    assert float(many[0].rows[0][1].text) > 1
    assert {"cannot tell" in cell.note for table in many for row in table.rows for cell in row[2:]} <= {True, False}


def test_authorities_that_come_to_differ_less_are_told_with_the_interval_and_nothing_changed_as_such(tmp_path: Path) -> None:
    folder = RunMaker(arms=3, areas=AREAS, years=1, replications=4, effects=False).write(tmp_path / "run")
    table = pd.read_csv(folder / "measures.csv")
    alike = (table["scenario"] == NAMES[1]) & (table["measure"] == "cpp_31_march")
    children = table[table["measure"] == "population_0_17"].drop_duplicates("area_code").set_index("area_code")["value"]
    table.loc[alike, "value"] = (0.004 * table.loc[alike, "area_code"].map(children)).round()
    table.to_csv(folder / "measures.csv", index=False)
    found = lottery_tables(read_run(folder))[0]
    row = next(row for row in found.rows if row[0].text == label("cpp_31_march_rate").text)
    assert float(row[2].text) == pytest.approx(1.0, abs=0.05)
    assert row[2].note.startswith(MINUS)
    assert row[3].note == "the same in every pair"


def test_the_answer_says_between_authorities_what_the_table_says_and_the_figure_shows_every_scenario(tmp_path: Path) -> None:
    folder = RunMaker(arms=4, areas=AREAS, years=1, replications=4).write(tmp_path / "run")
    table = pd.read_csv(folder / "measures.csv")
    plans = table[table["measure"] == "cin_plans_31_march"].assign(measure="cin_plans_started")
    children = table[table["measure"] == "population_0_17"].drop_duplicates("area_code").set_index("area_code")["value"]
    alike = plans["scenario"] == NAMES[2]
    plans.loc[alike, "value"] = (0.01 * plans.loc[alike, "area_code"].map(children)).round()
    pd.concat([table, plans]).to_csv(folder / "measures.csv", index=False)
    run = read_run(folder)
    said = lottery_sentences(run)
    assert len(said) == 4
    assert re.search(
        r"authorities differ less in CIN plans started per 10,000 \(from \d\.\d\d to 1\.00 times, 95% interval", said[1]
    )
    assert ("Between authorities", tuple(said)) in answer(run, figures.england()).parts
    with house_style():
        drawing = lottery_figure(run)
    assert drawing is not None
    (axes,) = drawing.figure.axes
    assert [text.get_text() for text in axes.get_yticklabels()] == [arm.label for arm in run.arms]
    assert all(arm.label in drawing.alt for arm in run.arms)


@pytest.mark.parametrize(
    ("missing", "message"),
    [("manifest.json", "no manifest"), ("measures.csv", "no such table")],
)
def test_a_folder_that_is_no_finished_run_is_refused_with_the_file_named(tmp_path: Path, missing: str, message: str) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    (folder / missing).unlink()
    with pytest.raises(InputError, match=message) as refused:
        write_report(folder)
    assert str(refused.value.path).endswith(missing)


def test_a_table_without_a_column_is_refused_with_the_column_named(tmp_path: Path) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    pd.read_csv(folder / "measures.csv").drop(columns="draw").to_csv(folder / "measures.csv", index=False)
    with pytest.raises(InputError, match="lacks the columns draw"):
        read_run(folder)


def test_tables_may_quote_their_texts_and_leave_missing_numbers_empty(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, years=1, replications=2).write(tmp_path / "run")
    plain = read_run(folder)
    for name in ("measures.csv", "differences.csv"):
        pd.read_csv(folder / name).to_csv(folder / name, index=False, quoting=csv.QUOTE_NONNUMERIC)
    quoted = read_run(folder)
    pd.testing.assert_frame_equal(quoted.measures, plain.measures)
    assert quoted.differences is not None
    pd.testing.assert_frame_equal(quoted.differences, plain.differences)


def test_numbers_are_written_as_published_statistics_write_them() -> None:
    assert number(-1234.56, 1) == "−1,234.6"
    assert number(-0.04, 1) == "0.0"
    assert number(float("nan"), 1) == ":"
    assert difference_text(0.25, 1) == "+0.2"
    assert in_sentence("CIN visits on time") == "CIN visits on time"
    assert in_sentence("Referrals per 10,000 children") == "referrals per 10,000 children"
    assert label("some_new_percent").text == "Some new percent"


def test_the_page_says_whether_the_hours_add_up_with_the_hours_the_scenario_sets(tmp_path: Path) -> None:
    run = read_run(RunMaker(years=1, areas=(("E08000035", "Leeds"),)).write(tmp_path / "run"))
    found = hours_table(run)
    assert found is not None
    words, table = found
    assert table.caption == "Hours of case holders a year: Leeds"
    hours = {row[0].text: float(row[3].text.replace(",", "")) for row in table.rows}
    top_down = hours.pop("Top down: the published case holders")
    bottom_up = hours.pop("Bottom up: the register's hours")
    assert sum(hours.values()) == pytest.approx(bottom_up, abs=len(hours))
    assert f"{bottom_up / top_down:.0%} of the hours that 299.0 full-time case holders work" in words
    longer = replace(run, arms=(replace(run.baseline, resolved={"parameters": {"hours_assessment_report": 12.0}}),))
    assert hours_table(longer) != found
    several = tuple((f"E060000{i:02}", f"Authority {i}") for i in range(1, 4))
    assert hours_table(read_run(RunMaker(years=1, areas=several).write(tmp_path / "several"))) is None
