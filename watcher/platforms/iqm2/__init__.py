"""IQM2, also called MinuteTraq or Accela Legislative Management (Granicus): the public pages below /Citizens.

    Calendar.aspx, Default.aspx   meetings, and what is published for them
    Detail_Meeting.aspx           one meeting with its outline
    Detail_LegiFile.aspx          one matter: text, attachments, history
    FileOpen.aspx?Type=&ID=       published documents

Checked against recorded calendars (Atlanta 2026, Grand Rapids 2023 four times in twelve days, Hanford 2022) and meetings
(Creve Coeur 2019). No Detail_LegiFile page was recorded: it is read by the ids that public readers of it name.
An agenda that is published again keeps its address: the document itself tells, and the words of type and status.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urljoin, urlunsplit

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.iqm2 import calendar, details, matters
from watcher.platforms.iqm2.ids import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="IQM2 / MinuteTraq (Granicus)",
    reads="calendars, meetings with outline and attachments, legislation files",
    checked="6 recorded responses of Atlanta, Grand Rapids, Hanford and Creve Coeur, 2020 to 2026, and four of one calendar in twelve days; no legislation file",
    amended="words such as “Amended” in type or status; the document's own text",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

BACK, AHEAD = timedelta(days=14), timedelta(days=180)
PAGE = re.compile(r"/citizens/(?:calendar|default|detail_\w+|fileopen|fileview|splitview)\.aspx$", re.IGNORECASE)
MARKS = (b'title="IQM2 search"', b"/Lib/MinuteTraq.", b"/lib/MinuteTraq.", b"<!-- IQM2 Scripts -->")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The calendar as a list, from two weeks back to half a year ahead; a meeting's own page as it stands."""
    parts = pages.split(site.url)
    path = parts.path
    if not path.lower().endswith(".aspx"):
        path = path.rstrip("/") or "/Citizens"
        path += "/Calendar.aspx"
    elif path.lower().endswith("/default.aspx"):
        path = urljoin(path, "Calendar.aspx")
    if not path.lower().endswith("/calendar.aspx"):
        return (Request(site.url, why="page of IQM2"),)
    asked = {
        name: value for name, value in parse_qsl(parts.query) if name.lower() not in ("from", "to", "view", "month")
    }
    window = {"From": written(today - BACK), "To": written(today + AHEAD), "View": "List"}
    query = urlencode({**asked, **window}, safe="/")
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    return (Request(url, why="IQM2 calendar", stable_key="calendar"),)


def written(day: date) -> str:
    """A date as the calendar's own links write it: 1/5/2026."""
    return f"{day.month}/{day.day}/{day.year}"


def read(site: Site, response: Response) -> Reading:
    """Everything an IQM2 response says: calendar, meeting, legislation file or published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    if pages.is_document(response) or link_id(response.url):
        if pages.is_html(response) and any(mark in response.body for mark in MARKS):
            raise LayoutChanged("the portal's own page came in place of the document", url=response.url)
        return pages.read_document(response)
    page = pages.page_of(response)
    if details.is_meeting(page):
        return details.read(page, site, response)
    if matters.is_legislation(page):
        return matters.read(page, site, response)
    return calendar.read(page, site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is IQM2's (0 to 1)."""
    parts = pages.split(url)
    if (parts.hostname or "").lower().endswith(".iqm2.com"):
        return 0.95
    if response and any(mark in response.body for mark in MARKS):
        return 0.9
    if response and b'class="MeetingHeading"' in response.body and b"FileOpen.aspx?Type=" in response.body:
        return 0.85
    return 0.5 if PAGE.search(parts.path) else 0.0
