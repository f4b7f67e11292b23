"""Granicus: the published views of a tenant, their feeds, agendas and documents.

    ViewPublisher.php?view_id=                     the meetings of one view; templates differ from tenant to tenant
    ViewPublisherRSS.php?view_id=&mode=            the same as a feed
    AgendaViewer.php, GeneratedAgendaViewer.php    an agenda: a web page with items, or a document
    MetaViewer.php, MinutesViewer.php, DocumentViewer.php

Checked against twelve recorded views of eight tenants (2018 to 2025), stock and custom templates. No agenda page and
no feed was recorded: they are read as public readers of them describe. A meeting has an `event_id` before it is held
and a `clip_id` once it is recorded.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urljoin

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
from watcher.platforms.granicus import agenda, ids, listing
from watcher.platforms.granicus.ids import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="Granicus",
    reads="views (ViewPublisher) of any template, their RSS, agendas as web pages with items and attachments, documents",
    checked="12 recorded views of 8 tenants, 2018 to 2025; no agenda page, no feed",
    amended="words such as “Revised” in name or label; another document of minutes; the agenda's own text",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=3.6)

PAGE = re.compile(r"/(?:ViewPublisher|ViewPublisherRSS|AgendaViewer|GeneratedAgendaViewer)\.php$", re.IGNORECASE)
STOCK = (b'class="listItem"', b'class="listingRow"', b"BEGIN Granicus Content")
PROGRAMS = (b"AgendaViewer.php?", b"MediaPlayer.php?", b"MinutesViewer.php?")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The view; the first one of a bare host. A view shows what its publisher chose: it takes no window of days."""
    if pages.split(site.url).path in ("", "/"):
        return (Request(urljoin(site.url, "/ViewPublisher.php?view_id=1"), why="Granicus view 1"),)
    return (Request(site.url, why="Granicus view"),)


def read(site: Site, response: Response) -> Reading:
    """Everything a Granicus response says: view, feed, agenda or published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    if pages.is_document(response) or link_id(response.url) or link_id(response.request.url):
        return read_document(site, response)
    if feeds.is_feed(response):
        return listing.read_feed(site, response)
    return listing.read(pages.page_of(response), site, response)


def read_document(site: Site, response: Response) -> Reading:
    """An agenda with its items, a page that only frames a document, or a document."""
    if not pages.is_html(response):
        return pages.read_document(response)
    if framed := parse_qs(pages.split(response.url).query).get("url") if "/gview" in response.url else None:
        return unframed(framed[0], response)
    page = pages.page_of(own_or_nobodys("granicus", response))
    if page.select_one("td[headers^=Name], tr.listingRow"):
        raise LayoutChanged("a view came in place of the document", url=response.url)
    address = link_id(response.url) or link_id(response.request.url) or response.request.kind
    if address.startswith("agenda") and (rows := agenda.rows_of(page)):
        return agenda.read(page, rows, site, response)
    return pages.read_document(response)


def unframed(url: str, response: Response) -> Reading:
    """The document that a viewer for PDF frames."""
    asked = response.request
    known = asked.meeting
    return Reading(
        document=Document(response.url, asked.title, asked.kind),
        meetings=(known,) if known else (),
        follow=(
            Request(url, kind="document", why="document in a viewer", title=asked.title, stable_key=url, meeting=known),
        ),
        proof="a viewer that shows another document",
    )


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Granicus's (0 to 1)."""
    parts = pages.split(url)
    body = response.body if response else b""
    if (parts.hostname or "").lower().endswith(".granicus.com"):
        return 0.5 if response and pages.is_json(response) else 0.95  # nothing of the vendor's own is JSON
    program = any(mark in body for mark in PROGRAMS)
    if program and (any(mark in body for mark in STOCK) or PAGE.search(parts.path)):
        return 0.9
    if b'class="Agenda Agenda' in body and (program or b"MetaViewer.php?" in body):
        return 0.85
    return 0.5 if PAGE.search(parts.path) or ids.link_id(url) else 0.0
