"""What a return says of its authority: figures in place of the published ones, for calibrating to the authority's own data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from cinsim.census.counts import published_counts
from cinsim.census.read import read_return
from cinsim.census.returns import CensusReturn
from cinsim.census.sift import sift
from cinsim.errors import InputError
from cinsim.reference.areas import Area, find_area

FORMAT: Final = 1
DISTRIBUTIONS: Final = {
    "referral_source": ("CINdetails", "ReferralSource"),
    "primary_need": ("CINdetails", "PrimaryNeedCode"),
    "closure_reason": ("CINdetails", "ReasonForClosure"),
    "assessment_factor": ("AssessmentFactorsList", "AssessmentFactor"),
    "abuse_category_initial": ("ChildProtectionPlans", "InitialCategoryOfAbuse"),
    "abuse_category_latest": ("ChildProtectionPlans", "LatestCategoryOfAbuse"),
    "ethnicity": ("ChildCharacteristics", "Ethnicity"),
    "disability": ("Disabilities", "Disability"),
    "sex": ("ChildIdentifiers", "Sex"),
}
"""Counts of codes that a profile holds, over all rows of the return, by table and column."""


@dataclass(frozen=True, slots=True)
class Profile:
    """An authority as its return shows it.

    Attributes
    ----------
    year : the reporting year. area : the authority; what the return gives stands in place of what is published.
    measures : every measure of the return, counts and percentages, for all children. distributions : counts of codes.
    replaced : names of the figures of ``area`` that come from the return.
    """

    year: int
    area: Area
    measures: Mapping[str, float]
    distributions: Mapping[str, Mapping[str, int]]
    replaced: tuple[str, ...]


def authority_of(census: CensusReturn, area: str | None = None) -> Area:
    """Return the authority that made a return, or the one that is named in its place.

    Raises
    ------
    InputError : the return's number is no authority's and none is named, or there is none of that name.
    """
    if area is not None:
        return find_area(area)
    try:
        return find_area(census.lea)
    except InputError as error:
        raise InputError(
            f"the return's authority number '{census.lea}' is not known; name the authority with --area", key="--area"
        ) from error


def profile_of(census: CensusReturn, area: Area, *, children: int | None = None, previous: CensusReturn | None = None) -> Profile:
    """Return an authority's profile from its return.

    Parameters
    ----------
    area : the authority with its published figures, which stay where a return has none (workforce, looked-after children).
    children : children aged 0 to 17 at mid-year; the published estimate if left out.
    previous : the return of the year before, which re-referrals need.
    """
    counts = published_counts(census, previous)
    whole = counts[counts["group"] == "all"].set_index("measure")["value"]
    measures = {str(name): float(value) for name, value in whole.items() if pd.notna(value)}
    n = children or area.population_0_17
    own: dict[str, float] = {}
    for field in fields(Area):
        count = _count_of(field.name)
        if field.name in measures:
            own[field.name] = measures[field.name]
        elif count in measures:
            own[field.name] = 10_000 * measures[count] / n
    spread = {
        name: {str(code): int(times) for code, times in census[table][column].value_counts().sort_index().items() if code}
        for name, (table, column) in DISTRIBUTIONS.items()
    }
    changes: dict[str, Any] = {**own, "population_0_17": n}
    return Profile(census.year, replace(area, **changes), measures, spread, tuple(own))


def _count_of(figure: str) -> str:
    """Return the count behind a figure that is a rate, "" for others."""
    if figure == "referral_rate":
        return "referrals"
    return figure.removesuffix("_rate") if figure.endswith("_rate") else ""


def write_profile(profile: Profile, path: Path) -> None:
    """Write a profile as JSON; it holds counts, no child."""
    about = {
        "format": FORMAT,
        "what": "authority profile from a children in need census return",
        "year": profile.year,
        "area_code": profile.area.area_code,
        "area_name": profile.area.area_name,
        "population_0_17": profile.area.population_0_17,
        "figures": {name: round(float(getattr(profile.area, name)), 4) for name in profile.replaced},
        "measures": {name: round(value, 4) for name, value in profile.measures.items()},
        "distributions": profile.distributions,
    }
    path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def read_profile(path: Path) -> Profile:
    """Read a profile that :func:`write_profile` wrote.

    Raises
    ------
    InputError : it is no such file.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["format"] != FORMAT:
            raise InputError(f"has format {held['format']}, this cinsim reads format {FORMAT}", path=path, key="format")
        figures = {name: float(value) for name, value in held["figures"].items()}
        changes: dict[str, Any] = {**figures, "population_0_17": int(held["population_0_17"])}
        area = replace(find_area(held["area_code"]), **changes)
        return Profile(int(held["year"]), area, held["measures"], held["distributions"], tuple(figures))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("is not an authority profile as `cinsim census read --out` writes it", path=path) from error


def profile_from(path: Path, *, area: str | None = None, children: int | None = None) -> Profile:
    """Return a profile from a return (XML or tables), or from a profile that was made of one.

    Raises
    ------
    InputError : it is neither, or cannot be used.
    """
    if path.suffix.lower() == ".json":
        return read_profile(path)
    census = sift(read_return(path)).usable
    return profile_of(census, authority_of(census, area), children=children)
