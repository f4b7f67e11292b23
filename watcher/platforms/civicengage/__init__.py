"""CivicEngage (CivicPlus): the calendar and the archive of a town's own site.

    Calendar.aspx?…&startDate=&enddate=      events as a list, each under the calendar of its body
    Calendar.aspx?EID=                       one event
    Archive.aspx?AMID=, Archive.aspx?ADID=   archived documents by list; one document
    RSSFeed.aspx?ModID=58&CID=…              the calendar's feed

Checked against one recorded list (Wichita 2024). Event pages, archives and feeds are read as public readers of them
describe. Agendas of the same sites are read by `civicplus`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urljoin, urlunsplit

from watcher.platforms import (
    About,
    Document,
    LayoutChanged,
    Reading,
    Request,
    Response,
    Site,
    feeds,
    own_or_nobodys,
    pages,
)
from watcher.platforms.civicengage import archive, calendar, ids
from watcher.platforms.civicengage.ids import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="CivicEngage (CivicPlus)",
    reads="the calendar as a list, events with their documents, the archive, the calendar's RSS",
    checked="1 recorded calendar of Wichita, 2024; no event page, archive or feed",
    amended="words such as “Revised” in a title or label; the document's own text",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=4.5)

BACK, AHEAD = timedelta(days=14), timedelta(days=180)
WINDOW = ("keywords", "startdate", "enddate", "cid", "showpastevents", "month", "year", "day", "view", "curm", "cury")
PAGE = re.compile(r"^/(?:calendar|archive)\.aspx$", re.IGNORECASE)
FEED = re.compile(r"/rssfeed\.aspx$", re.IGNORECASE)
OF_VENDOR = (b"structuralContainer", b"CivicEngage", b"civicplus.com", b"RSSFeed.aspx?ModID=")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The calendar's list from two weeks back to half a year ahead; an archive, event or feed as it stands."""
    parts = pages.split(site.url)
    path, given = ids.asked(site.url)
    if path.endswith("archive.aspx") or given.get("eid") or FEED.search(path):
        return (Request(site.url, why="CivicEngage page"),)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in asked if name.lower() not in WINDOW]
    window = (
        ("Keywords", given.get("keywords", "")),
        ("startDate", f"{today - BACK:%m/%d/%Y}"),
        ("enddate", f"{today + AHEAD:%m/%d/%Y}"),
        ("CID", given.get("cid", "")),
        ("showPastEvents", "true"),
    )
    page = parts.path if path.endswith("calendar.aspx") else urljoin(parts.path or "/", "/Calendar.aspx")
    url = urlunsplit((parts.scheme, parts.netloc, page, urlencode((*kept, *window), safe="/,"), ""))
    return (Request(url, why="CivicEngage calendar", stable_key="calendar"),)


def read(site: Site, response: Response) -> Reading:
    """Everything a CivicEngage response says: calendar, event, archive, feed or published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    if pages.is_document(response) or link_id(response.url):
        return read_document(response)
    if feeds.is_feed(response):
        return calendar.read_feed(site, response)
    page = pages.page_of(response)
    if number := ids.event_id(response.url):
        return calendar.read_event(page, number, site, response)
    if calendar.is_calendar(page):
        return calendar.read(page, site, response)
    if archive.is_archive(page, response):
        return archive.read(page, site, response)
    raise LayoutChanged("neither a calendar nor an archive: no page of CivicEngage's", url=response.url)


def read_document(response: Response) -> Reading:
    """A published document, or the page that leads to it."""
    if not pages.is_html(response):
        return pages.read_document(response)
    page = pages.page_of(response)
    own = link_id(response.url)
    for _, url in pages.links(page, response.url):
        if own and own == link_id(url) and url != response.url:
            known = response.request.meeting
            asked = Request(
                url, kind="document", why="document", title=response.request.title, stable_key=f"{own}:file"
            )
            return Reading(
                document=Document(response.url, pages.seen(page.title), "listing"),
                meetings=(known,) if known else (),
                follow=(asked,),
                proof="a page that leads to one document",
            )
    if archive.is_archive(page, response) or calendar.is_calendar(page):
        raise LayoutChanged("a list came in place of the document", url=response.url)
    return pages.read_document(own_or_nobodys("civicengage", response))


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is CivicEngage's calendar or archive (0 to 1)."""
    parts = pages.split(url)
    body = response.body if response else b""
    marked = any(mark in body for mark in OF_VENDOR) or (parts.hostname or "").lower().endswith(".civicplus.com")
    if PAGE.search(parts.path):
        return 0.9 if marked else 0.3
    if FEED.search(parts.path):
        return 0.9 if "modid=58" in parts.query.lower() and b"Calendar.aspx?EID=" in body else 0.3
    return 0.0
