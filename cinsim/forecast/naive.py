"""Forecasts that know no model: last year again, and the mean of three years, with the spread of their own past errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cinsim.forecast.measures import Array
from cinsim.forecast.predictive import LEVELS

MEAN_YEARS: Final = 3


@dataclass(frozen=True, slots=True)
class Naive:
    """A naive forecast: of the last year or the mean of three, its past errors centred or with the drift they had."""

    name: str
    averaged: bool
    centred: bool


SAME, MEAN = Naive("last year", False, True), Naive("three-year mean", True, True)
NAIVE: Final = (SAME, MEAN, Naive("last year with drift", False, False), Naive("three-year mean with drift", True, False))


def naive_quantiles(figures: Array, ahead: int, kind: Naive, *, percent: bool, levels: Array = LEVELS) -> Array:
    """Return the quantiles [areas, levels] of a naive forecast so many years after the last column.

    Parameters
    ----------
    figures : as published until the origin [areas, years].
    percent : whether errors are in points; else they are in logarithms.
    """
    z = figures if percent else np.log(np.maximum(figures, 1.0))
    last, errors = z.shape[1] - 1, np.array([])
    for reach in range(ahead, 0, -1):  # where none of this reach has come true yet, a shorter one's, as of a random walk
        past = [
            (z[:, column + reach] - _middle(z, column, kind))[np.isfinite(z[:, column])] for column in range(last - reach + 1)
        ]
        errors = np.concatenate(past) if past else errors
        errors = errors[np.isfinite(errors)] * np.sqrt(ahead / reach)
        if len(errors):
            break
    spread = np.quantile(np.concatenate([errors, -errors]) if kind.centred else errors, levels)
    found = _middle(z, last, kind)[:, None] + spread[None]
    return np.clip(found, 0.0, 100.0) if percent else np.exp(found)


def _middle(z: Array, column: int, kind: Naive) -> Array:
    """Return the last figure known at a column, or the mean of the last three years where there is one."""
    seen = np.isfinite(z[:, : column + 1])
    place = column - np.argmax(seen[:, ::-1], axis=1)
    last = np.where(seen.any(axis=1), z[np.arange(len(z)), place], np.nan)
    if not kind.averaged:
        return last
    recent = z[:, max(0, column - MEAN_YEARS + 1) : column + 1]
    count = np.isfinite(recent).sum(axis=1)
    mean = np.nansum(recent, axis=1) / np.maximum(count, 1)
    return np.where(count > 0, mean, last)
