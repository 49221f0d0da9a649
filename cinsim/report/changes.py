"""What a scenario says otherwise than the baseline, as lines of words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cinsim.report.folder import RunFolder
from cinsim.scenario.model import Scenario
from cinsim.scenario.posts import POSTS_KEY, posts_in_words
from cinsim.scenario.today import practice_today

# differences in these are no change of policy
_NOT_POLICY = ("name", "title", "question", "outcomes", "extends", "replications", "seed", "initial_state", "precision")

_NAMES = {"cin": "CIN", "cpp": "child protection", "fte": "FTE"}
_SECTIONS = ("policies", "workforce", "demand", "parameters")
# keys whose own words say too little beside their block's
_SAID = {
    "policy_start": "from",
    "phase_in": "phased in over",
    "policies.thresholds.national": "thresholds, how far to the national set",
    "policies.thresholds.reference": "thresholds, the national set",
    "policies.cin_visits.interval": "CIN visits, at most this long apart",
    "policies.cin_visits.disabled_interval": "CIN visits to disabled children, at most this long apart",
    "policies.cpp_visits.interval": "child protection visits, at most this long apart",
    "policies.reviews.cin_interval": "CIN reviews, at most this long apart",
    "policies.reviews.cpp_first": "first child protection review, within",
    "policies.reviews.cpp_interval": "later child protection reviews, at most this long apart",
    "policies.lead_practitioner.share_non_social_worker": "share of eligible CIN plans not led by a social worker",
    "policies.lead_practitioner.eligible": "eligible CIN plans, by complexity",
    "policies.lead_practitioner.variant": "assumed effect of who leads",
    "policies.plan_quality.share_high_quality": "share of new plans of high quality",
    "policies.early_help.capacity": "early help, places for families closed without a service",
    "policies.early_help.step_down": "early help, places for families whose plan ends",
    "policies.family_help.merged": "early help and CIN teams merged",
}


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return the leaves of a resolved scenario by dotted key, as text; what is not set is left out."""
    leaves: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            leaves.update(flat(value, f"{prefix}{key}."))
        elif f"{prefix}{key}" == POSTS_KEY and value is not None:
            leaves[POSTS_KEY] = posts_in_words(value)
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
            f"{_words(k)}: {_value(mine, k, known) or 'as it is'}{_before(run, base, k, known)}"
            for k in keys
            if k.split(".")[0] not in _NOT_POLICY
        ]
        told.append((arm.title, lines))
    return told


def _before(run: RunFolder, base: Mapping[str, str], key: str, parameters: Mapping[str, float]) -> str:
    if key in ("policy_start", "phase_in"):  # when the scenario's changes come; the baseline has none
        return ""
    before = _value(base, key, parameters)
    return f" (in {run.baseline.named} {before})" if before else ""


def _value(leaves: Mapping[str, str], key: str, parameters: Mapping[str, float]) -> str:
    """Return a value as words; where a scenario says nothing, practice as it is, empty where that is not one value."""
    if key in leaves:
        return {"True": "yes", "False": "no"}.get(leaves[key], _date(leaves[key]))
    return practice_today(key, parameters) or ""


def _date(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%B %Y}"


def settings(run: RunFolder) -> list[str]:
    """Return what a single scenario sets beyond baseline practice, as lines of words."""
    leaves, usual = flat(run.baseline.resolved), flat(Scenario(title="as it is").resolved())
    return [
        f"{_words(k)}: {_value(leaves, k, {})}" for k in leaves if k.partition(".")[0] in _SECTIONS and leaves[k] != usual.get(k)
    ]


def _words(key: str) -> str:
    if key in _SAID:
        return _SAID[key][0].upper() + _SAID[key][1:]
    first, _, rest = key.partition(".")
    text = (rest if first in _SECTIONS and rest else key).replace("_", " ").replace(".", ", ")
    words = " ".join(_NAMES.get(word, word) for word in text.split(" "))
    return words[0].upper() + words[1:]


def _parameters(run: RunFolder) -> list[Mapping[str, Any]]:
    stored = run.manifest.get("parameters") or []
    return [p for p in stored if isinstance(p, Mapping) and "name" in p and isinstance(p.get("value"), int | float)]
