"""Identifiers and characteristics of simulated children, in the census's codes. None belongs to a real child."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cinsim.census.shares import disabilities, ethnicities
from cinsim.engine.draws import Draws
from cinsim.outcomes.dates import Dates, ages_at
from cinsim.outcomes.replication import PopulationLike, history
from cinsim.population.children import DIES

Ints = NDArray[np.int64]

CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
UPN_AGE = 5  # a child of this age on 31 August after the census is of school age and has a number
SCHOOL_AGE_BEFORE_UPN = 4
PSEUDO_AUTHORITY = "001"
"""Number under which an area that is no authority (England's average) makes a return: one of the pseudo codes for UPNs."""


def child_ids(children: Ints) -> NDArray[np.str_]:
    """Return the ``LAchildID`` of children, "SIM" and their number in the simulation."""
    return np.array([f"SIM{number:07d}" for number in children.tolist()], dtype=str)


def unique_pupil_numbers(children: Ints, birth: Dates, lea: str) -> NDArray[np.str_]:
    """Return valid unique pupil numbers, distinct for up to a million children.

    A check letter, the authority, a school in the range 9000 to 9999, the year in which the child would have started
    school and a serial number. School and serial number are the child's number in the simulation, so that no draw and no
    register of pupils is involved.
    """
    school = 9000 + (children // 1000) % 1000
    year = (birth.astype("datetime64[Y]").astype(np.int64) + 1970 + SCHOOL_AGE_BEFORE_UPN) % 100
    tail = (school * 100 + year) * 1000 + children % 1000
    numbers = [f"{lea}{number:09d}" for number in tail.tolist()]
    weighted = [sum(weight * int(digit) for weight, digit in enumerate(number, start=2)) for number in numbers]
    return np.array([CHECK_LETTERS[total % 23] + number for total, number in zip(weighted, numbers, strict=True)], dtype=str)


def identifiers(
    population: PopulationLike, children: Ints, lea: str, died: Dates, no_further_action: NDArray[np.bool_], on: np.datetime64
) -> dict[str, object]:
    """Return the columns of ``ChildIdentifiers`` as known on the census date.

    Parameters
    ----------
    children : numbers of the children returned. died : date of each one's death, NaT for none.
    no_further_action : whether all that is returned of a child are referrals without further action.
    """
    birth = np.asarray(population.birth)[children].astype("datetime64[D]")
    unborn = birth > on
    next_august = on + np.timedelta64(153, "D")  # from 31 March to 31 August
    of_school_age = ages_at(birth, np.full(len(birth), next_august)) >= UPN_AGE
    upn = np.where(of_school_age & ~no_further_action, unique_pupil_numbers(children, birth, lea), "")
    not_a_time = np.datetime64("NaT")
    return {
        "LAchildID": child_ids(children),
        "UPN": upn,
        "UPNunknown": np.where(upn != "", "", np.where(of_school_age, "UN7", "UN1")),
        "PersonBirthDate": np.where(unborn, not_a_time, birth),
        "ExpectedPersonBirthDate": np.where(unborn, birth, not_a_time),
        "Sex": np.where(unborn, "U", np.where(np.asarray(population.sex)[children] == 0, "M", "F")),
        "PersonDeathDate": died,
    }


def deaths(population: PopulationLike, children: Ints, left: Dates, first: np.datetime64, on: np.datetime64) -> Dates:
    """Return the dates of the deaths of children in the year, NaT for the others; ``left`` is when each left the area."""
    because = history(population, "leaves_because")
    died = np.zeros(len(children), bool) if because is None else (because[children] == DIES) & (left >= first) & (left <= on)
    return np.where(died, left, np.datetime64("NaT"))


def ethnicity_codes(population: PopulationLike, children: Ints, draws: Draws) -> NDArray[np.str_]:
    """Return the ``Ethnicity`` of children: the published detail within the broad group that the simulation knows."""
    group = np.asarray(population.ethnicity)[children].astype(np.int64)
    return ethnicities().draw(group, draws.block("census ethnicity", children))


def disability_rows(population: PopulationLike, children: Ints, draws: Draws) -> Mapping[str, object]:
    """Return the columns of ``Disabilities``: NONE, or one and more codes, of each of the children given."""
    disabled = np.flatnonzero(np.asarray(population.disabled)[children])
    none = np.setdiff1d(np.arange(len(children)), disabled)
    zero = np.zeros(len(disabled), dtype=np.int64)
    kinds = disabilities()
    row, code = kinds.draw_one_or_more(draws, "census disability", children[disabled], zero, zero)
    rows = np.concatenate([disabled[row], none])
    codes = np.concatenate([kinds.codes[code], np.full(len(none), "NONE")])
    order = np.argsort(rows, kind="stable")
    return {"LAchildID": child_ids(children[rows[order]]), "Disability": codes[order]}
