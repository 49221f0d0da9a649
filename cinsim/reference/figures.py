"""Published figures for England: measures by year, and profiles.

The tables stand in ``tables/`` beside this file, built from the published statistics by ``calibration/build_reference.py``;
``docs/data.md`` says where each figure comes from.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from cinsim.errors import InputError


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure: its value, reporting year, and table and column of origin."""

    value: float
    year: int
    table: str
    column: str


@dataclass(frozen=True, slots=True)
class ProfileValue:
    """One category's value in a profile, with its unit, year or years, and source."""

    value: float
    unit: str
    year: str
    source: str


def england(year: int | None = None) -> MappingProxyType[str, Figure]:
    """Return England's figures of one reporting year by measure, ordered as the pathway is.

    Parameters
    ----------
    year : the reporting year, by the year of its 31 March; the latest release's if left out.

    Raises
    ------
    InputError : there are no figures for the year.
    """
    by_year = _england()
    year = latest_year() if year is None else year
    if year not in by_year:
        raise InputError(f"no figures for {year}; there are {min(by_year)} to {max(by_year)}", path="tables/england.csv")
    return by_year[year]


def england_series(measure: str) -> dict[int, Figure]:
    """Return one measure of England by reporting year.

    Raises
    ------
    InputError : the measure is not in the table.
    """
    found = {year: figures[measure] for year, figures in sorted(_england().items()) if measure in figures}
    if not found:
        raise InputError(_unknown("measure", measure, {name for figures in _england().values() for name in figures}))
    return found


def latest_year() -> int:
    """Return the reporting year of the release the tables were built from: the last year of referrals."""
    return max(england_series("referrals"))


def profile(name: str) -> dict[str, float]:
    """Return a profile's values by category, in the order published.

    Most are shares that sum to one; the unit (:func:`profile_values`) says where they need not, as a child may have several
    disabilities.

    Raises
    ------
    InputError : there is no such profile.
    """
    return {category: value.value for category, value in profile_values(name).items()}


def profile_values(name: str) -> dict[str, ProfileValue]:
    """Return a profile's values by category with unit, year and source.

    Raises
    ------
    InputError : there is no such profile.
    """
    if name not in _profiles():
        raise InputError(_unknown("profile", name, _profiles()))
    return dict(_profiles()[name])


def profile_names() -> tuple[str, ...]:
    """Return the names of all profiles."""
    return tuple(_profiles())


def primary_need_codes() -> dict[str, str]:
    """Return the census's primary need code (``N1`` ... ``N9``) under which each category of demand is returned."""
    return {category: f"N{int(value)}" for category, value in profile("demand_category_primary_need").items()}


def _rows(table: str) -> list[dict[str, str]]:
    text = files("cinsim.reference").joinpath(f"tables/{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _england() -> dict[int, MappingProxyType[str, Figure]]:
    found: dict[int, dict[str, Figure]] = {}
    for row in _rows("england"):
        year = int(row["year"])
        found.setdefault(year, {})[row["measure"]] = Figure(float(row["value"]), year, row["table"], row["column"])
    return {year: MappingProxyType(figures) for year, figures in found.items()}


@cache
def _profiles() -> dict[str, dict[str, ProfileValue]]:
    found: dict[str, dict[str, ProfileValue]] = {}
    for row in _rows("profiles"):
        value = ProfileValue(float(row["value"]), row["unit"], row["year"], row["source"])
        found.setdefault(row["profile"], {})[row["category"]] = value
    return found


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(names)}"
    return f"no {kind} is called '{name}'; {hint}"
