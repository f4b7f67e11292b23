"""The demo's council, watched through its week, with its page served beside it: for a browser to look at."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import socket
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from watcher import app, service, web
from watcher.demo import Council, week

PATIENCE = 120.0  # seconds for a week on a busy machine


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Week:
    """The page over a week that is yet to be lived: `live` lets the days go by, `over` says that they have."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.served, self.live, self.over = threading.Event(), threading.Event(), threading.Event()
        self.stop = threading.Event()
        self.copy = folder / "copy"
        self.trouble: BaseException | None = None
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            asyncio.run(self._week())
        except BaseException as trouble:  # shown by the test that waits for it
            self.trouble = trouble
        finally:
            for event in (self.served, self.over):
                event.set()

    async def _week(self) -> None:
        council = Council()
        async with council.serve() as base:
            environ = {
                **week.surroundings(self.folder, base),
                "WATCHER_WEB_PORT": str(self.port),
                "WATCHER_OPERATOR_TOKEN": "sesame",
            }
            with app.opened(environ, "demo", lock=True) as parts:
                parts.now = council.now
                view = service.view_of(parts)
                async with service.serving(parts, view):
                    beating = asyncio.create_task(week.beat(view, council))
                    self.served.set()
                    await asyncio.to_thread(self.live.wait, PATIENCE)
                    await week.days(council, parts, week.JsonReport(), pause=0)
                    while view.index is not None and await asyncio.to_thread(
                        view.index.catch_up, view.ledger, view.sites, view.texts
                    ):
                        pass
                    await asyncio.to_thread(web.publish, service.view_of(parts, live=False), self.copy)
                    self.over.set()
                    await asyncio.to_thread(self.stop.wait, 600)
                    beating.cancel()


@contextlib.contextmanager
def lived(folder: Path) -> Iterator[Week]:
    """A served week, ended on the way out."""
    served = Week(folder)
    served.thread.start()
    try:
        assert served.served.wait(PATIENCE)
        yield served
    finally:
        served.live.set()
        served.stop.set()
        served.thread.join(PATIENCE)
    assert served.trouble is None, served.trouble


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain file server that says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextlib.contextmanager
def files(folder: Path) -> Iterator[str]:
    """A plain file server over `folder`; yields its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
