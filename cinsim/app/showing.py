"""A finished run's results, tab by tab: the tables, figures and sentences of the page, drawn from ``results.json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from cinsim.report.brief import LIMITS
from cinsim.report.first_screen import (
    against_table,
    cost_table,
    hours_by_role,
    lead_figure,
    lead_title,
    outcomes_table,
    year_figure,
    year_tables,
)
from cinsim.report.places import authority_sentences, authority_tables, maps
from cinsim.report.published import england
from cinsim.report.results.model import Results
from cinsim.report.tables import Cell, Table

TABS: Final = (
    ("answer", "Answer"), ("options", "Options"), ("time", "Over time"), ("who", "Who"), ("where", "Where"),
    ("cost", "Staff and cost"), ("sure", "How sure"), ("assumptions", "Assumptions"), ("away", "Take away"),
)  # fmt: skip
ALL: Final = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is shown of the results: one measure, one authority; empty for all."""

    measure: str = ALL
    place: str = ALL


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a tab: its name, its label, what may be chosen and what is."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a tab: a heading, sentences, a figure with its finding, tables."""

    heading: str = ""
    sentences: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    """Titles with what is said of each."""
    finding: str = ""
    figure: Markup | None = None
    tables: tuple[Table, ...] = ()
    folded: bool = False
    """Whether the tables are shown only on request."""
    beside: bool = False
    """Whether the table and the figure stand beside each other."""


@dataclass(frozen=True, slots=True)
class Tab:
    """What a tab shows."""

    blocks: tuple[Block, ...]
    filters: tuple[Filter, ...] = ()


def tab_of(name: str, results: Results, chosen: Chosen, folder: Path) -> Tab:
    """Return what a tab shows; an unknown one is the answer."""
    makers: Mapping[str, Callable[[Results, Chosen, Path], Tab]] = {
        "options": _options, "time": _time, "who": _who, "where": _where, "cost": _cost, "sure": _sure,
        "assumptions": _assumptions,
    }  # fmt: skip
    return makers.get(name, _answer)(results, chosen, folder)


def _answer(results: Results, chosen: Chosen, folder: Path) -> Tab:
    outcomes = outcomes_table(results, england())
    told = tuple((option.title, option.sentence) for option in results.options[1:])
    first = Block(told=told, finding=lead_title(results), figure=lead_figure(results), tables=(outcomes,), beside=True)
    return Tab((first, *([Block("Before you rely on it", results.cautions)] if results.cautions else [])))


def _options(results: Results, chosen: Chosen, folder: Path) -> Tab:
    blocks = []
    for option in results.options[1:]:
        also = option.also_changed or ("Nothing else that this run can be certain of.",)
        blocks.append(Block(option.title, (option.sentence,)))
        blocks.append(Block("What else changed", also))
    if (against := against_table(results)) is not None:
        blocks.append(Block("Options against each other", tables=(against,)))
    if not blocks:
        blocks.append(Block("", ("One scenario was run, so there is nothing to compare. Change something, or add an option.",)))
    return Tab(tuple(blocks))


def _time(results: Results, chosen: Chosen, folder: Path) -> Tab:
    names = [each.name for each in results.measures if any(lv.measure == each.name for lv in results.levels)]
    name = chosen.measure if chosen.measure in names else results.outcomes[0]
    said = (
        "Simulated children, not what will happen: ranges hold what the model leaves open, and not how figures change from year "
        "to year beyond it."
    )
    measure = results.measure(name)
    finding = f"{measure.label}, {results.years[0]} to {results.last}"
    first = Block(
        sentences=(said,), finding=finding, figure=year_figure(results, name), tables=tuple(year_tables(results, [name]))
    )
    rest = Block("Every outcome by year", tables=tuple(year_tables(results, results.outcomes)))
    return Tab((first, rest), (_measures(results, names, name),))


def _measures(results: Results, names: list[str], name: str) -> Filter:
    outcomes = [each for each in results.outcomes if each in names]
    ordered = [*outcomes, *(each for each in names if each not in outcomes)]
    return Filter("measure", "Measure", tuple((each, results.measure(each).label) for each in ordered), name)


def _who(results: Results, chosen: Chosen, folder: Path) -> Tab:
    names = list(dict.fromkeys(each.measure for each in results.groups))
    if not names:
        return Tab((Block("", ("This run told no groups of children apart.",)),))
    name = chosen.measure if chosen.measure in names else next((each for each in results.outcomes if each in names), names[0])
    rows = [
        (Cell(each.label), *(Cell(each.texts.get(option.name, ":")) for option in results.options))
        for each in results.groups
        if each.measure == name
    ]
    baseline, *others = results.options
    columns = ("Group", f"{baseline.title}, level", *(f"{option.title}, difference" for option in others))
    note = "“c”: so few children that one could be known, or a number that would give one away."
    table = Table(f"{results.measure(name).label}, by group, year to March {results.last}", columns, tuple(rows), note)
    said = "Ethnicity and category of need shift nothing in this model, so that it says nothing on differences by them."
    return Tab((Block("", (said,), tables=(table,)),), (_measures(results, names, name),))


def _where(results: Results, chosen: Chosen, folder: Path) -> Tab:
    if not results.authorities:
        return Tab(
            (Block("", ("England's average authority was run, which is no place of its own. Choose authorities to see them.",)),)
        )
    tables = {
        figure.measure: table for figure, table in zip(results.authorities[0].figures, authority_tables(results), strict=True)
    }
    name = chosen.measure if chosen.measure in tables else next(iter(tables))
    drawn = maps(results)
    said = tuple(authority_sentences(results))
    blocks = [Block("", said, tables=(_of_place(tables[name], chosen.place),))]
    blocks += [Block("", finding=title, figure=figure) for title, figure in drawn]
    places = tuple((each.name, each.name) for each in results.authorities)
    filters = [_measures(results, list(tables), name)]
    if len(places) > 1:
        filters.append(Filter("place", "Authority", ((ALL, "All"), *places), chosen.place))
    return Tab(tuple(blocks), tuple(filters))


def _of_place(table: Table, place: str) -> Table:
    rows = tuple(row for row in table.rows if row[0].text == place)
    return Table(table.caption, table.columns, rows or table.rows, table.note)


def _cost(results: Results, chosen: Chosen, folder: Path) -> Tab:
    tables = tuple(table for table in (cost_table(results), hours_by_role(results)) if table is not None)
    gains = tuple(
        f"{next(o.title for o in results.options if o.name == each.option)}, {results.measure(each.measure).short}: {each.text}"
        for each in results.gains
    )
    blocks = [Block("", tables=tables)] if tables else [Block("", ("This run holds no costs.",))]
    return Tab((*blocks, *([Block("Cost of each gain", gains)] if gains else [])))


def _sure(results: Results, chosen: Chosen, folder: Path) -> Tab:
    source = results.source
    made = f"{source.draws} {'set' if source.draws == 1 else 'sets'} of parameters, {source.replications} replications of each"
    said = [results.opening, results.looked.rule]
    for option in results.options[1:]:
        for name in results.outcomes:
            found = results.difference(option.name, name)
            if found is not None and found.verdict == "cannot tell" and found.replications_needed:
                said.append(
                    f"{option.title}, {results.measure(name).short}: about {found.replications_needed} replications of each set "
                    f"would tell ({source.replications} here)."
                )
    blocks = [Block(made, tuple(said))]
    if results.compares:
        heading = "Each outcome's difference with its 95% interval"
        blocks.append(Block(heading, finding=lead_title(results), figure=lead_figure(results)))
    return Tab((*blocks, Block("Limits", LIMITS)))


def _assumptions(results: Results, chosen: Chosen, folder: Path) -> Tab:
    from cinsim.report.folder import read_run
    from cinsim.report.tables import parameters_table

    blocks = [Block(f"What changes: {option.title}", option.changes) for option in results.options if option.changes]
    table = parameters_table(read_run(folder))
    if table is not None:
        blocks.append(Block(f"All {len(table.rows)} parameters, with what each rests on", tables=(table,), folded=True))
    return Tab(tuple(blocks))


def summary(results: Results) -> dict[str, Any]:
    """Return what stands above every tab."""
    return {"title": results.question or results.title, "opening": results.opening}
