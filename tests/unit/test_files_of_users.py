"""Every file that a user names is told apart: missing, a folder, a device, too large, not text, not the table it should be."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cinsim.calibration.area_tables import read_fits
from cinsim.calibration.point import read_point
from cinsim.calibration.posterior import read_predictive
from cinsim.calibration.priors import load_space
from cinsim.calibration.targets import load_targets
from cinsim.calibration.wave_store import read_waves
from cinsim.errors import InputError, printable, quoted, shortened
from cinsim.files import existing, parsed_json, parsed_table, read_json, read_table, read_text
from cinsim.journeys.checking import journey_files
from cinsim.journeys.model import read_journey
from cinsim.numerals import number
from cinsim.reference.calibrated import folder, point_file, point_values, posterior_draws, read_corrections
from cinsim.scenario import load_scenario
from cinsim.scenario.posts import read_posts

pytestmark = pytest.mark.unit

FIT = read_point(folder() / point_file())
READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "scenario": ("any.yaml", load_scenario),
    "manifest": ("manifest.json", load_scenario),
    "journeys named": ("any.yaml", lambda path: [read_journey(found) for found in journey_files([path])]),
    "journey": ("any.yaml", read_journey),
    "posts": ("posts.csv", read_posts),
    "targets": ("targets.csv", load_targets),
    "priors": ("priors.csv", load_space),
    "corrections": ("areas.csv", read_corrections),
    "fits": ("areas_fit.csv", read_fits),
    "posterior": ("england_posterior.csv", lambda path: posterior_draws(1, within=path.parent)),
    "predictive": ("england_predictive.csv", lambda path: read_predictive(FIT, path)),
    "fit": ("england.json", read_point),
    "rival fit": ("england_known_to_services.json", lambda path: point_values("known_to_services", path.parent)),
    "waves": ("waves.npz", read_waves),
}


def _folder(path: Path) -> None:
    path.mkdir()


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _ring(path: Path) -> None:
    path.symlink_to(path.with_name("other"))
    path.with_name("other").symlink_to(path)


def _latin(path: Path) -> None:
    path.write_bytes(b"a,b\ncaf\xe9,1\n")


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    ("put", "words"),
    [
        (_folder, r"is a folder|holds no journey"),
        (_device, "is a device or a pipe"),
        (_pipe, "is a device or a pipe"),
        (_ring, "symbolic links"),
        (_latin, "UTF-8|not a file of waves"),
    ],
)
def test_what_is_no_readable_file_is_told_before_it_is_read(
    tmp_path: Path, kind: str, put: Callable[[Path], None], words: str
) -> None:
    name, reader = READERS[kind]
    put(tmp_path / name)
    with pytest.raises(InputError, match=words) as caught:
        reader(tmp_path / name)
    assert name in str(caught.value)


@pytest.mark.parametrize("kind", ["scenario", "journey", "posts", "targets", "priors"])
def test_a_file_without_end_is_read_no_further_than_the_largest_of_its_kind(tmp_path: Path, kind: str) -> None:
    name, reader = READERS[kind]
    with (tmp_path / name).open("wb") as file:
        file.truncate(20_000_000)  # takes no room on disk
    with pytest.raises(InputError, match="too large for a"):
        reader(tmp_path / name)


@pytest.mark.parametrize("kind", READERS)
def test_paths_that_no_system_can_hold_are_told(kind: str) -> None:
    name, reader = READERS[kind]
    for path in (Path("a\0b") / name, Path("x" * 5000) / name):
        with pytest.raises(InputError) as caught:
            reader(path)
        assert len(str(caught.value)) < 600
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("kind", ["posts", "targets", "priors", "corrections", "fits", "posterior", "predictive"])
def test_a_cell_longer_than_any_is_told_with_its_line(tmp_path: Path, kind: str) -> None:
    name, reader = READERS[kind]
    own = {"targets": "cinsim/calibration/targets.csv", "priors": "cinsim/calibration/priors.csv"}
    columns = {"posts": "role,team,fte", "predictive": "draw,target,simulated", "posterior": "draw,known_effect"}
    columns["fits"] = "measure,year,published,simulated,simulated_error"
    columns["corrections"] = "area_code,plus_plan"
    header = Path(own[kind]).read_text(encoding="utf-8").splitlines()[0] if kind in own else columns[kind]
    (tmp_path / name).write_text(f"{header}\n{'x' * 140_000}{',' * header.count(',')}\n", encoding="utf-8")
    said = "a line of more than 100,000 characters" if kind == "posts" else "a cell of more than 131,072 characters"
    with pytest.raises(InputError, match=said) as caught:
        reader(tmp_path / name)
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2,3\n", "line 2: has 3 cells where the first line has 2"),
        ("a,a\n1,2\n", "line 1: has the column 'a' twice"),
        ("b\n1\n", "line 1: lacks the column a"),
        ("", "line 1: lacks the column a"),
        ('a,b\n1,2\n"open,3\n4,5\n', "line 3: is not a CSV table: a quotation mark that opens here is never closed"),
        ("a,b\n1,\x1b[31m\n", "line 2, key 'b': .* holds a control character"),
    ],
)
def test_a_table_that_is_none_is_told_with_its_line(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parsed_table(text, "t.csv", needed=("a",))


def test_a_table_is_read_without_blank_rows_and_blanks_around_cells(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b'\xef\xbb\xbfa, b\r\n1 ,"x\r\ny"\r\n\r\n,\r\n3,4\r\n')
    table = read_table(path, needed=("a", "b"))
    assert table.columns == ("a", "b")
    assert [(row.line, dict(row.cells)) for row in table.rows] == [(3, {"a": "1", "b": "x\ny"}), (6, {"a": "3", "b": "4"})]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 100_000, "nested more than 100 deep"),
        ("[" * 5_000 + "]" * 5_000, "nested more than 100 deep"),
        ('{"a":' * 200, "nested more than 100 deep"),
        ("1" * 5_000, "digits"),
        ("[NaN]", "NaN is no number"),
        ("[1e400]", "no finite number"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"a": }', "line 1: not valid JSON"),
    ],
)
def test_what_is_no_json_of_ours_is_told(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parsed_json(text, "t.json")


def test_brackets_within_a_text_are_not_depth(tmp_path: Path) -> None:
    held = {"a": "[" * 500 + '"\\', "b": [[[1]]] * 60}
    (tmp_path / "a.json").write_text(json.dumps(held), encoding="utf-8")
    assert read_json(tmp_path / "a.json") == held


def test_a_file_beside_the_one_missing_is_offered(tmp_path: Path) -> None:
    (tmp_path / "baseline.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"no such file; did you mean 'baseline.txt'\?"):
        read_text(tmp_path / "basline.txt")
    assert not existing(tmp_path / "basline.txt")
    assert not existing(tmp_path / "baseline.txt" / "below")


def test_messages_hand_on_no_control_character_and_no_long_value() -> None:
    error = InputError("said \x1b]0;owned\x07 and \ud83d", path="a\nb\x1b.yaml", key="k" * 100_000)
    assert "\x1b" not in str(error)
    str(error).encode("utf-8")
    assert len(str(error)) < 400
    assert len(shortened("x" * 1_000_000)) <= 80
    assert len(quoted("\x1b" * 1_000_000)) < 400
    assert "digits" in shortened(10**5_000)
    assert printable("café 東京\nnext") == "café 東京\nnext"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15", 15), ("15.5", 15.5), (".5", 0.5), ("5.", 5), ("-3", -3), ("−3", -3), ("+3", 3), ("1e3", 1000), ("1,500", 1500),
        ("1,234,567.5", 1_234_567.5), ("0", 0), ("0e5", 0), (" 7 ", 7),
    ],
)  # fmt: skip
def test_a_number_is_the_one_that_is_written(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    ["15,5", "0,900", "1,50", "12,3456", "9,00,000", "1_000", "nan", "inf", "-inf", "1e400", "1e-400", "٣", "1 000", "0x10", "",
     "1e", "--1", "1.2.3"],
)  # fmt: skip
def test_what_could_be_read_as_another_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|held"):
        number(text)
