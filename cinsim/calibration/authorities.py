"""Authorities: England's mechanisms, their own level, thresholds and lengths, by a straight line from simulations of their own.

An authority starts from what its published figures say in closed form (``area_thresholds``, ``referral_level``), or from the
corrections that there are. A few simulations show by how much that misses its figures, and :mod:`cinsim.calibration.pooling`
what to change. Every pass has luck of its own, and later passes average over the earlier ones, so that luck is not fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cinsim.calibration.area_model import AreaModel, AreaSettings, fraction_of
from cinsim.calibration.emulation import Array
from cinsim.calibration.links import slope
from cinsim.calibration.point import PointFit
from cinsim.calibration.pooling import Corrections, pooled
from cinsim.calibration.ranges import learned
from cinsim.calibration.simulator import Request, Simulator
from cinsim.calibration.targets import Target, Targets, authority_targets
from cinsim.errors import InputError
from cinsim.reference.areas import Area

# numbers of the replications: each pass has a thousand of its own
PASSES_FROM: Final = 20_000
VERIFY_FROM: Final = 30_000


@dataclass(frozen=True)
class AreaFits:
    """Corrections, and how each area's targets come out under them.

    Attributes
    ----------
    targets : each area's own. simulated, simulated_error : by area and target, the linked mean over the verifying
        replications and its standard error.
    predictive_error : linked standard deviation with which a published figure of one year is predicted.
    checks, checked, checked_error : figures that no correction is fitted to, and how they come out in the same replications.
    """

    areas: tuple[Area, ...]
    targets: tuple[Targets, ...]
    corrections: Corrections
    simulated: tuple[Array, ...]
    simulated_error: tuple[Array, ...]
    predictive_error: tuple[Array, ...]
    checks: tuple[Targets, ...] = ()
    checked: tuple[Array, ...] = ()
    checked_error: tuple[Array, ...] = ()


def fit_areas(
    simulator: Simulator,
    fit: PointFit,
    areas: Sequence[Area],
    settings: AreaSettings,
    years: int,
    known: Mapping[str, Array] | None = None,
    beyond: Mapping[str, float] | None = None,
    targets: Sequence[Targets] | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> AreaFits:
    """Fit areas to their own figures.

    Parameters
    ----------
    simulator : gives England's targets of any area. fit : England's. years : reported years of one simulation.
    known : earlier corrections by the old three-digit code: where an area's own first pass begins, and what its neighbours are
        taken to be that are not fitted now.
    beyond : see :class:`Corrections`; learned anew where there are many areas.
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
        np.zeros((len(areas), k)), model.start_spread, beyond or {},
    )  # fmt: skip
    for turn in range(settings.passes):
        found = _simulated(
            simulator, model, areas, own, corrections.values, PASSES_FROM + 1000 * turn, settings, settings.replications
        )
        passes.append((corrections.values, found))
        corrections = pooled(model, areas, own, passes, settings, known, beyond or {})
        off = [_misfit(model, area, its, means, settings) for area, its, means in zip(areas, own, passes[-1][1], strict=True)]
        typical = float(np.sqrt(np.nanmean(np.concatenate(off) ** 2)))
        say(f"pass {turn + 1} of {settings.passes}: simulated targets were {typical:.2f} errors off")
    checks = tuple(checks_of(fit.targets, area) for area in areas)
    both = [Targets((*its, *beside)) for its, beside in zip(own, checks, strict=True)]
    verified = _simulated(simulator, model, areas, both, corrections.values, VERIFY_FROM, settings, settings.verify)
    simulated = tuple(values[: len(its)] for values, its in zip(verified, own, strict=True))
    checked = tuple(values[len(its) :] for values, its in zip(verified, own, strict=True))
    errors, predictive = [], []
    for place, (area, its) in enumerate(zip(areas, own, strict=True)):
        noise = model.noise(its, settings.simulated(area))
        jacobian = model.jacobian(its)
        unsure = np.einsum("ij,jk,ik->i", jacobian, corrections.covariance[place], jacobian)
        # a published figure is one year of all children, a simulation several years of some of them
        one_year = model.noise(its, area.population_0_17) * years
        sampling = np.array([target.standard_error * slope(target.value, target.link) for target in its]) ** 2
        beyond_corrections = np.array([corrections.beyond.get(name, 0.0) for name in its.names]) ** 2
        discrepancy = its.linked_errors() ** 2 - sampling + beyond_corrections
        errors.append(np.sqrt(noise / settings.verify))
        predictive.append(np.sqrt(unsure + discrepancy + np.maximum(one_year, sampling) + noise / settings.verify))
    return AreaFits(
        tuple(areas), own, corrections, simulated, tuple(errors), _held_against(own, simulated, predictive), checks, checked,
        _luck(model, areas, checks, settings),
    )  # fmt: skip


def check_areas(
    simulator: Simulator, fit: PointFit, areas: Sequence[Area], settings: AreaSettings, years: int, known: Mapping[str, Array]
) -> AreaFits:
    """Simulate authorities with the corrections they have, for the figures that no correction is fitted to; nothing is fitted.

    Parameters
    ----------
    known : corrections by the old three-digit code; none is no correction.
    """
    model = AreaModel(fit, years)
    k, count = len(model.names), len(areas)
    values = np.array([known.get(area.old_code, np.zeros(k)) for area in areas])
    corrections = Corrections(model.names, values, np.zeros((count, k, k)), np.zeros((count, k)), model.start_spread, {})
    checks = tuple(checks_of(fit.targets, area) for area in areas)
    checked = tuple(_simulated(simulator, model, areas, checks, values, VERIFY_FROM, settings, settings.verify))
    nothing = (Targets(()),) * count
    none = (np.zeros(0),) * count
    return AreaFits(
        tuple(areas), nothing, corrections, none, none, none, checks, checked, _luck(model, areas, checks, settings)
    )  # fmt: skip


def _luck(model: AreaModel, areas: Sequence[Area], targets: Sequence[Targets], settings: AreaSettings) -> tuple[Array, ...]:
    """Return the linked standard error that luck leaves in each area's verified means."""
    return tuple(
        np.sqrt(model.noise(its, settings.simulated(area)) / settings.verify)
        for area, its in zip(areas, targets, strict=True)
    )  # fmt: skip


def _held_against(targets: Sequence[Targets], simulated: Sequence[Array], explained: Sequence[Array]) -> tuple[Array, ...]:
    """Return each area's predictive errors, once what explains them is held against the distances of all others' figures."""
    out = [its.copy() for its in explained]
    for name in sorted({target.name for its in targets for target in its}):
        at = [its.names.index(name) if name in its.names else None for its in targets]
        known = [place for place, column in enumerate(at) if column is not None]
        apart = np.array([targets[place].linked_values()[at[place]] - simulated[place][at[place]] for place in known])
        own = np.array([explained[place][at[place]] for place in known])
        for place, error in zip(known, learned(apart, own), strict=True):
            out[place][at[place]] = error
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


def _misfit(model: AreaModel, area: Area, targets: Targets, simulated: Array, settings: AreaSettings) -> Array:
    noise = model.noise(targets, settings.simulated(area))
    return (targets.linked_values() - simulated) / np.sqrt(targets.linked_errors() ** 2 + noise)


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


CHECKED: Final = ("children_in_need", "conferences_in_time", "caseload")
"""Targets shown beside those that authorities are fitted to: no correction is fitted to them, and runs are judged by them."""


def checks_of(england: Targets, area: Area) -> Targets:
    """Return what an area's simulation is shown beside without being fitted to it: its last published figures of these."""
    found = []
    for target in england:
        value = area.last_published(target.measure) if target.name in CHECKED else None
        if value is not None:
            earlier = area.stand_in(target.measure)
            found.append(replace(target, value=value, year=target.year if earlier is None else earlier.year))
    return Targets(found)


YEARS_BACK: Final = 3
# median yearly change of an authority's figures (children in need 6%, referrals 10%, child protection plans 14%), linked
YEARLY_CHANGE: Final = 0.15


def _earlier(target: Target, area: Area) -> Target | None:
    """Return a target with the area's last published figure of some years back, None if there is none."""
    last = area.stand_in(target.measure)
    if target.year is None or last is None or last.year < target.year - YEARS_BACK:
        return None
    value, year = last.value, last.year
    own = replace(target, value=value, year=year)
    change = YEARLY_CHANGE * max(target.year - year, 1) ** 0.5 / slope(value, own.link)
    relative = target.discrepancy * slope(target.value, target.link) / slope(value, own.link)
    return replace(own, standard_error=change, discrepancy=relative, source=f"{area.area_name}, {year}: the last published")
