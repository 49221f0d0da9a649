"""Hindcast: fitted to one year's figures, how well does the model say what the next years' were?

Nobody told the model what would change, so its forecast is a world in which practice, demand and staff stay as they were in
the year that it was fitted to. Other forecasts stand beside it: the last figure moved as the model moves (what the model
misses in the year fitted to, it is taken to miss later too), the model without any drift, the last figure again ("no
change"), and the straight line through the last six years.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import numpy as np

from cinsim.calibration.area_model import AreaModel, AreaSettings, fraction_of
from cinsim.calibration.authorities import fit_areas
from cinsim.calibration.emulation import Array
from cinsim.calibration.links import linked, unlinked
from cinsim.calibration.point import PointFit
from cinsim.calibration.scores import (
    ANCHORED,
    MODEL,
    MODEL_ALONE,
    NO_CHANGE,
    TREND,
    Score,
    linear_trend,
    no_change,
    normal_forecast,
    scored,
    yearly_change,
)
from cinsim.calibration.simulator import Request, Simulator
from cinsim.calibration.targets import Target, Targets, authority_targets, load_targets
from cinsim.errors import InputError, quoted
from cinsim.reference.areas import (
    COUNTS_OF_AREAS,
    MEASURES_OF_AREAS,
    Area,
    average_authority,
    load_areas_by_year,
    usable_authorities,
)
from cinsim.reference.figures import england, england_series

AUTHORITIES: Final = 151
FORECASTS_FROM: Final = 40_000
_FEWEST_MEASURES: Final = 3


class YearlySimulator(Simulator, Protocol):
    """A simulator that also gives every year by itself."""

    def run_by_year(self, requests: Sequence[Request]) -> Array:
        """Return target measures [requests, reported years, targets]."""
        ...


@dataclass(frozen=True, slots=True)
class HindcastSettings:
    """Year fitted to, years predicted, and how many simulations forecast them, each with parameters of its own."""

    fit_to: int
    predict: range
    simulations: int = 24
    area: AreaSettings = field(default_factory=lambda: AreaSettings(passes=3, replications=2, verify=2))

    def __post_init__(self) -> None:
        published = england_series("referrals")
        if self.fit_to not in published:
            raise InputError(
                f"no figures are published for {self.fit_to}; fit to a year from {min(published)} to {max(published) - 1}",
                key="--fit-to",
            )
        if not len(self.predict) or self.predict[0] <= self.fit_to:
            raise InputError(f"must be years after {self.fit_to}, the year fitted to", key="--predict")
        if self.predict[-1] > max(published):
            raise InputError(
                f"no figures are published for {self.predict[-1]} to hold a forecast against; the last are for {max(published)}",
                key="--predict",
            )
        if self.simulations < 2:
            raise InputError("needs 2 or more", key="--simulations")


def parse_years(text: str) -> range:
    """Return the years of ``2020:2024`` or ``2021``.

    Raises
    ------
    InputError : the text is neither.
    """
    first, colon, last = text.partition(":")
    try:
        years = range(int(first), int(last if colon else first) + 1)
    except ValueError:
        raise InputError(f"must be a year or two years such as 2020:2024, not {quoted(text)}", key="--predict") from None
    if not len(years):
        raise InputError(f"{text} holds no year: the first comes after the last", key="--predict")
    return years


def area_of_year(year: int) -> Area:
    """Return England's average authority with the figures of another year; what was not published then is None.

    Raises
    ------
    InputError : there are no figures for the year.
    """
    published = england(year)
    now = average_authority()
    figures: dict[str, float | None] = {}
    for name in MEASURES_OF_AREAS:
        value = published[name].value if name in published else None
        figures[name] = value / AUTHORITIES if value is not None and name in COUNTS_OF_AREAS else value
    children = round(published["population_0_17"].value / AUTHORITIES)
    return replace(now, population_0_17=children, **figures)  # type: ignore[arg-type]


def targets_of_year(fit: PointFit, year: int) -> Targets:
    """Return the targets to which a fit of another year is held: England's figures of that year that are fitted in the latest.

    Raises
    ------
    InputError : there are hardly any.
    """
    found = [target for target in load_targets(year=year).flagged("fit") if target.name in fit.targets.names]
    if len(found) < _FEWEST_MEASURES:
        raise InputError(f"hardly anything was published for {year} that the model is fitted to", key="--fit-to")
    return Targets(found)


def hindcast_england(
    simulator: YearlySimulator,
    fit: PointFit,
    settings: HindcastSettings,
    years: int,
    say: Callable[[str], None] = lambda text: None,
) -> list[Score]:
    """Fit England of one year, simulate the years after, and score the forecasts.

    Parameters
    ----------
    simulator : starts on 1 April of the year fitted to and reports at least until the last year predicted; gives the fit's
        targets. years : reported years of one simulation.
    """
    area, targets = area_of_year(settings.fit_to), targets_of_year(fit, settings.fit_to)
    say(f"fitting England {settings.fit_to}: {len(targets)} figures")
    fits = fit_areas(simulator, fit, [area], settings.area, years, targets=[targets], say=say)
    model = AreaModel(fit, years)
    covariance = fits.corrections.covariance[0]
    generator = np.random.Generator(np.random.Philox([settings.fit_to, 17]))
    draws = generator.multivariate_normal(fits.corrections.values[0], covariance, size=settings.simulations)
    fraction = fraction_of(area, settings.area.children)
    requests = [Request(model.parameters(draw), FORECASTS_FROM + n, area, fraction) for n, draw in enumerate(draws)]
    say(f"forecasting {settings.predict[0]} to {settings.predict[-1]}: {settings.simulations} simulations")
    values = simulator.run_by_year(requests)
    scores: list[Score] = []
    # luck of one simulated year, and of one year of all England's children
    luck, national = (
        model.noise(targets, children) * years
        for children in (area.population_0_17 * fraction, float(area.population_0_17 * AUTHORITIES))
    )
    for number, target in enumerate(targets):
        place = simulator.targets.names.index(target.name)
        series = {year: figure.value for year, figure in england_series(target.measure).items()}
        level = float(np.nanmean(linked(values[:, :, place], target.link)))
        change = yearly_change(series, settings.fit_to, target.link)
        for year in settings.predict:
            if year not in series:
                continue
            simulated = linked(values[:, year - settings.fit_to - 1, place], target.link)
            simulated = simulated[np.isfinite(simulated)]
            # the mean over simulations is not known exactly
            known = max(float(simulated.var(ddof=1)) - luck[number], 0.0)
            own = known + national[number] + float(simulated.var(ddof=1)) / len(simulated)
            # a move that luck can make is not made (positive-part James and Stein)
            move, error = float(simulated.mean()) - level, float(simulated.var(ddof=1)) / len(simulated)
            move *= max(0.0, 1.0 - error / max(move**2, 1e-300))
            scores += _scores(target, "", year, settings, series, change, (float(simulated.mean()), own, move))
    return scores


def hindcast_authorities(
    fit: PointFit, settings: HindcastSettings, say: Callable[[str], None] = lambda text: None
) -> list[Score]:
    """Score forecasts for all authorities, with England's straight line in place of simulations.

    An authority's figures of the year are explained by corrections to England's mechanisms, drawn towards its statistical
    neighbours'; what the corrections give is the forecast.

    Raises
    ------
    InputError : hardly any figures of authorities were published in that year.
    """
    table = load_areas_by_year().dropna(subset=["value"])
    series: dict[tuple[str, str], dict[int, float]] = {}
    for code, measure, year, value in table[["area_code", "measure", "year", "value"]].itertuples(index=False):
        series.setdefault((str(code), str(measure)), {})[int(year)] = float(value)
    candidates = [target for target in load_targets() if target.for_authorities and target.name in fit.targets.names]
    areas, targets = [], []
    for area in usable_authorities():
        its = _targets_then(area, candidates, series, settings.fit_to)
        if len(its) >= _FEWEST_MEASURES:
            areas.append(area)
            targets.append(its)
    if not areas:
        raise InputError(f"no authority published enough in {settings.fit_to}", key="--fit-to")
    say(f"fitting {len(areas)} authorities to {settings.fit_to} by England's straight line")
    # the line has no luck of its own; that of a year's figures is in the targets' errors
    fit = replace(fit, found=replace(fit.found, noise=np.zeros_like(fit.found.noise)))
    fits = fit_areas(StraightLine(fit), fit, areas, AreaSettings(passes=1, replications=1, verify=1), 1, targets=targets)
    model = AreaModel(fit, 1)
    changes = {
        target.measure: _usual_change(
            [s for (_, measure), s in series.items() if measure == target.measure], settings.fit_to, target
        )
        for target in candidates
    }
    scores: list[Score] = []
    for place, (area, its) in enumerate(zip(areas, targets, strict=True)):
        jacobian = model.jacobian(its)
        unsure = np.einsum("ij,jk,ik->i", jacobian, fits.corrections.covariance[place], jacobian)
        for number, target in enumerate(its):
            own = series[area.area_code, target.measure]
            for year in settings.predict:
                if year in own:
                    ours = (float(fits.simulated[place][number]), float(unsure[number]), 0.0)
                    scores += _scores(target, area.area_code, year, settings, own, changes[target.measure], ours)
    return scores


def _scores(
    target: Target, code: str, year: int, settings: HindcastSettings, series: Mapping[int, float], change: float,
    ours: tuple[float, float, float],
) -> list[Score]:  # fmt: skip
    """Return the scores of all forecasters for one figure.

    ``ours`` is the model's linked mean in the year, its variance, and how far it has moved from its mean over all years.
    """
    middle, variance, move = ours
    drift = change**2 * (year - settings.fit_to)
    from_last = float(linked(series[settings.fit_to], target.link)) + move
    forecasts: dict[str, Array | None] = {
        ANCHORED: normal_forecast(from_last, float(np.sqrt(drift)), target.link),
        MODEL: normal_forecast(middle, float(np.sqrt(variance + drift)), target.link),
        MODEL_ALONE: normal_forecast(middle, float(np.sqrt(variance)), target.link),
        NO_CHANGE: no_change(series, settings.fit_to, year, change, target.link),
        TREND: linear_trend(series, settings.fit_to, year, target.link),
    }
    return [
        scored(forecaster, code, target.measure, year, sample, series[year])
        for forecaster, sample in forecasts.items()
        if sample is not None and np.isfinite(sample).all()
    ]


class StraightLine:
    """England's fit as a simulator: the straight line through its best point, without luck, the same for every area."""

    def __init__(self, fit: PointFit):
        self._fit, self.targets = fit, fit.targets

    def run(self, requests: Sequence[Request]) -> Array:
        """See :class:`cinsim.calibration.simulator.Simulator`."""
        found = self._fit.found
        out = np.empty((len(requests), len(self.targets)))
        for row, request in enumerate(requests):
            values = {**self._fit.values, **request.parameters}
            # beyond the priors' reach too: an authority may lie where England cannot
            units = np.array([prior.units_beyond(values[prior.name]) for prior in self._fit.space.priors])
            line = found.simulated + found.jacobian @ (units - found.units)
            out[row] = [float(unlinked(x, target.link)) for x, target in zip(line, self.targets, strict=True)]
        return out


def _targets_then(
    area: Area, candidates: Sequence[Target], series: Mapping[tuple[str, str], Mapping[int, float]], year: int
) -> Targets:
    """Return an authority's targets of a year, with the errors that chance gives them in its number of children."""
    then = {
        target.measure: series[area.area_code, target.measure][year]
        for target in candidates
        if year in series.get((area.area_code, target.measure), {})
    }
    blank = dict.fromkeys(MEASURES_OF_AREAS)
    return authority_targets(Targets(candidates), replace(area, **{**blank, **then}))  # type: ignore[arg-type]


def _usual_change(all_series: Sequence[Mapping[int, float]], until: int, target: Target) -> float:
    """Return the usual yearly change of an authority's figure, linked: the median over authorities; NaN if none is known."""
    changes = np.array([yearly_change(series, until, target.link) for series in all_series])
    known = changes[np.isfinite(changes)]
    return float(np.median(known)) if len(known) else float("nan")
