"""Rooms of the package and what they may import: the contract stands in pyproject.toml."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cinsim.reference.parameters import THRESHOLDS

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cinsim"


def test_every_room_imports_from_those_below_it_and_never_in_a_circle(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from importlinter.application.use_cases import lint_imports
    from importlinter.configuration import configure

    monkeypatch.chdir(ROOT)
    configure()
    kept = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None, is_debug_mode=True)
    assert kept, capsys.readouterr().out


def test_no_room_imports_the_package_itself() -> None:
    upward = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(name.name == "cinsim" for name in node.names)
    ]
    assert not upward, "take VERSION and PACKAGE from cinsim.about"


def test_a_threshold_is_read_by_the_rules_alone() -> None:
    """Who else compares with a threshold has a rule of its own, which goes on when the rule changes."""
    reads = [
        f"{path.relative_to(ROOT)}:{node.lineno} reads .{node.attr}"
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "policy" / "thresholds.py" and path.parent.name != "planning"  # whose `plan` is a staffing plan
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in THRESHOLDS
    ]
    assert not reads, "call a rule of cinsim.policy.thresholds; for an array, through cinsim.policy.many"
