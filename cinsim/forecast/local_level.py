"""The movement of authorities: a local level, a slow movement that comes back to it, and noise.

For authority a in year t, after what all share is taken off,

    z(a, t) = s(a) [ L(a) + x(a, t) + e(a, t) ],    x(a, t) = phi x(a, t - 1) + w(a, t)

with Normal L, x and e. The variance s(a)^2 of an authority is inverse gamma with ``degrees`` degrees of freedom about a power of
its number of children; it is integrated out, so that an authority's figures are multivariate Student t and variances are
partially pooled in closed form. Years without a figure drop out of the vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln

from cinsim.forecast.measures import Array, Mask

_BOUNDS: Final = ((-14.0, 8.0), (-14.0, 8.0), (-3.0, 4.5), (-14.0, 8.0), (-1.5, 1.5), (0.3, 5.0))
_PERSISTENCE_PRIOR: Final = (1.0, 1.5)
_DEGREES_PRIOR: Final = (1.8, 0.8)
"""Mean and standard deviation of the logit of the persistence and of the logarithm of the degrees of freedom, weakly held."""


@dataclass(frozen=True, slots=True)
class LocalLevel:
    """Variances of an authority of typical size, on the scale of a measure.

    Parameters
    ----------
    level, movement, noise : variances of the local level, of the slow movement and of the noise.
    persistence : what remains of the movement a year later, 0 to 1.
    size : the variance falls with the number of children to this power.
    degrees : of freedom of authorities' variances; the fewer, the more they differ.
    """

    level: float
    movement: float
    persistence: float
    noise: float
    size: float
    degrees: float

    @property
    def vector(self) -> Array:
        """The parameters without bounds, as they are searched."""
        logit = np.log(self.persistence / (1.0 - self.persistence))
        return np.array([np.log(self.level), np.log(self.movement), logit, np.log(self.noise), self.size, np.log(self.degrees)])

    def common(self, years: int) -> Array:
        """Return the covariance of level and movement over years, in units of an authority's variance."""
        apart = np.abs(np.subtract.outer(np.arange(years), np.arange(years)))
        return self.level + self.movement * self.persistence**apart

    def covariance(self, seen: Mask) -> Array:
        """Return the covariance of what was published [patterns, years, years]; a row of the identity where nothing was."""
        years = seen.shape[1]
        both = seen[:, :, None] & seen[:, None, :]
        return self.common(years)[None] * both + np.where(seen, self.noise, 1.0)[:, :, None] * np.eye(years)


def _unpacked(vector: Array) -> LocalLevel:
    level, movement, noise, degrees = (float(np.exp(vector[place])) for place in (0, 1, 3, 5))
    return LocalLevel(level, movement, float(1.0 / (1.0 + np.exp(-vector[2]))), noise, float(vector[4]), degrees)


def fit_local_level(z: Array, size: Array, start: LocalLevel | None = None) -> LocalLevel:
    """Fit the variances to all authorities at once, by penalised likelihood.

    Parameters
    ----------
    z : series about what all authorities share [authorities, years], NaN where nothing was published.
    size : logarithm of children over those of a typical authority.
    start : where the search begins; from the series' own variances when None.
    """
    seen = ~np.isnan(z)
    count = seen.sum(axis=1)
    some = count > 0
    filled = np.where(seen, z, 0.0)
    patterns, whose = _patterns(seen)

    def minus_log_likelihood(vector: Array) -> float:
        fit = _unpacked(vector)
        lower = np.linalg.cholesky(fit.covariance(patterns))
        determinant = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)[whose]
        scale = np.exp(-fit.size * size)
        whitened = np.linalg.solve(lower, np.broadcast_to(np.eye(z.shape[1]), lower.shape))
        distance = (np.einsum("aij,aj->ai", whitened[whose], filled) ** 2).sum(axis=1) / scale
        nu = fit.degrees
        each = (
            gammaln((nu + count) / 2) - gammaln(nu / 2) - count / 2 * np.log(nu * np.pi)
            - determinant - count * np.log(scale) / 2
            - (nu + count) / 2 * np.log1p(distance / nu)
        )  # fmt: skip
        away = ((vector[2], _PERSISTENCE_PRIOR), (vector[5], _DEGREES_PRIOR))
        return float(-each[some].sum() + sum(((value - mean) / sd) ** 2 / 2 for value, (mean, sd) in away))

    begin = _beginning(z) if start is None else start.vector
    low, high = np.array(_BOUNDS).T
    found = minimize(minus_log_likelihood, np.clip(begin, low, high), method="L-BFGS-B", bounds=_BOUNDS)
    return _unpacked(found.x)


def _patterns(seen: Mask) -> tuple[Mask, NDArray[np.intp]]:
    """Return the different rows of what was published, and which of them each authority has: few, as most miss nothing."""
    patterns, whose = np.unique(seen, axis=0, return_inverse=True)
    return patterns, whose.reshape(-1)


def _beginning(z: Array) -> Array:
    whole, steps = float(np.nanvar(z)), float(np.nanvar(np.diff(z, axis=1)))
    return np.array([np.log(whole / 2), np.log(whole / 4 + steps / 4), 1.0, np.log(steps / 4), 0.2, 1.8])


def expected(fit: LocalLevel, z: Array, size: Array, ahead: int) -> tuple[Array, Array]:
    """Return mean and standard deviation of each authority's figure so many years after the last column.

    They are those of the Student t given the authority's own figures: one that moved more than others is less sure.
    """
    seen = ~np.isnan(z)
    count, years = seen.sum(axis=1), z.shape[1]
    filled = np.where(seen, z, 0.0)
    patterns, whose = _patterns(seen)
    precision = np.linalg.inv(fit.covariance(patterns))
    to_come = (fit.level + fit.movement * fit.persistence ** (ahead + years - 1 - np.arange(years)))[None] * seen
    weights = np.einsum("aij,aj->ai", precision[whose], to_come)
    distance = np.einsum("ai,aij,aj->a", filled, precision[whose], filled) * np.exp(fit.size * size)
    left = fit.level + fit.movement + fit.noise - (weights * to_come).sum(axis=1)
    variance = left * np.exp(-fit.size * size) * (fit.degrees + distance) / (fit.degrees + count)
    return (weights * filled).sum(axis=1), np.sqrt(variance)
