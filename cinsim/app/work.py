"""A piece of work: the scenario that is being built, and what was uploaded for it, in a folder that its owner alone can read."""

from __future__ import annotations

import io
import re
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cinsim.app.levers import levers, timing
from cinsim.app.private import private_folder, write_private
from cinsim.errors import InputError
from cinsim.scenario.copies import line_of, written
from cinsim.scenario.loader import load_scenario, origins
from cinsim.scenario.model import Scenario
from cinsim.scenario.reading import read_yaml
from cinsim.scenario.shipped import shipped

SCENARIO: Final = "scenario.yaml"
UPLOADS: Final = "uploads"
RUNS: Final = "runs"
MOST_TEXT: Final = 200_000
"""Characters of a scenario that the app takes."""
MOST_UPLOADED: Final = 200 * 2**20
"""Bytes of one uploaded file."""
_ID: Final = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()-]{0,99}")
_WHY: Final = re.compile(r"^# Why ([a-z_.]+): (.*)$", re.MULTILINE)
_DATA: Final = (".xml", ".csv", ".xlsx")
RETURN_KEY: Final = "initial_state"
OPENING: Final = """title: {title}
question: What would change, and by how much?
area: {area}
"""


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work.

    Attributes
    ----------
    folder : its own; ``scenario.yaml`` and the files it extends, ``uploads`` and ``runs``.
    """

    folder: Path

    @property
    def id(self) -> str:
        """What it is called in a link."""
        return self.folder.name

    @property
    def path(self) -> Path:
        """The scenario's file."""
        return self.folder / SCENARIO

    def text(self) -> str:
        """Return the scenario as it is written now."""
        return self.path.read_text(encoding="utf-8")

    def write(self, text: str) -> None:
        """Write the scenario.

        Raises
        ------
        InputError : it is too long.
        """
        if len(text) > MOST_TEXT:
            raise InputError(f"has {len(text):,} characters: the app takes {MOST_TEXT:,} at most", path=SCENARIO)
        write_private(self.path, text.replace("\r\n", "\n"))

    def scenario(self) -> Scenario:
        """Return the scenario, checked.

        Raises
        ------
        InputError : something is wrong with it; the message names file, line and key.
        """
        return load_scenario(self.path)

    def own_values(self) -> dict[str, str]:
        """Return what the file itself writes, by dotted key, as it writes it; empty while it is no YAML."""
        try:
            read_yaml(self.text(), SCENARIO)  # refuses what only looks like YAML, before ruamel builds anything of it
            held = _yaml().load(self.text())
        except Exception:
            return {}
        return dict(_leaves(held)) if isinstance(held, Mapping) else {}

    def values(self) -> dict[str, str]:
        """Return the value of every field that has one: the file's own, or what the files it extends say."""
        found: dict[str, str] = {}
        with suppress(InputError):
            resolved = load_scenario(self.path).resolved()
            usual = Scenario(title="as it is").resolved()
            plain = {key: resolved[key] for key in ("policies", "workforce", "demand") if resolved[key] != usual[key]}
            found = {**dict(_leaves(plain)), **{key: str(resolved[key]) for key in map(_key, timing()) if key in resolved}}
        own = self.own_values()
        return {**found, **{key: "" if value == "null" else value for key, value in own.items()}}

    def set(self, key: str, value: str) -> None:
        """Write one key of the scenario, in the place where it stands; comments stay. An empty value takes it out.

        Raises
        ------
        InputError : the scenario is no YAML at the moment, so that nothing can be written into it, or the key is no field.
        """
        if key not in settable():
            raise InputError("is no field of a scenario", key=key)
        read_yaml(self.text(), SCENARIO)
        yaml = _yaml()
        held = yaml.load(self.text())
        if not isinstance(held, dict):
            raise InputError("is not a mapping; write keys and values, e.g. 'title: Baseline'", path=SCENARIO)
        if value.strip():
            _put(held, key.split("."), _scalar(value.strip()))
        else:
            _take_out(held, key.split("."))
        self.write(_dumped(yaml, held))
        if not value.strip() and self._still_there(key):  # what it extends says it: null takes it back to its default
            held = yaml.load(self.text())
            _put(held, key.split("."), None)
            self.write(_dumped(yaml, held))

    def _still_there(self, key: str) -> bool:
        """Whether a file that this one extends writes a key that this one does not."""
        try:
            return key in origins(self.path)
        except InputError:
            return False

    def reasons(self) -> dict[str, str]:
        """Return why each lever is set as it is: comments of the file, ``# Why policies.cin_visits: ...``."""
        return dict(_WHY.findall(self.text()))

    def give_reason(self, lever: str, reason: str) -> None:
        """Write why a lever is set as it is, as a comment on one line at the head of the file."""
        said = " ".join(reason.split())
        lines = [line for line in self.text().splitlines() if not line.startswith(f"# Why {lever}: ")]
        self.write("\n".join([*([f"# Why {lever}: {said}"] if said else []), *lines]) + "\n")

    def uploads(self) -> list[Path]:
        """Return the uploaded files."""
        folder = self.folder / UPLOADS
        return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []

    def delete_uploads(self) -> int:
        """Delete every uploaded file and return how many there were."""
        found = self.uploads()
        shutil.rmtree(self.folder / UPLOADS, ignore_errors=True)
        return len(found)

    def upload_place(self, name: str) -> Path:
        """Return where an uploaded file goes.

        Raises
        ------
        InputError : its name is none that the app takes.
        """
        if not _FILE.fullmatch(name) or Path(name).suffix.lower() not in _DATA:
            raise InputError(
                f"a return is an .xml file, or tables as {' or '.join(_DATA[1:])}; its name in plain letters", key="file"
            )
        folder = self.folder / UPLOADS
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / name

    def start_from_uploads(self) -> None:
        """Have the scenario start from the return that was uploaded: its one XML file, or the folder of its tables."""
        found = self.uploads()
        whole = [path for path in found if path.suffix.lower() == ".xml"]
        named = f"{UPLOADS}/{whole[0].name}" if len(whole) == 1 and len(found) == 1 else UPLOADS
        self.set(RETURN_KEY, named)


def settable() -> frozenset[str]:
    """Return the keys that the app's fields may set."""
    fields = [field.key for lever in levers() for field in lever.every_field]
    return frozenset([*fields, *(field.key for field in timing()), "title", "question", "area", RETURN_KEY])


def new_work(root: Path, *, area: str = "England", ships: str = "", text: str = "") -> Work:
    """Return a new piece of work: a scenario that ships, one that is written out, or one that says nothing yet.

    Raises
    ------
    InputError : no scenario of that name ships, or the text is too long.
    """
    known = shipped("scenarios")
    if ships and ships not in known:
        raise InputError("nothing of that name ships with cinsim", key=ships)
    work = Work(root / f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}")
    private_folder(root)
    work.folder.mkdir(mode=0o700)
    if ships:
        line = line_of(ships, known)
        for name in line:
            written(known[name], work.folder / known[name].name)
            (work.folder / known[name].name).chmod(0o600)
        head = f"# A copy of {ships}.yaml, which ships with cinsim\n"
        own = (work.folder / known[ships].name).read_text(encoding="utf-8")
        work.write(head + "\n".join(line for line in own.splitlines() if not line.startswith("# yaml-language-server")) + "\n")
        if len(line) > 1:
            (work.folder / known[ships].name).unlink()
        work.set("area", area)
    else:
        work.write(text or OPENING.format(title="My question", area=_dumped_scalar(area)))
    return work


def work_of(root: Path, name: str) -> Work | None:
    """Return the piece of work of that name, None where there is none."""
    folder = root / name
    return Work(folder) if _ID.fullmatch(name) and (folder / SCENARIO).is_file() else None


def all_work(root: Path) -> list[Work]:
    """Return every piece of work, the newest first."""
    if not root.is_dir():
        return []
    return [work for path in sorted(root.iterdir(), reverse=True) if (work := work_of(root, path.name)) is not None]


def _key(field: Any) -> str:
    return str(field.key)


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    return yaml


def _dumped(yaml: Any, held: Any) -> str:
    stream = io.StringIO()
    yaml.dump(held, stream)
    return stream.getvalue()


def _dumped_scalar(value: str) -> str:
    return _dumped(_yaml(), {"v": value}).removeprefix("v: ").strip()


def _scalar(text: str) -> Any:
    """Return what a field's text stands for in YAML; a text that is none is taken as it is."""
    try:
        read_yaml(f"value: {text}", SCENARIO)
        return _yaml().load(f"value: {text}")["value"]
    except Exception:
        return text


def _put(held: Any, steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        if not isinstance(held.get(step), dict):
            held[step] = {}
        held = held[step]
    held[steps[-1]] = value


def _take_out(held: Any, steps: list[str]) -> None:
    if len(steps) > 1:
        below = held.get(steps[0])
        if isinstance(below, dict):
            _take_out(below, steps[1:])
            if not below:
                del held[steps[0]]
    elif steps[0] in held:
        del held[steps[0]]


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in tree.items():
        key = f"{prefix}{name}"
        found += _leaves(value, f"{key}.") if isinstance(value, Mapping) else [(key, _as_written(value))]
    return found


def _as_written(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_as_written, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
