"""What columns are called: the names of one release as this package uses them, and what other releases call the same.

A file is read by these names whatever its year. Beside the names listed here, a column is found under its name in any case and
with any signs between the words (``awaiting_assessment``), and with ``_count`` after it (``cpp_start_count``), which is how the
Department for Education has renamed columns since its release of 2025.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cinsim.errors import InputError

OTHER_NAMES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "c1_": {
        "Referrals": ("referral_count",),
        "Referrals_rate": ("referral_rate",),
        "Re_referrals": ("rereferral_count",),
        "Re_referrals_percent": ("rereferral_percent",),
        "Referrals_child": ("referral_child_count",),
        "Referrals_child_rate": ("referral_child_rate",),
        "Re_referrals_child": ("rereferral_child_count",),
        "Re_referrals_child_percent": ("rereferral_child_percent",),
    },
}
"""By how the file's name begins: the name of a column in the release of 2024, and its names in others."""

NEAR: Final = 3


def column_key(name: str) -> str:
    """Return a published column name as a lower-case key: ``Education_Services`` to ``education_services``."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def found_under(column: str, there: Sequence[str], prefix: str) -> list[str]:
    """Return the names in ``there`` that mean ``column`` in the file whose name begins with ``prefix``; one, if all is well."""
    called = (column, *OTHER_NAMES.get(prefix, {}).get(column, ()))
    keys = {key for name in called for key in (column_key(name), f"{column_key(name)}_count")}
    return [name for name in there if name in called or column_key(name) in keys]


def not_there(column: str, there: Sequence[str], prefix: str) -> str:
    """Say that a column is not in a file, under which names it was looked for, and which names come nearest."""
    others = OTHER_NAMES.get(prefix, {}).get(column, ())
    also = f" (nor is {' or '.join(others)})" if others else ""
    keys = {column_key(name): name for name in there}
    near: dict[str, None] = {}
    for name in (column, *others):
        near |= dict.fromkeys(keys[key] for key in difflib.get_close_matches(column_key(name), keys, n=NEAR, cutoff=0.5))
    hint = f"; the nearest are {', '.join(list(near)[:NEAR])}" if near else f"; the file has {', '.join(there) or 'no column'}"
    return f"the column is not there{also}{hint}"


def own_names(columns: Iterable[str], there: Sequence[str], prefix: str) -> dict[str, str]:
    """Return the name in the file of each of ``columns`` that it has exactly once."""
    found = {column: found_under(column, there, prefix) for column in columns}
    return {column: names[0] for column, names in found.items() if len(names) == 1}


def column_problems(columns: Iterable[str], there: Sequence[str], prefix: str) -> list[InputError]:
    """Return what is wrong with a file's columns: each of ``columns`` that it lacks, or has under two names."""
    problems = []
    for column in dict.fromkeys(columns):
        names = found_under(column, there, prefix)
        if not names:
            problems.append(InputError(not_there(column, there, prefix), key=column))
        elif len(names) > 1:
            problems.append(InputError(f"the same column under two names, {' and '.join(names)}: keep one", key=column))
    return problems
