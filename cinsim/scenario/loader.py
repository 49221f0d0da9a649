"""A scenario file, the files it extends and ``--set`` options to one checked Scenario; and where each value came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from cinsim.errors import InputError, quoted, short_path, shortened
from cinsim.files import existing, read_json, resolved
from cinsim.scenario.model import Scenario, unknown_names
from cinsim.scenario.needs import idle_settings
from cinsim.scenario.posts import read_posts
from cinsim.scenario.problems import Place, ScenarioError, checked, did_you_mean, without_nulls
from cinsim.scenario.quantities import UNITS_REQUIRED
from cinsim.scenario.reading import Located, read_file, read_yaml
from cinsim.scenario.stored import stored_scenario, with_return_found

SET_OPTION: Final = "--set"
_OWN_TO_A_FILE: Final = ("name", "title", "question")
_RELATIVE_TO_THE_FILE: Final = "initial_state"
_DEEPEST_KEY: Final = 10
MOST_EXTENDED: Final = 50
"""Files that extend one another, one after the other."""


def load_scenario(path: Path | str, overrides: Mapping[str, str] | None = None) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    path
        A scenario file (YAML), or the ``manifest.json`` of a run, which repeats that run's scenario exactly.
    overrides
        YAML text by dotted key, as ``--set KEY=VALUE`` gives it.

    Raises
    ------
    ScenarioError
        All that is wrong, each with file, line, key and what would be right.
    InputError
        A file is missing or is not YAML that scenarios use.
    """
    path = Path(path)
    layers = _layers(path, overrides or {})
    given = layers.plain()
    data = without_nulls(given)
    if not _is_manifest(path):
        data.setdefault("name", path.stem)
        data.setdefault("title", path.stem.replace("_", " ").capitalize())
    scenario = checked(Scenario, data, layers.place_of, context=UNITS_REQUIRED, already=unknown_names(given))
    if not _is_manifest(path):
        _refuse_idle(scenario, layers)
    return scenario


def origins(path: Path | str, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return where each value that a scenario sets was written: ``file:line`` or ``--set`` by dotted key.

    A key that is not listed has its default. Raises InputError as :func:`load_scenario` does for files that cannot be read;
    the values are not checked.
    """
    return dict(_origins(_layers(Path(path), overrides or {}), ""))


def _origins(at: Located, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(at.value, dict):
        for name, below in at.value.items():
            yield from _origins(below, f"{key}.{name}" if key else name)
    elif key and at.value is not None:
        yield key, str(at.place)


def _layers(path: Path, overrides: Mapping[str, str]) -> Located:
    """Return the file, what it extends and the overrides as one mapping; keys set to null are to be at their default."""
    merged = _with_extended(path)
    for key, text in overrides.items():
        merged = _overlaid(merged, _override(key, text))
    return _with_posts_read(Located(merged.value, Place(path)))


def _with_posts_read(scenario: Located) -> Located:
    """Put the rows of a list of posts in the place of its path; one given with ``--set`` is a path from the working folder."""
    workforce = scenario.value.get("workforce")
    if workforce is None or not isinstance(workforce.value, dict):
        return scenario
    posts = workforce.value.get("posts")
    if posts is None or not isinstance(posts.value, str) or not posts.value.strip():
        return scenario
    folder = Path() if posts.place.path in (None, SET_OPTION) else Path(posts.place.path).parent
    rows = read_posts(folder / posts.value, place=posts.place)
    value = {**scenario.value, "workforce": Located({**workforce.value, "posts": rows}, workforce.place)}
    return Located(value, scenario.place)


def _refuse_idle(scenario: Scenario, layers: Located) -> None:
    """Refuse settings of a file that have no effect. Scenarios made in Python may have them, as the parts of a bundle do."""
    written = dict(_origins(layers, ""))
    problems = []
    for idle in idle_settings(scenario, written):
        if idle.refused:
            place = layers.place_of(idle.key)
            problems.append(InputError(f"has no effect: {idle.message}", path=place.path, line=place.line, key=idle.key))
    if problems:
        raise ScenarioError(problems)


def _is_manifest(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _with_extended(path: Path) -> Located:
    """Return a file with what it extends below it."""
    chain, layers = [resolved(path)], [_own(path)]
    while (extends := layers[-1].value.pop("extends", None)) is not None and extends.value is not None:
        place = extends.place
        if not isinstance(extends.value, str):
            raise InputError(
                f"must be the path of one file, not {quoted(extends.plain())}", path=place.path, line=place.line, key="extends"
            )
        base = path.parent / extends.value
        with _named_at(place, "extends", base):
            missing = not existing(base)
            target = resolved(base)
        if target in chain:
            names = [p.name for p in (*chain[chain.index(target) :], base)]
            circle = " extends ".join(names) if len(names) <= 5 else f"{names[0]} extends {names[1]} ... extends {names[-1]}"
            raise InputError(f"goes round in a circle: {circle}", path=place.path, line=place.line, key="extends")
        if missing:
            beside = [file.name for file in sorted(base.parent.glob("*.yaml"))] if base.parent.is_dir() else []
            raise InputError(
                f"there is no file {short_path(base)}{did_you_mean(base.name, beside)}",
                path=place.path,
                line=place.line,
                key="extends",
            )
        if len(chain) > MOST_EXTENDED:
            raise InputError(
                f"extends a file that extends another, more than {MOST_EXTENDED} in all: write what they set in fewer",
                path=place.path,
                line=place.line,
                key="extends",
            )
        path = base
        chain.append(target)
        layers.append(_own(path))
    merged = layers.pop()
    for own in reversed(layers):
        inherited = {key: value for key, value in merged.value.items() if key not in _OWN_TO_A_FILE}
        merged = _overlaid(Located(inherited, merged.place), own)
    return merged


@contextmanager
def _named_at(place: Place, key: str, path: Path) -> Iterator[None]:
    """Tell what is wrong with the path of a file where the file is named."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{short_path(path)} {error.message}", path=place.path, line=place.line, key=key) from None


def _own(path: Path) -> Located:
    return _manifest(path) if _is_manifest(path) else _mapping(path)


def _mapping(path: Path) -> Located:
    found = read_file(path)
    if found.value is None:
        raise InputError("is empty; a scenario says at least its title, e.g. 'title: Baseline'", path=path)
    if not isinstance(found.value, dict):
        raise InputError("is not a mapping; write keys and values, e.g. 'title: Baseline'", path=path, line=found.place.line)
    state = found.value.get(_RELATIVE_TO_THE_FILE)
    if state is not None and isinstance(state.value, str):
        named = path.parent / state.value
        with _named_at(state.place, _RELATIVE_TO_THE_FILE, named):
            found.value[_RELATIVE_TO_THE_FILE] = Located(str(resolved(named)), state.place)
    return found


def _manifest(path: Path) -> Located:
    held = read_json(path, kind="manifest of a run")
    if not isinstance(held, dict) or not isinstance(held.get("scenario"), dict):
        raise InputError("is not the manifest of a run: it has no 'scenario'", path=path, key="scenario")
    stored_scenario(held["scenario"], path, "scenario")
    # a manifest is written by cinsim on few long lines, so its places name the file alone
    return _located(with_return_found(held["scenario"], path), Place(path))


def _located(value: Any, place: Place) -> Located:
    if isinstance(value, dict):
        return Located({str(key): _located(below, place) for key, below in value.items()}, place)
    if isinstance(value, list):
        return Located([_located(below, place) for below in value], place)
    return Located(value, place)


def _override(key: str, text: str) -> Located:
    steps = key.split(".")
    if not all(steps) or steps[0] == "extends" or len(steps) > _DEEPEST_KEY:
        right = "a dotted key such as policies.cin_visits.interval"
        raise InputError(f"'{shortened(key)}' cannot be set: write {right}", path=SET_OPTION, key=key)
    try:
        value = read_yaml(text, SET_OPTION, line_offset=None)
    except InputError as error:
        raise InputError(error.message, path=SET_OPTION, key=key) from None
    for step in reversed(steps):
        value = Located({step: value}, Place(SET_OPTION))
    return value


def _overlaid(below: Located, above: Located) -> Located:
    """Merge mappings key by key; anything else above replaces what is below."""
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    merged = dict(below.value)
    for key, value in above.value.items():
        merged[key] = _overlaid(merged[key], value) if key in merged else value
    return Located(merged, above.place)


__all__ = ["SET_OPTION", "InputError", "ScenarioError", "load_scenario", "origins"]
