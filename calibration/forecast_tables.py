"""Renew the tables of docs/forecast.md: ``python calibration/forecast_tables.py docs/forecast.md``; a minute or two.

Forecasts are made from every year since 2016 and held against what came; nothing in the tables is typed in by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tables import markdown

from cinsim.forecast.authorities import Origin
from cinsim.forecast.panel import Panel, read_series
from cinsim.forecast.rolling import rolling_origins
from cinsim.forecast.summary import CENTRED, coverage, gains, of_authorities, of_england
from cinsim.report.forecast_scores import (
    COVERAGE_COLUMNS,
    GAIN_COLUMNS,
    coverage_rows,
    england_rows,
    gain_rows,
    origin_rows,
    origins_sentences,
)

SHOWN = (1, 3, 5)
"""Years ahead of the table of gains; the command's page has all."""
FITTED_COLUMNS = ("Measure", "Level", "Movement", "Persistence", "Noise", "Size", "Degrees", "Drift a year", "Its steps' sd")


def parts() -> Mapping[str, str]:
    """Return the tables of the page by the name of the comment that each follows."""
    panel, national = read_series()
    scores = rolling_origins(panel, national, say=lambda text: print(text, file=sys.stderr))
    own = of_authorities(scores)
    headings, by_origin = origin_rows(scores)
    return {
        "words": "\n".join(f"- {sentence}" for sentence in origins_sentences(scores)),
        "coverage": markdown(COVERAGE_COLUMNS, coverage_rows(scores)),
        "gains": markdown(GAIN_COLUMNS, gain_rows(gains(own), SHOWN)),
        "origins": markdown(headings, by_origin),
        "single": _single(coverage(own, ["measure", "origin", "ahead"])["held"].tolist()),
        "england": markdown(("Years ahead", "Model", *CENTRED), england_rows(of_england(scores))),
        "fitted": markdown(FITTED_COLUMNS, fitted_rows(panel)),
    }


def _single(held: Sequence[float]) -> str:
    return f"A single measure in a single year: {min(held):.0f} to {max(held):.0f}% ({len(held)} of them)."


def fitted_rows(panel: Panel) -> list[list[str]]:
    """Return the parameters fitted to the latest year, a row a measure."""
    origin = Origin(panel.until(panel.years[-1]))
    rows = []
    for name, one in origin.fitted.items():
        fit, drift = one.fit, one.drift
        variances = [f"{fit.level:.3g}", f"{fit.movement:.3g}", f"{fit.persistence:.2f}", f"{fit.noise:.3g}"]
        spread = [f"{fit.size:.2f}", f"{fit.degrees:.0f}"]
        rows.append([f"`{name}`", *variances, *spread, f"{drift.step:+.3f}", f"{drift.spread:.3f}"])
    return rows


def renewed(page: str, found: Mapping[str, str]) -> str:
    """Return a page with what stands between ``<!-- NAME -->`` and ``<!-- end -->`` renewed.

    Raises
    ------
    KeyError : a comment names no table.
    """
    between = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
    return between.sub(lambda match: f"{match[1]}\n{found[match[2]]}\n\n{match[3]}", page)


def main(arguments: Sequence[str]) -> None:
    """Renew the tables of the page named."""
    path = Path(arguments[0])
    path.write_text(renewed(path.read_text(encoding="utf-8"), parts()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
