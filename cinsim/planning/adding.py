"""An option more for a comparison that is finished: what the comparison holds is not simulated again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from cinsim.errors import InputError
from cinsim.runs.manifest import MANIFEST, read_manifest, repeated_scenarios
from cinsim.runs.run import Plan, make_plan
from cinsim.scenario.model import Scenario

if TYPE_CHECKING:
    from cinsim.population.caseload import InitialCaseload

EventsKept = Literal["auto", "first", "all", "none"]
_TAKEN_OVER: Final = ("area", "years", "seed", "replications", "draws", "precision", "population_fraction", "initial_state")
"""What an added option has from the comparison, whatever its file says: how often and for whom is no part of an option."""


def with_options_added(folder: Path, added: Sequence[Scenario]) -> tuple[Plan, EventsKept]:
    """Return the plan of a comparison with options more, and whose event records it keeps.

    Parameters
    ----------
    folder : of the finished comparison or run; its parameter sets are taken over.
    added : the options; areas, years, seed, replications and draws are the comparison's.

    Raises
    ------
    InputError : the folder is none of a finished run, or an option cannot be paired with what is there.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError("is no folder of a finished comparison: it has no manifest.json", path=folder, key="--to")
    manifest, there = read_manifest(path), repeated_scenarios(path)
    taken = {key: getattr(there[0], key) for key in _TAKEN_OVER}
    options = [option.with_({key: value for key, value in taken.items() if getattr(option, key) != value}) for option in added]
    own = {option.name: _sets_of(option, manifest) for option in options}
    plan = make_plan([*there, *options], {**manifest["parameter_sets"], **own}, _caseload([*there, *options], manifest))
    held = manifest["tasks"]
    all_kept = len(held["keys_with_events"]) == held["total"]
    kept: EventsKept = "all" if held["events"] == "auto" and all_kept else held["events"]
    return plan, kept


def _sets_of(option: Scenario, manifest: Mapping[str, Any]) -> Sequence[Mapping[str, float]]:
    """Return an added option's parameter sets: the baseline's, where both have the same structure, else its own draws."""
    from cinsim.runs.run import calibrated

    baseline = manifest["scenarios"][0]
    if option.structure != baseline["structure"]:
        return calibrated(option)
    own = set(baseline.get("parameters") or ())
    own |= {f"cost_per_hour_{role}" for role in (baseline.get("costs") or {}).get("per_hour") or ()}
    sets = manifest["parameter_sets"][baseline["name"]]
    return [{name: value for name, value in values.items() if name not in own} for values in sets]


def _caseload(scenarios: Sequence[Scenario], manifest: Mapping[str, Any]) -> InitialCaseload | None:
    if scenarios[0].initial_state is None:
        return None
    from cinsim.census.starting import starting_caseload

    return starting_caseload(scenarios, content=(manifest.get("initial_state") or {}).get("sha256"))
