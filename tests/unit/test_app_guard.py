"""Who may talk to the app: the token, the Host and the Origin are looked at for every request and web socket."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cinsim.app.guard import Guard, new_token

pytestmark = pytest.mark.unit

PORT, TOKEN = 8123, "a-token-nobody-guesses"
HOST = f"127.0.0.1:{PORT}"


async def _held(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"inside"})


def answered(
    headers: dict[str, str], *, query: str = "", method: str = "GET", kind: str = "http"
) -> tuple[int | str, dict[str, str], bytes]:
    """Return what a request is answered with: its status (of a web socket what came first), headers and body."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    scope = {
        "type": kind, "method": method, "path": "/", "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    asyncio.run(Guard(_held, TOKEN, PORT)(scope, receive, send))  # type: ignore[arg-type]
    first = sent[0]
    held = {name.decode(): value.decode() for name, value in first.get("headers", ())}
    return first.get("status", first["type"]), held, b"".join(message.get("body", b"") for message in sent)


COOKIE = {"cookie": f"cinsim_{PORT}={TOKEN}"}


def test_without_the_token_nothing_is_answered() -> None:
    status, _, body = answered({"host": HOST})
    assert status == 403
    assert b"inside" not in body
    assert b"cinsim app" in body


@pytest.mark.parametrize("query", ["token=", "token=wrong", f"token={TOKEN[:-1]}", f"other={TOKEN}", f"token={TOKEN}x"])
def test_another_token_is_refused(query: str) -> None:
    assert answered({"host": HOST}, query=query)[0] == 403


def test_the_link_sets_a_cookie_that_scripts_cannot_read_and_leaves_the_token_out_of_the_address() -> None:
    status, headers, _ = answered({"host": HOST}, query=f"token={TOKEN}&step=build")
    assert status == 303
    assert headers["location"] == "/?step=build"
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=Lax" in headers["set-cookie"]


def test_with_the_cookie_the_page_comes_with_a_policy_that_lets_it_load_from_here_alone() -> None:
    status, headers, body = answered({"host": HOST, **COOKIE})
    assert (status, body) == (200, b"inside")
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "http:" not in headers["content-security-policy"]


@pytest.mark.parametrize("cookie", ["", f"cinsim_{PORT}=", f"cinsim_{PORT}=wrong", f"cinsim_1={TOKEN}", "=;;==", "a=\x7f"])
def test_a_wrong_cookie_is_refused(cookie: str) -> None:
    assert answered({"host": HOST, "cookie": cookie})[0] == 403


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", "", f"127.0.0.1:{PORT}.evil.example"]
)
def test_a_name_of_another_site_that_leads_here_is_refused_even_with_the_cookie(host: str) -> None:
    assert answered({"host": host, **COOKIE})[0] == 403


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"https://{HOST}", "http://127.0.0.1:1", f"http://{HOST}.evil.example"]
)
@pytest.mark.parametrize(("kind", "refused"), [("http", 403), ("websocket", "websocket.close")])
def test_a_page_of_another_site_is_refused_even_with_the_cookie(origin: str, kind: str, refused: int | str) -> None:
    assert answered({"host": HOST, "origin": origin, **COOKIE}, kind=kind)[0] == refused


def test_a_web_socket_needs_the_cookie_and_an_origin() -> None:
    origin = {"origin": f"http://{HOST}"}
    assert answered({"host": HOST, **origin, **COOKIE}, kind="websocket")[0] == "websocket.accept"
    assert answered({"host": HOST, **origin}, kind="websocket")[0] == "websocket.close"
    assert answered({"host": HOST, **COOKIE}, kind="websocket")[0] == "websocket.close"
    assert answered({"host": HOST, **origin}, kind="websocket", query=f"token={TOKEN}")[0] == "websocket.close"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_changes_something_needs_an_origin(method: str) -> None:
    assert answered({"host": HOST, **COOKIE}, method=method)[0] == 403
    assert answered({"host": HOST, "origin": f"http://{HOST}", **COOKIE}, method=method)[0] == 200
    assert answered({"host": HOST, "origin": f"http://{HOST}"}, method=method, query=f"token={TOKEN}")[0] == 403


def test_no_two_tokens_are_the_same_and_each_is_long() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 40
