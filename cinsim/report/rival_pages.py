"""Pages that hold a fit against what it never saw: childhood incidence, and rival explanations of re-referral."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from cinsim.calibration.point import PointFit
from cinsim.calibration.targets import Target
from cinsim.report.fit_pages import words_of
from cinsim.report.labels import listed
from cinsim.report.proof import Proof, table_of
from cinsim.report.style import COLOURS, PUBLISHED, Drawing, house_style, new_figure

STRUCTURE_WORDS: Final = {
    "both": "lasting differences and the effect of being known",
    "lasting_differences": "lasting differences alone",
    "known_to_services": "the effect of being known alone",
}
# what other linkage of the same records gives (Jay et al. 2025)
OTHER_LINKAGE: Final = {"ever_referred": 37.5, "ever_assessed": 34.6, "ever_in_need": 26.0, "ever_cpp": 7.1}
WITHIN: Final = 0.15
# difference in misfit and prior (twice the logarithm of the posterior density) from which one fit is preferred
STRONG: Final = 6.0


def incidence_page(fit: PointFit, simulated: np.ndarray | None) -> Proof:
    """Return the page of childhood cumulative incidence, which is never fitted."""
    rows, sentences, marks = [], [], []
    for place, target in enumerate(fit.targets):
        if not target.name.startswith("ever_"):
            continue
        at_point = float(fit.table()["simulated"].iloc[place])
        low, high = (at_point, at_point) if simulated is None else np.quantile(simulated[:, place], [0.05, 0.95])
        other = OTHER_LINKAGE.get(target.name)
        close = abs(at_point / target.value - 1) <= WITHIN
        marks.append((target, at_point, float(low), float(high), other))
        rows.append([
            words_of(target.name), f"{target.value:.1f}%", "" if other is None else f"{other:.1f}%", f"{at_point:.1f}%",
            f"{low:.1f} to {high:.1f}", f"{at_point / target.value - 1:+.0%}", "yes" if close else "no", target.source,
        ])  # fmt: skip
    by_18 = [mark for mark in marks if mark[0].measure.endswith("by_18_percent")]
    near = [mark for mark in by_18 if abs(mark[1] / mark[0].value - 1) <= WITHIN]
    sentences = [
        f"{len(near)} of {len(by_18)} shares of children ever seen by 18 lie within {WITHIN:.0%} of the published cohorts'. None "
        "of them was fitted.",
        "The published cohorts were born 2000 to 2013 and lived through the rates of their years; the model's is a synthetic "
        "cohort that lives its whole childhood at the rates simulated. Definitions are the study's: assessed is a referral that "
        "was not closed at once, in need one that was not found not to be in need either.",
    ]
    columns = ("Ever", "Published", "Other linkage", "Model", "Draws, middle 90%", "Apart", "Within 15%", "Source")
    return Proof(
        "incidence", "Children ever seen: the model against published cohorts", "A check that is never fitted", sentences,
        [incidence_figure(marks)], [table_of("Share of children ever seen", columns, rows)],
    )  # fmt: skip


def incidence_figure(marks: Sequence[tuple[Target, float, float, float, float | None]]) -> Drawing:
    """Draw published and simulated shares of children ever seen."""
    title = "Share of children ever seen"
    with house_style():
        figure = new_figure(1.4 + 0.4 * len(marks), title)
        axes = figure.subplots()
        y = np.arange(len(marks))[::-1]
        for row, (target, point, low, high, other) in zip(y, marks, strict=True):
            axes.hlines(row, target.value * (1 - WITHIN), target.value * (1 + WITHIN), color="#DEE0E2", linewidth=9)
            axes.hlines(row - 0.14, low, high, color=COLOURS[0], linewidth=2)
            axes.plot(
                point, row - 0.14, "o", color=COLOURS[0], label="model, with the middle 90% of draws" if row == y[0] else None
            )
            seen = [target.value] if other is None else [target.value, other]
            axes.plot(seen, [row + 0.14] * len(seen), "D", color=COLOURS[3], markersize=5,
                      label="published; under other linkage" if row == y[0] else None)  # fmt: skip
        axes.set_yticks(y, [words_of(mark[0].name) for mark in marks])
        axes.set_xlim(0, None)
        axes.set_xlabel("% of children")
        axes.grid(axis="x")
        figure.legend(loc="outside lower left", ncols=1)
    alt = "; ".join(f"{words_of(t.name)}: model {p:.1f}%, published {t.value:.1f}%" for t, p, *_ in marks)
    return Drawing("incidence", title, "Grey: 15% around the published share.", alt, figure)


def rivals_page(fits: Mapping[str, PointFit]) -> Proof:
    """Return the page that holds rival explanations of re-referral against each other, each fitted for itself."""
    fitted = {name: fit.table().query("flag == 'fit'") for name, fit in fits.items()}
    checked = {name: fit.table().query("flag == 'check'") for name, fit in fits.items()}
    rows = [
        [STRUCTURE_WORDS[name].capitalize(), str(len(fit.space)), f"{fit.found.objective:.1f}",
         f"{float((fitted[name]['errors_off'] ** 2).sum()):.1f}", f"{int(fitted[name]['close'].sum())} of {len(fitted[name])}",
         f"{int(checked[name]['close'].sum())} of {len(checked[name])}"]
        for name, fit in fits.items()
    ]  # fmt: skip
    columns = ("Explanation", "Parameters", "Misfit and prior", "Misfit", "Fitted figures close", "Checked figures close")
    names = list(dict.fromkeys(target.name for fit in fits.values() for target in fit.targets))
    by_target = {name: fit.table().set_index("target") for name, fit in fits.items()}
    detail = []
    for target in names:
        cells = [by_target[name].loc[target] if target in by_target[name].index else None for name in fits]
        first = next(cell for cell in cells if cell is not None)
        detail.append([
            words_of(target), str(first["flag"]), f"{first['published']:.1f}",
            *("" if cell is None else f"{cell['simulated']:.1f} ({cell['errors_off']:+.1f})" for cell in cells),
        ])  # fmt: skip
    tables = [
        table_of(
            "The fits", columns, rows, f"Smaller is better. A difference in misfit and prior of {STRONG:g} or more is strong."
        ),
        table_of("Every target: simulated, and errors off", ("Target", "Flag", "Published", *map(words_of, fits)), detail),
    ]
    return Proof(
        "rivals", "Why children come back: rival explanations fitted to the same figures", "England 2024", rival_words(fits),
        [rivals_figure(by_target)], tables,
    )  # fmt: skip


def rival_words(fits: Mapping[str, PointFit]) -> list[str]:
    """Return what the figures say of each explanation."""
    best = min(fits, key=lambda name: fits[name].found.objective)
    out = [f"The figures are met best by {STRUCTURE_WORDS[best]} (misfit and prior {fits[best].found.objective:.1f})."]
    for name, fit in fits.items():
        if name != best:
            apart = fit.found.objective - fits[best].found.objective
            worse = "worse" if apart >= STRONG else "worse, too little to tell them apart"
            out.append(f"With {STRUCTURE_WORDS[name]} it is {fit.found.objective:.1f}, {apart:.1f} {worse}.")
    for measure in ("re_referrals", "re_referred_children", "cpp_again", "ever_referred", "ever_in_need", "ever_cpp"):
        said: list[str] = []
        for name, fit in fits.items():
            rows = fit.table().query("target == @measure")
            if len(rows):
                said.append(f"{float(rows['simulated'].iloc[0]):.1f}% with {STRUCTURE_WORDS[name]}")
                published = float(rows["published"].iloc[0])
        if said:
            out.append(f"{words_of(measure)} (published {published:.1f}%): {listed(said)}.")
    out.append(
        "For policy they differ: if children come back because they differ, rejecting fewer changes little of who comes back; if "
        "being known brings them back, every case opened raises later referrals. Run each structure before believing a result."
    )
    return out


def rivals_figure(by_target: Mapping[str, pd.DataFrame]) -> Drawing:
    """Draw errors off by explanation for the figures that tell them apart most."""
    errors = pd.DataFrame({name: table["errors_off"] for name, table in by_target.items()}).dropna()
    shown = (errors.max(axis=1) - errors.min(axis=1)).sort_values(ascending=False).index[:14]
    title = "Where rival explanations differ most"
    with house_style():
        figure = new_figure(1.6 + 0.26 * len(shown), title)
        axes = figure.subplots()
        y = np.arange(len(shown))[::-1]
        axes.axvspan(-2, 2, color="#EEF0F1", zorder=0)
        for place, name in enumerate(errors.columns):
            axes.plot(
                errors.loc[shown, name].clip(-12, 12),
                y,
                "osD"[place],
                color=COLOURS[place],
                markersize=5,
                label=STRUCTURE_WORDS[name],
            )
        axes.axvline(0, color=PUBLISHED, linewidth=1)
        axes.set_yticks(y, [words_of(name) for name in shown], fontsize=9)
        axes.set_xlabel("Simulated less published, in errors", loc="right")
        figure.legend(loc="outside lower left", ncols=1)
    return Drawing(
        "rivals",
        title,
        "Grey: within two errors of the published figure.",
        f"{title}: {listed([words_of(n) for n in shown[:3]])} first.",
        figure,
    )
