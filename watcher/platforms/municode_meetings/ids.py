"""What Municode's links lead to: the names of its published files, free of wrappers and tokens.

A file is MEET-Agenda-{32 hex}.pdf, MEET-Packet-…, MEET-Minutes-…, ITEM-Attachment-001-{32 hex}.pdf, direct or inside
`/d/f?u=…&n=…`; the agenda as a web page is `adaHtmlDocument/index?cc={city}&me={32 hex}&ip=True|False` (ip: with packet).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl

from watcher.platforms import Link, Meeting, Request, following, marks, pages

FILE = re.compile(r"\b((?:MEET|ITEM)-[A-Za-z0-9_-]*?([0-9a-f]{32}))\b")
BY_NAME = re.compile(r"[0-9a-f]{32}")
VIDEO = re.compile(r"\b(?:youtu\.?be|vimeo|facebook|zoom|granicus|swagit|dropbox)\b|\.mp[34]$", re.IGNORECASE)
KINDS = {"agenda": "agenda", "packet": "packet", "minutes": "minutes", "item": "attachment"}


def link_id(href: str) -> str | None:
    """The stable name of what a link leads to, e.g. "MEET-Agenda-7b1a…" or "html-packet-7b1a…"; None for navigation."""
    if found := FILE.search(href):
        return found[1]
    if me := html_agenda(href):
        return f"html-{'packet' if with_packet(href) else 'agenda'}-{me}"
    return None


def meeting_id(href: str) -> str | None:
    """The 32 hex digits that a meeting's agenda, packet and minutes share, else None."""
    found = FILE.search(href)
    return found[2] if found and found[1].startswith("MEET-") else html_agenda(href)


def html_agenda(href: str) -> str | None:
    """The meeting of an agenda as a web page, else None."""
    parts = pages.split(href)
    if "adahtmldocument" not in parts.path.lower():
        return None
    return asked(href).get("me", "").replace("-", "").lower() or None


def with_packet(href: str) -> bool:
    """Whether an agenda as a web page lists its attachments."""
    return asked(href).get("ip", "").lower() == "true"


def lasting(name: str, day: object) -> str:
    """A meeting's name and day, the same whether it is cancelled or amended."""
    return f"{marks.lasting_name(name)}:{day}"


def keyed(requests: Iterable[Request]) -> tuple[Request, ...]:
    """A meeting's documents under keys of the meeting: what is published again is compared with what was there."""
    return following.bounded(map(with_key, requests))


def with_key(request: Request) -> Request:
    """The request under its meeting's key, where it is for the agenda, packet or minutes of one."""
    meeting = request.meeting
    if meeting is None or request.kind not in ("meeting", "agenda", "packet", "minutes"):
        return request
    anchor = lasting(meeting.title, meeting.start) if BY_NAME.fullmatch(meeting.id) else meeting.id
    html = request.kind == "meeting" and html_agenda(request.url) is not None
    return replace(request, stable_key=f"{'items' if html else request.kind}:{anchor}")


def html_agenda_of(meeting: Meeting) -> Iterator[Request]:
    """The agenda as a web page of a meeting that has another page of its own: it tells the items."""
    pages = [link.url for link in meeting.documents if html_agenda(link.url)]
    url = next(filter(with_packet, pages), None) or next(iter(pages), None)
    if url and url != meeting.url:
        yield following.page_of(meeting, url)


def asked(href: str) -> dict[str, str]:
    """The query, names in lower case."""
    return {name.lower(): value for name, value in parse_qsl(pages.split(href).query)}


def published(label: str, href: str, heading: str) -> Link:
    """A published document by its link, its words and the column or field that it stands in."""
    identity = link_id(href)
    name = asked(href).get("n", "") if identity else ""
    return Link(
        id=identity or href.partition("#")[0],
        url=href,
        title=label or heading,
        kind=kind_of(identity or "", label, href, heading),
        revised=marks.revised_mark(label, name),
    )


def kind_of(identity: str, label: str, href: str, heading: str) -> str:
    """Kind of a document: the vendor's own file name decides, then the column, the words, the address."""
    parts = identity.lower().split("-")
    if len(parts) > 2:
        kind = KINDS.get("item" if parts[0] == "item" else parts[1], "")
        if kind:
            return kind
    if not identity and VIDEO.search(href):
        return "video"
    return marks.document_kind(heading, label, pages.split(href).path.rpartition("/")[2])
