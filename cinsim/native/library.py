"""Where the built engine lies, and whether it is that of the source as it stands."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cinsim.about import PACKAGE

FOLDER: Final = Path(__file__).parent / "built"
LIBRARY: Final = {"win32": "engine.dll", "darwin": "engine.dylib"}.get(sys.platform, "engine.so")
BOUNDARY: Final = "engine.json"
SOURCE: Final = "engine.cpp"


@dataclass(frozen=True, slots=True)
class Built:
    """A built engine's files, to be sent to a machine of the same kind that has none.

    Parameters
    ----------
    machine : system and processor it was built for. library, boundary : its two files, compressed (zlib).
    """

    machine: str
    library: bytes
    boundary: bytes


def machine() -> str:
    """Return the system and processor of this machine, with the C library that the engine needs at least."""
    return " ".join((sys.platform, platform.machine(), *platform.libc_ver()))


def built(folder: Path = FOLDER) -> Built | None:
    """Return the engine of a folder if it was made from the source as it stands."""
    if why_not_current(folder):
        return None
    return Built(machine(), *(zlib.compress((folder / name).read_bytes()) for name in (LIBRARY, BOUNDARY)))


def digest(modules: list[str]) -> str:
    """Return a digest of modules' source and of what the engine is made with; modules by their path in the package."""
    text = hashlib.blake2b(digest_size=16)
    made_with = sorted((FOLDER.parent / "generator").glob("*.py")) + sorted((FOLDER.parent / "runtime").glob("*.hpp"))
    for path in [PACKAGE / module for module in modules] + made_with:
        text.update(path.read_bytes())
    return text.hexdigest()


def why_not_current(folder: Path = FOLDER) -> str:
    """Return why there is no engine in a folder that was made from the source as it stands; nothing where there is one."""
    if not (folder / LIBRARY).exists() or not (folder / BOUNDARY).exists():
        return "the native engine is not built"
    try:
        boundary = json.loads((folder / BOUNDARY).read_text(encoding="utf-8"))
        current = digest(boundary["modules"]) == boundary["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return "the native engine is damaged"
    return "" if current else "the source changed since the native engine was built"
