"""A run's folder, read once and checked, for figures and the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cinsim.errors import InputError

NATIONAL_CODE = "E92000001"
MEASURE_COLUMNS = ("scenario", "area_code", "area_name", "year", "draw", "replication", "measure", "group", "value")
DIFFERENCE_COLUMNS = ("scenario", "baseline", "measure", "year", "difference", "lower", "upper", "n")
WHOLE = ""


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
        return self.name.replace("_", " ").replace("-", " ").strip() or self.title


@dataclass(frozen=True)
class RunFolder:
    """What a run left behind.

    Attributes
    ----------
    arms : the scenarios in the order in which they were given; in a comparison the first is the baseline.
    measures : tidy values, one row a scenario, area, year, draw, replication, measure and group ("" for all children).
    differences, contributions, children_changed : None where the run has none.
    events : path of ``events.parquet``, None where the run has none.
    """

    path: Path
    manifest: Mapping[str, Any]
    arms: tuple[Arm, ...]
    measures: pd.DataFrame
    differences: pd.DataFrame | None
    contributions: pd.DataFrame | None
    children_changed: pd.DataFrame | None
    events: Path | None

    @property
    def compares(self) -> bool:
        """Whether there are at least two scenarios, so that differences can be told."""
        return len(self.arms) > 1

    @property
    def baseline(self) -> Arm:
        """The scenario the others are compared with, or the only one."""
        return self.arms[0]

    @property
    def years(self) -> list[int]:
        """The reporting years with results, in order."""
        return sorted(int(y) for y in self.measures["year"].unique())

    @property
    def areas(self) -> pd.DataFrame:
        """Codes and names of the areas, England left out where it stands beside authorities."""
        found = self.measures[["area_code", "area_name"]].drop_duplicates().reset_index(drop=True)
        return found[found["area_code"] != NATIONAL_CODE].reset_index(drop=True) if len(found) > 1 else found

    @property
    def replications(self) -> int:
        """Pairs of draw and replication in the fullest scenario."""
        pairs = self.measures[["scenario", "draw", "replication"]].drop_duplicates()
        return int(pairs.groupby("scenario").size().max())

    @property
    def draws(self) -> int:
        """Parameter draws; 1 means parameters were held at their point values."""
        return int(self.measures["draw"].nunique())

    @property
    def place(self) -> str:
        """The area in words."""
        areas = self.areas
        if len(areas) > 1:
            return f"{len(areas)} local authorities"
        name = str(areas["area_name"].iloc[0])
        return "an average English local authority" if areas["area_code"].iloc[0] == NATIONAL_CODE else name

    def whole_area(self, measure: str) -> pd.DataFrame:
        """Return scenario, year, draw, replication, value of a measure for all children and the whole area.

        Where several authorities were run, England's own row is used if there is one, else the mean of the authorities.
        """
        rows = self.measures[(self.measures["measure"] == measure) & (self.measures["group"] == WHOLE)]
        if rows["area_code"].nunique() > 1 and (rows["area_code"] == NATIONAL_CODE).any():
            rows = rows[rows["area_code"] == NATIONAL_CODE]
        keys = ["scenario", "year", "draw", "replication"]
        return rows.groupby(keys, sort=True)["value"].mean().reset_index()

    def has(self, measure: str) -> bool:
        """Whether the run holds a finite value of a measure for all children."""
        rows = self.measures[(self.measures["measure"] == measure) & (self.measures["group"] == WHOLE)]
        return bool(np.isfinite(rows["value"]).any())

    def by_area(self, measure: str, year: int) -> pd.DataFrame:
        """Return scenario, area_code, area_name, value (mean over replications) of each authority in one year."""
        m = self.measures
        rows = m[(m["measure"] == measure) & (m["group"] == WHOLE) & (m["year"] == year) & (m["area_code"] != NATIONAL_CODE)]
        return rows.groupby(["scenario", "area_code", "area_name"], sort=True)["value"].mean().reset_index()


def read_run(folder: Path) -> RunFolder:
    """Read a run's folder.

    Raises
    ------
    InputError : the folder, its manifest or its measures are missing, or a table lacks a column.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("there is no such run folder; give the folder that `cinsim run` or `cinsim compare` wrote", path=folder)
    manifest = _read_manifest(folder / "manifest.json")
    measures = _read_table(folder / "measures.csv", MEASURE_COLUMNS)
    measures["group"] = _groups(measures["group"])
    differences = _optional_table(folder / "differences.csv", DIFFERENCE_COLUMNS)
    if differences is not None:
        differences["group"] = _groups(differences["group"]) if "group" in differences else WHOLE
    changed, events = folder / "children_changed.parquet", folder / "events.parquet"
    return RunFolder(
        path=folder,
        manifest=manifest,
        arms=_arms(manifest, measures, differences),
        measures=measures,
        differences=differences,
        contributions=_optional_table(folder / "contributions.csv", ("part", "contribution")),
        children_changed=pd.read_parquet(changed) if changed.exists() else None,
        events=events if events.exists() else None,
    )


def _read_manifest(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise InputError("the run has no manifest; give a folder that a finished run wrote", path=path)
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as wrong:
        raise InputError(f"is not JSON: {wrong.msg}", path=path, line=wrong.lineno) from wrong
    if not isinstance(manifest, dict):
        raise InputError("must hold one JSON object", path=path)
    return manifest


def _read_table(path: Path, wanted: tuple[str, ...]) -> pd.DataFrame:
    if not path.exists():
        raise InputError("the run has no such table; give a folder that a finished run wrote", path=path)
    table = pd.read_csv(path, dtype={"scenario": str, "group": str, "area_code": str, "area_name": str, "measure": str})
    missing = [c for c in wanted if c not in table.columns]
    if missing:
        raise InputError(f"lacks the columns {', '.join(missing)}", path=path, line=1)
    if table.empty:
        raise InputError("holds no results", path=path)
    return table


def _optional_table(path: Path, wanted: tuple[str, ...]) -> pd.DataFrame | None:
    return _read_table(path, wanted) if path.exists() else None


def _groups(column: pd.Series) -> pd.Series:
    """All children are written "", "all" or left empty; make it one."""
    text = column.astype("object").where(column.notna(), WHOLE).astype(str)
    return text.where(text.str.lower() != "all", WHOLE)


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
