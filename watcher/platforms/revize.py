"""Revize: pages whose clerks list papers by hand or by the vendor's agenda module, and the site's calendar as JSON.

    any page.php                                                             rows of agendas, packets and minutes
    /_assets_/plugins/revizeCalendar/calendar_data_handler.php?webspace=…    every entry of the calendars

Checked against one recorded page (Selma CA, 2022). The calendar is read as public readers of other places describe it;
no response of it was recorded. Links of a page are relative to its <base>, not to its own address.

Option `calendars`: names or numbers of the calendars (comma between them) whose entries count; default all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urljoin

from bs4 import BeautifulSoup
from bs4.element import Tag
from dateutil.rrule import rrulestr

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    attending,
    following,
    marks,
    pages,
)
from watcher.reading import papers, shelves

ABOUT = About(
    vendor="Revize",
    reads="pages with rows of agendas, packets and minutes; the site's calendar as JSON",
    checked="1 recorded page of Selma, 2022; the calendar never seen live",
    amended="“revised” or “amended” in a row, a link or a file's name, the stamp in a file's address, another file",
)
OPTIONS = frozenset({"calendars"})
MIN_DELAY = timedelta(seconds=2.7)

Fields = Mapping[str, Any]

HANDLER = "_assets_/plugins/revizeCalendar/calendar_data_handler.php"
JSON = (("accept", "application/json"),)
MARKS = (b"RZ.webspace", b"/revize/plugins/", b"revizeCalendar", b".revize.com/")
MAIN = ("#freeform-main", "#post", "#entry", "main", "body")
SPACE = re.compile(r"RZ\.webspace\s*=\s*['\"](?P<space>[\w-]+)['\"]")
CMS = re.compile(r"RZ\.protocolRelativeRevizeBaseUrl\s*=\s*['\"](?P<cms>//[\w.-]+)['\"]")
STAMP = re.compile(r"20\d{10,15}")
BACK, AHEAD = timedelta(days=14), timedelta(days=120)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """What to ask first: the page, or the calendar's data, as they stand."""
    headers = JSON if is_calendar(site.url) else ()
    return (Request(site.url, headers=headers, why="meetings"),)


def is_calendar(url: str) -> bool:
    """Whether an address is that of the calendar's data."""
    return "calendar_data_handler" in pages.split(url).path.lower()


def read(site: Site, response: Response) -> Reading:
    """The meetings that a page has papers of, the calendar's entries, or a published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the page's word for it.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    if is_calendar(response.url) or pages.is_json(response):
        return read_calendar(site, response)
    page = pages.page_of(response)
    if not any(mark in response.body for mark in MARKS):
        raise LayoutChanged("nothing on the page is Revize's (RZ.webspace, /revize/plugins/)", url=response.url)
    return read_page(page, site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Revize's (0 to 1)."""
    host, body = (pages.split(url).hostname or "").lower(), response.body if response else b""
    if host.endswith(".revize.com") or "/revizecalendar/" in pages.split(url).path.lower():
        return 0.9
    if MARKS[0] in body or MARKS[1] in body:
        return 0.9
    return 0.5 if any(mark in body for mark in MARKS) else 0.0


# ---------------------------------------------------------------------------------------------------------- pages


def read_page(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """A page's papers as meetings; a page without any whose calendar is filled by script leads to its data."""
    base = pages.address(page.select_one("base[href]"), response.url) or response.url
    there = replace(response, url=base)
    roots = [root for each in MAIN if (root := page.select_one(each))] or [page]
    for root in roots:
        shelf = shelves.shelf_of(root, site, there)
        if shelf.meetings or shelf.loose:
            shelf = stamped(shelf)
            return shelves.listing(shelf, site, response, proof=None if shelf.meetings else "papers without a date")
    if calendar := calendar_of(page, base, response):
        document = Document(response.url, pages.seen(page.title), "listing")
        return Reading(document, follow=(calendar,), proof="the calendar is filled by script")
    return shelves.listing(shelf, site, response, roots[0])


def stamped(shelf: shelves.Shelf) -> shelves.Shelf:
    """The shelf with the stamp that the vendor hangs on each paper's address (?t=202209061455310)."""
    meetings = (
        replace(meeting, documents=tuple(replace(link, version=stamp_of(link.url)) for link in meeting.documents))
        for meeting in shelf.meetings
    )
    return replace(shelf, meetings=tuple(meetings))


def stamp_of(url: str) -> str:
    """When a paper was put up, as its address says; "" where it does not."""
    stamp = pages.parameter(url, "t")
    return stamp if STAMP.fullmatch(stamp) else ""


def link_id(href: str) -> str | None:
    """What a link leads to: a paper's path and stamp; None for navigation."""
    return f"{pages.split(href).path}:{stamp_of(href)}" if papers.is_paper(href) else None


def calendar_of(page: BeautifulSoup, base: str, response: Response) -> Request | None:
    """Asks for the data of a page's calendar, as its script does."""
    scripts = " ".join(str(tag) for tag in page.find_all("script"))
    space, cms = SPACE.search(scripts), CMS.search(scripts)
    if not space or not cms or MARKS[2] not in response.body:
        return None
    query = f"webspace={space['space']}&relative_revize_url={quote(cms['cms'], safe='/.')}&protocol=https:"
    return Request(
        f"{urljoin(base, HANDLER)}?{query}", headers=JSON, why="entries of the calendar", stable_key="calendar"
    )


# ------------------------------------------------------------------------------------------------------- calendar


def read_calendar(site: Site, response: Response) -> Reading:
    """Every entry of the calendars that count."""
    answer = pages.json_of(response)
    entries = answer.get("events") if isinstance(answer, dict) else answer
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise LayoutChanged("the answer is no list of the calendar's entries", url=response.url)
    if not entries and not is_calendar(response.url):
        raise LayoutChanged("an empty list came where no calendar is", url=response.url)
    if entries and not any("title" in entry and "start" in entry for entry in entries):
        raise LayoutChanged("no entry of the calendar has a title and a start", url=response.url)
    counted = [entry for entry in entries if counts(entry, site)]
    if entries and not counted:
        raise EmptyReading(f"no entry is on the calendars {site.options['calendars']}", url=response.url)
    meetings = tuple(meeting for entry in counted for meeting in meetings_of(entry, site, response))
    follow = following.from_listing(meetings, site, response.fetched_at, page=lambda meeting: None)
    return pages.listing(response, "Calendar", meetings, follow, proof="[] (an empty list)")


def counts(entry: Fields, site: Site) -> bool:
    """Whether an entry is on one of the calendars that the site counts."""
    wanted = {part.strip().lower() for part in site.options.get("calendars", "").split(",") if part.strip()}
    shown = entry.get("calendar_displays")
    names = [str(each).lower() for each in (shown if isinstance(shown, list) else [shown])]
    return not wanted or bool(wanted & {*names, str(entry.get("primary_calendar_name") or "").strip().lower()})


def meetings_of(entry: Fields, site: Site, response: Response) -> Iterator[Meeting]:
    """An entry, or the dates of a series from two weeks ago to four months ahead."""
    zone = site.jurisdiction.time_zone
    start, end = (marks.local(str(entry.get(name) or ""), zone) for name in ("start", "end"))
    name = pages.seen(BeautifulSoup(str(entry.get("title") or ""), "lxml"))
    said = BeautifulSoup(unquote(str(entry.get("desc") or "")), "lxml")
    number = str(entry.get("rid") or entry.get("id") or marks.lasting_name(name))
    starts = list(dates_of(entry, start, response.fetched_at))
    for at in (*starts,) or (start,):
        series = bool(entry.get("rrule"))
        yield Meeting(
            id=f"{number}:{at.date()}" if series and at else number,
            body=site.body or name,
            title=name,
            start=at,
            end=at + (end - start) if at and start and end and end > start else None,
            status=marks.status_of(at, response.fetched_at, name, pages.seen(said)[:200]),
            location=pages.seen(BeautifulSoup(str(entry.get("location") or ""), "lxml")),
            attend=attending.told(str(said), str(entry.get("location") or "")),
            url=pages.address(linking(entry.get("url")), response.url),
            documents=tuple(papers_of(said, name, response)),
        )


def dates_of(entry: Fields, start: datetime | None, now: datetime) -> Iterator[datetime]:
    """The days of a series (an iCalendar rule) that are near now; none where its rule is no such text."""
    rule = entry.get("rrule")
    if not isinstance(rule, str) or start is None:
        return
    try:
        series = rrulestr(rule, dtstart=start.replace(tzinfo=None), ignoretz=True)
    except (ValueError, TypeError):
        return
    near = now.astimezone(start.tzinfo).replace(tzinfo=None)
    for at in series.between(near - BACK, near + AHEAD, inc=True):
        yield at.replace(tzinfo=start.tzinfo)


def linking(url: object) -> Tag | None:
    """An entry's address as a link."""
    return BeautifulSoup(f'<a href="{quote(str(url or ""), safe=":/?&=#%+,;@~")}">', "lxml").select_one("a")


def papers_of(said: BeautifulSoup, name: str, response: Response) -> Iterator[Link]:
    """The papers that an entry's words link to."""
    root = urljoin(response.url, "/")
    for link in shelves.papers_in(said, replace(response, url=root)):
        mark = marks.revised_mark(name) if link.kind in ("agenda", "packet") else None
        yield replace(link, revised=link.revised or mark)
