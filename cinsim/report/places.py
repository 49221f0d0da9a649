"""Authorities on the page: each beside its own published figures and its neighbours', winners and losers, and a map of tiles."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from cinsim.report.labels import listed, value_text
from cinsim.report.svg import Tile, tile_map
from cinsim.report.tables import Cell, Table
from cinsim.results.model import Authority, AuthorityFigure, Results

FEW: Final = 12
"""So many authorities are told one by one; more are counted, mapped and found in the table."""
ENDS: Final = 3


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


def changes_by_authority(results: Results, option: str, measure: str) -> list[tuple[float, str, str]]:
    """Return each authority's difference with its name and text, the lowest first."""
    found = []
    for authority in results.authorities:
        figure = figure_of(authority, measure)
        difference = figure.differences.get(option) if figure else None
        if difference is not None:
            found.append((difference.difference, authority.name, difference.text))
    return sorted(found)


def authority_sentences(results: Results) -> list[str]:
    """Say what each authority's outcome comes to, where they are few; else who gains and loses most."""
    if len(results.authorities) < 2:
        return []
    said = []
    measure = results.outcomes[0]
    name = results.measure(measure).short
    for option in results.options[1:]:
        found = changes_by_authority(results, option.name, measure)
        if not found:
            continue
        if len(found) <= FEW:
            told = listed([f"{place} {text}" for _, place, text in sorted(found, key=lambda each: each[1])])
            said.append(f"{option.title}, {name}: {told}.")
            continue
        more, fewer = (sum(v > 0 for v, _, _ in found), sum(v < 0 for v, _, _ in found))
        most = listed([f"{place} ({text})" for _, place, text in reversed(found[-ENDS:])])
        least = listed([f"{place} ({text})" for _, place, text in found[:ENDS]])
        said.append(f"{option.title}, {name}: up in {more} authorities, down in {fewer}. Most up: {most}. Most down: {least}.")
    return said


def maps(results: Results) -> list[tuple[str, Markup]]:
    """Return a map of tiles for each option with its title; empty for few authorities."""
    if len(results.authorities) <= FEW:
        return []
    measure = results.outcomes[0]
    label = results.measure(measure).label
    drawn = []
    for option in results.options[1:]:
        by_name = {place: (value, text) for value, place, text in changes_by_authority(results, option.name, measure)}
        tiles = [Tile(a.name, a.region, by_name[a.name][0], by_name[a.name][1]) for a in results.authorities if a.name in by_name]
        if tiles:
            up = sum(tile.value > 0 for tile in tiles)
            title = f"{option.title}: {results.measure(measure).short} up in {up} of {len(tiles)} authorities"
            drawn.append((title, tile_map(tiles, f"{title}. {label}, a tile an authority, by region.", "far more", "far fewer")))
    return drawn
