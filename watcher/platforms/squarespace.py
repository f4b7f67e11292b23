"""Squarespace: event lists, one event's page, pages of dated papers, and the same as JSON (?format=json).

Checked against one recorded event list (Friant Water Authority CA 2022). The JSON is written from documentation, never
seen live: https://developers.squarespace.com/what-is-json
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Meeting,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    attending,
    following,
    marks,
    pages,
    records,
    shelves,
)
from watcher.reading import papers
from watcher.reading.rows import rows_of

ABOUT = About(
    vendor="Squarespace",
    reads="event lists and single events with their agendas, pages that list agendas, the same as JSON",
    checked="1 recorded event list of Friant Water Authority, 2022; its JSON never seen live",
    amended="“Revised” or “Amended” in a link or file name",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

MARKS = re.compile(
    rb"Static\.SQUARESPACE_CONTEXT|static1\.squarespace\.com|This is Squarespace|\bsqs-(?:block|layout)\b"
)
OWN = re.compile(rb"SQUARESPACE_CONTEXT|This is Squarespace|\bsqs-(?:block|layout)\b")
LISTED = "article.eventlist-event, .eventlist-event, .summary-item-record-type-event"
SINGLE = ".eventitem, article.eventitem-wrapper"


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The page, or its JSON where the address asks for it: events ahead and lately past."""
    return (Request(site.url, why="page of events"),)


def read(site: Site, response: Response) -> Reading:
    """Everything a Squarespace response says.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the site's word for it.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    if pages.is_json(response):
        return read_json(pages.json_of(response), site, response)
    page = pages.page_of(response)
    if not MARKS.search(response.body):
        raise LayoutChanged("no mark of Squarespace (its context, sqs- blocks) is on this page", url=response.url)
    listed = response.request.meeting if response.request.kind == "meeting" else None
    single = page.select_one(SINGLE)
    if listed or (single and not page.select(LISTED)):
        return read_meeting(page, single, listed, site, response)
    return read_listing(page, site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is a Squarespace site's (0 to 1)."""
    host, body = (pages.split(url).hostname or "").lower(), response.body if response else b""
    if host.endswith(".squarespace.com"):
        return 0.9
    if body.lstrip()[:1] == b"{" and b'"website"' in body and b"squarespace" in body:
        return 0.9
    if MARKS.search(body):
        return 0.85 if OWN.search(body) else 0.6  # a picture of a Squarespace site may hang on any page
    return 0.3 if pages.split(url).path.startswith("/s/") else 0.0


def link_id(href: str) -> str | None:
    """The stable name of a published document; None for any other link."""
    try:
        return papers.paper_id(href, "") if papers.is_paper(href) else None
    except ValueError:
        return None


def read_listing(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The events of a list, and the dated papers that stand outside of them."""
    events: dict[str, Meeting] = {}
    told: dict[str, str] = {}
    for tag in page.select(LISTED):
        if not tag.decomposed and (meeting := meeting_of(tag, site, response)):
            events.setdefault(meeting.id, meeting)
            told |= {shelves.folded(row.text): meeting.id for row in rows_of(tag, response.url)}
            tag.decompose()
    shelf = shelves.shelf_of(page, site, response)
    filed = {link.id for meeting in events.values() for link in meeting.documents}
    rest = [meeting for meeting in shelf.meetings if not filed & {link.id for link in meeting.documents}]
    others = tuple(link for link in shelf.others if link.id not in filed)
    shelf = replace(shelf, meetings=(*events.values(), *rest), told={**shelf.told, **told}, others=others)
    return shelves.listing(shelf, site, response, page.select_one("main, #content, #page, article") or page)


def meeting_of(tag: Tag, site: Site, response: Response) -> Meeting | None:
    """One event of a list. Its own address lasts; what looks like a date in it is the day it was first copied from."""
    title = tag.select_one(".eventlist-title, .eventitem-title, .summary-title, h1, h2")
    link = tag.select_one(".eventlist-title-link, .eventlist-title a, .summary-title-link, a.eventlist-button")
    start, end = times_of(tag, site.jurisdiction.time_zone)
    name = pages.seen(title)
    if start is None or not name:
        return None
    url = pages.address(link, response.url)
    place = place_of(
        tag.select_one(".eventlist-meta-address, .eventitem-meta-address, .summary-metadata-item--location")
    )
    about = tag.select_one(".eventlist-description, .eventlist-excerpt, .eventitem-column-content, .summary-excerpt")
    return Meeting(
        id=pages.split(url).path if url else f"{start:%F}:{shelves.slug(name)}",
        body=site.body or "",
        title=name,
        start=start,
        end=end,
        status=marks.status_of(start, response.fetched_at, name, place),
        location=place,
        url=url,
        documents=shelves.papers_in(about, response) if about else (),
    )


def times_of(tag: Tag, zone: str) -> tuple[datetime | None, datetime | None]:
    """Start and end of an event: its day stands for machines, its hours only in words."""
    days = [str(time["datetime"]) for time in tag.select("time[datetime]")]
    shown = pages.seen(tag.select_one(".event-date, .summary-metadata-item--date, time"))
    day = marks.read_date(days[0] if days else "") or marks.read_date(shown)
    last = marks.read_date(days[-1] if days else "") or day
    first = tag.select_one(
        ".event-time-12hr-start, .event-time-24hr-start, .event-time-localized-start, .event-time-12hr"
    )
    until = tag.select_one(".event-time-12hr-end, .event-time-24hr-end, .event-time-localized-end")
    start = marks.start_of(day, marks.read_time(pages.seen(first)), zone)
    clock = marks.read_time(pages.seen(until))
    end = marks.start_of(last, clock, zone) if clock else None
    return start, end if start and end and end > start else None


def place_of(tag: Tag | None) -> str:
    """The place without the link to its map."""
    return re.sub(r"\s*\(map\)\s*", " ", pages.seen(tag)).strip()


def read_meeting(
    page: BeautifulSoup, single: Tag | None, listed: Meeting | None, site: Site, response: Response
) -> Reading:
    """One event's page: what is published for it. What the list said of it stands."""
    own = single or page.select_one("main, #content, article") or page
    meeting = listed or meeting_of(own, site, response)
    if meeting is None:
        raise LayoutChanged("the event's title or date is missing", url=response.url)
    meeting = replace(meeting, url=meeting.url or response.url, documents=shelves.papers_in(own, response))
    if listed is None:
        meeting = replace(meeting, id=pages.split(response.url).path)
    document = shelves.text_of(shelves.Shelf((), (), {}), response, "meeting")
    return Reading(
        replace(document, title=meeting.title),
        meetings=(meeting,),
        follow=following.from_meeting(meeting, (), (), site),
    )


def read_json(answer: Any, site: Site, response: Response) -> Reading:
    """Events of a collection as JSON (`upcoming`, `past`, `items`), or the one of an event's page (`item`)."""
    if not isinstance(answer, dict) or not {"website", "websiteSettings", "collection", "item"} & set(answer):
        raise LayoutChanged("Squarespace's envelope (website, collection) is missing", url=response.url)
    lists = [name for name in ("upcoming", "past", "items") if isinstance(answer.get(name), list)]
    events = [event for name in lists for event in records.many(answer, name)] or [records.inner(answer, "item")]
    meetings = tuple(meeting for event in events if (meeting := meeting_in(event, site, response)))
    if not meetings and (not lists or any(answer[name] for name in lists)):
        raise EmptyReading("no entry of the collection has a startDate", url=response.url)
    found = {meeting.id: meeting for meeting in meetings}
    shelf = shelves.Shelf(tuple(found.values()), (), {})
    follow = [*following.from_listing([replace(m, url=None) for m in shelf.meetings], site, response.fetched_at)]
    texts = (passage for event in events for passage in passages_in(event, response))
    return Reading(
        document=Document(
            response.url, records.text(records.inner(answer, "collection"), "title"), "listing", tuple(texts)
        ),
        meetings=shelf.meetings,
        follow=following.bounded(follow),
        proof=None if meetings else f"the collection's lists are empty: {', '.join(lists)}",
    )


def meeting_in(event: records.Record, site: Site, response: Response) -> Meeting | None:
    """One event of the JSON; its times count milliseconds since 1970."""
    start = moment(event.get("startDate"), site.jurisdiction.time_zone)
    if start is None:
        return None
    title, place = records.words(event, "title"), records.inner(event, "location")
    parts = (records.text(place, name) for name in ("addressTitle", "addressLine1", "addressLine2"))
    where = ", ".join(part for part in parts if part)
    return Meeting(
        id=records.text(event, "id", "fullUrl"),
        body=site.body or "",
        title=title,
        start=start,
        end=moment(event.get("endDate"), site.jurisdiction.time_zone),
        status=marks.status_of(start, response.fetched_at, title, where),
        location=where,
        url=records.address(event, response.url, "fullUrl") or None,
        attend=attending.told(where, records.text(event, "body")),
        documents=shelves.papers_in(BeautifulSoup(records.text(event, "body"), "lxml"), response),
    )


def passages_in(event: records.Record, response: Response) -> Iterator[Passage]:
    """The words of an event under its title."""
    yield from shelves.passages_of(records.text(event, "body"), response, (records.words(event, "title"),))


def moment(stamp: object, zone: str) -> datetime | None:
    """Milliseconds since 1970 as local time."""
    if not isinstance(stamp, int | float) or isinstance(stamp, bool) or not 0 < stamp < 4e12:
        return None
    return datetime.fromtimestamp(stamp / 1000, UTC).astimezone(ZoneInfo(zone))
