"""govAccess's names: an event's number, a document's number, and the ticks that count its uploads."""

from __future__ import annotations

import re
from dataclasses import replace

from watcher.platforms import Link, pages

EVENT = re.compile(r"/Calendar/Event/(?P<id>\d+)", re.IGNORECASE)
DOCUMENT = re.compile(r"/show(?:published)?document/(?P<id>\d+)(?:/(?P<ticks>\d+))?", re.IGNORECASE)


def link_id(href: str) -> str | None:
    """What a link leads to, e.g. "document:14277:638531012241170000" or "event:2777"; None for navigation."""
    path = pages.split(href).path
    if found := DOCUMENT.search(path):
        return f"document:{found['id']}:{found['ticks'] or ''}"
    found = EVENT.search(path)
    return f"event:{found['id']}" if found else None


def event_id(href: str) -> str | None:
    """The number of the event that an address shows."""
    found = EVENT.search(pages.split(href).path)
    return found["id"] if found else None


def counted(link: Link) -> Link:
    """A document under its lasting name, the ticks of its upload apart."""
    found = DOCUMENT.search(pages.split(link.url).path)
    return replace(link, id=f"document:{found['id']}", version=found["ticks"] or "") if found else link
