"""Whose a return is and of when, by its header: collection, year, census day and authority's number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from cinsim.census.raw import RawReturn
from cinsim.errors import InputError
from cinsim.spreadsheets import read_date

EARLIEST_YEAR, LATEST_YEAR = 2009, 2100
CENSUSES: Final = {
    "CLA": "looked-after children", "SSDA903": "looked-after children", "SC": "schools", "SCHOOL CENSUS": "schools",
    "CSWW": "children's social work workforce", "EY": "early years", "AP": "alternative provision",
}  # fmt: skip
TELLING: Final = ("Collection", "Year", "ReferenceDate", "LEA")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a return says of itself: the year of its 31 March, and the authority's three digits ("" where it gives none)."""

    year: int
    lea: str

    @property
    def first_day(self) -> date:
        """The first day of the reporting year."""
        return date(self.year - 1, 4, 1)

    @property
    def reference_date(self) -> date:
        """The census day."""
        return date(self.year, 3, 31)


def heading_of(raw: RawReturn) -> Heading:
    """Return what a return says of itself.

    Raises
    ------
    InputError : it is another census's, of no known year or of another day than 31 March, has two headers that differ, or an
        authority's number that is none.
    """
    for name in TELLING:
        values = list(dict.fromkeys(value.strip() for value in raw.tables["Header"][name] if value.strip()))
        if len(values) > 1:
            raise InputError(
                f"has several headers, with {name} '{values[0][:20]}' and '{values[1][:20]}'; give one return", path=raw.path
            )
    header = raw.header
    collection = header["Collection"]
    if collection and collection.upper() != "CIN":
        of = CENSUSES.get(collection.upper(), f"'{collection[:20]}'")
        raise InputError(
            f"is a return of the {of} census; this reads the children in need census (Collection CIN)", path=raw.path
        )
    year = _year(raw, header["Year"].removesuffix(".0"), header["ReferenceDate"])
    lea = header["LEA"].removesuffix(".0")
    if lea and not (lea.isascii() and lea.isdecimal() and len(lea) == 3):
        raise InputError(f"names as its authority '{lea[:20]}'; Header, LEA must be its three digits, e.g. 383", path=raw.path)
    return Heading(year, lea)


def _year(raw: RawReturn, text: str, reference: str) -> int:
    """Return the year, whose 31 March the reference date is."""
    day: date | None = None
    if reference:
        try:
            day = read_date(reference)
        except ValueError as error:
            raise InputError(
                f"has the reference date '{reference[:20]}', which {error}; it must be 31 March of the year, e.g. 2026-03-31",
                path=raw.path,
            ) from None
    if not text and day is not None:
        text = str(day.year)
    if not (text.isascii() and text.isdecimal() and EARLIEST_YEAR <= int(text[:9]) <= LATEST_YEAR):
        stated = f"'{text[:20]}'" if text else "nothing"
        raise InputError(
            f"says of its year {stated}; Header, CollectionDetails, Year must be that of its 31 March", path=raw.path
        )
    if day is not None and day != date(int(text), 3, 31):
        raise InputError(
            f"says of its year '{text}' and of its reference date '{reference[:20]}'; that must be 31 March of the year, "
            f"{text}-03-31, as all that is open is open on that day",
            path=raw.path,
        )
    return int(text)
