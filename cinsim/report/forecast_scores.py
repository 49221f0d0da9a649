"""Pages that say how forecasts fared: over rolling origins, and last year's against what came."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cinsim.forecast.measures import MEASURES
from cinsim.forecast.summary import CENTRED, beaten, coverage, gains, of_authorities, of_england
from cinsim.report.fans import figure_text, measure_name, range_text
from cinsim.report.labels import count_words, in_sentence, listed
from cinsim.report.proof import Proof, table_of
from cinsim.report.style import COLOURS, Drawing, house_style, new_figure
from cinsim.report.tables import Table

LOW, HIGH = 85.0, 95.0
"""Percent of figures between which a 90% range, pooled over years, is to hold."""
UNITS = "CRPS and error in percent (100 times the logarithm) for counts and caseload, in points for percentages"


def years_ahead(ahead: int) -> str:
    """Return ``1 year ahead``."""
    return f"{count_words(ahead, 'year')} ahead"


def coverage_rows(scores: pd.DataFrame) -> list[list[str]]:
    """Return, for each reach, how many of the figures the 90% ranges held, pooled over measures, areas and origins."""
    by = [coverage(part, ["ahead"]).set_index("ahead") for part in (of_authorities(scores), of_england(scores))]
    return [
        [str(ahead), *(cell for one in by for cell in (f"{one.loc[ahead, 'held']:.1f}%", f"{one.loc[ahead, 'figures']:,.0f}"))]
        for ahead in by[0].index
        if all(ahead in one.index for one in by)
    ]


COVERAGE_COLUMNS = ("Years ahead", "Authorities: held", "Figures", "England: held", "Figures")
GAIN_COLUMNS = (
    "Measure", "Years ahead", "Held", "CRPS", "Best naive", "Its CRPS", "Gain", "Error", "Last year's error", "Figures",
)  # fmt: skip


def gain_rows(table: pd.DataFrame, reaches: Sequence[int]) -> list[list[str]]:
    """Return the rows of gains over naive forecasts at some reaches."""
    return [
        [
            measure_name(row["measure"]), str(row["ahead"]), f"{row['held']:.0f}%", f"{row['crps']:.2f}", row["best"],
            f"{row['best_crps']:.2f}", _gain(row), f"{row['error']:.1f}",
            f"{row['error_last_year']:.1f}", f"{row['figures']:,}",
        ]
        for row in table.to_dict("records")
        if row["ahead"] in reaches
    ]  # fmt: skip


def _gain(row: Mapping[Hashable, Any]) -> str:
    return f"{row['gain']:+.1f}% ± {row['gain_error']:.1f}" if np.isfinite(row["gain"]) else ":"


def origin_rows(scores: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return what authorities' ranges held by year of origin and reach."""
    table = coverage(of_authorities(scores), ["origin", "ahead"]).pivot(index="ahead", columns="origin", values="held")
    rows = [[str(ahead), *("" if np.isnan(value) else f"{value:.0f}%" for value in table.loc[ahead])] for ahead in table.index]
    return ["Years ahead", *(f"from {year}" for year in table.columns)], rows


def england_rows(scores: pd.DataFrame) -> list[list[str]]:
    """Return England's mean CRPS by reach, over all measures, of the model and of the two naive forecasts."""
    table = of_england(scores).pivot_table(index="ahead", columns="forecaster", values="crps")
    return [[str(ahead), *(f"{table.loc[ahead, name]:.2f}" for name in ("model", *CENTRED))] for ahead in table.index]


def origins_sentences(scores: pd.DataFrame) -> list[str]:
    """Say what the ranges held and on how many measures the forecasts beat the naive ones."""
    own = of_authorities(scores)
    held = coverage(own, ["ahead"])["held"]
    said = [
        f"Authorities' 90% ranges held {held.min():.1f} to {held.max():.1f}% of the figures, pooled over measures and origins."
    ]
    national = of_england(scores)
    if len(national):
        of_all = coverage(national, ["forecaster"]).iloc[0]
        said.append(f"England's held {of_all['held']:.1f}% of {of_all['figures']:.0f}.")
    for against, words in ((CENTRED, "both last year's figure and the three-year mean"), (None, "each of four naive forecasts")):
        rows = beaten(gains(own) if against is None else gains(own, against)).to_dict("records")
        worse = [f"{row['worse']} ({years_ahead(row['ahead'])})" for row in rows if row["worse"]]
        better = [str(row["better"]) for row in rows]
        counts = better[:1] if len(set(better)) == 1 else better
        gained = listed([format(row["gain"], ".1f") for row in rows])
        said.append(
            f"By CRPS, {listed([str(row['ahead']) for row in rows])} years ahead: better than {words} on {listed(counts)} of "
            f"{rows[0]['measures']} measures, by {gained}% on average; worse by more than the error on "
            f"{'; '.join(worse) if worse else 'none'}."
        )
    return said


def origins_page(scores: pd.DataFrame) -> Proof:
    """Return the page of the rolling origins."""
    own = of_authorities(scores)
    table = gains(own)
    origins = sorted(scores["origin"].unique())
    headings, by_origin = origin_rows(scores)
    tables = [
        table_of("90% ranges, pooled over measures, areas and origins", COVERAGE_COLUMNS, coverage_rows(scores)),
        table_of(f"Authorities, against the best of four naive forecasts. {UNITS}", GAIN_COLUMNS, gain_rows(table, range(1, 9)),
                 "Gain: of the mean CRPS, with its standard error, clustered by authority. Error: median absolute."),
        table_of("Authorities' 90% ranges by year of origin", headings, by_origin),
        table_of("England: mean CRPS over measures", ("Years ahead", "Model", *CENTRED), england_rows(scores)),
    ]  # fmt: skip
    return Proof(
        "forecast_origins", f"Forecasts made from {origins[0]} to {origins[-1]}, held against what came",
        "The statistical model of published figures, England and every authority", origins_sentences(scores),
        [gain_figure(table)], tables, {"scores.csv": table},
    )  # fmt: skip


def gain_figure(table: pd.DataFrame) -> Drawing:
    """Draw the gain over the best naive forecast by measure and reach, with its 95% interval."""
    title = "Gain over the best naive forecast"
    measures = [name for name in MEASURES if name in set(table["measure"])]
    reaches = sorted(table["ahead"].unique())
    with house_style():
        figure = new_figure(1.6 + 0.4 * len(measures), title)
        axes = figure.subplots()
        for place, ahead in enumerate(reaches):
            rows = table[table["ahead"] == ahead].set_index("measure").reindex(measures)
            y = np.arange(len(measures))[::-1] - 0.14 * (place - (len(reaches) - 1) / 2)
            axes.errorbar(
                rows["gain"], y, xerr=1.96 * rows["gain_error"], fmt="o", color=COLOURS[place % len(COLOURS)], markersize=3,
                linewidth=1, label=years_ahead(int(ahead)),
            )  # fmt: skip
        axes.axvline(0, color="#505A5F", linewidth=1)
        axes.set_yticks(np.arange(len(measures))[::-1], [measure_name(name) for name in measures], fontsize=8)
        axes.set_xlabel("CRPS smaller by, percent", loc="right")
        axes.grid(visible=False, axis="y")
        figure.legend(loc="outside lower left", ncols=2)
    better = int((table["gain"] > 0).sum())
    alt = f"The model's CRPS is smaller than the best naive forecast's on {better} of {len(table)} measures and reaches."
    return Drawing("gains", title, "Right of the line: better than the best naive forecast. Bars: 95% intervals.", alt, figure)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def outturn_page(came: pd.DataFrame, scores: pd.DataFrame) -> Proof:
    """Return the page of last year's forecasts against what came."""
    year, fit_to, ahead = int(came["year"].iloc[0]), int(scores["origin"].iloc[0]), int(scores["ahead"].iloc[0])
    own, national = of_authorities(scores), of_england(came)
    table = gains(own)
    held = 100.0 * float(of_authorities(came)["held"].mean())
    odd = [row["measure"] for row in coverage(own, ["measure"]).to_dict("records") if not LOW <= row["held"] <= HIGH]
    said = [
        f"Forecasts made from the figures of {fit_to}, {years_ahead(ahead)}, against those of {year}.",
        f"Authorities' 90% ranges held {held:.1f}% of {len(of_authorities(came)):,} figures; all share the year, so "
        "that one year says little of the ranges.",
        *([f"Held fewer than {LOW:.0f}% or more than {HIGH:.0f}%: {listed([in_sentence(measure_name(m)) for m in odd])}."]
          if odd else []),
        f"By CRPS the forecasts were better than the best of four naive ones on {int((table['gain'] > 0).sum())} of "
        f"{len(table)} measures.",
        f"England's ranges held {int(national['held'].sum())} of {len(national)} figures.",
    ]  # fmt: skip
    england = [
        [
            measure_name(row["measure"]), figure_text(row["measure"], row["mean"]), range_text(row["measure"], row),
            figure_text(row["measure"], row["outturn"]), "yes" if row["held"] else "no",
        ]
        for row in _records(national)
    ]  # fmt: skip
    tables: list[Table] = [
        table_of(f"England {year}", ("Measure", "Mean", "90% range", "Published", "In the range"), england),
        table_of(f"Authorities {year}, against the best of four naive forecasts. {UNITS}", GAIN_COLUMNS,
                 gain_rows(table, [ahead]),
                 "CRPS from five quantiles, of all forecasts alike. Gain: of the mean CRPS, with its standard error."),
    ]  # fmt: skip
    return Proof(
        f"outturn_{year}", f"Forecasts of {year}, and as it came", f"Made from the figures of {fit_to}", said,
        [gain_figure(table)], tables, {"outturn.csv": came},
    )  # fmt: skip
