"""Agenda Online's addresses: {root}/Meetings/ViewMeeting?id=&doctype=, /Documents/ViewAgenda?meetingId=&type=&doctype=."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlunsplit

from watcher.platforms import Meeting, Request, following, pages

KINDS = {"1": "agenda", "2": "minutes", "3": "minutes"}
TYPES = {"1": "agenda", "2": "minutes", "3": "summary"}
TITLES = {"1": "Agenda", "2": "Minutes", "3": "Summary"}
INSIDE = re.compile(r"/(?:meetings|documents|home|error)(?:/|$)", re.IGNORECASE)
MEETING = re.compile(r"/meetings/viewmeeting$", re.IGNORECASE)
ITEM = re.compile(r"/meetings/viewmeetingagendaitem$", re.IGNORECASE)
TEXT = re.compile(r"/(?:documents/viewagenda|meetings/viewmeetingagenda)$", re.IGNORECASE)
FILE = re.compile(r"/documents/(?:downloadfile(?:bytes)?|viewdocument)/(?P<name>[^/]+)$", re.IGNORECASE)


def root(url: str) -> str:
    """The address of the place's Agenda Online, which may lie in a folder, without the last slash."""
    parts = pages.split(url)
    inside = INSIDE.search(parts.path)
    folder = parts.path[: inside.start()] if inside else parts.path
    return urlunsplit((parts.scheme, parts.netloc, folder.rstrip("/"), "", ""))


def asked(url: str) -> dict[str, str]:
    """The query, names in lower case."""
    return {name.lower(): value for name, value in parse_qsl(pages.split(url).query)}


def meeting_id(url: str) -> str:
    """The meeting that an address belongs to, or ""."""
    given = asked(url)
    return given.get("meetingid") or (given.get("id", "") if MEETING.search(pages.split(url).path) else "")


def doctype(url: str) -> str:
    """1 agenda, 2 minutes, 3 summary of actions; 1 where the address does not say."""
    given = asked(url)
    return given.get("doctype") or given.get("documenttype") or "1"


def link_id(href: str) -> str | None:
    """What a link leads to, in its publication: its lasting name and `publishId`; None for navigation."""
    name, publication = lasting(href), asked(href).get("publishid")
    return f"{name}:{publication}" if name and publication else name


def lasting(href: str) -> str | None:
    """The stable name of what a link leads to, e.g. "agenda:5262" or "file:5262:771:Report.pdf"; None for navigation."""
    path, meeting = pages.split(href).path, meeting_id(href)
    if not meeting:
        return None
    kind = TYPES.get(doctype(href), "other")
    if MEETING.search(path) or TEXT.search(path):
        return f"{kind}:{meeting}"
    if found := FILE.search(path):
        item = asked(href).get("itemid")
        return f"file:{meeting}:{item}:{unquote(found['name'])}" if item else f"{kind}:{meeting}:file"
    return None


def view(base: str, meeting: str, kind: str) -> str:
    """The page that shows a meeting's document."""
    return f"{root(base)}/Meetings/ViewMeeting?{urlencode({'id': meeting, 'doctype': kind})}"


def text(base: str, meeting: str, kind: str) -> str:
    """The document itself as a web page."""
    query = {"meetingId": meeting, "type": TYPES.get(kind, "agenda"), "doctype": kind}
    return f"{root(base)}/Documents/ViewAgenda?{urlencode(query)}"


def text_of(meeting: Meeting, kind: str, base: str, *, optional: bool = False) -> Request:
    """Asks for the document itself as a web page."""
    return Request(
        text(base, meeting.id, kind),
        kind=KINDS.get(kind, "document"),
        why=f"{TYPES.get(kind, 'document')} of {meeting.body}",
        title=f"{TITLES.get(kind, 'Document')}, {meeting.body}",
        stable_key=f"{TYPES.get(kind, kind)}:{meeting.id}",
        meeting=following.bare(meeting),
        optional=optional,
    )


def item(base: str, meeting: str, number: str) -> str:
    """One item with its attachments."""
    query = {"meetingId": meeting, "itemId": number, "isSection": "false", "type": "agenda"}
    return f"{root(base)}/Meetings/ViewMeetingAgendaItem?{urlencode(query)}"
