"""Whatever a scenario says survives being written and read; whatever is written wrong is refused in the user's terms."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from ruamel.yaml import YAML
from strategies import durations, registered_parameters, relative_changes, scenarios, shares

from cinsim.errors import InputError
from cinsim.scenario import Change, Duration, Scenario, load_scenario
from cinsim.scenario.needs import idle_settings
from cinsim.scenario.problems import Place, ScenarioError, checked
from cinsim.scenario.quantities import UNITS_REQUIRED, Share, percent_text
from cinsim.scenario.reading import read_yaml

pytestmark = [pytest.mark.property, pytest.mark.filterwarnings("error")]

SHARE = TypeAdapter(Share)
BASELINE = Path(__file__).resolve().parents[2] / "scenarios" / "baseline.yaml"
WORDS = st.sampled_from(
    (
        *Scenario.model_fields,
        "extends",
        "start",
        "interval",
        "cin_visits",
        "social_workers",
        "fte",
        "national",
        "police",
        "x",
        1,
        None,
    )
)
PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(("5%", "+5%", "4 weeks", "2025-04-01")),
    ),
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(WORDS, below, max_size=4)),
    max_leaves=12,
)


def refused(read: Callable[[], object]) -> InputError | None:
    """Return how the input was refused, or None; any other exception goes through and fails the test."""
    try:
        read()
    except InputError as error:
        return error
    return None


def leaves(data: dict[str, Any], above: str = "") -> Iterator[str]:
    """Yield the dotted keys of all values that are set."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{above}{name}.")
        elif value is not None:
            yield f"{above}{name}"


def block_of(key: str) -> str:
    return key.rpartition(".")[0]


def as_yaml(data: dict[str, Any]) -> str:
    text, yaml = StringIO(), YAML(typ="safe", pure=True)
    yaml.allow_unicode = False  # written as it is, a next-line character is folded away
    yaml.dump(data, text)
    return text.getvalue()


@given(scenarios(parameters=registered_parameters()))
def test_a_resolved_scenario_fed_back_is_the_same_scenario(scenario: Scenario) -> None:
    data = json.loads(json.dumps(scenario.resolved()))
    again = checked(Scenario, data, lambda key: Place(), context=UNITS_REQUIRED)
    assert again == scenario
    assert again.resolved() == scenario.resolved()
    assert hash(again) == hash(scenario)


@given(scenarios(parameters=registered_parameters()))
def test_a_scenario_survives_a_yaml_file_and_a_manifest(tmp_path_factory: pytest.TempPathFactory, scenario: Scenario) -> None:
    folder = tmp_path_factory.mktemp("round")
    (folder / "any.yaml").write_text(as_yaml(scenario.resolved()), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"scenario": scenario.resolved(), "wall_time": 1.0}), encoding="utf-8")
    read = scenario
    if scenario.initial_state is not None:  # a path in a file is one from that file
        read = scenario.with_(initial_state=str((folder / scenario.initial_state).resolve()))
    assert load_scenario(folder / "manifest.json") == read
    idle = [setting for setting in idle_settings(read, set(leaves(scenario.resolved()))) if setting.refused]
    if idle:  # made in Python a scenario may hold what has no effect; a file may not
        with pytest.raises(ScenarioError, match="has no effect") as caught:
            load_scenario(folder / "any.yaml")
        assert {block_of(problem.key or "") for problem in caught.value.problems} == {block_of(each.key) for each in idle}
    else:
        assert load_scenario(folder / "any.yaml") == read


@given(scenarios())
def test_a_scenario_survives_pickling_and_copying(scenario: Scenario) -> None:
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert copy.deepcopy(scenario) == scenario


@given(scenarios())
def test_changing_nothing_gives_an_equal_scenario(scenario: Scenario) -> None:
    assert scenario.with_() == scenario
    assert scenario.with_(title=scenario.title, policies={}) == scenario


@given(durations())
def test_a_duration_reads_back_from_its_text(duration: Duration) -> None:
    assert Duration.parse(str(duration)) == duration


@given(shares())
def test_a_share_reads_back_from_its_text_to_the_last_bit(share: float) -> None:
    assert SHARE.validate_python(percent_text(share), context=UNITS_REQUIRED) == share


@given(relative_changes())
def test_a_change_reads_back_from_its_text(change: Change) -> None:
    assert Change.parse(str(change)) == change


@given(st.one_of(durations().map(lambda d: (d, Duration)), relative_changes().map(lambda c: (c, Change))))
def test_the_schema_accepts_every_text_that_a_quantity_writes(quantity: tuple[Any, Any]) -> None:
    value, kind = quantity
    schema = TypeAdapter(kind).json_schema()
    pattern = schema.get("pattern") or schema["anyOf"][0]["pattern"]
    assert re.search(pattern, str(value))


@given(st.dictionaries(WORDS, PLAIN, max_size=6))
def test_any_mapping_is_a_scenario_or_is_refused_with_its_key(data: dict[Any, Any]) -> None:
    given_keys = {"title": "any", **{str(key): value for key, value in data.items()}}
    error = refused(lambda: checked(Scenario, given_keys, lambda key: Place()))
    assert error is None or (error.key and error.message)


@given(st.one_of(st.text(max_size=60), st.text(alphabet="abc:-?[]{}&*!|>'\"%@`#, \t\n0.~", max_size=60)))
def test_any_text_is_yaml_for_scenarios_or_is_refused_as_input(text: str) -> None:
    error = refused(lambda: read_yaml(text, "any.yaml"))
    assert error is None or error.path == "any.yaml"


@given(
    st.dictionaries(
        st.sampled_from(("years", "title", "area", "policies.cin_visits.interval", "a.b", "", ".", "extends")),
        st.text(max_size=20),
    )
)
def test_any_override_gives_a_scenario_or_is_refused_as_input(overrides: dict[str, str]) -> None:
    error = refused(lambda: load_scenario(BASELINE, overrides))
    assert error is None or "--set" in str(error)
