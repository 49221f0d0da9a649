"""What is uploaded to the app: only its own page may, and a file that is too large leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cinsim.app import serving
from cinsim.app.work import Work, new_work

pytestmark = pytest.mark.unit
pytest.importorskip("shiny", reason="not run: the app needs Shiny for Python")
PORT, TOKEN = 8123, "token"


def put(work: Work, name: str, parts: Sequence[bytes], *, cookie: str = TOKEN, length: int | None = None) -> int:
    """Return the status that a file sent in parts is answered with."""
    sent: list[dict[str, Any]] = []
    left = list(parts)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        body = left.pop(0) if left else b""
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    path = f"/works/{work.id}/uploads/{name}"
    headers = {"host": f"127.0.0.1:{PORT}", "origin": f"http://127.0.0.1:{PORT}", "cookie": f"cinsim_{PORT}={cookie}"}
    if length is not None:
        headers["content-length"] = str(length)
    scope = {
        "type": "http", "method": "PUT", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()], "scheme": "http", "http_version": "1.1",
        "server": ("127.0.0.1", PORT), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    asyncio.run(serving.application(work.folder.parent, TOKEN, PORT)(scope, receive, send))  # type: ignore[arg-type]
    return int(sent[0]["status"])


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return new_work(tmp_path)


def test_a_file_is_kept_whole(work: Work) -> None:
    assert put(work, "return.xml", [b"<a>", b"</a>"]) == 201
    assert [path.read_bytes() for path in work.uploads()] == [b"<a></a>"]


def test_a_file_that_is_too_large_leaves_nothing_whether_it_says_so_or_not(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "MOST_UPLOADED", 10)
    assert put(work, "return.xml", [b"123456", b"123456"]) == 413
    assert put(work, "return.xml", [b"1"], length=11) == 413
    assert not work.uploads()
    assert put(work, "return.xml", [b"1234567890"], length=10) == 201


def test_without_the_token_nothing_is_kept(work: Work) -> None:
    assert put(work, "return.xml", [b"1"], cookie="another") == 403
    assert not work.uploads()


def test_what_is_sent_to_no_work_is_not_kept(work: Work) -> None:
    assert put(Work(work.folder.parent / "20261128-000000-00000000"), "return.xml", [b"1"]) == 404
