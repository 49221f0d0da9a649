"""Authorities on the page: each beside its own published figures and its neighbours', winners and losers, and a map of tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from cinsim.report.labels import listed, value_text
from cinsim.report.results.model import Authority, AuthorityDifference, AuthorityFigure, Results
from cinsim.report.svg import Tile, tile_map
from cinsim.report.tables import Cell, Table

FEW: Final = 12
"""So many authorities are told one by one; more are counted, mapped and found in the table."""
ENDS: Final = 3
ONE_RUN: Final = "one run"


def authority_tables(results: Results) -> list[Table]:
    """Return a table a measure: every authority's published figure, its neighbours', and what was simulated."""
    if not results.authorities:
        return []
    return [_table(results, figure.measure) for figure in results.authorities[0].figures]


def _table(results: Results, measure: str) -> Table:
    others = results.options[1:]
    rows = []
    for authority in results.authorities:
        found = figure_of(authority, measure)
        if found is None:
            continue
        level = found.levels.get(results.baseline.name)
        cells = [
            _value(measure, found.published, found.published_year),
            _value(measure, found.neighbours, None),
            _value(measure, level, None),
        ]
        for option in others:
            difference = found.differences.get(option.name)
            if difference is None:
                cells.append(Cell(":"))
                continue
            told = (
                "" if difference.told in ("lower", "higher") else difference.told if difference.lower is not None else "one run"
            )
            cells.append(Cell(difference.text, told, "unsure" if told else "", difference.difference))
        rows.append((Cell(authority.name, authority.region), *cells))
    columns = ("Authority", "Published", "Ten neighbours", results.baseline.title, *(option.title for option in others))
    note = (
        "Published: the authority's own latest figure. Ten neighbours: the middle of its statistical neighbours' figures. Then "
        f"what was simulated for the year to March {results.last}, and each option's difference. Of twenty differences told, "
        "about one is by chance."
    )
    return Table(results.measure(measure).label if _known(results, measure) else measure, columns, tuple(rows), note)


def _known(results: Results, measure: str) -> bool:
    return any(each.name == measure for each in results.measures)


def _value(measure: str, value: float | None, year: int | None) -> Cell:
    return Cell("–") if value is None else Cell(value_text(measure, value), str(year or ""), sort=value)


def figure_of(authority: Authority, measure: str) -> AuthorityFigure | None:
    """Return one measure of an authority."""
    return next((figure for figure in authority.figures if figure.measure == measure), None)


@dataclass(frozen=True, slots=True)
class Change:
    """One authority's difference in one measure."""

    value: float
    name: str
    region: str
    text: str
    told: str
    words: str


def changes_by_authority(results: Results, option: str, measure: str) -> list[Change]:
    """Return each authority's difference from the baseline, the lowest first."""
    found = []
    for authority in results.authorities:
        figure = figure_of(authority, measure)
        difference = figure.differences.get(option) if figure else None
        if difference is not None:
            words = difference.text if difference.told in ("lower", "higher") else f"{difference.text} ({_untold(difference)})"
            found.append(Change(difference.difference, authority.name, authority.region, difference.text, difference.told, words))
    return sorted(found, key=lambda each: each.value)


def _untold(difference: AuthorityDifference) -> str:
    return difference.told if difference.lower is not None or difference.told != "cannot tell" else ONE_RUN


def authority_sentences(results: Results) -> list[str]:
    """Say what each authority's outcome comes to, where they are few; else who gains and loses, of those that can be told."""
    if len(results.authorities) < 2 or not results.compares:
        return []
    measure = results.outcomes[0]
    name = results.measure(measure).short
    said = []
    for option in results.options[1:]:
        found = changes_by_authority(results, option.name, measure)
        if not found:
            continue
        start = f"{option.title}, {name}: "
        if len(found) <= FEW:
            by_name = sorted(found, key=lambda each: each.name)
            said.append(f"{start}{'; '.join(f'{each.name} {each.words}' for each in by_name)}.")
            continue
        up, down = [each for each in found if each.told == "higher"], [each for each in found if each.told == "lower"]
        if all(each.words.endswith(f"{ONE_RUN})") for each in found):
            said.append(
                f"{start}one run of each authority cannot tell its change from chance. The table and the map show what came out."
            )
            continue
        ends = [("Most up", up[::-1][:ENDS]), ("Most down", down[:ENDS])]
        named = "".join(f" {words}: {listed([f'{e.name} ({e.text})' for e in them])}." for words, them in ends if them)
        said.append(
            f"{start}up in {len(up)} authorities and down in {len(down)} of {len(found)}, by more than chance brings in one of "
            f"twenty.{named}"
        )
    return said


def maps(results: Results) -> list[tuple[str, Markup]]:
    """Return a map of tiles for each option with its title; empty for few authorities."""
    if len(results.authorities) <= FEW:
        return []
    measure = results.outcomes[0]
    known = results.measure(measure)
    drawn = []
    for option in results.options[1:]:
        found = changes_by_authority(results, option.name, measure)
        if found:
            up = sum(each.value > 0 for each in found)
            chance = ", one run of each, so that much of it is chance" if found[0].words.endswith(f"{ONE_RUN})") else ""
            title = f"{option.title}: {known.short} up in {up} of {len(found)} authorities{chance}"
            tiles = [Tile(each.name, each.region, each.value, each.words) for each in found]
            drawn.append(
                (title, tile_map(tiles, f"{title}. {known.label}, a tile an authority, by region.", "far more", "far fewer"))
            )
    return drawn
