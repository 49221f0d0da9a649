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
    name : as in ``measures.csv`` of a run. unit : of its values.
    kind : "count" (adds up over areas and groups), "rate", "percent", "mean" or "quantile".
    polarity : "high" or "low" where that is good, "none" where neither is.
    source_table : DfE table and column, or the study, it is published in; "" where it is not.
    definition : what is counted.
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
## Over replications and parameter draws: `summary.csv`

`mean`, `lower` and `upper` (the 5th and 95th percentiles) are of the values of all draws and replications: what one year
can bring, by chance and by what is not known of the parameters together. `chance_share` is the part of that variance
that is chance, by analysis of variance; the rest is parameters. It is 1 with a single draw of the parameters.

## Between scenarios: `differences.csv`

Scenarios are paired by draw and replication, in which every child meets the same luck. `lower` and `upper` are the 95%
interval of the mean difference: with a single draw Student's t over pairs, with several draws the spread of the draws'
own effects and the error of their mean together. `share_of_pairs_lower` is the share of pairs in which the scenario's
value is lower than the baseline's. `verdict` is "lower" or "higher" where the interval leaves out 0, "no difference"
where every pair is equal, else "cannot tell"; `replications_needed` then says how many pairs would tell if the
difference stayed as it is, and is empty where no number would, because the parameters leave it open.

## Children whose journey changes: `children_changed.parquet`

A row a child whose decisions and spells differ between baseline and scenario: what first became different and when, and
what came of both journeys. `outcome_differs` tells children for whom something came out otherwise from those for whom
only times moved.

## Conservation

For every year and state, children in and there at the start are children out and there at the end, and Little's law
(L = lambda W) holds to rounding with spells clipped exactly to the year. Starts and ends as they stand in the record are
set against spells made by pairing them.

## Between authorities

P10, P90 and their ratio; the systematic component of variation times 100 (McPherson et al. 1982; over 10 is usually read
as very high); funnel limits that allow for overdispersion (additive random effects on the square-root scale,
Spiegelhalter 2005).
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
