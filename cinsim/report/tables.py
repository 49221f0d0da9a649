"""The tables of the page, as rows of text ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cinsim.outcomes.compare import NO_CHANGE
from cinsim.outcomes.summary import ENOUGH_FOR_RANGE, LOWEST_TO_HIGHEST
from cinsim.report.effects import Effect, effects
from cinsim.report.folder import RunFolder
from cinsim.report.labels import HEADLINES, amount, label, value_text
from cinsim.report.published import PUBLISHED_YEAR, authority, comparable, nearness
from cinsim.report.stocks import bands
from cinsim.report.suppression import SUPPRESSED, grouped_rows

LATENT = (
    "Unmet need: need above England's usual threshold for being in need while no help is given, whether or not anybody knows of "
    "it; waiting and being assessed is no help. Undetected harm: need above that for a section 47 enquiry while on no protection "
    "plan and not looked after. Both are quantities of the model that nobody counts."
)
FLAT = ("ethnicity", "need")
"""Groups that the model treats alike, so that their rates are flat by construction."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, a smaller line under it, a class for its look, and the number by which its column is sorted."""

    text: str
    note: str = ""
    look: str = ""
    sort: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption, column headings and rows; the first cell of a row is its heading."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


def headline_table(run: RunFolder, england: Mapping[str, float]) -> Table:
    """Return the first year's measures of the (baseline) scenario beside England's published figures.

    A single authority's own published figures stand between the two.
    """
    year, own = run.years[0], authority(run)
    rows = []
    for measure in HEADLINES:
        data = run.whole_area(measure)
        rows_here = data[(data["scenario"] == run.baseline.name) & (data["year"] == year) & data["value"].notna()]
        if rows_here.empty:
            continue
        mean, limits = float(rows_here["value"].mean()), bands(rows_here, measure)
        low, high = (float(limits[side].iloc[0]) for side in ("lower", "upper"))
        between = f"{amount(measure, low, label(measure).decimals)}–{value_text(measure, high)}" if len(rows_here) > 1 else ""
        cells = [Cell(label(measure).text), Cell(value_text(measure, mean), between)]
        cells += _beside(measure, mean, own) if own else []
        rows.append((*cells, *_beside(measure, mean, england)))
    holds = "holds about 90% of further runs" if run.replications >= ENOUGH_FOR_RANGE else LOWEST_TO_HIGHEST
    spread = f" Under each value: its range ({holds})."
    columns = ("Measure", "This run", *((f"{run.place} {PUBLISHED_YEAR}", "How far") if own else ()))
    return Table(
        f"{run.baseline.title}: {run.place}, year to March {year}, beside England {PUBLISHED_YEAR}",
        (*columns, f"England {PUBLISHED_YEAR}", "How far"),
        tuple(rows),
        f"Published: DfE, Children in need and Children's social work workforce, {PUBLISHED_YEAR}."
        f"{spread if run.replications > 1 else ''} “Close”: within 10% (3 percentage points for percentages). “–”: "
        f"DfE publishes no such figure. {LATENT}",
    )


def _beside(measure: str, model: float, published: Mapping[str, float]) -> list[Cell]:
    value = published.get(measure)
    if value is None or not comparable(measure):
        return [Cell("–"), Cell("–")]
    near, words = nearness(measure, model, value)
    return [Cell(value_text(measure, value)), Cell("close" if near else f"⚑ {words}", look="" if near else "flag")]


def differences_table(run: RunFolder) -> Table | None:
    """Return each scenario's paired differences from the baseline in the last year; None for a single scenario."""
    year = run.years[-1]
    rows = []
    for measure in HEADLINES:
        here = {e.arm.name: e for e in effects(run, measure, year)}
        if here:
            level = Cell(value_text(measure, next(iter(here.values())).before))
            rows.append((Cell(label(measure).text), level, *(_effect_cell(here.get(arm.name)) for arm in run.arms[1:])))
    if not rows:
        return None
    return Table(
        f"Difference from {run.baseline.label}, year to March {year}",
        ("Measure", f"{run.baseline.label}, level", *(arm.title for arm in run.arms[1:])),
        tuple(rows),
        "Differences are paired by draw and replication; those of percentages are in percentage points. Under each: its 95% "
        "interval. Grey: less than 1% (half a point), if anything. “Cannot tell”: the interval spans zero. Of twenty intervals "
        f"about one leaves out zero by chance alone. {LATENT}",
    )


def _effect_cell(effect: Effect | None) -> Cell:
    if effect is None:
        return Cell(":")
    if effect.none_at_all:
        return Cell("0", NO_CHANGE)
    if effect.tells or effect.negligible:
        return Cell(effect.text, effect.interval_text, "unsure" if effect.negligible else "")
    return Cell("cannot tell", f"{effect.text}; {effect.interval_text}", "unsure")


def group_tables(run: RunFolder) -> list[Table]:
    """Return the last year by group of children that the model tells apart, small numbers suppressed.

    One table for a single scenario; for a comparison one a measure, with each scenario's difference from the baseline.
    """
    year = run.years[-1]
    shown = {arm.name: _told_apart(grouped_rows(run, arm.name, year)) for arm in run.arms}
    levels = shown[run.baseline.name]
    if levels.empty:
        return []
    suppressed = "“c”: suppressed, because 1 to 5 children stand behind it, or because it would give such a number away."
    if not run.compares:
        rows = [(Cell(_group_text(g)), *(_group_cell(m, levels.loc[g, m]) for m in levels.columns)) for g in levels.index]
        columns = ("Group", *(label(m).text for m in levels.columns))
        return [Table(f"By group, year to March {year}", columns, tuple(rows), f"Mean of replications. {suppressed}")]
    tables = []
    for measure in levels.columns:
        rows = []
        for group in levels.index:
            hidden = {name: measure in table and table.loc[group, measure] == SUPPRESSED for name, table in shown.items()}
            here = {e.arm.name: e for e in effects(run, measure, year, group)}
            level = _group_cell(measure, levels.loc[group, measure])
            cells = (
                Cell("c") if hidden[run.baseline.name] or hidden[arm.name] else _effect_cell(here.get(arm.name))
                for arm in run.arms[1:]
            )
            rows.append((Cell(_group_text(group)), level, *cells))
        columns = ("Group", f"{run.baseline.label}, level", *(arm.title for arm in run.arms[1:]))
        tables.append(Table(f"{label(measure).text}, by group", columns, tuple(rows), f"Year to March {year}. {suppressed}"))
    return tables


def _told_apart(table: pd.DataFrame) -> pd.DataFrame:
    return table[[str(group).partition("=")[0] not in FLAT for group in table.index]]


def _group_cell(measure: str, value: float) -> Cell:
    return Cell("c" if value == SUPPRESSED else value_text(measure, value))


def _group_text(group: str) -> str:
    dimension, _, name = group.partition("=")
    what = _DIMENSIONS.get(dimension, dimension.replace("_", " ").capitalize())
    return f"{what}: {_NAMES.get(group, name.replace('_', ' '))}" if name else what


_DIMENSIONS = {"deprivation": "Deprivation, fifth", "need": "Need"}
_NAMES = {"deprivation=1": "1 (least deprived)", "deprivation=5": "5 (most deprived)"}
_EVIDENCE_ORDER = ("assumption", "expert range", "uncontrolled study", "controlled study", "official statistic")


def parameters_table(run: RunFolder) -> Table | None:
    """Return the parameters used, those resting on assumption first; None where the manifest holds none."""
    stored = run.manifest.get("parameters")
    if not stored:
        return None
    entries: list[dict[str, Any]] = (
        [{"name": name, **(body if isinstance(body, Mapping) else {"value": body})} for name, body in stored.items()]
        if isinstance(stored, Mapping)
        else [dict(entry) for entry in stored]
    )
    changed = changed_parameters(run)
    order = {grade: i for i, grade in enumerate(_EVIDENCE_ORDER)}
    entries.sort(key=lambda e: (str(e["name"]) not in changed, order.get(str(e.get("evidence", "")), len(order)), str(e["name"])))
    rows = tuple(
        (
            Cell(str(e["name"]).replace("_", " "), str(e.get("description", "")), "long"),
            Cell(_value(e.get("value")), "; ".join(f"{arm} {_value(v)}" for arm, v in changed.get(str(e["name"]), {}).items())),
            Cell(str(e.get("unit", ""))),
            Cell(str(e.get("evidence", "")), "changed by a scenario" if str(e["name"]) in changed else str(e.get("status", ""))),
            Cell(str(e.get("source", "")), look="long"),
        )
        for e in entries
    )
    return Table(
        "Parameters used, those that rest on assumption first", ("Parameter", "Value", "Unit", "Evidence", "Source"), rows
    )


def changed_parameters(run: RunFolder) -> dict[str, dict[str, float]]:
    """Return the parameters that scenarios set: name to scenario label to value."""
    changed: dict[str, dict[str, float]] = {}
    for arm in run.arms:
        for name, value in (arm.resolved.get("parameters") or {}).items():
            changed.setdefault(str(name), {})[arm.title] = value
    return changed


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value if value is not None else "")


def evidence_counts(run: RunFolder) -> list[tuple[str, int]]:
    """Return how many parameters rest on each grade of evidence, assumption first."""
    table = parameters_table(run)
    grades = pd.Series([row[3].text for row in table.rows], dtype=str).value_counts() if table else pd.Series(dtype=int)
    return [(grade, int(grades[grade])) for grade in _EVIDENCE_ORDER if grade in grades]
