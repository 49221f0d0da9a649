"""What is to be known of authorities before a result for them is believed, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cinsim.reference.area_fits import FittedFigure, far_off, never_fitted
from cinsim.reference.areas import Area
from cinsim.report.labels import label, value_text

FEW: Final = 5
"""Of more authorities than these the notes on what was not published are not said one by one."""


def cautions(areas: Sequence[Area]) -> list[str]:
    """Return a sentence on each authority that is far from its own figures or was never fitted, then on figures that stand in.

    Nothing is said of England's average authority, which has all its figures.
    """
    said = [sentence for area in areas if (sentence := fit_caution(area)) is not None]
    with_stand_ins = [area for area in areas if stand_ins_caution(area) is not None]
    if len(with_stand_ins) <= FEW:
        return said + [f"{area.area_name}: {stand_ins_caution(area)}." for area in with_stand_ins]
    names = ", ".join(area.area_name for area in with_stand_ins)
    return [
        *said,
        f"{len(with_stand_ins)} of {len(areas)} authorities did not publish all that a run takes from them; older figures of "
        f"their own, or England's, stand in ({names}). `cinsim areas --format csv` says which.",
    ]


def fit_caution(area: Area) -> str | None:
    """Return what is to be said of an authority's fit, None where nothing is."""
    if never_fitted(area):
        return f"{area.area_name} was never fitted to its own figures: it is simulated with England's mechanisms alone."
    off = far_off(area)
    if not off:
        return None
    figures = "; ".join(_figure(figure) for figure in off)
    return (
        f"{area.area_name}, simulated as practice is now, is far from its own published figures: {figures}. "
        "Results for it are not to be relied on without a reason why."
    )


def stand_ins_caution(area: Area) -> str | None:
    """Return the note on what an authority did not publish for the latest year, None where it published all."""
    said = [note for note in area.notes.split("; ") if note.startswith(NOT_PUBLISHED)]
    return "; ".join(said) or None


NOT_PUBLISHED: Final = "not published for"
"""How a note on what was not published for the latest year begins (``cinsim.reference.published.authorities``)."""


def _figure(figure: FittedFigure) -> str:
    simulated, published = (value_text(figure.measure, value) for value in (figure.simulated, figure.published))
    return f"{label(figure.measure).text}, {simulated} (published {published}, {figure.year})"
