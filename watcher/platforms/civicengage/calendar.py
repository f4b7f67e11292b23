"""Calendar.aspx as a list, one event's page, and the calendar's RSS."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Meeting,
    Reading,
    Response,
    Site,
    attending,
    feeds,
    following,
    marks,
    pages,
    shelves,
)
from watcher.platforms.civicengage import ids

EVENT = "[itemtype*='schema.org/Event']"
NONE = re.compile(
    r"\b(?:there are )?(?:currently )?no (?:upcoming |scheduled )?(?:events?|results?|meetings?)\b"
    r"(?: (?:found|scheduled|to display|at this time|available|match[^.]*|for [^.]*))*",
    re.IGNORECASE,
)
DATES = re.compile(r"Event dates?:\s*(.*?)(?=\s*Event Times?:|\s*Location:|\s*Description:|$)", re.IGNORECASE)
TIMES = re.compile(r"Event Times?:\s*(.*?)(?=\s*Location:|\s*Description:|$)", re.IGNORECASE)
PLACE = re.compile(r"Location:\s*(.*?)(?=\s*Description:|$)", re.IGNORECASE)


def is_calendar(page: BeautifulSoup) -> bool:
    """Whether the page is the calendar or one of its events."""
    if page.select_one(f"div.calendars, div.calendarList, {EVENT}"):
        return True
    return any(ids.event_id(str(link.get("href") or "")) for link in page.find_all("a"))


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The events listed. EmptyReading where the calendar shows none and does not say that there are none."""
    rows = list(rows_of(page))
    found = [meeting_of(row, link, number, site, response) for row, link, number in rows]
    if rows and not any(meeting.start for meeting in found):
        raise LayoutChanged("no event of the calendar has a readable date", url=response.url)
    meetings = tuple({meeting.id: meeting for meeting in told_apart(found)}.values())
    return Reading(
        document=Document(response.url, pages.seen(page.title), "listing"),
        meetings=meetings,
        follow=following.from_listing(meetings, site, response.fetched_at),
        proof=None if meetings else emptiness(page, response),
    )


def emptiness(page: BeautifulSoup, response: Response) -> str:
    """The calendar's words that there is nothing."""
    for part in page.select("div.calendars, div.calendarList, div.list, #moduleContent, [role=main]"):
        said = NONE.search(pages.seen(part))
        if words := said[0] if said else shelves.words_of_none(part):
            return words
    raise EmptyReading("the calendar shows no event and does not say that there is none", url=response.url)


def rows_of(page: BeautifulSoup) -> Iterator[tuple[Tag, Tag, str]]:
    """(row, link, number) of each event once: its list entry or cell, by the first link to its page."""
    taken: set[int] = set()
    for link in page.find_all("a"):
        number = ids.event_id(str(link.get("href") or ""))
        row = row_of(link) if number else None
        if number and row is not None and id(row) not in taken and pages.seen(link):
            taken.add(id(row))
            yield row, link, number


def row_of(link: Tag) -> Tag | None:
    """The part of the page that tells of a link's event and of no other one: a week of a month's table tells of many."""
    row = link.find_parent(["li", "tr", "article"])
    if row is not None:
        numbers = {ids.event_id(str(other.get("href") or "")) for other in row.find_all("a")} - {None}
        if len(numbers) == 1:
            return row
    return link.parent


def meeting_of(row: Tag, link: Tag, number: str, site: Site, response: Response) -> Meeting:
    """One event of the list."""
    zone = site.jurisdiction.time_zone
    event = row.select_one(EVENT) or row
    start, end = hours(pages.seen(row.select_one("[class~=date]")), zone)
    start = marks.local(value(event, "startDate"), zone) or start
    title = pages.seen(link)
    heading = calendar_name(row)
    return Meeting(
        id=number,
        body=heading or site.body or "",
        title=title,
        start=start,
        end=marks.local(value(event, "endDate"), zone) or end,
        status=marks.status_of(start, response.fetched_at, title, pages.seen(row)),
        location=place_of(row, event),
        url=pages.address(link, response.url),
        documents=ids.documents(row, response.url, title),
    )


def told_apart(meetings: list[Meeting]) -> Iterator[Meeting]:
    """A series has one number for all its days: there the day is part of the id."""
    days: dict[str, set[object]] = defaultdict(set)
    for meeting in meetings:
        days[meeting.id].add(meeting.start.date() if meeting.start else None)
    for meeting in meetings:
        if len(days[meeting.id]) > 1 and meeting.start:
            yield replace(meeting, id=f"{meeting.id}:{meeting.start.date()}")
        else:
            yield meeting


def calendar_name(row: Tag) -> str:
    """The name of the calendar that lists an event."""
    part = row.find_parent(class_="calendar") or row.find_parent(id=re.compile(r"^CID\d+$"))
    return pages.seen(part.select_one("h2, .title")) if part else ""


def hours(text: str, zone: str) -> tuple[datetime | None, datetime | None]:
    """(start, end) out of "January 11, 2024, 10:00 AM - 11:30 AM"; the end may name a day of its own."""
    first, _, second = text.partition(" - ")
    day = marks.read_date(first)
    clock = marks.read_time(second)
    end = marks.start_of(marks.read_date(second) or day, clock, zone) if clock else None
    return marks.start_of(day, marks.read_time(first), zone), end


def value(event: Tag, name: str) -> str:
    """A field of schema.org, as it is written for machines or shown."""
    part = event.select_one(f"[itemprop={name}]")
    return str(part.get("content") or part.get("datetime") or pages.seen(part)) if part else ""


def place_of(row: Tag, event: Tag) -> str:
    """Where: the name of the place and its street."""
    place = event.select_one("[itemprop=location]")
    name = place.select_one("[itemprop=name]") if place else None
    street = place.select_one("[itemprop=streetAddress]") if place else None
    shown = row.select_one(".eventLocation .name") or row.select_one(".eventLocation")
    first = pages.seen(name) or pages.seen(shown).lstrip("@ ") or ("" if street else pages.seen(place))
    return ", ".join(dict.fromkeys(part for part in (first, pages.seen(street)) if part))


def read_event(page: BeautifulSoup, number: str, site: Site, response: Response) -> Reading:
    """One event's page: when, where, and the documents linked in its description."""
    event = page.select_one(EVENT)
    if event is None:
        raise LayoutChanged("no event is on the page", url=response.url)
    zone = site.jurisdiction.time_zone
    known = response.request.meeting
    shown = labelled(event)
    start, end = hours(f"{shown.get('date', '')}, {shown.get('time', '')}", zone)
    start = marks.local(value(event, "startDate"), zone) or start or (known.start if known else None)
    title = value(event, "name") or (known.title if known else "")
    description = event.select_one("[itemprop=description]")
    text = pages.seen(description)
    papers = ids.documents(event, response.url, title)
    for link in description.find_all("a") if description else ():
        if pages.address(link, response.url) in {paper.url for paper in papers}:
            link.extract()  # told as a document, and not once more as text
    meeting = Meeting(
        id=known.id if known else number,
        body=known.body if known else site.body or "",
        title=title,
        start=start,
        end=marks.local(value(event, "endDate"), zone) or end or (known.end if known else None),
        status=marks.status_of(start, response.fetched_at, title, text),
        location=place_of(event, event) or shown.get("location", "") or (known.location if known else ""),
        attend=attending.told(str(description or "")),
        url=response.url,
        documents=papers,
    )
    return Reading(
        document=Document(
            response.url, title, "meeting", shelves.passages_of(str(description or ""), response, (title,))
        ),
        meetings=(meeting,),
        follow=following.from_meeting(meeting, (), (), site),
    )


def labelled(event: Tag) -> dict[str, str]:
    """The page's own table: "Date:", "Time:", "Location:"."""
    found: dict[str, str] = {}
    for header in event.select("[class*=DetailHeader], dt, th"):
        item = header.find_next_sibling()
        if isinstance(item, Tag):
            found.setdefault(pages.seen(header).rstrip(": ").lower(), pages.seen(item))
    return found


def read_feed(site: Site, response: Response) -> Reading:
    """RSSFeed.aspx?ModID=58: the events ahead."""
    feed = feeds.feed_of(response)
    meetings = {meeting.id: meeting for meeting in told(feed, site, response)}
    if not meetings:
        trouble = LayoutChanged if feed.entries else EmptyReading
        raise trouble("no entry of the feed leads to an event", url=response.url)
    listed = tuple(meetings.values())
    return Reading(
        document=Document(response.url, feed.title, "listing"),
        meetings=listed,
        follow=following.from_listing(listed, site, response.fetched_at),
    )


def told(feed: feeds.Feed, site: Site, response: Response) -> Iterator[Meeting]:
    """One meeting for each entry that leads to an event."""
    for entry in feed.entries:
        number = ids.event_id(entry.url)
        dates, times, place = (pattern.search(entry.summary) for pattern in (DATES, TIMES, PLACE))
        if number:
            said = dates[1].partition(" - ")[0] if dates else ""
            start, end = hours(f"{said}, {times[1] if times else ''}", site.jurisdiction.time_zone)
            yield Meeting(
                id=number,
                body=site.body or feed.title.rpartition(" - ")[2],
                title=entry.title,
                start=start,
                end=end,
                status=marks.status_of(start, response.fetched_at, entry.title),
                location=place[1] if place else "",
                url=entry.url,
            )
