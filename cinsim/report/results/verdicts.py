"""How sure a difference is: a rule that allows for how many differences were looked at.

A difference has a chance p of coming out as far from zero as it did if there were none, read off its 95% interval with
Student's t on one degree of freedom fewer than there are draws (with one draw, than there are replications; over
authorities, than there are authorities). Of all differences looked at together,

certain : p stays below 5% when Holm's step-down rule has multiplied it by the number of differences still looked at, so that
    the chance that *any* of those called certain is not there is below one in twenty.
likely : p is below 5% by itself. Of twenty such looked at, about one is by chance.
no change : every pair was equal. cannot tell : anything else.

What answers the question, all other measures, and the options against each other are looked at apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from scipy import stats

from cinsim.report.results.model import Verdict

LEVEL: Final = 0.05
CERTAIN: Final = "certain"
LIKELY: Final = "likely"
CANNOT_TELL: Final = "cannot tell"
NO_CHANGE: Final = "no change"
RULE: Final = (
    "Certain: the chance that any of the differences called so is not there is below one in twenty, however many were looked at "
    "(Holm's rule). Likely: the 95% interval leaves out zero, which of twenty looked at one does by chance. Cannot tell: neither."
)
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Look:
    """One difference that was looked at.

    Attributes
    ----------
    difference, lower, upper : with its 95% interval, NaN where there is none. freedom : degrees of freedom behind it.
    unchanged : whether every pair was equal.
    """

    difference: float
    lower: float
    upper: float
    freedom: float
    unchanged: bool = False

    @property
    def p(self) -> float:
        """The chance of a difference as far from zero if there were none; NaN where there is no interval."""
        half = (self.upper - self.lower) / 2
        if self.unchanged or not math.isfinite(half):
            return math.nan
        if half <= 0:
            return 0.0 if self.difference else 1.0
        freedom = max(self.freedom, 1.0)
        t = abs(self.difference) / half * float(stats.t.ppf(1 - LEVEL / 2, freedom))
        return 2 * float(stats.t.sf(t, freedom))


def verdicts(looks: Mapping[K, Look]) -> dict[K, Verdict]:
    """Return the verdict on each of a family of differences."""
    chances = {key: look.p for key, look in looks.items()}
    known = sorted((key for key, p in chances.items() if math.isfinite(p)), key=lambda key: chances[key])
    found: dict[K, Verdict] = {}
    sure = True
    for place, key in enumerate(known):
        sure = sure and chances[key] * (len(known) - place) < LEVEL
        found[key] = CERTAIN if sure else LIKELY if chances[key] < LEVEL else CANNOT_TELL
    return {key: found.get(key, NO_CHANGE if look.unchanged else CANNOT_TELL) for key, look in looks.items()}


def counted(looks: Mapping[K, Look]) -> int:
    """Return how many of a family have an interval that the rule allows for."""
    return sum(math.isfinite(look.p) for look in looks.values())
