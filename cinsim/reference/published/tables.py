"""All reference tables at once, and writing them whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cinsim.reference.published.authorities import build_areas, build_areas_by_year
from cinsim.reference.published.england import build_england
from cinsim.reference.published.files import Release
from cinsim.reference.published.profiles import build_profiles


def build_tables(release: Release) -> dict[str, pd.DataFrame]:
    """Return the tables by name: areas, areas_by_year, england, profiles.

    Raises
    ------
    InputError : a file, column, row or year is missing, or a cell holds an unknown symbol; the message names the place.
    """
    return {
        "areas": build_areas(release),
        "areas_by_year": build_areas_by_year(release),
        "england": build_england(release),
        "profiles": build_profiles(release),
    }


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table as ``<name>.csv``; all are written aside before the first is renamed into place."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = {}
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        aside[path] = folder / f".{name}.csv.part"
        table.to_csv(aside[path], index=False, lineterminator="\n", encoding="utf-8")
    for path, part in aside.items():
        os.replace(part, path)
    return list(aside)
