"""A scenario as a manifest holds it: whole, so that a repeat takes nothing from this version's defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cinsim.errors import InputError, quoted
from cinsim.scenario.model import Scenario
from cinsim.scenario.problems import Place, ScenarioError, checked
from cinsim.scenario.quantities import UNITS_REQUIRED

RETURN_PATH: Final = "initial_state.txt"
"""The file beside a manifest that says where the return lies a run started from; the manifest, which is passed on, does not."""


def stored_scenario(held: object, path: Path, key: str) -> Scenario:
    """Return a scenario that a manifest holds, exactly as it was.

    Parameters
    ----------
    held
        What the manifest holds.
    path
        Of the manifest.
    key
        Under which it is held there, for messages.

    Raises
    ------
    InputError
        It is no scenario, or a key is missing or wrong.
    """
    if not isinstance(held, Mapping):
        raise InputError(f"{quoted(held)} stands where a scenario is needed", path=path, key=key)
    data = with_return_found(held, path)
    try:
        scenario = checked(Scenario, data, lambda _: Place(path), context=UNITS_REQUIRED)
    except ScenarioError as error:
        problems = [InputError(p.message, path=path, key=f"{key}.{p.key}" if p.key else key) for p in error.problems]
        raise ScenarioError(problems) from None
    for missing in _missing(scenario.resolved(), data, key):
        raise InputError("is missing; a run is repeated with every key as it was, not with a default", path=path, key=missing)
    return scenario


def with_return_found(held: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return what a manifest holds of a scenario, with the path of the return that it names."""
    name = held.get("initial_state")
    if not isinstance(name, str) or "\0" in name or Path(name).is_absolute():
        return dict(held)
    note = path.parent / RETURN_PATH
    try:
        where = Path(note.read_text(encoding="utf-8").strip()) if note.is_file() else path.parent / name
    except (OSError, ValueError):
        where = path.parent / name
    return {**held, "initial_state": str(where.absolute())}


def _missing(whole: Any, held: Any, key: str) -> Iterator[str]:
    """Yield the keys of a resolved scenario that what is held lacks."""
    if isinstance(whole, Mapping):
        for name, value in whole.items():
            if not isinstance(held, Mapping) or name not in held:
                yield f"{key}.{name}"
            else:
                yield from _missing(value, held[name], f"{key}.{name}")
    elif isinstance(whole, list) and isinstance(held, list):
        for place, (value, below) in enumerate(zip(whole, held, strict=False)):
            yield from _missing(value, below, f"{key}.{place}")
