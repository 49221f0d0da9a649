"""One area's forecasts: published years, the fan of the next ones, and last year's forecast beside what came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import fill
from typing import Final

import numpy as np
import pandas as pd

from cinsim.forecast.measures import MEASURES
from cinsim.forecast.panel import National, Panel
from cinsim.forecast.shipped import COLUMNS
from cinsim.reference.areas import ENGLAND_CODE, Area
from cinsim.reference.boundaries import predecessors
from cinsim.report.labels import count_words, in_sentence, label, listed, number
from cinsim.report.proof import Proof, table_of
from cinsim.report.style import COLOURS, PUBLISHED, Drawing, from_zero, house_style, new_figure
from cinsim.report.tables import Table

COUNTS: Final[Mapping[str, str]] = {
    "referrals": "Referrals",
    "children_in_need_31_march": "Children in need at 31 March",
    "s47": "Section 47 enquiries",
    "icpc": "Initial child protection conferences",
    "cpp_started": "Child protection plans started",
    "cpp_31_march": "Child protection plans at 31 March",
}
DATA: Final = "forecast.csv"
RANGE: Final = "90% range"
WHAT_IT_IS: Final = (
    "A forecast of published figures from published figures: what next years' may be if change goes on as it has. It knows of no "
    "policy; what a policy changes is for a comparison of scenarios to say."
)


@dataclass(frozen=True)
class AreaForecast:
    """One area's figures and forecasts.

    Parameters
    ----------
    published : by measure, year and figure. ahead : forecasts of the years to come. before : of the latest year, made a year
        earlier.
    """

    area: Area
    fit_to: int
    published: Mapping[str, Mapping[int, float]]
    ahead: pd.DataFrame
    before: pd.DataFrame

    @property
    def name(self) -> str:
        """The area's name; England's own, not its average authority's."""
        return "England" if self.area.area_code == ENGLAND_CODE else self.area.area_name

    @property
    def slug(self) -> str:
        """The name as a folder's."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def first(self) -> int:
        """The first year with a figure."""
        return min(year for series in self.published.values() for year in series)

    @property
    def years(self) -> list[int]:
        """The years forecast."""
        return sorted(int(year) for year in self.ahead["year"].unique())

    def forecast(self, measure: str, year: int) -> Mapping[str, float] | None:
        """Return mean and quantiles of a measure's forecast, None where there is none."""
        rows = self.ahead[(self.ahead["measure"] == measure) & (self.ahead["year"] == year)]
        return _first(rows)

    def forecast_before(self, measure: str) -> Mapping[str, float] | None:
        """Return what had been forecast for the latest year."""
        rows = self.before[self.before["measure"] == measure]
        return _first(rows)


def _first(rows: pd.DataFrame) -> dict[str, float] | None:
    """Return the numbers of the first row, None where there is none."""
    numbers = rows.drop(columns=["area_code", "measure"])
    return None if rows.empty else {str(name): float(value) for name, value in numbers.iloc[0].items()}


def area_forecast(area: Area, forecasts: pd.DataFrame, panel: Panel, national: National, years: int) -> AreaForecast:
    """Return an area's figures and forecasts of so many years."""
    fit_to = int(forecasts["fit_to"].max())
    own = forecasts[forecasts["area_code"] == area.area_code]
    if area.area_code == ENGLAND_CODE:
        figures = national.figures
    else:
        figures = {name: table[panel.codes.index(area.area_code)] for name, table in panel.figures.items()}
    published = {
        name: {year: float(value) for year, value in zip(panel.years, values, strict=True) if np.isfinite(value)}
        for name, values in figures.items()
    }
    ahead = own[(own["fit_to"] == fit_to) & (own["year"] <= fit_to + years)]
    return AreaForecast(area, fit_to, published, ahead, own[(own["fit_to"] < fit_to) & (own["year"] == fit_to)])


def measure_name(measure: str) -> str:
    """Return the name of a measure that is forecast."""
    return COUNTS.get(measure) or label(measure).text


def _in_words(measures: list[str]) -> str:
    return listed([in_sentence(measure_name(measure)) for measure in measures])


def figure_text(measure: str, value: float | None) -> str:
    """Write a figure: counts whole, percentages and cases with one decimal, ``:`` where there is none."""
    known = MEASURES[measure]
    text = number(float("nan") if value is None else value, 0 if known.counted else 1)
    return f"{text}%" if known.percent and text != ":" else text


def range_text(measure: str, row: Mapping[str, float]) -> str:
    """Write the 90% range of a forecast."""
    return f"{figure_text(measure, row['lower'])} to {figure_text(measure, row['upper'])}"


def forecast_rows(found: AreaForecast, published_years: int = 3) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of the table: a measure a row, published years, then each forecast with its range."""
    past = list(range(found.fit_to - published_years + 1, found.fit_to + 1))
    headings = ["Measure", *(f"{year} published" for year in past)]
    for year in found.years:
        headings += [f"{year} forecast", f"{year} {RANGE}"]
    rows = []
    for measure in MEASURES:
        cells = [measure_name(measure), *(figure_text(measure, found.published[measure].get(year)) for year in past)]
        for year in found.years:
            row = found.forecast(measure, year)
            cells += [":", ":"] if row is None else [figure_text(measure, row["median"]), range_text(measure, row)]
        rows.append(cells)
    return headings, rows


def sentences(found: AreaForecast) -> list[str]:
    """Say what the forecast is, how last year's fared, and what is to be known of the area's figures."""
    said = [WHAT_IT_IS, f"Fitted to the figures published to {found.fit_to}. The forecast is the median; the {RANGE} is to hold "
            "nine in ten of the figures to come."]  # fmt: skip
    compared = [
        (measure, row) for measure in MEASURES
        if (row := found.forecast_before(measure)) is not None and found.fit_to in found.published[measure]
    ]  # fmt: skip
    missed = [m for m, row in compared if not row["lower"] <= found.published[m][found.fit_to] <= row["upper"]]
    if compared:
        out = f"; outside: {_in_words(missed)}" if missed else ""
        held = len(compared) - len(missed)
        figures = count_words(len(compared), "figure")
        said.append(f"Of {figures} of {found.fit_to} that had been forecast a year earlier, the ranges held {held}{out}.")
    absent = [measure for measure in MEASURES if found.ahead[found.ahead["measure"] == measure].empty]
    if absent:
        said.append(f"Not forecast, for want of figures in the last three years: {_in_words(absent)}.")
    gaps = [measure for measure in MEASURES if found.fit_to not in found.published[measure] and measure not in absent]
    if gaps:
        said.append(f"No figure for {found.fit_to} of {_in_words(gaps)}: forecast from the last one there is.")
    if found.area.area_code == ENGLAND_CODE:
        said.append(
            "England's series are short, and all its measures share a year: see how its ranges fared in docs/forecast.md."
        )
    former = [one.area_name for one in predecessors(found.area.area_code)]
    if former:
        said.append(f"It was formed from {listed(former)}, whose rates are its history where it was split off.")
    return said


def before_table(found: AreaForecast) -> Table:
    """Return what had been forecast for the latest year beside what came."""
    rows = []
    for measure in MEASURES:
        row, came = found.forecast_before(measure), found.published[measure].get(found.fit_to)
        if row is not None and came is not None:
            inside = "yes" if row["lower"] <= came <= row["upper"] else "no"
            cells = [figure_text(measure, row["median"]), range_text(measure, row), figure_text(measure, came), inside]
            rows.append([measure_name(measure), *cells])
    columns = ("Measure", "Forecast", RANGE, "Published", "In the range")
    return table_of(f"{found.fit_to} as forecast from {found.fit_to - 1}, and as it came", columns, rows)


def fan_figure(found: AreaForecast) -> Drawing:
    """Draw each measure: published figures, the forecast's 50% and 90% ranges, and last year's forecast."""
    title = f"{found.name}: published to {found.fit_to}, forecast to {found.years[-1]}"
    with house_style():
        rows = (len(MEASURES) + 1) // 2
        figure = new_figure(1.0 + 1.75 * rows, title)
        panels = figure.subplots(rows, 2, squeeze=False).ravel()
        for axes, measure in zip(panels, MEASURES, strict=False):
            series = found.published[measure]
            axes.plot(
                list(series), list(series.values()), "-o", color=PUBLISHED, linewidth=1.5, markersize=2.5, label="published"
            )
            fan = found.ahead[found.ahead["measure"] == measure].sort_values("year")
            years = fan["year"].to_numpy(dtype=np.float64)
            start = [series[found.fit_to]] if found.fit_to in series else []
            at = np.concatenate([[found.fit_to], years]) if start else years
            for low, high, alpha, text in (
                ("lower", "upper", 0.18, RANGE),
                ("lower_quartile", "upper_quartile", 0.3, "50% range"),
            ):
                axes.fill_between(
                    at, [*start, *fan[low]], [*start, *fan[high]], color=COLOURS[0], alpha=alpha, linewidth=0, label=text
                )
            axes.plot(at, [*start, *fan["median"]], color=COLOURS[0], linewidth=1.5, label="forecast")
            before = found.forecast_before(measure)
            if before is not None:
                off = [[before["median"] - before["lower"]], [before["upper"] - before["median"]]]
                axes.errorbar(
                    [found.fit_to], [before["median"]], yerr=off, fmt="D", color=COLOURS[3], markersize=3.5, linewidth=1.2,
                    capsize=2, label=f"{found.fit_to} as forecast a year earlier",
                )  # fmt: skip
            axes.set_title(fill(measure_name(measure), 30), fontsize=8.5)
            axes.tick_params(labelsize=8)
            axes.set_xticks([year for year in range(found.first, found.years[-1] + 1) if year % 4 == 0])
            axes.set_xlim(found.first - 0.5, found.years[-1] + 0.5)
            from_zero(axes)
        for axes in panels[len(MEASURES) :]:
            axes.set_visible(False)
        handles, texts = panels[0].get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside lower left", ncols=2, fontsize=8.5)
    caption = (
        f"Shaded: the {RANGE} and the 50% range of the forecast. Orange: the {RANGE} that had been forecast for {found.fit_to} a "
        "year earlier."
    )
    return Drawing("forecast", title, caption, f"Line charts of {listed([measure_name(m) for m in MEASURES])}.", figure)


def forecast_page(found: AreaForecast, name: str) -> Proof:
    """Return the page of one area's forecast; ``name`` is its folder's."""
    headings, rows = forecast_rows(found, published_years=5)
    tables = [table_of("Published years and forecast", headings, rows), before_table(found)]
    return Proof(
        name, f"{found.name}: forecast to {found.years[-1]}", f"From figures published to {found.fit_to}", sentences(found),
        [fan_figure(found)], tables, {DATA: found.ahead[list(COLUMNS)]},
    )  # fmt: skip
