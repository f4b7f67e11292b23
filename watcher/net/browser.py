"""A real browser for pages that are empty until their scripts have run (`render: browser`). Optional, and without a network.

    response ─▶ Chromium is handed it as the page ─▶ what its scripts ask for goes through the door ─▶ the DOM as HTML

Chromium itself can reach nothing: every request it makes is answered here, from the door, with the guard at the door's
socket; what does not come by this way (WebSockets, WebRTC, name look-ups) ends at a proxy that is not there. Images,
fonts, media, frames and downloads are refused. Nothing is remembered from one page to the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from watcher.errors import FetchError, TooLarge, Unreachable
from watcher.model import Request, Response
from watcher.net.redaction import shown

if TYPE_CHECKING:  # an optional package: the program runs without it
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Page, Playwright, Route

log = logging.getLogger(__name__)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
STILL = 0.4  # seconds in which a page at rest stays as it is
AT_ONCE = 2  # pages open side by side: each takes some 150 MB
TAKEN = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
METHODS = frozenset({"GET", "HEAD", "POST"})  # POST: what a page shows is often found by a search
# Set by the door or by HTTP itself, or a visitor's: the others (an API's key, a content type) the page needs.
OWN_HEADERS = frozenset({"host", "user-agent", "accept-encoding", "connection", "content-length", "cookie", "referer"})
WIRE_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"})
NOWHERE = "http://127.0.0.1:9"  # the discard port (RFC 863): nobody listens
ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=256",
    "--disable-background-networking",
)
KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR", "FONTCONFIG_PATH")  # no secrets

Fetch = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Seconds, counts and bytes for one page.

    `total` holds for everything, `settle` for the time in which a page that never rests is given up waiting for.
    """

    total: float = 45.0
    settle: float = 10.0
    closing: float = 5.0
    parts: int = 120  # requests of the page
    weight: int = 40_000_000  # bytes of their answers
    documents: int = 4  # pages that the scripts lead on to
    html: int = 20_000_000


def program(chromium: Path | None) -> Path | None:
    """Return the Chromium to run: the given one, else the first of the usual names; None where there is none."""
    if chromium is not None:
        return chromium if os.access(chromium, os.X_OK) else None
    return next((Path(found) for name in PROGRAMS if (found := shutil.which(name))), None)


def missing(chromium: Path | None) -> str:
    """Return what is missing to render pages, in words for the operator, or "" where all is there."""
    if importlib.util.find_spec("playwright") is None:
        return "the package playwright is not installed (requirements-browser.txt)"
    if program(chromium) is None:
        return f"{chromium} cannot be run (WATCHER_CHROMIUM)" if chromium else "no Chromium is installed"
    return ""


class Browser:
    """One Chromium, started with the first page and ended with the run.

    `agent` is the User-Agent; `chromium` its program where it is not in the usual place.
    """

    def __init__(
        self,
        agent: str,
        chromium: Path | None = None,
        limits: PageLimits = PageLimits(),
    ) -> None:
        self._agent = agent
        self._program = chromium
        self._limits = limits
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._starting = asyncio.Lock()
        self._driver: Playwright | None = None
        self._chromium: Chromium | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._end()

    async def render(self, response: Response, fetch: Fetch) -> Response:
        """The page as it stands once its scripts have run: `response` with the DOM as its body, in UTF-8.

        `fetch` answers what the page asks for. Raises Unreachable where there is no browser (permanent), or it does
        not come to an end (`timeout`), and TooLarge.
        """
        url = shown(response.url)
        if lack := missing(self._program):
            raise Unreachable(f"render: browser needs a browser, and {lack}", url=url, permanent=True, reason="refused")
        async with self._gate:
            from playwright.async_api import Error

            try:
                async with asyncio.timeout(self._limits.total):
                    return await self._rendered(response, fetch)
            except TimeoutError:
                raise Unreachable("its scripts do not come to an end", url=url, reason="timeout") from None
            except Error as trouble:
                log.info("%s: %s", url, trouble.message.partition("\n")[0])
                await self._end()
                raise Unreachable("the browser could not open it", url=url, reason="timeout") from None

    async def _rendered(self, response: Response, fetch: Fetch) -> Response:
        chromium = await self._running()
        context = await chromium.new_context(
            user_agent=self._agent,
            locale="en-US",
            timezone_id="UTC",
            accept_downloads=False,
            service_workers="block",
            viewport={"width": 1280, "height": 1600},
        )
        sitting = _Sitting(response, fetch, self._limits)
        try:
            return await sitting.sit(context)
        finally:
            await sitting.leave()
            await self._close(context)

    async def _running(self) -> Chromium:
        async with self._starting:
            if self._chromium is None or not self._chromium.is_connected():
                from playwright.async_api import async_playwright

                self._driver = self._driver or await async_playwright().start()
                self._chromium = await self._driver.chromium.launch(
                    executable_path=program(self._program),
                    args=list(ARGUMENTS),
                    proxy={"server": NOWHERE},
                    # its own sandbox cannot be had by root
                    chromium_sandbox=os.geteuid() != 0,
                    env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                )
            return self._chromium

    async def _close(self, context: BrowserContext) -> None:
        """Close what a page was opened in; a page that cannot be closed takes its Chromium with it."""
        from playwright.async_api import Error

        try:
            async with asyncio.timeout(self._limits.closing):
                await context.close()
        except (TimeoutError, Error):
            await self._end()

    async def _end(self) -> None:
        chromium, driver = self._chromium, self._driver
        self._chromium = self._driver = None
        for closing in (chromium.close if chromium else None, driver.stop if driver else None):
            if closing is not None:
                with contextlib.suppress(Exception):  # whatever a dying browser says
                    async with asyncio.timeout(self._limits.closing):
                        await closing()


class _Sitting:
    """One page in one context: answers what it asks for, and keeps count."""

    def __init__(self, response: Response, fetch: Fetch, limits: PageLimits) -> None:
        self.response = response
        self.fetch = fetch
        self.limits = limits
        self.parts = 0
        self.weight = 0
        self.documents = 0
        self.fetching: set[asyncio.Task[Response]] = set()

    async def sit(self, context: BrowserContext) -> Response:
        page = await context.new_page()
        context.on("page", self._shut)  # opened by the page's scripts: nobody looks at it
        await context.route("**/*", self.answer)
        await context.route_web_socket("**/*", lambda socket: socket.close())
        page.set_default_timeout(self.limits.total * 1000)
        await page.goto(self.response.url, wait_until="domcontentloaded")
        html = await self._at_rest(page)
        body = html.encode("utf-8", "replace")
        if len(body) > self.limits.html:
            raise TooLarge(f"over {self.limits.html:,} bytes once its scripts have run", url=shown(self.response.url))
        headers = {"content-type": "text/html; charset=utf-8"}
        return replace(self.response, url=page.url, headers=headers, body=body)

    async def _at_rest(self, page: Page) -> str:
        """The DOM once nothing is asked for and nothing moves any more, or as it stands when `settle` is over."""
        from playwright.async_api import Error

        last = ""
        with contextlib.suppress(Error, TimeoutError):
            async with asyncio.timeout(self.limits.settle):
                await page.wait_for_load_state("networkidle")
                while (html := await page.content()) != last:
                    last = html
                    await page.wait_for_timeout(STILL * 1000)
                return html
        try:
            return await page.content()
        except Error:  # led on to another page at this very moment
            await page.wait_for_load_state("domcontentloaded")
            return await page.content()

    async def leave(self) -> None:
        """Let go of what is still being fetched."""
        for task in tuple(self.fetching):
            task.cancel()
        await asyncio.gather(*self.fetching, return_exceptions=True)

    async def answer(self, route: Route) -> None:
        """Answer one request of the page from the door, or refuse it."""
        from playwright.async_api import Error

        with contextlib.suppress(Error):  # the page is gone in the meantime
            if not self._taken(route):
                await self._refuse(route)
                return
            try:
                part = await self._part(route)
            except FetchError as trouble:
                log.info("%s, a part of %s: %s", shown(route.request.url), shown(self.response.url), trouble)
                await self._refuse(route)
                return
            self.weight += len(part.body)
            headers = {name: text for name, text in part.headers.items() if name not in WIRE_HEADERS}
            await route.fulfill(status=part.status, headers=headers, body=part.body)

    async def _refuse(self, route: Route) -> None:
        # A page that its scripts would leave for a refused one stays as it is: any other word brings an error page.
        await route.abort("aborted" if route.request.resource_type == "document" else "blockedbyclient")

    def _taken(self, route: Route) -> bool:
        request = route.request
        if request.resource_type not in TAKEN or request.method not in METHODS:
            return False
        if request.resource_type == "document":
            self.documents += 1
            if request.frame.parent_frame is not None or request.method != "GET":
                return False
        self.parts += 1
        return (
            self.parts <= self.limits.parts
            and self.weight <= self.limits.weight
            and self.documents <= self.limits.documents
        )

    async def _part(self, route: Route) -> Response:
        asked = route.request
        if asked.resource_type == "document" and self.documents == 1:
            return self.response
        headers = tuple(
            (name, text)
            for name, text in asked.headers.items()
            if name not in OWN_HEADERS and not name.startswith(("sec-", ":"))
        )
        request = Request(asked.url, asked.method, headers, asked.post_data_buffer, kind="part")
        task = asyncio.ensure_future(self.fetch(request))
        self.fetching.add(task)
        try:
            return await task
        finally:
            self.fetching.discard(task)

    async def _shut(self, page: Page) -> None:
        from playwright.async_api import Error

        with contextlib.suppress(Error):
            await page.close()
