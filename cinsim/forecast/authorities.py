"""Forecasts of authorities from one origin: all that was known when a year's figures were published, and nothing later.

Of each measure the median over authorities is taken off, and from counts what deprivation, London and size suggest; what is
left has a local level, a slow movement and noise (``local_level``). To that expectation the leading indicators add
(``indicators``); the errors that remain in past forecasts of the same reach give the range its width and its tails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from cinsim.forecast.drift import Drift, fit_drift
from cinsim.forecast.indicators import LATE_REFERRALS, LEVEL, SURPRISE, about_median, fit_effects
from cinsim.forecast.local_level import LocalLevel, expected, fit_local_level
from cinsim.forecast.measures import MEASURES, Array, Mask
from cinsim.forecast.panel import Panel
from cinsim.forecast.predictive import Predictive, fit_student

HALF_LIFE: Final = 4.0
"""Years after which a past forecast's error counts half."""
FEWEST_YEARS: Final = 3
_NO_INDICATOR: Final = frozenset({"caseload_mean"})
"""Known from 2017 only: no indicator for the others."""


@dataclass(frozen=True)
class FittedMeasure:
    """One measure's series, made ready and fitted.

    Parameters
    ----------
    begins : the column of the first year with figures.
    centre : the median over authorities by year from then on.
    suggested : what deprivation, London and size suggest about it; 0 but for counts.
    movement : about both [authorities, years].
    """

    begins: int
    centre: Array
    suggested: Array
    movement: Array
    fit: LocalLevel
    drift: Drift


class Origin:
    """What was known at the end of a year, fitted.

    Parameters
    ----------
    panel : series until the year of the origin (:meth:`cinsim.forecast.panel.Panel.until`).
    start : fits of an origin before, from which the search begins.
    """

    def __init__(self, panel: Panel, start: Mapping[str, LocalLevel] | None = None):
        self.panel = panel
        self._size = panel.size[:, -1]
        fitted = {name: self._fitted(name, (start or {}).get(name)) for name in MEASURES}
        self.fitted = {name: one for name, one in fitted.items() if one is not None}
        self._expected: dict[tuple[str, int, int], tuple[Array, Array]] = {}
        self._indicators: dict[int, dict[str, tuple[Array, Array]]] = {}

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures with three years of figures or more."""
        return tuple(self.fitted)

    @property
    def fits(self) -> dict[str, LocalLevel]:
        """The fit of each measure."""
        return {name: one.fit for name, one in self.fitted.items()}

    def known(self, measure: str) -> Mask:
        """Return which authorities have a figure, of their own or of the one before them, in the last three years."""
        recent = np.isfinite(self.panel.series[measure][:, -FEWEST_YEARS:])
        return np.asarray(recent.any(axis=1), dtype=np.bool_)

    def forecast(self, measure: str, ahead: int) -> Predictive:
        """Return the forecasts of a measure so many years ahead, one an authority."""
        one, last = self.fitted[measure], len(self.panel.years) - 1
        middle, spread = self._ahead(measure, last, ahead)
        reach = min(ahead, last - one.begins - 1)  # where no forecast of this reach can have come true yet, a shorter one
        errors, spreads, weights, indicators = self._past(measure, reach)
        if reach == ahead:
            penalties = self._known_then(measure, last)[1]
            effects = fit_effects(errors, spreads, indicators, penalties)
            middle = middle + effects.on(self._known_then(measure, last)[0])
            errors = errors - effects.on(indicators)
        scale, degrees = fit_student(errors / spreads, weights)
        centre = one.centre[-1] + one.drift.mean(ahead)
        return Predictive(
            middle + centre, np.sqrt((scale * spread) ** 2 + one.drift.variance(ahead)), degrees, MEASURES[measure].scale,
            self.panel.children[:, -1],
        )  # fmt: skip

    def _fitted(self, measure: str, start: LocalLevel | None) -> FittedMeasure | None:
        z = self.panel.series[measure]
        years = np.isfinite(z).any(axis=0)
        if years.sum() < FEWEST_YEARS:
            return None
        begins = int(np.argmax(years))
        centre = np.nanmedian(z[:, begins:], axis=0)
        movement = z[:, begins:] - centre
        suggested = self._suggested(movement) if MEASURES[measure].counted else np.zeros(len(z))
        movement = movement - suggested[:, None]
        fit = fit_local_level(movement, self._size, start)
        return FittedMeasure(begins, centre, suggested, movement, fit, fit_drift(centre))

    def _suggested(self, movement: Array) -> Array:
        """Return what deprivation, London and the number of children suggest, by least squares of authorities' means."""
        some = np.isfinite(movement).any(axis=1)
        means = np.nanmean(movement[some], axis=1)
        design = np.column_stack([np.ones(len(movement)), self.panel.deprivation, self.panel.london, self._size])
        # a touch of ridge: an origin may have no authority in London
        moments = design[some].T @ design[some] + 0.01 * np.eye(design.shape[1])
        return design @ np.linalg.solve(moments, design[some].T @ means)

    def _ahead(self, measure: str, column: int, ahead: int) -> tuple[Array, Array]:
        """Return mean and spread about the centre, so many years after a column, from what was published until then."""
        key = (measure, column, ahead)
        if key not in self._expected:
            one = self.fitted[measure]
            mean, spread = expected(one.fit, one.movement[:, : column - one.begins + 1], self._size, ahead)
            self._expected[key] = mean + one.suggested, spread
        return self._expected[key]

    def _past(self, measure: str, reach: int) -> tuple[Array, Array, Array, Array]:
        """Return errors, spreads, weights and indicators of all past forecasts of a reach that have come true."""
        one, last = self.fitted[measure], len(self.panel.years) - 1
        parts = []
        for column in range(one.begins + 1, last - reach + 1):
            mean, spread = self._ahead(measure, column, reach)
            came = one.movement[:, column + reach - one.begins] + one.suggested
            told = np.isfinite(came) & np.isfinite(one.movement[:, column - one.begins])
            weight = 0.5 ** ((last - reach - column) / HALF_LIFE)
            known = self._known_then(measure, column)[0]
            parts.append(((came - mean)[told], spread[told], np.full(int(told.sum()), weight), known[told]))
        errors, spreads, weights, indicators = (np.concatenate(part) for part in zip(*parts, strict=True))
        return errors, spreads, weights, indicators

    def _known_then(self, measure: str, column: int) -> tuple[Array, Array]:
        """Return the indicators of a measure in the year of a column [authorities, indicators], and their penalties."""
        if column not in self._indicators:
            self._indicators[column] = self._by_measure(column)
        kinds = self._indicators[column]
        found = [about_median(table[:, column]) for table in self.panel.late]
        penalties = [LATE_REFERRALS] * len(found)
        for name, (level, surprise) in kinds.items():
            found.append(surprise)
            penalties.append(SURPRISE)
            if name != measure:
                found.append(level)
                penalties.append(LEVEL)
        return np.column_stack(found), np.array(penalties)

    def _by_measure(self, column: int) -> dict[str, tuple[Array, Array]]:
        """Return each measure's level about the centre in a year, and the surprise it was a year after the last forecast."""
        found = {}
        for name, one in self.fitted.items():
            if name in _NO_INDICATOR or column < one.begins:
                continue
            level = about_median(self.panel.series[name][:, column])
            # a year before there were two columns, nothing was forecast
            earlier = column - 1 > one.begins
            surprise = level - self._ahead(name, column - 1, 1)[0] if earlier else np.full(len(level), np.nan)
            found[name] = level, surprise
        return found
