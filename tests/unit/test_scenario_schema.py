"""The shipped JSON Schema and the documented table of keys say what the models say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from cinsim.errors import InputError
from cinsim.reference.parameters import NEED_CATEGORIES
from cinsim.scenario import Scenario, load_scenario
from cinsim.scenario.names import SOURCES
from cinsim.scenario.problems import fields_below, model_in
from cinsim.scenario.schema import (
    TABLE_END,
    TABLE_START,
    json_schema,
    keys_table,
    main,
    schema_text,
    shipped_schema,
    with_keys_table,
)

pytestmark = pytest.mark.unit

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "scenarios.md"


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        below = model_in(field.annotation)
        if below is not None:
            yield from models(below)


def accepted(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    """Check a value against the part of JSON Schema that the shipped schema uses."""
    if "$ref" in schema:
        return accepted(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, root)
    if "anyOf" in schema and not any(accepted(way, value, root) for way in schema["anyOf"]):
        return False
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
        return False
    kinds = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "object": dict,
        "array": list,
        "null": type(None),
    }
    kind = kinds.get(schema.get("type", ""), object)
    if not isinstance(value, kind) or (isinstance(value, bool) and schema.get("type") in ("integer", "number")):
        return False
    if isinstance(value, str):
        return re.search(schema.get("pattern", ""), value) is not None
    if isinstance(value, list):
        return len(value) >= schema.get("minItems", 0) and all(accepted(schema.get("items", {}), item, root) for item in value)
    if isinstance(value, dict):
        names = schema.get("propertyNames", {}).get("enum", value)
        for key, below in value.items():
            rule = schema.get("properties", {}).get(key, schema.get("additionalProperties", True))
            if key not in names or rule is False or (isinstance(rule, dict) and not accepted(rule, below, root)):
                return False
    if isinstance(value, int | float) and not isinstance(value, bool):
        return schema.get("minimum", value) <= value <= schema.get("maximum", value)
    return True


def test_the_shipped_schema_is_what_the_models_say_today() -> None:
    # read, not compared as text: the order of keys differs between releases of pydantic
    assert json.loads(shipped_schema()) == json.loads(schema_text()), "run: python -m cinsim.scenario.schema"


def test_the_documented_keys_are_what_the_models_say_today() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_keys_table(page) == page, "run: python -m cinsim.scenario.schema docs/scenarios.md"


def test_every_key_says_what_it_means() -> None:
    for model in models(Scenario):
        assert model.__doc__, model
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"
            assert field.description.endswith("."), f"{model.__name__}.{name}"


def test_every_key_that_holds_a_value_stands_in_the_table() -> None:
    table = keys_table()
    paths = set(fields_below(Scenario))
    holding = {path[:-1] for path in paths}
    missing = {path for path in paths - holding if f"`{path[-1]}`" not in table and f".{path[-1]}`" not in table}
    assert missing == set()


def test_the_schema_refuses_unknown_keys_at_every_level() -> None:
    schema = json_schema()
    for held in (schema, *schema["$defs"].values()):
        assert held["additionalProperties"] is False
    assert schema["properties"]["extends"]["type"] == "string"
    assert "required" not in schema


@pytest.mark.parametrize("path", sorted((PROJECT / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_schema_accepts_every_shipped_scenario_as_resolved(path: Path) -> None:
    schema = json_schema()
    assert accepted(schema, load_scenario(path).resolved(), schema)


@pytest.mark.parametrize(
    "wrong",
    [
        {"titel": "x"},
        {"years": 0},
        {"start": 2024},
        {"policies": {"cin_visits": {"interval": 20}}},
        {"policies": {"cin_visits": {"interval": "20"}}},
        {"policies": {"cin_visits": {"by_category": {"neglet": "2 weeks"}}}},
        {"policies": {"thresholds": {"national": 0.5}}},
        {"demand": {"referrals": "5%"}},
        {"demand": {"by_source": {"Police": "+5%"}}},
        {"workforce": {"social_workers": {"fte": "5"}}},
        {"draws": "some"},
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(wrong: dict[str, Any]) -> None:
    schema = json_schema()
    assert not accepted(schema, wrong, schema)


def test_names_of_needs_and_sources_are_offered_by_the_schema() -> None:
    schema = json_schema()
    demand = schema["$defs"]["Demand"]["properties"]
    assert demand["by_need"]["propertyNames"]["enum"] == list(NEED_CATEGORIES)
    assert demand["by_source"]["propertyNames"]["enum"] == list(SOURCES)


def test_a_page_has_its_table_renewed_and_the_rest_kept(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{TABLE_START}\nold\n{TABLE_END}\nafter\n", encoding="utf-8")
    main([str(page)])
    assert page.read_text(encoding="utf-8") == f"before\n{TABLE_START}\n\n{keys_table()}\n\n{TABLE_END}\nafter\n"
    with pytest.raises(InputError, match="holds no table of keys"):
        with_keys_table("no table here")
