"""The brief: two pages to hand on, as HTML and as PDF, drawn from the results alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cinsim.errors import InputError
from cinsim.report.first_screen import cost_table, lead_figure, lead_title, outcomes_table
from cinsim.report.published import england
from cinsim.report.results.model import Results
from cinsim.report.results.stored import read_results
from cinsim.report.tables import Table
from cinsim.report.templates import rendered

if TYPE_CHECKING:
    from fpdf import FPDF

LIMITS: Final = (
    "Simulated children, not what will happen. Need is not observed, and several accounts of why children come back fit the "
    "published figures.",
    "How much a visit, a plan or a kind of worker helps has hardly been measured in England. Where nothing shows that a policy "
    "has an effect, none is assumed.",
    "Ranges hold chance and what the fit leaves open of its parameters. That other parameters may be wrong is in no range.",
)
MOST_CAUTIONS: Final = 4
_NAVY: Final = (18, 67, 109)


def write_brief(folder: Path, out: Path | None = None, *, overwrite: bool = False) -> tuple[Path, Path]:
    """Write a run's brief as HTML and PDF and return where they are.

    Parameters
    ----------
    out : where, without ending; beside the run's folder, called as it is with "-brief", when None.

    Raises
    ------
    InputError : the folder holds no results, or something is there already.
    """
    results, whole = read_results(folder), folder.resolve()
    place = out or whole.with_name(f"{whole.name}-brief")
    page, pdf = place.with_name(f"{place.name}.html"), place.with_name(f"{place.name}.pdf")
    for path in (page, pdf):
        if path.exists() and not overwrite:
            raise InputError(f"{path} is already there; name another with --out, or replace it with --overwrite", key="--out")
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(brief_html(results), encoding="utf-8")
    pdf.write_bytes(brief_pdf(results))
    return page, pdf


def _held(results: Results) -> dict[str, Any]:
    """Return what both forms of the brief say."""
    source = results.source
    told = [(option.title, option.sentence) for option in results.options[1:]]
    others = results.options[1:] or results.options
    return {
        "title": results.question or results.title,
        "opening": results.opening,
        "told": told,
        "outcomes": outcomes_table(results, england()),
        "finding": lead_title(results),
        "costs": cost_table(results),
        "changes": [(option.title, option.changes) for option in others if option.changes],
        "cautions": results.cautions[:MOST_CAUTIONS],
        "more": max(0, len(results.cautions) - MOST_CAUTIONS),
        "limits": LIMITS,
        "repeat": (
            f"In the run's folder, {source.command} repeats the run exactly: cinsim {source.cinsim}, seed {source.seed}, "
            f"parameters {source.parameters_sha256[:12]}."
        ),
    }


def brief_html(results: Results) -> str:
    """Return the brief as one file of HTML that needs nothing else."""
    return rendered("brief.html", **_held(results), figure=lead_figure(results))


def brief_pdf(results: Results) -> bytes:
    """Return the brief as PDF; without a date, so that the same results give the same bytes."""
    held = _held(results)
    pdf = _empty()
    _said(pdf, held["title"], size=17, bold=True, colour=_NAVY)
    _said(pdf, held["opening"], size=9)
    for title, sentence in held["told"]:
        pdf.set_font("DejaVu", size=10)
        pdf.multi_cell(0, 5, f"**{_plain(title)}.** {_plain(sentence)}", markdown=True, new_x="LMARGIN", new_y="NEXT")
        pdf.ln(1)
    _table(pdf, held["outcomes"])
    if results.compares:
        _said(pdf, held["finding"], size=11, bold=True)
        _whiskers(pdf, results)
    if held["costs"] is not None:
        _table(pdf, held["costs"])
    for heading, lines in (
        *((f"What changes: {title}", list(lines)) for title, lines in held["changes"]),
        ("Before you rely on it", [*held["cautions"], *([f"{held['more']} more on the page."] if held["more"] else [])]),
        ("Limits", list(held["limits"])),
        ("How to repeat it", [held["repeat"]]),
    ):
        if lines:
            _said(pdf, heading, size=11, bold=True, colour=_NAVY)
            for line in lines:
                _said(pdf, f"• {line}", size=9)
    return bytes(pdf.output())


def _empty() -> FPDF:
    from fpdf import FPDF
    from matplotlib import get_data_path

    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))  # no day of its own: the same results give the same bytes
    pdf.set_margin(15)
    pdf.set_auto_page_break(True, margin=12)
    fonts = Path(get_data_path()) / "fonts" / "ttf"
    pdf.add_font("DejaVu", "", str(fonts / "DejaVuSans.ttf"))
    pdf.add_font("DejaVu", "B", str(fonts / "DejaVuSans-Bold.ttf"))
    pdf.set_lang("en-GB")
    pdf.add_page()
    return pdf


def _plain(text: str) -> str:
    return text.replace("**", "").replace("__", "").replace("--", "–")


def _said(pdf: FPDF, text: str, *, size: float, bold: bool = False, colour: tuple[int, int, int] = (0, 0, 0)) -> None:
    pdf.set_font("DejaVu", "B" if bold else "", size)
    pdf.set_text_color(*colour)
    pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.set_text_color(0, 0, 0)
    pdf.ln(1.2)


def _table(pdf: FPDF, table: Table) -> None:
    if pdf.will_page_break(14 + 8 * len(table.rows)):
        pdf.add_page()
    _said(pdf, table.caption, size=10, bold=True)
    pdf.set_font("DejaVu", size=7.5)
    widths = (3, *(2 for _ in table.columns[1:]))
    aligned = ("LEFT", *("RIGHT" for _ in table.columns[1:]))
    how: dict[str, Any] = {"col_widths": widths, "line_height": 3.6, "text_align": aligned, "padding": 0.6}
    with pdf.table(borders_layout="HORIZONTAL_LINES", first_row_as_headings=True, **how) as drawn:
        drawn.row(table.columns)
        for row in table.rows:
            drawn.row([f"{cell.text}\n{cell.note}" if cell.note else cell.text for cell in row])
    pdf.ln(1.5)
    if table.note:
        _said(pdf, table.note, size=7)


def _whiskers(pdf: FPDF, results: Results) -> None:
    """Draw each outcome's differences with their intervals, zero marked."""
    from cinsim.report.first_screen import panels_of
    from cinsim.report.style import COLOURS
    from cinsim.report.svg import reach_of, tick

    left, width = 78.0, 112.0
    for panel in panels_of(results):
        if pdf.will_page_break(6 + 4.5 * len(panel.whiskers)):
            pdf.add_page()
        top, reach = pdf.get_y(), reach_of(panel)
        pdf.set_font("DejaVu", "B", 8)
        pdf.text(15, top + 3, f"{panel.title}, {panel.unit}")
        middle, scale = left + width / 2, width / 2 / reach
        pdf.set_draw_color(120, 120, 120)
        pdf.line(middle, top + 1, middle, top + 5 + 4.5 * len(panel.whiskers))
        for row, each in enumerate(panel.whiskers):
            y = top + 6 + 4.5 * row
            pdf.set_font("DejaVu", "", 7)
            pdf.text(15, y + 1, each.name if len(each.name) <= 44 else f"{each.name[:43]}…")
            red, green, blue = _rgb(COLOURS[each.place % len(COLOURS)])
            pdf.set_draw_color(red, green, blue)
            pdf.set_fill_color(red, green, blue)
            if each.lower is not None and each.upper is not None:
                pdf.set_line_width(0.8)
                pdf.line(middle + each.lower * scale, y, middle + each.upper * scale, y)
                pdf.set_line_width(0.2)
            pdf.circle(middle + each.value * scale, y, 1, style="F")
        bottom = top + 8 + 4.5 * len(panel.whiskers)
        pdf.set_font("DejaVu", "", 6.5)
        for value in (-reach, 0.0, reach):
            text = tick(value)
            pdf.text(middle + value * scale - pdf.get_string_width(text) / 2, bottom, text)
        pdf.set_y(bottom + 2)


def _rgb(colour: str) -> Sequence[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
