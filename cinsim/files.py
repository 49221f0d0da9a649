"""Files of the user, read whole: regular files of a stated size, as bytes, text, JSON or a table; anything else is refused.

Every reader of a small file stands on this one, so that what cannot be read is told in the same words everywhere: a file that
is missing, a folder, a device or pipe, larger than any such file is, unreadable, not UTF-8, not JSON, or a table whose rows do
not fit its first line.
"""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from cinsim.characters import refused_character
from cinsim.errors import InputError, quoted, shortened
from cinsim.spelling import did_you_mean
from cinsim.spreadsheets import kind_of

MOST_BYTES: Final = 100_000_000
"""The largest file that is read whole unless its reader says otherwise."""
_MOST_NAMES: Final = 2_000
_DEEPEST_JSON: Final = 100


def existing(path: Path, *, kind: str = "file") -> bool:
    """Return whether something stands at a path; one that no system can hold is refused.

    Raises
    ------
    InputError : the path holds a null character, is too long, goes through a ring of links, or cannot be looked at.
    """
    return _status(path, kind) is not None


def _status(path: Path, kind: str) -> Any:
    """Return what the system says of a path, None where nothing stands there."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeError:
        raise InputError(f"cannot be the path of a {kind}: it holds characters that no path can", path=path) from None
    except ValueError:
        raise InputError(f"cannot be the path of a {kind}: it holds a null character", path=path) from None
    except (OSError, RuntimeError) as error:  # too long, a ring of links, a folder that may not be entered
        said = getattr(error, "strerror", None) or error
        raise InputError(f"cannot be read: {said}", path=path) from None


def resolved(path: Path) -> Path:
    """Return a path without links and dots.

    Raises
    ------
    InputError : no system can hold such a path, or it goes round in a ring of links.
    """
    _status(path, "file")
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(f"cannot be read: {getattr(error, 'strerror', None) or error}", path=path) from None


def read_bytes(path: Path, *, kind: str = "file", most: int = MOST_BYTES) -> bytes:
    """Return what a regular file holds; nothing else is opened, and no more than ``most`` bytes are read.

    Parameters
    ----------
    kind : what the file should be, for messages, e.g. ``scenario file``.

    Raises
    ------
    InputError : it is missing, a folder, a device or pipe, too large or unreadable.
    """
    status = _status(path, kind)
    if status is None:
        raise InputError(f"there is no such file{_nearest_beside(path)}", path=path)
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"is a folder, not a {kind}", path=path)
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"is a device or a pipe, not a file; save it as a {kind} first", path=path)
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)  # and not its size, which a file that grows or of the system does not tell
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from None
    if len(content) > most:
        raise InputError(f"holds more than {most:,} bytes: too large for a {kind}", path=path)
    return content


def _nearest_beside(path: Path) -> str:
    """Return a hint of a file in the same folder."""
    try:
        beside = sorted(file.name for file in islice(path.parent.iterdir(), _MOST_NAMES) if file.is_file())
    except (OSError, ValueError):
        return ""
    return did_you_mean(path.name, beside)


def read_text(path: Path, *, kind: str = "text file", most: int = MOST_BYTES) -> str:
    """Return a file's text, which is UTF-8; a byte order mark is no part of it.

    Raises
    ------
    InputError : see :func:`read_bytes`, or it is not UTF-8.
    """
    return decoded(read_bytes(path, kind=kind, most=most), path)


def decoded(content: bytes, path: Path | str) -> str:
    """Return bytes of a file as text.

    Raises
    ------
    InputError : they are not UTF-8; names the line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if known := kind_of(Path(path), content[:2_000]):
            raise InputError(f"is {known}, not a text file; save it as UTF-8 text (a table as CSV UTF-8)", path=path) from None
        line = content[: error.start].count(b"\n") + 1
        raise InputError("is not UTF-8 text; save it as UTF-8", path=path, line=line) from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_json(path: Path, *, kind: str = "JSON file", most: int = MOST_BYTES) -> Any:
    """Return what a JSON file holds; NaN and infinite numbers, which are no JSON, are refused.

    Raises
    ------
    InputError : see :func:`read_text`, or it is not JSON.
    """
    return parsed_json(read_text(path, kind=kind, most=most), path)


def parsed_json(text: str, path: Path | str) -> Any:
    """Return what a JSON text holds.

    Raises
    ------
    InputError : it is not JSON, nested too deep, holds a name twice, or a number that is not finite.
    """
    if _too_deep(text):
        raise InputError(f"is nested more than {_DEEPEST_JSON} deep, which no file of cinsim is", path=path)
    try:
        return json.loads(
            text, parse_float=_finite, parse_int=_whole, parse_constant=_no_number, object_pairs_hook=_each_name_once
        )
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON: {error.msg}", path=path, line=error.lineno) from None
    except ValueError as error:
        raise InputError(f"not valid JSON: {error}", path=path) from None


def _too_deep(text: str) -> bool:
    """Return whether brackets stand deeper in one another than any of our files; those inside texts do not count."""
    if text.count("[") + text.count("{") <= _DEEPEST_JSON:
        return False
    depth, inside, skip = 0, False, False
    for character in text:
        if skip:
            skip = False
        elif inside:
            skip, inside = character == "\\", character != '"'
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > _DEEPEST_JSON:
                return True
        elif character in "]}":
            depth -= 1
    return False


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{shortened(text)} is no finite number")
    return value


def _whole(text: str) -> int:
    if len(text) > 100:
        raise ValueError(f"{shortened(text, 20)} has {len(text):,} digits")
    return int(text)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise ValueError(f"the name '{shortened(twice)}' stands twice in one place")
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its cells by column, without blanks around them, and the line on which it ends."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file: the names in its first line, and the rows below it that are not blank."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: Path, *, needed: Sequence[str] = (), kind: str = "CSV file", most: int = MOST_BYTES) -> Table:
    """Return the rows of a CSV file.

    Raises
    ------
    InputError : see :func:`read_text` and :func:`parsed_table`.
    """
    return parsed_table(read_text(path, kind=kind, most=most), path, needed=needed)


def parsed_table(text: str, path: Path | str, *, needed: Sequence[str] = ()) -> Table:
    """Return the rows of a CSV text.

    Raises
    ------
    InputError : it has no first line, lacks a column that is needed, names one twice, has a row of another number of cells, a
        cell that is too long or holds a control character, or quotation marks that do not close; names the line.
    """
    rows = csv_rows(text, path)
    _, header = next(rows, (1, []))
    columns = tuple(name.strip() for name in header)
    missing = [name for name in needed if name not in columns]
    if missing:
        few = f"{', '.join(missing[:10])}{' ...' if len(missing) > 10 else ''}"
        raise InputError(f"lacks the column{'s' * (len(missing) > 1)} {few}", path=path, line=1)
    if len(set(columns)) < len(columns):
        twice = next(name for place, name in enumerate(columns) if name in columns[:place])
        raise InputError(f"has the column '{shortened(twice)}' twice", path=path, line=1)
    found = []
    for line, cells in rows:
        if len(cells) != len(columns):
            raise InputError(f"has {len(cells)} cells where the first line has {len(columns)}", path=path, line=line)
        row = Row(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))
        for column, cell in row.cells.items():
            if wrong := refused_character(cell):
                raise InputError(f"{quoted(cell)} {wrong}", path=path, line=line, key=column)
        found.append(row)
    return Table(columns, tuple(found))


def csv_rows(text: str, path: Path | str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of every row of a CSV text that is not blank.

    Raises
    ------
    InputError : a cell is longer than the reader takes, or quotation marks do not close; names the line.
    """
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    while True:
        begun = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            said = str(error)
            if "field larger" in said:
                said = f"a cell of more than {csv.field_size_limit():,} characters"
            elif "unexpected end" in said:
                said = "a quotation mark that opens here is never closed"
            raise InputError(f"is not a CSV table: {said}", path=path, line=begun) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


__all__ = [
    "MOST_BYTES", "Row", "Table", "csv_rows", "decoded", "existing", "parsed_json", "parsed_table", "read_bytes", "read_json",
    "read_table", "read_text", "resolved",
]  # fmt: skip
