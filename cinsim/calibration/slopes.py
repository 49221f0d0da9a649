"""What each parameter does to each target: straight-line effects from a designed set of simulations.

All parameters are moved at once, up or down by one step, as the rows of a Hadamard matrix say, and then each row again with
every sign turned over (a fold-over of a Plackett and Burman design). Every simulation so speaks about every parameter: with
N of them an effect is known as well as from N simulations of that parameter alone, where moving one parameter at a time gives
each N / k. A row and its reverse meet the same luck, and their difference is free of squares and products of the steps.

Effects on one target are taken as a sample of a Normal distribution around 0, whose spread they tell themselves (empirical
Bayes): where luck is as large as they are, all are drawn towards 0, and what stays unsure of each is told, so that a search
takes shorter steps the less it knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import hadamard

Array = NDArray[np.float64]
SMALLEST: Final = 8


def rows_for(parameters: int) -> int:
    """Return the number of rows of the design for so many parameters; each is simulated twice."""
    rows = SMALLEST
    while rows <= parameters:
        rows *= 2
    return rows


def design_points(centre: Array, low: Array, high: Array, step: float, rows: int) -> tuple[Array, Array]:
    """Return signs [rows, parameters] and points [rows, 2, parameters] around a centre moved in so that every step has room."""
    signs = hadamard(rows)[:, 1 : len(centre) + 1].astype(np.float64)
    middle = np.clip(centre, np.minimum(low + step, (low + high) / 2), np.maximum(high - step, (low + high) / 2))
    reach = step * signs
    points = np.stack([middle + reach, middle - reach], axis=1)
    return signs, np.clip(points, low, high)


def effects(signs: Array, values: Array, step: float) -> tuple[Array, Array]:
    """Return effects per prior unit [targets, parameters] and their standard errors [targets].

    Parameters
    ----------
    signs : [rows, parameters]. values : linked, [rows, 2, repeats, targets]; NaN where a simulation has no value of a target,
        which leaves the row and its reverse out for that target.
    """
    _, _, repeats, targets = values.shape
    parameters = signs.shape[1]
    half = ((values[:, 0] - values[:, 1]) / 2).reshape(-1, targets)
    moved = np.repeat(signs, repeats, axis=0)
    found, error = np.empty((targets, parameters)), np.empty(targets)
    for target, there in enumerate(np.isfinite(half).T):
        rows, gained = moved[there], half[there, target]
        inverse = np.linalg.inv(rows.T @ rows)
        found[target] = inverse @ (rows.T @ gained)
        variance = np.sum((gained - rows @ found[target]) ** 2) / max(len(rows) - parameters, 1)
        error[target] = np.sqrt(variance * np.mean(np.diag(inverse)))
    return found / step, error / step


def learned(found: Array, error: Array) -> tuple[Array, Array]:
    """Return the mean of effects [targets, parameters] and the standard deviation left of each [targets], given their errors."""
    spread = np.maximum(np.mean(found**2, axis=1) - error**2, 0.0)
    kept = np.divide(spread, spread + error**2, out=np.ones_like(spread), where=error > 0)
    return found * kept[:, None], np.sqrt(kept) * error


def slopes(
    run: Callable[[list[tuple[Array, int]]], Array], centre: Array, low: Array, high: Array, step: float, repeats: int
) -> tuple[Array, Array]:
    """Simulate the design and return effects [targets, parameters] and the standard deviation left of each [targets].

    Parameters
    ----------
    run : gives linked values [simulations, targets] of pairs of a point and a replication; NaN in few of them at most.
    step : in prior units. repeats : of the whole design, each row of each with luck of its own.
    """
    rows = rows_for(len(centre))
    signs, points = design_points(centre, low, high, step, rows)
    pairs = [(points[row, side], row + rows * turn) for row in range(rows) for side in (0, 1) for turn in range(repeats)]
    values = run(pairs).reshape(rows, 2, repeats, -1)
    found, error = effects(signs, values, step)
    return learned(found, error)
