"""TechShare agenda management (Texas counties): the public portal's lists of meetings.

    POST /publicportal/api/meetings/readCurrentAndUpcoming   meetings ahead
    POST /publicportal/api/meetings/readArchived             meetings past, with minutes
    /publicportal/api/meetingattachments/download?id=        a document

A document's id is that of one upload; another one takes its place when it is published again.

Written after a published copy of a county's answer (Tarrant, 2024) and a public reader of it, never seen live.

Options: `committee`, the id of the body whose meetings are asked for, where the address does not hold it; `api`, the
portal's address where the site's own is another.
"""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

from watcher.platforms import (
    About,
    LayoutChanged,
    Link,
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

ABOUT = About(
    vendor="TechShare agenda management",
    reads="lists of meetings ahead and past, agendas and minutes",
    checked="a published copy of Tarrant County's answer, 2024; never seen live",
    amended="another file in place of the agenda; words such as “Amended” in the description",
)
OPTIONS = frozenset({"api", "committee"})
MIN_DELAY = timedelta(seconds=2.7)

API = "/publicportal/api/"
LISTS = {"readCurrentAndUpcoming": "meetings ahead", "readArchived": "meetings past"}
GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
HEADERS = (("accept", "application/json"), ("content-type", "application/json"))
LANDMARKS = ("meetingStartDateTime", "agendaAttachmentId")
PAPERS = (("agendaAttachmentId", "agenda"), ("minutesAttachmentId", "minutes"))


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """What to ask first: the meetings ahead, then those past; an API's own address is asked alone."""
    found = GUID.search(site.url)
    committee = site.options.get("committee") or (found[0] if found else "")
    body = json.dumps({"committeeId": committee} if committee else {}).encode()
    root = root_of(site.options.get("api") or site.url)
    named = [name for name in LISTS if name.lower() in site.url.lower()] or list(LISTS)
    return tuple(
        Request(
            f"{root}meetings/{name}", "POST", HEADERS, body, why=LISTS[name], stable_key=name, optional=name != named[0]
        )
        for name in named
    )


def root_of(url: str) -> str:
    """Where the portal's API lives, with a slash at its end."""
    parts = pages.split(url)
    path = re.split(r"/publicportal\b", parts.path, maxsplit=1, flags=re.IGNORECASE)[0].rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}{API}"


def read(site: Site, response: Response) -> Reading:
    """What the portal says: a list of meetings or a document.

    Raises LayoutChanged, EmptyReading or Unreadable rather than report nothing without proof.
    """
    if pages.is_document(response):
        return pages.read_document(response)
    answer = pages.json_of(response)
    if not isinstance(answer, dict) or "data" not in answer:
        raise LayoutChanged("the answer has no `data` with meetings", url=response.url)
    if answer.get("errors"):
        raise LayoutChanged("the portal answered with an error in place of its meetings", url=response.url)
    entries = records.records(answer["data"], response, *LANDMARKS)
    meetings = [meeting_of(entry, site, response) for entry in entries]
    follow = following.from_listing(meetings, site, response.fetched_at)
    proof = "data: [], total: 0" if answer.get("total") == 0 else None
    return pages.listing(response, "Meetings", meetings, follow, proof=proof)


def meeting_of(entry: records.Record, site: Site, response: Response) -> Meeting:
    """One meeting, in local time. “Not Held” is how the portal files meetings without minutes; it calls nothing off."""
    zone = site.jurisdiction.time_zone
    title, kind = records.words(entry, "description"), records.words(entry, "meetingType")
    start = marks.local(records.text(entry, "meetingStartDateTime"), zone)
    end = marks.local(records.text(entry, "meetingEndDateTime"), zone)
    return Meeting(
        id=records.text(entry, "id"),
        body=kind or site.body or title,
        title=title or kind,
        start=start,
        end=end if start and end and end > start else None,
        status=marks.status_of(start, response.fetched_at, title, records.text(entry, "meetingStatus")),
        location=records.words(entry, "location", "meetingLocation"),
        documents=tuple(papers_of(entry, title, response)),
    )


def papers_of(entry: records.Record, title: str, response: Response) -> list[Link]:
    """Agenda and minutes, where they are published."""
    return [
        Link(
            f"attachment:{ident.lower()}",
            f"{root_of(response.url)}meetingattachments/download?id={ident}",
            kind.capitalize(),
            kind,
            marks.revised_mark(title) if kind == "agenda" else None,
        )
        for field, kind in PAPERS
        if (ident := records.text(entry, field))
    ]


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is TechShare's (0 to 1)."""
    parts = pages.split(url)
    if (parts.hostname or "").lower().endswith(".techsharetx.gov") and "agenda" in (parts.hostname or ""):
        return 0.95
    body = response.body if response else b""
    if b'"meetingStartDateTime"' in body and b'"agendaAttachmentId"' in body:
        return 0.9
    return 0.5 if API in parts.path.lower() else 0.0
