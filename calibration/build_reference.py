"""Build cinsim's reference tables from the files the Department for Education publishes.

    python calibration/build_reference.py FOLDER_OF_THE_RELEASE [--other FOLDER] [--out FOLDER]

Point it at the folder of a later release of "Children in need" to rebuild the tables on that year. ``docs/data.md`` says which
files are needed and where each column comes from.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from cinsim.errors import InputError
from cinsim.reference.published.agreement import disagreements
from cinsim.reference.published.files import Release
from cinsim.reference.published.tables import build_tables, write_tables


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build cinsim's reference tables from DfE's published CSV files.")
    parser.add_argument(
        "release", type=Path, help="folder with the CSV files of one release of 'Children in need' (a1_... to d7_...)"
    )
    parser.add_argument("--other", type=Path, help="folder with the other publications (default: 'other' beside the release)")
    parser.add_argument("--out", type=Path, help="where the tables go (default: into the package)")
    options = parser.parse_args(arguments)
    other = options.other if options.other is not None else options.release.resolve().parent / "other"
    out = options.out if options.out is not None else Path(str(files("cinsim.reference").joinpath("tables")))
    try:
        release = Release(options.release, other)
        tables = build_tables(release)
        doubts = disagreements(release)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    for doubt in doubts:
        print(f"look at this: {doubt}", file=sys.stderr)
    for path in write_tables(tables, out):
        rows = len(tables[path.stem])
        print(f"{path}: {rows:,} rows, {path.stat().st_size / 1000:,.0f} kB")
    print(
        f"reporting year {release.latest_year}; {int(tables['areas']['usable'].sum()) - 1} usable authorities and their average"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
