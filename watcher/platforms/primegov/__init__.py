"""PrimeGov (Granicus): the public portal's JSON lists of meetings, and agendas that are web pages.

    /api/v2/PublicPortal/ListUpcomingMeetings, ListArchivedMeetings?year=   meetings with their compiled documents
    /Portal/Meeting?meetingTemplateId=                                      an agenda as a page, with items
    /Public/CompiledDocument?meetingTemplateId=&compileOutputType=          a document; leads to a signed address

A document's identity is its template and output; the compiled file's own number changes when it is published again.
The vendor names meetings, not bodies: a meeting's body is its title without a clerk's remark such as "- Cancelled".

Checked against one recorded list (Clayton County, 2026). The agenda pages were never seen live by us: they are read by
the ids and classes that public readers of such pages and one published copy of a page (Oklahoma City, 2022) name.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from watcher.platforms import (
    About,
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
from watcher.platforms.primegov import agenda
from watcher.platforms.primegov.agenda import link_id

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "link_id", "opening", "read"]

ABOUT = About(
    vendor="PrimeGov (Granicus)",
    reads="lists of upcoming and archived meetings, web agendas with items and attachments, compiled documents",
    checked="1 recorded list of Clayton County, 2026; agenda pages by a published copy, never seen live",
    amended="another compiled file or publish date under the same template",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(seconds=2.7)

API = "/api/v2/publicportal/"
WEB_PAGE = "3"  # compileOutputType: 1 a PDF, 2 another file, 3 a page of the portal
OLD_YEAR = timedelta(days=21)  # this far into January the last meetings of December still get their minutes
JSON = (("accept", "application/json"),)
LANDMARKS = ("documentList", "meetingTypeId", "committeeId")


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """What to ask first: the meetings ahead and this year's; of one committee where the portal's address names it."""
    parts = pages.split(site.url)
    if API in parts.path.lower():
        return (Request(site.url, headers=JSON, why="PrimeGov meetings", stable_key="meetings"),)
    committee = pages.parameter(site.url, "committee")
    one, of_one = ("ByCommitteeId", f"committeeId={committee}") if committee.isdigit() else ("", "")
    lists = f"{root_of(site.url)}/api/v2/PublicPortal/List"
    ahead = f"{lists}UpcomingMeetings{one}" + (f"?{of_one}" if of_one else "")
    found = [Request(ahead, headers=JSON, why="meetings ahead", stable_key="upcoming")]
    for year in sorted({today.year, (today - OLD_YEAR).year}, reverse=True):
        url = f"{lists}ArchivedMeetings{one}?" + "&".join(filter(None, (f"year={year}", of_one)))
        why, key = f"meetings of {year}", f"archived:{year}"
        found.append(Request(url, headers=JSON, why=why, stable_key=key, optional=True))
    return tuple(found)


def root_of(url: str) -> str:
    """Where a portal lives, without a slash at its end."""
    parts = pages.split(url)
    path = re.split(r"/(?:public|portal|api)\b", parts.path, maxsplit=1, flags=re.IGNORECASE)[0]
    return f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}"


def read(site: Site, response: Response) -> Reading:
    """What a PrimeGov response says: a list of meetings, an agenda page or a document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without proof.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    if not pages.is_json(response) and pages.is_html(response):
        return agenda.read(site, response)
    entries = records.records(pages.json_of(response), response, *LANDMARKS)
    meetings = [meeting_of(entry, site, response) for entry in entries]
    follow = following.from_listing(meetings, site, response.fetched_at, following.agenda_page)
    proof = "[] (an empty list of meetings)" if API in pages.split(response.url).path.lower() else None
    return pages.listing(response, "Meetings", meetings, follow, proof=proof)


def meeting_of(entry: records.Record, site: Site, response: Response) -> Meeting:
    """One meeting of a list. `dateTime` is local time; older portals write `date` and `time` only."""
    zone = site.jurisdiction.time_zone
    title = records.text(entry, "title")
    start = marks.local(records.text(entry, "dateTime"), zone) or marks.moment(
        f"{records.text(entry, 'date')} {records.text(entry, 'time')}", zone
    )
    documents = tuple(document_of(paper, response) for paper in in_order(entry))
    notices = [link.title for link in documents if link.kind == "notice"]
    shown = {link.kind: link.url for link in reversed(documents) if is_page(link.url)}
    page = shown.get("agenda") or shown.get("packet")
    return Meeting(
        id=records.text(entry, "id"),
        body=marks.body_in(title),
        title=title,
        start=start,
        status=marks.status_of(
            start, response.fetched_at, title, *notices, *marks.called_off(link.title for link in documents)
        ),
        location=records.text(entry, "location"),
        url=page,
        documents=documents,
        attend=attending.told(title, records.text(entry, "location"), join=records.text(entry, "zoomMeetingLink")),
    )


def in_order(entry: records.Record) -> list[records.Record]:
    """The published documents as the portal sorts them, files before the pages that say the same."""
    every = records.many(entry, "documentList")
    papers = [paper for paper in every if records.number(paper, "templateId", "id") and paper.get("publishStatus") != 0]
    return sorted(papers, key=lambda paper: records.text(paper, "compileOutputType") == WEB_PAGE)


def document_of(paper: records.Record, response: Response) -> Link:
    """One published document."""
    template, output = records.text(paper, "templateId", "id"), records.text(paper, "compileOutputType") or "1"
    language = records.text(paper, "language")
    name = records.text(paper, "templateName")
    path = (
        f"/Portal/Meeting?meetingTemplateId={template}"
        if output == WEB_PAGE
        else f"/Public/CompiledDocument?meetingTemplateId={template}&compileOutputType={output}"
    )
    return Link(
        id=":".join(
            ("template", template, output, *([language] if language and not language.startswith("en") else []))
        ),
        url=records.address(paper, response.url, "link") or root_of(response.url) + path,
        title=name,
        kind=marks.document_kind(name),
        revised=marks.revised_mark(name),
        version=records.text(paper, "id", "publishDate"),
    )


def is_page(url: str) -> bool:
    """Whether an address is one of the portal's agenda pages."""
    return pages.split(url).path.lower().endswith("/portal/meeting")


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is PrimeGov's (0 to 1)."""
    parts = pages.split(url)
    if (parts.hostname or "").lower().endswith(".primegov.com"):
        return 0.95
    body = response.body if response else b""
    if b'"documentList"' in body and (b'"compileOutputType"' in body or b'"meetingTypeId"' in body):
        return 0.9
    if b"data-sectiontemplateid" in body or b"/PublicPortal/List" in body:
        return 0.85
    return 0.4 if API in parts.path.lower() or parts.path.lower().endswith("/public/compileddocument") else 0.0
