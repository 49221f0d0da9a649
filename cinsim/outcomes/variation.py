"""Variation across authorities: percentiles, the systematic component of variation, and funnels that allow for overdispersion.

Methods: McPherson, Wennberg, Hovind and Clifford (1982, New England Journal of Medicine 307:1310) for the systematic
component; Spiegelhalter (2005, Statistics in Medicine 24:1185) for funnels with additive random effects, winsorised, the
winsorised mean square here divided by what it would be for a Normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

PER: Final = 10_000.0
WINSORISED: Final = 0.10  # share of z-scores pulled in at each end before the overdispersion is estimated
_PULLED_TO: Final = float(stats.norm.ppf(1.0 - WINSORISED))
# mean square of a standard Normal so winsorised; without it the spread of authorities would be taken a third too small
_WINSORISED_NORMAL: Final = float(
    2.0 * WINSORISED * _PULLED_TO**2 + 1.0 - 2.0 * WINSORISED - 2.0 * _PULLED_TO * stats.norm.pdf(_PULLED_TO)
)
FUNNEL_LEVELS: Final = (0.95, 0.998)
FLAGS: Final = ("low", "expected", "high")


@dataclass(frozen=True, slots=True)
class Variation:
    """How much a rate differs between authorities.

    Attributes
    ----------
    p10, p90, ratio
        Percentiles of the rates per 10,000, and the higher over the lower.
    systematic_component
        Variance of the authorities' true rates around the common one, relative to it, times 100:
        what is left of the variance of observed over expected counts when chance has been taken off.
    overdispersion
        Mean squared z-score around the common rate; 1 if chance were all.
    outside_poisson_percent
        Authorities outside the 99.8% limits of chance alone.
    between_sd
        Standard deviation between authorities that the adjusted funnel allows for, per 10,000.
    n
        Authorities.
    """

    p10: float
    p90: float
    ratio: float
    systematic_component: float
    overdispersion: float
    outside_poisson_percent: float
    between_sd: float
    n: int


def _usable(counts: ArrayLike, populations: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    count, population = np.asarray(counts, dtype=np.float64), np.asarray(populations, dtype=np.float64)
    kept = np.isfinite(count) & np.isfinite(population) & (population > 0)
    return count[kept], population[kept]


def systematic_component(counts: ArrayLike, populations: ArrayLike) -> float:
    """Return the systematic component of variation, times 100; authorities without a figure are left out.

    The variance of observed over expected counts is that of true relative rates plus 1 / expected for chance
    (McPherson et al. 1982); expected counts are at the common rate. Never clipped: below 0 means less than chance.
    """
    count, population = _usable(counts, populations)
    expected = population * count.sum() / population.sum()
    relative = count / expected
    return float(100.0 * np.mean((relative - 1.0) ** 2 - 1.0 / expected))


def funnel(counts: ArrayLike, populations: ArrayLike, levels: Sequence[float] = FUNNEL_LEVELS) -> pd.DataFrame:
    """Return limits within which authorities lie around the common rate, allowing for overdispersion.

    Parameters
    ----------
    counts, populations
        One entry an authority; missing counts give missing rows.
    levels
        Probabilities inside the limits.

    Returns
    -------
    one row an authority: rate (per 10,000), target, z (square-root scale, adjusted for overdispersion), lower_95, upper_95,
    lower_99_8, upper_99_8 (for the default levels) and flag: "low" or "high" outside the widest limits, else "expected".
    """
    count, population = np.asarray(counts, dtype=np.float64), np.asarray(populations, dtype=np.float64)
    rate, target, error, between = _funnel_parts(count, population)
    spread = np.sqrt(error**2 + between**2)  # on the square-root scale, where a count's variance is 1/4 whatever its size
    centre = np.sqrt(target)
    out = pd.DataFrame({"rate": PER * rate, "target": PER * target, "z": (np.sqrt(rate) - centre) / spread})
    for level in levels:
        reach = stats.norm.ppf(0.5 + level / 2.0) * spread
        name = f"{100 * level:g}".replace(".", "_")
        out[f"lower_{name}"] = PER * np.maximum(centre - reach, 0.0) ** 2
        out[f"upper_{name}"] = PER * (centre + reach) ** 2
    limit = stats.norm.ppf(0.5 + max(levels) / 2.0)
    out["flag"] = np.select([out["z"] < -limit, out["z"] > limit], ["low", "high"], "expected")
    return out


def _funnel_parts(
    count: NDArray[np.float64], population: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float, NDArray[np.float64], float]:
    """Return rates, the common rate, and on the square-root scale each one's standard error and the sd between authorities."""
    kept = np.isfinite(count) & (population > 0)
    target = count[kept].sum() / population[kept].sum()
    rate = np.full(len(count), np.nan)
    rate[kept] = count[kept] / population[kept]
    error = np.where(population > 0, 0.5 / np.sqrt(np.maximum(population, 1.0)), np.nan)
    z = (np.sqrt(rate[kept]) - np.sqrt(target)) / error[kept]
    z = np.clip(z, *np.quantile(z, [WINSORISED, 1.0 - WINSORISED]))
    n, weight = len(z), error[kept] ** -2
    overdispersion = float(np.mean(z**2)) / _WINSORISED_NORMAL
    divisor = weight.sum() - (weight**2).sum() / weight.sum()
    variance = (n * overdispersion - (n - 1)) / divisor if n > 1 else 0.0
    return rate, float(target), error, float(np.sqrt(max(variance, 0.0)))


def variation(counts: ArrayLike, populations: ArrayLike) -> Variation:
    """Return how much a rate differs between authorities; those without a figure are left out."""
    count, population = _usable(counts, populations)
    rate, target, _, between = _funnel_parts(count, population)
    p10, p90 = np.percentile(PER * rate, [10, 90])
    expected = population * target
    z = (count - expected) / np.sqrt(expected)
    return Variation(
        p10=float(p10),
        p90=float(p90),
        ratio=float(p90 / p10) if p10 > 0 else float("nan"),
        systematic_component=systematic_component(count, population),
        overdispersion=float(np.mean(z**2)),
        outside_poisson_percent=float(100.0 * np.mean(np.abs(z) > stats.norm.ppf(0.999))),
        # the sd on the square-root scale carried over to rates at the common rate
        between_sd=float(PER * 2.0 * np.sqrt(target) * between),
        n=len(count),
    )


VARIATION_COLUMNS: Final = (
    "scenario",
    "year",
    "draw",
    "replication",
    "measure",
    "p10",
    "p90",
    "ratio",
    "systematic_component",
    "n",
)


def across_authorities(measures: pd.DataFrame) -> pd.DataFrame:
    """Return the variation of every measure between the authorities of a run, by scenario, year, draw and replication.

    Parameters
    ----------
    measures
        Rows of ``measures.csv``; only those for all children count. England's average authority is left out.

    Returns
    -------
    columns scenario, year, draw, replication, measure, p10, p90, ratio (P90 over P10), systematic_component (of measures
    that come as ``<name>`` and ``<name>_rate``, for the rate; NaN for others) and n, the authorities with a value.
    """
    whole = measures[(measures["group"] == "all") & ~measures["area_code"].str.startswith("E92")]
    keys = ["scenario", "year", "draw", "replication", "measure"]
    cells = whole.dropna(subset=["value"]).groupby(keys, sort=False)["value"]
    out = cells.quantile(np.array([0.1, 0.9])).unstack()
    out.columns = ["p10", "p90"]
    out["ratio"] = np.where(out["p10"] > 0, out["p90"] / out["p10"], np.nan)
    out["n"] = cells.size()
    out = out.reset_index()
    wide = whole.pivot_table(index=[*keys[:-1], "area_code"], columns="measure", values="value", sort=False)
    found: dict[tuple[object, ...], float] = {}
    for run, rows in wide.groupby(level=keys[:-1], sort=False):
        for rate in wide.columns:
            count = "referrals" if rate == "referral_rate" else rate.removesuffix("_rate")
            if rate.endswith("_rate") and count in wide.columns and "population_0_17" in wide.columns:
                found[(*run, rate)] = systematic_component(rows[count], rows["population_0_17"])
    out["systematic_component"] = [found.get(tuple(row), np.nan) for row in out[keys].itertuples(index=False)]
    return out[list(VARIATION_COLUMNS)]
