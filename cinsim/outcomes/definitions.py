"""Every measure's definition, unit and source: the one registry that ``cinsim measures`` and docs/measures.md print.

The entries stand in ``measures.csv`` beside this file.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from cinsim.errors import InputError

POLARITIES: Final = ("high", "low", "none")
KINDS: Final = ("count", "rate", "percent", "mean", "quantile")


@dataclass(frozen=True, slots=True)
class Definition:
    """What a measure counts, and how.

    Attributes
    ----------
    name
        As in ``measures.csv`` of a run.
    unit
        Of its values.
    kind
        "count" (adds up over areas and groups), "rate", "percent", "mean" or "quantile".
    polarity
        "high" or "low" where that is good, "none" where neither is.
    source_table
        DfE table and column, or the study, it is published in; "" where it is not.
    definition
        What is counted.
    """

    name: str
    unit: str
    kind: str
    polarity: str
    source_table: str
    definition: str


def _read() -> Mapping[str, Definition]:
    text = files("cinsim.outcomes").joinpath("measures.csv").read_text(encoding="utf-8")
    rows = [Definition(**row) for row in csv.DictReader(text.splitlines())]
    for line, row in enumerate(rows, start=2):
        if row.polarity not in POLARITIES or row.kind not in KINDS:
            raise InputError(f"polarity must be one of {POLARITIES} and kind one of {KINDS}", path="measures.csv", line=line)
    return MappingProxyType({row.name: row for row in rows})


MEASURES: Final = _read()
"""All measures by name, in the order in which they are worked out."""

_INTRODUCTION: Final = """\
# Measures

Written by `python -m cinsim.outcomes.definitions` from `cinsim/outcomes/measures.csv`; `cinsim measures` prints the same.

Every measure is given for every reporting year (1 April to 31 March, named by its end). Main counts, their rates and
shares are also given by group: `age=`, `sex=`, `deprivation=` (5 is the most deprived fifth of England), `ethnicity=`,
`disabled=` and `need=`. Ages are those on 31 March for what is open then and on the day for what happens; the unborn
count as under 1. A rate is over the same group's children. A group in which nothing happened has 0; a share of nothing
is empty. Counts are of the simulated children: with a `population_fraction` below 1 they are that much smaller, rates
and shares are not.

| measure | unit | definition | published in | good is |
|---|---|---|---|---|
"""


_TABLES_OF_A_RUN: Final = """
## Which table holds which measures

What each table's columns are stands in the [list of a run's files](running.md#the-run-folder).

| table | measures |
|---|---|
| `measures.csv`, `summary.csv`, `differences.csv` | all of them, by area; main ones also by group |
| `contributions.csv` | all of them, for all children, as the mean of the areas |
| `national.csv`, `national_summary.csv` | those that can be worked out for several authorities \
together ([which cannot](running.md#regions-and-england)); not by group |
| `variation.csv` | rates of help given and of unmet need: `referral_rate`, `assessments_completed_rate`, \
`episodes_started_rate`, `cin_plans_started_rate`, `cin_plans_31_march_rate`, `cpp_started_rate`, \
`cpp_31_march_rate`, `unmet_need_child_days_rate`, `undetected_harm_child_days_rate` |
| `national_differences.csv` | those of `national.csv` (`statistic` is "level") and those of `variation.csv` |
| `groups.csv` | by group: `referral_rate`, `re_referral_percent`, \
`children_in_need_31_march_rate`, `cin_plans_31_march_rate`, `cpp_31_march_rate` |

## Over replications and parameter draws: `summary.csv`

`mean` is of the values of all draws and replications. `lower` and `upper` hold about nine in ten of **further runs** of the
model: what one year can bring, by chance and by what is not known of the parameters together. They are a prediction
interval that knows that replications of one draw share its parameters: the variance between draws' means and that within
draws are added as a new draw with new random numbers has them, with the error of the mean, and Student's t has
Satterthwaite's degrees of freedom. With a single draw (`draws: point`) further runs are those with the same parameters.
Nothing goes beyond what is possible: no measure below 0, no percentage above 100. `range` says "90%"; fewer than five
values cannot give such a range, have their lowest and highest, and `range` says "lowest to highest". A single value has
neither. [How often they hold](report.md#what-ranges-hold) was measured.

`chance_share` is the part of that variance that is chance, by analysis of variance; the rest is parameters. It is 1 with a
single draw of the parameters. `chance_share_lower` and `chance_share_upper` are its 90% interval: over five draws of two
replications it often spans half of all that is possible, and the share is then hardly known.

## Between scenarios: `differences.csv`

Scenarios are paired by draw and replication, in which every child meets the same luck. `lower` and `upper` are the 95%
interval of the mean difference: with a single draw Student's t over pairs, with several draws that of the effect at the
true parameters, from the spread of the draws' own effects and the error of their mean together (a generalised, fiducial,
interval of the two variances, no narrower than Student's t over all pairs). `share_of_pairs_lower` is the share of pairs
in which the scenario's value is lower than the baseline's. `verdict` is "lower" or "higher" where the interval leaves
out 0, "no change in any pair" where every pair is equal, else "cannot tell"; `replications_needed` then says how many
pairs would tell if the difference stayed as it is, and is empty where no number would, because the parameters leave it
open. `chance_share` and its interval are as in `summary.csv`, of the variance between pairs.

There is no interval where there is one pair, where no pair changed, and where all pairs differ by the same number (of a
rate or share: by the same counts): one child fewer in both of two pairs does not say how much pairs vary, and the verdict
is "cannot tell". What a scenario lays down, such as a number of posts, is told all the same: it is constant in every pair,
year and group of both scenarios, in five pairs or more.

## Children whose journey changes: `children_changed.parquet`

A row a child whose decisions and spells differ between baseline and scenario: what first became different and when, and
what came of both journeys. `outcome_differs` tells children for whom something came out otherwise from those for whom
only times moved.

## What each part of a bundle adds: `contributions.csv`

`contribution`, `alone`, `last` and `interaction` are explained with [the parts of a bundle](running.md#the-parts-of-a-bundle);
`verdict` is as in `differences.csv`, `method` is "shapley" or "leave-one-out".

## Groups with small numbers hidden: `groups.csv`

Means over replications, "c" where 1 to 5 children are behind them or where they would give such a number away
([the rule](report.md#small-numbers)).

## Conservation

For every year and state, children in and there at the start are children out and there at the end, and Little's law
(L = lambda W) holds to rounding with spells clipped exactly to the year. Starts and ends as they stand in the record are
set against spells made by pairing them.

## Between authorities: `variation.csv` and `national_differences.csv`

Each `statistic` is worked out within one replication over the `authorities` that were run, so that scenarios can be paired;
`national_differences.csv` pairs them as `differences.csv` does.

| statistic | what | from |
|---|---|---|
| `p10`, `p90` | 10th and 90th percentile of the authorities' rates per 10,000 children | 3 authorities |
| `p90_over_p10` | the higher over the lower | 3 authorities |
| `systematic_component` | the systematic component of variation, times 100 \
(McPherson et al. 1982; over 10 is usually read as very high) | 3 authorities |
| `overdispersion` | mean squared z-score around the common rate; 1 if chance were all | 10 authorities |
| `between_sd` | standard deviation between authorities, per 10,000, that a funnel allowing for overdispersion takes up \
(additive random effects on the square-root scale, Spiegelhalter 2005) | 10 authorities |
| `outside_funnel_percent` | authorities outside the 99.8% limits of that funnel | 10 authorities |
"""


def as_markdown() -> str:
    """Return the page docs/measures.md."""
    rows = (
        f"| `{d.name}` | {d.unit} | {d.definition} | {d.source_table or '-'} | {'-' if d.polarity == 'none' else d.polarity} |\n"
        for d in MEASURES.values()
    )
    return _INTRODUCTION + "".join(rows) + _TABLES_OF_A_RUN


if __name__ == "__main__":
    print(as_markdown(), end="")
