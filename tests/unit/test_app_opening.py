"""Opening the app: the port and the folder are its own, and what is wrong is said before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cinsim.app.opening import ADDRESS, listening, serve
from cinsim.cli import app
from cinsim.errors import InputError, RunError
from cinsim.runs.lock import only_one

pytestmark = pytest.mark.unit


def test_it_listens_on_this_machine_alone() -> None:
    with listening(None) as taken:
        assert taken.getsockname()[0] == ADDRESS == "127.0.0.1"


def test_a_port_that_is_taken_is_said_with_the_option(tmp_path: Path) -> None:
    with listening(None) as taken, pytest.raises(RunError, match="--port"):
        serve(tmp_path / "app", taken.getsockname()[1], lambda link: None, browser=False)


def test_a_second_app_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with only_one(tmp_path.resolve(), tmp_path), pytest.raises(InputError, match="another folder"):
        serve(tmp_path, None, lambda link: None, browser=False)


def test_without_shiny_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["app"])
    assert result.exit_code == 2
    assert "cinsim[app]" in result.output
