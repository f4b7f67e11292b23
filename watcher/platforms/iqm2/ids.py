"""The vendor's own marks: ids in links, types of document, fields by the end of their id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl, urljoin

from bs4.element import Tag

from watcher.platforms import Link, Request, marks, pages

TYPES = {"14": "agenda", "1": "packet", "15": "minutes", "12": "minutes", "4": "attachment", "30": "attachment"}
FRAME = re.compile(r"/FileView\.aspx", re.IGNORECASE)


def asked(href: str) -> tuple[str, dict[str, str]]:
    """(page in lower case, its question with names in lower case)."""
    parts = pages.split(href)
    given = {name.lower(): value.strip() for name, value in parse_qsl(parts.query)}
    return parts.path.rsplit("/", 1)[-1].lower(), given


def link_id(href: str) -> str | None:
    """The stable name of a published document, e.g. "14:1690" (type and id); None for other links."""
    page, given = asked(href)
    if page in ("fileopen.aspx", "fileview.aspx") and given.get("type") and given.get("id"):
        return f"{given['type']}:{given['id']}"
    return None


def meeting_id(href: str) -> str | None:
    """The id of the meeting whose page a link leads to."""
    page, given = asked(href)
    return given.get("id") if page == "detail_meeting.aspx" else None


def document(anchor: Tag, base: str, revised: str | None = None) -> Link | None:
    """The published document that a link leads to; None for hidden placeholders and for pages."""
    url = pages.address(anchor, base)
    identity = link_id(url) if url else None
    if url is None or identity is None:
        return None
    label = pages.seen(anchor)
    kind = TYPES.get(identity.split(":")[0]) or marks.document_kind(label)
    mark = marks.revised_mark(label) or (revised if kind in ("agenda", "packet") else None)
    return Link(identity, url, label, kind, mark)


def opened(requests: Iterable[Request]) -> tuple[Request, ...]:
    """The same requests, for documents themselves: FileView frames in a page what FileOpen gives."""
    return tuple(replace(request, url=FRAME.sub("/FileOpen.aspx", request.url)) for request in requests)


def legislation(anchor: Tag | None, base: str) -> tuple[str, str] | None:
    """(id, address without player positions) of the legislation file that a link leads to."""
    url = pages.address(anchor, base)
    page, given = asked(url or "")
    if url is None or page != "detail_legifile.aspx" or not given.get("id"):
        return None
    meeting = f"MeetingID={given['meetingid']}&" if given.get("meetingid") else ""
    return given["id"], urljoin(url, f"Detail_LegiFile.aspx?{meeting}ID={given['id']}")


def field(page: Tag, *names: str) -> Tag | None:
    """A field by the end of its id: the holder's name before it differs in case between releases."""
    for name in names:
        found = page.find(id=re.compile(rf"(?:^|_){name}$", re.IGNORECASE))
        if isinstance(found, Tag):
            return found
    return None
