"""OpenCities (Granicus): calendars as JSON, lists of meetings that open by script, pages with papers.

    /ocapi/calendars/getcalendaritems?Ids=&LanguageCode=&StartDate=&EndDate=   the entries of calendars, GET or POST
    /ocapi/get/contentinfo?calendarId=&contentId=…                             one entry: place, description, cancelled
    /OCServiceHandler.axd?url=ocsvc/Public/meetings/documentrenderer&cvid=     one meeting of a list, as HTML in JSON
    any page                                                                   a calendar, a list of meetings, papers

Written from what public readers of Fort Worth, Franklin County and Wayne County say of these answers; no response was
recorded for us and none was seen live.

Option `calendars`: ids of calendars (comma between them) to ask at once, where `url` is the page that shows them.
"""

from __future__ import annotations

from datetime import date, timedelta

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.opencities import calendars, meetings
from watcher.platforms.opencities.ids import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="OpenCities (Granicus)",
    reads="calendars as JSON with their entries' pages, lists of meetings with agendas and minutes, pages with papers",
    checked="written from descriptions of three places' answers; never seen live",
    amended="the version in a file's address (/v/2/), “revised” in a title",
)
OPTIONS = frozenset({"calendars"})
MIN_DELAY = timedelta(seconds=2.7)

MARKS = (
    b"OCServiceHandler.axd",
    b"ocsvc/Public/",
    b"/ocapi/",
    b"data-cvid=",
    b"OpenCities",
    b"/files/assets/public/",
)
JSON_MARKS = (b'"MainContentId"', b'"CalendarId"')


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """What to ask first: the calendars' entries from two weeks ago to four months ahead, or a page as it stands.

    The vendor refuses a window that spans two years: there is one request for each.
    """
    if chosen := site.options.get("calendars", ""):
        numbers = [part.strip() for part in chosen.split(",") if part.strip()]
        return tuple(calendars.entries_of(site.url, numbers, *window) for window in calendars.windows(today))
    if calendars.is_entries(site.url):
        return tuple(calendars.entries_at(site.url, *window) for window in calendars.windows(today))
    return (Request(site.url, why="meetings"),)


def read(site: Site, response: Response) -> Reading:
    """A calendar's entries, one entry, a list of meetings, one meeting, or a published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    path = pages.split(response.url).path.lower()
    if pages.is_json(response) or "/ocapi/" in path or path.endswith("/ocservicehandler.axd"):
        answer = pages.json_of(response)
        if isinstance(answer, dict) and "html" in answer:
            return meetings.read_rendered(answer, site, response)
        return calendars.read(answer, site, response)
    page = pages.page_of(response)
    if not any(mark in response.body for mark in MARKS):
        raise LayoutChanged("nothing on the page is OpenCities' (data-cvid, /ocapi/, /files/assets/)", url=response.url)
    if page.select_one("[data-cvid]"):
        return meetings.read_list(page, site, response)
    if found := calendars.on_page(page):
        return calendars.read_page(page, found, response)
    return meetings.read_page(page, site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is OpenCities' (0 to 1)."""
    path = pages.split(url).path.lower()
    body = response.body if response else b""
    if all(mark in body for mark in JSON_MARKS) and "/ocapi/" in path:
        return 0.95
    if any(mark in body for mark in MARKS[:2]) or (MARKS[2] in body and MARKS[4] in body):
        return 0.9
    return 0.9 if "/ocapi/" in path or path.endswith("/ocservicehandler.axd") else 0.0
