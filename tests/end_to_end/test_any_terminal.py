"""What is printed loses no figure in a narrow terminal, and no encoding of a terminal or a file ends a command."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_calls import CALLS, LONG_WORK, PROJECT, commands, write_inputs
from typer.testing import CliRunner

from cinsim.cli import app, main

pytestmark = pytest.mark.end_to_end

WIDTHS = (40, 50, 60, 70, 80, 100, 120)
WIDE = 200
NUMBER = re.compile(r"\d(?:[\d.,]*\d)?")
EVERY = [pytest.param(call, id=" ".join(call[:3])) for calls in CALLS.values() for call in calls]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder one is in, where every call was made once: what is simulated is simulated."""
    folder = tmp_path_factory.mktemp("terminal")
    write_inputs(folder)
    before = Path.cwd()
    os.chdir(folder)
    for calls in CALLS.values():
        for call in calls:
            printed(call, WIDE)
    yield folder
    os.chdir(before)


def printed(call: tuple[str, ...], width: int) -> str:
    """Return what a command prints in a terminal of so many columns, without how long it took."""
    result = CliRunner().invoke(app, list(call), env={"COLUMNS": str(width)})
    assert result.exit_code == 0, f"{' '.join(call)}: {result.output}"
    text = re.sub(r"^\d\d:\d\d:\d\d  .*$", "", result.stdout, flags=re.MULTILINE)  # what a calibration says as it goes on
    return re.sub(r"\b\d+ s\b", "", text)


def numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text))


def test_every_command_has_a_call_here() -> None:
    assert {*CALLS, *LONG_WORK} == set(commands())
    assert not LONG_WORK & set(CALLS)


@pytest.mark.parametrize("call", EVERY)
def test_every_number_that_a_wide_terminal_shows_is_shown_whole_in_a_narrow_one(folder: Path, call: tuple[str, ...]) -> None:
    wide, narrowest = printed(call, WIDE), printed(call, WIDTHS[0])
    if narrowest != wide:  # what prints sentences alone prints the same at any width
        for width in WIDTHS:
            assert numbers(wide) - numbers(printed(call, width)) == Counter(), width


@pytest.mark.parametrize("name", [*CALLS, *sorted(LONG_WORK)])
def test_help_names_every_option_whole_at_any_width(name: str) -> None:
    def words(width: int) -> set[str]:
        return set(re.findall(r"--[a-z-]+", printed((*name.split(), "--help"), width)))

    assert all(words(width) >= words(WIDE) for width in WIDTHS)


def streamed(monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...], encoding: str) -> tuple[object, bytes, bytes]:
    """Return the exit status of a command whose streams have an encoding, and what came out of both."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors) for errors in ("strict", "backslashreplace")]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        patch.setattr(sys, "argv", ["cinsim", *call])
        patch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as ended:
            main()
    found = []
    for stream in streams:
        stream.flush()
        found.append(stream.buffer.getvalue())  # type: ignore[attr-defined]
    return ended.value.code, found[0], found[1]


@pytest.mark.parametrize("call", EVERY)
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_stream_of_another_encoding_gets_every_number_and_no_traceback(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...], encoding: str
) -> None:
    status, out, err = streamed(monkeypatch, call, encoding)
    assert (status, err) == (0, b"")
    text = out.decode(encoding)
    assert not numbers(printed(call, 80)) - numbers(text)
    assert "?" not in text


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp437", "cp850", "shift_jis", "cp037", "utf-8"])
def test_less_usual_encodings_serve_as_well(folder: Path, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    for call in (CALLS["run"][0], CALLS["measures"][0]):
        status, out, err = streamed(monkeypatch, call, encoding)
        assert (status, err) == (0, b"")
        assert not numbers(printed(call, 80)) - numbers(out.decode(encoding))


def test_a_file_that_output_is_sent_to_has_the_encoding_of_the_system(folder: Path) -> None:
    here = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": "cp1252", "COLUMNS": "80"}
    with (folder / "out.txt").open("wb") as file:
        command = [sys.executable, "-m", "cinsim", *CALLS["compare"][0]]
        subprocess.run(command, cwd=folder, env=here, stdout=file, check=True)
    text = (folder / "out.txt").read_text(encoding="cp1252")
    assert re.search(r" -\d+\.\d \(-\d+\.\d to ", text)


def test_a_message_of_an_error_can_be_read_in_ascii(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, out, err = streamed(monkeypatch, ("run", "décision−“1”.yaml"), "ascii")
    assert (status, out) == (2, b"")
    assert err.decode("ascii").startswith('decision-"1".yaml: there is no such file')
