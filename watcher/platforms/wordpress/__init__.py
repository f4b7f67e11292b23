"""WordPress: agenda pages of any theme, its JSON, The Events Calendar, ProudCity's meetings.

    any page                            dated papers in rows, lists and menus as meetings
    /wp-json/tribe/events/v1/events     The Events Calendar: events of a window of dates, page by page
    /wp-json/wp/v2/meetings             ProudCity: meetings, then each meeting's own page
    /wp-json/wp/v2/posts|pages|media    posts, pages and uploads with a date in their title, text or file name

Checked against recorded pages of Fowler and Mendota 2024, Kerman, Parlier and Lemoore 2022, Sunland Park 2026, and
Atlanta BeltLine's events of 2022. ProudCity and wp/v2 are written from documentation, never seen live.
Documentation: https://developer.wordpress.org/rest-api/ and https://docs.theeventscalendar.com/apis/rest/v1/
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urlunsplit

from watcher.platforms import About, Reading, Request, Response, Site, pages
from watcher.platforms.wordpress import events, pages_of_meetings, posts
from watcher.reading import papers

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="WordPress, The Events Calendar, ProudCity",
    reads="agenda pages of any theme, posts, pages and uploads as JSON, events, meetings; the documents they link to",
    checked="7 recorded responses of Fowler, Kerman, Lemoore, Mendota, Parlier, Sunland Park and Atlanta, 2022 to 2026",
    amended="“Amended” or “Revised” in a link, its row or file name; an upload's modification stamp in the JSON",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

BACK, AHEAD = timedelta(days=14), timedelta(days=120)
JSON_PATH = re.compile(r"/wp-json/", re.IGNORECASE)
MARKS = re.compile(
    rb"/wp-includes/|/wp-content/(?:themes|plugins|mu-plugins)/|api\.w\.org|content=[\"']WordPress \d", re.IGNORECASE
)
JSON_MARKS = re.compile(rb"\\?/wp-json\\?/(?:tribe\\?/(?:events|views)|wp\\?/v2)")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The page, or the JSON: events from two weeks back to four months ahead, posts the newest first."""
    parts = pages.split(site.url)
    if not JSON_PATH.search(f"{parts.path}/"):
        return (Request(site.url, why="page of agendas"),)
    path = parts.path.rstrip("/")
    asked: dict[str, str]
    if "/tribe/events" in path:
        path += "/events" if path.endswith("/v1") else ""
        asked = {"per_page": "50", "start_date": str(today - BACK), "end_date": str(today + AHEAD)}
    else:
        asked = {"per_page": "100"}
    query = urlencode({**asked, **dict(parse_qsl(parts.query))})
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    key = path.rpartition("/wp-json/")[2]
    return (Request(url, headers=(("accept", "application/json"),), why=f"{key} as JSON", stable_key=key),)


def read(site: Site, response: Response) -> Reading:
    """Everything a WordPress response says.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the site's word for it.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    if pages.is_json(response) or (JSON_PATH.search(pages.split(response.url).path) and not pages.is_html(response)):
        answer = pages.json_of(response)
        if events.is_events(answer):
            return events.read(answer, site, response)
        if pages_of_meetings.is_rendered(answer):
            return pages_of_meetings.read(site, replace(response, body=answer["html"].encode(), headers={}))
        return posts.read(answer, site, response)
    return pages_of_meetings.read(site, response)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is a WordPress site's (0 to 1)."""
    path, body = pages.split(url).path, response.body if response else b""
    if body.lstrip()[:1] in (b"{", b"[") and JSON_MARKS.search(body):
        return 0.9
    if JSON_PATH.search(path) or MARKS.search(body):
        return 0.85
    return 0.5 if "/wp-content/" in path else 0.0


def link_id(href: str) -> str | None:
    """The stable name of a published document; None for any other link."""
    try:
        return papers.paper_id(href, "") if papers.is_paper(href) else None
    except ValueError:
        return None
