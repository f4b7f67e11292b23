"""NovusAGENDA (Granicus): the public pages below /agendapublic.

    meetingsgeneral.aspx, meetingsresponsive.aspx   meetings of some months, and what is published for them
    MeetingView.aspx                                the agenda (or minutes) as a web page, its items linked to cover sheets
    CoverSheet.aspx                                 one item: text and attachments
    DisplayAgendaPDF.ashx, AttachmentViewer.ashx    documents

Checked against one recorded listing (Dinuba 2022). Agendas, cover sheets and the responsive listing were never seen
here: they are read by their links, as public readers of the same pages name them. The vendor gives no times of day.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urlunsplit

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.novusagenda import agenda, listing
from watcher.platforms.novusagenda.ids import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="NovusAGENDA (Granicus)",
    reads="lists of meetings, agendas as web pages with their items, cover sheets with attachments",
    checked="1 recorded response of Dinuba, 2022; agendas and cover sheets from public readers' descriptions",
    amended="words such as “Amended” in a meeting's type; the document's own text",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=3.6)

SPAN = "6ms"  # the vendor's name for three months back and three ahead
PAGE = re.compile(
    r"/agendapublic(?:/(?:default|meetings\w*|meetingview|coversheet|displayagendapdf|attachmentviewer)\.as[ph]x)?/?$",
    re.IGNORECASE,
)
MARKS = (b"SearchAgendasMeetings_radGrid", b"SearchAgendasMeetings$")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The meetings of half a year around today; an agenda's own page as it stands."""
    parts = pages.split(site.url)
    path, asked = parts.path, dict(parse_qsl(parts.query))
    page = path.rsplit("/", 1)[-1].lower()
    if page.endswith((".aspx", ".ashx")) and not page.startswith(("meetings", "default")):
        return (Request(site.url, why="page of NovusAGENDA"),)
    if not page.endswith(".aspx"):
        path = f"{path.rstrip('/') or '/agendapublic'}/meetingsgeneral.aspx"
    if not any(name.lower() == "date" for name in asked):
        asked["Date"] = SPAN
    url = urlunsplit((parts.scheme, parts.netloc, path, urlencode(asked), ""))
    return (Request(url, why="NovusAGENDA meetings", stable_key="meetings"),)


def read(site: Site, response: Response) -> Reading:
    """Everything a NovusAGENDA response says: listing, agenda, cover sheet or published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    page = pages.split(response.url).path.rsplit("/", 1)[-1].lower()
    if page == "coversheet.aspx" and pages.is_html(response):
        return agenda.read_cover_sheet(site, response)
    if pages.is_document(response) or page.endswith(".ashx"):
        if any(mark in response.body for mark in MARKS):
            raise LayoutChanged("the list of meetings came in place of the document", url=response.url)
        return pages.read_document(response)
    if page in ("meetingview.aspx", "minutesview.aspx"):
        return agenda.read(site, response)
    return listing.read(site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is NovusAGENDA's (0 to 1)."""
    parts = pages.split(url)
    if (parts.hostname or "").lower().endswith(".novusagenda.com"):
        return 0.95
    if response and any(mark in response.body for mark in MARKS):
        return 0.9
    return 0.5 if PAGE.search(parts.path) else 0.0
