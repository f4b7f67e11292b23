"""CivicClerk (CivicPlus): the OData answers behind its portal.

    /v1/Events                                                  meetings with their published files, some at a time
    /v1/Meetings/{agendaId}                                     an agenda's items, nested, with attachments
    /v1/Meetings/GetMeetingFileStream(fileId=…,plainText=false) a published file

Times end in "Z" and are local nevertheless; 1900-01-01 says nothing. A file published again gets a new number, so its
number is its identity; attachments keep theirs, while their addresses are signed and short-lived.

Checked against two recorded lists (South Fulton 2026, Tulsa County 2025). Items were never seen live by us: they are
read by the fields that public readers of the same answers name.

Option `api`: address of the API host, where it does not follow from the portal's (city.portal… → city.api…).
"""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qsl, quote, urlunsplit

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.civicclerk import events, items
from watcher.platforms.civicclerk.addresses import API, headers, root_of

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "opening", "read"]

ABOUT = About(
    vendor="CivicClerk (CivicPlus)",
    reads="events with their published files; agenda items with attachments, from the portal's API",
    checked="2 recorded lists of South Fulton and Tulsa County, 2025 and 2026; items never seen live",
    amended="another file in place of the agenda, or its publish date; words such as “Amended” in a file's name",
)
OPTIONS = frozenset({"api"})
MIN_DELAY = timedelta(seconds=2.7)

BACK, AHEAD = timedelta(days=14), timedelta(days=100)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The events from two weeks ago to some months ahead; an address with a question of its own asks that too."""
    parts = pages.split(site.url)
    found = API.match(parts.path)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True)) if found else {}
    own = asked.get("$filter", "")
    if not found or (parts.path.rstrip("/").lower().endswith("/events") and "datetime" not in own.lower()):
        since, until = ((today + step).replace(day=1) for step in (-BACK, AHEAD))
        window = f"startDateTime ge {since}T00:00:00Z and startDateTime lt {until}T00:00:00Z"
        asked = {"$orderby": "startDateTime asc, eventName asc", **asked}
        asked["$filter"] = f"({own}) and {window}" if own else window
        query = "&".join(f"{name}={quote(value, safe='(),:')}" for name, value in asked.items())
        url = f"{root_of(site)}/v1/Events?{query}"
    else:
        url = urlunsplit((*pages.split(root_of(site))[:2], parts.path, parts.query, ""))
    return (Request(url, headers=headers(site), why="CivicClerk events", stable_key="events"),)


def read(site: Site, response: Response) -> Reading:
    """Everything a CivicClerk answer says: events, an agenda's items or a published file.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without proof.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    answer = pages.json_of(response)
    if isinstance(answer, dict) and isinstance(answer.get("items"), list) and "value" not in answer:
        return items.read(answer, site, response)
    if isinstance(answer, dict) and "startDateTime" in answer:
        answer = {"value": [answer]}  # one event by its number comes without the list's envelope
    if not isinstance(answer, dict) or "value" not in answer:
        raise LayoutChanged("the answer is no list of CivicClerk's events", url=response.url)
    return events.read(answer, site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is CivicClerk's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host.endswith(".civicclerk.com"):
        return 0.95
    if b'"eventName"' in body and b'"publishedFiles"' in body:
        return 0.9
    if b"agendaObjectItemName" in body or b"civicclerk.com/v1/$metadata" in body:
        return 0.85
    return 0.3 if API.match(parts.path) else 0.0
