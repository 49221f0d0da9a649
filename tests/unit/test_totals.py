"""Floats are added in order everywhere, so that every Python gives the same bits."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cinsim
from cinsim.engine.totals import sum_in_order

pytestmark = pytest.mark.unit

PACKAGE = Path(cinsim.__file__).parent
ROOMS = (
    "engine", "pathway", "workforce", "policy", "population", "simulation", "reference", "outcomes", "planning", "scenario",
)  # fmt: skip
OTHER_PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")
RUN = """
import hashlib
from cinsim.reference.areas import find_area
from cinsim.scenario import Scenario
from cinsim.simulation.replicate import replicate
run = replicate(Scenario(title="a year", area="Rutland", years=1, warm_up=1, population_fraction=0.3), find_area("Rutland"))
print(hashlib.sha256(run.record.rows().tobytes()).hexdigest())
"""


def test_floats_are_added_one_after_the_other() -> None:
    assert sum_in_order([0.1] * 10) == 0.9999999999999999
    assert sum_in_order([]) == 0.0


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_of_the_model_uses_the_sum_that_differs_between_versions_of_python(room: str) -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sum" and len(node.args) == 1
    ]
    assert not found, f"use cinsim.engine.totals.sum_in_order, or len(), at {', '.join(found)}"


def _digest(python: str) -> str | None:
    """Return the digest of a run under another Python, None where it or what cinsim needs is not installed."""
    try:
        done = subprocess.run(
            [python, "-c", RUN], capture_output=True, text=True, cwd=PACKAGE.parent, timeout=300, check=False,
            env={"PATH": str(Path(python).parent), "PYTHONPATH": str(PACKAGE.parent)},
        )  # fmt: skip
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


@pytest.mark.slow
def test_every_python_that_is_installed_simulates_the_same_children() -> None:
    import shutil

    own = _digest(sys.executable)
    assert own is not None
    others = [found for name in OTHER_PYTHONS if (found := shutil.which(name)) and not _is_own(found)]
    digests = {python: digest for python in others if (digest := _digest(python)) is not None}
    if not digests:
        pytest.skip("not run: no other Python with the packages that cinsim needs")
    assert set(digests.values()) == {own}


def _is_own(python: str) -> bool:
    ask = "import sys; print(sys.version_info[:2])"
    done = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    return done.stdout.strip() in ("", str(sys.version_info[:2]))
