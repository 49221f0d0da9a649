"""Who may talk to the app: a browser on this machine that opened the link with its token, and no page of another site."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN: Final = "token"
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
REFUSED: Final = (
    "This page is for whoever started the app. Open the link that `cinsim app` printed in the terminal, with its token.\n"
)
ELSEWHERE: Final = "This request names another host or comes from a page of another site, and was refused.\n"
POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
)
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(32)


class Guard:
    """Lets requests and web sockets through that come from this machine's own page, and no others.

    Three things are looked at. The Host must be this machine's, so that no name of another site that leads here is taken. An
    Origin, which a browser sends with every web socket and every form, must be this app's. And the token must be there: in the
    link once, then in a cookie that scripts cannot read.

    Parameters
    ----------
    app : what is guarded. token : the link's. port : that the app listens on. hosts : names and addresses it goes by.
    """

    def __init__(self, app: AsgiApp, token: str, port: int, hosts: tuple[str, ...] = LOOPBACK) -> None:
        self._app, self._token = app, token
        self._cookie = f"cinsim_{port}"
        self._hosts = frozenset(f"{host}:{port}" for host in hosts)
        self._origins = frozenset(f"http://{host}:{port}" for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        held = _headers(scope)
        socket = scope["type"] == "websocket"
        origin = held.get("origin")
        from_here = origin in self._origins if origin is not None else not socket and scope["method"] in ("GET", "HEAD")
        if held.get("host") not in self._hosts or not from_here:
            await _refuse(scope, receive, send, ELSEWHERE)
        elif self._same(self._in_cookie(held)):
            await self._app(scope, receive, _with_headers(send))
        elif not socket and scope["method"] == "GET" and self._same(_in_link(scope)):
            await self._admit(scope, send)
        else:
            await _refuse(scope, receive, send, REFUSED)

    def _same(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode())

    def _in_cookie(self, held: dict[str, str]) -> str:
        try:
            found = SimpleCookie(held.get("cookie", "")).get(self._cookie)
        except CookieError:
            return ""
        return found.value if found is not None else ""

    async def _admit(self, scope: Scope, send: Send) -> None:
        """Set the cookie and go to the same page without the token, which so stays out of the address bar and of copied links."""
        rest = [(name, value) for name, value in _query(scope) if name != TOKEN]
        target = "/" + (f"?{urlencode(rest)}" if rest else "")
        cookie = f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Lax"
        headers = [(b"location", target.encode("ascii")), (b"set-cookie", cookie.encode("ascii")), *HEADERS]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)


def _in_link(scope: Scope) -> str:
    return next((value for name, value in _query(scope) if name == TOKEN), "")


async def _refuse(scope: Scope, receive: Receive, send: Send, words: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode()})


def _with_headers(send: Send) -> Send:
    """Add what a browser is to hold to; a response that says more of its own on what it may load keeps that."""

    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = list(message.get("headers", ()))
            names = {name.lower() for name, _ in own}
            policy = () if b"content-security-policy" in names else ((b"content-security-policy", POLICY.encode()),)
            own = [(name, value) for name, value in own if name.lower() != b"cache-control"]
            message["headers"] = [*own, *policy, *HEADERS]
        await send(message)

    return sent
