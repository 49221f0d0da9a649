"""Authorities: England's mechanisms, their own level, thresholds and lengths, by a straight line from simulations of their own.

An authority starts from what its published figures say in closed form (``area_thresholds``, ``referral_level``). A few
simulations show by how much that misses its figures, England's Jacobian says what to change, and statistical neighbours say
what to expect: corrections are drawn towards the mean of the neighbours', the more so the less an authority's own figures say
(empirical Bayes; the spread between authorities is learned from all of them by expectation-maximisation). Every pass has luck
of its own, and later passes average over the earlier ones, so that luck is not fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cinsim.calibration.emulation import BEND, Array
from cinsim.calibration.links import slope
from cinsim.calibration.moments import linear_step
from cinsim.calibration.point import PointFit
from cinsim.calibration.ranges import unexplained
from cinsim.calibration.simulator import Request, Simulator
from cinsim.calibration.targets import Target, Targets, authority_targets
from cinsim.errors import InputError
from cinsim.reference.areas import Area, average_authority
from cinsim.reference.parameters import THRESHOLDS
from cinsim.reference.register import load_register

# parameters that an authority's correction multiplies, and how far authorities are thought to differ before the fit (log)
TIMES: Final[Mapping[str, float]] = {
    "referral_level": 0.25,
    "known_effect": 0.4,
    "assessment_length_median_days": 0.35,
    "assessment_overrun_days": 0.3,
    "care_length_scale_days": 0.3,
}
# how far authorities' thresholds are thought to lie from their closed form (log referral rate); none says how
# long plans last, in which authorities differ by a factor of three
PLUS: Final = 0.5
PLUS_OF: Final[Mapping[str, float]] = {"threshold_close_plan": 1.0, "threshold_end_protection": 0.75}
# how far from a correction that was simulated the straight line is followed, in these spreads
REACH: Final = 1.5
# a simulation of more children than this costs more than it tells
CHILDREN_ENOUGH: Final = 80_000
# nor is a small area told apart better by more simulations than these
MOST_RUNS: Final = 8
# numbers of the replications: each pass has a thousand of its own
PASSES_FROM: Final = 20_000
VERIFY_FROM: Final = 30_000
EM_ROUNDS: Final = 8
# linked; even a simulator without luck is not known better than this
LEAST_VARIANCE: Final = 1e-8


@dataclass(frozen=True, slots=True)
class AreaSettings:
    """Passes of simulation and correction, replications of each, and replications that verify the result.

    ``children`` : as many of each area are simulated in a replication: of a larger one a part, a small one several times.
    """

    passes: int = 3
    replications: int = 1
    verify: int = 1
    children: int = CHILDREN_ENOUGH

    def __post_init__(self) -> None:
        if min(self.passes, self.replications, self.verify) < 1:
            raise InputError("needs at least one pass, one replication in each and one to verify", key="--passes")
        if self.children < 1000:
            raise InputError(f"must be 1000 or more, not {self.children}", key="--children")

    def runs(self, area: Area) -> int:
        """Return how often an area is simulated in one replication."""
        return min(max(round(self.children / area.population_0_17), 1), MOST_RUNS)

    def simulations(self, areas: Sequence[Area]) -> int:
        """Return how many simulations a fit of areas takes."""
        return (self.passes * self.replications + self.verify) * sum(self.runs(area) for area in areas)


@dataclass(frozen=True)
class Corrections:
    """Corrections of some areas on the scale on which they are made (log of the factor; shift of the threshold).

    Attributes
    ----------
    names : of the parameters. values : [areas, parameters]. covariance : [areas, parameters, parameters].
    expected : what the neighbours suggest. spread : standard deviation between authorities around that, by parameter.
    """

    names: tuple[str, ...]
    values: Array
    covariance: Array
    expected: Array
    spread: Array


@dataclass(frozen=True)
class AreaFits:
    """Corrections, and how each area's targets come out under them.

    Attributes
    ----------
    targets : each area's own. simulated, simulated_error : by area and target, the linked mean over the verifying
        replications and its standard error.
    predictive_error : linked standard deviation with which a published figure of one year is predicted.
    """

    areas: tuple[Area, ...]
    targets: tuple[Targets, ...]
    corrections: Corrections
    simulated: tuple[Array, ...]
    simulated_error: tuple[Array, ...]
    predictive_error: tuple[Array, ...]


class AreaModel:
    """England's fit as it is used for an authority: which parameters move, and what that does to its targets.

    ``years`` : reported years of one simulation of an authority.
    """

    def __init__(self, fit: PointFit, years: int):
        self.fit = fit
        # children and years behind one simulation of England's fit, against those years: luck goes with their number
        children = average_authority().population_0_17 * fit.run.get("population_fraction", 1.0)
        self._weight = children * fit.run.get("years", years) / years
        self.names = tuple(name for name in (*TIMES, *(f"threshold_{name}" for name in THRESHOLDS)) if name in fit.space.names)
        places = [fit.space.names.index(name) for name in self.names]
        self._jacobian = fit.found.jacobian[:, places] / np.array([fit.space.priors[place].spread for place in places])
        self.start_spread = np.array([TIMES.get(name, PLUS_OF.get(name, PLUS)) for name in self.names])

    def rows(self, targets: Targets) -> list[int]:
        """Return the places of an area's targets among England's."""
        return [self.fit.targets.names.index(name) for name in targets.names]

    def jacobian(self, targets: Targets) -> Array:
        """Return the linked change of an area's targets per unit of correction."""
        return np.asarray(self._jacobian[self.rows(targets)])

    def noise(self, targets: Targets, children: float) -> Array:
        """Return the linked variance of one simulation of so many children."""
        return np.asarray(self.fit.found.noise[self.rows(targets)] ** 2 * self._weight / children)

    def parameters(self, correction: Array) -> dict[str, float]:
        """Return every parameter that differs from the register under a correction."""
        values, register = self.fit.values, load_register()
        out = dict(values)
        for name, by in zip(self.names, correction, strict=True):
            moved = values[name] * float(np.exp(by)) if name in TIMES else values[name] + float(by)
            out[name] = min(max(moved, register[name].low), register[name].high)
        return out


def fraction_of(area: Area, children: int = CHILDREN_ENOUGH) -> float:
    """Return the part of an area's children that is simulated in a fit, so that they are not more than a number."""
    return min(1.0, children / area.population_0_17)


def fit_areas(
    simulator: Simulator,
    fit: PointFit,
    areas: Sequence[Area],
    settings: AreaSettings,
    years: int,
    known: Mapping[str, Array] | None = None,
    targets: Sequence[Targets] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> AreaFits:
    """Fit areas to their own figures.

    Parameters
    ----------
    simulator : gives England's targets of any area. fit : England's. years : reported years of one simulation.
    known : earlier corrections by the old three-digit code: where an area's own first pass begins, and what its neighbours are
        taken to be that are not fitted now.
    targets : of each area, its own latest figures if left out.

    Raises
    ------
    InputError : an area has too few figures to be fitted.
    """
    model = AreaModel(fit, years)
    own = tuple(targets) if targets is not None else tuple(targets_of(fit.targets, area) for area in areas)
    for area, its in zip(areas, own, strict=True):
        if len(its) < 3:
            raise InputError(f"{area.area_name} has published too few figures to be fitted", key="area")
    passes: list[tuple[Array, list[Array]]] = []
    k, known = len(model.names), known or {}
    begin = np.array([known.get(area.old_code, np.zeros(k)) for area in areas])
    corrections = Corrections(
        model.names, begin, np.tile(np.diag(model.start_spread**2), (len(areas), 1, 1)),
        np.zeros((len(areas), k)), model.start_spread,
    )  # fmt: skip
    for turn in range(settings.passes):
        found = _simulated(
            simulator, model, areas, own, corrections.values, PASSES_FROM + 1000 * turn, settings, settings.replications
        )
        passes.append((corrections.values, found))
        corrections = pooled(model, areas, own, passes, settings, known)
        off = [_misfit(model, area, its, means, settings) for area, its, means in zip(areas, own, passes[-1][1], strict=True)]
        typical = float(np.sqrt(np.nanmean(np.concatenate(off) ** 2)))
        say(f"pass {turn + 1} of {settings.passes}: simulated targets were {typical:.2f} errors off")
    simulated = tuple(_simulated(simulator, model, areas, own, corrections.values, VERIFY_FROM, settings, settings.verify))
    errors, predictive = [], []
    for place, (area, its) in enumerate(zip(areas, own, strict=True)):
        noise = model.noise(its, _simulated_children(area, settings))
        jacobian = model.jacobian(its)
        unsure = np.einsum("ij,jk,ik->i", jacobian, corrections.covariance[place], jacobian)
        # a published figure is one year of all children, a simulation several years of some of them
        one_year = model.noise(its, area.population_0_17) * years
        sampling = np.array([target.standard_error * slope(target.value, target.link) for target in its]) ** 2
        discrepancy = its.linked_errors() ** 2 - sampling
        errors.append(np.sqrt(noise / settings.verify))
        predictive.append(np.sqrt(unsure + discrepancy + np.maximum(one_year, sampling) + noise / settings.verify))
    return AreaFits(tuple(areas), own, corrections, simulated, tuple(errors), _widened(own, simulated, predictive))


def _widened(targets: Sequence[Targets], simulated: Sequence[Array], explained: Sequence[Array]) -> tuple[Array, ...]:
    """Return predictive errors that hold what the distances of all authorities' figures show beyond the ones explained."""
    out = [its.copy() for its in explained]
    for name in sorted({target.name for its in targets for target in its}):
        at = [its.names.index(name) if name in its.names else None for its in targets]
        known = [place for place, column in enumerate(at) if column is not None]
        apart = np.array([targets[place].linked_values()[at[place]] - simulated[place][at[place]] for place in known])
        own = np.array([explained[place][at[place]] for place in known])
        for place, more in zip(known, unexplained(apart, own), strict=True):
            out[place][at[place]] = np.hypot(explained[place][at[place]], more)
    return tuple(out)


def _simulated(
    simulator: Simulator, model: AreaModel, areas: Sequence[Area], targets: Sequence[Targets], corrections: Array, first: int,
    settings: AreaSettings, replications: int,
) -> list[Array]:  # fmt: skip
    """Return each area's linked means over its simulations, whose numbers begin at ``first``, all simulated as one batch."""
    runs = [replications * settings.runs(area) for area in areas]
    requests = [
        Request(model.parameters(correction), first + number, area, fraction_of(area, settings.children))
        for area, correction, count in zip(areas, corrections, runs, strict=True)
        for number in range(count)
    ]
    values = simulator.targets.linked(simulator.run(requests))
    names, ends = simulator.targets.names, np.cumsum(runs)
    out = []
    for its, count, end in zip(targets, runs, ends, strict=True):
        own = values[end - count : end][:, [names.index(name) for name in its.names]]
        there = np.isfinite(own)
        total = np.where(there, own, 0.0).sum(axis=0)
        out.append(np.divide(total, there.sum(axis=0), out=np.full(len(its), np.nan), where=there.any(axis=0)))
    return out


def _simulated_children(area: Area, settings: AreaSettings) -> float:
    """Return the children simulated of an area in one replication."""
    return area.population_0_17 * fraction_of(area, settings.children) * settings.runs(area)


def _misfit(model: AreaModel, area: Area, targets: Targets, simulated: Array, settings: AreaSettings) -> Array:
    noise = model.noise(targets, _simulated_children(area, settings))
    return (targets.linked_values() - simulated) / np.sqrt(targets.linked_errors() ** 2 + noise)


def pooled(
    model: AreaModel,
    areas: Sequence[Area],
    targets: Sequence[Targets],
    passes: Sequence[tuple[Array, Sequence[Array]]],
    settings: AreaSettings,
    known: Mapping[str, Array],
) -> Corrections:
    """Return the corrections that all passes so far and the neighbours suggest.

    Parameters
    ----------
    passes : corrections simulated [areas, parameters] and the linked means they gave, by area.
    known : corrections of areas that are not among these, by the old three-digit code.
    """
    expected = np.zeros((len(areas), len(model.names)))
    spread = model.start_spread.copy()
    seen = [[(corrections[place], means[place]) for corrections, means in passes] for place in range(len(areas))]
    best = np.array(
        [_best(model, area, its, its_seen, settings) for area, its, its_seen in zip(areas, targets, seen, strict=True)]
    )
    values, covariance = best.copy(), np.zeros((len(areas), len(model.names), len(model.names)))
    for _ in range(EM_ROUNDS):
        for place, (area, its) in enumerate(zip(areas, targets, strict=True)):
            values[place], covariance[place] = _estimate(
                model, area, its, seen[place], settings, best[place], expected[place], spread
            )
        expected = _expected(areas, values, spread, known)
        if len(areas) > 2 * len(model.names):  # few areas say little of how far authorities differ
            variance = np.mean((values - expected) ** 2 + np.einsum("aii->ai", covariance), axis=0)
            spread = np.clip(np.sqrt(variance), 0.02, model.start_spread)
    return Corrections(model.names, values, covariance, expected, spread)


def _best(model: AreaModel, area: Area, targets: Targets, seen: Sequence[tuple[Array, Array]], settings: AreaSettings) -> Array:
    """Return the simulated correction that meets an area's figures best."""
    misfits = [
        np.nansum(_misfit(model, area, targets, means, settings) ** 2) + np.sum((correction / model.start_spread) ** 2)
        for correction, means in seen
    ]
    return seen[int(np.argmin(misfits))][0]


def _estimate(
    model: AreaModel, area: Area, targets: Targets, seen: Sequence[tuple[Array, Array]], settings: AreaSettings, near: Array,
    expected: Array, spread: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Return one area's best correction within reach of the nearest simulated one, and its covariance.

    ``near`` is that one; ``expected`` is what the neighbours suggest.
    """
    jacobian = model.jacobian(targets)
    noise = model.noise(targets, _simulated_children(area, settings)) / settings.replications
    # what each pass says of the targets without any correction; the further from the present correction, the less sure
    intercepts = np.array([means - jacobian @ correction for correction, means in seen])
    variances = np.array([noise + (BEND * (jacobian @ (correction - near))) ** 2 + LEAST_VARIANCE for correction, _ in seen])
    there = np.isfinite(intercepts).all(axis=0)
    weights = 1 / variances
    intercept = (weights * intercepts).sum(axis=0) / weights.sum(axis=0)
    errors = np.sqrt(targets.linked_errors() ** 2 + 1 / weights.sum(axis=0))
    scaled = (jacobian * spread)[there]
    residual = (targets.linked_values() - intercept - jacobian @ expected)[there]
    low, high = ((near + side * REACH * model.start_spread - expected) / spread for side in (-1, 1))
    step = linear_step(residual, scaled, errors[there], np.zeros(len(spread)), low, high, 0.0)
    weighted = scaled / errors[there, None]
    covariance = np.linalg.inv(weighted.T @ weighted + np.eye(len(spread)))
    return expected + spread * step, np.asarray(covariance * np.outer(spread, spread))


def _expected(areas: Sequence[Area], values: Array, spread: Array, known: Mapping[str, Array]) -> Array:
    """Return the mean correction of each area's neighbours; of all areas where it has none among them."""
    by_code = {**known, **{area.old_code: values[place] for place, area in enumerate(areas)}}
    nation = values.mean(axis=0) if len(areas) > 1 else np.zeros(values.shape[1])
    out = np.empty_like(values)
    for place, area in enumerate(areas):
        near = [by_code[code] for code in area.neighbours if code in by_code and code != area.old_code]
        # two fictitious neighbours at the national mean keep few neighbours from deciding alone
        out[place] = (np.sum(near, axis=0) + 2 * nation) / (len(near) + 2) if near else nation
    return out


def targets_of(england: Targets, area: Area) -> Targets:
    """Return an area's targets; where its latest figure is suppressed, its last published one stands in, with a larger error.

    An authority without any earlier figure within three years goes without the target: its neighbours' corrections speak.
    """
    targets = list(authority_targets(england, area))
    have = {target.name for target in targets}
    for target in england:
        if target.for_authorities and target.name not in have:
            stand_in = _earlier(target, area)
            if stand_in is not None:
                targets.append(stand_in)
    order = {name: place for place, name in enumerate(england.names)}
    return Targets(sorted(targets, key=lambda target: order[target.name]))


YEARS_BACK: Final = 3
# median yearly change of an authority's figures (children in need 6%, referrals 10%, child protection plans 14%), linked
YEARLY_CHANGE: Final = 0.15


def _earlier(target: Target, area: Area) -> Target | None:
    """Return a target with the area's last published figure of some years back, None if there is none."""
    from cinsim.reference.areas import load_areas_by_year

    table = load_areas_by_year()
    rows = table[(table["area_code"] == area.area_code) & (table["measure"] == target.measure)].dropna(subset=["value"])
    if target.year is None or rows.empty or rows["year"].max() < target.year - YEARS_BACK:
        return None
    last = rows.sort_values("year").iloc[-1]
    value, year = float(last["value"]), int(last["year"])
    own = replace(target, value=value, year=year)
    change = YEARLY_CHANGE * max(target.year - year, 1) ** 0.5 / slope(value, own.link)
    relative = target.discrepancy * slope(target.value, target.link) / slope(value, own.link)
    return replace(own, standard_error=change, discrepancy=relative, source=f"{area.area_name}, {year}: the last published")
