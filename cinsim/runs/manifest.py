"""The manifest: everything needed to know what a run was and to repeat it exactly."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cinsim.about import PACKAGE, VERSION
from cinsim.files import read_json
from cinsim.listing import listed
from cinsim.reference.small_numbers import HIDDEN, is_small, shown
from cinsim.runs.manifest_shape import FORMAT, require_shape
from cinsim.runs.tasks import Task, code_version, library_versions
from cinsim.scenario.stored import stored_scenario
from cinsim.sealed import require_seal, write_sealed

if TYPE_CHECKING:
    from cinsim.scenario.model import Scenario

MANIFEST: Final = "manifest.json"
TASKS_FOLDER: Final = ".tasks"
PACKAGES = (
    "simpy", "numpy", "pandas", "scipy", "matplotlib", "pydantic", "ruamel.yaml", "typer", "rich", "joblib", "pyarrow",
    "jinja2", "holidays", "defusedxml",
)  # fmt: skip


def git_state() -> dict[str, object] | None:
    """Return the commit and whether files differ from it, or None outside a checkout of this package."""
    root = PACKAGE.parent
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return {"commit": commit, "changed": bool(_git(root, "status", "--porcelain", "--", "cinsim", "scenarios"))}
    except (OSError, subprocess.SubprocessError):
        return None


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True, timeout=20)
    return done.stdout.strip()


def data_hashes() -> dict[str, str]:
    """Return the SHA-256 of each table and register that ships with the package."""
    found = (path for suffix in ("csv", "yaml", "json", "parquet") for path in (PACKAGE / "reference").rglob(f"*.{suffix}"))
    return {path.relative_to(PACKAGE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(found)}


def parameter_entries(values: Mapping[str, float], overridden: Mapping[str, float]) -> list[dict[str, object]]:
    """Return every parameter with the value used, its source, evidence grade and status ("scenario" where a scenario set it)."""
    from cinsim.reference.register import load_register

    return [
        {
            "name": name, "value": values[name], "unit": entry.unit, "low": entry.low, "high": entry.high,
            "source": entry.source, "evidence": entry.evidence,
            "status": "scenario" if name in overridden else entry.status, "description": entry.description,
        }
        for name, entry in load_register().items()
    ]  # fmt: skip


def make_manifest(
    arms: Mapping[str, Scenario], tasks: Sequence[Task], parameters: Mapping[str, Sequence[Mapping[str, float]]],
    receipts: Mapping[str, Mapping[str, Any]], *, wall_seconds: float, computed: int, events_kept: str,
) -> dict[str, Any]:  # fmt: skip
    """Return the manifest of a finished run, JSON-ready.

    Parameters
    ----------
    arms : scenarios by name, the baseline first.
    tasks : every task of the run.
    parameters : for each arm the parameter sets, one a draw.
    receipts : what became of each task, by key.
    wall_seconds, computed : how long this call took and how many tasks it did itself; the rest had been finished before.
    events_kept : the rule by which event records were kept.
    """
    from cinsim.outcomes.national import national_entry, sampling_entry

    baseline_name, baseline = next(iter(arms.items()))
    first_day = date(baseline.start.year - baseline.warm_up, baseline.start.month, baseline.start.day)
    areas = {task.area.area_code: task.area.area_name for task in tasks}
    return {
        "format": FORMAT,
        "cinsim": VERSION,
        "command": "compare" if len(arms) > 1 else "run",
        "scenario": _resolved(baseline_name, baseline),
        "scenarios": [_resolved(name, scenario) for name, scenario in arms.items()],
        "seed": baseline.seed,
        "parameters": parameter_entries(parameters[baseline_name][0], baseline.own_parameters),
        "posterior_draws": {name: posterior_rows(scenario, parameters[name]) for name, scenario in arms.items()},
        "parameter_sets": {name: [dict(values) for values in sets] for name, sets in parameters.items()},
        "areas": [{"area_code": code, "area_name": name} for code, name in areas.items()],
        "national": national_entry(list(areas)),
        "sampling": sampling_entry(baseline.population_fraction),
        "initial_state": _return_entry(tasks[0]),
        "warm_up": {"years": baseline.warm_up, "from": first_day.isoformat(), "to": baseline.start.isoformat()},
        "versions": {"python": platform.python_version(), "platform": platform.platform(), **library_versions(PACKAGES)},
        "code_version": code_version(),
        "git": git_state(),
        "data": data_hashes(),
        "tasks": {
            "total": len(tasks),
            "computed_now": computed,
            "events": events_kept,
            "keys": [task.key for task in tasks],
            "keys_with_events": [task.key for task in tasks if task.keep_events],
            "runs_with_events": [_run_entry(task) for task in tasks if task.keep_events],
        },
        "checks": gathered_checks(tasks, receipts),
        "wall_time_seconds": round(wall_seconds, 2),
        "engine": dict(sorted(Counter(receipt["engine"] for receipt in receipts.values() if "engine" in receipt).items())),
        "cost": {
            "task_seconds": round(sum(float(receipt.get("cpu_seconds", 0)) for receipt in receipts.values()), 2),
            "events": sum(int(receipt.get("events", 0)) for receipt in receipts.values()),
            **_peak_memory(receipts.values()),
        },
    }


def _peak_memory(receipts: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Return the most memory that a process held; where systems did not tell it of any task, null and the word on it."""
    measured = [float(receipt["peak_memory_mb"]) for receipt in receipts if receipt.get("peak_memory_mb") is not None]
    return {"peak_memory_mb": max(measured)} if measured else {"peak_memory_mb": None, "not_measured": ["peak_memory_mb"]}


def posterior_rows(scenario: Scenario, sets: Sequence[Mapping[str, float]]) -> list[int] | None:
    """Return which rows of the posterior (from 0) a run's parameter sets are, in the order of its draws; None for others."""
    from cinsim.reference.calibrated import posterior_draws, posterior_order, posterior_size

    size = posterior_size(scenario.structure)
    if isinstance(scenario.draws, str) or scenario.draws > size:
        return None
    taken = posterior_draws(scenario.draws, scenario.structure, seed=scenario.seed)
    own = set(scenario.own_parameters)
    are_these = len(taken) == len(sets) and all(
        values.get(name) == value
        for values, row in zip(sets, taken, strict=True)
        for name, value in row.items()
        if name not in own
    )
    return posterior_order(size, scenario.seed)[: scenario.draws] if are_these else None


def _return_entry(task: Task) -> dict[str, object] | None:
    """Return which return a run started from, None where it started from a warm-up; small numbers are suppressed."""
    held = task.caseload
    if held is None:
        return None
    return {
        "file": Path(task.scenario.initial_state or "").name,
        "sha256": held.content,
        "census_date": str(held.on),
        "open_children": HIDDEN if is_small(len(held)) else len(held),
        "read_as": shown(held.by_stage),
        "taken_over": held.digest,
    }


def _run_entry(task: Task) -> dict[str, object]:
    """Return what a number in the column ``run`` of ``events.parquet`` stands for."""
    return {
        "run": task.run,
        "scenario": task.arm,
        "area_code": task.area.area_code,
        "draw": task.draw,
        "replication": task.replication,
    }


def _resolved(name: str, scenario: Scenario) -> dict[str, Any]:
    held = {**scenario.resolved(), "name": name}
    if scenario.initial_state is not None:  # where it lies is nobody's business to whom the manifest is passed on
        held["initial_state"] = Path(scenario.initial_state).name
    return held


def gathered_checks(tasks: Sequence[Task], receipts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return for each check how many tasks passed it, with the first that failed in words."""
    gathered: dict[str, dict[str, Any]] = {}
    for task in tasks:
        for name, outcome in receipts[task.key].get("checks", {}).items():
            entry = gathered.setdefault(name, {"passed": 0, "failed": 0, "first_failure": None})
            entry["passed" if outcome["passed"] else "failed"] += 1
            if not outcome["passed"] and entry["first_failure"] is None:
                entry["first_failure"] = f"{task.label}: {outcome.get('found', '')}"
    return gathered


def write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write the manifest of a run folder, with the digest of every other file in it and of itself."""
    write_sealed({**manifest, "files": listed(folder, (MANIFEST, TASKS_FOLDER))}, folder / MANIFEST)


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest that this package wrote.

    Raises
    ------
    InputError : the file is missing, is not such a manifest, lacks a key, or was changed since.
    """
    manifest = require_shape(read_json(path), path)
    require_seal(manifest, path)
    return manifest


def repeated_scenarios(path: Path) -> list[Scenario]:
    """Return the scenarios of a manifest, the baseline first, exactly as they were.

    Raises
    ------
    InputError : as :func:`read_manifest`, or one of them is not one.
    """
    manifest = require_shape(read_json(path), path)
    scenarios = [stored_scenario(held, path, f"scenarios.{place}") for place, held in enumerate(manifest["scenarios"])]
    require_seal(manifest, path)
    return scenarios
