"""Calendars: the entries of some weeks, what is known of one entry, and the page that shows a calendar."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlunsplit

from bs4 import BeautifulSoup

from watcher.platforms import (
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
)
from watcher.platforms.opencities import ids

Fields = Mapping[str, Any]

ENTRIES = "/ocapi/calendars/getcalendaritems"
CALENDARS = "/ocapi/calendars/getcalendars"
ENTRY = "/ocapi/get/contentinfo"
BACK, AHEAD = timedelta(days=14), timedelta(days=120)
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SHOWN = "[data-calendar-id], [data-entity-id], [data-filter-option-id]"


# -------------------------------------------------------------------------------------------------------- asking


def is_entries(url: str) -> bool:
    """Whether an address is the service of entries."""
    return pages.split(url).path.lower().endswith(ENTRIES)


def windows(today: date) -> Iterator[tuple[date, date]]:
    """First and last day from two weeks ago to four months ahead, cut at the year's end."""
    first, last = today - BACK, today + AHEAD
    for year in range(first.year, last.year + 1):
        yield max(first, date(year, 1, 1)), min(last, date(year, 12, 31))


def entries_at(url: str, first: date, last: date) -> Request:
    """The entries by an address that names the calendars; one that names days is asked for these."""
    parts = pages.split(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    if not {name.lower() for name, _ in given} & {"startdate", "enddate"}:
        given += [("StartDate", first.isoformat()), ("EndDate", last.isoformat())]
    address = urlunsplit(parts._replace(query=urlencode(given)))
    return Request(address, headers=ids.asking(url), why="entries of the calendar", stable_key=f"entries:{first.year}")


def entries_of(url: str, calendars: Sequence[str], first: date, last: date) -> Request:
    """The entries of calendars, as the site's own page asks for them."""
    asked = {
        "LanguageCode": "en-US",
        "Ids": list(calendars),
        "StartDate": first.isoformat(),
        "EndDate": last.isoformat(),
    }
    return Request(
        ids.service(url, ENTRIES),
        method="POST",
        headers=(*ids.asking(url), ("content-type", "application/json")),
        body=json.dumps(asked).encode(),
        why="entries of the calendars",
        stable_key=f"entries:{first.year}",
    )


def on_page(page: BeautifulSoup) -> list[tuple[str, str]]:
    """(id, sort) of each calendar that a page shows."""
    found: dict[str, str] = {}
    for tag in page.select(SHOWN):
        for name in ("data-calendar-id", "data-entity-id", "data-filter-option-id"):
            if GUID.fullmatch(number := str(tag.get(name) or "")):
                sort = str(tag.get("data-entity-type") or "calendar")
                found.setdefault(number, sort if "calendar" in sort.lower() else "")
    return [(number, sort) for number, sort in found.items() if sort]


def read_page(page: BeautifulSoup, found: Sequence[tuple[str, str]], response: Response) -> Reading:
    """A page whose calendar is filled by script: we ask for what the script asks for."""
    follow = [
        Request(
            ids.service(response.url, f"{CALENDARS}/{number}/{sort}"),
            headers=ids.asking(response.url),
            why="calendars of the page",
            stable_key=f"calendars:{number}",
        )
        for number, sort in found[:5]
    ]
    document = Document(response.url, pages.seen(page.title), "listing")
    return Reading(document, follow=tuple(follow), proof="the calendar is filled by script")


# ------------------------------------------------------------------------------------------------------- reading


def read(answer: Any, site: Site, response: Response) -> Reading:
    """An answer of the services: entries by day, calendars, or one entry."""
    if not isinstance(answer, dict) or "data" not in answer:
        raise LayoutChanged("the answer has no data: it is none of OpenCities' services", url=response.url)
    data = answer["data"]
    if answer.get("success") is False:
        raise LayoutChanged("the vendor's answer says that it failed (success: false)", url=response.url)
    if isinstance(data, dict):
        return read_entry(data, site, response)
    if not isinstance(data, list) or not all(isinstance(fields, dict) for fields in data):
        raise LayoutChanged("the answer's data are neither entries nor an entry", url=response.url)
    if data and not any("Items" in fields for fields in data):
        return read_calendars(data, response)
    if not data and not is_entries(response.url):
        raise EmptyReading("the page's calendar has no calendars", url=response.url)
    return read_entries(data, site, response)


def read_calendars(data: Sequence[Fields], response: Response) -> Reading:
    """The calendars behind a page's calendar; their entries come next."""
    numbers = [str(fields["Id"]) for fields in data if fields.get("Id")]
    if not numbers:
        raise LayoutChanged("the calendars have no Id", url=response.url)
    follow = (entries_of(response.url, numbers, *window) for window in windows(response.fetched_at.date()))
    return Reading(
        Document(response.url, "Calendars", "listing", tuple(Passage(name_of(fields)) for fields in data)),
        follow=tuple(follow),
        proof=f"{len(numbers)} calendars",
    )


def read_entries(data: Sequence[Fields], site: Site, response: Response) -> Reading:
    """The entries of each day."""
    pairs = [(day, entry) for day in data for entry in day.get("Items") or () if isinstance(entry, dict)]
    meetings = tuple(meeting_of(day, entry, site, response) for day, entry in pairs)
    if meetings and not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no entry of the calendar has a readable date", url=response.url)
    about = {meeting.id: info_of(entry, meeting, response) for (_, entry), meeting in zip(pairs, meetings, strict=True)}
    near = following.by_nearness(meetings, response.fetched_at)
    return Reading(
        document=Document(response.url, "Calendar", "listing"),
        meetings=meetings,
        follow=following.bounded(about[meeting.id] for meeting in near),
        proof=None if meetings else '"data": [] for the days asked for',
    )


def meeting_of(day: Fields, entry: Fields, site: Site, response: Response) -> Meeting:
    """One entry of one day. Its id is the same on all days of a series, so the day belongs to the meeting's."""
    name = name_of(entry)
    when = date_of(day, str(entry.get("DateTime") or ""))
    start = marks.start_of(when, marks.read_time(str(entry.get("DateTime") or "")), site.jurisdiction.time_zone)
    cancelled = ("cancelled",) if entry.get("IsCancelled") else ()
    return Meeting(
        id=f"{entry.get('Id') or entry.get('MainContentId') or name}:{when}",
        body=site.body or name,
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, name, *cancelled),
    )


def name_of(fields: Fields) -> str:
    """An entry's or a calendar's name."""
    return " ".join(str(fields.get("Name") or fields.get("Title") or "").split())


def date_of(day: Fields, stamp: str) -> date | None:
    """The day in numbers of their own; else in the order of day and month that the envelope's month word confirms."""
    try:
        return date(int(day["YYYY"]), int(day["MM"]), int(day["DD"]))
    except (KeyError, TypeError, ValueError):
        pass
    text = str(day.get("Date") or "") or stamp
    orders = [found for first in (True, False) if (found := marks.read_date(text, day_first=first))]
    told = str(day.get("Month") or "")
    return next((found for found in orders if f"{found:%B}" == told), next(iter(orders), None))


def info_of(entry: Fields, meeting: Meeting, response: Response) -> Request:
    """Asks for what is known of an entry."""
    asked = {
        "calendarId": entry.get("CalendarId") or "",
        "contentId": entry.get("Id") or "",
        "language": "en-US",
        "currentDateTime": entry.get("DateTime") or "",
        "mainContentId": entry.get("MainContentId") or entry.get("Id") or "",
    }
    address = f"{ids.service(response.url, ENTRY)}?{urlencode(asked, quote_via=quote)}"
    return following.page_of(meeting, address, headers=ids.asking(response.url))


def read_entry(data: Fields, site: Site, response: Response) -> Reading:
    """One entry: its place, its words, whether it is cancelled, and the page that has its papers."""
    title = name_of(data)
    if not title and not data.get("Link"):
        raise EmptyReading("the entry has neither title nor page", url=response.url)
    listed = response.request.meeting
    address = data.get("Address") if isinstance(data.get("Address"), dict) else {}
    url = pages.address(BeautifulSoup(f'<a href="{data.get("Link") or ""}">', "lxml").select_one("a"), response.url)
    about = listed or Meeting(id=str(data.get("Link") or title), body=site.body or title, title=title)
    cancelled = ("cancelled",) if data.get("IsCancelled") is True else ()
    meeting = replace(
        about,
        location=place_of(address or {}),
        attend=attending.told(str(data.get("Description") or "")),
        status=marks.status_of(about.start, response.fetched_at, about.title, title, *cancelled),
        url=url,
    )
    said = pages.seen(BeautifulSoup(str(data.get("Description") or ""), "lxml"))
    follow = [replace(following.page_of(meeting, url), stable_key=f"page:{meeting.id}", optional=True)] if url else []
    passages = (Passage(said, (title,) if title else ()),) if said and said != title else ()
    return Reading(Document(response.url, title or about.title, "meeting", passages), (meeting,), follow=tuple(follow))


def place_of(address: Fields) -> str:
    """An address as the vendor formats it, else its parts; the venue first."""
    formatted = " ".join(str(address.get("Formatted") or "").split())
    parts = [" ".join(str(address.get(name) or "").split()) for name in ("Venue", "Street", "Suburb", "PostCode")]
    return formatted if parts[0] in formatted and formatted else ", ".join(part for part in parts if part)
