"""Results as tables: a workbook (xlsx, ods) or CSV files, with every draw and replication in the Hubverse's shape."""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from cinsim.errors import InputError
from cinsim.report.folder import WHOLE, read_run
from cinsim.report.results.model import Results
from cinsim.report.results.stored import read_results

Value = str | int | float | bool | None
Kind = Literal["xlsx", "ods", "csv"]
HUBVERSE: Final = "model_output"
_FORMULA: Final = ("=", "+", "-", "@")
_HUB_COLUMNS: Final = ("scenario_id", "location", "target", "target_end_date", "output_type", "output_type_id", "value")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of values with its name and columns."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]


def sheets_of(results: Results) -> list[Sheet]:
    """Return what results hold, a table each; numbers as numbers, in the units of ``measures``."""
    titles = {option.name: option.title for option in results.options}
    labels = {measure.name: measure.label for measure in results.measures}
    source = results.source
    about: list[Sequence[Value]] = [
        ("Question", results.question), ("Title", results.title), ("Made", results.opening), ("Rule", results.looked.rule),
        ("cinsim", source.cinsim), ("Code", source.code_version), ("Seed", source.seed), ("Draws", source.draws),
        ("Replications of each", source.replications), ("Parameters (SHA-256)", source.parameters_sha256),
        *(("Caution", caution) for caution in results.cautions),
    ]  # fmt: skip
    return [
        Sheet("about", ("what", "said"), about),
        Sheet("options", ("option", "title", "question", "sentence", "changes", "also_changed"),
              [(o.name, o.title, o.question, o.sentence, "; ".join(o.changes), "; ".join(o.also_changed))
               for o in results.options]),
        Sheet("differences",
              ("option", "title", "measure", "label", "year", "outcome", "difference", "lower", "upper", "over", "n", "verdict",
               "small"),
              [(d.option, titles[d.option], d.measure, labels[d.measure], d.year, d.measure in results.outcomes, d.difference,
                d.lower, d.upper, d.over, d.n, d.verdict, d.small) for d in results.differences]),
        Sheet("levels", ("option", "title", "measure", "label", "year", "mean", "lower", "upper", "range", "of", "n"),
              [(lv.option, titles[lv.option], lv.measure, labels[lv.measure], lv.year, lv.mean, lv.lower, lv.upper, lv.range,
                lv.of, lv.n) for lv in results.levels]),
        Sheet("costs", ("option", "title", "year", "kind", "item", "pounds", "more", "lower", "upper", "verdict"),
              [(c.option, titles[c.option], c.year, c.kind, c.item, c.pounds, c.more, c.lower, c.upper, c.verdict)
               for c in results.costs]),
        Sheet("against", ("option", "other", "measure", "label", "difference", "lower", "upper", "verdict"),
              [(a.option, a.other, a.measure, labels[a.measure], a.difference, a.lower, a.upper, a.verdict)
               for a in results.against]),
        Sheet("authorities",
              ("code", "authority", "region", "children", "measure", "published", "published_year", "neighbours", "option",
               "level", "difference", "lower", "upper", "told"),
              list(_authority_rows(results))),
        Sheet("groups", ("measure", "group", "option", "text"),
              [(g.measure, g.group, option, text) for g in results.groups for option, text in g.texts.items()]),
        Sheet("measures", ("measure", "label", "unit", "good", "definition"),
              [(m.name, m.label, m.unit, m.good, m.definition) for m in results.measures]),
    ]  # fmt: skip


def _authority_rows(results: Results) -> Iterable[Sequence[Value]]:
    for place in results.authorities:
        for f in place.figures:
            for option, level in f.levels.items():
                d = f.differences.get(option)
                told = (d.difference, d.lower, d.upper, d.told) if d is not None else (None, None, None, None)
                start = (place.code, place.name, place.region, place.children, f.measure, f.published, f.published_year)
                yield (*start, f.neighbours, option, level, *told)


def samples_of(folder: Path) -> Sheet:
    """Return every draw and replication of every measure, all children, as the Hubverse's model output has samples.

    ``location`` is an authority's code, or England's for all of a run's authorities together. ``target_end_date`` ends the
    reporting year. ``output_type_id`` names draw and replication, so that one sample goes through all measures and years.
    """
    m = read_run(folder).measures
    rows = m[m["group"] == WHOLE].dropna(subset="value")
    sample = "d" + rows["draw"].astype(str) + "r" + rows["replication"].astype(str)
    ends = rows["year"].astype(str) + "-03-31"
    columns = (rows["scenario"], rows["area_code"], rows["measure"], ends, sample, rows["value"])
    return Sheet(HUBVERSE, _HUB_COLUMNS, [(s, a, t, e, "sample", i, v) for s, a, t, e, i, v in zip(*columns, strict=True)])


def export(folder: Path, kind: Kind, out: Path | None = None, *, overwrite: bool = False) -> Path:
    """Write a run's results as a workbook or as CSV files and return where they are.

    Parameters
    ----------
    folder : of the run. kind : "xlsx", "ods" or "csv".
    out : the file (for "csv" the folder) to write; beside the run's folder, called as it is, when None.

    Raises
    ------
    InputError : the folder holds no results, something is there already, or the library for the kind is not installed.
    """
    results = read_results(folder)
    whole = folder.resolve()
    place = out or whole.with_name(f"{whole.name}-csv" if kind == "csv" else f"{whole.name}.{kind}")
    if place.exists() and not overwrite:
        raise InputError(f"{place} is already there; name another with --out, or replace it with --overwrite", key="--out")
    if kind == "ods" and importlib.util.find_spec("odf") is None:
        raise InputError("an .ods file needs odfpy: pip install 'cinsim[ods]'; --xlsx needs nothing more", key="--ods")
    sheets = sheets_of(results)
    place.parent.mkdir(parents=True, exist_ok=True)
    if kind == "csv":
        place.mkdir(exist_ok=True)
        for sheet in (*sheets, samples_of(folder)):
            _write_csv(sheet, place / f"{sheet.name}.csv")
    elif kind == "xlsx":
        _write_xlsx(sheets, place)
    else:
        _write_ods(sheets, place)
    return place


def _safe(value: Value) -> Value:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _write_csv(sheet: Sheet, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.columns)
        writer.writerows([_safe(value) for value in row] for row in sheet.rows)


def _write_xlsx(sheets: Sequence[Sheet], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "A2"
        headings = [WriteOnlyCell(page, value=column) for column in sheet.columns]
        for heading in headings:
            heading.font = Font(bold=True)
        page.append(headings)
        for row in sheet.rows:
            page.append([_safe(value) for value in row])
    book.save(path)


def _write_ods(sheets: Sequence[Sheet], path: Path) -> None:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    for sheet in sheets:
        table = Table(name=sheet.name)
        for row in (sheet.columns, *sheet.rows):
            line = TableRow()
            for value in row:
                if isinstance(value, int | float) and not isinstance(value, bool):
                    cell = TableCell(valuetype="float", value=repr(value))
                    cell.addElement(P(text=f"{value:g}"))
                else:
                    cell = TableCell(valuetype="string")
                    cell.addElement(P(text="" if value is None else str(value)))
                line.addElement(cell)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(str(path))
