"""A return written as the XML that DfE's schema asks for, or as the validator's eleven tables."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from cinsim.census.returns import CensusReturn
from cinsim.census.shape import DATES, TABLES
from cinsim.errors import InputError, RunError

SYNTHETIC = "Synthetic. Made by cinsim's simulation: no child in this file exists, and nothing in it comes from a child's record."
_SAID_WITHIN_BYTES = 1_000
Cells = list[list[str]]


def cells(table: pd.DataFrame) -> Cells:
    """Return a table as text, a list a column; dates as YYYY-MM-DD, "" for none."""
    out = []
    for name in table.columns:
        values = table[name]
        if name in DATES:
            text = np.datetime_as_string(values.to_numpy().astype("datetime64[D]"))
            out.append(np.where(np.isnat(values.to_numpy()), "", text).tolist())
        else:
            out.append(values.astype(str).tolist())
    return out


def require_synthetic(path: Path, *, overwrite: bool) -> None:
    """Raise unless a file may be written: it is not there, or is a return that cinsim made and is to be overwritten.

    Raises
    ------
    InputError : it is a folder, is there, or is anything else, such as a council's own return, which is never replaced.
    """
    if path.is_dir():
        raise InputError("is a folder; --out names the XML file", path=path, key="--out")
    if path.is_symlink():
        raise InputError("is a link; name the file itself", path=path, key="--out")
    if not path.exists():
        return
    try:
        with path.open("rb") as file:
            ours = path.is_file() and SYNTHETIC.encode() in file.read(_SAID_WITHIN_BYTES)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path, key="--out") from None
    if not ours:
        raise InputError("is already there, and cinsim did not make it; name another file", path=path, key="--out")
    if not overwrite:
        raise InputError("is already there; name another file, or replace it with --overwrite", path=path, key="--out")


@contextmanager
def written_aside(path: Path) -> Iterator[TextIO]:
    """Give a text file beside ``path`` to write into, which takes its name when it is whole.

    Raises
    ------
    RunError : the file cannot be written.
    """
    aside = path.parent / f".{path.name}.{os.getpid()}.partial"
    try:
        with aside.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        os.replace(aside, path)
    except OSError as error:
        raise RunError(f"{path} could not be written: {error.strerror or error}") from error
    finally:
        aside.unlink(missing_ok=True)


def write_tables(census: CensusReturn, folder: Path) -> None:
    """Write each table as ``<name>.csv`` into a folder, which is made if need be.

    Raises
    ------
    RunError : the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder} could not be made: {error.strerror or error}") from error
    for name, columns in TABLES.items():
        with written_aside(folder / f"{name}.csv") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(columns)
            rows.writerows(zip(*cells(census[name]), strict=True))


def write_xml(census: CensusReturn, path: Path) -> None:
    """Write a return as XML, in the order the schema lays down.

    Raises
    ------
    RunError : the file cannot be written.
    """
    with written_aside(path) as file:
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {SYNTHETIC} -->\n<Message>\n')
        file.write(_header(census["Header"]))
        file.write("<Children>\n")
        file.writelines(_children(census))
        file.write("</Children>\n</Message>\n")


def _elements(table: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return each row's elements as XML, without those that are empty."""
    columns = dict(zip(table.columns, cells(table), strict=True))
    parts = []
    for name in names:
        text = [escape(value) if "&" in value or "<" in value or ">" in value else value for value in columns[name]]
        parts.append([f"<{name}>{value}</{name}>" if value else "" for value in text])
    return ["".join(row) for row in zip(*parts, strict=True)] if parts else []


def _header(table: pd.DataFrame) -> str:
    details = _elements(table, ("Collection", "Year", "ReferenceDate"))[0]
    source = _elements(table, ("SourceLevel", "LEA", "SoftwareCode", "Release", "SerialNo", "DateTime"))[0]
    return f"<Header><CollectionDetails>{details}</CollectionDetails><Source>{source}</Source></Header>\n"


def _by_key(table: pd.DataFrame, keys: Sequence[str], inside: Sequence[str], tag: str) -> dict[tuple[object, ...], str]:
    """Return the XML of a table's rows, those of one key after each other, by key."""
    found: dict[tuple[object, ...], list[str]] = {}
    for key, text in zip(_keys(table, keys), inside, strict=True):
        found.setdefault(key, []).append(f"<{tag}>{text}</{tag}>")
    return {key: "".join(parts) for key, parts in found.items()}


def _keys(table: pd.DataFrame, names: Sequence[str]) -> list[tuple[object, ...]]:
    return list(zip(*(table[name].tolist() for name in names), strict=True))


CHILD, EPISODE = ("LAchildID",), ("LAchildID", "CINdetailsID")


def _episodes(census: CensusReturn) -> dict[tuple[object, ...], str]:
    """Return the ``CINdetails`` elements of each child."""
    listed = census["AssessmentFactorsList"]
    several = (*EPISODE, "AssessmentID")
    codes = [f"<AssessmentFactors>{code}</AssessmentFactors>" for code in listed["AssessmentFactor"].tolist()]
    factors: dict[tuple[object, ...], str] = {}
    for key, code in zip(_keys(listed, several), codes, strict=True):
        factors[key] = factors.get(key, "") + code
    assessments = census["Assessments"]
    dates = ("AssessmentActualStartDate", "AssessmentInternalReviewDate", "AssessmentAuthorisationDate")
    inside = [
        text + (f"<FactorsIdentifiedAtAssessment>{factors[key]}</FactorsIdentifiedAtAssessment>" if key in factors else "")
        for text, key in zip(_elements(assessments, dates), _keys(assessments, several), strict=True)
    ]
    assessed = _by_key(assessments, EPISODE, inside, "Assessments")

    plans, enquiries = census["CINplanDates"], census["Section47"]
    planned = _by_key(plans, EPISODE, _elements(plans, ("CINPlanStartDate", "CINPlanEndDate")), "CINPlanDates")
    names = ("S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired")
    enquired = _by_key(enquiries, EPISODE, _elements(enquiries, names), "Section47")
    protected = _protection_plans(census)

    details = census["CINdetails"]
    front = ("CINreferralDate", "ReferralSource", "PrimaryNeedCode", "CINclosureDate", "ReasonForClosure", "DateOfInitialCPC")
    inside = [
        f"{text}{assessed.get(key, '')}{planned.get(key, '')}{enquired.get(key, '')}{nfa}{protected.get(key, '')}"
        for text, nfa, key in zip(
            _elements(details, front), _elements(details, ("ReferralNFA",)), _keys(details, EPISODE), strict=True
        )
    ]
    return _by_key(details, CHILD, inside, "CINdetails")


def _protection_plans(census: CensusReturn) -> dict[tuple[object, ...], str]:
    """Return the ``ChildProtectionPlans`` elements of each episode."""
    listed, plans = census["Reviews"], census["ChildProtectionPlans"]
    several = (*EPISODE, "CPPID")
    reviews: dict[tuple[object, ...], str] = {}
    for key, date in zip(_keys(listed, several), _elements(listed, ("CPPreviewDate",)), strict=True):
        reviews[key] = reviews.get(key, "") + date
    front = ("CPPstartDate", "CPPendDate", "InitialCategoryOfAbuse", "LatestCategoryOfAbuse", "NumberOfPreviousCPP")
    inside = [
        text + (f"<Reviews>{reviews[key]}</Reviews>" if key in reviews else "")
        for text, key in zip(_elements(plans, front), _keys(plans, several), strict=True)
    ]
    return _by_key(plans, EPISODE, inside, "ChildProtectionPlans")


def _children(census: CensusReturn) -> Iterator[str]:
    """Yield the ``Child`` elements."""
    about, who = census["ChildIdentifiers"], census["ChildCharacteristics"]
    names = (
        "LAchildID", "UPN", "FormerUPN", "UPNunknown", "PersonBirthDate", "ExpectedPersonBirthDate", "GenderCurrent", "Sex",
        "PersonDeathDate",
    )  # fmt: skip
    ethnicity = dict(zip(who["LAchildID"].tolist(), _elements(who, ("Ethnicity",)), strict=True))
    disabled = census["Disabilities"]
    disabilities: dict[str, str] = {}
    for child, code in zip(disabled["LAchildID"].tolist(), _elements(disabled, ("Disability",)), strict=True):
        disabilities[child] = disabilities.get(child, "") + code
    episodes = _episodes(census)
    for child, text in zip(about["LAchildID"].tolist(), _elements(about, names), strict=True):
        codes = disabilities.get(child)
        yield (
            f"<Child><ChildIdentifiers>{text}</ChildIdentifiers>"
            f"<ChildCharacteristics>{ethnicity.get(child, '')}{f'<Disabilities>{codes}</Disabilities>' if codes else ''}"
            f"</ChildCharacteristics>{episodes.get((child,), '')}</Child>\n"
        )
