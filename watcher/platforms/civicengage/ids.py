"""The vendor's own marks: numbers of events, archived and stored documents in links."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from bs4.element import Tag

from watcher.platforms import Link, marks, pages

STORED = re.compile(
    r"/(?:(archive)(?:center)?/viewfile/item|(document)center/view|agendacenter/viewfile/(agenda|minutes))/(?:_\d{8}-)?(\d+)",
    re.IGNORECASE,
)


def asked(href: str) -> tuple[str, dict[str, str]]:
    """(path in lower case, its question with names in lower case)."""
    parts = pages.split(href)
    return parts.path.lower(), {name.lower(): value.strip() for name, value in parse_qsl(parts.query)}


def event_id(href: str) -> str | None:
    """The number of the event whose page a link leads to. The day in such a link is the visitor's, not the event's."""
    path, given = asked(href)
    return given.get("eid") or None if path.endswith("calendar.aspx") else None


def link_id(href: str) -> str | None:
    """The stable name of a published document, e.g. "archive:1007"; None for events and navigation."""
    path, given = asked(href)
    if path.endswith("archive.aspx") and given.get("adid"):
        return f"archive:{given['adid']}"
    if found := STORED.search(path):
        return f"{(found[1] or found[2] or found[3]).lower()}:{found[4]}"
    return None


def documents(part: Tag, base: str, *around: str) -> tuple[Link, ...]:
    """What is published in a part of a page: the vendor's documents, and others that call themselves agenda or minutes."""
    found: dict[str, Link] = {}
    for label, url in pages.links(part, base):
        identity = link_id(url)
        kind = marks.document_kind(label, url)
        if identity is None and kind in ("other", "notice", "video"):
            continue
        mark = marks.revised_mark(label, *around)
        found.setdefault(identity or url, Link(identity or url, url, label or kind.title(), kind, mark))
    return tuple(found.values())
