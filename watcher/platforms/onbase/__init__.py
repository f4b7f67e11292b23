"""Hyland OnBase Agenda Online: the lists of meetings, agendas as web pages with items, items with attachments.

    {root}/, {root}/Meetings, {root}/Meetings/Search?…    meetings, in rows or as JSON in a script
    {root}/Meetings/ViewMeeting?id=&doctype=              the frame around a document (1 agenda, 2 minutes, 3 summary)
    {root}/Documents/ViewAgenda?meetingId=&doctype=       the document as a web page
    {root}/Meetings/ViewMeetingAgendaItem?meetingId=…     one item with its attachments

Checked against two recorded lists in rows (San Diego's council and committees, 2022). The JSON form, the agenda and
the item are read as public readers of other places describe them; no response of these was recorded.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, own_or_nobodys, pages
from watcher.platforms.onbase import agenda, ids, listing
from watcher.platforms.onbase.ids import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="OnBase Agenda Online (Hyland)",
    reads="lists of meetings, agendas as web pages with items, attachments, minutes",
    checked="2 recorded lists of San Diego, 2022; agenda and item pages never seen live",
    amended="“Revised”, “Updated 09/21/22” in a meeting's name, a new publishId of an attachment",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

MARKS = (b"OnBase Agenda Online</title>", b"new SearchResults({", b"lnkMeetingAgenda_")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """What to ask first: the list of recent and upcoming meetings, as it stands."""
    return (Request(site.url, why="recent and upcoming meetings"),)


def read(site: Site, response: Response) -> Reading:
    """A list of meetings, a meeting with its items, or a published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the page's word for it.
    """
    path = pages.split(response.url).path
    if pages.is_document(replace(response, request=Request(response.url))):
        return pages.read_document(response)
    page = pages.page_of(response)
    if agenda.GONE.search(pages.seen(page.title)):
        raise LayoutChanged("the vendor's error page came in place of what was asked", url=response.url)
    if ids.FILE.search(path):
        return agenda.read_file(page, response)
    if ids.ITEM.search(path):
        return agenda.read_item(page, response)
    if agenda.has_items(page) and ids.doctype(response.url) == "1":
        return agenda.read_items(page, site, response)
    if ids.MEETING.search(path) and agenda.is_frame(page):
        return agenda.read_frame(page, site, response)
    text = pages.decoded(response)
    if listing.is_listing(page, text):
        return listing.read(page, text, site, response)
    if ids.TEXT.search(path) or ids.MEETING.search(path) or pages.is_document(response):
        own_or_nobodys("onbase", response)
        return pages.read_document(response)  # an agenda without links to items: a text as the clerk wrote it
    raise LayoutChanged(
        "no list of meetings (meetings-list, SearchResults), no meeting and no agenda", url=response.url
    )


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Agenda Online's (0 to 1)."""
    parts = pages.split(url)
    host, path = (parts.hostname or "").lower(), parts.path.lower()
    if response and any(mark in response.body for mark in MARKS):
        return 0.95
    if response and b' data-meeting-id="' in response.body and b"/Meetings/ViewMeeting?id=" in response.body:
        return 0.9
    if "agendaonline" in path:
        return 0.9 if host.endswith(".hylandcloud.com") or "onbaseagendaonline" in path else 0.6
    return 0.4 if host.endswith(".hylandcloud.com") else 0.0
