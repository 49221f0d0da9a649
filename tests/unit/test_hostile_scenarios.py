"""Small scenarios that would take long, read much or hide something are refused at once, each with what would be right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import cinsim.scenario.problems as problems
from cinsim.errors import InputError
from cinsim.reference.areas import find_area
from cinsim.scenario import Scenario, load_scenario
from cinsim.scenario.loader import MOST_EXTENDED
from cinsim.scenario.posts import MOST_POSTS, read_posts
from cinsim.scenario.problems import MOST_TOLD, ScenarioError
from cinsim.scenario.reading import MOST_VALUES

pytestmark = pytest.mark.unit

BASE = "title: Any\narea: Rutland\nyears: 1\n"
HOLDER = "social_workers,assessment,1\n"


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Events of YAML that a parser was asked for, and names that were searched for."""
    counted: list[object] = []

    def parse(self: YAML, stream: Any, parse: Any = YAML.parse) -> Iterator[Any]:
        for event in parse(self, stream):
            counted.append(event)
            yield event

    def searched(word: str, known: Any, search: Any = problems.did_you_mean) -> str:
        counted.append(word)
        return str(search(word, known))

    monkeypatch.setattr(YAML, "parse", parse)
    monkeypatch.setattr("cinsim.scenario.problems.did_you_mean", searched)
    monkeypatch.setattr("cinsim.scenario.model.did_you_mean", searched)
    monkeypatch.setattr("cinsim.scenario.posts.did_you_mean", searched)
    monkeypatch.setattr("cinsim.scenario.policies.did_you_mean", searched)
    return counted


def refusal(folder: Path, text: str, overrides: dict[str, str] | None = None) -> InputError:
    """Return the error that loading a scenario of this text ends in."""
    path = folder / "any.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(path, overrides)
    return caught.value


@pytest.mark.parametrize("opened", ["[", "{a: ", "[{a: ", "? ", "- "])
@pytest.mark.parametrize("times", [5_000, 40_000])
def test_depth_is_looked_at_while_a_file_is_parsed(tmp_path: Path, taken: list[object], opened: str, times: int) -> None:
    start = "question: " if opened[0] in "[{" else ""
    assert "nested more than 20 deep" in str(refusal(tmp_path, start + opened * times))
    assert len(taken) < 100
    assert "nested more than 20 deep" in str(refusal(tmp_path, BASE, {"question": opened * times}))
    assert len(taken) < 200


@pytest.mark.parametrize(
    "text",
    [
        "area: [" + ",".join(f"x{n}" for n in range(100_000)) + "]\ntitle: Any\n",
        BASE + "".join(f"k{n}: 1\n" for n in range(60_000)),
        BASE + "area: [" + "a," * 400_000 + "]",
    ],
)
def test_no_more_keys_and_values_are_read_than_a_scenario_can_need(tmp_path: Path, taken: list[object], text: str) -> None:
    assert f"holds more than {MOST_VALUES:,} keys and values" in str(refusal(tmp_path, text))
    assert len(taken) < MOST_VALUES + 10


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{n}: 1\n" for n in range(2_000)),
        "".join(f"k{n}:\n" for n in range(2_000)),
        "parameters:\n" + "".join(f"  k{n}: 1\n" for n in range(2_000)),
        "parameters:\n" + "".join(f"  k{n}:\n" for n in range(2_000)),
        "policies: {thresholds: {reference: {" + ", ".join(f"k{n}: 1" for n in range(2_000)) + "}}}\n",
        "demand: {by_source: {" + ", ".join(f"k{n}: +1%" for n in range(2_000)) + "}}\n",
        "workforce: {posts: [{" + ", ".join(f"k{n}: 1" for n in range(2_000)) + "}]}\n",
    ],
    ids=["keys", "keys without a value", "parameters", "parameters without a value", "thresholds", "sources", "columns"],
)
def test_of_many_problems_the_first_are_told_and_the_others_counted(tmp_path: Path, taken: list[object], text: str) -> None:
    error = refusal(tmp_path, BASE + text)
    assert isinstance(error, ScenarioError)
    assert len(error.problems) == MOST_TOLD
    assert error.untold >= 2_000 - MOST_TOLD
    assert str(error).endswith(f"and {error.untold:,} more problems")
    assert len([word for word in taken if isinstance(word, str)]) <= 3 * MOST_TOLD


def test_more_authorities_than_there_are_cannot_be_a_list_of_them(tmp_path: Path) -> None:
    names = ", ".join(f"x{n}" for n in range(2_000))
    assert "names 2,000 authorities, and England has 153" in str(refusal(tmp_path, f"title: Any\narea: [{names}]\n"))


def test_a_list_of_posts_is_of_one_authority(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("role,team,fte\n" + HOLDER * 20_000, encoding="utf-8")
    with pytest.raises(InputError, match=f"holds more than {MOST_POSTS:,} posts"):
        read_posts(path)
    row = {"role": "social_workers", "team": "assessment", "fte": 1}
    with pytest.raises(InputError, match="lists 100,002 posts: at most 5,000"):
        Scenario(title="Any").with_({"workforce.posts": [row] * 100_002})


@pytest.mark.parametrize("key", ["extends: {}\n", "workforce: {{posts: {}}}\n"])
@pytest.mark.parametrize("named", ["/dev/zero", "/dev/urandom", "x" * 5_000, "ring.yaml", "ring.yaml/below", "a/../ring.yaml"])
def test_what_a_scenario_names_is_a_file_or_is_refused(tmp_path: Path, key: str, named: str) -> None:
    (tmp_path / "ring.yaml").symlink_to(tmp_path / "gnir.yaml")
    (tmp_path / "gnir.yaml").symlink_to(tmp_path / "ring.yaml")
    error = refusal(tmp_path, BASE + key.format(named))
    assert "device" in str(error) or error.line == 4
    assert len(str(error)) < 600


def test_a_return_named_by_a_path_that_cannot_be_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    for named in ("ring", "ring/below", "x" * 5_000):
        error = refusal(tmp_path, f"{BASE}initial_state: {named}\n")
        assert (error.key, error.line) == ("initial_state", 4)


def test_a_long_chain_of_files_is_read_or_refused_without_end(tmp_path: Path) -> None:
    for number in range(1_000):
        (tmp_path / f"{number}.yaml").write_text(f"title: T\nseed: {number}\nextends: {number + 1}.yaml\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"more than {MOST_EXTENDED} in all") as caught:
        load_scenario(tmp_path / "0.yaml")
    assert caught.value.key == "extends"
    (tmp_path / f"{MOST_EXTENDED}.yaml").write_text("title: Last\nyears: 3\n", encoding="utf-8")
    whole = load_scenario(tmp_path / "0.yaml")
    assert (whole.years, whole.seed) == (3, 0)


def test_a_misspelt_key_is_refused_with_a_value_or_without(tmp_path: Path) -> None:
    error = refusal(tmp_path, "title: Any\narea: Rutland\nyeers:\nworkforse:\n")
    assert isinstance(error, ScenarioError)
    assert [(problem.line, problem.key) for problem in error.problems] == [(3, "yeers"), (4, "workforse")]
    assert "did you mean 'years'?" in str(error)
    assert "did you mean 'workforce'?" in str(error)


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("yeers", "did you mean 'years'?"),
        ("policies.cin_visitss", "did you mean 'cin_visits'?"),
        ("policies.cin_visits.intervall", "did you mean 'interval'?"),
        ("workforce.teams.front_dor", "did you mean 'front_door'?"),
        ("demand.by_source.polise", "did you mean 'police'?"),
        ("policies.thresholds.reference.plam", "did you mean 'plan'?"),
        ("parameters.help_per_vist", "did you mean 'help_per_visit'?"),
    ],
)
def test_a_misspelt_key_without_a_value_is_refused_wherever_it_stands(tmp_path: Path, key: str, hint: str) -> None:
    error = refusal(tmp_path, BASE, {key: ""})
    assert error.path == "--set"
    assert error.key == key
    assert hint in str(error)
    with pytest.raises(ScenarioError, match=hint.replace("?", r"\?")):
        Scenario(title="Any").with_({key: None})


def test_a_file_of_bare_keys_is_no_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("some:\nwords:\n", encoding="utf-8")
    error = refusal(tmp_path, BASE + "extends: base.yaml\n")
    assert [problem.key for problem in getattr(error, "problems", ())] == ["some", "words"]


def test_a_known_key_without_a_value_goes_back_to_its_default(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "title: Base\nyears: 2\npolicies: {cin_visits: {interval: 4 weeks}}\nparameters: {help_per_visit: 0.03}\n",
        encoding="utf-8",
    )
    (tmp_path / "any.yaml").write_text(
        "title: Any\nextends: base.yaml\nyears:\npolicies: {cin_visits: }\nparameters: {help_per_visit: }\n", encoding="utf-8"
    )
    scenario = load_scenario(tmp_path / "any.yaml")
    assert scenario == Scenario(name="any", title="Any")


HOSTILE = ["\ud83d", "\x1b]0;owned\x07", "\x00", "\x7f", "\x9b31m", "a\u202eb", "\r"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("key", ["title", "question", "name", "area", "initial_state", "policies.thresholds.reference"])
def test_no_text_of_a_scenario_holds_what_a_terminal_or_a_file_would_obey(tmp_path: Path, text: str, key: str) -> None:
    escaped = "".join(f"\\u{ord(character):04x}" for character in text)
    error = refusal(tmp_path, BASE.replace("title: Any\n", "") + "title: Any\n", {key: f'"{escaped}"'})
    assert "a control character" in str(error) or "half a character" in str(error)
    assert str(error).isprintable()
    with pytest.raises(ScenarioError, match=r"a control character|half a character"):
        Scenario(title="Any").with_({key: text})


def test_a_key_is_a_text_too(tmp_path: Path) -> None:
    error = refusal(tmp_path, BASE + '"\\e[31mkey": 1\n')
    assert "holds a control character" in str(error)
    assert "\x1b" not in str(error)


def test_lines_and_other_scripts_are_texts_like_any(tmp_path: Path) -> None:
    (tmp_path / "any.yaml").write_text('title: "Café – 東京"\nquestion: |\n  One line.\n  \tAnother.\n', encoding="utf-8")
    assert load_scenario(tmp_path / "any.yaml").question == "One line.\n\tAnother.\n"


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+10", "-5", "=cmd|' /C calc'!A0"])
def test_a_name_that_a_spreadsheet_takes_for_a_formula_is_refused(tmp_path: Path, name: str) -> None:
    error = refusal(tmp_path, BASE, {"name": f'"{name}"'})
    assert error.key == "name"
    assert "formula" in str(error) or "cannot name a run's folder" in str(error)
    path = tmp_path / "-5.yaml"
    path.write_text(BASE, encoding="utf-8")
    with pytest.raises(InputError, match="would be a formula"):
        load_scenario(path)


@pytest.mark.parametrize("key", ["area", "start", "policy_start", "name", "draws", "policies.cin_visits.interval", "phase_in",
                                 "workforce.social_workers.fte", "workforce.social_workers.turnover_rate", "demand.referrals",
                                 "policies.thresholds.reference", "structure", "years", "workforce.posts", "workforce.teams",
                                 "workforce.contract_hours", "policies.early_help.areas", "replications"])  # fmt: skip
@pytest.mark.parametrize("text", ["x" * 100_000, "9" * 100_000, "9" * 100_000 + "%", "[" + "x" * 100_000 + "]"])
def test_no_message_repeats_a_long_value(tmp_path: Path, key: str, text: str) -> None:
    for line in str(refusal(tmp_path, BASE, {key: text})).splitlines():
        assert len(line) < 600


def test_a_set_key_of_thousands_of_steps_is_refused(tmp_path: Path) -> None:
    assert "cannot be set" in str(refusal(tmp_path, BASE, {".".join("a" * 50_000): "1"}))


def test_an_escape_beyond_all_characters_is_no_yaml(tmp_path: Path) -> None:
    assert "names no character" in str(refusal(tmp_path, BASE + 'question: "\\U00110000"\n'))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("City of York", "did you mean York?"),
        ("Leeds City Council", "did you mean Leeds?"),
        ("The City of Bradford Metropolitan District Council", "did you mean Bradford?"),
        ("London Borough of Barnet", "did you mean Barnet?"),
        ("Royal Borough of Windsor and Maidenhead", "did you mean Windsor and Maidenhead?"),
        ("Hull City Council", "did you mean Kingston upon Hull, City of?"),
        ("Durham County Council", "did you mean County Durham?"),
        ("Kirklees MBC", "did you mean Kirklees?"),
        ("Northamptonshire County Council", "use North Northamptonshire and West Northamptonshire"),
    ],
)
def test_the_name_of_a_council_leads_to_its_authority(text: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        find_area(text)
    assert hint in str(caught.value)
