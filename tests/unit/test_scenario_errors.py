"""Files that are wrong: each message names the file, the line and the key, and says what would be right."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from cinsim.errors import InputError
from cinsim.scenario import ScenarioError, load_scenario
from cinsim.scenario.problems import Place
from cinsim.scenario.reading import read_yaml

pytestmark = pytest.mark.unit


def message_of(path: Path) -> str:
    """Return what loading a file says, the file's name in place of its path."""
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    return str(caught.value).replace(str(path), path.name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "bad.yaml: is empty; a scenario says at least its title, e.g. 'title: Baseline'"),
        ("# only a comment\n", "bad.yaml: is empty; a scenario says at least its title, e.g. 'title: Baseline'"),
        ("---\n", "bad.yaml: is empty; a scenario says at least its title, e.g. 'title: Baseline'"),
        ("- a\n- b\n", "bad.yaml, line 1: is not a mapping; write keys and values, e.g. 'title: Baseline'"),
        ("just text\n", "bad.yaml, line 1: is not a mapping; write keys and values, e.g. 'title: Baseline'"),
        ("title: Any\ntitel: Any\n", "bad.yaml, line 2, key 'titel': unknown key 'titel'; did you mean 'title'?"),
        (
            "title: Any\npolicies:\n  cin_visits:\n    intervall: 4 weeks\n",
            "bad.yaml, line 4, key 'policies.cin_visits.intervall': unknown key 'intervall'; did you mean 'interval'?",
        ),
        (
            "title: Any\nworkforce: {feedbacks: {lateness: true}}\n",
            "bad.yaml, line 2, key 'workforce.feedbacks.lateness': unknown key 'lateness'; did you mean 'lateness_to_detection'?",
        ),
        (
            "title: Any\ndemand: {colour: red}\n",
            "bad.yaml, line 2, key 'demand.colour': unknown key 'colour'; "
            "it may be one of referrals, by_source, by_need, start, phase_in, areas",
        ),
        (
            "title: Any\nsocial_workers: {fte: +10%}\n",
            "bad.yaml, line 2, key 'social_workers': unknown key 'social_workers'; did you mean 'workforce.social_workers'?",
        ),
        (
            "title: Any\nworkforce:\n  social_workers:\n    fte: +5\n",
            "bad.yaml, line 4, key 'workforce.social_workers.fte': '+5' is not a change: "
            "write '+10%' or '-10%' for a relative change, or a plain number for the new value",
        ),
        (
            "title: Any\npolicies:\n  cin_visits:\n    interval:\n      20\n",
            "bad.yaml, line 5, key 'policies.cin_visits.interval': "
            "20 has no unit: write '20 working days', '20 weeks' or '20 months'",
        ),
        (
            "title: Any\npolicies: 5\n",
            "bad.yaml, line 2, key 'policies': 5 stands where a mapping is needed with the keys thresholds, cin_visits, "
            "cpp_visits, reviews, assessment, lead_practitioner, plan_quality, early_help, family_help",
        ),
        ("title: Any\ndemand: {by_source: 5}\n", "bad.yaml, line 2, key 'demand.by_source': 5 stands where a mapping is needed"),
        ("title: [a, b]\n", "bad.yaml, line 1, key 'title': must be text, not ['a', 'b']"),
        ("title: 2024\n", "bad.yaml, line 1, key 'title': must be text, not 2024"),
        ("title: Any\nyears: 2\nyears: 3\n", "bad.yaml, line 3: the key 'years' stands twice; first on line 2"),
        ("title: Any\n1: 2\n'1': 3\n", "bad.yaml, line 3: the key '1' stands twice; first on line 2"),
        (
            "title: Any\npolicies:\n\tcin_visits: {}\n",
            "bad.yaml, line 3: not valid YAML: a tab; indent with spaces (while scanning for the next token)",
        ),
        (
            "title: What goes: where\n",
            "bad.yaml, line 1: not valid YAML: a second ': ' on the line; put a text that holds one in quotation marks",
        ),
        (
            "title: Any\npolicies: {cin_visits: {\n",
            "bad.yaml, line 3: not valid YAML: "
            "expected the node content, but found the end of the text (while parsing a flow node)",
        ),
        (
            "title: \x07\n",
            "bad.yaml: not valid YAML: "
            'unacceptable character #x0007: special characters are not allowed in "<unicode string>", position 7',
        ),
        (
            "title: &a Any\nquestion: *a\n",
            "bad.yaml, line 1: anchors and aliases (&, *) are not used in scenarios; write the value out, or use extends",
        ),
        (
            "title: !!python/name:os.system x\n",
            "bad.yaml, line 1: tags such as tag:yaml.org,2002:python/name:os.system are not used in scenarios",
        ),
        ("title: Any\n? [a, b]\n: 1\n", "bad.yaml, line 2: a key must be a name, not a list or a mapping"),
        (
            "title: Any\n---\ntitle: Other\n",
            "bad.yaml, line 2: a second document starts here; a scenario is one document without '---' inside",
        ),
        ("title: Any\nparameters: " + "[" * 30 + "]" * 30, "bad.yaml, line 2: nested more than 20 deep"),
        ("title: Any\nextends: nowhere.yaml\n", "bad.yaml, line 2, key 'extends': there is no file FOLDER/nowhere.yaml"),
        (
            "title: Any\nextends: [a.yaml, b.yaml]\n",
            "bad.yaml, line 2, key 'extends': must be the path of one file, not ['a.yaml', 'b.yaml']",
        ),
        (
            "title: Any\nworkforce:\n  family_support_workers:\n    fte: 5\n",
            "bad.yaml, line 3, key 'workforce.family_support_workers': has no effect: family support workers hold no "
            "cases unless they lead plans: say which share, e.g. policies.lead_practitioner.share_non_social_worker: 40%, "
            "or 0% if they are to hold none",
        ),
        ("title: Any\nextends: bad.yaml\n", "bad.yaml, line 2, key 'extends': goes round in a circle: bad.yaml extends bad.yaml"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_what_would_be_right(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    assert message_of(path) == message.replace("FOLDER", str(tmp_path))


@pytest.mark.parametrize("share", ["40%", "0%"])
def test_family_support_workers_may_stand_where_a_file_says_which_share_of_plans_they_lead(tmp_path: Path, share: str) -> None:
    path = tmp_path / "any.yaml"
    lead = f"policies: {{lead_practitioner: {{share_non_social_worker: {share}}}}}"
    path.write_text(f"title: Any\n{lead}\nworkforce: {{family_support_workers: {{fte: 5}}}}\n", encoding="utf-8")
    assert load_scenario(path).workforce.family_support_workers is not None


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "title: Any\nyears: 0\npolicies:\n  cin_visits: {interval: 20}\n"
        "  thresholds:\n    national: 150%\n    nation: 5%\nseeds: 1\n",
        encoding="utf-8",
    )
    assert message_of(path).splitlines() == [
        "bad.yaml, line 2, key 'years': must be 1 or more, not 0",
        "bad.yaml, line 4, key 'policies.cin_visits.interval': "
        "20 has no unit: write '20 working days', '20 weeks' or '20 months'",
        "bad.yaml, line 6, key 'policies.thresholds.national': 150% lies outside 0% to 100%",
        "bad.yaml, line 7, key 'policies.thresholds.nation': unknown key 'nation'; did you mean 'national'?",
        "bad.yaml, line 8, key 'seeds': unknown key 'seeds'; did you mean 'seed'?",
    ]


def test_files_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("extends: other.yaml\n", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("title: Other\n\nextends: ./bad.yaml\n", encoding="utf-8")
    expected = (
        f"{tmp_path}/other.yaml, line 3, key 'extends': goes round in a circle: bad.yaml extends other.yaml extends bad.yaml"
    )
    with pytest.raises(InputError) as caught:
        load_scenario(tmp_path / "bad.yaml")
    assert str(caught.value) == expected


def test_a_file_to_extend_that_is_misspelt_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("title: Any\nextends: baselin.yaml\n", encoding="utf-8")
    (tmp_path / "baseline.yaml").write_text("title: Baseline\n", encoding="utf-8")
    expected = f"bad.yaml, line 2, key 'extends': there is no file {tmp_path}/baselin.yaml; did you mean 'baseline.yaml'?"
    assert message_of(tmp_path / "bad.yaml") == expected


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x, x]\n" + "\n".join(
        f"{new}: &{new} [*{old}, *{old}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(InputError, match="anchors and aliases"):
        read_yaml(bomb, "bomb.yaml")


def test_a_file_far_too_long_is_refused() -> None:
    with pytest.raises(InputError, match="has 1,000,001 characters: too long for a scenario"):
        read_yaml("#" * 1_000_001, "long.yaml")


def test_a_file_that_is_missing_a_folder_or_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "baseline.yaml").write_text("title: Any\n", encoding="utf-8")
    assert message_of(tmp_path / "baselin.yaml") == "baselin.yaml: there is no such file; did you mean 'baseline.yaml'?"
    assert message_of(tmp_path / "nowhere" / "x.yaml") == "x.yaml: there is no such file"
    (tmp_path / "folder").mkdir()
    assert message_of(tmp_path / "folder") == "folder: is a folder, not a scenario file"
    (tmp_path / "latin.yaml").write_bytes("title: Any\nquestion: caf\xe9?\n".encode("latin-1"))
    assert message_of(tmp_path / "latin.yaml") == "latin.yaml, line 2: is not UTF-8 text; save it as UTF-8"


def test_a_manifest_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text('{"scenario":\n {', encoding="utf-8")
    assert message_of(path) == "manifest.json, line 2: not valid JSON: Expecting property name enclosed in double quotes"
    path.write_text('{"title": "Any"}', encoding="utf-8")
    assert message_of(path) == "manifest.json, key 'scenario': is not the manifest of a run: it has no 'scenario'"
    path.write_text('{"scenario": {"title": "Any", "years": 0}}', encoding="utf-8")
    assert message_of(path) == "manifest.json, key 'scenario.years': must be 1 or more, not 0"


def test_scalars_are_read_as_yaml_1_2_reads_them_but_a_plus_sign_stays_text() -> None:
    text = "{a: 1, b: -2, c: 1.5, d: yes, e: true, f: ~, g: +5, h: 12%, i: 010, j: '7', k: 1e3, l: 2024-04-01, m: .inf, n: 1_000}"
    assert read_yaml(text, None).plain() == {
        "a": 1,
        "b": -2,
        "c": 1.5,
        "d": "yes",
        "e": True,
        "f": None,
        "g": "+5",
        "h": "12%",
        "i": 10,
        "j": "7",
        "k": 1000.0,
        "l": "2024-04-01",
        "m": float("inf"),
        "n": "1_000",
    }


def test_several_problems_survive_the_way_between_processes() -> None:
    error = ScenarioError([InputError("is wrong", path="a.yaml", line=2, key="years"), InputError("is missing", key="title")])
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, ScenarioError)
    assert str(again) == str(error) == "a.yaml, line 2, key 'years': is wrong\nkey 'title': is missing"
    assert (again.path, again.line, again.key, again.message) == ("a.yaml", 2, "years", "is wrong")


def test_a_place_is_written_as_file_and_line() -> None:
    assert [str(place) for place in (Place("a.yaml", 3), Place("--set"), Place())] == ["a.yaml:3", "--set", ""]
