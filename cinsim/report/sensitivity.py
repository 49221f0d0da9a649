"""Which uncertain parameters a scenario's effect hangs on, where several sets of parameters were run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from scipy import stats

from cinsim.report.folder import Arm, RunFolder

# fewer draws cannot tell one parameter from another
FEWEST_DRAWS: Final = 10
STRONGEST: Final = 3
ERROR: Final = 0.05
"""Chance that an effect on which no parameter has any hold is said to hang on one, whatever the number of parameters."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """A parameter's rank correlation, over draws, with a scenario's effect on a measure."""

    arm: Arm
    measure: str
    parameter: str
    correlation: float


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked for, and what stands out.

    Attributes
    ----------
    varied, held : parameters whose values differ between draws, and those with one value in all of them.
    effects : scenarios' effects on measures that were looked at.
    """

    found: tuple[Sensitivity, ...]
    varied: int
    held: int
    effects: int


def sensitivities(run: RunFolder, measures: Sequence[str]) -> Search:
    """Return, for each scenario and measure, the up to three parameters the effect in the last year goes with most.

    Spearman's rank correlation between a parameter and the draw's mean difference, tested by Student's t on n - 2 degrees of
    freedom. The level of 5% is shared among the parameters that vary (Bonferroni), so that it holds for each effect. Nothing
    is looked at with fewer than ten draws.
    """
    values = pd.DataFrame((run.manifest.get("parameter_sets") or {}).get(run.baseline.name) or [])
    values = values.loc[: run.draws - 1]
    varies = values.nunique() > 1
    uncertain = values.loc[:, varies]
    varied, held = int(varies.sum()), int((~varies).sum())
    if not run.compares or run.draws < FEWEST_DRAWS or len(values) < run.draws or not varied:
        return Search((), varied, held, 0)
    found: list[Sensitivity] = []
    looked_at = 0
    for measure in measures:
        last = run.whole_area(measure)
        last = last[last["year"] == run.years[-1]]
        by_draw = last.pivot_table(index="draw", columns="scenario", values="value")
        for arm in run.arms[1:]:
            if arm.name not in by_draw or run.baseline.name not in by_draw:
                continue
            effect = (by_draw[arm.name] - by_draw[run.baseline.name]).dropna()
            if effect.nunique() < 2 or len(effect) < FEWEST_DRAWS:
                continue
            looked_at += 1
            strength = uncertain.loc[effect.index].rank().corrwith(effect.rank()).dropna()
            told = strength[strength.abs() > _least(len(effect), varied)]
            strongest = told.sort_values(key=abs, ascending=False, kind="stable").head(STRONGEST)
            found += [Sensitivity(arm, measure, str(name), float(value)) for name, value in strongest.items()]
    return Search(tuple(found), varied, held, looked_at)


def _least(draws: int, parameters: int) -> float:
    """Return the rank correlation that one of so many parameters exceeds by chance in one of twenty searches."""
    t = float(stats.t.ppf(1 - ERROR / parameters / 2, draws - 2))
    return t / (draws - 2 + t**2) ** 0.5
