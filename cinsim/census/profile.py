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
from cinsim.census.heading import EARLIEST_YEAR, LATEST_YEAR
from cinsim.census.received import authority_of, received
from cinsim.census.returns import CensusReturn
from cinsim.errors import InputError
from cinsim.reference.areas import Area, find_area

__all__ = ["Profile", "authority_of", "profile_from", "profile_of", "read_profile", "write_profile"]

FORMAT: Final = 1
MOST_CHILDREN: Final = 20_000_000
"""More than England has."""
MOST: Final = 1e9
_FIGURES: Final = ("_rate", "_percent", "_p25", "_p50", "_p75")
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
    replaced : names of the figures of ``area`` that come from the return. told : what was left out of the return, in lines.
    """

    year: int
    area: Area
    measures: Mapping[str, float]
    distributions: Mapping[str, Mapping[str, int]]
    replaced: tuple[str, ...]
    told: tuple[str, ...] = ()

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


def profile_of(
    census: CensusReturn,
    area: Area,
    *,
    children: int | None = None,
    previous: CensusReturn | None = None,
    told: tuple[str, ...] = (),
) -> Profile:
    """Return an authority's profile from its return.

    Parameters
    ----------
    area : the authority with its published figures, which stay where a return has none (workforce, looked-after children).
    children : children aged 0 to 17 at mid-year; the published estimate if left out.
    previous : the return of the year before, which re-referrals need.
    told : what was left out of the return.
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
        if census.has(table, column)
    }
    changes: dict[str, Any] = {**own, "population_0_17": n}
    return Profile(census.year, replace(area, **changes), measures, spread, tuple(own), told)


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
        "left_out": list(profile.told),
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
            raise InputError(f"has format {str(held['format'])[:20]}, this cinsim reads format {FORMAT}", path=path, key="format")
        return _checked(held, path)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError("is not an authority profile as `cinsim census read --out` writes it", path=path) from error


def _checked(held: Mapping[str, Any], path: Path) -> Profile:
    """Return a profile from what its file holds.

    Raises
    ------
    InputError : a value cannot be; the message names its key.
    """
    numbers = _Numbers(path)
    children = numbers.whole(held["population_0_17"], "population_0_17", least=1, most=MOST_CHILDREN)
    known = {field.name for field in fields(Area) if field.name.endswith(_FIGURES)}
    figures = {}
    for name, value in held["figures"].items():
        if name not in known:
            raise InputError("is no figure of an authority that a return can give", path=path, key=f"figures.{name[:60]}")
        figures[name] = numbers.number(value, f"figures.{name}")
    measures = {name: numbers.number(value, f"measures.{name[:60]}") for name, value in held["measures"].items()}
    spread = {
        name: {code: numbers.whole(times, f"distributions.{name[:60]}.{code[:20]}") for code, times in codes.items()}
        for name, codes in held["distributions"].items()
    }
    year = numbers.whole(held["year"], "year", least=EARLIEST_YEAR, most=LATEST_YEAR)
    changes: dict[str, Any] = {**figures, "population_0_17": children}
    area = replace(find_area(str(held["area_code"])), **changes)
    told = tuple(str(line) for line in held.get("left_out", ()))
    return Profile(year, area, measures, spread, tuple(figures), told)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Reads the numbers of a profile's file, and refuses what no return can give."""

    path: Path

    def number(self, value: object, key: str) -> float:
        most = 100.0 if key.endswith("_percent") else MOST
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise InputError(
                f"{str(value)[:40]!r} must be a number from 0 to {most:,.0f}", path=self.path, key=key
            )  # NaN is in no range
        return float(value)

    def whole(self, value: object, key: str, *, least: int = 0, most: int = 10**9) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise InputError(f"{str(value)[:40]!r} must be a whole number from {least:,} to {most:,}", path=self.path, key=key)
        return value


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
        if previous is not None:
            raise InputError(
                "goes with a return; a profile holds its re-referrals already. Make it anew with `cinsim census read --previous`",
                path=path, key="--previous",
            )  # fmt: skip
        found = read_profile(path)
        if area is not None and find_area(area).area_code != found.area.area_code:
            raise InputError(f"is of {found.area.area_name}, not of {find_area(area).area_name}", path=path)
        return found
    held = received(path, area=area, previous=previous)
    return profile_of(held.census, held.authority, children=children, previous=held.previous, told=held.told)
