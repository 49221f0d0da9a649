"""Tables keep every number whole at any width, and every character has a stand-in that a plain stream can take."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cinsim.cli import app
from cinsim.cli.layout import folded
from cinsim.cli.lists import print_table
from cinsim.cli.streams import ERRORS, stand_in

pytestmark = pytest.mark.unit

NUMBER = re.compile(r"\d(?:[\d.,/]*\d)?")
CELL = st.one_of(
    st.floats(-1e6, 1e6).map(lambda value: f"{value:,.1f}"),
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda ends: f"{ends[0]:,} to {ends[1]:,}"),
    st.lists(st.sampled_from(["CIN", "plans", "at", "31", "March", "per", "10,000", "2024/25", "visits_weekly_2030"])).map(
        " ".join
    ),
)


@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
def test_a_table_prints_every_number_as_often_as_it_is_there_and_the_first_column_once_a_table(width: int) -> None:
    @given(st.integers(2, 7).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=5)))
    def check(rows: list[list[str]]) -> None:
        headings = [f"heading_{place} of {place}" for place in range(len(rows[0]))]
        out = StringIO()
        with redirect_stdout(out):
            print_table(headings, rows, numbers=range(1, len(headings)), width=width)
        wanted = Counter(NUMBER.findall(" ".join(cell for row in [headings, *rows] for cell in row)))
        assert wanted - Counter(NUMBER.findall(out.getvalue())) == Counter()

    check()


def test_lines_are_as_wide_as_there_is_room_where_words_and_numbers_allow(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [["Children on CIN plans not visited for 3 months", f"{k}.5%", f"{k}.1% to {k}.9%", "–"] for k in range(3)]
    for width in (30, 40, 60, 80):
        print_table(("Measure", "Simulated", "90% range", "Published 2024"), rows, numbers=(1, 2, 3), width=width)
        assert max(map(len, capsys.readouterr().out.splitlines())) <= width


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("visits_four_weekly_with_staff", ["visits_four_", "weekly_with_", "staff"]),
        ("2024/25 and 1/2", ["2024/25 and", "1/2"]),
        ("outputs/baseline", ["outputs/", "baseline"]),
        ("1,234,567,890,123", ["1,234,567,890,123"]),
        ("", [""]),
    ],
)
def test_names_are_folded_between_words_and_numbers_never(text: str, lines: list[str]) -> None:
    assert folded(text, 12) == lines


def test_every_sign_that_the_package_prints_has_a_stand_in_of_its_own() -> None:
    package = Path(__file__).parents[2] / "cinsim"
    found = {
        character
        for path in [*(package / "cli").glob("*.py"), package / "report" / "labels.py", *(package / "reference").glob("*.yaml")]
        for character in path.read_text(encoding="utf-8")
        if not character.isascii()
    }
    assert {"−", "–", "£"} <= found
    assert [character for character in found if "?" in stand_in(character)] == []


@pytest.mark.parametrize(
    ("text", "encoding", "printed"),
    [
        ("−0.3 (−1.5 to 0.8)", "cp1252", b"-0.3 (-1.5 to 0.8)"),
        ("£1,200 – 10² ½ é ─│┼ 児", "ascii", b"GBP1,200 - 10^2 1/2 e -|+ ?"),
        ("a name \udce9 of bytes", "utf-8", b"a name ? of bytes"),
    ],
)
def test_what_a_stream_cannot_take_is_printed_as_its_stand_in(text: str, encoding: str, printed: bytes) -> None:
    assert text.encode(encoding, ERRORS) == printed


def test_a_scenario_that_ships_is_written_with_what_it_extends_and_nothing_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    own = tmp_path / "scenarios" / "baseline.yaml"
    own.write_text("title: My own\n", encoding="utf-8")

    def call(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(arguments))
        return result.exit_code, result.output

    status, said = call("new", "visits_four_weekly")
    assert status == 0
    assert "baseline.yaml was there already and stays as it is" in said
    assert call("check", "scenarios/visits_four_weekly.yaml")[0] == 0
    status, said = call("new", "baseline", "early_help")
    assert (status, "stays as it is" in said) == (2, True)
    assert not (tmp_path / "scenarios" / "early_help.yaml").exists()
    assert own.read_text(encoding="utf-8") == "title: My own\n"
    status, said = call("new", "visits_for_weekly")
    assert (status, "did you mean 'visits_four_weekly" in said) == (2, True)
    assert call("new", "baseline", "--to", str(own))[0] == 2
    assert call("new", "--journeys", "re_referral")[0] == 0
    assert call("check", "--journeys", "journeys")[0] == 0
    schema = re.search(r"\$schema=(file://\S+)", (tmp_path / "scenarios" / "visits_four_weekly.yaml").read_text(encoding="utf-8"))
    assert schema is not None
    assert Path(schema[1].removeprefix("file://")).is_file()


def test_a_scenario_that_is_named_without_its_file_is_told_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["run", "baseline"])
    assert result.exit_code == 2
    assert "`cinsim new baseline` writes it to" in result.stderr
    CliRunner().invoke(app, ["new", "baseline"])
    assert "did you mean scenarios" in CliRunner().invoke(app, ["run", "baseline"]).stderr
