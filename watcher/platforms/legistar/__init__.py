"""Legistar (Granicus): InSite pages of any council's host, and the Web API where the address is the API's.

    Calendar.aspx, DepartmentDetail.aspx   meetings, and what is published for them
    MeetingDetail.aspx                     one meeting with its items
    Legislation.aspx, LegislationDetail    matters; history, attachments, text
    …/v1/{client}/Events, Matters …        the same as JSON

Checked against recorded calendars (Chicago and New York 2019), department pages (Ramsey County 2026), lists of
legislation (Chicago, New York 2019; Albuquerque, Long Beach 2013) and Web API records (Chicago 2019, New York 2024-26).
No detail page was recorded: MeetingDetail and LegislationDetail are read by the ids InSite gives its fields everywhere.

Option `api`: address of the Web API to use instead, as https://host or https://host/v1/client.
Vendor's documentation of the API: https://webapi.legistar.com/Help
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urljoin, urlunsplit

from watcher.platforms import (
    About,
    EmptyReading,
    LayoutChanged,
    Reading,
    Request,
    Response,
    Site,
    own_or_nobodys,
    pages,
)
from watcher.platforms.legistar import insite, webapi
from watcher.platforms.legistar.ids import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="Legistar (Granicus)",
    reads="InSite calendars, department pages, meeting details with items and attachments, legislation; the Web API",
    checked="16 recorded responses of Chicago, New York, Ramsey County, Albuquerque and Long Beach, 2013 to 2026; no detail page of InSite",
    amended="publish stamp of the agenda, “REVISED” in comment or place, versions of a matter's text",
)
OPTIONS = frozenset({"api"})
MIN_DELAY = timedelta(seconds=1)

PAGE = re.compile(
    r"/(calendar|meetingdetail|departmentdetail|legislation|legislationdetail|historydetail|people)\.aspx$",
    re.IGNORECASE,
)
API_LIST = re.compile(r"/v1/[^/]+/(events|matters)\b", re.IGNORECASE)
GRIDS = (b"ContentPlaceHolder1_gridCalendar", b"ContentPlaceHolder1_gridMain")
# Names that no other vendor gives its fields.
API_FIELDS = re.compile(
    rb'"(?:Event(?:Id|Guid|BodyName|InSiteURL|ItemId)|Matter(?:Id|Guid|File|HistoryId|BodyName|StatusName))"'
)
FIELDS_WITHIN = 20_000  # bytes
LINKS = (b"MeetingDetail.aspx", b"LegislationDetail.aspx", b"View.ashx?M=")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """What to ask first: the calendar, or the Web API's events from two weeks ago onwards."""
    url = api_address(site)
    if webapi.is_api(url):
        return webapi.opening(url, today)
    if pages.split(url).path in ("", "/"):
        url = urljoin(url, "/Calendar.aspx")
    return (Request(url, why="InSite listing"),)


def api_address(site: Site) -> str:
    """The site's address, with the option `api` put in place of the API's host."""
    api = site.options.get("api", "").rstrip("/")
    if not api:
        return site.url
    if webapi.is_api(api):
        return api
    parts = pages.split(site.url)
    base = pages.split(api)
    path = parts.path if webapi.is_api(site.url) else f"/v1/{(parts.hostname or '').split('.')[0]}"
    query = parts.query if webapi.is_api(site.url) else ""
    return urlunsplit((base.scheme, base.netloc, base.path + path, query, ""))


def read(site: Site, response: Response) -> Reading:
    """Everything a Legistar response says: listing, meeting, legislation or published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    if not response.body.strip():
        raise EmptyReading("the answer has no content", url=response.url)
    if pages.is_document(response) or pages.split(response.url).path.lower().endswith("view.ashx"):
        if pages.is_html(response) and any(mark in response.body for mark in GRIDS):
            raise LayoutChanged("a list came in place of the document", url=response.url)
        return pages.read_document(own_or_nobodys("legistar", response))
    if webapi.looks_like_json(response):
        return webapi.read(site, response)
    return insite.read(site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Legistar's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host.endswith(".legistar.com"):
        return 0.95
    if any(mark in body for mark in GRIDS) and any(mark in body for mark in LINKS):
        return 0.9
    if response is not None and webapi.looks_like_json(response) and API_FIELDS.search(body[:FIELDS_WITHIN]):
        return 0.9
    return 0.3 if PAGE.search(parts.path) or API_LIST.search(parts.path) else 0.0
