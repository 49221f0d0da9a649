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


def test_no_meaning_is_read_out_of_the_order_of_events_and_details() -> None:
    """An event that is added at the end would fall out of a range in silence; groups are named in cinsim.reference.events."""

    def is_member(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("Event", "Detail")

    def is_ordered(node: ast.AST) -> bool:
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops):
            return any(is_member(side) for side in (node.left, *node.comparators))
        ranged = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"
        return ranged and any(is_member(part) for part in ast.walk(node))

    assert is_ordered(ast.parse("Event.REFERRAL <= code", mode="eval").body)
    assert is_ordered(ast.parse("range(Detail.RC1, Detail.RC7 + 1)", mode="eval").body)
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"  # type: ignore[attr-defined]
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if is_ordered(node)
    ]
    assert not found
