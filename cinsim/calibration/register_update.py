"""Writing fitted values into the parameter register: the entries' ``value`` and ``source`` lines, nothing else."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final

from cinsim.calibration.point import PointFit
from cinsim.errors import InputError
from cinsim.reference.register import FILE, parse_register

DIGITS: Final = 4


def updates_of(fit: PointFit) -> dict[str, tuple[float, str]]:
    """Return by parameter the fitted value, in four significant digits, and the source it is to have in the register."""
    under = "" if fit.structure == "both" else f" under the structure {fit.structure}"
    out = {}
    for name, value in fit.values.items():
        low, high = (float(f"{end:.3g}") for end in fit.interval(name))
        source = f"fitted to England {fit.year}{under} (docs/calibration.md); 90% interval {low:g} to {high:g}"
        out[name] = (float(f"{value:.{DIGITS}g}"), source)
    return out


def updated_register(text: str, updates: Mapping[str, tuple[float, str]]) -> str:
    """Return the register's YAML text with other values and sources in some entries; every other line stays as it is.

    Raises
    ------
    InputError : an entry is not there or cannot be changed line by line, or a value lies outside the entry's range.
    """
    lines = text.splitlines(keepends=True)
    left = dict(updates)
    entry = ""
    for place, line in enumerate(lines):
        if heading := re.match(r"(\w+):\s*$", line):
            entry = heading[1]
        if entry not in updates:
            continue
        value, source = updates[entry]
        if re.match(r"  value: ", line):
            lines[place] = f"  value: {value:g}\n"
        elif re.match(r'  source: .*["\w)]\s*$', line):
            lines[place] = f'  source: "{source}"\n'
            left.pop(entry)
    if left:
        raise InputError(f"{next(iter(left))} has no entry with a value and a source of one line each", path=FILE)
    new = "".join(lines)
    parse_register(new)
    return new


def difference(before: str, after: str) -> str:
    """Return what changes in the register, as a unified diff without context; empty if nothing does."""
    return "".join(difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), FILE, FILE, n=1))
