"""robots.txt: who may ask for what, and how often (RFC 9309; Crawl-delay as most crawlers read it)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from protego import Protego

from watcher.errors import FetchError, Refused
from watcher.fetch.refusal import retry_after
from watcher.model import Request, Response
from watcher.net import AGENT, shown

KEEP = 24 * 3600.0  # RFC 9309 section 2.4: at most 24 hours
KEEP_FAILURE = 30.0  # a host that is down is not asked again for each of its documents
LONGEST_DELAY = 60.0
_LARGEST = 500 * 1024  # RFC 9309 section 2.5: what a parser must read at least
_TOTAL = 30.0  # seconds

Send = Callable[[Request, float], Awaitable[Response]]  # with a total time limit in seconds


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt lets us do."""

    parsed: Protego | None  # None: everything is allowed

    def allows(self, url: str) -> bool:
        """True where our agent may ask for `url`."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, AGENT))

    @property
    def delay(self) -> float:
        """Crawl-delay in seconds, at most a minute; 0 where none is asked for."""
        asked = self.parsed.crawl_delay(AGENT) if self.parsed is not None else None
        return min(max(float(asked or 0.0), 0.0), LONGEST_DELAY)


EVERYTHING = Rules(None)


def rules_from(response: Response) -> Rules:
    """The rules an answer to /robots.txt stands for. Refused for an error of the server (5xx, 429)."""
    if response.status >= 500 or response.status == 429:
        raise Refused(
            f"robots.txt cannot be had: the server answered {response.status}",
            url=shown(response.url),
            status=response.status,
            retry_after=retry_after(response, response.fetched_at),
        )
    if response.status != 200:
        return EVERYTHING  # RFC 9309 section 2.3.1.3: unavailable means no rules
    text = response.body[:_LARGEST].decode("utf-8-sig", errors="replace")
    if text.lstrip()[:1] == "<":  # a web page under that name holds no rules
        return EVERYTHING
    return Rules(Protego.parse(text))


@lru_cache(4_096)  # asked for three times a request
def origin(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


class Robots:
    """Rules by origin, kept for a day in memory."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Rules | FetchError]] = {}

    def failure(self, url: str) -> FetchError | None:
        """What stood in the way of this origin's robots.txt a moment ago, if anything did."""
        until, found = self._known.get(origin(url), (0.0, EVERYTHING))
        if isinstance(found, FetchError) and until > self._monotonic():
            return found.with_traceback(None)
        return None

    async def rules(self, url: str, send: Send) -> Rules:
        """The rules for `url`'s origin, asked for by `send` where not known.

        Raises what stood in the way of robots.txt (Unreachable, Refused …).
        """
        place = origin(url)
        until, known = self._known.get(place, (0.0, EVERYTHING))
        if isinstance(known, Rules) and until > self._monotonic():
            return known
        request = Request(f"{place}/robots.txt", kind="robots", why="may we ask?")
        try:
            rules = rules_from(await send(request, _TOTAL))
        except FetchError as error:
            self._known[place] = (self._monotonic() + KEEP_FAILURE, error)
            raise
        self._known[place] = (self._monotonic() + KEEP, rules)
        return rules
