"""An answer is whole, within its limits and told by its true address, or it is a named error."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gzip
import ssl
import subprocess
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard
from aiohttp import web

from watcher.errors import FetchError, ForbiddenAddress, Refused, TooLarge, Unreachable
from watcher.model import Request
from watcher.net import Door, Limits, shown

HERE = (ip_network("127.0.0.1/32"),)
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(answer: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw(answer: bytes, *, drip: float = 0.0, hold: float = 0.0) -> AsyncIterator[str]:
    """A server that sends these very bytes, all at once or one each `drip` seconds, and closes after `hold`."""

    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            if not drip:
                writer.write(answer)
                await writer.drain()
            for place in range(len(answer) if drip else 0):
                writer.write(answer[place : place + 1])
                await writer.drain()
                await asyncio.sleep(drip)
            await asyncio.sleep(hold)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(send, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def failure(url: str, limits: Limits | None = None, **request: Any) -> FetchError:
    async with Door(None, HERE, limits or Limits()) as door:
        with pytest.raises(FetchError) as caught:
            await door.send(Request(url, **request))
    return caught.value


async def test_an_answer_comes_whole_with_lower_case_headers_and_no_cookies() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["User-Agent"].startswith("OrdinanceWatcher/")
        assert request.headers["User-Agent"].endswith("(+https://x.org/why)")
        assert request.headers["X-Own"] == "1"
        response = web.Response(text="agenda", headers={"ETag": '"1"'})
        response.set_cookie("session", "abc")
        return response

    async with serving(answer) as base, Door("https://x.org/why", HERE) as door:
        response = await door.send(Request(f"{base}/a", headers=(("X-Own", "1"),)))
    assert (response.status, response.body, response.url) == (200, b"agenda", f"{base}/a")
    assert response.headers["etag"] == '"1"'
    assert "set-cookie" not in response.headers
    assert response.fetched_at.tzinfo is not None


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("/a b.pdf?q=c d", "/a%20b.pdf?q=c%20d"),
        ("/docs\\agenda.pdf", "/docs/agenda.pdf"),
        ("/%2Fa%20b?filter=%2B1&t=a+b", "/%2Fa%20b?filter=%2B1&t=a+b"),
        ("/é?q=ü#part", "/%C3%A9?q=%C3%BC"),
        ("", "/"),
        ("/a\n", "/a"),
    ],
)
async def test_addresses_are_sent_as_a_browser_would(asked: str, got: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=request.raw_path)

    async with serving(answer) as base, Door(None, HERE) as door:
        assert (await door.send(Request(f" {base}{asked}"))).body == got.encode()


async def test_a_post_sends_its_body_and_error_statuses_are_answers() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=404, text=f"{request.method} {await request.text()}")

    async with serving(answer) as base, Door(None, HERE) as door:
        response = await door.send(Request(base, method="POST", body=b"q=1"))
    assert (response.status, response.body) == (404, b"POST q=1")


async def test_one_visit_does_not_know_the_cookies_of_another() -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        response = web.Response(text="x")
        response.set_cookie("id", "1")
        return response

    async with serving(answer) as base, Door(None, HERE) as door:
        await door.send(Request(base))
        await door.send(Request(base))
    assert seen == [None, None]


async def test_a_cookie_set_on_the_way_is_carried_to_the_next_hop() -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.cookies.get("seen") == "yes":
            return web.Response(text="agenda")
        response = web.Response(status=302, headers={"Location": request.path})
        response.set_cookie("seen", "yes")
        return response

    async with serving(answer) as base, Door(None, HERE) as door:
        assert (await door.send(Request(f"{base}/a"))).body == b"agenda"


# --- redirects ---------------------------------------------------------------------------------------------------


async def test_redirects_are_followed_and_the_final_address_is_told() -> None:
    async def answer(request: web.Request) -> web.Response:
        step = int(request.match_info["path"] or 0)
        return web.Response(text="end") if step == 5 else web.Response(status=301, headers={"Location": f"{step + 1}"})

    async with serving(answer) as base, Door(None, HERE) as door:
        assert (await door.send(Request(f"{base}/0"))).url == f"{base}/5"


async def test_more_than_five_redirects_are_refused() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/again"})

    async with serving(answer) as base:
        error = await failure(base)
    assert isinstance(error, Refused)
    assert error.reason == "refused"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2/",
        "http://169.254.169.254/",
        "http://[::1]/",
        "http://2130706434/",
        "file:///etc/passwd",
        "ftp://x.gov/",
        "http://u:p@127.0.0.1/",
    ],
)
async def test_each_hop_passes_the_guard(target: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": target})

    async with serving(answer) as base:
        assert isinstance(await failure(base), ForbiddenAddress)


async def test_a_post_becomes_a_get_after_302_and_stays_a_post_after_307() -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/end":
            return web.Response(text=f"{request.method}:{await request.text()}")
        return web.Response(status=int(request.path[1:]), headers={"Location": "/end"})

    async with serving(answer) as base, Door(None, HERE) as door:
        assert (await door.send(Request(f"{base}/302", method="POST", body=b"q"))).body == b"GET:"
        assert (await door.send(Request(f"{base}/307", method="POST", body=b"q"))).body == b"POST:q"


async def test_authorisation_is_not_carried_to_another_host() -> None:
    async def target(request: web.Request) -> web.Response:
        return web.Response(text=str("Authorization" in request.headers))

    async with serving(target) as other:

        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": f"{other}/x"})

        async with serving(answer) as base, Door(None, HERE) as door:
            response = await door.send(Request(base, headers=(("Authorization", "Bearer t"),)))
    assert (response.body, response.url) == (b"False", f"{other}/x")


# --- time ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 OK\r\nX: " + b"y" * 500, b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b"x" * 900]
)
async def test_a_drip_is_cut_at_the_total_limit(start: bytes) -> None:
    async with raw(start, drip=0.02) as base:
        error = await failure(base, Limits(total=0.4))
    assert isinstance(error, Unreachable)
    assert error.reason == "timeout"


async def test_a_silent_server_is_left_at_the_read_limit() -> None:
    async with raw(b"", hold=5) as base:
        assert (await failure(base, Limits(read=0.2))).reason == "timeout"


async def test_a_server_that_falls_silent_midway_is_left_at_the_read_limit() -> None:
    async with raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", hold=5) as base:
        assert (await failure(base, Limits(read=0.2))).reason == "timeout"


async def test_a_cancelled_visit_stops_at_once() -> None:
    async with raw(b"", hold=5) as base, Door(None, HERE) as door:
        visit = asyncio.create_task(door.send(Request(base)))
        await asyncio.sleep(0.1)
        visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visit


# --- no connection, half an answer ---------------------------------------------------------------------------------


async def test_a_refused_connection_is_unreachable() -> None:
    async with raw(b"") as base:
        pass
    assert (await failure(base)).reason == "unreachable"


async def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    error = await failure("http://council.invalid/a?token=s3cret")
    assert error.reason == "unreachable"
    assert "s3cret" not in str(error) + error.url + repr(error)


HALVES = {
    "short body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
    "short pdf": b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 100\r\n\r\n%PDF-1.7",
    "chunk cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this",
    "last chunk missing": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n",
    "chunk size of garbage": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nonly\r\n0\r\n\r\n",
    "headers cut": b"HTTP/1.1 200 OK\r\nContent-Len",
    "nothing": b"",
    "no http": b"220 smtp.example.gov ESMTP ready\r\n\r\n",
    "gzip cut": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n"
    + gzip.compress(b"agenda" + bytes(range(256)))[:40],
    "gzip that is none": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nagenda",
}


@pytest.mark.parametrize("name", HALVES)
async def test_half_an_answer_is_never_taken_for_a_whole(name: str) -> None:
    async with raw(HALVES[name]) as base:
        error = await failure(base)
    assert isinstance(error, Unreachable)
    assert error.reason == "unreachable"


async def test_an_answer_that_ends_with_the_connection_is_whole() -> None:
    async with raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it") as base, Door(None, HERE) as door:
        assert (await door.send(Request(base))).body == b"all of it"


# --- sizes and codings ---------------------------------------------------------------------------------------------


def packed(coding: str, body: bytes) -> bytes:
    raw_deflate = zlib.compressobj(wbits=-15)
    packers: dict[str, Callable[[], bytes]] = {
        "gzip": lambda: gzip.compress(body),
        "x-gzip": lambda: gzip.compress(body[:10]) + gzip.compress(body[10:]),
        "deflate": lambda: zlib.compress(body),
        "deflate ": lambda: raw_deflate.compress(body) + raw_deflate.flush(),
        "br": lambda: brotli.compress(body, quality=4),
        "zstd": lambda: zstandard.compress(body),
        "utf-8": lambda: body,
        "gzip, br": lambda: brotli.compress(gzip.compress(body), quality=4),
    }
    return packers[coding]()


CODINGS = ["gzip", "x-gzip", "deflate", "deflate ", "br", "zstd", "utf-8", "gzip, br"]


def coded(coding: str, body: bytes) -> Serve:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": coding.strip(), "Content-Type": "text/html"})

    return answer


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("size", [0, 1, 400, 65_536, 300_000])
async def test_every_content_coding_is_unpacked(coding: str, size: int) -> None:
    body = (b"Ordinance No. 17: " + bytes(range(256)) * 7) * (size // 1000 + 1)
    body = body[:size]
    async with serving(coded(coding, packed(coding, body))) as base, Door(None, HERE) as door:
        assert (await door.send(Request(base))).body == body


@functools.cache
def bomb(coding: str, megabytes: int = 300) -> bytes:
    """Zeroes, packed a megabyte at a time."""
    zeroes = bytes(1_000_000)
    if coding == "gzip, br":
        return bytes(brotli.compress(bomb("gzip"), quality=4))
    if coding == "br":
        packer = brotli.Compressor(quality=4)
        return b"".join(packer.process(zeroes) for _ in range(megabytes)) + bytes(packer.finish())
    if coding == "zstd":
        zstd = zstandard.ZstdCompressor().compressobj()
        return b"".join(zstd.compress(zeroes) for _ in range(megabytes)) + zstd.flush()
    deflate = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
    return b"".join(deflate.compress(zeroes) for _ in range(megabytes)) + deflate.flush()


async def peak_megabytes(coding: str, limits: Limits) -> float:
    packed_bomb = bomb(coding)
    async with serving(coded(coding, packed_bomb)) as base, Door(None, HERE, limits) as door:
        tracemalloc.start()
        try:
            with contextlib.suppress(TooLarge):
                await door.send(Request(base))
            return tracemalloc.get_traced_memory()[1] / 1e6
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
async def test_a_bomb_is_cut_at_the_decoded_limit_in_little_memory(coding: str) -> None:
    async with serving(coded(coding, bomb(coding))) as base:
        error = await failure(base)
    assert isinstance(error, TooLarge)
    assert error.reason == "too_large"
    assert await peak_megabytes(coding, Limits()) < 100


async def test_the_bomb_would_have_gone_off_without_the_limit() -> None:
    assert await peak_megabytes("zstd", Limits(decoded=10**9)) > 200


async def test_a_page_over_the_wire_limit_is_too_large_before_it_is_read() -> None:
    async with raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20000001\r\n\r\n", hold=3) as base:
        assert isinstance(await failure(base), TooLarge)


async def test_a_page_of_unknown_length_is_cut_at_the_wire_limit() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while True:
            await response.write(b"x" * 10_000)

    async with serving(answer) as base:
        assert isinstance(await failure(base, Limits(page=200_000)), TooLarge)


async def test_documents_may_be_larger_than_pages() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"%PDF" + bytes(5000), content_type="application/pdf")

    limits = Limits(page=1000, document=6000)
    async with serving(answer) as base, Door(None, HERE, limits) as door:
        assert len((await door.send(Request(base))).body) == 5004


@pytest.mark.parametrize("header", [b"X-Long: " + b"a" * 40_000, b"\r\n".join(b"X-%d: a" % n for n in range(400))])
async def test_headers_over_the_limit_end_the_visit(header: bytes) -> None:
    async with raw(b"HTTP/1.1 200 OK\r\n" + header + b"\r\nContent-Length: 0\r\n\r\n") as base:
        assert (await failure(base)).reason == "too_large"


async def test_a_long_security_policy_header_is_fine() -> None:
    header = b"Content-Security-Policy: " + b"https://a.example " * 900
    async with (
        raw(b"HTTP/1.1 200 OK\r\n" + header + b"\r\nContent-Length: 2\r\n\r\nok") as base,
        Door(None, HERE) as door,
    ):
        assert (await door.send(Request(base))).body == b"ok"


# --- TLS -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, chain = folder / "key.pem", folder / "chain.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(chain)],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("no openssl program to make a certificate with")
    return chain, key


@pytest.fixture
def server_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def test_a_certificate_of_nobody_is_a_tls_error(server_tls: ssl.SSLContext) -> None:
    async with serving(hello, server_tls) as base:
        error = await failure(base)
    assert isinstance(error, Unreachable)
    assert error.reason == "tls"


async def test_a_certificate_for_another_name_is_a_tls_error(
    server_tls: ssl.SSLContext, certificate: tuple[Path, Path]
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate[0]))
    async with serving(hello, server_tls) as base, Door(None, HERE, tls=trust) as door:
        assert (await door.send(Request(base))).body == b"hello"
        with pytest.raises(Unreachable) as caught:
            await door.send(Request(base.replace("127.0.0.1", "localhost")))
    assert caught.value.reason == "tls"


async def test_plain_http_behind_https_is_a_tls_error() -> None:
    async with serving(hello) as base:
        assert (await failure(base.replace("http:", "https:"))).reason == "tls"


async def test_a_step_from_https_down_to_http_is_refused(
    server_tls: ssl.SSLContext, certificate: tuple[Path, Path]
) -> None:
    async with serving(hello) as plain:

        async def down(request: web.Request) -> web.Response:
            return web.Response(status=301, headers={"Location": plain})

        trust = ssl.create_default_context(cafile=str(certificate[0]))
        async with serving(down, server_tls) as base, Door(None, HERE, tls=trust) as door:
            with pytest.raises(Refused) as caught:
                await door.send(Request(base))
    assert caught.value.reason == "refused"


# --- what is shown -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.gov/a?ID=5&GUID=A", "https://x.gov/a?ID=5&GUID=A"),
        ("https://x.gov/a?token=abc&ID=5", "https://x.gov/a?token=…&ID=5"),
        ("https://x.gov/a?ID=5&api_key=abc", "https://x.gov/a?ID=5&api_key=…"),
        ("https://x.gov/a?key=abc", "https://x.gov/a?key=…"),
        ("https://x.gov/a?X-Amz-Signature=abc&X-Amz-Date=2", "https://x.gov/a?X-Amz-Signature=…&X-Amz-Date=2"),
        ("https://u:p@x.gov/a", "https://x.gov/a"),
        ("https://x.gov/a?sv=2020&sig=abc%3D", "https://x.gov/a?sv=2020&sig=…"),
        ("https://x.gov/monkey?donkey=1", "https://x.gov/monkey?donkey=1"),
    ],
)
def test_secrets_in_addresses_are_not_shown(url: str, expected: str) -> None:
    assert shown(url) == expected
