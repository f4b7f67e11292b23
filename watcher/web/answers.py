"""How every answer leaves: to whom asked by a name of ours, with strict headers, and a tag by which an unchanged page costs nothing to ask for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
    b"form-action 'self'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
Handler = Callable[[Request], Response]


class Fence:
    """Every answer carries the same strict headers, and what is not tagged is kept by nobody.

    Where `hosts` are given, who asks by another name is refused: a stranger's page whose name was made to point at this
    machine could else read a page that is for this machine alone.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None = None) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the answer on with the headers of SAFE."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = fenced(message["headers"])
            await send(message)

        app = self.app
        if scope["type"] == "http" and self.hosts is not None and _host(scope) not in self.hosts:
            app = PlainTextResponse("This page has another name.", 421)
        await app(scope, receive, guarded)


def fenced(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers with those of SAFE, and "no-store" where nothing else is said of caching."""
    said = any(name.lower() == b"cache-control" for name, _ in headers)
    return [*headers, *SAFE.items(), *(() if said else ((b"cache-control", b"no-store"),))]


def _host(scope: Scope) -> str:
    name = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    return re.sub(r":\d*\Z", "", name).lower()


def tagged(handler: Handler) -> Handler:
    """The handler, its good answers tagged by their content (RFC 9110, 8.8.3); 304 to who has that already."""

    def answer(request: Request) -> Response:
        response = handler(request)
        if response.status_code != 200 or isinstance(response, StreamingResponse):
            return response
        tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
        known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
        if tag in known or "*" in known:
            return Response(status_code=304, headers={"etag": tag, "cache-control": "no-cache"})
        response.headers["etag"] = tag
        response.headers.setdefault("cache-control", "no-cache")
        return response

    return answer
