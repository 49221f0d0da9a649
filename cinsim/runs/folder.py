"""A run's folder appears whole or not at all, and never replaces results that the new run does not hold."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cinsim.errors import InputError, RunError

CONTENTS = (
    "manifest.json", "measures.csv", "summary.csv", "national.csv", "national_summary.csv", "variation.csv", "differences.csv",
    "national_differences.csv", "contributions.csv", "children_changed.parquet", "events.parquet", "groups.csv", "report.html",
    "figures",
)  # fmt: skip
SPACE_NEEDED_BYTES = 64 * 2**20


def what_would_be_lost(folder: Path, keys: Iterable[str], keys_with_events: Iterable[str], code: str) -> str:
    """Return in words what an existing folder holds that a new run would not, "" if nothing.

    Parameters
    ----------
    folder : an existing folder.
    keys, keys_with_events : keys of the new run's tasks, and of those whose event record it keeps.
    code : version of the code that the new run uses.
    """
    inside = {path.name for path in folder.iterdir()}
    if not inside:
        return ""
    try:
        held = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        old, old_with_events, old_code = held["tasks"]["keys"], held["tasks"]["keys_with_events"], held["code_version"]
    except (OSError, ValueError, KeyError, TypeError):
        return "no run of this package"
    if inside - set(CONTENTS):
        return f"what no run wrote ({', '.join(sorted(inside - set(CONTENTS)))})"
    if old_code != code:
        return "results of other code or library versions"
    if not set(old) <= set(keys):
        return "other results"
    return "" if set(old_with_events) <= set(keys_with_events) else "event records that this run would not keep"


def refuse_to_overwrite(folder: Path, keys: Iterable[str], keys_with_events: Iterable[str], code: str) -> None:
    """Raise unless a folder is empty, or holds nothing that the new run would not hold as well.

    Raises
    ------
    InputError : it holds other results; the message says how to keep or replace them.
    """
    lost = what_would_be_lost(folder, keys, keys_with_events, code) if folder.is_dir() else "a file"
    if lost:
        raise InputError(
            f"{folder} is already there and holds {lost}; name another folder with --out, or replace it with --overwrite",
            key="--out",
        )


def require_space(folder: Path) -> None:
    """Raise :class:`RunError` if the disk under an existing folder is as good as full."""
    free = shutil.disk_usage(folder).free
    needed = SPACE_NEEDED_BYTES / 2**20
    if free < SPACE_NEEDED_BYTES:
        raise RunError(f"{folder} has {free / 2**20:.0f} MB left and a run needs at least {needed:.0f}; nothing was begun")


@contextmanager
def written_aside(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside ``folder`` to write into; on success it takes that name, on failure it is removed.

    Raises
    ------
    RunError : the disk is full or the folder cannot be written.
    """
    aside = folder.parent / f".{folder.name}.{os.getpid()}.partial"
    retired = folder.parent / f".{folder.name}.{os.getpid()}.replaced"
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        yield aside
        if folder.exists():
            folder.rename(retired)
        aside.rename(folder)
        shutil.rmtree(retired, ignore_errors=True)
    except OSError as error:
        raise RunError(f"{folder} could not be written: {error.strerror or error}; finished tasks are kept") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
