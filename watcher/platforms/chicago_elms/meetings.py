"""Meetings of eLMS with their files."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlencode, urlunsplit

from watcher.platforms import (
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

BACK = timedelta(days=14)
API = re.compile(r"(?P<root>.*?)/(?:meeting|meeting-agenda|matter)(?:/|$)", re.IGNORECASE)
JSON = (("accept", "application/json"),)


def root(url: str) -> str:
    """What stands before the API's first word in an address; the bare host where none does."""
    parts = pages.split(url)
    found = API.match(parts.path)
    return f"{parts.scheme}://{parts.netloc}{found['root'] if found else ''}"


def read(answer: records.Record, site: Site, response: Response) -> Reading:
    """A list of meetings."""
    entries = records.records(answer["data"], response, "meetingId")
    meta = records.inner(answer, "meta")
    meetings = [meeting_of(entry, site, response) for entry in entries]

    def agenda(meeting: Meeting) -> Request | None:
        if all(link.kind != "agenda" for link in meeting.documents):
            return None
        page = following.page_of(meeting, f"{root(response.url)}/meeting-agenda/{meeting.id}", headers=JSON)
        return replace(page, optional=True)

    follow = following.from_listing(meetings, site, response.fetched_at, agenda)
    last = meetings[-1].start if meetings else None
    more = last is not None and last >= response.fetched_at - BACK
    follow = (*(next_page(meta, len(entries), response) if more else ()), *follow)
    proof = "data: [], count: 0" if meta.get("count") == 0 else None
    return pages.listing(response, "Meetings", meetings, follow, proof=proof)


def next_page(meta: records.Record, shown: int, response: Response) -> tuple[Request, ...]:
    """The meetings after these, where the list says that there are more."""
    after = int(records.number(meta, "skip") or 0) + shown
    if after >= int(records.number(meta, "count") or 0):
        return ()
    parts = pages.split(response.url)
    query = urlencode({**dict(parse_qsl(parts.query)), "skip": after}, quote_via=quote)
    url = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
    return (Request(url, headers=JSON, why="more meetings", stable_key=f"meetings:{after}"),)


def meeting_of(entry: records.Record, site: Site, response: Response) -> Meeting:
    """One meeting. The clerk's comment is its title: it tells of deadlines, new hours and cancellations."""
    ident, comment = records.text(entry, "meetingId"), records.words(entry, "comment")
    start = marks.instant(records.text(entry, "date"), site.jurisdiction.time_zone)
    where = records.words(entry, "location")
    portal = root(response.url).replace("://api.", "://", 1)
    return Meeting(
        id=ident,
        body=records.words(entry, "body") or site.body or "",
        title=comment,
        start=start,
        status=marks.status_of(start, response.fetched_at, records.text(entry, "status"), comment, where),
        location=where,
        attend=attending.told(where, comment),
        url=f"{portal}/Meeting/?meetingId={ident}",
        documents=files_of(entry, "files", response.url),
    )


def files_of(entry: records.Record, field: str, base: str) -> tuple[Link, ...]:
    """Published files, named by what they are and by the name they were stored under."""
    found = []
    for file in sorted(records.many(entry, field), key=lambda file: records.text(file, "attachmentType") != "Agenda"):
        url, kind = records.address(file, base, "path"), records.text(file, "attachmentType")
        name = records.text(file, "fileName") or kind
        if url:
            stored = pages.split(url).path.rpartition("/")[2]
            kinds = marks.document_kind(kind, name) if field == "files" else "attachment"
            found.append(Link(f"file:{stored}", url, name, kinds, marks.revised_mark(name, kind)))
    return tuple(found)
