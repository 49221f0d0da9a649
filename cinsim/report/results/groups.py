"""Groups of children with small numbers suppressed, and hours by role."""

from __future__ import annotations

import math
from itertools import product
from typing import Final

import pandas as pd

from cinsim.outcomes.staff import ROLE_NAMES
from cinsim.report.effects import effects
from cinsim.report.folder import RunFolder
from cinsim.report.labels import BY_ROLE, value_text
from cinsim.report.results.costs import known
from cinsim.report.results.model import GroupFigure, RoleHours
from cinsim.report.suppression import SUPPRESSED, grouped_rows

FLAT: Final = ("ethnicity", "need")
"""Groups that the model treats alike, so that their rates are flat by construction; they are no finding and not told."""
_DIMENSIONS: Final = {"deprivation": "Deprivation, fifth", "need": "Need"}
_NAMES: Final = {"deprivation=1": "1 (least deprived)", "deprivation=5": "5 (most deprived)"}


def group_figures(run: RunFolder) -> tuple[GroupFigure, ...]:
    """Return the last year by group of children that the model tells apart: the baseline's levels, others' differences."""
    year = run.years[-1]
    shown = {arm.name: _told_apart(grouped_rows(run, arm.name, year)) for arm in run.arms}
    levels = shown[run.baseline.name]
    found = []
    for measure in levels.columns:
        for group in levels.index:
            hidden = {n: measure in t and group in t.index and t.loc[group, measure] == SUPPRESSED for n, t in shown.items()}
            level = float(levels.loc[group, measure])
            texts = {run.baseline.name: "c" if level == SUPPRESSED else value_text(measure, level)}
            here = {e.arm.name: e for e in effects(run, measure, year, str(group))}
            for arm in run.arms[1:]:
                effect = here.get(arm.name)
                secret = hidden[run.baseline.name] or hidden[arm.name]
                texts[arm.name] = "c" if secret else ":" if effect is None else f"{effect.text} ({effect.interval_text})"
            found.append(GroupFigure(measure=measure, group=str(group), label=group_text(str(group)), texts=texts))
    return tuple(found)


def _told_apart(table: pd.DataFrame) -> pd.DataFrame:
    return table[[str(group).partition("=")[0] not in FLAT for group in table.index]]


def group_text(group: str) -> str:
    """Return a group in words."""
    dimension, _, name = group.partition("=")
    what = _DIMENSIONS.get(dimension, dimension.replace("_", " ").capitalize())
    return f"{what}: {_NAMES.get(group, name.replace('_', ' '))}" if name else what


def role_hours(run: RunFolder) -> tuple[RoleHours, ...]:
    """Return hours by role, scenario and year, means over replications; empty for several areas."""
    if len(run.areas) != 1:
        return ()
    m = run.measures
    groups = {f"role={role}": role for role in ROLE_NAMES}
    rows = m[m["group"].isin(list(groups)) & m["measure"].isin(list(BY_ROLE))]
    cells = rows.groupby(["scenario", "group", "year", "measure"])["value"].mean().to_dict()
    found = []
    for arm, group, year in product(run.arms, groups, run.years):
        hours, overtime, used = (float(cells.get((arm.name, group, year, name), math.nan)) for name in BY_ROLE)
        if hours > 0:
            found.append(
                RoleHours(
                    option=arm.name, role=groups[group].replace("_", " "), year=year, hours=hours,
                    overtime=known(overtime) or 0.0, used_percent=known(used),
                )
            )  # fmt: skip
    return tuple(found)
