"""What an authority's children are like: age in single years, and deprivation."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Mapping
from statistics import NormalDist

import pandas as pd

from cinsim.engine.totals import sum_in_order
from cinsim.errors import InputError
from cinsim.reference.boundaries import current_code, predecessors
from cinsim.reference.published.files import Release

AGE_TABLE = "ons_mid2020_single_year_of_age"
DEPRIVATION_TABLE = "imd"
AGE_CODE, DEPRIVATION_CODE, DEPRIVATION_SCORE = "utla20_code", "UTLA23CD", "imd2025_score_cpw"
AGES = tuple(range(18))
QUINTILES = (1, 2, 3, 4, 5)

SPREAD_WITHIN_AUTHORITIES = 0.55
"""Assumed standard deviation of the log of the deprivation score among the children of one authority.

Small areas over all of England have a coefficient of variation of the score near 0.7, so a log standard deviation near 0.63;
between authorities it is about 0.37 (from the table); what is left within authorities is about 0.5 to 0.55.
"""


def age_shares(release: Release, codes: Mapping[str, str]) -> pd.DataFrame:
    """Return the shares of children by single year of age, one row an authority, each summing to one.

    An authority formed since the estimates takes the shares of the authorities it was formed from; where the file lacks those too
    (it has no row for Northamptonshire), England's.

    Parameters
    ----------
    codes : area code to name of the authorities wanted.

    Raises
    ------
    InputError : an authority is neither in the file nor formed from one that is.
    """
    counts = age_counts(release)
    rows: dict[str, dict[str, float]] = {}
    for code, name in codes.items():
        former = predecessors(code)
        parents = [one.area_code for one in former if one.area_code in counts.index]
        if code in counts.index:
            chosen = counts.loc[[code]]
        elif former:
            chosen = counts.loc[parents] if parents else counts
        else:
            raise InputError(
                f"no row for {name} ({code}); if it was formed from others, add them to cinsim/reference/boundaries.py",
                path=release.other_table(AGE_TABLE).path,
                key=AGE_CODE,
            )
        children = chosen.sum()
        rows[code] = {str(age): float(count) for age, count in (children / children.sum()).items()}
    return pd.DataFrame.from_dict(rows, orient="index")


def age_counts(release: Release) -> pd.DataFrame:
    """Return the ONS mid-2020 estimate of children by area code and single year of age, English authorities only."""
    table = release.other_table(AGE_TABLE)
    codes = table.text(AGE_CODE)
    counts = pd.DataFrame({f"age_{age}": table.numbers(str(age)) for age in AGES})
    empty = counts.index[counts.isna().any(axis=1) | (counts.sum(axis=1) == 0.0)]
    if len(empty):
        raise InputError("an age without a number, or no children", path=table.path, line=int(empty[0]))
    counts.index = pd.Index(codes.map(current_code))
    return counts[codes.str.startswith("E").to_numpy()]


def deprivation_scores(release: Release, codes: Mapping[str, str]) -> dict[str, float]:
    """Return the Index of Multiple Deprivation 2025 score of each authority, weighted by child population.

    Raises
    ------
    InputError : an authority is not in the file.
    """
    table = release.other_table(DEPRIVATION_TABLE)
    scores = dict(zip(table.text(DEPRIVATION_CODE).map(current_code), table.numbers(DEPRIVATION_SCORE), strict=True))
    for code, name in codes.items():
        if not scores.get(code, math.nan) > 0.0:  # nor is it NaN
            raise InputError(f"no score above 0 for {name} ({code})", path=table.path, key=DEPRIVATION_SCORE)
    return {code: float(scores[code]) for code in codes}


def deprivation_shares(
    scores: Mapping[str, float], children: Mapping[str, float], spread: float = SPREAD_WITHIN_AUTHORITIES
) -> dict[str, tuple[float, ...]]:
    """Return the shares of each authority's children in England's five deprivation quintiles; the fifth is the most deprived.

    Only mean scores by authority are at hand. The scores of one authority's children are taken to be lognormal about its mean,
    with the same assumed spread everywhere; the quintiles cut England's children, that is the mixture of all authorities weighted
    by their children, into five equal parts.

    Parameters
    ----------
    scores : mean score by area code, positive.
    children : children aged 0-17 by area code.
    spread : standard deviation of the log score within an authority.
    """
    normal = NormalDist()
    centres = {code: math.log(score) - spread**2 / 2 for code, score in scores.items()}
    total = sum_in_order(children[code] for code in scores)

    def below(log_score: float, code: str) -> float:
        return normal.cdf((log_score - centres[code]) / spread)

    def england_below(log_score: float) -> float:
        return sum_in_order(children[code] * below(log_score, code) for code in scores) / total

    grid = [math.log(0.5) + step * 0.0005 for step in range(12_000)]  # scores of 0.5 to 200
    cuts = [grid[bisect_left(grid, share, key=england_below)] for share in (0.2, 0.4, 0.6, 0.8)]
    found = {}
    for code in scores:
        points = [0.0, *(below(cut, code) for cut in cuts), 1.0]
        found[code] = tuple(high - low for low, high in itertools.pairwise(points))
    return found
