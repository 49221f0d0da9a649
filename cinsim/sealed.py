"""JSON files that cinsim writes: sealed with a digest of their own content, so that a damaged or edited one is told."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from cinsim.errors import InputError, quoted

SEAL: Final = "digest"


def seal_of(content: Mapping[str, Any]) -> str:
    """Return the digest of JSON-ready content, the seal itself left out; the order of keys and the layout do not count."""
    held = {key: value for key, value in content.items() if key != SEAL}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def write_sealed(content: Mapping[str, Any], path: Path, aside: Path | None = None) -> None:
    """Write content as indented JSON under its seal; the file appears whole or not at all.

    ``aside`` : where it is written first, beside ``path`` when None.
    """
    held = {key: value for key, value in content.items() if key != SEAL}
    held[SEAL] = seal_of(json.loads(json.dumps(held)))
    aside = aside or path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        aside.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def require_keys(content: object, keys: Iterable[str], path: Path, under: str = "") -> dict[str, Any]:
    """Return content that is a mapping with all of some keys.

    Raises
    ------
    InputError : it is none, or lacks one; what a file of cinsim's lacks is not made up.
    """
    if not isinstance(content, dict):
        raise InputError(f"{quoted(content)} stands where a mapping is needed", path=path, key=under or None)
    for key in keys:
        if key not in content:
            raise InputError("is missing; give the file as cinsim wrote it", path=path, key=f"{under}.{key}" if under else key)
    return content


def require_seal(content: Mapping[str, Any], path: Path) -> None:
    """Raise :class:`InputError` unless content is as it was sealed."""
    if content.get(SEAL) != seal_of(content):
        raise InputError(
            "has been changed since cinsim wrote it, so that it no longer says what was run; give it as it was written. "
            "What is to be run otherwise goes into a scenario file, or into --set and the other options",
            path=path, key=SEAL,
        )  # fmt: skip
