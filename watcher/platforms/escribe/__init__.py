"""eSCRIBE: the calendar behind its public portal, and agendas that are web pages.

    POST /MeetingsCalendarView.aspx/GetCalendarMeetings     meetings of a window with their documents, as JSON
    /Meeting.aspx?Id=GUID&Agenda=Agenda&lang=English        an agenda as a page, with items
    /FileStream.ashx?DocumentId=N                           a document

A file published again gets a new number, so its number is its identity; a page keeps its address.

Checked against one recorded calendar (Chula Vista, 2025). Agenda pages were never seen live by us: they are read by the
class names that public readers of such pages of several cities name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from watcher.platforms import (
    About,
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    attending,
    following,
    marks,
    pages,
    records,
)
from watcher.platforms.escribe import agenda
from watcher.platforms.escribe.agenda import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="eSCRIBE",
    reads="the portal's calendar with its documents; agenda pages with items and attachments",
    checked="1 recorded calendar of Chula Vista, 2025; agenda pages never seen live",
    amended="another file in place of the agenda; words such as “Revised” in a document's title",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

BACK, AHEAD = timedelta(days=14), timedelta(days=120)
CALENDAR = "/meetingscalendarview.aspx"
LANDMARKS = ("MeetingName", "MeetingDocumentLink", "MeetingLinks", "FormattedStart")
KINDS = {
    "agenda": "agenda",
    "postagenda": "agenda",
    "merged": "packet",
    "agendacover": "other",
    "minutes": "minutes",
    "postminutes": "minutes",
    "additionaldocuments": "attachment",
    "video": "video",
}
TICKS = re.compile(r"/Date\((-?\d+)")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The calendar from two weeks ago to some months ahead; one meeting's page where the address is one."""
    parts = pages.split(site.url)
    if link_id(site.url):
        return (Request(site.url, kind="meeting", why="one meeting"),)
    root = f"{parts.scheme}://{parts.netloc}{re.split(r'/[^/]*[.]aspx', parts.path, maxsplit=1)[0].rstrip('/')}"
    own = CALENDAR in parts.path.lower() and not parts.path.lower().endswith(CALENDAR)
    window = {"calendarStartDate": str(today - BACK), "calendarEndDate": str(today + AHEAD)}
    return (
        Request(
            site.url if own else f"{root}/MeetingsCalendarView.aspx/GetCalendarMeetings",
            method="POST",
            headers=(
                ("accept", "application/json"),
                ("content-type", "application/json; charset=utf-8"),
                ("referer", f"{root}/"),
            ),
            body=json.dumps(window).encode(),
            why="eSCRIBE calendar",
            stable_key="calendar",
        ),
    )


def read(site: Site, response: Response) -> Reading:
    """What an eSCRIBE response says: the calendar, an agenda page or a document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without proof.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    if not pages.is_json(response) and pages.is_html(response):
        return agenda.read(site, response)
    entries = records.records(inside(pages.json_of(response), response), response, *LANDMARKS)
    meetings = [meeting_of(entry, site, response) for entry in entries]
    follow = following.from_listing(meetings, site, response.fetched_at, agenda_page)
    proof = "d: [] (no meetings in the window)" if CALENDAR in pages.split(response.url).path.lower() else None
    return pages.listing(response, "Meetings", meetings, follow, proof=proof)


def inside(answer: object, response: Response) -> object:
    """What ASP.NET wrapped into `d`: the list, the list as a text, or an object that holds it."""
    if not isinstance(answer, dict) or "d" not in answer:
        raise LayoutChanged("the answer has no `d` around its meetings", url=response.url)
    found = answer["d"]
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            raise LayoutChanged("the answer's `d` holds no meetings", url=response.url) from None
    return found.get("Meetings", found) if isinstance(found, Mapping) else found


def meeting_of(entry: records.Record, site: Site, response: Response) -> Meeting:
    """One meeting of the calendar, or of PastMeetings, whose entries are named by their papers."""
    zone = site.jurisdiction.time_zone
    links = records.many(entry, "MeetingDocumentLink") or records.many(entry, "MeetingLinks")
    named = [records.words(link, "MeetingName") for link in links] if "MeetingLinks" in entry else []
    name = records.words(entry, "MeetingName") or next(filter(None, named), "") or records.words(entry, "MeetingType")
    remark = records.words(entry, "TimeOverride")
    stamps = (when(records.text(entry, field), zone) for field in ("StartDate", "Start"))
    spoken = (marks.moment(records.text(entry, field), zone) for field in ("FormattedStart", "MeetingDate"))
    start = next(filter(None, (*spoken, *stamps) if "MeetingLinks" in entry else (*stamps, *spoken)), None)
    end = when(records.text(entry, "EndDate"), zone)
    where = records.words(entry, "Location") or records.words(entry, "Description")
    papers = sorted(links, key=official)
    documents = tuple(link for link in (document_of(paper, response) for paper in papers) if link)
    marked = True in (entry.get("IsCancelled"), entry.get("Cancelled"))
    gone = ["cancelled"] if marked else marks.called_off(link.title for link in documents)
    page = next((link.url for link in documents if link.kind == "agenda" and agenda.is_page(link.url)), None)
    return Meeting(
        id=records.text(entry, "ID", "Id"),
        body=records.words(entry, "MeetingType") or marks.body_in(name),
        title=name,
        start=start,
        end=end if start and end and end > start else None,
        status=marks.status_of(start, response.fetched_at, name, where, remark, *gone),
        location=where,
        url=page or records.address(entry, response.url, "Url") or None,
        documents=documents,
        attend=attending.told(*(str(entry.get(field) or "") for field in ("Location", "Description", "TimeOverride"))),
    )


def when(stamp: str, zone: str) -> datetime | None:
    """2025/12/17 17:15:00 in local time, or milliseconds since 1970."""
    if found := TICKS.match(stamp):
        try:
            return datetime.fromtimestamp(int(found[1]) / 1000, ZoneInfo(zone))
        except (OSError, OverflowError, ValueError):
            return None
    return marks.local(stamp.replace("/", "-"), zone)


def official(paper: records.Record) -> tuple[bool, bool]:
    """Files before pages that say the same, the agenda before its cover and its later issue."""
    return agenda.is_page(records.text(paper, "Url")), records.text(paper, "Type").lower() != "agenda"


def document_of(paper: records.Record, response: Response) -> Link | None:
    """One document; None for an entry that leads nowhere."""
    root = re.sub(r"(?i)/meetingscalendarview\.aspx.*", "/", response.url)
    url, kind = records.address(paper, root, "Url"), records.text(paper, "Type")
    if not url:
        return None
    title = records.words(paper, "Title") or kind
    known = KINDS.get(kind.lower()) or marks.document_kind(title, kind)
    if known == "packet" and agenda.is_page(url):
        known = "agenda"
    return Link(link_id(url) or url, url, title, known, marks.revised_mark(title))


def agenda_page(meeting: Meeting) -> Request | None:
    """The agenda as a page, where it is published as one; the portal's own page of a meeting holds nothing to read."""
    return following.agenda_page(meeting) if meeting.url and agenda.is_page(meeting.url) else None


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is eSCRIBE's (0 to 1)."""
    parts = pages.split(url)
    if (parts.hostname or "").lower().endswith(".escribemeetings.com"):
        return 0.95
    body = response.body if response else b""
    if b'"MeetingDocumentLink"' in body or (b"AgendaItemContainer" in body and b"FileStream.ashx" in body):
        return 0.9
    if b"GetCalendarMeetings" in body or b"AgendaItemTitleRow" in body:
        return 0.85
    return 0.4 if CALENDAR in parts.path.lower() else 0.0
