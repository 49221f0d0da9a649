"""The page's first screen: what each option does to the outcomes, how sure that is, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from cinsim.report.published import PUBLISHED_YEAR, comparable
from cinsim.report.results.model import Cost, Difference, Option, Results
from cinsim.report.svg import Line, Panel, Whisker, lines, whiskers
from cinsim.report.tables import Cell, Table

SURE: Final = {"certain": "certain", "likely": "likely", "cannot tell": "cannot tell", "no change": "no change"}
SMALL: Final = "hardly any change"
MOST_LINES: Final = 3


def outcomes_table(results: Results, england: dict[str, float]) -> Table:
    """Return outcomes x options: size, range and verdict, and what each option costs; of a single scenario, by year."""
    return _compared(results) if results.compares else _single(results, england)


def _compared(results: Results) -> Table:
    others = results.options[1:]
    rows = []
    for name in results.outcomes:
        level = results.level(results.baseline.name, name, results.last)
        now = Cell(level.text, level.range_text) if level else Cell(":")
        cells = [_cell(results.difference(option.name, name), results.measure(name).good) for option in others]
        rows.append((_outcome(results, name), now, *cells))
    rows += _cost_rows(results, others)
    return Table(
        f"What each option changes, year to March {results.last}",
        ("Outcome", results.baseline.title, *(option.title for option in others)),
        tuple(rows),
        f"{results.looked.rule} Small print: 95% intervals of differences; ranges of levels{_what_ranges(results)}.",
    )


def _outcome(results: Results, name: str) -> Cell:
    """Return a row's heading: the measure's short name with its unit."""
    measure = results.measure(name)
    return Cell(measure.short[:1].upper() + measure.short[1:], "" if measure.unit == "%" else measure.unit)


def _cell(found: Difference | None, good: str) -> Cell:
    if found is None:
        return Cell(":")
    if found.verdict == "no change":
        return Cell("0", "no change", "unsure")
    sure = SMALL if found.small else SURE[found.verdict]
    interval = "no interval" if found.lower is None else found.interval_text
    if found.small or found.verdict == "cannot tell":
        return Cell(sure, f"{found.text} ({interval})", "unsure")
    better = good != "none" and (found.difference > 0) == (good == "high")
    look = "" if good == "none" else "better" if better else "worse"
    return Cell(f"{'▲' if found.difference > 0 else '▼'} {found.text}", f"{interval}; {sure}", look)


def _cost_rows(results: Results, others: Sequence[Option]) -> list[tuple[Cell, ...]]:
    total = results.cost(results.baseline.name, "total")
    if total is None:
        return []
    cells = [_cost_cell(results, results.cost(option.name, "total")) for option in others]
    rows = [(Cell("Cost a year", "staff, agency premium, policy"), Cell(total.text), *cells)]
    if results.gains:
        by_option = {option.name: [g for g in results.gains if g.option == option.name] for option in others}
        told = [
            Cell("; ".join(f"{results.measure(g.measure).short}: {g.text}" for g in gains) or "–") for gains in by_option.values()
        ]
        rows.append((Cell("Cost of each gain"), Cell("–"), *told))
    return rows


def _cost_cell(results: Results, total: Cost | None) -> Cell:
    if total is None:
        return Cell(":")
    parts = [results.cost(total.option, kind) for kind in ("staff", "agency premium", "policy")]
    note = "; ".join(
        f"{part.kind} {part.more_text}" for part in parts if part is not None and part.more and abs(part.more) >= 0.5
    )
    sure = "" if total.verdict in (None, "certain", "no change") else f"; {total.verdict}"
    return Cell(total.more_text if total.more and abs(total.more) >= 0.5 else "the same", f"{note}{sure}".lstrip("; "))


def _single(results: Results, england: dict[str, float]) -> Table:
    rows = []
    for name in results.outcomes:
        cells = [_outcome(results, name)]
        for year in dict.fromkeys((results.years[0], results.last)):
            level = results.level(results.baseline.name, name, year)
            cells.append(Cell(level.text, level.range_text) if level else Cell(":"))
        known = england.get(name) if comparable(name) else None
        rows.append((*cells, Cell("–" if known is None else _published_text(name, known))))
    if first := results.cost(results.baseline.name, "total", results.years[0]):
        years = dict.fromkeys((results.years[0], results.last))
        costs = [results.cost(results.baseline.name, "total", year) or first for year in years]
        rows.append((Cell("Cost a year", "staff, agency premium, policy"), *(Cell(cost.text) for cost in costs), Cell("–")))
    years_named = [f"year to March {year}" for year in dict.fromkeys((results.years[0], results.last))]
    return Table(
        f"{results.baseline.title}: {results.place}",
        ("Outcome", *years_named, f"England {PUBLISHED_YEAR}"),
        tuple(rows),
        f"Under each value: its range{_what_ranges(results)}.",
    )


def _published_text(name: str, value: float) -> str:
    from cinsim.report.labels import value_text

    return value_text(name, value)


def _what_ranges(results: Results) -> str:
    kinds = {level.range for level in results.levels if level.year == results.last}
    return " hold nine in ten of further runs of the model" if "90%" in kinds else " are lowest to highest"


def lead_title(results: Results) -> str:
    """Return what the first figure shows, as a finding."""
    sure = {"certain": 0, "likely": 1}
    found = [d for o in results.outcomes for d in results.differences if d.measure == o and d.year == results.last]
    told = sorted((d for d in found if d.verdict in sure and not d.small), key=lambda d: sure[d.verdict])
    if not results.compares:
        return f"{results.baseline.title}, {results.years[0]} to {results.last}"
    if not told:
        return "No option changes an outcome by more than this run can tell from chance"
    first = told[0]
    option = next(option.title for option in results.options if option.name == first.option)
    way = "up" if first.difference > 0 else "down"
    return f"{option}: {results.measure(first.measure).short} {way} {first.text.lstrip('+−')}{_unit(results, first.measure)}"


def _unit(results: Results, name: str) -> str:
    unit = results.measure(name).unit
    return " points" if unit == "%" else f" {unit}" if unit.startswith("per ") else ""


def lead_figure(results: Results) -> Markup:
    """Return the first figure: differences with their intervals, or the outcomes over the years."""
    if results.compares:
        return whiskers(panels_of(results), lead_alt(results))
    return Markup("").join(year_figure(results, name) for name in results.outcomes[:MOST_LINES])


def panels_of(results: Results) -> list[Panel]:
    """Return each outcome's differences in the last year, a panel each."""
    places = {option.name: place for place, option in enumerate(results.options)}
    titles = {option.name: option.title for option in results.options}
    panels = []
    for name in results.outcomes:
        here = [d for option in results.options[1:] if (d := results.difference(option.name, name)) is not None]
        drawn = tuple(
            Whisker(titles[d.option], places[d.option], d.difference, d.lower, d.upper, f"{d.text} ({d.interval_text})")
            for d in here
        )
        unit = "points" if results.measure(name).unit == "%" else results.measure(name).unit or "difference"
        if drawn:
            panels.append(Panel(_outcome(results, name).text, unit, drawn))
    return panels


def year_figure(results: Results, name: str) -> Markup:
    """Return one measure over the years, each option a line."""
    series = []
    for place, option in enumerate(results.options):
        levels = [level for year in results.years if (level := results.level(option.name, name, year)) is not None]
        points = tuple((lv.year, lv.mean, lv.lower, lv.upper, f"{lv.text} ({lv.range_text})") for lv in levels)
        if points:
            series.append(Line(option.title, place, points))
    return lines(results.measure(name).label, results.measure(name).unit, series)


def lead_alt(results: Results) -> str:
    """Return the first figure in words, from its numbers."""
    said = []
    for name in results.outcomes:
        for option in results.options[1:]:
            if (found := results.difference(option.name, name)) is not None:
                said.append(f"{results.measure(name).short}, {option.title}: {found.text} ({found.interval_text})")
    return f"Differences from {results.baseline.title} with 95% intervals. {'; '.join(said)}."


def year_tables(results: Results, names: Sequence[str]) -> list[Table]:
    """Return each option's levels by year; of a run from a return, the return's own counts first."""
    own = results.own_return
    tables = []
    for option in results.options:
        rows = []
        for name in names:
            levels = [results.level(option.name, name, year) for year in results.years]
            if all(level is None for level in levels):
                continue
            cells = [Cell(lv.text, lv.range_text, sort=lv.mean) if lv else Cell(":") for lv in levels]
            rows.append((Cell(results.measure(name).label), *cells))
        if rows:
            columns = ("Measure", *(f"to March {year}" for year in results.years))
            note = f"Under each value: its range{_what_ranges(results)}."
            tables.append(Table(f"{option.title}, by year", columns, tuple(rows), note))
    if own is not None:
        tables.insert(0, _return_table(results))
    return tables


def _return_table(results: Results) -> Table:
    """Return the counts of the return that the run started from beside those of the simulated years."""
    own = results.own_return
    assert own is not None
    rows = []
    for stage, count in own.counts.items():
        measure = own.beside.get(stage, "")
        cells = [
            Cell(lv.text, lv.range_text) if (lv := results.level(results.baseline.name, measure, year)) else Cell("–")
            for year in results.years
        ]
        rows.append((Cell(stage.replace("_", " ").capitalize()), Cell(f"{count:,}" if isinstance(count, int) else count), *cells))
    rows.append((Cell("Open children together"), Cell(str(own.open_children)), *(Cell("–") for _ in results.years)))
    columns = ("Children open", f"Your return, {own.census_date}", *(f"31 March {year}" for year in results.years))
    note = f"Read from {own.file}. “c”: 1 to 5 children, or a number that would give one away."
    return Table(f"Your return beside {results.baseline.title.lower()}", columns, tuple(rows), note)


def against_table(results: Results) -> Table | None:
    """Return options against each other in the outcomes of the last year; None for fewer than two options."""
    if not results.against:
        return None
    titles = {option.name: option.title for option in results.options}
    pairs = list(dict.fromkeys((each.option, each.other) for each in results.against))
    rows = []
    for option, other in pairs:
        cells = []
        for name in results.outcomes:
            found = next((a for a in results.against if (a.option, a.other, a.measure) == (option, other, name)), None)
            unsure = found is None or found.verdict not in ("certain", "likely")
            cells.append(Cell(found.text if found else ":", found.verdict if found else "", "unsure" if unsure else ""))
        rows.append((Cell(titles[option], f"less {titles[other]}"), *cells))
    columns = ("Option, less another", *(results.measure(name).label for name in results.outcomes))
    return Table(f"Options against each other, year to March {results.last}", columns, tuple(rows))


def cost_table(results: Results) -> Table | None:
    """Return what each option costs in the last year, line by line; None where the run holds no costs."""
    here = [cost for cost in results.costs if cost.year == results.last]
    if not here:
        return None
    kinds = list(dict.fromkeys((cost.kind, cost.item) for cost in here if not (cost.kind == "policy" and not cost.item)))
    kinds.sort(key=lambda line: ("staff", "agency premium", "policy", "total").index(line[0]))
    rows = []
    for kind, item in kinds:
        name = {"staff": "Staff", "agency premium": "Agency premium", "policy": f"Policy: {item}", "total": "Together"}[kind]
        cells = []
        for option in results.options:
            cost = results.cost(option.name, kind, item=item)
            cells.append(
                Cell("–") if cost is None else Cell(cost.text, f"{cost.more_text} ({cost.interval_text})" if cost.more else "")
            )
        rows.append((Cell(name), *cells))
    note = (
        "Staff: time in post at the cost of an hour, with agency staff at permanent rates. Agency premium: what they cost above "
        "that. Policy: what the scenario says under costs. Under each: more or less than the baseline, with its 95% interval."
    )
    return Table(f"Cost a year, year to March {results.last}", ("Cost", *(o.title for o in results.options)), tuple(rows), note)


def hours_by_role(results: Results) -> Table | None:
    """Return hours by role in the last year; None for several areas."""
    here = [each for each in results.hours if each.year == results.last]
    if not here:
        return None
    rows = []
    for role in dict.fromkeys(each.role for each in here):
        cells = []
        for option in results.options:
            found = next((each for each in here if (each.role, each.option) == (role, option.name)), None)
            used = "" if found is None or found.used_percent is None else f"{found.used_percent:.0f}% of the time there is"
            cells.append(Cell("–") if found is None else Cell(f"{found.hours:,.0f}", used))
        rows.append((Cell(role.capitalize()), *cells))
    note = (
        "Visits can wait while time is left: work waits for its own worker and its day, and hours left in one diary do not help "
        "another's children."
    )
    return Table(
        f"Hours of work by role, year to March {results.last}", ("Role", *(o.title for o in results.options)), tuple(rows), note
    )
