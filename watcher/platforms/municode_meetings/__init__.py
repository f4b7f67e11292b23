"""Municode Meetings (CivicPlus): publish pages, agendas as web pages, the public API, and Municode web's Drupal sites.

    meetings.municode.com/PublishPage/index?cid=&ppid=     a table of meetings with their files
    …/adaHtmlDocument/index?cc=&me=&ip=True                one agenda with items and attachments
    {city}.municodemeetings.com/api/v1/public/meeting/…    list.json by dates, {id}/details.json
    {city's own site}/meetings, /calendar, /{body}/page/…  the same in Drupal ("a municode design")

Checked against two recorded publish pages (Clovis CA 2022), a calendar and a meeting of a Drupal site (White Salmon WA
2025). Agenda pages and the API are read as public readers of them describe them; no response of these was recorded.

Option `api`: address of the public API's host, used instead of the page in `url`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.municode_meetings import agenda, api, publish, web
from watcher.platforms.municode_meetings.ids import html_agenda, link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="Municode Meetings (CivicPlus)",
    reads="publish pages, agendas as web pages with items and attachments, the public API, Municode web's calendars",
    checked="4 recorded responses of Clovis and White Salmon, 2022 and 2025; agenda pages and API never seen live",
    amended="a new id in the file's name, “amended” or “revised” in a name",
)
OPTIONS = frozenset({"api"})
MIN_DELAY = timedelta(seconds=2.7)

MARKS = (b"PUBP-PublishPage", b"agendapal.page", b"municodemeetings.com/", b"mccmeetings.blob.core.usgovcloudapi.net")
OWN_FILES = b"/sites/default/files/fileattachments/"
PATHS = re.compile(r"/(publishpage|adahtmldocument)\b", re.IGNORECASE)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """What to ask first: a publish page or a page of a city's site as it stands; of a bare host its API."""
    url = site.options.get("api") or site.url
    bare = pages.split(url).path in ("", "/")
    if api.is_api(url) or site.options.get("api") or (bare and not pages.split(url).query):
        return (api.opening(url, today),)
    return (Request(url, why="listing of meetings"),)


def read(site: Site, response: Response) -> Reading:
    """A listing, one meeting with its items, or a published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the page's word for it.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    if pages.is_json(response) or api.is_api(response.url):
        return api.read(site, response)
    page = pages.page_of(response)
    if agenda.is_agenda(page, response.url):
        return agenda.read(page, site, response)
    if publish.is_publish_page(page):
        return publish.read(page, site, response)
    if web.is_web(page):
        return web.read(page, site, response)
    raise LayoutChanged(
        "no table of a publish page (div-table), no agenda, no list or calendar of Municode web", url=response.url
    )


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Municode's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host == "meetings.municode.com" or host.endswith(".municodemeetings.com"):
        return 0.95
    if b'"Meetings"' in body and b'"MeetingID"' in body and api.is_api(url):
        return 0.9
    if b"agenda-section" in body and html_agenda(url):
        return 0.9
    if any(mark in body for mark in MARKS[:2]):
        return 0.9
    if (
        b"municodeweb.com" in body or b"/themes/aha_" in body
    ):  # the vendor's own Drupal sites: some publish here, some keep files of their own
        ours = any(mark in body for mark in MARKS[2:]) or body.count(OWN_FILES) < 2
        return 0.85 if ours else 0.6
    return 0.5 if any(mark in body for mark in MARKS[2:]) or PATHS.search(parts.path) or api.is_api(url) else 0.0
