"""Authorities that were reorganised, so that figures published on older boundaries find their place.

Source: the changes of local government in England of 2019, 2020, 2021 and 2023, and of boundaries by a few households, as they
show in the codes of the Department for Education's tables (reporting years 2013 to 2025).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FormerAuthority:
    """An authority that is no more; its figures stay under its own code, as published for their year."""

    area_code: str
    old_code: str
    area_name: str
    last_year: int
    successors: tuple[str, ...]


RECODED: Final = {
    "E06000048": "E06000057",  # Northumberland, 2013; table c4 kept the code of before until 2019
    "E08000020": "E08000037",  # Gateshead, 2013; the same
    "E10000002": "E06000060",  # Buckinghamshire, 2020
    "E10000023": "E06000065",  # North Yorkshire, 2023
    "E10000027": "E06000066",  # Somerset, 2023
    "E08000038": "E08000016",  # Barnsley, 2025; kept under the code of before, as in DfE's children in need tables of 2025
    "E08000039": "E08000019",  # Sheffield, 2025; the same
}
"""Other codes of the same authority: the code that some file has, and the one under which this package keeps the authority.

An authority keeps one code here whatever its age, so that a scenario, its luck and a fitted correction outlast a change of code.
"""

FORMER: Final = (
    FormerAuthority("E06000028", "837", "Bournemouth", 2019, ("E06000058",)),
    FormerAuthority("E06000029", "836", "Poole", 2019, ("E06000058",)),
    FormerAuthority("E10000009", "835", "Dorset (before 2019)", 2019, ("E06000058", "E06000059")),
    FormerAuthority("E10000021", "928", "Northamptonshire", 2021, ("E06000061", "E06000062")),
    FormerAuthority("E10000006", "909", "Cumbria", 2023, ("E06000063", "E06000064")),
)


def current_code(area_code: str) -> str:
    """Return the code under which this package keeps an authority, given the code of any year."""
    return RECODED.get(area_code, area_code)


def predecessors(area_code: str) -> tuple[FormerAuthority, ...]:
    """Return the former authorities out of which ``area_code`` was formed, in whole or in part."""
    return tuple(former for former in FORMER if area_code in former.successors)
