"""What is handed on holds what the results hold: workbooks, CSV files, samples in the Hubverse's shape, and the brief."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from report_runs import RunMaker

from cinsim.errors import InputError
from cinsim.report.brief import brief_html, brief_pdf, write_brief
from cinsim.report.results.exports import export, samples_of, sheets_of
from cinsim.report.results.model import Results
from cinsim.report.results.stored import write_results

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RunMaker(arms=3, years=2, replications=6).write(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return write_results(folder)


def test_a_workbook_holds_every_difference_as_a_number(folder: Path, results: Results, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    page = load_workbook(export(folder, "xlsx", tmp_path / "own.xlsx"))["differences"]
    rows = list(page.iter_rows(values_only=True))
    place = rows[0].index("difference")
    assert [row[place] for row in rows[1:]] == pytest.approx([found.difference for found in results.differences])


def test_an_open_document_holds_the_same_tables(folder: Path, results: Results, tmp_path: Path) -> None:
    odf = pytest.importorskip("odf.opendocument")
    from odf.table import Table

    book = odf.load(str(export(folder, "ods", tmp_path / "own.ods")))
    assert [table.getAttribute("name") for table in book.getElementsByType(Table)] == [s.name for s in sheets_of(results)]


def test_samples_have_the_hubverses_columns_and_one_value_a_draw_replication_measure_and_year(
    folder: Path, results: Results, tmp_path: Path
) -> None:
    place = export(folder, "csv", tmp_path / "own")
    with (place / "model_output.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ["scenario_id", "location", "target", "target_end_date", "output_type", "output_type_id", "value"]
    assert list(rows[0]) == columns
    keys = [tuple(row[column] for column in columns[:-1]) for row in rows]
    assert len(set(keys)) == len(keys) == len(samples_of(folder).rows)
    wanted = ("baseline", "caseload_mean", "2026-03-31")
    one = [float(r["value"]) for r in rows if (r["scenario_id"], r["target"], r["target_end_date"]) == wanted]
    level = results.level("baseline", "caseload_mean", 2026)
    assert level is not None
    assert sum(one) / len(one) == pytest.approx(level.mean)


def test_a_text_that_a_spreadsheet_would_take_for_a_formula_is_no_formula(tmp_path: Path, results: Results) -> None:
    from cinsim.report.results.exports import _safe

    assert [_safe(text) for text in ("=1+1", "+x", "@y", "plain", -1.5)] == ["'=1+1", "'+x", "'@y", "plain", -1.5]


def test_what_is_there_is_replaced_only_if_asked(folder: Path, results: Results, tmp_path: Path) -> None:
    export(folder, "xlsx", tmp_path / "own.xlsx")
    with pytest.raises(InputError, match="is already there"):
        export(folder, "xlsx", tmp_path / "own.xlsx")
    assert export(folder, "xlsx", tmp_path / "own.xlsx", overwrite=True).is_file()


def test_the_brief_is_two_pages_at_most_and_says_question_options_and_how_to_repeat_it(
    folder: Path, results: Results, tmp_path: Path
) -> None:
    page, pdf = write_brief(folder, tmp_path / "own")
    text = page.read_text(encoding="utf-8")
    for said in (results.question, *(option.sentence for option in results.options[1:]), results.source.parameters_sha256[:12]):
        assert said in text
    assert 1 <= len(re.findall(rb"/Type /Page\b(?!s)", pdf.read_bytes())) <= 2


def test_the_same_results_give_the_same_brief_to_the_byte(results: Results) -> None:
    assert brief_pdf(results) == brief_pdf(results)
    assert brief_html(results) == brief_html(results)
