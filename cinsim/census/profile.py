"""What a return says of its authority: figures in place of the published ones, for calibrating to the authority's own data."""

from __future__ import annotations

import json
import re
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
from cinsim.reference.areas import Area, find_area, load_areas

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

    @property
    def targets(self) -> dict[str, float]:
        """What a calibration can be held against: percentages and days as they are, counts as rates per 10,000 children."""
        n = self.area.population_0_17
        out = {}
        for name, value in self.measures.items():
            if name.endswith("_percent") or re.search(r"_p\d\d$", name):
                out[name] = value
            else:
                out["referral_rate" if name == "referrals" else f"{name}_rate"] = 10_000 * value / n
        return out


def is_known(census: CensusReturn) -> bool:
    """Return whether the return's number is that of an authority; a simulated average authority has none."""
    return census.lea != "" and census.lea in set(load_areas()["old_code"])


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


def profile_from(path: Path, *, area: str | None = None, children: int | None = None, previous: Path | None = None) -> Profile:
    """Return a profile from a return (XML or tables), or from a ``profile.json`` that was made of one.

    Parameters
    ----------
    area : name or code of the authority that is meant; it may be left out where the return says.
    children : children aged 0 to 17 at mid-year; the published estimate if left out.
    previous : the return of the year before, which re-referrals need.

    Raises
    ------
    InputError : it is neither, cannot be used, or is another authority's.
    """
    if path.suffix.lower() == ".json":
        found = read_profile(path)
        _check_same(found.area, area, path)
        return found
    census = sift(read_return(path)).usable
    if is_known(census):
        _check_same(find_area(census.lea), area, path)
    before = sift(read_return(previous)).usable if previous is not None else None
    return profile_of(census, authority_of(census, area), children=children, previous=before)


def _check_same(found: Area, wanted: str | None, path: Path) -> None:
    if wanted is not None and find_area(wanted).area_code != found.area_code:
        raise InputError(f"is of {found.area_name}, not of {find_area(wanted).area_name}", path=path)
