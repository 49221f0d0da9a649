"""What is wrong with a scenario, all of it at once: where it stands, and what would be right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cinsim.errors import InputError, InputErrors

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written: a file and its line, or ``--set`` (no line)."""

    path: Path | str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line is not None else str(self.path or "")


class ScenarioError(InputErrors):
    """One or more things wrong with a scenario; the text holds one line for each."""


class KeyProblems(ValueError):
    """Raised by a validator that finds several keys wrong; each is named relative to the field being checked."""

    def __init__(self, problems: Sequence[tuple[tuple[str, ...], str]]):
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{'.'.join(key)}: {message}" if key else message for key, message in self.problems))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return ``; did you mean 'x'?``, or an empty text when nothing known is close."""
    by_folded = {name.lower(): name for name in known}
    folded = word.lower().strip().replace("-", "_").replace(" ", "_")
    near = difflib.get_close_matches(folded, list(by_folded), n=1, cutoff=0.6)
    if not near and len(folded) >= 3:
        # the beginning of one name and of no other
        begun = [name for name in by_folded if name.startswith(folded)]
        near = begun if len(begun) == 1 else []
    return f"; did you mean '{by_folded[near[0]]}'?" if near else ""


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


def checked(model: type[M], data: Mapping[str, Any], place_of: Callable[[str], Place], context: Any = None) -> M:
    """Build a model from plain data.

    Parameters
    ----------
    place_of : gives the place of a dotted key.
    context : handed to the validators; ``quantities.UNITS_REQUIRED`` refuses bare numbers.

    Raises
    ------
    ScenarioError : all that is wrong, each at its own place, in the order of the file.
    """
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        found = [problem for detail in error.errors(include_url=False) for problem in _problems(model, data, detail, place_of)]
    raise ScenarioError(sorted(found, key=lambda p: (p.line is None, str(p.path), p.line or 0)))


def _problems(
    model: type[BaseModel], data: Mapping[str, Any], detail: ErrorDetails, place_of: Callable[[str], Place]
) -> Iterator[InputError]:
    key = _key_in(data, detail["loc"], missing=detail["type"] == "missing")
    raised = detail.get("ctx", {}).get("error")
    parts = raised.problems if isinstance(raised, KeyProblems) else (((), _message(model, key, detail)),)
    for below, message in parts:
        dotted = ".".join((*key, *below))
        place = place_of(dotted)
        yield InputError(message, path=place.path, line=place.line, key=dotted or None)


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
        return f"{what}{value!r}: must be one of {', '.join(known)}{hint}"
    if kind == "value_error":
        return str(ctx["error"])
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        below = model_at(model, key)
        keys = f" with the keys {', '.join(below.model_fields)}" if below is not None and kind != "dict_type" else ""
        return f"{_short(value)} stands where a mapping is needed{keys}"
    if kind == "missing":
        return "is missing"
    right = _RIGHT.get(kind)
    if right is not None:
        return f"{right.format(**ctx)}, not {_short(value)}"
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


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


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
    hint = did_you_mean(key[-1], known)
    if not hint:
        elsewhere = [".".join(path) for path in fields_below(model) if path[-1] == key[-1]]
        hint = f"; did you mean '{elsewhere[0]}'?" if len(elsewhere) == 1 else ""
    return f"unknown key '{key[-1]}'{hint or '; it may be one of ' + ', '.join(known)}"
