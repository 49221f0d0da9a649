"""The command line as a user has it: a process of its own, in a folder of the user's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def command(folder: Path, *arguments: str, hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    """Return what a command did, run in a folder."""
    here = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONHASHSEED": hash_seed}
    return subprocess.run(
        [sys.executable, "-m", "cinsim", *arguments], cwd=folder, env=here, capture_output=True, text=True, check=False
    )


def done(folder: Path, *arguments: str, hash_seed: str = "0") -> str:
    """Return what a command printed that must go well."""
    result = command(folder, *arguments, hash_seed=hash_seed)
    assert result.returncode == 0, result.stderr
    return result.stdout
