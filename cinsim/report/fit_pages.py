"""Pages on a fit of England: every target against the posterior, what the data pin down, and rival explanations."""

from __future__ import annotations

import numpy as np

from cinsim.calibration.identifiability import OPEN, PINNED, Identifiability, identifiability, in_words
from cinsim.calibration.point import PointFit
from cinsim.calibration.targets import Target, Targets
from cinsim.report.labels import count_words, in_sentence, listed
from cinsim.report.proof import Proof, table_of
from cinsim.report.style import COLOURS, PUBLISHED, Drawing, house_style, new_figure


def words_of(name: str) -> str:
    """Return a target's name as words."""
    words = [{"cpp": "CP plans", "cin": "CIN", "re": "re-"}.get(word, word) for word in name.split("_")]
    text = " ".join(words).replace("re- ", "re-")
    return text[0].upper() + text[1:]


def _value(target: Target, value: float) -> str:
    return f"{value:,.1f}{'%' if target.unit == '%' else ''}"


def errors_off(targets: Targets, simulated: np.ndarray) -> np.ndarray:
    """Return how many of a target's errors simulated values [..., targets] lie off, on the scale of the comparison."""
    return np.asarray((targets.linked(simulated) - targets.linked_values()) / targets.linked_errors())


def predictive_figure(targets: Targets, simulated: np.ndarray, flag: str) -> Drawing:
    """Draw each target of a flag: the middle 90% of the draws, in the target's errors from the published figure.

    Parameters
    ----------
    simulated : [draws, targets], one simulation a draw.
    """
    places = [place for place, target in enumerate(targets) if target.flag == flag]
    off = errors_off(targets, simulated)[:, places]
    low, middle, high = np.quantile(off, [0.05, 0.5, 0.95], axis=0)
    title = "Figures that were fitted" if flag == "fit" else "Figures that were only checked"
    with house_style():
        figure = new_figure(1.2 + 0.2 * len(places), title)
        axes = figure.subplots()
        y = np.arange(len(places))[::-1]
        axes.axvspan(-2, 2, color="#EEF0F1", zorder=0)
        axes.axvline(0, color=PUBLISHED, linewidth=1)
        reach = 8.0
        axes.hlines(y, np.clip(low, -reach, reach), np.clip(high, -reach, reach), color=COLOURS[0], linewidth=2)
        axes.plot(np.clip(middle, -reach, reach), y, "o", color=COLOURS[0], markersize=4)
        axes.set_yticks(y, [words_of(targets[place].name) for place in places], fontsize=8.5)
        axes.set_xlim(-reach - 0.3, reach + 0.3)
        axes.set_ylim(-0.7, len(places) - 0.3)
        axes.set_xlabel("Simulated less published, in errors", loc="right")
        axes.grid(axis="x")
    caption = (
        "Points and lines: the median and the middle 90% of simulations of the posterior's draws, chance included. Grey: within "
        f"two errors of the published figure. Beyond {reach:g} errors a mark stands at the edge."
    )
    inside = int(np.sum((low <= 2) & (high >= -2)))
    alt = f"{title}: for {inside} of {len(places)} the middle 90% reaches into two errors of the published figure."
    return Drawing(f"targets_{flag}", title, caption, alt, figure)


def fit_page(fit: PointFit, simulated: np.ndarray | None) -> Proof:
    """Return the page of every target, at the best point and, where there is a posterior, over its draws [draws, targets]."""
    table = fit.table()
    fitted, checked = (table[table["flag"] == flag] for flag in ("fit", "check"))
    far = [in_sentence(words_of(name)) for name in fitted.loc[~fitted["close"], "target"]]
    sentences = [
        f"At the best point {int(fitted['close'].sum())} of {len(fitted)} fitted figures are close (within 2 of their errors or "
        "3%; duration bands within 3 points, days within 2), and "
        f"{int(checked['close'].sum())} of {len(checked)} that were only checked.",
        f"Not close: {listed(far)}." if far else "No fitted figure is further off.",
    ]
    drawings = []
    if simulated is not None:
        drawings = [predictive_figure(fit.targets, simulated, flag) for flag in ("fit", "check")]
        low, high = np.quantile(simulated, [0.05, 0.95], axis=0)
        published = np.array([target.value for target in fit.targets])
        held = (low <= published) & (published <= high)
        for flag, words in (("fit", "fitted"), ("check", "checked")):
            here = np.array([target.flag == flag for target in fit.targets])
            sentences.append(
                f"The middle 90% of {count_words(len(simulated), 'posterior draw')} holds {int(held[here].sum())} of "
                f"{int(here.sum())} {words} figures. A draw is one simulation of part of one authority, so the range holds more "
                "chance than England's figures have."
            )
    rows = []
    for place, row in enumerate(table.to_dict("records")):
        target = fit.targets[place]
        draws = [""] if simulated is None else [" to ".join(f"{x:,.1f}" for x in np.quantile(simulated[:, place], [0.05, 0.95]))]
        rows.append([
            words_of(target.name), target.flag, _value(target, target.value), _value(target, row["simulated"]),
            f"{row['errors_off']:+.1f}", "yes" if row["close"] else "no", *draws, target.reason,
        ])  # fmt: skip
    columns = ("Target", "Flag", "Published", "Best point", "Errors off", "Close", "Draws, middle 90%", "Why it may be off")
    return Proof(
        "fit", "How the fitted model meets the published figures",
        f"England {fit.year}, {len(fitted)} figures fitted and {len(checked)} checked", sentences, drawings,
        [table_of("Every target", columns, rows)],
    )  # fmt: skip


def identifiability_page(fit: PointFit) -> Proof:
    """Return the page of what the published figures say about each parameter."""
    found = identifiability(fit)
    rows = [
        [name, f"{fit.values[name]:.4g}", " to ".join(f"{x:.3g}" for x in fit.interval(name)),
         f"{prior.low:g} to {prior.high:g}", f"{spread:.2f}", f"{alone:.2f}"]
        for name, prior, spread, alone in zip(found.names, fit.space.priors, found.spreads, found.alone, strict=True)
    ]  # fmt: skip
    trade = [[pair.first, pair.second, f"{pair.correlation:+.2f}"] for pair in found.trade_offs(0.4)]
    columns = ("Parameter", "Value", "90% interval", "Prior, central 95%", "Spread over prior's", "If all others were known")
    tables = [table_of("Parameters", columns, rows)]
    if trade:
        tables.append(table_of("Pairs that trade off", ("One", "Other", "Correlation"), trade))
    return Proof(
        "identifiability", "What the published figures say about each parameter", f"England {fit.year}, near the best point",
        in_words(fit), [spread_figure(found), eigenvalue_figure(found)], tables,
    )  # fmt: skip


def spread_figure(found: Identifiability) -> Drawing:
    """Draw posterior over prior spread of each parameter, as it is and if all others were known."""
    title = "How much narrower the data make each parameter"
    with house_style():
        figure = new_figure(1.3 + 0.2 * len(found.names), title)
        axes = figure.subplots()
        order = np.argsort(found.spreads)[::-1]
        y = np.arange(len(order))
        axes.barh(y, found.spreads[order], color=COLOURS[0], height=0.65, label="as it is")
        axes.plot(found.alone[order], y, "|", color=COLOURS[3], markersize=8, markeredgewidth=2, label="if all others were known")
        for at in (PINNED, OPEN):
            axes.axvline(at, color=PUBLISHED, linewidth=1, linestyle=":")
        axes.set_yticks(y, [found.names[place].replace("_", " ") for place in order], fontsize=8.5)
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.7, len(order) - 0.3)
        axes.set_xlabel("Posterior standard deviation over the prior's", loc="right")
        axes.grid(axis="x")
        figure.legend(loc="outside lower left", ncols=2)
    caption = f"Left of {PINNED}: pinned down. Right of {OPEN}: the published figures say next to nothing."
    pinned, left = len(found.pinned()), len(found.left_open())
    return Drawing("spreads", title, caption, f"Bars for each parameter: {pinned} are pinned down, {left} left open.", figure)


def eigenvalue_figure(found: Identifiability) -> Drawing:
    """Draw the information of the data, direction by direction."""
    title = "Independent combinations of parameters that the data know"
    with house_style():
        figure = new_figure(2.8, title)
        axes = figure.subplots()
        axes.semilogy(np.arange(1, len(found.eigenvalues) + 1), np.maximum(found.eigenvalues, 1e-4), "o-", color=COLOURS[0])
        axes.axhline(1, color=PUBLISHED, linestyle=":")
        axes.set_xlabel("Combination, the best known first")
        axes.set_ylabel("Information, prior = 1")
    n = found.known_directions
    caption = "Above the dotted line the published figures say more of a combination than the prior."
    return Drawing(
        "information", title, caption, f"{n} of {len(found.names)} combinations lie above the prior's information.", figure
    )
