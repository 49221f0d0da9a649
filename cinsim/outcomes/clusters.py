"""Variance between and within draws of the parameters, and the intervals that follow from it.

Replications of one draw share its parameters: they are a cluster, and ten of them over five draws are not ten independent
values. Everything here is one-way analysis of variance of such clusters: value = mean + draw + chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]

_NODES: Final = (48, 12)  # of the quadrature over the two variances
_RATIOS: Final = np.linspace(0.0, 1.0, 33)
_HALVINGS: Final = 40
_WIDEST: Final = 1e3


def components(values: pd.DataFrame, keys: Sequence[str], column: str = "value") -> pd.DataFrame:
    """Return the analysis of variance of each cell.

    Parameters
    ----------
    values : tidy values with the column ``draw``; rows without a value (a share of nothing) do not count.
    keys : columns that name a cell.
    column : holds the values.

    Returns
    -------
    a row a cell that has a value (the index, in order of appearance) with

    n, draws : values, and draws among them. per_draw : values a draw, their harmonic mean.
    mean : of all values. centre : mean of the draws' means. smallest, largest : of the values.
    between : variance of the draws' means, 0 for a single draw. within : pooled variance within draws, 0 where unknown.
    """
    keys = list(keys)
    known = values[values[column].notna()]
    cells = known.groupby(keys, sort=False, observed=True, dropna=False)[column]
    out = pd.DataFrame(cells.agg(n="size", mean="mean", smallest="min", largest="max"))
    by_draw = known.groupby([*keys, "draw"], sort=False, observed=True, dropna=False)[column]
    draws = by_draw.agg(mean="mean", variance="var", size="size").reset_index()
    draws["squares"] = (draws["variance"] * (draws["size"] - 1)).fillna(0.0)
    draws["inverse"] = 1.0 / draws["size"]
    groups = draws.groupby(keys, sort=False, observed=True, dropna=False)
    out["draws"] = groups.size()
    out["per_draw"] = 1.0 / groups["inverse"].mean()
    out["centre"] = groups["mean"].mean()
    out["between"] = groups["mean"].var().fillna(0.0)
    freedom = out["n"] - out["draws"]
    out["within"] = (groups["squares"].sum() / freedom.where(freedom > 0)).fillna(0.0)
    constant = out["smallest"] == out["largest"]
    out.loc[constant, ["between", "within"]] = 0.0
    return out


def next_run(cells: pd.DataFrame, confidence: float) -> tuple[Floats, Floats]:
    """Return the interval that holds one further run, of a new draw and new random numbers, with this confidence.

    Its variance is that of a value and of the estimated mean together, a sum of the mean squares between and within draws;
    Student's t has the degrees of freedom that Satterthwaite (1946) gives such a sum. A single draw has variance within
    alone: the further run has the same parameters. NaN for a single value.
    """
    n, draws, per_draw, between, within = _columns(cells)
    several = draws > 1
    from_draws = np.where(several, between * (1 + 1 / draws), 0.0)
    from_chance = within * np.where(several, 1 - 1 / per_draw, 1 + 1 / n)
    variance = from_draws + from_chance
    with np.errstate(invalid="ignore", divide="ignore"):
        spent = from_draws**2 / (draws - 1).clip(min=1) + np.where(n > draws, from_chance**2 / (n - draws), 0.0)
        freedom = np.where(spent > 0, variance**2 / spent, 1.0)
    half = np.where(n > 1, stats.t.ppf(0.5 + confidence / 2, freedom) * np.sqrt(variance), np.nan)
    centre = cells["centre"].to_numpy()
    return centre - half, centre + half


def true_value(cells: pd.DataFrame, confidence: float) -> tuple[Floats, Floats]:
    """Return the interval for the mean, free of chance, at the true parameters, which are one further draw.

    A single draw has Student's t interval of its mean. Several: the fiducial interval of the mean and of what a draw adds to
    it (see :func:`_widths`), and no less than Student's t over all values, which is what there would be if draws did not
    differ. NaN for a single value.
    """
    n, draws, per_draw, between, within = _columns(cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = within * (n - draws) + between * (draws - 1) * per_draw
        over_all = stats.t.ppf(0.5 + confidence / 2, np.maximum(n - 1, 1)) * np.sqrt(squares / np.maximum(n - 1, 1) / n)
        scale = between + within / per_draw
        chance = np.where(scale > 0, within / per_draw / scale, 0.0)
    half = np.where(n > 1, over_all, np.nan)
    for pair in {(int(d), int(v - d)) for d, v in zip(draws, n, strict=True) if d > 1}:
        mine = (draws == pair[0]) & (n - draws == pair[1])
        wide = np.interp(chance[mine], _RATIOS, _widths(*pair, confidence)) * np.sqrt(scale[mine])
        half[mine] = np.maximum(half[mine], wide)
    centre = cells["centre"].to_numpy()
    return centre - half, centre + half


@cache
def _widths(draws: int, freedom: int, confidence: float) -> Floats:
    """Return half the width of the interval at the true parameters, by the part of the draws' spread that is chance.

    Each variance is uncertain as an inverse chi-square says, given what was seen. What a draw adds to the mean has the
    variance of the draws' means less that of chance, at least 0; the mean's error has the former over the number of draws.
    The width is the quantile of the mixture of normals that this gives (the generalised interval of Weerahandi 1993), in
    units of the root of the sum of both parts. Without replications within draws chance is not told apart.
    """
    alone = float(stats.t.ppf(0.5 + confidence / 2, draws - 1)) * np.sqrt(1 + 1 / draws)
    if freedom == 0:
        return np.full(len(_RATIOS), alone)
    (p, weight), (q, other) = (np.polynomial.legendre.leggauss(nodes) for nodes in _NODES)
    of_means = (draws - 1) / stats.chi2.ppf((p + 1) / 2, draws - 1)
    of_chance = freedom / stats.chi2.ppf((q + 1) / 2, freedom)
    means = (1 - _RATIOS)[:, None, None] * of_means[None, :, None]
    chance = _RATIOS[:, None, None] * of_chance[None, None, :]
    spread = np.sqrt(np.maximum(means - chance, 0.0) + means / draws).reshape(len(_RATIOS), -1)
    weights = np.outer(weight, other).ravel() / 4
    low, high = np.zeros(len(_RATIOS)), np.full(len(_RATIOS), _WIDEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        held = ((2 * special.ndtr(middle[:, None] / np.maximum(spread, 1e-12)) - 1) * weights).sum(axis=1)
        low, high = np.where(held < confidence, middle, low), np.where(held < confidence, high, middle)
    high[0] = alone
    return high


def chance_share(cells: pd.DataFrame, confidence: float) -> tuple[Floats, Floats, Floats]:
    """Return the share of the variance of single runs that is chance, and its interval.

    1 for a single draw; NaN where nothing varies or no draw has two values. The interval is exact for draws of equal size
    and normal values (the F interval of an intraclass correlation; Thomas and Hultquist 1978 for unequal sizes).
    """
    n, draws, per_draw, between, within = _columns(cells)
    single = draws == 1
    known = (n > draws) & (between + within > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = between * per_draw / within  # of mean squares
        bounds = [0.5 - confidence / 2, 0.5 + confidence / 2]
        tails = [stats.f.ppf(p, np.maximum(draws - 1, 1), np.maximum(n - draws, 1)) for p in bounds]
        middle, low, high = (1 / (1 + np.maximum(ratio / f - 1, 0.0) / per_draw) for f in (1.0, *tails))
    return (
        np.where(known, np.where(single, 1.0, middle), np.nan),
        np.where(known, np.where(single, 1.0, low), np.nan),
        np.where(known, np.where(single, 1.0, high), np.nan),
    )


def _columns(cells: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    return tuple(cells[name].to_numpy(dtype=float) for name in ("n", "draws", "per_draw", "between", "within"))  # type: ignore[return-value]
