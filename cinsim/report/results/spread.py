"""Intervals over authorities, where each was run once and there is no spread between replications to take one from."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from scipy import stats

from cinsim.outcomes.compare import CANNOT_TELL, CONFIDENCE, HIGHER, LOWER, NO_CHANGE
from cinsim.report.effects import Effect
from cinsim.report.folder import WHOLE, RunFolder

FEWEST: Final = 10
"""Authorities from which on their own differences say how much chance there is in the mean of them."""


def over_authorities(run: RunFolder, effect: Effect, year: int) -> Effect:
    """Return an effect with the interval of the mean over authorities, if one replication is all there is of each.

    Every authority has luck of its own, so that their differences are as many independent looks at the option. The
    difference is then their mean, each counted once, and no more that of all children together.
    """
    if effect.n > 1 or run.of_authorities is None or len(run.areas) < FEWEST:
        return effect
    table = run.of_authorities
    here = (table["scenario"] == effect.arm.name) & (table["measure"] == effect.measure) & (table["year"] == year)
    own = table[here & (table["group"] == WHOLE)]
    values, before = own["difference"].dropna(), own["baseline_mean"].dropna()
    if len(values) < FEWEST:
        return effect
    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, len(values) - 1)) * error
    verdict = NO_CHANGE if not values.abs().max() else LOWER if mean + half < 0 else HIGHER if mean - half > 0 else CANNOT_TELL
    return replace(
        effect, difference=mean, lower=mean - half, upper=mean + half, before=float(before.mean()), verdict=verdict,
        n=len(values), over="authorities", pairs_needed=math.nan,
    )  # fmt: skip
