"""What a manifest must hold to be read again: nothing that it lacks is made up, and what is wrong is named by its key."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cinsim.errors import InputError, quoted
from cinsim.sealed import require_keys

FORMAT: Final = 2
"""2: with a digest of every file and of the manifest itself."""
_LARGEST: Final = 2**63
Check = Callable[[object, Path, str], None]


def _of(kind: type | tuple[type, ...], words: str) -> Check:
    def check(value: object, path: Path, key: str) -> None:
        whole = isinstance(value, bool) and kind is not bool
        if whole or not isinstance(value, kind):
            raise InputError(f"must be {words}, not {quoted(value)}", path=path, key=key)

    return check


_text = _of(str, "text")
_mapping, _mapping_or_null = _of(dict, "a mapping"), _of((dict, type(None)), "a mapping or null")
_is_list = _of(list, "a list")


def _whole(value: object, path: Path, key: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not abs(value) < _LARGEST:
        raise InputError(f"must be a whole number, not {quoted(value)}", path=path, key=key)


def _number(value: object, path: Path, key: str) -> None:
    fits = (isinstance(value, float) and math.isfinite(value)) or (isinstance(value, int) and abs(value) < _LARGEST)
    if isinstance(value, bool) or not fits:
        raise InputError(f"must be a number, not {quoted(value)}", path=path, key=key)


def _each(check: Check, *, fewest: int = 0) -> Check:
    def checked(value: object, path: Path, key: str) -> None:
        _is_list(value, path, key)
        assert isinstance(value, list)
        if len(value) < fewest:
            raise InputError("must not be empty", path=path, key=key)
        for place, entry in enumerate(value):
            check(entry, path, f"{key}.{place}")

    return checked


def _every(check: Check) -> Check:
    def checked(value: object, path: Path, key: str) -> None:
        for name, entry in require_keys(value, (), path, key).items():
            check(entry, path, f"{key}.{name}")

    return checked


def _with(**checks: Check) -> Check:
    def checked(value: object, path: Path, key: str) -> None:
        held = require_keys(value, checks, path, key)
        for name, check in checks.items():
            check(held[name], path, f"{key}.{name}" if key else name)

    return checked


_RUN: Final = _with(run=_whole, scenario=_text, area_code=_text, draw=_whole, replication=_whole)
_SCENARIO: Final = _with(name=_text, title=_text)
_PARAMETER: Final = _with(
    name=_text, value=_number, unit=_text, low=_number, high=_number, source=_text, evidence=_text, status=_text,
    description=_text,
)  # fmt: skip
_MANIFEST: Final = _with(
    format=_whole, cinsim=_text, command=_text, scenario=_SCENARIO, scenarios=_each(_SCENARIO, fewest=1), seed=_whole,
    parameters=_each(_PARAMETER), parameter_sets=_every(_each(_every(_number), fewest=1)),
    areas=_each(_with(area_code=_text, area_name=_text), fewest=1), national=_mapping_or_null,
    sampling=_mapping_or_null, initial_state=_mapping_or_null, warm_up=_mapping,
    versions=_mapping, code_version=_text, git=_mapping_or_null, data=_mapping,
    tasks=_with(keys=_each(_text), keys_with_events=_each(_text), runs_with_events=_each(_RUN), total=_whole),
    checks=_every(_with(passed=_whole, failed=_whole)), wall_time_seconds=_number, cost=_mapping, files=_every(_text),
    digest=_text,
)  # fmt: skip


def require_shape(manifest: object, path: Path) -> dict[str, Any]:
    """Return what was read from a manifest's file if it is shaped as one.

    Raises
    ------
    InputError : it is none, is of another format, or a key is missing or wrong; the message names the first.
    """
    if not isinstance(manifest, dict) or not {"format", "scenario"} & set(manifest):
        raise InputError("is not the manifest.json of a cinsim run", path=path)
    if "format" in manifest and manifest["format"] != FORMAT:
        raise InputError(f"has format {quoted(manifest['format'])}, this cinsim reads format {FORMAT}", path=path, key="format")
    _MANIFEST(manifest, path, "")
    _fits_together(manifest, path)
    return manifest


def _fits_together(manifest: Mapping[str, Any], path: Path) -> None:
    names = [scenario["name"] for scenario in manifest["scenarios"]]
    if manifest["scenario"] != manifest["scenarios"][0]:
        raise InputError("must be the first of the scenarios, word for word", path=path, key="scenario")
    if len(set(names)) < len(names) or set(names) != set(manifest["parameter_sets"]):
        raise InputError(
            f"must hold one entry for each scenario, called {quoted(', '.join(names))}", path=path, key="parameter_sets"
        )
    known = {entry["name"] for entry in manifest["parameters"]}
    for name, sets in manifest["parameter_sets"].items():
        for place, values in enumerate(sets):
            if missing := sorted(known - set(values)):
                raise InputError("is missing", path=path, key=f"parameter_sets.{name}.{place}.{missing[0]}")
