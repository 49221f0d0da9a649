"""The folder into which `cinsim census read` writes: what may be replaced there, and who may read what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pandas as pd

from cinsim.census.profile import Profile, write_profile
from cinsim.errors import InputError, RunError, short_path
from cinsim.texts import spreadsheet_cell

ACCOUNT, COUNTS, PROFILE, PROBLEMS = "account.txt", "counts.csv", "profile.json", "problems.csv"
WRITTEN: Final = (ACCOUNT, COUNTS, PROFILE, PROBLEMS)
OWNER_ONLY: Final = 0o600


def make_folder(folder: Path) -> None:
    """Make a folder that can be written into, before anything is read.

    Raises
    ------
    InputError : it lies below a file. RunError : it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except (NotADirectoryError, FileExistsError):
        raise InputError("is a file, or lies below one; --out names a folder", path=folder, key="--out") from None
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is no path"
        raise RunError(f"{short_path(folder)} could not be made: {why}") from None
    if not writable:
        raise RunError(f"{folder} could not be written: it is not yours to write")


def write_reading(
    folder: Path, account: str, counts: pd.DataFrame, profile: Profile | None, problems: pd.DataFrame
) -> tuple[str, ...]:
    """Write what was read into a folder, without a profile where there is none; return the names of the files but the problems'.

    Raises
    ------
    RunError : they cannot be written.
    """
    write_problems(problems, folder)
    try:
        (folder / ACCOUNT).write_text(account, encoding="utf-8")
        counts.to_csv(folder / COUNTS, index=False, float_format="%.6g")
        if profile is None:
            (folder / PROFILE).unlink(missing_ok=True)
            return (ACCOUNT, COUNTS)
        write_profile(profile, folder / PROFILE)
    except OSError as error:
        raise RunError(f"{folder} could not be written: {error.strerror or error}") from error
    return (ACCOUNT, COUNTS, PROFILE)


def write_problems(problems: pd.DataFrame, folder: Path) -> None:
    """Write the list of problems, which names children: nobody but the owner may read it.

    Raises
    ------
    RunError : it cannot be written.
    """
    path = folder / PROBLEMS
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w", encoding="utf-8", newline=""
        ) as file:
            problems.map(_plain).to_csv(file, index=False, lineterminator="\n")
    except OSError as error:
        raise RunError(f"{path} could not be written: {error.strerror or error}") from error


def _plain(cell: object) -> object:
    return spreadsheet_cell(cell) if isinstance(cell, str) else cell
