"""Drupal: views (tables, lists, month calendars), pages of dated papers, and JSON:API.

    any page                       rows of views as meetings, else the dated papers of its text
    /jsonapi/node/{type}           events or meetings as JSON, with included files

Checked against recorded pages of San Diego and Lindsay CA and DeKalb County GA 2022, and San Francisco 2021.
JSON:API is written from documentation, never seen live: https://www.drupal.org/docs/core-modules-and-themes/core-modules/jsonapi-module
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from watcher.platforms import About, Reading, Request, Response, Site, pages
from watcher.platforms.drupal import jsonapi, views
from watcher.reading import papers

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="Drupal",
    reads="views of meetings and events, month calendars, pages that list agendas, one meeting's own page, JSON:API",
    checked="4 recorded pages of San Diego, Lindsay, San Francisco and DeKalb County, 2021 and 2022; JSON:API never seen live",
    amended="“Revised” or “Amended” in a link, its row or file name; the change stamp of an included file",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

MARKS = re.compile(
    rb"content=[\"']Drupal \d|Drupal\.settings|drupalSettings|data-drupal-(?:selector|link-system-path)", re.IGNORECASE
)
# A city's own Drupal frame around another vendor's list of meetings.
FRAMED = re.compile(rb"(?:ViewPublisher|MediaPlayer|AgendaViewer)\.php|/AgendaCenter/|municodemeetings\.com")
MUNICODE_WEB, MUNICODE_STORE, OWN_FILES = b"municodeweb.com", b"mccmeetings", b"/sites/default/files/fileattachments"


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The page, or JSON:API's list with its files included, the newest first."""
    if jsonapi.is_api(site.url):
        return jsonapi.opening(site, today)
    return (Request(site.url, why="page of meetings"),)


def read(site: Site, response: Response) -> Reading:
    """Everything a Drupal response says.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the site's word for it.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    if pages.is_json(response) or (jsonapi.is_api(response.url) and not pages.is_html(response)):
        return jsonapi.read(pages.json_of(response), site, response)
    return views.read(site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is a Drupal site's (0 to 1)."""
    parts, body = pages.split(url), response.body if response else b""
    if b'"jsonapi"' in body[:400] and jsonapi.is_api(url):
        return 0.9
    headers = response.headers if response else {}
    if MARKS.search(body) or "drupal" in headers.get("x-generator", "").lower():
        municode = MUNICODE_WEB in body and (MUNICODE_STORE in body or body.count(OWN_FILES) < 2)
        framed = municode or len(FRAMED.findall(body)) > 3
        return 0.6 if framed else 0.85
    return 0.5 if jsonapi.is_api(url) or "/sites/default/files/" in parts.path else 0.0


def link_id(href: str) -> str | None:
    """The stable name of a published document; None for any other link."""
    try:
        return papers.paper_id(href, "") if papers.is_paper(href) else None
    except ValueError:
        return None
