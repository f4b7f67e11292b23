"""Calendar feeds (iCalendar, RFC 5545): Google Calendar, Outlook, Trumba, and whatever else a body publishes.

Every event is a meeting; a recurring one is written out from two weeks back to half a year ahead, with its exceptions.
Checked against one recorded feed (Saint Paul schools MN, Google Calendar 2026). Specification:
https://www.rfc-editor.org/rfc/rfc5545
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup
from dateutil.rrule import rrulestr
from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Meeting,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    Unreadable,
    attending,
    following,
    marks,
    pages,
    shelves,
)
from watcher.reading import papers
from watcher.reading.rows import Anchor

ABOUT = About(
    vendor="any calendar feed (Google Calendar, Outlook, Trumba …)",
    reads="events with place, standing and recurrence; documents attached or linked in the description",
    checked="1 recorded feed of Saint Paul schools, 2026",
    amended="“Revised” or “Amended” in a link's words or file name",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

BACK, AHEAD = timedelta(days=14), timedelta(days=183)
MOST = 400  # occurrences of one event
UNTIL = re.compile(r";?UNTIL=[^;]+", re.IGNORECASE)
LINK = re.compile(r"(?:(?P<label>[^\n<>]{0,80}?)[:\s(\[-]*)(?P<url>https?://[^\s<>\"')\]]+)")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The feed; webcal is how calendars write https."""
    return (Request(re.sub(r"\Awebcals?://", "https://", site.url), why="calendar feed"),)


def read(site: Site, response: Response) -> Reading:
    """The events of a feed, or a published document.

    Raises LayoutChanged for anything else than a calendar, Unreadable for one that is damaged or stops half way.
    """
    if not response.body.strip():
        raise EmptyReading("the answer has no content", url=response.url)
    if not is_feed(response.body):
        if pages.is_document(response):
            return pages.read_document(response)
        raise LayoutChanged("no calendar: BEGIN:VCALENDAR is missing", url=response.url)
    calendar = parsed(response)
    try:
        events = [Event(component, site) for component in calendar.walk("VEVENT")]
        meetings = {meeting.id: meeting for meeting in meetings_of(events, site, response)}
    except (BrokenCalendarProperty, ValueError) as trouble:
        raise Unreadable(f"an event of the calendar is damaged: {trouble}", url=response.url) from None
    found = sorted(meetings.values(), key=lambda meeting: meeting.start or datetime.max.replace(tzinfo=UTC))
    own_pages_left = [replace(meeting, url=None) for meeting in found]  # they are other systems' pages
    follow = [*following.from_listing(own_pages_left, site, response.fetched_at)]
    if "attachments" in site.follow:
        near = following.by_nearness(found, response.fetched_at)
        follow += [request for meeting in near for request in following.hung_on(meeting)]
    proof = None
    if not found:
        proof = (
            "the calendar is whole and holds no VEVENT" if not events else f"{len(events)} events, none of this time"
        )
    links = {link.url for meeting in found for link in meeting.documents}
    passages = {
        (event.title, line): Passage(line, (event.title,))
        for event in events
        for line in event.lines
        if not any(url in line for url in links)  # the meeting's documents say so
    }
    return Reading(
        document=Document(response.url, text(calendar, "X-WR-CALNAME"), "listing", tuple(passages.values())),
        meetings=tuple(found),
        follow=following.bounded(follow),
        proof=proof,
    )


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is a calendar feed (0 to 1)."""
    if response and (is_feed(response.body) or response.media_type == "text/calendar"):
        return 0.95
    parts = pages.split(url)
    return 0.6 if parts.scheme.startswith("webcal") or parts.path.lower().endswith(".ics") else 0.0


def is_feed(body: bytes) -> bool:
    """Whether a body is a calendar."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].upper() == b"BEGIN:VCALENDAR"


def parsed(response: Response) -> Calendar:
    """The calendar; a cut one would make meetings look withdrawn."""
    body = response.body.lstrip(b"\xef\xbb\xbf \t\r\n").rstrip()
    if not body.upper().endswith(b"END:VCALENDAR"):
        raise Unreadable("the calendar stops half way: END:VCALENDAR is missing", url=response.url)
    try:
        return Calendar.from_ical(body, multiple=True)[0]
    except (ValueError, IndexError, KeyError) as trouble:
        raise Unreadable(f"the calendar is damaged: {trouble}", url=response.url) from None


def text(component: Component, name: str) -> str:
    """A property as text; "" where it is missing."""
    value = component.get(name)
    return str(value[0] if isinstance(value, list) else value).strip() if value else ""


class Event:
    """One VEVENT, its times in the jurisdiction's zone. A floating time is the town's own."""

    def __init__(self, component: Component, site: Site) -> None:
        self.component, self.zone = component, ZoneInfo(site.jurisdiction.time_zone)
        self.uid, self.title = text(component, "UID"), " ".join(text(component, "SUMMARY").split())
        self.description = text(component, "DESCRIPTION")
        if "<" in self.description:
            self.words = BeautifulSoup(self.description.replace("<br", "\n<br"), "lxml").get_text()
        else:
            self.words = self.description
        self.own = self.moment("DTSTART")  # in the event's own zone: a weekly 6 PM stays 6 PM
        self.instance = self.moment("RECURRENCE-ID")

    @property
    def lines(self) -> list[str]:
        """The description's lines."""
        return [line for raw in self.words.splitlines() if (line := " ".join(raw.split()))]

    def moment(self, name: str) -> datetime | None:
        """A moment, in its own zone; midnight of the town where it is a day."""
        value = self.component.get(name)
        told = getattr(value[0] if isinstance(value, list) else value, "dt", None)
        if isinstance(told, datetime):
            return told if told.utcoffset() is not None else told.replace(tzinfo=self.zone)
        return datetime.combine(told, time(), self.zone) if isinstance(told, date) else None

    @property
    def length(self) -> timedelta | None:
        """How long it takes: by DTEND or DURATION; None for whole days and where neither is told."""
        duration = getattr(self.component.get("DURATION"), "dt", None)
        end = self.moment("DTEND")
        told = duration if isinstance(duration, timedelta) else (end - self.own if end and self.own else None)
        whole = not isinstance(getattr(self.component.get("DTSTART"), "dt", None), datetime)
        return told if told and not whole and told < timedelta(days=2) else None


def meetings_of(events: Iterable[Event], site: Site, response: Response) -> Iterator[Meeting]:
    """Meetings of single events and of each occurrence of recurring ones; an exception stands for its occurrence."""
    listed = list(events)
    excepted = {(event.uid, stamp(event.instance)) for event in listed if event.instance}
    for event in listed:
        if event.own is None:
            continue
        if event.instance is not None:
            yield meeting_of(event, event.own, f"{event.uid}:{stamp(event.instance)}", response, site)
        elif event.component.get("RRULE") is None:
            yield meeting_of(event, event.own, event.uid or f"{event.title}:{stamp(event.own)}", response, site)
        else:
            for start in occurrences(event, response):
                if (event.uid, stamp(start)) not in excepted:
                    yield meeting_of(event, start, f"{event.uid}:{stamp(start)}", response, site)


def occurrences(event: Event, response: Response) -> Iterator[datetime]:
    """The starts of a recurring event from two weeks back to half a year ahead, without those that are excluded.

    Counted in the event's own wall-clock time, so that no change to summer time moves them.
    """
    if event.own is None:
        return
    own = event.own.tzinfo or event.zone
    first, now = event.own.replace(tzinfo=None), response.fetched_at.astimezone(own).replace(tzinfo=None)
    excluded = {stamp(moment) for moment in excluded_of(event)}
    told = event.component.get("RRULE")
    for rule in told if isinstance(told, list) else [told]:
        until = min((wall(value, own) for value in rule.get("UNTIL", [])), default=now + AHEAD)
        series = rrulestr(UNTIL.sub("", rule.to_ical().decode()), dtstart=first)
        for count, at in enumerate(series.xafter(now - BACK, inc=True)):
            if at > min(until, now + AHEAD) or count >= MOST:
                break
            start = at.replace(tzinfo=own)
            if stamp(start) not in excluded:
                yield start


def excluded_of(event: Event) -> Iterator[datetime]:
    """The moments of EXDATE."""
    told = event.component.get("EXDATE")
    for entry in told if isinstance(told, list) else [told]:
        for value in getattr(entry, "dts", ()):
            if isinstance(value.dt, datetime):
                yield value.dt if value.dt.utcoffset() is not None else value.dt.replace(tzinfo=event.zone)
            else:
                yield datetime.combine(value.dt, event.own.timetz() if event.own else time(tzinfo=event.zone))


def wall(value: date, zone: tzinfo) -> datetime:
    """UNTIL as the event's own wall-clock time; the end of a day that is told alone."""
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None) if value.utcoffset() is not None else value
    return datetime.combine(value, time(23, 59, 59))


def stamp(moment: datetime | None) -> str:
    """A moment as UTC, the name of an occurrence."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%MZ}" if moment else ""


def meeting_of(event: Event, start: datetime, name: str, response: Response, site: Site) -> Meeting:
    """One event, or one occurrence of it, in the town's time."""
    local, standing = start.astimezone(event.zone), text(event.component, "STATUS").lower()
    place = " ".join(text(event.component, "LOCATION").split())
    status = marks.status_of(local, response.fetched_at, standing, event.title, place, *event.lines[:1])
    length = event.length
    url = text(event.component, "URL")
    return Meeting(
        id=name,
        body=site.body or "",
        title=event.title,
        start=local,
        end=local + length if length else None,
        status=status,
        location=place,
        url=url if url.startswith("http") and not papers.is_paper(url) else None,
        documents=tuple(documents_of(event, response)),
        attend=attending.told(place, event.description, url, join=text(event.component, "CONFERENCE")),
    )


def documents_of(event: Event, response: Response) -> Iterator[Link]:
    """Attachments, and papers and recordings that the description links to."""
    attached = event.component.get("ATTACH")
    anchors = [
        Anchor(str(entry.params.get("FILENAME", "")), str(entry))
        for entry in (attached if isinstance(attached, list) else [attached])
        if entry is not None and str(entry).startswith("http")
    ]
    root = BeautifulSoup(event.description, "lxml")
    anchors += [Anchor(label, url) for label, url in pages.links(root, response.url)]
    anchors += [Anchor(found["label"].strip(" :-–([•*"), found["url"]) for found in LINK.finditer(event.words)]
    seen: set[str] = set()
    for anchor in anchors:
        kind = marks.document_kind(anchor.label, papers.file_name(anchor.url))
        if not (papers.is_paper(anchor.url) or papers.is_screen(anchor.url) or kind in shelves.FOR_MEETINGS):
            continue
        kind = kind if kind != "other" else "video" if papers.is_screen(anchor.url) else "attachment"
        link = shelves.link_of(anchor, kind, response, ())
        if link.id not in seen:
            seen.add(link.id)
            yield link
