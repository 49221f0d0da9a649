"""Build cinsim's reference tables from the files the Department for Education publishes.

    python calibration/build_reference.py FOLDER_OF_THE_RELEASE [--other FOLDER] [--out FOLDER]

Point it at the folder of a later release of "Children in need" to rebuild the tables on that year. ``docs/data.md`` says which
files are needed and where each column comes from.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from cinsim.errors import InputError
from cinsim.reference.published.agreement import disagreements
from cinsim.reference.published.checks import check_release
from cinsim.reference.published.coverage import losses_said
from cinsim.reference.published.files import Release
from cinsim.reference.published.measures import not_published, published_file
from cinsim.reference.published.tables import build_tables, write_tables

WRONG_INPUT, FAILED = 2, 1
DESCRIPTION = """\
Build cinsim's four reference tables (areas, areas_by_year, england, profiles) from DfE's published CSV files, all or none.
Nothing is written unless every file, column, year and authority that the tables rest on is there once."""
EPILOG = """\
The folder of the release holds DfE's files as downloaded ("all files" of one release of "Children in need"); the other one
children_social_work_workforce..., children_looked_after..., ons_mid2020_single_year_of_age..., imd... and
statistical_neighbours.... Files are found by how their names begin. Columns may have the names of 2024's or 2025's release, and
rates need not be published: they are computed from the counts and the population estimates, and it is said which.

Exit status: 0 written; 2 something is wrong with the files, which is said by file, line and column; 1 another failure.

Example: python calibration/build_reference.py release_2025 --other other_publications --out tables"""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    other = options.other if options.other is not None else options.release.resolve().parent / "other"
    out = options.out if options.out is not None else Path(str(files("cinsim.reference").joinpath("tables")))
    try:
        return build(options.release, other, out)
    except InputError as error:
        print(error, file=sys.stderr)
        return WRONG_INPUT
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"the tables could not be written to {out}: {error}", file=sys.stderr)
        return FAILED
    except Exception as error:
        with tempfile.NamedTemporaryFile(
            "w", prefix="build_reference_", suffix=".txt", delete=False, encoding="utf-8"
        ) as details:
            traceback.print_exc(file=details)
        print(
            f"the tables could not be built from {options.release} and {other} ({type(error).__name__}: {error}); nothing was "
            f"written; please report it with {details.name}, which holds the details",
            file=sys.stderr,
        )
        return FAILED


def build(folder: Path, other: Path, out: Path) -> int:
    """Build the tables and say what was written, what was computed, and what to look at."""
    release = Release(folder, other)
    check_release(release)
    tables = build_tables(release)
    doubts = disagreements(release)
    for doubt in doubts:
        print(f"look at this: {doubt}", file=sys.stderr)
    for said in (*losses_said(release), *computed(release)):
        print(said)
    for path in write_tables(tables, out):
        rows = len(tables[path.stem])
        print(f"{path}: {rows:,} rows, {path.stat().st_size / 1000:,.0f} kB")
    print(
        f"reporting year {release.latest_year}; {int(tables['areas']['usable'].sum()) - 1} usable authorities and their average"
    )
    return 0


def computed(release: Release) -> list[str]:
    """Say, file by file, which figures are computed from counts because none is published beside them."""
    by_file: dict[str, list[str]] = {}
    for measure, source in not_published(release).items():
        by_file.setdefault(published_file(release, source.table).path.name, []).append(measure)
    return [
        f"{name} publishes none of these, so they are computed from its counts: {', '.join(m)}" for name, m in by_file.items()
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "release", type=Path, help="folder with the CSV files of one release of 'Children in need' (a1_... to d7_...)"
    )
    parser.add_argument("--other", type=Path, help="folder with the other publications (default: 'other' beside the release)")
    parser.add_argument("--out", type=Path, help="where the tables go (default: into the package)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
