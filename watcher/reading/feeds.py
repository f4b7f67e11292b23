"""A vendor's RSS or Atom as entries."""

from __future__ import annotations

import io
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import feedparser
from bs4 import BeautifulSoup

from watcher.errors import LayoutChanged, Unreadable
from watcher.model import Response
from watcher.reading import pages


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `summary` is text without mark-up, `links` are the addresses in it, `published` is in UTC."""

    id: str
    title: str
    url: str
    summary: str = ""
    published: datetime | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's own title and its entries in their order."""

    title: str
    entries: tuple[Entry, ...]


def is_feed(response: Response) -> bool:
    """Whether the body is RSS or Atom, whatever its label says."""
    head = response.body[:2_000].lower()
    return b"<rss" in head or b"<feed" in head or b"<rdf:rdf" in head


def feed_of(response: Response) -> Feed:
    """The entries. Raises LayoutChanged for what is no feed, Unreadable for one that stops half way."""
    if not is_feed(response):
        raise LayoutChanged("no feed came where one was due", url=response.url)
    tail = response.body[-500:].lower()
    if not any(end in tail for end in (b"</rss", b"</feed", b"</rdf:rdf")):
        raise Unreadable("the feed stops half way: its end is missing", url=response.url)
    headers = {"content-type": f"application/xml; charset={response.charset}"} if response.charset else {}
    # A stream, never the bytes: feedparser would try them as a file's name.
    parsed = feedparser.parse(io.BytesIO(response.body), response_headers=headers)
    return Feed(_text(parsed.feed.get("title", "")), tuple(_entry(entry, response.url) for entry in parsed.entries))


def _entry(entry: feedparser.FeedParserDict, base: str) -> Entry:
    summary = BeautifulSoup(entry.get("summary") or "", "lxml")
    stamp: Sequence[int] | None = entry.get("published_parsed")
    return Entry(
        id=str(entry.get("id") or entry.get("link") or ""),
        title=_text(entry.get("title", "")),
        url=pages.joined(base, str(entry.get("link") or "")) or base,
        summary=pages.seen(summary),
        published=datetime.fromtimestamp(timegm(tuple(stamp)), UTC) if stamp else None,
        links=tuple(url for _, url in pages.links(summary, base)),
    )


def _text(markup: str) -> str:
    return pages.seen(BeautifulSoup(f"<p>{markup}</p>", "lxml"))
