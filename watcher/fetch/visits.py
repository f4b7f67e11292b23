"""Fetcher: one polite visit, from due to answer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, Self

import stamina

from watcher.errors import Blocked, FetchError, Refused, Unreachable
from watcher.fetch.groups import host_group
from watcher.fetch.refusal import refusal, retry_after
from watcher.fetch.robots import Robots, origin
from watcher.model import NotModified, Request, Response, Validators
from watcher.net import Browser, Door, shown

FLOOR = 1.0  # seconds between two requests to one host group, whatever the registry says of a public host
SHORT_WAIT = 60.0  # a Retry-After up to this is waited out within the visit
PART_WITHIN = 20.0  # seconds for one thing a rendered page asks for
_TRIES = 3
_TRIES_WITHIN = 120.0  # seconds after which no further try starts
_NO_VALIDATORS = Validators()
_WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 527, 530})

# A second try is our ordinary trade, not worth a warning each.
logging.getLogger("stamina").setLevel(logging.ERROR)


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The present, aware."""
        ...


@dataclass(slots=True)
class _Group:
    """One host group: whose turn it is, and when the last request ended."""

    name: str
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    last_end: float | None = None


class Fetcher:
    """Visits through `door`, one at a time per host group. `monotonic` and `sleep` measure and spend the delays.

    `browser` renders what is asked for rendered.
    """

    def __init__(
        self,
        door: Door,
        *,
        clock: Clock,
        browser: Browser | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._door = door
        self._browser = browser
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._groups: dict[str, _Group] = {}
        self._away: dict[str, tuple[float, int]] = {}  # host group or origin: until when it asked us to stay away
        self._robots = Robots(monotonic)

    async def __aenter__(self) -> Self:
        await self._door.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._browser is not None:
            await self._browser.__aexit__(*error)
        await self._door.__aexit__(*error)

    async def visit(
        self,
        request: Request,
        validators: Validators = _NO_VALIDATORS,
        *,
        min_delay: timedelta,
        rendered: bool = False,
    ) -> Response | NotModified:
        """turn in the host group ─▶ robots.txt ─▶ delay ─▶ conditional request ─▶ answer, 304, or a named refusal.


        `min_delay` lies between the end of one request to the host group and the start of the next; below a second
        it holds only for addresses in the door's `allow_networks`. `rendered` asks for a web page as it stands once its
        scripts have run; anything else comes as it is. Raises every FetchError: Unreachable, TooLarge and
        ForbiddenAddress from the door, Blocked (`wall`, `login`, `robots`), Refused (error statuses, `soft_404`,
        `empty`, a host group that asked us to stay away).
        """
        try:
            name = host_group(request.url)
        except ValueError:
            name = ""  # the door says what is wrong with it
        group = self._groups.setdefault(name, _Group(name))
        headers = _conditions(request, validators)
        async with group.turn:
            response = await self._visit(request, headers, group, min_delay.total_seconds(), rendered=rendered)
        if response.status == 304:
            return NotModified(request, response.fetched_at)
        return response

    async def _visit(
        self, request: Request, headers: dict[str, str], group: _Group, asked: float, *, rendered: bool
    ) -> Response:
        if (down := self._robots.failure(request.url)) is not None:
            raise down
        try:
            return await self._try(request, headers, group, asked, rendered=rendered)
        except FetchError as failure:
            first: FetchError | None = failure
        waited = False

        def again(error: Exception) -> bool | float:
            nonlocal waited
            if not _transient(error):
                return False
            pause = getattr(error, "retry_after", None)
            if pause is None:
                return True
            if waited or pause > SHORT_WAIT:
                return False
            waited = True
            return 0.0  # the next try itself waits until the host wants us back

        # The first try stands outside: the machinery of tries costs as much as a 304.
        async for attempt in stamina.retry_context(
            on=again, attempts=_TRIES, timeout=_TRIES_WITHIN, wait_initial=0.5, wait_jitter=0.5, wait_max=10.0
        ):
            with attempt:
                if first is not None:
                    known, first = first, None
                    raise known
                return await self._try(request, headers, group, asked, rendered=rendered)
        raise AssertionError("the last try ends in an answer or an error")

    async def _try(
        self, request: Request, headers: dict[str, str], group: _Group, asked: float, *, rendered: bool
    ) -> Response:
        async def send(asking: Request, total: float) -> Response:
            return await self._send(asking, {}, group, self.delay(asking.url, asked, 0.0), total)

        rules = await self._robots.rules(request.url, send)
        if not rules.allows(request.url):
            raise Blocked("robots.txt asks us to stay away", url=shown(request.url), reason="robots", permanent=True)
        delay = self.delay(request.url, asked, rules.delay)
        response = await self._send(request, headers, group, delay, None)
        if response.status == 304 and headers:
            return response
        if response.status == 304:
            raise Refused("a 304 nobody asked for", url=shown(response.url), status=304)
        refused = refusal(response)
        # An empty page is what a browser is for; a wall or a log-in page is not got round with one.
        if rendered and _is_page(response) and (refused is None or refused.reason == "empty"):
            response = await self._rendered(response, group)
            refused = refusal(response)
        if refused is not None:
            raise refused
        return response

    async def _rendered(self, response: Response, group: _Group) -> Response:
        if self._browser is None:
            raise Unreachable(
                "render: browser, and this run has no browser",
                url=shown(response.url),
                reason="refused",
                permanent=True,
            )
        try:
            return await self._browser.render(response, self._part)
        finally:
            group.last_end = self._monotonic()

    async def _part(self, request: Request) -> Response:
        """What a rendered page asks for: within robots.txt of its host, through the door, as part of the one visit."""

        async def send(asking: Request, total: float) -> Response:
            return await self._door.send(asking, total=total)

        rules = await self._robots.rules(request.url, send)
        if not rules.allows(request.url):
            raise Blocked("robots.txt asks us to stay away", url=shown(request.url), reason="robots", permanent=True)
        return await self._door.send(request, total=PART_WITHIN)

    def delay(self, url: str, asked: float, crawl_delay: float) -> float:
        """Seconds to keep between two requests: the longest of what is asked for, within the house rule (FLOOR)."""
        if asked < FLOOR and self._door.inside(url):
            return 0.0 if asked <= 0 else max(asked, crawl_delay)
        return max(asked, crawl_delay, FLOOR)

    async def _send(
        self, request: Request, headers: dict[str, str], group: _Group, delay: float, total: float | None
    ) -> Response:
        now = self._monotonic()
        places = (group.name, origin(request.url))
        away, status = max(self._away.get(place, (0.0, 0)) for place in places)
        if away - now > SHORT_WAIT:
            raise Refused(
                "the host asked us to come back later", url=shown(request.url), status=status, retry_after=away - now
            )
        ready = now if group.last_end is None else group.last_end + delay
        if (wait := max(ready, away) - now) > 0:
            await self._sleep(wait)
        try:
            response = replace(await self._door.send(request, headers, total=total), fetched_at=self._clock.now())
        finally:
            group.last_end = self._monotonic()
        if response.status in (429, 503) and (pause := retry_after(response, response.fetched_at)) is not None:
            # "Too many requests" speaks for the whole service, "unavailable" for one machine behind it.
            place = group.name if response.status == 429 else origin(request.url)
            self._away[place] = (self._monotonic() + pause, response.status)
        return response


def _is_page(response: Response) -> bool:
    return response.status == 200 and response.media_type in ("text/html", "application/xhtml+xml")


def _conditions(request: Request, validators: Validators) -> dict[str, str]:
    """The conditional headers (RFC 9110 section 13.1) for a GET."""
    if request.method != "GET":
        return {}
    headers = {}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def _transient(error: Exception) -> bool:
    if isinstance(error, Unreachable):
        return error.reason == "unreachable"
    return isinstance(error, Refused) and error.reason == "refused" and error.status in _WORTH_ANOTHER_TRY
