"""What scenarios change, measure by measure: paired differences with their intervals, as the run's tables give them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from cinsim.outcomes.compare import HIGHER, LOWER, NO_CHANGE
from cinsim.report.folder import WHOLE, Arm, RunFolder
from cinsim.report.labels import amount, change_text, decimals_for, label

# beyond this many replications a difference is too small to be settled in practice
TOO_MANY = 10_000
# an interval wholly within this much of zero is told as no change worth naming
NEGLIGIBLE_SHARE = 0.01
NEGLIGIBLE_POINTS = 0.5


@dataclass(frozen=True, slots=True)
class Effect:
    """One measure's difference from the baseline in one year.

    Attributes
    ----------
    difference, lower, upper : mean paired difference and its 95% interval, in the measure's unit; NaN bounds for one pair.
    before : mean of the baseline.
    verdict : "lower", "higher", "cannot tell" or "no change in any pair", as :mod:`cinsim.outcomes.compare` gives it.
    pairs_needed : pairs for which the interval would leave out zero; NaN where none would, or none are needed.
    chance_share : share of the variance between pairs that is chance; the rest is parameters. NaN where unknown.
    n, draws : pairs of draw and replication, and draws among them.
    over : what the interval was taken over; of authorities ``n`` is their number.
    """

    arm: Arm
    measure: str
    difference: float
    lower: float
    upper: float
    before: float
    verdict: str
    pairs_needed: float
    chance_share: float
    n: int
    draws: int
    over: Literal["replications", "authorities"] = "replications"

    @property
    def after(self) -> float:
        """Mean of the scenario."""
        return self.before + self.difference

    @property
    def none_at_all(self) -> bool:
        """Whether every pair was equal."""
        return self.verdict == NO_CHANGE

    @property
    def tells(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.verdict in (LOWER, HIGHER)

    @property
    def negligible(self) -> bool:
        """Whether the whole interval lies within 1% of the baseline (half a percentage point for percentages)."""
        edge = NEGLIGIBLE_POINTS if label(self.measure).percent else NEGLIGIBLE_SHARE * abs(self.before)
        return self.none_at_all or (-edge < self.lower and self.upper < edge)

    @property
    def half_width(self) -> float:
        """Half the interval's width; infinite where one pair gives no interval."""
        half = (self.upper - self.lower) / 2
        return half if math.isfinite(half) else math.inf

    @property
    def chance_part(self) -> float:
        """Part of the interval's width that chance alone would leave; the rest is what the parameters leave open.

        The interval of :func:`cinsim.outcomes.compare.differences` has variance B + B / d + W / n for d draws and n
        pairs, with W the variance within draws and B that between them.
        """
        if self.draws == 1:
            return 1.0
        chance = self.chance_share / self.n
        parameters = (1 - self.chance_share) * (1 + 1 / self.draws)
        return math.sqrt(chance / (chance + parameters)) if chance + parameters > 0 else math.nan

    @property
    def replications_needed(self) -> int | None:
        """Replications (of each draw) that would settle a difference as large as this, to two figures; None if none would."""
        if not math.isfinite(self.pairs_needed) or self.pairs_needed / self.draws > TOO_MANY:
            return None
        needed = self.pairs_needed / self.draws
        size = 10 ** max(0, math.floor(math.log10(needed)) - 1)
        return max(self.n // self.draws + 1, math.ceil(needed / size) * size)

    @property
    def parameters_forbid(self) -> bool:
        """Whether it is the parameters, not chance, for which no number of replications would settle the difference."""
        return (
            self.draws > 1 and not math.isfinite(self.pairs_needed) and self.chance_share < 1 and math.isfinite(self.half_width)
        )

    @property
    def decimals(self) -> int:
        """Decimals of the difference and its interval; one more where a bound would read as the zero that it is not."""
        usual = decimals_for(self.measure, self.difference if self.tells else self.half_width)
        nearest = min(abs(self.lower), abs(self.upper))
        return usual + (self.tells and float(f"{nearest:.{usual}f}") == 0)

    @property
    def text(self) -> str:
        """The difference with its sign."""
        return change_text(self.measure, self.difference, self.decimals)

    @property
    def interval_text(self) -> str:
        """The interval, or that there is none."""
        if not math.isfinite(self.half_width):
            return "no interval"
        return f"{self.amount(self.lower)} to {self.amount(self.upper)}"

    def amount(self, value: float) -> str:
        """Write a value as the difference is written, without its sign if it has none."""
        return amount(self.measure, value, self.decimals)


def effects(run: RunFolder, measure: str, year: int, group: str = WHOLE) -> list[Effect]:
    """Return each scenario's effect on a measure in one year, for the whole area and for all children or one group."""
    by_arm = run.differences_by_cell.get((measure, year, group), {})
    found = []
    for arm in run.arms[1:]:
        row = by_arm.get(arm.name)
        if row is None or not math.isfinite(row["difference"]):
            continue
        found.append(
            Effect(
                arm=arm,
                measure=measure,
                difference=float(row["difference"]),
                lower=float(row["lower"]),
                upper=float(row["upper"]),
                before=float(row["baseline_mean"]),
                verdict=str(row["verdict"]),
                pairs_needed=float(row["replications_needed"]),
                chance_share=float(row["chance_share"]),
                n=int(row["n"]),
                draws=run.draws,
            )
        )
    return found
