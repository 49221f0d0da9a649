"""Local authorities: their children, their published figures, and finding one by name or code.

The tables stand in ``tables/`` beside this file, built from the published statistics by ``calibration/build_reference.py``;
``docs/data.md`` says where each column comes from. Rates are per 10,000 children aged 0-17.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from cinsim.errors import InputError, shortened
from cinsim.reference.boundaries import FORMER, RECODED
from cinsim.spelling import LONGEST

if TYPE_CHECKING:
    import pandas as pd

ENGLAND_CODE: Final = "E92000001"
WHOLE_COUNTRY: Final = "England"
ALL_AUTHORITIES: Final = "all"


COUNTS_OF_AREAS: Final = frozenset({"in_post_fte", "case_holders_fte", "cases"})
"""Figures of an area that are counts and not rates; the average authority's are one share of England's."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """An authority's last published figure of a measure, where none was published for the latest year."""

    measure: str
    year: int
    value: float

    def __str__(self) -> str:
        return f"{self.measure}:{self.year}:{self.value:.2f}"


@dataclass(frozen=True, slots=True)
class Area:
    """One authority, or England's average authority; a figure that was not published for the latest year is None.

    :meth:`last_published` and :meth:`or_national` give what an area is simulated with where the latest figure is missing.

    Rates are per 10,000 children aged 0-17 a year, or at 31 March; percentages are 0 to 100; days are working days; the workforce
    stands as at 30 September of that calendar year. ``population_0_17`` is the mid-year estimate that DfE's rates rest on.
    """

    area_code: str
    old_code: str
    area_name: str
    region: str
    usable: bool
    population_0_17: int
    age_0: float
    age_1: float
    age_2: float
    age_3: float
    age_4: float
    age_5: float
    age_6: float
    age_7: float
    age_8: float
    age_9: float
    age_10: float
    age_11: float
    age_12: float
    age_13: float
    age_14: float
    age_15: float
    age_16: float
    age_17: float
    imd_score: float
    deprivation_q1: float
    deprivation_q2: float
    deprivation_q3: float
    deprivation_q4: float
    deprivation_q5: float
    referral_rate: float | None
    re_referral_percent: float | None
    no_further_action_percent: float | None
    not_in_need_percent: float | None
    assessments_completed_rate: float | None
    assessment_days_p25: float | None
    assessment_days_p50: float | None
    assessment_days_p75: float | None
    assessment_within_45_days_percent: float | None
    s47_rate: float | None
    icpc_rate: float | None
    icpc_within_15_days_percent: float | None
    cpp_started_rate: float | None
    cpp_31_march_rate: float | None
    cpp_second_or_subsequent_percent: float | None
    cpp_reviews_on_time_percent: float | None
    cin_plans_started_rate: float | None
    cin_plans_31_march_rate: float | None
    episodes_started_rate: float | None
    episodes_ended_rate: float | None
    children_in_need_31_march_rate: float | None
    disability_recorded_percent: float | None
    looked_after_31_march_rate: float | None
    looked_after_started_rate: float | None
    looked_after_ceased_rate: float | None
    in_post_fte: float | None
    case_holders_fte: float | None
    cases: float | None
    caseload_mean: float | None
    turnover_rate: float | None
    vacancy_rate: float | None
    agency_rate: float | None
    agency_cover_rate: float | None
    vacancy_agency_cover_rate: float | None
    absence_rate: float | None
    neighbours: tuple[str, ...]
    stand_ins: tuple[StandIn, ...]
    notes: str

    @property
    def age_shares(self) -> tuple[float, ...]:
        """Shares of children by single year of age, 0 to 17, summing to one."""
        return tuple(getattr(self, f"age_{age}") for age in range(18))

    @property
    def deprivation_shares(self) -> tuple[float, ...]:
        """Shares of children by national deprivation quintile, least deprived first, summing to one."""
        return tuple(getattr(self, f"deprivation_q{quintile}") for quintile in (1, 2, 3, 4, 5))

    def stand_in(self, measure: str) -> StandIn | None:
        """Return the earlier figure that stands in for a measure's latest one, None where there is a latest or never was any."""
        if getattr(self, measure) is not None:
            return None
        return next((earlier for earlier in self.stand_ins if earlier.measure == measure), None)

    def last_published(self, measure: str) -> float | None:
        """Return the area's own latest figure of a measure, else its last published one, None if it never published any."""
        latest: float | None = getattr(self, measure)
        earlier = self.stand_in(measure)
        return earlier.value if earlier is not None else latest

    def or_national(self, measure: str, england: Area) -> float:
        """Return the area's own last published figure of a measure, England's only where it never published any.

        Counts of England's average authority are taken in proportion to children.
        """
        own = self.last_published(measure)
        if own is not None:
            return own
        national: float = getattr(england, measure)
        return national / england.population_0_17 * self.population_0_17 if measure in COUNTS_OF_AREAS else national


MEASURES_OF_AREAS: Final = tuple(field.name for field in fields(Area) if str(field.type) == "float | None")
"""What authorities publish, and an area may lack."""
TABLE_PATH: Final = "cinsim/reference/tables/areas.csv"
_COUNCIL_BEFORE: Final = re.compile(
    r"^(?:the )?(?:(?:london|royal|metropolitan|city|county|district|borough|and) )+of (?:the )?|^the "
)
_COUNCIL_AFTER: Final = re.compile(
    r"(?: (?:city|county|borough|metropolitan|district|unitary|local|authority|council|la|lbc|mbc|mdc|bc|cc))+$"
)
_TEXT: Final = frozenset({"area_code", "old_code", "area_name", "region", "notes"})


@cache
def areas() -> tuple[Area, ...]:
    """Return every row of the table of areas: England's average authority first, then the authorities by name."""
    text = files("cinsim.reference").joinpath("tables/areas.csv").read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    wanted = [field.name for field in fields(Area)]
    if reader.fieldnames is None or list(reader.fieldnames) != wanted:
        raise InputError(
            f"needs the columns {', '.join(wanted)}; rebuild it with calibration/build_reference.py", path=TABLE_PATH, line=1
        )
    return tuple(_area(row) for row in reader)


def load_areas() -> pd.DataFrame:
    """Return the table of areas as a DataFrame indexed by ``area_code``; figures that were not published are NaN."""
    import pandas as pd

    with files("cinsim.reference").joinpath("tables/areas.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file, index_col="area_code", dtype={"old_code": str, "neighbours": str, "notes": str})
    return table.fillna({"old_code": "", "neighbours": "", "notes": ""})


def load_areas_by_year() -> pd.DataFrame:
    """Return the main rates of every authority and year: area_code, measure, year, value.

    Authorities that were reorganised keep the code they had (``cinsim.reference.boundaries``), so some are not in
    :func:`load_areas`.
    """
    import pandas as pd

    with files("cinsim.reference").joinpath("tables/areas_by_year.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def average_authority() -> Area:
    """Return an authority with England's rates and one share of England's children and workforce."""
    return next(area for area in areas() if area.area_code == ENGLAND_CODE)


def usable_authorities() -> tuple[Area, ...]:
    """Return the authorities with children enough for figures: all but the City of London and the Isles of Scilly."""
    return tuple(area for area in areas() if area.usable and area.area_code != ENGLAND_CODE)


def find_area(text: str) -> Area:
    """Return the area with a name or a code; ``England`` is its average authority.

    Parameters
    ----------
    text : a name in any case (``&`` and ``and`` alike), the nine-character code or the old three-digit code.

    Raises
    ------
    InputError : no area is called so; the message offers the nearest names, or what a former authority became.
    """
    found = _names().get(_plain(text))
    if found is not None:
        return found
    plain = _plain(text)
    for former in FORMER:
        if {plain, _without_its_council(plain)} & {_plain(former.area_name), former.area_code.lower(), former.old_code}:
            became = " and ".join(find_area(code).area_name for code in former.successors)
            raise InputError(f"{former.area_name} was reorganised in {former.last_year}; use {became}", key="area")
    near = _nearest(plain)
    hint = f"did you mean {' or '.join(near)}?" if near else "`cinsim areas` lists them"
    raise InputError(f"no local authority is called '{shortened(text)}'; {hint}", key="area")


def resolve(area: str | Sequence[str]) -> tuple[Area, ...]:
    """Return the areas a scenario names.

    Parameters
    ----------
    area : a name or code, several of them, ``England`` (its average authority) or ``all`` (every usable authority).

    Raises
    ------
    InputError : a name is unknown, stands twice, or is of an authority too small for published figures.
    """
    if isinstance(area, str):
        if _plain(area) == ALL_AUTHORITIES:
            return usable_authorities()
        area = (area,)
    chosen = tuple(find_area(name) for name in area)
    if not chosen:
        raise InputError("no area is named; name an authority, 'England' or 'all'", key="area")
    for place, one in enumerate(chosen):
        if not one.usable:
            raise InputError(
                f"{one.area_name} has {one.population_0_17} children: too few for published figures and for this model",
                key="area",
            )
        if one in chosen[:place]:
            raise InputError(f"{one.area_name} is named twice", key="area")
    return chosen


def _area(row: dict[str, str]) -> Area:
    values: dict[str, object] = {}
    for name, cell in row.items():
        if name in _TEXT:
            values[name] = cell
        elif name == "neighbours":
            values[name] = tuple(cell.split())
        elif name == "stand_ins":
            values[name] = tuple(_stand_in(text) for text in cell.split())
        elif name == "usable":
            values[name] = cell == "True"
        elif name == "population_0_17":
            values[name] = int(cell)
        else:
            values[name] = float(cell) if cell else None
    return Area(**values)  # type: ignore[arg-type]


def _stand_in(text: str) -> StandIn:
    measure, year, value = text.split(":")
    return StandIn(measure, int(year), float(value))


def _plain(name: str) -> str:
    """Return a name without case, punctuation and the difference between ``&`` and ``and``."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", name.lower().replace("&", " and ").replace("'", "")).split())


@cache
def _names() -> dict[str, Area]:
    """Every way of naming each area, plainly written."""
    names: dict[str, Area] = {}
    for area in areas():
        names[_plain(area.area_code)] = area
        names[_plain(area.area_name)] = area
        if area.old_code:
            names[area.old_code] = area
    for other, kept in RECODED.items():
        if _plain(kept) in names:  # a table of a user's own need not have every authority
            names[_plain(other)] = names[_plain(kept)]
    average = names[_plain(ENGLAND_CODE)]
    names[_plain(WHOLE_COUNTRY)] = average
    for area in areas():
        # 'Bristol, City of' is also Bristol, 'County Durham' also Durham; but London is not the City of London
        short = re.sub(r"^county | city of$| county of$", "", _plain(area.area_name))
        names.setdefault(short, area)
        if short == "kingston upon hull":
            names.setdefault("hull", area)
    return names


def _without_its_council(plain: str) -> str:
    """Return a plain name without what says that it is a council's: of 'leeds city council' and 'city of leeds', 'leeds'."""
    return _COUNCIL_BEFORE.sub("", _COUNCIL_AFTER.sub("", plain))


def _nearest(plain: str) -> list[str]:
    if len(plain) > LONGEST:
        return []
    named = _names().get(_without_its_council(plain))
    if named is not None:
        return [named.area_name]
    by_plain = {_plain(area.area_name): area.area_name for area in areas()}
    within = [name for key, name in by_plain.items() if plain and plain in key]
    close = [by_plain[key] for key in difflib.get_close_matches(plain, list(by_plain), n=3, cutoff=0.6)]
    return list(dict.fromkeys(within + close))[:3]
