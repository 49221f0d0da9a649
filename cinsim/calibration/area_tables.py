"""The tables that a fit of authorities leaves: corrections, and every target as it comes out."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from cinsim.calibration.area_model import TIMES
from cinsim.calibration.authorities import AreaFits
from cinsim.calibration.emulation import Array
from cinsim.calibration.links import linked, slope, unlinked
from cinsim.calibration.pooling import WITHOUT_LEVER, beyond_of
from cinsim.calibration.ranges import FEWEST, NINETY
from cinsim.calibration.targets import Target, Targets
from cinsim.errors import InputError
from cinsim.files import existing, read_table
from cinsim.numerals import number
from cinsim.reference.area_fits import FIT_FILE
from cinsim.reference.areas import Area, find_area
from cinsim.reference.calibrated import PLUS as PLUS_COLUMN
from cinsim.reference.calibrated import TIMES as TIMES_COLUMN
from cinsim.reference.calibrated import read_corrections

AREAS_FILE: Final = "areas.csv"
# what authorities are judged by: measure, and whether its error is in points or in percent of the published figure
JUDGED: Final = {
    "referral_rate": "percent", "cin_plans_31_march_rate": "percent", "cpp_31_march_rate": "percent",
    "re_referral_percent": "points",
}  # fmt: skip


def column_of(parameter: str) -> str:
    """Return the column that holds a parameter's correction."""
    return f"{TIMES_COLUMN}{parameter}" if parameter in TIMES else f"{PLUS_COLUMN}{parameter.removeprefix('threshold_')}"


def correction_table(fits: AreaFits) -> pd.DataFrame:
    """Return one row an area: factors, threshold shifts, and the standard deviation of each (of a factor, of its logarithm)."""
    rows = []
    for place, area in enumerate(fits.areas):
        row: dict[str, object] = {"area_code": area.area_code, "area_name": area.area_name}
        spreads = np.sqrt(np.diag(fits.corrections.covariance[place]))
        for name, value in zip(fits.corrections.names, fits.corrections.values[place], strict=True):
            row[column_of(name)] = round(float(np.exp(value)) if name in TIMES else float(value), 4)
        for name, spread in zip(fits.corrections.names, spreads, strict=True):
            row[f"sd_{column_of(name)}"] = round(float(spread), 4)
        rows.append(row)
    return pd.DataFrame(rows)


def fit_table(fits: AreaFits) -> pd.DataFrame:
    """Return one row an area and figure: published, simulated with its standard error, and the 90% interval of the prediction.

    Figures that are only checked have no interval.
    """
    rows: list[dict[str, object]] = []
    for place, area in enumerate(fits.areas):
        for nth, target in enumerate(fits.targets[place]):
            mean, error = fits.simulated[place][nth], fits.simulated_error[place][nth]
            reach = NINETY * fits.predictive_error[place][nth]
            simulated, above, low, high = (
                float(unlinked(x, target.link)) for x in (mean, mean + error, mean - reach, mean + reach)
            )
            rows.append(
                {
                    **_row(area, target, simulated, above, "fit"), "low": round(low, 3), "high": round(high, 3),
                    "within": bool(low <= target.value <= high),
                }
            )  # fmt: skip
        for nth, target in enumerate(fits.checks[place] if fits.checks else ()):
            mean, error = fits.checked[place][nth], fits.checked_error[place][nth]
            simulated, above = (float(unlinked(x, target.link)) for x in (mean, mean + error))
            rows.append({**_row(area, target, simulated, above, "check"), "low": None, "high": None, "within": None})
    return pd.DataFrame(rows, columns=_FIT_COLUMNS)


_FIT_COLUMNS: Final = [
    "area_code", "area_name", "measure", "flag", "year", "published", "simulated", "simulated_error", "low", "high", "within",
]  # fmt: skip


def _row(area: Area, target: Target, simulated: float, above: float, flag: str) -> dict[str, object]:
    """Return what every row of the table of fits holds."""
    return {
        "area_code": area.area_code, "area_name": area.area_name, "measure": target.measure, "flag": flag, "year": target.year,
        "published": round(target.value, 3), "simulated": round(simulated, 3), "simulated_error": round(above - simulated, 3),
    }  # fmt: skip


def judged(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return for each measure the median and 90th percentile of absolute errors, and how often the 90% interval holds.

    Parameters
    ----------
    table : as from :func:`fit_table`; figures that stand in from earlier years are left out. Figures that are only checked
        have no interval, and NaN for how often it holds.
    """
    rows = []
    for measure, group in table[table["year"] == year].groupby("measure", sort=False):
        in_percent = str(measure).endswith("percent")
        unit = JUDGED.get(str(measure), "points" if in_percent else "days" if "_days_p" in str(measure) else "percent")
        apart = (group["simulated"] - group["published"]).abs()
        errors = 100 * apart / group["published"].where(group["published"] > 0) if unit == "percent" else apart
        rows.append(
            {
                "measure": measure, "areas": len(group), "unit": unit, "median_error": float(errors.median()),
                "p90_error": float(errors.quantile(0.9)), "within_90": float(pd.to_numeric(group["within"]).mean()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def write_areas(fits: AreaFits, folder: Path) -> None:
    """Write corrections and fits, replacing the rows of the same areas and keeping all others.

    Raises
    ------
    InputError : see :func:`write_fits`.
    """
    _added_to(folder / AREAS_FILE, correction_table(fits), ["area_code"])
    write_fits(fits, folder)


def write_fits(fits: AreaFits, folder: Path) -> None:
    """Write how figures come out, replacing those of the same areas and flag (fitted, or only checked) and keeping all others.

    Raises
    ------
    InputError : the rows on disk have other columns, so that the new ones cannot stand beside them.
    """
    _added_to(folder / FIT_FILE, fit_table(fits), ["area_code", "flag"])


def _added_to(path: Path, table: pd.DataFrame, keys: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file():
        before = pd.read_csv(path)
        if list(before.columns) != list(table.columns):
            raise InputError(
                "holds other columns than a fit has now, so that new rows cannot stand beside the old; name another folder, or "
                "move the file away and fit all authorities",
                path=path,
                key="--into",
            )
        new = set(table[keys].itertuples(index=False, name=None))
        stays = [key not in new for key in before[keys].itertuples(index=False, name=None)]
        table = table if not any(stays) else pd.concat([before[stays], table])
    table = table.sort_values(keys, ascending=[True, False][: len(keys)], kind="stable")  # what is fitted before what is not
    table.to_csv(path, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)


def read_fits(path: Path) -> pd.DataFrame:
    """Return what :func:`fit_table` wrote, as far as figures go: measure, year, published, simulated, simulated_error.

    Raises
    ------
    InputError : a column is missing, or a cell is not a number; names the line and the column.
    """
    columns = ("year", "published", "simulated", "simulated_error")
    rows: list[dict[str, object]] = []
    for row in read_table(path, needed=("measure", *columns), kind="table of fits (CSV)").rows:
        read: dict[str, object] = {"measure": row.cells["measure"]}
        for column in columns:
            try:
                # a target of a study has no year
                read[column] = number(row.cells[column]) if row.cells[column] or column != "year" else np.nan
            except ValueError as error:
                raise InputError(str(error), path=path, line=row.line, key=column) from None
        rows.append(read)
    return pd.DataFrame(rows, columns=["measure", *columns])


def known_corrections(folder: Path, names: tuple[str, ...]) -> Mapping[str, Array]:
    """Return the corrections on disk by old three-digit code, as neighbours use them; empty if there are none."""
    path, out = folder / AREAS_FILE, {}
    for code, correction in read_corrections(path).items():
        values = {name: float(np.log(value)) for name, value in correction.times.items()}
        values |= {f"threshold_{name}": value for name, value in correction.plus.items()}
        if any(name not in values for name in names):
            return {}
        try:
            area = find_area(code)
        except InputError as error:
            raise InputError(error.message, path=path, key="area_code") from None
        out[area.old_code] = np.array([values[name] for name in names])
    return out


def known_beyond(folder: Path, england: Targets) -> Mapping[str, float]:
    """Return how far the authorities on disk differ in figures without a lever, beyond errors and luck; linked, by target.

    Nothing of a figure that too few have, nor where no fit is on disk.
    """
    path = folder / FIT_FILE
    if not existing(path):
        return {}
    table, out = read_fits(path), {}
    for target in england:
        rows = table[(table["measure"] == target.measure) & (table["year"] == target.year)]
        if target.name not in WITHOUT_LEVER or len(rows) < FEWEST:
            continue
        published, simulated, with_error = (
            linked(values.to_numpy(), target.link)
            for values in (rows["published"], rows["simulated"], rows["simulated"] + rows["simulated_error"])
        )
        apart, luck = published - simulated, with_error - simulated
        own = (target.error * slope(target.value, target.link)) ** 2
        out[target.name] = beyond_of(apart, luck**2 + own)
    return out
