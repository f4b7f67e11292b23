"""The vendor's own marks: ids in links, which often stand in a script that opens a window."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from bs4.element import Tag

from watcher.platforms import Link, marks, pages

OPENED = re.compile(r"""window\.open\(\s*['"]([^'"]+)['"]""", re.IGNORECASE)


def asked(href: str) -> tuple[str, dict[str, str]]:
    """(page in lower case, its question with names in lower case)."""
    parts = pages.split(href)
    return parts.path.rsplit("/", 1)[-1].lower(), {name.lower(): value for name, value in parse_qsl(parts.query)}


def link_id(href: str) -> str | None:
    """The stable name of what a link leads to, e.g. "agenda:365", "item:2537"; None for navigation."""
    page, given = asked(href)
    if page == "displayagendapdf.ashx":
        if given.get("meetingid"):
            return f"agenda:{given['meetingid']}"
        return f"minutes:{given['minutesmeetingid']}" if given.get("minutesmeetingid") else None
    if page == "attachmentviewer.ashx" and given.get("attachmentid"):
        return f"attachment:{given['attachmentid']}"
    if page == "coversheet.aspx" and given.get("itemid"):
        return f"item:{given['itemid']}"
    if page in ("meetingview.aspx", "minutesview.aspx"):
        minutes = page == "minutesview.aspx" or given.get("doctype", "").lower() == "minutes"
        ident = given.get("minutesmeetingid" if minutes else "meetingid") or given.get("meetingid")
        return f"{'minutes' if minutes else 'agenda'}-page:{ident}" if ident else None
    return None


def meeting_id(href: str) -> str | None:
    """The meeting that a link belongs to."""
    return asked(href)[1].get("meetingid")


def target(anchor: Tag, base: str) -> str | None:
    """Where a link leads, also where a script opens it in a window of its own."""
    if opened := OPENED.search(f"{anchor.get('onclick') or ''} {anchor.get('href') or ''}"):
        return pages.joined(base, str(opened[1]))
    return pages.address(anchor, base)


def document(anchor: Tag, heading: str, base: str, revised: str | None) -> Link | None:
    """The published document that a link in a column leads to."""
    url = target(anchor, base)
    if url is None:
        return None
    image = anchor.find("img")
    alt = str(image.get("alt") or "") if isinstance(image, Tag) else ""
    label = pages.seen(anchor) or alt or heading
    identity = link_id(url) or url
    kind = identity.partition(":")[0].removesuffix("-page")
    if kind not in ("agenda", "minutes"):
        kind = marks.document_kind(heading, label, pages.split(url).path)
    mark = marks.revised_mark(label) or (revised if kind in ("agenda", "packet") else None)
    return Link(identity, url, label, kind, mark)
