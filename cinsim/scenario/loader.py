"""A scenario file, the files it extends and ``--set`` options to one checked Scenario; and where each value came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cinsim.errors import InputError
from cinsim.scenario.model import Scenario
from cinsim.scenario.posts import FAMILY_SUPPORT, POSTS_KEY, read_posts
from cinsim.scenario.problems import Place, ScenarioError, checked, did_you_mean
from cinsim.scenario.quantities import UNITS_REQUIRED
from cinsim.scenario.reading import Located, read_text, read_yaml
from cinsim.scenario.stored import stored_scenario, with_return_found
from cinsim.sealed import read_json

SET_OPTION: Final = "--set"
_OWN_TO_A_FILE: Final = ("name", "title", "question")
_RELATIVE_TO_THE_FILE: Final = "initial_state"


def load_scenario(path: Path | str, overrides: Mapping[str, str] | None = None) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    path : a scenario file (YAML), or the ``manifest.json`` of a run, which repeats that run's scenario exactly.
    overrides : YAML text by dotted key, as ``--set KEY=VALUE`` gives it.

    Raises
    ------
    ScenarioError : all that is wrong, each with file, line, key and what would be right.
    InputError : a file is missing or is not YAML that scenarios use.
    """
    path = Path(path)
    layers = _layers(path, overrides or {})
    data = layers.plain()
    if not _is_manifest(path):
        data.setdefault("name", path.stem)
        data.setdefault("title", path.stem.replace("_", " ").capitalize())
    scenario = checked(Scenario, data, layers.place_of, context=UNITS_REQUIRED)
    if not _is_manifest(path):
        _refuse_workers_without_cases(scenario, layers)
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
    elif key:
        yield key, str(at.place)


def _layers(path: Path, overrides: Mapping[str, str]) -> Located:
    """Return the file, what it extends and the overrides as one mapping; keys set to null are back at their default."""
    merged = _with_extended(path, ())
    for key, text in overrides.items():
        merged = _overlaid(merged, _override(key, text))
    return _with_posts_read(Located(_without_nulls(merged).value, Place(path)))


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


def _refuse_workers_without_cases(scenario: Scenario, layers: Located) -> None:
    """Refuse family support workers of whom a file does not say which cases they lead: they would have no work at all.

    Scenarios made in Python may have them, as where a bundle is split among its parts.
    """
    lead, workforce = scenario.policies.lead_practitioner, scenario.workforce
    if lead is not None and lead.share_non_social_worker is not None:
        return
    listed = [f"{POSTS_KEY}.{row}" for row, post in enumerate(workforce.posts or ()) if post.role == FAMILY_SUPPORT]
    changed = [f"workforce.{FAMILY_SUPPORT}"] if workforce.family_support_workers is not None else []
    for key in (*changed, *listed):
        place = layers.place_of(key)
        raise InputError(
            "family support workers hold no cases unless they lead plans: say which share, "
            "e.g. policies.lead_practitioner.share_non_social_worker: 40%, or 0% if they are to hold none",
            path=place.path,
            line=place.line,
            key=key,
        )


def _is_manifest(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _with_extended(path: Path, above: tuple[Path, ...]) -> Located:
    own = _manifest(path) if _is_manifest(path) else _mapping(path)
    extends = own.value.pop("extends", None)
    if extends is None or extends.value is None:
        return own
    place = extends.place
    if not isinstance(extends.value, str):
        raise InputError(
            f"must be the path of one file, not {extends.plain()!r}", path=place.path, line=place.line, key="extends"
        )
    chain = (*above, path.resolve())
    base = path.parent / extends.value
    if base.resolve() in chain:
        names = [p.name for p in (*chain[chain.index(base.resolve()) :], base)]
        raise InputError(f"goes round in a circle: {' extends '.join(names)}", path=place.path, line=place.line, key="extends")
    if not base.is_file():
        beside = [file.name for file in sorted(base.parent.glob("*.yaml"))]
        raise InputError(
            f"there is no file {base}{did_you_mean(base.name, beside)}", path=place.path, line=place.line, key="extends"
        )
    below = _with_extended(base, chain)
    inherited = {key: value for key, value in below.value.items() if key not in _OWN_TO_A_FILE}
    return _overlaid(Located(inherited, below.place), own)


def _mapping(path: Path) -> Located:
    found = read_yaml(read_text(path), path)
    if found.value is None:
        raise InputError("is empty; a scenario says at least its title, e.g. 'title: Baseline'", path=path)
    if not isinstance(found.value, dict):
        raise InputError("is not a mapping; write keys and values, e.g. 'title: Baseline'", path=path, line=found.place.line)
    state = found.value.get(_RELATIVE_TO_THE_FILE)
    if state is not None and isinstance(state.value, str) and "\0" not in state.value:
        found.value[_RELATIVE_TO_THE_FILE] = Located(str((path.parent / state.value).resolve()), state.place)
    return found


def _manifest(path: Path) -> Located:
    held = read_json(path)
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
    if not all(steps) or steps[0] == "extends":
        right = "a dotted key such as policies.cin_visits.interval"
        raise InputError(f"'{key}' cannot be set: write {right}", path=SET_OPTION, key=key)
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


def _without_nulls(at: Located) -> Located:
    if not isinstance(at.value, dict):
        return at
    return Located({key: _without_nulls(below) for key, below in at.value.items() if below.value is not None}, at.place)


__all__ = ["SET_OPTION", "InputError", "ScenarioError", "load_scenario", "origins"]
