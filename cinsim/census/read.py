"""A return read from its XML or from the validator's tables, as text, in one pass and with bounded memory.

The XML is parsed as it comes in, without a document type, entities or anything outside the file (defusedxml); what is
larger than any authority's return is refused. Nothing is judged here but the form: see :mod:`cinsim.census.sift`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from cinsim.census.shape import TABLES
from cinsim.errors import InputError

LARGEST_BYTES: Final = 256 * 2**20
LARGEST_CHILDREN: Final = 100_000
LARGEST_ROWS: Final = 2_000_000
LONGEST_LINE: Final = 100_000
LONGEST_TEXT: Final = 1_000
LONGEST_SILENCE_BYTES: Final = 4 * 2**20
_CHUNK_BYTES: Final = 1 << 18
_HEADER: Final = frozenset(TABLES["Header"])
_MISSING: Final = frozenset({"nan", "NaN", "NaT", "<NA>", "None", "NULL", "null"})  # but NONE is a code of Disability
Columns = dict[str, list[str]]


@dataclass(slots=True)
class RawReturn:
    """A return as text.

    Attributes
    ----------
    path : where it was read from. tables : the columns of each table, "" where an element is absent.
    ignored : names of elements or columns that are not of the census, with how often each came.
    absent : tables of which there was no file.
    """

    path: Path
    tables: dict[str, Columns]
    ignored: dict[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()

    @property
    def header(self) -> dict[str, str]:
        """The header's values, "" for those that are absent."""
        return {name: (values[0].strip() if values else "") for name, values in self.tables["Header"].items()}


def read_return(path: Path) -> RawReturn:
    """Read a return from its XML file, or from a folder of the validator's tables as CSV.

    Raises
    ------
    InputError : it is neither, or is not a return of this census, or is malformed; the message says where.
    """
    if path.is_dir():
        return _read_folder(path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    if not path.is_file():
        raise InputError("is not a file; give the return's XML, or the folder of its tables", path=path)
    if size > LARGEST_BYTES:
        raise InputError(
            f"has {size / 2**20:,.0f} MB, more than any authority's return; at most {LARGEST_BYTES / 2**20:,.0f} MB are read",
            path=path,
        )
    if size == 0:
        raise InputError("is empty", path=path)
    return _read_xml(path)


# ---- XML

_REPEATED: Final = {  # what starts a row, and in which table
    "Child": "ChildIdentifiers",
    "CINdetails": "CINdetails",
    "Assessments": "Assessments",
    "CINPlanDates": "CINplanDates",
    "Section47": "Section47",
    "ChildProtectionPlans": "ChildProtectionPlans",
}
_LISTED: Final = {  # elements of which each is a row of its own
    "Disability": "Disabilities",
    "AssessmentFactors": "AssessmentFactorsList",
    "CPPreviewDate": "Reviews",
}
_HOLDERS: Final = frozenset(
    {
        "Message", "Header", "CollectionDetails", "Source", "Content", "CBDSLevels", "Children", "ChildIdentifiers",
        "ChildCharacteristics", "Disabilities", "FactorsIdentifiedAtAssessment", "Reviews",
    }
)  # fmt: skip


class _Target:
    """Receives the elements of a return as the parser meets them and keeps their values by table."""

    def __init__(self, path: Path):
        self.path = path
        self.tables: dict[str, Columns] = {name: {c: [] for c in columns} for name, columns in TABLES.items()}
        self.ignored: dict[str, int] = {}
        self.heard = 0  # number of calls, to tell whether the parser moves
        self.rows = 0
        self._same: dict[str, str] = {}  # one copy of each short text, of which most come thousands of times
        self._header: dict[str, str] = {}
        self._open: list[str] = []  # the rows begun: their elements, from the outside in
        self._rows: dict[str, dict[str, str]] = {}
        self._text: list[str] = []
        self._length = 0
        self._depth = 0
        self._count = {"CINdetails": 0, "Assessments": 0, "ChildProtectionPlans": 0}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.heard += 1
        tag = tag.rpartition("}")[2]
        if self._depth == 0 and tag != "Message":
            raise InputError(
                f"is not a children in need census return: it begins with <{tag[:40]}>, not <Message>", path=self.path
            )
        self._depth += 1
        if self._depth > 12:
            raise InputError(f"is not a children in need census return: <{tag[:40]}> stands {self._depth} deep", path=self.path)
        self._text.clear()
        self._length = 0
        if tag in _REPEATED:
            self._begin(tag)

    def _begin(self, tag: str) -> None:
        self._open.append(tag)
        self._rows[tag] = {}
        if tag == "Child":
            self._count["CINdetails"] = 0
            if len(self.tables["ChildIdentifiers"]["LAchildID"]) >= LARGEST_CHILDREN:
                raise InputError(f"holds more than {LARGEST_CHILDREN:,} children, more than any authority", path=self.path)
        elif tag == "CINdetails":
            self._count["CINdetails"] += 1
            self._count["Assessments"] = self._count["ChildProtectionPlans"] = 0
        elif tag in self._count:
            self._count[tag] += 1

    def data(self, text: str) -> None:
        self.heard += 1
        if self._length <= LONGEST_TEXT:
            self._text.append(text[: LONGEST_TEXT + 1 - self._length])
        self._length += len(text)

    def end(self, tag: str) -> None:
        self.heard += 1
        tag = tag.rpartition("}")[2]
        self._depth -= 1
        value = "".join(self._text).strip() if self._text else ""
        if self._length > LONGEST_TEXT and value:
            value = value[:40] + "..."  # not a value of any element: it will be listed as unusable
        self._text.clear()
        self._length = 0
        if tag in _REPEATED:
            if self._open and self._open[-1] == tag:
                self._open.pop()
                self._finish(tag)
        elif tag in _LISTED:
            self._listed(tag, self._copy(value))
        elif tag not in _HOLDERS:
            self._value(tag, self._copy(value))

    def _copy(self, value: str) -> str:
        return self._same.setdefault(value, value) if len(value) <= 12 and len(self._same) < 100_000 else value

    def _value(self, tag: str, value: str) -> None:
        if not self._open:
            if tag in _HEADER:
                self._header.setdefault(tag, value)
            else:
                self._ignore(tag)
            return
        row = self._rows[self._open[-1]]
        known = tag in TABLES[_REPEATED[self._open[-1]]] or (self._open[-1] == "Child" and tag == "Ethnicity")
        if not known or tag in row:
            self._ignore(tag)
        else:
            row[tag] = value

    def _ignore(self, tag: str) -> None:
        name = tag[:60]
        if len(self.ignored) < 100 or name in self.ignored:
            self.ignored[name] = self.ignored.get(name, 0) + 1

    def _key(self, depth: str) -> dict[str, str]:
        child = self._rows.get("Child", {})
        key = {"LAchildID": child.get("LAchildID", "")}
        if depth != "Child":
            key["CINdetailsID"] = self._copy(str(self._count["CINdetails"]))
        if depth == "Assessments":
            key["AssessmentID"] = self._copy(str(self._count["Assessments"]))
        if depth == "ChildProtectionPlans":
            key["CPPID"] = self._copy(str(self._count["ChildProtectionPlans"]))
        return key

    def _listed(self, tag: str, value: str) -> None:
        inside = {"Disability": "Child", "AssessmentFactors": "Assessments", "CPPreviewDate": "ChildProtectionPlans"}[tag]
        if not self._open or self._open[-1] != inside:
            self._ignore(tag)
            return
        name = _LISTED[tag]
        self._add(name, {**self._key(inside), TABLES[name][-1]: value})
        if tag == "AssessmentFactors":
            row = self._rows["Assessments"]
            row[tag] = f"{row[tag]},{value}" if tag in row else value

    def _finish(self, tag: str) -> None:
        row = self._rows[tag]
        if tag == "Child":
            self._add("ChildCharacteristics", {"LAchildID": row.get("LAchildID", ""), "Ethnicity": row.pop("Ethnicity", "")})
            self._add("ChildIdentifiers", row)
        else:
            self._add(_REPEATED[tag], {**row, **self._key(tag)})

    def _add(self, name: str, row: dict[str, str]) -> None:
        self.rows += 1
        if self.rows > LARGEST_ROWS:
            raise InputError(f"holds more than {LARGEST_ROWS:,} records, more than any authority's return", path=self.path)
        for column, values in self.tables[name].items():
            values.append(row.get(column, ""))

    def close(self) -> None:
        self._add("Header", self._header)


def _read_xml(path: Path) -> RawReturn:
    target = _Target(path)
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    fed = silent = heard = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.feed(chunk)
                fed += len(chunk)
                silent = 0 if target.heard > heard else silent + len(chunk)
                heard = target.heard
                if silent > LONGEST_SILENCE_BYTES:
                    raise InputError(
                        f"is not a children in need census return: no element in {silent / 2**20:.0f} MB, from byte "
                        f"{fed - silent:,} on", path=path, line=parser.parser.CurrentLineNumber,
                    )  # fmt: skip
            parser.close()
    except ParseError as error:
        line, column = error.position
        raise InputError(
            f"is not well-formed XML: {str(error).split(':')[0]}, at column {column + 1}. If the text is not in the encoding "
            "that the first line names (UTF-8 if it names none), save it in that encoding",
            path=path, line=line,
        ) from None  # fmt: skip
    except DefusedXmlException:
        raise InputError(
            "declares a document type or an entity, which no census return does and which is not read, as it may point to other "
            "files or grow without bound; take the <!DOCTYPE ...> out", path=path, line=parser.parser.CurrentLineNumber,
        ) from None  # fmt: skip
    except (LookupError, ValueError) as error:
        raise InputError(f"is in an encoding that cannot be read ({error}); save it as UTF-8", path=path, line=1) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    return RawReturn(path, target.tables, target.ignored)


# ---- tables


def _read_folder(folder: Path) -> RawReturn:
    """Read ``<table>.csv`` of each table; of those that are absent there are no rows."""
    files = {file.stem.lower(): file for file in sorted(folder.glob("*.csv")) if file.is_file()}
    found = {name: files[name.lower()] for name in TABLES if name.lower() in files}
    needed = [name for name in ("Header", "ChildIdentifiers", "CINdetails") if name not in found]
    if needed:
        raise InputError(
            f"holds no {', '.join(f'{name}.csv' for name in needed)}; a folder of the eleven tables was expected, as "
            "`cinsim census export --tables` writes them", path=folder,
        )  # fmt: skip
    size = sum(file.stat().st_size for file in found.values())
    if size > LARGEST_BYTES:
        raise InputError(f"holds {size / 2**20:,.0f} MB of tables, more than any authority's return", path=folder)
    ignored: dict[str, int] = {}
    tables: dict[str, Columns] = {name: {c: [] for c in columns} for name, columns in TABLES.items()}
    for name, file in found.items():
        tables[name] = _read_table(name, file, ignored)
    factors = tables["AssessmentFactorsList"]
    if "AssessmentFactorsList" not in found:
        _factors_from_assessments(tables["Assessments"], factors)
    return RawReturn(folder, tables, ignored, tuple(name for name in TABLES if name not in found))


def _lines(text: TextIO, file: Path) -> Iterator[str]:
    """Yield the lines of a text, none of which may be longer than any row of a table."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise InputError(f"is not a table of a return: it has a line of more than {LONGEST_LINE:,} characters", path=file)
        yield line


def _rows(name: str, file: Path) -> Iterator[list[str]]:
    """Yield the rows of a CSV file, the first of which names the columns."""
    line = 0
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            for row in csv.reader(_lines(text, file), strict=True):
                line += 1
                yield row
                if line > (LARGEST_CHILDREN if name == "ChildIdentifiers" else LARGEST_ROWS):
                    raise InputError(f"holds more than {line - 1:,} rows, more than any authority's return", path=file)
    except UnicodeDecodeError as error:
        raise InputError("is not in UTF-8; save it as 'CSV UTF-8'", path=file, line=line + 1) from error
    except csv.Error as error:
        raise InputError(f"is not a CSV table: {error}", path=file, line=line + 1) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=file) from error


def _read_table(name: str, file: Path, ignored: dict[str, int]) -> Columns:
    rows = _rows(name, file)
    names = [column.strip() for column in next(rows, [])]
    columns = TABLES[name]
    keys = [c for c in ("LAchildID", "CINdetailsID", "AssessmentID", "CPPID") if c in columns and c not in names]
    if keys:
        raise InputError(f"has no column {' and no column '.join(keys)}; its first line must name the columns", path=file, line=1)
    for column in names:
        if column and column not in columns:  # an unnamed one is the row number that some tools write
            ignored[column] = ignored.get(column, 0) + 1
    place = {column: names.index(column) for column in columns if column in names}
    out: Columns = {column: [] for column in columns}
    same: dict[str, str] = {}
    for line, row in enumerate(rows, start=2):
        if not row:
            continue
        if len(row) != len(names):
            raise InputError(f"has {len(row)} values where the first line names {len(names)} columns", path=file, line=line)
        for column, values in out.items():
            value = row[place[column]].strip() if column in place else ""
            if value in _MISSING:
                value = ""
            values.append(same.setdefault(value, value) if len(value) <= 12 else value[:LONGEST_TEXT])
    return out


def _factors_from_assessments(assessments: Columns, factors: Columns) -> None:
    """Fill the list of factors from the column of the assessments, ``1A,2B`` or ``['1A', '2B']``."""
    keys = ("LAchildID", "CINdetailsID", "AssessmentID")
    for *key, text in zip(*(assessments[name] for name in (*keys, "AssessmentFactors")), strict=True):
        for code in text.strip("[]").replace("'", "").replace('"', "").split(","):
            if code.strip():
                for name, value in zip((*keys, "AssessmentFactor"), (*key, code.strip()), strict=True):
                    factors[name].append(value)
