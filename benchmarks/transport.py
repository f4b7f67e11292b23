"""What one page costs, by transport behind the httpx API, beside our own door and visit.

    python benchmarks/transport.py [--pages 2000] [--rounds 3]

A server in a process of its own hands out a 50 KB page (gzip) or, for `If-None-Match`, a 304. CPU is user + system of
this process; of several rounds the least is shown, in turns, so that a busy machine hits all alike. Read the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import multiprocessing
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from ipaddress import ip_network
from multiprocessing.connection import Connection

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from watcher.fetch import Fetcher, refusal
from watcher.model import Request, Response, Validators
from watcher.net import Door

Ask = Callable[[str, bool], Awaitable[int]]  # url, conditional -> bytes of the body
Opened = Callable[[], AbstractAsyncContextManager[Ask]]
TAG = '"v1"'
HERE = (ip_network("127.0.0.1/32"),)


def page() -> bytes:
    """A council page of 50 KB, as compressible as the real ones (about 7 to 1)."""
    chance = random.Random(17)
    words = ["ordinance", "resolution", "hearing", "council", "budget", "agreement", "sheriff", "zoning", "contract"]
    row = "".join(
        f"<tr class='rgRow'><td>{n}</td><td><a href='/View.ashx?M=A&amp;ID={chance.randrange(10**6)}'>"
        f"{' '.join(chance.choices(words, k=18))} {chance.randrange(10**4)}</a></td></tr>\n"
        for n in range(220)
    )
    return f"<!doctype html><html><head><title>Calendar</title></head><body><table>{row}</table></body></html>".encode()


class Server(asyncio.Protocol):
    """Answers each request with prepared bytes."""

    full = b""
    same = f"HTTP/1.1 304 Not Modified\r\nETag: {TAG}\r\n\r\n".encode()
    none = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    def __init__(self) -> None:
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            low = head.lower()
            answer = self.none if b"robots.txt" in low else self.same if b"if-none-match" in low else self.full
            self.transport.write(answer)


def serve(pipe: Connection) -> None:
    packed = gzip.compress(page(), 6)
    Server.full = (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nETag: {TAG}\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(packed)}\r\n\r\n"
    ).encode() + packed

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def through(transport: Callable[[], httpx.AsyncBaseTransport | None]) -> Opened:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Ask]:
        async with httpx.AsyncClient(transport=transport(), trust_env=False) as client:

            async def ask(url: str, conditional: bool) -> int:
                response = await client.get(url, headers={"If-None-Match": TAG} if conditional else {})
                return len(response.content)

            yield ask

    return opened


@asynccontextmanager
async def bare_aiohttp() -> AsyncIterator[Ask]:
    async with aiohttp.ClientSession() as session:

        async def ask(url: str, conditional: bool) -> int:
            async with session.get(url, headers={"If-None-Match": TAG} if conditional else {}) as response:
                return len(await response.read())

        yield ask


@asynccontextmanager
async def our_door() -> AsyncIterator[Ask]:
    async with Door(None, HERE) as door:

        async def ask(url: str, conditional: bool) -> int:
            return len((await door.send(Request(url), {"If-None-Match": TAG} if conditional else {})).body)

        yield ask


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


@asynccontextmanager
async def our_visit() -> AsyncIterator[Ask]:
    async with Fetcher(Door(None, HERE), clock=Now()) as fetcher:

        async def ask(url: str, conditional: bool) -> int:
            validators = Validators(TAG) if conditional else Validators()
            answer = await fetcher.visit(Request(url), validators, min_delay=timedelta(0))
            return len(answer.body) if isinstance(answer, Response) else 0

        yield ask


def contenders() -> dict[str, Opened]:
    found: dict[str, Opened] = {
        "httpx, its own transport": through(lambda: None),
        "httpx over aiohttp": through(lambda: AiohttpTransport(trust_env=False)),
    }
    try:
        rust = import_module("pyreqwest.compatibility.httpx")
    except ImportError:
        print("pyreqwest is not installed: left out")
    else:
        found["httpx over pyreqwest"] = through(rust.HttpxTransport)
    return found | {"aiohttp itself": bare_aiohttp, "our door": our_door, "our visit": our_visit}


async def cpu(opened: Opened, url: str, pages: int, conditional: bool) -> float:
    """CPU seconds a page, one after the other on a warm connection."""
    async with opened() as ask:
        expected = 0 if conditional else len(page())
        for _ in range(20):
            assert await ask(url, conditional) == expected
        start = time.process_time()
        for _ in range(pages):
            await ask(url, conditional)
        return (time.process_time() - start) / pages


def recogniser(times: int) -> float:
    """CPU seconds of `refusal` on the page."""
    response = Response(
        Request("https://x.gov/"), "https://x.gov/", 200, {"content-type": "text/html"}, page(), datetime.now(UTC)
    )
    start = time.process_time()
    for _ in range(times):
        assert refusal(response) is None
    return (time.process_time() - start) / times


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pages", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{ours.recv()}/page"
    try:
        figures: dict[tuple[str, bool], float] = {}
        for _ in range(chosen.rounds):
            for name, opened in contenders().items():
                for conditional in (False, True):
                    spent = asyncio.run(cpu(opened, url, chosen.pages // chosen.rounds, conditional))
                    known = figures.get((name, conditional), spent)
                    figures[name, conditional] = min(spent, known)
    finally:
        server.kill()
        server.join()
    first = "httpx, its own transport"
    print(f"{'CPU ms a page':28}{'200':>8}{'ratio':>8}{'304':>8}{'ratio':>8}")
    for name in contenders():
        full, same = figures[name, False], figures[name, True]
        print(
            f"{name:28}{full * 1e3:8.2f}{figures[first, False] / full:8.1f}"
            f"{same * 1e3:8.2f}{figures[first, True] / same:8.1f}"
        )
    print(f"refusal() on that page: {recogniser(500) * 1e3:.3f} ms")


if __name__ == "__main__":
    main()
