"""A web server on loopback that costs little: every answer is rendered before it is asked for.

    GET /town/<number>/agenda            the page of the current generation (gzip), with an ETag where they are on
    GET /control?generation=2&etags=0    show another generation; answers when all its pages are ready

`Served` starts it in a process of its own, so that its work is not in the figures.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import multiprocessing
import urllib.request
from multiprocessing.connection import Connection
from types import TracebackType

from benchmarks import pages

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Shelf:
    """All answers of one generation, ready to send."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.full: dict[bytes, bytes] = {}
        self.etags: dict[bytes, bytes] = {}

    def show(self, generation: int, *, etags: bool) -> None:
        """Render every page of a generation."""
        self.full, self.etags = {}, {}
        for number in range(self.count):
            body = pages.page(number, generation)
            etag = b'"%s"' % hashlib.sha256(body).hexdigest()[:16].encode()
            packed = gzip.compress(body, 5, mtime=0)
            path = b"/town/%d/agenda" % number
            mark = b"ETag: %s\r\n" % etag if etags else b""
            self.full[path] = (
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
                b"Vary: Accept-Encoding\r\n%sContent-Length: %d\r\n\r\n" % (mark, len(packed))
            ) + packed
            if etags:
                self.etags[path] = etag

    def answer(self, path: bytes, headers: bytes) -> bytes:
        """Return the whole answer to one request."""
        if path.startswith(b"/control?"):
            asked = dict(pair.split("=") for pair in path.decode().partition("?")[2].split("&"))
            self.show(int(asked["generation"]), etags=asked["etags"] == "1")
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        etag = self.etags.get(path)
        if etag and etag in headers:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % etag
        return self.full.get(path, NOT_FOUND)


class Answering(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, GET only: a request ends at its first empty line."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole request received so far."""
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1]
            self.transport.write(self.shelf.answer(path, head))


def _serve(count: int, ready: Connection) -> None:
    async def forever() -> None:
        shelf = Shelf(count)
        server = await asyncio.get_running_loop().create_server(lambda: Answering(shelf), "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


class Served:
    """The server, running while its `with` block runs. `base` is its address."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> Served:
        here, there = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(self.count, there), daemon=True
        )
        self.process.start()
        self.base = f"http://127.0.0.1:{here.recv()}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.join()

    def show(self, generation: int, *, etags: bool) -> None:
        """Show a generation from now on; returns when it is ready."""
        urllib.request.urlopen(f"{self.base}/control?generation={generation}&etags={int(etags)}").close()

    def urls(self) -> list[str]:
        """Return the address of every page."""
        return [f"{self.base}/town/{number}/agenda" for number in range(self.count)]
