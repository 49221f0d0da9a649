"""What is wrong with a scenario, all of it at once: where it stands, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cinsim.errors import InputError, InputErrors, quoted, shortened
from cinsim.scenario.names import OneOf
from cinsim.spelling import did_you_mean

M = TypeVar("M", bound=BaseModel)
MOST_TOLD: Final = 50
"""So many problems are written out; the others are counted."""
Said = str | Callable[[], str]
"""What is wrong with a key, or what says it: a search for the nearest name takes time, and is made for the first alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written: a file and its line, or ``--set`` (no line)."""

    path: Path | str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line is not None else str(self.path or "")


class ScenarioError(InputErrors):
    """One or more things wrong with a scenario; the text holds one line for each.

    ``problems`` holds the first of them one by one, ``untold`` counts the others; ``path``, ``line`` and ``key`` are those of
    the first.
    """

    def __init__(self, problems: Sequence[InputError], untold: int = 0):
        self.untold = untold
        super().__init__(problems)

    def __str__(self) -> str:
        more = f"\nand {self.untold:,} more problems" if self.untold else ""
        return f"{super().__str__()}{more}"

    def __reduce__(self) -> tuple[object, ...]:
        return (ScenarioError, (self.problems, self.untold))


class KeyProblems(ValueError):
    """Raised by a validator that finds several keys wrong; each is named relative to the field being checked."""

    def __init__(self, problems: Sequence[tuple[tuple[str, ...], Said]]):
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems")

    def __str__(self) -> str:
        told = "; ".join(f"{'.'.join(key)}: {_text(said)}" if key else _text(said) for key, said in self.problems[:MOST_TOLD])
        return told if len(self.problems) <= MOST_TOLD else f"{told}; and {len(self.problems) - MOST_TOLD:,} more"


def _text(said: Said) -> str:
    return said if isinstance(said, str) else said()


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model a field's type holds, directly, as ``X | None`` or as the values of a mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := model_in(part)) is not None), None)


def fields_below(model: type[BaseModel], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every field of a model and of the models within it, parents first."""
    for name, field in model.model_fields.items():
        yield (*prefix, name)
        below = model_in(field.annotation)
        if below is not None:
            yield from fields_below(below, (*prefix, name))


def names_within(annotation: Any) -> Mapping[str, Any] | None:
    """Return the keys that a field's type allows, each with its own type; None where any name may stand, or none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {name: field.annotation for name, field in annotation.model_fields.items()}
    parts = get_args(annotation)
    if isinstance(get_origin(annotation), type) and issubclass(get_origin(annotation), Mapping):
        keys = next((mark.names for mark in getattr(parts[0], "__metadata__", ()) if isinstance(mark, OneOf)), ())
        return dict.fromkeys(keys, parts[1]) if keys else None
    return next((names for part in parts if (names := names_within(part)) is not None), None)


def unknown_without_value(annotation: Any, data: Any) -> Iterator[tuple[tuple[str, ...], Said]]:
    """Yield the keys that are given no value, stand for no field, and would therefore be passed over."""
    names = names_within(annotation)
    if names is None or not isinstance(data, Mapping):
        return
    for name, value in data.items():
        if name in names:
            yield from (((name, *below), said) for below, said in unknown_without_value(names[name], value))
        elif value is None:
            yield (name,), lambda name=name: f"unknown key '{shortened(name)}'{_right_key(name, names)}"  # type: ignore[misc]


def without_nulls(data: Any) -> Any:
    """Return plain data without the keys that are given no value, which have their default."""
    if not isinstance(data, Mapping):
        return data
    return {key: without_nulls(value) for key, value in data.items() if value is not None}


def checked(
    model: type[M],
    data: Mapping[str, Any],
    place_of: Callable[[str], Place],
    context: Any = None,
    already: Sequence[tuple[tuple[str, ...], Said]] = (),
) -> M:
    """Build a model from plain data.

    Parameters
    ----------
    place_of
        Gives the place of a dotted key.
    context
        Handed to the validators; ``quantities.UNITS_REQUIRED`` refuses bare numbers.
    already
        Problems that are known before, by key.

    Raises
    ------
    ScenarioError
        What is wrong, each at its own place, in the order of the file; only the first are written out.
    """
    found = list(already)
    try:
        built = model.model_validate(data, context=context)
    except ValidationError as error:
        found += [problem for detail in error.errors(include_url=False) for problem in _problems(model, data, detail)]
    if not found:
        return built
    placed = [(place_of(".".join(key)), ".".join(key), said) for key, said in found]
    placed.sort(key=lambda one: (one[0].line is None, str(one[0].path), one[0].line or 0))
    told = [InputError(_text(said), path=place.path, line=place.line, key=key or None) for place, key, said in placed[:MOST_TOLD]]
    raise ScenarioError(told, untold=len(placed) - len(told))


def _problems(model: type[BaseModel], data: Mapping[str, Any], detail: ErrorDetails) -> Iterator[tuple[tuple[str, ...], Said]]:
    key = _key_in(data, detail["loc"], missing=detail["type"] == "missing")
    raised = detail.get("ctx", {}).get("error")
    if isinstance(raised, KeyProblems):
        yield from (((*key, *below), said) for below, said in raised.problems)
    else:
        yield key, lambda: _message(model, key, detail)


def _key_in(data: Any, loc: Sequence[str | int], missing: bool) -> tuple[str, ...]:
    """Return the keys of a pydantic location that stand in the data; the rest are pydantic's own words, e.g. ``[key]``."""
    key: list[str] = []
    for step in loc:
        inside = (isinstance(data, Mapping) and step in data) or (isinstance(data, list | tuple) and isinstance(step, int))
        if inside:
            data = data[step]
            key.append(str(step))
    if missing:
        key.append(str(loc[-1]))
    return tuple(key)


def _message(model: type[BaseModel], key: tuple[str, ...], detail: ErrorDetails) -> str:
    kind, value, ctx = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(model, key)
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", ctx["expected"])
        hint = did_you_mean(value, known) if isinstance(value, str) else ""
        what = "unknown name " if detail["loc"][-1] == "[key]" else ""
        return f"{what}{quoted(value)}: must be one of {', '.join(known)}{hint}"
    if kind == "value_error":
        return str(ctx["error"])
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        below = model_at(model, key)
        keys = f" with the keys {', '.join(below.model_fields)}" if below is not None and kind != "dict_type" else ""
        return f"{quoted(value)} stands where a mapping is needed{keys}"
    if kind == "missing":
        return "is missing"
    right = _RIGHT.get(kind)
    if right is not None:
        return f"{right.format(**ctx)}, not {quoted(value)}"
    return detail["msg"]


_RIGHT: Final = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list, e.g. [first, second]",
    "too_short": "must hold at least {min_length}",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be {le:g} or less",
}


def model_at(model: type[BaseModel], key: Sequence[str]) -> type[BaseModel] | None:
    """Return the model that a path of keys leads to, or None where it leads to a value or nowhere."""
    at: type[BaseModel] | None = model
    for step in key:
        if at is None:
            return None
        if step in at.model_fields:
            at = model_in(at.model_fields[step].annotation)
        # a mapping of models has the same model under every key
    return at


def _unknown_key(model: type[BaseModel], key: tuple[str, ...]) -> str:
    at = model_at(model, key[:-1])
    known = list(at.model_fields) if at is not None else []
    elsewhere = [".".join(path) for path in fields_below(model) if path[-1] == key[-1]]
    return f"unknown key '{shortened(key[-1])}'{_right_key(key[-1], known, elsewhere)}"


def _right_key(name: str, known: Collection[str], elsewhere: Sequence[str] = ()) -> str:
    """Return a hint: the nearest name, the one other place where there is such a key, or all names."""
    hint = did_you_mean(name, list(known))
    if not hint and len(elsewhere) == 1:
        hint = f"; did you mean '{elsewhere[0]}'?"
    return hint or f"; it may be one of {', '.join(known)}"
