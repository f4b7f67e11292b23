"""Legistar's Web API: events, their items, matters with history, attachments and text, as JSON.

Field names carry their kind as a prefix (EventDate, MatterFile); archives of the same entries drop it (Date, File), so
each is looked up with and without. `LastModifiedUtc`, `RowVersion` and sponsors move without news and are not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from urllib.parse import quote

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    Unreadable,
    pages,
)
from watcher.platforms.legistar import events, matters
from watcher.platforms.legistar.fields import CLIENT, JSON, Fields, is_api, root_of, value

__all__ = ["is_api", "looks_like_json", "opening", "read"]

WINDOW_BACK = timedelta(days=14)
MOST_ROWS = 1000  # the API's own limit
LIST = re.compile(r"/v1/[^/]+(?:/[^/]+/\d+)?/[a-z]+/?$", re.IGNORECASE)  # …/Events, …/Matters/5502/Histories


def opening(url: str, today: date) -> tuple[Request, ...]:
    """The events from two weeks ago onwards; an address that already says what it wants is asked as it stands."""
    parts = pages.split(url)
    found = CLIENT.match(parts.path)
    rest = (found["rest"] or "").strip("/").lower() if found else "?"
    if parts.query or rest not in ("", "events"):
        return (Request(url, headers=JSON, why="Legistar Web API", stable_key="api:" + (rest or "events")),)
    since = (today - WINDOW_BACK).isoformat()
    query = f"$filter={quote(f'EventDate ge datetime{since!r}', safe='')}&$orderby=EventDate&$top={MOST_ROWS}"
    address = f"{root_of(url)}/Events?{query}"
    return (Request(address, headers=JSON, why="events of the Web API", stable_key="api:events"),)


def looks_like_json(response: Response) -> bool:
    """Whether an answer is JSON by its type or its first byte."""
    return response.media_type.endswith("json") or response.body.lstrip()[:1] in (b"{", b"[")


def read(site: Site, response: Response) -> Reading:
    """What the Web API says. Unreadable for half an answer, LayoutChanged for entries of no kind we know."""
    try:
        answer = json.loads(response.body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("the answer is no whole JSON", url=response.url) from None
    if isinstance(answer, dict) and isinstance(answer.get("value"), list):
        answer = answer["value"]  # OData's own envelope
    entries = answer if isinstance(answer, list) else [answer]
    if not entries:
        if not LIST.search(pages.split(response.url).path):
            raise EmptyReading("an empty list, and not from a list of the Web API's", url=response.url)
        return Reading(Document(response.url, response.request.title, "listing"), proof="[] (an empty list)")
    if not all(isinstance(entry, dict) for entry in entries):
        raise LayoutChanged("the answer holds no entries", url=response.url)
    reader = next((read_kind for kind, read_kind in KINDS if kind(entries[0])), None)
    if reader is None:
        message = entries[0].get("Message") or entries[0].get("error")
        raise LayoutChanged(
            f"the Web API answered with an error: {message}" if message else "entries of no kind we know",
            url=response.url,
        )
    return reader(entries, site, response)


def read_bodies(entries: Sequence[Fields], site: Site, response: Response) -> Reading:
    """Bodies: names only."""
    passages = tuple(Passage(value(f, "BodyName"), key=value(f, "BodyId")) for f in entries)
    return Reading(Document(response.url, "Bodies", "listing", passages))


def has(name: str) -> Callable[[Fields], bool]:
    """Whether an entry has the field."""
    return lambda fields: name in fields


KINDS: tuple[tuple[Callable[[Fields], bool], Callable[[Sequence[Fields], Site, Response], Reading]], ...] = (
    (events.is_item, events.read_items),
    (events.is_event, events.read_events),
    (has("MatterHistoryId"), matters.read_histories),
    (has("MatterAttachmentId"), matters.read_attachments),
    (has("MatterTextId"), matters.read_text),
    (matters.is_matter, matters.read_matters),
    (lambda fields: {"Key", "Value"} <= set(fields), matters.read_versions),
    (has("BodyId"), read_bodies),
)
