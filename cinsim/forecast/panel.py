"""Published series of England and its authorities, made ready for the statistical model.

What is done about breaks in recording and in boundaries:

- A new code with the same children is the same authority (``cinsim.reference.boundaries.RECODED``).
- An authority that was split off has the rates and percentages of the former one as its history. Its first year's share of
  re-referrals is left out: its register did not know yet whom the former one had referred.
- What was not published (Hackney 2021 and 2022, Hampshire 2024) is missing, and the next years are forecast over the gap.
- Hampshire and the Isle of Wight record re-referrals and referrals without further action differently from others; their
  forecasts are of what they record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cinsim.errors import InputError
from cinsim.forecast.measures import MEASURES, PER, Array, ForecastMeasure, on_scale
from cinsim.reference.areas import ENGLAND_CODE
from cinsim.reference.boundaries import FORMER, FormerAuthority

TYPICAL_CHILDREN: Final = 60_000.0
LATE_MONTHS: Final = ("referrals_january_to_march_percent", "referrals_october_to_march_percent")
LONDON: Final = ("Inner London", "Outer London")
REGISTER_BEGINS: Final = "re_referral_percent"
"""The measure that an authority's first year understates."""
POPULATION: Final = "population_0_17"
_TABLES: Final = {
    "areas": ("area_code", "area_name", "region", "usable", "imd_score"),
    "areas_by_year": ("area_code", "measure", "year", "value"),
    "england": ("measure", "year", "value"),
}


@dataclass(frozen=True)
class Panel:
    """Series of authorities by year; an authority a row, a year a column, NaN where nothing was published.

    Parameters
    ----------
    codes, years : of rows and columns.
    figures : by measure, as published of the authority itself: counts, percentages, cases per case holder.
    series : by measure, on its scale, with the history of the authority that another was split off.
    children : aged 0-17.
    late : for each of ``LATE_MONTHS``, the logarithm of the share of the year's referrals over England's.
    deprivation : score of the Index of Multiple Deprivation, one an authority. london : 1 in London, else 0.
    first, last : the years in which each authority is there.
    """

    codes: tuple[str, ...]
    years: range
    figures: Mapping[str, Array]
    series: Mapping[str, Array]
    children: Array
    late: tuple[Array, ...]
    deprivation: Array
    london: Array
    first: tuple[int, ...]
    last: tuple[int, ...]

    @property
    def size(self) -> Array:
        """Logarithm of the number of children over that of a typical authority."""
        return np.log(self.children / TYPICAL_CHILDREN)

    def until(self, year: int) -> Panel:
        """Return what was known when the figures of ``year`` were published, of the authorities that there were.

        Raises
        ------
        InputError : the year is not among those published, or hardly any came before it.
        """
        if year not in self.years or year - self.years[0] < 2:
            raise InputError(f"there are figures of {self.years[0]} to {self.years[-1]}, of which a forecast needs three years")
        rows = [row for row, (first, last) in enumerate(zip(self.first, self.last, strict=True)) if first <= year <= last]
        kept = slice(0, year - self.years[0] + 1)
        return Panel(
            tuple(self.codes[row] for row in rows), self.years[kept],
            {name: table[rows, kept] for name, table in self.figures.items()},
            {name: table[rows, kept] for name, table in self.series.items()},
            self.children[rows, kept], tuple(table[rows, kept] for table in self.late),
            self.deprivation[rows], self.london[rows],
            tuple(self.first[row] for row in rows), tuple(self.last[row] for row in rows),
        )  # fmt: skip


@dataclass(frozen=True)
class National:
    """England's series: by measure, figures (counts, percentages, cases) and values on the measure's scale, by year."""

    years: range
    figures: Mapping[str, Array]
    series: Mapping[str, Array]
    children: Array

    def until(self, year: int) -> National:
        """Return what was known when the figures of ``year`` were published."""
        kept = slice(0, year - self.years[0] + 1)
        cut = [{name: values[kept] for name, values in one.items()} for one in (self.figures, self.series)]
        return National(self.years[kept], cut[0], cut[1], self.children[kept])


def read_series(folder: Path | None = None) -> tuple[Panel, National]:
    """Return the series of authorities and of England.

    Parameters
    ----------
    folder : of reference tables as ``calibration/build_reference.py`` writes them; the package's own when None.

    Raises
    ------
    InputError : a table is not there, or lacks a column, a measure or a year.
    """
    areas, by_year, england = (_read(name, folder) for name in _TABLES)
    of_england = by_year.iloc[:0].reindex(range(len(england))).assign(area_code=ENGLAND_CODE)
    of_england[["measure", "year", "value"]] = england[["measure", "year", "value"]].to_numpy()
    everything = pd.concat([by_year, of_england.astype(by_year.dtypes.to_dict())], ignore_index=True)
    years = range(int(by_year["year"].min()), int(by_year["year"].max()) + 1)
    wide = {
        str(measure): rows.pivot(index="area_code", columns="year", values="value").reindex(columns=list(years))
        for measure, rows in everything.groupby("measure")
    }
    wanted = [POPULATION, *LATE_MONTHS, *(measure.published for measure in MEASURES.values())]
    missing = [name for name in wanted if name not in wide or ENGLAND_CODE not in wide[name].index]
    if missing:
        raise InputError(
            f"no figures of {', '.join(missing)}; rebuild the tables with calibration/build_reference.py", path=folder
        )
    return _panel(areas, wide, years), _national(wide, years)


def _read(name: str, folder: Path | None) -> pd.DataFrame:
    path = Path(str(files("cinsim.reference").joinpath("tables"))) / f"{name}.csv" if folder is None else folder / f"{name}.csv"
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read as a table: {error}", path=path) from error
    lacking = [column for column in _TABLES[name] if column not in table.columns]
    if lacking:
        raise InputError(f"lacks the columns {', '.join(lacking)}; is it one of calibration/build_reference.py?", path=path)
    return table


def _figures(measure: ForecastMeasure, published: Array, children: Array) -> Array:
    return np.round(published * children / PER) if measure.counted else published


def _panel(areas: pd.DataFrame, wide: Mapping[str, pd.DataFrame], years: range) -> Panel:
    listed = areas[areas["usable"].astype(bool) & (areas["area_code"] != ENGLAND_CODE)].set_index("area_code")
    there = wide[POPULATION].index
    former = [one for one in FORMER if one.area_code in there]
    codes = [*listed.index, *(one.area_code for one in former)]
    children = wide[POPULATION].reindex(codes).to_numpy()
    referrals = wide[MEASURES["referrals"].published].reindex(codes)
    first = [_first_year(row, years) for row in referrals.notna().to_numpy()]
    last = [*(years[-1] for _ in listed.index), *(one.last_year for one in former)]
    origin = {code: one for one in former for code in one.successors if len(one.successors) > 1}
    series, figures = {}, {}
    for name, measure in MEASURES.items():
        published = wide[measure.published].reindex(codes).to_numpy()
        figures[name] = _figures(measure, published, children)
        z = on_scale(published, measure.scale, children)
        series[name] = _with_history(z, codes, origin, first, years, name == REGISTER_BEGINS)
    national = [wide[name].loc[ENGLAND_CODE].to_numpy() for name in LATE_MONTHS]
    late = tuple(np.log(wide[name].reindex(codes).to_numpy() / whole) for name, whole in zip(LATE_MONTHS, national, strict=True))
    scores = areas.set_index("area_code")["imd_score"].astype(float)
    after = {one.area_code: scores.reindex(list(one.successors)).mean() for one in former}
    deprivation = np.array([scores[code] if code in scores.index else after[code] for code in codes])
    london = listed["region"].isin(LONDON).reindex(codes, fill_value=False).to_numpy().astype(np.float64)
    return Panel(tuple(codes), years, figures, series, children, late, deprivation, london, tuple(first), tuple(last))


def _first_year(published: Array, years: range) -> int:
    return years[int(np.argmax(published))] if published.any() else years[-1] + 1


def _with_history(
    z: Array, codes: list[str], origin: Mapping[str, FormerAuthority], first: list[int], years: range, register: bool
) -> Array:
    """Return series with those of the former authorities before; ``register`` leaves out an authority's first year."""
    out = z.copy()
    for code, former in origin.items():
        if code not in codes:
            continue
        row, begins = codes.index(code), first[codes.index(code)]
        before = [place for place, year in enumerate(years) if year < begins]
        out[row, before] = z[codes.index(former.area_code), before]
        if register and begins in years:
            out[row, begins - years[0]] = np.nan
    return out


def _national(wide: Mapping[str, pd.DataFrame], years: range) -> National:
    children = wide[POPULATION].loc[ENGLAND_CODE].to_numpy()
    published = {name: wide[measure.published].loc[ENGLAND_CODE].to_numpy() for name, measure in MEASURES.items()}
    figures = {name: _figures(MEASURES[name], values, children) for name, values in published.items()}
    series = {name: on_scale(values, MEASURES[name].scale, children) for name, values in published.items()}
    return National(years, figures, series, children)
