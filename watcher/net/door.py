"""Door: sends one request to the outside and brings back a whole answer, or a named error."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
import certifi
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.http_exceptions import LineTooLong
from httpx_aiohttp import AiohttpTransport

from watcher.errors import FetchError, ForbiddenAddress, Refused, TooLarge, Unreachable
from watcher.model import NOTHING, Request, Response
from watcher.net.body import ACCEPTED, Damaged, Overflow, gather
from watcher.net.guard import ForbiddenSocket, Guard, Network
from watcher.net.limits import Limits
from watcher.net.redaction import shown

AGENT = "OrdinanceWatcher"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TEXT = re.compile(r"^(text/|application/(.*\+)?(json|xml|xhtml|rss|atom)|$)", re.IGNORECASE)
_BODY_HEADERS = ("content-type", "content-length", "transfer-encoding")
_PRIVATE_HEADERS = ("authorization", "cookie", "proxy-authorization")
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f\\]")  # what two URL parsers may read differently
_AUTHORITY = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*")

# httpx prints whole URLs, tokens included, at INFO: its client, which other rooms use.
logging.getLogger("httpx").setLevel(logging.WARNING)


def user_agent(contact: str | None) -> str:
    """`OrdinanceWatcher/<version> (+contact)`."""
    try:
        number = version("ordinance-watcher")
    except PackageNotFoundError:  # run from a folder, not installed
        number = "0"
    return f"{AGENT}/{number} (+{contact})" if contact else f"{AGENT}/{number}"


class _Resolver(AbstractResolver):
    """The system's resolver, which remembers whether a name leads only into the networks opened by hand."""

    def __init__(self, guard: Guard) -> None:
        self._system = aiohttp.ThreadedResolver()
        self._guard = guard
        self.inside: dict[str, bool] = {}

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        permitted = [place["host"] for place in found if self._guard.refuses(place["host"]) is None]
        self.inside[host] = bool(permitted) and all(self._guard.inside(address) for address in permitted)
        return found

    async def close(self) -> None:
        await self._system.close()


class Door:
    """The one door to the network: one transport, one TLS context, guard and limits on every request.

    It hands httpx's requests to httpx's transport itself: redirects, cookies and limits are its own, so that what a
    client of httpx does around each request (a third of a 304's cost) would be done twice.

    `contact` goes into the User-Agent; `allow_networks` may be visited although private; `tls` replaces the TLS
    context (an intranet's own authority); `resolver` replaces the system's.
    """

    def __init__(
        self,
        contact: str | None = None,
        allow_networks: Iterable[Network] = (),
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        *,
        tls: ssl.SSLContext | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self.limits = limits
        self._guard = Guard(allow_networks)
        self._agent = user_agent(contact)
        self._tls = tls
        self._given_resolver = resolver
        self._resolver: _Resolver | None = None
        self._transport: AiohttpTransport | None = None
        self._headers = {
            "user-agent": self._agent,
            "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.8",
            "accept-language": "en-US,en;q=0.8",
            "accept-encoding": ACCEPTED,
            "connection": "keep-alive",
        }
        timeout = httpx.Timeout(limits.read, connect=limits.connect, pool=None)
        self._extensions = {"timeout": timeout.as_dict()}

    async def __aenter__(self) -> Self:
        tls = self._tls or trusted_authorities()
        self._resolver = _Resolver(self._guard)
        connector = aiohttp.TCPConnector(
            ssl=tls,
            resolver=self._given_resolver or self._resolver,
            socket_factory=self._guard.open,
            limit=100,
            keepalive_timeout=30,
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            max_line_size=self.limits.header,
            max_field_size=self.limits.header,
        )
        self._transport = AiohttpTransport(client=session, verify=tls, trust_env=False)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    def inside(self, url: str) -> bool:
        """True where the URL's host is known to lie in `allow_networks` (a name: once it has been resolved)."""
        host = urlsplit(url).hostname or ""
        try:
            return self._guard.inside(host)
        except ValueError:
            return self._resolver is not None and self._resolver.inside.get(host, False)

    async def send(
        self, request: Request, headers: Mapping[str, str] = NOTHING, *, total: float | None = None
    ) -> Response:
        """The answer after redirects (304 and error statuses included), its body decoded and whole.

        `total` lowers the total time limit (seconds). Raises Unreachable (`unreachable`, `timeout`, `tls`), TooLarge,
        ForbiddenAddress, and Refused for a redirect that must not be followed.
        """
        trip = _Trip(request, request.url, request.method, dict(request.headers) | dict(headers), request.body)
        try:
            async with asyncio.timeout(total or self.limits.total):
                for _hop in range(self.limits.redirects + 1):
                    response = await self._hop(trip)
                    if response is not None:
                        return response
        except TimeoutError:
            raise Unreachable("no whole answer within the time limit", url=shown(trip.url), reason="timeout") from None
        raise Refused(f"more than {self.limits.redirects} redirects", url=shown(trip.url))

    async def _hop(self, trip: _Trip) -> Response | None:
        """The answer, or None where `trip` now points at the next hop."""
        if self._transport is None:
            raise RuntimeError("the door is not open")
        trip.check()
        headers = self._headers | {name.lower(): text for name, text in trip.headers.items()}
        try:
            outgoing = httpx.Request(
                trip.method, trip.url, headers=headers, content=trip.body, extensions=self._extensions
            )
            answer = await self._transport.handle_async_request(outgoing)
        except _TROUBLE as error:
            raise translated(error, shown(trip.url)) from None
        try:
            if answer.status_code in _REDIRECTS and "location" in answer.headers:
                trip.follow(answer)
                return None
            return await self._whole(trip, answer, outgoing.headers)
        except _MIDWAY as error:
            raise translated(error, shown(trip.url)) from None
        finally:
            await answer.aclose()

    async def _whole(self, trip: _Trip, answer: httpx.Response, asked: httpx.Headers) -> Response:
        headers = {name.lower(): text for name, text in answer.headers.items() if name != "set-cookie"}
        media_type = headers.get("content-type", "").split(";", 1)[0].strip()
        wire = self.limits.page if _TEXT.match(media_type) else self.limits.document
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > wire and trip.method != "HEAD" and answer.status_code != 304:
            raise TooLarge(f"over {wire:,} bytes on the wire", url=shown(trip.url), status=answer.status_code)
        try:
            body = await gather(
                answer.aiter_raw(), headers.get("content-encoding", ""), wire=wire, decoded=self.limits.decoded
            )
        except Overflow as error:
            raise TooLarge(str(error), url=shown(trip.url), status=answer.status_code) from None
        except Damaged as error:
            raise Unreachable(f"half an answer: {error}", url=shown(trip.url), status=answer.status_code) from None
        return Response(
            request=trip.request,
            url=trip.url,
            status=answer.status_code,
            headers=headers,
            body=body,
            fetched_at=datetime.now(UTC),
            sent=() if answer.status_code == 304 else tuple(_told(asked)),
        )


def _told(asked: httpx.Headers) -> Iterator[tuple[str, str]]:
    """The header fields that went out, in their order, without those that nobody else is to know."""
    return ((name, text) for name, text in asked.multi_items() if name not in _PRIVATE_HEADERS)


class _Trip:
    """One request on its way through redirects: where it is now and the cookies set on the way."""

    def __init__(self, request: Request, url: str, method: str, headers: dict[str, str], body: bytes | None) -> None:
        self.request = request
        self.url = tidy(url)
        self.method = method
        self.headers = headers
        self.body = body
        self._cookies: httpx.Cookies | None = None

    def check(self) -> None:
        """ForbiddenAddress unless the URL is plain http(s) with a host and without credentials."""
        try:
            parts = urlsplit(self.url)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or _AMBIGUOUS.search(self.url):
            raise ForbiddenAddress("not a plain http or https address", url=shown(self.url), permanent=True)
        if "@" in parts.netloc:
            raise ForbiddenAddress("an address with a user name or password", url=shown(self.url), permanent=True)

    def follow(self, answer: httpx.Response) -> None:
        """Turn to the Location of `answer` (RFC 9110 section 15.4). Refused for a step from https to http."""
        before = urlsplit(self.url)
        location = answer.headers["location"].strip()
        self.url = urljoin(self.url, tidy(location)).partition("#")[0]
        after = urlsplit(self.url)
        if before.scheme == "https" and after.scheme == "http":
            raise Refused("redirected from https to http", url=shown(self.url), status=answer.status_code)
        if answer.status_code == 303 or (answer.status_code in (301, 302) and self.method == "POST"):
            self.method = "GET" if self.method != "HEAD" else "HEAD"
            self.body = None
            self._drop(_BODY_HEADERS)
        if (before.scheme, before.netloc) != (after.scheme, after.netloc):
            self._drop(_PRIVATE_HEADERS)
        self._carry_cookies(answer)

    def _drop(self, names: tuple[str, ...]) -> None:
        self.headers = {name: text for name, text in self.headers.items() if name.lower() not in names}

    def _carry_cookies(self, answer: httpx.Response) -> None:
        if self._cookies is None:
            if "set-cookie" not in answer.headers:
                return
            self._cookies = httpx.Cookies()
        self._cookies.extract_cookies(answer)
        probe = httpx.Request("GET", self.url)
        self._cookies.set_cookie_header(probe)
        self._drop(("cookie",))
        if "cookie" in probe.headers:
            self.headers["cookie"] = probe.headers["cookie"]


def tidy(url: str) -> str:
    """`url` with spaces and backslashes of its path as browsers send them (WHATWG URL section 4.4): vendors' pages
    link to "Agenda 5.pdf" and "docs\\agenda.pdf". The host part stays as it is, to be refused where it is odd."""
    url = url.strip()
    found = _AUTHORITY.match(url)
    place = found.end() if found else 0
    path, mark, query = url[place:].partition("?")
    return url[:place] + path.replace("\\", "/").replace(" ", "%20") + mark + query.replace(" ", "%20")


def trusted_authorities() -> ssl.SSLContext:
    """A TLS context with the system's authorities (SSL_CERT_FILE too) and, for bare images, certifi's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


_MIDWAY = (httpx.HTTPError, aiohttp.ClientError, OSError)
_TROUBLE = (
    *_MIDWAY,
    httpx.InvalidURL,
    ValueError,
)  # ValueError: hosts that the URL classes of the client will not take


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(inner := getattr(error, "os_error", None), BaseException):
            yield inner
        error = error.__cause__


def translated(error: Exception, url: str) -> FetchError:
    """The error of our tree for one of the client's, in constant words: the client's own may quote the URL."""
    causes = tuple(_causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if has(ForbiddenSocket):
        return ForbiddenAddress("leads to a private or otherwise forbidden address", url=url, permanent=True)
    if has(aiohttp.ClientConnectorDNSError):
        return Unreachable("the name does not resolve", url=url)
    if has(ssl.SSLError, aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch):
        return Unreachable(f"TLS failed: {_tls_words(causes)}", url=url, reason="tls")
    if has(aiohttp.ServerTimeoutError, TimeoutError) or (
        isinstance(error, httpx.TimeoutException) and not has(aiohttp.ClientError)
    ):
        return Unreachable("no answer in time", url=url, reason="timeout")
    if has(LineTooLong) or any("Too many headers" in str(cause) for cause in causes):
        return TooLarge("headers over the limit", url=url)
    if has(aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError):
        return Unreachable("half an answer: the connection ended too early", url=url)
    if has(aiohttp.ClientResponseError):
        return Unreachable("not an HTTP answer", url=url)
    if has(aiohttp.ClientConnectorError, ConnectionError):
        return Unreachable("no connection", url=url)
    if has(httpx.InvalidURL, aiohttp.InvalidURL, UnicodeError, ValueError):
        return ForbiddenAddress("not a plain http or https address", url=url, permanent=True)
    return Unreachable("no answer", url=url)


def _tls_words(causes: tuple[BaseException, ...]) -> str:
    # aiohttp's own TLS errors inherit from ssl's, but lack their fields.
    for name in ("verify_message", "reason"):
        for cause in causes:
            if isinstance(words := getattr(cause, name, None), str) and words:
                return words.lower().replace("_", " ")
    return "no secure connection"
