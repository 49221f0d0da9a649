"""What a scenario says otherwise than the baseline, as lines of words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cinsim.report.folder import RunFolder
from cinsim.scenario.today import practice_today

# differences in these are no change of policy
_NOT_POLICY = ("name", "title", "question", "extends", "replications", "seed", "initial_state", "precision")

_NAMES = {"cin": "CIN", "cpp": "child protection", "fte": "FTE"}
_SECTIONS = ("policies", "workforce", "demand", "parameters")


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return the leaves of a resolved scenario by dotted key, as text; what is not set is left out."""
    leaves: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            leaves.update(flat(value, f"{prefix}{key}."))
        elif value is not None:
            leaves[f"{prefix}{key}"] = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return leaves


def changes(run: RunFolder) -> list[tuple[str, list[str]]]:
    """Return, for each scenario but the baseline, its title and what it says otherwise."""
    base = flat(run.baseline.resolved)
    known = {str(p["name"]): float(p["value"]) for p in _parameters(run)}
    # a parameter that the baseline does not name has the register's value there
    base |= {f"parameters.{p['name']}": f"{p['value']:g}" for p in _parameters(run) if f"parameters.{p['name']}" not in base}
    told = []
    for arm in run.arms[1:]:
        mine = flat(arm.resolved)
        keys = [
            k
            for k in [*mine, *(k for k in base if k not in mine and not k.startswith("parameters."))]
            if mine.get(k) != base.get(k)
        ]
        lines = [
            f"{_words(k)}: {_value(mine, k, known)} (in {run.baseline.label} {_value(base, k, known)})"
            for k in keys
            if k.split(".")[0] not in _NOT_POLICY
        ]
        told.append((arm.title, lines))
    return told


def _value(leaves: Mapping[str, str], key: str, parameters: Mapping[str, float]) -> str:
    """Return a value as words; where a scenario says nothing, practice as it is."""
    if key in leaves:
        return {"True": "yes", "False": "no"}.get(leaves[key], leaves[key])
    return practice_today(key, parameters) or "as it is"


def settings(run: RunFolder) -> list[str]:
    """Return what a single scenario sets beyond baseline practice, as lines of words."""
    leaves = flat(run.baseline.resolved)
    return [f"{_words(k)}: {v}" for k, v in leaves.items() if k.partition(".")[0] in _SECTIONS]


def _words(key: str) -> str:
    first, _, rest = key.partition(".")
    text = (rest if first in _SECTIONS and rest else key).replace("_", " ").replace(".", ", ")
    words = " ".join(_NAMES.get(word, word) for word in text.split(" "))
    return words[0].upper() + words[1:]


def _parameters(run: RunFolder) -> list[Mapping[str, Any]]:
    stored = run.manifest.get("parameters") or []
    return [p for p in stored if isinstance(p, Mapping) and "name" in p and isinstance(p.get("value"), int | float)]
