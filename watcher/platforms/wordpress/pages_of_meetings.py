"""WordPress pages as visitors see them: agenda pages, calendars, one meeting's own page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    EmptyReading,
    LayoutChanged,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    attending,
    following,
    marks,
    pages,
    shelves,
)

MARK = re.compile(rb"/wp-(?:includes|content|json)/|api\.w\.org|WordPress", re.IGNORECASE)
SINGLE = re.compile(r"\Asingle-(?:tribe_events|meetings?|event)\Z")
OWN = ("main", "article", "#content", ".entry-content", "#primary", "[role=main]")


def read(site: Site, response: Response) -> Reading:
    """What a page says. LayoutChanged where it is no WordPress page, EmptyReading where it proves nothing."""
    page = pages.page_of(response)
    if not MARK.search(response.body):
        raise LayoutChanged("no mark of WordPress (wp-content, wp-includes) is on this page", url=response.url)
    if response.request.kind == "meeting" or is_single(page):
        return read_meeting(page, site, response)
    shelf = shelves.shelf_of(page, site, response)
    told = {meeting.id for meeting in shelf.meetings}
    calendar = tuple(meeting for meeting in events_in(page, site, response) if meeting.id not in told)
    shelf = replace(shelf, meetings=(*shelf.meetings, *calendar))
    more = events_json(page)
    if more and not shelf.meetings and not shelf.loose:
        return Reading(shelves.text_of(shelf, response), follow=more)
    reading = shelves.listing(shelf, site, response, own_part(page))
    return replace(reading, follow=(*more, *reading.follow))


def is_rendered(answer: Any) -> bool:
    """Whether JSON is a view of The Events Calendar as it is drawn again by script: its mark-up under `html`."""
    return isinstance(answer, dict) and isinstance(answer.get("html"), str) and "tribe-events" in answer["html"]


def read_meeting(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """One meeting's page: what is published for it. What the listing said of it stands."""
    listed = response.request.meeting
    meeting = listed or next(events_in(page, site, response), None) or of_headings(page, site, response)
    if meeting is None:
        raise EmptyReading("this page names no date of a meeting", url=response.url)
    own = own_part(page)
    documents = shelves.papers_in(own, response)
    status = marks.status_of(meeting.start, response.fetched_at, *(pages.seen(tag) for tag in own.select("h1, h2")))
    meeting = replace(meeting, documents=documents, status=meeting.status if listed else status)
    empty = shelves.Shelf((), (), {})
    return Reading(
        document=replace(shelves.text_of(empty, response, "meeting"), title=meeting.title or pages.seen(page.title)),
        meetings=(meeting,),
        follow=following.from_meeting(meeting, (), (), site),
    )


def is_single(page: BeautifulSoup) -> bool:
    """Whether this is one meeting's or event's own page, by the class WordPress gives its body."""
    return isinstance(page.body, Tag) and any(SINGLE.match(name) for name in pages.classes(page.body))


def own_part(page: BeautifulSoup) -> Tag:
    """The page without its menus, where the theme marks the content."""
    return next((tag for place in OWN if (tag := page.select_one(place))), page)


def of_headings(page: BeautifulSoup, site: Site, response: Response) -> Meeting | None:
    """A meeting by its page's heading ("City Council Meeting: December 1, 2026")."""
    zone = site.jurisdiction.time_zone
    for tag in (*own_part(page).select("h1, h2, h3"), *page.select("h1, title")):
        text = pages.seen(tag)
        if start := marks.moment(text, zone):
            if start.hour == 0 and (clock := marks.read_time(pages.seen(own_part(page))[:600])):
                start = marks.start_of(start.date(), clock, zone)
            post = next(
                (name.removeprefix("postid-") for name in pages.classes(page.body or page) if "postid-" in name), ""
            )
            status = marks.status_of(start, response.fetched_at, text)
            return Meeting(post or f"{start:%F}", site.body or "", text, start, status=status, url=response.url)
    return None


def events_in(page: BeautifulSoup, site: Site, response: Response) -> Iterator[Meeting]:
    """The events that a page writes for search engines (schema.org's Event in JSON-LD), as The Events Calendar does."""
    zone = site.jurisdiction.time_zone
    for script in page.find_all("script", type="application/ld+json"):
        for entry in entries_of(script.string or ""):
            if entry.get("@type") != "Event" or not (start := moment(entry.get("startDate"), zone)):
                continue
            title = pages.seen(BeautifulSoup(str(entry.get("name") or ""), "lxml"))
            places = records_of(entry.get("location"))
            place = next((each for each in places if each.get("@type") != "VirtualLocation"), {})
            room = next((str(each.get("url") or "") for each in places if each.get("@type") == "VirtualLocation"), "")
            standing = str(entry.get("eventStatus") or "").rpartition("/Event")[2]  # https://schema.org/EventCancelled
            url = pages.address(BeautifulSoup(f'<a href="{entry.get("url") or ""}">', "lxml").a, response.url)
            yield Meeting(
                id=str(entry.get("url") or f"{start:%F}:{title}"),
                body=site.body or "",
                title=title,
                start=start,
                end=moment(entry.get("endDate"), zone),
                status=marks.status_of(start, response.fetched_at, title, standing),
                location=str(place.get("name") or ""),
                url=url,
                attend=attending.told(str(entry.get("description") or ""), join=room),
            )


def records_of(value: object) -> list[dict[str, Any]]:
    """The objects of a field that may hold one, a list of them, or anything else."""
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def entries_of(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD script; a damaged one says nothing, as the page itself says it again."""
    try:
        told = json.loads(text)
    except ValueError:
        return
    listed = told.get("@graph", [told]) if isinstance(told, dict) else told
    yield from (entry for entry in listed if isinstance(entry, dict)) if isinstance(listed, list) else ()


def moment(stamp: object, zone: str) -> datetime | None:
    """A stamp as local time."""
    return marks.instant(stamp, zone) if isinstance(stamp, str) else None


def events_json(page: BeautifulSoup) -> tuple[Request, ...]:
    """The JSON behind The Events Calendar's own pages, which shows more than one month."""
    is_calendar = page.select_one(".tribe-events-view, #tribe-events, #tribe-events-pg-template, .tribe-common")
    link = page.find("link", rel="alternate", href=re.compile(r"/wp-json/tribe/events/v1/?"))
    if not (is_calendar and isinstance(link, Tag)):
        return ()
    url = f"{str(link['href']).rstrip('/')}/events?per_page=50"
    headers = (("accept", "application/json"),)
    return (Request(url, headers=headers, why="events as JSON", stable_key="tribe/events/v1/events", optional=True),)
