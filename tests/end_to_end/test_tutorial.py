"""The Python tutorial: its blocks run as they stand, and print what it says they print."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.end_to_end

PROJECT = Path(__file__).parents[2]
TUTORIAL = PROJECT / "docs" / "tutorials" / "python_api.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    """Return the tutorial's blocks of code, each with the text that follows it as its output ("" where none does)."""
    found = BLOCK.findall(TUTORIAL.read_text(encoding="utf-8"))
    following = [*found[1:], ("python", "")]
    return [
        (body, after if kind == "text" else "")
        for (language, body), (kind, after) in zip(found, following, strict=True)
        if language == "python"
    ]


def test_every_block_of_the_python_tutorial_runs_and_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(PROJECT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    found = blocks()
    assert sum(bool(expected) for _, expected in found) >= 6
    for number, (code, expected) in enumerate(found, start=1):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, f"block {number} of {TUTORIAL.name}", "exec"), names)
        if expected:
            assert printed.getvalue() == expected, f"block {number}"
    assert {"result", "comparison", "uncertain"} <= names.keys()
