"""What a repeat of a run takes from its manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cinsim.errors import InputError
from cinsim.runs.manifest import read_manifest, repeated_scenarios
from cinsim.runs.run import ParameterSets
from cinsim.runs.tasks import code_version
from cinsim.scenario import Scenario


def pinned_parameters(manifest: Path) -> ParameterSets:
    """Return the parameter values a run was made with, by arm, so that a later register does not change a repeat of it."""
    sets: ParameterSets = read_manifest(manifest)["parameter_sets"]
    return sets


def pinned_parameters_of_run(manifest: Path) -> Sequence[Mapping[str, float]]:
    """Return the parameter values that a run of one scenario was made with, one set a draw.

    Raises
    ------
    InputError
        It is the manifest of a comparison.
    """
    sets = pinned_parameters(manifest)
    if len(sets) > 1:
        raise InputError("is the manifest of a comparison; repeat it with cinsim compare", path=manifest)
    return next(iter(sets.values()))


def compared_scenarios(manifest: Path) -> list[Scenario]:
    """Return the scenarios of a comparison, the baseline first, as its manifest holds them.

    Raises
    ------
    InputError
        It is the manifest of a single run.
    """
    scenarios = repeated_scenarios(manifest)
    if len(scenarios) < 2:
        raise InputError("is the manifest of a single run; repeat it with cinsim run", path=manifest)
    return scenarios


def repeats_other_code(manifest: Path) -> bool:
    """Return whether a run was made with other code or library versions than these, so that a repeat may differ."""
    return bool(read_manifest(manifest).get("code_version") != code_version())
