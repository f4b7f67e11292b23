"""A pretend receiver of webhooks."""

from __future__ import annotations

import asyncio

from aiohttp import web

from tests.fakes.service import Service

SECRET = "a-pretend-signing-secret"


class Hook(Service):
    """Keeps headers and body of all that it took."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        """Where to post: the path is a secret, as it is with most receivers."""
        return f"http://127.0.0.1:{self.port}/in/hook-path-secret"

    def app(self) -> web.Application:
        """The one address."""
        app = web.Application()
        app.router.add_post("/in/hook-path-secret", self._take)
        app.router.add_options("/in/hook-path-secret", self._take)
        return app

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        fault = self.next_fault("hook")
        if request.method == "POST" and (fault is None or fault.taken):
            self.received.append((dict(request.headers), body))
        await asyncio.sleep(self.delay)
        return await self.suffer(request, fault) if fault is not None else web.Response(text="thanks")
