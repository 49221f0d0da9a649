"""Which uncertain parameters a scenario's effect hangs on, where several sets of parameters were run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from cinsim.report.folder import Arm, RunFolder

# fewer draws cannot tell one parameter from another
FEWEST_DRAWS = 10
STRONGEST = 3


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """A parameter's rank correlation, over draws, with a scenario's effect on a measure."""

    arm: Arm
    measure: str
    parameter: str
    correlation: float


def sensitivities(run: RunFolder, measures: list[str]) -> list[Sensitivity]:
    """Return, for each scenario and measure, the up to three parameters the effect in the last year goes with most.

    Rank correlation (Spearman) between a parameter and the draw's mean difference; those that chance could give (beyond
    three standard errors, as many parameters are looked at) are left out. Empty for fewer than ten draws.
    """
    sets = run.manifest.get("parameter_sets") or {}
    values = pd.DataFrame(sets.get(run.baseline.name) or [])
    if not run.compares or run.draws < FEWEST_DRAWS or len(values) < run.draws:
        return []
    uncertain = values.loc[: run.draws - 1, values.nunique() > 1]
    least = 3 / math.sqrt(run.draws - 1)
    found = []
    for measure in measures:
        last = run.whole_area(measure)
        last = last[last["year"] == run.years[-1]]
        by_draw = last.pivot_table(index="draw", columns="scenario", values="value")
        for arm in run.arms[1:]:
            if arm.name not in by_draw or run.baseline.name not in by_draw:
                continue
            effect = (by_draw[arm.name] - by_draw[run.baseline.name]).dropna()
            if effect.nunique() < 2:
                continue
            strength = uncertain.loc[effect.index].rank().corrwith(effect.rank()).dropna()
            strongest = strength[strength.abs() > least].sort_values(key=abs, ascending=False, kind="stable").head(STRONGEST)
            found += [Sensitivity(arm, measure, str(name), float(value)) for name, value in strongest.items()]
    return found
