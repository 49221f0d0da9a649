"""What cinsim wrote into a folder, file by file with a digest: what is listed and unchanged may be replaced, nothing else."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from cinsim.about import VERSION
from cinsim.errors import InputError, quoted
from cinsim.files import read_json
from cinsim.sealed import require_keys, require_seal, write_sealed

INDEX: Final = "cinsim.json"
"""The list of a folder that has no other file to hold it."""
_LEFT_OVER: Final = re.compile(r"\..*\.\d+\.partial")
_IN_FOLDER: Final = re.compile(r"[^\\\0:]+")
_MOST_NAMED: Final = 5
_PIECE: Final = 1 << 20


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            seen.update(piece)
    return seen.hexdigest()


def listed(folder: Path, without: Collection[str] = ()) -> dict[str, str]:
    """Return the digest of every file below a folder by its path in it, in alphabetical order.

    ``without`` : names at the top that are left out.
    """
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    inside = ((path.relative_to(folder), path) for path in found)
    return {name.as_posix(): digest_of(path) for name, path in inside if name.parts[0] not in without}


def foreign(folder: Path, files: Mapping[str, str], own: Collection[str] = ()) -> list[str]:
    """Return what a folder holds beside listed files as they were written, each in a few words.

    Parameters
    ----------
    files : digests by path within the folder.
    own : names at the top that are cinsim's as well.
    """
    return list(_foreign(folder, "", files, own))


def _foreign(folder: Path, below: str, files: Mapping[str, str], own: Collection[str]) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            name = f"{below}{entry.name}"
            if entry.is_symlink():
                yield f"{name}, a link"
            elif name in own or _LEFT_OVER.fullmatch(entry.name):
                continue
            elif entry.is_dir():
                if any(listed.startswith(f"{name}/") for listed in files):
                    yield from _foreign(folder / entry.name, f"{name}/", files, ())
                else:
                    yield f"{name}/"
            elif name not in files:
                yield name
            elif not entry.is_file() or not _unchanged(folder / entry.name, files[name]):
                yield f"{name}, changed since it was written"


def _unchanged(path: Path, digest: str) -> bool:
    try:
        return digest_of(path) == digest
    except OSError:
        return False


def in_words(names: list[str]) -> str:
    """Return a few of the names, and how many more there are."""
    more = len(names) - _MOST_NAMED
    return "; ".join(names[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")


def whole_file(folder: Path, files: Mapping[str, str], name: str) -> Path:
    """Return the path of a listed file that is as it was written.

    Raises
    ------
    InputError : it is missing, no file, or other bytes than were written.
    """
    path = folder / name
    if not path.is_file():
        raise InputError("is missing; the folder is not as cinsim wrote it: repeat what made it, into another folder", path=path)
    try:
        same = digest_of(path) == files[name]
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from None
    if not same:
        raise InputError(
            "is not as it was written: damaged, changed by hand, or another run's; repeat the run into another folder", path=path
        )
    return path


def require_place(folder: Path, key: str) -> Path:
    """Return where a folder to be written lies, links followed.

    Raises
    ------
    InputError : it is a file, lies below one, or holds the folder that the command is called in.
    """
    try:
        place, here = folder.resolve(), Path.cwd().resolve()
        above = next((path for path in (place, *place.parents) if path.exists()), place)
        if place == here or place in here.parents:
            raise InputError("is the folder you are in, or holds it; name a new folder, e.g. outputs/run", path=folder, key=key)
        if not above.is_dir():
            what = "is a file; name a folder" if above == place else f"cannot be written: {above} is a file, not a folder"
            raise InputError(what, path=folder, key=key)
    except (OSError, ValueError, RuntimeError) as error:  # a name too long, with a null, a ring of links
        raise InputError(f"cannot be a folder: {getattr(error, 'strerror', None) or error}", path=folder, key=key) from None
    return place


def require_replaceable(folder: Path, *, overwrite: bool, key: str = "--out") -> Path:
    """Return where a folder lies whose files may be written, those there being cinsim's own.

    Parameters
    ----------
    overwrite : whether files of an earlier call may be replaced.

    Raises
    ------
    InputError : the folder holds what cinsim did not write, or has files and is not to be overwritten.
    """
    place = require_place(folder, key)
    if not place.exists() or not any(place.iterdir()):
        return place
    files = _index(place)
    others = foreign(place, files or {}, {INDEX} if files is not None else ())
    if others:
        raise InputError(
            f"holds what cinsim did not write ({in_words(others)}), and nothing was touched; name another folder",
            path=folder, key=key,
        )  # fmt: skip
    if not overwrite:
        raise InputError("is already there; name another folder, or replace its files with --overwrite", path=folder, key=key)
    return place


def _index(folder: Path) -> Mapping[str, str] | None:
    """Return the files that a folder's list names, None where there is none that cinsim wrote."""
    try:
        return files_listed(folder / INDEX)
    except InputError:
        return None


def files_listed(path: Path) -> dict[str, str]:
    """Return the digests by path that a sealed list holds under ``files``.

    Raises
    ------
    InputError : it cannot be read, or is not as cinsim wrote it.
    """
    held = require_keys(read_json(path), ("files",), path)
    files: dict[str, str] = require_keys(held["files"], (), path, "files")
    require_seal(held, path)
    for name in files:
        parts = name.split("/")
        if not _IN_FOLDER.fullmatch(name) or {"", ".", ".."} & set(parts):
            raise InputError(f"lists {quoted(name)}, which is no file of its folder", path=path, key="files")
    return files


def remove_listed(folder: Path, files: Collection[str]) -> list[str]:
    """Remove files by their path in a folder, and each folder that is empty then; return what is left in it."""
    for name in files:
        (folder / name).unlink(missing_ok=True)
    for half_written in [path for path in folder.rglob(".*.partial") if _LEFT_OVER.fullmatch(path.name)]:
        shutil.rmtree(half_written) if half_written.is_dir() else half_written.unlink(missing_ok=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
            path.rmdir()
    left = sorted(path.name for path in folder.iterdir())
    if not left:
        folder.rmdir()
    return left


def write_index(folder: Path) -> None:
    """List the files of a folder, all of which cinsim wrote, in the folder."""
    write_sealed({"cinsim": VERSION, "files": listed(folder, {INDEX})}, folder / INDEX)
