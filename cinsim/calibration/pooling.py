"""What several passes of simulation say of each authority's corrections, together with its neighbours.

England's Jacobian says what to change. Statistical neighbours say what to expect: corrections are drawn towards the mean of
theirs, the more so the less an authority's own figures say (empirical Bayes). By how much corrections differ between
authorities, and figures for which no correction is there, is learned from all of them by expectation-maximisation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cinsim.calibration.area_model import AreaModel, AreaSettings
from cinsim.calibration.emulation import BEND, Array
from cinsim.calibration.moments import linear_step
from cinsim.calibration.targets import Targets
from cinsim.reference.areas import Area

# figures that no correction is there for: what authorities differ in here, beyond what the others' corrections bring, is learned
WITHOUT_LEVER: Final = ("assessments", "assessment_p25", "assessment_p75", "assessments_in_time", "cpp_again")
# how far from a correction that was simulated the straight line is followed, in these spreads
REACH: Final = 1.5
EM_ROUNDS: Final = 8
# of a standard Normal's square
MEDIAN_OF_SQUARE: Final = 0.4549364
# linked; even a simulator without luck is not known better than this
LEAST_VARIANCE: Final = 1e-8


@dataclass(frozen=True)
class Corrections:
    """Corrections of some areas on the scale on which they are made (log of the factor; shift of the threshold).

    Attributes
    ----------
    names : of the parameters. values : [areas, parameters]. covariance : [areas, parameters, parameters].
    expected : what the neighbours suggest. spread : standard deviation between authorities around that, by parameter.
    beyond : linked standard deviation, by target, of what authorities differ in beyond all that corrections explain.
    """

    names: tuple[str, ...]
    values: Array
    covariance: Array
    expected: Array
    spread: Array
    beyond: Mapping[str, float]


def pooled(
    model: AreaModel,
    areas: Sequence[Area],
    targets: Sequence[Targets],
    passes: Sequence[tuple[Array, Sequence[Array]]],
    settings: AreaSettings,
    known: Mapping[str, Array],
    beyond: Mapping[str, float],
) -> Corrections:
    """Return the corrections that all passes so far and the neighbours suggest.

    Parameters
    ----------
    passes : corrections simulated [areas, parameters] and the linked means they gave, by area.
    known : corrections of areas that are not among these, by the old three-digit code.
    beyond : what is known of how far authorities differ in figures without a lever; few areas say little of that and of how
        far corrections differ, many say it themselves.
    """
    expected = np.zeros((len(areas), len(model.names)))
    spread, many = model.start_spread.copy(), len(areas) > 2 * len(model.names)
    beyond = {} if many else beyond
    seen = [[(corrections[place], means[place]) for corrections, means in passes] for place in range(len(areas))]
    best = np.array(
        [_best(model, area, its, its_seen, settings, beyond) for area, its, its_seen in zip(areas, targets, seen, strict=True)]
    )
    for _ in range(EM_ROUNDS):
        found = [
            _estimate(model, area, its, seen[place], settings, best[place], expected[place], spread, beyond)
            for place, (area, its) in enumerate(zip(areas, targets, strict=True))
        ]
        values = np.array([one.correction for one in found])
        covariance = np.array([one.covariance for one in found])
        expected = _expected(areas, values, spread, known)
        if many:
            variance = np.mean((values - expected) ** 2 + np.einsum("aii->ai", covariance), axis=0)
            spread = np.clip(np.sqrt(variance), 0.02, model.start_spread)
            beyond = _beyond(targets, found)
    return Corrections(model.names, values, covariance, expected, spread, beyond)


@dataclass(frozen=True, slots=True)
class _Estimate:
    """One area's correction, and by target what it leaves: linked distance, variance known beforehand, and the correction's."""

    correction: Array
    covariance: Array
    left: Array
    variance: Array
    unsure: Array


def _beyond(targets: Sequence[Targets], found: Sequence[_Estimate]) -> dict[str, float]:
    """Return by target how far authorities differ beyond what errors, luck and corrections explain, linked.

    Medians, since a few authorities lie far off for reasons of their own.
    """
    out = {}
    for name in WITHOUT_LEVER:
        rows = [(one, its.names.index(name)) for one, its in zip(found, targets, strict=True) if name in its.names]
        left, variance, unsure = (
            np.array([getattr(one, part)[at] for one, at in rows]) for part in ("left", "variance", "unsure")
        )
        if np.isfinite(left).any():
            out[name] = beyond_of(left, variance - unsure)
    return out


def beyond_of(left: Array, explained: Array) -> float:
    """Return the standard deviation of what areas leave, beyond a variance that is explained; by medians, NaN left out.

    Parameters
    ----------
    left : [areas] linked distances. explained : [areas] variances.
    """
    there = np.isfinite(left)
    spread = np.median(left[there] ** 2) / MEDIAN_OF_SQUARE - np.median(explained[there])
    return float(np.sqrt(max(spread, 0.0)))


def _errors(targets: Targets, noise: Array, beyond: Mapping[str, float]) -> Array:
    """Return the linked standard deviation of an area's figures around what the right correction would give."""
    own = np.array([beyond.get(target.name, 0.0) for target in targets])
    return np.asarray(np.sqrt(targets.linked_errors() ** 2 + noise + own**2))


def _best(
    model: AreaModel, area: Area, targets: Targets, seen: Sequence[tuple[Array, Array]], settings: AreaSettings,
    beyond: Mapping[str, float],
) -> Array:  # fmt: skip
    """Return the simulated correction that meets an area's figures best."""
    errors = _errors(targets, model.noise(targets, settings.simulated(area)), beyond)
    misfits = [
        np.nansum(((targets.linked_values() - means) / errors) ** 2) + np.sum((correction / model.start_spread) ** 2)
        for correction, means in seen
    ]
    return seen[int(np.argmin(misfits))][0]


def _estimate(
    model: AreaModel, area: Area, targets: Targets, seen: Sequence[tuple[Array, Array]], settings: AreaSettings, near: Array,
    expected: Array, spread: Array, beyond: Mapping[str, float],
) -> _Estimate:  # fmt: skip
    """Return one area's best correction within reach of the nearest simulated one.

    ``near`` is that one; ``expected`` is what the neighbours suggest.
    """
    jacobian = model.jacobian(targets)
    noise = model.noise(targets, settings.simulated(area)) / settings.replications
    # what each pass says of the targets without any correction; the further from the present correction, the less sure
    intercepts = np.array([means - jacobian @ correction for correction, means in seen])
    variances = np.array([noise + (BEND * (jacobian @ (correction - near))) ** 2 + LEAST_VARIANCE for correction, _ in seen])
    there = np.isfinite(intercepts).all(axis=0)
    weights = 1 / variances
    intercept = (weights * intercepts).sum(axis=0) / weights.sum(axis=0)
    luck = 1 / weights.sum(axis=0)
    errors = _errors(targets, luck, beyond)
    scaled = (jacobian * spread)[there]
    distance = targets.linked_values() - intercept
    low, high = ((near + side * REACH * model.start_spread - expected) / spread for side in (-1, 1))
    step = linear_step(
        (distance - jacobian @ expected)[there], scaled, errors[there], np.zeros(len(spread)), low, high, 0.0
    )  # fmt: skip
    weighted = scaled / errors[there, None]
    covariance = np.linalg.inv(weighted.T @ weighted + np.eye(len(spread))) * np.outer(spread, spread)
    correction = expected + spread * step
    return _Estimate(
        correction, covariance, distance - jacobian @ correction, _errors(targets, luck, {}) ** 2,
        np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian),
    )  # fmt: skip


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
