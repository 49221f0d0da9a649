"""What the published figures pin down, what they leave open, and which parameters trade off against each other.

All from the Jacobian in prior units: the Fisher information of the data is ``J' S^-1 J`` with the targets' errors S; its
eigenvalues say how many directions the data know better than the prior; its inverse with the prior added is the posterior
covariance, whose correlations are the trade-offs. Profiles walk along one parameter while all others answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cinsim.calibration.emulation import Array
from cinsim.calibration.point import PointFit

# posterior over prior standard deviation: below the first a parameter is pinned down, above the second hardly touched
PINNED: Final = 0.35
OPEN: Final = 0.8
TRADE_OFF: Final = 0.6


@dataclass(frozen=True)
class TradeOff:
    """Two parameters that the data know together better than each alone, and their posterior correlation."""

    first: str
    second: str
    correlation: float


@dataclass(frozen=True)
class Identifiability:
    """What the data say about the parameters of a fit.

    Attributes
    ----------
    names : of the parameters. eigenvalues : of the data's information in prior units, the largest first. directions : the
        eigenvectors, as columns. spreads : posterior over prior standard deviation. alone : the same if all others were known.
    correlation : of the posterior. leverage : by target, the share of its information that the fit used up.
    """

    names: tuple[str, ...]
    eigenvalues: Array
    directions: Array
    spreads: Array
    alone: Array
    correlation: Array
    leverage: Array

    @property
    def known_directions(self) -> int:
        """How many independent directions the data know better than the prior."""
        return int(np.sum(self.eigenvalues > 1.0))

    def pinned(self) -> list[str]:
        """Return the parameters that the data pin down."""
        return [name for name, spread in zip(self.names, self.spreads, strict=True) if spread < PINNED]

    def left_open(self) -> list[str]:
        """Return the parameters of which the data say next to nothing."""
        return [name for name, spread in zip(self.names, self.spreads, strict=True) if spread > OPEN]

    def partly(self) -> list[str]:
        """Return the parameters between the two."""
        others = {*self.pinned(), *self.left_open()}
        return [name for name in self.names if name not in others]

    def trade_offs(self, least: float = TRADE_OFF) -> list[TradeOff]:
        """Return the pairs that trade off, the strongest first."""
        pairs = [
            TradeOff(self.names[i], self.names[j], float(self.correlation[i, j]))
            for i in range(len(self.names))
            for j in range(i)
            if abs(self.correlation[i, j]) >= least
        ]
        return sorted(pairs, key=lambda pair: -abs(pair.correlation))


def identifiability(fit: PointFit) -> Identifiability:
    """Return what the fitted targets say about the parameters, near the best point."""
    kept = np.flatnonzero([target.flag == "fit" for target in fit.targets])
    errors = np.sqrt(fit.targets.linked_errors() ** 2 + fit.found.noise**2 / fit.found.replications)[kept]
    weighted = fit.found.jacobian[kept] / errors[:, None]
    information = weighted.T @ weighted
    eigenvalues, directions = np.linalg.eigh(information)
    covariance = np.linalg.inv(information + np.eye(len(information)))
    spreads = np.sqrt(np.diag(covariance))
    return Identifiability(
        names=fit.space.names, eigenvalues=eigenvalues[::-1], directions=directions[:, ::-1], spreads=spreads,
        alone=1 / np.sqrt(np.diag(information) + 1), correlation=covariance / np.outer(spreads, spreads),
        leverage=np.einsum("ij,jk,ik->i", weighted, covariance, weighted),
    )  # fmt: skip


def profile(fit: PointFit, name: str, reach: float = 2.5, steps: int = 41) -> tuple[Array, Array, Array]:
    """Return the rise of misfit and prior along one parameter: its values, with all others free, and with all others held.

    The straight line of the fit stands in for the simulator.
    """
    found, place = identifiability(fit), fit.space.names.index(name)
    centre = fit.found.units[place]
    low, high = max(fit.space.low[place], centre - reach), min(fit.space.high[place], centre + reach)
    units = np.linspace(low, high, steps)
    away = (units - centre) ** 2
    prior = fit.space.priors[place]
    return (
        np.array([prior.value(float(unit)) for unit in units]),
        away / found.spreads[place] ** 2,
        away / found.alone[place] ** 2,
    )


def in_words(fit: PointFit) -> list[str]:
    """Return what the data pin down, leave open and trade off, a sentence each."""
    found = identifiability(fit)
    n = len(found.names)
    out = [
        f"The published figures know {found.known_directions} independent combinations of the {n} fitted parameters better than "
        f"the priors do; the other {n - found.known_directions} are as uncertain as the priors make them, and every posterior "
        "draw carries that uncertainty into results."
    ]
    for what, names in (
        ("Pinned down to less than about a third of the prior's spread", found.pinned()),
        ("Partly known", found.partly()),
        ("Hardly touched by these figures, so that their values are priors", found.left_open()),
    ):
        if names:
            out.append(f"{what}: {', '.join(names)}.")
    for pair in found.trade_offs()[:8]:
        i, j = found.names.index(pair.first), found.names.index(pair.second)
        way = "both higher or both lower" if pair.correlation > 0 else "one higher and the other lower"
        out.append(
            f"{pair.first} and {pair.second} trade off (correlation {pair.correlation:+.2f}): {way} gives nearly the same "
            f"figures. With all others known, they would be known to {found.alone[i]:.2f} and {found.alone[j]:.2f} of their "
            f"priors' spread; together they are known to {found.spreads[i]:.2f} and {found.spreads[j]:.2f}."
        )
    return out
