"""How an authority's simulation, as it ships, compares with the authority's own published figures, and when it is far off.

``calibrated/areas_fit.csv`` holds both; ``cinsim calibrate area`` writes it. What is far off is worked out from it by
:data:`FAR`, whenever it is read.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from cinsim.errors import InputError
from cinsim.reference.areas import ENGLAND_CODE, Area
from cinsim.reference.calibrated import folder

FIT_FILE: Final = "areas_fit.csv"
Kind = Literal["percent", "points", "share"]


@dataclass(frozen=True, slots=True)
class Limit:
    """How far a simulated figure may lie from the published one before it is far off.

    ``percent`` : of the published figure, either way. ``points`` : either way. ``share`` : of the published figure, beneath
    which the simulated one is far off, however high it may be.
    """

    kind: Kind
    by: float

    def holds(self, simulated: float, published: float) -> bool:
        """Return whether a simulated figure is near enough."""
        if self.kind == "share":
            return simulated >= self.by * published
        return abs(simulated - published) <= (self.by if self.kind == "points" else self.by / 100 * published)


FAR: Final[Mapping[str, Limit]] = {
    "referral_rate": Limit("percent", 25.0),
    "re_referral_percent": Limit("points", 5.0),
    "children_in_need_31_march_rate": Limit("percent", 25.0),
    "cin_plans_31_march_rate": Limit("percent", 25.0),
    "cpp_31_march_rate": Limit("percent", 25.0),
    "looked_after_31_march_rate": Limit("percent", 25.0),
    "assessment_within_45_days_percent": Limit("share", 0.5),
    "icpc_within_15_days_percent": Limit("share", 0.5),
    "caseload_mean": Limit("percent", 50.0),
}
"""Beyond these a simulated authority is not the authority: no result for it is to be believed without a reason why."""


@dataclass(frozen=True, slots=True)
class FittedFigure:
    """One figure of one authority: as published for a year, and as the authority's simulation gives it."""

    measure: str
    year: int
    published: float
    simulated: float

    @property
    def far_off(self) -> bool:
        """Whether the simulated figure is further from the published one than :data:`FAR` allows."""
        limit = FAR.get(self.measure)
        return limit is not None and not limit.holds(self.simulated, self.published)


def fitted_figures(area: Area, within: Path | None = None) -> tuple[FittedFigure, ...]:
    """Return what an authority's fit gives beside its published figures; nothing where it was never fitted."""
    return _figures((within or folder()) / FIT_FILE).get(area.area_code, ())


def far_off(area: Area, within: Path | None = None) -> tuple[FittedFigure, ...]:
    """Return the figures of an authority that its simulation misses by far."""
    return tuple(figure for figure in fitted_figures(area, within) if figure.far_off)


def never_fitted(area: Area, within: Path | None = None) -> bool:
    """Return whether an authority is simulated without ever having been fitted to its own figures."""
    return area.area_code != ENGLAND_CODE and not fitted_figures(area, within)


@cache
def _figures(path: Path) -> Mapping[str, tuple[FittedFigure, ...]]:
    if not path.is_file():
        return {}
    found: dict[str, list[FittedFigure]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            if row.get("simulated") == "":  # nothing happened of which a share could be taken
                continue
            try:
                numbers = int(row["year"]), float(row["published"]), float(row["simulated"])
                found.setdefault(row["area_code"], []).append(FittedFigure(row["measure"], *numbers))
            except (KeyError, TypeError, ValueError):
                raise InputError("a figure or its year is not a number", path=path, line=line) from None
    return {code: tuple(figures) for code, figures in found.items()}
