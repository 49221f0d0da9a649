"""What the model is held against: published figures, each with its errors, and whether it is fitted or only checked.

The list stands in ``targets.csv`` beside this file; the values come from the reference tables.

sampling error : as if England's (or an authority's) children were one draw of chance: Poisson for rates, binomial for
    percentages, or as stated.
discrepancy : how far even the best setting of the model may stay off, because it leaves something out; stated with its reason.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cinsim.calibration.links import Link, link_of, linked, slope, unlinked
from cinsim.engine.totals import sum_in_order
from cinsim.errors import InputError, shortened
from cinsim.files import parsed_table, read_table
from cinsim.numerals import number
from cinsim.outcomes.definitions import MEASURES
from cinsim.outcomes.groups import GROUP_LABELS
from cinsim.reference import figures
from cinsim.reference.areas import Area
from cinsim.spelling import did_you_mean

FILE: Final = "cinsim/calibration/targets.csv"
FLAGS: Final = ("fit", "check")
MOST_BYTES: Final = 10_000_000
LARGEST: Final = 1e12
"""No figure that a count of children, days or pounds can be is larger."""


@dataclass(frozen=True, slots=True)
class Target:
    """One figure the model is held against.

    Attributes
    ----------
    measure, group : what is measured; for a group other than ``all`` the value is its share of the measure, in percent.
    value : in the measure's unit. year : reporting year, None for a study that has none.
    standard_error, discrepancy : in the measure's unit, as standard deviations.
    flag : "fit" or "check".
    for_authorities : whether authorities are fitted to their own figure of it.
    of : the rate of what the percentage is a percentage of; its count gives the binomial error.
    """

    name: str
    measure: str
    group: str
    year: int | None
    value: float
    standard_error: float
    discrepancy: float
    flag: str
    for_authorities: bool
    of: str
    source: str
    reason: str

    @property
    def link(self) -> Link:
        """The scale on which it is compared."""
        return link_of(MEASURES[self.measure].kind, self.group)

    @property
    def unit(self) -> str:
        """The unit of the value."""
        return "%" if self.group != "all" else MEASURES[self.measure].unit

    @property
    def error(self) -> float:
        """Standard error and discrepancy together, in the measure's unit."""
        return math.hypot(self.standard_error, self.discrepancy)


class Targets:
    """Targets in the order of their file, and the same as arrays on the scale of their links."""

    def __init__(self, targets: Iterable[Target]):
        self._targets = tuple(targets)

    def __getitem__(self, place: int) -> Target:
        return self._targets[place]

    def __len__(self) -> int:
        return len(self._targets)

    def __iter__(self) -> Iterator[Target]:
        return iter(self._targets)

    @property
    def names(self) -> tuple[str, ...]:
        """Names, in order."""
        return tuple(target.name for target in self)

    def flagged(self, flag: str) -> Targets:
        """Return those to fit, or those to check."""
        return Targets(target for target in self if target.flag == flag)

    def linked_values(self) -> NDArray[np.float64]:
        """Return the values on the scale of their links."""
        return np.array([float(linked(target.value, target.link)) for target in self])

    def linked_errors(self) -> NDArray[np.float64]:
        """Return standard error and discrepancy together, on the scale of the links."""
        errors = [target.error * slope(target.value, target.link) for target in self]
        return np.array(errors)

    def unlinked(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values in the measures' own units from those on the scale of the links [..., targets]."""
        out = np.empty_like(values, dtype=np.float64)
        for place, target in enumerate(self):
            out[..., place] = unlinked(values[..., place], target.link)
        return out

    def linked(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return simulated values [..., targets] on the scale of the links."""
        out = np.empty_like(values, dtype=np.float64)
        for place, target in enumerate(self):
            out[..., place] = linked(values[..., place], target.link)
        return out


def load_targets(path: Path | None = None, year: int | None = None) -> Targets:
    """Return England's targets, of the year that the file names or of another.

    Parameters
    ----------
    path : a file like ``targets.csv``; the package's own if left out.
    year : take every published figure of this reporting year instead; those that were not published then are left out,
        and so are studies and profiles, which have no other year.

    Raises
    ------
    InputError : a column is missing, a measure, group, figure or year does not exist, a flag is neither fit nor check, a
        figure stands in the file twice, or a target has no error at all.
    """
    where = FILE if path is None else str(path)
    if path is None:
        own = files("cinsim.calibration").joinpath("targets.csv").read_text(encoding="utf-8")
        table = parsed_table(own, where, needed=_COLUMNS)
    else:
        table = read_table(path, needed=_COLUMNS, kind="table of targets (CSV)", most=MOST_BYTES)
    if not table.rows:
        raise InputError("holds no target", path=where, line=1)
    found: list[Target] = []
    seen: set[tuple[str, str, str]] = set()
    names: set[str] = set()
    for row in table.rows:
        reader = _Row(row.cells, where, row.line)
        key = (row.cells["measure"], row.cells["group"] or "all", row.cells["year"])
        name = row.cells["name"]
        if key in seen or name in names:
            raise reader.wrong("name", f"{shortened(name)} is in the file twice; no figure may be both fitted and checked")
        seen.add(key)
        names.add(name)
        target = reader.target(year)
        if target is not None:
            found.append(target)
    return Targets(found)


def authority_targets(england: Targets, area: Area) -> Targets:
    """Return an authority's own targets: those marked for authorities that it has published, with its own sampling error.

    The discrepancy is England's, in proportion to the value.
    """
    out = []
    for target in england:
        value = getattr(area, target.measure, None) if target.for_authorities else None
        if value is None:
            continue
        relative = target.discrepancy * slope(target.value, target.link)
        own = replace(target, value=float(value), year=None if target.year is None else figures.latest_year())
        error = _sampling_error(own, lambda rate: getattr(area, rate, None), area.population_0_17)
        out.append(
            replace(
                own,
                standard_error=target.standard_error if error is None else error,
                discrepancy=relative / slope(own.value, own.link),
                source=f"{area.area_name}: {target.source}",
            )
        )
    return Targets(out)


def targets_at(england: Targets, values: Mapping[str, float], year: int, population: float) -> Targets:
    """Return targets with other values, by measure: those of another year, or invented ones in a test of the method."""
    out = []
    for target in england:
        if target.group != "all" or target.measure not in values:
            continue
        own = replace(target, value=float(values[target.measure]), year=year)
        error = _sampling_error(own, values.get, population)
        out.append(own if error is None else replace(own, standard_error=error))
    return Targets(out)


_COLUMNS: Final = (
    "name", "measure", "group", "year", "figure", "value", "of", "standard_error", "discrepancy", "flag", "authorities", "source",
    "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the file, and how its mistakes are told."""

    cells: Mapping[str, str]
    path: str
    line: int

    def wrong(self, column: str, message: str) -> InputError:
        return InputError(message, path=self.path, line=self.line, key=column)

    def number(self, column: str) -> float:
        try:
            return number(self.cells[column])
        except ValueError as error:
            raise self.wrong(column, str(error)) from None

    def year(self) -> int | None:
        """Return the year of the row; None where it names none."""
        if not self.cells["year"]:
            return None
        year = self.number("year")
        if not year.is_integer() or not 1900 <= year <= 2200:
            raise self.wrong("year", f"must be a year such as 2024, not '{shortened(self.cells['year'])}'")
        return int(year)

    def target(self, year: int | None) -> Target | None:
        """Return the target, None if its figure is not of the year asked for."""
        cells = self.cells
        self._check_names()
        own_year = self.year()
        stands_alone = bool(cells["value"] or cells["figure"])
        if year is not None and stands_alone:
            return None
        value, source = self._value(own_year if year is None else year, absent_is_wrong=year is None)
        if value is None:
            return None
        target = Target(
            name=cells["name"], measure=cells["measure"], group=cells["group"] or "all", year=own_year if year is None else year,
            value=value, standard_error=0.0, discrepancy=self._discrepancy(value), flag=cells["flag"],
            for_authorities=cells["authorities"] == "yes", of=cells["of"], source=source, reason=cells["reason"],
        )  # fmt: skip
        self._check_value(target)
        target = replace(target, standard_error=self._standard_error(target))
        if not target.error > 0:
            raise self.wrong("standard_error", "a target needs a standard error or a discrepancy above 0")
        return target

    def _check_names(self) -> None:
        cells = self.cells
        if cells["measure"] not in MEASURES:
            hint = did_you_mean(cells["measure"], list(MEASURES)) or "; `cinsim measures` lists them"
            raise self.wrong("measure", f"no measure is called '{shortened(cells['measure'])}'{hint}")
        if (cells["group"] or "all") not in GROUP_LABELS:
            raise self.wrong("group", f"no group is called '{shortened(cells['group'])}'; there are {', '.join(GROUP_LABELS)}")
        if cells["flag"] not in FLAGS:
            raise self.wrong("flag", f"must be fit or check, not '{shortened(cells['flag'])}'")
        if cells["authorities"] not in ("yes", ""):
            raise self.wrong("authorities", f"must be yes or empty, not '{shortened(cells['authorities'])}'")
        if cells["authorities"] and cells["measure"] not in {field.name for field in fields(Area)}:
            raise self.wrong("authorities", f"authorities have no figure of {cells['measure']}")
        if cells["of"] and cells["of"] not in MEASURES:
            raise self.wrong("of", f"no measure is called '{shortened(cells['of'])}'{did_you_mean(cells['of'], list(MEASURES))}")
        if not cells["name"] or not cells["reason"]:
            raise self.wrong("reason", "a target needs a name, and a reason for its discrepancy")

    def _check_value(self, target: Target) -> None:
        in_percent = target.link == "logit"
        if not 0 <= target.value <= (100 if in_percent else LARGEST):
            right = "a percentage lies from 0 to 100" if in_percent else "a figure is not negative, nor larger than any published"
            raise self.wrong("value", f"cannot be {target.value:g}: {right}")
        if target.discrepancy > LARGEST:
            raise self.wrong("discrepancy", f"cannot be {target.discrepancy:g}: larger than any published figure")

    def _value(self, year: int | None, *, absent_is_wrong: bool) -> tuple[float | None, str]:
        """Return the figure and where it comes from; None if the year does not have it and that is no mistake."""
        cells = self.cells
        if cells["value"]:
            if not cells["source"]:
                raise self.wrong("source", "a value that is typed in needs its source")
            return self.number("value"), cells["source"]
        if cells["figure"]:
            return self._profile_share(cells["figure"])
        if year is None:
            raise self.wrong("year", "needs a year, or a value of its own")
        try:
            published = figures.england(year)
        except InputError as error:
            raise self.wrong("year", error.message) from None
        figure = published.get(cells["measure"])
        if figure is None:
            if not absent_is_wrong:
                return None, ""
            raise self.wrong("measure", f"England's figures of {year} do not hold {cells['measure']}")
        return figure.value, f"DfE {figure.year}, {figure.table}: {figure.column}"

    def _profile_share(self, text: str) -> tuple[float, str]:
        """Return the sum of some categories of a profile, in percent: ``profile cin_age: unborn + under_1``."""
        match = re.fullmatch(r"profile (\w+): (\w+(?: \+ \w+)*)", text)
        if match is None:
            raise self.wrong("figure", f"must be like 'profile cin_age: unborn + under_1', not '{shortened(text)}'")
        try:
            profile = figures.profile_values(match[1])
            chosen = [profile[category] for category in match[2].split(" + ")]
        except InputError as error:
            raise self.wrong("figure", error.message) from None
        except KeyError as unknown:
            raise self.wrong("figure", f"the profile {match[1]} has no category {unknown}") from None
        return 100 * sum_in_order(one.value for one in chosen), chosen[0].source

    def _discrepancy(self, value: float) -> float:
        cell = self.cells["discrepancy"]
        if not cell:
            return 0.0
        share = cell.endswith("%")
        try:
            size = number(cell.removesuffix("%"))
        except ValueError as error:
            raise self.wrong("discrepancy", f"{error}; write a number in the measure's unit or a share such as 2%") from None
        if not size >= 0:
            raise self.wrong("discrepancy", f"must not be negative, and is {shortened(cell)}")
        return abs(value) * size / 100 if share else size

    def _standard_error(self, target: Target) -> float:
        if self.cells["standard_error"]:
            stated = self.number("standard_error")
            if not 0 <= stated <= LARGEST:
                raise self.wrong("standard_error", f"must be 0 or more, and no larger than figures are, and is {stated:g}")
            return stated
        try:
            published = figures.england(target.year)
        except InputError as error:
            raise self.wrong("year", f"{error.message}; state the standard error") from None
        error_or_none = _sampling_error(
            target, lambda rate: published[rate].value if rate in published else None, published["population_0_17"].value
        )
        if error_or_none is None:
            raise self.wrong(
                "standard_error", "cannot be worked out: state it, or under 'of' the rate of what it is a percentage of"
            )
        return error_or_none


def _sampling_error(target: Target, rate_of: Callable[[str], float | None], population: float) -> float | None:
    """Return Poisson or binomial error from counts in so many children, None where the count is not known."""
    if target.link == "log" and MEASURES[target.measure].kind == "rate":
        count = target.value / 10_000 * population
        return target.value / math.sqrt(max(count, 1.0))
    if target.link == "logit" and target.of:
        rate = rate_of(target.of)
        if rate:
            count = max(rate / 10_000 * population, 1.0)
            p = min(max(target.value, 100 / count), 100 - 100 / count)
            return math.sqrt(p * (100 - p) / count)
    return None
