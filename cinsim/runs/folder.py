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
    "manifest.json", "measures.csv", "summary.csv", "differences.csv", "children_changed.parquet", "events.parquet",
    "report.html", "figures",
)  # fmt: skip
SPACE_NEEDED_BYTES = 64 * 2**20


def may_replace(folder: Path, keys: Iterable[str], keys_with_events: Iterable[str]) -> bool:
    """Return whether every result in an existing run folder is also in the new run, so that replacing it loses nothing.

    Parameters
    ----------
    folder : an existing run folder.
    keys, keys_with_events : keys of the new run's tasks, and of those whose event record it keeps.
    """
    try:
        held = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["tasks"]
        old, old_with_events = set(held["keys"]), set(held["keys_with_events"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    foreign = {path.name for path in folder.iterdir()} - set(CONTENTS)
    return not foreign and old <= set(keys) and old_with_events <= set(keys_with_events)


def refuse_to_overwrite(folder: Path, keys: Iterable[str], keys_with_events: Iterable[str]) -> None:
    """Raise unless the folder is free, empty, or holds nothing that the new run would not hold as well.

    Raises
    ------
    InputError : it holds other results.
    """
    if folder.is_dir() and (not any(folder.iterdir()) or may_replace(folder, keys, keys_with_events)):
        return
    if folder.exists():
        raise InputError(
            f"{folder} is already there and holds other results; name another folder with --out, or replace it with --overwrite",
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
