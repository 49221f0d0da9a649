"""Does a release agree with itself? What is computed from counts against what is published, and the identities of the pathway."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cinsim.reference.published.files import ENGLAND, LOCAL_AUTHORITY, NATIONAL, Release
from cinsim.reference.published.measures import SOURCES, MeasureSource, measure_values, population, published_file

ROUNDING = 0.06
"""Published rates and percentages carry one decimal; a little more than half of it, as England's counts are rounded to 10."""
ADDS_UP = 0.001
"""Authorities' estimates of children add up to England's, but for rounding."""
IDENTITY_TOLERANCE = 200
"""Identities of England's counts hold to 140 in 2016-2024 but for 2018 (610)."""


def disagreements(release: Release) -> list[str]:
    """Return, in plain words, where the latest year of a release does not agree with itself; empty when all is well.

    A rate that differs from the one published most often means that the population file is not the one the release rests on.
    """
    return [*_against_published(release), *_identities(release), *_children(release)]


def _against_published(release: Release) -> list[str]:
    children = population(release)
    said = []
    for source in SOURCES:
        table = published_file(release, source.table)
        if not source.published or not table.has(source.published):
            continue
        for level in (NATIONAL, LOCAL_AUTHORITY):
            computed = _latest(release, replace(source, published=""), level, children)
            published = _latest(release, _as_published(source), level, children)
            apart = (computed - published).abs().dropna()
            wrong = apart[apart > ROUNDING]
            if len(wrong):
                code = str(wrong.idxmax())
                said.append(
                    f"{source.measure}: {len(wrong)} of {len(apart)} figures differ from those published, most in {code}: "
                    f"{computed[code]:.2f} from {source.citation(table)}, {published[code]:.2f} in column "
                    f"{table.own_name(source.published)}"
                )
    return said


def _children(release: Release) -> list[str]:
    """Check that authorities' children add up to England's in the latest year."""
    latest = population(release).xs(release.latest_year, level="year")
    england = float(latest.pop(ENGLAND))
    together = float(latest.to_numpy().sum())
    if abs(together - england) <= ADDS_UP * england:
        return []
    return [f"children of the authorities = England's, in {release.latest_year - 1}: {together:,.0f} against {england:,.0f}"]


def _latest(release: Release, source: MeasureSource, level: str, children: pd.Series) -> pd.Series:
    values = measure_values(release, source, level, children)
    return values[values.index.get_level_values("year") == release.latest_year].droplevel("year")


def _as_published(source: MeasureSource) -> MeasureSource:
    return MeasureSource(source.measure, source.table, (source.published,), "as published", where=source.where)


def _identities(release: Release) -> list[str]:
    """Check that episodes starting are referrals less those that ended at the front door, and that the stock is what is left."""
    children = population(release)
    sources = {source.measure: source for source in SOURCES}

    def count(measure: str) -> float:
        values: pd.Series = measure_values(release, sources[measure], NATIONAL, children)
        return float(values[ENGLAND, release.latest_year])

    identities = {
        "episodes started = referrals - no further action - not in need": (
            count("episodes_started"),
            count("referrals") - count("no_further_action") - count("not_in_need"),
        ),
        "children in need at 31 March = episodes at any point - ended": (
            count("children_in_need_31_march"),
            count("episodes_any_point") - count("episodes_ended"),
        ),
        "child protection plans at 31 March = at any point - ended": (
            count("cpp_31_march"),
            count("cpp_any_point") - count("cpp_ended"),
        ),
    }
    return [
        f"{identity}: {left:,.0f} against {right:,.0f}"
        for identity, (left, right) in identities.items()
        if abs(left - right) > IDENTITY_TOLERANCE
    ]
