"""Every way in for a return: read, made sense of, and checked for whose it is, of when, and how much of it is lost.

`cinsim census read`, `cinsim calibrate area --from-return`, `initial_state` and `--previous` all come through here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cinsim.census.account import WORDS, told
from cinsim.census.findings import too_much, unusable
from cinsim.census.identity import PSEUDO_AUTHORITY
from cinsim.census.raw import RawReturn
from cinsim.census.read import read_return
from cinsim.census.returns import CensusReturn
from cinsim.census.sift import Sifted, sift
from cinsim.errors import InputError
from cinsim.reference.areas import Area, areas, find_area
from cinsim.reference.boundaries import FORMER, FormerAuthority

SHARED_AT_LEAST: Final = 0.5
"""Share of the children open at the end of last year who must be in this year's return, which holds all of them."""
ENOUGH_TO_JUDGE: Final = 10


@dataclass(frozen=True, slots=True)
class Received:
    """A return that was let in.

    Attributes
    ----------
    raw, sifted : as read, and made sense of. place : its authority, None where that is no more or is not known.
    name : the authority in words. previous : the return of the year before.
    beside : what is to be known of whose it is, and of the return of the year before, in lines that name no child.
    """

    raw: RawReturn
    sifted: Sifted
    place: Area | None
    name: str
    previous: CensusReturn | None = None
    beside: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """What was left out, read otherwise than it stands, or is missing, in lines that name no child."""
        return (*told(self.raw, self.sifted), *self.beside)

    @property
    def census(self) -> CensusReturn:
        """What can be used of it."""
        return self.sifted.usable

    @property
    def authority(self) -> Area:
        """Its authority, with published figures.

        Raises
        ------
        InputError : the authority is no more, or is not known.
        """
        return authority_of(self.census) if self.place is None else self.place

    def taken_as(self, area: Area, path: Path) -> Received:
        """Return it as an authority's, where it bears no authority's number.

        Raises
        ------
        InputError : it bears another's, or a former authority's.
        """
        place, name = _whose(self.census, area.area_code, path)
        return replace(self, place=place, name=name, beside=(*_number_in_words(self.census, place), *self.beside))


def received(path: Path, *, area: str | None = None, previous: Path | None = None) -> Received:
    """Return a return that may be used.

    Parameters
    ----------
    area : name or code of the authority that is meant. previous : the return of the year before.

    Raises
    ------
    InputError : it cannot be read, too much of it is lost, it is not of ``area``, or ``previous`` is not its return of the
        year before.
    """
    raw, sifted = _let_in(path)
    census = sifted.usable
    place, name = _whose(census, area, path)
    beside = _number_in_words(census, place)
    before = None
    if previous is not None:
        raw_before, sifted_before = _let_in(previous)
        before = sifted_before.usable
        _check_previous(census, before, previous)
        if "" in (census.lea, before.lea):
            beside += ("one of the two years' returns bears no authority's number; they are taken as of the same",)
        beside += tuple(f"of the year before: {line}" for line in told(raw_before, sifted_before))
    return Received(raw, sifted, place, name, before, beside)


def _let_in(path: Path) -> tuple[RawReturn, Sifted]:
    raw = read_return(path)
    sifted = sift(raw)
    refused = too_much(sifted.losses, sifted.findings, WORDS)
    if refused:
        raise unusable(refused, sifted.findings, path, sifted.problems)
    return raw, sifted


# ---- whose


def former(census: CensusReturn) -> FormerAuthority | None:
    """Return the former authority whose number a return bears, None if it is none's."""
    return next((one for one in FORMER if one.old_code == census.lea), None)


def former_in_words(was: FormerAuthority) -> str:
    """Return what became of a former authority, and what to do to go on from its return."""
    became = [find_area(code) for code in was.successors]
    says = " and ".join(f"{one.area_name} ({one.old_code})" for one in became)
    return (
        f"{was.area_name}, which was reorganised in {was.last_year} into {says} and has no figures of its own here. To calibrate "
        "to it or start from it, take the children of one of these into a return of their own, with that number as LEA"
    )


def _number_in_words(census: CensusReturn, place: Area | None) -> tuple[str, ...]:
    """Return that a return is taken as an authority's whose number it does not bear; a simulated average's has none."""
    if place is None or _is_known(census) or census.lea == PSEUDO_AUTHORITY:
        return ()
    number = f"the number {census.lea}, which is no authority's" if census.lea else "no authority's number"
    return (f"it bears {number}, and is taken as of {place.area_name}",)


def _is_known(census: CensusReturn) -> bool:
    return census.lea != "" and any(area.old_code == census.lea for area in areas())


def authority_of(census: CensusReturn, area: str | None = None) -> Area:
    """Return the authority that made a return; one that is named is taken where the return's number is no authority's.

    Raises
    ------
    InputError : the return's number is no authority's and none is named, is another's than the one named, or is a former
        authority's.
    """
    named = find_area(area) if area is not None else None
    was = former(census)
    if was is not None:
        raise InputError(f"is the return of {former_in_words(was)}", key="--area")
    if not _is_known(census):
        if named is not None:
            return named
        number = f"number '{census.lea}' is not known" if census.lea else "number is not given"
        raise InputError(f"the return's authority {number}; name the authority with --area", key="--area")
    found = find_area(census.lea)
    if named is not None and named.area_code != found.area_code:
        raise InputError(f"is of {found.area_name}, not of {named.area_name}", key="--area")
    return found


def _whose(census: CensusReturn, area: str | None, path: Path) -> tuple[Area | None, str]:
    """Return a return's authority and its name; without an authority being named, one that is not known is let in."""
    was = former(census)
    try:
        place = authority_of(census, area)
    except InputError as error:
        if area is not None:
            raise InputError(error.message, path=path, key=error.key) from None
        unknown = f"An authority with the number {census.lea or 'unknown'}"
        return None, f"{was.area_name} (reorganised in {was.last_year})" if was is not None else unknown
    return place, place.area_name


# ---- of when


def _check_previous(census: CensusReturn, before: CensusReturn, path: Path) -> None:
    """Raise unless a return is the same authority's of the year before, with the same children's identifiers."""
    if before.year != census.year - 1:
        is_ = "the same year's" if before.year == census.year else f"of {before.year}"
        raise InputError(
            f"is {is_}, and the year before {census.year} is {census.year - 1}; give that year's return",
            path=path,
            key="--previous",
        )
    if "" not in (before.lea, census.lea) and before.lea != census.lea and not _succeeds(census, before):
        one, other = (_name(each) for each in (census, before))
        raise InputError(f"is of {other}, and the return is of {one}; give the same authority's", path=path, key="--previous")
    now = set(census["ChildIdentifiers"]["LAchildID"])
    details = before["CINdetails"]
    open_ = set(details.loc[details["CINclosureDate"].isna() & (details["ReferralNFA"] != "1"), "LAchildID"])
    all_ = set(before["ChildIdentifiers"]["LAchildID"])
    right = "identifiers must be the same in both years, with the same zeros and spaces"
    if not all_ & now:
        raise InputError(f"has no child in common with the return of {census.year}; {right}", path=path, key="--previous")
    if len(open_) >= ENOUGH_TO_JUDGE and len(open_ & now) < SHARED_AT_LEAST * len(open_):
        raise InputError(
            f"has {len(open_):,} children open on its 31 March, of whom {len(open_ & now):,} are in the return of {census.year}, "
            f"which should hold all; {right}", path=path, key="--previous",
        )  # fmt: skip


def _succeeds(census: CensusReturn, before: CensusReturn) -> bool:
    was = former(before)
    return was is not None and _is_known(census) and find_area(census.lea).area_code in was.successors


def _name(census: CensusReturn) -> str:
    was = former(census)
    if was is not None:
        return was.area_name
    return find_area(census.lea).area_name if _is_known(census) else f"an authority with the number {census.lea or 'unknown'}"
