"""What scenarios change, measure by measure: paired differences with their intervals, as the run's tables give them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from cinsim.report.folder import NATIONAL_CODE, WHOLE, Arm, RunFolder
from cinsim.report.labels import decimals_for, difference_text, label, number

# beyond this many replications a run is told that the difference is too small to settle
TOO_MANY = 10_000
# an interval wholly within this much of zero is told as no change worth naming
NEGLIGIBLE_SHARE = 0.01
NEGLIGIBLE_POINTS = 0.5


@dataclass(frozen=True, slots=True)
class Effect:
    """One measure's difference from the baseline in one year.

    Attributes
    ----------
    difference, lower, upper : mean paired difference and its 95% interval, in the measure's unit.
    before, after : means of the baseline and of the scenario.
    chance_share : share of the variance between pairs that is chance; the rest is parameters. NaN where unknown.
    n : pairs of draw and replication.
    """

    arm: Arm
    measure: str
    year: int
    difference: float
    lower: float
    upper: float
    before: float
    after: float
    chance_share: float
    n: int

    @property
    def none_at_all(self) -> bool:
        """Whether every pair was equal."""
        return self.difference == self.lower == self.upper == 0

    @property
    def tells(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.lower > 0 or self.upper < 0

    @property
    def negligible(self) -> bool:
        """Whether the whole interval lies within 1% of the baseline (half a percentage point for percentages)."""
        edge = NEGLIGIBLE_POINTS if label(self.measure).percent else NEGLIGIBLE_SHARE * abs(self.before)
        return self.n > 1 and -edge < self.lower and self.upper < edge

    @property
    def decimals(self) -> int:
        """Decimals with which the difference and its interval are written."""
        return decimals_for(self.measure, self.difference if self.tells else self.half_width)

    @property
    def text(self) -> str:
        """The difference with its sign."""
        return difference_text(self.difference, self.decimals)

    @property
    def interval_text(self) -> str:
        """The interval, or that there is none."""
        if self.n < 2 or not math.isfinite(self.half_width):
            return "no interval"
        return f"{number(self.lower, self.decimals)} to {number(self.upper, self.decimals)}"

    @property
    def half_width(self) -> float:
        """Half the interval's width; infinite where one pair gives no interval."""
        half = (self.upper - self.lower) / 2
        return half if math.isfinite(half) and self.n > 1 else math.inf

    @property
    def replications_needed(self) -> int | None:
        """Pairs that would let the interval leave out zero if the difference stays as it is; None beyond 10,000."""
        if self.tells or self.difference == 0 or not math.isfinite(self.half_width):
            return None
        needed = self.n * (self.half_width / abs(self.difference)) ** 2
        if needed > TOO_MANY:
            return None
        size = 10 ** max(0, math.floor(math.log10(needed)) - 1)
        return max(self.n + 1, math.ceil(needed / size) * size)

    @property
    def parameters_dominate(self) -> bool:
        """Whether more than half the variance comes from the parameters, which more replications would not settle."""
        return self.chance_share < 0.5


def effects(run: RunFolder, measure: str, year: int) -> list[Effect]:
    """Return each scenario's effect on a measure for all children of the whole area in one year."""
    if run.differences is None:
        return []
    rows = run.differences
    rows = rows[(rows["measure"] == measure) & (rows["year"] == year) & (rows["group"] == WHOLE)]
    code = "area_code" if "area_code" in rows else "area"
    if code in rows and rows[code].nunique() > 1:
        rows = rows[rows[code].isin([NATIONAL_CODE, "England"])]
    by_arm = run.whole_area(measure)
    means = by_arm[by_arm["year"] == year].groupby("scenario")["value"].mean()
    found = []
    for arm in run.arms[1:]:
        mine = rows[rows["scenario"] == arm.name]
        if len(mine) != 1 or not math.isfinite(mine["difference"].iloc[0]):
            continue
        row = mine.iloc[0]
        share = float(row["chance_share"]) if "chance_share" in row else chance_share(by_arm, run.baseline.name, arm.name, year)
        found.append(
            Effect(arm, measure, year, float(row["difference"]), float(row["lower"]), float(row["upper"]),
                   float(means.get(run.baseline.name, math.nan)), float(means.get(arm.name, math.nan)), share, int(row["n"]))
        )  # fmt: skip
    return found


def chance_share(values: pd.DataFrame, baseline: str, scenario: str, year: int) -> float:
    """Return the share of the variance of paired differences that lies within draws (law of total variance).

    ``values`` holds scenario, year, draw, replication, value. 1 where one draw was run; NaN where nothing varies.
    """
    here = values[values["year"] == year].pivot_table(index=["draw", "replication"], columns="scenario", values="value")
    if baseline not in here or scenario not in here:
        return math.nan
    pairs = (here[scenario] - here[baseline]).dropna()
    by_draw = pairs.groupby(level="draw")
    if by_draw.ngroups < 2:
        return 1.0
    within = float(by_draw.var(ddof=1).mean())
    if not math.isfinite(within):
        return math.nan
    between = max(0.0, float(by_draw.mean().var(ddof=1)) - within / float(by_draw.size().mean()))
    return within / (within + between) if within + between > 0 else math.nan
