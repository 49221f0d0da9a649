"""A place's published figures beside its statistical neighbours' and England's."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Final

from cinsim.reference.areas import ENGLAND_CODE, Area, average_authority, find_area, usable_authorities
from cinsim.reference.figures import latest_year
from cinsim.report.labels import label, value_text
from cinsim.report.results.authorities import neighbours_of, published_of
from cinsim.report.tables import Cell, Table

SHOWN: Final = (
    "referral_rate", "re_referral_percent", "no_further_action_percent", "assessment_within_45_days_percent",
    "children_in_need_31_march_rate", "cin_plans_31_march_rate", "cpp_31_march_rate", "looked_after_31_march_rate",
    "case_holders_fte", "caseload_mean", "vacancy_rate", "agency_rate", "turnover_rate",
)  # fmt: skip
OF_STAFF: Final = {
    "case_holders_fte": "Social workers who hold cases (full-time equivalents)",
    "vacancy_rate": "Vacancies, share of posts",
    "agency_rate": "Agency workers, share of social workers",
    "turnover_rate": "Turnover, share of workers who leave in a year",
    "absence_rate": "Sickness, share of working days",
    "vacancy_agency_cover_rate": "Vacancies that agency workers cover",
}
"""What is published of staff and is no measure of a run; all but the first in per cent."""
COUNTS: Final = ("case_holders_fte",)
"""Numbers that grow with an authority: another's says nothing of one's own."""


def place_names() -> tuple[str, ...]:
    """Return what can be chosen: England's average authority, then the authorities by name."""
    return ("England", *(area.area_name for area in usable_authorities()))


def place_called(area: Area) -> str:
    """Return how a place is called; England's average authority is no place of its own."""
    return "an average authority of England" if area.area_code == ENGLAND_CODE else area.area_name


def figures_table(name: str, measures: Sequence[str] = SHOWN) -> Table:
    """Return a place's last published figures, its neighbours' middle and range, and England's.

    Raises
    ------
    InputError : no authority is called so; the message offers the nearest names.
    """
    area, england = find_area(name), average_authority()
    is_england = area.area_code == ENGLAND_CODE
    rows = []
    for measure in measures:
        value, year = published_of(area, measure)
        cells = [
            Cell(OF_STAFF.get(measure, label(measure).text)),
            _cell(measure, value, "" if year in (None, latest_year()) else f"of {year}"),
        ]
        if not is_england:
            cells += [_spread(area, measure), _cell(measure, None if measure in COUNTS else published_of(england, measure)[0])]
        rows.append(tuple(cells))
    beside = () if is_england else ("Ten neighbours", "England")
    who = "Published figures of an average authority" if is_england else f"{area.area_name}: published figures"
    return Table(f"{who}, {latest_year()}", ("Measure", "Average" if is_england else "Here", *beside), tuple(rows), _note(area))


def _spread(area: Area, measure: str) -> Cell:
    figures = [] if measure in COUNTS else [published_of(neighbour, measure)[0] for neighbour in neighbours_of(area)]
    there = sorted(figure for figure in figures if figure is not None)
    if not there:
        return Cell("–")
    return Cell(_text(measure, median(there)), f"{_text(measure, there[0])} to {_text(measure, there[-1])}")


def _cell(measure: str, value: float | None, note: str = "") -> Cell:
    return Cell("–") if value is None else Cell(_text(measure, value), note)


def _text(measure: str, value: float) -> str:
    return f"{value:.1f}%" if measure in OF_STAFF and measure not in COUNTS else value_text(measure, value)


def _note(area: Area) -> str:
    named = ", ".join(neighbour.area_name for neighbour in neighbours_of(area))
    return (
        f"Ten neighbours: the middle of its statistical neighbours, with the lowest and the highest under it ({named})."
        if named
        else ""
    )
