"""Opening the app: its link is said at once, what it needs is loaded after that."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from cinsim.app.guard import TOKEN, new_token
from cinsim.app.private import private_folder
from cinsim.errors import InputError, RunError

ADDRESS: Final = "127.0.0.1"
MOST_MESSAGE: Final = 1_000_000
"""Bytes of one message from the page."""
WAITING: Final = 64
"""Connections that wait while the app loads."""


@contextlib.contextmanager
def listening(port: int | None) -> Iterator[socket.socket]:
    """Give a socket of this machine alone that listens, at a port or at any that is free.

    Raises
    ------
    RunError : the port is taken.
    """
    with socket.socket() as taken:
        if os.name != "nt":
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((ADDRESS, port or 0))
            taken.listen(WAITING)
        except OSError as error:
            raise RunError(f"port {port} cannot be used: {error.strerror or error}; name another with --port") from error
        yield taken


def serve(root: Path, port: int | None, told: Callable[[str], object], *, browser: bool = True) -> None:
    """Serve the app until it is interrupted.

    Parameters
    ----------
    root : the app's folder; made if need be. port : None for any that is free.
    told : called once with the link, at once. browser : whether to open it.

    Raises
    ------
    InputError : another app is at work in the folder. RunError : the port is taken, or the folder cannot be written.
    """
    from cinsim.runs.lock import only_one

    try:
        private_folder(root)
    except OSError as error:
        raise RunError(f"{root} cannot be written: {error.strerror or error}") from error
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(only_one(root.resolve(), root))
        except InputError:
            raise InputError(f"another app is at work in {root}; use that, or name another folder", key="--folder") from None
        taken = held.enter_context(listening(port))
        where, token = taken.getsockname()[1], new_token()
        link = f"http://{ADDRESS}:{where}/?{TOKEN}={token}"
        told(link)
        if browser:
            webbrowser.open(link)
        _serve(root, token, where, taken)


def _serve(root: Path, token: str, port: int, taken: socket.socket) -> None:
    import uvicorn

    from cinsim.app.jobs import Queue
    from cinsim.app.serving import application

    queue = Queue(root)
    queue.start()
    threading.Thread(target=_warmed, daemon=True).start()
    how: dict[str, Any] = {"log_level": "error", "access_log": False, "lifespan": "off", "server_header": False}
    config = uvicorn.Config(application(root, token, port), ws_max_size=MOST_MESSAGE, timeout_graceful_shutdown=2, **how)
    try:
        uvicorn.Server(config).run(sockets=[taken])
    finally:
        queue.stop()


def _warmed() -> None:
    """Load what the first scenario needs, while its maker still chooses."""
    from cinsim.api import planned
    from cinsim.app.levers import levers
    from cinsim.scenario.model import Scenario

    levers()
    planned([Scenario(title="As it is")])
