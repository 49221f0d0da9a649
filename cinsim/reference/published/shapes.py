"""What each published file must hold for the tables to be built: its columns, and what tells its rows apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cinsim.reference.published import profiles
from cinsim.reference.published.authorities import NEIGHBOURS, NEIGHBOURS_TABLE
from cinsim.reference.published.children import AGE_CODE, AGE_TABLE, AGES, DEPRIVATION_CODE, DEPRIVATION_SCORE, DEPRIVATION_TABLE
from cinsim.reference.published.files import PublishedTable, Release
from cinsim.reference.published.measures import ESTIMATE, LOOKED_AFTER, OTHER_FOLDER, POPULATION_TABLE, SOURCES

FIRST_TABLE = "c1_"
TIMED = ("time_period", "geographic_level", "country_code")
OF_AUTHORITIES = ("new_la_code", "old_la_code", "la_name", "region_name")


@dataclass(frozen=True, slots=True)
class Shape:
    """One file: how its name begins, in which folder it is, and what it must hold.

    Parameters
    ----------
    columns : without which the tables cannot be built.
    key : what tells the rows of one area and year apart.
    timed : whether its rows are of areas and years, as in nearly all files.
    of_authorities : whether it must have rows of authorities.
    by_year : whether all its years are used, and not the latest alone.
    lag : years by which the reporting year is ahead of the year written.
    """

    prefix: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    timed: bool = True
    of_authorities: bool = False
    by_year: bool = False
    lag: int = 0
    in_other: bool = False

    def table(self, release: Release) -> PublishedTable:
        """Return the file."""
        return release.other_table(self.prefix) if self.in_other else release.table(self.prefix)


@cache
def shapes() -> tuple[Shape, ...]:
    """Return every file, table c1 first."""
    measured: dict[str, dict[str, None]] = {}
    for source in SOURCES:
        measured.setdefault(source.table, {}).update(dict.fromkeys(source.needed))
    abuse = [f"{word}_{which}" for word in profiles.ABUSE.values() for which in ("Initial", "Latest")]
    of_england: dict[str, list[str]] = {
        "a5_": ["characteristic_type", "CPP_At31"],
        "a7_": ["characteristic_type", "number"],
        "b2_": [f"{name}_percent" for name in profiles.DISABILITIES.values()],
        "b3_": list(profiles.PRIMARY_NEEDS.values()),
        "c3_": [profiles.FACTOR_BASE],
        "c5_": list(profiles.SOURCES_OF_REFERRAL),
        "c6_": list(profiles.MONTHS),
        "d2_": abuse,
        "d4_": abuse,
    }
    keys = {LOOKED_AFTER: ("population_type",), "a5_": ("characteristic_type",), "a7_": ("characteristic_type",)}
    found = []
    for prefix in sorted(measured.keys() | of_england.keys(), key=lambda prefix: (prefix != FIRST_TABLE, prefix)):
        used = prefix in measured
        columns = (*TIMED, *(OF_AUTHORITIES if used else ()), *measured.get(prefix, ()), *of_england.get(prefix, ()))
        found.append(
            Shape(prefix, columns, keys.get(prefix, ()), of_authorities=used, by_year=used, in_other=prefix in OTHER_FOLDER)
        )
    people = Shape(POPULATION_TABLE, (*TIMED, *OF_AUTHORITIES, ESTIMATE), of_authorities=True, by_year=True, lag=1)
    ages = Shape(AGE_TABLE, (AGE_CODE, *map(str, AGES)), timed=False, in_other=True)
    scores = Shape(DEPRIVATION_TABLE, (DEPRIVATION_CODE, DEPRIVATION_SCORE), timed=False, in_other=True)
    neighbours = Shape(NEIGHBOURS_TABLE, ("old_la_code", *NEIGHBOURS), timed=False, in_other=True)
    return (*found, people, ages, scores, neighbours)
