"""The app's server: files to take away and uploads as plain requests, everything else through Shiny, all behind the guard."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cinsim.app.guard import AsgiApp, Guard
from cinsim.app.jobs import Job, job_of
from cinsim.app.private import private_folder
from cinsim.app.take_away import KEPT, file_of
from cinsim.app.work import MOST_UPLOADED, Work, work_of
from cinsim.errors import CinsimError, InputError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_TYPES: Final = {
    ".html": "text/html; charset=utf-8", ".pdf": "application/pdf", ".json": "application/json",
    ".yaml": "text/plain; charset=utf-8", ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8", ".svg": "image/svg+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
# a page that is opened from here runs its own scripts alone, and as no part of the app
_APART: Final = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data: blob:"
)


def application(root: Path, token: str, port: int) -> AsgiApp:
    """Return the whole app, guarded.

    Parameters
    ----------
    root : the app's folder. token : without which nothing is answered. port : on which it is reached.
    """
    from starlette.applications import Starlette
    from starlette.routing import Mount, Route

    from cinsim.app.session import shiny_app

    async def take_away(request: Request) -> Response:
        return await _take_away(root, request)

    async def upload(request: Request) -> Response:
        return await _upload(root, request)

    routes = [
        Route("/works/{work}/runs/{run}/{name:path}", take_away, methods=["GET"]),
        Route("/works/{work}/uploads/{name}", upload, methods=["PUT"]),
        Route("/favicon.ico", _no_icon),
        Route("/session/{rest:path}", _not_here, methods=["POST"]),  # Shiny's own uploads, which would lie elsewhere
        Mount("/", app=shiny_app(root)),
    ]
    return Guard(Starlette(routes=routes), token, port)


async def _no_icon(request: Request) -> Response:
    from starlette.responses import Response

    return Response(status_code=204)


async def _not_here(request: Request) -> Response:
    return _said("there is nothing here to send to", 404)


def _said(text: str, status: int) -> Response:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(f"{text}\n", status_code=status)


def _found(root: Path, request: Request) -> tuple[Work | None, Job | None]:
    work = work_of(root, request.path_params["work"])
    return work, job_of(work, request.path_params.get("run", "")) if work is not None else None


async def _take_away(root: Path, request: Request) -> Response:
    """Answer with a file of a job, shown in the browser or, with ``?save``, saved."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import FileResponse

    _, job = _found(root, request)
    if job is None:
        return _said("there is no such run", 404)
    name = request.path_params["name"]
    private_folder(job.folder / KEPT)
    try:
        path = await run_in_threadpool(file_of, job, name)
    except CinsimError as error:
        return _said(str(error), 404 if isinstance(error, InputError) else 500)
    saved = None if "save" not in request.query_params else Path(name).name
    headers = {"content-security-policy": _APART} if path.suffix in (".html", ".svg") else {}
    kind = _TYPES.get(path.suffix, "application/octet-stream")
    return FileResponse(path, media_type=kind, filename=saved, headers=headers)


async def _upload(root: Path, request: Request) -> Response:
    """Keep an uploaded file in the work's folder, readable by its owner alone; too large a one leaves nothing."""
    work, _ = _found(root, request)
    if work is None:
        return _said("there is no such work", 404)
    if int(request.headers.get("content-length") or 0) > MOST_UPLOADED:
        return _said(f"the file is larger than {MOST_UPLOADED >> 20} MB, the most that the app takes", 413)
    try:
        place = work.upload_place(request.path_params["name"])
    except InputError as error:
        return _said(str(error), 400)
    held = 0
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        async for part in request.stream():
            held += len(part)
            if held > MOST_UPLOADED:
                break
            file.write(part)
    if held > MOST_UPLOADED:
        place.unlink()
        return _said(f"the file is larger than {MOST_UPLOADED >> 20} MB, the most that the app takes", 413)
    return _said("kept", 201)
