"""England's published figures, as the figures and tables of the page use them."""

from __future__ import annotations

import math

from cinsim.reference import areas
from cinsim.reference import figures as published_figures
from cinsim.reference.areas import ENGLAND_CODE
from cinsim.report.folder import RunFolder
from cinsim.report.labels import label

PUBLISHED_YEAR = published_figures.latest_year()
# a model run is called close to the published figure within this much (relative, or in percentage points)
CLOSE_RELATIVE = 0.10
CLOSE_POINTS = 3.0


def england() -> dict[str, float]:
    """Return England's published value of each measure for the latest year published."""
    return {name: figure.value for name, figure in published_figures.england(PUBLISHED_YEAR).items()}


def authority(run: RunFolder) -> dict[str, float]:
    """Return a single authority's own published figures by measure; empty for the average authority and for several."""
    codes = list(run.areas["area_code"])
    if len(codes) != 1 or codes[0] == ENGLAND_CODE or codes[0] not in areas.load_areas().index:
        return {}
    row = areas.load_areas().loc[codes[0]]
    return {str(name): float(v) for name, v in row.items() if isinstance(v, int | float) and math.isfinite(v)}


def comparable(measure: str) -> bool:
    """Whether a measure may stand beside England's: rates, shares and times, never a count of one area."""
    known = label(measure)
    return bool(known.unit) or measure.startswith("caseload")


def nearness(measure: str, model: float, published: float) -> tuple[bool, str]:
    """Return whether the model is close to a published figure, and how far off it is in words."""
    if label(measure).percent:
        points = model - published
        if abs(points) <= CLOSE_POINTS:
            return True, "within 3 points"
        return False, f"{abs(points):.1f} points {'above' if points > 0 else 'below'}"
    if published == 0:
        return model == 0, "both zero" if model == 0 else "published as zero"
    relative = model / published - 1
    if abs(relative) <= CLOSE_RELATIVE:
        return True, "within 10%"
    return False, f"{abs(relative):.0%} {'above' if relative > 0 else 'below'}"
