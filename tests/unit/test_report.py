"""The page: its answer follows the run's numbers and says what they cannot tell, and the file needs nothing else."""

from __future__ import annotations

import csv
import errno
import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from report_runs import NAMES, QUESTION, TITLES, RunMaker, resealed

from cinsim.api import draw_report
from cinsim.errors import InputError, RunError
from cinsim.reference import figures
from cinsim.report.folder import read_run
from cinsim.report.hours import hours_table
from cinsim.report.html import write_report
from cinsim.report.labels import MINUS, difference_text, in_sentence, label, number, value_text
from cinsim.report.lottery import lottery_figure, lottery_sentences, lottery_tables
from cinsim.report.published import nearness
from cinsim.report.results.stored import read_results
from cinsim.report.style import house_style
from cinsim.report.suppression import SUPPRESSED, grouped_rows
from cinsim.report.tables import differences_table, group_tables, headline_table, parameters_table
from cinsim.report.words import answer

pytestmark = pytest.mark.unit


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
def folder_compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = RunMaker(arms=4, extras=True, years=1, replications=4).write(tmp_path_factory.mktemp("runs") / "run")
    return write_report(folder).parent


@pytest.fixture(scope="module")
def compared(folder_compared: Path) -> str:
    return (folder_compared / "report.html").read_text(encoding="utf-8")


def test_the_page_needs_no_other_file_and_no_network(compared: str) -> None:
    page = Outline(compared)
    sources = [a[key] for _, a in page.tags for key in ("src", "href", "srcset") if a.get(key)]
    assert sources
    assert all(source.startswith(("data:", "#")) for source in sources if source)
    assert all("src" not in script for script in page.all("script"))
    assert not page.all("link")
    without_scripts = re.sub(r"<script.*?</script>", "", compared, flags=re.DOTALL)
    assert "url(" not in without_scripts
    assert "@import" not in without_scripts
    assert len(compared) < 3_000_000


def test_without_its_script_the_page_still_says_the_answer(compared: str, folder_compared: Path) -> None:
    said = html.unescape(re.sub(r"<script.*?</script>", "", compared, flags=re.DOTALL))
    results = read_results(folder_compared)
    for option in results.options[1:]:
        assert f"<strong>{option.title}.</strong> {option.sentence}" in said
    assert QUESTION in re.search(r"<h1>(.*?)</h1>", said).group(1)  # type: ignore[union-attr]
    assert said.index('id="answer"') < said.index('id="else"') < said.index('id="years"') < said.index('id="figures"')


def test_the_first_screen_holds_at_most_a_hundred_words_of_prose(compared: str) -> None:
    first = compared[compared.index("<h1>") : compared.index('<div class="beside">')]
    assert len(re.sub(r"<[^>]+>", " ", first).split()) <= 100


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
        assert compared.count(f'<th scope="col">{title}</th>') >= 2  # of the outcomes, and of every measure


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
    resealed(folder, **manifest)
    page = write_report(folder).read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    (data,) = re.findall(r'<script type="application/json" id="explore-data">(.*?)</script>', page, flags=re.DOTALL)
    assert ["baseline", "<script>alert(1)</script> & more"] in json.loads(data)["options"]


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
    resealed(folder)
    return folder


def test_one_to_five_children_are_suppressed_and_a_second_group_with_them(tmp_path: Path) -> None:
    counts = {"ethnicity=white": 60.0, "ethnicity=mixed": 9.0, "ethnicity=asian": 4.0, "ethnicity=other": 0.0,
              "sex=male": 30.0, "sex=female": 33.0}  # fmt: skip
    grouped = grouped_rows(read_run(_run_with_counts(tmp_path / "run", counts)), "baseline", 2025)["cpp_31_march_rate"]
    hidden = set(grouped.index[grouped == SUPPRESSED])
    assert hidden == {"ethnicity=asian", "ethnicity=mixed"}
    assert grouped["ethnicity=other"] == 0


def test_two_small_groups_hide_each_other_and_six_children_are_shown(tmp_path: Path) -> None:
    counts = {"deprivation=5": 60.0, "deprivation=4": 6.0, "deprivation=2": 5.0, "deprivation=1": 1.0}
    run = read_run(_run_with_counts(tmp_path / "run", counts))
    grouped = grouped_rows(run, "baseline", 2025)["cpp_31_march_rate"]
    assert set(grouped.index[grouped == SUPPRESSED]) == {"deprivation=2", "deprivation=1"}
    texts = {row[0].text: row[1].text for row in group_tables(run)[0].rows}
    assert texts["Deprivation, fifth: 2"] == "c"
    assert texts["Deprivation, fifth: 4"] == "60.0"


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
    resealed(folder)
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
    folder = RunMaker(arms=3, years=1).write(tmp_path / "run")
    table = pd.read_csv(folder / "measures.csv")
    table.loc[(table["measure"] == "cpp_31_march") & (table["group"] == "deprivation=1"), "value"] = 3.0
    table.to_csv(folder / "measures.csv", index=False)
    resealed(folder)
    shown = next(t for t in group_tables(read_run(folder)) if t.caption.startswith("Child protection plans"))
    cells = {row[0].text: [cell.text for cell in row[1:]] for row in shown.rows}
    assert cells["Deprivation, fifth: 1 (least deprived)"] == ["c", "c", "c"]
    assert "c" not in cells["Sex: male"]


def test_groups_that_the_model_treats_alike_are_left_out_of_the_page_with_a_sentence_and_kept_in_the_table(
    tmp_path: Path,
) -> None:
    folder = RunMaker(arms=2, years=1).write(tmp_path / "run")
    page = write_report(folder).read_text(encoding="utf-8")
    assert "Sex: male" in page
    assert "Ethnicity: " not in page
    assert "Not shown: ethnicity and category of need." in page
    assert "ethnicity=white" in set(pd.read_csv(folder / "groups.csv")["group"])


def test_the_table_of_differences_says_cannot_tell_where_the_interval_spans_zero(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, years=1).write(tmp_path / "run")
    rows = pd.read_csv(folder / "differences.csv")
    wide = (rows["measure"] == "s47_rate") & (rows["group"] == "all")
    rows.loc[wide, ["difference", "lower", "upper", "verdict"]] = [4.0, -20.0, 28.0, "cannot tell"]
    rows.to_csv(folder / "differences.csv", index=False)
    resealed(folder)
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
    resealed(folder, **manifest)
    changed = parameters_table(read_run(folder))
    assert changed is not None
    assert changed.rows[0][0].text == "referral sources"
    assert changed.rows[0][1].note == f"{TITLES[0]} 0.3"


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
    resealed(folder)
    found = lottery_tables(read_run(folder))[0]
    row = next(row for row in found.rows if row[0].text == label("cpp_31_march_rate").text)
    assert float(row[2].text) == pytest.approx(1.0, abs=0.05)
    assert row[2].note.startswith(MINUS)
    assert row[3].note == "no change in any pair"


def test_the_answer_says_between_authorities_what_the_table_says_and_the_figure_shows_every_scenario(tmp_path: Path) -> None:
    folder = RunMaker(arms=4, areas=AREAS, years=1, replications=4).write(tmp_path / "run")
    table = pd.read_csv(folder / "measures.csv")
    plans = table[table["measure"] == "cin_plans_31_march"].assign(measure="cin_plans_started")
    children = table[table["measure"] == "population_0_17"].drop_duplicates("area_code").set_index("area_code")["value"]
    alike = plans["scenario"] == NAMES[2]
    plans.loc[alike, "value"] = (0.01 * plans.loc[alike, "area_code"].map(children)).round()
    pd.concat([table, plans]).to_csv(folder / "measures.csv", index=False)
    resealed(folder)
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
    [("manifest.json", "no manifest"), ("measures.csv", "is missing")],
)
def test_a_folder_that_is_no_finished_run_is_refused_with_the_file_named(tmp_path: Path, missing: str, message: str) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    (folder / missing).unlink()
    with pytest.raises(InputError, match=message) as refused:
        write_report(folder)
    assert str(refused.value.path).endswith(missing)


def test_a_folder_that_cannot_be_written_is_told_and_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def read_only(*arguments: object, **keywords: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", read_only)
        with pytest.raises(RunError, match=r"could not be written into .*run: Read-only file system"):
            draw_report(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", ["report.html", "groups.csv"])
def test_a_page_that_somebody_changed_or_put_there_is_not_replaced(tmp_path: Path, name: str) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    (folder / name).write_text("mine")
    with pytest.raises(InputError, match=rf"{name}.*Nothing was touched"):
        write_report(folder)
    assert (folder / name).read_text() == "mine"
    (folder / name).unlink()
    write_report(folder)
    (folder / name).write_text("mine")
    with pytest.raises(InputError, match=rf"{name}, changed since"):
        write_report(folder)
    assert (folder / name).read_text() == "mine"
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_table_without_a_column_is_refused_with_the_column_named(tmp_path: Path) -> None:
    folder = RunMaker(years=1).write(tmp_path / "run")
    pd.read_csv(folder / "measures.csv").drop(columns="draw").to_csv(folder / "measures.csv", index=False)
    resealed(folder)
    with pytest.raises(InputError, match="lacks the columns draw"):
        read_run(folder)


def test_tables_may_quote_their_texts_and_leave_missing_numbers_empty(tmp_path: Path) -> None:
    folder = RunMaker(arms=2, years=1, replications=2).write(tmp_path / "run")
    plain = read_run(folder)
    for name in ("measures.csv", "differences.csv"):
        pd.read_csv(folder / name).to_csv(folder / name, index=False, quoting=csv.QUOTE_NONNUMERIC)
        resealed(folder)
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
