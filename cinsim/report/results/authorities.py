"""The authorities of a run one by one: simulated, published, and beside their statistical neighbours."""

from __future__ import annotations

import math
from functools import cache
from statistics import median
from typing import Any, Final

from cinsim.reference.areas import ENGLAND_CODE, MEASURES_OF_AREAS, Area, areas
from cinsim.reference.figures import latest_year
from cinsim.report.folder import RunFolder
from cinsim.report.labels import change_text, decimals_for
from cinsim.report.results.costs import known
from cinsim.report.results.model import Authority, AuthorityDifference, AuthorityFigure

BESIDE: Final = ("referral_rate", "cin_plans_31_march_rate", "cpp_31_march_rate", "caseload_mean")
"""What is told of every authority besides the outcomes: what it publishes itself."""


def authorities_of(run: RunFolder, outcomes: tuple[str, ...]) -> tuple[Authority, ...]:
    """Return the authorities of a run in the order of their names; empty for England's average authority alone."""
    by_code = {area.area_code: area for area in areas()}
    here = [code for code in run.areas["area_code"] if code != ENGLAND_CODE and code in by_code]
    measures = [measure for measure in dict.fromkeys((*outcomes, *BESIDE)) if run.has(measure)]
    levels = _levels(run, measures)
    told = _differences(run, measures)
    return tuple(
        Authority(
            code=code,
            name=by_code[code].area_name,
            region=by_code[code].region,
            children=by_code[code].population_0_17,
            figures=tuple(_figure(by_code[code], measure, levels, told) for measure in measures),
        )
        for code in sorted(here, key=lambda code: by_code[code].area_name)
    )


def _levels(run: RunFolder, measures: list[str]) -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for measure in measures:
        for row in run.by_area(measure, run.years[-1]).to_dict("records"):
            if math.isfinite(row["value"]):
                found.setdefault((str(row["area_code"]), measure), {})[str(row["scenario"])] = float(row["value"])
    return found


def _differences(run: RunFolder, measures: list[str]) -> dict[tuple[str, str], dict[str, AuthorityDifference]]:
    table = run.differences if run.of_authorities is None else run.of_authorities
    if table is None:
        return {}
    wanted = table[(table["year"] == run.years[-1]) & (table["group"] == "") & table["measure"].isin(measures)]
    found: dict[tuple[str, str], dict[str, AuthorityDifference]] = {}
    for row in wanted.to_dict("records"):
        if math.isfinite(row["difference"]):
            key = (str(row["area_code"]), str(row["measure"]))
            found.setdefault(key, {})[str(row["scenario"])] = _difference({str(name): value for name, value in row.items()})
    return found


def _difference(row: dict[str, Any]) -> AuthorityDifference:
    value, measure = float(row["difference"]), str(row["measure"])
    return AuthorityDifference(
        difference=value, lower=known(row["lower"]), upper=known(row["upper"]), told=row["verdict"],
        text=change_text(measure, value, decimals_for(measure, value)),
    )  # fmt: skip


def _figure(
    area: Area, measure: str, levels: dict[tuple[str, str], dict[str, float]],
    told: dict[tuple[str, str], dict[str, AuthorityDifference]],
) -> AuthorityFigure:  # fmt: skip
    published, year = published_of(area, measure)
    return AuthorityFigure(
        measure=measure, published=published, published_year=year, neighbours=_of_neighbours(area, measure),
        levels=levels.get((area.area_code, measure), {}), differences=told.get((area.area_code, measure), {}),
    )  # fmt: skip


def published_of(area: Area, measure: str) -> tuple[float | None, int | None]:
    """Return an authority's last published figure of a measure and its year; None where it never published one."""
    if measure not in MEASURES_OF_AREAS:
        return None, None
    value, earlier = area.last_published(measure), area.stand_in(measure)
    return value, None if value is None else earlier.year if earlier is not None else latest_year()


def neighbours_of(area: Area) -> list[Area]:
    """Return an authority's statistical neighbours, the nearest first."""
    by_old_code = _by_old_code()  # which the published list of neighbours goes by
    return [by_old_code[code] for code in area.neighbours if code in by_old_code]


def _of_neighbours(area: Area, measure: str) -> float | None:
    figures = [published_of(neighbour, measure)[0] for neighbour in neighbours_of(area)]
    there = [figure for figure in figures if figure is not None]
    return median(there) if there else None


@cache
def _by_old_code() -> dict[str, Area]:
    return {area.old_code: area for area in areas() if area.old_code}
