"""CivicWeb (iCompass), sold as Diligent Community too: the portal's service of meetings and of what is published for each.

    /Services/MeetingsService.svc/meetings?from=&to=               meetings
    /Services/MeetingsService.svc/meetings/{id}/meetingDocuments   documents of one; the agenda comes along as a web page
    /Portal/MeetingTypeList.aspx                                   meetings by body, as a page of links
    /document/{id}/…                                               a document; its `handle` is no part of its identity

Checked against two recorded lists of meetings (Las Cruces 2026, Tulsa schools 2025) and one of documents (Las Cruces
2024, called off). The page of links was never seen live by us.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from bs4 import BeautifulSoup

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    following,
    marks,
    pages,
    records,
)
from watcher.platforms.civicweb import documents
from watcher.platforms.civicweb.documents import link_id, root_of, undated

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="CivicWeb (Diligent Community, iCompass)",
    reads="the portal's list of meetings, agendas with items and attachments, documents",
    checked="3 recorded answers of Las Cruces and Tulsa schools, 2024 to 2026",
    amended="changed words of the agenda itself; “Amended” in a meeting's name",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

BACK = timedelta(days=14)
FOREVER = "9999-12-31"  # as the portal itself asks
SERVICE = "/services/meetingsservice.svc"
HOSTS = (".civicweb.net", ".diligent.community", ".community.highbond.com", ".community.diligentoneplatform.com")
JSON = (("accept", "application/json"),)
DOCUMENT_FIELDS = (b'"DocumentType"', b'"MeetingId"', b'"Html"')
OF_MEETING = re.compile(r"/portal/meetinginformation\.aspx", re.IGNORECASE)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The meetings from two weeks ago onwards; an address that says already what it wants is asked as it stands."""
    parts = pages.split(site.url)
    own = SERVICE in parts.path.lower() and bool(parts.query or parts.path.lower().rstrip("/").endswith("documents"))
    url = f"{root_of(site.url)}/Services/MeetingsService.svc/meetings?from={today - BACK}&to={FOREVER}"
    return (Request(site.url if own else url, headers=JSON, why="CivicWeb meetings", stable_key="meetings"),)


def read(site: Site, response: Response) -> Reading:
    """What a CivicWeb response says: meetings, what is published for one, or a document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without proof.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    if not pages.is_json(response) and pages.is_html(response):
        return read_links(pages.page_of(response), site, response)
    answer = pages.json_of(response)
    if isinstance(answer, dict):
        answer = next((answer[name] for name in ("Documents", "Meetings") if name in answer), answer)
    if not isinstance(answer, list):
        raise LayoutChanged("the answer holds no list of meetings or documents", url=response.url)
    if not answer:
        if SERVICE not in pages.split(response.url).path.lower():
            raise EmptyReading("an empty list, and not from the vendor's service", url=response.url)
        if pages.split(response.url).path.lower().rstrip("/").endswith("documents"):
            told = (response.request.meeting,) if response.request.meeting else ()
            return Reading(Document(response.url, "Documents", "meeting"), told, proof="[] (nothing published for it)")
        return Reading(Document(response.url, "Meetings", "listing"), proof="[] (no meetings)")
    if any(isinstance(entry, dict) and "DocumentType" in entry for entry in answer):
        return documents.read(records.records(answer, response, "DocumentType", "Html"), site, response)
    return read_meetings(records.records(answer, response, "MeetingDateTime", "ExternalCalendar"), site, response)


def read_meetings(entries: list[records.Record], site: Site, response: Response) -> Reading:
    """The service's list of meetings. What is published for one is asked for once it says that something is."""
    meetings = tuple(meeting_of(entry, site, response) for entry in entries)
    unpublished = {records.text(entry, "Id") for entry in entries if entry.get("Published") is False}

    def published(meeting: Meeting) -> Request | None:
        return None if meeting.id in unpublished else papers_of(meeting, response)

    follow = following.from_listing(meetings, site, response.fetched_at, published)
    return pages.listing(response, "Meetings", meetings, follow)


def papers_of(meeting: Meeting, response: Response) -> Request:
    """What is published for a meeting."""
    service = f"{root_of(response.url)}/Services/MeetingsService.svc/meetings/{meeting.id}/meetingDocuments"
    return following.page_of(meeting, service, headers=JSON)


def meeting_of(entry: records.Record, site: Site, response: Response) -> Meeting:
    """One meeting. Its name often ends in its date."""
    zone = site.jurisdiction.time_zone
    name = records.words(entry, "Name", "CleanName")
    start = marks.local(records.text(entry, "MeetingDateTime"), zone) or marks.moment(
        f"{records.text(entry, 'MeetingDate')} {records.text(entry, 'MeetingTime')}", zone
    )
    where, ident = records.words(entry, "MeetingLocation"), records.text(entry, "Id")
    return Meeting(
        id=ident,
        body=records.words(entry, "MeetingTypeName") or undated(name),
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, name, where),
        location=where,
        url=f"{root_of(response.url)}/Portal/MeetingInformation.aspx?Org=Cal&Id={ident}",
    )


def read_links(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The portal's page of bodies, each with links to its meetings."""
    zone, body, meetings = site.jurisdiction.time_zone, "", list[Meeting]()
    for label, url in pages.links(page, response.url):
        if not OF_MEETING.search(pages.split(url).path):
            continue
        start, ident = marks.moment(label, zone), pages.parameter(url, "Id")
        if pages.parameter(url, "type") and not ident:
            body = label
        elif ident and start:
            status = marks.status_of(start, response.fetched_at, label)
            meetings.append(Meeting(ident, body or undated(label), label, start, status=status, url=url))
    if not meetings:
        raise LayoutChanged("the page links no meeting of a CivicWeb portal", url=response.url)

    unique = tuple({meeting.id: meeting for meeting in meetings}.values())
    follow = following.from_listing(unique, site, response.fetched_at, lambda meeting: papers_of(meeting, response))
    return Reading(Document(response.url, "Meetings", "listing"), unique, follow=follow)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is CivicWeb's (0 to 1)."""
    parts = pages.split(url)
    host, path = (parts.hostname or "").lower(), parts.path.lower()
    if host.endswith(HOSTS):
        return 0.95
    body = response.body if response else b""
    if b'"MeetingDateTime"' in body and (b'"ExternalCalendar"' in body or b'"MeetingTypeName"' in body):
        return 0.9
    if b'"PublicReleaseDelayDateString"' in body or all(name in body for name in DOCUMENT_FIELDS):
        return 0.9
    if "/portal/" in path and b"MeetingInformation.aspx" in body:
        return 0.85
    return 0.5 if SERVICE in path else 0.3 if re.search(r"/portal/meeting\w+\.aspx", path) else 0.0
