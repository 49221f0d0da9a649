"""A run's folder, read once and checked, for figures and the page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Set
from csv import reader
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute, csv

from cinsim.errors import InputError
from cinsim.listing import whole_file
from cinsim.outcomes.compare import differences
from cinsim.reference.areas import ENGLAND_CODE
from cinsim.report.labels import SHOWN_AS, USED, listed
from cinsim.report.together import NEEDED, GroupSums, is_whole
from cinsim.runs.manifest import MANIFEST, read_manifest

MEASURE_COLUMNS = ("scenario", "area_code", "area_name", "year", "draw", "replication", "measure", "group", "value")
NATIONAL_COLUMNS = ("area_level", "area_code", "area_name", "scenario", "year", "draw", "replication", "measure", "value")
DIFFERENCE_COLUMNS = (
    "scenario", "baseline", "area_code", "year", "measure", "group", "difference", "lower", "upper", "n", "baseline_mean",
    "chance_share", "verdict", "replications_needed",
)  # fmt: skip
TABLES = (
    "measures.csv", "differences.csv", "national.csv", "contributions.csv", "children_changed.parquet", "events.parquet",
)  # fmt: skip
"""What the page and its figures are drawn from."""
_TEXT_COLUMNS = frozenset({"scenario", "baseline", "area_level", "area_code", "area_name", "measure", "group", "verdict"})
_WHOLE_NUMBERS = frozenset({"year", "draw", "replication", "n"})
WHOLE = ""
_ABBREVIATIONS = frozenset({"cin", "cpp", "la", "imd", "fte"})
_VALUES = ("value", "difference", "lower", "upper", "baseline_mean", "contribution", "alone", "last", "interaction")
_FEW_ENOUGH_TO_NAME = 3


@dataclass(frozen=True, slots=True)
class Arm:
    """One scenario of a run: its name in the tables, and what its file said once resolved."""

    name: str
    title: str
    question: str
    resolved: Mapping[str, Any]

    @property
    def label(self) -> str:
        """The name as words, short enough for an axis."""
        words = self.name.replace("_", " ").replace("-", " ").split()
        return " ".join(word.upper() if word in _ABBREVIATIONS else word for word in words) or self.title

    @property
    def named(self) -> str:
        """The label as a sentence has it."""
        return f"the {self.label}" if self.label == "baseline" else self.label


@dataclass(frozen=True)
class RunFolder:
    """What a run left behind.

    Attributes
    ----------
    arms : the scenarios in the order in which they were given; in a comparison the first is the baseline.
    measures : tidy values, one row a scenario, area, year, draw, replication, measure and group ("" for all children); of
        several authorities, groups are those of all of them together and stand under England's code.
    differences : of a comparison, of the whole area (with several authorities, of their mean).
    contributions, children_changed : None where the run has none.
    events : path of ``events.parquet``, None where the run has none.
    regions : rows of ``national.csv`` of the regions, None where the run has none; England's stand among the measures.
    of_authorities : of a comparison of several authorities, the differences of each.
    """

    path: Path
    manifest: Mapping[str, Any]
    arms: tuple[Arm, ...]
    measures: pd.DataFrame
    differences: pd.DataFrame | None
    contributions: pd.DataFrame | None
    children_changed: pd.DataFrame | None
    events: Path | None
    regions: pd.DataFrame | None = None
    of_authorities: pd.DataFrame | None = None

    @property
    def compares(self) -> bool:
        """Whether there are at least two scenarios, so that differences can be told."""
        return len(self.arms) > 1

    @property
    def baseline(self) -> Arm:
        """The scenario the others are compared with, or the only one."""
        return self.arms[0]

    @cached_property
    def years(self) -> list[int]:
        """The reporting years with results, in order."""
        return sorted(int(y) for y in self.measures["year"].unique())

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Codes and names of the areas, England left out where it stands beside authorities."""
        found = self.measures[["area_code", "area_name"]].drop_duplicates().reset_index(drop=True)
        return found[found["area_code"] != ENGLAND_CODE].reset_index(drop=True) if len(found) > 1 else found

    @cached_property
    def replications(self) -> int:
        """Pairs of draw and replication in the fullest scenario."""
        pairs = self.measures[["scenario", "draw", "replication"]].drop_duplicates()
        return int(pairs.groupby("scenario").size().max())

    @cached_property
    def draws(self) -> int:
        """Parameter draws; 1 means parameters were held at their point values."""
        return int(self.measures["draw"].nunique())

    @cached_property
    def place(self) -> str:
        """The area in words."""
        areas = self.areas
        if 1 < len(areas) <= _FEW_ENOUGH_TO_NAME:
            return listed([str(name) for name in areas["area_name"]])
        if len(areas) > 1:
            return f"{len(areas)} local authorities"
        name = str(areas["area_name"].iloc[0])
        return "an average English local authority" if areas["area_code"].iloc[0] == ENGLAND_CODE else name

    @cached_property
    def differences_by_cell(self) -> dict[tuple[str, int, str], dict[str, dict[Hashable, Any]]]:
        """The rows of ``differences`` by measure, year and group, and within that by scenario."""
        cells: dict[tuple[str, int, str], dict[str, dict[Hashable, Any]]] = {}
        for row in [] if self.differences is None else self.differences.to_dict("records"):
            cells.setdefault((row["measure"], int(row["year"]), row["group"]), {})[str(row["scenario"])] = row
        return cells

    @cached_property
    def _whole_rows(self) -> dict[str, pd.DataFrame]:
        """The rows of all children, by measure."""
        whole = self.measures[self.measures["group"] == WHOLE]
        return {str(measure): rows for measure, rows in whole.groupby("measure", sort=False)}

    def whole_area(self, measure: str) -> pd.DataFrame:
        """Return scenario, year, draw, replication, value of a measure for all children and the whole area.

        Where several authorities were run, that of all their children together is used, else the mean of the authorities
        (of medians and other percentiles, which do not add up).
        """
        rows = self._whole_rows.get(measure, self.measures.iloc[:0])
        if rows["area_code"].nunique() > 1 and (rows["area_code"] == ENGLAND_CODE).any():
            rows = rows[rows["area_code"] == ENGLAND_CODE]
        keys = ["scenario", "year", "draw", "replication"]
        return rows.groupby(keys, sort=True)["value"].mean().reset_index()

    def has(self, measure: str) -> bool:
        """Whether the run holds a finite value of a measure for all children."""
        return measure in self._whole_rows and bool(np.isfinite(self._whole_rows[measure]["value"]).any())

    def by_area(self, measure: str, year: int) -> pd.DataFrame:
        """Return scenario, area_code, area_name, value (mean over replications) of each authority in one year."""
        m = self._whole_rows.get(measure, self.measures.iloc[:0])
        rows = m[(m["year"] == year) & (m["area_code"] != ENGLAND_CODE)]
        return rows.groupby(["scenario", "area_code", "area_name"], sort=True)["value"].mean().reset_index()


def read_run(folder: Path) -> RunFolder:
    """Read a run's folder: of its measures, those that the page and its figures use.

    Raises
    ------
    InputError : the folder, its manifest or its measures are missing, a table is not as the run wrote it, or lacks a column.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("there is no such run folder; give the folder that `cinsim run` or `cinsim compare` wrote", path=folder)
    manifest = _read_manifest(folder / MANIFEST)
    files = manifest["files"]
    there = {name: whole_file(folder, files, name) for name in TABLES if name in files}
    if "measures.csv" not in there:
        raise InputError("the run has no such table; give a folder that a finished run wrote", path=folder / "measures.csv")
    codes = _areas_of(manifest, folder / MANIFEST)
    several = len(codes) > 1
    asked = _asked(manifest)
    groups = GroupSums() if several and ENGLAND_CODE not in codes else None
    measures = _read_measures(there["measures.csv"], MEASURE_COLUMNS, asked, several=several, groups=groups)
    if groups is not None:
        measures = pd.concat([measures, groups.frame(f"{len(codes)} local authorities")], ignore_index=True)
    compared = there.get("differences.csv")
    differences = _read_measures(compared, DIFFERENCE_COLUMNS, asked, several=several) if compared else None
    regions = None
    if "national.csv" in there:
        national = _read_national(there["national.csv"], asked)
        regions = national[national["area_level"] == "region"].reset_index(drop=True)
        if ENGLAND_CODE not in codes:  # else England's average authority was run beside others
            england = national[national["area_level"] == "england"].assign(group=WHOLE)
            measures = pd.concat([measures, england[list(MEASURE_COLUMNS)]], ignore_index=True)
    contributions, changed = there.get("contributions.csv"), there.get("children_changed.parquet")
    run = RunFolder(
        path=folder,
        manifest=manifest,
        arms=_arms(manifest, measures, differences),
        measures=measures,
        differences=differences,
        contributions=_read_contributions(contributions) if contributions else None,
        children_changed=pd.read_parquet(changed) if changed else None,
        events=there.get("events.parquet"),
        regions=regions,
    )
    if len(run.areas) < 2 or not run.compares:
        return run
    return replace(run, differences=_overall_differences(run), of_authorities=differences)


def _asked(manifest: Mapping[str, Any]) -> set[str]:
    """Return the measures that scenarios name: those that answer their question, and those by whose count a policy costs."""
    asked: set[str] = set()
    for scenario in manifest["scenarios"]:
        asked |= set(scenario.get("outcomes") or ())
        asked |= {str(cost["per"]) for cost in (scenario.get("costs") or {}).get("policy") or ()}
    return asked


def _overall_differences(run: RunFolder) -> pd.DataFrame:
    """Return the differences of all authorities together, as ``differences.csv`` gives those of each authority."""
    whole = [run.whole_area(m).assign(measure=m, group=WHOLE) for m in sorted(set(run.measures["measure"]))]
    of_groups = run.measures[(run.measures["group"] != WHOLE) & (run.measures["area_code"] == ENGLAND_CODE)]
    rows = pd.concat([*whole, of_groups], ignore_index=True).assign(area_code="all", area_name=run.place)
    is_baseline = rows["scenario"] == run.baseline.name
    return differences(rows[is_baseline], rows[~is_baseline])


def _read_manifest(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise InputError("the run has no manifest; give a folder that a finished run wrote", path=path)
    return read_manifest(path)


def _areas_of(manifest: Mapping[str, Any], path: Path) -> list[str]:
    codes = [str(area["area_code"]) for area in manifest.get("areas") or []]
    if not codes:
        raise InputError("names no areas; give a folder that a finished run wrote", path=path, key="areas")
    return codes


def _read_measures(
    path: Path, wanted: tuple[str, ...], asked: Set[str], *, several: bool, groups: GroupSums | None = None
) -> pd.DataFrame:
    """Read a tidy table piece by piece, keeping the measures the page uses; with many authorities it is large.

    Of several authorities, groups are kept of England's average one alone; the others' are added up in ``groups``.
    """
    options = _columns_of(path, wanted)
    used = pa.array(sorted(USED | NEEDED | asked))
    pieces = []
    try:
        with csv.open_csv(path, convert_options=options) as file_pieces:
            for piece in file_pieces:
                kept = piece.filter(compute.is_in(piece["measure"], value_set=used))
                if groups is not None:
                    groups.add(kept)
                pieces.append(kept.filter(_whole_or_national(kept)) if several else kept)
    except pa.ArrowInvalid as wrong:
        raise InputError(f"cannot be read: {wrong}", path=path) from wrong
    table = pa.Table.from_batches(pieces).to_pandas() if pieces else pd.DataFrame(columns=list(wanted))
    if table.empty:
        raise InputError("holds no results", path=path)
    table = _as_shown(table)
    # all children are written "", "all" or left empty; make it one
    table["group"] = table["group"].fillna(WHOLE).where(table["group"] != "all", WHOLE)
    return table


def _columns_of(path: Path, wanted: tuple[str, ...]) -> csv.ConvertOptions:
    """Return how a table's columns are read, once it is known to have them."""
    if not path.exists():
        raise InputError("the run has no such table; give a folder that a finished run wrote", path=path)
    with path.open(encoding="utf-8", newline="") as file:
        header = next(reader(file), [])
    if missing := [column for column in wanted if column not in header]:
        raise InputError(f"lacks the columns {', '.join(missing)}", path=path, line=1)
    kinds = {column: pa.string() if column in _TEXT_COLUMNS else pa.float64() for column in wanted}
    kinds |= dict.fromkeys(_WHOLE_NUMBERS & set(wanted), pa.int64())
    return csv.ConvertOptions(column_types=kinds, include_columns=list(wanted), null_values=["", "nan", "NaN"])


def _read_national(path: Path, asked: Set[str]) -> pd.DataFrame:
    try:
        table = csv.read_csv(path, convert_options=_columns_of(path, NATIONAL_COLUMNS))
    except pa.ArrowInvalid as wrong:
        raise InputError(f"cannot be read: {wrong}", path=path) from wrong
    return _as_shown(table.filter(compute.is_in(table["measure"], value_set=pa.array(sorted(USED | asked)))).to_pandas())


def _as_shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its values in the units in which the page shows them."""
    factors = table["measure"].map(SHOWN_AS).fillna(1.0)
    return table.assign(**{column: table[column] * factors for column in _VALUES if column in table})


def _whole_or_national(piece: pa.RecordBatch) -> pa.Array:
    return compute.or_(is_whole(piece), compute.equal(piece["area_code"], ENGLAND_CODE))


def _read_contributions(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path)
    if missing := [column for column in ("part", "contribution") if column not in table]:
        raise InputError(f"lacks the columns {', '.join(missing)}", path=path, line=1)
    return _as_shown(table) if "measure" in table else table


def _arms(manifest: Mapping[str, Any], measures: pd.DataFrame, differences: pd.DataFrame | None) -> tuple[Arm, ...]:
    """Order the scenarios as the manifest gives them, or with the baseline first where it names none."""
    stored = manifest.get("scenarios", manifest.get("scenario", []))
    if isinstance(stored, Mapping):
        is_one = "title" in stored or "name" in stored
        stored = [stored] if is_one else [{"name": name, **body} for name, body in stored.items()]
    resolved = {str(s.get("name", "")): s for s in stored}
    in_tables = list(dict.fromkeys(measures["scenario"].astype(str)))
    if len(resolved) == 1 and len(in_tables) == 1:
        resolved = {in_tables[0]: next(iter(resolved.values()))}
    names = [n for n in resolved if n in in_tables] + [n for n in in_tables if n not in resolved]
    if differences is not None and not differences.empty:
        first = str(differences["baseline"].iloc[0])
        names = [n for n in names if n == first] + [n for n in names if n != first]
    return tuple(
        Arm(n, str(resolved.get(n, {}).get("title") or n.replace("_", " ")), str(resolved.get(n, {}).get("question") or ""),
            resolved.get(n, {}))
        for n in names
    )  # fmt: skip
