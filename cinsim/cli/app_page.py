"""The command that opens the app."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from cinsim.cli.options import guarded

FOLDER = Path("cinsim-app")


@guarded
def app(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of this machine; any that is free when left out.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the link; open no browser.")] = False,
    folder: Annotated[
        Path, typer.Option(help="Where scenarios, uploads and runs are kept; your own account alone can read it.")
    ] = FOLDER,
) -> None:
    """Open the app: a page on this machine that asks the model and shows what it says. Needs cinsim[app].

    It listens on this machine alone, and answers only who has the link it prints. Ctrl-C ends it; a run that is at work goes on.
    """
    from cinsim.errors import InputError

    if importlib.util.find_spec("shiny") is None:
        raise InputError("the app needs Shiny for Python: pip install 'cinsim[app]'", key="app")
    from cinsim.app.opening import serve

    serve(folder, port, lambda link: print(f"cinsim app: {link}", flush=True), browser=not no_browser)
