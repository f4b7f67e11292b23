"""BoardDocs (Diligent): school boards, some cities and counties; one database a client, …/{state}/{client}/Board.nsf.

    Public                    the portal, which names the committees
    XML-ActiveMeetings        the whole archive with items in one feed, switched off for many clients
    BD-GetMeetingsList        a committee's meetings as JSON
    BD-GetMeeting, -GetAgenda, -GetAgendaItem, -GetPublicFiles, PRINT-AgendaDetailed      fragments of pages

Checked against recorded feeds (Cleveland schools, Chicago teachers' pension fund 2019), lists (Goddard schools, Grand
Rapids schools 2024) and one BD-GetMeeting (Goddard 2024). Portal, agendas and files were never seen here: they are read
by the classes and attributes that several public readers of them name. A list asked for without a committee comes empty.

Option `committee`: the vendor's id of the one committee to watch.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from watcher.platforms import About, LayoutChanged, Reading, Request, Response, Site, pages
from watcher.platforms.boarddocs import agendas, asking, feed, lists
from watcher.platforms.boarddocs.asking import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="BoardDocs (Diligent)",
    reads="lists and feeds of meetings, meetings with time and place, agendas with items and attachments",
    checked="5 recorded responses of Cleveland, Chicago, Goddard and Grand Rapids, 2019 to 2024; agendas from public readers' descriptions",
    amended="words such as “Amended” in a meeting's name; items and texts by their own ids",
)
OPTIONS = frozenset({"committee"})
MIN_DELAY = timedelta(seconds=2.7)

BASE = re.compile(r"/[^/]+\.nsf(?:/|$)", re.IGNORECASE)
PAGE = re.compile(r"/board\.nsf(?:/(?:public|vpublic|xml-activemeetings|bd-get\w+|print-\w+|goto))?$", re.IGNORECASE)
MARKS = (b"BD-GetMeetingsList", b"BD-GetAgenda", b"/Board.nsf/goto?open", b"/board.nsf/goto?open", b"btn-view-agenda")
ENTRY = (b'"unique"', b'"numberdate"')


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The feed where the address is the feed's; else the list of meetings of the committee asked for."""
    path = pages.split(site.url).path.lower()
    if path.endswith("xml-activemeetings"):
        return (Request(site.url, why="BoardDocs feed of meetings", stable_key="meetings"),)
    root = asking.root_of(site.url)
    committee = site.options.get("committee", "") or asking.committee_of(site.url, b"")
    return (asking.meetings(root, committee),)


def read(site: Site, response: Response) -> Reading:
    """Everything a BoardDocs response says: feed, list, portal, meeting, agenda, files or published document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without the vendor's word for it.
    """
    if b"<meetings" in response.body[:2000]:
        return feed.read(site, response)
    agent = asking.agent_of(response.url)
    if pages.is_json(response) or agent == "bd-getmeetingslist":
        return lists.read(site, response)
    if agent == "bd-getpublicfiles":
        return agendas.read_files(site, response)
    if agent == "print-agendadetailed":
        return agendas.read_print(site, response)
    if pages.is_document(response):
        return pages.read_document(response)
    page = agendas.fragment_of(response)
    if agendas.is_meeting(page):
        return agendas.read_meeting(page, site, response)
    if agendas.is_agenda(page):
        return agendas.read_agenda(page, site, response)
    if agendas.is_print(page):
        return agendas.read_print(site, response)
    if agendas.is_item(page):
        return pages.read_document(response)
    if committees := lists.committees_of(page):
        return lists.read_portal(committees, site, response)
    if agendas.files_of(page, response.url):
        return agendas.read_files(site, response)
    raise LayoutChanged("neither meetings nor committees nor an agenda: no answer of BoardDocs'", url=response.url)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is BoardDocs' (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host == "boarddocs.com" or host.endswith(".boarddocs.com"):
        return 0.95
    if b"<meetings" in body[:2000] and b"<agendaitems" in body:
        return 0.9
    if any(mark in body for mark in MARKS) or all(mark in body[:4000] for mark in ENTRY):
        return 0.9
    if b" agendaorder" in body and b'unique="' in body:
        return 0.85
    return 0.5 if PAGE.search(parts.path) else 0.0
