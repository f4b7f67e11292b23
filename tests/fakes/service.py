"""What the pretend services share: a real aiohttp server on loopback in its own thread, with faults to order."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

Body = dict[str, Any]


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a method, and whether the message is taken all the same."""

    kind: str  # status | json | html | half | drop | hang | none
    times: int = 1
    taken: bool = False
    status: int = 500
    answer: Body = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class Service:
    """Answers POSTs until it is closed. `calls` counts them by method; `refuse()` and `listen()` close and open the port."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.faults: dict[str, list[Fault]] = {}
        self.port = 0
        self.delay = 0.0  # seconds between taking a message and answering
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None

    def fails(self, method: str, *faults: Fault) -> None:
        """Orders faults, to happen one after the other."""
        self.faults.setdefault(method, []).extend(faults)

    def next_fault(self, method: str) -> Fault | None:
        """The fault of this call, if one was ordered."""
        self.calls[method] += 1
        ordered = self.faults.get(method) or self.faults.get("*") or []
        if not ordered:
            return None
        fault = ordered[0]
        fault.times -= 1
        if fault.times <= 0:
            ordered.pop(0)
        return fault if fault.kind != "none" else None

    async def suffer(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        """The answer, or the lack of one, that a fault means."""
        match fault.kind:
            case "status" | "json":
                return web.json_response(fault.answer, status=fault.status, headers=fault.headers)
            case "html":
                page = "<html><body>Please log in to the guest network</body></html>"
                return web.Response(text=page, content_type="text/html", status=fault.status, headers=fault.headers)
            case "half":
                response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "5000"})
                await response.prepare(request)
                await response.write(b'{"ok": true, "ts": "17')
            case "hang":
                await asyncio.sleep(60)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def app(self) -> web.Application:
        """What is served."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def listen(self) -> None:
        """Opens the port, the same one as before."""
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()

    def refuse(self) -> None:
        """Closes the port: connections are refused."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()

    async def _start(self) -> None:
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
