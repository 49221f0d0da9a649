"""The JSON Schema of scenario files, for editors, and the table of keys in the documentation; both come from the models.

``python -m cinsim.scenario.schema`` writes the schema beside this file; with a path it renews the table of keys in that page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from cinsim.errors import InputError
from cinsim.reference.parameters import NEED_CATEGORIES, THRESHOLDS
from cinsim.scenario.model import Scenario
from cinsim.scenario.names import ROLES, SOURCES, TEAMS
from cinsim.scenario.policies import CppVisits, Policies
from cinsim.scenario.problems import model_in
from cinsim.scenario.resources import Demand, RoleChange, Workforce

FILE_NAME: Final = "scenario.schema.json"
TABLE_START: Final = "<!-- keys: written by python -m cinsim.scenario.schema docs/scenarios.md -->"
TABLE_END: Final = "<!-- keys end -->"
_BLOCK_KEYS: Final = ("start", "phase_in", "areas")
_NAME_LISTS: Final[dict[str, tuple[str, ...]]] = {
    "threshold": THRESHOLDS,
    "category of need": NEED_CATEGORIES,
    "source": SOURCES,
    "team": TEAMS,
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scenario file."""
    made = Scenario.model_json_schema(mode="validation", schema_generator=_Generator)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "cinsim scenario"
    # the loader takes a missing title from the file's name
    made.pop("required", None)
    for model in _models(Scenario):
        held = made if model is Scenario else made["$defs"][model.__name__]
        defaults = model.model_construct().model_dump(mode="json")
        for name, written in held["properties"].items():
            property_ = _without_pydantics_words(written)
            if defaults.get(name) not in (None, "") and not isinstance(defaults[name], dict):
                property_["default"] = defaults[name]
            held["properties"][name] = property_
    extends = {"description": "A scenario file, relative to this one, of which this one says what differs.", "type": "string"}
    made["properties"] = {"extends": extends, **made["properties"]}
    return made


def _without_pydantics_words(at: Any) -> Any:
    """Drop pydantic's titles, which repeat the key's name, and its defaults, which are not written as a scenario writes them."""
    if isinstance(at, list):
        return [_without_pydantics_words(below) for below in at]
    if not isinstance(at, dict):
        return at
    return {word: _without_pydantics_words(below) for word, below in at.items() if word not in ("title", "default")}


class _Generator(GenerateJsonSchema):
    """Leaves defaults that are not plain data to :func:`json_schema`."""

    ignored_warning_kinds: ClassVar[set[JsonSchemaWarningKind]] = {"skipped-choice", "non-serializable-default"}  # type: ignore[misc]


def _models(model: type[BaseModel]) -> set[type[BaseModel]]:
    below = {found for field in model.model_fields.values() if (found := model_in(field.annotation)) is not None}
    return {model}.union(*(_models(found) for found in below))


def schema_text() -> str:
    """Return the schema as it stands in ``scenario.schema.json``."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def shipped_schema() -> str:
    """Return the text of the schema that ships with the package."""
    return files("cinsim.scenario").joinpath(FILE_NAME).read_text(encoding="utf-8")


def keys_table() -> str:
    """Return every key of a scenario as Markdown tables: how it is written, its default, its meaning."""
    schema = json_schema()
    parts = ["### The scenario", _table(_rows(schema, Scenario, "", leave_out=("policies", "workforce", "demand")))]
    for name, field in Policies.model_fields.items():
        policy = model_in(field.annotation)
        assert policy is not None
        parts += [f"### `policies.{name}`", str(policy.__doc__), _table(_rows(schema, policy, f"policies.{name}.", _BLOCK_KEYS))]
    other_keys = tuple(name for name in CppVisits.model_fields if name not in _BLOCK_KEYS)
    parts += [
        "### Keys of every policy",
        "`demand` has them too, and so has each role of `workforce`, except for `areas`.",
        _table(_rows(schema, CppVisits, "policies.POLICY.", other_keys)),
        "### `workforce`",
        _table(_rows(schema, Workforce, "workforce.", ROLES)),
        "### Each role of `workforce`",
        "ROLE is one of:",
        "\n".join(f"- `{role}`: {Workforce.model_fields[role].description}" for role in ROLES),
        _table(_rows(schema, RoleChange, "workforce.ROLE.", _BLOCK_KEYS)),
        "### `demand`",
        str(Demand.__doc__),
        _table(_rows(schema, Demand, "demand.", _BLOCK_KEYS)),
        "### Names",
        "\n".join(f"- **{what}**: {_listed(names)}" for what, names in _NAME_LISTS.items()),
    ]
    return "\n\n".join(parts)


def _rows(
    schema: Mapping[str, Any], model: type[BaseModel], prefix: str, leave_out: Sequence[str] = ()
) -> Iterator[tuple[str, str, str, str]]:
    held = schema if model is Scenario else schema["$defs"][model.__name__]
    for name, field in model.model_fields.items():
        if name in leave_out:
            continue
        property_ = held["properties"][name]
        below = model_in(field.annotation)
        if below is not None:
            of_each = f"{name}.TEAM." if "propertyNames" in property_ else f"{name}."
            yield from _rows(schema, below, prefix + of_each)
        else:
            default = property_.get("default")
            shown = "" if default is None else f"`{default if isinstance(default, str) else json.dumps(default)}`"
            yield f"`{prefix}{name}`", written_as(property_), shown, str(field.description)


def _table(rows: Iterable[tuple[str, str, str, str]]) -> str:
    head = ("| key | written as | default | meaning |", "| --- | --- | --- | --- |")
    return "\n".join([*head, *(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def written_as(property_: Mapping[str, Any]) -> str:
    """Return in words how a value is written: its unit and an example, or the names it may be."""
    if "unit" in property_:
        examples = property_.get("examples", ())
        return f"{property_['unit']}, e.g. {_listed(examples[:1])}" if examples else property_["unit"]
    if "enum" in property_:
        return "one of " + _listed(property_["enum"])
    if "anyOf" in property_:
        return written_as(next(way for way in property_["anyOf"] if way.get("type") != "null"))
    if property_.get("type") == "object":
        names = tuple(property_.get("propertyNames", {}).get("enum", ()))
        what = next((what for what, listed in _NAME_LISTS.items() if listed == names), "name")
        return f"mapping from {what} to {written_as(property_['additionalProperties'])}"
    if property_.get("type") == "array":
        return f"list of {written_as(property_['items'])}"
    return {"integer": "whole number", "number": "number", "string": "text"}[property_["type"]]


def with_keys_table(page: str) -> str:
    """Return a page with its table of keys renewed.

    Raises
    ------
    InputError
        The page does not hold the two comments between which the table stands.
    """
    before, start, rest = page.partition(TABLE_START)
    _, end, after = rest.partition(TABLE_END)
    if not start or not end:
        raise InputError(f"the page holds no table of keys between '{TABLE_START}' and '{TABLE_END}'")
    return f"{before}{start}\n\n{keys_table()}\n\n{end}{after}"


def main(arguments: Sequence[str]) -> None:
    """Write the schema, or renew the table of keys in the page named."""
    if arguments:
        page = Path(arguments[0])
        page.write_text(with_keys_table(page.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        Path(__file__).with_name(FILE_NAME).write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
