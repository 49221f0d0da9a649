"""A return read from a folder of the eleven tables as CSV, as the sector's validators and `cinsim census export` write them."""

from __future__ import annotations

from pathlib import Path

from cinsim.census.raw import (
    LARGEST_BYTES,
    LARGEST_CHILDREN,
    LARGEST_ROWS,
    LONGEST_TEXT,
    MISSING,
    Columns,
    RawReturn,
    empty_tables,
    known_names,
    plainly,
    refuse_without,
)  # fmt: skip
from cinsim.census.shape import KEYS, NEEDED, NEVER_EMPTY, TABLES
from cinsim.errors import InputError
from cinsim.spreadsheets import kind_of, limited_lines, read_table


def table_files(folder: Path) -> dict[str, Path]:
    """Return the CSV files of a return's tables by the tables' names, in whatever case they are written.

    Raises
    ------
    InputError : two files are of one table, or the folder cannot be read.
    """
    known = known_names(TABLES)
    found: dict[str, Path] = {}
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() == ".csv" and file.is_file())
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=folder) from error
    for file in files:
        name = known.get(plainly(file.stem))
        if name is None:
            continue
        if name in found:
            raise InputError(f"holds {found[name].name} and {file.name}, of one table; leave one of them", path=folder)
        found[name] = file
    return found


def read_folder(folder: Path) -> RawReturn:
    """Read ``<table>.csv`` of each table; of those that are absent there are no rows.

    Raises
    ------
    InputError : a table that every return has is not there, or one is malformed; the message says where.
    """
    found = table_files(folder)
    needed = [name for name in NEEDED if name not in found]
    if needed:
        raise InputError(
            f"holds no {', '.join(f'{name}.csv' for name in needed)}; a folder of the eleven tables was expected, as "
            "`cinsim census export --tables` writes them", path=folder,
        )  # fmt: skip
    size = sum(file.stat().st_size for file in found.values())
    if size > LARGEST_BYTES:
        raise InputError(f"holds {size / 2**20:,.0f} MB of tables, more than any authority's return", path=folder)
    ours = set(found.values())
    others = tuple(sorted(file.name for file in folder.iterdir() if file not in ours and not file.name.startswith(".")))
    raw = RawReturn(folder, empty_tables(), others=others, form="tables")
    for name, file in found.items():
        _read_table(raw, name, file)
    if "AssessmentFactorsList" not in found:
        _factors_from_assessments(raw.tables["Assessments"], raw.tables["AssessmentFactorsList"])
    raw.absent = tuple(name for name in TABLES if name not in found)
    return raw


def _read_table(raw: RawReturn, name: str, file: Path) -> None:
    """Read one table's file into a return."""
    columns = TABLES[name]
    known = known_names(columns)
    most = LARGEST_CHILDREN if name == "ChildIdentifiers" else LARGEST_ROWS
    read = 0
    try:
        with file.open("rb") as start:
            kind = kind_of(file, start.read(2_000))
        if kind:
            raise InputError(f"is {kind}, not a CSV table; save it as 'CSV UTF-8'", path=file)
        with file.open(encoding="utf-8-sig", newline="") as text:
            names, rows = read_table(
                limited_lines(text, file, "a table of a return"), file,
                name_of=lambda written: known.get(plainly(written), written.strip()),
                never_empty=(*(key for key in KEYS if key in columns), *NEVER_EMPTY.get(name, ())),
            )  # fmt: skip
            _check_columns(raw, name, names, file)
            place = {column: names.index(column) for column in columns if column in names}
            out = raw.tables[name]
            same: dict[str, str] = {}
            for _, row in rows:
                read += 1
                if read > most:
                    raise InputError(f"holds more than {most:,} rows, more than any authority's return", path=file)
                for column, values in out.items():
                    value = row[place[column]] if column in place else ""
                    if value in MISSING or value == "None":  # but NONE is a code of Disability
                        value = ""
                    values.append(same.setdefault(value, value) if len(value) <= 12 else value[:LONGEST_TEXT])
    except UnicodeDecodeError as error:
        raise InputError("is not in UTF-8; save it as 'CSV UTF-8'", path=file, line=read + 2) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=file) from error


def _check_columns(raw: RawReturn, name: str, names: list[str], file: Path) -> None:
    """Note which columns a table has not, and which it has that are not of the census.

    Raises
    ------
    InputError : it has none of its keys, or none that decides what a row of a needed table is.
    """
    columns = TABLES[name]
    if not any(names):
        raise InputError("is empty; its first line must name the columns. Take it out if there is no such table", path=file)
    keys = [key for key in KEYS if key in columns and key not in names]
    if keys:
        raise InputError(f"has no column {' and no column '.join(keys)}; its first line must name the columns", path=file, line=1)
    unknown = [column for column in names if column and column not in columns]
    for column in unknown:
        raw.ignored[column] = raw.ignored.get(column, 0) + 1
    missing = tuple(column for column in columns if column not in names)
    refuse_without(name, missing, unknown, file)
    if missing:
        raw.missing[name] = missing


def _factors_from_assessments(assessments: Columns, factors: Columns) -> None:
    """Fill the list of factors from the column of the assessments, ``1A,2B`` or ``['1A', '2B']``."""
    keys = ("LAchildID", "CINdetailsID", "AssessmentID")
    for *key, text in zip(*(assessments[name] for name in (*keys, "AssessmentFactors")), strict=True):
        for code in text.strip("[]").replace("'", "").replace('"', "").split(","):
            if code.strip():
                for name, value in zip((*keys, "AssessmentFactor"), (*key, code.strip()), strict=True):
                    factors[name].append(value)
