"""govAccess (Vision Internet, Granicus): lists of meetings, month calendars, one event, folders of documents.

    /…/calendar-meeting-list[/-npage-2/-toggle-all]   a table of events with agendas and minutes
    /…/city-calendar[/-curm-3/-cury-2026]             a month
    /Home/Components/Calendar/Event/{id}/{page}       one event
    /…/-folder-746                                    a folder of documents
    /home/showpublisheddocument/{id}/{ticks}          a document; the ticks change with every upload

Checked against four recorded pages: a list (Madera County 2022), a month (Chula Vista 2026), an event (Clayton 2020), a
folder (Skamania County 2026). Columns of agendas and minutes with links are read as a public reader of other places
describes them.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.govaccess import events, folders
from watcher.platforms.govaccess.ids import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="govAccess (Vision Internet, Granicus)",
    reads="lists of meetings, month calendars, events with agendas and minutes, folders of documents",
    checked="4 recorded pages of Madera County, Chula Vista, Clayton and Skamania County, 2020 to 2026",
    amended="the ticks in a document's address, “revised” in a title",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

MARKS = (b"window.visionOptions", b"window.visionApps", b"visionLiveAdminEndPoint")
PATHS = re.compile(r"/home/(?:components/calendar/event|showpublisheddocument|showdocument)\b", re.IGNORECASE)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """What to ask first: the page as it stands."""
    return (Request(site.url, why="meetings"),)


def read(site: Site, response: Response) -> Reading:
    """A list, a month, an event, a folder, or a published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the page's word for it.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    page = pages.page_of(response)
    if page.select_one(events.LIST):
        return events.read_list(page, site, response)
    if page.select_one(events.DETAIL):
        return events.read_event(page, site, response)
    if page.select_one(events.MONTH) and not page.select_one(folders.PAPERS):
        return events.read_month(page, site, response)
    if folders.is_page(page, response):
        return folders.read(page, site, response)
    raise LayoutChanged(
        "no list (listtable), month (calendar_grid), event (detail-list) or document of govAccess", url=response.url
    )


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is govAccess's (0 to 1)."""
    if response and any(mark in response.body for mark in MARKS):
        return 0.95
    return 0.6 if PATHS.search(pages.split(url).path) else 0.0
