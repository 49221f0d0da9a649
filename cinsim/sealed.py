"""JSON files that cinsim writes: sealed with a digest of their own content, so that a damaged or edited one is told."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from cinsim.errors import InputError
from cinsim.texts import shortened

SEAL: Final = "digest"


def read_json(path: Path) -> Any:
    """Read a JSON file of whatever origin.

    Raises
    ------
    InputError : it is missing, no file, not UTF-8, not JSON, too deep, or holds a key twice or a number that is none.
    """
    try:
        if not path.is_file():
            raise InputError("is no file" if path.exists() else "there is no such file", path=path)
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_without_twins, parse_constant=_refuse)
    except InputError as error:
        raise InputError(error.message, path=path, key=error.key) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", path=path) from None
    except json.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error.msg}", path=path, line=error.lineno) from None
    except RecursionError:
        raise InputError("is nested too deep", path=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from None
    except ValueError as error:  # a whole number of thousands of digits, a path with a null
        raise InputError(f"cannot be read: {error}", path=path) from None


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise InputError("stands twice", key=next(key for key in keys if keys.count(key) > 1))
    return found


def _refuse(constant: str) -> Any:
    raise InputError(f"holds {constant}, which is no number")


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
        raise InputError(f"{shortened(content)} stands where a mapping is needed", path=path, key=under or None)
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
