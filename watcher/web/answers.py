"""How every answer leaves: strict headers on all of them, and a tag by which an unchanged page costs nothing to ask for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = {
    b"content-security-policy": b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
    b"form-action 'self'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
Handler = Callable[[Request], Response]


class SafeHeaders:
    """Every answer carries the same strict headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the answer on with the headers of SAFE."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SAFE.items()]
            await send(message)

        await self.app(scope, receive, guarded)


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
