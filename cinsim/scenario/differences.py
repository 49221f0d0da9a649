"""What differs between two scenarios once both are resolved: key by key, with where each value was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cinsim.reference.register import load_register
from cinsim.scenario.loader import load_scenario, origins
from cinsim.scenario.model import Scenario
from cinsim.scenario.posts import POSTS_KEY, posts_in_words
from cinsim.scenario.problems import model_at, model_in
from cinsim.scenario.today import practice_today

NOT_SET: Final = "not set"
DEFAULT: Final = "default"
# how a scenario is called says nothing of what happens in it
_CALLED: Final = ("name", "title", "question")
_PARAMETERS: Final = "parameters"
_AS_IT_IS: Final = {
    "policies": "practice as it is",
    "workforce": "the workforce as it is",
    "demand": "referrals as they are",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One key in which two scenarios differ.

    Attributes
    ----------
    key
        Dotted, e.g. ``policies.cin_visits.interval``.
    description
        What the key means.
    values
        As text in the first and in the second, with units; where a scenario says nothing, practice as it is, or "not set"
        where that differs by authority.
    origins
        Where each value came from: ``file:line``, ``--set``, "default", or why it is not set.
    """

    key: str
    description: str
    values: tuple[str, str]
    origins: tuple[str, str]


def differences(
    first: Path | str, second: Path | str, overrides: Mapping[str, str] | None = None
) -> tuple[Scenario, Scenario, tuple[Difference, ...]]:
    """Return two scenarios and what differs between them once resolved, in the order of the scenario's keys.

    Parameters
    ----------
    first, second
        Scenario files, or the ``manifest.json`` of runs.
    overrides
        ``--set`` values by dotted key, which stand above both.

    Raises
    ------
    InputError
        One of them is no scenario.
    """
    scenarios = (load_scenario(first, overrides), load_scenario(second, overrides))
    written = (origins(first, overrides), origins(second, overrides))
    leaves = tuple(dict(_leaves(scenario.resolved())) for scenario in scenarios)
    missing = object()
    found = [
        Difference(
            key,
            _description(key),
            (_text(key, leaves[0]), _text(key, leaves[1])),
            (_origin(key, leaves[0], written[0]), _origin(key, leaves[1], written[1])),
        )
        for key in _in_order({**leaves[0], **leaves[1]})
        if key not in _CALLED and leaves[0].get(key, missing) != leaves[1].get(key, missing)
    ]
    return (*scenarios, tuple(found))


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{key}.")
        else:
            yield key, value


def _in_order(keys: Mapping[str, Any]) -> list[str]:
    """Return keys with those of one block together, blocks in the order in which a scenario has them."""
    blocks = {name: place for place, name in enumerate(Scenario.model_fields)}
    return sorted(keys, key=lambda key: (blocks[key.split(".")[0]], key.rsplit(".", 1)[0]))


def _text(key: str, leaves: Mapping[str, Any]) -> str:
    if key in leaves:
        value = leaves[key]
        if key == POSTS_KEY:
            return posts_in_words(value)
        if isinstance(value, list):
            return ", ".join(str(each) for each in value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return f"{value:g}" if isinstance(value, float) else str(value)
    block, _, name = key.partition(".")
    register = load_register()
    if block == _PARAMETERS:
        return f"{register[name].value:g}"
    own = {name: leaves.get(f"{_PARAMETERS}.{name}", known.value) for name, known in register.items()}
    return practice_today(key, own) or NOT_SET


def _origin(key: str, leaves: Mapping[str, Any], written: Mapping[str, str]) -> str:
    if key in written:
        return written[key]
    if key in leaves:
        return DEFAULT
    block = key.split(".")[0]
    if block == _PARAMETERS:
        return "the register's value"
    return _AS_IT_IS.get(block, DEFAULT)


def _description(key: str) -> str:
    """Return what a key means, in the words of the schema; of a key within a mapping, what the mapping means."""
    steps = key.split(".")
    if steps[0] == _PARAMETERS:
        parameter = load_register()[steps[1]]
        return f"{parameter.description} ({parameter.unit})"
    said = ""
    for place in range(len(steps)):
        above = model_at(Scenario, steps[:place])
        field = above.model_fields.get(steps[place]) if above is not None else None
        if field is not None:
            said = field.description or (said if model_in(field.annotation) is None else "")
    return said
