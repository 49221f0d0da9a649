"""A run's folder appears whole or not at all, and never replaces what the new run does not hold or no run wrote."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from cinsim.errors import InputError, RunError
from cinsim.listing import files_listed, foreign, in_words, remove_listed, require_place
from cinsim.runs.lock import only_one
from cinsim.runs.manifest import MANIFEST, TASKS_FOLDER, read_manifest

SPACE_NEEDED_BYTES = 64 * 2**20


def refuse_foreign(folder: Path, list_name: str) -> None:
    """Raise if an existing folder holds anything that no call of cinsim wrote, or that was changed since.

    Parameters
    ----------
    list_name : the file in it that lists what was written, e.g. ``manifest.json``.

    Raises
    ------
    InputError : it does; whoever put it there decides on it, and ``--overwrite`` does not.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder", key="--out")
    if all(path.name == TASKS_FOLDER for path in folder.iterdir()):  # empty, or a run that was stopped
        return
    beside = f"{folder} is already there and"
    try:
        written = files_listed(folder / list_name)
    except InputError as error:
        if (folder / list_name).exists():
            what = f"is a run folder that is damaged or was changed: its {list_name} {error.message}"
        else:
            what = f"holds what no run wrote ({in_words(foreign(folder, {}))})"
        raise InputError(f"{beside} {what}. Nothing was touched; name another folder with --out", key="--out") from error
    if others := foreign(folder, written, (list_name, TASKS_FOLDER)):
        raise InputError(
            f"{beside} holds what no run wrote ({in_words(others)}). Nothing was touched; move that away, or name another "
            "folder with --out", key="--out",
        )  # fmt: skip


def what_would_be_lost(manifest: dict[str, Any], keys: Iterable[str], keys_with_events: Iterable[str], code: str) -> str:
    """Return in words what an existing run holds that a new one would not, "" if nothing.

    Parameters
    ----------
    manifest : of the existing run.
    keys, keys_with_events : keys of the new run's tasks, and of those whose event record it keeps.
    code : version of the code that the new run uses.
    """
    held = manifest["tasks"]
    if manifest["code_version"] != code:
        return "results of other code or library versions"
    if not set(held["keys"]) <= set(keys):
        return "other results"
    return "" if set(held["keys_with_events"]) <= set(keys_with_events) else "event records that this run would not keep"


def refuse_to_overwrite(
    folder: Path, keys: Iterable[str], keys_with_events: Iterable[str], code: str, *, overwrite: bool = False
) -> None:
    """Raise unless a folder is free, or holds nothing but a run that the new one holds as well or that is to be overwritten.

    Raises
    ------
    InputError : it holds other results, or what no run wrote; the message says how to keep or replace the first.
    """
    if not folder.exists():
        return
    refuse_foreign(folder, MANIFEST)
    if overwrite or not (folder / MANIFEST).exists():
        return
    lost = what_would_be_lost(read_manifest(folder / MANIFEST), keys, keys_with_events, code)
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


Refuse = Callable[[Path], None]


@contextmanager
def reserved(folder: Path, refuse: Refuse, list_name: str, *, private: bool = False) -> Iterator[Path]:
    """Keep a run folder for this run alone: look at it now, before anything is simulated, and give its place, links followed.

    Parameters
    ----------
    refuse : raises InputError where what the folder holds may not be replaced.
    list_name : the file in it that lists what was written.
    private : nothing is written beside the folder, and nobody else may read what is written in it.

    Raises
    ------
    InputError : it may not be replaced, is no place for a folder, or another run is writing it. RunError : cannot be written.
    """
    place = require_place(folder, "--out")
    if place.exists():
        refuse(place)
    with ExitStack() as held:
        try:
            if private:
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
                place.chmod(0o700)
            held.enter_context(only_one(place, tasks_folder(place, private=private) / "locks"))
            recover(place, list_name)
        except OSError as error:
            raise RunError(f"{folder} cannot be written ({error.strerror or error}); choose another folder with --out") from error
        if place.exists():
            refuse(place)
        try:
            yield place
        finally:
            if private:
                keep_private(place)


def tasks_folder(folder: Path, *, private: bool) -> Path:
    """Return where the finished tasks of a run are kept: beside its folder, in it where nobody else may read them."""
    return (folder if private else folder.parent) / TASKS_FOLDER


def recover(folder: Path, list_name: str) -> None:
    """Put right what a call that was killed left beside a folder: a half-written new one goes, a retired old one comes back."""
    for retired in _left_beside(folder, "replaced"):
        if folder.exists():
            _retire(retired, folder, list_name)
        else:
            retired.rename(folder)
    for aside in _left_beside(folder, "partial"):
        shutil.rmtree(aside, ignore_errors=True)


def _left_beside(folder: Path, what: str) -> list[Path]:
    name = re.compile(rf"\.{re.escape(folder.name)}\.\d+\.{what}")
    parent = folder.parent
    return sorted(path for path in parent.iterdir() if name.fullmatch(path.name)) if parent.is_dir() else []


@contextmanager
def written_aside(folder: Path, refuse: Refuse, list_name: str, *, private: bool = False) -> Iterator[Path]:
    """Give an empty folder beside ``folder`` to write into; on success it takes that name, on failure it is removed.

    Finished tasks that lie in ``folder`` move into the new one.

    Parameters
    ----------
    refuse : raises InputError where ``folder`` holds by now what may not be replaced.
    list_name : the file in a folder that lists what was written. private : nobody else may read what is written.

    Raises
    ------
    RunError : the disk is full, the folder cannot be written, or something was put into it meanwhile.
    """
    aside = folder.parent / f".{folder.name}.{os.getpid()}.partial"
    retired = folder.parent / f".{folder.name}.{os.getpid()}.replaced"
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.mkdir(mode=0o700 if private else 0o777)
        yield aside
        if private:
            keep_private(aside)
        if folder.exists():
            _still_replaceable(folder, refuse)
        with _uninterrupted():
            if folder.exists():
                folder.rename(retired)
            aside.rename(folder)
        if retired.exists():
            _retire(retired, folder, list_name)
    except OSError as error:
        raise RunError(f"{folder} could not be written: {error.strerror or error}; finished tasks are kept") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _still_replaceable(folder: Path, refuse: Refuse) -> None:
    try:
        refuse(folder)
    except InputError as error:
        raise RunError(f"{error.message}. It was not so when the run began; finished tasks are kept") from error


def _retire(retired: Path, folder: Path, list_name: str) -> None:
    """Remove of a folder that another has replaced what was written there; the finished tasks in it move.

    Raises
    ------
    RunError : something else is in it, which stays where the message says.
    """
    if (retired / TASKS_FOLDER).is_dir() and not (folder / TASKS_FOLDER).exists():
        (retired / TASKS_FOLDER).rename(folder / TASKS_FOLDER)
    written: dict[str, str] = {}
    with suppress(InputError):
        written = files_listed(retired / list_name)
    left = remove_listed(retired, (*written, list_name) if written else ())
    if left:
        raise RunError(f"{folder} is written; what was put into the folder before it meanwhile is in {retired}: {in_words(left)}")


def keep_private(folder: Path) -> None:
    """Let nobody but the owner read a folder and what is in it."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put off Ctrl-C and SIGTERM for the moment of two renames."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
