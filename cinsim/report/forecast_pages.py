"""Pages on predictions: years that a fit never saw, and parameters that are known because they were simulated."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd

from cinsim.calibration.ranks import Ranks
from cinsim.calibration.scores import FORECASTERS, MODEL, NO_CHANGE, NO_WORSE, Score, in_words, score_table
from cinsim.reference.figures import england_series
from cinsim.report.labels import label, listed
from cinsim.report.proof import Proof, table_of
from cinsim.report.style import COLOURS, LINES, MARKERS, Drawing, house_style, new_figure

PANELS = 8


def hindcast_page(national: Sequence[Score], areas: Sequence[Score], fit_to: int, predict: range) -> Proof:
    """Return the page of a hindcast: England and, where there are any, authorities."""
    sentences, tables = [], []
    for scores, where in ((national, "England"), (areas, "Authorities")):
        if not scores:
            continue
        table = score_table(scores)
        sentences += in_words(table, where)
        tables.append(_scores_table(table, where))
    tables.append(_figures_table(national))
    years = f"{predict[0]}" if len(predict) == 1 else f"{predict[0]} to {predict[-1]}"
    return Proof(
        "hindcast", f"Fitted to {fit_to}, held against {years}", "A forecast of unchanged practice, demand and staff", sentences,
        [crps_figure(score_table(national)), series_figure(national, fit_to)], tables,
    )  # fmt: skip


def _scores_table(table: pd.DataFrame, where: str):  # type: ignore[no-untyped-def]
    forecasters = [name for name in FORECASTERS if f"{name} CRPS" in table]
    rows = [
        [
            label(row["measure"]).text, *(f"{row[f'{name} CRPS']:.2f}" for name in forecasters),
            *(f"{row[f'{name} coverage']:.0%}" for name in forecasters), str(row["figures"]),
            "no" if row[f"{MODEL} CRPS"] > NO_WORSE * row[f"{NO_CHANGE} CRPS"] else "yes",
        ]
        for row in table.to_dict("records")
    ]  # fmt: skip
    columns = (
        "Measure", *(f"{name}: CRPS" for name in forecasters), *(f"{name}: in 90%" for name in forecasters), "Figures",
        "No worse than no change",
    )  # fmt: skip
    return table_of(f"{where}: mean CRPS (in the measure's unit, smaller is better) and coverage", columns, rows)


def _figures_table(scores: Sequence[Score]):  # type: ignore[no-untyped-def]
    rows = [
        [
            label(score.measure).text, str(score.year), f"{score.published:.1f}", f"{score.middle:.1f}",
            f"{score.low:.1f} to {score.high:.1f}", "yes" if score.inside else "no",
        ]
        for score in scores
        if score.forecaster == MODEL
    ]  # fmt: skip
    return table_of("England: the model's forecasts", ("Measure", "Year", "Published", "Forecast", "90% range", "Held"), rows)


def crps_figure(table: pd.DataFrame) -> Drawing:
    """Draw each forecaster's CRPS over that of no change."""
    title = "Forecast errors against no change"
    with house_style():
        figure = new_figure(1.8 + 0.26 * len(table), title)
        axes = figure.subplots()
        y = np.arange(len(table))[::-1]
        base = table[f"{NO_CHANGE} CRPS"].to_numpy()
        for place, name in enumerate(one for one in FORECASTERS if one != NO_CHANGE and f"{one} CRPS" in table):
            ratio = table[f"{name} CRPS"].to_numpy() / base
            axes.plot(np.clip(ratio, 0, 3), y, MARKERS[place], color=COLOURS[place], markersize=5, label=name)
        axes.axvline(1, color="#505A5F", linewidth=1)
        axes.set_yticks(y, [label(measure).text for measure in table["measure"]], fontsize=8.5)
        axes.set_xlim(0, 3.05)
        axes.set_xlabel("Mean CRPS over that of no change", loc="right")
        figure.legend(loc="outside lower left", ncols=2)
    better = [
        str(m)
        for m, ours, theirs in zip(table["measure"], table[f"{MODEL} CRPS"], base, strict=True)
        if ours <= NO_WORSE * theirs
    ]
    alt = f"The model forecast is no worse than no change on {len(better)} of {len(table)} measures."
    return Drawing("crps", title, "Left of the line: better than no change. At 3: three times as far off or more.", alt, figure)


def series_figure(scores: Sequence[Score], fit_to: int) -> Drawing:
    """Draw England's figures with the model's forecasts, as small panels."""
    measures = list(dict.fromkeys(score.measure for score in scores))[:PANELS]
    title = f"England: forecasts from {fit_to}"
    rows = (len(measures) + 1) // 2
    with house_style():
        figure = new_figure(0.9 + 1.9 * rows, title)
        panels = figure.subplots(rows, 2, squeeze=False).ravel()
        for axes, measure in zip(panels, measures, strict=False):
            series = {year: one.value for year, one in england_series(measure).items()}
            axes.plot(list(series), list(series.values()), "-", color="#505A5F", linewidth=1.5, label="published")
            ours = [score for score in scores if score.measure == measure and score.forecaster == MODEL]
            years = [score.year for score in ours]
            axes.fill_between(years, [s.low for s in ours], [s.high for s in ours], color=COLOURS[0], alpha=0.2, linewidth=0)
            axes.plot(years, [s.middle for s in ours], LINES[0], color=COLOURS[0], marker="o", markersize=3, label="forecast")
            axes.axvline(fit_to, color="#6F777B", linewidth=0.8, linestyle=":")
            axes.set_title(fill(label(measure).text, 30), fontsize=8.5)
            axes.tick_params(labelsize=8)
            axes.set_xticks([year for year in sorted(series) if year % 3 == 0])
        for axes in panels[len(measures) :]:
            axes.set_visible(False)
        handles, texts = panels[0].get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside lower left", ncols=2)
    caption = "Shaded: the forecast's 90% range, with the drift that figures have had from year to year."
    return Drawing("series", title, caption, f"Line charts of {listed([label(m).text for m in measures])}.", figure)


def ranks_page(ranks: Ranks, truths: int) -> Proof:
    """Return the page of simulation-based calibration."""
    p = ranks.p_values()
    uneven = ranks.uneven()
    looked = len(ranks.ranks)
    inside = np.mean((ranks.ranks > 0.05) & (ranks.ranks < 0.95), axis=0)
    sentences = [
        f"{looked} of {truths} simulated truths were looked for again; {ranks.left_out} were left out, as their posterior sample "
        "was worth too little." + (
            f" The emulators had learned from {ranks.seen} other simulations; a posterior sample was worth "
            f"{np.median(ranks.effective):.0f} independent points (median)." if ranks.seen else ""
        ),
        f"Over all parameters the central 90% held the truth in {float(inside.mean()):.0%}.",
        f"Ranks too uneven to be chance: {listed(uneven)}." if uneven else
        "For no parameter are the ranks more uneven than chance makes them (Kolmogorov and Smirnov's test, Holm's correction).",
        "Even ranks say that the emulators' stated uncertainty is true where the last wave lay. They cannot say that the model "
        "resembles the world, nor anything of parameters on which the figures say nothing (a spread ratio near 1): those have "
        "even ranks whatever the emulators say. The same emulators judge many truths, so uneven ranks can be one common error.",
    ]  # fmt: skip
    rows = [
        [name, f"{p[place]:.2f}", f"{inside[place]:.0%}", f"{ranks.spread_ratio[place]:.2f}"]
        for place, name in enumerate(ranks.names)
    ]
    columns = ("Parameter", "p, even ranks", "Truth in central 90%", "Posterior spread over the design's")
    return Proof(
        "ranks", "Parameters that are known are found again", "Simulation-based calibration on points of the last wave",
        sentences, [ranks_figure(ranks)], [table_of("Parameters", columns, rows)],
    )  # fmt: skip


def ranks_figure(ranks: Ranks) -> Drawing:
    """Draw the distribution of ranks: each parameter's departure from evenness, with the band that chance makes."""
    title = "Ranks of truths within their posteriors"
    n = len(ranks.ranks)
    at = np.linspace(0, 1, 101)
    with house_style():
        figure = new_figure(3.4, title)
        axes = figure.subplots()
        for column in ranks.ranks.T:
            axes.plot(at, np.searchsorted(np.sort(column), at, side="right") / n - at, color=COLOURS[0], linewidth=0.8, alpha=0.5)
        reach = 1.96 * np.sqrt(at * (1 - at) / n)
        axes.fill_between(at, -reach, reach, color="#DEE0E2", zorder=0)
        axes.axhline(0, color="#505A5F", linewidth=1)
        axes.set_xlabel("Rank of the truth")
        axes.set_ylabel("Share at or below, less even")
    caption = "A line a parameter. Grey: where 95 of 100 lines lie at any one rank if all is well."
    return Drawing("ranks", title, caption, f"Departures from even ranks of {len(ranks.names)} parameters, {n} truths.", figure)
