"""Copies of scenarios and journeys that ship: what each extends, and its file written where a user can change it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from cinsim.errors import InputError
from cinsim.scenario.reading import read_text, read_yaml

_SCHEMA: Final = re.compile(r"(?<=\$schema=)\S*scenario\.schema\.json")


def line_of(name: str, there: Mapping[str, Path]) -> list[str]:
    """Return a scenario and those it extends, one after the other."""
    line = [name]
    while parent := content_of(there[line[-1]]).get("extends"):
        line.append(Path(str(parent)).stem)
    return line


def content_of(path: Path) -> dict[str, Any]:
    """Return what a file that ships holds, as plain data."""
    content: dict[str, Any] = read_yaml(read_text(path), path).plain()
    return content


def written(source: Path, target: Path) -> bool:
    """Write a file that ships, and return whether it was not there yet. Editors find the schema where it is installed."""
    schema = Path(str(files("cinsim.scenario").joinpath("scenario.schema.json"))).resolve().as_uri()
    text = _SCHEMA.sub(schema, source.read_text(encoding="utf-8"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        if not target.is_file():
            raise InputError("is no folder; name another with --to", path=target.parent, key="--to") from None
        return False
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path=target, key="--to") from None
    return True
