"""The form of ``england.json``: what must stand in it, checked before anything is worked out from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, Field

from cinsim.calibration.links import link_of
from cinsim.calibration.priors import Prior, prior_problem
from cinsim.errors import InputError, shortened
from cinsim.files import read_json
from cinsim.outcomes.definitions import MEASURES
from cinsim.outcomes.groups import GROUP_LABELS
from cinsim.reference.register import load_register
from cinsim.scenario.problems import Place, checked
from cinsim.spelling import did_you_mean

FORMAT: Final = 1
_BIGGEST: Final = 1e12
# in prior units, and on the scale of logarithms: far beyond any figure, and not so far that its power overflows
_FURTHEST: Final = 50.0
_MOST_BYTES: Final = 50_000_000

Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-_BIGGEST, le=_BIGGEST)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=_BIGGEST)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Year = Annotated[int, Field(strict=True, ge=1900, le=2200)]
Structure = Literal["both", "lasting_differences", "known_to_services"]


class StoredPrior(BaseModel, frozen=True, extra="forbid"):
    """A prior, as :class:`cinsim.calibration.priors.Prior` holds it."""

    name: str
    scale: Literal["linear", "log", "logit"]
    low: Number
    high: Number
    structures: tuple[Structure, ...] = ()

    def prior(self) -> Prior:
        """Return the prior."""
        return Prior(self.name, self.scale, self.low, self.high, self.structures)


class StoredParameter(BaseModel, frozen=True):
    """Where a parameter ended, in prior units; the other figures of its row are for readers."""

    name: str
    units: Annotated[float, Field(strict=True, ge=-_FURTHEST, le=_FURTHEST)]
    prior: StoredPrior


class StoredTarget(BaseModel, frozen=True):
    """A target, as :class:`cinsim.calibration.targets.Target` holds it, and what the fit gave for it."""

    name: Annotated[str, Field(min_length=1)]
    measure: str
    group: str
    year: Year | None
    value: Positive
    standard_error: Positive
    discrepancy: Positive
    flag: Literal["fit", "check"]
    for_authorities: Annotated[bool, Field(strict=True)]
    of: str
    source: str
    reason: str
    simulated_linked: Number
    noise_linked: Positive


class StoredRun(BaseModel, frozen=True):
    """How the simulations of the fit were run, as far as it matters later."""

    years: Count | None = None
    warm_up: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    seed: Annotated[int, Field(strict=True, ge=0)] | None = None
    population_fraction: Annotated[float, Field(strict=True, gt=0, le=1)] | None = None
    size_effect: tuple[Number, ...] | None = None


class StoredPoint(BaseModel, frozen=True):
    """The whole file."""

    structure: Structure
    year: Year
    run: StoredRun
    objective: Number
    path: tuple[Number, ...]
    replications: Count
    parameters: Annotated[tuple[StoredParameter, ...], Field(min_length=1)]
    targets: Annotated[tuple[StoredTarget, ...], Field(min_length=1)]
    jacobian: tuple[tuple[Number, ...], ...]
    covariance: tuple[tuple[Number, ...], ...]
    held: dict[str, Number]


def stored_point(path: Path) -> tuple[StoredPoint, dict[str, Any]]:
    """Return the content of the file, checked, and its ``run`` as written.

    Raises
    ------
    InputError : there is no such file, it is not one of these, or something in it cannot be; names the key.
    """
    content = read_json(path, kind="fit of England (JSON)", most=_MOST_BYTES)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f"is not a fit of format {FORMAT}; `cinsim calibrate england` makes one", path=path)
    stored = checked(StoredPoint, content, lambda key: Place(path))
    for key, message in _problems(stored):
        raise InputError(message, path=path, key=key)
    return stored, content["run"]


def _problems(stored: StoredPoint) -> Iterator[tuple[str, str]]:
    """Yield what does not fit together, by key."""
    yield from _wrong_names(stored)
    parameters, targets = len(stored.parameters), len(stored.targets)
    for key, rows, shape in (
        ("jacobian", stored.jacobian, (targets, parameters)),
        ("covariance", stored.covariance, (parameters, parameters)),
    ):
        if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
            yield (
                key,
                f"must have {shape[0]} rows of {shape[1]} numbers, for {targets} targets and {parameters} parameters",
            )
            return
    covariance = np.array(stored.covariance)
    # figures are stored to ten decimals
    if not np.allclose(covariance, covariance.T, atol=1e-6) or np.linalg.eigvalsh(covariance).min() < -1e-6:
        yield "covariance", "is none: a covariance is the same both ways and leaves no variance below 0"
    size_effect = stored.run.size_effect
    if size_effect is not None and len(size_effect) != targets:
        yield "run.size_effect", f"must have {targets} numbers, one a target"


def _wrong_names(stored: StoredPoint) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for place, parameter in enumerate(stored.parameters):
        key = f"parameters.{place}"
        if parameter.prior.name != parameter.name:
            yield (
                f"{key}.prior.name",
                f"'{shortened(parameter.prior.name)}' is not '{shortened(parameter.name)}', whose prior it is",
            )
        problem = prior_problem(parameter.prior.prior())
        if problem is not None:
            yield f"{key}.prior.{problem[0]}", problem[1]
        if parameter.name in seen:
            yield f"{key}.name", f"'{parameter.name}' stands twice"
        seen.add(parameter.name)
    names: set[str] = set()
    for place, target in enumerate(stored.targets):
        key = f"targets.{place}"
        if target.measure not in MEASURES:
            yield (
                f"{key}.measure",
                f"no measure is called '{shortened(target.measure)}'{did_you_mean(target.measure, list(MEASURES))}",
            )
        elif target.group not in GROUP_LABELS:
            yield f"{key}.group", f"no group is called '{shortened(target.group)}'"
        elif link_of(MEASURES[target.measure].kind, target.group) != "identity" and abs(target.simulated_linked) > _FURTHEST:
            yield f"{key}.simulated_linked", f"must lie between -{_FURTHEST:g} and {_FURTHEST:g}, as a logarithm or logit"
        if target.standard_error + target.discrepancy <= 0:
            yield f"{key}.standard_error", "a target needs a standard error or a discrepancy above 0"
        if target.name in names:
            yield f"{key}.name", f"'{shortened(target.name)}' stands twice"
        names.add(target.name)
    for name, value in stored.held.items():
        try:
            load_register().check(name, value)
        except InputError as error:
            yield f"held.{name}", error.message
