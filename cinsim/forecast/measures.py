"""The measures that are forecast, and the scale on which the movement of each is regular."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Scale = Literal["rate", "log", "root", "points"]
PER: Final = 10_000.0
_BELOW_ROOT: Final = 0.25
"""Added to a percentage before its square root is taken, so that the spread of small ones is not blown up."""


@dataclass(frozen=True, slots=True)
class ForecastMeasure:
    """A measure that is forecast.

    Parameters
    ----------
    name : as the forecasts call it; counts are counts of children, referrals or plans.
    published : the measure of the reference tables that it is read from; for counts, their rate per 10,000 children.
    scale : ``rate`` (the logarithm of a count per child), ``log``, ``root`` (of a percentage) or ``points``.
    """

    name: str
    published: str
    scale: Scale

    @property
    def counted(self) -> bool:
        """Whether it is a count, which goes with the number of children."""
        return self.scale == "rate"

    @property
    def decimals(self) -> int:
        """Decimals with which forecasts of it are written."""
        return 1 if self.counted else 2

    @property
    def percent(self) -> bool:
        """Whether it is a percentage."""
        return self.scale in ("root", "points")


MEASURES: Final = MappingProxyType(
    {
        measure.name: measure
        for measure in (
            ForecastMeasure("referrals", "referral_rate", "rate"),
            ForecastMeasure("re_referral_percent", "re_referral_percent", "root"),
            ForecastMeasure("no_further_action_percent", "no_further_action_percent", "root"),
            ForecastMeasure("not_in_need_percent", "not_in_need_percent", "points"),
            ForecastMeasure("children_in_need_31_march", "children_in_need_31_march_rate", "rate"),
            ForecastMeasure("s47", "s47_rate", "rate"),
            ForecastMeasure("icpc", "icpc_rate", "rate"),
            ForecastMeasure("cpp_started", "cpp_started_rate", "rate"),
            ForecastMeasure("cpp_31_march", "cpp_31_march_rate", "rate"),
            ForecastMeasure("cpp_second_or_subsequent_percent", "cpp_second_or_subsequent_percent", "points"),
            ForecastMeasure("caseload_mean", "caseload_mean", "log"),
        )
    }
)
"""Every measure that is forecast, by name."""


def on_scale(figures: Array, scale: Scale, children: Array) -> Array:
    """Return published figures on the scale of a measure.

    Parameters
    ----------
    figures : rates per 10,000, percentages or cases; NaN where there is none.
    children : children aged 0-17 of the same area and year; a count of 0 is taken as 1 child in so many.
    """
    if scale == "rate":
        return np.log(np.maximum(figures / PER, 1.0 / children))
    if scale == "log":
        return np.log(figures)
    return np.sqrt(figures + _BELOW_ROOT) if scale == "root" else figures.astype(np.float64)


def off_scale(z: Array, scale: Scale, children: Array | float) -> Array:
    """Return values in a measure's own unit: counts for ``rate``, percentages within 0 and 100."""
    if scale == "rate":
        return np.exp(z) * children
    if scale == "log":
        return np.exp(z)
    return np.clip(np.maximum(z, 0.0) ** 2 - _BELOW_ROOT if scale == "root" else z, 0.0, 100.0)
