"""A return read from its XML or from the validator's tables, as text, in one pass and with bounded memory.

The XML is parsed as it comes in, without a document type, entities or anything outside the file (defusedxml); what is
larger than any authority's return is refused. Nothing is judged here but the form: see :mod:`cinsim.census.sift`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

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
    nearest,
    plainly,
    refuse_without,
)  # fmt: skip
from cinsim.census.shape import DECIDING, TABLES
from cinsim.census.table_folder import read_folder
from cinsim.errors import InputError
from cinsim.spreadsheets import kind_of

LONGEST_SILENCE_BYTES: Final = 4 * 2**20
_CHUNK_BYTES: Final = 1 << 18
_FIRST_BYTES: Final = 2_000
_HEADER: Final = frozenset(TABLES["Header"])


def read_return(path: Path) -> RawReturn:
    """Read a return from its XML file, or from a folder of the validator's tables as CSV.

    Raises
    ------
    InputError : it is neither, or is not a return of this census, or is malformed; the message says where.
    """
    try:
        if path.is_dir():
            return read_folder(path)
        size = path.stat().st_size
        is_file = path.is_file()
    except (OSError, ValueError) as error:  # ValueError: a null character
        why = (error.strerror if isinstance(error, OSError) else None) or "it is no path"
        raise InputError(f"cannot be read: {why}", path=_short(path)) from error
    if not is_file:
        raise InputError("is not a file; give the return's XML, or the folder of its tables", path=path)
    if size > LARGEST_BYTES:
        raise InputError(
            f"has {size / 2**20:,.0f} MB, more than any authority's return; at most {LARGEST_BYTES / 2**20:,.0f} MB are read",
            path=path,
        )
    if size == 0:
        raise InputError("is empty", path=path)
    _refuse_other_kinds(path)
    return _read_xml(path)


def _short(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 300 else f"{text[:100]}...{text[-100:]}"


def _refuse_other_kinds(path: Path) -> None:
    """Raise if the first bytes of a file are not those of XML, and say what they are of."""
    try:
        with path.open("rb") as file:
            start = file.read(_FIRST_BYTES)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    kind = kind_of(path, start)
    if kind:
        raise InputError(f"is {kind}, not a return; give the return's XML, or the folder of its tables as CSV", path=path)
    if b"\0" in start:  # UTF-16, or nothing that is known
        return
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text or text.startswith(b"<"):
        return
    if text.startswith((b"{", b"[")):
        raise InputError("is JSON, not a return; give the return's XML, or the folder of its tables as CSV", path=path)
    first = text.splitlines()[0].decode("utf-8", errors="replace")
    if path.suffix.lower() in (".csv", ".tsv", ".txt") or first.count(",") + first.count("\t") + first.count(";") > 1:
        raise InputError(
            f"is one CSV table, not a whole return; give the folder in which all its tables lie, e.g. {path.parent}", path=path
        )
    raise InputError("is text, not well-formed XML; give the return's XML, or the folder of its tables as CSV", path=path, line=1)


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


_NAMES: Final = known_names({*_HOLDERS, *_REPEATED, *_LISTED, *(c for columns in TABLES.values() for c in columns)})


class _Target:
    """Receives the elements of a return as the parser meets them and keeps their values by table."""

    def __init__(self, path: Path):
        self.path = path
        self.tables: dict[str, Columns] = empty_tables()
        self.ignored: dict[str, int] = {}
        self.unknown: dict[str, set[str]] = {}  # elements that are not of the census, by the table of the row they stood in
        self.heard = 0  # number of calls, to tell whether the parser moves
        self.rows = 0
        self._same: dict[str, str] = {}  # one copy of each short text, of which most come thousands of times
        self._names: dict[str, str] = {}  # elements met, and how the census writes them
        self._headers: list[dict[str, str]] = [{}]
        self._open: list[str] = []  # the rows begun: their elements, from the outside in
        self._rows: dict[str, dict[str, str]] = {}
        self._kept: list[tuple[str, dict[str, str]]] = []  # rows of the child that is open, whose identifier may come last
        self._blocks: dict[str, int] = {}  # episodes met so far of each child, over all its blocks
        self._text: list[str] = []
        self._length = 0
        self._depth = 0
        self._count = {"CINdetails": 0, "Assessments": 0, "ChildProtectionPlans": 0}

    def _named(self, tag: str) -> str:
        """Return an element's name as the census writes it, whatever its case and namespace."""
        name = self._names.get(tag)
        if name is None:
            name = _NAMES.get(plainly(tag), tag.rpartition("}")[2])
            if len(self._names) < 1_000:
                self._names[tag] = name
        return name

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.heard += 1
        tag = self._named(tag)
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
        elif tag == "Header" and self._headers[-1]:
            self._headers.append({})

    def _begin(self, tag: str) -> None:
        if tag in self._open:
            raise InputError(f"is not a children in need census return: a <{tag}> stands within a <{tag}>", path=self.path)
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
        tag = self._named(tag)
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
        if value in MISSING:
            return ""
        return self._same.setdefault(value, value) if len(value) <= 12 and len(self._same) < 100_000 else value

    def _value(self, tag: str, value: str) -> None:
        if not self._open:
            if tag in _HEADER:
                self._headers[-1].setdefault(tag, value)
            else:
                self._ignore(tag)
            return
        table = _REPEATED[self._open[-1]]
        row = self._rows[self._open[-1]]
        known = tag in TABLES[table] or (self._open[-1] == "Child" and tag == "Ethnicity")
        if not known:
            names = self.unknown.setdefault(table, set())
            if len(names) < 100:
                names.add(tag[:60])
        if not known or tag in row:
            self._ignore(tag)
        else:
            row[tag] = value

    def _ignore(self, tag: str) -> None:
        name = tag[:60]
        if len(self.ignored) < 100 or name in self.ignored:
            self.ignored[name] = self.ignored.get(name, 0) + 1

    def _key(self, depth: str) -> dict[str, str]:
        key = {"CINdetailsID": str(self._count["CINdetails"])} if depth != "Child" else {}
        if depth == "Assessments":
            key["AssessmentID"] = str(self._count["Assessments"])
        if depth == "ChildProtectionPlans":
            key["CPPID"] = str(self._count["ChildProtectionPlans"])
        return key

    def _listed(self, tag: str, value: str) -> None:
        inside = {"Disability": "Child", "AssessmentFactors": "Assessments", "CPPreviewDate": "ChildProtectionPlans"}[tag]
        if not self._open or self._open[-1] != inside:
            self._ignore(tag)
            return
        name = _LISTED[tag]
        self._keep(name, {**self._key(inside), TABLES[name][-1]: value})
        if tag == "AssessmentFactors":
            row = self._rows["Assessments"]
            row[tag] = f"{row[tag]},{value}" if tag in row else value

    def _finish(self, tag: str) -> None:
        row = self._rows[tag]
        if tag == "Child":
            self._keep("ChildCharacteristics", {"Ethnicity": row.pop("Ethnicity", "")})
            child = row.get("LAchildID", "")
            self._keep("ChildIdentifiers", row)
            self._add_kept(child)
        else:
            self._keep(_REPEATED[tag], {**row, **self._key(tag)})

    def _keep(self, name: str, row: dict[str, str]) -> None:
        self.rows += 1
        if self.rows > LARGEST_ROWS:
            raise InputError(f"holds more than {LARGEST_ROWS:,} records, more than any authority's return", path=self.path)
        self._kept.append((name, row))

    def _add_kept(self, child: str) -> None:
        """Add the rows of a child that has ended, its episodes numbered on from those of its earlier blocks."""
        before = self._blocks.get(child, 0)
        for name, row in self._kept:
            row["LAchildID"] = child
            if "CINdetailsID" in row:
                row["CINdetailsID"] = self._copy(str(int(row["CINdetailsID"]) + before))
            for column, values in self.tables[name].items():
                values.append(row.get(column, ""))
        self._kept.clear()
        self._blocks[child] = before + self._count["CINdetails"]

    def close(self) -> None:
        self._add_kept("")
        for header in self._headers:
            for column, values in self.tables["Header"].items():
                values.append(header.get(column, ""))

    def missing(self) -> dict[str, tuple[str, ...]]:
        """Return columns that no row has, where some row has an element that is nearly called so, by table.

        Raises
        ------
        InputError : a needed table lacks one.
        """
        out = {}
        for table, unknown in self.unknown.items():
            never = [c for c in DECIDING.get(table, ()) if not any(self.tables[table].get(c, ())) and nearest(c, unknown)]
            refuse_without(table, never, unknown, self.path)
            if never:
                out[table] = tuple(never)
        return out


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
    return RawReturn(path, target.tables, target.ignored, missing=target.missing())
