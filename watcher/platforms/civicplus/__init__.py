"""CivicPlus AgendaCenter, on any town's own host.

    AgendaCenter, AgendaCenter/{Body}-{n}        the current year of each category
    AgendaCenter/Search/?…startDate=&endDate=    the agendas of a window of days
    AgendaCenter/UpdateCategoryList (POST)       another year of one category
    AgendaCenter/PreviousVersions/_MMDDYYYY-n    earlier versions of one agenda
    AgendaCenter/ViewFile/Agenda|Minutes/…       published files; with `?html=true` an agenda with its items
    RSSFeed.aspx?ModID=65&CID=…                  what was posted last

Checked against recorded indexes and searches (eight pages of seven places, 2022 and 2024), one search recorded eight
times within minutes. Items of HTML agendas, pages of versions and feeds are read as public readers of them describe.
An agenda that is published again keeps its address; the label beside the date tells.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urljoin, urlunsplit

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, feeds, own_or_nobodys, pages
from watcher.platforms.civicplus import agenda, feed, listing
from watcher.platforms.civicplus.ids import file_of, link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="AgendaCenter (CivicPlus)",
    reads="the index, categories, searches, earlier versions, agendas as web pages with items and attachments, RSS",
    checked="8 recorded pages of 7 places, 2022 and 2024, and two searches repeated within minutes; no page of items, of versions, no feed",
    amended="the label “Amended …” or another moment of posting; a link to earlier versions",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=7.2)

BACK, AHEAD = timedelta(days=14), timedelta(days=180)
WINDOW = ("startdate", "enddate", "daterange", "dateselector")
CENTER = re.compile(r"^/agendacenter(?:/|$)", re.IGNORECASE)
SEARCH = re.compile(r"^/agendacenter/search/?$", re.IGNORECASE)
FEED = re.compile(r"/rssfeed\.aspx$", re.IGNORECASE)
MARKS = (b'id="AgendaCenterContent"', b'class="catAgendaRow"', b"/Areas/AgendaCenter/Assets/")
OF_VENDOR = (b"structuralContainer", b"CivicEngage", b"civicplus.com")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The list as it stands; a search for two weeks back to half a year ahead; the index for any other page."""
    parts = pages.split(site.url)
    if SEARCH.match(parts.path):
        asked = parse_qsl(parts.query, keep_blank_values=True)
        kept = [(name, value) for name, value in asked if name.lower() not in WINDOW]
        days = (("startDate", written(today - BACK)), ("endDate", written(today + AHEAD)))
        query = urlencode((*(kept or (("term", ""), ("CIDs", "all"))), *days, ("dateRange", ""), ("dateSelector", "")))
        url = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
        return (Request(url, why="AgendaCenter search", stable_key="search"),)
    if CENTER.match(parts.path) or FEED.search(parts.path):
        return (Request(site.url, why="AgendaCenter"),)
    return (Request(urljoin(site.url, "/AgendaCenter"), why="AgendaCenter"),)


def written(day: date) -> str:
    """A date as the search form sends it: 05/03/2020."""
    return f"{day:%m/%d/%Y}"


def read(site: Site, response: Response) -> Reading:
    """Everything an AgendaCenter response says: list, versions, agenda, feed or published file.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    file = file_of(response.url) or file_of(response.request.url)
    if pages.is_document(response) or file:
        return read_file(site, response)
    if feeds.is_feed(response):
        return feed.read(site, response)
    page = pages.page_of(response)
    if not listing.is_listing(page):
        raise LayoutChanged("no list of agendas is on the page: no page of AgendaCenter's", url=response.url)
    return listing.read(page, site, response)


def read_file(site: Site, response: Response) -> Reading:
    """A published file, an agenda with its items, or a page of earlier versions."""
    file = file_of(response.url) or file_of(response.request.url)
    if file is None or not pages.is_html(response):
        return pages.read_document(response)
    page = pages.page_of(response)
    if file.page.lower() == "previousversions":
        return listing.read_versions(page, file, site, response)
    if agenda.is_agenda(page):
        return agenda.read(page, file, site, response)
    if listing.is_listing(page):
        raise LayoutChanged("AgendaCenter's list came in place of the document", url=response.url)
    return pages.read_document(own_or_nobodys("civicplus", response))


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is AgendaCenter's (0 to 1)."""
    parts = pages.split(url)
    body = response.body if response else b""
    if "/agendacenter/viewfile/" in parts.path.lower():
        return 0.6  # a file by itself is read as a page
    if any(mark in body for mark in MARKS):
        return 0.95
    if CENTER.match(parts.path):
        host = (parts.hostname or "").lower()
        return 0.9 if host.endswith(".civicplus.com") or any(mark in body for mark in OF_VENDOR) else 0.6
    if FEED.search(parts.path) and "modid=65" in parts.query.lower():
        return 0.9 if b"AgendaCenter/" in body else 0.6
    linked = b"/AgendaCenter" in body and any(mark in body for mark in OF_VENDOR)
    return 0.7 if linked and not parts.path.lower().endswith(".aspx") else 0.0
