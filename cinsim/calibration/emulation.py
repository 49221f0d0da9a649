"""Emulators: what the simulator would give at a point, and how sure that is, learned from some hundred simulations.

Each target has its own, in three layers: the straight line that stage one found (its Jacobian), a ridge regression on what
the line leaves over, and a Gaussian process with its own length for each of the few parameters that matter most, on what is
left after that. The process's white noise is what luck does to one simulation; it is told apart from not knowing the mean.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from cinsim.errors import InputError

Array = NDArray[np.float64]
MOST_ACTIVE: Final = 5
# of the spread that the parameters make, how much the active ones must explain
EXPLAINED: Final = 0.95
FOLDS: Final = 5
# of the variance left to the process, how much may be curvature that cannot be told from luck; to claim less would be rash
LEAST_CURVE: Final = 0.1
# of the variance of luck, how much a direction of the curve must move for it to be told
NEGLIGIBLE: Final = 1e-4
# how far a straight line may be off, as a share of the distance that it covers
BEND: Final = 0.25


def require_emulators() -> None:
    """Raise :class:`InputError` if the library that emulators need is not installed, before anything is simulated."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise InputError("history matching needs scikit-learn: pip install 'cinsim[calibrate]'", key="--stage") from None


class Emulator(Protocol):
    """Whatever stands in for the simulator."""

    def predict(self, units: Array) -> tuple[Array, Array]:
        """Return linked means and the variance of not knowing them, both [points, targets]."""
        ...

    @property
    def noise(self) -> Array:
        """The linked variance of one simulation around its mean, by target."""


@dataclass(frozen=True)
class Line:
    """The straight line of stage one: good near its point, less sure the further away.

    Attributes
    ----------
    at : the point. values, jacobian : linked means there and their change per prior unit. error : variance of the means.
    noise : variance of one simulation.
    """

    at: Array
    values: Array
    jacobian: Array
    error: Array
    noise: Array

    def predict(self, units: Array) -> tuple[Array, Array]:
        """See :class:`Emulator`."""
        change = (units - self.at) @ self.jacobian.T
        return self.values + change, self.error + (BEND * change) ** 2


@dataclass(frozen=True)
class Kernel:
    """What one target's process has learned of itself.

    Attributes
    ----------
    active : places of the parameters that it moves with. lengths : of each, in prior units. scale : standard deviation of what
        the layers below leave over, the unit of the process. height : variance of the curve, and ``noise`` of luck, in that unit.
    """

    active: NDArray[np.int64]
    lengths: Array
    scale: float
    height: float
    noise: float


class GaussianProcesses:
    """Emulators of all targets.

    Parameters
    ----------
    units : points simulated, one simulation each, [points, parameters] in prior units. values : linked [points, targets].
    line : of stage one.
    kernels : of earlier emulators, used again, so that nothing but the data is learned anew.
    """

    def __init__(self, units: Array, values: Array, line: Line, kernels: Sequence[Kernel] | None = None):
        if len(units) < 3 * FOLDS:
            raise InputError(f"an emulator needs {3 * FOLDS} simulations or more, and has {len(units)}", key="--points")
        self.line, self.units, self.values = line, units, values
        rest = values - line.predict(units)[0]
        given = [None] * values.shape[1] if kernels is None else kernels
        self._layers = [_Layers(units, rest[:, place], line.jacobian[place], given[place]) for place in range(values.shape[1])]
        self.kernels: Sequence[Kernel] = [layers.kernel for layers in self._layers]

    @property
    def noise(self) -> Array:
        """The linked variance of one simulation around its mean, by target."""
        return np.array([layers.noise for layers in self._layers])

    def predict(self, units: Array) -> tuple[Array, Array]:
        """See :class:`Emulator`."""
        mean = self.line.predict(units)[0]
        variance = np.empty_like(mean)
        for place, layers in enumerate(self._layers):
            more, variance[:, place] = layers.predict(units)
            mean[:, place] += more
        return mean, variance

    def cross_validated(self) -> Array:
        """Return how many predicted standard deviations each simulation lies from what the others predict [points, targets]."""
        out = np.empty_like(self.values)
        for fold in range(FOLDS):
            left_out = np.arange(len(self.units)) % FOLDS == fold
            others = GaussianProcesses(self.units[~left_out], self.values[~left_out], self.line, self.kernels)
            mean, variance = others.predict(self.units[left_out])
            out[left_out] = (self.values[left_out] - mean) / np.sqrt(variance + others.noise)
        return out


class _Layers:
    """Ridge regression and Gaussian process of one target, on what the line leaves over."""

    def __init__(self, units: Array, rest: Array, slope: Array, known: Kernel | None):
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
        from sklearn.linear_model import BayesianRidge

        self._centre = units.mean(axis=0)
        self._ridge = BayesianRidge().fit(units - self._centre, rest)
        left = rest - self._straight(units - self._centre)
        self._scale = float(left.std()) or 1.0
        if known is None:
            self._active = _active(slope + self._ridge.coef_, units)
            spreads = np.maximum(units[:, self._active].std(axis=0), 0.05)
            bounds = [(spread, 100.0 * spread) for spread in spreads]
            curve = ConstantKernel(2 * LEAST_CURVE, (LEAST_CURVE, 10.0)) * RBF(3.0 * spreads, bounds)
            kernel = curve + WhiteKernel(0.9, (1e-6, 2.0))
        else:
            self._active, self._scale = known.active, known.scale
            kernel = ConstantKernel(known.height) * RBF(known.lengths) + WhiteKernel(known.noise)
        optimizer = "fmin_l_bfgs_b" if known is None else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a length at its bound says that the target is straight in it, which is welcome
            self._process = GaussianProcessRegressor(kernel, optimizer=optimizer).fit(units[:, self._active], left / self._scale)
        learned = self._process.kernel_
        self._white, self._height = float(learned.k2.noise_level), float(learned.k1.k1.constant_value)
        self._lengths = np.atleast_1d(np.asarray(learned.k1.k2.length_scale, dtype=np.float64))
        self.kernel = Kernel(self._active, self._lengths, self._scale, self._height, self._white)
        self.noise = self._white * self._scale**2
        self._at = units[:, self._active] / self._lengths
        size, direction = np.linalg.eigh(self._curve(self._at))
        told = size > NEGLIGIBLE * self._white
        self._told = direction[:, told] / np.sqrt(size[told] + self._white)

    def _curve(self, scaled: Array) -> Array:
        """Return the covariance of the curve at points (in lengths) with the curve where it was learned."""
        square = (scaled**2).sum(axis=1)[:, None] + (self._at**2).sum(axis=1) - 2 * scaled @ self._at.T
        return np.asarray(self._height * np.exp(-0.5 * np.maximum(square, 0.0)))

    def predict(self, units: Array) -> tuple[Array, Array]:
        # as sklearn does it, but directions in which luck hides the curve are left out of the variance: many times as fast
        away = units - self._centre
        curve = self._curve(units[:, self._active] / self._lengths)
        mean = curve @ self._process.alpha_
        variance = np.maximum(self._height - ((curve @ self._told) ** 2).sum(axis=1), 0.0) * self._scale**2
        # the ridge's own variance counts what the process then explains as noise, and so errs on the safe side
        variance = variance + ((away @ self._ridge.sigma_) * away).sum(axis=1)
        return self._straight(away) + self._scale * mean, variance

    def _straight(self, away: Array) -> Array:
        """Return what the ridge regression says at points, without the library's checks, which cost more than the sum."""
        return np.asarray(away @ self._ridge.coef_ + self._ridge.intercept_)


def _active(effects: Array, units: Array) -> NDArray[np.int64]:
    """Return the places of the few parameters whose straight-line effects make nearly all of a target's spread."""
    matters = np.abs(effects) * units.std(axis=0)
    order = np.argsort(-matters, kind="stable")
    reached = np.cumsum(matters[order] ** 2) / max(float(np.sum(matters**2)), 1e-300)
    return order[: min(int(np.searchsorted(reached, EXPLAINED)) + 1, MOST_ACTIVE, len(order))]
